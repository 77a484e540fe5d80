"""Rows that were set aside go through intake again, with what a person corrected: the same rules, the same refusals.

The texts of a row were kept by field, so a table is built whose columns are fields. What intake made of the row's own place
is used again as it is; a corrected place takes the stead of every column that said where.
"""

import dataclasses
import json
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.messages import describe, rule_words
from csg_maps.intake.rows import rules
from csg_maps.intake.rows.proposals import PLACE_RULES, Proposals, propose_points
from csg_maps.intake.rows.records import IntakeContext, Records, make_records
from csg_maps.model.actor import Actor
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.mending import PLACE_FIELDS, TIME_FIELDS, VALUE_FIELDS, Mend
from csg_maps.model.provenance import Sharing
from csg_maps.model.supply import mapping_from_dict
from csg_maps.settings import CRS_MAP
from csg_maps.store import batches
from csg_maps.store.workspace import Store
from csg_maps.workflows import importing

TIME_RULES = {rule.code for rule in (rules.UNREADABLE_DATE, rules.BACKWARDS, rules.FUTURE, rules.TOO_OLD)}
_WRONG_VALUES = {
    rule.code
    for rule in (
        rules.UNKNOWN_WORD,
        rules.FREE_TEXT,
        rules.AGE_UNREADABLE,
        rules.COUNT_UNREADABLE,
        rules.YES_NO_UNKNOWN,
        rules.TIME_UNREADABLE,
        rules.POSTCODE_NOT_FOUND,
    )
}
"""In a whole file these are warnings; of a value that somebody has just corrected they say that it is still wrong."""

_COORDINATES = ("latitude", "longitude", "easting", "northing")
_LONGEST_VALUE = 200
_PLAIN_DATE = "YYYY-MM-DD"


@dataclass(frozen=True)
class Remade:
    """What became of rows, each by its position: new records (`accepted`, with `row` = position), rows that are held
    already, and rows that are still set aside, each with the reason in words.
    """

    accepted: pd.DataFrame
    duplicates: tuple[int, ...]
    still: dict[int, str]


def remake(
    store: Store, actor: Actor, origin: batches.Batch, aside: tuple[pd.DataFrame, dict[str, Any]], mend: Mend
) -> Remade:
    """Run rows set aside of a batch through intake, corrected.

    `aside` are the rows, by position, and how they were read, as the store keeps them. Raises InputRefused when a
    correction cannot stand at all: a field that is none, a value or postcode that cannot be read, no place proposed.
    """
    rows, read_as = aside
    sharing = Sharing(read_as["sharing"]["handling"], tuple(read_as["sharing"]["recipients"]))
    context = importing.intake_context(store, actor, origin.agency, sharing)
    own = batches.row_keys_of(store, origin.batch_id)
    accepted, duplicates, still = [], [], {}
    for number, part in rows.groupby("table"):
        told = read_as["tables"][int(number)]
        still.update(_not_addressed(part, told, mend))
        part = part[~part.index.isin(list(still))]
        if part.empty:
            continue
        evidence = told["evidence"]
        records = _records(
            part,
            told,
            mend,
            dataclasses.replace(
                context,
                evidence=evidence,
                seen_row_keys=batches.seen_row_keys(store, agency=origin.agency, evidence=evidence),
                seen_source_refs=batches.seen_source_refs(store, agency=origin.agency, evidence=evidence),
                own_row_keys=own,
                is_whole_supply=False,
            ),
        )
        still.update(_why_still_aside(records))
        accepted.append(_as_precise_as_its_file(records.accepted, told, mend))
        made = {*accepted[-1]["row"].tolist(), *still}
        duplicates += [int(position) for position in part.index if position not in made]
    frame = pd.concat(accepted, ignore_index=True) if accepted else pd.DataFrame()
    return Remade(frame, tuple(duplicates), still)


