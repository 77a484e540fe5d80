"""From exact points to what may be kept: a cell, area codes, and how precisely the place is known.

After this no exact coordinate is left. Area codes are decided from the original point, before a cell is taken away.
"""

import re
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.geography.areas import area_of_points, convert_codes, distance_outside_m, distinct_points
from csg_maps.geography.cells import parents, points_to_cells
from csg_maps.geography.snapping import Snapping, count_snapping
from csg_maps.intake.meaning.coded import CodedColumn, text_column
from csg_maps.intake.meaning.column_texts import Distinct
from csg_maps.intake.messages import RuleText
from csg_maps.intake.rows.anonymise import PRIVATE_SETTINGS, Hidden, find_hidden
from csg_maps.intake.rows.context import IntakeContext
from csg_maps.intake.rows.located import (
    FROM_COARSE_CELL,
    FROM_NAMED_POINT,
    FROM_POINT,
    FROM_POSTCODE,
    FROM_PREMISES,
    FROM_STREET,
    NOWHERE,
    Located,
)
from csg_maps.intake.rows.rules import (
    AREA_CODE_UNKNOWN,
    AREAS_DISAGREE,
    DEFAULT_POINT,
    NEAR_PREMISES,
    NO_PLACE,
    OUTSIDE,
    PRIVATE_SETTING,
    SNAPPED,
    Finding,
    WholeFile,
)
from csg_maps.model.concern import AREA_COLUMN_PREFIX, NO_CELL
from csg_maps.settings import OUTSIDE_TOLERANCE_M

Bools = npt.NDArray[np.bool_]

HIDDEN_KEY_RESOLUTION = 7
"""A hidden place takes part in the key of its row as the cell about 2.4 km across (5 km²) that holds it: two events at two
homes are two events, and whoever searched the keys would learn no more than about an area, which is kept anyway."""

_PRECISIONS = ("unknown", "area", "online", "point", "street", "postcode", "premises")
_UNKNOWN, _AREA, _ONLINE, _POINT, _STREET, _POSTCODE, _PREMISES = range(7)


@dataclass(frozen=True)
class Placed:
    """For each row what is kept of its place.

    `cells` (int64, 0 = none), `precision` (str), `areas` (area_<layer_id> -> str column), `key_cells` (the cell that
    recognises the row when it comes again: as `cells`, but for a coarse cell its centre's, and for a hidden place the
    cell of HIDDEN_KEY_RESOLUTION around it), `snapping` of the file.
    """

    cells: npt.NDArray[np.int64]
    key_cells: npt.NDArray[np.int64]
    precision: "pd.Series[str]"
    areas: dict[str, "pd.Series[str]"]
    snapping: Snapping
    findings: tuple[Finding, ...]
    whole_file: tuple[WholeFile, ...]


def place(
    located: Located, supplied: Distinct, settings: CodedColumn, context: IntakeContext, precision: str = ""
) -> Placed:
    """Cells, areas and precision of each row, and what is to be said about them.

    Parameters
    ----------
    located
        The exact points.
    supplied
        The area code that each row of the file gives ("" = none).
    settings
        The coded setting of each row: a home loses its cell, online has none.
    context
        Layers, lookups, premises, extent.
    precision
        "street" where the profile knows that the points stand for streets; "" lets the file show it.
    """
    of_row, latitude, longitude = distinct_points(located.latitude, located.longitude)
    placed = of_row >= 0
    hidden = find_hidden(context.premises, (latitude, longitude), of_row, settings.is_one_of(PRIVATE_SETTINGS))
    online = settings.is_one_of(("online",))
    findings = list(_outside(context, (latitude, longitude), of_row, located))
    whole_file: list[WholeFile] = []
    areas: dict[str, pd.Series] = {}
    codes = np.array([area_code_of(text) for text in supplied.texts.to_pylist()], dtype=object)
    has_code = (codes != "")[supplied.positions]
    known_by_a_layer = np.zeros(len(codes), dtype=bool)
    for layer_id, layer in context.area_layers:
        column, from_code, told = _area_column(
            layer_id, layer, (latitude, longitude, of_row), (codes, supplied), context
        )
        areas[AREA_COLUMN_PREFIX + layer_id] = column
        known_by_a_layer |= from_code
        whole_file += told
    if context.area_layers:
        lost = has_code & ~placed & ~known_by_a_layer[supplied.positions]
        whole_file += _count(AREA_CODE_UNKNOWN, lost, codes=_some_codes(codes[np.unique(supplied.positions[lost])]))
    key_cells = np.append(points_to_cells(latitude, longitude), NO_CELL)[of_row]
    key_cells[online | ~placed] = NO_CELL
    coarse = located.origin == FROM_COARSE_CELL
    cells = np.where(coarse | hidden.rows, NO_CELL, key_cells)
    key_cells[hidden.rows] = parents(key_cells[hidden.rows], HIDDEN_KEY_RESOLUTION)
    snapping = (
        count_snapping(np.bincount(of_row[located.origin == FROM_POINT])) if placed.any() else count_snapping(_NONE)
    )
    whole_file += _say_snapping(snapping) + _say_hidden(hidden, online)
    point = _STREET if precision == "street" or (not precision and snapping.is_snapped) else _POINT
    level = np.select(
        [
            online,
            hidden.rows | coarse,
            located.origin == FROM_POINT,
            located.origin == FROM_POSTCODE,
            located.origin == FROM_PREMISES,
            located.origin == FROM_STREET,
            located.origin == FROM_NAMED_POINT,
            has_code,
        ],
        [_ONLINE, _AREA, point, _POSTCODE, _PREMISES, _STREET, _POINT, _AREA],
        _UNKNOWN,
    )
    findings.append(Finding(NO_PLACE, (coarse | (located.origin == NOWHERE)) & ~online))
    return Placed(
        cells, key_cells, text_column(_PRECISIONS, level), areas, snapping, tuple(findings), tuple(whole_file)
    )


