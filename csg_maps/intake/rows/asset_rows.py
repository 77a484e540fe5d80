"""From the rows of a list to assets: every row is accepted, refused or a duplicate, and what is wrong is told by row.

An asset is a public place, so unlike a concern's its point is kept. Premises that may not be shown are refused without a word
about why.
"""

import datetime
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.geography.areas import distance_outside_m, layers_bounds
from csg_maps.geography.crs import BRITISH_ISLES, check_crs
from csg_maps.geography.premises import near_premises
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning import dates
from csg_maps.intake.meaning.asset_columns import CLOSED_WORDS, PLACE_FIELDS
from csg_maps.intake.meaning.asset_kinds import is_never_shown, words_of
from csg_maps.intake.meaning.coded import fold
from csg_maps.intake.messages import RuleText, found
from csg_maps.intake.rows import asset_rules
from csg_maps.intake.rows.located import Located
from csg_maps.intake.rows.locations import locate
from csg_maps.model.asset import HOURS_FIELDS, LONGEST, AssetMapping, AssetRow, asset_kinds
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.opening_hours import OpeningHours, Range, make_hours, parse_day, parse_hours
from csg_maps.model.problems import ImportCounts, Problem

Bools = npt.NDArray[np.bool_]
ONE_POINT_ROWS = 20
ONE_POINT_SHARE = 0.2


@dataclass(frozen=True)
class AssetContext:
    """What rows are judged against: the council's postcodes, the restricted premises, the layer that bounds it, and today."""

    today: datetime.date
    postcodes: pd.DataFrame | None = None
    premises: pd.DataFrame | None = None
    extent: gpd.GeoDataFrame | None = None


@dataclass(frozen=True)
class AssetRows:
    """What became of a table: accepted `rows`, what was found, and counts (quarantined is always 0)."""

    rows: tuple[AssetRow, ...]
    problems: tuple[Problem, ...]
    counts: ImportCounts


@dataclass
class _Verdicts:
    """What is known of each row so far: True in `out` when it was refused or is a duplicate."""

    table: RawTable
    out: Bools
    refused: int = 0
    duplicates: int = 0
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, rule: RuleText, rows: Bools, column: str = "") -> None:
        self.refused += self._take(rule, rows, column)

    def drop_duplicates(self, rule: RuleText, rows: Bools) -> None:
        self.duplicates += self._take(rule, rows, "")

    def warn(self, rule: RuleText, rows: Bools, column: str = "") -> None:
        self._note(rule, rows & ~self.out, column)

    def _take(self, rule: RuleText, rows: Bools, column: str) -> int:
        new = rows & ~self.out
        self._note(rule, new, column)
        self.out |= new
        return int(new.sum())

    def _note(self, rule: RuleText, rows: Bools, column: str) -> None:
        numbers = self.table.rows[rows].tolist()
        self.problems += [found(rule, self.table.name, int(row), column) for row in numbers]


