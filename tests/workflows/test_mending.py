"""Rows set aside are mended in each way, by the same rules as any row; and every row stays accounted for."""

import dataclasses
import datetime
from pathlib import Path

import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import pytest

from csg_maps.errors import InputRefused, NotAllowed
from csg_maps.geography.postcodes import normalise_postcode
from csg_maps.geography.premises import read_premises
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.model.mending import Mend
from csg_maps.model.provenance import Sharing
from csg_maps.store import audit, batches, quarantine, reference
from csg_maps.store.verify import verify
from csg_maps.store.workspace import Store, create_store, data_version
from csg_maps.workflows import aside_rows, mending, set_aside, supplies
from tests.workflows import mending_store as ours
from tests.workflows.mending_store import (
    HOW_TO_MEND,
    IN_TOWN,
    MESSY,
    MESSY_GROUPS,
    aside_of,
    check_sum,
    positions,
    records,
)

PROPOSED = Mend("point", is_proposed=True)
ANALYST = Actor("ann", "housing", ("import", "see_counts", "see_quarantine"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mending") / "template"
    report = ours.bring_in(ours.make_store(folder), MESSY)
    assert report.counts.quarantined == sum(MESSY_GROUPS.values())
    return folder


@pytest.fixture
def store(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.delenv("CSG_DATABASE_URL", raising=False)
    return ours.copy_of(template, tmp_path / "store")


def act(store: Store, codes: str, how: Mend) -> mending.MendResult:
    return mending.mend(store, LOCAL_ACTOR, aside_of(store).batch_id, positions(store, codes), how)


def newest(store: Store) -> pd.DataFrame:
    """The records of the newest step."""
    return records(store, mending.steps(store, LOCAL_ACTOR)[0].mended_batch)


def test_what_is_set_aside_is_grouped_by_reason_and_says_how_long_it_is_kept(store):
    found = aside_of(store)
    assert {group.codes: len(group.positions) for group in found.groups} == MESSY_GROUPS
    assert (found.agency, found.rows, found.days_left, found.can_be_mended) == ("housing", 29, 30, True)
    assert next(group.words for group in found.groups if group.codes == "future-date") == "The date is after today."
    assert "see-quarantine" not in audit.entries(store)["action"].tolist()  # reasons are no rows


def test_looking_at_a_group_shows_what_is_proposed_and_is_told_to_the_audit(store):
    look = aside_rows.look(store, LOCAL_ACTOR, aside_of(store).batch_id, "lost-minus-row")
    assert {row.proposal for row in look.rows} == {"its longitude with the other sign"}
    for row in look.rows:
        assert row.longitude == -float(row.said["longitude"])
        assert row.area
    assert audit.entries(store)["action"].tolist()[-1] == "see-quarantine"
    dates = aside_rows.look(store, LOCAL_ACTOR, aside_of(store).batch_id, "unreadable-date")
    assert sorted(row.alike for row in dates.rows) == ["31/02/2026"] * 3 + ["31/09/2026", "end of Sept"]
    assert (dates.date_format, dates.time, dates.place) == ("DD/MM/YYYY", True, False)
    outside = aside_rows.look(store, LOCAL_ACTOR, aside_of(store).batch_id, "outside-area")
    assert not outside.is_proposed
    assert {row.area for row in outside.rows} == {""}


@pytest.mark.parametrize(("codes", "swap", "sign"), [("swapped-row", True, 1), ("lost-minus-row", False, -1)])
def test_a_proposal_puts_each_row_where_its_mistake_undone_leads(store, codes, swap, sign):
    look = aside_rows.look(store, LOCAL_ACTOR, aside_of(store).batch_id, codes)
    expected = []
    for row in look.rows:
        lat, lng = (row.said[name] for name in (("longitude", "latitude") if swap else ("latitude", "longitude")))
        expected.append(h3.latlng_to_cell(float(lat), sign * float(lng), 11))
    done = act(store, codes, PROPOSED)
    assert (done.accepted, done.not_on_map, done.still) == (len(expected), 0, ())
    made = newest(store)
    assert sorted(made["cell"]) == sorted(expected)
    assert set(made["place_precision"]) == {"point"}
    assert (made["area_demo_wards"] != "").all()
    check_sum(store, aside_of(store).batch_id)


def test_a_click_an_area_no_place_a_value_and_a_refusal(store):
    batch_id = aside_of(store).batch_id
    act(store, "outside-area", Mend("point", latitude=IN_TOWN[0], longitude=IN_TOWN[1]))
    assert set(newest(store)["cell"]) == {h3.latlng_to_cell(*IN_TOWN, 11)}

    done = act(store, "half-coordinate", Mend("area", layer_id="demo_wards", area_code="D05000001"))
    made = newest(store)
    assert (done.accepted, done.not_on_map) == (2, 2)
    assert set(made["cell"]) == {0}
    assert set(made["place_precision"]) == {"area"}
    assert set(made["area_demo_wards"]) == {"D05000001"}

    act(store, "zero-coordinate", Mend("unplaced"))
    assert set(newest(store)["place_precision"]) == {"unknown"}

    act(
        store,
        "future-date",
        Mend("value", values=(("date", "14/09/2026"), ("harm", "missing.from_care"), ("age", "14"))),
    )
    made = newest(store)
    assert set(made["occurred_from"].dt.strftime("%Y-%m-%d")) == {"2026-09-14"}
    assert set(made["harm"]) == {"missing.from_care"}
    assert (made["cell"] != 0).all()  # where the file says

    done = act(store, "date-too-old", Mend("refused", why="A test entry of the system"))
    assert (done.refused, done.standing.refused) == (1, 1)
    now = check_sum(store, batch_id)
    assert (now.accepted, now.quarantined, now.refused) == (36 + 3 + 2 + 2 + 2, 29 - 10, 1)
    assert ours.counted(store) == now.accepted
    assert verify(store).is_sound


def test_a_postcode_is_a_place_as_well(store, tmp_path):
    table = pd.DataFrame(
        {"postcode": [normalise_postcode("ZZ1 1ZZ")], "latitude": [52.431], "longitude": [-4.79], "area_code": [""]}
    )
    reference.save_postcodes(store, LOCAL_ACTOR, table.astype({"postcode": "str", "area_code": "str"}))
    with pytest.raises(InputRefused, match="not in the postcode table"):
        act(store, "zero-coordinate", Mend("point", postcode="ZZ9 9ZZ"))
    act(store, "zero-coordinate", Mend("point", postcode="zz11zz"))
    made = newest(store)
    assert set(made["cell"]) == {h3.latlng_to_cell(52.431, -4.79, 11)}
    assert set(made["place_precision"]) == {"postcode"}


def test_rows_that_say_the_same_are_mended_without_the_others(store):
    batch_id = aside_of(store).batch_id
    look = aside_rows.look(store, LOCAL_ACTOR, batch_id, "unreadable-date")
    same = tuple(row.position for row in look.rows if row.alike == "31/02/2026")
    done = mending.mend(store, LOCAL_ACTOR, batch_id, same, Mend("value", values=(("date", "28/02/2026"),)))
    assert done.accepted == 3
    assert len(positions(store, "unreadable-date")) == 2


@pytest.mark.parametrize(
    ("codes", "how", "said"),
    [
        ("unreadable-date", Mend("value", values=(("date", "2026-02-28"),)), "not written as DD/MM/YYYY"),
        ("unreadable-date", Mend("value", values=(("date", "29/02/2026"),)), "The date does not exist"),
        ("future-date", Mend("value", values=(("date", "14/09/2063"),)), "The date is after today"),
        ("future-date", Mend("value", values=(("age", "14"),)), "The date is after today"),
        ("future-date", Mend("value", values=(("date", "14/09/2026"), ("harm", "mischief"))), "not mapped to a code"),
        ("future-date", Mend("value", values=(("date", "14/09/2026"), ("age", "900"))), "not a number from 0 to 120"),
        ("future-date", Mend("value", values=(("date", "14/09/2026"), ("children_count", "x"))), "not a whole number"),
        ("future-date", Mend("value", values=(("date", "14/09/2026"), ("is_proactive", "?"))), "neither yes nor no"),
        ("outside-area", Mend("point", latitude=52.4, longitude=-3.0), "more than 500 m outside"),
        ("outside-area", PROPOSED, "No place is proposed"),
        ("swapped-row", Mend("value", values=(("age", "14"),)), "if its two coordinates were exchanged"),
        ("swapped-row,unreadable-date", PROPOSED, "The date does not exist"),
        ("half-coordinate", Mend("area", layer_id="demo_wards", area_code="W1"), "Choose an area"),
        ("half-coordinate", Mend("area", layer_id="nowhere", area_code="D05000001"), "no area layer"),
        ("half-coordinate", Mend("point", latitude=float("nan"), longitude=1.0), "in degrees"),
        ("half-coordinate", Mend("point", latitude=91.0, longitude=1.0), "in degrees"),
        ("half-coordinate", Mend("value", values=(("reference", "X"),)), "cannot be corrected"),
        ("half-coordinate", Mend("value", values=(("latitude", "52"),)), "cannot be corrected"),
        ("half-coordinate", Mend("value"), "what is corrected"),
        ("half-coordinate", Mend("refused", why=" "), "Say why"),
        ("half-coordinate", Mend("burned"), "no such way"),
    ],
)  # fmt: skip
def test_a_wrong_correction_is_refused_with_the_rules_own_words(store, codes, how, said):
    version, batch_id = data_version(store), aside_of(store).batch_id
    with pytest.raises(InputRefused, match=said):
        act(store, codes, how)
    assert data_version(store) == version
    assert check_sum(store, batch_id).mended == 0


def test_a_few_rows_alone_do_not_pass_where_the_whole_file_did_not(tmp_path):
    """Without an area of one's own, a handful of wrong points has nothing usual beside it that would show them as wrong."""
    store = create_store(tmp_path / "nowhere")
    good = [f"R{day},{day:02d}/09/2026,52.4{day:02d},-4.79,asb.nuisance,street" for day in range(1, 29)]
    wrong = ["S1,03/09/2026,-4.79,52.43,asb.nuisance,street", "S2,04/09/2026,-4.78,52.44,asb.nuisance,street"]
    wrong += ["M1,05/09/2026,52.43,4.79,asb.nuisance,street", "M2,06/09/2026,52.44,4.78,asb.nuisance,street"]
    heading = "reference,date,latitude,longitude,harm,setting"
    ours.bring_in(store, ours.write_rows(tmp_path / "a.csv", good + wrong, heading))
    found = aside_of(store)
    assert {group.codes for group in found.groups} == {"swapped-row", "lost-minus-row"}
    every = tuple(position for group in found.groups for position in group.positions)
    with pytest.raises(InputRefused, match="Nothing was mended"):
        mending.mend(store, LOCAL_ACTOR, found.batch_id, every, Mend("value", values=(("age", "14"),)))
    assert mending.mend(store, LOCAL_ACTOR, found.batch_id, every, PROPOSED).accepted == 4
    assert {h3.get_resolution(cell) for cell in newest(store)["cell"]} == {11}
    check_sum(store, found.batch_id)


def test_rows_that_still_break_a_rule_stay_while_the_others_come_in(store):
    batch_id = aside_of(store).batch_id
    both = positions(store, "swapped-row") + positions(store, "swapped-row,unreadable-date")
    done = mending.mend(store, LOCAL_ACTOR, batch_id, both, PROPOSED)
    assert done.accepted == 6
    ((row, why),) = done.still
    assert (row, "The date does not exist" in why) == (42, True)
    assert positions(store, "swapped-row,unreadable-date")
    check_sum(store, batch_id)


def test_records_come_in_as_their_batch_did_and_the_history_says_how_never_what(store):
    before = batches.get_batch(store, aside_of(store).batch_id)
    act(store, "future-date", Mend("value", values=(("date", "14/09/2026"), ("age", "13"))))
    (step,) = mending.steps(store, LOCAL_ACTOR)
    assert (step.how, step.rows, step.fields, step.by, step.can_undo) == ("value", 2, ("age", "date"), "local", True)
    mended = batches.get_batch(store, step.mended_batch)
    same = ("agency", "purpose", "lawful_basis", "agreement", "retain_until", "evidence", "known_gaps")
    assert [getattr(mended, name) for name in same] == [getattr(before, name) for name in same]
    assert (mended.period_from, mended.period_to) == ("2026-09", "2026-09")
    entry = audit.entries(store).iloc[-1]
    assert entry["action"] == "mend"
    assert "future-date" in entry["detail"]
    assert "14/09" not in "".join(audit.entries(store)["detail"])
    (listed,) = supplies.list_supplies(store, LOCAL_ACTOR)  # the mend is no supply of its own
    assert (listed["batch_id"], listed["accepted"], listed["quarantined"]) == (before.batch_id, 38, 27)


def test_handling_and_recipients_stay_with_the_mended_row(template, tmp_path):
    store = ours.make_store(tmp_path / "shared")
    ours.bring_in(store, MESSY, sharing=Sharing("C", ("health", "police")))
    act(store, "swapped-row", PROPOSED)
    step = mending.steps(store, LOCAL_ACTOR)[0]
    held = [file for file in batches.every_file(store) if file.batch_id == step.mended_batch]
    assert [(file.handling, file.recipients) for file in held] == [("C", ("health", "police"))]
    nurse, teacher = (Actor("a", agency, ("see_counts",)) for agency in ("health", "education"))
    assert [batch.rows for batch in batches.list_batches(store, nurse)] == [36 + 6]
    assert batches.list_batches(store, teacher) == ()


def test_the_agencys_corrected_file_adds_nothing_to_what_was_mended(store, tmp_path):
    batch_id = aside_of(store).batch_id
    act(store, "swapped-row", PROPOSED)
    act(store, "future-date", Mend("value", values=(("date", "14/09/2026"),)))
    act(store, "zero-coordinate", Mend("unplaced"))
    rows = [line.split(",") for line in MESSY.read_text(encoding="utf-8").splitlines()[1:]]
    for row in rows:
        if row[2].startswith("-4"):
            row[2], row[3] = row[3], row[2]
        elif (row[2], row[3]) == ("0", "0"):
            row[2] = row[3] = ""
        row[1] = row[1].replace("2062", "2026")
    corrected = ours.write_rows(tmp_path / "corrected.csv", [",".join(row) for row in rows])
    report = ours.bring_in(store, corrected)
    # one row was set aside for a date as well, so its exchanged coordinates do not bring it in
    assert (report.counts.accepted, report.counts.duplicates) == (0, 36 + 6 + 2 + 2 + 1)
    check_sum(store, batch_id)


def test_a_mended_row_that_came_in_by_a_corrected_file_is_a_duplicate(store, tmp_path):
    batch_id = aside_of(store).batch_id
    rows = [line.split(",") for line in MESSY.read_text(encoding="utf-8").splitlines()[1:]]
    swapped = [[row[0], row[1], row[3], row[2], *row[4:]] for row in rows if row[2].startswith("-4")]
    report = ours.bring_in(store, ours.write_rows(tmp_path / "corrected.csv", [",".join(row) for row in swapped]))
    assert report.counts.accepted == 6
    before = ours.counted(store)
    done = mending.mend(store, LOCAL_ACTOR, batch_id, positions_in(store, batch_id, "swapped-row"), PROPOSED)
    assert (done.accepted, done.duplicates) == (0, 6)
    assert ours.counted(store) == before
    now = mending.standing(store, LOCAL_ACTOR, batch_id)
    assert (now.duplicates, now.quarantined, now.adds_up) == (7, 23, True)
    assert mending.steps(store, LOCAL_ACTOR, batch_id)[0].mended_batch == ""


def positions_in(store: Store, batch_id: str, codes: str) -> tuple[int, ...]:
    return next(group.positions for group in aside_of(store, batch_id).groups if group.codes == codes)


def test_rows_without_a_reference_that_look_alike_all_stay(tmp_path):
    store = ours.make_store(tmp_path / "alike")
    right = "03/09/2026,52.430100,-4.790200,asb.nuisance,street"
    wrong = "03/09/2026,-4.790200,52.430100,asb.nuisance,street"
    others = [f"{day:02d}/09/2026,52.4{day:02d}000,-4.790200,asb.nuisance,street" for day in range(10, 28)]
    path = ours.write_rows(
        tmp_path / "a.csv", [right, right, wrong, wrong, *others], "date,latitude,longitude,harm,setting"
    )
    ours.bring_in(store, path)
    done = act(store, "swapped-row", PROPOSED)
    assert (done.accepted, done.duplicates) == (2, 0)  # as if they had come in right together
    same = path.with_name("b.csv")
    ours.write_rows(same, [right] * 4 + others, "date,latitude,longitude,harm,setting")
    report = ours.bring_in(store, same)
    assert (report.counts.accepted, report.counts.duplicates) == (0, 22)


def test_a_protected_address_and_a_home_hide_the_mended_row_too(store):
    look = aside_rows.look(store, LOCAL_ACTOR, aside_of(store).batch_id, "lost-minus-row")
    first, second, *_others = look.rows
    table = pd.DataFrame(
        {"kind": ["protected"], "latitude": [str(first.latitude)], "longitude": [str(first.longitude)]}
    )
    reference.save_premises(store, LOCAL_ACTOR, read_premises(table.astype("str")))
    batch_id = aside_of(store).batch_id
    mending.mend(store, LOCAL_ACTOR, batch_id, (first.position,), PROPOSED)
    made = newest(store)
    assert (made["cell"].tolist(), made["place_precision"].tolist()) == ([0], ["area"])
    assert made["area_demo_wards"].tolist() != [""]
    home = dataclasses.replace(PROPOSED, values=(("setting", "home"),))
    mending.mend(store, LOCAL_ACTOR, batch_id, (second.position,), home)
    assert newest(store)["cell"].tolist() == [0]


def test_undo_sets_the_rows_aside_again_as_they_were(store):
    batch_id = aside_of(store).batch_id
    before = quarantine.read_quarantined(store, LOCAL_ACTOR, batch_id)
    act(store, "swapped-row", PROPOSED)
    act(store, "outside-area", Mend("refused", why="In another council's area"))
    last, first = mending.steps(store, LOCAL_ACTOR, batch_id)
    with pytest.raises(InputRefused, match="only the newest"):
        mending.undo(store, LOCAL_ACTOR, batch_id, first.step)
    assert mending.undo(store, LOCAL_ACTOR, batch_id, last.step) == 3
    assert mending.undo(store, LOCAL_ACTOR, batch_id, first.step) == 6
    pd.testing.assert_frame_equal(quarantine.read_quarantined(store, LOCAL_ACTOR, batch_id), before)
    assert check_sum(store, batch_id).mended == 0
    assert ours.counted(store) == 36
    assert verify(store).is_sound
    assert act(store, "swapped-row", PROPOSED).accepted == 6
    with pytest.raises(InputRefused):
        mending.undo(store, LOCAL_ACTOR, batch_id, "no step")


def test_withdrawing_bringing_back_and_deleting_take_the_mends_along(store):
    batch_id = aside_of(store).batch_id
    act(store, "swapped-row", PROPOSED)
    mended = mending.steps(store, LOCAL_ACTOR)[0].mended_batch
    assert ours.counted(store) == 42
    with pytest.raises(InputRefused, match="holds mended rows"):
        supplies.withdraw(store, LOCAL_ACTOR, mended, "alone")
    supplies.withdraw(store, LOCAL_ACTOR, batch_id, "wrong month")
    assert ours.counted(store) == 0
    assert set_aside.open_rows(store, LOCAL_ACTOR, ours.TODAY) == ()
    assert not mending.steps(store, LOCAL_ACTOR)[0].can_undo
    with pytest.raises(InputRefused, match="withdrawn"):
        mending.mend(store, LOCAL_ACTOR, batch_id, (1,), Mend("unplaced"))
    check_sum(store, batch_id)
    supplies.restore(store, LOCAL_ACTOR, batch_id)
    assert ours.counted(store) == 42
    check_sum(store, batch_id)
    batches.purge_batch(store, LOCAL_ACTOR, batch_id, "time is over")
    assert ours.counted(store) == 0
    assert not list((store.folder / "batches").glob("*"))
    assert not list((store.folder / "quarantine").glob("*"))
    assert verify(store).is_sound


def test_a_withdrawn_batch_is_not_brought_back_over_its_own_mends_in_another(store, tmp_path):
    batch_id = aside_of(store).batch_id
    act(store, "swapped-row", PROPOSED)
    supplies.withdraw(store, LOCAL_ACTOR, batch_id, "wrong")
    rows = [line.split(",") for line in MESSY.read_text(encoding="utf-8").splitlines()[1:]]
    swapped = [[row[0], row[1], row[3], row[2], *row[4:]] for row in rows if row[2].startswith("-4")]
    ours.bring_in(store, ours.write_rows(tmp_path / "again.csv", [",".join(row) for row in swapped]))
    with pytest.raises(InputRefused, match="have come in again"):
        supplies.restore(store, LOCAL_ACTOR, batch_id)


def later(hours: float) -> str:
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours)
    return moment.isoformat(timespec="milliseconds")


def test_what_a_mended_row_said_is_deleted_when_it_cannot_be_undone_any_more(store):
    batch_id = aside_of(store).batch_id
    look = aside_rows.look(store, LOCAL_ACTOR, batch_id, "swapped-row")
    canary = look.rows[0].said["latitude"]
    before = quarantine.read_quarantined(store, LOCAL_ACTOR, batch_id)
    act(store, "swapped-row", PROPOSED)
    assert quarantine.let_go(store, LOCAL_ACTOR, later(-1)) == 0  # not yet
    assert len(quarantine.positions_on_disk(store, batch_id)) == 29
    assert quarantine.let_go(store, LOCAL_ACTOR, later(1)) == 6
    (path,) = (store.folder / "quarantine").glob("*")
    assert canary not in pd.read_parquet(path).to_csv()
    assert path.stat().st_mode & 0o777 == 0o600
    after = quarantine.read_quarantined(store, LOCAL_ACTOR, batch_id)
    pd.testing.assert_frame_equal(after, before.loc[after.index], check_index_type=False)
    assert verify(store).is_sound
    step = mending.steps(store, LOCAL_ACTOR)[0]
    with pytest.raises(InputRefused, match="deleted already"):
        mending.undo(store, LOCAL_ACTOR, batch_id, step.step)
    assert quarantine.let_go(store, LOCAL_ACTOR, later(1)) == 0
    for group in aside_of(store).groups:
        mending.mend(store, LOCAL_ACTOR, batch_id, group.positions, HOW_TO_MEND[group.codes])
    assert quarantine.let_go(store, LOCAL_ACTOR, later(1)) == 23
    assert not list((store.folder / "quarantine").glob("*"))
    assert check_sum(store, batch_id).quarantined == 0
    assert verify(store).is_sound


def test_what_a_kill_left_of_the_old_file_goes_at_the_next_start(store):
    batch_id = aside_of(store).batch_id
    old = quarantine.quarantine_path(store, batch_id)
    kept = old.read_bytes()
    act(store, "swapped-row", PROPOSED)
    quarantine.let_go(store, LOCAL_ACTOR, later(1))
    old.write_bytes(kept)  # killed between the new file's name and the old one's end
    orphan = old.with_name(f"{batch_id}.{'0' * 64}.parquet")
    orphan.write_bytes(kept)  # killed before the workspace named it
    assert len(quarantine.read_quarantined(store, LOCAL_ACTOR, batch_id)) == 23
    quarantine.purge_expired(store, LOCAL_ACTOR, ours.TODAY)
    assert len(list((store.folder / "quarantine").glob("*"))) == 1
    assert len(quarantine.read_quarantined(store, LOCAL_ACTOR, batch_id)) == 23


def test_a_week_before_it_says_so_and_after_thirty_days_the_sum_says_what_was_deleted(store):
    batch_id = aside_of(store).batch_id
    act(store, "swapped-row", PROPOSED)
    goes_on = datetime.date.fromisoformat(aside_of(store).goes_on)
    day = datetime.timedelta(days=1)
    assert set_aside.expiring(store, LOCAL_ACTOR, goes_on - 8 * day) == ()
    (soon,) = set_aside.expiring(store, LOCAL_ACTOR, goes_on - 7 * day)
    assert (soon.agency, soon.rows, soon.days_left) == ("housing", 23, 7)
    assert set_aside.expiring(store, Actor("n", "housing", ("see_counts",)), goes_on) == ()
    quarantine.purge_expired(store, LOCAL_ACTOR, goes_on + day)
    now = check_sum(store, batch_id)
    assert (now.accepted, now.quarantined, now.deleted) == (42, 23, 23)
    assert "23 of those set aside were deleted" in mending.in_words(now)
    with pytest.raises(InputRefused):
        mending.mend(store, LOCAL_ACTOR, batch_id, (1,), Mend("unplaced"))
    assert not mending.steps(store, LOCAL_ACTOR)[0].can_undo  # its text went with the rest


def test_only_who_may_see_them_and_only_their_own_agency(store):
    batch_id = aside_of(store).batch_id
    assert mending.mend(store, ANALYST, batch_id, positions(store, "swapped-row"), PROPOSED).accepted == 6
    foreign = dataclasses.replace(ANALYST, agency="health")
    assert set_aside.open_rows(store, foreign, ours.TODAY) == ()
    with pytest.raises(InputRefused):
        mending.mend(store, foreign, batch_id, positions(store, "lost-minus-row"), PROPOSED)
    for rights in (("see_quarantine",), ("import",)):
        with pytest.raises(NotAllowed):
            mending.mend(store, dataclasses.replace(ANALYST, rights=rights), batch_id, (2,), PROPOSED)


def test_an_import_that_did_not_keep_how_its_rows_were_read_can_only_be_refused(store):
    batch_id = aside_of(store).batch_id
    strip_reading(store, batch_id)
    assert not aside_of(store).can_be_mended
    with pytest.raises(InputRefused, match="before the workbench"):
        act(store, "swapped-row", PROPOSED)
    assert aside_rows.look(store, LOCAL_ACTOR, batch_id, "swapped-row").rows[0].proposal == ""
    assert act(store, "swapped-row", Mend("refused", why="too old")).refused == 6
    check_sum(store, batch_id)


def strip_reading(store: Store, batch_id: str) -> None:
    """The file as an earlier version wrote it."""
    path = quarantine.quarantine_path(store, batch_id)
    pd.read_parquet(path).drop(columns="table").to_parquet(path)


def test_every_row_of_the_messy_month_is_mended_and_rows_add_up_after_each_step(store, capsys):
    batch_id = aside_of(store).batch_id
    for group in aside_of(store).groups:
        done = mending.mend(store, LOCAL_ACTOR, batch_id, group.positions, HOW_TO_MEND[group.codes])
        assert done.still == ()
        check_sum(store, batch_id)
        with capsys.disabled():
            print(f"\n{group.codes}: {mending.in_words(done.standing)}", end="")
    now = check_sum(store, batch_id)
    assert (now.rows, now.accepted, now.quarantined, now.refused, now.duplicates) == (66, 65, 0, 0, 1)
    assert set_aside.open_rows(store, LOCAL_ACTOR, ours.TODAY) == ()
    assert ours.counted(store) == 65


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
def test_any_sequence_of_steps_keeps_every_row_once(store, seed):
    rng = np.random.default_rng(seed)
    batch_id = aside_of(store).batch_id
    ways = [*HOW_TO_MEND.values(), Mend("refused", why="not ours")]
    for _step in range(14):
        status = batches.get_batch(store, batch_id).status
        kind = rng.choice(["mend", "mend", "mend", "undo", "status", "let go"])
        try:
            if kind == "status":
                supplies.restore(store, LOCAL_ACTOR, batch_id) if status == "withdrawn" else supplies.withdraw(
                    store, LOCAL_ACTOR, batch_id, "to try"
                )
            elif kind == "undo":
                steps = mending.steps(store, LOCAL_ACTOR, batch_id)
                mending.undo(store, LOCAL_ACTOR, batch_id, steps[0].step if steps else "none")
            elif kind == "let go":
                quarantine.let_go(store, LOCAL_ACTOR, later(1))
            else:
                some = tuple(int(place) for place in rng.choice(29, size=int(rng.integers(1, 12)), replace=False))
                mending.mend(store, LOCAL_ACTOR, batch_id, some, ways[rng.integers(len(ways))])
        except InputRefused:
            pass
        now = check_sum(store, batch_id)
        expected = 0 if batches.get_batch(store, batch_id).status == "withdrawn" else now.accepted
        assert ours.counted(store) == expected
    assert verify(store).is_sound
