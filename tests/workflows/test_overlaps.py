"""What is held already is held, also when the council's outline was loaded in between, and withdrawing loses nothing unsaid."""

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import ConcernFilter
from csg_maps.store.workspace import open_store
from csg_maps.workflows import totals
from tests.commands import run, supply


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run("init", "--store", tmp_path / "store")
    return tmp_path


def bring(folder: Path, name: str, days: range, *, also: str = "") -> dict:
    file, report = folder / name, folder / f"{name}.json"
    rows = "".join(f"2026-01-{day:02d},52.{day:02d},-0.46,missing\n" for day in days)
    file.write_text(f"date,latitude,longitude,harm\n{rows}{also}", encoding="utf-8")
    supply(file, "--store", folder / "store", "--report", report)
    return json.loads(report.read_text(encoding="utf-8"))


def held(folder: Path) -> int:
    return totals.totals_of(open_store(folder / "store"), LOCAL_ACTOR, ConcernFilter()).records


def add_outline(folder: Path) -> None:
    """Only the first half of the rows lies inside."""
    box = gpd.GeoDataFrame(
        {"code": ["A1"], "name": ["Inside"]}, geometry=[shapely.box(-0.6, 52.0, -0.3, 52.105)], crs="EPSG:4326"
    )
    box.to_file(folder / "outline.geojson", driver="GeoJSON", engine="pyogrio")
    words = ("--layer", "Council", "--code", "code", "--name", "name")
    assert run("areas", "add", folder / "outline.geojson", "--store", folder / "store", *words).exit_code == 0


def test_rows_held_before_there_was_an_outline_are_duplicates_and_not_set_aside(folder: Path) -> None:
    assert bring(folder, "one.csv", range(1, 21))["accepted"] == 20
    add_outline(folder)
    again = bring(folder, "two.csv", range(11, 24))
    # 11 to 20 are held; 21 to 23 are new, and outside
    assert (again["duplicates"], again["quarantined"], again["accepted"]) == (10, 3, 0)
    only_held = bring(folder, "three.csv", range(5, 21))
    assert (only_held["duplicates"], only_held["batch_id"]) == (16, None)
    assert held(folder) == 20


def test_what_a_withdrawn_batch_took_along_can_be_supplied_again(folder: Path) -> None:
    first = bring(folder, "one.csv", range(1, 15))
    second = bring(folder, "two.csv", range(10, 21))
    assert (second["accepted"], second["duplicates"]) == (6, 5)
    words = ("--store", folder / "store", "--why", "sent by mistake")
    said = run("withdraw", first["batch_id"], *words)
    assert second["batch_id"] in said.output
    assert held(folder) == 6
    again = bring(folder, "two.csv", range(10, 21))
    assert (again["accepted"], again["duplicates"]) == (5, 6)
    assert held(folder) == 11
    # and now it is whole, and idempotent again
    assert [problem["code"] for problem in bring(folder, "two.csv", range(10, 21))["problems"]] == ["supplied-before"]
    assert held(folder) == 11


def test_a_batch_that_leaned_on_nothing_is_withdrawn_without_more_words(folder: Path) -> None:
    first = bring(folder, "one.csv", range(1, 5))
    bring(folder, "two.csv", range(6, 9))
    said = run("withdraw", first["batch_id"], "--store", folder / "store", "--why", "wrong month")
    assert "may be missing" not in said.output
    assert [problem["code"] for problem in bring(folder, "two.csv", range(6, 9))["problems"]] == ["supplied-before"]


def test_a_reason_too_short_is_told_its_length(folder: Path) -> None:
    first = bring(folder, "one.csv", range(1, 5))
    said = run("withdraw", first["batch_id"], "--store", folder / "store", "--why", "x")
    assert said.exit_code != 0
    assert "3 letters" in said.output
