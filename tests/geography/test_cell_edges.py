"""Cells dissolved by their edges: the same shapes as GEOS makes of their outlines, with holes where holes are."""

import dataclasses

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely

from csg_maps.geography.cell_edges import CellEdges, Rings, edges_of, rings_of
from csg_maps.geography.cells import polygons

SCALE = 100_000


def drawn(edges: CellEdges, rings: Rings) -> list[shapely.Polygon]:
    """The polygons that rings stand for, in degrees."""
    ends = [*rings.first[1:].tolist(), len(rings.corner)]
    found: dict[int, list[list[tuple[float, float]]]] = {}
    for start, end, polygon in zip(rings.first.tolist(), ends, rings.polygon.tolist(), strict=True):
        at = rings.corner[start:end]
        found.setdefault(polygon, []).append(list(zip(edges.x[at] / SCALE, edges.y[at] / SCALE, strict=True)))
    return [shapely.Polygon(shell, holes) for shell, *holes in found.values()]


def united(cells: np.ndarray) -> shapely.Geometry:
    """What GEOS makes of the outlines on the same grid."""
    return shapely.union_all(shapely.transform(polygons(cells), lambda points: np.round(points, 5)))


@pytest.mark.parametrize("resolution", [7, 8, 9, 10])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 1.0])
def test_they_are_what_geos_makes_of_the_outlines(resolution: int, share: float) -> None:
    cells = np.array(sorted(h3.grid_disk(h3.latlng_to_cell(52.4, -4.8, resolution), 12)), dtype=np.int64)
    chosen = np.random.default_rng(int(share * 100) + resolution).random(len(cells)) < share
    edges = edges_of(cells, SCALE)
    rings = rings_of(edges, chosen)
    assert rings is not None
    mine, theirs = drawn(edges, rings), united(cells[chosen])
    assert all(polygon.is_valid for polygon in mine)
    assert len(mine) == len(shapely.get_parts(theirs))
    assert sum(len(one.interiors) for one in mine) == sum(len(one.interiors) for one in shapely.get_parts(theirs))
    assert shapely.union_all(mine).symmetric_difference(theirs).area < 1e-12


def test_a_cell_in_a_hole_is_a_polygon_of_its_own() -> None:
    middle = h3.latlng_to_cell(52.4, -4.8, 9)
    cells = np.array([middle, *h3.grid_ring(middle, 2)], dtype=np.int64)
    edges = edges_of(cells, SCALE)
    rings = rings_of(edges, np.ones(len(cells), dtype=bool))
    assert rings is not None
    assert sorted(len(one.interiors) for one in drawn(edges, rings)) == [0, 1]


def test_cells_at_a_pentagon_and_at_the_180th_meridian_close() -> None:
    pentagon = h3.get_pentagons(9)[0]
    fiji = h3.latlng_to_cell(-16.8, 180.0, 7)
    for middle in (pentagon, fiji):
        cells = np.array(sorted(h3.grid_disk(middle, 2)), dtype=np.int64)
        edges = edges_of(cells, SCALE)
        rings = rings_of(edges, np.ones(len(cells), dtype=bool))
        assert rings is not None
        total = sum(polygon.area for polygon in drawn(edges, rings))  # beyond the meridian they are drawn apart
        assert total == pytest.approx(shapely.area(polygons(cells)).sum(), rel=1e-3)


def test_edges_that_do_not_close_are_told() -> None:
    cells = np.array(sorted(h3.grid_disk(h3.latlng_to_cell(52.4, -4.8, 9), 1)), dtype=np.int64)
    edges = edges_of(cells, SCALE)
    outer = int(np.flatnonzero(edges.twin < 0)[0])
    moved = edges.start.copy()
    moved[outer] = edges.start[np.flatnonzero(edges.twin >= 0)[0]]
    assert rings_of(dataclasses.replace(edges, start=moved), np.ones(len(cells), dtype=bool)) is None


def test_nothing_chosen_gives_no_ring() -> None:
    edges = edges_of(np.array([h3.latlng_to_cell(52.4, -4.8, 9)], dtype=np.int64), SCALE)
    rings = rings_of(edges, np.zeros(1, dtype=bool))
    assert rings is not None
    assert not len(rings.corner)
    assert not len(edges_of(np.empty(0, dtype=np.int64), SCALE).start)
