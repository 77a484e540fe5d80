"""Which texts of a table name a place that somebody has yet to confirm: each once, with its rows."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning.coded import code_column, constant_column
from csg_maps.intake.meaning.column_texts import distinct
from csg_maps.intake.rows.context import IntakeContext
from csg_maps.intake.rows.locations import locate
from csg_maps.intake.rows.named_places import NAME_FIELDS, not_for_private, written_texts
from csg_maps.intake.rows.rules import PLACE_NOT_KNOWN
from csg_maps.model.mapping import FIELDS, ColumnMapping
from csg_maps.model.vocabulary import NOT_STATED


@dataclass(frozen=True)
class OpenPlaces:
    """`rows_of` says how many rows hold each text; `withheld_rows` have one that may tell of a person and is not shown."""

    rows_of: dict[str, int]
    withheld_rows: int = 0


def open_places(table: RawTable, mapping: ColumnMapping, context: IntakeContext) -> OpenPlaces:
    """The texts that put no row on the map yet, the commonest first: of rows that say nothing nearer, at no home.

    A row that a coordinate, UPRN, postcode or USRN places is not asked about, nor one that happened at home, in care or online.
    """
    fields = {
        field: column
        for field, column in mapping.fields.items()
        if field in FIELDS and column in table.columns and column not in mapping.left_out
    }
    if not set(NAME_FIELDS) & set(fields):
        return OpenPlaces({})
    mapping = dataclasses.replace(mapping, fields=fields)
    located = locate(
        table.frame, mapping, mapping.crs or table.crs, context.postcodes, context.bounds(), places=context.places
    )
    if "setting" in fields:
        words = distinct(table.frame[fields["setting"]])
        settings = code_column("setting", words, mapping.words.get("setting", {}))
    else:
        code = mapping.constants.get("setting", NOT_STATED["settings"])
        settings = constant_column(code, len(table.frame))
    open_rows = np.zeros(len(table.frame), dtype=bool)
    for finding in not_for_private(located, settings).findings:
        if finding.rule is PLACE_NOT_KNOWN:
            open_rows |= finding.rows
    read = written_texts(table.frame, mapping)
    counts = np.bincount(read.positions[open_rows], minlength=len(read.written))
    rows_of: dict[str, int] = {}
    for text, may, rows in zip(read.written, read.may_be_kept.tolist(), counts.tolist(), strict=True):
        if rows and may:
            rows_of[text] = rows_of.get(text, 0) + rows
    withheld = int(counts[~read.may_be_kept].sum())
    return OpenPlaces(dict(sorted(rows_of.items(), key=lambda one: (-one[1], one[0]))), withheld)
