"""The whole story without a browser: read this first, then one page downwards into whatever room it names.

A small borough counts its own wards, a youth service sends a file with the usual mistakes, every row of it is accounted
for, a batch is taken back and returned, and at last the places where concerns come together are found. Everything here is
fictional. Each step calls a workflow, the only door that screens and commands use too.
"""

import datetime
import json
from pathlib import Path

import h3
import pandas as pd
import pytest

from csg_maps.geography.cells import to_hex
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import AreaPlace, CellPlace, ConcernFilter, make_filter
from csg_maps.model.provenance import Provenance, make_sharing
from csg_maps.model.supply import ImportRequest, SuppliedFile
from csg_maps.settings import DEMO_FOLDER
from csg_maps.workflows import boundaries, explore, importing, stores, supplies, takeaway, totals

NEXT_YEAR = (datetime.date.today() + datetime.timedelta(days=365)).isoformat()

# Nine rows as an agency sends them: row 1 is the heading, as in a spreadsheet.
MESSY = """Ref;Date of concern;Latitude;Longitude;Type of concern;Kind of place
YS-01;03/05/2026 15:42;52.432452;-4.819412;county lines;bus stop
YS-02;04/05/2026 16:05;52.432452;-4.819412;harassment;bus stop
YS-03;22/05/2026 19:30;52.440279;-4.843528;robbery;park
YS-04;23/05/2026;52.440279;-4.843528;nuisance;park
YS-05;31/06/2026;52.440279;-4.843528;nuisance;park
YS-06;24/05/2026;51.481583;-3.179090;robbery;street
YS-07;25/05/2026;52.434106;-4.799920;county lines;home
YS-02;04/05/2026 16:05;52.432452;-4.819412;harassment;bus stop
YS-08;26/05/2026;;;missing from home;street
"""


@pytest.fixture
def store(tmp_path: Path) -> stores.Store:
    """A new, empty store: one folder, no server, nothing to install."""
    return stores.make(tmp_path / "store", demo=False)


def add_wards(store: stores.Store) -> boundaries.LayerAdded:
    choice = boundaries.LayerChoice("Wards", code="area_code", name="area_name", name_cy="area_name_cy")
    return boundaries.add(store, LOCAL_ACTOR, DEMO_FOLDER / "demo_wards.geojson", "demo_wards.geojson", choice)


def messy_supply(folder: Path) -> ImportRequest:
    file = folder / "youth service.csv"
    file.write_text(MESSY, encoding="utf-8")
    return ImportRequest(
        files=(SuppliedFile(str(file), file.name),),
        provenance=Provenance(
            agency="youth_service",
            purpose="Safer places for young people",
            lawful_basis="public_task",
            agreement="ISP 12",
            retain_until=NEXT_YEAR,
        ),
        sharing=make_sharing("all"),
    )


def test_a_file_comes_in_and_every_row_is_accounted_for(store: stores.Store, tmp_path: Path) -> None:
    # First the council says where it is. What lies further outside is then set aside instead of being counted.
    added = add_wards(store)
    assert added.areas == 18

    # Then the file. Nobody has said what its columns mean: they are found, and the report says how they were read.
    report = importing.run_import(store, LOCAL_ACTOR, messy_supply(tmp_path))
    assert "Dates in Date of concern are read as DD/MM/YYYY hh:mm." in report.announcements

    # No row is lost: each is accepted, set aside to be mended, refused, or a duplicate.
    assert report.counts.adds_up
    assert (report.counts.rows, report.counts.accepted) == (9, 6)
    assert (report.counts.quarantined, report.counts.refused, report.counts.duplicates) == (2, 0, 1)

    # Each problem names its row as a spreadsheet shows it, and says how to mend it.
    said = {(problem.code, problem.row) for problem in report.problems}
    assert {("unreadable-date", 6), ("outside-area", 7), ("duplicate-in-file", 9), ("no-place", 10)} <= said
    assert all(problem.fix for problem in report.problems)

    # A home is somebody's address: that row is counted for its ward, and never put on a map. One had no place at all.
    assert "hidden-setting" in {problem.code for problem in report.problems}
    assert report.not_on_map == 2

    # The rows set aside are kept for thirty days for whoever may mend them; each look at them is recorded.
    rows = supplies.set_aside_rows(store, LOCAL_ACTOR, report.batch_id)
    assert len(rows) == 2
    assert "see-quarantine" in set(supplies.audit_entries(store, LOCAL_ACTOR)["action"])


