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


def _homes(tmp_path: Path, name: str, *rows: str) -> dict:
    file, report = tmp_path / name, tmp_path / f"{name}.json"
    file.write_text("date,latitude,longitude,harm,setting\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert supply(file, "--store", tmp_path / "store", "--report", report).exit_code == 0
    return json.loads(report.read_text(encoding="utf-8"))


def test_two_homes_on_one_day_are_two_events_and_one_home_again_is_one(tmp_path: Path) -> None:
    run("init", "--store", tmp_path / "store")
    first = _homes(tmp_path, "a.csv", *(f"{day:02d}/03/2024,51.8801,-0.4301,missing,Home" for day in (5, 13)))
    again = [f"{day:02d}/03/2024,51.8801,-0.4301,missing,Home" for day in (5, 13)]
    elsewhere = [f"{day:02d}/03/2024,51.9300,-0.3900,missing,Home" for day in (5, 13, 14)]
    second = _homes(tmp_path, "b.csv", *again, *elsewhere)
    assert first["accepted"] == 2
    assert (second["accepted"], second["duplicates"]) == (3, 2)
    assert second["not_on_map"] == 3
