"""A layer ships classes: one shape a class, covering exactly the cells of that class."""

import time

import geopandas as gpd
import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import pytest
import shapely

from csg_maps.errors import SchemaBroken
from csg_maps.geography.cells import points_to_cells, polygons
from csg_maps.layers.elements import NumberMark, ShapePath
from csg_maps.layers.hotspot_layer import (
    NUMBERED,
    area_shapes,
    class_shapes,
    hotspot_layer,
    number_layer,
    outline_shapes,
)
from csg_maps.layers.shapes import size_bytes
from tests.layers.test_shapes import decoded

CELLS = np.array(sorted(h3.grid_disk(h3.latlng_to_cell(52.42, -4.8, 9), 10)), dtype=np.int64)
CLASSES = np.random.default_rng(3).integers(-1, 6, len(CELLS))


def test_each_class_is_one_shape_that_covers_its_cells_and_no_other():
    shapes = class_shapes(CELLS, CLASSES)
    assert [shape.style for shape in shapes] == ["class-none", *(f"class-{number}" for number in range(6))]
    outlines = polygons(CELLS)
    for number, shape in zip(range(-1, 6), shapes, strict=True):
        drawn = decoded(shape)
        assert drawn.area == pytest.approx(shapely.area(outlines[number == CLASSES]).sum(), rel=1e-3)
        centres = shapely.centroid(outlines)
        assert (shapely.contains(drawn, centres) == (number == CLASSES)).all()


def test_the_order_of_the_rows_changes_nothing():
    order = np.random.default_rng(1).permutation(len(CELLS))
    there = {shape.style: decoded(shape) for shape in class_shapes(CELLS, CLASSES)}
    for shape in class_shapes(CELLS[order], CLASSES[order]):
        assert decoded(shape).equals(there[shape.style])


def test_inputs_are_unchanged():
    cells, classes = CELLS.copy(), CLASSES.copy()
    class_shapes(cells, classes)
    assert (cells == CELLS).all() and (classes == CLASSES).all()


def test_no_cell_is_passed_over_and_zero_left_out_when_asked():
    cells = np.array([0, *CELLS[:2]], dtype=np.int64)
    classes = np.array([5, 0, 3])
    assert [shape.style for shape in class_shapes(cells, classes, draw_zero=False)] == ["class-3"]
    assert class_shapes(np.array([], dtype=np.int64), np.array([], dtype=np.int64)) == ()
    assert class_shapes(np.array([0], dtype=np.int64), np.array([1])) == ()


@pytest.mark.parametrize(
    "classes",
    [CLASSES.astype(float), CLASSES.astype(str), CLASSES + 1, CLASSES - 1, CLASSES[:-1], CLASSES > 2],
    ids=["float", "text", "six", "minus two", "too few", "true and false"],
)
def test_classes_that_are_not_whole_numbers_of_the_legend_are_refused(classes):
    with pytest.raises(SchemaBroken):
        class_shapes(CELLS, classes)


@pytest.mark.parametrize("cells", [CELLS.astype(float), CELLS.astype(str), list(CELLS)])
def test_cells_of_another_type_are_refused(cells):
    with pytest.raises(SchemaBroken):
        class_shapes(cells, CLASSES)


def test_a_series_of_classes_is_taken_by_position():
    series = pd.Series(CLASSES, index=np.arange(len(CLASSES))[::-1])
    assert class_shapes(pd.Series(CELLS), series) == class_shapes(CELLS, CLASSES)


def test_the_first_ten_places_carry_their_number_and_no_more():
    marks = [part for part in hotspot_layer((), CELLS)._children.values() if isinstance(part, NumberMark)]
    assert [mark.number for mark in marks] == list(range(1, NUMBERED + 1))
    latitude, longitude = h3.cell_to_latlng(int(CELLS[3]))
    assert (marks[3].latitude, marks[3].longitude) == (
        pytest.approx(latitude, abs=1e-5),
        pytest.approx(longitude, abs=1e-5),
    )


def test_a_place_that_is_missing_has_no_mark_and_the_others_keep_their_number():
    layer = number_layer((), [52.1, float("nan"), 52.3], [-0.4, -0.4, -0.4])
    assert [mark.number for mark in layer._children.values()] == [1, 3]


