"""Where names stand on the base map: placed once for a whole zoom, so that no name is cut or doubled where tiles meet.

A name in two languages is given in both: the first as the file has it, the Welsh under it, or beside it along a street
(under it where the street is too short for both). Names are placed by the order of `basemap_style.NAMES`; one that would
touch another is left out at that zoom.
"""

import itertools
import math
import textwrap
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from csg_maps.layers.basemap_style import LINES, NAMES, NameLook, width_at
from csg_maps.layers.fonts import font

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels of the zoom."""

LINE_HEIGHT = 1.15
HALO_PX = 2
_GAP_PX = 4.0
_SAME_NAME_PX = 260.0
_EVERY_PX = 700.0  # a long street is named again after so many pixels
_WRAP_CHARACTERS, _WRAP_BOTH = 13, 20  # a name in two languages stays on a line each where it can
_CELL_PX = 64.0
_BEND_PX = 4.5  # how far a street may leave the straight line of its name


@dataclass(frozen=True)
class PlacedName:
    """A name on the map of one zoom: the middle of its letters in pixels, its lines, and how far it is turned.

    `angle` is in degrees, counter-clockwise; `dot` is where its point is drawn, if it has one.
    """

    x: float
    y: float
    lines: tuple[str, ...]
    look: NameLook
    angle: float
    box: Box
    dot: tuple[float, float] | None = None


@dataclass
class _Taken:
    """What is taken already: boxes by the squares of a grid, and where each name stands."""

    squares: dict[tuple[int, int], list[Box]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[tuple[str, ...], list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))


def both_languages(name: str, name_cy: str) -> tuple[str, ...]:
    """The forms that are written: one when the two are the same but for case and accents.

    >>> both_languages("Silver Haven", "Porth Arian"), both_languages("Rhosili", "Rhosili"), both_languages("", "Y Bala")
    (('Silver Haven', 'Porth Arian'), ('Rhosili',), ('Y Bala',))
    """
    forms = [form for form in (name, name_cy) if form]
    if len(forms) == 2 and _plain(name) == _plain(name_cy):
        return (name_cy,)  # the same word: the form with its accents
    return tuple(forms)


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def place_names(
    kinds: npt.NDArray[np.object_],
    ranks: npt.NDArray[np.int64],
    names: list[tuple[str, ...]],
    *,
    geometry: npt.NDArray[np.object_],
    anchors: npt.NDArray[np.float64],
    zoom: int,
) -> tuple[PlacedName, ...]:
    """Place the names of one zoom.

    Parameters
    ----------
    kinds, ranks, names
        Of each feature: its kind and rank (keys of `NAMES`), and its name in one or two languages; () = none.
    geometry
        In pixels of this zoom.
    anchors
        (n, 2): where the name of an area or point belongs, in pixels of this zoom.
    zoom
        Decides which kinds are named.
    """
    taken = _Taken()
    placed: list[PlacedName] = []
    named = np.array([bool(forms) for forms in names], dtype=np.bool_)
    for (kind, rank), look in NAMES.items():
        if not look.from_zoom <= zoom <= look.to_zoom:
            continue
        chosen = np.flatnonzero(named & (kinds == kind) & (ranks == rank))
        if not len(chosen):
            continue
        if look.along:
            if kind in LINES and not width_at(LINES[kind].widths, zoom):
                continue
            placed.extend(_along_lines(chosen, names, geometry, look, taken))
        else:
            placed.extend(_at_points(chosen, names, geometry, anchors, look=look, taken=taken))
    return tuple(placed)


def _at_points(
    chosen: npt.NDArray[np.intp],
    names: list[tuple[str, ...]],
    geometry: npt.NDArray[np.object_],
    anchors: npt.NDArray[np.float64],
    *,
    look: NameLook,
    taken: _Taken,
) -> Iterator[PlacedName]:
    areas = shapely.area(geometry[chosen])
    for index in chosen[np.argsort(-areas, kind="stable")].tolist():  # the larger area is named first
        x, y = anchors[index]
        wrap = 60 if look.dot else _WRAP_BOTH if len(names[index]) > 1 else _WRAP_CHARACTERS
        lines = tuple(line for form in names[index] for line in _wrapped(form, wrap))
        wide, high = _size(lines, look)
        room = geometry[index]
        if room.area > 0:
            west, north, east, south = room.bounds
            if wide > (east - west) * 1.05 or high > (south - north) * 1.05 or wide * high > room.area * 0.9:
                continue
        for dx, dy in _offsets(look, wide, high):
            middle = (round(x + dx), round(y + dy))
            box = (middle[0] - wide / 2, middle[1] - high / 2, middle[0] + wide / 2, middle[1] + high / 2)
            boxes = [box, (x - 5, y - 5, x + 5, y + 5)] if look.dot else [box]
            if _is_repeated(taken, lines, middle) or not _take(taken, boxes):
                continue
            taken.by_name[lines].append(middle)
            dot = (float(round(x)), float(round(y))) if look.dot else None
            yield PlacedName(*middle, lines, look, 0.0, _around(boxes), dot)
            break


def _offsets(look: NameLook, wide: float, high: float) -> tuple[tuple[float, float], ...]:
    """Where the middle of a name may stand beside its point, the best first."""
    if not look.dot:
        return ((0.0, 0.0), (0.0, high * 0.6), (0.0, -high * 0.6))
    side, above = wide / 2 + 8, high / 2 + 7
    return ((side, 0.0), (-side, 0.0), (0.0, -above), (0.0, above))


def _wrapped(form: str, characters: int) -> list[str]:
    longest = max((len(word) for word in form.split()), default=1)
    return textwrap.wrap(form, max(characters, longest), break_long_words=False, break_on_hyphens=False) or [form]


def _size(lines: tuple[str, ...], look: NameLook) -> tuple[float, float]:
    letters = font(look.size_px, look.weight)
    return max(letters.getlength(line) for line in lines) + 2, len(lines) * look.size_px * LINE_HEIGHT


def _along_lines(
    chosen: npt.NDArray[np.intp],
    names: list[tuple[str, ...]],
    geometry: npt.NDArray[np.object_],
    look: NameLook,
    taken: _Taken,
) -> Iterator[PlacedName]:
    pieces: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index in chosen.tolist():
        pieces[names[index]].append(index)
    lines: list[tuple[float, tuple[str, ...], Any]] = []
    for forms, indices in pieces.items():
        joined = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(geometry[indices])))
        lines.extend((part.length, forms, part) for part in shapely.get_parts(joined))
    lines.sort(key=lambda line: (-line[0], line[1], line[2].bounds))
    for length, forms, line in lines:
        texts = [(" / ".join(forms),), forms] if len(forms) > 1 else [forms]
        for text in texts:
            wide, high = _size(text, look)
            if length < wide * 1.02:
                continue
            found = False
            for middle in _stations(length, wide):
                place = _straight(line, middle, wide)
                if place is None:
                    continue
                x, y, angle = place
                boxes = _turned(x, y, angle, wide, high)
                if _is_repeated(taken, forms, (x, y)) or not _take(taken, boxes):
                    continue
                taken.by_name[forms].append((x, y))
                found = True
                yield PlacedName(float(round(x)), float(round(y)), text, look, round(angle, 1), _around(boxes))
            if found:
                break


def _stations(length: float, wide: float) -> list[float]:
    """Where along a line the middle of its name may stand, the best first."""
    middle = length / 2
    step = max(wide / 3, 12.0)
    reach = middle - wide / 2
    shifts = [0.0, *(sign * shift for shift in np.arange(step, reach + 1, step).tolist() for sign in (1, -1))]
    if length < 2 * _EVERY_PX:
        return [middle + shift for shift in shifts if abs(shift) <= reach]
    targets = [length * (number + 0.5) / int(length / _EVERY_PX) for number in range(int(length / _EVERY_PX))]
    near = [0.0, step, -step, 2 * step, -2 * step]
    return [target + shift for target in targets for shift in near if wide / 2 <= target + shift <= length - wide / 2]


def _straight(line: Any, middle: float, wide: float) -> tuple[float, float, float] | None:
    """Middle and angle (degrees) of a straight stretch of a line, None where it bends too much for a name."""
    at = np.linspace(middle - wide / 2, middle + wide / 2, 9)
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    run = points[-1] - points[0]
    reach = float(np.hypot(*run))
    if reach < wide * 0.93:
        return None
    away = np.abs((points[:, 0] - points[0, 0]) * run[1] - (points[:, 1] - points[0, 1]) * run[0]) / reach
    if away.max() > _BEND_PX:
        return None
    x, y = points.mean(axis=0)
    angle = -math.degrees(math.atan2(run[1], run[0]))
    return float(x), float(y), (angle + 90) % 180 - 90  # never upside down


def _turned(x: float, y: float, angle: float, wide: float, high: float) -> list[Box]:
    """Squares along a turned name."""
    count = max(math.ceil(wide / high), 1)
    along = (np.arange(count) + 0.5) / count * wide - wide / 2
    turn = math.radians(-angle)
    half = high / 2
    return [
        (x + math.cos(turn) * s - half, y + math.sin(turn) * s - half,
         x + math.cos(turn) * s + half, y + math.sin(turn) * s + half)
        for s in along.tolist()
    ]  # fmt: skip


def _take(taken: _Taken, boxes: list[Box]) -> bool:
    """Take the boxes if all of them are free."""
    grown = [(left - _GAP_PX, top - _GAP_PX, right + _GAP_PX, low + _GAP_PX) for left, top, right, low in boxes]
    for box in grown:
        for square in _squares(box):
            for other in taken.squares.get(square, ()):
                if box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]:
                    return False
    for box in boxes:
        for square in _squares(box):
            taken.squares[square].append(box)
    return True


def _squares(box: Box) -> Iterator[tuple[int, int]]:
    left, top, right, low = (math.floor(value / _CELL_PX) for value in box)
    return itertools.product(range(left, right + 1), range(top, low + 1))


def _is_repeated(taken: _Taken, name: tuple[str, ...], middle: tuple[float, float]) -> bool:
    return any(math.dist(middle, other) < _SAME_NAME_PX for other in taken.by_name.get(name, ()))


def _around(boxes: list[Box]) -> Box:
    lefts, tops, rights, lows = zip(*boxes, strict=True)
    return min(lefts) - HALO_PX, min(tops) - HALO_PX, max(rights) + HALO_PX, max(lows) + HALO_PX
