"""A map as one picture: what lies where, patterns beside colours, a scale that is right."""

import io

import numpy as np
import pytest
import shapely
from PIL import Image

from csg_maps.errors import SchemaBroken
from csg_maps.geography.cells import centres, points_to_cells
from csg_maps.geography.tiles import metres_per_pixel
from csg_maps.layers.base_layer import base_shapes, border_shapes
from csg_maps.layers.hotspot_layer import class_shapes
from csg_maps.layers.printed_map import printed_map

BOUNDS = (52.10, -0.50, 52.16, -0.40)
GROUND = base_shapes(land=[shapely.box(-1, 51, 0, 53)], water=[shapely.box(-0.5, 52.1, -0.46, 52.12)])
CELLS = points_to_cells([52.13], [-0.45], 8)


def picture(**options) -> np.ndarray:
    asked = {"shapes": GROUND, "bounds": BOUNDS, "tiles": None, "width_px": 600, "height_px": 600, **options}
    content = printed_map(asked.pop("shapes"), asked.pop("bounds"), **asked)
    with Image.open(io.BytesIO(content)) as opened:
        assert opened.format == "PNG"
        return np.asarray(opened.convert("RGB")).astype(int)


def solid_tile(colour: tuple[int, int, int]) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (256, 256), colour).save(written, "PNG")
    return written.getvalue()


def test_the_ground_is_drawn_from_shapes_where_there_are_no_tiles():
    drawn = picture()
    assert drawn.shape == (600, 600, 3)
    assert tuple(drawn[300, 300]) == (0xF3, 0xF2, 0xEC)  # land in the middle
    assert tuple(drawn[520, 120]) == (0xC9, 0xDD, 0xE6)  # water in the south-west


def test_tiles_lie_under_everything_and_replace_the_ground_of_shapes():
    asked = []

    def tiles(zoom, column, row):
        asked.append((zoom, column, row))
        return solid_tile((200, 220, 240))

    drawn = picture(tiles=tiles)
    assert tuple(drawn[520, 120]) == (200, 220, 240)
    assert len({zoom for zoom, _column, _row in asked}) == 1


def test_a_coarser_tile_is_enlarged_where_there_is_no_finer_one():
    drawn = picture(tiles=lambda zoom, column, row: solid_tile((1, 2, 3)) if zoom == 10 else None)
    assert tuple(drawn[300, 300]) == (1, 2, 3)


@pytest.mark.parametrize("broken", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, solid_tile((1, 1, 1))[:60]])
def test_a_broken_tile_is_no_tile_and_the_shapes_stay(broken):
    drawn = picture(tiles=lambda zoom, column, row: broken)
    assert tuple(drawn[520, 120]) == (0xC9, 0xDD, 0xE6)


def test_each_class_has_its_own_look_without_colour():
    (latitude,), (longitude,) = centres(CELLS)
    close = (latitude - 0.001, longitude - 0.001, latitude + 0.001, longitude + 0.001)
    grey = {}
    for number in range(6):
        drawn = picture(shapes=(*GROUND, *class_shapes(CELLS, np.array([number]))), bounds=close)
        middle = drawn[200:400, 200:400].mean(axis=2)
        grey[number] = (middle.mean(), middle.std())
    brightness = [grey[number][0] for number in range(6)]
    assert brightness == sorted(brightness, reverse=True)
    assert all(grey[number][1] > 3 for number in (1, 2, 3, 4)), "a pattern as well as a colour"
    assert grey[5][1] < 1


def test_the_scale_bar_is_as_long_as_it_says():
    drawn = picture(width_px=900, height_px=900)
    bottom = drawn[900 - 15, :, :].sum(axis=1)
    inked = np.flatnonzero(bottom < 200)
    scale_px = inked.max() - inked.min()
    _south, west, _north, east = BOUNDS
    ground_px = 900 / ((east - west) * (1 + 0.06 / 0.94))  # pixels a degree, if longitude decides
    metres = metres_per_pixel(52.13, np.log2(360 * ground_px / 256))
    assert any(abs(scale_px * metres - length) < 0.03 * length for length in (500, 1000, 2000))


def test_numbers_stand_where_their_places_are():
    plain, marked = picture(), picture(numbers=((52.14, -0.45),))
    changed = np.argwhere((plain != marked).any(axis=2))
    x = changed[:, 1].mean()
    assert abs(x - 300) < 2 and changed[:, 0].mean() < 300


def test_borders_are_drawn_over_tiles():
    border = border_shapes([shapely.box(-0.48, 52.11, -0.42, 52.15)])
    drawn = picture(shapes=(*GROUND, *border), tiles=lambda *_tile: solid_tile((240, 240, 240)))
    assert (drawn.sum(axis=2) < 500).sum() > 200


@pytest.mark.parametrize("bounds", [(53, -1, 52, 0), (52, 0, 53, -1), (float("nan"), 0, 1, 1), (-91, 0, 1, 1)])
def test_bounds_that_cannot_be_are_refused(bounds):
    with pytest.raises(SchemaBroken):
        printed_map((), bounds, tiles=None, width_px=400, height_px=400)


def test_a_size_that_cannot_be_is_refused():
    with pytest.raises(SchemaBroken):
        printed_map((), BOUNDS, tiles=None, width_px=100_000, height_px=400)
