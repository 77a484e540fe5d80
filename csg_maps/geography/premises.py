"""Addresses that must never appear, and addresses where things are written down rather than happen.

Protected: children's homes, refuges, supported accommodation. Recording: police stations, hospitals, offices. The table is
restricted; nothing here says which of the premises a record was near.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.errors import InputRefused
from csg_maps.i18n import N_, _
from csg_maps.model.schema import Column, check_frame
from csg_maps.settings import PREMISES_RADIUS_M

KINDS = ("protected", "recording")

PREMISES_COLUMNS = (
    Column("premises_id", "str"),
    Column("kind", "str"),
    Column("label", "str"),
    Column("latitude", "float64", unit="degrees"),
    Column("longitude", "float64", unit="degrees"),
    Column("radius_m", "float64", unit="m"),
)

_EARTH_RADIUS_M = 6_371_008.8
_GENEROUS = 1.005
"""The sphere is up to 0.4% off the ellipsoid: a radius is stretched so that nothing near stays by rounding."""


def read_premises(frame: pd.DataFrame) -> pd.DataFrame:
    """A checked table of premises from columns kind, latitude, longitude and, if wanted, label, premises_id, radius_m.

    A missing or blank radius becomes 40 m, a missing id the row's number. Raises InputRefused naming the row (the
    first row of data is 1) when a kind is neither protected nor recording, a point is missing, or a radius is not
    between 1 and 5,000 m.
    """
    missing = [name for name in ("kind", "latitude", "longitude") if name not in frame.columns]
    if missing:
        raise InputRefused(_("The table of premises must have a column {column}.").format(column=missing[0]))
    count = len(frame)

    def text(name: str, instead: list[str]) -> pd.Series:
        if name not in frame.columns:
            return pd.Series(instead, dtype="str")
        return frame[name].astype("str").str.strip().reset_index(drop=True).astype("str")

    def number(name: str, instead: float) -> pd.Series:
        if name not in frame.columns:
            return pd.Series(instead, index=range(count), dtype="float64")
        written = text(name, [])
        values = pd.to_numeric(written, errors="coerce").astype("float64")
        return values.mask(written.isin(["", "nan"]), instead)

    table = pd.DataFrame(
        {
            "premises_id": text("premises_id", [str(row) for row in range(1, count + 1)]),
            "kind": text("kind", []).str.casefold().astype("str"),
            "label": text("label", [""] * count),
            "latitude": number("latitude", np.nan),
            "longitude": number("longitude", np.nan),
            "radius_m": number("radius_m", PREMISES_RADIUS_M),
        }
    )
    wrong = (
        (~table["kind"].isin(KINDS), N_("kind must be protected or recording")),
        (
            ~(table["latitude"].abs() <= 90) | ~(table["longitude"].abs() <= 180),
            N_("latitude and longitude must be degrees"),
        ),
        (~table["radius_m"].between(1, 5_000), N_("radius_m must be between 1 and 5000")),
    )
    for rows, must in wrong:
        if rows.any():
            first = int(np.flatnonzero(rows)[0]) + 1
            raise InputRefused(_("Table of premises, row {row}: {must}.").format(row=first, must=_(must)))
    check_frame(table, PREMISES_COLUMNS, "premises")
    return table


def _on_the_globe(latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> npt.NDArray[np.float64]:
    phi, theta = np.radians(np.asarray(latitude, "float64")), np.radians(np.asarray(longitude, "float64"))
    return np.column_stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])


def near_premises(
    premises: pd.DataFrame | None, latitude: npt.ArrayLike, longitude: npt.ArrayLike
) -> npt.NDArray[np.object_]:
    """Which kind of premises each point is near: "protected", "recording" or "".

    A point counts when it is within the premises' own `radius_m` (metres); protected wins over recording. Points that are
    NaN are near nothing.

    >>> table = read_premises(pd.DataFrame({"kind": ["protected"], "latitude": [52.0], "longitude": [-0.4]}))
    >>> near_premises(table, [52.0, 52.00035, 52.001], [-0.4, -0.4, -0.4]).tolist()
    ['protected', 'protected', '']
    """
    latitude = np.asarray(latitude, dtype="float64")
    longitude = np.asarray(longitude, dtype="float64")
    near = np.full(len(latitude), "", dtype=object)
    placed = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    if premises is None or premises.empty or not len(placed):
        return near
    from scipy.spatial import cKDTree  # only where there are premises: it takes long to load

    points = cKDTree(_on_the_globe(latitude[placed], longitude[placed]))
    for kind in ("recording", "protected"):  # the later one wins
        some = premises[premises["kind"] == kind]
        if some.empty:
            continue
        chord = 2 * np.sin(some["radius_m"].to_numpy() * _GENEROUS / (2 * _EARTH_RADIUS_M))
        for found in points.query_ball_point(_on_the_globe(some["latitude"], some["longitude"]), chord):
            near[placed[found]] = kind
    return near
