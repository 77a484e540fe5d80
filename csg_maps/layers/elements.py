"""The only elements that a map may hold. Each is built from numbers and fixed choices and writes its own script.

folium's own vector classes carry tooltips, popups and properties, which are compiled as templates and reach the page as
HTML. These have no place for a text: what each writes is checked where it is made.
"""

import json
import math
import re
from dataclasses import dataclass

from folium.elements import MacroElement
from folium.template import Template

from csg_maps.errors import SchemaBroken
from csg_maps.geography.tiles import MAXIMUM_ZOOM
from csg_maps.i18n import _
from csg_maps.layers.basemap_style import GROUND
from csg_maps.layers.palette import SEA, style
from csg_maps.layers.shapes import DECIMALS, Shape
from csg_maps.layers.tile_server import tile_server
from csg_maps.layers.tiles import BASEMAP_ID

Bounds = tuple[float, float, float, float]
"""South, west, north, east, in degrees (EPSG:4326)."""

OWN_TILES = "../../basemap/"
"""The app's own tiles, from the frame that holds a map (/component/<name>/index.html)."""

CLOSEST_VIEW = 19
_OWN_ADDRESS = re.compile(r"\.\./\.\./basemap/[0-9a-f]{16}/\{z\}/\{x\}/\{y\}")

# The inverse of what `shapes` writes: nested arrays of [latitude, longitude].
_DECODE = (
    "(function(p){var t=p[0];return(function d(a){if(typeof a[0]!=='number'){return a.map(d);}"
    "var x=a[0],y=a[1],o=[[y/S,x/S]],i=2;while(i<a.length){"
    "if(t.length){x+=t[2*a[i]];y+=t[2*a[i]+1];i+=1;}else{x+=a[i];y+=a[i+1];i+=2;}o.push([y/S,x/S]);}return o;})(p[1]);})"
).replace("S", str(10**DECIMALS))


class ShapePath(MacroElement):  # type: ignore[misc]
    """A `Shape` as one Leaflet path."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = {{ this.call }}.addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self._name = "ShapePath"
        if not isinstance(shape, Shape):
            raise SchemaBroken("A path is made from a Shape.")
        look = style(shape.style)
        options = {
            "fill": bool(look.fill) and not shape.is_line,
            "fillColor": look.fill or "#000000",
            "fillOpacity": look.fill_opacity,
            "stroke": look.weight_px > 0,
            "color": look.outline,
            "weight": look.weight_px,
            "dashArray": look.dash or None,
            "interactive": look.answers,
            "smoothFactor": 0.7,
            "className": "csg-shape csg-" + shape.style,
        }
        maker = "polyline" if shape.is_line else "polygon"
        self.call = f"L.{maker}({_DECODE}({shape.paths}), {json.dumps(options)})"


@dataclass(frozen=True)
class TileSet:
    """Tiles that lie under a map: a base map of the store by its id, or "" = the tile server that an administrator lists.

    Zooms beyond the first and the last are shown enlarged or reduced. `is_sea` says what lies where there are no tiles.
    There is no place for an address here: none can come from data.
    """

    basemap_id: str
    min_zoom: int
    max_zoom: int
    is_sea: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.basemap_id, str) or (self.basemap_id and not BASEMAP_ID.fullmatch(self.basemap_id)):
            raise SchemaBroken("A base map is named by sixteen hexadecimal digits.")
        zooms = (self.min_zoom, self.max_zoom)
        if any(type(zoom) is not int for zoom in zooms) or not 0 <= zooms[0] <= zooms[1] <= MAXIMUM_ZOOM:
            raise SchemaBroken(f"The zooms of a base map must be 0 to {MAXIMUM_ZOOM}, the first not after the last.")
        if not isinstance(self.is_sea, bool):
            raise SchemaBroken("`is_sea` must be true or false.")


class TileLayer(MacroElement):  # type: ignore[misc]
    """The tiles of a `TileSet`, from the app's own route, or from the one server that an administrator lists."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.tileLayer({{ this.quoted }}, {{ this.options }});"
        "{{ this.get_name() }}.on('add', function (event) { var box = event.target._map.getContainer();"
        " box.classList.add('csg-on-tiles'); box.style.background = '{{ this.background }}'; });"
        "{{ this.get_name() }}.addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, tiles: TileSet) -> None:
        super().__init__()
        self._name = "TileLayer"
        if not isinstance(tiles, TileSet):
            raise SchemaBroken("A tile layer is made from a TileSet.")
        listed = tile_server()
        if not tiles.basemap_id and listed is None:
            raise SchemaBroken("No tile server is listed.")
        own = f"{OWN_TILES}{tiles.basemap_id}/{{z}}/{{x}}/{{y}}"
        self.address = own if tiles.basemap_id or listed is None else listed.address
        self.quoted = json.dumps(self.address)
        options = {
            "minNativeZoom": tiles.min_zoom,
            "maxNativeZoom": tiles.max_zoom,
            "maxZoom": max(tiles.max_zoom, CLOSEST_VIEW),
            "className": "csg-tile",
            "referrerPolicy": "no-referrer",
        }
        self.options = json.dumps(options)
        self.background = GROUND["sea" if tiles.is_sea else "land"]


