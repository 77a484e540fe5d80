"""What may be called a hotspot, and the classes of a count map."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csg_maps.errors import SchemaBroken
from csg_maps.hotspots.classify import CLASS_LABELS, HOTSPOT_CLASSES, classify, count_classes
from csg_maps.settings import MINIMUM_CONCERNS, MINIMUM_DATES


@pytest.mark.parametrize(
    ("count", "dates", "q", "expected"),
    [
        (5, 3, 0.05, "hotspot_95"),
        (5, 3, 0.0500001, "not_significant"),
        (5, 3, 0.01, "hotspot_99"),
        (5, 3, 0.001, "hotspot_999"),
        (5, 3, 0.0, "hotspot_999"),
        (4, 4, 0.0, "too_few"),  # one concern short
        (500, 2, 0.0, "too_few"),  # one date short: one event written down many times
        (1, 1, 0.2, "not_significant"),
        (0, 0, 0.0, "none"),  # all of it in the ring
        (50, 30, np.nan, "not_significant"),  # not tested
    ],
)
def test_the_class_of_a_place(count: int, dates: int, q: float, expected: str) -> None:
    assert classify([count], [dates], [q]).tolist() == [expected]


def test_every_class_has_a_label_without_blame() -> None:
    assert list(CLASS_LABELS) == [*HOTSPOT_CLASSES, "around", "too_few", "not_significant", "none"]
    assert not any("victim" in label.lower() for label in CLASS_LABELS.values())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.floats(0, 1)), max_size=20))
def test_nothing_under_five_concerns_on_three_dates_is_ever_a_hotspot(rows: list[tuple[int, int, float]]) -> None:
    counts = np.array([max(count, dates) for count, dates, _ in rows], dtype=np.int64)
    dates = np.array([dates for _, dates, _ in rows], dtype=np.int64)
    classes = classify(counts, dates, [q for _, _, q in rows])
    hot = np.isin(classes, HOTSPOT_CLASSES)
    assert (counts[hot] >= MINIMUM_CONCERNS).all()
    assert (dates[hot] >= MINIMUM_DATES).all()
    assert set(classes) <= set(CLASS_LABELS)


@pytest.mark.parametrize(
    ("counts", "dates", "q"),
    [([1], [2], [0.1]), ([1.5], [1], [0.1]), ([-1], [0], [0.1]), ([1, 2], [1, 1], [0.1])],
    ids=["more dates than concerns", "half a concern", "below nothing", "lengths"],
)
def test_impossible_rows_are_refused(counts: Any, dates: Any, q: Any) -> None:
    with pytest.raises(SchemaBroken):
        classify(counts, dates, q)


def _spread(values: np.ndarray) -> float:
    return float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=40))
def test_breaks_are_the_best_of_all_possible(counts: list[int]) -> None:
    values = np.array(counts)
    found = count_classes(values)
    distinct = np.unique(values[values > 0])
    assert len(found.ranges) == min(5, len(distinct))
    assert ((found.classes == 0) == (values == 0)).all()
    for number, (low, high) in enumerate(found.ranges, start=1):
        inside = values[found.classes == number]
        assert (inside.min(), inside.max()) == (low, high)
    assert all(
        low <= high < following for (low, high), (following, _) in zip(found.ranges, found.ranges[1:], strict=False)
    )
    ours = sum(_spread(values[found.classes == number]) for number in range(1, len(found.ranges) + 1))
    if len(distinct) <= 14:
        positive = values[values > 0]
        best = (
            min(
                (
                    sum(_spread(part) for part in _split(positive, distinct[list(starts)]))
                    for starts in combinations(range(1, len(distinct)), len(found.ranges) - 1)
                ),
                default=0.0,
            )
            if len(distinct)
            else 0.0
        )
        assert ours == pytest.approx(best, abs=1e-9)


def _split(values: np.ndarray, starts: np.ndarray) -> list[np.ndarray]:
    at = np.searchsorted(starts, values, side="right")
    return [values[at == number] for number in range(len(starts) + 1)]


def test_few_or_no_counts() -> None:
    assert count_classes([]).ranges == ()
    assert count_classes([0, 0]).classes.tolist() == [0, 0]
    assert count_classes([0, 7, 7]).ranges == ((7, 7),)
    assert count_classes([2, 1, 3, 0]).classes.tolist() == [2, 1, 3, 0]


def test_thousands_of_distinct_counts() -> None:
    found = count_classes(np.arange(10_000))
    assert len(found.ranges) == 5
    assert found.ranges[0][0] == 1
    assert found.ranges[-1][1] == 9_999
    assert all(high + 1 == low for (_, high), (low, _) in zip(found.ranges, found.ranges[1:], strict=False))
