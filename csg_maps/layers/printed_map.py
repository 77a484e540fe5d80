"""A map as one picture, for pages that are printed: the same ground and the same classes as on the screen.

Every class has a pattern of its own, so that the picture can be read in black and white and by every kind of colour vision.
"""

import io
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw

from csg_maps.errors import SchemaBroken
from csg_maps.geography.tiles import TILE_PX, metres_per_pixel, unit_points
from csg_maps.i18n import _
from csg_maps.layers.elements import Bounds, TileSet
from csg_maps.layers.fonts import BOLD, SEMIBOLD, font
from csg_maps.layers.palette import SEA, style
from csg_maps.layers.shape_points import lines_of, polygons_of
from csg_maps.layers.shapes import Shape

Tiles = Callable[[int, int, int], bytes | None]
"""A tile as PNG, JPEG or WebP by zoom, column and row; None where there is none."""

PICTURE_FORMATS = ("PNG", "JPEG", "WEBP")
GROUND_STYLES = ("land", "park", "water", "river", "street", "main-street", "border")
_READING_WIDTH_PX = 900.0  # a printed page is read like a screen of this width: names and lines keep their size
_FINER = 2  # shapes are drawn so many times larger, then reduced: smooth edges
_MARGIN = 0.03
_INK = "#1d2b2e"
_LARGEST_PX = 6000
_PATTERNS = {"class-1": "dots", "class-2": "lines", "class-3": "close lines", "class-4": "crossed"}
"""Of the classes that are not solid; class 5 is dark and has a thick outline."""


@dataclass(frozen=True)
class _Frame:
    """The part of the unit square that is shown, and how many pixels wide and high."""

    left: float
    top: float
    scale: float  # pixels per unit
    width: int
    height: int
    unit: float  # how many pixels stand for one pixel of a screen

    def pixels(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x, y = unit_points(points[:, 0], points[:, 1])
        return np.column_stack([(x - self.left) * self.scale, (y - self.top) * self.scale])


def printed_map(
    shapes: tuple[Shape | TileSet, ...],
    bounds: Bounds,
    *,
    tiles: Tiles | None,
    width_px: int,
    height_px: int,
    numbers: tuple[tuple[float, float], ...] = (),
    reading_width_px: float = _READING_WIDTH_PX,
) -> bytes:
    """A PNG of a map with a scale in metres and an arrow to the north.

    Parameters
    ----------
    shapes
        Ground (`base_layer.base_shapes`), classes and outlines, lowest first. Where tiles lie under the map, shapes of
        land, water, parks and streets are left out; borders stay. Anything that is no Shape is passed over.
    bounds
        South, west, north, east in degrees (EPSG:4326) that must be seen; a small margin is added.
    tiles
        Gives the base map's tiles; None draws the ground from shapes. Where it has none at the fitting zoom, coarser ones
        are enlarged.
    width_px, height_px
        Of the picture. Names and lines grow with the width, as if it were a screen of the width below.
    numbers
        Latitude and longitude of places to be marked 1, 2, 3 …
    reading_width_px
        The screen that the picture stands for: 900 for the width of a page, less for a part of it.

    Raises
    ------
    SchemaBroken
        For bounds or a size that cannot be.
    """
    frame = _frame(bounds, width_px, height_px, reading_width_px)
    drawn = [shape for shape in shapes if isinstance(shape, Shape) and not shape.is_empty]
    under = _tiled(frame, tiles) if tiles is not None else None
    has_land = any(shape.style == "land" for shape in drawn)
    picture = under or Image.new("RGB", (frame.width, frame.height), SEA if has_land else style("land").fill)
    for shape in drawn:
        if shape.style in GROUND_STYLES and shape.style != "border" and under is not None:
            continue
        picture = _with_shape(picture, shape, frame)
    draw = ImageDraw.Draw(picture)
    for number, (latitude, longitude) in enumerate(numbers, start=1):
        _mark(draw, frame, (latitude, longitude), number)
    _scale_bar(draw, frame, (bounds[0] + bounds[2]) / 2)
    _north_arrow(draw, frame)
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()


def _frame(bounds: Bounds, width_px: int, height_px: int, reading_width_px: float) -> _Frame:
    south, west, north, east = (float(value) for value in bounds)
    if not (-85 <= south < north <= 85 and -360 <= west < east <= 540):
        raise SchemaBroken("The bounds of a map must be south < north and west < east, in degrees.")
    if not (100 <= width_px <= _LARGEST_PX and 100 <= height_px <= _LARGEST_PX):
        raise SchemaBroken(f"A printed map must be 100 to {_LARGEST_PX} pixels wide and high.")
    x, y = unit_points([west, east], [north, south])
    across, down = float(x[1] - x[0]), float(y[1] - y[0])
    scale = min(width_px / across, height_px / down) * (1 - 2 * _MARGIN)
    middle_x, middle_y = float(x.sum()) / 2, float(y.sum()) / 2
    left, top = middle_x - width_px / scale / 2, middle_y - height_px / scale / 2
    return _Frame(left, top, scale, int(width_px), int(height_px), max(width_px / reading_width_px, 0.6))


def _tiled(frame: _Frame, tiles: Tiles) -> Image.Image | None:
    """The base map under the frame, None when it has no tile there at any zoom that would serve."""
    ideal = math.floor(math.log2(frame.scale / frame.unit / TILE_PX) + 0.35)
    for zoom in range(max(ideal, 0), max(ideal - 6, -1), -1):
        across = 2**zoom
        columns = range(math.floor(frame.left * across), math.ceil((frame.left + frame.width / frame.scale) * across))
        rows = range(math.floor(frame.top * across), math.ceil((frame.top + frame.height / frame.scale) * across))
        board = Image.new("RGB", (len(columns) * TILE_PX, len(rows) * TILE_PX), style("land").fill)
        found = False
        for column, row in itertools.product(columns, rows):
            tile = _picture(tiles(zoom, column % across, row)) if 0 <= row < across else None
            if tile is not None:
                found = True
                board.paste(tile, ((column - columns[0]) * TILE_PX, (row - rows[0]) * TILE_PX))
        if found:
            left = (frame.left * across - columns[0]) * TILE_PX
            top = (frame.top * across - rows[0]) * TILE_PX
            factor = across * TILE_PX / frame.scale
            box = (left, top, left + frame.width * factor, top + frame.height * factor)
            return board.resize((frame.width, frame.height), Image.Resampling.BICUBIC, box=box)
    return None


def _picture(content: bytes | None) -> Image.Image | None:
    if content is None:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=PICTURE_FORMATS) as opened:
            if max(opened.size) > 4 * TILE_PX:
                return None
            clear = opened.convert("RGBA").resize((TILE_PX, TILE_PX))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    board = Image.new("RGB", clear.size, style("land").fill)
    board.paste(clear, mask=clear.getchannel("A"))
    return board


