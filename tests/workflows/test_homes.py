"""A record at a home must not keep its place on the map because nobody saw which column says so."""

import json
from pathlib import Path

from tests.commands import run, supply

ROWS = (
    "".join(f"2026-01-{day:02d},52.13,-0.46,missing,street\n" for day in range(1, 20))
    + "2026-01-20,52.14,-0.45,missing,Children's home\n"
)


def _report(tmp_path: Path, heading: str, *words: str) -> dict:
    run("init", "--store", tmp_path / "store")
    file = tmp_path / "concerns.csv"
    file.write_text(f"Date,Latitude,Longitude,Harm,{heading}\n{ROWS}", encoding="utf-8")
    report = tmp_path / "report.json"
    assert supply(file, "--store", tmp_path / "store", "--report", report, *words).exit_code == 0
    return json.loads(report.read_text(encoding="utf-8"))


def test_words_for_homes_in_a_column_that_is_not_used_are_told(tmp_path: Path) -> None:
    said = _report(tmp_path, "Zzyzx")
    told = [problem for problem in said["problems"] if problem["code"] == "homes-in-unused-column"]
    assert len(told) == 1
    assert told[0]["column"] == "Zzyzx"
    assert "1 rows" in told[0]["message"]


def test_once_the_column_is_named_the_record_loses_its_place(tmp_path: Path) -> None:
    said = _report(tmp_path, "Zzyzx", "--map", "setting=Zzyzx")
    assert not [problem for problem in said["problems"] if problem["code"] == "homes-in-unused-column"]
    assert said["not_on_map"] == 1
