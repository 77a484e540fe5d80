"""From a hot cell to a printed page about a proposed place, by clicks: timed, printed, and looked at."""

import re
import time
from pathlib import Path

from tests.browser.conftest import SHOTS, Visit

_STILL = 1500
"""Milliseconds until the browser knows where the map's frame is after scrolling: a click before that goes into the frame."""

MAP = 'iframe[title="streamlit_folium.st_folium"]'


def _settled(seen: Visit, milliseconds: int = 300) -> None:
    seen.page.wait_for_timeout(milliseconds)
    seen.settle()


def _fill(seen: Visit, label: str, text: str) -> None:
    field = seen.page.get_by_role("textbox", name=label, exact=True)
    field.fill(text)
    field.press("Tab")
    _settled(seen)


def _hot_cell(seen: Visit) -> None:
    """Click the cell that carries the 1 on the map."""
    frame = seen.map_frame()
    seen.settle()
    one = frame.locator(".csg-number").get_by_text("1", exact=True)
    one.scroll_into_view_if_needed()
    _settled(seen, _STILL)
    box = one.bounding_box()
    seen.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    seen.page.get_by_role("button", name="Propose a place here").wait_for(timeout=30_000)
    _settled(seen)


def test_from_a_hot_cell_to_a_printed_page_in_under_two_minutes(visit, app_server, browser, tmp_path: Path):
    seen = visit(app_server, height=1400)
    started = time.monotonic()
    seen.open("/Hotspots")
    _hot_cell(seen)
    records = re.search(r"([\d,]+) records under this filter", seen.page.locator(".st-key-profile").inner_text())
    assert records
    total = records.group(1)
    propose = seen.page.get_by_role("button", name="Propose a place here")
    propose.scroll_into_view_if_needed()
    _settled(seen, _STILL)
    propose.click()
    seen.page.wait_for_url("**/Places", timeout=30_000)
    seen.page.get_by_role("textbox", name="Why this place", exact=True).wait_for(timeout=30_000)
    _settled(seen, 800)
    _fill(seen, "Why this place", "Young people hang around here after school; no adult is near.")
    assert "young people spend time here" in seen.page.locator('[data-testid="stMain"]').inner_text()
    _fill(seen, "Why this place", "Young people spend time here after school; no adult is near.")
    _fill(seen, "What will be done", "Staff where young people wait, from 15:00 on school days")
    _fill(seen, "Role of the owner", "Team leader")
    seen.page.keyboard.press("Escape")
    seen.shot("first_place_form")
    seen.page.get_by_role("button", name="Put it into the register").click()
    seen.page.get_by_text("is in the register as P-").wait_for(timeout=30_000)
    _settled(seen, 800)
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="Page to print").click()
    page_file = tmp_path / download.value.suggested_filename
    download.value.save_as(page_file)
    taken = time.monotonic() - started
    print(f"\nfrom a hot cell to a printed page: {taken:.0f} s of clicks")
    assert taken < 120
    assert re.fullmatch(r"OFFICIAL-SENSITIVE_P-\d{4}-\d{3}\.html", page_file.name)
    seen.page.set_viewport_size({"width": 1366, "height": 3200})
    _settled(seen, 1500)
    seen.shot("first_place_page")
    shown = seen.page.locator('[data-testid="stMain"]').inner_text()
    assert f"{total} concerns" in shown, "the place counts what its cell counted"
    assert "Not asked yet" in shown
    assert seen.elsewhere() == []
    assert seen.complaints() == []
    _check_print(browser, page_file, total)
    seen.page.get_by_role("radio", name="Cymraeg").click()
    seen.page.locator('html[lang="cy"]').wait_for(state="attached", timeout=15_000)
    _settled(seen, 1500)
    with seen.page.expect_download() as download:
        seen.page.locator('[data-testid="stDownloadButton"] button').first.click()
    download.value.save_as(page_file)
    assert '<html lang="cy">' in page_file.read_text(encoding="utf-8"), "a page is in the language of the screen"