def _with_shape(picture: Image.Image, shape: Shape, frame: _Frame) -> Image.Image:
    look = style(shape.style)
    if look.fill and not shape.is_line:
        mask = _area_mask(shape, frame)
        opacity = look.fill_opacity
        shown = mask.point(lambda value: int(value * opacity))
        solid = Image.new("RGB", picture.size, look.fill)
        # classes are printed over the ground as ink is: what is dark below stays readable
        inked = solid if shape.style in GROUND_STYLES else ImageChops.multiply(picture, solid)
        picture.paste(inked, mask=shown)
        if shape.style in _PATTERNS:
            lines = ImageChops.multiply(mask, _pattern(_PATTERNS[shape.style], frame))
            picture.paste(look.outline, mask=lines.point(lambda value: int(value * 0.6)))
    if look.weight_px > 0:
        dash = tuple(float(part) for part in look.dash.split()) if shape.style in {"border", "class-none"} else ()
        picture.paste(look.outline, mask=_line_mask(shape, frame, look.weight_px, dash))
    return picture


def _area_mask(shape: Shape, frame: _Frame) -> Image.Image:
    large = Image.new("L", (frame.width * _FINER, frame.height * _FINER), 0)
    draw = ImageDraw.Draw(large)
    polygons = [[frame.pixels(ring) * _FINER for ring in polygon] for polygon in polygons_of(shape)]
    # the largest first: what lies in a hole of another polygon is drawn after that hole
    for polygon in sorted(polygons, key=lambda rings: -float(np.ptp(rings[0], axis=0).prod())):
        for ring, value in zip(polygon, itertools.chain([255], itertools.repeat(0)), strict=False):
            if len(ring) >= 3:
                draw.polygon(ring.ravel().tolist(), fill=value)
    return large.reduce(_FINER)


