"""Coordinate systems: any EPSG to latitude and longitude, a guess when nobody said which, metres where a plane is needed."""

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj

from csg_maps.errors import InputRefused
from csg_maps.i18n import N_, _
from csg_maps.settings import CRS_MAP, CRS_PLANAR

Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]

BRITISH_ISLES: Bounds = (-11.0, 49.8, 2.2, 61.2)
"""West, south, east, north of Great Britain and Ireland, in degrees: where a record should be when no area layer says."""

_GREAT_BRITAIN: Bounds = (-9.01, 49.75, 2.01, 61.01)
"""The area of use of EPSG:27700."""

_CANDIDATES = (
    ("EPSG:4326", N_("the values are latitude and longitude")),
    ("EPSG:27700", N_("the values are British National Grid eastings and northings")),
    ("EPSG:3857", N_("the values are Web Mercator metres, as web maps use")),
    ("EPSG:29903", N_("the values are Irish Grid eastings and northings")),
    ("EPSG:2157", N_("the values are Irish Transverse Mercator eastings and northings")),
)
_UTM_REASON = N_("the values are UTM metres of the zone of these areas")


class CrsGuess(NamedTuple):
    """One coordinate system that the values may be in. `reason` is a message id; `share_inside` is 0 to 1."""

    crs: str
    reason: str
    share_inside: float


