"""Places by name, by clicks: the first month asks, ambiguous names stay open, and the second month asks nothing."""

import re
import subprocess
import sys

import pytest

from tests.browser.conftest import ROOT, start_server, stop_server
from tests.browser.test_journey import _choose_agency, _give_file, _import

HEADING = "Ref;Date;Where did it happen;Type of concern;Kind of place\n"
MAY = [
    "back of Haven Bus Stn;county lines;transport", "12 Mill Rd;robbery;street", "Parc y Llusern;nuisance;park",
    "Haven Libary;nuisance;library", "Copper Brow;nuisance;street", "Tesco Extra;theft;shop", "{{7*7}} ![x](http://e/x.png);robbery;street",
    "ring 07700 900123;robbery;street",
]  # fmt: skip


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory):
    """The app on a demo store that belongs to this module."""
    store = tmp_path_factory.mktemp("naming") / "store"
    subprocess.run(
        [sys.executable, "-m", "csg_maps", "init", "--store", str(store), "--demo"],
        cwd=ROOT, check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    server = start_server(ROOT, store)
    yield server
    stop_server(server)


def _choose(seen, text: str, option: re.Pattern[str]) -> None:
    seen.page.get_by_role("combobox", name=re.compile(f"^{re.escape(text)} –")).click()
    seen.page.get_by_role("option", name=option).first.click()
    seen.settle()


def _confirm_chosen(seen, text: str) -> None:
    box = seen.page.locator('[data-testid="stHorizontalBlock"]').filter(
        has=seen.page.get_by_role("combobox", name=re.compile(f"^{re.escape(text)} –"))
    )
    box.last.get_by_role("button", name="Confirm", exact=True).click()
    seen.page.get_by_text("1 answer is remembered.").wait_for(timeout=15_000)
    seen.settle()


def test_names_are_confirmed_by_clicks_and_remembered(visit, demo_server, tmp_path):
    may, june = tmp_path / "mai.csv", tmp_path / "mehefin.csv"
    may.write_text(
        HEADING + "".join(f"A{n};{n + 13:02d}/05/2026;{row}\n" for n, row in enumerate(MAY)), encoding="utf-8"
    )
    june.write_text(
        HEADING + "".join(f"B{n};{n + 13:02d}/06/2026;{row}\n" for n, row in enumerate(MAY[:6])), encoding="utf-8"
    )

    seen = visit(demo_server, height=2400)
    seen.open("/Upload")
    _choose_agency(seen, "Youth service")
    _give_file(seen, may)
    seen.page.get_by_text("Still to confirm: 7 texts in 7 rows").wait_for(timeout=30_000)
    # nothing is chosen for a person where two places are about as likely; one click confirms the clear ones, and says how many
    assert seen.page.get_by_role("combobox", name=re.compile("^copper brow –")).input_value() == "not said yet"
    assert seen.page.get_by_text("900123").count() == 0
    seen.page.get_by_role("button", name="Confirm these 4").click()
    seen.page.get_by_text("4 answers are remembered.").wait_for(timeout=15_000)
    seen.settle()
    seen.page.get_by_role("button", name="Undo").click()
    seen.page.get_by_text("4 answers are taken back.").wait_for(timeout=15_000)
    seen.settle()
    seen.page.get_by_role("button", name="Confirm these 4").click()
    seen.page.get_by_text("4 answers are remembered.").wait_for(timeout=15_000)
    seen.settle()
    _choose(seen, "copper brow", re.compile("^Copper Brow School"))
    _confirm_chosen(seen, "copper brow")
    _choose(seen, "tesco extra", re.compile("^None of these"))
    _confirm_chosen(seen, "tesco extra")
    seen.page.get_by_text("Still to confirm: 1 text in 1 row").wait_for(timeout=15_000)
    seen.page.get_by_text("6 texts are known").click()
    seen.settle()
    seen.shot("naming")
    assert seen.serious_findings() == []
    assert "6 of 8 rows are in" in _import(seen)

    seen.page.get_by_role("button", name="Add another file").click()
    seen.settle()
    _choose_agency(seen, "Youth service")
    _give_file(seen, june)
    seen.page.get_by_text("Every name is known. Nothing is asked.").wait_for(timeout=30_000)
    assert "6 of 6 rows are in" in _import(seen)
    assert seen.elsewhere() == []
    assert seen.complaints() == []


def test_a_place_that_was_not_suggested_is_found_and_confirmed(visit, demo_server, tmp_path):
    file = tmp_path / "tai.csv"
    file.write_text(HEADING + "C1;21/05/2026;the old sheds place;robbery;street\n", encoding="utf-8")
    seen = visit(demo_server, height=2400)
    seen.open("/Upload")
    _choose_agency(seen, "Housing and landlords")
    _give_file(seen, file)
    seen.page.get_by_text("The right place is not among them").click()
    seen.settle()
    name = seen.page.get_by_role("textbox", name="Name of the place that is meant")
    name.fill("North Quay Sheds")
    name.press("Tab")
    seen.settle()
    seen.page.get_by_role("combobox", name="Known places").click()
    seen.page.get_by_role("option", name=re.compile("^North Quay Sheds")).click()
    seen.settle()
    seen.page.get_by_role("button", name="Confirm this place for the text").click()
    seen.page.get_by_text("Every name is known. Nothing is asked.").wait_for(timeout=15_000)
    assert seen.serious_findings() == []
