"""Read delimited text (CSV, TSV and their kin) exactly as it is written, row by row accounted for.

A file that is plain UTF-8 with well-formed quotation marks and rows of one length means the same to every reader, so
Arrow's fast one takes it; whatever is odd goes through the `csv` module, which says where.
"""

import csv
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from csg_maps import settings
from csg_maps.i18n import N_
from csg_maps.intake.encodings import SAMPLE_BYTES, EncodingFound, find_encoding
from csg_maps.intake.grids import (
    ALL_BLANK,
    HEADING_ONLY,
    TOO_MANY_COLUMNS,
    TOO_MANY_ROWS,
    Grid,
    ProblemLog,
    note,
    noted,
    safe_columns,
    unique_headings,
)
from csg_maps.intake.layouts import Layout, find_layout
from csg_maps.intake.messages import register

Progress = Callable[[float], None]

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
ROW_LONG = register(
    "row-too-long",
    "refuse",
    N_("This row has {found} cells where the headings have {expected}."),
    N_("Put the cell that holds the delimiter “{delimiter}” in quotation marks."),
)
ROW_SHORT = register(
    "row-too-short",
    "warning",
    N_("This row has {found} cells where the headings have {expected}; the rest were taken as blank."),
    N_("Check that the row was not cut off."),
)
QUOTE_OPEN = register(
    "quote-never-closed",
    "refuse",
    N_("A quotation mark in this row is opened and never closed."),
    N_("Close the quotation mark, or delete it."),
)
QUOTES_BROKEN = register(
    "quotes-broken",
    "refuse",
    N_("So many quotation marks are left open, the first near row {near}, that the rows cannot be told apart."),
    N_("Export the file again with every text in quotation marks, or as .xlsx."),
)

_END = "\x00end of file\x00"
_CHUNK_ROWS = 20_000
_RESTARTS_AT_MOST = 20
_FIELD_LIMIT = 64 * 1024 * 1024


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
        grid = _read_row_by_row(path, found, layout, headings, log, progress)
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
    has_newline_in_quotes = _quotes_are_well_formed(path, layout.delimiter)
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


def _quotes_are_well_formed(path: Path, delimiter: str) -> bool | None:
    """Whether line ends stand in quotes where all quoting is RFC 4180's; None where it is not, or a lone CR is there.

    Quotation marks alternate opening and closing (a doubled one closes and opens again): every opening one must follow
    a delimiter, a line end, the start of the file or a closing one, every closing one come before their mirror images.
    """
    octets = np.memmap(path, dtype=np.uint8, mode="r")
    before = np.zeros(256, dtype=bool)
    before[[ord(delimiter), 10, 34]] = True
    after = before.copy()
    after[13] = True
    opened, has_newline, size = 0, False, len(octets)
    for start in range(0, size, 1 << 22):
        chunk = octets[start : start + (1 << 22)]
        returns = np.flatnonzero(chunk == 13) + start
        if len(returns) and (octets[np.minimum(returns + 1, size - 1)] != 10).any():
            return None
        marks = np.flatnonzero(chunk == 34) + start
        if not len(marks):
            has_newline = has_newline or bool(opened)
            continue
        opening = marks[opened::2]
        closing = marks[1 - opened :: 2]
        if (
            not before[octets[opening[opening > 0] - 1]].all()
            or not after[octets[closing[closing < size - 1] + 1]].all()
        ):
            return None
        has_newline = has_newline or _newline_inside(octets, opening, closing)
        opened = (opened + len(marks)) % 2
    return None if opened else has_newline


def _newline_inside(octets: Any, opening: Any, closing: Any) -> bool:
    count = min(len(opening), len(closing))
    if len(opening) != len(closing) or not count or opening[0] > closing[0]:
        return True  # a quoted cell crosses the border of this chunk: let the reader look for line ends
    lines = np.flatnonzero(octets[opening[0] : closing[-1]] == 10) + opening[0]
    position = np.searchsorted(opening, lines, side="right") - 1
    return bool((lines < closing[position]).any())


