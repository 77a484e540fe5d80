"""The text of one sheet, member or layer on its way to a table: headings made unique, cells made safe, problems kept.

The policy for text, the same for every kind of file: a control character (NUL included) is taken out and told; text that
cannot be decoded, a lone surrogate and a cell that is too long refuse their row; everything else stays as it is written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from csg_maps import settings
from csg_maps.i18n import N_
from csg_maps.intake.messages import RuleText, found, register
from csg_maps.model.problems import Problem

HEADING_BLANK = register(
    "heading-blank", "info", N_("Column {position} has no heading; it is called “{name}”."), N_("Give it a heading.")
)
HEADING_TWICE = register(
    "heading-twice",
    "info",
    N_("The heading “{heading}” is there more than once; this one is called “{name}”."),
    N_("Give each column a heading of its own."),
)
CONTROL_CHARACTER = register(
    "control-character",
    "warning",
    N_("A character that cannot be shown was taken out of this cell ({count} in all)."),
    N_("Look at the cell; if something is missing, type it again and save the file."),
)
TEXT_BROKEN = register(
    "text-broken",
    "refuse",
    N_("The text of this cell is damaged and cannot be read."),
    N_("Type the cell again, or save the file as CSV UTF-8 from the program that made it."),
)
CELL_TOO_LONG = register(
    "cell-too-long",
    "refuse",
    N_("This cell holds {characters} characters; at most {limit} are read."),
    N_("Shorten the cell, or look for a quotation mark that is opened and never closed."),
)
TOO_MANY_COLUMNS = register(
    "too-many-columns",
    "refuse",
    N_("The table has {count} columns; at most {limit} are read."),
    N_("Delete the columns that are not needed and save the file again."),
)
TOO_MANY_ROWS = register(
    "too-many-rows",
    "refuse",
    N_("The table has more than {limit} rows."),
    N_("Split the file by year and import the parts."),
)
HEADING_ONLY = register(
    "heading-only",
    "warning",
    N_("There is a heading row and nothing under it."),
    N_("Check that the rows were exported with the headings."),
)
ALL_BLANK = register(
    "all-blank",
    "refuse",
    N_("Every cell is blank."),
    N_("Open the file and check that it is the right one; export it again."),
)
MORE_LIKE_IT = register(
    "more-like-it",
    "info",
    N_("{count} more rows have the same problem (“{like}”) in this column; they are not listed one by one."),
    N_("Mend the cause in the agency's system rather than row by row."),
)

SHAPES = "\x00shapes"
"""Name of the column of shapes; no heading can have it."""

LISTED_AT_MOST = 1_000
"""Problems of one rule in one column that are listed one by one."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BROKEN = re.compile("[\ud800-\udfff]")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Grid:
    """A table as Arrow text: `values` are large_string chunked arrays without nulls, as long as `rows`.

    Where shapes are kept, the last column is called SHAPES and is large_binary (WKB); `crs` may then be WKT.
    """

    name: str
    columns: tuple[str, ...]
    values: tuple[Any, ...]
    rows: Any
    kinds: tuple[str, ...]
    crs: str = ""
    point_columns: tuple[()] | tuple[str, str] = ()
    problems: tuple[Problem, ...] = ()
    refused_rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class ReadTask:
    """What a reader is asked: the file, what to call it, which sheets or layers (() = all), points or whole shapes."""

    path: Path
    name: str
    chosen: tuple[str, ...] = ()
    keep: str = "points"


@dataclass
class ProblemLog:
    """Problems as they are found; see `note` and `noted`."""

    file: str
    kept: list[Problem] = field(default_factory=list)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)


def note(log: ProblemLog, rule: RuleText, row: int = 0, column: str = "", **values: object) -> None:
    """Keep a problem, unless LISTED_AT_MOST of its rule are there for the column: those after it are only counted."""
    key = (rule.code, column)
    log.counts[key] = log.counts.get(key, 0) + 1
    if log.counts[key] <= LISTED_AT_MOST:
        log.kept.append(found(rule, log.file, row, column, **values))


def noted(log: ProblemLog) -> tuple[Problem, ...]:
    """Every problem of the log, and how many of each kind were not listed."""
    more = [
        found(MORE_LIKE_IT, log.file, 0, column, count=count - LISTED_AT_MOST, like=code)
        for (code, column), count in log.counts.items()
        if count > LISTED_AT_MOST
    ]
    return (*log.kept, *more)


