"""Every messy file is imported with all rows accounted for, or refused with a message that tells a person what to do."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.commands import run, supply

IMPORTED = {
    "aggravated_assaults.xlsx": (12_802, ()),
    "cdmx_car_jacking.gpkg": (2_811, ()),
    "chicago_aggravated_assaults.csv.gz": (148_636, ()),
    "chicago_predictcode_example.csv": (1_000, ("--leave-out", "Block")),
    "greater_manchester_stats19_road_casualties_2019-Jun2024.csv.gz": (20_435, ()),
    "kansas_city_frauds.csv.gz": (6, ()),
    "london_attacks.csv": (8, ("--leave-out", "description")),
    "medellin_homicides.csv": (9_360, ()),
    "northumbria_asb.tab.gz": (39_706, ()),
    "san_francisco_robbery.csv": (951, ()),
    "vancouver_thefts.csv.gz": (21_918, ("--crs", "EPSG:32610", "--leave-out", "HUNDRED_BLOCK")),
}
REFUSED = {
    "cdmx_alcaldias.gpkg": "date",
    "chicago_police_districts.kml": "date",
    "juvenile_offenders_cardiff.shp.zip": "date",
    "northumbria_districts.geojson": "date",
    "northumbria_ward_pop.xlsx": "date",
    "northumbria_wards.gpkg": "date",
    "snow_SohoPeople.shp.zip": "date",
    "vancouver_neighbourhoods.geojson": "date",
    "downtown_homicides.gpkg": "date",
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    run("init", "--store", tmp_path / "store")
    return tmp_path / "store"


def test_every_file_of_the_folder_is_tried(shared_data: Path) -> None:
    held = {path.name for path in (shared_data / "messy").iterdir()}
    assert held == set(IMPORTED) | set(REFUSED)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(IMPORTED) - set(REFUSED)))
def test_imported_with_every_row_accounted_for(name: str, shared_data: Path, store: Path, tmp_path: Path) -> None:
    rows, words = IMPORTED[name]
    report = tmp_path / "report.json"
    done = supply(shared_data / "messy" / name, "--store", store, "--report", report, *words)
    assert done.exit_code == 0, done.output
    said = json.loads(report.read_text(encoding="utf-8"))
    assert said["rows"] == rows
    assert said["accepted"] + said["quarantined"] + said["refused"] + said["duplicates"] == rows
    assert said["accepted"] + said["duplicates"] >= 0.85 * rows, said["problems"][:5]
    assert run("verify", "--store", store).exit_code == 0


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refused_with_what_to_do(name: str, shared_data: Path, store: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    words = ("--leave-out", "label") if name == "downtown_homicides.gpkg" else ()
    done = supply(shared_data / "messy" / name, "--store", store, "--report", report, *words)
    assert done.exit_code == 1
    said = json.loads(report.read_text(encoding="utf-8"))
    assert said["accepted"] == said["quarantined"] == 0
    assert said["rows"] == said["refused"]
    problem = next(entry for entry in said["problems"] if entry["level"] == "refuse")
    assert REFUSED[name] in problem["message"] + problem["fix"]
    assert len(problem["fix"]) > 20


@pytest.mark.parametrize("kind", ["stop-and-search_2023-05_2024-04", "outcomes_2024-01_2024-03"])
def test_other_files_of_police_uk_are_known_for_what_they_are(
    kind: str, shared_data: Path, store: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    done = supply(shared_data / f"police_uk/bedfordshire_{kind}.zip", "--store", store, "--report", report)
    assert done.exit_code == 1
    said = json.loads(report.read_text(encoding="utf-8"))
    assert said["accepted"] == 0
    assert said["rows"] == said["refused"] > 1_000


def test_a_month_that_cannot_be_read_is_named_beside_those_that_can(tmp_path: Path) -> None:
    run("init", "--store", tmp_path / "store")
    good = "date,latitude,longitude,harm\n" + "".join(f"2026-01-{day:02d},52.1,-0.4,missing\n" for day in range(1, 9))
    with zipfile.ZipFile(tmp_path / "year.zip", "w") as packed:
        packed.writestr("2026-01.csv", good)
        packed.writestr("2026-02.csv", b"\x00\x01\x02" * 50)
    report = tmp_path / "report.json"
    said = supply(tmp_path / "year.zip", "--store", tmp_path / "store", "--report", report)
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["accepted"] == 8
    assert len(told["unread"]) == 1
    assert "2026-02.csv" in told["unread"][0]
    assert "Not read at all" in said.output


def test_a_refused_import_leaves_its_reason_in_the_report(tmp_path: Path) -> None:
    run("init", "--store", tmp_path / "store")
    file, report = tmp_path / "some.csv", tmp_path / "report.json"
    file.write_text("date,latitude,longitude,harm\n2026-01-01,52.1,-0.4,missing\n", encoding="utf-8")
    said = supply(file, "--store", tmp_path / "store", "--report", report, agency="nobody")
    told = json.loads(report.read_text(encoding="utf-8"))
    assert said.exit_code != 0
    assert (told["rows"], told["batch_id"]) == (0, None)
    assert "nobody" in told["problems"][0]["message"]
