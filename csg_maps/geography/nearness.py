"""How far public places are from a place, in metres over the ground as the crow flies."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from csg_maps.errors import InputRefused
from csg_maps.geography.crs import planar_crs, planar_m
from csg_maps.geography.place_outlines import outline_of_cells
from csg_maps.i18n import _

Where = Any
"""Cells (int64 array), a point (latitude, longitude in degrees), or a shapely geometry in EPSG:4326."""


def geometry_of(where: Where) -> shapely.Geometry:
    """The ground that is meant, as one geometry in EPSG:4326. Raises InputRefused for a point that is not on the globe.

    >>> geometry_of((52.13, -0.46)).wkt
    'POINT (-0.46 52.13)'
    """
    if isinstance(where, shapely.Geometry):
        return where
    if isinstance(where, tuple):
        latitude, longitude = (float(value) for value in where)
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # False for NaN
            raise InputRefused(_("A point is latitude, longitude in degrees, such as 52.13, -0.46."))
        return shapely.Point(longitude, latitude)
    return outline_of_cells(where)


def distances_m(where: Where, latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """How far each point (degrees, EPSG:4326) is from the edge of a place, in metres; 0 inside it, NaN without a point.

    Planar distances in the system of `planar_crs`: EPSG:27700 in Great Britain, within 0.1% of the ellipsoid's.

    >>> distances_m((52.13, -0.46), [52.13, 52.139], [-0.46, -0.46]).round(-1).tolist()
    [0.0, 1000.0]
    """
    ground = geometry_of(where)
    middle = shapely.centroid(ground)
    crs = planar_crs([middle.y], [middle.x])
    plane = shapely.transform(ground, lambda points: np.column_stack(planar_m(points[:, 1], points[:, 0], crs)))
    east, north = planar_m(latitude, longitude, crs)
    return np.asarray(shapely.distance(shapely.points(east, north), plane), dtype=np.float64)
