"""Rows that say where by number or by name: UPRN, USRN, and texts whose meaning a person has confirmed. Nothing is guessed.

The text itself is never part of a record. A text that nobody has decided about leaves its row aside, to be confirmed or mended.
"""

import dataclasses
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.geography.gazetteers import AREA, POINT, PREMISES, STREET, numbers_of
from csg_maps.intake.meaning.coded import CodedColumn
from csg_maps.intake.meaning.column_texts import distinct
from csg_maps.intake.meaning.place_spelling import fold, may_be_kept, normalise, written_key
from csg_maps.intake.messages import RuleText
from csg_maps.intake.rows.anonymise import PRIVATE_SETTINGS
from csg_maps.intake.rows.located import (
    FROM_COARSE_CELL,
    FROM_NAMED_POINT,
    FROM_PREMISES,
    FROM_STREET,
    NOWHERE,
    Located,
)
from csg_maps.intake.rows.rules import (
    PLACE_NOT_KNOWN,
    PLACE_WITHHELD,
    UPRN_NOT_FOUND,
    USRN_NOT_FOUND,
    Finding,
    WholeFile,
)
from csg_maps.model.mapping import ColumnMapping

Bools = npt.NDArray[np.bool_]

NAME_FIELDS = ("place_name", "locality")
"""Fields whose text names a place; it is never kept with a record."""

_ORIGINS = {PREMISES: FROM_PREMISES, STREET: FROM_STREET, POINT: FROM_NAMED_POINT, AREA: FROM_COARSE_CELL}


@dataclass(frozen=True)
class PlaceTables:
    """What numbers and names lead to.

    Attributes
    ----------
    uprns, usrns
        uprn or usrn (int64, sorted), latitude, longitude; None when the council has supplied none.
    places
        target, latitude, longitude of every known place that has a name.
    matches
        What this agency's texts mean, by `place_spelling.fold` of what was written: (target, precision); target "" = none of
        the known places.
    """

    uprns: pd.DataFrame | None = None
    usrns: pd.DataFrame | None = None
    places: pd.DataFrame | None = None
    matches: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class WrittenTexts:
    """The texts of the name columns: `written` (distinct, "" = nothing said), whether each may be kept, and each row's text."""

    written: list[str]
    texts: list[tuple[str, str]]
    may_be_kept: Bools
    positions: npt.NDArray[np.int64]


def by_number(texts: "pd.Series[str]", column: str, table: pd.DataFrame | None, kind: str) -> tuple[Located, Bools]:
    """Points from UPRNs (`kind` "uprn") or USRNs, and which rows are found; a number that is not known is told, once."""
    numbers = numbers_of(texts)
    at = np.full(len(numbers), -1, dtype=np.intp)
    if table is not None and len(table):
        at = pd.Index(table[kind]).get_indexer(pd.Index(numbers))
    known = at >= 0
    latitude, longitude = np.full(len(numbers), np.nan), np.full(len(numbers), np.nan)
    if table is not None and known.any():
        latitude[known] = table["latitude"].to_numpy()[at[known]]
        longitude[known] = table["longitude"].to_numpy()[at[known]]
    origin = np.where(known, FROM_PREMISES if kind == "uprn" else FROM_STREET, NOWHERE).astype(np.int8)
    missing = ~known & (texts.str.strip() != "").to_numpy(dtype=bool)
    told: tuple[WholeFile, ...] = ()
    if missing.any():
        rule: RuleText = UPRN_NOT_FOUND if kind == "uprn" else USRN_NOT_FOUND
        told = (WholeFile(rule, column, {"rows": f"{int(missing.sum()):,}"}),)
    return Located(latitude, longitude, origin, (), told), known