def _records(path: Path, found: EncodingFound, layout: Layout) -> Iterator[tuple[int, list[str] | None]]:
    """Number and cells of each record; None for one whose quotation mark is never closed: reading goes on below it."""
    csv.field_size_limit(_FIELD_LIMIT)
    number, start = 0, 0
    for _attempt in range(_RESTARTS_AT_MOST):
        with open(path, encoding=found.encoding, errors=found.errors, newline="") as text:
            lines = itertools.chain(itertools.islice(text, start, None), [_END])
            reader = csv.reader(lines, delimiter=layout.delimiter)
            before = 0
            for cells in reader:
                if cells == [_END]:
                    return
                number += 1
                if reader.line_num - before > 1 and _has_swallowed_rows(cells, layout):
                    yield number, None
                    start += before + 1
                    break
                before = reader.line_num
                if number == 1 and cells:
                    cells[0] = cells[0].lstrip("\ufeff")
                yield number, cells
    raise csv.Error(str(number))


def _has_swallowed_rows(cells: list[str], layout: Layout) -> bool:
    if cells[-1].endswith(_END):
        return True
    if len(cells) == layout.width:
        return False
    inner = max(cells, key=len).split("\n")[1:]
    return any(line.count(layout.delimiter) >= layout.width - 1 for line in inner)


def _read_row_by_row(  # noqa: PLR0917
    path: Path,
    found: EncodingFound,
    layout: Layout,
    headings: tuple[str, ...],
    log: ProblemLog,
    progress: Progress,
) -> Grid | ProblemLog:
    """The careful way."""
    pieces: list[list[Any]] = [[] for _ in headings]
    numbers: list[Any] = []
    refused: list[int] = []
    records = itertools.islice(_records(path, found, layout), layout.first_index, None)
    done, last = 0, 0
    try:
        while chunk := list(itertools.islice(records, _CHUNK_ROWS)):
            last = chunk[-1][0]
            rows, cells = _fitting(chunk, layout, log, refused)
            if rows:
                arrays, kept, unreadable = safe_columns(
                    list(zip(*cells, strict=True)), np.asarray(rows, np.int64), headings, log, is_clean=found.is_clean
                )
                refused.extend(unreadable)
                numbers.append(kept)
                for piece, array in zip(pieces, arrays, strict=True):
                    piece.append(array)
            done += len(chunk)
            if done > settings.MAXIMUM_ROWS:
                note(log, TOO_MANY_ROWS, limit=settings.MAXIMUM_ROWS)
                return log
            progress(1 - 1 / (1 + done / 200_000))
    except csv.Error:
        note(log, QUOTES_BROKEN, near=last + 1)
        return log
    if not numbers and not refused:
        note(log, HEADING_ONLY)
    return Grid(
        name=log.file,
        columns=headings,
        values=tuple(pa.chunked_array(piece, type=pa.large_string()) for piece in pieces),
        rows=np.concatenate(numbers) if numbers else np.empty(0, np.int64),
        kinds=("text",) * len(headings),
        problems=noted(log),
        refused_rows=tuple(sorted(refused)),
    )


def _fitting(
    chunk: list[tuple[int, list[str] | None]], layout: Layout, log: ProblemLog, refused: list[int]
) -> tuple[list[int], list[list[str]]]:
    """The rows of a chunk that have as many cells as there are columns, or can be given them."""
    width = layout.width
    rows: list[int] = []
    fitting: list[list[str]] = []
    for number, cells in chunk:
        if cells is None:
            refused.append(number)
            note(log, QUOTE_OPEN, number)
            continue
        count = len(cells)
        if (not cells or not cells[0].strip()) and not "".join(cells).strip():
            continue
        if count < width:
            note(log, ROW_SHORT, number, found=count, expected=width)
            cells.extend([""] * (width - count))
        elif count > width:
            if any(map(str.strip, cells[width:])):
                refused.append(number)
                note(log, ROW_LONG, number, found=count, expected=width, delimiter=layout.delimiter)
                continue
            del cells[width:]
        rows.append(number)
        fitting.append(cells)
    return rows, fitting
