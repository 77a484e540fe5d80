"""The frozen choices that select records and group them. They are cache keys: sorted tuples, never sets."""

import re
from dataclasses import dataclass

from csg_maps.errors import InputRefused
from csg_maps.model.vocabulary import codes, with_children
from csg_maps.settings import RESOLUTIONS

DIMENSIONS = (
    "month",
    "harm",
    "harm_group",
    "agency",
    "setting",
    "age_band",
    "basis",
    "weekday",
    "hour_band",
    "time_precision",
)
"""What counts may be grouped by, beside the place."""

METHODS = ("count", "gi-star", "density")
"""How places may be told apart."""

EXPECTED = ("even", "background")
"""What the exact test expects."""

MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class ConcernFilter:
    """Which records are meant. An empty tuple or string means "all".

    Months are "YYYY-MM", both ends included; a record belongs to the month of its `occurred_from`. `within` holds
    (layer_id, area_code) pairs: codes of one layer are alternatives, different layers must all hold. `weekdays` are
    "1" (Monday) to "7"; `hour_bands` are codes of that list. Choosing weekdays or hours leaves out records whose time
    is not known that finely. Use `make_filter`, which checks and sorts.
    """

    evidence: str = "concern"
    month_from: str = ""
    month_to: str = ""
    harms: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    age_bands: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()
    hour_bands: tuple[str, ...] = ()
    within: tuple[tuple[str, str], ...] = ()
    leave_out_proactive: bool = False


@dataclass(frozen=True)
class CellPlace:
    """Count by H3 cell at this resolution (the index parent of the resolution-11 cell)."""

    resolution: int


@dataclass(frozen=True)
class AreaPlace:
    """Count by the areas of this layer."""

    layer_id: str


Place = CellPlace | AreaPlace


def make_filter(
    *,
    evidence: str = "concern",
    month_from: str = "",
    month_to: str = "",
    leave_out_proactive: bool = False,
    within: tuple[tuple[str, str], ...] = (),
    **lists: tuple[str, ...],
) -> ConcernFilter:
    """A checked, sorted filter; `harms` may name groups, which stand for all below them.

    Raises InputRefused for a month that is not YYYY-MM, months in the wrong order, or a code that is not in its list.
    """
    for month in (month_from, month_to):
        if month and not MONTH.fullmatch(month):
            raise InputRefused(f"A month is written YYYY-MM, such as 2024-04; found {month!r}.")
    if month_from and month_to and month_from > month_to:
        raise InputRefused(f"The first month {month_from} must not be after the last month {month_to}.")
    with_children("evidence", (evidence,))
    for name, chosen in lists.items():
        with_children(name, chosen)  # also refuses a list that does not exist
    return ConcernFilter(
        evidence=evidence,
        month_from=month_from,
        month_to=month_to,
        harms=with_children("harms", lists.get("harms", ())),
        agencies=tuple(sorted(lists.get("agencies", ()))),
        settings=tuple(sorted(lists.get("settings", ()))),
        age_bands=tuple(sorted(lists.get("age_bands", ()))),
        basis=tuple(sorted(lists.get("basis", ()))),
        weekdays=tuple(sorted(lists.get("weekdays", ()))),
        hour_bands=tuple(sorted(lists.get("hour_bands", ()))),
        within=tuple(sorted(within)),
        leave_out_proactive=leave_out_proactive,
    )


def make_cell_place(resolution: int) -> CellPlace:
    """A cell size that is offered; raises InputRefused for another."""
    if resolution not in RESOLUTIONS:
        offered = ", ".join(map(str, RESOLUTIONS))
        raise InputRefused(f"The resolution must be one of {offered}; found {resolution}.")
    return CellPlace(resolution)


def harm_group(harm: str) -> str:
    """The top-level code of a harm.

    >>> harm_group("violence.weapons"), harm_group("asb")
    ('violence', 'asb')
    """
    return harm.partition(".")[0]


def code_exists(list_name: str, code: str) -> bool:
    """Whether the list holds the code."""
    return any(entry.code == code for entry in codes(list_name))
