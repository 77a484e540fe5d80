"""Delimited text becomes exactly what is written in it, and every row is accounted for."""

import csv
import gzip
import io
import random
from pathlib import Path

import pandas as pd
import pytest

from csg_maps import settings
from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.messages import describe


def one(tmp_path: Path, content: str | bytes, name: str = "file.csv") -> RawTable:
    path = tmp_path / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    result = read_tables(path, name)
    assert len(result.tables) == 1, result.problems
    return result.tables[0]


def codes(table: RawTable) -> list[tuple[str, int, str]]:
    return [(problem.code, problem.row, problem.column) for problem in table.problems]


def test_every_cell_is_text_as_it_is_written(tmp_path: Path) -> None:
    table = one(tmp_path, "a,b,c\nNA,00123,1E5\nNone,,null\nnan,MARCH1, x \n")
    assert table.frame.to_dict("list") == {
        "a": ["NA", "None", "nan"],
        "b": ["00123", "", "MARCH1"],
        "c": ["1E5", "null", " x "],
    }
    assert all(dtype == "str" for dtype in table.frame.dtypes)
    assert not table.frame.isna().any().any()
    assert table.kinds == {"a": "text", "b": "text", "c": "text"}
    assert table.rows.tolist() == [2, 3, 4]


def test_blank_rows_count_in_the_numbering_and_are_no_rows(tmp_path: Path) -> None:
    table = one(tmp_path, "a,b\n1,2\n\n,\n  ,  \n3,4\n\n")
    assert table.rows.tolist() == [2, 6]
    assert table.refused_rows == ()
    assert table.row_count == 2