def read_asset_rows(
    table: RawTable, mapping: AssetMapping, context: AssetContext, seen: set[str] | None = None
) -> AssetRows:
    """Every row of a table as an asset, a refusal or a duplicate.

    Parameters
    ----------
    table
        As `intake.files.reading.read_tables` gives it; polygons are points within them already.
    mapping
        Which column is what, and which kind.
    context
        What rows are judged against.
    seen
        Keys of assets of earlier tables of the same file; this table's are added.

    Raises
    ------
    InputRefused
        For a coordinate system that does not exist.
    """
    fields = {name: column for name, column in mapping.fields.items() if column in table.columns}
    if mapping.crs:
        check_crs(mapping.crs)
    frame = table.frame
    verdicts = _Verdicts(table, np.zeros(len(frame), dtype=bool))
    kinds, words = _kinds(table, mapping, fields)
    verdicts.refuse(asset_rules.NOT_SHOWN, np.array([is_never_shown(word) for word in words], dtype=bool))
    if "state" in fields:
        closed = np.array([fold(text) in CLOSED_WORDS for text in frame[fields["state"]]], dtype=bool)
        verdicts.refuse(asset_rules.NOT_IN_USE, closed, fields["state"])
    verdicts.refuse(asset_rules.NO_KIND, kinds == "", fields.get("kind", ""))
    located = _locate(table, mapping, fields, context, verdicts)
    verdicts.refuse(
        asset_rules.NOT_SHOWN, near_premises(context.premises, located.latitude, located.longitude) == "protected"
    )
    if context.extent is not None:
        outside = distance_outside_m(
            context.extent, located.latitude, located.longitude, within_m=asset_rules.OUTSIDE_M + 1
        )
        verdicts.refuse(asset_rules.OUTSIDE, outside > asset_rules.OUTSIDE_M)
    texts = {
        name: [_clean(text, LONGEST[name]) for text in frame[fields[name]]] if name in fields else [""] * len(frame)
        for name in ("name", "name_cy", "source_key", "uprn", "verified_by")
    }
    keys = _keys(texts, kinds, located)
    verdicts.drop_duplicates(asset_rules.REPEATED, _repeated(keys, verdicts.out, set() if seen is None else seen))
    review = _one_point(located, verdicts)
    hours = _hours(frame, fields, verdicts)
    days = {name: _dates(frame, fields, name, context.today, verdicts) for name in ("verified_on", "review_on")}
    rows = tuple(
        AssetRow(
            kind=str(kinds[place]),
            name=texts["name"][place],
            name_cy=texts["name_cy"][place],
            latitude=round(float(located.latitude[place]), 6),
            longitude=round(float(located.longitude[place]), 6),
            source_key=keys[place],
            uprn=texts["uprn"][place],
            hours=hours[place],
            verified_by=texts["verified_by"][place],
            verified_on=days["verified_on"][place],
            review_on=context.today.isoformat() if review[place] else days["review_on"][place],
        )
        for place in np.flatnonzero(~verdicts.out).tolist()
    )
    unread = [found(asset_rules.ROW_UNREAD, table.name, row) for row in table.refused_rows]
    counts = ImportCounts(table.row_count, len(rows), 0, verdicts.refused + len(unread), verdicts.duplicates)
    return AssetRows(rows, (*table.problems, *unread, *verdicts.problems), counts)


def _kinds(table: RawTable, mapping: AssetMapping, fields: dict[str, str]) -> tuple[npt.NDArray[np.object_], list[str]]:
    """The kind of each row ("" = none), and the word that it was given by ("" = none)."""
    known = asset_kinds()
    whole = mapping.kind if mapping.kind in known else ""
    if "kind" not in fields:
        return np.full(len(table.frame), whole, dtype=object), [""] * len(table.frame)
    certain, _others = words_of(table, fields["kind"])
    decided = {fold(word): kind for word, kind in {**certain, **mapping.words}.items() if kind in known}
    words = table.frame[fields["kind"]].tolist()
    return np.array([decided.get(fold(word), whole) for word in words], dtype=object), words


def _locate(
    table: RawTable, mapping: AssetMapping, fields: dict[str, str], context: AssetContext, verdicts: _Verdicts
) -> Located:
    places = ColumnMapping({name: fields[name] for name in PLACE_FIELDS if name in fields})
    layers = () if context.extent is None else (context.extent,)
    bounds = layers_bounds(layers)
    crs = mapping.crs or (table.crs if set(table.point_columns) & set(fields.values()) else "")
    located = locate(table.frame, places, crs, context.postcodes, (bounds, bounds if layers else BRITISH_ISLES))
    for one in located.findings:
        if one.rule.level in {"quarantine", "refuse"}:  # nothing is set aside here: a list is mended and sent again
            verdicts.refuse(replace(one.rule, level="refuse"), one.rows, one.column)
    for told in located.whole_file:
        rule = asset_rules.INSTEAD.get(told.rule.code, told.rule)
        verdicts.problems.append(found(rule, table.name, 0, told.column, **told.facts))
    verdicts.refuse(asset_rules.NO_PLACE, ~np.isfinite(located.latitude) | ~np.isfinite(located.longitude))
    return located


