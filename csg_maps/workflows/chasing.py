"""Whose supply is due, late or missing, whether what came is as much as usual, and what to write to whom."""

import datetime
from dataclasses import dataclass
from statistics import median

import pandas as pd

from csg_maps.briefings.dates_and_numbers import (
    day_name,
    month_name,
    months_words,
    share_words,
    short_day,
    whole_number,
)
from csg_maps.briefings.reminder import Reminder, reminder_text
from csg_maps.disclosure.policy import has_right, require
from csg_maps.i18n import _, n_
from csg_maps.model.actor import Actor
from csg_maps.model.calendar import AgencyCalendar, Standing, due_on, shift, standing
from csg_maps.model.filters import ConcernFilter
from csg_maps.store import agency_calendar, batches, counts, quarantine
from csg_maps.store.manifest import Batch
from csg_maps.store.workspace import Store

__all__ = ["board", "reminder", "save_calendar", "sent_batches", "short_day", "state_words"]

EXPECTED_EVIDENCE = ("concern", "intelligence")
"""What agencies send by their calendar; recorded crime is downloaded when somebody wants it."""

MONTHS_COMPARED = 12
MONTHS_NEEDED = 6
RUNNING_OUT_DAYS = 60
DAYS_TO_ANSWER = 7


@dataclass(frozen=True)
class Volume:
    """How much came for the newest whole month, beside the months before it.

    `verdict` is usual, fewer, more, too_few_months or nothing; median and range are of the months of the twelve before it
    in which anything came, 0 when those are under six.
    """

    month: str
    rows: int
    verdict: str
    median: float = 0.0
    low: int = 0
    high: int = 0


@dataclass(frozen=True)
class EndingDate:
    """A date that ends something: `what` is agreement or retention, `days` are left (negative: it has passed)."""

    what: str
    day: str
    days: int


@dataclass(frozen=True)
class BoardRow:
    """One agency on the board.

    `late` are (month, days) of months that came after their day; `last_*` tell of the newest batch ("" and 0 when none);
    `set_aside` rows wait to be mended until `set_aside_until`.
    """

    agency: str
    calendar: AgencyCalendar
    standing: Standing
    held: tuple[str, ...]
    late: tuple[tuple[str, int], ...]
    last_received: str
    last_batch: str
    last_rows: int
    last_accepted: int
    last_not_on_map: int
    volume: Volume
    ending: tuple[EndingDate, ...]
    set_aside: int
    set_aside_until: str


def board(store: Store, actor: Actor, today: datetime.date) -> tuple[BoardRow, ...]:
    """Every agency that has sent concerns or has a calendar, those that are behind first."""
    require(actor, "import")
    calendars = agency_calendar.list_calendars(store)
    by_agency = sent_batches(store, actor)
    monthly = _monthly(store, actor)
    aside = _set_aside(store, actor)
    rows = [
        _row(
            calendars.get(agency, AgencyCalendar(agency)),
            by_agency.get(agency, ()),
            monthly.get(agency, {}),
            aside.get(agency, (0, "")),
            today,
        )
        for agency in sorted({*calendars, *by_agency})
    ]
    order = ("missing", "late", "due", "nothing_yet", "on_time", "none")
    return tuple(sorted(rows, key=lambda row: (order.index(row.standing.state), -row.standing.late_days, row.agency)))


def save_calendar(store: Store, actor: Actor, calendar: AgencyCalendar) -> None:
    """Keep what is expected of an agency; raises InputRefused when somebody else changed it meanwhile."""
    require(actor, "import")
    agency_calendar.save_calendar(store, actor, calendar)


def reminder(row: BoardRow, today: datetime.date, language: str) -> str:
    """The words to send to the agency, in "en" or "cy"; "" when there is nothing to ask for."""
    stands = row.standing
    return reminder_text(
        Reminder(
            agency=row.agency,
            contact_role=row.calendar.contact_role,
            missing=stands.missing,
            was_due=due_on(stands.missing[0], row.calendar) if stands.missing else None,
            coming=stands.next_months,
            due=stands.next_due,
            send_by=today + datetime.timedelta(days=DAYS_TO_ANSWER),
        ),
        language,
    )


