"""A person's own way, by clicks and without any network: a real month file in, the map, a place, a filter, the next month."""

import re
import time
import zipfile
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT, start_server, stop_server
from tests.commands import run

FRAME = 'iframe[title="streamlit_folium.st_folium"]'


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory):
    """The app on an empty store that belongs to this module."""
    store = tmp_path_factory.mktemp("journey") / "store"
    assert run("init", "--store", store).exit_code == 0
    server = start_server(ROOT, store)
    yield server
    stop_server(server)


def _choose_agency(seen, name: str) -> None:
    seen.page.get_by_role("combobox", name="Which agency sent it?").click()
    seen.page.get_by_role("option", name=name, exact=True).click()
    seen.settle()


def _give_file(seen, path: Path) -> None:
    seen.page.set_input_files("input[type=file]", str(path))
    seen.settle()
    seen.page.get_by_role("button", name="Look at these files").click()
    seen.page.get_by_text("Where it comes from, and who may use it").wait_for(timeout=90_000)
    seen.settle()


def _say_provenance(seen) -> None:
    seen.page.get_by_role("textbox", name="Sharing agreement").fill("WASPI ISP 12")
    seen.page.get_by_role("textbox", name="Purpose").fill("Safer places for young people")
    seen.page.get_by_role("textbox", name="Purpose").press("Tab")
    seen.settle()
    for part, text in enumerate(("31", "12", "2030")):
        seen.page.get_by_role("spinbutton").nth(part).press_sequentially(text)
    seen.page.keyboard.press("Escape")
    seen.page.get_by_role("heading", name="Add a file").click()
    seen.settle()


def _import(seen) -> str:
    assert seen.page.get_by_text(re.compile("Still to say")).all_inner_texts() == []
    seen.page.get_by_role("button", name="Import", exact=True).click()
    done = seen.page.get_by_text(re.compile("rows are in, as batch"))
    done.wait_for(timeout=120_000)
    seen.settle()
    return done.inner_text()


def _month(shared_data: Path, month: str, folder: Path) -> Path:
    with zipfile.ZipFile(shared_data / "police_uk/bedfordshire_street_2021-05_2024-04.zip") as archive:
        name = next(entry for entry in archive.namelist() if entry.endswith(f"{month}-bedfordshire-street.csv"))
        path = folder / Path(name).name
        path.write_bytes(archive.read(name))
    return path


def test_from_a_real_month_file_to_the_profile_of_a_hot_cell(visit, empty_server, shared_data, tmp_path):
    seen = visit(empty_server, height=1300)
    seen.open("/Upload")
    _choose_agency(seen, "Police")
    _give_file(seen, _month(shared_data, "2024-02", tmp_path))
    assert seen.page.get_by_text("nothing needs to be mapped").is_visible()
    assert seen.serious_findings() == []
    _say_provenance(seen)
    _import(seen)
    seen.shot("journey_report")
    assert seen.serious_findings() == []

    seen.page.get_by_role("link", name="See it on the map").click()
    seen.page.get_by_role("button", name="Show the background").click()
    seen.map_frame()
    seen.settle()
    # one month of dates known by month only can never be called a hotspot, and the page says so; counts are shown
    assert seen.page.get_by_text(re.compile("too few records or dates")).first.is_visible()
    seen.page.get_by_role("combobox", name="Show").click()
    seen.page.get_by_role("option", name="Counts", exact=True).click()
    seen.settle()
    frame = seen.map_frame()
    frame.locator("path.csg-class-5").wait_for(timeout=30_000)
    assert len(frame.locator("path.csg-class-5").get_attribute("d")) > 50
    seen.settle()

    # the first of the ranking carries its number: a click there opens the profile of a hot cell
    frame.locator(".csg-number", has_text=re.compile("^1$")).first.click(force=True)
    seen.page.get_by_text(re.compile("records under this filter")).wait_for(timeout=30_000)
    seen.settle()
    first_row = seen.page.locator("[data-testid=stTable] tbody tr").first.inner_text()
    assert seen.page.get_by_text(re.compile("records under this filter")).inner_text().split()[0] in first_row
    frame.locator("path.csg-selected").wait_for(timeout=15_000)
    seen.shot("journey_profile")
    assert seen.serious_findings() == []

    # a filter changes the map, and the profile of the place that was open under the old one is closed
    drawn = frame.locator("path.csg-class-5").get_attribute("d")
    seen.page.get_by_role("combobox", name="Harm").click()
    seen.page.get_by_role("combobox", name="Harm").press_sequentially("Anti-social behaviour")
    seen.page.get_by_role("option", name="Anti-social behaviour", exact=True).click()
    seen.page.keyboard.press("Escape")
    seen.settle()
    seen.page.wait_for_timeout(1_500)
    assert seen.map_frame().locator("path.csg-class-5").get_attribute("d") != drawn
    assert not seen.page.get_by_text(re.compile("records under this filter")).is_visible()
    assert seen.elsewhere() == []
    assert seen.complaints() == []