def is_allowed_address(address: str) -> bool:
    """Whether tiles may be asked of this address: the app's own route, or the server that an administrator lists."""
    listed = tile_server()
    return bool(_OWN_ADDRESS.fullmatch(address)) or (listed is not None and address == listed.address)


class NumberMark(MacroElement):  # type: ignore[misc]
    """A place's number in the ranking, at a point."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.marker([{{ this.latitude }}, {{ this.longitude }}], {interactive: false, "
        "keyboard: false, icon: L.divIcon({className: 'csg-number', html: '{{ this.number }}', iconSize: [22, 22]})})"
        ".addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, latitude: float, longitude: float, number: int) -> None:
        super().__init__()
        self._name = "NumberMark"
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= 99:
            raise SchemaBroken("A number on the map must be a whole number from 1 to 99.")
        if not (math.isfinite(latitude) and abs(latitude) <= 90 and math.isfinite(longitude)):
            raise SchemaBroken("A number on the map must have a place on the globe.")
        self.number = int(number)
        self.latitude = round(float(latitude), DECIMALS)
        self.longitude = round(float(longitude), DECIMALS)


class MapSetup(MacroElement):  # type: ignore[misc]
    """The frame of the map: where it starts, its scale in metres, and its buttons in the reader's language.

    The frame often has not its full width yet when the script runs, so the map is fitted again whenever its size changes,
    until somebody has touched it.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "(function (map) {"
        "var box = {{ this.corners }}, words = {{ this.words }}, element = map.getContainer();"
        "element.style.background = '{{ this.background }}';"
        "element.setAttribute('role', 'region'); element.setAttribute('aria-label', words[0]);"
        "document.documentElement.lang = words[3];"
        "var touched = false;"
        "function fit() { map.setMinZoom(0); map.fitBounds(box, {padding: [12, 12], animate: false});"
        " map.setMinZoom(Math.max(0, map.getZoom() - 2)); }"
        "['pointerdown', 'wheel', 'keydown'].forEach(function (kind) {"
        " element.addEventListener(kind, function () { touched = true; }, {capture: true, passive: true}); });"
        "map.setMaxBounds(L.latLngBounds(box).pad(0.6)); fit();"
        "new ResizeObserver(function () { map.invalidateSize({animate: false, pan: false});"
        " if (!touched) { fit(); } }).observe(element);"
        "L.control.zoom({zoomInTitle: words[1], zoomOutTitle: words[2]}).addTo(map);"
        "L.control.scale({imperial: false, maxWidth: 160}).addTo(map);"
        "})({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, bounds: Bounds, language_code: str) -> None:
        super().__init__()
        self._name = "MapSetup"
        if language_code not in {"en", "cy"}:
            raise SchemaBroken("The language of a map is en or cy.")
        south, west, north, east = (round(float(value), DECIMALS) for value in bounds)
        if not (-90 <= south < north <= 90 and -360 <= west < east <= 540):
            raise SchemaBroken("The bounds of a map must be south < north and west < east, in degrees.")
        self.corners = json.dumps([[south, west], [north, east]])
        labels = [
            _("Map. The table on this page holds the same information."),
            _("Zoom in"),
            _("Zoom out"),
            language_code,
        ]
        self.words = json.dumps(labels).replace("<", "\\u003c").replace("&", "\\u0026")
        self.background = SEA
