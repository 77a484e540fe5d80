"""The frame of every page, in a real browser without a network."""

from pathlib import Path

import pytest

from csg_maps.views.shell import PAGES

NAMES = {page.link: Path(page.script).stem.partition("_")[2] for page in PAGES.values()}
PATHS = tuple(f"/{name}" for name in NAMES.values())  # the first page has no name


@pytest.mark.parametrize("path", PATHS)
def test_a_page_opened_directly_has_one_heading_and_asks_nobody_else(visit, app_server, path):
    seen = visit(app_server, height=1400)
    seen.open(path)
    seen.page.wait_for_timeout(1500)
    seen.settle()
    assert "first start" not in seen.page.locator('[data-testid="stMain"]').inner_text()
    if path in {"/", "/Hotspots"}:
        assert seen.map_frame().locator("path.csg-shape").count() >= 2
    seen.shot("page_" + (path.strip("/").lower() or "home"))
    assert seen.page.locator("h1").count() == 1
    assert seen.elsewhere() == []
    assert seen.complaints() == []


@pytest.mark.parametrize("path", PATHS)
def test_attack_115_axe_finds_nothing_serious(visit, app_server, path):
    seen = visit(app_server, height=1400)
    seen.open(path)
    seen.page.wait_for_timeout(1500)
    seen.settle()
    if path in {"/", "/Hotspots"}:
        seen.map_frame()
    assert seen.serious_findings() == []


def test_our_own_links_lead_to_each_page_and_say_where_one_is(visit, app_server):
    seen = visit(app_server)
    seen.open()
    ways = seen.page.get_by_role("navigation", name="Pages")
    ways.get_by_role("link").nth(4).wait_for(timeout=30_000)
    assert ways.get_by_role("link").all_inner_texts() == list(NAMES)
    assert seen.page.locator('[data-testid="stSidebarNav"]').count() == 0
    for name in filter(None, NAMES.values()):
        ways.get_by_role("link", name=name, exact=True).click()
        seen.page.wait_for_url(f"**/{name}", timeout=15_000)
        seen.settle()
        seen.page.locator(f'a[aria-current="page"]:has-text("{name}")').wait_for(timeout=15_000)
        assert seen.page.locator('a[aria-current="page"]').count() == 1


def test_the_language_is_kept_from_page_to_page_and_said_in_the_document(visit, app_server):
    seen = visit(app_server)
    seen.open()
    assert seen.page.evaluate("document.documentElement.lang") == "en"
    seen.page.get_by_role("radio", name="Cymraeg").click()
    seen.page.locator('html[lang="cy"]').wait_for(state="attached", timeout=15_000)
    seen.settle()
    seen.page.locator('.st-key-ways a[href="Areas"]').click()
    seen.page.wait_for_url("**/Areas", timeout=15_000)
    seen.settle()
    assert seen.page.evaluate("document.documentElement.lang") == "cy"
    assert seen.page.get_by_role("radio", name="Cymraeg").get_attribute("aria-checked") == "true"


def test_the_first_tab_stop_skips_to_the_heading(visit, app_server):
    seen = visit(app_server)
    seen.open()
    seen.page.locator("body").press("Tab")
    assert seen.page.evaluate("document.activeElement.className") == "csg-skip"
    box = seen.page.locator(".csg-skip").bounding_box()
    assert box["y"] >= 0, "the link is not visible while it has the focus"
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate("document.activeElement.tagName") == "H1"
