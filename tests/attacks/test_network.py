"""No page asks another host for anything, a map that fails says so, and unsafe settings do not start."""

import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import folium
import pytest

from csg_maps.errors import SchemaBroken
from csg_maps.layers.hotspot_layer import hotspot_layer
from csg_maps.layers.map_page import check_page, make_map
from tests.browser.conftest import ROOT, app_server, browser, sample_server, visit  # noqa: F401

BOUNDS = (52.0, -0.6, 52.3, -0.3)


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/", "/Upload", "/Areas", "/Hotspots", "/Data"])
def test_attack_015_every_page_asks_its_own_host_only(visit, app_server, path):  # noqa: F811
    seen = visit(app_server)
    seen.open(path)
    seen.page.wait_for_timeout(2000)
    seen.settle()
    assert len(seen.requests) > 20
    assert seen.elsewhere() == []


@pytest.mark.browser
def test_attack_015_and_the_map_is_drawn(visit, sample_server):  # noqa: F811
    seen = visit(sample_server)
    seen.open()
    assert seen.map_frame().locator("path.csg-shape").count() >= 1
    assert seen.elsewhere() == []


@pytest.mark.browser
def test_attack_015_the_page_could_not_ask_another_host_if_it_tried(visit, sample_server):  # noqa: F811
    seen = visit(sample_server)
    seen.open()
    asked = "url => fetch(url).then(() => 'reached', () => 'refused')"
    assert seen.page.evaluate(asked, "https://elsewhere.example/") == "refused"
    assert any("Content Security Policy" in line for line in seen.console)


@pytest.mark.browser
@pytest.mark.parametrize("blocked", ["**/assets/leaflet.js*", "**/assets/**", "**/component/**/static/js/*"])
def test_attack_017_a_file_that_does_not_arrive_shows_a_message_and_the_table(visit, sample_server, blocked):  # noqa: F811
    seen = visit(sample_server, height=1300, blocked=blocked)
    seen.open()
    message = seen.page.frame_locator('iframe[title="streamlit_folium.st_folium"]').locator(".csg-no-map")
    message.wait_for(state="visible", timeout=20_000)
    assert "table" in message.inner_text()
    # Visible on the page, not cut off by the height of the frame
    outer = seen.page.locator('iframe[title="streamlit_folium.st_folium"]').bounding_box()
    inner = message.bounding_box()
    assert outer["height"] >= 40 and inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 2
    table = seen.page.locator('[data-testid="stTable"]').bounding_box()
    assert table["y"] < 1300, "the table is out of sight, below an empty space"
    seen.shot("map_blocked_" + re.sub(r"\W+", "_", blocked).strip("_"))


@pytest.mark.browser
def test_attack_017_a_map_that_came_has_no_message(visit, sample_server):  # noqa: F811
    seen = visit(sample_server)
    seen.open()
    frame = seen.map_frame()
    seen.page.wait_for_timeout(5000)
    assert not frame.locator(".csg-no-map").is_visible()


@pytest.mark.parametrize(
    "address",
    ["https://tile.example/{z}/{x}/{y}.png", "http://tile.example/{z}/{x}/{y}.png", "//tile.example/{z}/{x}/{y}.png"],
)
@pytest.mark.parametrize("on_page", [True, False])
def test_attack_018_tiles_of_another_host_are_refused(address, on_page):
    page, results = make_map((), BOUNDS), hotspot_layer(())
    folium.TileLayer(address, attr="x").add_to(page if on_page else results)
    with pytest.raises(SchemaBroken):
        check_page(page, [results])


def test_attack_018_no_parameter_takes_a_tile_address():
    assert set(inspect.signature(make_map).parameters) == {"ground", "bounds"}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("browser.gatherUsageStats", "true"),
        ("server.enableStaticServing", "true"),
        ("server.enableAgentApi", "true"),
        ("server.enableXsrfProtection", "false"),
        ("server.enableCORS", "false"),
        ("client.showErrorDetails", "full"),
    ],
)
def test_attack_020_unsafe_settings_do_not_start(tmp_path: Path, option: str, value: str):
    shutil.copy(ROOT / "app.py", tmp_path)
    shutil.copy(ROOT / "home.py", tmp_path)
    shutil.copytree(ROOT / ".streamlit", tmp_path / ".streamlit")
    variable = "STREAMLIT_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", option.replace(".", "_")).upper()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CSG_STORE": str(tmp_path / "store"), "HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true", "--server.port", "0"],
        check=False, cwd=tmp_path, env={**environment, variable: value}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    printed = ended.stdout + ended.stderr
    assert ended.returncode != 0
    assert option in printed and "does not start" in printed
    assert "Traceback" not in printed
    assert not (tmp_path / "store").exists()
