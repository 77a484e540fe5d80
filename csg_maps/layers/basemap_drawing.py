"""Draw tiles: blocks of eight by eight at once, twice as large and then reduced, so that lines are smooth and whole."""

import functools
import io
import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import shapely
from PIL import Image, ImageDraw, ImageFilter

from csg_maps.geography.tiles import TILE_PX, tile_range
from csg_maps.layers.basemap_names import HALO_PX, LINE_HEIGHT, PlacedName
from csg_maps.layers.basemap_palette import in_palette, palette_bytes
from csg_maps.layers.basemap_plan import Indexed, ZoomPlan
from csg_maps.layers.basemap_style import AREAS, NAME_HALO, LineLook, width_at
from csg_maps.layers.fonts import font

BLOCK = 8
"""Tiles along a side of what is drawn at once."""

_FINER = 2
_MARGIN_PX = 24.0
_TURNED_FROM = 1.5  # degrees: less is not seen, and turning blurs
_ROUND_FROM_PX = 3.0  # a line this wide has round ends, so that streets meet without a notch

Tile = tuple[int, int, bytes]
"""Column, row, PNG."""

Floats = npt.NDArray[np.float64]
Window = tuple[float, float, float, float]


def blocks(bounds: tuple[float, float, float, float], zoom: int) -> list[tuple[int, int]]:
    """The blocks that hold the tiles of these bounds (south, west, north, east in degrees), row by row."""
    first_column, last_column, first_row, last_row = tile_range(bounds, zoom)
    across = range(first_column // BLOCK, last_column // BLOCK + 1)
    down = range(first_row // BLOCK, last_row // BLOCK + 1)
    return [(column, row) for row in down for column in across]


def draw_block(plan: ZoomPlan, block: tuple[int, int], bounds: tuple[float, float, float, float]) -> tuple[Tile, ...]:
    """The tiles of one block, as far as they touch the bounds."""
    first_column, last_column, first_row, last_row = tile_range(bounds, plan.zoom)
    columns = [c for c in range(block[0] * BLOCK, (block[0] + 1) * BLOCK) if first_column <= c <= last_column]
    rows = [r for r in range(block[1] * BLOCK, (block[1] + 1) * BLOCK) if first_row <= r <= last_row]
    window = tuple(float(value * TILE_PX) for value in (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    entries = _drawn(plan, window)  # type: ignore[arg-type]
    if entries is None:
        empty = _png_of_colour(_ground_under(plan, window))  # type: ignore[arg-type]
        return tuple((column, row, empty) for row, column in itertools.product(rows, columns))
    made = []
    for (down, row), (across, column) in itertools.product(enumerate(rows), enumerate(columns)):
        part = entries[down * TILE_PX : (down + 1) * TILE_PX, across * TILE_PX : (across + 1) * TILE_PX]
        first = int(part[0, 0])
        made.append((column, row, _png_of_entry(first) if (part == first).all() else _png(part)))
    return tuple(made)


def _drawn(plan: ZoomPlan, window: Window) -> npt.NDArray[np.uint8] | None:
    """The entries of the palette of a window, None where there is nothing but the ground."""
    parts = {id(found): _inside(found, window) for found in _everything(plan)}
    names = [plan.names[index] for index in sorted(plan.name_tree.query(shapely.box(*window)))]
    whole = {kind for kind, found in plan.areas if _fills(parts[id(found)], window)}
    if not names and all(
        not len(parts[id(found)])
        for found in _everything(plan)
        if not any(found is f for k, f in plan.areas if k in whole)
    ):
        return None
    wide, high = (int(window[2] - window[0]), int(window[3] - window[1]))
    large = Image.new("RGB", (wide * _FINER, high * _FINER), plan.ground)
    draw = ImageDraw.Draw(large)
    for kind, found in plan.areas:
        _draw_areas(large, draw, parts[id(found)], kind, window)
    streets = [(look, parts[id(found)]) for look, found in plan.lines]
    for look, shown in streets:
        if look.rim:
            _draw_lines(draw, shown, look, plan.zoom, window, rim=True)
    for look, shown in streets:
        _draw_lines(draw, shown, look, plan.zoom, window)
    for look, found in plan.borders:
        _draw_lines(draw, parts[id(found)], look, plan.zoom, window)
    picture = large.reduce(_FINER)
    for name in names:
        _draw_name(picture, name, window)
    return in_palette(picture)


def _everything(plan: ZoomPlan) -> list[Indexed]:
    return [found for _look, found in (*plan.areas, *plan.lines, *plan.borders)]


def _inside(found: Indexed, window: Window) -> npt.NDArray[np.object_]:
    """What reaches into a window, cut a little outside it."""
    left, top, right, low = window
    grown = (left - _MARGIN_PX, top - _MARGIN_PX, right + _MARGIN_PX, low + _MARGIN_PX)
    hits = found.geometry[np.sort(found.tree.query(shapely.box(*grown)))]
    cut = shapely.clip_by_rect(hits, *grown) if len(hits) else hits
    parts = shapely.get_parts(cut)
    return np.asarray(parts[~shapely.is_empty(parts)])


def _fills(parts: npt.NDArray[np.object_], window: Window) -> bool:
    """Whether one area covers the whole window."""
    grown = (window[2] - window[0] + 2 * _MARGIN_PX) * (window[3] - window[1] + 2 * _MARGIN_PX)
    return len(parts) == 1 and bool(shapely.area(parts[0]) >= grown - 1)


def _ground_under(plan: ZoomPlan, window: Window) -> str:
    colour = plan.ground
    for kind, found in plan.areas:
        if _fills(_inside(found, window), window):
            colour = AREAS[kind].fill
    return colour


def _local(points: Floats, window: Window) -> list[float]:
    moved: list[float] = ((points - window[:2]) * _FINER).ravel().tolist()
    return moved


def _draw_areas(
    large: Image.Image, draw: ImageDraw.ImageDraw, parts: npt.NDArray[np.object_], kind: str, window: Window
) -> None:
    look = AREAS[kind]
    polygons = parts[shapely.get_type_id(parts) == 3]
    holes = shapely.get_num_interior_rings(polygons)
    for polygon, has_holes in zip(polygons, holes > 0, strict=True):
        outer = shapely.get_coordinates(shapely.get_exterior_ring(polygon))
        if len(outer) < 3:
            continue
        if has_holes:
            _fill_with_holes(large, polygon, look.fill, window)
        else:
            draw.polygon(_local(outer, window), fill=look.fill)
    if look.outline:
        # cut edges lie outside the window, so that no outline runs along the border of a tile
        for ring in shapely.get_rings(polygons):
            draw.line(_local(shapely.get_coordinates(ring), window), fill=look.outline, width=_FINER)


def _fill_with_holes(large: Image.Image, polygon: shapely.Polygon, colour: str, window: Window) -> None:
    mask = Image.new("L", large.size, 0)
    draw = ImageDraw.Draw(mask)
    for ring, value in zip(shapely.get_rings(polygon), itertools.chain([255], itertools.repeat(0)), strict=False):
        draw.polygon(_local(shapely.get_coordinates(ring), window), fill=value)
    large.paste(colour, mask=mask)


def _draw_lines(
    draw: ImageDraw.ImageDraw,
    parts: npt.NDArray[np.object_],
    look: LineLook,
    zoom: int,
    window: Window,
    *,
    rim: bool = False,
) -> None:
    wide = width_at(look.widths, zoom) + (1.3 if rim else 0.0)
    width = max(round(wide * _FINER), 1)
    colour = look.rim if rim or (look.rim and wide < 1.2) else look.colour  # a street too thin for its rim is its rim
    half = width / 2
    for part in parts[shapely.get_type_id(parts) == 1]:
        points = shapely.get_coordinates(part)
        if look.dash[0]:
            for piece in _dashes(points, look.dash):
                draw.line(_local(piece, window), fill=colour, width=width)
            continue
        draw.line(_local(points, window), fill=colour, width=width, joint="curve")
        if wide >= _ROUND_FROM_PX:
            for x, y in ((points[[0, -1]] - window[:2]) * _FINER).tolist():
                draw.ellipse((x - half, y - half, x + half, y + half), fill=colour)


def _dashes(points: Floats, dash: tuple[float, float]) -> Iterator[Floats]:
    """The drawn pieces of a dashed line, each straight: they are short."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    starts = np.arange(0.0, along[-1], sum(dash))
    ends = np.minimum(starts + dash[0], along[-1])
    from_x, from_y = (np.interp(starts, along, points[:, axis]) for axis in (0, 1))
    to_x, to_y = (np.interp(ends, along, points[:, axis]) for axis in (0, 1))
    return iter(np.stack([np.column_stack([from_x, from_y]), np.column_stack([to_x, to_y])], axis=1))


def _draw_name(picture: Image.Image, name: PlacedName, window: Window) -> None:
    x, y = int(name.x - window[0]), int(name.y - window[1])
    draw = ImageDraw.Draw(picture)
    if name.dot is not None:
        left, top = name.dot[0] - window[0], name.dot[1] - window[1]
        box = (left - 3, top - 3, left + 3, top + 3)
        if name.look.dot == "square":
            draw.rectangle(box, fill=name.look.colour, outline=NAME_HALO)
        else:
            draw.ellipse(box, fill=name.look.colour, outline=NAME_HALO)
    for mask, colour in zip(_letters(name), (NAME_HALO, name.look.colour), strict=True):
        picture.paste(colour, (x - mask.width // 2, y - mask.height // 2), mask)


def _letters(name: PlacedName) -> tuple[Image.Image, Image.Image]:
    """Masks of a name: its halo and its letters, written larger and reduced, so that they stand evenly."""
    letters = font(name.look.size_px * _FINER, name.look.weight)
    step = name.look.size_px * LINE_HEIGHT * _FINER
    wide = int(max(letters.getlength(line) for line in name.lines)) + 8 * _FINER
    high = int(step * len(name.lines)) + 8 * _FINER
    flat = Image.new("L", (wide, high), 0)
    draw = ImageDraw.Draw(flat)
    for number, line in enumerate(name.lines):
        down = high / 2 + (number - (len(name.lines) - 1) / 2) * step
        draw.text((wide / 2, down), line, fill=255, font=letters, anchor="mm")
    if abs(name.angle) >= _TURNED_FROM:
        flat = flat.rotate(name.angle, resample=Image.Resampling.BICUBIC, expand=True)
    letters_mask = flat.reduce(_FINER)
    wider = ImageFilter.MaxFilter(3)  # by a pixel on every side
    return functools.reduce(lambda mask, _pixel: mask.filter(wider), range(HALO_PX), letters_mask), letters_mask


def _png(entries: npt.NDArray[np.uint8]) -> bytes:
    picture = Image.fromarray(np.ascontiguousarray(entries)).convert("P")
    picture.putpalette(palette_bytes())
    written = io.BytesIO()
    picture.save(written, "PNG", compress_level=6)
    return written.getvalue()


@functools.lru_cache(maxsize=256)
def _png_of_entry(entry: int) -> bytes:
    return _png(np.full((TILE_PX, TILE_PX), entry, dtype=np.uint8))


def _png_of_colour(colour: str) -> bytes:
    return _png_of_entry(int(in_palette(Image.new("RGB", (1, 1), colour))[0, 0]))
