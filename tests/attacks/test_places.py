"""What people type about a place: letters on every page and map, and nobody in it before anything is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from csg_maps.errors import InputRefused
from csg_maps.layers.map_page import check_page, make_map
from csg_maps.layers.place_layer import place_layer
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.registered_place import FirstAction
from csg_maps.store import audit
from csg_maps.workflows import place_ground, place_register, stores
from tests.attacks.test_pages import CANARY, PAYLOADS, POPEN, is_inert, literal
from tests.places_demo import BUS_STATION, proposal

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "{{7*7}} <img src=x onerror=alert(1)> ${window.X=1}"
LINE = " ".join([*PAYLOADS[1], *PAYLOADS[5]])
TEXT = " ".join(text for number in (3, 4, 7) for text in PAYLOADS[number])


@pytest.fixture(autouse=True)
def nothing_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("CSG_DATABASE_URL", raising=False)
    monkeypatch.setenv("CSG_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    yield
    for folder in (tmp_path, ROOT):
        assert not (folder / CANARY).exists(), "a payload was executed"


@pytest.fixture
def hostile(tmp_path: Path) -> place_register.OpenedPlace:
    store = stores.make(tmp_path / "store", demo=False)
    action = FirstAction(f"{LINE} {TEXT}", "environment", "police", NAME, "2089-01-01")
    place = place_register.propose(
        store,
        LOCAL_ACTOR,
        proposal(
            name=NAME,
            name_cy="{# lost #} ![x](http://e/a.png)",
            why=f"{LINE} {TEXT}",
            young_people=f"{TEXT} {LINE}",
            asked_on="2026-01-01",
            strengths=(TEXT[:110], POPEN),
            action=action,
        ),
    )
    opened = place_register.open_place(store, LOCAL_ACTOR, place.reference)
    place_register.change_action(store, LOCAL_ACTOR, opened.actions[0], status="done", note=TEXT, done_on="2026-01-01")
    return place_register.open_place(store, LOCAL_ACTOR, place.reference)


def _page(reference: str = "") -> AppTest:
    at = AppTest.from_file(str(ROOT / "home.py"), default_timeout=90)
    at.run()
    at.switch_page("pages/8_Places.py")
    if reference:
        at.session_state["csg.page.places.open"] = reference
    return at.run()


@pytest.mark.parametrize("number", [1, 3, 4, 5, 7])
def test_attack_001_payloads_in_every_field_of_a_place_are_kept_letter_by_letter(
    hostile: place_register.OpenedPlace, number: int
) -> None:
    for text in PAYLOADS[number]:
        assert any(text in held for held in (hostile.place.why, hostile.place.young_people)), text


def test_attack_004_005_007_the_register_and_the_page_of_a_hostile_place_are_inert(
    hostile: place_register.OpenedPlace,
) -> None:
    listed = _page()
    is_inert(listed)
    assert literal(listed, NAME)
    opened = _page(hostile.place.reference)
    is_inert(opened)
    for text in (hostile.place.why, hostile.place.young_people, hostile.place.name):
        assert literal(opened, text), text


def test_attack_001_no_text_of_a_place_is_in_its_layer(hostile: place_register.OpenedPlace) -> None:
    cells = hostile.place.cells
    layer = place_layer(place_ground.outline(cells), [place_ground.middle(cells)])
    page = make_map((), place_ground.bounds_around(cells))
    check_page(page, [layer])
    script = "".join(str(part._template.module.script(part, {})) for part in layer._children.values())
    assert "P1" in script
    assert not any(mark in script for mark in ("{{", "<img", "window.X", hostile.place.reference, "Haven"))


PEOPLE = {
    "an NHS number": "NHS 943 476 5919",
    "a phone number": "ring 07700 900123",
    "a landline": "ring 01632 960983",
    "a postcode": "near LU1 2AA",
    "a postcode in small letters": "near lu1 2aa",
    "an e-mail address": "write to canary.person@example.org",
    "a date of birth": "DOB 01/02/2010",
    "a car": "in a car AB12 CDE",
    "an address": "at 12 Canary Street",
    "an address in Welsh": "yn 12 Heol y Felin",
    "a title and name": "Mrs Canary saw it",
    "a name": "a boy called Canary",
    "a Welsh name": "bachgen o'r enw Canary",
    "initials": "it was C.P. again",
}


@pytest.mark.parametrize("kind", PEOPLE)
@pytest.mark.parametrize("field", ["name", "name_cy", "why", "young_people", "strengths", "what", "owner_role"])
def test_attack_094_whoever_is_named_in_a_field_is_found_before_anything_is_kept(
    tmp_path_factory: pytest.TempPathFactory, kind: str, field: str
) -> None:
    store = _empty(tmp_path_factory)
    text = PEOPLE[kind]
    action = FirstAction("Lamps", "environment", "police", "Sergeant", "2089-01-01")
    changes: dict[str, object] = {"asked_on": "2026-01-01"} if field == "young_people" else {}
    if field in {"what", "owner_role"}:
        changes["action"] = FirstAction(
            **{**action.__dict__, field: text}  # type: ignore[arg-type]
        )
    else:
        changes[field] = (text,) if field == "strengths" else text
    with pytest.raises(InputRefused, match="seems to hold") as refused:
        place_register.propose(store, LOCAL_ACTOR, proposal(**changes))
    assert not any(
        word in str(refused.value) for word in text.split() if any(map(str.isdigit, word)) or "anary" in word
    )
    assert place_register.register(store, LOCAL_ACTOR) == ()
    assert "propose-place" not in audit.entries(store)["action"].tolist()


_EMPTY: dict[str, stores.Store] = {}


def _empty(factory: pytest.TempPathFactory) -> stores.Store:
    """One empty store for all: every attempt must leave it empty."""
    if "store" not in _EMPTY:
        _EMPTY["store"] = stores.make(factory.mktemp("empty") / "store", demo=False)
    return _EMPTY["store"]


@pytest.mark.parametrize(
    "text",
    [
        "40 records near Lantern Park in 2026, most between 15:00 and 18:00.",
        "Young people say that lamps are out from the stop to the bridge for 3 months.",
        "Mae 12 o bobl ifanc yn dweud nad oes golau wrth y bont.",
        "Harm to 13–15 year olds; see action P-2026-004.",
    ],
)
def test_attack_094_plain_sentences_about_a_place_pass(tmp_path: Path, text: str) -> None:
    store = stores.make(tmp_path / "store", demo=False)
    assert place_register.propose(store, LOCAL_ACTOR, proposal(why=text)).why == text


@pytest.mark.parametrize("text", ["a\x00b", "a\u202eb", "x" * 601, "x" * 10_000])
def test_attack_040_texts_that_cannot_be_shown_are_refused(tmp_path: Path, text: str) -> None:
    store = stores.make(tmp_path / "store", demo=False)
    with pytest.raises(InputRefused):
        place_register.propose(store, LOCAL_ACTOR, proposal(why=f"Dark here {text}"))
    assert place_register.register(store, LOCAL_ACTOR) == ()


def test_attack_098_the_name_of_the_printed_file_tells_nothing_of_the_place(
    hostile: place_register.OpenedPlace,
) -> None:
    from csg_maps.workflows import place_printing

    assert place_printing.file_name(hostile.place) == f"OFFICIAL-SENSITIVE_{hostile.place.reference}.html"
    assert BUS_STATION in hostile.place.cells
