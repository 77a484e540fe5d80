"""A text from a file or a form never reaches a map: there is no way to hand one to a layer. Payloads with a canary."""

import html
import inspect
import os
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely

from csg_maps.errors import CsgMapsError
from csg_maps.geography.cells import points_to_cells
from csg_maps.layers import (
    asset_layer,
    base_layer,
    elements,
    hotspot_layer,
    legend,
    map_page,
    palette,
    place_layer,
    shapes,
)
from csg_maps.views.map_view import read_click

BOUNDS = (52.0, -1.0, 53.0, 0.0)
CANARY = "csg-canary-ran"
PAYLOADS = {
    1: ["{{7*7}}", "{{cycler.__init__.__globals__.os.popen('touch " + CANARY + "').read()}}"],
    3: ["{# lost #}", "{% raw", "{{", "}}", "{% endmacro %}"],
    4: [
        "<img src=x onerror=alert(1)>",
        "</script><script>alert(1)</script>",
        html.escape("<img src=x onerror=alert(1)>"),
    ],
    5: ["${window.X=1}", html.escape("${window.X=1}"), "`${window.X=1}`"],
}
CASES = [(number, text) for number, texts in PAYLOADS.items() for text in texts]


@pytest.fixture(autouse=True)
def nothing_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    yield
    assert not (tmp_path / CANARY).exists(), "a payload was executed"
    assert not os.listdir(tmp_path)


def everything_sent(page: folium.Map, layers: list[folium.FeatureGroup]) -> str:
    """All text that goes to the browser for this map, as streamlit-folium makes it."""
    import streamlit_folium

    map_page.check_page(page, layers)
    page.get_root().render()
    parts = [
        streamlit_folium._get_html(page),
        streamlit_folium._get_header(page),
        streamlit_folium._get_map_string(page),
    ]
    return "\n".join(parts + [streamlit_folium._get_feature_group_string(layer, page) for layer in layers])


def poisoned_areas(payload: str) -> gpd.GeoDataFrame:
    boxes = [shapely.box(-0.5 + k / 10, 52, -0.4 + k / 10, 52.1) for k in range(3)]
    frame = gpd.GeoDataFrame({payload: [payload] * 3, "area_name": [payload] * 3}, geometry=boxes, crs="EPSG:4326")
    frame.index = [payload + str(k) for k in range(3)]
    return frame


@pytest.mark.parametrize(("number", "payload"), CASES)
def test_attack_001_003_004_005_frames_full_of_payloads_make_a_map_of_numbers(number, payload):
    areas = poisoned_areas(payload)
    ground = base_layer.base_shapes(land=areas, parks=areas, water=areas) + base_layer.border_shapes(areas)
    results = hotspot_layer.area_shapes(areas, np.array([1, 3, 5])) + hotspot_layer.area_outline_shapes(areas[:1])
    sent = everything_sent(map_page.make_map(ground, BOUNDS), [hotspot_layer.hotspot_layer(results)])
    for mark in (payload, "7*7", "popen", "onerror", "alert(", "window.X", "lost", "{{", "{%", "{#", "${"):
        assert mark not in sent
    assert sent.count("L.polygon(") == 8


