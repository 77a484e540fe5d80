"""The register by command: propose, list, print; mistakes are one clear line."""

import json
from pathlib import Path

import pytest

from tests.commands import run
from tests.places_demo import BUS_STATION

WORDS = ("--why", "Dark after school", "--action", "Mend the lamps", "--owner", "environment", "--role", "Engineer")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    assert run("init", "--store", tmp_path / "store").exit_code == 0
    return tmp_path / "store"


def test_a_place_is_proposed_listed_and_printed(store: Path, tmp_path: Path) -> None:
    done = run("places", "propose", "--store", store, "--cell", f"{BUS_STATION:x}", "--name", "Mill Lane", *WORDS)
    assert done.exit_code == 0, done.output
    reference = done.stdout.split()[0]
    assert reference in run("places", "list", "--store", store).stdout
    listed = json.loads(run("places", "list", "--store", store, "--json").stdout)
    assert [(row["reference"], row["cells"], row["young_people_asked"]) for row in listed] == [(reference, 1, False)]
    out = tmp_path / "page.html"
    assert run("places", "print", reference, "--store", store, "--out", out).exit_code == 0
    assert "Mill Lane" in out.read_text(encoding="utf-8")
    again = run("places", "propose", "--store", store, "--cell", f"{BUS_STATION:x}", "--name", "Oak Lane", *WORDS)
    assert f"1 of its 1 cells are in {reference} too" in again.stderr


def test_an_area_of_a_layer_is_a_place(store: Path) -> None:
    wards = "data/demo/demo_wards.geojson"
    run("areas", "add", wards, "--store", store, "--layer", "wards", "--code", "area_code", "--name", "area_name")
    done = run("places", "propose", "--store", store, "--area", "wards:D05000001", *WORDS)
    assert done.exit_code == 0, done.output
    assert "A place in" in done.stdout, "without a name of its own it is called after the ward"
    assert json.loads(run("places", "list", "--store", store, "--json").stdout)[0]["cells"] > 20


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Say where"),
        (("--cell", "123"), "H3 cell"),
        (("--cell", f"{BUS_STATION:x}", "--area", "wards:D05000001"), "Say where"),
        (("--area", "nothing:X"), "nothing"),
        (("--cell", f"{BUS_STATION:x}", "--name", "Haven High School"), "school"),
        (("--cell", f"{BUS_STATION:x}"), "give the place a name"),
        (("--cell", f"{BUS_STATION:x}", "--name", "Mill Lane", "--due", "1.2.2090"), "YYYY-MM-DD"),
    ],
)
def test_a_mistake_is_one_clear_line(store: Path, words: tuple[str, ...], says: str) -> None:
    done = run("places", "propose", "--store", store, *words, *WORDS)
    assert done.exit_code == 1
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert json.loads(run("places", "list", "--store", store, "--json").stdout) == []


def test_a_place_that_is_not_there_is_not_printed(store: Path, tmp_path: Path) -> None:
    done = run("places", "print", "P-2026-009", "--store", store, "--out", tmp_path / "page.html")
    assert done.exit_code == 1
    assert "P-2026-009" in done.stderr
    assert not (tmp_path / "page.html").exists()
