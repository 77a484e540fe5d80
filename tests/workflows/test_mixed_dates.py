"""Dates of several formats in one column: asked about, the best one taken, and every other row set aside with what to do."""

import json
from pathlib import Path

from tests.commands import run, supply

WAYS = ("{:02d}/03/2024", "2024-03-{:02d}", "{} March 2024", "{:02d}.03.24")


def _brought(tmp_path: Path, dates: list[str]) -> tuple[int, dict]:
    run("init", "--store", tmp_path / "store")
    file, report = tmp_path / "mixed.csv", tmp_path / "report.json"
    rows = "".join(f"{date},52.13,-0.46,missing\n" for date in dates)
    file.write_text(f"date,latitude,longitude,harm\n{rows}", encoding="utf-8")
    code = supply(file, "--store", tmp_path / "store", "--report", report).exit_code
    return code, json.loads(report.read_text(encoding="utf-8"))


def test_rows_of_another_format_are_set_aside_by_name(tmp_path: Path) -> None:
    code, said = _brought(tmp_path, [WAYS[day % 4].format(day) for day in range(1, 29)])
    assert code == 0
    assert (said["rows"], said["accepted"], said["quarantined"]) == (28, 7, 21)
    told = [problem for problem in said["problems"] if problem["code"] == "unreadable-date"]
    assert len(told) == 21
    assert all("is not written as" in one["message"] and " ." not in one["message"] for one in told)
    assert any("several ways" in line for line in said["announcements"])


def test_a_column_that_holds_no_date_is_refused_by_its_name(tmp_path: Path) -> None:
    run("init", "--store", tmp_path / "store")
    file = tmp_path / "words.csv"
    file.write_text("date,latitude,longitude,harm\n" + "soon,52.1,-0.4,missing\n" * 5, encoding="utf-8")
    said = supply(file, "--store", tmp_path / "store", "--map", "date=date")
    assert said.exit_code != 0
    assert "Nothing in the column date reads as a date" in said.output
