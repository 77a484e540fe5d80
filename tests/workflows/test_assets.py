"""Assets as a council uses them: real lists come in by themselves, distances are right, and what may not be shown is not."""

import dataclasses
import datetime
import json
from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod

from csg_maps.errors import InputRefused, NotAllowed
from csg_maps.geography.cells import points_to_cells
from csg_maps.model.actor import LOCAL_ACTOR, RIGHTS, Actor
from csg_maps.model.asset import Asset
from csg_maps.model.filters import AreaPlace, make_cell_place, make_filter
from csg_maps.model.opening_hours import parse_hours
from csg_maps.store import audit, reference
from csg_maps.store.workspace import Store, create_store
from csg_maps.workflows import asset_imports, assets, assets_near, references, stores
from csg_maps.workflows.asset_imports import AssetChoice, import_file, import_upload

HEADS = "Name,Kind,Latitude,Longitude,ID\n"
REAL = {
    "gias_schools_bedfordshire.csv": (300, 300, 0, 0, {"school": 300}),
    "naptan_sample_15_stops.csv": (15, 14, 1, 0, {"taxi_rank": 1, "transport.stop": 12, "transport.station": 1}),
    "trafford_bus_stops.csv": (1025, 1025, 0, 0, {"transport.stop": 1025}),
    "trafford_fast_food_outlets.csv": (291, 290, 0, 1, {"takeaway": 266, "cafe": 24}),
    "trafford_fast_food_outlets.geojson": (291, 290, 0, 1, {"takeaway": 266, "cafe": 24}),
    "trafford_gambling_premises.csv": (27, 27, 0, 0, {"gambling": 27}),
    "trafford_greenspace_sites.geojson": (427, 427, 0, 0, {"park": 427}),
    "trafford_pharmacies.geojson": (57, 57, 0, 0, {"pharmacy": 57}),
    "trafford_places_of_worship.geojson": (118, 118, 0, 0, {"worship": 118}),
    "trafford_schools_and_colleges.geojson": (103, 103, 0, 0, {"school": 103}),
}
"""Rows, accepted, refused, duplicates and kinds of each real list: counted by hand from the files."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return create_store(tmp_path / "store")


def bring(store: Store, text: str, source: str = "ours", **choice: object) -> asset_imports.AssetReport:
    return import_upload(store, LOCAL_ACTOR, text.encode(), "list.csv", AssetChoice(source=source, **choice))


def one(store: Store, name: str) -> Asset:
    return next(
        asset for removed in (False, True) for asset in assets.list_assets(store, LOCAL_ACTOR, removed=removed)
        if asset.name == name
    )  # fmt: skip


def test_every_real_list_is_listed_here(shared_data: Path) -> None:
    assert {path.name for path in (shared_data / "poi").iterdir()} == set(REAL)


@pytest.mark.parametrize("name", REAL)
def test_a_real_list_comes_in_by_itself_with_every_row_accounted_for(
    store: Store, shared_data: Path, name: str
) -> None:
    rows, accepted, refused, duplicates, kinds = REAL[name]
    report = import_file(store, LOCAL_ACTOR, shared_data / "poi" / name, name)
    counts = report.counts
    assert counts.adds_up
    assert (counts.rows, counts.accepted, counts.refused, counts.duplicates) == (rows, accepted, refused, duplicates)
    assert report.kinds == kinds == {kind: assets.count_kinds(store, LOCAL_ACTOR)[kind] for kind in kinds}
    assert report.reasons
    again = import_file(store, LOCAL_ACTOR, shared_data / "poi" / name, name)
    assert again.brought is not None
    assert (again.brought.added, again.brought.updated, again.brought.unchanged, again.brought.missing) == (
        0,
        0,
        accepted,
        0,
    )


def test_hours_of_the_real_pharmacies(store: Store, shared_data: Path) -> None:
    name = "trafford_pharmacies.geojson"
    import_file(store, LOCAL_ACTOR, shared_data / "poi" / name, name)
    listed = assets.list_assets(store, LOCAL_ACTOR)
    assert all(len(asset.hours.days) == 7 for asset in listed)
    assert sum(asset.hours.of_day(7) == () for asset in listed) == 46
    allied = one(store, "Allied Pharmacy Davyhulme Medical Centre")
    assert allied.hours == parse_hours("Mo-Fr 09:00-18:00; Sa,Su closed").hours


def test_a_list_of_which_nothing_says_the_kind_is_asked_about(store: Store) -> None:
    text = "Name,Latitude,Longitude\nA,52.1,-0.4\n"
    with pytest.raises(InputRefused, match="Choose a kind"):
        bring(store, text)
    with pytest.raises(InputRefused, match="A kind is one of"):
        bring(store, text, kind="prison")
    with pytest.raises(InputRefused, match="No column says where"):
        bring(store, "Name,Town\nA,B\n", kind="school")
    with pytest.raises(InputRefused, match="No row of the file can be used"):
        placed = {"latitude": "Latitude", "longitude": "Longitude"}
        bring(store, "Name,Latitude,Longitude\nA,,\n", kind="school", fields=placed)
    assert assets.list_assets(store, LOCAL_ACTOR) == ()
    assert bring(store, text, kind="school").kinds == {"school": 1}


def test_a_trial_keeps_nothing_and_its_report_is_json(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    good = "".join(f"S{number},52.1{number},-0.4\n" for number in range(20))
    path.write_text(f"Name,Latitude,Longitude\nA,52.1,-0.4\nB,x,-0.4\n{good}", encoding="utf-8")
    report = import_file(store, LOCAL_ACTOR, path, "schools.csv", dry_run=True)
    written = json.loads(json.dumps(report.as_dict()))
    assert written["brought"] is None
    assert [(entry["Row"], entry["Column"]) for entry in written["problems"]] == [("3", "Latitude")]
    assert assets.list_assets(store, LOCAL_ACTOR) == ()


def test_only_those_with_the_rights_may_bring_in_and_change(store: Store) -> None:
    for right in ("manage_areas", "import"):
        poor = Actor("x", "police", tuple(sorted(set(RIGHTS) - {right})))
        with pytest.raises(NotAllowed):
            import_upload(store, poor, b"Name,Latitude,Longitude\nA,52.1,-0.4\n", "schools.csv", AssetChoice())
    with pytest.raises(NotAllowed):
        assets_near.near(store, Actor("x", "police", ()), (52.1, -0.4))


def test_distances_agree_with_the_ellipsoid_and_rings_with_distances(store: Store) -> None:
    geod = Geod(ellps="WGS84")
    here = (52.13, -0.46)
    made = []
    for number, metres in enumerate((40, 244, 256, 396, 404, 790, 810, 2000)):
        for bearing in (0, 77, 201):
            longitude, latitude, _back = geod.fwd(here[1], here[0], bearing, metres)
            made.append((f"{number}-{bearing}", latitude, longitude, metres))
    bring(store, HEADS + "".join(f"{name},Park,{lat:.7f},{lng:.7f},{name}\n" for name, lat, lng, _m in made))
    found = {near.asset.name: near for near in assets_near.near(store, LOCAL_ACTOR, here)}
    assert set(found) == {name for name, _lat, _lng, metres in made if metres <= 800}
    for name, latitude, longitude, metres in made:
        if name in found:
            _forth, _back, exact = geod.inv(here[1], here[0], longitude, latitude)
            assert abs(found[name].distance_m - exact) <= 5.5 + 0.001 * exact
            assert found[name].distance_m % 10 == 0
            assert found[name].ring_m == next(ring for ring in (250, 400, 800) if metres <= ring)
    order = [near.distance_m for near in assets_near.near(store, LOCAL_ACTOR, here)]
    assert order == sorted(order)
    assert [assets_near.ring_words(ring) for ring in (250, 400, 800)] == [
        "Within 250 m: about 3 minutes' walk",
        "Within 400 m: about 5 minutes' walk",
        "Within 800 m: about 10 minutes' walk",
    ]


def test_from_a_cell_the_edge_counts_and_inside_is_nothing(store: Store) -> None:
    cell = points_to_cells([52.13], [-0.46], 9)
    bring(store, HEADS + "In,Park,52.13,-0.46,1\nNear,Park,52.1345,-0.46,2\n")
    found = {near.asset.name: near.distance_m for near in assets_near.near(store, LOCAL_ACTOR, cell)}
    assert found["In"] == 0
    from_centre = assets_near.near(store, LOCAL_ACTOR, (52.13, -0.46))
    assert found["Near"] < next(near.distance_m for near in from_centre if near.asset.name == "Near") == 500
    kinds = assets_near.near(store, LOCAL_ACTOR, cell, kinds=("school",))
    assert kinds == ()


def test_whether_it_is_open_at_the_hours_of_a_filter(store: Store) -> None:
    bring(
        store,
        "Name,Kind,Latitude,Longitude,Opening hours\nA,Library,52.1,-0.4,Mo-Fr 09:00-17:00\nB,Library,52.1,-0.4001,\n"
        "C,Library,52.1,-0.4002,Mo-Su 09:00-12:00\nD,Library,52.1,-0.4003,Mo-Su 15:00-18:00\n",
    )
    moments = assets_near.moments_of(make_filter(weekdays=("5",), hour_bands=("15_18",)))
    found = {
        near.asset.name: near.open_share for near in assets_near.near(store, LOCAL_ACTOR, (52.1, -0.4), moments=moments)
    }
    assert found == {"A": pytest.approx(2 / 3), "B": None, "C": 0.0, "D": 1.0}
    assert [assets_near.open_words(found[name]) for name in "ABCD"] == ["part of the time", "", "closed", "open"]
    assert assets_near.moments_of(make_filter()) == ()


def test_what_a_person_edits_is_checked(store: Store) -> None:
    bring(store, HEADS + "A,School,52.1,-0.4,1\n")
    asset = one(store, "A")
    today = datetime.date.today()
    hours = assets.hours_of_days({1: "09:00-17:00", 2: "closed", 3: ""})
    asset = assets.edit(store, LOCAL_ACTOR, asset, name_cy="Ysgol A", hours=hours)
    assert (asset.hours.of_day(2), asset.hours.of_day(3)) == ((), None)
    for wrong in (
        {"kind": "prison"}, {"verified_by": "Me"}, {"review_on": "soon"}, {"name": "x" * 500},
        {"verified_by": "Me", "verified_on": (today + datetime.timedelta(days=2)).isoformat()},
    ):  # fmt: skip
        with pytest.raises(InputRefused):
            assets.edit(store, LOCAL_ACTOR, asset, **wrong)
    with pytest.raises(InputRefused, match="Tuesday"):
        assets.hours_of_days({2: "sometimes"})
    verified = assets.verify(store, LOCAL_ACTOR, asset, verified_by="Youth service", today=today)
    assert verified.verified_on == today.isoformat()
    assert assets.review_due(store, LOCAL_ACTOR, today) == ()
    assert len(assets.review_due(store, LOCAL_ACTOR, datetime.date.fromisoformat(verified.review_on))) == 1


def test_taken_away_it_is_nowhere_and_its_ground_goes_with_it(store: Store) -> None:
    bring(store, HEADS + "A,School,52.1,-0.4,1\nB,School,52.2,-0.5,2\n")
    assert reference.count_rows(store, "ground:assets") == 2
    assert set(reference.ground_cells(store, 11)) == set(points_to_cells([52.1, 52.2], [-0.4, -0.5]))
    gone = assets.remove(store, LOCAL_ACTOR, one(store, "A"))
    assert [asset.name for asset in assets.list_assets(store, LOCAL_ACTOR)] == ["B"]
    assert assets_near.near(store, LOCAL_ACTOR, (52.1, -0.4)) == ()
    assert reference.count_rows(store, "ground:assets") == 1
    assets.restore(store, LOCAL_ACTOR, gone)
    assert reference.count_rows(store, "ground:assets") == 2


def test_premises_that_become_protected_later_take_assets_away_for_good(store: Store, tmp_path: Path) -> None:
    bring(store, HEADS + "Secret,Youth club,52.1,-0.4,1\nOpen,Youth club,52.2,-0.4,2\n")
    path = tmp_path / "premises.csv"
    path.write_text("kind,latitude,longitude\nprotected,52.1,-0.4\nrecording,52.2,-0.4\n", encoding="utf-8")
    said = references.add(store, LOCAL_ACTOR, "premises", path, "premises.csv")
    assert "asset" not in said
    assert [asset.name for asset in assets.list_assets(store, LOCAL_ACTOR)] == ["Open"]
    with pytest.raises(InputRefused, match=r"^It may not be shown\.$"):
        assets.restore(store, LOCAL_ACTOR, one(store, "Secret"))
    again = bring(store, HEADS + "Secret,Youth club,52.1,-0.4,1\nOpen,Youth club,52.2,-0.4,2\n")
    assert (again.counts.accepted, again.counts.refused) == (1, 1)
    (problem,) = again.problems
    assert (problem.code, problem.values) == ("asset-not-shown", {})


def test_contacts_need_agreement_a_name_and_a_way_to_reach(store: Store) -> None:
    bring(store, HEADS + "Shop,Community guardian,52.1,-0.4,1\n")
    asset_id = one(store, "Shop").asset_id
    good = {
        "name": "Pat",
        "role": "Owner",
        "phone": "01234 567890",
        "email": "pat@example.org",
        "agreed_on": "2026-01-02",
    }
    for wrong in ({"name": " "}, {"phone": "", "email": ""}, {"agreed_on": ""}, {"agreed_on": "2999-01-01"},
                  {"email": "pat at home"}, {"phone": "call me"}):  # fmt: skip
        with pytest.raises(InputRefused):
            assets.add_contact(store, LOCAL_ACTOR, asset_id, **{**good, **wrong})
    kept = assets.add_contact(store, LOCAL_ACTOR, asset_id, **good)
    assert assets.contacts(store, LOCAL_ACTOR, asset_id) == (kept,)
    changed = assets.change_contact(store, LOCAL_ACTOR, kept, role="Manager")
    assets.delete_contact(store, LOCAL_ACTOR, changed)
    assert assets.count_contacts(store, LOCAL_ACTOR) == 0
    assert (audit.entries(store)["action"] == "read-contacts").sum() == 1
    assert "Pat" not in json.dumps(assets.as_rows(assets.list_assets(store, LOCAL_ACTOR)))


def test_the_demo_brings_its_own_assets_never_the_restricted_and_takes_only_those_away(tmp_path: Path) -> None:
    store = create_store(tmp_path / "store")
    stores.mark_demo(store)
    from csg_maps.settings import DEMO_FOLDER

    report = asset_imports.import_demo(store, LOCAL_ACTOR, DEMO_FOLDER / "demo_places.geojson")
    assert report.counts.adds_up
    assert report.kinds == {
        "school": 7, "takeaway": 7, "transport.station": 2, "youth": 3, "health": 1, "library": 1, "leisure": 1, "shops": 1,
    }  # fmt: skip
    names = {asset.name for asset in assets.list_assets(store, LOCAL_ACTOR)}
    assert not any("Police" in name or "Hospital" in name or "Home" in name for name in names)
    bring(store, HEADS + "Mine,School,52.1,-0.4,1\n")
    with pytest.raises(InputRefused, match="belongs to the fictional borough"):
        bring(store, HEADS + "Mine,School,52.1,-0.4,1\n", source="Demo")
    stores.start_empty(store, LOCAL_ACTOR)
    assert [asset.name for asset in assets.list_assets(store, LOCAL_ACTOR)] == ["Mine"]
    assert reference.count_rows(store, "ground:assets") == 1


def test_marks_on_a_map_are_at_most_a_few_hundred_the_nearest_first(store: Store) -> None:
    points = "".join(f"S{number},School,{52 + number * 0.0005:.5f},-0.4,{number}\n" for number in range(400))
    bring(store, HEADS + points)
    marks = assets_near.marks(store, LOCAL_ACTOR, ("school",), [(52.0, -0.4)])
    assert (marks.drawn, marks.total) == (assets_near.MOST_MARKS, 400)
    drawn = [latitude for _kind, group in marks.points for latitude, _longitude in group]
    assert max(drawn) == pytest.approx(52 + (assets_near.MOST_MARKS - 1) * 0.0005)
    assert assets_near.marks(store, LOCAL_ACTOR, ()).total == 0


def test_near_an_area_of_a_layer(demo_store: Store) -> None:
    found = assets_near.near_place(demo_store, LOCAL_ACTOR, AreaPlace("demo_wards"), "D05000001")
    assert found
    inside = [near for near in found if near.distance_m == 0]
    assert inside
    assert assets_near.near_place(demo_store, LOCAL_ACTOR, AreaPlace("demo_wards"), "no such area") == ()
    cell = int(points_to_cells([inside[0].asset.latitude], [inside[0].asset.longitude], 9)[0])
    again = assets_near.near_place(demo_store, LOCAL_ACTOR, make_cell_place(9), cell)
    assert inside[0].asset.asset_id in {near.asset.asset_id for near in again}
    assert np.all(np.diff([near.distance_m for near in again]) >= 0)
    assert dataclasses.is_dataclass(again[0])
