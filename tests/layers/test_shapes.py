"""Geometry becomes whole numbers and nothing else, and comes back as the same places."""

import json

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely

from csg_maps.errors import SchemaBroken
from csg_maps.layers.shapes import Shape, line_shape, polygon_shape, rounded


def decoded(shape: Shape) -> shapely.Geometry:
    """What the browser's decoder draws."""

    def points(steps: list[int]) -> np.ndarray:
        moves = [steps[:2], *(table[place] for place in steps[2:])] if table else np.array(steps).reshape(-1, 2)
        return np.cumsum(np.array(moves), axis=0) / 1e5

    flat, paths = json.loads(shape.paths)
    table = np.array(flat).reshape(-1, 2).tolist()
    if shape.is_line:
        return shapely.MultiLineString([points(line) for line in paths])
    return shapely.MultiPolygon([(points(rings[0]), [points(ring) for ring in rings[1:]]) for rings in paths])


def test_a_polygon_with_a_hole_comes_back_within_a_metre():
    ring = shapely.Point(-0.46, 52.13).buffer(0.02).difference(shapely.Point(-0.46, 52.13).buffer(0.01))
    drawn = decoded(polygon_shape([ring], "park"))
    assert shapely.hausdorff_distance(drawn, ring) <= 1e-5
    assert len(drawn.geoms[0].interiors) == 1


def test_lines_and_their_parts_come_back():
    lines = [shapely.LineString([(-0.5, 52.1), (-0.4, 52.2), (-0.3, 52.1)]), shapely.LineString([(0, 51), (0.1, 51)])]
    drawn = decoded(line_shape([shapely.MultiLineString(lines), lines[1]], "street"))
    assert len(drawn.geoms) == 3
    assert drawn.equals_exact(shapely.MultiLineString([*lines, lines[1]]), 1e-9)


def test_polygons_keep_only_polygons_and_lines_only_lines():
    mixed = shapely.GeometryCollection(
        [shapely.box(0, 52, 1, 53), shapely.LineString([(0, 0), (1, 1)]), shapely.Point(0, 0)]
    )
    assert decoded(polygon_shape([mixed, None, shapely.Polygon()], "land")).area == pytest.approx(1)
    assert decoded(line_shape([mixed, None], "street")).length == pytest.approx(2**0.5)


def test_nothing_to_draw_is_an_empty_shape():
    assert polygon_shape([], "land").is_empty
    assert line_shape([shapely.Point(0, 0)], "street").is_empty
    smaller_than_a_metre = shapely.box(0.100001, 52.1, 0.100002, 52.100001)
    assert polygon_shape([smaller_than_a_metre], "land").is_empty


def test_a_polygon_too_small_to_draw_takes_its_holes_with_it_and_no_other():
    large = shapely.box(0, 52, 1, 53)
    assert len(decoded(polygon_shape([shapely.box(2, 52, 2.000001, 52.000001), large], "land")).geoms) == 1


@pytest.mark.parametrize("text", ["[1,2];alert(1)", "{{7*7}}", "[[1,2],'a']", "[1e5]", "[1,2]\n//", "NaN", "[१]"])
def test_a_shape_takes_numbers_only(text):
    with pytest.raises(SchemaBroken):
        Shape("land", text)


def test_a_shape_takes_a_style_from_the_table_only():
    with pytest.raises(SchemaBroken):
        Shape("red;background:url(//e)", "[]")


def test_borders_of_hexagons_are_written_by_a_table_of_steps_and_come_back():
    cells = h3.grid_disk(h3.latlng_to_cell(52.13, -0.46, 10), 30)[::3]
    outlines = rounded([shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(cell)]) for cell in cells])
    whole = shapely.coverage_union_all(outlines)
    shape = polygon_shape([whole], "class-3")
    assert not shape.paths.startswith("[[],")
    assert decoded(shape).equals(whole)
    assert len(shape.paths) < 0.2 * len(shapely.to_geojson(whole))


def test_neighbours_rounded_share_their_border_to_the_last_bit():
    cells = h3.grid_disk(h3.latlng_to_cell(52.13, -0.46, 10), 12)
    outlines = rounded([shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(cell)]) for cell in cells])
    whole = shapely.coverage_union_all(outlines)
    assert whole.geom_type == "Polygon" and not whole.interiors
    assert whole.area == pytest.approx(shapely.area(outlines).sum(), rel=1e-9)
