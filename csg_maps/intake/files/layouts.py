"""How a delimited text is laid out: its delimiter, where its heading row is, how many columns it has."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 500
TITLE_ROWS_AT_MOST = 20

_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_DECIMAL = re.compile(r"[+-]?\d+[.,]\d+")
_LONG_NUMBER = re.compile(r"[+-]?\d{5,}")
_DATE = re.compile(r"\d{4}-\d\d(-\d\d.*)?|\d{1,2}/\d{1,2}/\d{2,4}.*")
_CODE = re.compile(r"[EWSNKL]\d{8}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}")
_SHAPES = (("date", _DATE), ("decimal", _DECIMAL), ("code", _CODE), ("number", re.compile(r"[+-]?\d+")))


@dataclass(frozen=True)
class Layout:
    """A delimited text. `heading_index` is -1 where there is no heading row; `first_index` is the first data row's."""

    delimiter: str
    heading_index: int
    first_index: int
    width: int
    headings: tuple[str, ...]
    data_width: int
    """Columns that most rows under the heading have."""


def find_layout(sample: str, *, is_whole: bool) -> Layout:
    r"""Lay out a delimited text from its first rows. `is_whole`: the sample is the whole text, not cut off.

    >>> find_layout("a;b\n1,5;2,5\n1,7;2,9\n", is_whole=True).delimiter
    ';'
    >>> find_layout("Report for May\n\nDate,Place\n2024-05-01,x\n", is_whole=True).heading_index
    2
    """
    if is_whole and not sample.strip(" \t\r\n,;|\ufeff"):
        return Layout(",", 0, 0, 0, (), 0)
    hint = _SEPARATOR_LINE.fullmatch(sample.split("\n", 1)[0])
    lines = sample.splitlines(keepends=True)
    parsed: dict[str, list[list[str]]] = {}
    if hint:
        delimiter = hint.group(1)
    else:
        parsed = {delimiter: _rows(lines, delimiter, is_whole) for delimiter in DELIMITERS}
        delimiter = max(DELIMITERS, key=lambda each: _fitness(each, parsed[each]))
    rows = _rows(lines, delimiter, is_whole) if hint else parsed[delimiter]
    skipped = 1 if hint else 0
    usual = usual_width(rows[skipped:])
    heading = heading_index(rows, skipped, usual)
    if heading >= len(rows):
        return Layout(delimiter, skipped, skipped, 0, (), 0)
    data_width = usual_width(rows[heading + 1 :]) or len(rows[heading])
    if is_data_row(rows[heading], rows[heading + 1 :]):
        width = max(len(rows[heading]), data_width)
        return Layout(delimiter, -1, heading, width, ("",) * width, data_width)
    width = max(len(rows[heading]), data_width)
    headings = (*rows[heading], *[""] * (width - len(rows[heading])))
    return Layout(delimiter, heading, heading + 1, width, headings, data_width)


def _rows(lines: list[str], delimiter: str, is_whole: bool) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(islice(csv.reader(lines, delimiter=delimiter), SAMPLE_ROWS))
    except csv.Error:
        return rows
    return rows if is_whole or len(rows) == SAMPLE_ROWS else rows[:-1] or rows


def usual_width(rows: Sequence[Sequence[str]]) -> int:
    """How many cells most rows have that are not blank; 0 where all are."""
    widths = Counter(len(row) for row in rows if any(map(str.strip, row)))
    return max(widths, key=lambda width: (widths[width], width)) if widths else 0


def _fitness(delimiter: str, rows: Sequence[Sequence[str]]) -> tuple[bool, float, int, int]:
    filled = [row for row in rows if any(map(str.strip, row))]
    usual = usual_width(filled)
    if usual < 2:
        return (False, 0.0, usual, -DELIMITERS.index(delimiter))
    share = sum(len(row) == usual for row in filled) / len(filled)
    if delimiter == "," and _is_decimal_comma(filled):
        share *= 0.1
    return (True, round(share, 2), usual if share == 1 else 0, -DELIMITERS.index(delimiter))


def _is_decimal_comma(rows: Sequence[Sequence[str]]) -> bool:
    """Whether commas stand only between digits, and another delimiter is at work: 1,5;2,5."""
    whole = [",".join(row) for row in rows]
    if sum(any(mark in line for mark in ";\t|") for line in whole) < 0.9 * len(rows):
        return False
    joints = [(left, right) for row in rows for left, right in pairwise(row)]
    between_digits = sum(left[-1:].isdigit() and right[:1].isdigit() for left, right in joints)
    return bool(joints) and between_digits >= 0.9 * len(joints)


def heading_index(rows: Sequence[Sequence[str]], skipped: int, usual: int) -> int:
    """Where the heading row is: the first of the first rows that has at least half of the usual cells filled."""
    first = next((i for i in range(skipped, len(rows)) if any(map(str.strip, rows[i]))), len(rows))
    if usual < 2:
        return first
    for index in range(skipped, min(len(rows), skipped + TITLE_ROWS_AT_MOST)):
        if sum(bool(cell.strip()) for cell in rows[index]) >= max(2, usual / 2):
            return index
    return first


def _shape(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    return next((name for name, pattern in _SHAPES if pattern.fullmatch(text)), "words")


def is_data_row(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is a row of data: it holds what only data holds, and nothing that its columns do not."""
    strong = [cell.strip() for cell in heading if _shape(cell) in ("date", "decimal", "code")]
    strong += [cell for cell in heading if _LONG_NUMBER.fullmatch(cell.strip())]
    if not strong or len(rows) < 1:
        return False
    for position, cell in enumerate(heading):
        below = Counter(_shape(row[position]) for row in rows if position < len(row) and row[position].strip())
        if cell.strip() and below and _shape(cell) not in below:
            return False
    return True
