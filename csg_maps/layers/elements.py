"""The only elements that a map may hold. Each is built from numbers and fixed choices and writes its own script.

folium's own vector classes carry tooltips, popups and properties, which are compiled as templates and reach the page as
HTML. These have no place for a text: what each writes is checked where it is made.
"""

import json
import math

from folium.elements import MacroElement
from folium.template import Template

from csg_maps.errors import SchemaBroken
from csg_maps.i18n import _
from csg_maps.layers.palette import SEA, style
from csg_maps.layers.shapes import DECIMALS, Shape

Bounds = tuple[float, float, float, float]
"""South, west, north, east, in degrees (EPSG:4326)."""

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
        labels = [_("Map. The table below holds the same information."), _("Zoom in"), _("Zoom out"), language_code]
        self.words = json.dumps(labels).replace("<", "\\u003c").replace("&", "\\u0026")
        self.background = SEA
