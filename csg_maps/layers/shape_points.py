"""The points of a `Shape` again, for drawing it where there is no browser."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from csg_maps.layers.shapes import SCALE, Shape

Path = npt.NDArray[np.float64]
"""Points of one ring or line: (n, 2), longitude and latitude in degrees (EPSG:4326)."""


def polygons_of(shape: Shape) -> list[list[Path]]:
    """The polygons of a shape: each its outer ring, then its holes; rings are not closed.

    >>> from csg_maps.layers.shapes import polygon_shape
    >>> import shapely
    >>> len(polygons_of(polygon_shape([shapely.box(0, 52, 1, 53)], "park"))[0][0])
    4
    """
    if shape.is_line or shape.is_empty:
        return []
    steps, polygons = json.loads(shape.paths)
    return [[_points(ring, steps) for ring in polygon] for polygon in polygons]


def lines_of(shape: Shape) -> list[Path]:
    """The lines of a shape; of polygons, their rings, closed."""
    if shape.is_empty:
        return []
    if not shape.is_line:
        return [np.vstack([ring, ring[:1]]) for polygon in polygons_of(shape) for ring in polygon]
    steps, lines = json.loads(shape.paths)
    return [_points(line, steps) for line in lines]


def _points(path: list[int], steps: list[int]) -> Path:
    first, rest = np.array(path[:2], dtype=np.int64), np.array(path[2:], dtype=np.int64)
    table: Any = np.array(steps, dtype=np.int64).reshape(-1, 2)
    moves = table[rest] if len(table) else rest.reshape(-1, 2)
    return np.asarray(np.cumsum(np.vstack([first, moves]), axis=0) / SCALE)
