"""Read Excel workbooks (.xlsx) straight from their parts: exact text, true row numbers, errors and formulas told.

The parts are parsed as they are unpacked, so a sheet costs what is written in it, not the rectangle it spans; a document
type declaration (the door to outside files and to texts that multiply) refuses the workbook.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat

from csg_maps import settings
from csg_maps.intake.files.cell_texts import date_text, kind_of_format, unescape
from csg_maps.intake.files.grids import (
    ALL_BLANK,
    TOO_MANY_COLUMNS,
    Grid,
    ProblemLog,
    ReadTask,
    note,
    number_text,
)
from csg_maps.intake.files.reading_rules import (
    RETURN_GUIDE,
    SHEET_BLANK,
    SHEET_FAR_CELL,
    SHEET_HIDDEN,
    SHEET_TRAP,
    XML_DAMAGED,
    XML_UNSAFE,
)
from csg_maps.intake.files.sheet_grids import Cell, is_guide, sheet_grid

_GAP_ROWS = 100_000
_CHUNK = 1 << 18
_FREE_BYTES = 16 * 1024 * 1024
_ENTITY = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


class _Refused(Exception):
    """The workbook cannot be used; the log says why."""


@dataclass(frozen=True)
class _Book:
    """What the sheets need from the rest of the workbook."""

    sheets: tuple[tuple[str, str, bool], ...]  # name, part, hidden
    formats: tuple[str, ...]
    strings: tuple[str, ...]
    is_1904: bool


def read(task: ReadTask, log: ProblemLog, progress: Callable[[float], None]) -> list[Grid]:
    """Read the visible sheets, or the chosen ones."""
    grids: list[Grid] = []
    try:
        with zipfile.ZipFile(task.path) as archive:
            book = _open(archive, log)
            wanted = [sheet for sheet in book.sheets if (sheet[0] in task.chosen if task.chosen else not sheet[2])]
            if not task.chosen:
                for sheet, _part, is_hidden in book.sheets:
                    if is_hidden:
                        note(log, SHEET_HIDDEN, sheet=sheet)
            for position, (sheet, part, _hidden) in enumerate(wanted):
                rows = _sheet_rows(archive, part, book, log)
                if is_guide(rows):
                    note(log, RETURN_GUIDE)
                    continue
                grid = sheet_grid(
                    sheet, ProblemLog(f"{task.name}/{sheet}" if len(book.sheets) > 1 else task.name), rows
                )
                if grid is None:
                    note(log, SHEET_BLANK if len(wanted) > 1 else ALL_BLANK, sheet=sheet)
                else:
                    grids.append(grid)
                progress((position + 1) / len(wanted))
    except _Refused:
        return []
    except (expat.ExpatError, zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        note(log, XML_DAMAGED, what=type(error).__name__)
        return []
    if not grids and not any(problem.level == "refuse" for problem in log.kept):
        note(log, ALL_BLANK)
    return grids


def _parse(archive: zipfile.ZipFile, part: str, log: ProblemLog, handlers: "_Handlers") -> None:
    """Parse a part while it is unpacked, counting."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = 65_536
    parser.StartElementHandler = handlers.start
    parser.EndElementHandler = handlers.end
    parser.CharacterDataHandler = handlers.text

    def refuse(*_: object) -> None:
        note(log, XML_UNSAFE)
        raise _Refused

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    info = archive.getinfo(part)
    allowed = max(_FREE_BYTES, info.compress_size * settings.MAXIMUM_EXPANSION)
    read_bytes = 0
    with archive.open(info) as source:
        while chunk := source.read(_CHUNK):
            read_bytes += len(chunk)
            if read_bytes > min(allowed, settings.MAXIMUM_UNPACKED_BYTES):
                note(log, SHEET_TRAP, what=part)
                raise _Refused
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


@dataclass(frozen=True)
class _Handlers:
    start: Callable[[str, dict[str, str]], None]
    end: Callable[[str], None]
    text: Callable[[str], None]


def _elements(archive: zipfile.ZipFile, part: str, log: ProblemLog) -> list[tuple[str, dict[str, str]]]:
    """Every element of a small part: local name and attributes by local name, in order."""
    seen: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        seen.append((name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in attributes.items()}))

    _parse(archive, part, log, _Handlers(start, lambda _name: None, lambda _text: None))
    return seen


def _open(archive: zipfile.ZipFile, log: ProblemLog) -> _Book:
    names = set(archive.namelist())
    for member in names:
        if member.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(member) as source:
                if _ENTITY.search(source.read(4096).replace(b"\x00", b"")):
                    note(log, XML_UNSAFE)
                    raise _Refused
    links = {
        each["Id"]: posixpath.normpath(posixpath.join("xl", each["Target"]))
        if not each["Target"].startswith("/")
        else each["Target"][1:]
        for name, each in _elements(archive, "xl/_rels/workbook.xml.rels", log)
        if name == "Relationship" and each.get("TargetMode") != "External"
    }
    sheets: list[tuple[str, str, bool]] = []
    is_1904 = False
    for name, each in _elements(archive, "xl/workbook.xml", log):
        if name == "workbookPr":
            is_1904 = each.get("date1904", "0").lower() in ("1", "true")
        elif name == "sheet":
            part = links.get(each.get("id", ""), "")
            if part in names and "chartsheets" not in part:
                sheets.append((each.get("name", ""), part, each.get("state", "visible") != "visible"))
    formats = _formats(archive, log) if "xl/styles.xml" in names else ()
    strings = _strings(archive, log) if "xl/sharedStrings.xml" in names else ()
    return _Book(tuple(sheets), formats, strings, is_1904)


