"""Tile numbers against published examples, and there and back."""

import math

import numpy as np
import pytest

from csg_maps.geography.tiles import (
    degrees,
    flipped_row,
    metres_per_pixel,
    tile_bounds,
    tile_of,
    tile_range,
    unit_points,
)


def test_the_bounds_of_a_published_tile() -> None:
    # mercantile's documentation: bounds of tile (486, 332) at zoom 10
    south, west, north, east = tile_bounds(10, 486, 332)
    assert (west, east) == (-9.140625, -8.7890625)
    assert south == pytest.approx(53.12040528310657, abs=1e-9)
    assert north == pytest.approx(53.33087298301705, abs=1e-9)


@pytest.mark.parametrize("zoom", [0, 5, 12, 16])
@pytest.mark.parametrize(
    ("longitude", "latitude"), [(-0.4618, 52.1356), (-4.8128, 52.4312), (1.75, 52.48), (-6.3, 49.9)]
)
def test_a_tile_by_the_formula_of_the_openstreetmap_wiki(longitude: float, latitude: float, zoom: int) -> None:
    across = 2**zoom
    angle = math.radians(latitude)
    column = int((longitude + 180) / 360 * across)
    row = int((1 - math.asinh(math.tan(angle)) / math.pi) / 2 * across)
    assert tile_of(longitude, latitude, zoom) == (column, row)


def test_a_place_lies_in_its_tile_and_comes_back() -> None:
    rng = np.random.default_rng(7)
    for longitude, latitude in zip(rng.uniform(-7, 2, 50), rng.uniform(49, 60, 50), strict=True):
        south, west, north, east = tile_bounds(15, *tile_of(longitude, latitude, 15))
        assert south <= latitude <= north and west <= longitude <= east
        x, y = unit_points([longitude], [latitude])
        assert degrees(float(x[0]), float(y[0])) == pytest.approx((longitude, latitude), abs=1e-9)


def test_rows_of_mbtiles_are_counted_from_the_south() -> None:
    assert [flipped_row(2, row) for row in range(4)] == [3, 2, 1, 0]


def test_the_range_holds_both_corners() -> None:
    bounds = (51.8, -0.7, 52.4, -0.1)
    first, last, top, low = tile_range(bounds, 11)
    assert tile_of(-0.7, 52.4, 11) == (first, top) and tile_of(-0.1, 51.8, 11) == (last, low)


def test_the_ground_of_a_pixel_against_the_published_table() -> None:
    # OpenStreetMap wiki, "Zoom levels": metres a pixel at the equator
    for zoom, metres in ((0, 156543.03), (10, 152.874), (16, 2.3887)):
        assert metres_per_pixel(0, zoom) == pytest.approx(metres, rel=1e-4)
