"""The workbench by clicks: every group of the demo's messy month, and a real messy file; the sum is read after each step."""

import re
import time
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT, start_server, stop_server
from tests.commands import run, supply
from tests.workflows import mending_store as ours

FRAME = 'iframe[title="streamlit_folium.st_folium"]'
SUM = re.compile(r"([\d,]+) rows = ([\d,]+) accepted \+ ([\d,]+) set aside \+ ([\d,]+) refused \+ ([\d,]+) duplicates")


@pytest.fixture(scope="module")
def mending_server(tmp_path_factory: pytest.TempPathFactory):
    """The app on a store with the demo's wards and its messy month."""
    store = tmp_path_factory.mktemp("workbench") / "store"
    ours.bring_in(ours.make_store(store), ours.MESSY)
    server = start_server(ROOT, store)
    yield server
    stop_server(server)


@pytest.fixture(scope="module")
def city_server(tmp_path_factory: pytest.TempPathFactory, shared_data: Path):
    """The app on a store with a city's own messy file and its boroughs."""
    store = tmp_path_factory.mktemp("city") / "store"
    run("init", "--store", store)
    messy = shared_data / "messy"
    words = ("--layer", "alcaldias", "--code", "municip", "--name", "nomgeo", "--no-extent")
    assert run("areas", "add", messy / "cdmx_alcaldias.gpkg", "--store", store, *words).exit_code == 0
    assert supply(messy / "cdmx_car_jacking.gpkg", "--store", store).exit_code == 0
    server = start_server(ROOT, store)
    yield server
    stop_server(server)


def read_sum(seen) -> tuple[int, ...]:
    """The five numbers of the line that the last step said; they add up."""
    said = seen.page.get_by_test_id("stAlert").get_by_text(SUM)
    said.first.wait_for(timeout=30_000)
    found = SUM.search(said.first.inner_text())
    assert found
    rows, *parts = (int(number.replace(",", "")) for number in found.groups())
    assert rows == sum(parts)
    print(found.group())
    return (rows, *parts)


def open_group(seen, words: str, ending: str = "") -> None:
    groups = seen.page.get_by_role("radiogroup", name="What is wrong")
    groups.get_by_text(re.compile(re.escape(words) + (ending or ".*"))).first.click()
    seen.settle()


def choose(seen, name: str, option: str) -> None:
    seen.page.get_by_role("combobox", name=name, exact=True).click()
    seen.page.get_by_role("option", name=option, exact=True).click()
    seen.settle()


def way(seen, words: str) -> None:
    seen.page.get_by_role("radiogroup", name="What to do").get_by_text(re.compile(f"^{re.escape(words)}")).click()
    seen.settle()


def write(seen, label: str | re.Pattern[str], text: str) -> None:
    box = seen.page.get_by_role("textbox", name=label)
    box.fill(text)
    box.press("Tab")
    seen.settle()


def do(seen, name: str) -> tuple[int, ...]:
    seen.page.get_by_role("button", name=name, exact=True).click()
    seen.settle()
    return read_sum(seen)


