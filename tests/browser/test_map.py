"""The map itself, in a real browser without a network: what is drawn, what a click tells, what the frame may reach."""

import re

FRAME = 'iframe[title="streamlit_folium.st_folium"]'


def _inner(seen):
    """The frame of the map as Playwright's Frame, to run script in."""
    return next(frame for frame in seen.page.frames if "/component/streamlit_folium" in frame.url)


def _view(seen) -> list[float]:
    return _inner(seen).evaluate("[map.getZoom(), map.getCenter().lat, map.getCenter().lng]")


def _click_map(seen, dx: float = 0, dy: float = 0) -> None:
    box = seen.page.locator(FRAME).bounding_box()
    seen.page.mouse.click(box["x"] + box["width"] / 2 + dx, box["y"] + box["height"] / 2 + dy)


def test_each_class_is_one_path_and_ten_places_are_numbered(visit, sample_server):
    seen = visit(sample_server, height=1300)
    seen.open()
    frame = seen.map_frame()
    for name in ("class-none", *(f"class-{number}" for number in range(6))):
        assert frame.locator(f"path.csg-{name}").count() == 1, name
    for name in ("land", "park", "river", "street", "main-street"):
        assert frame.locator(f"path.csg-{name}").count() == 1, name
    assert frame.locator("path.csg-shape").count() == 12
    assert sorted(int(text) for text in frame.locator(".csg-number").all_inner_texts()) == list(range(1, 11))
    assert frame.locator(".leaflet-control-scale-line").inner_text().endswith("m")
    # A dissolved class has a border of many points, on the screen: a path without size would be there and invisible.
    assert len(frame.locator("path.csg-class-3").get_attribute("d")) > 200
    assert frame.locator("path.csg-class-3").bounding_box()["width"] > 20
    seen.shot("map_sample")
    assert seen.elsewhere() == []
    assert seen.complaints() == []


def test_a_click_tells_its_place_and_selects_it(visit, sample_server):
    seen = visit(sample_server)
    seen.open()
    frame = seen.map_frame()
    _click_map(seen)
    seen.page.get_by_text(re.compile("Selected: 8918")).wait_for(timeout=15_000)
    frame.locator("path.csg-selected").wait_for(timeout=15_000)
    assert frame.locator("path.csg-shape").count() == 13
    first = seen.page.get_by_text(re.compile("Selected: 8918")).inner_text()
    _click_map(seen, dx=120, dy=60)
    seen.page.get_by_text(first, exact=True).wait_for(state="detached", timeout=15_000)
    frame.locator("path.csg-selected").wait_for(timeout=15_000)
    assert frame.locator("path.csg-selected").count() == 1
    assert seen.complaints() == []


def test_the_map_starts_on_its_bounds_whatever_size_the_frame_had_first(visit, sample_server):
    zooms = set()
    for _time in range(3):
        seen = visit(sample_server)
        seen.open()
        seen.map_frame()
        seen.page.wait_for_timeout(500)
        zooms.add(_view(seen)[0])
        seen.page.context.close()
    assert len(zooms) == 1
    seen = visit(sample_server)
    seen.open()
    seen.map_frame()
    seen.page.set_viewport_size({"width": 700, "height": 900})
    seen.page.wait_for_timeout(700)
    small = _view(seen)[0]
    seen.page.set_viewport_size({"width": 1366, "height": 900})
    seen.page.wait_for_timeout(700)
    assert small < _view(seen)[0] == zooms.pop()


def test_another_filter_changes_the_shapes_and_keeps_the_view(visit, sample_server):
    seen = visit(sample_server)
    seen.open()
    frame = seen.map_frame()
    frame.get_by_role("button", name="Zoom in").click()
    seen.page.wait_for_timeout(700)
    before, drawn = _view(seen), frame.locator("path.csg-class-3").get_attribute("d")
    _inner(seen).evaluate("window.wasHere = true")
    seen.page.locator('[data-testid="stRadio"] label').filter(has_text="2").click()
    seen.settle()
    seen.page.wait_for_timeout(700)
    assert _inner(seen).evaluate("window.wasHere === true"), "the frame was loaded again"
    assert _view(seen) == before
    assert frame.locator("path.csg-class-3").get_attribute("d") != drawn
    assert frame.locator("path.csg-shape").count() == 12


def test_a_click_is_not_answered_again_after_the_filter_changed(visit, sample_server):
    seen = visit(sample_server)
    seen.open()
    seen.map_frame()
    _click_map(seen)
    seen.page.get_by_text(re.compile("Selected: 8918")).wait_for(timeout=15_000)
    chosen = seen.page.get_by_text(re.compile("Selected: 8918")).inner_text()
    seen.page.locator('[data-testid="stRadio"] label').filter(has_text="3").click()
    seen.settle()
    assert seen.page.get_by_text(re.compile("Selected: 8918")).inner_text() == chosen


def test_the_frame_cannot_reach_the_page_around_it_or_anything_else(visit, sample_server):
    seen = visit(sample_server)
    seen.open()
    seen.map_frame()
    inner = _inner(seen)
    tried = "() => { try { return String(%s); } catch (problem) { return 'refused: ' + problem.name; } }"
    for reach in ("parent.document.body", "parent.location.href", "window.localStorage.length", "document.cookie"):
        assert inner.evaluate(tried % reach).startswith("refused: SecurityError"), reach
    assert inner.evaluate("self.origin") == "null"
    asked = "url => fetch(url).then(() => 'reached', problem => 'refused: ' + problem.name)"
    assert inner.evaluate(asked, f"{seen.origin}/_stcore/health").startswith("refused")
    assert inner.evaluate(asked, "https://elsewhere.example/").startswith("refused")


def test_the_map_has_a_name_and_its_buttons_too_in_both_languages(visit, sample_server):
    seen = visit(sample_server)
    seen.open()
    frame = seen.map_frame()
    assert frame.get_by_role("region", name=re.compile("^Map")).count() == 1
    seen.page.get_by_role("radio", name="Cymraeg").click()
    seen.page.locator('html[lang="cy"]').wait_for(state="attached", timeout=15_000)
    frame.locator('html[lang="cy"] path.csg-shape').first.wait_for(timeout=15_000)


def test_a_person_who_sees_nothing_serious_wrong(visit, sample_server):
    seen = visit(sample_server, height=1300)
    seen.open()
    seen.map_frame()
    assert seen.serious_findings() == []