_NONE = np.zeros(0, dtype=np.int64)
_ONS_CODE = re.compile(r"[a-z]\d{8}", re.IGNORECASE)
_LIKE_A_CODE = re.compile(r"[A-Za-z0-9_-]{1,12}")


def area_code_of(text: str) -> str:
    """The area code that a file gives, without spaces around, and in capitals where it is one of the nine-character codes.

    >>> area_code_of(" e01017486 "), area_code_of("Ward 5")
    ('E01017486', 'Ward 5')
    """
    code = text.strip()
    return code.upper() if _ONS_CODE.fullmatch(code) else code


def _some_codes(codes: npt.NDArray[np.object_]) -> str:
    """The first few codes for a message; what does not look like a code may be anything, and is not repeated."""
    return ", ".join(code if _LIKE_A_CODE.fullmatch(code) else "…" for code in sorted(codes)[:5])


def _area_column(
    layer_id: str,
    layer: gpd.GeoDataFrame,
    points: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.intp]],
    supplied: tuple[npt.NDArray[np.object_], Distinct],
    context: IntakeContext,
) -> tuple["pd.Series[str]", Bools, list[WholeFile]]:
    """The area of each row by its point, else by its code; which codes the layer knows; whether the two disagree."""
    latitude, longitude, of_row = points
    given, texts = supplied
    vocabulary = pd.Index([*layer["area_code"], ""], dtype="object")
    none = len(vocabulary) - 1
    by_point = np.append(vocabulary.get_indexer(area_of_points(layer, latitude, longitude)), none)[of_row]
    lookups = context.code_lookups
    converted = convert_codes(given, lookups[lookups["layer_id"] == layer_id])
    by_code = vocabulary.get_indexer(np.where(given == "", "", converted))
    known = (by_code >= 0) & (by_code != none)
    by_code = np.where(known, by_code, none)
    coded = by_code[texts.positions]
    column = text_column(vocabulary.tolist(), np.where(of_row >= 0, by_point, coded))
    compared = (of_row >= 0) & (coded != none)
    differ = compared & (coded != by_point)
    share = f"{differ.sum() / max(compared.sum(), 1):.1%}"
    told = _count(AREAS_DISAGREE, differ, compared=f"{int(compared.sum()):,}", share=share, layer=layer_id)
    return column, known, told


def _outside(
    context: IntakeContext,
    points: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    of_row: npt.NDArray[np.intp],
    located: Located,
) -> tuple[Finding, ...]:
    """Rows too far outside the council, but for those that are told a better reason already."""
    if context.extent is None:
        return ()
    far = distance_outside_m(context.extent, *points, within_m=OUTSIDE_TOLERANCE_M) > OUTSIDE_TOLERANCE_M
    rows = np.append(far, False)[of_row]
    for one in located.findings:
        rows &= ~one.rows
    return (Finding(OUTSIDE, rows),)


def _count(rule: RuleText, rows: Bools, **facts: str) -> list[WholeFile]:
    return [WholeFile(rule, "", {"rows": f"{int(rows.sum()):,}", **facts})] if rows.any() else []


def _say_snapping(snapping: Snapping) -> list[WholeFile]:
    if snapping.is_snapped:
        share = f"{snapping.share_on_shared:.0%}"
        return [
            WholeFile(SNAPPED, "", {"share": share, "rows": f"{snapping.rows:,}", "points": f"{snapping.points:,}"})
        ]
    return [WholeFile(DEFAULT_POINT, "", {"rows": f"{rows:,}"}) for rows in snapping.default_rows]


def _say_hidden(hidden: Hidden, online: Bools) -> list[WholeFile]:
    return _count(NEAR_PREMISES, hidden.by_premises & ~online) + _count(PRIVATE_SETTING, hidden.by_setting & ~online)