def _formats(archive: zipfile.ZipFile, log: ProblemLog) -> tuple[str, ...]:
    """What each cell style makes of a number: see `kind_of_format`."""
    own: dict[str, str] = {}
    kinds: list[str] = []
    inside = ""
    for name, each in _elements(archive, "xl/styles.xml", log):
        if name == "numFmt":
            own[each.get("numFmtId", "")] = each.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside = name
        elif name == "xf" and inside == "cellXfs":
            number = each.get("numFmtId", "0")
            kinds.append(kind_of_format(number, own.get(number, "")))
    return tuple(kinds)


def _strings(archive: zipfile.ZipFile, log: ProblemLog) -> tuple[str, ...]:
    strings: list[str] = []
    pieces: list[str] = []
    state = {"text": False, "phonetic": False}

    def start(name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "si":
            pieces.clear()
        elif local == "rPh":
            state["phonetic"] = True
        elif local == "t":
            state["text"] = not state["phonetic"]

    def end(name: str) -> None:
        local = name.rpartition(" ")[2]
        if local == "t":
            state["text"] = False
        elif local == "rPh":
            state["phonetic"] = False
        elif local == "si":
            strings.append(unescape("".join(pieces)))

    def text(data: str) -> None:
        if state["text"]:
            pieces.append(data)

    _parse(archive, "xl/sharedStrings.xml", log, _Handlers(start, end, text))
    return tuple(strings)


def _sheet_rows(archive: zipfile.ZipFile, part: str, book: _Book, log: ProblemLog) -> list[tuple[int, dict[int, Cell]]]:
    """Cells of each row that has any, by column position from 0."""
    rows: list[tuple[int, dict[int, Cell]]] = []
    letters: dict[str, int] = {}
    cells: dict[int, Cell] = {}
    row_number, column = 0, -1
    cell_type, style, reference = "", 0, ""
    has_formula, has_value, is_open = False, False, False
    pieces: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row_number, column, cell_type, style, reference, has_formula, has_value, is_open, cells
        local = name[name.rfind(" ") + 1 :]
        if local == "c":
            reference = attributes.get("r", "")
            if reference:
                letter = reference.rstrip("0123456789")
                position = letters.get(letter)
                if position is None:
                    position = letters[letter] = _position(letter)
                column = position
            else:
                column += 1
            cell_type, style = attributes.get("t", "n"), int(attributes.get("s", "0"))
            has_formula = has_value = False
            pieces.clear()
        elif local in ("v", "t"):
            is_open = has_value = True
        elif local == "f":
            has_formula = True
        elif local == "row":
            row_number = int(attributes.get("r", row_number + 1))
            cells, column = {}, -1
        elif local == "rPh":
            has_value = True

    def end(name: str) -> None:
        nonlocal is_open
        local = name[name.rfind(" ") + 1 :]
        if local in ("v", "t"):
            is_open = False
        elif local == "c":
            cell = _cell("".join(pieces), cell_type, style, has_formula and not has_value, has_formula, book)
            if cell is not None:
                if column >= settings.MAXIMUM_COLUMNS:
                    note(log, TOO_MANY_COLUMNS, row_number, count=column + 1, limit=settings.MAXIMUM_COLUMNS)
                    raise _Refused
                cells[column] = cell
        elif local == "row" and cells:
            if row_number - (rows[-1][0] if rows else 0) > _GAP_ROWS:
                note(log, SHEET_FAR_CELL, row_number, cell=reference or row_number)
                raise _Refused
            rows.append((row_number, cells))

    def text(data: str) -> None:
        if is_open:
            pieces.append(data)

    _parse(archive, part, log, _Handlers(start, end, text))
    return rows


def _position(letters: str) -> int:
    position = 0
    for letter in letters.upper():
        position = position * 26 + ord(letter) - 64
    return position - 1


def _cell(text: str, cell_type: str, style: int, is_bare: bool, has_formula: bool, book: _Book) -> Cell | None:  # noqa: PLR0917
    if cell_type == "s":
        return (book.strings[int(text)], "t") if text else None
    if cell_type == "e":
        return (text, "e")
    if is_bare or (has_formula and not text and cell_type == "n"):
        return ("", "f")
    if not text:
        return None
    if cell_type in ("str", "inlineStr"):
        return (unescape(text), "t")
    if cell_type == "b":
        return ("TRUE" if text.strip() == "1" else "FALSE", "t")
    if cell_type == "d":
        return (text.replace("T", " "), "s" if "T" in text else "d")
    form = book.formats[style] if style < len(book.formats) else ""
    if form in ("date", "datetime", "time"):
        return date_text(float(text), form, is_1904=book.is_1904)
    number = text if re.fullmatch(r"-?\d{1,15}", text) else number_text(float(text))
    return (number.zfill(int(form[1:])) if form.startswith("0") else number, "n")
