"""How far a base map reaches, and at which zooms it is drawn."""

import math
from typing import Any

import shapely

from csg_maps.errors import InputRefused
from csg_maps.geography.tiles import tile_bounds, tile_range, unit_points
from csg_maps.i18n import _
from csg_maps.store import areas
from csg_maps.store.basemaps import Bounds
from csg_maps.store.workspace import Store

WIDEST_ZOOM, CLOSEST_ZOOM = 8, 16
MAXIMUM_DRAWN_TILES = 60_000
_AROUND = 0.6  # of the council's own area on every side: as far as its maps can be moved


def zooms_for(bounds: Bounds, asked: int = 0) -> tuple[int, int]:
    """First and last zoom: from one that shows the whole extent small, to the closest that stays within the tiles allowed.

    `asked` is the last zoom that a person wants; 0 = up to 16.

    >>> zooms_for((51.8, -0.7, 52.4, -0.1))
    (8, 16)
    """
    if asked and not WIDEST_ZOOM <= asked <= CLOSEST_ZOOM + 2:
        raise InputRefused(
            _("The closest zoom is a number from {first} to {last}; found {found}.").format(
                first=WIDEST_ZOOM, last=CLOSEST_ZOOM + 2, found=asked
            )
        )
    x, y = unit_points([bounds[1], bounds[3]], [bounds[2], bounds[0]])
    across = max(float(x[1] - x[0]), float(y[1] - y[0]), 1e-6)
    first = min(max(math.floor(math.log2(1.3 / across)), WIDEST_ZOOM), asked or CLOSEST_ZOOM)
    if asked:
        return first, asked
    last = CLOSEST_ZOOM
    while last > first and sum(tiles_at(bounds, zoom) for zoom in range(first, last + 1)) > MAXIMUM_DRAWN_TILES:
        last -= 1
    return first, last


def tiles_at(bounds: Bounds, zoom: int) -> int:
    first_column, last_column, first_row, last_row = tile_range(bounds, zoom)
    return (last_column - first_column + 1) * (last_row - first_row + 1)


def within_own_area(store: Store, bounds: Bounds) -> Bounds:
    """The part that maps of this council can show; all of it where its own area is not known or lies elsewhere."""
    for layer in areas.list_layers(store):
        if layer.is_extent:
            west, south, east, north = areas.read_layer(store, layer.layer_id).total_bounds
            high, wide = (north - south) * _AROUND, (east - west) * _AROUND
            own = (south - high, west - wide, north + high, east + wide)
            cut = (
                max(bounds[0], own[0]),
                max(bounds[1], own[1]),
                min(bounds[2], own[2]),
                min(bounds[3], own[3]),
            )
            if cut[0] < cut[2] and cut[1] < cut[3]:
                return (float(cut[0]), float(cut[1]), float(cut[2]), float(cut[3]))
    return bounds


def bounds_of(tiles: list[tuple[int, int]], zoom: int) -> Bounds:
    columns, rows = zip(*tiles, strict=True)
    _south, west, north, _east = tile_bounds(zoom, min(columns), min(rows))
    south, _west, _north, east = tile_bounds(zoom, max(columns), max(rows))
    return south, west, north, east


def in_own_area(store: Store, lines: Any) -> Any:
    for layer in areas.list_layers(store):
        if layer.is_extent and len(lines):
            own = shapely.union_all(areas.read_layer(store, layer.layer_id).geometry.to_numpy())
            shapely.prepare(own)
            inside = lines[shapely.intersects(own, lines)]
            return inside if len(inside) else lines
    return lines
