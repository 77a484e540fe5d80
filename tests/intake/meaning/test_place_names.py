"""Which place a text means: five hundred ways to write fifty places, and what must never be guessed."""

import csv
import time
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from csg_maps.geography.gazetteers import read_places, read_streets, shapes_frame
from csg_maps.intake.meaning.place_index import KNOWN_COLUMNS
from csg_maps.intake.meaning.place_names import CLEAR, PlaceIndex, place_index, suggest_places
from csg_maps.intake.meaning.place_spelling import may_be_kept, normalise, place_words, unmutated, written_key
from csg_maps.settings import DEMO_FOLDER
from tests.intake.meaning.make_place_ways import FILE, HELD_OUT_SEED, SEED, make_ways


def known_of(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Known places from (name, Welsh name, locality, kind), a kilometre from each other."""
    frame = pd.DataFrame(rows, columns=["name", "name_cy", "locality", "kind"]).astype("str")
    return frame.assign(
        target=[f"name:{number}" for number in range(len(rows))],
        precision=np.where(frame["kind"] == "street", "street", "premises"),
        latitude=[52.0 + number / 100 for number in range(len(rows))],
        longitude=-4.0,
    )[list(KNOWN_COLUMNS)]


def suggestion(text: str, *rows: tuple[str, str, str, str], locality: str = ""):
    return suggest_places([(text, locality)], place_index(known_of(*rows)))[0]


def _shapes(name: str) -> pd.DataFrame:
    return shapes_frame(gpd.read_file(DEMO_FOLDER / f"{name}.geojson", engine="pyogrio"))


@pytest.fixture(scope="module")
def borough() -> PlaceIndex:
    """Every street, park and place of the demo borough: 919 places, 50 of which are written in ten ways."""
    places = pd.concat([_shapes("demo_places"), _shapes("demo_parks").assign(kind="park")], ignore_index=True)
    return place_index(pd.concat([read_streets(_shapes("demo_streets")), read_places(places)], ignore_index=True))


def outcomes(rows: list[tuple[str, str, str]], index: PlaceIndex) -> tuple[Counter[str], list[tuple[str, str]]]:
    """How many texts came out how, and the texts whose clear suggestion is wrong (confirmed together, it would be kept)."""
    counted: Counter[str] = Counter()
    wrong_and_clear = []
    for (text, expected, _what), found in zip(rows, suggest_places([(row[0], "") for row in rows], index), strict=True):
        names = [one.name for one in found.candidates]
        if expected == "none":
            outcome = "none: right" if not names else "none: offered" if found.proposed else "none: asked"
        elif expected == "several":
            outcome = "several: right" if found.is_ambiguous else "several: not said"
        elif found.proposed is not None:
            outcome = "right" if found.proposed.name == expected else "wrong"
        elif found.is_ambiguous:
            outcome = "asked, right first" if names[0] == expected else "asked"
        else:
            outcome = "nothing"
        counted[outcome] += 1
        if found.proposed is not None and found.proposed.score >= CLEAR and found.proposed.name != expected:
            wrong_and_clear.append((text, found.proposed.name))
    return counted, wrong_and_clear


@pytest.mark.parametrize("which", ["the ways that were looked at", "held out"])
def test_five_hundred_ways_to_write_fifty_places(borough: PlaceIndex, which: str) -> None:
    if which == "held out":
        rows = make_ways(HELD_OUT_SEED)
    else:
        with open(FILE, newline="", encoding="utf-8") as lines:
            rows = [(row["text"], row["expected"], row["what"]) for row in csv.DictReader(lines)]
    written = [row for row in rows if row[1] not in {"none", "several"}]
    assert len(written) == 500
    assert len({row[1] for row in written}) == 50
    counted, wrong_and_clear = outcomes(rows, borough)
    print(f"{which}: {dict(counted)}")
    assert counted["right"] >= 0.95 * len(written)
    assert counted["wrong"] <= 0.01 * len(written)
    assert wrong_and_clear == []  # what one click would confirm together
    assert counted["several: not said"] == 0
    assert counted["none: offered"] == counted["none: asked"] == 0


def test_the_file_of_ways_is_what_its_seed_makes() -> None:
    with open(FILE, newline="", encoding="utf-8") as lines:
        assert [tuple(row.values()) for row in csv.DictReader(lines)] == make_ways(SEED)
    assert Path(FILE).read_bytes().count(b"\n") == len(make_ways(SEED)) + 1


CASES = [
    # what is written, the name that is meant, its Welsh name
    ("St Mary's St", "St Mary's Street", ""),
    ("Heol y Bont", "Bridge Road", "Heol y Bont"),
    ("ger Bont y Crëyr", "Heron Bridge", "Pont y Crëyr"),
    ("gyferbyn â Phorth Arian", "Silver Gate", "Porth Arian"),
    ("yng Nghaernarfon Road", "Caernarfon Road", "Ffordd Caernarfon"),
    ("PORTH ARIAN", "Silver Gate", "Porth Arian"),
    ("busstation", "Bus Station", ""),
    ("Marks & Spencer", "Marks and Spencer", ""),
    ("Church of St John", "St John's Church", ""),
]


@pytest.mark.parametrize(("text", "name", "welsh"), CASES, ids=[case[0] for case in CASES])
def test_a_way_to_write_a_place(text: str, name: str, welsh: str) -> None:
    others = [("Quarry Lane", "Lôn y Chwarel", "", "street"), ("Summer Terrace", "Teras yr Haf", "", "street")]
    found = suggestion(text, (name, welsh, "", "street"), *others)
    assert found.proposed is not None
    assert found.proposed.name == name


def test_the_same_street_in_two_villages_is_asked_and_the_locality_decides() -> None:
    rows = (("High Street", "", "Ashwell", "street"), ("High Street", "", "Bidford", "street"))
    asked = suggestion("High St", *rows)
    assert asked.is_ambiguous
    assert asked.proposed is None
    assert "several places" in asked.why
    for locality in ("Ashwell", "Bidford"):
        assert suggestion("High St", *rows, locality=locality).proposed.locality == locality
        assert suggestion(f"High Street, {locality}", *rows).proposed.locality == locality
    # planted mistake: a locality that no table knows must not decide
    assert suggestion("High St", *rows, locality="Nowhere").is_ambiguous


def test_one_place_in_two_tables_is_one_place() -> None:
    known = known_of(("Haven Library", "", "", "library"), ("Haven Library", "", "", "library"))
    known.loc[1, "latitude"] = known.loc[0, "latitude"] + 0.0005
    assert not suggest_places([("haven library", "")], place_index(known))[0].is_ambiguous
    known.loc[1, "latitude"] += 0.1
    assert suggest_places([("haven library", "")], place_index(known))[0].is_ambiguous


def test_a_kind_of_place_is_no_name_where_there_are_several() -> None:
    rows = (
        ("Hill Top", "", "", "school"),
        ("Vale Park Academy", "", "", "school"),
        ("Vale Library", "", "", "library"),
    )
    assert suggestion("the school", *rows).is_ambiguous
    assert suggestion("library", *rows).proposed.name == "Vale Library"


def test_a_corner_names_two_places_and_is_asked() -> None:
    rows = (("Mill Road", "", "", "street"), ("Oak Street", "", "", "street"), ("Elm Street", "", "", "street"))
    for text in ("corner of Mill Rd and Oak St", "Mill Rd / Oak St", "cornel Mill Rd a Oak St", "Mill Rd j/w Oak St"):
        found = suggestion(text, *rows)
        assert found.is_ambiguous, text
        assert {"Mill Road", "Oak Street"} <= {one.name for one in found.candidates}


@pytest.mark.parametrize("text", ["back of the library", "nr Library", "y tu ôl i'r llyfrgell", "o/s library"])
def test_beside_a_place_is_kept_as_a_street_and_in_it_as_the_premises(text: str) -> None:
    library = ("Library", "Llyfrgell", "", "library")
    assert suggestion(text, library).proposed.precision == "street"
    assert suggestion("the library", library).proposed.precision == "premises"


def test_house_numbers_are_left_out_and_road_numbers_are_not() -> None:
    assert normalise("Flat 3, 14b Mill Road") == "mill road"
    assert normalise("No. 7 Lôn y Dderwen") == "lôn y dderwen"
    assert normalise("12-14 Mill Rd") == "mill rd"
    assert "a4251" in normalise("A4251 layby")
    assert written_key("12") == written_key("Not known") == written_key("Anhysbys") == written_key("{{7*7}}") == ""
    assert written_key("Mill Rd", "Ashwell") == "mill rd, ashwell"
    for text in ("Mill Rd / Oak St", "Lôn y Dderwen, Porth", "o/s 12 St Mary's St", "A&E"):
        assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    "text",
    ["ring 07700 900123", "a.person@example.org", "12 Mill Road LU1 1AA", "nhs 943 476 5919", "John's house", "home address",
     "tŷ nain", "Mrs Jones, Mill Road", "car AB12 CDE", "born 3/5/2011", "lives at Mill Rd", "Mill Road " * 9],
)  # fmt: skip
def test_a_text_that_may_tell_of_a_person_is_not_kept(text: str) -> None:
    assert may_be_kept([text, "Mill Road", "King's House", "Oak Dr", "St James's Place"]) == [
        False,
        True,
        True,
        True,
        True,
    ]


def test_mutations_are_undone_to_the_word_that_was_changed() -> None:
    for mutated, radical in (("borth", "porth"), ("phorth", "porth"), ("mhorth", "porth"), ("ngorsaf", "gorsaf"), ("orsaf", "gorsaf"),
                             ("felin", "melin"), ("dderwen", "derwen"), ("theras", "teras"), ("lyfrgell", "llyfrgell")):  # fmt: skip
        assert radical in unmutated(mutated)
    assert place_words("y tu ôl i Orsaf y Porth")[0].words == ("orsaf", "porth")


def test_nothing_known_and_nothing_asked() -> None:
    assert suggest_places([("Mill Rd", "")], place_index(known_of()))[0].candidates == ()
    assert suggest_places([], place_index(known_of(("Mill Road", "", "", "street")))) == []


@pytest.mark.slow
def test_five_thousand_texts_against_twenty_thousand_names_take_seconds() -> None:
    random = np.random.default_rng(5)
    parts = ["bar", "ton", "wick", "ham", "ford", "ley", "mor", "gan", "pen", "tre", "llan", "cae", "stoke", "worth", "green",
             "ash", "elm", "dale", "by", "thorpe", "sand", "lang", "whit", "red", "black", "king", "queen"]  # fmt: skip
    kinds = ["Street", "Road", "Lane", "Close", "Avenue", "Drive", "Way", "Court", "Park", "Crescent"]
    names = [
        "".join(random.choice(parts, random.integers(1, 4))).title() + " " + random.choice(kinds) for _ in range(20_000)
    ]
    known = known_of(*((name, "", "", "street") for name in names))
    texts = [(f"{name[:2]}{name[3:]}", "") for name in random.choice(names, 5_000, replace=False)]
    started = time.perf_counter()
    found = suggest_places(texts, place_index(known))
    print(f"5,000 texts against 20,000 names: {time.perf_counter() - started:.1f} s")
    # a short name that lost a letter is too far from everything: nothing is proposed for it
    assert sum(bool(one.candidates) for one in found) > 3_500
