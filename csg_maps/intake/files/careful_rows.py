"""Read delimited text record by record, so that whatever is odd can be told with its row."""

import csv
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from csg_maps import settings
from csg_maps.i18n import N_
from csg_maps.intake.files.encodings import EncodingFound
from csg_maps.intake.files.grids import HEADING_ONLY, TOO_MANY_ROWS, Grid, ProblemLog, note, noted, safe_columns
from csg_maps.intake.files.layouts import Layout
from csg_maps.intake.files.quotation_marks import line_ends_in_quotes
from csg_maps.intake.messages import register

Progress = Callable[[float], None]

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
QUOTE_INSIDE = register(
    "quote-inside",
    "warning",
    N_("A quotation mark stands inside a cell of this row; text after it may have lost it."),
    N_("Write a quotation mark inside a cell twice, or check the row."),
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


@dataclass(frozen=True)
class _Record:
    """One record. `cells` is None where a quotation mark is never closed; `is_odd`: one stands where it should not."""

    number: int
    cells: list[str] | None
    is_odd: bool = False


def _records(path: Path, found: EncodingFound, layout: Layout) -> Iterator[_Record]:
    """Every record; after one whose quotation mark is never closed, reading goes on with the next line of the file."""
    csv.field_size_limit(_FIELD_LIMIT)
    is_well_formed = found.encoding == "utf-8" and line_ends_in_quotes(path, layout.delimiter) is not None
    number, start = 0, 0
    for _attempt in range(_RESTARTS_AT_MOST):
        with open(path, encoding=found.encoding, errors=found.errors, newline="") as text:
            recent: list[str] = []
            lines = itertools.chain(itertools.islice(text, start, None), [_END])
            reader = csv.reader(lines if is_well_formed else _kept(lines, recent), delimiter=layout.delimiter)
            before = 0
            for cells in reader:
                if cells == [_END]:
                    return
                number += 1
                is_odd = not is_well_formed and _is_odd(recent, layout.delimiter)
                is_long = reader.line_num - before > 1
                if is_long and (is_odd or cells[-1].endswith(_END) or _has_swallowed_rows(cells, layout)):
                    yield _Record(number, None)
                    start += before + 1
                    break
                before = reader.line_num
                recent.clear()
                if number == 1 and cells:
                    cells[0] = cells[0].lstrip("\ufeff")
                yield _Record(number, cells, is_odd)
    raise csv.Error(str(number))


def _kept(lines: Iterable[str], recent: list[str]) -> Iterator[str]:
    for line in lines:
        recent.append(line)
        yield line


def _is_odd(lines: list[str], delimiter: str) -> bool:
    """Whether a quotation mark of a record stands where RFC 4180 allows none."""
    if not any('"' in line for line in lines):
        return False
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False


def _has_swallowed_rows(cells: list[str], layout: Layout) -> bool:
    """Whether a record of several lines and a wrong number of cells holds what look like rows."""
    if len(cells) == layout.width:
        return False
    inner = max(cells, key=len).split("\n")[1:]
    return any(line.count(layout.delimiter) >= layout.width - 1 for line in inner)


def read_row_by_row(  # noqa: PLR0917
    path: Path,
    found: EncodingFound,
    layout: Layout,
    headings: tuple[str, ...],
    log: ProblemLog,
    progress: Progress,
) -> Grid | ProblemLog:
    """The careful way; the log instead of a grid where the file cannot be used."""
    pieces: list[list[Any]] = [[] for _ in headings]
    numbers: list[Any] = []
    refused: list[int] = []
    records = itertools.islice(_records(path, found, layout), layout.first_index, None)
    done, last = 0, 0
    try:
        while chunk := list(itertools.islice(records, _CHUNK_ROWS)):
            last = chunk[-1].number
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
    chunk: list[_Record], layout: Layout, log: ProblemLog, refused: list[int]
) -> tuple[list[int], list[list[str]]]:
    """The rows of a chunk that have as many cells as there are columns, or can be given them."""
    width = layout.width
    rows: list[int] = []
    fitting: list[list[str]] = []
    for record in chunk:
        number, cells = record.number, record.cells
        if cells is None:
            refused.append(number)
            note(log, QUOTE_OPEN, number)
            continue
        count = len(cells)
        if (not cells or not cells[0].strip()) and not "".join(cells).strip():
            continue
        if record.is_odd:
            note(log, QUOTE_INSIDE, number)
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