def unique_headings(cells: Sequence[str], log: ProblemLog, row: int = 1) -> tuple[str, ...]:
    """Headings that are all there and all different; what was changed is noted.

    >>> unique_headings(["Date", "", " Date "], ProblemLog("a.csv"))
    ('Date', 'Column 2', 'Date (2)')
    """
    names: list[str] = []
    taken: set[str] = set()
    written = {" ".join(_UNWANTED.sub(" ", cell).split()) for cell in cells}
    for position, cell in enumerate(cells, start=1):
        heading = " ".join(_UNWANTED.sub(" ", cell).split())
        name = heading or f"Column {position}"
        count = 1
        while name in taken or (count > 1 and name in written):
            count += 1
            name = f"{heading or f'Column {position}'} ({count})"
        if not heading:
            note(log, HEADING_BLANK, row, name, position=position, name=name)
        elif count > 1:
            note(log, HEADING_TWICE, row, name, heading=heading, name=name)
        taken.add(name)
        names.append(name)
    return tuple(names)


def safe_columns(
    cells: Sequence[Sequence[str]], rows: Any, headings: Sequence[str], log: ProblemLog, *, is_clean: bool = False
) -> tuple[list[Any], Any, list[int]]:
    """Columns of cells as Arrow text under the policy of this module.

    Parameters
    ----------
    cells
        One sequence of str for each column, all as long as `rows`.
    rows
        int64 row numbers.
    headings
        As many as columns.
    log
        Where problems go.
    is_clean
        The caller has already shown that there is no control character and no broken text.

    Returns
    -------
    tuple
        Arrow arrays; the row numbers kept; the row numbers refused.
    """
    limit = settings.MAXIMUM_CELL_CHARACTERS
    columns = list(cells)
    refused: set[int] = set()
    for position, column in enumerate(columns):
        if not is_clean and _UNWANTED.search("".join(column)):
            columns[position] = _without_unwanted(column, rows, headings[position], log, refused)
        if column and len(max(column, key=len)) > limit:
            for index, text in enumerate(column):
                if len(text) > limit:
                    refused.add(index)
                    note(log, CELL_TOO_LONG, int(rows[index]), headings[position], characters=len(text), limit=limit)
    if refused:
        keep = [index for index in range(len(rows)) if index not in refused]
        columns = [[column[index] for index in keep] for column in columns]
        numbers = sorted(int(rows[index]) for index in refused)
        return [pa.array(column, pa.large_string()) for column in columns], rows[keep], numbers
    return [pa.array(column, pa.large_string()) for column in columns], rows, []


def _without_unwanted(column: Sequence[str], rows: Any, heading: str, log: ProblemLog, refused: set[int]) -> list[str]:
    cleaned = list(column)
    for index, text in enumerate(column):
        if _BROKEN.search(text):
            refused.add(index)
            note(log, TEXT_BROKEN, int(rows[index]), heading)
        elif _CONTROL.search(text):
            cleaned[index], count = _CONTROL.subn("", text)
            note(log, CONTROL_CHARACTER, int(rows[index]), heading, count=count)
    return cleaned


def grid_of_cells(  # noqa: PLR0917
    name: str,
    headings: Sequence[str],
    cells: Sequence[Sequence[str]],
    rows: Sequence[int],
    kinds: Sequence[str],
    log: ProblemLog,
) -> Grid:
    """A grid of what fits in memory as Python text; fully blank rows are left out of it.

    `headings` must be unique already.
    """
    numbers = np.asarray(rows, dtype=np.int64)
    filled = [index for index, row in enumerate(zip(*cells, strict=True)) if any(map(str.strip, row))]
    if len(filled) < len(numbers):
        cells = [[column[index] for index in filled] for column in cells]
        numbers = numbers[filled]
    arrays, numbers, refused = safe_columns(cells, numbers, headings, log)
    return Grid(
        name=name,
        columns=tuple(headings),
        values=tuple(pa.chunked_array([array]) for array in arrays),
        rows=numbers,
        kinds=tuple(kinds),
        problems=noted(log),
        refused_rows=tuple(refused),
    )


def number_text(value: float) -> str:
    """The shortest text of a number that a file holds as a number, never with an exponent or a needless ".0".

    >>> number_text(45355.0), number_text(0.1), number_text(1e-7), number_text(float("nan"))
    ('45355', '0.1', '0.0000001', '')
    """
    if value != value:  # noqa: PLR0124  (only NaN differs from itself)
        return ""
    if value in (float("inf"), float("-inf")) or abs(value) >= 1e21:
        return repr(float(value))
    if float(value).is_integer():
        return str(int(value))
    text = repr(float(value))
    return np.format_float_positional(value, trim="-") if "e" in text else text