def proposals(rows: pd.DataFrame, told: dict[str, Any], context: IntakeContext) -> Proposals:
    """What the rules propose for rows of one table, in their order."""
    mapping = mapping_from_dict(told["mapping"])
    return propose_points(_texts(rows, mapping), rows["reasons"], _by_field(mapping), context.bounds())


def reason_words(codes: str, told: dict[str, Any]) -> str:
    """Why rows are set aside, in words, with the format of their dates where a rule names it."""
    written = date_format(told)
    return " ".join(_words(code, {"format": written} if written else {}) for code in codes.split(","))


def date_format(told: dict[str, Any]) -> str:
    """How the dates of a table were read, "" where that is not known."""
    mapping = mapping_from_dict(told["mapping"])
    return mapping.formats.get(mapping.fields.get("date", mapping.fields.get("year", "")), "")


def _words(code: str, facts: dict[str, str]) -> str:
    try:
        return describe(code, facts)[0]
    except KeyError:
        return rule_words(code)


def _texts(rows: pd.DataFrame, mapping: ColumnMapping) -> pd.DataFrame:
    """The text of each mapped field."""
    fields = [field for field in mapping.fields if f"raw_{field}" in rows.columns]
    return pd.DataFrame({field: rows[f"raw_{field}"] for field in fields}, index=rows.index)


def _by_field(mapping: ColumnMapping) -> ColumnMapping:
    """The same mapping for a table whose columns are named by field."""
    return dataclasses.replace(
        mapping,
        fields={field: field for field in mapping.fields if field != "reference"},
        formats={
            field: mapping.formats[column] for field, column in mapping.fields.items() if column in mapping.formats
        },
        left_out=(),
    )


def _not_addressed(part: pd.DataFrame, told: dict[str, Any], mend: Mend) -> dict[int, str]:
    """Rows with a reason that this mend does not touch: a few rows alone must not pass where the whole file did not."""
    corrected = {field for field, _text in mend.values}
    kept = set()
    if mend.how == "value":
        kept |= PLACE_RULES
    if not corrected & set(TIME_FIELDS):
        kept |= TIME_RULES
    if "handling" not in corrected:
        kept |= {rules.HANDLING_UNREADABLE.code}
    held = {}
    for position, codes in part["reasons"].items():
        left = [code for code in codes.split(",") if code in kept]
        if left:
            held[int(position)] = reason_words(",".join(left), told)
    return held


def _records(part: pd.DataFrame, told: dict[str, Any], mend: Mend, context: IntakeContext) -> Records:
    original = mapping_from_dict(told["mapping"])
    texts, mapping = _with_values(_texts(part, original), original, mend)
    texts, mapping = _with_place(texts, mapping, mend, (part, told, context))
    frame = texts.astype("str").reset_index(drop=True)
    table = RawTable(
        name="",
        columns=tuple(frame.columns),
        frame=frame,
        rows=part.index.to_numpy(dtype=np.int64),
        kinds=dict.fromkeys(frame.columns, "text"),
    )
    records = make_records(table, mapping, context, part["source_ref"].to_numpy(dtype=np.int64))
    corrected = {field for field, _text in mend.values} | ({"postcode"} if mend.postcode else set())
    for problem in records.problems.itertuples():
        if problem.code in _WRONG_VALUES and problem.column in corrected:
            raise InputRefused(_told(problem))
    return records


def _with_values(texts: pd.DataFrame, original: ColumnMapping, mend: Mend) -> tuple[pd.DataFrame, ColumnMapping]:
    """The texts with what was corrected; a column that was used for two fields is corrected for both."""
    mapping = _by_field(original)
    fields, formats = dict(mapping.fields), dict(mapping.formats)
    texts = texts.copy()
    for field, given in mend.values:
        column = original.fields.get(field, "")
        for same in [other for other, held in original.fields.items() if held == column] or [field]:
            texts[same] = checked_value(field, given)
            fields[same] = same
            if same in {"date", "date_to"}:
                formats.setdefault(same, _PLAIN_DATE)
    return texts, dataclasses.replace(mapping, fields=fields, formats=formats)


