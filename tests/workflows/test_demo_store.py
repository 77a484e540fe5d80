"""The demo borough goes away by one click, and never takes anything along that a person brought in."""

import json
from pathlib import Path

import h3

from csg_maps.i18n import use_language
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.store.workspace import Store
from csg_maps.workflows import place_profile, stores
from tests.commands import run, supply


def test_starting_empty_deletes_what_is_fictional_and_keeps_what_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    assert run("init", "--store", folder, "--demo").exit_code == 0
    store = stores.open_local(folder)
    assert not stores.holds_other_data(store, LOCAL_ACTOR)
    file = tmp_path / "own.csv"
    rows = "".join(f"2026-01-{day:02d},52.44,-4.81,missing\n" for day in range(1, 20))
    file.write_text(f"Date,Latitude,Longitude,Harm\n{rows}", encoding="utf-8")
    assert supply(file, "--store", folder, agency="fire").exit_code == 0
    assert stores.holds_other_data(store, LOCAL_ACTOR)
    _propose_a_place(folder)
    stores.start_empty(store, LOCAL_ACTOR)
    assert not stores.is_demo(store)
    kept = [row for row in json.loads(run("batches", "--store", folder, "--json").output) if row["status"] == "active"]
    assert [(row["agency"], row["accepted"]) for row in kept] == [("fire", 19)]
    assert json.loads(run("areas", "list", "--store", folder, "--json").output) == []
    assert json.loads(run("basemap", "list", "--store", folder, "--json").output) == []
    assert run("verify", "--store", folder).exit_code == 0
    assert "P-" in run("places", "list", "--store", folder).output  # taken on beside real data: kept


def test_places_of_a_borough_that_was_only_tried_out_go_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    assert run("init", "--store", folder, "--demo").exit_code == 0
    _propose_a_place(folder)
    assert "P-" in run("places", "list", "--store", folder).output
    stores.start_empty(stores.open_local(folder), LOCAL_ACTOR)
    assert "P-" not in run("places", "list", "--store", folder).output
    assert run("verify", "--store", folder).exit_code == 0


def _propose_a_place(folder: Path) -> None:
    cell = h3.latlng_to_cell(52.43, -4.8, 10)
    words = ("--why", "Concerns after school", "--name", "Around the pool", "--action", "Mend the lighting")
    owner = ("--action-type", "environment", "--owner", "environment", "--role", "Parks manager")
    said = run("places", "propose", "--store", folder, "--cell", cell, *words, *owner)
    assert said.exit_code == 0, said.output


def test_areas_are_named_in_the_readers_language(demo_store: Store) -> None:
    use_language("cy")
    try:
        welsh = place_profile.names_of_areas(demo_store, "demo_wards", ["D05000001", "D05000012", "D99"])
    finally:
        use_language("en")
    english = place_profile.names_of_areas(demo_store, "demo_wards", ["D05000001", "D05000012", "D99"])
    assert english == ["Haven Centre", "Willow Hollow", "D99"]
    assert welsh[2] == "D99"
    assert not set(welsh[:2]) & set(english)
