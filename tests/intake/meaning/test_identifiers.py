"""What identifies people is found by heading and by every row; what only looks like it is left alone."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning.identifiers import IdentifierFound, find_identifiers


def table(**columns: list[str]) -> RawTable:
    frame = pd.DataFrame(columns, dtype="str")
    return RawTable("t.csv", tuple(columns), frame, np.arange(2, len(frame) + 2), dict.fromkeys(columns, "text"))


def found(heading: str, *texts: str) -> dict[str, bool]:
    """Kind to sure, for one column."""
    return {one.kind: one.sure for one in find_identifiers(table(**{heading: list(texts)}))}


@pytest.mark.parametrize(
    "heading",
    [
        "Surname",
        "First name",
        "forename(s)",
        "ChildName",
        "victim_name",
        "Enw cyntaf",
        "Cyfenw",
        "Name of child",
        "Initials",
    ],
)
def test_names_of_people_are_sure_by_their_heading(heading: str) -> None:
    assert found(heading, "a", "b") == {"name": True}


@pytest.mark.parametrize(
    "heading", ["Ward name", "LSOA name", "area_name", "school_name", "CommonName", "Street name", "Enw ysgol"]
)
def test_names_of_places_are_not_names_of_people(heading: str) -> None:
    assert found(heading, "a", "b") == {}


def test_name_alone_is_possible_and_sure_beside_a_date_of_birth() -> None:
    assert found("Name", "a", "b") == {"name": False}
    beside = find_identifiers(table(Name=["a"], DOB=["01/02/2010"]))
    assert {one.column: one.sure for one in beside} == {"Name": True, "DOB": True}


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("NHS number", "nhs_number"),
        ("Mobile", "phone"),
        ("email address", "email"),
        ("D.O.B.", "date_of_birth"),
        ("Dyddiad geni", "date_of_birth"),
        ("VRM", "registration"),
        ("UPRN", "uprn"),
    ],
)
def test_other_headings_say_what_they_are(heading: str, kind: str) -> None:
    assert found(heading, "a", "b") == {kind: True}


def test_a_blank_column_holds_nothing_whatever_its_heading() -> None:
    assert found("Surname", "", " ") == {}


def test_nhs_numbers_are_known_by_their_check_digit() -> None:
    assert found("reference", "943 476 5919", "x") == {"nhs_number": True}
    assert found("reference", "9434765919", "9434765870") == {"nhs_number": True}
    assert found("reference", "9434765919.0", "") == {"nhs_number": True}
    assert found("reference", "9434765918", "943 476 5910", "1111111111") == {}


def test_ten_digit_references_that_pass_by_chance_are_no_nhs_numbers() -> None:
    assert found("reference", *(str(4_000_000_000 + 7 * number) for number in range(500))) == {}


@pytest.mark.parametrize(
    "text", ["07700 900123", "(01632) 960 123", "+44 7700 900123", "020 7946 0018", "ring 07700900123 now"]
)
def test_phone_numbers_are_found_as_people_write_them(text: str) -> None:
    assert found("contact", text, "") == {"phone": True}


@pytest.mark.parametrize(
    "text",
    [
        "2024061393664",
        "51.4700900123",
        "-0.07700900123",
        "068000000115",
        "1800SJ47601",
        "0.0770 0900123",
        "01/02/2024 15:30",
        "E01027377",
    ],
)
def test_coordinates_codes_and_references_are_no_phone_numbers(text: str) -> None:
    assert found("value", text, text + "0") == {}


def test_an_email_address_needs_its_parts() -> None:
    assert found("x", "a.person@example.org") == {"email": True}
    assert found("x", "171 @CITY WALK") == {}


def test_a_full_address_is_sure_and_a_street_with_a_number_possible() -> None:
    assert found("x", "12 High Street, Luton LU1 2AA") == {"address": True}
    assert found("x", "12 High Street") == {"address": False}
    assert found("x", "3 Heol y Parc") == {"address": False}
    assert found("x", "On or near High Street", "On or near Petrol Station", "11XX BURNABY ST") == {}


def test_a_column_of_postcodes_is_a_place_and_a_postcode_in_text_is_possible() -> None:
    assert found("Postcode", "LU1 2AA", "MK409BX") == {}
    assert found("x", "near LU1 2AA") == {"postcode": False}


def test_registrations_are_found_and_postcodes_are_not_taken_for_them() -> None:
    assert found("x", "AB12 CDE") == {"registration": True}
    assert found("x", "ab12cde") == {"registration": True}
    assert found("x", "LU1 2AA", "WA14 1RZ", "18F1913B-3368-4EF0-B01E-14492DDD6A22", "HZ242280") == {}


def test_sentences_are_free_text_and_lists_of_words_are_not() -> None:
    sentences = [f"He said that she went to the shop {number} times with them." for number in range(30)]
    assert found("Notes", *sentences) == {"free_text": True}
    assert found("other", *sentences) == {"free_text": False}
    assert found("Crime type", *(["Violence and sexual offences", "Anti-social behaviour"] * 50)) == {}


def test_one_number_in_the_last_of_many_rows_is_found_and_never_quoted() -> None:
    texts = [f"reference {number}" for number in range(100_000)]
    texts[-1] = "NHS 943 476 5919"
    (one,) = find_identifiers(table(x=texts))
    assert (one.kind, one.count) == ("nhs_number", 1)
    assert "100001" in one.reason
    assert "943" not in one.reason


def test_open_data_about_places_has_nothing_that_is_sure(shared_data: Path) -> None:
    names = [
        "police_uk/2024-03-bedfordshire-street.csv",
        "police_uk/2024-03-btp-street.csv.gz",
        "messy/northumbria_asb.tab.gz",
    ]
    for name in [
        *names,
        "poi/gias_schools_bedfordshire.csv",
        "poi/naptan_sample_15_stops.csv",
        "poi/trafford_bus_stops.csv",
    ]:
        (read,) = read_tables(shared_data / name, name).tables
        assert find_identifiers(read) == (), name
    (attacks,) = read_tables(shared_data / "messy/london_attacks.csv", "london_attacks.csv").tables
    assert [(one.column, one.kind, one.sure) for one in find_identifiers(attacks)] == [
        ("description", "free_text", True)
    ]


def test_the_result_is_plain_data() -> None:
    one = find_identifiers(table(Surname=["a"]))[0]
    assert isinstance(one, IdentifierFound)
    assert one.reason == "The heading says that the column holds a person's name; 1 of 1 rows are filled in."
