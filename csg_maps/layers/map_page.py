"""The one place that builds a folium map, and the gate that everything passes before it goes to a browser."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import folium
from folium.elements import ElementAddToElement

from csg_maps.errors import SchemaBroken
from csg_maps.i18n import language
from csg_maps.layers.assets import frame_address
from csg_maps.layers.base_layer import base_layer
from csg_maps.layers.elements import Bounds, MapSetup, NumberMark, ShapePath
from csg_maps.layers.shapes import Shape

# Class attributes of folium, shared by all maps of the process; without this every map asks ten files of public hosts.
folium.Map.default_js = [("leaflet", frame_address("leaflet.js"))]
folium.Map.default_css = [("leaflet_css", frame_address("leaflet.css")), ("map_css", frame_address("map.css"))]

_ALLOWED = (folium.FeatureGroup, ShapePath, NumberMark, MapSetup, ElementAddToElement)
_ELSEWHERE = re.compile(r"""https?:|wss?:|ftp:|@import|url\(|javascript:|["'(=]\s*//[a-z0-9]""", re.IGNORECASE)


def make_map(ground: tuple[Shape, ...], bounds: Bounds) -> folium.Map:
    """A map of this ground, showing these bounds, with a scale in metres and no tiles of anybody's.

    Give the same ground and bounds each time: the page keeps a map, and the view that a person chose, for as long as
    its script stays the same. Results go into layers beside it.

    Parameters
    ----------
    ground
        From `base_layer.base_shapes`; may be empty.
    bounds
        South, west, north, east in degrees (EPSG:4326), of the whole study area.
    """
    page = folium.Map(
        location=None, tiles=None, zoom_control=False, control_scale=False, attribution_control=False, zoom_snap=0.5
    )
    MapSetup(bounds, language()).add_to(page)
    base_layer(ground).add_to(page)
    return page


def check_page(page: folium.Map, layers: Sequence[folium.FeatureGroup]) -> None:
    """Raise SchemaBroken when a map or a layer holds anything that is not ours, or any address of another host.

    Popups, tooltips, GeoJSON with properties, tile layers and controls of folium are all refused: no element is let
    through but those that cannot hold a text.
    """
    if type(page) is not folium.Map:
        raise SchemaBroken("A map is made by `make_map`.")
    for element in [*_below(page), *(part for layer in layers for part in [layer, *_below(layer)])]:
        if type(element) not in _ALLOWED:
            raise SchemaBroken(f"A map must hold shapes and numbers only; found {type(element).__name__}.")
        if isinstance(element, folium.FeatureGroup) and element.options:
            raise SchemaBroken("A layer must have no options of its own.")
    links = [address for _name, address in [*page.default_js, *page.default_css]]
    scripts = [_script(part) for layer in layers for part in _below(layer)]
    for text in [*links, page.get_root().render(), *scripts]:
        if found := _ELSEWHERE.search(text):
            raise SchemaBroken(f"A map must ask nothing of another host; found {found.group()!r} in what it sends.")


def _below(element: Any) -> Iterator[Any]:
    for child in element._children.values():
        yield child
        yield from _below(child)


def _script(element: Any) -> str:
    macro = getattr(element._template.module, "script", None)
    return str(macro(element, {})) if macro is not None else ""
