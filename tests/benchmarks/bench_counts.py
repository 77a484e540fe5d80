"""Filter → counts by cell, beside pandas on the same records in memory, in the same run.

Run: `pytest -m benchmark tests/benchmarks/bench_counts.py -s`, or `python -m tests.benchmarks.bench_counts 10_000_000`.
Made-up records, in sealed batches of a million; nothing is asserted about time.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from csg_maps.geography.cells import parents
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import CellPlace, make_filter
from csg_maps.store import counts
from csg_maps.store.workspace import Store, create_store
from tests.store.synthetic import made_up, seal_frame

NEEDED = ["cell", "harm", "occurred_from"]
EVERYTHING = make_filter()
SOME = make_filter(harms=("asb", "missing"), month_from="2024-01", month_to="2024-12")


def fill(folder: Path, size: int) -> tuple[Store, pd.DataFrame, float]:
    """A store with `size` records, the columns that pandas needs, and the seconds that sealing took."""
    store, parts, seconds = create_store(folder / "store"), [], 0.0
    for seed, start in enumerate(range(0, size, 1_000_000)):
        frame = made_up(min(1_000_000, size - start), seed, places=20_000)
        begun = time.perf_counter()
        seal_frame(store, frame)
        seconds += time.perf_counter() - begun
        parts.append(frame[NEEDED])
    return store, pd.concat(parts, ignore_index=True), seconds


def median_ms(ask: Callable[[], object], times: int = 9) -> float:
    """The median of some runs, after one that is not counted."""
    ask()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000


def pandas_counts(frame: pd.DataFrame, resolution: int, *, is_filtered: bool) -> pd.Series:
    """The same count by pandas alone."""
    kept = frame[frame["cell"] != 0]
    if is_filtered:
        day = kept["occurred_from"]
        kept = kept[kept["harm"].isin(SOME.harms) & (day >= "2024-01-01") & (day < "2025-01-01")]
    return pd.Series(parents(kept["cell"], resolution)).value_counts()


def report(size: int) -> None:
    """Print one line a question."""
    with tempfile.TemporaryDirectory() as folder:
        store, frame, seconds = fill(Path(folder), size)
        mega_bytes = sum(path.stat().st_size for path in (store.folder / "batches").iterdir()) / 1e6
        print(f"\n{size:,} records: sealed in {seconds:.1f} s ({size / seconds:,.0f} a second), {mega_bytes:.0f} MB")
        for name, chosen in (("all", EVERYTHING), ("two harms, one year", SOME)):
            for resolution in (7, 9, 10):
                ours = median_ms(lambda c=chosen, r=resolution: counts.count(store, LOCAL_ACTOR, c, CellPlace(r)))  # type: ignore[misc]
                is_filtered = chosen is SOME
                theirs = median_ms(
                    lambda r=resolution, f=is_filtered: pandas_counts(frame, r, is_filtered=f),  # type: ignore[misc]
                    times=3,
                )
                print(
                    f"  cells r{resolution:<2} {name:20} {ours:7.0f} ms   pandas {theirs:7.0f} ms   ratio {theirs / ours:5.1f}"
                )
        questions: dict[str, Callable[[], object]] = {
            "cells r9 with dates": lambda: counts.count(store, LOCAL_ACTOR, SOME, CellPlace(9), with_dates=True),
            "by month": lambda: counts.count(store, LOCAL_ACTOR, EVERYTHING, None, by=("month",)),
            "by weekday, hour band": lambda: counts.count(
                store, LOCAL_ACTOR, EVERYTHING, None, by=("weekday", "hour_band")
            ),
            "totals": lambda: counts.totals(store, LOCAL_ACTOR, SOME),
        }
        for name, ask in questions.items():
            print(f"  {name:30} {median_ms(ask, times=5):7.0f} ms")


@pytest.mark.benchmark
@pytest.mark.parametrize("size", [182_000, 1_000_000, 10_000_000])
def test_counts(size: int) -> None:
    """Prints; asserts nothing."""
    report(size)


if __name__ == "__main__":
    for argument in sys.argv[1:] or ["1000000"]:
        report(int(argument.replace("_", "")))
