"""A place that somebody takes on: the case is the place, never a person.

Not to be confused with `filters.Place`, which says by what a map counts.
"""

import datetime
from dataclasses import dataclass

STATUSES = ("proposed", "open", "closed")
ACTION_STATUSES = ("planned", "under_way", "done", "dropped")
ORIGINS = ("cell", "area", "drawn")
MARKINGS = ("OFFICIAL-SENSITIVE", "OFFICIAL")
"""As the government's classification writes them: never translated."""

REVIEW_WEEKS = 12
"""A place that nobody looks at again becomes a label: twelve weeks is a school term."""

PLACE_RESOLUTION = 10
"""A place is kept as H3 cells about 130 m across."""

MOST_CELLS = 2_000
"""About 30 km²: more than that is no place."""

LONGEST = {"name": 80, "text": 600, "line": 120}
"""Characters that fields may hold: a name, a short text, one line."""


@dataclass(frozen=True)
class PlaceAction:
    """One thing to change at a place. Dates are ISO; `done_on` is "" until it is done; `note` is the evidence or the reason."""

    action_id: str
    place_id: str
    what: str
    action_type: str
    agency: str
    owner_role: str
    due_on: str
    status: str
    done_on: str
    note: str
    version: int

    @property
    def is_unfinished(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in {"planned", "under_way"}


@dataclass(frozen=True)
class RegisteredPlace:
    """One place of the register. `cells` are H3 r10, sorted; `asked_on` "" means that young people were not asked yet."""

    place_id: str
    reference: str
    name: str
    name_cy: str
    place_type: str
    cells: tuple[int, ...]
    origin: str
    origin_key: str
    harms: tuple[str, ...]
    why: str
    young_people: str
    asked_on: str
    strengths: tuple[str, ...]
    status: str
    review_on: str
    marking: str
    proposed_at: str
    proposed_by: str
    changed_at: str
    changed_by: str
    version: int

    @property
    def is_asked(self) -> bool:
        """Whether young people's view is known."""
        return self.asked_on != ""


@dataclass(frozen=True)
class FirstAction:
    """The action that a proposal comes with."""

    what: str
    action_type: str
    agency: str
    owner_role: str
    due_on: str


@dataclass(frozen=True)
class ProposedPlace:
    """What a person says when they propose a place; `review_on` is an ISO date."""

    name: str
    cells: tuple[int, ...]
    origin: str
    origin_key: str
    why: str
    action: FirstAction
    review_on: str
    name_cy: str = ""
    place_type: str = "other"
    harms: tuple[str, ...] = ()
    young_people: str = ""
    asked_on: str = ""
    strengths: tuple[str, ...] = ()
    marking: str = MARKINGS[0]


@dataclass(frozen=True)
class PlaceChange:
    """One entry of a place's history: `fields` maps a field to what it held before and after."""

    entry: int
    at: str
    by: str
    what: str
    fields: dict[str, tuple[str, str]]


def default_review(today: datetime.date) -> str:
    """The review date that is offered, ISO.

    >>> default_review(datetime.date(2026, 9, 1))
    '2026-11-24'
    """
    return (today + datetime.timedelta(weeks=REVIEW_WEEKS)).isoformat()


def is_overdue(day: str, today: datetime.date) -> bool:
    """Whether an ISO date has passed; an empty one never has.

    >>> is_overdue("2026-08-31", datetime.date(2026, 9, 1)), is_overdue("", datetime.date(2026, 9, 1))
    (True, False)
    """
    return bool(day) and datetime.date.fromisoformat(day) < today