@pytest.mark.parametrize(("number", "payload"), CASES)
@pytest.mark.parametrize(
    "sink",
    [
        lambda text: shapes.Shape("land", text),
        lambda text: shapes.Shape(text, "[[],[]]"),
        lambda text: shapes.Shape("land", "[[],[]]", text),
        lambda text: shapes.polygon_shape([text], "land"),
        lambda text: shapes.polygon_shape([shapely.box(0, 52, 1, 53)], text),
        lambda text: shapes.line_shape([shapely.LineString([(0, 0), (1, 1)])], text),
        elements.ShapePath,
        lambda text: elements.NumberMark(52.1, -0.4, text),
        lambda text: elements.NumberMark(text, -0.4, 1),
        lambda text: elements.MapSetup(BOUNDS, text),
        lambda text: elements.MapSetup((52, -1, text, 0), "en"),
        lambda text: map_page.make_map((), (text, -1, 53, 0)),
        lambda text: map_page.make_map((text,), BOUNDS),
        lambda text: hotspot_layer.class_shapes(points_to_cells([52.1], [-0.4]), np.array([text])),
        lambda text: hotspot_layer.class_shapes(np.array([text]), np.array([1])),
        lambda text: hotspot_layer.outline_shapes(points_to_cells([52.1], [-0.4]), text),
        lambda text: hotspot_layer.hotspot_layer([text]),
        lambda text: hotspot_layer.number_layer([], [text], [0.0]),
        lambda text: elements.TileSet(text, 8, 16),
        lambda text: elements.TileSet("0" * 16, text, 16),
        elements.TileLayer,
        lambda text: asset_layer.picture("circle", text),
        lambda text: asset_layer.symbol(text, "A"),
        lambda text: asset_layer.asset_layer([("circle", text, [(52.1, -0.4)])]),
        lambda text: asset_layer.asset_layer([(text, "A", [(52.1, -0.4)])]),
        lambda text: asset_layer.asset_layer([("circle", "A", [(text, -0.4)])]),
        lambda text: place_layer.place_layer((), [(text, -0.4)]),
        lambda text: place_layer.place_layer((text,), []),
        palette.class_style,
        legend.symbol,
    ],
)
def test_attack_001_003_004_005_no_parameter_of_a_layer_takes_a_text(number, payload, sink):
    with pytest.raises((CsgMapsError, TypeError, ValueError, AttributeError)):
        sink(payload)


def test_attack_001_no_function_of_the_layers_has_a_place_for_a_text():
    """A parameter that is a `str` is the name of a style, checked against the table; any other is a new sink."""
    named = {"style_name", "name", "language_code"}
    # checked by a pattern where they are taken: the id of a base map, one of a few shapes, one or two capital letters
    named |= {"basemap_id", "shape", "mark"}
    for module in (asset_layer, base_layer, elements, hotspot_layer, map_page, place_layer, shapes):
        for _name, made in inspect.getmembers(
            module, lambda thing: inspect.isfunction(thing) or inspect.isclass(thing)
        ):
            if (
                made.__module__ != module.__name__
                or made.__name__.startswith("_")
                or made in {shapes.Shape, elements.is_allowed_address}
            ):
                continue
            for parameter in inspect.signature(made).parameters.values():
                is_groups = made is asset_layer.asset_layer  # (shape, mark, points) of each kind: the same two
                assert "str" not in str(parameter.annotation) or parameter.name in named or is_groups, (made, parameter)


def test_attack_001_without_the_gate_the_payload_would_run(tmp_path):
    """The reason for the gate, and the proof that the canary works: folium executes what it is given."""
    page = folium.Map(tiles=None)
    folium.Marker([52.1, -0.4], popup=PAYLOADS[1][1]).add_to(page)
    page.get_root().render()
    assert (tmp_path / CANARY).exists()
    (tmp_path / CANARY).unlink()
    with pytest.raises(CsgMapsError):
        map_page.check_page(page, [])


@pytest.mark.parametrize(
    "place",
    [
        {"lat": "52.5", "lng": "-0.5"},
        {"lat": 52.5},
        {"lat": float("nan"), "lng": 0},
        {"lat": float("inf"), "lng": 0},
        {"lat": True, "lng": False},
        {"lat": 10**400, "lng": 0},
        {"lat": [52.5], "lng": {"x": 1}},
        {"lat": 91, "lng": 0},
        {"lat": -52.5, "lng": -0.5},
        {"lat": 52.5, "lng": 359.5},
        {"lat": "{{7*7}}", "lng": "<img src=x onerror=alert(1)>"},
    ],
)
def test_attack_011_a_forged_click_is_no_click(place):
    forged = {
        "last_clicked": place,
        "bounds": {"x": 1},
        "last_object_clicked_popup": "<b>x</b>",
        "area_code": "E01000001",
    }
    assert read_click(forged, BOUNDS) is None


@pytest.mark.parametrize(
    "colour", ["red;background:url(//e)", "#ff0000", "url(javascript:alert(1))", "class-1;x", "CLASS-1", "", "class-1 "]
)
def test_attack_013_a_colour_from_data_is_refused(colour):
    with pytest.raises(CsgMapsError):
        palette.style(colour)
    with pytest.raises(CsgMapsError):
        shapes.Shape(colour, "[[],[]]")
    with pytest.raises(CsgMapsError):
        legend.symbol(colour)
