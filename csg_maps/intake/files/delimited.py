"""Read delimited text (CSV, TSV and their kin) exactly as it is written, row by row accounted for.

A file that is plain UTF-8 with well-formed quotation marks and rows of one length means the same to every reader, so
Arrow's fast one takes it; whatever is odd goes through the `csv` module, which says where.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from csg_maps import settings
from csg_maps.i18n import N_
from csg_maps.intake.files.careful_rows import Progress, read_row_by_row
from csg_maps.intake.files.encodings import SAMPLE_BYTES, EncodingFound, find_encoding
from csg_maps.intake.files.grids import (
    ALL_BLANK,
    HEADING_ONLY,
    TOO_MANY_COLUMNS,
    TOO_MANY_ROWS,
    Grid,
    ProblemLog,
    note,
    noted,
    unique_headings,
)
from csg_maps.intake.files.layouts import Layout, find_layout
from csg_maps.intake.files.quotation_marks import line_ends_in_quotes
from csg_maps.intake.messages import register

NOT_TEXT = register(
    "not-text",
    "refuse",
    N_("This is not a table in text form: its bytes are not readable characters."),
    N_("Save it as CSV UTF-8 or .xlsx from the program that made it."),
)
ENCODING_GUESSED = register(
    "encoding-guessed",
    "info",
    N_("The file does not say how its letters are encoded; it was read as {encoding}."),
    N_("Check names with accents. If they look wrong, save the file as CSV UTF-8."),
)
ENCODING_BROKEN = register(
    "encoding-broken",
    "refuse",
    N_("The file ends in the middle of a letter or is damaged ({encoding})."),
    N_("Copy the file again, or save it as CSV UTF-8 from the program that made it."),
)
TITLE_LINES = register(
    "title-lines",
    "info",
    N_("The headings are in row {heading}; the {count} rows above it were taken as a title and left out."),
    N_("Check that no data stands above the headings."),
)
NO_HEADING = register(
    "no-heading-row",
    "warning",
    N_("There is no heading row: the first row is data. The columns are called Column 1, Column 2 and so on."),
    N_("Add a row of headings, or choose the columns by their position."),
)
HEADING_SHORT = register(
    "heading-short",
    "warning",
    N_("The heading row has {headings} columns, the rows under it {found}."),
    N_("Check that each heading stands over its own column; add the headings that are missing."),
)


def read_delimited(path: Path, name: str, progress: Progress | None = None) -> Grid | ProblemLog:
    """Read a delimited text file.

    Returns a grid, or, where the file cannot be used, the log that says why.
    """
    log = ProblemLog(name)
    found = find_encoding(path)
    if not found.encoding:
        note(log, NOT_TEXT)
        return log
    if not found.is_certain:
        note(log, ENCODING_GUESSED, encoding=found.encoding)
    try:
        return _read(path, name, found, log, progress or _no_progress)
    except UnicodeError:
        note(log, ENCODING_BROKEN, encoding=found.encoding)
        return log


def _no_progress(_done: float) -> None:
    """Tell nobody."""


def _read(path: Path, name: str, found: EncodingFound, log: ProblemLog, progress: Progress) -> Grid | ProblemLog:
    with open(path, encoding=found.encoding, errors=found.errors, newline="") as text:
        sample = text.read(SAMPLE_BYTES)
        is_whole = not text.read(1)
    layout = find_layout(sample.lstrip("\ufeff"), is_whole=is_whole)
    if not layout.width:
        note(log, ALL_BLANK)
        return log
    if layout.width > settings.MAXIMUM_COLUMNS:
        note(log, TOO_MANY_COLUMNS, count=layout.width, limit=settings.MAXIMUM_COLUMNS)
        return log
    _note_layout(layout, log)
    has_headings = layout.heading_index >= 0
    headings = unique_headings(layout.headings, log if has_headings else ProblemLog(name), layout.heading_index + 1)
    grid: Grid | ProblemLog | None = None
    if (
        found.encoding == "utf-8"
        and found.is_clean
        and layout.first_index == 1
        and "\n" not in "".join(layout.headings)
    ):
        grid = _read_well_formed(path, layout, headings, name, log)
    if grid is None:
        grid = read_row_by_row(path, found, layout, headings, log, progress)
    if isinstance(grid, Grid) and len(grid.rows) > settings.MAXIMUM_ROWS:
        note(log, TOO_MANY_ROWS, limit=settings.MAXIMUM_ROWS)
        return log
    progress(1.0)
    return grid


def _note_layout(layout: Layout, log: ProblemLog) -> None:
    if layout.heading_index < 0:
        note(log, NO_HEADING)
        return
    if layout.heading_index > 0:
        note(log, TITLE_LINES, heading=layout.heading_index + 1, count=layout.heading_index)
    named = len("\x00".join(layout.headings).rstrip("\x00").split("\x00"))
    if named < layout.data_width:
        note(log, HEADING_SHORT, layout.heading_index + 1, headings=named, found=layout.data_width)


def _read_well_formed(path: Path, layout: Layout, headings: tuple[str, ...], name: str, log: ProblemLog) -> Grid | None:
    """The fast way; None where anything about the file is odd."""
    if layout.width < 2 or layout.delimiter == " ":
        return None
    has_newline_in_quotes = line_ends_in_quotes(path, layout.delimiter)
    if has_newline_in_quotes is None:
        return None
    try:
        table = pacsv.read_csv(
            path,
            read_options=pacsv.ReadOptions(
                column_names=list(headings), skip_rows=layout.first_index, block_size=4 << 20
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=layout.delimiter, newlines_in_values=has_newline_in_quotes, ignore_empty_lines=False
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(headings, pa.large_string()), strings_can_be_null=False, null_values=[]
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None
    columns = table.columns
    if any((pc.max(pc.binary_length(column)).as_py() or 0) > settings.MAXIMUM_CELL_CHARACTERS for column in columns):
        return None
    rows = np.arange(len(table), dtype=np.int64) + layout.first_index + 1
    blank = _blank_rows(columns)
    if blank is not None:
        kept = pa.array(~blank)
        columns, rows = [column.filter(kept) for column in columns], rows[~blank]
    if not len(rows):
        note(log, HEADING_ONLY)
    return Grid(name, headings, tuple(columns), rows, ("text",) * len(headings), problems=noted(log))


def _blank_rows(columns: list[Any]) -> Any:
    """Mask of rows with nothing in any column, or None where there are none."""
    blank: Any = None
    for column in columns:
        is_blank = pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy(zero_copy_only=False)
        blank = is_blank if blank is None else blank & is_blank
        if not blank.any():
            return None
    return blank
