"""The ground that a place covers, as cells of one size: from a coarser cell, from an area, or from corners on a map."""

from collections.abc import Sequence
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt
import shapely

from csg_maps.errors import InputRefused
from csg_maps.geography.cells import Cells, centres, check_cells, covering, parents, polygons, resolutions
from csg_maps.geography.crs import planar_crs, planar_m
from csg_maps.i18n import _

Corner = tuple[float, float]
"""Latitude and longitude in degrees (EPSG:4326)."""


def cells_of_cell(cell: int, resolution: int) -> Cells:
    """All cells of this size that belong to a coarser cell by index (as counts do), or the one that a finer cell is in.

    >>> len(cells_of_cell(617439379501875199, 10)), len(cells_of_cell(617439379501875199, 9))
    (7, 1)
    """
    held = np.array([cell], dtype=np.int64)
    if int(resolutions(held)[0]) >= resolution:
        return parents(held, resolution)
    return np.sort(np.array(h3.cell_to_children(int(cell), resolution), dtype=np.int64))


def cells_of_outline(outline: Any, resolution: int) -> Cells:
    """The cells whose centre lies inside polygons (EPSG:4326); where there is none, those that they touch.

    >>> box = shapely.box(-0.47, 52.13, -0.46, 52.14)
    >>> len(cells_of_outline(box, 10)), len(cells_of_outline(shapely.box(-0.47, 52.13, -0.4699, 52.1301), 10))
    (56, 2)
    """
    touched = covering(outline, resolution)
    if not len(touched):
        return touched
    latitude, longitude = centres(touched)
    whole = shapely.union_all(outline) if not isinstance(outline, shapely.Geometry) else outline
    shapely.prepare(whole)
    inside = shapely.contains_xy(whole, longitude, latitude)
    return touched[inside] if inside.any() else touched


def outline_of_corners(corners: Sequence[Corner]) -> shapely.Polygon:
    """The outline that corners clicked one after another make.

    Raises InputRefused for fewer than three, or an outline that crosses itself.
    """
    if len(corners) < 3:
        raise InputRefused(_("An outline needs at least three corners."))
    outline = shapely.Polygon([(longitude, latitude) for latitude, longitude in corners])
    if not outline.is_valid or outline.is_empty or outline.area == 0:
        raise InputRefused(
            _("The outline crosses itself. Undo the last corners, and go round the place in one direction.")
        )
    return outline


def outline_of_cells(cells: Any) -> shapely.Geometry:
    """The ground of cells as one geometry (EPSG:4326), without the lines between them."""
    return shapely.union_all(polygons(check_cells(cells)), grid_size=1e-7)


def area_km2(cells: Any) -> float:
    """How large the ground of cells is, in square kilometres on the globe.

    >>> round(area_km2(np.array([617439379501875199])), 3)
    0.094
    """
    return float(sum(h3.cell_area(cell, unit="km^2") for cell in check_cells(cells).tolist()))


def distances_m(cells: Any, latitude: Any, longitude: Any) -> npt.NDArray[np.float64]:
    """How far each point (degrees, EPSG:4326) is from the ground of cells, in metres; 0 inside."""
    crs = planar_crs(*centres(check_cells(cells)))
    outline = outline_of_cells(cells)
    ground = shapely.transform(outline, lambda points: np.column_stack(planar_m(points[:, 1], points[:, 0], crs)))
    east, north = planar_m(latitude, longitude, crs)
    return np.asarray(shapely.distance(shapely.points(east, north), ground), dtype=np.float64)
