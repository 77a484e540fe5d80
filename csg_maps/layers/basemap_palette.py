"""The one palette of drawn tiles: every tile has the same, so that no seam shows where two tiles meet."""

import functools
import itertools

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.spatial import cKDTree

from csg_maps.layers.basemap_style import AREAS, GROUND, NAME_HALO, NAMES, drawn_colours, rgb

_BITS = 6  # of each colour that decide which entry of the palette is taken
_SHADES = 256


@functools.cache
def palette() -> npt.NDArray[np.uint8]:
    """The colours, (256, 3): those that are drawn, then blends at the edges of letters and lines."""
    drawn = [rgb(colour) for colour in drawn_colours()]
    fills = [rgb(colour) for colour in (*GROUND.values(), *(look.fill for look in AREAS.values()), NAME_HALO)]
    inks = list(dict.fromkeys(rgb(look.colour) for look in NAMES.values()))
    mixed = [_mix(ink, rgb(NAME_HALO), share) for ink in inks for share in (0.15, 0.3, 0.45, 0.6, 0.75, 0.88)]
    mixed += [_mix(one, other, 0.5) for one, other in itertools.product(drawn, fills) if one != other]
    kept: list[tuple[int, int, int]] = list(dict.fromkeys(drawn))
    for colour in mixed:
        if len(kept) == _SHADES:
            break
        if min(sum(abs(a - b) for a, b in zip(colour, other, strict=True)) for other in kept) >= 7:
            kept.append(colour)
    kept += [kept[-1]] * (_SHADES - len(kept))
    return np.array(kept, dtype=np.uint8)


def _mix(one: tuple[int, int, int], other: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(a * (1 - share) + b * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@functools.cache
def _entry_of() -> npt.NDArray[np.uint8]:
    """The entry of the palette for each colour of 18 bits."""
    levels = 2**_BITS
    channel = np.arange(levels) * (256 // levels) + 256 // levels // 2
    grid = np.stack(np.meshgrid(channel, channel, channel, indexing="ij"), axis=-1).reshape(-1, 3)
    _distance, nearest = cKDTree(palette()).query(grid)
    entries = nearest.astype(np.uint8)
    for entry, colour in list(enumerate(palette()))[::-1]:  # a colour that is drawn stays exactly what it is
        red, green, blue = (int(value) >> (8 - _BITS) for value in colour)
        entries[(red << 2 * _BITS) | (green << _BITS) | blue] = entry
    return np.asarray(entries)


def in_palette(picture: Image.Image) -> npt.NDArray[np.uint8]:
    """The entries of the palette for an RGB picture, (height, width)."""
    red, green, blue = np.moveaxis(np.asarray(picture) >> (8 - _BITS), -1, 0)
    codes = (red.astype(np.uint32) << 2 * _BITS) | (green.astype(np.uint32) << _BITS) | blue
    return np.asarray(_entry_of()[codes])


@functools.cache
def palette_bytes() -> bytes:
    """The palette as a picture file holds it."""
    return palette().tobytes()
