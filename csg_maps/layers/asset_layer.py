"""Marks of assets on a map: for each kind a shape and a letter or two, at points. No other text can get in.

Shape and letters are of the council's own code list, and checked here again: what a mark draws is compiled as a template by
folium, so nothing but A to Z and 0 to 9 may be in it.
"""

import base64
import json
import math
from collections.abc import Sequence

import folium
from folium.elements import MacroElement
from folium.template import Template

from csg_maps.errors import SchemaBroken
from csg_maps.layers.shapes import DECIMALS
from csg_maps.model.asset import MARK, SHAPES

SIZE_PX = 24
_FILL, _RIM, _LETTER = "#123c5a", "#ffffff", "#ffffff"

_OUTLINES = {
    "circle": '<circle cx="12" cy="12" r="10"',
    "square": '<rect x="2.5" y="2.5" width="19" height="19" rx="2"',
    "triangle": '<polygon points="12,1 23.5,22 0.5,22"',
    "diamond": '<polygon points="12,0.5 23.5,12 12,23.5 0.5,12"',
    "pentagon": '<polygon points="12,1 23,9.3 18.8,22.5 5.2,22.5 1,9.3"',
    "hexagon": '<polygon points="6,1.6 18,1.6 24,12 18,22.4 6,22.4 0,12"',
    "star": (
        '<polygon points="12,0 15.2,5 20.5,3.5 19,8.8 24,12 19,15.2 20.5,20.5 15.2,19 12,24 8.8,19 3.5,20.5 5,15.2 0,12'
        ' 5,8.8 3.5,3.5 8.8,5"'
    ),
}
"""Half open tags, in a box of 24 by 24."""

_LOWER = {"triangle": 19.0, "pentagon": 17.0}
_BASELINE = 16.2


def picture(shape: str, mark: str) -> str:
    """The mark as SVG elements. Raises SchemaBroken for a shape or letters that are not allowed.

    >>> picture("square", "S").count("<")
    3
    """
    if shape not in SHAPES or not isinstance(mark, str) or not MARK.fullmatch(mark):
        raise SchemaBroken(f"A mark is one of {', '.join(SHAPES)} with one or two of A to Z and 0 to 9.")
    size = 12 if len(mark) == 1 else 9
    y = _LOWER.get(shape, _BASELINE) - (0 if len(mark) == 1 else 1)
    return (
        f'{_OUTLINES[shape]} fill="{_FILL}" stroke="{_RIM}" stroke-width="1.5"/>'
        f'<text x="12" y="{y:g}" text-anchor="middle" font-family="sans-serif" font-weight="700" font-size="{size}" '
        f'fill="{_LETTER}">{mark}</text>'
    )


def symbol(shape: str, mark: str, size_px: int = SIZE_PX) -> str:
    """The mark as the address of a picture, for a legend; it asks nothing of a host.

    >>> symbol("star", "Y").startswith("data:image/svg+xml;base64,")
    True
    """
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{int(size_px)}" height="{int(size_px)}" viewBox="-1 -1 26 26">'
        f"{picture(shape, mark)}</svg>"
    )
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()


class AssetMarks(MacroElement):  # type: ignore[misc]
    """All assets of one kind, as marks that do not answer: a click goes through to the place below."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = (function (points, picture) {"
        "var group = L.layerGroup(); points.forEach(function (point) { L.marker(point, {interactive: false, "
        "keyboard: false, zIndexOffset: -1000, "  # below the numbers of the ranking
        "icon: L.divIcon({className: 'csg-asset', html: picture, iconSize: [22, 22]})}).addTo(group); });"
        "return group; })({{ this.points }}, '{{ this.picture }}').addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, shape: str, mark: str, points: Sequence[tuple[float, float]]) -> None:
        super().__init__()
        self._name = "AssetMarks"
        for latitude, longitude in points:
            if not (math.isfinite(latitude) and abs(latitude) <= 90 and math.isfinite(longitude)):
                raise SchemaBroken("A mark on the map must have a place on the globe.")
        placed = [
            [round(float(latitude), DECIMALS), round(float(longitude), DECIMALS)] for latitude, longitude in points
        ]
        self.points = json.dumps(placed, separators=(",", ":"))
        self.picture = (
            f'<svg width="22" height="22" viewBox="-1 -1 26 26" aria-hidden="true">{picture(shape, mark)}</svg>'
        )


def asset_layer(groups: Sequence[tuple[str, str, Sequence[tuple[float, float]]]]) -> folium.FeatureGroup:
    """One layer of marks, from (shape, mark, points) of each kind; points are (latitude, longitude), EPSG:4326.

    >>> len(asset_layer([("circle", "T", [(52.1, -0.4)]), ("star", "Y", [])])._children)
    1
    """
    layer = folium.FeatureGroup("assets")
    for shape, mark, points in groups:
        if points:
            AssetMarks(shape, mark, points).add_to(layer)
    return layer