def test_areas_keep_their_borders_and_read_geometry_only():
    grid = [shapely.box(x / 100, 52 + y / 100, (x + 1) / 100, 52 + (y + 1) / 100) for x in range(4) for y in range(4)]
    layer = gpd.GeoDataFrame({"area_name": ["{{7*7}}"] * 16}, geometry=grid, crs="EPSG:4326")
    shapes = area_shapes(layer, np.arange(16) % 2 + 1)
    assert [shape.style for shape in shapes] == ["class-1", "class-2"]
    assert [len(decoded(shape).geoms) for shape in shapes] == [8, 8]
    assert sum(decoded(shape).area for shape in shapes) == pytest.approx(16 / 1e4)
    assert "{" not in "".join(shape.paths for shape in shapes)


def test_neighbouring_areas_have_no_gap_after_simplifying():
    shared = [(0.1 + 0.00003 * np.sin(k), 52 + k / 1000) for k in range(200)]
    left = shapely.Polygon([(0, 52), *shared, (0, 52.199)])
    right = shapely.Polygon([(0.2, 52), (0.2, 52.199), *reversed(shared)])
    one, two = (decoded(shape) for shape in area_shapes([left, right], np.array([1, 2])))
    assert shapely.union(one, two).area == pytest.approx(one.area + two.area, rel=1e-9)
    assert one.intersection(two).area == 0
    assert len(shapely.get_coordinates(one)) < len(shared)


def test_the_outline_of_what_is_chosen_is_one_path():
    shapes = outline_shapes(CELLS[:1])
    assert [shape.style for shape in shapes] == ["selected"]
    assert len([part for part in hotspot_layer(shapes)._children.values() if isinstance(part, ShapePath)]) == 1
    assert outline_shapes(np.array([0], dtype=np.int64)) == ()


def test_a_map_of_fifteen_thousand_cells_is_small_and_quick(record_property):
    cells = np.array(h3.grid_disk(h3.latlng_to_cell(52.1, -0.45, 9), 70), dtype=np.int64)
    assert len(cells) == 14_911
    # Concerns gather around a few centres: most cells of a county have none.
    draw = np.random.default_rng(5)
    centres = draw.choice(len(cells), 25, replace=False)
    latitude, longitude = np.array([h3.cell_to_latlng(int(cell)) for cell in cells]).T
    near = sum(
        np.exp(-(((latitude - latitude[c]) / 0.012) ** 2 + ((longitude - longitude[c]) / 0.02) ** 2)) for c in centres
    )
    counts = draw.poisson(3 * near)
    classes = np.digitize(counts, [1, 2, 3, 5, 8])
    started = time.perf_counter()
    shapes = class_shapes(cells, classes)
    took = time.perf_counter() - started
    record_property("seconds", round(took, 3))
    record_property("bytes", size_bytes(shapes))
    assert size_bytes(shapes) < 300_000


def test_a_county_of_real_records_is_under_three_hundred_kilobytes(shared_data, record_property):
    file = next(iter(sorted((shared_data / "police_uk").rglob("*bedfordshire-street.csv*"))), None)
    if file is None:
        pytest.skip("no Bedfordshire street file on this machine")
    records = pd.read_csv(file, usecols=["Latitude", "Longitude"]).dropna()
    cells, counts = np.unique(
        points_to_cells(records["Latitude"].to_numpy(), records["Longitude"].to_numpy(), 9), return_counts=True
    )
    shapes = class_shapes(cells, np.digitize(counts, [1, 2, 4, 8, 16]))
    record_property("cells", len(cells))
    record_property("bytes", size_bytes(shapes))
    assert 0 < size_bytes(shapes) < 300_000


def test_a_class_whose_edges_do_not_close_is_dissolved_by_geos(monkeypatch):
    as_drawn = class_shapes(CELLS, CLASSES)
    monkeypatch.setattr("csg_maps.layers.hotspot_layer.rings_of", lambda _edges, _chosen: None)
    for mine, theirs in zip(as_drawn, class_shapes(CELLS, CLASSES), strict=True):
        assert mine.style == theirs.style
        assert decoded(mine).symmetric_difference(decoded(theirs)).area < 1e-12