@functools.lru_cache(maxsize=64)
def _crs(name: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        raise InputRefused(
            _("A coordinate system is written like EPSG:27700 or EPSG:4326; {name} is not one that is known.").format(
                name=repr(name[:40])
            )
        ) from None


@functools.lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(_crs(source), _crs(target), always_xy=True)


def check_crs(name: str) -> str:
    """The name as given; raises InputRefused when no coordinate system has it.

    >>> check_crs("EPSG:27700")
    'EPSG:27700'
    """
    _crs(name)
    return name


def is_degrees(name: str) -> bool:
    """Whether coordinates of this system are degrees and not metres.

    >>> is_degrees("EPSG:4326"), is_degrees("EPSG:27700")
    (True, False)
    """
    return bool(_crs(name).is_geographic)


def to_latlng(x: npt.ArrayLike, y: npt.ArrayLike, crs: str) -> tuple[Floats, Floats]:
    """Latitude and longitude (EPSG:4326, degrees) of points in any coordinate system.

    `x` is the longitude or easting and `y` the latitude or northing, whatever order the system's own definition has.
    What cannot be a point of the system (missing, infinite, beyond its area of use by more than a degree, over 90° or
    180°) becomes NaN in both. Without the OSTN15 grid file EPSG:27700 is within 5 m of Ordnance Survey's own answer.

    Raises InputRefused for an unknown coordinate system.

    >>> latitude, longitude = to_latlng([508653.0], [221332.0], "EPSG:27700")
    >>> round(float(latitude[0]), 3), round(float(longitude[0]), 3)
    (51.88, -0.423)
    """
    x = np.array(x, dtype="float64", ndmin=1)
    y = np.array(y, dtype="float64", ndmin=1)
    usable = np.isfinite(x) & np.isfinite(y)
    longitude, latitude = np.where(usable, x, np.nan), np.where(usable, y, np.nan)
    if crs != CRS_MAP:
        with np.errstate(all="ignore"):
            longitude[usable], latitude[usable] = _transformer(crs, CRS_MAP).transform(x[usable], y[usable])
        area = _crs(crs).area_of_use
        if area is not None and not is_degrees(crs):
            bounds = (area.west - 1, area.south - 1, area.east + 1, area.north + 1)
            if area.west < area.east:  # a system across the date line is not bounded here
                usable &= inside(longitude, latitude, bounds)
    with np.errstate(invalid="ignore"):
        usable &= (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
    latitude[~usable] = np.nan
    longitude[~usable] = np.nan
    return latitude, longitude


def inside(x: Floats, y: Floats, bounds: Bounds) -> npt.NDArray[np.bool_]:
    """Whether each point lies within (west, south, east, north); NaN lies nowhere."""
    with np.errstate(invalid="ignore"):
        return (x >= bounds[0]) & (y >= bounds[1]) & (x <= bounds[2]) & (y <= bounds[3])


def lies_inside(x: Floats, y: Floats, crs: str, bounds: Bounds) -> npt.NDArray[np.bool_]:
    """Whether points in a coordinate system lie within bounds in degrees, and can have been meant in that system.

    Degrees read as metres all fall on the system's origin, which may lie inside: metres under 1,000 are not believed.
    """
    latitude, longitude = to_latlng(x, y, crs)
    within = inside(longitude, latitude, bounds)
    if not is_degrees(crs):
        with np.errstate(invalid="ignore"):
            within &= np.maximum(np.abs(x), np.abs(y)) > 1_000
    return within


def utm_crs(latitude: float, longitude: float) -> str:
    """The WGS 84 / UTM zone of a point.

    >>> utm_crs(49.2, -123.1)
    'EPSG:32610'
    """
    zone = min(int((longitude + 180) // 6) + 1, 60)
    return f"EPSG:{(32600 if latitude >= 0 else 32700) + zone}"


def guess_crs(x: npt.ArrayLike, y: npt.ArrayLike, bounds: Bounds = BRITISH_ISLES) -> list[CrsGuess]:
    """Coordinate systems under which points fall within `bounds` (degrees), likeliest first; none when none fits.

    For files that do not say. `x` and `y` as in `to_latlng`; at most 2,000 of them are tried.

    >>> guess_crs([508653.0], [221332.0])[0].crs
    'EPSG:27700'
    """
    x, y = np.array(x, dtype="float64", ndmin=1), np.array(y, dtype="float64", ndmin=1)
    usable = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & ((x != 0) | (y != 0)))
    if not len(usable):
        return []
    tried = usable[np.linspace(0, len(usable) - 1, min(len(usable), 2_000)).astype("int64")]
    middle = ((bounds[1] + bounds[3]) / 2, (bounds[0] + bounds[2]) / 2)
    guesses = []
    for crs, reason in (*_CANDIDATES, (utm_crs(*middle), _UTM_REASON)):
        share = float(lies_inside(x[tried], y[tried], crs, bounds).mean())
        if share > 0:
            guesses.append(CrsGuess(crs, reason, share))
    return sorted(guesses, key=lambda guess: -guess.share_inside)


def planar_crs(latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> str:
    """The system in which distances near these points are metres: EPSG:27700 in Great Britain, else a UTM zone.

    >>> planar_crs([51.9], [-0.4]), planar_crs([49.2], [-123.1])
    ('EPSG:27700', 'EPSG:32610')
    """
    latitude = np.array(latitude, dtype="float64", ndmin=1)
    longitude = np.array(longitude, dtype="float64", ndmin=1)
    known = np.isfinite(latitude) & np.isfinite(longitude)
    if not known.any():
        return CRS_PLANAR
    middle_y, middle_x = float(np.median(latitude[known])), float(np.median(longitude[known]))
    west, south, east, north = _GREAT_BRITAIN
    return CRS_PLANAR if west <= middle_x <= east and south <= middle_y <= north else utm_crs(middle_y, middle_x)


def planar_m(latitude: npt.ArrayLike, longitude: npt.ArrayLike, crs: str = "") -> tuple[Floats, Floats]:
    """Easting and northing in metres, for distances and areas; NaN where there is no point.

    Without `crs` the system is chosen by `planar_crs`; give it when two sets of points must share one plane.
    """
    latitude = np.array(latitude, dtype="float64", ndmin=1)
    longitude = np.array(longitude, dtype="float64", ndmin=1)
    x, y = _transformer(CRS_MAP, crs or planar_crs(latitude, longitude)).transform(longitude, latitude)
    x, y = np.array(x, dtype="float64"), np.array(y, dtype="float64")
    lost = ~(np.isfinite(x) & np.isfinite(y))
    x[lost] = y[lost] = np.nan
    return x, y
