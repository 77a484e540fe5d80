"""Cells: H3 indexes as int64, from a point, to a parent, a ring, a polygon, a text.

A cell is an int64, and 0 (H3's own null) means that there is none. It is never a float, which would silently name another
place, and never nullable. Every function here takes a numpy array or Series of int64 and refuses anything else. The
text form, H3's hexadecimal string, belongs to outputs only.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_matrix

from csg_maps.errors import InputRefused, SchemaBroken
from csg_maps.i18n import _
from csg_maps.model.concern import NO_CELL
from csg_maps.settings import FINEST_RESOLUTION

Cells: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]

_RESOLUTION_BITS = 52
_DIGIT_BITS = 3
_FINEST_H3 = 15
_METRES_PER_DEGREE = 111_320.0


def check_cells(cells: Any) -> Cells:
    """The cells as a numpy array, when they are int64; the door of every function of this module.

    Parameters
    ----------
    cells
        A one-dimensional numpy array or a pandas Series (or Index) of dtype int64.

    Raises
    ------
    SchemaBroken
        For a list, a float, unsigned, nullable or pyarrow-backed column: each can change a cell on its way.

    >>> check_cells(np.array([617438095537864703, 0]))
    array([617438095537864703,                  0])
    """
    dtype = str(getattr(cells, "dtype", type(cells).__name__))
    if dtype != "int64" or getattr(cells, "ndim", 0) != 1:
        raise SchemaBroken(f"Cells must be one column of int64 with 0 for none; found {dtype}.")
    return np.asarray(cells)


def points_to_cells(latitude: Any, longitude: Any, resolution: int = FINEST_RESOLUTION) -> Cells:
    """The cell that each point lies in. Equal points are looked up once: street data repeats a few thousand.

    A coarser cell asked for here is the hexagon drawn around the point (what a click on a map means). Counts at a coarser
    size go by `parents` of the finest cell, which differs for about 7% of points.

    Parameters
    ----------
    latitude, longitude
        Degrees in EPSG:4326, n values each.
    resolution
        H3 resolution; 11, the finest kept, is about 50 m across.

    Returns
    -------
    int64 array of n cells; 0 where a coordinate is missing or off the globe.

    >>> points_to_cells([52.13, float("nan")], [-0.46, -0.46], 9)
    array([617439379501875199,                  0])
    """
    lat = np.asarray(latitude, dtype=np.float64)
    lng = np.asarray(longitude, dtype=np.float64)
    if lat.shape != lng.shape or lat.ndim != 1:
        raise SchemaBroken(f"Latitude and longitude must be two columns of one length; found {lat.shape}, {lng.shape}.")
    cells = np.full(len(lat), NO_CELL, dtype=np.int64)
    placed = (np.abs(lat) <= 90) & (np.abs(lng) <= 180)  # False for NaN and infinity
    if not placed.any():
        return cells
    codes, points = pd.factorize(lat[placed] + 1j * lng[placed])
    found = [
        h3.latlng_to_cell(y, x, resolution) for y, x in zip(points.real.tolist(), points.imag.tolist(), strict=True)
    ]
    cells[placed] = np.array(found, dtype=np.int64)[codes]
    return cells


def resolutions(cells: Any) -> npt.NDArray[np.int64]:
    """The H3 resolution of each cell; -1 for 0 (no cell).

    >>> resolutions(np.array([617439379501875199, 0]))
    array([ 9, -1])
    """
    checked = check_cells(cells)
    return np.where(checked == NO_CELL, -1, (checked >> _RESOLUTION_BITS) & 15)


def parents(cells: Any, resolution: int) -> Cells:
    """The cell one or more sizes up that each cell belongs to, by index (bit arithmetic); 0 stays 0.

    About 7% of records lie just outside the hexagon drawn for their parent: H3's sizes nest by index, not in outline.

    Raises
    ------
    SchemaBroken
        When a cell is coarser than the resolution asked for.

    >>> cell = points_to_cells([52.13], [-0.46], 11)
    >>> parents(cell, 9)[0] == h3.cell_to_parent(int(cell[0]), 9)
    np.True_
    """
    checked = check_cells(cells)
    if not 0 <= resolution <= _FINEST_H3:
        raise SchemaBroken(f"A resolution must be 0 to {_FINEST_H3}; found {resolution}.")
    own = resolutions(checked)
    if ((own < resolution) & (checked != NO_CELL)).any():
        raise SchemaBroken(
            f"A parent at resolution {resolution} needs finer cells; found resolution {own[own >= 0].min()}."
        )
    unused_digits = (1 << _DIGIT_BITS * (_FINEST_H3 - resolution)) - 1
    moved = (checked & ~(np.int64(15) << _RESOLUTION_BITS)) | ((resolution << _RESOLUTION_BITS) | unused_digits)
    return np.where(checked == NO_CELL, np.int64(NO_CELL), moved)


def is_cell(cells: Any) -> npt.NDArray[np.bool_]:
    """Whether each value is a valid H3 cell; 0 is not.

    >>> is_cell(np.array([617439379501875199, 0, 17]))
    array([ True, False, False])
    """
    codes, distinct = pd.factorize(check_cells(cells))
    valid = np.array([value > 0 and h3.is_valid_cell(value) for value in distinct.tolist()], dtype=np.bool_)
    return valid[codes] if len(codes) else valid


def to_hex(cells: Any) -> list[str]:
    """H3's own text of each cell, for outputs; "" for 0.

    >>> to_hex(np.array([617439379501875199, 0]))
    ['89195d8258bffff', '']
    """
    return [f"{cell:x}" if cell else "" for cell in check_cells(cells).tolist()]


def from_hex(texts: Iterable[str]) -> Cells:
    """Cells from H3's text; "" becomes 0.

    Raises
    ------
    InputRefused
        Naming the position of the first text that is no cell.

    >>> from_hex(["89195d8258bffff", ""])
    array([617439379501875199,                  0])
    """
    cells: list[int] = []
    for position, text in enumerate(texts, start=1):
        stripped = str(text).strip()
        cell = NO_CELL
        if stripped:
            # int(…, 16) alone would also take "0x…", "+…" and "_", and values that no int64 holds
            if len(stripped) == 15 and set(stripped.lower()) <= set("0123456789abcdef"):
                cell = int(stripped, 16)
            if not cell or not h3.is_valid_cell(cell):
                message = _(
                    "An H3 cell is 15 hexadecimal digits, such as 89195d8258bffff; value {position} is not one."
                )
                raise InputRefused(message.format(position=position))
        cells.append(cell)
    return np.array(cells, dtype=np.int64)


def ring_matrix(cells: Any) -> csr_matrix:
    """Which cells of the array lie in the ring of one around each other, the cell itself included.

    Parameters
    ----------
    cells
        n distinct cells; 0 may be among them and has no neighbour, not even itself.

    Returns
    -------
    Binary float64 csr_matrix (n, n), rows and columns in the order given. At the edge of the array, and at H3's twelve
    pentagons (none in Britain), a row has fewer than seven ones. It is symmetric.

    >>> middle = 617439379501875199
    >>> ring_matrix(np.array(h3.grid_disk(middle, 1))).sum(axis=1).max()
    np.float64(7.0)
    """
    checked = check_cells(cells)
    settled = np.flatnonzero(checked != NO_CELL)
    order = settled[np.argsort(checked[settled], kind="stable")]
    in_order = checked[order]
    if (in_order[1:] == in_order[:-1]).any():
        raise SchemaBroken("The cells of a ring matrix must be distinct; some occur twice.")
    disks = [h3.grid_disk(cell, 1) for cell in checked[settled].tolist()]
    rows = np.repeat(settled, [len(disk) for disk in disks])
    wanted = np.array([cell for disk in disks for cell in disk], dtype=np.int64)
    columns = _positions(in_order, order, wanted)
    kept = columns >= 0
    ones = np.ones(int(kept.sum()), dtype=np.float64)
    matrix = csr_matrix((ones, (rows[kept], columns[kept])), shape=(len(checked), len(checked)))
    matrix.sort_indices()
    return matrix


def _positions(in_order: Cells, order: npt.NDArray[np.intp], wanted: Cells) -> npt.NDArray[np.intp]:
    """Where each wanted cell stands in the caller's array, -1 where it does not."""
    if not len(in_order):
        return np.full(len(wanted), -1, dtype=np.intp)
    at = np.minimum(np.searchsorted(in_order, wanted), len(in_order) - 1)
    return np.where(in_order[at] == wanted, order[at], -1)


