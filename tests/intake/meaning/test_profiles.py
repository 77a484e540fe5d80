"""A layout is known by its headings; a saved profile asks about nothing but new words; wrong files are told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning.profiles import layout_key, recognise, suggest_mapping, wrong_file
from csg_maps.intake.messages import describe
from csg_maps.model.mapping import ColumnMapping, SavedProfile, mapping_from_json, mapping_to_json

STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
)
OUTCOMES = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type"
SEARCHES = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,Self-defined ethnicity,"
    "Officer-defined ethnicity,Legislation,Object of search,Outcome,Outcome linked to object of search,"
    "Removal of more than just outer clothing"
)


def table(**columns: list[str]) -> RawTable:
    frame = pd.DataFrame(columns, dtype="str")
    return RawTable("t.csv", tuple(columns), frame, np.arange(2, len(frame) + 2), dict.fromkeys(columns, "text"))


def school_file(*, words: tuple[str, ...] = ("robbery", "bullying"), day: str = "13") -> RawTable:
    rows = 40
    return table(
        Dyddiad=[f"{day}/{row % 9 + 1:02}/2024" for row in range(rows)],
        Lledred=[f"51.{row + 10}" for row in range(rows)],
        Hydred=[f"-3.{row + 10}" for row in range(rows)],
        Niwed=[words[row % len(words)] for row in range(rows)],
        Surname=["x"] * rows,
    )


def saved_from(read: RawTable, mapping: ColumnMapping) -> SavedProfile:
    return SavedProfile("schools", "education", layout_key(read.columns), mapping)


def test_the_key_of_a_layout_does_not_depend_on_order_or_case() -> None:
    assert layout_key(["Date", "Crime  type", "x"]) == layout_key(["X", " date ", "crime type"])
    assert layout_key(["Date", "x"]) != layout_key(["Date", "x", "y"])


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (STREET, "police-uk-street"),
        (STREET.upper(), "police-uk-street"),
        (OUTCOMES, "police-uk-outcomes"),
        (SEARCHES, "police-uk-stop-and-search"),
        ("date,latitude,longitude,description", ""),
    ],
)
def test_known_files_are_told_by_their_headings(header: str, kind: str) -> None:
    assert recognise(tuple(header.split(","))) == kind
    assert recognise(tuple(header.split(",")[::-1])) == kind


def test_a_wrong_file_says_what_it_is_and_why_it_is_not_imported() -> None:
    for header, words in ((OUTCOMES, ("outcomes", "already count")), (SEARCHES, ("stop-and-search", "ethnicity"))):
        problem = wrong_file(tuple(header.split(",")), "f.csv")
        assert problem is not None
        assert problem.level == "refuse"
        message, fix = describe(problem.code, problem.values)
        assert all(word in message for word in words)
        assert "-street.csv" in fix
    assert wrong_file(tuple(STREET.split(",")), "f.csv") is None


def test_real_police_uk_files_need_no_question(shared_data: Path) -> None:
    name = "police_uk/2024-03-bedfordshire-street.csv"
    (read,) = read_tables(shared_data / name, name).tables
    proposal = suggest_mapping(read)
    assert (proposal.profile_name, proposal.is_background, proposal.asked, proposal.unknown_words) == (
        "police-uk",
        True,
        (),
        {},
    )
    assert proposal.mapping.formats == {"Month": "YYYY-MM"}
    assert proposal.mapping.crs == "EPSG:4326"
    assert len(proposal.mapping.words["harm"]) == 14
    assert proposal.identifiers == ()


@pytest.mark.parametrize(
    "name", ["bedfordshire_outcomes_2024-01_2024-03.zip", "bedfordshire_stop-and-search_2023-05_2024-04.zip"]
)
def test_real_files_of_the_wrong_kind_are_told(shared_data: Path, name: str) -> None:
    for read in read_tables(shared_data / "police_uk" / name, name).tables:
        assert wrong_file(read.columns, read.name) is not None
        assert suggest_mapping(read).mapping == ColumnMapping()


def test_metres_without_a_system_are_asked_about(shared_data: Path) -> None:
    (read,) = read_tables(shared_data / "messy/vancouver_thefts.csv.gz", "v.csv.gz").tables
    asked = suggest_mapping(read).asked
    assert [(one.kind, one.column, one.default) for one in asked] == [("crs", "X", "")]
    grid = table(Easting=["508653"] * 9, Northing=["221332"] * 9, Date=["2024-02-13"] * 9)
    (question,) = suggest_mapping(grid).asked
    assert (question.kind, question.default) == ("crs", "EPSG:27700")
    assert suggest_mapping(grid).mapping.crs == "EPSG:27700"


def test_us_dates_are_asked_about_with_what_was_found_first(shared_data: Path) -> None:
    name = "messy/chicago_predictcode_example.csv"
    (read,) = read_tables(shared_data / name, name).tables
    proposal = suggest_mapping(read)
    dates = [one for one in proposal.asked if one.kind == "date_format"]
    assert [(one.column, one.default, one.options[0][0]) for one in dates] == [
        ("Date", "MM/DD/YYYY hh:mm AM", "MM/DD/YYYY hh:mm AM")
    ]
    assert proposal.mapping.formats == {"Date": "MM/DD/YYYY hh:mm AM"}


def test_an_ambiguous_column_is_asked_about_and_uk_order_taken() -> None:
    proposal = suggest_mapping(school_file(day="03"))
    assert proposal.mapping.formats == {"Dyddiad": "DD/MM/YYYY"}
    assert [one.kind for one in proposal.asked] == ["date_format"]
    assert "MM/DD/YYYY" in dict(proposal.asked[0].options)


def test_words_are_taken_when_certain_or_near_and_offered_or_open_otherwise() -> None:
    proposal = suggest_mapping(school_file(words=("robbery", "Robery", "stone throwing", "weapon brought on a bus")))
    assert proposal.mapping.words == {"harm": {"robbery": "violence.robbery", "Robery": "violence.robbery"}}
    assert proposal.unknown_words == {"harm": ("stone throwing", "weapon brought on a bus")}
    asked = {one.word: (one.default, one.is_taken) for one in proposal.asked}
    assert asked == {
        "Robery": ("violence.robbery", True),
        "stone throwing": ("", False),
        "weapon brought on a bus": ("violence.weapons", False),
    }


def test_the_second_file_of_a_saved_layout_asks_nothing() -> None:
    first = school_file(words=("robbery", "stone throwing"), day="03")
    proposal = suggest_mapping(first)
    assert proposal.asked
    decided = replace(
        proposal.mapping,
        words={"harm": {**proposal.mapping.words["harm"], "stone throwing": "asb.nuisance"}},
        left_out=("Surname",),
    )
    again = suggest_mapping(school_file(words=("Stone Throwing", "robbery"), day="04"), saved_from(first, decided))
    assert (again.asked, again.identifiers, again.unknown_words) == ((), (), {})
    assert again.profile_name == "schools"
    assert again.mapping.fields == proposal.mapping.fields


def test_only_a_word_never_seen_is_asked_about() -> None:
    first = school_file()
    saved = saved_from(first, replace(suggest_mapping(first).mapping, left_out=("Surname",)))
    later = suggest_mapping(school_file(words=("robbery", "egg throwing", "knife crime")), saved)
    assert [(one.kind, one.word) for one in later.asked] == [("word", "egg throwing")]
    assert later.mapping.words["harm"]["knife crime"] == "violence.weapons"


def test_a_saved_profile_serves_headings_in_another_order_and_case() -> None:
    first = school_file()
    saved = saved_from(first, replace(suggest_mapping(first).mapping, left_out=("Surname",)))
    frame = first.frame[list(first.columns[::-1])].rename(columns=str.upper)
    shuffled = RawTable("t.csv", tuple(frame.columns), frame, first.rows, dict.fromkeys(frame.columns, "text"))
    proposal = suggest_mapping(shuffled, saved)
    assert proposal.asked == ()
    assert proposal.mapping.fields["date"] == "DYDDIAD"
    assert proposal.mapping.formats == {"DYDDIAD": "DD/MM/YYYY"}
    assert proposal.mapping.left_out == ("SURNAME",)


def test_a_saved_format_that_no_longer_reads_the_column_is_asked_about() -> None:
    first = school_file()
    saved = saved_from(first, replace(suggest_mapping(first).mapping, left_out=("Surname",)))
    frame = first.frame.assign(Dyddiad="2024-02-13")
    proposal = suggest_mapping(RawTable("t", first.columns, frame, first.rows, first.kinds), saved)
    assert [(one.kind, one.default) for one in proposal.asked] == [("date_format", "YYYY-MM-DD")]


def test_a_profile_of_another_layout_is_not_used() -> None:
    saved = SavedProfile("other", "education", layout_key(["a"]), ColumnMapping({"date": "a"}))
    assert suggest_mapping(school_file(), saved).profile_name == ""


def test_an_identifying_column_is_reported_until_it_is_left_out() -> None:
    assert [one.column for one in suggest_mapping(school_file()).identifiers] == ["Surname"]


def test_a_mapping_survives_being_saved() -> None:
    mapping = replace(suggest_mapping(school_file()).mapping, left_out=("Surname",), constants={"setting": "school"})
    assert mapping_from_json(mapping_to_json(mapping)) == mapping
    assert mapping_to_json(mapping_from_json(mapping_to_json(mapping))) == mapping_to_json(mapping)