def _line_mask(shape: Shape, frame: _Frame, weight_px: float, dash: tuple[float, ...]) -> Image.Image:
    large = Image.new("L", (frame.width * _FINER, frame.height * _FINER), 0)
    draw = ImageDraw.Draw(large)
    width = max(round(weight_px * frame.unit * _FINER), 1)
    for line in lines_of(shape):
        points = frame.pixels(line) * _FINER
        pieces = _dashes(points, [part * frame.unit * _FINER for part in dash]) if dash else [points]
        for piece in pieces:
            draw.line(piece.ravel().tolist(), fill=255, width=width, joint="curve")
    return large.reduce(_FINER)


def _dashes(points: npt.NDArray[np.float64], lengths: list[float]) -> Iterator[npt.NDArray[np.float64]]:
    """The drawn pieces of a dashed line."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at, on = 0.0, True
    for length in itertools.cycle(lengths):
        end = min(at + length, float(along[-1]))
        if on and end > at:
            inner = (along > at) & (along < end)
            stations = np.concatenate([[at], along[inner], [end]])
            yield np.column_stack([np.interp(stations, along, points[:, axis]) for axis in (0, 1)])
        at, on = end, not on
        if at >= along[-1]:
            return


def _pattern(name: str, frame: _Frame) -> Image.Image:
    down, across = np.mgrid[0 : frame.height, 0 : frame.width].astype(np.float64) / frame.unit
    if name == "dots":
        drawn = ((across % 9) - 4.5) ** 2 + ((down % 9) - 4.5) ** 2 < 1.4**2
    elif name == "crossed":
        drawn = ((across + down) % 8 < 1.4) | ((across - down) % 8 < 1.4)
    else:
        drawn = (across + down) % (13 if name == "lines" else 7) < 1.4
    return Image.fromarray(np.where(drawn, 255, 0).astype(np.uint8))


def _mark(draw: ImageDraw.ImageDraw, frame: _Frame, place: tuple[float, float], number: int) -> None:
    latitude, longitude = place
    x, y = frame.pixels(np.array([[longitude, latitude]]))[0]
    radius = 11 * frame.unit
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill="#ffffff", outline=_INK, width=_px(2, frame))
    draw.text((x, y), str(int(number)), fill=_INK, font=font(_px(14, frame), BOLD), anchor="mm")


def _scale_bar(draw: ImageDraw.ImageDraw, frame: _Frame, latitude: float) -> None:
    metres = metres_per_pixel(latitude, math.log2(frame.scale / TILE_PX))
    longest = frame.width * 0.22 * metres
    magnitude = 10.0 ** math.floor(math.log10(longest))
    length_m = max(step * magnitude for step in (1, 2, 5) if step * magnitude <= longest)
    words = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    left, bottom, long = 14 * frame.unit, frame.height - 14 * frame.unit, length_m / metres
    letters = font(_px(14, frame), SEMIBOLD)
    high = 30 * frame.unit
    draw.rectangle((left - 7, bottom - high, left + long + 7, bottom + 7), fill="#ffffff")
    draw.text((left, bottom - 9 * frame.unit), words, fill=_INK, font=letters, anchor="ls")
    ticks = [
        (left, bottom - 6 * frame.unit),
        (left, bottom),
        (left + long, bottom),
        (left + long, bottom - 6 * frame.unit),
    ]
    draw.line(ticks, fill=_INK, width=_px(2, frame))


def _north_arrow(draw: ImageDraw.ImageDraw, frame: _Frame) -> None:
    words, letters = _("North"), font(_px(13, frame), SEMIBOLD)
    half = max(draw.textlength(words, font=letters) / 2, 9 * frame.unit) + 6 * frame.unit
    x, top, u = frame.width - half - 8 * frame.unit, 8 * frame.unit, frame.unit
    draw.rectangle((x - half, top, x + half, top + 50 * u), fill="#ffffff")
    draw.polygon([(x, top + 5 * u), (x - 8 * u, top + 29 * u), (x, top + 24 * u), (x + 8 * u, top + 29 * u)], fill=_INK)
    draw.text((x, top + 46 * u), words, fill=_INK, font=letters, anchor="ms")


def _px(size: float, frame: _Frame) -> int:
    return max(round(size * frame.unit), 1)
