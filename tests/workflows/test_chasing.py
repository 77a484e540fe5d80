"""The board on a day of its own: who is due, late, missing; what is usual; what runs out; the words to send."""

import dataclasses
import datetime
import json
from pathlib import Path

import pytest

from csg_maps.disclosure.policy import NotAllowed
from csg_maps.errors import InputRefused
from csg_maps.i18n import speaking
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.model.calendar import AgencyCalendar, check_calendar, due_on, standing
from csg_maps.settings import DEMO_FOLDER
from csg_maps.store import batches
from csg_maps.store.workspace import Store, create_store
from csg_maps.workflows import chasing, supplies
from tests.commands import run, supply

TODAY = datetime.date(2026, 11, 24)
HELD = [f"2026-{month:02d}" for month in range(1, 11)]


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with the concerns of the demo borough's eight agencies."""
    store = create_store(tmp_path_factory.mktemp("demo") / "store")
    for file in sorted(DEMO_FOLDER.glob("demo_concerns_*.csv.gz")):
        agency = file.name.removeprefix("demo_concerns_").removesuffix(".csv.gz")
        done = supply(file, "--store", store.folder, agency=agency)
        assert done.exit_code == 0, done.output
    return store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return create_store(tmp_path / "store")


@pytest.mark.parametrize(
    ("held", "cadence", "today", "state", "late", "older", "late_days", "next_due"),
    [
        # October is due on 10 November, and is late from the day after
        (HELD, "monthly", "2026-11-24", "on_time", (), (), 0, "2026-12-10"),
        (HELD[:-1], "monthly", "2026-11-10", "due", (), (), 0, "2026-11-10"),
        (HELD[:-1], "monthly", "2026-11-07", "due", (), (), 0, "2026-11-10"),
        (HELD[:-1], "monthly", "2026-11-02", "on_time", (), (), 0, "2026-11-10"),
        (HELD[:-1], "monthly", "2026-11-11", "late", ("2026-10",), (), 1, "2026-12-10"),
        (HELD[:-1], "monthly", "2026-11-24", "late", ("2026-10",), (), 14, "2026-12-10"),
        (HELD[:2] + HELD[3:], "monthly", "2026-11-24", "missing", (), ("2026-03",), 0, "2026-12-10"),
        (HELD[:2] + HELD[3:-1], "monthly", "2026-11-24", "missing", ("2026-10",), ("2026-03",), 14, "2026-12-10"),
        # of a quarter, all three months are due together
        (HELD[:6], "quarterly", "2026-10-09", "due", (), (), 0, "2026-10-10"),
        (HELD[:6], "quarterly", "2026-10-22", "late", ("2026-07", "2026-08", "2026-09"), (), 12, "2027-01-10"),
        (HELD[:8], "quarterly", "2026-10-22", "late", ("2026-09",), (), 12, "2027-01-10"),
        (HELD[:6], "none", "2026-11-24", "none", (), (), 0, None),
        ([], "monthly", "2026-11-24", "nothing_yet", (), (), 0, None),
    ],
)
def test_how_an_agency_stands(
    held: list[str],
    cadence: str,
    today: str,
    state: str,
    late: tuple,
    older: tuple,
    late_days: int,
    next_due: str | None,
) -> None:
    stands = standing(AgencyCalendar("police", cadence), held, _day(today))
    assert (stands.state, stands.late, stands.older, stands.late_days) == (state, late, older, late_days)
    assert stands.next_due == (_day(next_due) if next_due else None)


def test_the_first_month_that_is_said_counts_even_where_nothing_came() -> None:
    calendar = AgencyCalendar("police", starts="2026-08")
    assert standing(calendar, [], TODAY).missing == ("2026-08", "2026-09", "2026-10")
    assert standing(calendar, HELD[8:], TODAY).missing == ("2026-08",)
    assert due_on("2026-12", AgencyCalendar("police", expected_day=28)) == _day("2027-01-28")


@pytest.mark.parametrize(
    "wrong", [{"cadence": "weekly"}, {"expected_day": 29}, {"starts": "April"}, {"agreement_until": "31/03/2027"}]
)
def test_a_calendar_that_cannot_hold_is_refused(store: Store, wrong: dict) -> None:
    with pytest.raises(InputRefused):
        check_calendar(AgencyCalendar("police", **wrong))
    with pytest.raises(InputRefused):
        chasing.save_calendar(store, LOCAL_ACTOR, AgencyCalendar("police", **wrong))


