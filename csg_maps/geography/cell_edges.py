"""The edges of cells: a set of cells is dissolved by dropping the edges that two of them share, without a geometry library."""

import functools
from dataclasses import dataclass

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt
import scipy.sparse
from scipy.sparse.csgraph import connected_components

from csg_maps.geography.cells import Cells, check_cells

Indices = npt.NDArray[np.int64]

_REMEMBERED = 4
"""So many sets of cells are kept with their edges: a person who tries filters asks for the same study area again."""


@dataclass(frozen=True)
class CellEdges:
    """The outline of every cell as edges from corner to corner, counter-clockwise, cell after cell.

    Attributes
    ----------
    x, y
        Whole numbers (int64) of the corners: longitude and latitude times `scale`, rounded (EPSG:4326).
    start, end
        The corner (position in x and y) where each of the e edges starts and ends.
    cell
        The cell (position in the array asked for) that each edge belongs to.
    twin
        The edge that runs the other way along the same line, -1 where no other cell of the array lies behind it.
    """

    x: Indices
    y: Indices
    start: Indices
    end: Indices
    cell: Indices
    twin: Indices


@dataclass(frozen=True)
class Rings:
    """Closed rings of corners, ring after ring.

    `corner` are positions in the `x` and `y` of the edges; `first` is where each ring begins in it; `polygon` numbers the
    polygon that each ring belongs to, 0, 1, 2 … in order; the outer ring of a polygon comes first, its holes after it.
    """

    corner: Indices
    first: Indices
    polygon: Indices


def edges_of(cells: Cells, scale: int) -> CellEdges:
    """The edges of distinct cells (no 0 among them), with corners on a grid of 1 / `scale` degrees.

    Corners that two cells share fall on one grid point but for about one in ten million; where they do not, the line
    between the two stays, and `rings_of` says so by returning None.
    """
    return _edges(np.ascontiguousarray(check_cells(cells), dtype=np.int64).tobytes(), scale)


@functools.lru_cache(maxsize=_REMEMBERED)
def _edges(cells: bytes, scale: int) -> CellEdges:
    outlines = [h3.cell_to_boundary(cell) for cell in np.frombuffer(cells, dtype=np.int64).tolist()]
    lengths = np.array([len(outline) for outline in outlines], dtype=np.int64)
    flat = np.array([corner for outline in outlines for corner in outline], dtype=np.float64).reshape(-1, 2)
    owner = np.repeat(np.arange(len(outlines)), lengths)
    firsts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64) if len(lengths) else lengths
    latitude, longitude = flat[:, 0], flat[:, 1]
    if len(longitude):  # a cell that crosses the 180th meridian is drawn beyond it
        spans = np.maximum.reduceat(longitude, firsts) - np.minimum.reduceat(longitude, firsts)
        longitude = np.where((spans > 180)[owner] & (longitude < 0), longitude + 360, longitude)
    # one number a corner: longitudes to 361 and latitudes to 90 degrees, both shifted to be positive
    east = np.rint(longitude * scale).astype(np.int64)
    north = np.rint(latitude * scale).astype(np.int64)
    wide = 1000 * scale
    packed = (north + 90 * scale) * wide + east + 180 * scale
    distinct, corner = np.unique(packed, return_inverse=True)
    following = np.arange(len(corner)) + 1
    following[firsts + lengths - 1] = firsts
    start, end = corner.astype(np.int64), corner[following].astype(np.int64)
    key = start * len(distinct) + end
    order = np.argsort(key, kind="stable")
    wanted = end * len(distinct) + start
    at = np.minimum(np.searchsorted(key[order], wanted), max(len(key) - 1, 0))
    twin = np.where(key[order][at] == wanted, order[at], -1) if len(key) else np.empty(0, dtype=np.int64)
    return CellEdges(
        x=distinct % wide - 180 * scale, y=distinct // wide - 90 * scale, start=start, end=end, cell=owner, twin=twin
    )


