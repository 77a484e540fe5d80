"""Personal details hidden in text are flagged before anything is stored, and no flag repeats them."""

from pathlib import Path

import pandas as pd
import pytest

from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.meaning.identifiers import find_identifiers
from csg_maps.intake.meaning.profiles import suggest_mapping
from tests.commands import run, supply

CANARIES = {
    "nhs_number": "seen at clinic, NHS 943 476 5919, last week",
    "phone": "her number is 07700 900123",
    "postcode": "lives near LU1 2AA",
    "email": "write to canary.person@example.org",
    "date_of_birth": "DOB 01/02/2010",
    "registration": "in a car AB12 CDE",
    "address": "at 12 Canary Street, Luton LU1 2AA",
}


@pytest.mark.parametrize("kind", CANARIES)
def test_attack_094_a_detail_in_one_cell_of_a_file_is_flagged_and_not_quoted(tmp_path: Path, kind: str) -> None:
    rows = [f"2024-03-{day:02},51.88,-0.42,Robbery,ordinary" for day in range(1, 31)]
    rows[17] = f'2024-03-18,51.88,-0.42,Robbery,"{CANARIES[kind]}"'
    path = tmp_path / "concerns.csv"
    path.write_text("Date,Latitude,Longitude,Crime type,Remark x\n" + "\n".join(rows), encoding="utf-8")
    (table,) = read_tables(path, path.name).tables
    found = {one.kind: one for one in find_identifiers(table)}
    assert found[kind].count == 1
    assert "19" in found[kind].reason, "the row as the spreadsheet shows it"
    for word in CANARIES[kind].replace(",", "").split():
        if any(map(str.isdigit, word)) or "canary" in word.casefold():
            assert word not in found[kind].reason


def test_attack_094_names_by_heading_and_narrative_are_flagged_and_never_mapped(tmp_path: Path) -> None:
    path = tmp_path / "concerns.csv"
    lines = [
        f"2024-03-{day:02},51.88,-0.42,Canary,Person,She told us about a canary on day {day}." for day in range(1, 29)
    ]
    path.write_text("Date,Lat,Lng,Forename,Surname,Details\n" + "\n".join(lines), encoding="utf-8")
    (table,) = read_tables(path, path.name).tables
    proposal = suggest_mapping(table)
    sure = {one.column: one.kind for one in proposal.identifiers if one.sure}
    assert sure == {"Forename": "name", "Surname": "name", "Details": "free_text"}
    assert not set(proposal.mapping.fields.values()) & set(sure)
    assert "anary" not in repr(proposal)


def test_attack_094_words_about_a_person_in_columns_for_codes_and_dates_never_reach_the_store(tmp_path: Path) -> None:
    store, file = tmp_path / "store", tmp_path / "concerns.csv"
    run("init", "--store", store)
    rows = "".join(f"{day:02d}/03/2024,52.13,-0.46,missing,park\n" for day in range(1, 25))
    rows += "".join(f"{day:02d}/03/2024,52.14,-0.46,missing,with Zelda Quuxcanary\n" for day in range(1, 6))
    rows += "on Tuesday with Zebedee Quuxcanary,52.13,-0.45,missing,park\n" * 3
    file.write_text(f"date,latitude,longitude,harm,setting\n{rows}", encoding="utf-8")
    said = supply(file, "--store", store)
    assert said.exit_code == 0, said.output
    assert "3 set aside" in said.output
    for path in store.rglob("*"):
        if path.is_file():
            assert b"uuxcanary" not in path.read_bytes().lower(), path.name
    for path in store.glob("quarantine/*.parquet"):
        assert "uuxcanary" not in pd.read_parquet(path).to_csv().lower()
    for path in store.glob("batches/*.parquet"):
        assert "uuxcanary" not in pd.read_parquet(path).to_csv().lower()