def state_words(row: BoardRow, today: datetime.date) -> str:
    """How an agency stands, in words."""
    stands = row.standing
    if stands.missing:
        since = n_("late by {count} day", "late by {count} days", stands.late_days)
        late = f"{since}: {months_words(stands.late)}" if stands.late else ""
        older = _("months missing: {months}").format(months=months_words(stands.older)) if stands.older else ""
        return "; ".join(filter(None, (late, older)))
    if stands.state == "due" and stands.next_due is not None:
        days = (stands.next_due - today).days
        return n_("due in {count} day", "due in {count} days", days) if days else _("due today")
    return {
        "on_time": _("on time"),
        "nothing_yet": _("nothing has come yet"),
        "none": _("nothing expected"),
    }[stands.state]


def cadence_words(calendar: AgencyCalendar) -> str:
    """When a supply is expected, in words."""
    if calendar.cadence == "none":
        return _("nothing expected")
    words = {
        "monthly": _("monthly, by day {day} of the next month"),
        "quarterly": _("quarterly, by day {day} after the quarter"),
    }
    said = words[calendar.cadence].format(day=calendar.expected_day)
    return said if calendar.version else _("{cadence} (assumed: nobody has said)").format(cadence=said)


def volume_words(volume: Volume) -> str:
    """How much came beside what is usual, in words."""
    if volume.verdict == "nothing":
        return _("nothing to compare")
    rows = n_("{count} row", "{count} rows", volume.rows)
    if volume.verdict == "too_few_months":
        return _("{month}: {rows}; too few months to say what is usual").format(
            month=month_name(volume.month), rows=rows
        )
    verdicts = {
        "usual": _("as usual"),
        "fewer": _("fewer than in any month before"),
        "more": _("more than in any month before"),
    }
    return _("{month}: {rows}, {verdict} (usually {low} to {high}, about {median})").format(
        month=month_name(volume.month),
        rows=rows,
        verdict=verdicts[volume.verdict],
        low=whole_number(volume.low),
        high=whole_number(volume.high),
        median=whole_number(round(volume.median)),
    )


def ending_words(ending: tuple[EndingDate, ...]) -> str:
    """Which dates run out or have passed, in words; "" when none."""
    said = []
    for one in ending:
        day = day_name(one.day)
        if one.what == "agreement":
            words = _("the agreement ended on {day}") if one.days < 0 else _("the agreement ends on {day}")
        else:
            words = _("records should be deleted since {day}") if one.days < 0 else _("records are deleted after {day}")
        said.append(words.format(day=day))
    return "; ".join(said)


def not_on_map_words(row: BoardRow) -> str:
    """The share of the last batch that is not on the map."""
    return share_words(row.last_not_on_map, row.last_accepted) if row.last_batch else ""


def _row(
    calendar: AgencyCalendar,
    own: tuple[Batch, ...],
    monthly: dict[str, int],
    aside: tuple[int, str],
    today: datetime.date,
) -> BoardRow:
    last = own[0] if own else None
    return BoardRow(
        agency=calendar.agency,
        calendar=calendar,
        standing=standing(calendar, monthly, today),
        held=tuple(sorted(monthly)),
        late=_late(calendar, own, monthly, today),
        last_received=last.sealed_at[:10] if last else "",
        last_batch=last.batch_id if last else "",
        last_rows=last.rows if last else 0,
        last_accepted=last.accepted if last else 0,
        last_not_on_map=last.not_on_map if last else 0,
        volume=volume_of(monthly, today),
        ending=_ending(calendar, own, today),
        set_aside=aside[0],
        set_aside_until=aside[1],
    )