def test_the_second_month_of_an_agencys_own_layout_needs_no_mapping(visit, empty_server, tmp_path):
    heading = "Ein cyf;Dyddiad;Lat;Hir;Niwed;Lleoliad\n"
    first = "".join(
        f"A{n};{n % 27 + 1:02d}/08/2026 15:{n % 60:02d};{52.13 + n / 9000:.5f};{-0.46 + n / 9000:.5f};knife;parc\n"
        for n in range(60)
    )
    first += "A99;28/08/2026 16:00;52.13;-0.46;strange words of ours;parc\n"
    second = "".join(
        f"B{n};{n % 27 + 1:02d}/09/2026 15:{n % 60:02d};{52.13 + n / 9000:.5f};{-0.46 + n / 9000:.5f};knife;parc\n"
        for n in range(50)
    )
    second += "B99;28/09/2026 16:00;52.13;-0.46;strange words of ours;parc\n"
    august, september = tmp_path / "awst.csv", tmp_path / "medi.csv"
    august.write_text(heading + first, encoding="utf-8")
    september.write_text(heading + second, encoding="utf-8")

    seen = visit(empty_server, height=1600)
    seen.open("/Upload")
    _choose_agency(seen, "Youth service")
    _give_file(seen, august)
    for field, column in (("Latitude", "Lat"), ("Longitude", "Hir")):
        seen.page.get_by_role("combobox", name=field, exact=True).click()
        seen.page.get_by_role("option", name=column, exact=True).click()
        seen.settle()
    asked = seen.page.get_by_role("combobox", name="strange words of ours")
    asked.click()
    asked.press_sequentially("Serious youth")
    seen.page.get_by_role("option", name="Serious youth violence", exact=True).click()
    seen.settle()
    seen.shot("journey_mapping")
    _say_provenance(seen)
    assert "61 of 61" in _import(seen)

    started = time.monotonic()
    seen.page.get_by_role("button", name="Add another file").click()
    seen.settle()
    _choose_agency(seen, "Youth service")
    _give_file(seen, september)
    assert seen.page.get_by_text("nothing needs to be mapped").is_visible()
    assert seen.page.get_by_role("combobox", name="strange words of ours").count() == 0
    # agreement, purpose and retention are remembered too: one click brings the month in
    assert "51 of 51" in _import(seen)
    print(f"the second month took {time.monotonic() - started:.0f} s of clicks")
    assert seen.elsewhere() == []
    assert seen.complaints() == []


@pytest.mark.parametrize(
    "path", ["/", *(f"/{page.stem.partition('_')[2]}" for page in sorted(ROOT.glob("pages/*.py")))]
)
@pytest.mark.parametrize("language", ["English", "Cymraeg"])
def test_every_page_of_the_demo_is_accessible_and_asks_nothing_of_others(visit, app_server, path, language):
    seen = visit(app_server)
    seen.open("/")
    # the very first start makes the demo borough
    seen.page.get_by_role("button", name=re.compile("empty store|storfa wag")).first.wait_for(timeout=180_000)
    seen.open(path)
    if language == "Cymraeg":
        seen.page.get_by_text("Cymraeg", exact=True).click()
        seen.settle()
        seen.page.wait_for_timeout(500)
    seen.shot(f"demo_{path.strip('/') or 'home'}_{language}")
    assert seen.serious_findings() == []
    assert seen.elsewhere() == []
    assert seen.complaints() == []


def test_a_choice_stays_and_reads_in_the_other_language_after_a_switch(visit, app_server):
    seen = visit(app_server)
    seen.open("/")
    seen.page.get_by_role("button", name=re.compile("empty store|storfa wag")).first.wait_for(timeout=180_000)
    seen.open("/Hotspots")
    seen.page.get_by_role("combobox", name="What to count").click()
    seen.page.get_by_role("option", name="Background", exact=True).click()
    seen.settle()
    for box, option in (("By", "Cells about 900 m across"), ("Show", "Counts")):
        seen.page.get_by_role("combobox", name=box, exact=True).click()
        seen.page.get_by_role("option", name=option, exact=True).click()
        seen.settle()
    seen.page.get_by_role("slider").first.press("ArrowRight")
    seen.settle()
    seen.page.wait_for_timeout(500)
    months = seen.page.get_by_test_id("stSlider").first
    assert "Dec 2023" in months.inner_text()
    seen.page.get_by_text("Cymraeg", exact=True).click()
    seen.settle()
    chosen = seen.page.get_by_role("combobox", name="Beth i'w gyfrif")
    chosen.wait_for(timeout=15_000)
    assert chosen.input_value() == "Cefndir"
    by = seen.page.get_by_role("combobox", name="Fesul").input_value()
    assert "900 m" in by
    assert "Cells" not in by
    assert seen.page.get_by_role("combobox", name="Dangos", exact=True).input_value() == "Cyfrifon"
    assert "Rhag 2023" in months.inner_text()
    assert seen.complaints() == []
    seen.shot("hotspots_switched")
