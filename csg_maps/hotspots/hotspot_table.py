"""Counts in, hotspots out: one table with everything that may be said of each cell or area, best evidence first."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from csg_maps.errors import SchemaBroken
from csg_maps.geography.cells import check_cells
from csg_maps.hotspots.classify import CLASS_LABELS, classify
from csg_maps.hotspots.exact_test import benjamini_hochberg, exact_p_values, ring_counts
from csg_maps.hotspots.gi_star import gi_star
from csg_maps.model.schema import Column, check_frame

HOTSPOT_COLUMNS = (
    Column("count", "int64", unit="concerns"),
    Column("dates", "int64", unit="days"),
    Column("ring_count", "Int64", nullable=True, unit="concerns"),
    Column("expected", "Float64", nullable=True, unit="concerns"),
    Column("ratio", "Float64", nullable=True),
    Column("gi_star", "Float64", nullable=True),
    Column("p_value", "Float64", nullable=True),
    Column("q_value", "Float64", nullable=True),
    Column("class", "str", nullable=True),
    Column("rank", "int64"),
)
"""After the key (`cell` int64 or `area_code` str) and whatever other columns came in. Always all of them."""


def hotspot_table(
    counts_frame: pd.DataFrame,
    neighbours: csr_matrix | None = None,
    share: Any = None,
    *,
    key: str = "cell",
) -> pd.DataFrame:
    """Gi*, the exact test, the class and the rank of every cell or area of a study area.

    Parameters
    ----------
    counts_frame
        One row a place: `key` (distinct; `cell` int64 without 0, or text), `count` and `dates` int64 (distinct dates among
        the concerns), zeros included. Other columns, such as a name, come out as they are.
    neighbours
        (n, n) binary matrix in the order of the rows, the place itself included.
    share
        n expected shares of the place and its ring, in the order of the rows (`even_share`, `background_share`). Without
        neighbours or share only counts and ranks are given; everything else is missing (NA).
    key
        Name of the place's column.

    Returns
    -------
    A new frame sorted by rank, with the columns of HOTSPOT_COLUMNS: `ring_count` concerns found in the place and its ring,
    `expected` there, `ratio` of the two, `gi_star` (z), `p_value` (exact, one-sided) and `q_value` (Benjamini-Hochberg over
    all places), `class` (code of `classify`), `rank` from 1: by class, then p-value, then count, then key.

    Raises
    ------
    SchemaBroken
        When a column, dtype or length is not as above.
    """
    _check(counts_frame, neighbours, share, key)
    table = counts_frame.reset_index(drop=True).copy()
    missing = pd.Series(pd.NA, index=table.index)
    names = ("expected", "ratio", "gi_star", "p_value", "q_value")
    table["ring_count"] = missing.astype("Int64")
    for name in names:
        table[name] = missing.astype("Float64")
    table["class"] = pd.Series([None] * len(table), index=table.index, dtype="str")
    if neighbours is not None and share is not None:
        counts = table["count"].to_numpy()
        expected = np.asarray(share, dtype=np.float64) * counts.sum()
        found = ring_counts(counts, neighbours)
        p_values = exact_p_values(counts, neighbours, share)
        q_values = benjamini_hochberg(p_values)
        ratio = np.divide(found, expected, out=np.full(len(found), np.nan), where=expected > 0)
        table["ring_count"] = pd.array(found, dtype="Int64")
        for name, values in zip(names, (expected, ratio, gi_star(counts, neighbours), p_values, q_values), strict=True):
            # an undefined number and one that was not calculated are both simply missing
            table[name] = pd.Series(values).where(np.isfinite(values)).astype("Float64").to_numpy(na_value=np.nan)
            table[name] = table[name].astype("Float64")
        table["class"] = pd.Series(classify(counts, table["dates"].to_numpy(), q_values), dtype="str")
    table = _ranked(table, key)
    named = [column.name for column in HOTSPOT_COLUMNS]
    others = [name for name in counts_frame.columns if name not in named and name != key]
    table = table[[key, *others, *named]]
    check_frame(table, HOTSPOT_COLUMNS, "hotspot table")
    return table


def _ranked(table: pd.DataFrame, key: str) -> pd.DataFrame:
    order = list(CLASS_LABELS)
    strength = table["class"].map({code: place for place, code in enumerate(order)}).fillna(len(order)).astype("int64")
    p_values = table["p_value"].to_numpy(dtype="float64", na_value=np.inf)
    by = pd.DataFrame({"strength": strength, "p": p_values, "count": -table["count"], "key": table[key]})
    table = table.loc[by.sort_values(["strength", "p", "count", "key"]).index].reset_index(drop=True)
    table["rank"] = np.arange(1, len(table) + 1, dtype="int64")
    return table


def _check(counts_frame: pd.DataFrame, neighbours: csr_matrix | None, share: Any, key: str) -> None:
    needed = (Column(key, "int64" if key == "cell" else "str"), Column("count", "int64"), Column("dates", "int64"))
    check_frame(counts_frame, needed, "counts")
    if counts_frame[key].duplicated().any():
        raise SchemaBroken(f"Each {key} must have one row; some have more.")
    if key == "cell" and (check_cells(counts_frame[key]) == 0).any():
        raise SchemaBroken("Records without a cell belong to no statistic; leave cell 0 out before.")
    n = len(counts_frame)
    if neighbours is not None and neighbours.shape != (n, n):
        raise SchemaBroken(f"{n} places need an {n} by {n} neighbour matrix; found {neighbours.shape}.")
    if share is not None and len(share) != n:
        raise SchemaBroken(f"{n} places need {n} expected shares; found {len(share)}.")