def volume_of(monthly: dict[str, int], today: datetime.date) -> Volume:
    """The newest whole month beside the twelve before it.

    Months in which nothing came are left out: they are missing, not quiet. The running month is not judged.

    >>> rows = {f"2026-{month:02d}": 20 for month in range(1, 10)}
    >>> volume_of({**rows, "2026-10": 4}, datetime.date(2026, 11, 8)).verdict
    'fewer'
    """
    whole = [month for month in monthly if month < f"{today:%Y-%m}"]
    if not whole:
        return Volume("", 0, "nothing")
    newest = max(whole)
    first = shift(newest, -MONTHS_COMPARED)
    before = [rows for month, rows in monthly.items() if first <= month < newest]
    rows = monthly[newest]
    if len(before) < MONTHS_NEEDED:
        return Volume(newest, rows, "too_few_months")
    low, high = min(before), max(before)
    verdict = "fewer" if rows < low else "more" if rows > high else "usual"
    return Volume(newest, rows, verdict, float(median(before)), low, high)


def _late(
    calendar: AgencyCalendar, own: tuple[Batch, ...], monthly: dict[str, int], today: datetime.date
) -> tuple[tuple[str, int], ...]:
    """Months of the last year that came after their day; what was due before the first batch is no late supply."""
    if calendar.cadence == "none" or not own:
        return ()
    began = datetime.date.fromisoformat(own[-1].sealed_at[:10])
    late = []
    for month in sorted(monthly):
        due = due_on(month, calendar)
        if due < began or month < shift(f"{today:%Y-%m}", -MONTHS_COMPARED):
            continue
        came = [batch.sealed_at[:10] for batch in own if batch.period_from <= month <= batch.period_to]
        days = (datetime.date.fromisoformat(min(came)) - due).days if came else 0
        if days > 0:
            late.append((month, days))
    return tuple(late)


def _ending(calendar: AgencyCalendar, own: tuple[Batch, ...], today: datetime.date) -> tuple[EndingDate, ...]:
    dates = [("agreement", calendar.agreement_until)] if calendar.agreement_until else []
    kept = [batch.retain_until for batch in own if batch.status == "active"]
    if kept:
        dates.append(("retention", min(kept)))
    found = [EndingDate(what, day, (datetime.date.fromisoformat(day) - today).days) for what, day in dates]
    return tuple(one for one in found if one.days <= RUNNING_OUT_DAYS)


def sent_batches(store: Store, actor: Actor) -> dict[str, tuple[Batch, ...]]:
    """The batches in use that agencies sent as concerns, the newest first; rows that we mended came with an earlier one."""
    ours = agency_calendar.mended_batches(store)
    found: dict[str, tuple[Batch, ...]] = {}
    for batch in batches.list_batches(store, actor):
        kinds = set(batch.evidence.split(","))
        if batch.status == "active" and kinds & set(EXPECTED_EVIDENCE) and batch.batch_id not in ours:
            found[batch.agency] = (*found.get(batch.agency, ()), batch)
    return found


def _monthly(store: Store, actor: Actor) -> dict[str, dict[str, int]]:
    """Rows by agency and month."""
    held = pd.concat(
        [
            counts.count(store, actor, ConcernFilter(evidence=kind), None, by=("agency", "month"))
            for kind in EXPECTED_EVIDENCE
        ]
    )
    summed = held[held["month"] != ""].groupby(["agency", "month"])["count"].sum()
    found: dict[str, dict[str, int]] = {}
    for (agency, month), rows in summed.items():
        found.setdefault(str(agency), {})[str(month)] = int(rows)
    return found


def _set_aside(store: Store, actor: Actor) -> dict[str, tuple[int, str]]:
    """Rows that wait and the first day on which some are deleted, by agency; nothing for who may not know."""
    if not has_right(actor, "see_quarantine"):
        return {}
    found: dict[str, tuple[int, str]] = {}
    for entry in quarantine.list_quarantined(store, actor):
        waiting = entry.rows - sum(agency_calendar.count_mended(store, entry.batch_id).values())
        if waiting > 0:
            rows, until = found.get(entry.agency, (0, entry.purge_after))
            found[entry.agency] = (rows + waiting, min(until, entry.purge_after))
    return found