def centres(cells: Any) -> tuple[Floats, Floats]:
    """Latitude and longitude (degrees, EPSG:4326) of each cell's centre; NaN for 0.

    >>> lat, lng = centres(np.array([617439379501875199, 0]))
    >>> lat.round(3), lng.round(3)
    (array([52.13,   nan]), array([-0.46,   nan]))
    """
    codes, distinct = pd.factorize(check_cells(cells))
    nowhere = (np.nan, np.nan)
    points = [h3.cell_to_latlng(cell) if cell != NO_CELL else nowhere for cell in distinct.tolist()]
    table = np.array(points, dtype=np.float64).reshape(-1, 2)[codes]
    return table[:, 0].copy(), table[:, 1].copy()


def polygons(cells: Any) -> npt.NDArray[np.object_]:
    """The outline of each cell, as shapely Polygons in EPSG:4326 (longitude first); an empty Polygon for 0.

    A cell that crosses the 180th meridian is drawn beyond it (longitudes up to 361), never around the globe.

    >>> [len(shapely.get_coordinates(outline)) for outline in polygons(np.array([617439379501875199, 0]))]
    [7, 0]
    """
    checked = check_cells(cells)
    outlines = np.full(len(checked), shapely.Polygon(), dtype=object)
    settled = np.flatnonzero(checked != NO_CELL)
    if not len(settled):
        return outlines
    corners = [h3.cell_to_boundary(cell) for cell in checked[settled].tolist()]
    lengths = [len(outline) for outline in corners]
    flat = np.array([corner for outline in corners for corner in outline], dtype=np.float64)
    ring_of = np.repeat(np.arange(len(corners)), lengths)
    lng = flat[:, 1]
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    crosses = (np.maximum.reduceat(lng, starts) - np.minimum.reduceat(lng, starts) > 180)[ring_of]
    lng = np.where(crosses & (lng < 0), lng + 360, lng)
    rings = shapely.linearrings(np.column_stack([lng, flat[:, 0]]), indices=ring_of)
    outlines[settled] = shapely.polygons(rings)
    return outlines