def rings_of(edges: CellEdges, chosen: npt.NDArray[np.bool_]) -> Rings | None:
    """The outline of the chosen cells, dissolved: rings around each connected group, and around each hole in it.

    Parameters
    ----------
    edges
        Of all cells.
    chosen
        For each cell whether it takes part.

    Returns
    -------
    None when the edges do not close (two corners that should be one fell on two grid points).

    >>> import h3.api.basic_int as h3
    >>> ring = np.array(h3.grid_ring(h3.latlng_to_cell(52.13, -0.46, 9), 1), dtype=np.int64)
    >>> rings = rings_of(edges_of(ring, 100_000), np.ones(6, dtype=bool))
    >>> len(rings.corner), rings.first.tolist(), rings.polygon.tolist()  # 18 corners around, 6 around the hole
    (24, [0, 18], [0, 0])
    """
    inside = chosen[edges.cell]
    shared = inside & (edges.twin >= 0)
    shared[shared] = chosen[edges.cell[edges.twin[shared]]]
    outline = np.flatnonzero(inside & ~shared)
    if not len(outline):
        nothing = np.empty(0, dtype=np.int64)
        return Rings(nothing, nothing, nothing)
    # Three cells meet in a corner, so at most one edge of the outline begins there.
    begins = np.full(len(edges.x), -1, dtype=np.int64)
    begins[edges.start[outline]] = np.arange(len(outline))
    after = begins[edges.end[outline]]
    if (after < 0).any() or (np.bincount(after, minlength=len(outline)) != 1).any():
        return None
    walk, first = _cycles(after)
    corner = edges.start[outline[walk]]
    group = _groups(edges, shared, len(chosen))[edges.cell[outline[walk[first]]]]
    area = _doubled_areas(edges.x[corner], edges.y[corner], first)
    return _in_order(corner, first, group, is_hole=area < 0)


def _cycles(after: Indices) -> tuple[Indices, Indices]:
    """A permutation as its cycles: all positions, cycle after cycle, and where each cycle begins in them."""
    following = after.tolist()
    seen = bytearray(len(following))
    walk: list[int] = []
    first: list[int] = []
    for start in range(len(following)):
        if seen[start]:
            continue
        first.append(len(walk))
        at = start
        while not seen[at]:
            seen[at] = 1
            walk.append(at)
            at = following[at]
    return np.array(walk, dtype=np.int64), np.array(first, dtype=np.int64)


def _groups(edges: CellEdges, shared: npt.NDArray[np.bool_], cells: int) -> Indices:
    """The number of the connected group that each cell belongs to, by the edges that two chosen cells share."""
    one, other = edges.cell[shared], edges.cell[edges.twin[shared]]
    beside = scipy.sparse.coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(cells, cells))
    return np.asarray(connected_components(beside, directed=False)[1], dtype=np.int64)


def _doubled_areas(x: Indices, y: Indices, first: Indices) -> Indices:
    """Twice the signed area of each ring, in square grid steps: positive when it runs counter-clockwise."""
    following = np.arange(len(x)) + 1
    following[np.append(first[1:], len(x)) - 1] = first
    # relative to the ring's own first corner, or the products would not fit
    lengths = np.diff(np.append(first, len(x)))
    east, north = x - np.repeat(x[first], lengths), y - np.repeat(y[first], lengths)
    return np.add.reduceat(east * north[following] - east[following] * north, first)


def _in_order(corner: Indices, first: Indices, group: Indices, *, is_hole: npt.NDArray[np.bool_]) -> Rings:
    """The rings sorted by polygon, outer ring first."""
    order = np.lexsort((is_hole, group))
    lengths = np.diff(np.append(first, len(corner)))[order]
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    moved = np.arange(lengths.sum()) - np.repeat(starts, lengths) + np.repeat(first[order], lengths)
    polygon = np.cumsum(np.diff(group[order], prepend=group[order][0]) != 0)
    return Rings(corner[moved], starts, polygon.astype(np.int64))
