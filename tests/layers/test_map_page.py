"""The gate: what a map may hold, and that a map of the same ground stays the same map."""

import folium
import numpy as np
import pytest
import shapely
from folium.plugins import Fullscreen

from csg_maps.errors import SchemaBroken
from csg_maps.geography.cells import points_to_cells
from csg_maps.i18n import use_language
from csg_maps.layers.base_layer import base_shapes
from csg_maps.layers.hotspot_layer import class_shapes, hotspot_layer
from csg_maps.layers.map_page import check_page, make_map

BOUNDS = (52.0, -0.6, 52.3, -0.3)
CELLS = points_to_cells([52.13, 52.2, 52.21], [-0.46, -0.4, -0.5], 9)
GROUND = base_shapes(
    land=[shapely.box(-1, 51, 0, 53)],
    water=[shapely.box(-0.5, 52.1, -0.49, 52.11), shapely.LineString([(-0.5, 52), (-0.4, 52.1)])],
    parks=[shapely.box(-0.45, 52.1, -0.44, 52.11)],
    streets=[shapely.LineString([(-0.5, 52.1), (-0.4, 52.1)]), shapely.LineString([(-0.4, 52.1), (-0.3, 52.1)])],
)


def layer() -> folium.FeatureGroup:
    return hotspot_layer(class_shapes(CELLS, np.array([1, 3, 5])), CELLS)


def identity(page: folium.Map) -> str:
    """What streamlit-folium takes for the map's identity."""
    from streamlit_folium import _get_map_string, generate_js_hash

    page.get_root().render()
    page.render()
    return generate_js_hash(_get_map_string(page), "map")


def test_a_map_and_its_layers_pass_the_gate():
    check_page(make_map(GROUND, BOUNDS), [layer()])
    check_page(make_map((), BOUNDS), [])


def test_the_ground_is_a_few_shapes_with_joined_streets():
    assert [shape.style for shape in GROUND] == ["land", "park", "water", "river", "street"]
    assert GROUND[-1].paths.count("[") == 4  # two pieces of street became one line


def test_everything_that_is_asked_for_is_relative():
    page = make_map(GROUND, BOUNDS)
    links = [address for _name, address in [*page.default_js, *page.default_css]]
    assert links and all(address.startswith("../../assets/") for address in links)
    assert "http:" not in page.get_root().render() and "https:" not in page.get_root().render()


@pytest.mark.parametrize(
    "foreign",
    [
        lambda: folium.Popup("hello"),
        lambda: folium.Marker([52.1, -0.4], tooltip="hello"),
        lambda: folium.GeoJson({"type": "Point", "coordinates": [0, 52]}),
        lambda: folium.TileLayer("https://tile.example/{z}/{x}/{y}.png", attr="x"),
        lambda: folium.Element("<b>hello</b>"),
        folium.LayerControl,
        Fullscreen,
    ],
    ids=["popup", "marker", "geojson", "tiles", "element", "control", "plugin"],
)
@pytest.mark.parametrize("on_page", [True, False])
def test_nothing_else_passes_on_the_map_or_in_a_layer(foreign, on_page):
    page, results = make_map(GROUND, BOUNDS), layer()
    foreign().add_to(page if on_page else results)
    with pytest.raises(SchemaBroken):
        check_page(page, [results])


def test_a_subclass_of_an_allowed_element_does_not_pass():
    class Loose(folium.FeatureGroup):
        pass

    with pytest.raises(SchemaBroken):
        check_page(make_map(GROUND, BOUNDS), [Loose("x")])
    with pytest.raises(SchemaBroken):
        check_page(make_map(GROUND, BOUNDS), [folium.FeatureGroup("x", attribution="<b>hello</b>")])


def test_an_address_that_was_put_in_by_force_is_found():
    page, results = make_map(GROUND, BOUNDS), layer()
    path = next(iter(results._children.values()))
    path.call += "; fetch('//elsewhere.example/x')"
    with pytest.raises(SchemaBroken, match="another host"):
        check_page(page, [results])


def test_the_same_ground_is_the_same_map_and_another_is_not():
    assert identity(make_map(GROUND, BOUNDS)) == identity(make_map(GROUND, BOUNDS))
    assert identity(make_map(GROUND, BOUNDS)) != identity(make_map((), BOUNDS))


def test_checking_does_not_change_the_identity():
    page = make_map(GROUND, BOUNDS)
    check_page(page, [layer()])
    assert identity(page) == identity(make_map(GROUND, BOUNDS))


@pytest.mark.parametrize("bounds", [(53, -1, 52, 0), (52, 0, 53, -1), (float("nan"), 0, 1, 1), (-91, 0, 1, 1)])
def test_bounds_that_cannot_be_are_refused(bounds):
    with pytest.raises(SchemaBroken):
        make_map(GROUND, bounds)


def test_the_buttons_are_in_the_readers_language():
    try:
        use_language("cy")
        assert '"cy"]' in make_map(GROUND, BOUNDS).get_root().render()
    finally:
        use_language("en")