def _check_print(browser: object, page_file: Path, total: str) -> None:
    context = browser.new_context(viewport={"width": 794, "height": 1123})  # type: ignore[attr-defined]
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(page_file.as_uri())
    page.emulate_media(media="print")
    text = page.locator("body").inner_text()
    assert text.startswith("OFFICIAL-SENSITIVE")
    assert text.rstrip().endswith("OFFICIAL-SENSITIVE")
    assert f"{total} concerns" in text
    for heading in ("What young people say", "Where", "What is recorded", "What will be done", "What is not known"):
        assert heading in text
    assert page.locator("img").evaluate("image => image.complete && image.naturalWidth") >= 800
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    print(f"printed on {pages} sheets of A4, {len(printed) // 1024} KB")
    assert 1 <= pages <= 2
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(SHOTS / "first_place_printed.png"), full_page=True)
    assert all(url.startswith(("file:", "data:")) for url in asked), asked
    context.close()


def test_an_outline_is_drawn_by_clicks_and_its_last_corner_undone(visit, app_server):
    seen = visit(app_server, height=1600)
    seen.open("/Places")
    _open_ways(seen)
    seen.page.get_by_text("An outline on the map").click()
    frame = seen.page.frame_locator(MAP)
    frame.locator(".leaflet-container").wait_for(timeout=30_000)
    _settled(seen, 1500)
    seen.page.locator(MAP).scroll_into_view_if_needed()
    box = seen.page.locator(MAP).bounding_box()
    assert box
    corners = [(0.5, 0.45), (0.56, 0.45), (0.56, 0.55), (0.9, 0.9)]
    for number, (across, down) in enumerate(corners, start=1):
        seen.page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        seen.page.get_by_text(re.compile(f"^{number} corners? so far")).wait_for(timeout=20_000)
        _settled(seen, 500)
    seen.page.get_by_role("button", name="Undo the last corner").click()
    seen.page.get_by_text("3 corners so far").wait_for(timeout=20_000)
    _settled(seen, 800)
    assert frame.locator("path.csg-selected").count() == 1
    seen.shot("first_place_outline")
    seen.page.get_by_role("button", name="Propose this outline").click()
    seen.page.get_by_role("textbox", name="Why this place", exact=True).wait_for(timeout=30_000)
    _settled(seen, 800)
    assert re.search(r"\d+ cells about 130 m across", seen.page.locator('[data-testid="stMain"]').inner_text())
    assert seen.serious_findings() == []
    seen.page.get_by_role("button", name="Leave it").click()
    _settled(seen)
    assert seen.complaints() == []


def _open_ways(seen: Visit) -> None:
    ways = seen.page.get_by_text("An outline on the map")
    if not ways.is_visible():
        seen.page.locator("summary", has_text="Propose a place").click()
        ways.wait_for(timeout=15_000)


def test_attack_116_a_place_is_chosen_from_the_list_by_keyboard_alone(visit, app_server):
    seen = visit(app_server, height=1600)
    seen.open("/Places")
    _open_ways(seen)
    _settled(seen, 1500)
    box = seen.page.get_by_role("combobox", name="Area", exact=True)
    box.focus()
    box.press_sequentially("Lantern Green")
    seen.page.get_by_role("option").first.wait_for(timeout=15_000)
    seen.page.keyboard.press("Enter")
    _settled(seen)
    go = seen.page.get_by_role("button", name="Propose this area")
    go.focus()
    go.press("Enter")
    seen.page.get_by_role("textbox", name="Why this place", exact=True).wait_for(timeout=30_000)
    _settled(seen)
    assert "Lantern" in seen.page.locator('[data-testid="stMain"]').inner_text()


def test_attack_115_the_register_and_a_place_have_no_serious_finding_and_the_map_shows_them(visit, app_server):
    seen = visit(app_server, height=2400)
    seen.open("/Places")
    _settled(seen, 800)
    seen.shot("first_place_register")
    assert seen.serious_findings() == []
    seen.page.get_by_role("combobox", name="Open a place", exact=True).click()
    seen.page.get_by_role("option").first.click()
    _settled(seen, 2500)
    assert seen.serious_findings() == []
    seen.page.locator('.st-key-ways a[href="Hotspots"]').click()
    seen.page.wait_for_url("**/Hotspots", timeout=15_000)
    frame = seen.map_frame()
    _settled(seen, 1500)
    assert frame.locator("path.csg-place").count() == 1
    assert frame.locator(".csg-place-mark").all_inner_texts()[0] == "P1"
    assert "P1" in seen.page.locator('[data-testid="stMain"]').inner_text()
    seen.shot("first_place_on_the_map")
    assert seen.complaints() == []