def by_name(frame: pd.DataFrame, mapping: ColumnMapping, tables: PlaceTables) -> tuple[Located, Bools]:
    """Points from texts that a person has confirmed, and which rows say a name; one that nobody has decided about is a finding.

    A match whose place is in no table any more counts as undecided: it is asked about again.
    """
    read = written_texts(frame, mapping)
    latitude, longitude = np.full(len(read.written), np.nan), np.full(len(read.written), np.nan)
    origin = np.zeros(len(read.written), dtype=np.int8)
    is_open = np.zeros(len(read.written), dtype=bool)
    for at, written in enumerate(read.written):
        if not written:
            continue
        match = tables.matches.get(fold(written)) if read.may_be_kept[at] else None
        point = point_of(match[0], tables) if match is not None and match[0] else None
        if match is not None and point is not None:
            latitude[at], longitude[at] = point
            origin[at] = _ORIGINS.get(match[1], FROM_NAMED_POINT)
        is_open[at] = match is None or (bool(match[0]) and point is None)
    said = np.array([bool(written) for written in read.written], dtype=bool)
    rows = read.positions
    column = next(mapping.fields[name] for name in NAME_FIELDS if name in mapping.fields)
    findings = (Finding(PLACE_NOT_KNOWN, is_open[rows], column),)
    withheld = int((said & ~read.may_be_kept)[rows].sum())
    told = (WholeFile(PLACE_WITHHELD, column, {"rows": f"{withheld:,}"}),) if withheld else ()
    return Located(latitude[rows], longitude[rows], origin[rows], findings, told), said[rows]


def point_of(target: str, tables: PlaceTables) -> tuple[float, float] | None:
    """Latitude and longitude of a target; None when no table holds it (any more)."""
    kind, _colon, number = target.partition(":")
    if kind in {"uprn", "usrn"} and number.isdigit() and len(number) <= 12:
        table = tables.uprns if kind == "uprn" else tables.usrns
        if table is None:
            return None
        at = int(np.searchsorted(table[kind].to_numpy(), int(number)))
        if at >= len(table) or int(table[kind].iloc[at]) != int(number):
            return None
        return float(table["latitude"].iloc[at]), float(table["longitude"].iloc[at])
    if tables.places is None:
        return None
    found = tables.places[tables.places["target"] == target]
    return (float(found["latitude"].iloc[0]), float(found["longitude"].iloc[0])) if len(found) else None


def written_texts(frame: pd.DataFrame, mapping: ColumnMapping) -> WrittenTexts:
    """The distinct texts of the name columns, as they would be remembered: a name with its locality, or either alone."""
    columns = [mapping.fields[name] for name in NAME_FIELDS if name in mapping.fields]
    first = distinct(frame[columns[0]])
    second = distinct(frame[columns[-1]]) if len(columns) == 2 else None
    many = len(second.texts) if second is not None else 1
    joint = first.positions * many + (second.positions if second is not None else 0)
    positions, pairs = pd.factorize(joint)
    names, near = first.texts.to_pylist(), second.texts.to_pylist() if second is not None else [""]
    texts = [(names[pair // many], near[pair % many]) for pair in pairs.tolist()]
    # a locality alone is said to be one place only where no column could have named a nearer one
    written = [written_key(name, locality) if name.strip() else "" for name, locality in texts]
    kept = [
        one and other
        for one, other in zip(
            may_be_kept([name for name, _ in texts]), may_be_kept([near for _, near in texts]), strict=True
        )
    ]
    return WrittenTexts(written, texts, np.array(kept, dtype=bool), positions.astype(np.int64))


def not_for_private(located: Located, settings: CodedColumn) -> Located:
    """Without findings about names for rows at home, in care or online: nobody is asked to name these."""
    exempt = settings.is_one_of((*PRIVATE_SETTINGS, "online"))
    findings = tuple(
        Finding(one.rule, one.rows & ~exempt, one.column) if one.rule is PLACE_NOT_KNOWN else one
        for one in located.findings
    )
    return dataclasses.replace(located, findings=tuple(one for one in findings if one.rows.any()))


def kept_aside(texts: "pd.Series[str]") -> "pd.Series[str]":
    """Texts of a name column as rows set aside may hold them: without house numbers, and none that may tell of a person."""
    column = distinct(texts)
    values = column.texts.to_pylist()
    kept = [normalise(text) if may else "" for text, may in zip(values, may_be_kept(values), strict=True)]
    return pd.Series(pd.array(kept, dtype="str").take(column.positions), dtype="str")
