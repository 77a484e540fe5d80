"""Workbooks: exact text, true row numbers, dates as ISO text, errors and formulas told."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import python_calamine

from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.tables import ReadResult


def read(tmp_path: Path, book: openpyxl.Workbook, **options: tuple[str, ...]) -> ReadResult:
    path = tmp_path / "upload"
    book.save(path)
    return read_tables(path, "book.xlsx", **options)


def test_numbers_dates_and_text_are_what_the_sheet_shows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["n", "when", "day", "text", "mixed", "id"])
    sheet.append([45355.0, dt.datetime(2024, 3, 4, 15, 30), dt.date(2024, 3, 4), "NA", dt.date(2024, 2, 1), 123])
    sheet.append([0.1, dt.datetime(2024, 3, 5), dt.date(2024, 3, 5), "00123", "13/02/2024", 45])
    sheet.append([1e-7, None, None, "plain", None, None])
    sheet.append([123456789012, None, None, True, None, None])
    for row in (2, 3):
        sheet.cell(row, 6).number_format = "00000"
    table = read(tmp_path, book).tables[0]
    assert table.frame["n"].tolist() == ["45355", "0.1", "0.0000001", "123456789012"]
    assert table.frame["when"].tolist() == ["2024-03-04 15:30:00", "2024-03-05 00:00:00", "", ""]
    assert table.frame["day"].tolist() == ["2024-03-04", "2024-03-05", "", ""]
    assert table.frame["text"].tolist() == ["NA", "00123", "plain", "TRUE"]
    assert table.frame["mixed"].tolist() == ["2024-02-01", "13/02/2024", "", ""]
    assert table.frame["id"].tolist() == ["00123", "00045", "", ""]
    assert table.kinds == {
        "n": "number", "when": "datetime", "day": "date", "text": "text", "mixed": "text", "id": "number",
    }  # fmt: skip
    assert [(p.code, p.column) for p in table.problems] == [("dates-mixed", "mixed")]


def test_row_numbers_are_those_of_the_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "Incidents"
    sheet["B3"], sheet["C3"], sheet["D3"] = "Date", "Place", "Place"
    sheet["B4"], sheet["C4"], sheet["D4"] = "x", "y", "z"
    sheet["B7"], sheet["C7"] = "v", "w"
    table = read(tmp_path, book).tables[0]
    assert table.columns == ("Column 1", "Date", "Place", "Place (2)")
    assert table.rows.tolist() == [4, 7]
    assert "sheet-title-rows" in [problem.code for problem in table.problems]


def test_the_sheets_can_be_chosen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "May"
    book.active.append(["a"])
    book.active.append([1])
    june = book.create_sheet("June")
    june.append(["a"])
    june.append([2])
    hidden = book.create_sheet("Notes")
    hidden.append(["a"])
    hidden.append([3])
    hidden.sheet_state = "hidden"
    book.create_sheet("Blank")
    both = read(tmp_path, book)
    assert [table.name for table in both.tables] == ["May", "June"]
    assert {problem.code for problem in both.problems} == {"sheet-hidden", "sheet-blank"}
    chosen = read(tmp_path, book, chosen=("Notes",))
    assert [table.frame["a"].tolist() for table in chosen.tables] == [["3"]]
    wrong = read(tmp_path, book, chosen=("July",))
    assert wrong.tables == ()
    assert "chosen-not-there" in [problem.code for problem in wrong.problems]


def test_attack_048_serials_of_both_epochs(tmp_path: Path) -> None:
    for epoch, expected in ((openpyxl.utils.datetime.WINDOWS_EPOCH, "2024-03-04"), (None, "2028-03-05")):
        book = openpyxl.Workbook()
        if epoch is None:
            book.epoch = openpyxl.utils.datetime.MAC_EPOCH
        book.active.append(["day", "serial"])
        book.active.append([45355, 45355])
        book.active["A2"].number_format = "dd/mm/yyyy"
        table = read(tmp_path, book).tables[0]
        assert table.frame.values.tolist() == [[expected, "45355"]]


def test_attack_035_formulas_without_a_result_are_listed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, "=A2+1"])
    book.active.append([2, "=A3+1"])
    table = read(tmp_path, book).tables[0]
    assert [(p.code, p.level, p.row, p.column) for p in table.problems] == [
        ("formula-uncalculated", "warning", 2, "b"),
        ("formula-uncalculated", "warning", 3, "b"),
    ]
    assert len(table.frame) == 2


def test_attack_037_error_cells_are_row_problems(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, "#N/A"])
    book.active.append(["#REF!", 2])
    table = read(tmp_path, book).tables[0]
    assert [(p.code, p.row, p.column, p.values["error"]) for p in table.problems] == [
        ("error-cell", 3, "a", "#REF!"),
        ("error-cell", 2, "b", "#N/A"),
    ]
    assert table.frame.values.tolist() == [["1", ""], ["", "2"]]


def test_a_workbook_inside_a_zip_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.append([1])
    inner = io.BytesIO()
    book.save(inner)
    path = tmp_path / "upload"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2024/march.xlsx", inner.getvalue())
    result = read_tables(path, "all.zip")
    assert [table.name for table in result.tables] == ["2024/march.xlsx/Sheet"]
    assert read_tables(path, "all.zip", chosen=("2024/march.xlsx",)).tables[0].row_count == 1


def test_a_real_workbook_equals_another_reader(shared_data: Path) -> None:
    path = shared_data / "messy" / "aggravated_assaults.xlsx"
    result = read_tables(path, path.name)
    other = python_calamine.load_workbook(str(path))
    for table in result.tables:
        heading, *rows = other.get_sheet_by_name(table.name).to_python()
        assert list(table.columns) == heading
        for ours, theirs in zip(table.frame.values.tolist(), rows, strict=True):
            for mine, value in zip(ours, theirs, strict=True):
                if isinstance(value, dt.datetime):
                    assert mine == value.replace(microsecond=0).isoformat(sep=" ")
                elif isinstance(value, dt.date):
                    assert mine == value.isoformat() + " 00:00:00"
                elif isinstance(value, float):
                    assert float(mine) == value
                else:
                    assert mine == value


def test_a_sheet_of_many_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Big")
    sheet.append([f"column {at}" for at in range(4)])
    for number in range(5_000):
        sheet.append([number, number / 8, "Street", ""])
    table = read(tmp_path, book).tables[0]
    assert table.row_count == 5_000
    assert table.frame["column 0"].tolist() == [str(number) for number in range(5_000)]
    assert [float(text) for text in table.frame["column 1"]] == [number / 8 for number in range(5_000)]
    assert (table.frame["column 3"] == "").all()
