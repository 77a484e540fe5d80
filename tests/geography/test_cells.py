"""Cells stay the same cell through every function: two neighbours and a missing one, and never a float."""

from collections.abc import Callable
from typing import Any

import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csg_maps.errors import InputRefused, SchemaBroken
from csg_maps.geography import cells as cells_module
from csg_maps.geography.cells import (
    centres,
    check_cells,
    covering,
    from_hex,
    is_cell,
    parents,
    points_to_cells,
    polygons,
    resolutions,
    ring_matrix,
    to_hex,
)

FIRST = h3.latlng_to_cell(52.13, -0.46, 11)
SECOND = next(cell for cell in sorted(h3.grid_disk(FIRST, 1)) if cell != FIRST)
# Two neighbours (told apart by a few low bits, which a float64 does not hold) and a missing cell between them.
TRIO = np.array([h3.str_to_int(FIRST), 0, h3.str_to_int(SECOND)], dtype=np.int64)


def _random_points(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.uniform(49.9, 60.8, n), random.uniform(-8.6, 1.8, n)


def test_a_float_would_make_the_trio_other_places() -> None:
    assert [int(float(cell)) == cell for cell in TRIO.tolist()] == [False, True, False]


def test_points_to_cells_equals_h3_one_by_one() -> None:
    lat, lng = _random_points(3000, 1)
    for resolution in (7, 9, 11):
        expected = [h3.str_to_int(h3.latlng_to_cell(y, x, resolution)) for y, x in zip(lat, lng, strict=True)]
        assert points_to_cells(lat, lng, resolution).tolist() == expected


def test_points_to_cells_with_repeats_and_missing() -> None:
    lat = pd.Series([52.13, np.nan, 52.13, 52.14, 91.0, np.inf, 52.13])
    lng = pd.Series([-0.46, -0.46, -0.46, -0.46, 0.0, 0.0, np.nan])
    found = points_to_cells(lat, lng)
    assert found.dtype == np.int64
    assert (found == 0).tolist() == [False, True, False, False, True, True, True]
    assert found[0] == found[2] != found[3]
    assert points_to_cells(np.array([]), np.array([])).tolist() == []
    assert points_to_cells([np.nan], [np.nan]).tolist() == [0]


def test_points_of_different_length_are_refused() -> None:
    with pytest.raises(SchemaBroken, match="one length"):
        points_to_cells([52.0, 53.0], [0.0])


def test_parents_equal_h3_on_thousands_of_cells_all_over_the_world() -> None:
    random = np.random.default_rng(2)
    finest = points_to_cells(np.degrees(np.arcsin(random.uniform(-1, 1, 3000))), random.uniform(-180, 180, 3000))
    for resolution in (0, 5, 7, 8, 9, 10, 11):
        expected = [h3.str_to_int(h3.cell_to_parent(h3.int_to_str(int(cell)), resolution)) for cell in finest]
        found = parents(finest, resolution)
        assert found.dtype == np.int64
        assert found.tolist() == expected


def test_about_seven_percent_of_points_lie_outside_the_hexagon_of_their_parent() -> None:
    lat, lng = _random_points(20_000, 3)
    differ = (parents(points_to_cells(lat, lng, 11), 9) != points_to_cells(lat, lng, 9)).mean()
    assert 0.04 < differ < 0.10


def test_a_parent_finer_than_the_cell_is_refused() -> None:
    with pytest.raises(SchemaBroken, match="finer cells"):
        parents(parents(TRIO, 9), 10)
    with pytest.raises(SchemaBroken, match="0 to 15"):
        parents(TRIO, 16)


def test_two_neighbours_and_a_missing_one_survive_every_function() -> None:
    before = TRIO.copy()
    assert check_cells(TRIO) is TRIO
    assert check_cells(pd.Series(TRIO)).tolist() == TRIO.tolist()
    assert resolutions(TRIO).tolist() == [11, -1, 11]
    assert parents(TRIO, 11).tolist() == TRIO.tolist()
    assert parents(TRIO, 9)[1] == 0
    assert is_cell(TRIO).tolist() == [True, False, True]
    assert to_hex(TRIO) == [FIRST, "", SECOND]
    assert from_hex(to_hex(TRIO)).tolist() == TRIO.tolist()
    assert ring_matrix(TRIO).toarray().tolist() == [[1, 0, 1], [0, 0, 0], [1, 0, 1]]
    lat, lng = centres(TRIO)
    assert np.isnan([lat[1], lng[1]]).all()
    assert points_to_cells(lat, lng).tolist() == TRIO.tolist()
    outlines = polygons(TRIO)
    assert shapely.is_empty(outlines).tolist() == [False, True, False]
    assert shapely.intersection(outlines[0], outlines[2]).length > 0
    assert set(TRIO.tolist()) - {0} <= set(covering(outlines, 11).tolist())
    assert TRIO.tolist() == before.tolist()


CELL_FUNCTIONS: list[Callable[[Any], Any]] = [
    check_cells,
    resolutions,
    lambda cells: parents(cells, 9),
    is_cell,
    to_hex,
    ring_matrix,
    centres,
    polygons,
]


@pytest.mark.parametrize("function", CELL_FUNCTIONS)
@pytest.mark.parametrize(
    "wrong",
    [
        TRIO.astype(np.float64),
        TRIO.astype(np.uint64),
        pd.Series(TRIO).astype("Int64"),
        pd.Series([TRIO[0], None]),
        TRIO.tolist(),
        TRIO.reshape(1, 3),
        pd.Series(to_hex(TRIO)),
    ],
    ids=["float", "unsigned", "nullable", "null", "list", "table", "text"],
)
def test_anything_but_int64_is_refused(function: Callable[[Any], Any], wrong: Any) -> None:
    with pytest.raises(SchemaBroken, match="int64"):
        function(wrong)


def test_every_public_function_of_cells_is_in_that_list() -> None:
    public = {
        name
        for name, value in vars(cells_module).items()
        if callable(value) and getattr(value, "__module__", "") == cells_module.__name__ and not name.startswith("_")
    }
    take_no_cells = {"points_to_cells", "from_hex", "covering"}
    assert public - take_no_cells == {
        "check_cells", "resolutions", "parents", "is_cell", "to_hex", "ring_matrix", "centres", "polygons",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["8919", "0x8918ff895f8ffff", "zzzzzzzzzzzzzzz", "fffffffffffffff", "５" * 15, "-1", "0"]
)
def test_a_text_that_is_no_cell_is_refused_with_its_position(text: str) -> None:
    with pytest.raises(InputRefused, match="value 2"):
        from_hex([FIRST, text])


def test_ring_matrix_is_h3s_own_ring_in_the_order_given() -> None:
    middle = h3.str_to_int(FIRST)
    disk = [h3.str_to_int(cell) for cell in h3.grid_disk(FIRST, 4)]
    random = np.random.default_rng(4)
    given_order = np.array(disk, dtype=np.int64)[random.permutation(len(disk))]
    matrix = ring_matrix(given_order).toarray()
    assert (matrix == matrix.T).all()
    assert (np.diag(matrix) == 1).all()
    assert set(np.unique(matrix)) == {0.0, 1.0}
    for row, cell in enumerate(given_order.tolist()):
        expected = {h3.str_to_int(near) for near in h3.grid_disk(h3.int_to_str(cell), 1)} & set(disk)
        assert set(given_order[matrix[row] == 1].tolist()) == expected
    assert matrix[given_order == middle].sum() == 7


def test_ring_matrix_of_nothing_and_of_repeats() -> None:
    assert ring_matrix(np.array([], dtype=np.int64)).shape == (0, 0)
    assert ring_matrix(np.array([0], dtype=np.int64)).toarray().tolist() == [[0.0]]
    with pytest.raises(SchemaBroken, match="distinct"):
        ring_matrix(np.array([TRIO[0], TRIO[0]]))


def test_a_pentagon_has_five_neighbours() -> None:
    pentagon = h3.str_to_int(next(iter(h3.get_pentagons(9))))
    disk = np.array([h3.str_to_int(cell) for cell in h3.grid_disk(h3.int_to_str(pentagon), 1)], dtype=np.int64)
    assert ring_matrix(disk).toarray()[disk == pentagon].sum() == 6


def test_outlines_at_the_date_line_do_not_run_around_the_globe() -> None:
    outline = polygons(points_to_cells([0.0], [179.9999], 5))[0]
    west, _, east, _ = outline.bounds
    assert east - west < 1


def test_covering_a_polygon_and_a_line_equals_brute_force() -> None:
    park = shapely.Polygon(
        [(-0.46, 52.13), (-0.455, 52.131), (-0.457, 52.134)],
        [[(-0.458, 52.1305), (-0.4565, 52.131), (-0.4572, 52.132)]],
    )
    street = shapely.LineString([(-0.463, 52.128), (-0.457, 52.1313), (-0.4571, 52.1356)])
    disk = np.array([h3.str_to_int(cell) for cell in h3.grid_disk(FIRST, 20)], dtype=np.int64)
    outlines = polygons(disk)
    for geometry in (park, street):
        expected = np.sort(disk[shapely.intersects(outlines, geometry)])
        assert covering(geometry, 11).tolist() == expected.tolist()
    both = shapely.GeometryCollection([shapely.MultiPolygon([park]), shapely.GeometryCollection([street])])
    separate = np.union1d(covering(park, 11), covering(street, 11))
    assert covering([both, None, shapely.Point()], 11).tolist() == separate.tolist()


def test_covering_points_tiny_polygons_and_nothing() -> None:
    point = shapely.Point(-0.46, 52.13)
    assert covering(point, 11).tolist() == [h3.str_to_int(FIRST)]
    assert h3.str_to_int(FIRST) in covering(point.buffer(1e-6), 11).tolist()
    nothing = covering([], 11)
    assert nothing.dtype == np.int64
    assert len(nothing) == 0


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(49.9, 60.8), st.floats(-8.6, 1.8)), max_size=30),
    st.sampled_from([7, 8, 9, 10, 11]),
    st.randoms(use_true_random=False),
)
def test_row_order_is_irrelevant_and_counts_are_conserved(
    points: list[tuple[float, float]], resolution: int, random: Any
) -> None:
    frame = pd.DataFrame(points, columns=["lat", "lng"], dtype="float64")
    found = parents(points_to_cells(frame["lat"], frame["lng"]), resolution)
    order = list(range(len(points)))
    random.shuffle(order)
    shuffled = frame.iloc[order]
    assert parents(points_to_cells(shuffled["lat"], shuffled["lng"]), resolution).tolist() == found[order].tolist()
    assert sum(pd.Series(found).value_counts()) == len(points)
    assert is_cell(found).all()
    assert from_hex(to_hex(found)).tolist() == found.tolist()