def _keys(texts: dict[str, list[str]], kinds: npt.NDArray[np.object_], located: Located) -> list[str]:
    """What recognises each asset: the source's own key, else its kind, name and point."""
    points = zip(located.latitude.tolist(), located.longitude.tolist(), strict=True)
    made = []
    for key, kind, name, (latitude, longitude) in zip(texts["source_key"], kinds, texts["name"], points, strict=True):
        own = f"{kind}|{name.casefold()}|{latitude:.5f}|{longitude:.5f}"
        made.append(key or "row:" + hashlib.blake2b(own.encode(), digest_size=8).hexdigest())
    return made


def _repeated(keys: list[str], out: Bools, seen: set[str]) -> Bools:
    again = np.zeros(len(keys), dtype=bool)
    for place, key in enumerate(keys):
        if not out[place]:
            again[place] = key in seen
            seen.add(key)
    return again


def _one_point(located: Located, verdicts: _Verdicts) -> Bools:
    """Rows on a point that far too many rows share."""
    kept = np.flatnonzero(~verdicts.out)
    marked = np.zeros(len(verdicts.out), dtype=bool)
    if not len(kept):
        return marked
    points = np.round(located.latitude[kept], 5) + 1j * np.round(located.longitude[kept], 5)
    codes, distinct = pd.factorize(points)
    rows = np.bincount(codes, minlength=len(distinct))
    many = (rows >= ONE_POINT_ROWS) & (rows >= ONE_POINT_SHARE * len(kept))
    for point in np.flatnonzero(many).tolist():
        marked[kept[codes == point]] = True
        verdicts.problems.append(found(asset_rules.ONE_POINT, verdicts.table.name, 0, "", rows=f"{int(rows[point]):,}"))
    return marked


def _hours(frame: pd.DataFrame, fields: dict[str, str], verdicts: _Verdicts) -> list[OpeningHours]:
    """The hours of each row: of the week's column, and over them those of the days' own columns."""
    week = [OpeningHours()] * len(frame)
    if "opening_hours" in fields:
        read = {text: parse_hours(text) for text in frame[fields["opening_hours"]].unique()}
        texts = frame[fields["opening_hours"]].tolist()
        week = [read[text].hours for text in texts]
        bad = np.array([bool(read[text].problem) for text in texts], dtype=bool)
        verdicts.warn(asset_rules.HOURS_UNREADABLE, bad, fields["opening_hours"])
    by_day: list[dict[int, tuple[Range, ...] | None]] = [dict(hours.days) for hours in week]
    for day, name in enumerate(HOURS_FIELDS, start=1):
        if name not in fields:
            continue
        days = {text: parse_day(text) for text in frame[fields[name]].unique()}
        texts = frame[fields[name]].tolist()
        for known, text in zip(by_day, texts, strict=True):
            if days[text][0] is not None:
                known[day] = days[text][0]
        bad = np.array([bool(days[text][1]) for text in texts], dtype=bool)
        verdicts.warn(asset_rules.HOURS_UNREADABLE, bad, fields[name])
    return [make_hours(known) for known in by_day]


def _dates(
    frame: pd.DataFrame, fields: dict[str, str], name: str, today: datetime.date, verdicts: _Verdicts
) -> list[str]:
    if name not in fields:
        return [""] * len(frame)
    values = frame[fields[name]]
    finding = dates.find_format(values, today=today)
    if not finding.format:
        verdicts.warn(asset_rules.DATE_UNREADABLE, (values.str.strip() != "").to_numpy(dtype=bool), fields[name])
        return [""] * len(frame)
    read = dates.parse_with(values, finding.format, today=today)
    bad = read.bad | (read.future if name == "verified_on" else np.zeros(len(frame), dtype=bool))
    verdicts.warn(asset_rules.DATE_UNREADABLE, bad, fields[name])
    days = read.frame["start"].dt.strftime("%Y-%m-%d")
    return [str(day) for day in days.where(days.notna() & ~bad, "")]


def _clean(text: str, longest: int) -> str:
    """One line of readable characters: no control characters and no marks that turn the direction of writing."""
    kept = "".join(" " if unicodedata.category(mark) in {"Cc", "Zl", "Zp"} else mark for mark in text)
    kept = "".join(mark for mark in kept if unicodedata.category(mark) not in {"Cf", "Co", "Cs"})
    return re.sub(r"\s+", " ", kept).strip()[:longest].strip()
