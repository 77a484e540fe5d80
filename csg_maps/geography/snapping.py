"""Points that stand for many places: data snapped to shared map points, and default points that stand for "not known"."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

MINIMUM_ROWS = 100
SNAPPED_SHARE = 0.7
DEFAULT_ROWS = 200
DEFAULT_TIMES = 10.0


@dataclass(frozen=True)
class Snapping:
    """How points repeat in a file.

    `rows` that have a point, `points` that are distinct, `share_on_shared` the share of rows whose exact point another
    row has too (the busiest point left out, so that one default point does not look like snapping), `is_snapped` the
    verdict, `default_rows` a count for each point that looks like a default, busiest first.
    """

    rows: int
    points: int
    share_on_shared: float
    is_snapped: bool
    default_rows: tuple[int, ...]


def find_snapping(latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> Snapping:
    """Whether exact points repeat as they do in published street data, and whether one stands for "not known".

    Snapped: at least 100 rows with a point, of which 70% or more share it exactly with another row. One month of
    police.uk has 73% and three years 99%; surveyed collisions have 39%. A small supply of snapped data may pass
    unnoticed. Default: a point with at least 200 rows and ten times as many as the busiest 1% of points begin
    with; never said of snapped data, whose busiest points are busy by design.

    >>> find_snapping([51.9] * 250 + list(np.linspace(51, 52, 300)), [-0.4] * 250 + [0.0] * 300).default_rows
    (250,)
    """
    points = pd.DataFrame({"y": np.asarray(latitude, "float64"), "x": np.asarray(longitude, "float64")}).dropna()
    return count_snapping(points.groupby(["y", "x"], sort=False).size().to_numpy())


def count_snapping(rows_by_point: npt.NDArray[np.int64]) -> Snapping:
    """The same from the number of rows at each distinct point."""
    counts = np.sort(np.asarray(rows_by_point, dtype="int64"))[::-1]
    rows = int(counts.sum())
    others = counts[1:]
    share = float(others[others > 1].sum() / others.sum()) if len(others) else 0.0
    snapped = rows >= MINIMUM_ROWS and share >= SNAPPED_SHARE and len(counts) > 1
    defaults: tuple[int, ...] = ()
    if not snapped and len(counts):
        usual = float(np.quantile(others, 0.99)) if len(others) else 1.0
        busy = counts[(counts >= DEFAULT_ROWS) & (counts >= DEFAULT_TIMES * usual)]
        defaults = tuple(int(count) for count in busy)
    return Snapping(rows, len(counts), share, snapped, defaults)
