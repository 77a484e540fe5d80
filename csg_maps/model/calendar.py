"""When an agency's supply is expected: which months are due by a day, which are missing, and what is next.

A month is due on the agency's day of the month after the period that it belongs to: October of a monthly agency with day
10 on 10 November; October of a quarterly one on 10 January.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from csg_maps.errors import InputRefused
from csg_maps.model.filters import MONTH

CADENCES = ("monthly", "quarterly", "none")
DEFAULT_DAY = 10
LATEST_DAY = 28
"""A day that every month has."""

SOON_DAYS = 7
"""A supply due within so many days is said to be due, not merely on time."""


@dataclass(frozen=True)
class AgencyCalendar:
    """What is expected of one agency. `version` 0 is the default that nobody has confirmed; `starts` is "YYYY-MM".

    `starts` "" begins with the first month held. `agreement_until` is an ISO date, "" when nobody has said.
    """

    agency: str
    cadence: str = "monthly"
    expected_day: int = DEFAULT_DAY
    starts: str = ""
    contact_role: str = ""
    agreement_until: str = ""
    note: str = ""
    changed_at: str = ""
    changed_by: str = ""
    version: int = 0


@dataclass(frozen=True)
class Standing:
    """How an agency stands on a day.

    `state` is one of none, nothing_yet, on_time, due, late, missing. `due` are the months that should be here, `missing`
    those of them that are not: the `late` ones were due last, `late_days` ago, the others long before. `next_due` is the
    next day on which something is due (None when nothing is), `next_months` what is due then.
    """

    state: str
    due: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    late_days: int = 0
    next_due: datetime.date | None = None
    next_months: tuple[str, ...] = ()

    @property
    def older(self) -> tuple[str, ...]:
        """Missing months that were due before the last day on which something was."""
        return tuple(month for month in self.missing if month not in self.late)


def check_calendar(calendar: AgencyCalendar) -> None:
    """Raise InputRefused naming the first thing that cannot hold."""
    if calendar.cadence not in CADENCES:
        raise InputRefused(f"The cadence must be one of {', '.join(CADENCES)}; found {calendar.cadence!r}.")
    if not 1 <= calendar.expected_day <= LATEST_DAY:
        raise InputRefused(f"The expected day is 1 to {LATEST_DAY}; found {calendar.expected_day}.")
    if calendar.starts and not MONTH.fullmatch(calendar.starts):
        raise InputRefused(f"The first month is written YYYY-MM, such as 2026-04; found {calendar.starts!r}.")
    if calendar.agreement_until:
        try:
            datetime.date.fromisoformat(calendar.agreement_until)
        except ValueError:
            raise InputRefused(
                f"The end of the agreement is written YYYY-MM-DD; found {calendar.agreement_until!r}."
            ) from None


def shift(month: str, months: int) -> str:
    """The month so many months later (or earlier).

    >>> shift("2026-11", 3), shift("2026-01", -1)
    ('2027-02', '2025-12')
    """
    years, place = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + months, 12)
    return f"{years:04d}-{place + 1:02d}"


def months_between(first: str, last: str) -> tuple[str, ...]:
    """Every month from `first` to `last`, both included; () when `last` is before.

    >>> months_between("2026-11", "2027-01")
    ('2026-11', '2026-12', '2027-01')
    """
    found = []
    month = first
    while month <= last:
        found.append(month)
        month = shift(month, 1)
    return tuple(found)


def due_on(month: str, calendar: AgencyCalendar) -> datetime.date:
    """The day by which this month should be here.

    >>> due_on("2026-10", AgencyCalendar("police")), due_on("2026-10", AgencyCalendar("police", "quarterly"))
    (datetime.date(2026, 11, 10), datetime.date(2027, 1, 10))
    """
    last = month
    if calendar.cadence == "quarterly":
        last = shift(month, 2 - (int(month[5:]) - 1) % 3)
    after = shift(last, 1)
    return datetime.date(int(after[:4]), int(after[5:]), calendar.expected_day)


def standing(calendar: AgencyCalendar, held: Iterable[str], today: datetime.date) -> Standing:
    """How the agency stands: what is due by today, what of it is missing, what is next.

    Parameters
    ----------
    calendar
        What is expected of it.
    held
        Months ("YYYY-MM") in which anything came.
    today
        A month is missing from the day after it was due.
    """
    held = frozenset(held)
    starts = calendar.starts or min(held, default="")
    if calendar.cadence == "none":
        return Standing("none")
    if not starts:
        return Standing("nothing_yet")
    now = f"{today:%Y-%m}"
    every = months_between(min(starts, shift(now, -1)), shift(now, 3))
    expected = [month for month in every if month >= starts]
    due = tuple(month for month in expected if due_on(month, calendar) <= today)
    missing = tuple(month for month in due if month not in held and due_on(month, calendar) < today)
    ahead = [month for month in expected if month not in held and due_on(month, calendar) >= today]
    next_due = min((due_on(month, calendar) for month in ahead), default=None)
    next_months = tuple(month for month in ahead if due_on(month, calendar) == next_due)
    last_day = max((due_on(month, calendar) for month in due if due_on(month, calendar) < today), default=today)
    late = tuple(month for month in missing if due_on(month, calendar) == last_day)
    if missing:
        state = "missing" if set(missing) - set(late) else "late"
    elif next_due is not None and (next_due - today).days <= SOON_DAYS:
        state = "due"
    else:
        state = "on_time"
    return Standing(state, due, missing, late, (today - last_day).days if late else 0, next_due, next_months)
