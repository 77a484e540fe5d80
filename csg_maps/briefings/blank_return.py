"""The blank return of an agency: a workbook with lists to choose from, in both languages, and no place for free text.

It imports without any mapping (`model.return_layout`). Every text is written as text: a label that a council put into a
code list cannot become a formula.
"""

import io

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from csg_maps.i18n import N_, _, speaking
from csg_maps.model.return_layout import (
    CODES_SHEET,
    GUIDE_MARKER,
    GUIDE_SHEET,
    RETURN_COLUMNS,
    RETURN_SHEET,
    YES_NO,
    ReturnColumn,
    both_languages,
    marker,
    return_codes,
)
from csg_maps.model.vocabulary import labels

HEADING_ROW = 2
ROWS_PREPARED = 2_000
"""Rows with lists and checks; more may be written below."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FORMATS = {"date": "dd/mm/yyyy", "time": "hh:mm", "reference": "@", "postcode": "@", "whole": "0"}
_WIDTHS = {"list": 44.0, "yes_no": 22.0, "date": 16.0, "reference": 22.0}
_INK, _HEADING, _PALE = "17282B", "DCE9E6", "F3F6F5"
_STEPS = (
    N_("One row for each concern: something about a place and young people, not about a named person."),
    N_("Choose from the lists. What is not in a list is left out: there is no column for free text, on purpose."),
    N_("Say where in one way: a postcode, or easting and northing, or latitude and longitude."),
    N_("When the place is not known, leave it blank. The row still counts."),
    N_("Never write a name, a date of birth, an address of a person, or a telephone number."),
    N_("Columns may be deleted or moved. Leave their headings as they are."),
    N_("Save it as an Excel workbook (.xlsx) and send it by the way that was agreed."),
)


def blank_return(agency: str) -> bytes:
    """The workbook, ready to send to this agency (a code of the list).

    Three sheets: the return, instructions beside each other in English and Welsh, and the hidden lists. The first row of
    the return says layout, version and agency, by which the import knows it.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = RETURN_SHEET
    guide = book.create_sheet(GUIDE_SHEET)
    lists = book.create_sheet(CODES_SHEET)
    lists.sheet_state = "hidden"
    _write_return(sheet, agency, _write_lists(lists))
    _write_guide(guide, agency)
    book.properties.creator = book.properties.lastModifiedBy = "csg_maps"
    book.properties.title = marker(agency)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _put(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Write a text as a text, whatever it begins with."""
    cell = sheet.cell(row, column)
    cell.value = "'" + text if text.startswith(_FORMULA_STARTS) else text
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    cell.font = Font(name="Calibri", size=11, color=_INK)
    return cell


def _write_lists(sheet: Worksheet) -> dict[str, str]:
    """Write the lists and return, for each field, the range that its drop-down shows."""
    ranges = {}
    listed = [column for column in RETURN_COLUMNS if column.kind in {"list", "yes_no"}]
    for place, column in enumerate(listed, start=1):
        texts = YES_NO if column.kind == "yes_no" else tuple(text for _code, text in return_codes(column.field))
        _put(sheet, 1, place, column.heading)
        for row, text in enumerate(texts, start=2):
            _put(sheet, row, place, text)
        letter = get_column_letter(place)
        ranges[column.field] = f"{CODES_SHEET}!${letter}$2:${letter}${len(texts) + 1}"
    return ranges


def _write_return(sheet: Worksheet, agency: str, ranges: dict[str, str]) -> None:
    title = _put(sheet, 1, 1, f"{both_languages(labels('agencies')[agency])} – {marker(agency)}")
    title.alignment = Alignment(wrap_text=False)
    title.font = Font(name="Calibri", size=10, color="5A6B6D")
    edge = Border(bottom=Side(style="medium", color=_INK))
    first, last = HEADING_ROW + 1, HEADING_ROW + ROWS_PREPARED
    for place, column in enumerate(RETURN_COLUMNS, start=1):
        letter = get_column_letter(place)
        heading = _put(sheet, HEADING_ROW, place, column.heading)
        heading.font = Font(name="Calibri", size=11, bold=True, color=_INK)
        heading.fill, heading.border = PatternFill("solid", fgColor=_HEADING), edge
        dimension = sheet.column_dimensions[letter]
        dimension.width = _WIDTHS.get(column.kind, 17.0)
        if column.kind in _FORMATS:
            dimension.number_format = _FORMATS[column.kind]
        rule = _rule(column, ranges, f"{letter}{first}")
        rule.add(f"{letter}{first}:{letter}{last}")
        sheet.add_data_validation(rule)
    sheet.row_dimensions[HEADING_ROW].height = 46
    sheet.freeze_panes = sheet.cell(HEADING_ROW + 1, 2)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"


def _rule(column: ReturnColumn, ranges: dict[str, str], first_cell: str) -> DataValidation:
    """What the program that fills the form refuses to take."""
    checks: dict[str, dict[str, object]] = {
        "date": {"type": "date", "operator": "between", "formula1": "DATE(1990,1,1)", "formula2": "TODAY()+1"},
        "time": {"type": "time", "operator": "between", "formula1": "0", "formula2": "0.999988426"},
        "whole": {"type": "whole", "operator": "between", "formula1": "0", "formula2": "500"},
        "number": {"type": "decimal", "operator": "between", "formula1": "-10", "formula2": "1300000"},
        "postcode": {"type": "textLength", "operator": "between", "formula1": "5", "formula2": "9"},
        "reference": {
            "type": "custom",
            "formula1": f'AND(LEN({first_cell})<=24,ISERROR(FIND(" ",{first_cell})))',
        },
    }
    chosen = checks.get(column.kind) or {"type": "list", "formula1": ranges[column.field]}
    advice = both_languages(column.advice)
    return DataValidation(
        **chosen,
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="stop",
        error=advice[:220],
        errorTitle=column.heading[:31],
        showInputMessage=True,
        prompt=advice[:250],
        promptTitle=column.heading[:31],
    )


def _write_guide(sheet: Worksheet, agency: str) -> None:
    first = _put(sheet, 1, 1, GUIDE_MARKER)
    first.font = Font(name="Calibri", size=8, color="5A6B6D")
    for place, language in enumerate(("en", "cy"), start=1):
        with speaking(language):
            agency_name = _(labels("agencies")[agency])
            heading = _("How to fill in this return: {agency}").format(agency=agency_name)
            steps = [f"{number}. {_(text)}" for number, text in enumerate(_STEPS, start=1)]
            columns = [f"{column.heading}\n{_(column.advice)}" for column in RETURN_COLUMNS]
            said = [heading, *steps, _("The columns"), *columns]
        for row, text in enumerate(said, start=2):
            cell = _put(sheet, row, place, text)
            if text in {said[0], said[len(steps) + 1]}:
                cell.font = Font(name="Calibri", size=13, bold=True, color=_INK)
                cell.fill = PatternFill("solid", fgColor=_HEADING)
            elif row > len(steps) + 2:
                cell.fill = PatternFill("solid", fgColor=_PALE)
        sheet.column_dimensions[get_column_letter(place)].width = 62
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
