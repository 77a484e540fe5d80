"""Words that blame are found in both languages, and nothing else is."""

import csv

import pytest

from csg_maps.wording.lexicon import FOLDER, lexicon
from csg_maps.wording.lint import find_blame, kind_named


def _rows() -> list[dict[str, str]]:
    with open(FOLDER / "lexicon.csv", newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_every_term_of_the_lexicon_is_found_in_a_sentence_with_what_to_say_instead() -> None:
    for row in _rows():
        for term in row["terms"].split("|"):
            word = term.replace("*", "s")
            found = find_blame(f"Here: {word.capitalize()}, it is said.")
            assert any(one.word.casefold() == word.casefold() for one in found), term
            assert any(one.language == row["language"] for one in found), term


def test_nothing_offered_instead_is_itself_in_the_lexicon() -> None:
    for row in _rows():
        assert row["instead"]
        assert row["why"].endswith(".")
        assert find_blame(row["instead"]) == (), row["instead"]


@pytest.mark.parametrize("language", ["en", "cy"])
def test_both_languages_have_words(language: str) -> None:
    assert sum(entry.language == language for entry in lexicon()) >= 15


@pytest.mark.parametrize(
    "text",
    [
        "Young people spend time at the bus stop; adults approach them there.",
        "Two youth workers were recruited; the park has no lamps.",
        "Modern slavery, anti-social behaviour and robbery are recorded here.",
        "Mae pobl ifanc yn treulio amser wrth y safle bws; nid oes golau yno.",
        "A young person said: “we hang around here, it is dry”.",
        "The Sandbar path and the barn are not lit.",
    ],
)
def test_plain_sentences_and_what_young_people_say_are_left_alone(text: str) -> None:
    assert find_blame(text) == ()


def test_of_two_that_overlap_the_longer_one_is_named_and_the_order_is_that_of_the_text() -> None:
    found = find_blame("gang of youths hanging around; they are hard to reach and ran  away")
    assert [one.word for one in found] == ["gang of youths", "hanging around", "hard to reach", "ran  away"]
    assert [one.start for one in found] == sorted(one.start for one in found)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Haven High School", "school"), ("Ysgol Gyfun Arianfryn", "school"), ("Coleg y Cymoedd", "school"),
        ("Bryn Estate", "estate"), ("Stad y Bryn", "estate"), ("Ystad Ddiwydiannol", "estate"), ("Mill Flats", "estate"),
        ("The Red Lion Inn", "business"), ("Caffi'r Cei", "business"), ("Tafarn y Llew", "business"), ("Quay Kebab", "business"),
        ("Mill Lane", ""), ("Parc y Llusern", ""), ("Gorsaf Fysiau'r Porth", ""), ("Barmouth Road", ""), ("Innes Close", ""),
    ],
)  # fmt: skip
def test_names_of_schools_estates_and_businesses_are_told_in_both_languages(name: str, kind: str) -> None:
    assert kind_named(name) == kind