def checked_value(field: str, text: str) -> str:
    """A corrected text that may go on to the rules. Raises InputRefused for another field, a long or a hidden text."""
    if field not in VALUE_FIELDS:
        raise InputRefused(
            _("{field!r} cannot be corrected here; the fields are: {fields}.").format(
                field=field[:40], fields=", ".join(VALUE_FIELDS)
            )
        )
    if len(text) > _LONGEST_VALUE or any(unicodedata.category(letter)[0] == "C" for letter in text):
        raise InputRefused(_("A value has at most {count} letters, all of them visible.").format(count=_LONGEST_VALUE))
    return text.strip()


def _with_place(
    texts: pd.DataFrame,
    mapping: ColumnMapping,
    mend: Mend,
    where: tuple[pd.DataFrame, dict[str, Any], IntakeContext],
) -> tuple[pd.DataFrame, ColumnMapping]:
    """The texts and the mapping with the place that was decided."""
    part, told, context = where
    if mend.how == "value":
        spoken = [name for name in _COORDINATES if name in texts]
        is_said = (texts[spoken] != "").any(axis=1) if spoken else pd.Series(False, index=texts.index)
        point = part[["latitude", "longitude"]].where(is_said, np.nan)
        return _at(texts, mapping, point["latitude"], point["longitude"], replaced=_COORDINATES)
    if mend.how == "point" and mend.is_proposed:
        found = proposals(part, told, context)
        if np.isnan(found.latitude).any():
            raise InputRefused(_("No place is proposed for some of these rows. Choose another way for them."))
        return _at(texts, mapping, found.latitude, found.longitude)
    if mend.how == "point" and not mend.postcode:
        count = len(texts)
        return _at(texts, mapping, np.full(count, mend.latitude), np.full(count, mend.longitude))
    texts = texts.drop(columns=[field for field in PLACE_FIELDS if field in texts])
    fields = {field: field for field in mapping.fields if field in texts}
    for field, text in (("postcode", mend.postcode), ("area_code", mend.area_code)):
        if text:
            texts[field], fields[field] = text, field
    return texts, dataclasses.replace(mapping, fields=fields)


def _at(
    texts: pd.DataFrame,
    mapping: ColumnMapping,
    latitude: Any,
    longitude: Any,
    *,
    replaced: tuple[str, ...] = PLACE_FIELDS,
) -> tuple[pd.DataFrame, ColumnMapping]:
    """The rows at points (degrees EPSG:4326, NaN = none), in the stead of the fields that said where."""
    texts = texts.drop(columns=[field for field in replaced if field in texts])
    fields = {field: field for field in mapping.fields if field in texts}
    for field, values in (("latitude", latitude), ("longitude", longitude)):
        texts[field] = ["" if np.isnan(value) else repr(float(value)) for value in values]
        fields[field] = field
    return texts, dataclasses.replace(mapping, fields=fields, crs=CRS_MAP)


def _why_still_aside(records: Records) -> dict[int, str]:
    aside = set(records.quarantined["row"].tolist())
    why: dict[int, list[str]] = {position: [] for position in aside}
    for problem in records.problems.itertuples():
        if problem.level == "quarantine" and problem.row in why:
            why[problem.row].append(_told(problem))
    return {position: " ".join(dict.fromkeys(said)) for position, said in why.items()}


def _told(problem: Any) -> str:
    return " ".join(describe(problem.code, json.loads(problem.values)))


def _as_precise_as_its_file(accepted: pd.DataFrame, told: dict[str, Any], mend: Mend) -> pd.DataFrame:
    """Points of a file that stand for streets still do when a row of it is mended; a click is a point of its own."""
    if not told["is_snapped"] or (mend.how == "point" and not mend.is_proposed):
        return accepted
    precision = accepted["place_precision"]
    return accepted.assign(place_precision=precision.where(precision != "point", "street"))
