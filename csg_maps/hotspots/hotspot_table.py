"""Counts in, hotspots out: one table with everything that may be said of each cell or area, best evidence first."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.arrays import FloatingArray, IntegerArray
from scipy.sparse import csr_matrix, identity

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
    own_share: Any = None,
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
    own_share
        n expected shares of the places alone, without their rings: then a hotspot must hold more than expected itself.
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
    _check(counts_frame, neighbours, share, own_share, key)
    n = len(counts_frame)
    counts = counts_frame["count"].to_numpy()
    found = np.zeros(n, dtype=np.int64)
    numbers = dict.fromkeys(("expected", "ratio", "gi_star", "p_value", "q_value"), np.full(n, np.nan))
    classes = np.full(n, "", dtype="<U15")
    is_tested = neighbours is not None and share is not None
    if neighbours is not None and share is not None:
        found = ring_counts(counts, neighbours)
        expected = np.asarray(share, dtype=np.float64) * counts.sum()
        p_values = exact_p_values(counts, neighbours, share)
        numbers = {
            "expected": expected,
            "ratio": np.divide(found, expected, out=np.full(n, np.nan), where=expected > 0),
            "gi_star": gi_star(counts, neighbours),
            "p_value": p_values,
            "q_value": benjamini_hochberg(p_values),
        }
        own_p_values = None if own_share is None else exact_p_values(counts, _alone(len(counts)), own_share)
        classes = classify(counts, counts_frame["dates"].to_numpy(), numbers["q_value"], own_p_values)
    order = _order(classes, numbers["p_value"], counts, counts_frame[key])
    named = [column.name for column in HOTSPOT_COLUMNS]
    others = [name for name in counts_frame.columns if name not in named and name != key]
    table = counts_frame.iloc[order][[key, *others, "count", "dates"]].reset_index(drop=True)
    table["ring_count"] = IntegerArray(found[order], np.full(n, not is_tested))
    for name, values in numbers.items():
        # an undefined number and one that was not calculated are both simply missing
        table[name] = FloatingArray(values[order], np.isnan(values[order]))
    in_order = classes[order].astype(object)
    table["class"] = pd.array(in_order if is_tested else [None] * n, dtype="str")
    table["rank"] = np.arange(1, n + 1, dtype=np.int64)
    check_frame(table, HOTSPOT_COLUMNS, "hotspot table")
    return table


def _order(
    classes: npt.NDArray[np.str_],
    p_values: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int64],
    keys: "pd.Series[Any]",
) -> npt.NDArray[np.intp]:
    strength = np.full(len(classes), len(CLASS_LABELS))
    for place, code in enumerate(CLASS_LABELS):
        strength[classes == code] = place
    key_order = np.unique(keys.to_numpy(), return_inverse=True)[1]
    return np.lexsort((key_order, -counts, np.nan_to_num(p_values, nan=np.inf), strength))


def _alone(places: int) -> csr_matrix:
    """A neighbour matrix in which every place has only itself."""
    return csr_matrix(identity(places, format="csr"))


def _check(counts_frame: pd.DataFrame, neighbours: csr_matrix | None, share: Any, own_share: Any, key: str) -> None:
    needed = (Column(key, "int64" if key == "cell" else "str"), Column("count", "int64"), Column("dates", "int64"))
    check_frame(counts_frame, needed, "counts")
    if counts_frame[key].duplicated().any():
        raise SchemaBroken(f"Each {key} must have one row; some have more.")
    if key == "cell" and (check_cells(counts_frame[key]) == 0).any():
        raise SchemaBroken("Records without a cell belong to no statistic; leave cell 0 out before.")
    n = len(counts_frame)
    if neighbours is not None and neighbours.shape != (n, n):
        raise SchemaBroken(f"{n} places need an {n} by {n} neighbour matrix; found {neighbours.shape}.")
    for shares in (share, own_share):
        if shares is not None and len(shares) != n:
            raise SchemaBroken(f"{n} places need {n} expected shares; found {len(shares)}.")