def test_a_line_end_in_quotation_marks_stays_one_row(tmp_path: Path) -> None:
    table = one(tmp_path, 'a,b\r\n"one\r\ntwo",2\r\n3,"say ""hi"""\r\n')
    assert table.frame["a"].tolist() == ["one\r\ntwo", "3"]
    assert table.frame["b"].tolist() == ["2", 'say "hi"']
    assert table.rows.tolist() == [2, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["when", "where", "what"], ["2024-03-01", "Park", "a"], ["2024-03-02", "Bus station, stand 3", "b"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    table = one(tmp_path, text.getvalue())
    assert list(table.columns) == rows[0]
    assert table.frame.values.tolist() == rows[1:]


def test_semicolons_with_decimal_commas(tmp_path: Path) -> None:
    for heading in ("lon;lat\n", ""):
        table = one(tmp_path, heading + "-75,56985;6,25722\n-75,61036;6,22280\n")
        assert table.frame.iloc[:, 1].tolist() == ["6,25722", "6,22280"]


def test_excels_own_separator_line_is_obeyed(tmp_path: Path) -> None:
    table = one(tmp_path, "sep=;\na;b\n1,5;2\n")
    assert table.columns == ("a", "b")
    assert table.rows.tolist() == [3]


def test_long_rows_are_refused_and_short_ones_filled(tmp_path: Path) -> None:
    table = one(tmp_path, "a,b,c\n1,2,3\n1,2,3,4\n1,2\n1,2,3,,\n5,6,7\n")
    assert table.frame.values.tolist() == [["1", "2", "3"], ["1", "2", ""], ["1", "2", "3"], ["5", "6", "7"]]
    assert table.refused_rows == (3,)
    assert codes(table) == [("row-too-long", 3, ""), ("row-too-short", 4, "")]
    message, fix = describe(table.problems[0].code, table.problems[0].values)
    assert "4 cells" in message
    assert "quotation marks" in fix


def test_a_quotation_mark_never_closed_costs_its_row_only(tmp_path: Path) -> None:
    rows = "".join(f"{number},place {number},x\n" for number in range(100))
    table = one(tmp_path, 'a,b,c\n1,"open,x\n' + rows)
    assert table.refused_rows == (2,)
    assert len(table.frame) == 100
    assert table.rows.tolist() == list(range(3, 103))
    assert ("quote-never-closed", 2, "") in codes(table)


def test_a_quotation_mark_closed_far_below_costs_its_row_only(tmp_path: Path) -> None:
    table = one(tmp_path, 'a,b,c\n1,"open,x\n2,y,x\n3,"z",x\n4,w,x\n')
    assert table.refused_rows == (2,)
    assert table.frame["a"].tolist() == ["2", "3", "4"]


def test_quotation_marks_open_everywhere_refuse_the_file(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_text("a,b,c\n" + '1,"x,\n' * 201)
    result = read_tables(path, "f.csv")
    counted = sum(table.row_count for table in result.tables)
    assert counted == 201 or [p.code for p in result.problems if p.level == "refuse"] == ["quotes-broken"]


def test_headings_are_made_unique_and_the_change_is_told(tmp_path: Path) -> None:
    table = one(tmp_path, "Date,Date,,Date (2)\n1,2,3,4\n")
    assert table.columns == ("Date", "Date (3)", "Column 3", "Date (2)")
    assert {(problem.code, problem.level) for problem in table.problems} == {
        ("heading-twice", "info"),
        ("heading-blank", "info"),
    }


def test_headings_under_a_title_are_found(tmp_path: Path) -> None:
    table = one(tmp_path, "Incidents for March\n\nDate,Place,What\n2024-03-01,Park,a\n2024-03-02,Park,b\n")
    assert table.columns == ("Date", "Place", "What")
    assert table.rows.tolist() == [4, 5]
    assert table.problems[0].code == "title-lines"
    assert table.problems[0].values["heading"] == "3"


def test_a_file_without_headings_loses_no_row(tmp_path: Path) -> None:
    table = one(tmp_path, '"LU1 1AA",10,508653,221332,"E92000001"\n"LU1 1AR",10,508534,221406,"E92000001"\n')
    assert table.columns == ("Column 1", "Column 2", "Column 3", "Column 4", "Column 5")
    assert table.rows.tolist() == [1, 2]
    assert "no-heading-row" in [problem.code for problem in table.problems]


def test_years_and_ages_as_headings_are_headings(tmp_path: Path) -> None:
    table = one(tmp_path, "area,2019,2020,0,1\nBedford,5,6,7,8\nLuton,1,2,3,4\n")
    assert table.columns == ("area", "2019", "2020", "0", "1")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("seed", range(6))
def test_any_table_that_is_written_is_read_back(tmp_path: Path, line_end: str, seed: int) -> None:
    dice = random.Random(seed)
    alphabet = ["a", "é", "ŵ", "1", " ", ",", ";", '"', "'", "\t", "NA", "٣", "−"] + (["\n"] if seed % 2 else [])
    width = dice.randint(2, 6)
    rows = [
        ["".join(dice.choice(alphabet) for _ in range(dice.randint(0, 6))) for _ in range(width)] for _ in range(300)
    ]
    for number, row in enumerate(rows):
        row[0] = f"r{number}"
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if seed == 3 or line_end == "\r" else csv.QUOTE_MINIMAL
    writer = csv.writer(text, lineterminator=line_end, quoting=quoting)
    writer.writerows([[f"column {at}" for at in range(width)], *rows])
    table = one(tmp_path, text.getvalue())
    assert table.frame.values.tolist() == rows
    assert table.rows.tolist() == list(range(2, 302))


def test_a_file_of_a_hundred_thousand_rows_is_read_by_chunks(tmp_path: Path) -> None:
    """The two ways of reading agree: one stray character sends the file the careful way."""
    lines = [f"{number},{number * 7 % 1000 / 10},Street {number % 50}" for number in range(100_000)]
    plain = one(tmp_path, "\n".join(["id,value,place", *lines]))
    lines[-1] += "\x07"
    careful = one(tmp_path, "\n".join(["id,value,place", *lines]))
    assert [problem.code for problem in careful.problems] == ["control-character"]
    pd.testing.assert_frame_equal(plain.frame, careful.frame)
    assert (plain.rows == careful.rows).all()


def test_progress_goes_from_nothing_to_all(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    told: list[float] = []
    read_tables(path, "a.csv.gz", progress=told.append)
    assert told[-1] == 1.0
    assert told == sorted(told)


def test_many_problems_of_one_kind_are_listed_up_to_a_thousand(tmp_path: Path) -> None:
    table = one(tmp_path, "a,b,c\n1,2,3\n1,2,3\n" + "1,2\n" * 1500 + "1,2,3\n" * 3000)
    short = [problem for problem in table.problems if problem.code == "row-too-short"]
    assert len(short) == 1000
    more = [problem for problem in table.problems if problem.code == "more-like-it"]
    assert more[0].values["count"] == "500"
    assert table.row_count == 4502


def test_limits_come_from_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MAXIMUM_ROWS", 10)
    path = tmp_path / "upload"
    path.write_text("a,b\n" + "1,2\n" * 11)
    result = read_tables(path, "f.csv")
    assert result.tables == ()
    assert result.problems[0].code == "too-many-rows"
