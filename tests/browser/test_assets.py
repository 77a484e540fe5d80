"""A list of assets by clicks: kind and columns are proposed, marks appear on the maps, a place says what is near."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT, Server, Visit, start_server, stop_server

MAP = 'iframe[title="streamlit_folium.st_folium"]'


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app over an empty store of this module's own: what is clicked here changes it."""
    import subprocess
    import sys

    store = tmp_path_factory.mktemp("assets") / "store"
    subprocess.run(
        [sys.executable, "-m", "csg_maps", "init", "--store", str(store)], cwd=ROOT, check=True, capture_output=True
    )
    server = start_server(ROOT, store)
    yield server
    stop_server(server)


def _choose(seen: Visit, label: str, text: str) -> None:
    box = seen.page.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.press_sequentially(text)
    seen.page.wait_for_timeout(400)
    box.press("Enter")
    seen.page.wait_for_timeout(300)
    seen.settle()


def _tab(seen: Visit, name: str) -> None:
    seen.page.get_by_role("tab", name=name).click()
    seen.page.wait_for_timeout(300)
    seen.settle()


def test_a_list_by_clicks_mended_taken_away_and_brought_back(visit, own_server: Server, tmp_path: Path) -> None:
    path = tmp_path / "youth_clubs.csv"
    with open(path, "w", newline="", encoding="utf-8") as lines:
        rows = csv.writer(lines)
        rows.writerow(["Club name", "Lat", "Lon", "Opening hours"])
        rows.writerow(["{{7*7}} <img src=x onerror=alert(1)>", "52.43", "-4.81", "Mo-Fr 16:00-21:00"])
        rows.writerow(["The Den", "52.44", "-4.82", "now and then"])
    seen = visit(own_server, height=1800)
    seen.open("/Assets")
    assert "There are no assets yet" in seen.page.locator('[data-testid="stMain"]').inner_text()
    _tab(seen, "Add a list")
    seen.page.locator('input[type="file"]').set_input_files(str(path))
    seen.page.get_by_text("The name of the file says so.").wait_for(timeout=30_000)
    seen.settle()
    seen.page.get_by_role("button", name="Add these assets").click()
    seen.page.get_by_text("2 rows = 2 accepted + 0 refused + 0 duplicates").first.wait_for(timeout=30_000)
    seen.settle()
    assert "The opening hours cannot be read" in seen.page.locator('[data-testid="stMain"]').inner_text()
    seen.shot("assets_report")
    _tab(seen, "All assets")
    frame = seen.page.frame_locator(MAP)
    frame.locator(".csg-asset svg").first.wait_for(timeout=30_000)
    assert frame.locator(".csg-asset").count() == 2
    assert set(frame.locator(".csg-asset text").all_text_contents()) == {"Y"}
    assert "{{7*7}} <img src=x onerror=alert(1)>" in seen.page.locator("table").nth(1).inner_text()
    _choose(seen, "Open an asset", "Den")
    field = seen.page.get_by_role("textbox", name="Monday", exact=True)
    field.fill("four till late")
    seen.page.get_by_role("button", name="Save", exact=True).click()
    seen.page.get_by_text("Monday: Write the hours of a day like").wait_for(timeout=30_000)
    seen.settle()
    seen.page.get_by_role("textbox", name="Monday", exact=True).fill("16:00-21:00")
    seen.page.get_by_role("textbox", name="Welsh name", exact=True).fill("Y Ffau")
    seen.page.get_by_role("button", name="Save", exact=True).click()
    seen.page.get_by_text("The Den is saved.").wait_for(timeout=30_000)
    seen.settle()
    assert "Monday 16:00-21:00" in " ".join(seen.page.locator("table").all_inner_texts())
    seen.page.get_by_role("button", name="Take it away").click()
    seen.page.get_by_text("The Den is taken away.").wait_for(timeout=30_000)
    seen.settle()
    seen.page.get_by_text("Taken away (1)").click()
    seen.page.wait_for_timeout(500)
    _choose(seen, "Bring one back", "Den")
    seen.page.get_by_role("button", name="Bring it back").click()
    seen.page.get_by_text("The Den is back.").wait_for(timeout=30_000)
    seen.settle()
    assert seen.serious_findings() == []
    assert seen.elsewhere() == []
    assert seen.complaints() == []


def test_marks_beside_hotspots_with_legend_and_what_is_near_the_place_that_is_open(visit, app_server: Server) -> None:
    seen = visit(app_server, height=2400)
    seen.open("/Hotspots")
    frame = seen.map_frame()
    assert frame.locator(".csg-asset").count() == 0
    for kind in ("Takeaways", "Stations"):
        _choose(seen, "Show beside the hotspots", kind)
    frame.locator(".csg-asset").nth(8).wait_for(timeout=30_000)
    assert sorted(frame.locator(".csg-asset text").all_text_contents()) == ["ST"] * 2 + ["T"] * 7
    assert frame.locator(".csg-number").count() == 10
    legend = seen.page.locator("table", has_text="Letters").last.inner_text()
    assert "Takeaways" in legend and "Stations" in legend and "Libraries" not in legend
    seen.page.keyboard.press("Escape")
    seen.page.wait_for_timeout(500)
    seen.settle()
    seen.page.get_by_role("combobox", name="Open a place from the table").click()
    seen.page.wait_for_timeout(500)
    seen.page.get_by_role("option").first.click()
    near = seen.page.locator(".st-key-profile")
    near.get_by_text("What is near").wait_for(timeout=30_000)
    seen.settle()
    said = near.inner_text()
    assert "Within 250 m: about 3 minutes' walk" in said
    assert "Haven Bus Station" in said
    seen.shot("assets_near")
    assert seen.serious_findings() == []
    assert seen.elsewhere() == []
    assert seen.complaints() == []
