"""Every row that the messy open files leave set aside is mended; the same by command; rows add up after each step.

Of the files that hold concerns, one leaves rows aside by itself (`cdmx_car_jacking`: 152 rows at 0, 0). With the area of its
own city loaded, Northumbria's leaves those outside of its wards, so it is tried with them.
"""

import datetime
import json
from pathlib import Path

import pytest

from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.mending import Mend
from csg_maps.store import batches
from csg_maps.store.verify import verify
from csg_maps.store.workspace import open_store
from csg_maps.workflows import mending, set_aside
from tests.commands import run, supply
from tests.workflows import mending_store as ours

TODAY = datetime.date.today()


def test_the_zero_points_of_a_city_come_in_without_a_place_or_in_an_area(shared_data: Path, tmp_path: Path, capsys):
    run("init", "--store", tmp_path / "store")
    layer = shared_data / "messy" / "cdmx_alcaldias.gpkg"
    words = ("--layer", "alcaldias", "--code", "municip", "--name", "nomgeo", "--no-extent")
    added = run("areas", "add", layer, "--store", tmp_path / "store", *words)
    assert added.exit_code == 0, added.output
    done = supply(shared_data / "messy" / "cdmx_car_jacking.gpkg", "--store", tmp_path / "store")
    assert "152 set aside" in done.output
    store = open_store(tmp_path / "store")
    (aside,) = set_aside.open_rows(store, LOCAL_ACTOR, TODAY)
    (group,) = aside.groups
    assert (group.codes, len(group.positions)) == ("zero-coordinate", 152)
    code = sorted(ours.areas.read_layer(store, "alcaldias")["area_code"])[0]
    steps = (
        (group.positions[:100], Mend("unplaced"), 100),
        (group.positions[100:150], Mend("area", layer_id="alcaldias", area_code=code), 50),
        (group.positions[150:], Mend("refused", why="The agency has no place for these"), 0),
    )
    for some, how, accepted in steps:
        result = mending.mend(store, LOCAL_ACTOR, aside.batch_id, some, how)
        assert (result.accepted, result.duplicates, result.still) == (accepted, 0, ())
        ours.check_sum(store, aside.batch_id)
        with capsys.disabled():
            print(f"\n{how.how}: {mending.in_words(result.standing)}", end="")
    now = ours.check_sum(store, aside.batch_id)
    assert (now.rows, now.accepted, now.quarantined, now.refused) == (2_811, 2_809, 0, 2)
    assert ours.counted(store) == 2_809
    assert verify(store).is_sound


@pytest.mark.slow
def test_what_lies_outside_an_area_of_ones_own_is_placed_or_refused(shared_data: Path, tmp_path: Path, capsys):
    run("init", "--store", tmp_path / "store")
    layer = shared_data / "messy" / "northumbria_districts.geojson"
    look = json.loads(layer.read_text(encoding="utf-8"))["features"][:1]  # one of six: most rows then lie outside
    one = tmp_path / "one.geojson"
    one.write_text(json.dumps({"type": "FeatureCollection", "features": look}), encoding="utf-8")
    added = run(
        "areas",
        "add",
        one,
        "--store",
        tmp_path / "store",
        "--layer",
        "mine",
        "--code",
        "objectid",
        "--name",
        "district",
    )
    assert added.exit_code == 0, added.output
    supply(shared_data / "messy" / "northumbria_asb.tab.gz", "--store", tmp_path / "store")
    store = open_store(tmp_path / "store")
    (aside,) = set_aside.open_rows(store, LOCAL_ACTOR, TODAY)
    for group in aside.groups:
        half = len(group.positions) // 2
        for some, how in (
            (group.positions[:half], Mend("unplaced")),
            (group.positions[half:], Mend("refused", why="In another council's area")),
        ):
            if some:
                result = mending.mend(store, LOCAL_ACTOR, aside.batch_id, some, how)
                assert result.still == ()
                ours.check_sum(store, aside.batch_id)
                with capsys.disabled():
                    print(f"\n{group.codes}, {how.how}: {mending.in_words(result.standing)}", end="")
    assert ours.check_sum(store, aside.batch_id).quarantined == 0


def test_the_messy_month_is_mended_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CSG_DATABASE_URL", raising=False)
    store = ours.make_store(tmp_path / "store")
    ours.bring_in(store, ours.MESSY)
    (batch,) = batches.list_batches(store, LOCAL_ACTOR)
    words = ("--store", tmp_path / "store")

    def mend(*more: object):
        return run("set-aside", "mend", batch.batch_id, *words, *more)

    listed = run("set-aside", "list", *words)
    assert "swapped-row: 6 x" in listed.output
    assert json.loads(run("set-aside", "list", "--json", *words).output)[0]["rows"] == 29
    steps = (
        (("--rows", "swapped-row", "--how", "point", "--at", "proposed"), 42),
        (("--rows", "outside-area", "--how", "point", "--at", "52.4301,-4.7902"), 45),
        (("--rows", "half-coordinate", "--how", "area", "--layer", "demo_wards", "--area", "D05000001"), 47),
        (("--rows", "14", "--how", "value", "--set", "date=28/02/2026"), 48),
        (("--rows", "28,30", "--how", "unplaced"), 50),
    )
    for step, accepted in steps:
        done = mend(*step)
        assert done.exit_code == 0, done.output
        assert f"66 rows = {accepted} accepted" in done.output
    assert "+ 2 refused +" in mend("--rows", "future-date", "--how", "refuse", "--why", "A test of the system").output
    assert "2 rows are set aside again" in run("set-aside", "undo", batch.batch_id, *words).output
    for wrong in (
        ("--rows", "9999", "--how", "unplaced"),
        ("--rows", "future-date", "--how", "point", "--at", "here,there"),
        ("--rows", "future-date", "--how", "value", "--set", "date"),
        ("--rows", "future-date", "--how", "value", "--set", "date=14/09/2063"),
        ("--rows", "future-date", "--how", "refuse"),
    ):
        failed = mend(*wrong)
        assert failed.exit_code != 0
        assert "Traceback" not in failed.output
    assert run("set-aside", "mend", "nobatch", *words, "--rows", "all", "--how", "unplaced").exit_code != 0
    assert run("verify", *words).exit_code == 0
