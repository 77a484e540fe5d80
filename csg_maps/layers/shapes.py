"""Geometry as a few strings of whole numbers: what a map sends to the browser, and all that it can send."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from csg_maps.errors import SchemaBroken
from csg_maps.geography.cell_edges import Rings
from csg_maps.layers.palette import style

Whole = npt.NDArray[np.int64]

DECIMALS = 5
"""Of a degree: about a metre."""

SCALE = 10**DECIMALS
_WIDE = 1000 * SCALE  # more than any step north or south
_NUMBERS_ONLY = re.compile(r"[-0-9,\[\]]*")


@dataclass(frozen=True)
class Shape:
    """One path on the map: the name of its style (`palette.STYLES`) and its outline.

    `paths` is nested arrays of whole numbers in JSON: [steps, [polygon[ring[x, y, …]]]] for areas, [steps, [line[x, y, …]]]
    for lines; x and y, the first point, in hundred-thousandths of a degree (EPSG:4326). What follows are the steps from
    point to point: dx, dy, … when `steps` is empty, else their places in `steps` [dx, dy, dx, dy, …] (the borders of
    hexagons repeat a few dozen steps). Digits, commas, minus signs and brackets only: anything else raises SchemaBroken.
    """

    style: str
    paths: str
    is_line: bool = False

    def __post_init__(self) -> None:
        style(self.style)
        if not isinstance(self.paths, str) or not _NUMBERS_ONLY.fullmatch(self.paths):
            raise SchemaBroken("A shape must be numbers only; found something else in its outline.")
        if not isinstance(self.is_line, bool):
            raise SchemaBroken("`is_line` must be true or false.")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self.paths in {"", "[]", "[[],[]]"}


def polygon_shape(geometries: Any, style_name: str) -> Shape:
    """One shape out of polygons (an array of shapely Polygons and MultiPolygons, EPSG:4326); others are passed over.

    >>> polygon_shape([shapely.box(0, 52, 0.00002, 52.00001)], "park").paths
    '[[],[[[2,5200000,0,1,-2,0,0,-1]]]]'
    """
    parts = _parts(geometries, type_ids=(3,))
    if not len(parts):
        return Shape(style_name, "[[],[]]")
    rings, polygon_of = shapely.get_rings(parts, return_index=True)
    polygons: list[list[list[int]]] = [[] for _part in parts]
    outer_lost = np.zeros(len(parts), dtype=np.bool_)
    for steps, polygon in zip(_steps(rings, is_closed=True), polygon_of.tolist(), strict=True):
        if len(steps) >= 6 and not outer_lost[polygon]:
            polygons[polygon].append(steps)
        elif not polygons[polygon]:
            outer_lost[polygon] = True  # too small to draw; its holes go with it
    kept = [polygon for polygon in polygons if polygon]
    steps, rewritten = _by_table([ring for polygon in kept for ring in polygon])
    again = iter(rewritten)
    return Shape(style_name, _dump([steps, [[next(again) for _ring in polygon] for polygon in kept]]))


def rings_shape(x: Whole, y: Whole, rings: Rings, style_name: str) -> Shape:
    """One shape out of rings of corners (`geography.cell_edges`); the same as `polygon_shape` of the polygons they bound.

    `x` and `y` are the corners in steps of the grid that is sent (EPSG:4326 times 10**DECIMALS).
    """
    if not len(rings.corner):
        return Shape(style_name, "[[],[]]")
    east, north = x[rings.corner], y[rings.corner]
    packed, move = np.unique(np.diff(east) * _WIDE + np.diff(north) + _WIDE // 2, return_inverse=True)
    moves = np.stack([packed // _WIDE, packed % _WIDE - _WIDE // 2])
    inner = np.ones(len(east) - 1, dtype=np.bool_)
    inner[rings.first[1:] - 1] = False  # from the last corner of a ring to the first of the next is no step
    times = np.bincount(move[inner], minlength=moves.shape[1])
    frequent_first = np.argsort(-times, kind="stable")[: int((times > 0).sum())]
    place = np.empty(moves.shape[1], dtype=np.int64)
    place[frequent_first] = np.arange(len(frequent_first))
    written = np.array([f",{number}" for number in range(len(frequent_first))], dtype=object)
    words = ["", *written[np.where(inner, place[move], 0)].tolist()]
    starts = rings.first.tolist()
    points = zip(starts, east[rings.first].tolist(), north[rings.first].tolist(), rings.polygon.tolist(), strict=True)
    before = -1
    for start, first_x, first_y, polygon in points:
        opened = "" if before < 0 else "]," if polygon == before else "]],"
        words[start] = f"{opened}{'' if polygon == before else '['}[{first_x},{first_y}"
        before = polygon
    steps = _dump(moves[:, frequent_first].T.ravel().tolist())
    return Shape(style_name, f"[{steps},[{''.join(words)}]]]]")


def line_shape(geometries: Any, style_name: str) -> Shape:
    """One shape out of lines (an array of shapely LineStrings and MultiLineStrings, EPSG:4326); others are passed over.

    >>> line_shape([shapely.LineString([(0, 52), (0.00001, 52.00002)])], "street").paths
    '[[],[[0,5200000,1,2]]]'
    """
    parts = _parts(geometries, type_ids=(1, 2))
    if not len(parts):
        return Shape(style_name, "[[],[]]", is_line=True)
    lines = [steps for steps in _steps(parts, is_closed=False) if len(steps) >= 4]
    return Shape(style_name, _dump([*_by_table(lines)]), is_line=True)


def rounded(geometries: Any) -> npt.NDArray[np.object_]:
    """The geometries with every coordinate on the grid that is sent, so that shared borders are equal to the last bit."""
    moved = shapely.transform(np.asarray(geometries, dtype=object), lambda points: np.round(points, DECIMALS))
    return np.asarray(moved, dtype=object)


def size_bytes(shapes: tuple[Shape, ...]) -> int:
    """How many bytes these shapes add to what the browser is sent."""
    return sum(len(shape.paths) for shape in shapes)


def _parts(geometries: Any, *, type_ids: tuple[int, ...]) -> npt.NDArray[np.object_]:
    single = [geometries] if isinstance(geometries, shapely.Geometry) else geometries
    parts = np.asarray(list(single), dtype=object)
    if not len(parts):
        return parts
    parts = parts[~(shapely.is_missing(parts) | shapely.is_empty(parts))]
    while len(parts) and (shapely.get_type_id(parts) >= 4).any():  # collections may hold collections
        parts = shapely.get_parts(parts)
    return np.asarray(parts[np.isin(shapely.get_type_id(parts), type_ids)]) if len(parts) else parts


def _steps(paths: npt.NDArray[np.object_], *, is_closed: bool) -> list[list[int]]:
    """Each path as whole numbers: the first point, then steps. Points that fall on the one before are left out."""
    points, path_of = shapely.get_coordinates(paths, return_index=True)
    whole = np.rint(points * SCALE).astype(np.int64)
    moves = np.diff(whole, axis=0, prepend=whole[:1])
    first = np.diff(path_of, prepend=-1) > 0
    kept = first | moves.any(axis=1)
    if is_closed:  # Leaflet closes a ring itself
        kept &= ~(np.diff(path_of, append=path_of[-1] + 1) > 0)
    moves = np.where(first[:, None], whole, moves)[kept]
    ends = np.searchsorted(path_of[kept], np.arange(len(paths)), side="right") * 2
    flat = moves.ravel().tolist()
    return [flat[start:end] for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)]


def _by_table(paths: list[list[int]]) -> tuple[list[int], list[list[int]]]:
    """The steps that occur, the most frequent first, and the paths as places in them; ([], paths) when few repeat."""
    moves = Counter(pair for path in paths for pair in zip(path[2::2], path[3::2], strict=True))
    if len(moves) * 4 > moves.total():
        return [], paths
    place = {pair: number for number, (pair, _times) in enumerate(moves.most_common())}
    short = [[*path[:2], *(place[pair] for pair in zip(path[2::2], path[3::2], strict=True))] for path in paths]
    return [number for pair in place for number in pair], short


def _dump(paths: list[Any]) -> str:
    return json.dumps(paths, separators=(",", ":"))
