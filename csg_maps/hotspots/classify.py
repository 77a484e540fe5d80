"""What a place is called on the map: a hotspot at three levels, or not; and the classes of a plain count map."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from csg_maps.errors import SchemaBroken
from csg_maps.i18n import N_
from csg_maps.settings import MINIMUM_CONCERNS, MINIMUM_DATES, SIGNIFICANCE

Integers: TypeAlias = npt.NDArray[np.int64]

CLASS_LABELS: dict[str, str] = {
    "hotspot_999": N_("Hotspot: far more than chance (99.9%)"),
    "hotspot_99": N_("Hotspot: more than chance (99%)"),
    "hotspot_95": N_("Hotspot: more than chance (95%)"),
    "around": N_("Beside a hotspot: more than expected around here, not here itself"),
    "too_few": N_("More than expected around here, but too few concerns here to call it a hotspot"),
    "not_significant": N_("Concerns, no more than chance would bring"),
    "none": N_("No concern recorded"),
}
"""Class code to English label (a gettext id), strongest evidence first; the percentage is 1 − q."""

HOTSPOT_CLASSES = ("hotspot_999", "hotspot_99", "hotspot_95")
_LEVELS = (("hotspot_95", SIGNIFICANCE), ("hotspot_99", 0.01), ("hotspot_999", 0.001))

COUNT_CLASSES = 5
_MOST_DISTINCT = 1_000


def classify(counts: Any, dates: Any, q_values: Any, own_p_values: Any = None) -> npt.NDArray[np.str_]:
    """The class code of each place, out of CLASS_LABELS.

    A hotspot is a place whose own concerns number at least 5 on at least 3 dates, whose q-value (exact test of the place
    and its ring, corrected) is 0.05 or less, and which itself holds more than expected (own p-value 0.05 or less): without
    the last, every neighbour of a busy place would be called a hotspot for what happens next door. A place with that
    q-value and fewer concerns is "too_few"; one that is ordinary itself is "around"; one without any record is "none"
    whatever lies around it. A class says nothing about how serious the harm is.

    Parameters
    ----------
    counts, dates
        n whole numbers: concerns, and distinct dates among them.
    q_values
        n q-values; NaN (not tested) makes no hotspot.
    own_p_values
        n p-values of each place alone, without its ring; not asked where not given.

    >>> classify([9, 9, 4, 9, 2, 0], [3, 2, 4, 5, 1, 0], [0.0004, 0.0004, 0.01, 0.02, 0.4, 0.001]).tolist()
    ['hotspot_999', 'too_few', 'too_few', 'hotspot_95', 'not_significant', 'none']
    >>> classify([90, 9], [9, 9], [0.0001, 0.0001], [0.0001, 0.3]).tolist()
    ['hotspot_999', 'around']
    """
    concerns = _whole_numbers(counts)
    days = _whole_numbers(dates)
    q = np.array(q_values, dtype=np.float64)
    own = np.zeros(q.shape) if own_p_values is None else np.array(own_p_values, dtype=np.float64)
    if not concerns.shape == days.shape == q.shape == own.shape:
        raise SchemaBroken("Counts, dates and q-values must be of one length.")
    if (days > concerns).any():
        raise SchemaBroken("A place cannot have more dates than concerns; some have.")
    classes = np.full(len(concerns), "not_significant", dtype="<U15")
    for code, level in _LEVELS:  # weakest first, each overwriting the last; False for NaN
        classes[q <= level] = code
    classes[(q <= SIGNIFICANCE) & ~(own <= SIGNIFICANCE)] = "around"
    enough = (concerns >= MINIMUM_CONCERNS) & (days >= MINIMUM_DATES)
    classes[(q <= SIGNIFICANCE) & ~enough] = "too_few"
    classes[concerns == 0] = "none"
    return classes


@dataclass(frozen=True)
class CountClasses:
    """The classes of a count map.

    `classes`: 0 for no record, else 1 (fewest) to at most 5. `ranges`: lowest and highest count present in each class, from
    class 1 on; they never overlap.
    """

    classes: Integers
    ranges: tuple[tuple[int, int], ...]


def count_classes(counts: Any) -> CountClasses:
    """Up to five classes of the positive counts by Fisher's natural breaks; zeros stand apart as class 0.

    The breaks make counts within a class as alike as can be (least squared distance from the class mean, over the places),
    and fall between counts that occur: no empty class, no count in two classes. Fewer than five distinct counts give as
    many classes. Colour shows how many, not whether that is more than chance. Fisher (1958), On grouping for maximum
    homogeneity, doi:10.1080/01621459.1958.10501479.

    >>> count_classes([0, 1, 1, 2, 2, 9, 10, 11, 50, 52, 200]).ranges
    ((1, 2), (9, 11), (50, 50), (52, 52), (200, 200))
    """
    values = _whole_numbers(counts)
    distinct, sizes = np.unique(values[values > 0], return_counts=True)
    if not len(distinct):
        return CountClasses(np.zeros(len(values), dtype=np.int64), ())
    starts = np.array(_natural_breaks(distinct, sizes), dtype=np.int64)
    classes = np.searchsorted(distinct[starts], values, side="right").astype(np.int64)
    ends = np.append(starts[1:], len(distinct)) - 1
    return CountClasses(classes, tuple((int(distinct[a]), int(distinct[b])) for a, b in zip(starts, ends, strict=True)))


def _natural_breaks(distinct: Integers, sizes: Integers) -> list[int]:
    """Where each class starts among the distinct counts; the exact optimum by dynamic programming."""
    if len(distinct) > _MOST_DISTINCT:  # beyond this, breaks are sought at the quantiles of the distinct counts
        edges = np.unique(np.linspace(0, len(distinct), _MOST_DISTINCT + 1).astype(np.int64))[:-1]
    else:
        edges = np.arange(len(distinct))
    weight = np.add.reduceat(sizes, edges).astype(np.float64)
    first = np.add.reduceat(sizes * distinct.astype(np.float64), edges)
    second = np.add.reduceat(sizes * distinct.astype(np.float64) ** 2, edges)
    w, s, t = (np.concatenate([[0.0], np.cumsum(part)]) for part in (weight, first, second))
    n = len(edges)
    best = np.concatenate([[0.0], np.full(n, np.inf)])
    choices: list[Integers] = []
    for _class in range(min(COUNT_CLASSES, n)):
        following, choice = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=np.int64)
        for end in range(1, n + 1):
            begins = np.arange(end)
            within = t[end] - t[begins] - (s[end] - s[begins]) ** 2 / (w[end] - w[begins])
            cost = best[begins] + within
            choice[end] = int(np.argmin(cost))
            following[end] = cost[choice[end]]
        best = following
        choices.append(choice)
    starts, end = [], n
    for choice in reversed(choices):
        end = int(choice[end])
        starts.append(int(edges[end]))
    return starts[::-1]


def _whole_numbers(values: Any) -> Integers:
    numbers = np.asarray(values)
    whole = numbers.astype(np.int64) if numbers.dtype.kind in "iu" or numbers.size == 0 else None
    if whole is None or (whole < 0).any():
        raise SchemaBroken(f"Counts must be whole numbers, none below 0; found {numbers.dtype}.")
    return whole
