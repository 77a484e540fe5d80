"""An agency's own words as codes: certain, near or open; ages as bands; yes and no; handling."""

import pandas as pd
import pytest

from csg_maps.errors import InputRefused
from csg_maps.intake.meaning.ages import band_of_text, read_ages
from csg_maps.intake.meaning.words import NEAR, read_handling, read_yes_no, suggest_words
from csg_maps.model.vocabulary import LISTS, codes, known_words, labels

POLICE_UK = {
    "Anti-social behaviour": "asb",
    "Bicycle theft": "theft_and_damage.bicycle_theft",
    "Burglary": "theft_and_damage.burglary",
    "Criminal damage and arson": "theft_and_damage.criminal_damage_arson",
    "Drugs": "substances.drugs",
    "Other crime": "other.other_crime",
    "Other theft": "theft_and_damage.other_theft",
    "Possession of weapons": "violence.weapons",
    "Public order": "other.public_order",
    "Robbery": "violence.robbery",
    "Shoplifting": "theft_and_damage.shoplifting",
    "Theft from the person": "theft_and_damage.theft_from_person",
    "Vehicle crime": "theft_and_damage.vehicle_crime",
    "Violence and sexual offences": "violence.violence_and_sexual_offences",
    "Public disorder and weapons": "violence.weapons",
    "Violent crime": "violence.violence_and_sexual_offences",
}


def column(*texts: str) -> pd.Series:
    return pd.Series(texts, dtype="str")


def test_every_type_of_police_uk_old_ones_too_is_certain() -> None:
    suggested = suggest_words("harms", POLICE_UK)
    assert {word: one.code for word, one in suggested.items()} == POLICE_UK
    assert all(one.score == 1 for one in suggested.values())


@pytest.mark.parametrize("list_name", LISTS)
def test_every_label_code_and_known_word_is_certain_whatever_its_case(list_name: str) -> None:
    words = [*labels(list_name).values(), *(code.code for code in codes(list_name))]
    suggested = suggest_words(list_name, [f"  {word.upper()} " for word in words])
    assert all(one.score == 1 and one.code in labels(list_name) for one in suggested.values())
    known = {word: code for word, code in known_words()[list_name].items() if word}
    assert {word: one.code for word, one in suggest_words(list_name, known).items()} == known


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("Robery", "violence.robbery"),
        ("Anti-socail behaviour", "asb"),
        ("Shop lifting", "theft_and_damage.shoplifting"),
        ("childrens sexual exploitation", "exploitation.cse"),
        ("llinelau sirol", "exploitation.county_lines"),
    ],
)
def test_a_slip_of_the_pen_is_near_and_less_than_certain(word: str, code: str) -> None:
    found = suggest_words("harms", [word])[word]
    assert found.code == code
    assert NEAR <= found.score < 1
    assert found.reason


def test_a_known_word_within_others_is_offered_but_not_taken() -> None:
    found = suggest_words("harms", ["Robbery of personal property by several"])
    (one,) = found.values()
    assert one.code == "violence.robbery"
    assert 0 < one.score < NEAR


@pytest.mark.parametrize("word", ["", "Gardening", "no robbery involved", "x", "17", "Nid lladrad"])
def test_what_is_far_from_everything_has_no_code(word: str) -> None:
    found = suggest_words("harms", [word])[word]
    assert (found.code, found.score) in {("", 0.0), ("other.not_stated", 1.0)}


def test_numbers_are_never_near_one_another() -> None:
    found = suggest_words("age_bands", ["19-24 or so", "13 to 51"])
    assert [one.score < NEAR or one.code == "unknown" for one in found.values()] == [True, True]


def test_a_list_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputRefused, match="harms"):
        suggest_words("colours", ["red"])


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("13-15", "13_15"),
        ("13 – 15", "13_15"),
        ("Aged 10 to 12", "10_12"),
        ("10 i 12 oed", "10_12"),
        ("14 oed", "13_15"),
        ("15 years old", "13_15"),
        ("under 10", "under_10"),
        ("dan 10", "under_10"),
        ("18-24", "18_25"),
        ("26+", "26_over"),
        ("over 65", "26_over"),
        ("56-65", "26_over"),
        ("under 18", "unknown"),
        ("16-20", "unknown"),
        ("11-16", "unknown"),
        ("18 and over", "unknown"),
        ("15-13", "unknown"),
    ],
)
def test_words_about_ages_become_one_band_or_say_why_not(text: str, band: str) -> None:
    found = suggest_words("age_bands", [text])[text]
    assert (found.code, found.score) == (band, 1.0)
    assert band != "unknown" or found.reason != "The word is one that is known."


def test_words_about_no_age_are_left_open() -> None:
    assert band_of_text("adult") == ("", "")


def test_ages_in_years_become_bands_at_their_edges() -> None:
    read = read_ages(
        column("9", "10", "12", "13", "15", "16", "17", "18", "25", "26", "0", "17.0", "", "131", "-1", "old")
    )
    assert read.bands.tolist() == [
        *("under_10", "10_12", "10_12", "13_15", "13_15", "16_17", "16_17", "18_25", "18_25", "26_over"),
        *("under_10", "16_17", "unknown", "unknown", "unknown", "unknown"),
    ]
    assert read.bad.tolist() == [*[False] * 13, True, True, True]


def test_yes_and_no_in_two_languages() -> None:
    read = read_yes_no(column("Yes", "ydy", "OES", "1", "no", "Nac ydy", "naddo", "0", "", "unknown", "perhaps"))
    assert read.values.tolist() == [True] * 4 + [False] * 7
    assert read.blank.tolist() == [False] * 8 + [True, True, False]
    assert read.bad.tolist() == [False] * 10 + [True]


def test_handling_keeps_the_two_cs_of_a_grade_apart() -> None:
    texts = (
        "2/B/P",
        "2/C/P",
        "1/C/C",
        "2BP",
        "2 - C - C",
        "p",
        "C",
        "2/B/C A1 S2",
        "C A2",
        "",
        "2/C",
        "B/2/5",
        "3x5x2",
        "D",
    )
    read = read_handling(column(*texts))
    assert read.codes.tolist() == ["P", "P", "C", "P", "C", "P", "C", "C", "C", "", "", "", "", ""]
    assert read.blank.tolist() == [text == "" for text in texts]
    assert read.bad.tolist() == [False] * 10 + [True] * 4