def test_the_same_file_twice_changes_nothing(store: stores.Store, tmp_path: Path) -> None:
    add_wards(store)
    importing.run_import(store, LOCAL_ACTOR, messy_supply(tmp_path))
    again = importing.run_import(store, LOCAL_ACTOR, messy_supply(tmp_path))
    assert (again.counts.accepted, again.counts.duplicates, again.batch_id) == (0, 9, "")
    assert len(supplies.list_supplies(store, LOCAL_ACTOR)) == 1


def test_a_batch_is_taken_back_and_returned(store: stores.Store, tmp_path: Path) -> None:
    add_wards(store)
    batch_id = importing.run_import(store, LOCAL_ACTOR, messy_supply(tmp_path)).batch_id
    everything = ConcernFilter()
    assert totals.totals_of(store, LOCAL_ACTOR, everything).records == 6
    supplies.withdraw(store, LOCAL_ACTOR, batch_id, "the agency sends it again")
    assert totals.totals_of(store, LOCAL_ACTOR, everything).records == 0
    supplies.restore(store, LOCAL_ACTOR, batch_id)
    assert totals.totals_of(store, LOCAL_ACTOR, everything).records == 6


def test_counts_go_by_cell_and_by_ward(store: stores.Store, tmp_path: Path) -> None:
    add_wards(store)
    importing.run_import(store, LOCAL_ACTOR, messy_supply(tmp_path))

    # By cell: only what is on the map. The bus station and the park hold two each.
    by_cell, by_ward = tmp_path / "cells.csv", tmp_path / "wards.csv"
    takeaway.export_counts(store, LOCAL_ACTOR, ConcernFilter(), CellPlace(10), by=(), out=by_cell)
    bus_station = h3.cell_to_parent(h3.latlng_to_cell(52.432452, -4.819412, 11), 10)
    counted = pd.read_csv(by_cell).set_index("cell")["count"]
    assert counted[bus_station] == 2
    assert counted.sum() == 4

    # By ward: the row at home is there too, and the one without a place stands in no ward.
    takeaway.export_counts(store, LOCAL_ACTOR, ConcernFilter(), AreaPlace("wards"), by=(), out=by_ward)
    counted = pd.read_csv(by_ward, keep_default_na=False).set_index("area_code")["count"]
    assert counted.sum() == 6
    assert counted[""] == 1

    # A choice is made once and applied once: May, after school, at the bus station's kind of place.
    after_school = make_filter(month_from="2026-05", month_to="2026-05", hour_bands=("15_18",), settings=("transport",))
    assert totals.totals_of(store, LOCAL_ACTOR, after_school).records == 2


def test_the_planted_places_are_found_and_nothing_else(tmp_path: Path) -> None:
    # The demo borough has eight agencies, three years, and a list of what was planted in it.
    store = stores.make(tmp_path / "demo", demo=True)
    truth = json.loads((DEMO_FOLDER / "truth.json").read_text(encoding="utf-8"))
    planted = {cell for place in truth["planted"] if place["is_hotspot"] for cell in place["cells_r10"]}

    result = explore.hotspots(store, LOCAL_ACTOR, ConcernFilter(), CellPlace(10))
    found = explore.hotspots_of(result)
    assert set(to_hex(found["cell"].to_numpy())) == planted

    # A few concerns on few dates are never a hotspot, however rare they are.
    assert found["count"].min() >= 5
    assert found["dates"].min() >= 3

    # The table leaves as a file, with how it was made in words; that it left is recorded.
    out = tmp_path / "hotspots.csv"
    sentences = takeaway.export_hotspots(store, LOCAL_ACTOR, ConcernFilter(), CellPlace(10), out=out, method="gi-star")
    assert "exact test" in sentences
    assert pd.read_csv(out)["count"].sum() == result.on_map
    assert supplies.audit_entries(store, LOCAL_ACTOR)["action"].iloc[-1] == "export"

    # At last everything that was sealed is read again and compared.
    assert supplies.verify(store, LOCAL_ACTOR).is_sound
