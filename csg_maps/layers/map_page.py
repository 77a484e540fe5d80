"""The one place that builds a folium map, and the gate that everything passes before it goes to a browser."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import folium
from folium.elements import ElementAddToElement

from csg_maps.errors import SchemaBroken
from csg_maps.i18n import language
from csg_maps.layers.asset_layer import AssetMarks
from csg_maps.layers.assets import frame_address
from csg_maps.layers.base_layer import base_layer
from csg_maps.layers.elements import Bounds, MapSetup, NumberMark, ShapePath, TileLayer, TileSet, is_allowed_address
from csg_maps.layers.place_layer import PlaceMark
from csg_maps.layers.shapes import Shape
from csg_maps.layers.tile_server import tile_server

# Class attributes of folium, shared by all maps of the process; without this every map asks ten files of public hosts.
folium.Map.default_js = [("leaflet", frame_address("leaflet.js"))]
folium.Map.default_css = [("leaflet_css", frame_address("leaflet.css")), ("map_css", frame_address("map.css"))]

_ALLOWED = (folium.FeatureGroup, ShapePath, TileLayer, NumberMark, PlaceMark, AssetMarks, MapSetup, ElementAddToElement)
_ELSEWHERE = re.compile(r"""https?:|wss?:|ftp:|@import|url\(|javascript:|["'(=]\s*//[a-z0-9]""", re.IGNORECASE)


def make_map(ground: tuple[Shape | TileSet, ...], bounds: Bounds) -> folium.Map:
    """A map of this ground, showing these bounds, with a scale in metres.

    Give the same ground and bounds each time: the page keeps a map, and the view that a person chose, for as long as
    its script stays the same. Results go into layers beside it.

    Parameters
    ----------
    ground
        Lowest first: tiles of a base map, shapes from `base_layer.base_shapes`; may be empty.
    bounds
        South, west, north, east in degrees (EPSG:4326), of the whole study area.
    """
    has_tiles = any(isinstance(part, TileSet) for part in ground)
    page = folium.Map(
        location=None,
        tiles=None,
        zoom_control=False,
        control_scale=False,
        attribution_control=False,
        zoom_snap=1 if has_tiles else 0.5,  # names on tiles are sharp at whole zooms only
    )
    MapSetup(bounds, language()).add_to(page)
    base_layer(ground).add_to(page)
    return page


def check_page(page: folium.Map, layers: Sequence[folium.FeatureGroup]) -> None:
    """Raise SchemaBroken when a map or a layer holds anything that is not ours, or any address of another host.

    Popups, tooltips, GeoJSON with properties, folium's own tile layers and controls are all refused: no element is let
    through but those that cannot hold a text.
    """
    if type(page) is not folium.Map:
        raise SchemaBroken("A map is made by `make_map`.")
    for element in [*_below(page), *(part for layer in layers for part in [layer, *_below(layer)])]:
        if type(element) not in _ALLOWED:
            raise SchemaBroken(f"A map must hold shapes and numbers only; found {type(element).__name__}.")
        if isinstance(element, folium.FeatureGroup) and element.options:
            raise SchemaBroken("A layer must have no options of its own.")
    tile_layers = [part for part in _below(page) if isinstance(part, TileLayer)]
    if any(not is_allowed_address(part.address) for part in tile_layers):
        raise SchemaBroken("Tiles must be the app's own, or of the server that an administrator lists.")
    if any(isinstance(part, TileLayer) for layer in layers for part in _below(layer)):
        raise SchemaBroken("Tiles must lie in the map itself, under its layers.")
    listed = tile_server()
    links = [address for _name, address in [*page.default_js, *page.default_css]]
    scripts = [_script(part) for layer in layers for part in _below(layer)]
    for text in [*links, page.get_root().render(), *scripts]:
        own = text.replace(json.dumps(listed.address), '""') if listed is not None else text
        if found := _ELSEWHERE.search(own):
            raise SchemaBroken(f"A map must ask nothing of another host; found {found.group()!r} in what it sends.")


def has_tiles(page: folium.Map) -> bool:
    """Whether tiles lie under a map: then it must be said below it whose they are."""
    return any(isinstance(part, TileLayer) for part in _below(page))


def _below(element: Any) -> Iterator[Any]:
    for child in element._children.values():
        yield child
        yield from _below(child)


def _script(element: Any) -> str:
    macro = getattr(element._template.module, "script", None)
    return str(macro(element, {})) if macro is not None else ""
