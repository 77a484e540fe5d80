"""Layers of results: one dissolved shape for each class of the legend, an outline for what is chosen, and numbers."""

from collections.abc import Sequence
from typing import Any

import folium
import numpy as np
import numpy.typing as npt
import shapely

from csg_maps.errors import SchemaBroken
from csg_maps.geography.cell_edges import edges_of, rings_of
from csg_maps.geography.cells import Cells, centres, check_cells, polygons
from csg_maps.layers.elements import NumberMark, ShapePath
from csg_maps.layers.palette import ZERO_CLASS, class_style
from csg_maps.layers.shapes import SCALE, Shape, polygon_shape, rings_shape, rounded
from csg_maps.model.concern import NO_CELL

NUMBERED = 10
"""So many of the first places of a ranking carry their number on the map."""

_AREA_TOLERANCE = 0.0001  # degrees, about 10 m: what a generalised boundary may be off by


def class_shapes(cells: Any, classes: Any, *, draw_zero: bool = True) -> tuple[Shape, ...]:
    """One shape for each class that occurs: its cells, dissolved.

    Cache this rather than the layer: it is a few strings. It does not tell a cell of a class from its neighbour of the
    same class; what a click means is answered by the server.

    Parameters
    ----------
    cells
        n distinct cells, int64; 0 (none) is passed over.
    classes
        n whole numbers: -1 no data, 0 zero, 1 to 5 from low to high.
    draw_zero
        Whether class 0 is drawn, faintly: it shows where the study area is.

    Raises
    ------
    SchemaBroken
        For classes that are not whole numbers of this range, or not as many as the cells.

    >>> from csg_maps.geography.cells import points_to_cells
    >>> [shape.style for shape in class_shapes(points_to_cells([52.13, 52.2], [-0.46, -0.4], 9), np.array([1, 4]))]
    ['class-1', 'class-4']
    """
    checked = check_cells(cells)
    numbers = _class_numbers(classes, len(checked))
    wanted = checked != NO_CELL
    if not draw_zero:
        wanted &= numbers != ZERO_CLASS
    settled, numbers = checked[wanted], numbers[wanted]
    order = np.argsort(settled)  # one study area is one array, whatever the ranking: its edges are remembered
    settled, numbers = settled[order], numbers[order]
    return tuple(_dissolved(settled, numbers == number, class_style(int(number))) for number in np.unique(numbers))


def _dissolved(cells: Cells, chosen: npt.NDArray[np.bool_], style_name: str) -> Shape:
    """The chosen cells as one shape, without the lines between them."""
    edges = edges_of(cells, SCALE)
    rings = rings_of(edges, chosen)
    if rings is not None:
        return rings_shape(edges.x, edges.y, rings, style_name)
    return polygon_shape([shapely.coverage_union_all(rounded(polygons(cells[chosen])))], style_name)


def area_shapes(geometry: Any, classes: Any, *, draw_zero: bool = True) -> tuple[Shape, ...]:
    """One shape for each class that occurs: its areas, each with its border.

    Parameters
    ----------
    geometry
        n polygons in EPSG:4326: a GeoSeries, or the geometry column of a GeoDataFrame. Nothing else of a frame is read.
    classes, draw_zero
        As for `class_shapes`.
    """
    outlines = np.asarray(getattr(geometry, "geometry", geometry), dtype=object)
    numbers = _class_numbers(classes, len(outlines))
    # Together, not one by one: two neighbours keep one border. An invalid coverage is simplified as well as it can be.
    outlines = rounded(shapely.coverage_simplify(outlines, _AREA_TOLERANCE)) if len(outlines) else outlines
    return tuple(
        polygon_shape(outlines[numbers == number], class_style(int(number)))
        for number in np.unique(numbers)
        if draw_zero or number != ZERO_CLASS
    )


def outline_shapes(cells: Any, style_name: str = "selected") -> tuple[Shape, ...]:
    """The outline around cells, dissolved: "selected" for the one that is open, "tested" for those found by the test."""
    checked = check_cells(cells)
    settled = checked[checked != NO_CELL]
    return (_dissolved(settled, np.ones(len(settled), dtype=np.bool_), style_name),) if len(settled) else ()


def area_outline_shapes(geometry: Any, style_name: str = "selected") -> tuple[Shape, ...]:
    """The outline of areas (polygons, EPSG:4326), one path."""
    outlines = np.asarray(getattr(geometry, "geometry", geometry), dtype=object)
    return (polygon_shape(shapely.simplify(outlines, _AREA_TOLERANCE), style_name),) if len(outlines) else ()


def hotspot_layer(shapes: Sequence[Shape], numbered_cells: Any = None) -> folium.FeatureGroup:
    """The layer of a result: its shapes in the order given, and 1, 2, 3 … at the centre of the first ten cells given.

    >>> len(hotspot_layer(())._children)
    0
    """
    if numbered_cells is None:
        return number_layer(shapes, [], [])
    latitude, longitude = centres(check_cells(numbered_cells)[:NUMBERED])
    return number_layer(shapes, latitude, longitude)


def number_layer(shapes: Sequence[Shape], latitude: Any, longitude: Any) -> folium.FeatureGroup:
    """As `hotspot_layer`, with the places of the numbers as degrees (EPSG:4326); a missing place has no mark."""
    layer = folium.FeatureGroup("results")
    for shape in shapes:
        if not shape.is_empty:
            ShapePath(shape).add_to(layer)
    places = zip(latitude, longitude, strict=True)
    for number, (north, east) in enumerate(list(places)[:NUMBERED], start=1):
        if np.isfinite(north) and np.isfinite(east):
            NumberMark(float(north), float(east), number).add_to(layer)
    return layer


def _class_numbers(classes: Any, count: int) -> Any:
    numbers = np.asarray(classes)
    if numbers.shape != (count,):
        raise SchemaBroken(f"There must be one class for each of {count} places; found {numbers.shape}.")
    if count and numbers.dtype.kind not in "iu":
        raise SchemaBroken(f"Classes must be whole numbers; found {numbers.dtype}.")
    for number in np.unique(numbers):
        class_style(int(number))
    return numbers
