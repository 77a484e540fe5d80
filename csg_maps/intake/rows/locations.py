"""Where each row says that it happened: from coordinates, an H3 cell or a postcode to one exact point, or a reason why not.

The point lives only until the cell and the areas are known; `records` lets go of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.geography.cells import centres, is_cell, parents, resolutions
from csg_maps.geography.crs import Bounds, guess_crs, inside, is_degrees, lies_inside, to_latlng
from csg_maps.geography.postcodes import normalise_postcode
from csg_maps.intake.meaning.column_texts import Distinct, distinct
from csg_maps.intake.meaning.numbers import read_numbers
from csg_maps.intake.messages import RuleText
from csg_maps.intake.rows.located import FROM_COARSE_CELL, FROM_POINT, FROM_POSTCODE, NOWHERE, Located
from csg_maps.intake.rows.named_places import NAME_FIELDS, PlaceTables, by_name, by_number
from csg_maps.intake.rows.rules import (
    COARSE_CELL,
    DECIMAL_COMMA,
    HALF_COORDINATE,
    LOST_MINUS,
    LOST_MINUS_ROW,
    OUT_OF_RANGE,
    POSTCODE_NOT_FOUND,
    SWAPPED,
    SWAPPED_ROW,
    UNREADABLE_CELL,
    UNREADABLE_COORDINATE,
    WRONG_SYSTEM,
    WRONG_SYSTEM_ROW,
    ZERO_COORDINATE,
    Finding,
    WholeFile,
)
from csg_maps.model.concern import NO_CELL
from csg_maps.model.mapping import ColumnMapping
from csg_maps.settings import CRS_MAP, CRS_PLANAR, FINEST_RESOLUTION, RESOLUTIONS

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

NEARLY_ALL = 0.9
HARDLY_ANY = 0.1


def locate(
    frame: pd.DataFrame,
    mapping: ColumnMapping,
    crs: str,
    postcodes: pd.DataFrame | None,
    bounds: tuple[Bounds, Bounds],
    *,
    places: PlaceTables | None = None,
) -> Located:
    """The point of each row, from the first of: H3 cell, latitude/longitude, easting/northing, UPRN, postcode, USRN, name.

    A UPRN, postcode or USRN that no table holds lets the next one speak. A name counts as far as somebody has confirmed it.

    Parameters
    ----------
    frame
        The table's text.
    mapping
        Which column is what.
    crs
        The coordinate system of the file's coordinates; "" is EPSG:4326 for latitude/longitude and EPSG:27700 for
        easting/northing. Where both pairs are mapped it is that of the pair that it can be of.
    postcodes
        As `geography.postcodes.read_postcode_table` returns it, or None.
    bounds
        Where the file as a whole should lie, and where a single row must lie (degrees): two, because a lone row a little
        outside may be right.
    places
        What UPRNs, USRNs and confirmed names lead to; None knows none.
    """
    count = len(frame)
    latitude, longitude = np.full(count, np.nan), np.full(count, np.nan)
    origin = np.zeros(count, dtype=np.int8)
    findings: list[Finding] = []
    whole_file: list[WholeFile] = []
    given = np.zeros(count, dtype=bool)

    def take(found: Located, said_something: Bools) -> None:
        chosen = ~given & said_something
        latitude[chosen], longitude[chosen] = found.latitude[chosen], found.longitude[chosen]
        origin[chosen] = found.origin[chosen]
        findings.extend(Finding(one.rule, one.rows & chosen, one.column) for one in found.findings)
        whole_file.extend(found.whole_file)
        given[chosen] = True

    fields = mapping.fields
    is_only_pair = not ("latitude" in fields and "easting" in fields)
    if "cell" in fields:
        take(*_from_cells(distinct(frame[fields["cell"]]), fields["cell"]))
    for x, y, usual in (("longitude", "latitude", CRS_MAP), ("easting", "northing", CRS_PLANAR)):
        if x in fields and y in fields:
            is_its_own = bool(crs) and (is_only_pair or is_degrees(crs) == is_degrees(usual))
            pair = CoordinateColumns(fields[x], fields[y], crs if is_its_own else usual)
            take(*from_coordinates(distinct(frame[fields[x]]), distinct(frame[fields[y]]), pair, bounds))
    places = places or PlaceTables()
    if "uprn" in fields:
        take(*by_number(frame[fields["uprn"]].where(~given, ""), fields["uprn"], places.uprns, "uprn"))
    if "postcode" in fields:
        texts = distinct(frame[fields["postcode"]])
        take(*_from_postcodes(texts, fields["postcode"], postcodes, given))
    if "usrn" in fields:
        take(*by_number(frame[fields["usrn"]].where(~given, ""), fields["usrn"], places.usrns, "usrn"))
    if set(NAME_FIELDS) & set(fields):
        take(*by_name(frame, mapping, places))
    kept = tuple(one for one in findings if one.rows.any())
    return Located(latitude, longitude, origin, kept, tuple(whole_file))


@dataclass(frozen=True)
class CoordinateColumns:
    """The headings of the two columns and the coordinate system that they are said to be in."""

    x: str
    y: str
    crs: str


def from_coordinates(
    x_texts: Distinct, y_texts: Distinct, columns: CoordinateColumns, bounds: tuple[Bounds, Bounds]
) -> tuple[Located, Bools]:
    """Points from two columns of numbers, and which rows say anything. Each distinct pair is looked at once."""
    projected = not is_degrees(columns.crs)
    x_read = read_numbers(x_texts.texts, thousands=projected)
    y_read = read_numbers(y_texts.texts, thousands=projected)
    many = max(len(y_texts.texts), 1)
    pair, pairs = pd.factorize(x_texts.positions * many + y_texts.positions)
    rows_of_pair = np.bincount(pair, minlength=len(pairs))
    at_x, at_y = pairs // many, pairs % many
    x, y = x_read.values[at_x], y_read.values[at_y]
    x_blank, y_blank = x_read.blank[at_x], y_read.blank[at_y]
    verdicts: list[tuple[RuleText, Bools, str]] = [
        (UNREADABLE_COORDINATE, x_read.unreadable[at_x], columns.x),
        (UNREADABLE_COORDINATE, y_read.unreadable[at_y], columns.y),
        (HALF_COORDINATE, x_blank & ~y_blank, columns.x),
        (HALF_COORDINATE, y_blank & ~x_blank, columns.y),
    ]
    bad = np.logical_or.reduce([rows for _, rows, _ in verdicts])
    zero = (x == 0) & (y == 0)
    verdicts.append((ZERO_COORDINATE, zero, columns.y))
    numeric = ~bad & ~zero & ~x_blank & ~y_blank
    latitude, longitude = to_latlng(np.where(numeric, x, np.nan), np.where(numeric, y, np.nan), columns.crs)
    whole_file = []
    mended = _mend_file(x, y, np.where(numeric, rows_of_pair, 0), columns.crs, bounds[0])
    unexplained = numeric & np.isnan(latitude)
    if mended is not None:
        mend, meant = mended
        facts = {"rows": f"{int(rows_of_pair[meant].sum()):,}", "crs": mend.crs, "x": columns.x, "y": columns.y}
        whole_file.append(WholeFile(mend.file_rule, columns.y, facts))
        verdicts.append((mend.row_rule, meant, columns.y))
        unexplained &= ~meant
        latitude[meant] = longitude[meant] = np.nan  # what it reads as is not where it is
    else:
        # A single row is suspected only when it lies where no row can be, and the mended one lies where it should.
        within = inside(longitude, latitude, bounds[1])
        usual = rows_of_pair[within].sum() >= 0.5 * rows_of_pair[numeric].sum()
        odd = unexplained | (numeric & ~within & bool(usual))
        for rule, rows in _mend_rows(x, y, odd, columns.crs, bounds[1]):
            verdicts.append((rule, rows, columns.y))
            unexplained &= ~rows
    verdicts.append((OUT_OF_RANGE, unexplained, columns.y))
    commas = (x_read.with_comma[at_x] | y_read.with_comma[at_y]) & ~bad
    if commas.any():
        facts = {"rows": f"{int(rows_of_pair[commas].sum()):,}"}
        whole_file.append(WholeFile(DECIMAL_COMMA, columns.y, facts))
    findings = tuple(Finding(rule, rows[pair], heading) for rule, rows, heading in verdicts if rows.any())
    origin = np.where(np.isfinite(latitude), FROM_POINT, NOWHERE).astype(np.int8)
    said_something = ~(x_blank & y_blank)
    located = Located(latitude[pair], longitude[pair], origin[pair], findings, tuple(whole_file))
    return located, said_something[pair]


class Mend(NamedTuple):
    """One way in which coordinates are commonly wrong, undone: exchange the two, turn the sign, another system."""

    file_rule: RuleText
    row_rule: RuleText
    crs: str
    swapped: bool = False
    turned: bool = False

    def brings_inside(self, x: Floats, y: Floats, bounds: Bounds) -> Bools:
        """Which points lie within bounds (degrees) once mended."""
        first, second = (y, x) if self.swapped else (x, y)
        return lies_inside(-first if self.turned else first, second, self.crs, bounds)


def common_mends(x: Floats, y: Floats, crs: str, bounds: Bounds) -> list[Mend]:
    """The mends worth trying, commonest mistake first."""
    mends = [Mend(SWAPPED, SWAPPED_ROW, crs, swapped=True)]
    if is_degrees(crs):
        mends.append(Mend(LOST_MINUS, LOST_MINUS_ROW, crs, turned=True))
    for swapped, guesses in ((False, guess_crs(x, y, bounds)), (True, guess_crs(y, x, bounds))):
        mends += [Mend(WRONG_SYSTEM, WRONG_SYSTEM_ROW, guess.crs, swapped) for guess in guesses if guess.crs != crs]
    return mends


def _mend_file(
    x: Floats, y: Floats, rows: npt.NDArray[np.int64], crs: str, bounds: Bounds
) -> tuple[Mend, Bools] | None:
    """The one mistake that explains a file hardly any row of which lies where it should; None when none does.

    `rows` is how many rows hold each point, 0 where it is no pair of numbers.
    """
    total = rows.sum()
    if not total:
        return None
    x, y = np.where(rows > 0, x, np.nan), np.where(rows > 0, y, np.nan)
    if rows[lies_inside(x, y, crs, bounds)].sum() > HARDLY_ANY * total:
        return None
    for mend in common_mends(x, y, crs, bounds):
        within = mend.brings_inside(x, y, bounds)
        if rows[within].sum() > NEARLY_ALL * total:
            return mend, within
    return None


def _mend_rows(x: Floats, y: Floats, odd: Bools, crs: str, bounds: Bounds) -> Iterator[tuple[RuleText, Bools]]:
    """Single rows among the odd ones that one common mistake would explain, each row once."""
    places = np.flatnonzero(odd)
    for mend in common_mends(x[places], y[places], crs, bounds) if len(places) else ():
        within = mend.brings_inside(x[places], y[places], bounds)
        rows = np.zeros(len(odd), dtype=bool)
        rows[places[within]] = True
        places = places[~within]
        yield mend.row_rule, rows


def _from_cells(texts: Distinct, column: str) -> tuple[Located, Bools]:
    """Points from H3 cells (hexadecimal or decimal): the centre of the resolution-11 cell, or of a coarser one."""
    cells = np.array([_cell_of(text) for text in texts.texts.to_pylist()], dtype=np.int64)
    blank = np.array([not text.strip() for text in texts.texts.to_pylist()], dtype=bool)
    known = is_cell(cells) if len(cells) else np.zeros(0, dtype=bool)
    known &= resolutions(cells) >= min(RESOLUTIONS)
    cells = np.where(known, cells, NO_CELL)
    fine = resolutions(cells) >= FINEST_RESOLUTION
    cells[fine] = parents(cells[fine], FINEST_RESOLUTION)
    latitude, longitude = centres(cells)
    coarse = known & ~fine
    origin = np.select([coarse, fine], [FROM_COARSE_CELL, FROM_POINT], NOWHERE).astype(np.int8)
    at = texts.positions
    findings = (Finding(UNREADABLE_CELL, (~known & ~blank)[at], column),)
    whole_file: tuple[WholeFile, ...] = ()
    if coarse.any():
        whole_file = (WholeFile(COARSE_CELL, column, {"rows": f"{int(texts.weights[coarse].sum()):,}"}),)
    return Located(latitude[at], longitude[at], origin[at], findings, whole_file), ~blank[at]


def _cell_of(text: str) -> int:
    """The integer of a cell written in hexadecimal (15 digits) or decimal (18 or 19); 0 for anything else."""
    written = text.strip().lower()
    if len(written) == 15 and set(written) <= set("0123456789abcdef"):
        value = int(written, 16)
    elif len(written) in (18, 19) and written.isascii() and written.isdigit():
        value = int(written)
    else:
        return NO_CELL
    return value if value < 2**63 and h3.is_valid_cell(value) else NO_CELL


def _from_postcodes(texts: Distinct, column: str, table: pd.DataFrame | None, given: Bools) -> tuple[Located, Bools]:
    """Points from postcodes through the table; one that it does not hold leaves the row without a point, and is told."""
    postcodes = [normalise_postcode(text) for text in texts.texts.to_pylist()]
    blank = np.array([not text.strip() for text in texts.texts.to_pylist()], dtype=bool)
    latitude, longitude = np.full(len(postcodes), np.nan), np.full(len(postcodes), np.nan)
    if table is not None and len(table):
        at = pd.Index(table["postcode"]).get_indexer(pd.Index(postcodes, dtype="str"))
        latitude = np.where(at >= 0, table["latitude"].to_numpy()[at], np.nan)
        longitude = np.where(at >= 0, table["longitude"].to_numpy()[at], np.nan)
    missing = (np.isnan(latitude) & ~blank)[texts.positions] & ~given
    whole_file: tuple[WholeFile, ...] = ()
    if missing.any():
        whole_file = (WholeFile(POSTCODE_NOT_FOUND, column, {"rows": f"{int(missing.sum()):,}"}),)
    origin = np.where(np.isnan(latitude), NOWHERE, FROM_POSTCODE).astype(np.int8)
    position = texts.positions
    found = (origin != NOWHERE)[position]
    return Located(latitude[position], longitude[position], origin[position], (), whole_file), found