def test_every_group_of_the_messy_month_is_mended_by_clicks(visit, mending_server):
    begun = time.monotonic()
    seen = visit(mending_server, height=1500)
    seen.open("/Workbench")
    frame = seen.map_frame()
    assert frame.locator(".csg-number").count() == 6
    assert seen.serious_findings() == []
    seen.shot("workbench_proposal")

    # a double click is one mend
    seen.page.get_by_role("button", name="Mend 6 rows", exact=True).dblclick()
    seen.settle()
    assert read_sum(seen) == (66, 42, 23, 0, 1)
    assert seen.page.get_by_text("Some of these rows").count() == 0

    # a wrong date is refused in the rules' words; then those that say the same, then one, then the last without a date
    open_group(seen, "The date does not exist")
    choose(seen, "Which rows", "The 3 rows that say 31/02/2026")
    write(seen, re.compile("^Date, or date and time, written as"), "30/02/2026")
    seen.page.get_by_role("button", name="Mend 3 rows", exact=True).click()
    seen.page.get_by_text("Nothing was mended. The date does not exist").wait_for(timeout=30_000)
    seen.settle()
    assert seen.serious_findings() == []
    write(seen, re.compile("^Date, or date and time, written as"), "28/02/2026")
    assert do(seen, "Mend 3 rows") == (66, 45, 20, 0, 1)
    open_group(seen, "The date does not exist")
    way(seen, "Without a date")
    assert do(seen, "Mend 2 rows") == (66, 47, 18, 0, 1)

    open_group(seen, "The row would lie in the area if its longitude had the other sign")
    assert do(seen, "Mend 4 rows") == (66, 51, 14, 0, 1)

    # a click on the map: the area that it lies in is named before anything is done
    open_group(seen, "The place is more than 500 m outside the area")
    map_box = seen.page.frame_locator(FRAME).locator(".leaflet-container")
    box = map_box.bounding_box()
    map_box.click(position={"x": box["width"] - 25, "y": 25})
    seen.page.get_by_text("The place lies outside your areas").wait_for(timeout=30_000)
    seen.settle()
    map_box.click(position={"x": box["width"] * 0.45, "y": box["height"] * 0.5})
    seen.page.get_by_text(re.compile("The place lies in ")).wait_for(timeout=30_000)
    seen.settle()
    seen.page.frame_locator(FRAME).locator("path.csg-selected").wait_for(timeout=30_000)
    seen.shot("workbench_click")
    assert do(seen, "Mend 3 rows") == (66, 54, 11, 0, 1)

    open_group(seen, "The date is after today")
    write(seen, re.compile("^Date, or date and time, written as"), "14/09/2026")
    assert do(seen, "Mend 2 rows") == (66, 56, 9, 0, 1)

    # an area by name
    open_group(seen, "One coordinate is blank")
    way(seen, "In an area")
    seen.page.get_by_role("combobox", name="Area", exact=True).click()
    seen.page.get_by_role("option").first.click()
    seen.settle()
    assert do(seen, "Mend 2 rows") == (66, 58, 7, 0, 1)

    # a place typed
    open_group(seen, "This is not an H3 cell")
    write(seen, "Latitude and longitude, or a postcode", "52.4301, -4.7902")
    assert do(seen, "Mend 2 rows") == (66, 60, 5, 0, 1)

    open_group(seen, "Both coordinates are 0")
    way(seen, "Without a place")
    assert do(seen, "Mend 2 rows") == (66, 62, 3, 0, 1)

    # refused, undone, refused again
    open_group(seen, "The date is before 1990")
    way(seen, "Do not take in")
    write(seen, "Why they are not taken in", "![x](http://evil.example/x) <b>test</b> {{7*7}}")
    assert do(seen, "Refuse 1 row") == (66, 62, 2, 1, 1)
    assert seen.page.get_by_text("![x](http://evil.example/x) <b>test</b> {{7*7}}").count() == 1
    seen.page.get_by_role("button", name=re.compile("^Undo the newest step")).click()
    seen.settle()
    assert read_sum(seen) == (66, 62, 3, 0, 1)
    open_group(seen, "The date is before 1990")
    write(seen, re.compile("^Date, or date and time, written as"), "01/09/2026")
    assert do(seen, "Mend 1 row") == (66, 63, 2, 0, 1)

    # two reasons: the proposal and a date
    open_group(seen, "The row would lie in the area if its two coordinates were exchanged")
    write(seen, re.compile("^Date, or date and time, written as"), "28/02/2026")
    assert do(seen, "Mend 1 row") == (66, 64, 1, 0, 1)

    write(seen, "Latitude and longitude, or a postcode", "52.4301 -4.7902")
    assert do(seen, "Mend 1 row") == (66, 65, 0, 0, 1)
    assert seen.page.get_by_role("heading", name="Nothing is set aside").is_visible()
    seen.shot("workbench_done")
    assert seen.serious_findings() == []
    seen.open("/Data")
    row = seen.page.locator("[data-testid=stTable] tbody tr").first.inner_text().split()
    assert row[-8:-2] == ["66", "65", "0", "0", "1", row[-3]]
    assert seen.elsewhere() == []
    assert seen.complaints() == []
    print(f"29 rows in 12 steps of clicks: {time.monotonic() - begun:.0f} s")


def test_a_real_messy_file_is_mended_by_clicks(visit, city_server):
    seen = visit(city_server, height=1500)
    seen.open("/Workbench")
    assert (
        seen.page.get_by_role("heading", name=SUM)
        .inner_text()
        .startswith("2,811 rows = 2,659 accepted + 152 set aside")
    )
    seen.page.get_by_role("combobox", name="Which rows").click()
    seen.page.get_by_role("option", name=re.compile("^Row 97")).click()
    seen.settle()
    way(seen, "In an area")
    seen.page.get_by_role("combobox", name="Area", exact=True).click()
    seen.page.get_by_role("option", name="Milpa Alta", exact=True).click()
    seen.settle()
    assert do(seen, "Mend 1 row") == (2_811, 2_660, 151, 0, 0)
    way(seen, "Without a place")
    seen.shot("workbench_city")
    assert do(seen, "Mend 151 rows") == (2_811, 2_811, 0, 0, 0)
    assert seen.page.get_by_role("heading", name="Nothing is set aside").is_visible()
    assert seen.elsewhere() == []
    assert seen.complaints() == []


def test_the_workbench_works_from_the_keyboard(visit, tmp_path_factory):
    store = tmp_path_factory.mktemp("keys") / "store"
    ours.bring_in(ours.make_store(store), ours.MESSY)
    server = start_server(ROOT, store)
    try:
        seen = visit(server, height=1500)
        seen.open("/Workbench")
        seen.page.get_by_role("radio", name=re.compile("^6 ")).focus()
        for _times in range(2):
            seen.page.keyboard.press("ArrowDown")
            seen.settle()
        assert seen.page.get_by_role("radio", name=re.compile("^4 ")).is_checked()
        for _times in range(40):
            seen.page.keyboard.press("Tab")
            if seen.page.evaluate("document.activeElement.innerText") == "Mend 4 rows":
                break
        seen.page.keyboard.press("Enter")
        assert read_sum(seen) == (66, 40, 25, 0, 1)
    finally:
        stop_server(server)
