"""The blank return: what it offers, that nothing in it runs, and that it imports with nothing to map however it was filled."""

import csv
import datetime
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from csg_maps.briefings import blank_return as form
from csg_maps.i18n import speaking
from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.meaning.profiles import suggest_mapping
from csg_maps.model import vocabulary
from csg_maps.model.return_layout import RETURN_COLUMNS, RETURN_SHEET, return_codes
from tests.briefings.filled_return import fill
from tests.commands import run

HEADINGS = {column.field: column.heading for column in RETURN_COLUMNS}
ROWS = [
    {
        HEADINGS["date"]: datetime.date(2026, 10, day),
        HEADINGS["time"]: datetime.time(21, 30),
        HEADINGS["harm"]: text,
        HEADINGS["setting"]: return_codes("setting")[day % 12][1],
        HEADINGS["easting"]: 314_000 + 10 * day,
        HEADINGS["northing"]: 176_000 + 10 * day,
        HEADINGS["age_band"]: return_codes("age_band")[2][1],
        HEADINGS["is_proactive"]: "Yes / Ydy" if day == 3 else "No / Nac ydy",
        HEADINGS["reference"]: f"R{day}",
    }
    for day, (_code, text) in enumerate(return_codes("harm")[:20], start=1)
]


def _import(folder: Path, file: Path) -> dict:
    assert run("init", "--store", folder / "store").exit_code == 0
    report = folder / "report.json"
    done = run(
        "import", file, "--store", folder / "store", "--agency", "police", "--agreement", "ISP 12", "--purpose",
        "Safer places", "--share-with", "all", "--retain-until", "2090-03-31", "--report", report,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return json.loads(report.read_text(encoding="utf-8"))


def _questions(path: Path) -> tuple[list, dict, str]:
    (table,) = read_tables(path, path.name).tables
    proposal = suggest_mapping(table)
    return [*proposal.asked, *proposal.identifiers], proposal.unknown_words, proposal.profile_name


def test_show_5_filled_by_a_library_that_did_not_write_it_imports_with_nothing_to_map(tmp_path: Path) -> None:
    file = fill(form.blank_return("police"), tmp_path / "filled.xlsx", ROWS)
    assert _questions(file) == ([], {}, "csg-return")
    report = _import(tmp_path, file)
    assert (report["rows"], report["accepted"]) == (20, 20)
    assert {problem["code"] for problem in report["problems"]} <= {
        "return-known", "return-guide", "sheet-hidden", "hidden-setting", "no-place"
    }  # fmt: skip
    mapping = next(table["mapping"] for table in report["tables"] if "mapping" in table)
    assert mapping["words"]["harm"] == {text: code for code, text in return_codes("harm")[:20]}
    assert (mapping["fields"]["time"], report["period_from"]) == (HEADINGS["time"], "2026-10")


def test_a_return_made_for_one_agency_is_not_imported_as_anothers(tmp_path: Path) -> None:
    file = fill(form.blank_return("voluntary"), tmp_path / "filled.xlsx", ROWS)
    assert run("init", "--store", tmp_path / "store").exit_code == 0
    done = run(
        "import", file, "--store", tmp_path / "store", "--agency", "health", "--agreement", "ISP 12", "--purpose",
        "Safer places", "--share-with", "all", "--retain-until", "2090-03-31",
    )  # fmt: skip
    assert done.exit_code != 0
    assert "made for voluntary" in done.output
    assert json.loads(run("batches", "--store", tmp_path / "store", "--json").output) == []


def test_columns_deleted_and_moved_and_one_language_chosen_is_still_known(tmp_path: Path) -> None:
    order = [HEADINGS["harm"], HEADINGS["date"]]
    without = [HEADINGS[name] for name in ("latitude", "told_by", "basis", "time")]
    with speaking("cy"):
        rows = [{**row, HEADINGS["harm"]: row[HEADINGS["harm"]].partition(" / ")[2]} for row in ROWS]
    file = fill(form.blank_return("police"), tmp_path / "moved.xlsx", rows, order=order, without=without)
    assert _questions(file) == ([], {}, "csg-return")
    assert _import(tmp_path, file)["accepted"] == 20


@pytest.mark.parametrize("written", ["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d"])
def test_saved_as_csv_with_dates_as_text_is_not_asked_about(tmp_path: Path, written: str) -> None:
    early = [row for row in ROWS if row[HEADINGS["date"]].day <= 12]  # every date could be either way round
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["Heddlu – csg-return 1 police"] + [""] * (len(HEADINGS) - 1))
    lines.writerow(HEADINGS.values())
    for row in early:
        shown = {**row, HEADINGS["date"]: row[HEADINGS["date"]].strftime(written), HEADINGS["time"]: "21:30"}
        lines.writerow(str(shown.get(heading, "")) for heading in HEADINGS.values())
    file = tmp_path / "return.csv"
    file.write_text(text.getvalue(), encoding="utf-8-sig")
    assert _questions(file) == ([], {}, "csg-return")
    assert _import(tmp_path, file)["period_to"] == "2026-10"


