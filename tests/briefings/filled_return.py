"""Fill a blank return with a library that did not write it: read by calamine (Rust), written anew by XlsxWriter."""

import datetime
import io
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

Row = dict[str, object]


def fill(
    blank: bytes, path: Path, rows: Sequence[Row], *, order: Sequence[str] = (), without: Sequence[str] = ()
) -> Path:
    """Write a workbook with the sheets of the blank one and these rows, by heading; columns in another order or left out."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(blank))
    written = xlsxwriter.Workbook(path)
    day = written.add_format({"num_format": "dd/mm/yyyy"})
    clock = written.add_format({"num_format": "hh:mm"})
    for number, name in enumerate(book.sheet_names):
        cells = book.get_sheet_by_name(name).to_python()
        sheet = written.add_worksheet(name)
        if number == 0:
            title, headings = cells[0][0], [text for text in cells[1] if text not in without]
            headings = [*order, *(text for text in headings if text not in order)]
            sheet.write_string(0, 0, str(title))
            for column, heading in enumerate(headings):
                sheet.write_string(1, column, str(heading))
                for line, row in enumerate(rows, start=2):
                    _write(sheet, line, column, row.get(str(heading)), day, clock)
            continue
        if name == "Codes":
            sheet.hide()
        for line, texts in enumerate(cells):
            for column, text in enumerate(texts):
                sheet.write_string(line, column, str(text))
    written.close()
    return path


def _write(sheet, line: int, column: int, value: object, day, clock) -> None:
    if value is None:
        return
    if isinstance(value, datetime.date):
        sheet.write_datetime(line, column, datetime.datetime.combine(value, datetime.time()), day)
    elif isinstance(value, datetime.time):
        sheet.write_datetime(line, column, value, clock)
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value)
    else:
        sheet.write_string(line, column, str(value))
