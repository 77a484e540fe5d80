"""Postcodes: the table that a council supplies, whatever its layout, and one way to write a postcode."""

import re

import numpy as np
import pandas as pd

from csg_maps.errors import InputRefused
from csg_maps.geography.crs import to_latlng
from csg_maps.i18n import _
from csg_maps.settings import CRS_PLANAR

POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}|GIR0AA")
_SPACE = re.compile(r"[\s\u00a0\u200b]+")

_CODE_POINT_OPEN = ("postcode", "quality", "eastings", "northings")
"""The first columns of Code-Point Open, whose files have no headings."""

_NO_POSITION = "90"
"""Code-Point Open's quality for a postcode that has no coordinates."""

_HEADINGS = {
    "postcode": ("postcode", "pcds", "pcd", "pcd7", "pcd8", "pc", "codpost", "postalcode"),
    "latitude": ("latitude", "lat", "lledred"),
    "longitude": ("longitude", "long", "lon", "lng", "hydred"),
    "easting": ("easting", "eastings", "oseast1m", "ea", "east", "x"),
    "northing": ("northing", "northings", "osnrth1m", "no", "north", "y"),
    "area_code": ("areacode", "lsoacode", "lsoa21cd", "lsoa21", "lsoa11cd", "lsoa11", "oslaua21"),
    "quality": ("positionalqualityindicator", "quality", "pq"),
}


def normalise_postcode(text: str) -> str:
    """Capital letters without spaces; "" when it is not a whole UK postcode.

    >>> normalise_postcode(" lu1  1aa"), normalise_postcode("MK409BX"), normalise_postcode("LU1")
    ('LU11AA', 'MK409BX', '')
    """
    joined = _SPACE.sub("", text).upper()
    return joined if POSTCODE.fullmatch(joined) else ""


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with known headings by our names; a first row of data that became the headings is put back."""
    headings = [str(column) for column in frame.columns]
    if not any(_key(heading) in _HEADINGS["postcode"] for heading in headings):
        rows = frame.astype("str").set_axis(range(len(headings)), axis=1)
        if headings and normalise_postcode(headings[0]):
            rows = pd.concat([pd.DataFrame([headings], columns=rows.columns, dtype="str"), rows], ignore_index=True)
        first = [normalise_postcode(text) for text in rows.iloc[:20, 0]] if len(headings) >= 4 and len(rows) else []
        if not first or not all(first):
            raise InputRefused(
                _(
                    "A postcode table needs a column headed Postcode, or the Code-Point Open layout without headings "
                    "(postcode, quality, easting, northing, ...). Its columns are: {columns}."
                ).format(columns=", ".join(headings)[:200])
            )
        return rows.iloc[:, :4].set_axis(list(_CODE_POINT_OPEN), axis=1)
    return frame.set_axis(headings, axis=1)


def _key(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.casefold())


def read_postcode_table(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a postcode with its point, from any layout that councils hold.

    Parameters
    ----------
    frame
        Code-Point Open (no headings; it does not matter whether its first row was taken for headings), the ONS postcode
        directory, or any table with a column Postcode and latitude/longitude or easting/northing (EPSG:27700).

    Returns
    -------
    DataFrame, sorted by postcode, without repeats
        postcode (str, capitals without spaces), latitude and longitude (float64, EPSG:4326), area_code (str, "" when
        the table has none). Postcodes without a position (quality 90, or 0, 0) and rows that are no postcode are left out.

    Raises
    ------
    InputRefused
        When there is no postcode column, or no columns that say where.

    Examples
    --------
    >>> read_postcode_table(pd.DataFrame([["LU1 1AA", "10", "508653", "221332"]])).round(3).to_dict("records")
    [{'postcode': 'LU11AA', 'latitude': 51.88, 'longitude': -0.423, 'area_code': ''}]
    """
    named = _named(frame)
    columns: dict[str, str] = {}
    for heading in named.columns:
        for name, known in _HEADINGS.items():
            if _key(heading) in known:
                columns.setdefault(name, heading)

    def numbers(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array(pd.to_numeric(named[columns[name]], errors="coerce"), dtype="float64")

    if {"latitude", "longitude"} <= columns.keys():
        x, y, crs = numbers("longitude"), numbers("latitude"), "EPSG:4326"
    elif {"easting", "northing"} <= columns.keys():
        x, y, crs = numbers("easting"), numbers("northing"), CRS_PLANAR
    else:
        raise InputRefused(
            _(
                "A postcode table needs latitude and longitude, or easting and northing; its columns are: {columns}."
            ).format(columns=", ".join(map(str, named.columns))[:200])
        )
    latitude, longitude = to_latlng(x, y, crs)
    area = named[columns["area_code"]].astype("str").str.strip() if "area_code" in columns else ""
    table = pd.DataFrame(
        {
            "postcode": [normalise_postcode(text) for text in named[columns["postcode"]].astype("str")],
            "latitude": latitude,
            "longitude": longitude,
            "area_code": area,
        }
    ).astype({"postcode": "str", "area_code": "str"})
    placed = (table["postcode"] != "") & table["latitude"].notna() & ((x != 0) | (y != 0))
    if "quality" in columns:
        placed &= (named[columns["quality"]].astype("str").str.strip() != _NO_POSITION).to_numpy()
    table = table[placed].drop_duplicates("postcode").sort_values("postcode", ignore_index=True)
    if table.empty:
        raise InputRefused(_("The postcode table holds no postcode with a position."))
    return table