def test_places_by_degrees_by_grid_and_by_postcode_in_one_file(tmp_path: Path) -> None:
    rows = [dict(ROWS[0]), dict(ROWS[1]), dict(ROWS[2])]
    for row in rows[1:]:
        del row[HEADINGS["easting"]], row[HEADINGS["northing"]]
    rows[1] |= {HEADINGS["latitude"]: 51.48158, HEADINGS["longitude"]: -3.17909}
    rows[2] |= {HEADINGS["postcode"]: "CF10 3NP"}
    file = fill(form.blank_return("police"), tmp_path / "three.xlsx", rows)
    report = _import(tmp_path, file)
    # no postcode table is loaded: that row is kept without its point
    assert (report["accepted"], report["not_on_map"]) == (3, 1)


def test_the_agency_and_version_are_said_and_an_empty_return_brings_nothing(tmp_path: Path) -> None:
    file = tmp_path / "blank.xlsx"
    done = run("init", "--store", tmp_path / "store")
    done = run("return", "blank", "--agency", "transport_police", "--store", tmp_path / "store", "--out", file)
    assert done.exit_code == 0, done.output
    (table,) = read_tables(file, file.name).tables
    said = next(problem for problem in table.problems if problem.code == "return-known")
    assert (said.values["agency"], said.values["version"], table.row_count) == ("transport_police", "1", 0)
    assert "export-return" in set(_audit(tmp_path / "store"))
    refused = run("return", "blank", "--agency", "nobody", "--store", tmp_path / "store", "--out", file)
    assert refused.exit_code == 1
    assert "There is no agency" in refused.stderr


def _audit(folder: Path) -> list[str]:
    from csg_maps.model.actor import LOCAL_ACTOR
    from csg_maps.workflows import stores, supplies

    return supplies.audit_entries(stores.open_local(folder), LOCAL_ACTOR)["action"].tolist()


def test_lists_are_the_catalogue_in_both_languages_and_no_column_takes_free_text() -> None:
    book = load_workbook(io.BytesIO(form.blank_return("housing")))
    sheet, lists = book[RETURN_SHEET], book["Codes"]
    assert lists.sheet_state == "hidden"
    rules = {next(iter(rule.sqref.ranges)).min_col: rule for rule in sheet.data_validations.dataValidation}
    for place, column in enumerate(RETURN_COLUMNS, start=1):
        rule = rules[place]
        assert rule.showErrorMessage and rule.errorStyle == "stop"
        assert rule.type in {"list", "date", "time", "whole", "decimal", "textLength", "custom"}
        if column.kind == "list":
            letter, last = re.fullmatch(r"Codes!\$([A-Z])\$2:\$[A-Z]\$(\d+)", rule.formula1).groups()
            offered = [lists[f"{letter}{row}"].value for row in range(2, int(last) + 1)]
            assert offered == [text for _code, text in return_codes(column.field)]
    assert "Park or open space / Parc neu fan agored" in {cell.value for cell in lists["B"]}
    assert sheet.column_dimensions["A"].number_format == "dd/mm/yyyy"


@pytest.mark.parametrize("label", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "＝1", "-2+3"])
def test_attack_110_a_label_of_a_code_list_is_never_a_formula(monkeypatch: pytest.MonkeyPatch, label: str) -> None:
    hostile = vocabulary.Code("park", "", label)
    monkeypatch.setattr("csg_maps.model.return_layout.codes", lambda name: (hostile,))
    with zipfile.ZipFile(io.BytesIO(form.blank_return("police"))) as book:
        parts = {name: book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")}
    assert not [name for name, text in parts.items() if re.search(r"<f[ >]", text)]
    book = load_workbook(io.BytesIO(form.blank_return("police")))
    assert all(cell.data_type == "s" for row in book["Codes"].iter_rows() for cell in row if cell.value)
    assert book["Codes"]["A2"].value.startswith("'")