def test_the_demo_s_housing_is_behind_and_the_others_are_not(demo: Store) -> None:
    board = chasing.board(demo, LOCAL_ACTOR, TODAY)
    said = {row.agency: chasing.state_words(row, TODAY) for row in board}
    assert board[0].agency == "housing"
    assert said.pop("housing") == "late by 14 days: October 2026; months missing: March 2025, April 2025"
    assert set(said.values()) == {"on time"}
    assert len(said) == 7
    by_agency = {row.agency: row for row in board}
    assert (by_agency["police"].last_rows, by_agency["police"].calendar.version) == (768, 0)
    assert by_agency["social_care"].volume == chasing.Volume("2026-10", 11, "fewer", 15.5, 12, 24)
    assert "fewer than in any month before" in chasing.volume_words(by_agency["social_care"].volume)
    assert "as usual" in chasing.volume_words(by_agency["police"].volume)


def test_on_the_day_it_is_due_nobody_is_late_and_words_say_when(demo: Store) -> None:
    board = {row.agency: row for row in chasing.board(demo, LOCAL_ACTOR, _day("2026-12-07"))}
    assert chasing.state_words(board["police"], _day("2026-12-07")) == "due in 3 days"
    board = {row.agency: row for row in chasing.board(demo, LOCAL_ACTOR, _day("2026-12-10"))}
    assert chasing.state_words(board["police"], _day("2026-12-10")) == "due today"


def test_the_reminder_names_months_and_a_role_and_no_number_of_anything_else(demo: Store) -> None:
    row = chasing.board(demo, LOCAL_ACTOR, TODAY)[0]
    row = dataclasses.replace(row, calendar=dataclasses.replace(row.calendar, contact_role="Data officer\n{7*7}"))
    text = chasing.reminder(row, TODAY, "en")
    assert "To: Data officer {7*7}, Housing and landlords" in text
    assert "- March 2025\n- April 2025\n- October 2026\n" in text
    assert "10 April 2025" in text and "1 December 2026" in text
    digits = "".join(character if character.isdigit() else " " for character in text).split()
    assert set(digits) <= {"2025", "2026", "10", "1", "7"}
    with speaking("cy"):
        assert "Mawrth 2025" in chasing.reminder(row, TODAY, "cy")
        assert "March 2025" in chasing.reminder(row, TODAY, "en")  # the document's language, not the page's
    others = [row for row in chasing.board(demo, LOCAL_ACTOR, TODAY) if row.agency == "police"]
    assert "Next we expect, by 10 December 2026:\n- November 2026" in chasing.reminder(others[0], TODAY, "en")
    nothing = dataclasses.replace(others[0], standing=standing(AgencyCalendar("police", "none"), HELD, TODAY))
    assert chasing.reminder(nothing, TODAY, "en") == ""


@pytest.mark.parametrize(
    ("months", "newest", "verdict"),
    # the months before have 11 to 16 rows
    [
        (0, 13, "too_few_months"),
        (5, 13, "too_few_months"),
        (6, 11, "usual"),
        (6, 16, "usual"),
        (6, 10, "fewer"),
        (6, 17, "more"),
    ],
)
def test_what_is_usual_needs_six_months(months: int, newest: int, verdict: str) -> None:
    counted = {f"2026-{10 - back:02d}": 10 + back for back in range(1, months + 1)}
    found = chasing.volume_of({**counted, "2026-10": newest, "2026-11": 1}, TODAY)
    assert (found.month, found.rows, found.verdict) == ("2026-10", newest, verdict)


def test_months_without_anything_are_missing_and_not_quiet() -> None:
    counted = {f"2026-{month:02d}": 20 for month in (1, 2, 4, 6, 8, 9)} | {"2026-10": 20}
    assert chasing.volume_of(counted, TODAY) == chasing.Volume("2026-10", 20, "usual", 20.0, 20, 20)
    assert chasing.volume_of({}, TODAY).verdict == "nothing"
    assert chasing.volume_of({"2026-11": 3}, TODAY).verdict == "nothing"  # the running month


