"""Map tiles: the squares of 256 pixels that web maps are cut into, their numbers, and the pixels of a place.

The plane is the web's Mercator (EPSG:3857) as a unit square: x from 0 (180° west) to 1 east, y from 0 (about 85° north) to
1 south. At zoom z it is 2**z tiles wide. Tile numbers count from the north-west corner; MBTiles counts y from the south.
Source: OpenStreetMap wiki, "Slippy map tilenames"; MBTiles specification 1.3.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TILE_PX = 256
MAXIMUM_ZOOM = 22
NORTHERNMOST = 85.0511287798066
"""Degrees: where the square ends."""

_EARTH_METRES = 40_075_016.685578488  # around the equator of WGS 84


def unit_points(longitude: Any, latitude: Any) -> tuple[Floats, Floats]:
    """The x and y in the unit square, of degrees (EPSG:4326).

    >>> [float(value[0]) for value in unit_points([0.0], [0.0])]
    [0.5, 0.5]
    """
    x = np.asarray(longitude, dtype=np.float64) / 360.0 + 0.5
    sine = np.sin(np.radians(np.clip(np.asarray(latitude, dtype=np.float64), -NORTHERNMOST, NORTHERNMOST)))
    y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return x, y


def degrees(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude (EPSG:4326) of a point in the unit square.

    >>> degrees(0.5, 0.5)
    (0.0, 0.0)
    """
    return (x - 0.5) * 360.0, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def tile_of(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile that holds a point.

    >>> tile_of(-0.4618, 52.1356, 12)
    (2042, 1350)
    """
    x, y = unit_points([longitude], [latitude])
    across = 2**zoom
    column, row = (int(min(max(value * across, 0), across - 1)) for value in (x[0], y[0]))
    return column, row


def tile_bounds(zoom: int, column: int, row: int) -> tuple[float, float, float, float]:
    """South, west, north, east of a tile, in degrees.

    >>> [round(value, 4) for value in tile_bounds(1, 0, 0)]
    [0.0, -180.0, 85.0511, 0.0]
    """
    west, north = degrees(column / 2**zoom, row / 2**zoom)
    east, south = degrees((column + 1) / 2**zoom, (row + 1) / 2**zoom)
    return south, west, north, east


def tile_range(bounds: tuple[float, float, float, float], zoom: int) -> tuple[int, int, int, int]:
    """First and last column, first and last row of the tiles that touch south, west, north, east (degrees)."""
    south, west, north, east = bounds
    first_column, first_row = tile_of(west, north, zoom)
    last_column, last_row = tile_of(east, south, zoom)
    return first_column, last_column, first_row, last_row


def flipped_row(zoom: int, row: int) -> int:
    """The row counted from the other side: what MBTiles (TMS) calls the row that web maps count from the north.

    >>> flipped_row(3, 0), flipped_row(3, 7)
    (7, 0)
    """
    return int(2**zoom) - 1 - row


def metres_per_pixel(latitude: float, zoom: float) -> float:
    """How many metres of ground one pixel of a tile of 256 pixels shows at this latitude.

    >>> round(metres_per_pixel(0, 0)), round(metres_per_pixel(60, 0))
    (156543, 78272)
    """
    return float(_EARTH_METRES * math.cos(math.radians(latitude)) / (TILE_PX * 2.0**zoom))
