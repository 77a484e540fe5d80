"""The base map in a real browser: tiles load in the frame without origin, at three zooms, and nothing asks another host."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT, start_server, stop_server
from tests.workflows.test_basemaps import bedfordshire

FRAME = 'iframe[title="streamlit_folium.st_folium"]'
LOADED = "tiles => tiles.filter(tile => tile.naturalWidth > 1).length"


def _inner(seen):
    return next(frame for frame in seen.page.frames if "/component/streamlit_folium" in frame.url)


def _wait_for_tiles(seen) -> int:
    """How many tiles of the map have a picture, once none is still on its way."""
    frame = seen.page.frame_locator(FRAME).first
    frame.locator(".csg-tile img.leaflet-tile-loaded").first.wait_for(timeout=30_000)
    seen.page.wait_for_timeout(1500)
    return int(frame.locator(".csg-tile img").evaluate_all(LOADED))


def _look_at_three_zooms(seen, name: str) -> None:
    for step in range(3):
        assert _wait_for_tiles(seen) >= 4
        seen.page.locator(FRAME).first.screenshot(path=str(_shots() / f"basemap_{name}_{step}.png"))
        seen.page.frame_locator(FRAME).first.locator(".leaflet-control-zoom-in").click()
        if name == "bedfordshire":
            seen.page.frame_locator(FRAME).first.locator(".leaflet-control-zoom-in").click()
    assert any("/basemap/" in url for url in seen.requests)
    assert seen.elsewhere() == []
    assert seen.complaints() == []


def _shots() -> Path:
    from tests.browser.conftest import SHOTS

    SHOTS.mkdir(parents=True, exist_ok=True)
    return SHOTS


def test_the_demo_boroughs_streets_lie_under_its_hotspots(visit, app_server):
    seen = visit(app_server, height=1300)
    seen.open("/Hotspots")
    seen.map_frame()
    _look_at_three_zooms(seen, "demo")
    said = seen.page.get_by_text("Base map: an invented borough")
    said.first.wait_for(timeout=10_000)
    # the frame has no origin: it reaches neither the page around it nor a cookie
    with pytest.raises(Exception, match=r"[Ss]ecurity|cross-origin|sandboxed"):
        _inner(seen).evaluate("document.cookie")


def test_the_view_stays_while_results_change(visit, app_server):
    seen = visit(app_server, height=1300)
    seen.open("/Hotspots")
    seen.map_frame()
    _wait_for_tiles(seen)
    frame = seen.page.frame_locator(FRAME).first
    frame.locator(".leaflet-control-zoom-in").click()
    seen.page.wait_for_timeout(800)
    before = _inner(seen).evaluate("[map.getZoom(), map.getCenter().lat, map.getCenter().lng]")
    asked = sum("/component/streamlit_folium" in url and url.endswith(".html") for url in seen.requests)
    seen.page.get_by_text("Open a place from the table").first.wait_for()
    box = seen.page.locator(FRAME).first.bounding_box()
    seen.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    frame.locator("path.csg-selected").wait_for(timeout=30_000)
    assert _inner(seen).evaluate("[map.getZoom(), map.getCenter().lat, map.getCenter().lng]") == before
    assert sum("/component/streamlit_folium" in url and url.endswith(".html") for url in seen.requests) == asked


@pytest.mark.slow
def test_bedfordshire_from_boundaries_and_schools_at_three_zooms(visit, tmp_path, shared_data):
    store = tmp_path / "store"
    path = bedfordshire(tmp_path / "bedfordshire.gpkg", shared_data)
    command = [sys.executable, "-m", "csg_maps"]
    where = ["--store", str(store)]
    subprocess.run([*command, "init", *where], cwd=ROOT, check=True, capture_output=True, timeout=120)
    said = subprocess.run(
        [*command, "basemap", "add", str(path), *where, "--layer-kind", "schools=place", "--name", "Bedfordshire"],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=580,
    )  # fmt: skip
    print("\n" + said.stdout)
    listed = subprocess.run(
        [*command, "basemap", "list", *where, "--json"], cwd=ROOT, check=True, capture_output=True, timeout=60
    )
    assert json.loads(listed.stdout)[0]["is_shown"]
    server = start_server(ROOT, store)
    try:
        seen = visit(server, height=1300)
        seen.open("/Areas")
        _look_at_three_zooms(seen, "bedfordshire")
    finally:
        stop_server(server)


def test_a_file_becomes_the_base_map_by_clicks(visit, tmp_path):
    store, file = tmp_path / "store", tmp_path / "own.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {"what": "road", "name": f"Orchard Street {n}"},
            "geometry": {"type": "LineString", "coordinates": [[-0.46, 52.13 + n / 500], [-0.43, 52.131 + n / 500]]},
        }
        for n in range(8)
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "csg_maps", "init", "--store", str(store)],
        cwd=ROOT, check=True, capture_output=True, timeout=120, env=dict(os.environ),
    )  # fmt: skip
    server = start_server(ROOT, store)
    try:
        seen = visit(server, height=1600)
        seen.open("/Areas")
        seen.page.get_by_text("No base map yet").wait_for()
        seen.shot("basemap_empty")
        seen.page.locator('input[type="file"]').last.set_input_files(str(file))
        seen.page.get_by_text("Say for each layer what it is").wait_for(timeout=30_000)
        button = seen.page.get_by_role("button", name="Make it the base map")
        assert button.is_disabled()
        seen.page.get_by_label("What layer 1 is", exact=True).click()
        seen.page.get_by_role("option", name="street", exact=True).click()
        seen.settle()
        button.click()
        seen.page.get_by_text("The base map is shown now").wait_for(timeout=90_000)
        assert _wait_for_tiles(seen) >= 1
        seen.shot("basemap_added")
        seen.page.get_by_role("button", name="Remove a base map").click()
        seen.page.get_by_label("Which", exact=True).click()
        seen.page.get_by_role("option", name="own", exact=True).click()
        seen.settle()
        seen.page.locator("button:not([disabled])", has_text="Remove it").wait_for(timeout=30_000)
        seen.page.get_by_role("button", name="Remove it").click()
        seen.page.get_by_text("No base map yet").wait_for(timeout=30_000)
        assert seen.elsewhere() == [] and seen.complaints() == []
        assert seen.serious_findings() == []
    finally:
        stop_server(server)