def test_a_calendar_is_changed_by_one_person_at_a_time_and_the_change_is_recorded(store: Store) -> None:
    analyst = Actor("ann", "", tuple(sorted(LOCAL_ACTOR.rights)))
    chasing.save_calendar(
        store, analyst, AgencyCalendar("police", expected_day=5, contact_role="Data officer", note="x")
    )
    (row,) = chasing.board(store, LOCAL_ACTOR, TODAY)
    assert (row.calendar.expected_day, row.calendar.version, row.standing.state) == (5, 1, "nothing_yet")
    with pytest.raises(InputRefused, match="ann changed this on 20"):
        chasing.save_calendar(store, LOCAL_ACTOR, AgencyCalendar("police", expected_day=7))
    chasing.save_calendar(store, LOCAL_ACTOR, dataclasses.replace(row.calendar, expected_day=7))
    entries = supplies.audit_entries(store, LOCAL_ACTOR)
    changes = [json.loads(text) for text in entries.loc[entries["action"] == "change-calendar", "detail"]]
    assert changes[0]["supplier"] == "police"
    assert changes[1]["fields"] == ["expected_day"]
    assert run("verify", "--store", store.folder).exit_code == 0


def test_who_may_not_import_sees_no_board_and_changes_nothing(store: Store) -> None:
    reader = Actor("r", "police", ("see_counts",))
    for refused in (
        lambda: chasing.board(store, reader, TODAY),
        lambda: chasing.save_calendar(store, reader, AgencyCalendar("police")),
    ):
        with pytest.raises(NotAllowed):
            refused()


def _supply_month(store: Store, folder: Path, month: str, *, bad: int = 0) -> None:
    file = folder / f"{month}.csv"
    good = "".join(f"{month}-{day:02d},52.13,-0.46,missing\n" for day in range(1, 11))
    wrong = "".join(f"{month}-{day:02d},91,-0.46,missing\n" for day in range(1, bad + 1))
    file.write_text(f"Date,Latitude,Longitude,Harm\n{good}{wrong}", encoding="utf-8")
    done = supply(file, "--store", store.folder)
    assert done.exit_code == 0, done.output


def test_what_came_late_what_waits_and_what_runs_out(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = {"2026-01": "2026-02-09", "2026-02": "2026-03-20", "2026-03": "2026-04-10"}
    for month, day in arrived.items():
        monkeypatch.setattr(batches, "now", lambda day=day: f"{day}T09:00:00.000+00:00")
        _supply_month(store, tmp_path, month, bad=2 if month == "2026-03" else 0)
    chasing.save_calendar(store, LOCAL_ACTOR, AgencyCalendar("police", agreement_until="2026-05-31"))
    (row,) = chasing.board(store, LOCAL_ACTOR, _day("2026-04-12"))
    assert row.late == (("2026-02", 10),)  # January came in time, March on its day
    assert (row.last_received, row.last_rows, row.last_accepted, row.set_aside) == ("2026-04-10", 12, 10, 2)
    assert chasing.not_on_map_words(row) == "0%"
    assert chasing.ending_words(row.ending) == "the agreement ends on 31 May 2026"
    (row,) = chasing.board(store, LOCAL_ACTOR, _day("2030-03-01"))
    assert (
        chasing.ending_words(row.ending)
        == "the agreement ended on 31 May 2026; records are deleted after 31 March 2030"
    )
    unseeing = Actor("a", "police", ("import", "see_counts"))
    assert chasing.board(store, unseeing, _day("2026-04-12"))[0].set_aside == 0


def test_recorded_crime_is_nobody_s_monthly_supply(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "crime.csv"
    rows = "".join(f"2026-01-{day:02d},52.13,-0.46,robbery\n" for day in range(1, 11))
    file.write_text(f"Date,Latitude,Longitude,Harm\n{rows}", encoding="utf-8")
    assert supply(file, "--store", store.folder, "--evidence", "background").exit_code == 0
    assert chasing.board(store, LOCAL_ACTOR, TODAY) == ()


def test_the_command_lists_it(store: Store, tmp_path: Path) -> None:
    assert run("supplies", "--store", store.folder).output == "Nothing has been imported yet.\n"
    _supply_month(store, tmp_path, "2026-01")
    assert run("supplies", "--store", store.folder).output.startswith("police ")
