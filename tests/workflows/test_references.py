"""A council's own tables decide where a record lies, and what of it may never be seen."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.commands import run, supply


@pytest.fixture
def store(tmp_path: Path) -> Path:
    run("init", "--store", tmp_path / "store")
    return tmp_path / "store"


def _cells(store: Path, tmp_path: Path) -> pd.DataFrame:
    out = tmp_path / "cells.csv"
    assert run("count", "--store", store, "--resolution", "10", "--out", out).exit_code == 0
    return pd.read_csv(out)


def test_a_postcode_becomes_a_cell_through_code_point_open_as_it_comes(
    store: Path, shared_data: Path, tmp_path: Path
) -> None:
    table = shared_data / "postcodes/codepoint_open_2014_lu.csv"
    kept = run("tables", "add", "postcodes", table, "--store", store)
    assert kept.exit_code == 0, kept.output
    assert "6,225 postcodes" in kept.output
    file = tmp_path / "concerns.csv"
    file.write_text(
        "Date,Postcode,Harm\n2026-01-05,LU1 1AA,missing\n2026-01-06,lu11aa,missing\n2026-01-07,ZZ9 9ZZ,missing\n"
    )
    report = tmp_path / "report.json"
    assert supply(file, "--store", store, "--report", report).exit_code == 0
    said = json.loads(report.read_text(encoding="utf-8"))
    assert (said["rows"], said["accepted"], said["not_on_map"]) == (3, 3, 1)
    assert _cells(store, tmp_path)["count"].tolist() == [2]


def test_a_record_at_a_protected_address_loses_its_cell_and_keeps_its_area(store: Path, tmp_path: Path) -> None:
    wards = Path("data/demo/demo_wards.geojson")
    run("areas", "add", wards, "--store", store, "--layer", "wards", "--code", "area_code", "--name", "area_name")
    premises = tmp_path / "premises.csv"
    premises.write_text("kind,latitude,longitude,label\nprotected,52.4360,-4.8100,a home\n", encoding="utf-8")
    assert run("tables", "add", "premises", premises, "--store", store).exit_code == 0
    file = tmp_path / "concerns.csv"
    file.write_text(
        "Date,Latitude,Longitude,Harm\n2026-01-05,52.4360,-4.8100,missing\n2026-01-05,52.4400,-4.8200,missing\n"
    )
    report = tmp_path / "report.json"
    assert supply(file, "--store", store, "--report", report).exit_code == 0
    said = json.loads(report.read_text(encoding="utf-8"))
    assert (said["accepted"], said["not_on_map"]) == (2, 1)
    assert "a home" not in report.read_text(encoding="utf-8")
    assert len(_cells(store, tmp_path)) == 1
    out = tmp_path / "wards.csv"
    run("count", "--store", store, "--areas", "wards", "--out", out)
    assert pd.read_csv(out).dropna(subset="area_code")["count"].sum() == 2


def test_codes_of_another_year_are_converted_by_a_lookup(store: Path, shared_data: Path, tmp_path: Path) -> None:
    layer = shared_data / "boundaries/bedfordshire/bedfordshire_lsoa11_merged.geojson"
    run("areas", "add", layer, "--store", store, "--layer", "lsoa11", "--code", "LSOA11CD", "--name", "LSOA11NM")
    pairs = shared_data / "boundaries/bedfordshire/lookup_lsoa11_lsoa21_lad22_bedfordshire.csv"
    words = ("--layer", "lsoa11", "--from", "LSOA21CD", "--to", "LSOA11CD")
    kept = run("tables", "add", "lookup", pairs, "--store", store, *words)
    assert kept.exit_code == 0, kept.output
    split = pd.read_csv(pairs, dtype=str).query("CHGIND == 'S'").iloc[0]
    file = tmp_path / "concerns.csv"
    file.write_text(f"Date,LSOA code,Harm\n2026-01-05,{split['LSOA21CD']},missing\n", encoding="utf-8")
    assert supply(file, "--store", store).exit_code == 0
    out = tmp_path / "areas.csv"
    run("count", "--store", store, "--areas", "lsoa11", "--out", out)
    assert pd.read_csv(out)["area_code"].tolist() == [split["LSOA11CD"]]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("postcodes", "a,b\n1,2\n"), ("premises", "kind,latitude\nprotected,52\n"), ("lookup", "a,b\n1,2\n")],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_headings(
    store: Path, tmp_path: Path, kind: str, text: str
) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    done = run("tables", "add", kind, file, "--store", store, "--from", "x", "--to", "y", "--layer", "none")
    assert done.exit_code == 1
    assert "column" in done.stderr or "heading" in done.stderr