def covering(geometries: Any, resolution: int = FINEST_RESOLUTION) -> Cells:
    """Every cell that touches a point, line or polygon: the cells with streets, say, that make a study area.

    Parameters
    ----------
    geometries
        A geometry, or an array, Series or GeoSeries of them, in EPSG:4326; missing and empty ones are passed over.
    resolution
        H3 resolution of the cells.

    Returns
    -------
    Sorted distinct int64 cells.

    >>> street = shapely.LineString([(-0.46, 52.13), (-0.4585, 52.13)])
    >>> len(covering([street], 11))  # 103 m of street, cells about 50 m across
    4
    """
    single = [geometries] if isinstance(geometries, shapely.Geometry) else geometries
    parts = np.asarray(single, dtype=object)
    parts = parts[~(shapely.is_missing(parts) | shapely.is_empty(parts))]
    while len(parts) and (shapely.get_type_id(parts) >= 4).any():  # collections may hold collections
        parts = shapely.get_parts(parts)
    kinds = shapely.get_type_id(parts) if len(parts) else np.array([], dtype=np.int64)
    points = shapely.get_coordinates(parts[kinds == 0])
    pieces = [
        points_to_cells(points[:, 1], points[:, 0], resolution),
        _along_lines(parts[(kinds == 1) | (kinds == 2)], resolution),
        _over_polygons(parts[kinds == 3], resolution),
    ]
    cells: Cells = np.unique(np.concatenate(pieces))
    return np.asarray(cells[cells != NO_CELL])


def _along_lines(lines: npt.NDArray[np.object_], resolution: int) -> Cells:
    if not len(lines):
        return np.array([], dtype=np.int64)
    # Steps under half an edge: a cell that a line clips between two steps neighbours the cell of one of them.
    step = h3.average_hexagon_edge_length(resolution, unit="m") / _METRES_PER_DEGREE / 2
    steps = shapely.get_coordinates(shapely.segmentize(lines, step))
    near = np.unique(points_to_cells(steps[:, 1], steps[:, 0], resolution))
    disks = [cell for start in near[near != NO_CELL].tolist() for cell in h3.grid_disk(start, 1)]
    candidates: Cells = np.unique(np.array(disks, dtype=np.int64))
    touched = shapely.STRtree(polygons(candidates)).query(lines, predicate="intersects")[1]
    return np.asarray(candidates[np.unique(touched)])


def _over_polygons(areas: npt.NDArray[np.object_], resolution: int) -> Cells:
    found: set[int] = set()
    for area in areas:
        shape = h3.geo_to_h3shape(shapely.force_2d(area))
        found.update(h3.h3shape_to_cells_experimental(shape, resolution, contain="overlap"))
    return np.array(sorted(found), dtype=np.int64)
