"""Rows become records, or problems: the one place where every rule meets every row, and where none is lost.

Read `make_records` from the top: where, when, what, who may use it; then what is quarantined, what is here already, and
what is accepted. Rows of the table = accepted + quarantined + refused + duplicates, always.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.geography.snapping import Snapping
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning.coded import same_everywhere
from csg_maps.intake.meaning.column_texts import Distinct, distinct
from csg_maps.intake.messages import found
from csg_maps.intake.rows.content import read_content
from csg_maps.intake.rows.context import IntakeContext
from csg_maps.intake.rows.duplicates import held_already, repeated_rows, row_keys, source_refs
from csg_maps.intake.rows.locations import locate
from csg_maps.intake.rows.named_places import not_for_private
from csg_maps.intake.rows.places import place
from csg_maps.intake.rows.record_frames import (
    QUARANTINED_COLUMNS,
    RECORD_COLUMNS,
    Understood,
    accepted_frame,
    count_months,
    quarantined_frame,
)
from csg_maps.intake.rows.rules import (
    DUPLICATE_IN_FILE,
    HELD_ALREADY,
    OUTSIDE,
    REFERENCE_KNOWN,
    REFERENCE_REPEATED,
    ROW_NOT_READ,
    Finding,
    problems_frame,
    row_problems,
    volume_problems,
    whole_file_problem,
)
from csg_maps.intake.rows.times import facts_of, find_times
from csg_maps.model.concern import NO_CELL, NO_REFERENCE
from csg_maps.model.mapping import CODED_FIELDS, FIELDS, ColumnMapping
from csg_maps.model.problems import ImportCounts

__all__ = ["QUARANTINED_COLUMNS", "RECORD_COLUMNS", "IntakeContext", "Records", "make_records"]

Bools = npt.NDArray[np.bool_]

_WORD_FIELDS = (*CODED_FIELDS, "age", "is_proactive", "adult_at_risk", "children_count", "handling", "area_code")
"""Fields whose own words are part of what makes a row the same row."""


@dataclass(frozen=True)
class Records:
    """What became of one table.

    Attributes
    ----------
    accepted
        RECORD_COLUMNS and `area_<layer_id>` columns: a concern frame without the two ids, with handling ("P" or "C"),
        recipients (agency codes joined by commas, "" = all) and the row of the file. No exact coordinate.
    quarantined
        QUARANTINED_COLUMNS; `reasons` are rule codes joined by commas.
    counts
        Every row of the file once, the unreadable ones included.
    problems
        `model.problems.PROBLEM_COLUMNS`, those of reading the table first.
    months
        month (YYYY-MM) and rows of what was accepted or is held already: what `rules.volume_problems` asks.
    snapping
        How exact points repeat.
    not_on_map
        Accepted rows without a cell.
    """

    accepted: pd.DataFrame
    quarantined: pd.DataFrame
    counts: ImportCounts
    problems: pd.DataFrame
    months: pd.DataFrame
    snapping: Snapping
    not_on_map: int


def make_records(
    table: RawTable, mapping: ColumnMapping, context: IntakeContext, source_ref: npt.NDArray[np.int64] | None = None
) -> Records:
    """Turn the rows of a table into records by a mapping; what cannot become one is said, and kept apart or counted.

    When to use it: for each table of a supply, once its mapping is decided and its identifying columns are left out. Give
    the keys of earlier tables of the same supply in `context.seen_row_keys`. Rows that were set aside and come again have
    lost their reference; its keyed hash is `source_ref`.

    Fields that name a missing or left-out column are not used. Nothing is raised for a bad row; InputRefused for an
    unknown coordinate system or a date format that does not exist.
    """
    frame, rows = table.frame, np.asarray(table.rows, dtype=np.int64)
    usable = {
        field: column
        for field, column in mapping.fields.items()
        if field in FIELDS and column in frame.columns and column not in mapping.left_out
    }
    mapping = dataclasses.replace(mapping, fields=usable)
    words = {field: distinct(frame[usable[field]]) for field in _WORD_FIELDS if field in usable}

    crs = mapping.crs or _own_crs(table, usable)
    located = locate(frame, mapping, crs, context.postcodes, context.bounds(), places=context.places)
    timed = find_times(frame, mapping, context.timezone, context.today)
    content = read_content(frame, mapping, words, context.sharing, context.agency)
    located = not_for_private(located, content.coded["setting"])
    supplied = words.get("area_code", same_everywhere("", len(frame)))
    placed = place(located, supplied, content.coded["setting"], context, mapping.constants.get("place_precision", ""))
    if source_ref is None:
        source_ref = np.full(len(frame), NO_REFERENCE, dtype=np.int64)
    if "reference" in usable:
        source_ref = source_refs(frame[usable["reference"]], context.agency, context.secret)
    understood = Understood(rows, source_ref, located, timed, content, placed, supplied)

    findings = [*located.findings, *timed.findings, *content.findings, *placed.findings]
    equal, different = repeated_rows(frame, source_ref)
    quarantined, readable = np.zeros(len(frame), dtype=bool), ~equal
    for finding in findings:
        if finding.rule.level == "quarantine":
            quarantined |= finding.rows & ~equal
            if finding.rule is not OUTSIDE:  # such a row is whole, and may be held since before there was an outline
                readable &= ~finding.rows
    candidates = np.flatnonzero(readable)
    keys = _keys(candidates, understood, words, mapping, context)
    seen = held_already(keys, context.seen_row_keys)
    held = np.zeros(len(frame), dtype=bool)
    held[candidates] = seen
    quarantined &= ~held
    new = ~seen & ~quarantined[candidates]
    chosen = candidates[new]
    accepted = np.zeros(len(frame), dtype=bool)
    accepted[chosen] = True

    known_before = accepted & (source_ref != NO_REFERENCE) & held_already(source_ref, context.seen_source_refs)
    findings = [Finding(one.rule, one.rows & _concerned(one, accepted, quarantined), one.column) for one in findings]
    findings += [
        Finding(DUPLICATE_IN_FILE, equal),
        Finding(HELD_ALREADY, held),
        Finding(REFERENCE_REPEATED, different & accepted, usable.get("reference", "")),
        Finding(REFERENCE_KNOWN, known_before, usable.get("reference", "")),
    ]
    months = count_months(timed.start[accepted | held])
    records = accepted_frame(chosen, keys[new], understood, context)
    return Records(
        records,
        quarantined_frame(np.flatnonzero(quarantined), frame, usable, understood, findings),
        ImportCounts(
            rows=table.row_count,
            accepted=len(records),
            quarantined=int(quarantined.sum()),
            refused=len(table.refused_rows),
            duplicates=int(equal.sum() + held.sum()),
        ),
        _problems(table, findings, understood, months, context),
        months,
        placed.snapping,
        int((records["cell"] == NO_CELL).sum()),
    )


def _own_crs(table: RawTable, fields: dict[str, str]) -> str:
    """The coordinate system that the file itself names, when the coordinates used are those of its geometry."""
    own = set(table.point_columns) & {fields.get(name, "") for name in ("longitude", "latitude", "easting", "northing")}
    return table.crs if own else ""


def _concerned(finding: Finding, accepted: Bools, quarantined: Bools) -> Bools:
    """A quarantining rule speaks of quarantined rows, any other of accepted ones; a duplicate needs no further word."""
    return quarantined if finding.rule.level == "quarantine" else accepted


def _keys(
    candidates: npt.NDArray[np.intp],
    understood: Understood,
    words: dict[str, Distinct],
    mapping: ColumnMapping,
    context: IntakeContext,
) -> npt.NDArray[np.int64]:
    """The key of each candidate, by what the file says in its own words; free text takes no part."""
    numbers = {
        "source_ref": understood.source_ref[candidates],
        "cell": understood.placed.key_cells[candidates],
        "occurred_from": understood.timed.start[candidates].astype(np.int64),
        "occurred_to": understood.timed.end[candidates].astype(np.int64),
    }
    told = {
        field: Distinct(column.texts, column.positions[candidates])
        for field, column in words.items()
        if field not in understood.content.free_text
    }
    for field, code in sorted(mapping.constants.items()):
        if field not in told:
            told[field] = same_everywhere(code, len(candidates))
    return row_keys(numbers, dict(sorted(told.items())), context.secret, context.own_row_keys)


def _problems(
    table: RawTable, findings: list[Finding], understood: Understood, months: pd.DataFrame, context: IntakeContext
) -> pd.DataFrame:
    """Everything found, as one frame: of reading, of the file as a whole, of its months, of its rows."""
    parts = [understood.located.whole_file, understood.content.whole_file, understood.placed.whole_file]
    whole_file = [whole_file_problem(one, table.name) for part in parts for one in part]
    if context.is_whole_supply:
        whole_file += volume_problems(months, table.name, context.today)
    of_rows = [
        row_problems(one, table.name, understood.rows, **facts_of(one, understood.timed))
        for one in findings
        if one.rows.any()
    ]
    told = {problem.row for problem in table.problems}
    unread = [found(ROW_NOT_READ, table.name, row) for row in table.refused_rows if row not in told]
    return pd.concat([problems_frame([*table.problems, *whole_file, *unread]), *of_rows], ignore_index=True)
