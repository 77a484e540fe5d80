"""The places of the register on a map: one outline for all, and P1, P2, P3 … where each lies.

A map holds no reference and no name: what P1 is stands in the table beside it.
"""

from collections.abc import Sequence

import folium

from csg_maps.layers.elements import NumberMark, ShapePath
from csg_maps.layers.shapes import Shape

MOST_MARKED = 99


class PlaceMark(NumberMark):
    """A place's line in the table of the register, at a point: "P" and a number, unlike the numbers of a ranking."""

    _template = type(NumberMark._template)(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.marker([{{ this.latitude }}, {{ this.longitude }}], {interactive: false, "
        "keyboard: false, icon: L.divIcon({className: 'csg-place-mark', html: 'P{{ this.number }}', iconSize: [30, 20], "
        "iconAnchor: [-7, 25]})})"
        ".addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, latitude: float, longitude: float, number: int) -> None:
        super().__init__(latitude, longitude, number)
        self._name = "PlaceMark"


def place_layer(shapes: Sequence[Shape], points: Sequence[tuple[float, float]]) -> folium.FeatureGroup:
    """The outlines of places, and a mark at each point (latitude, longitude; EPSG:4326), numbered in their order.

    >>> len(place_layer((), [(52.1, -0.4)])._children)
    1
    """
    layer = folium.FeatureGroup("places")
    for shape in shapes:
        if not shape.is_empty:
            ShapePath(shape).add_to(layer)
    for number, (latitude, longitude) in enumerate(points[:MOST_MARKED], start=1):
        PlaceMark(latitude, longitude, number).add_to(layer)
    return layer
