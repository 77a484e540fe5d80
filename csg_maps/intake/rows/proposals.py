"""For rows set aside for a common mistake in their coordinates: where they would be once that is undone.

A proposal is never taken by itself. The rules that set a row aside know the mend; a person sees where it leads, and confirms.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.geography.crs import Bounds, is_degrees, to_latlng
from csg_maps.i18n import N_
from csg_maps.intake.meaning.numbers import read_numbers
from csg_maps.intake.rows.locations import Mend, common_mends
from csg_maps.intake.rows.rules import (
    COARSE_CELL,
    HALF_COORDINATE,
    LOST_MINUS_ROW,
    OUT_OF_RANGE,
    OUTSIDE,
    SWAPPED_ROW,
    UNREADABLE_CELL,
    UNREADABLE_COORDINATE,
    WRONG_SYSTEM_ROW,
    ZERO_COORDINATE,
)
from csg_maps.model.mapping import ColumnMapping
from csg_maps.settings import CRS_MAP, CRS_PLANAR

PROPOSED_FOR = {rule.code for rule in (SWAPPED_ROW, LOST_MINUS_ROW, WRONG_SYSTEM_ROW)}
PLACE_RULES = PROPOSED_FOR | {
    rule.code
    for rule in (
        UNREADABLE_COORDINATE,
        HALF_COORDINATE,
        ZERO_COORDINATE,
        OUT_OF_RANGE,
        OUTSIDE,
        UNREADABLE_CELL,
        COARSE_CELL,
    )
}
"""The rules that say that something is wrong with where a row lies."""

MENDS = {
    SWAPPED_ROW.code: N_("its two coordinates exchanged"),
    LOST_MINUS_ROW.code: N_("its longitude with the other sign"),
    WRONG_SYSTEM_ROW.code: N_("its coordinates read in another coordinate system"),
}
"""What each proposal does, in words."""


@dataclass(frozen=True)
class Proposals:
    """For each row the proposed point (degrees EPSG:4326, NaN = none) and the rule whose mend it is ("" = none)."""

    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]
    rule: npt.NDArray[np.object_]


def propose_points(
    texts: pd.DataFrame, reasons: "pd.Series[str]", mapping: ColumnMapping, bounds: tuple[Bounds, Bounds]
) -> Proposals:
    """Where rows would be with the mend that their own rule knows.

    Parameters
    ----------
    texts
        The text of each field, a column a field.
    reasons
        For each row the codes of its rules, joined by commas.
    mapping
        How the rows were read: which pair of coordinates, and its coordinate system.
    bounds
        As in `locate`.
    """
    count = len(texts)
    latitude, longitude = np.full(count, np.nan), np.full(count, np.nan)
    rule = np.full(count, "", dtype=object)
    for x_field, y_field, usual in (("longitude", "latitude", CRS_MAP), ("easting", "northing", CRS_PLANAR)):
        if not {x_field, y_field} <= set(mapping.fields):
            continue
        crs = mapping.crs or usual
        projected = not is_degrees(crs)
        x = read_numbers(texts[x_field].tolist(), thousands=projected).values
        y = read_numbers(texts[y_field].tolist(), thousands=projected).values
        codes = [set(text.split(",")) for text in reasons]
        for code in PROPOSED_FOR:
            rows = np.flatnonzero(
                np.array([code in own for own in codes], dtype=bool) & np.isfinite(x) & np.isfinite(y)
            )
            for mend in _mends_of(code, x[rows], y[rows], crs, bounds):
                open_rows = rows[np.isnan(latitude[rows])]
                within = open_rows[mend.brings_inside(x[open_rows], y[open_rows], bounds[1])]
                first, second = (y[within], x[within]) if mend.swapped else (x[within], y[within])
                latitude[within], longitude[within] = to_latlng(-first if mend.turned else first, second, mend.crs)
                rule[within] = code
    return Proposals(latitude, longitude, rule)


def _mends_of(
    code: str, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], crs: str, bounds: tuple[Bounds, Bounds]
) -> list[Mend]:
    """The mends of a rule, those that fit the whole area first."""
    if not len(x):
        return []
    both = [*common_mends(x, y, crs, bounds[0]), *common_mends(x, y, crs, bounds[1])]
    return list(dict.fromkeys(mend for mend in both if mend.row_rule.code == code))
