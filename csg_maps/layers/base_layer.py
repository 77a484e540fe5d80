"""The ground under the results: land, water, parks and streets as a few shapes, without any name."""

from typing import Any

import folium
import numpy as np
import shapely

from csg_maps.layers.elements import ShapePath, TileLayer, TileSet
from csg_maps.layers.shapes import Shape, line_shape, polygon_shape

_TOLERANCE = 0.00004  # degrees, about 4 m: finer than a screen shows at the closest zoom offered


def base_shapes(
    *, land: Any = None, water: Any = None, parks: Any = None, streets: Any = None, main_streets: Any = None
) -> tuple[Shape, ...]:
    """The shapes of the ground, lowest first.

    Each argument is a GeoDataFrame, GeoSeries or array of shapely geometries in EPSG:4326. Only geometry is read: names
    and other columns stay on the server. Lines are joined where they meet and thinned to about 4 m.

    >>> [shape.style for shape in base_shapes(land=[shapely.box(0, 52, 1, 53)])]
    ['land']
    """
    found = [
        polygon_shape(_thinned(land), "land"),
        polygon_shape(_thinned(parks), "park"),
        polygon_shape(_thinned(water), "water"),
        line_shape(_thinned(water), "river"),
        line_shape(_joined(streets), "street"),
        line_shape(_joined(main_streets), "main-street"),
    ]
    return tuple(shape for shape in found if not shape.is_empty)


def border_shapes(areas: Any) -> tuple[Shape, ...]:
    """The borders of areas (polygons, EPSG:4326) as one dashed shape."""
    shape = polygon_shape(_thinned(areas), "border")
    return () if shape.is_empty else (shape,)


def base_layer(ground: tuple[Shape | TileSet, ...]) -> folium.FeatureGroup:
    """The ground as one layer, to go into the map itself: as long as it stays the same, so does the view."""
    layer = folium.FeatureGroup("ground")
    for shape in ground:
        if isinstance(shape, TileSet):
            TileLayer(shape).add_to(layer)
        elif not shape.is_empty:
            ShapePath(shape).add_to(layer)
    return layer


def _geometries(given: Any) -> Any:
    return np.asarray([] if given is None else getattr(given, "geometry", given), dtype=object)


def _thinned(given: Any) -> Any:
    geometries = _geometries(given)
    return shapely.simplify(geometries, _TOLERANCE) if len(geometries) else geometries


def _joined(given: Any) -> Any:
    geometries = _geometries(given)
    if not len(geometries):
        return geometries
    parts = shapely.get_parts(geometries)
    lines = shapely.multilinestrings(parts[shapely.get_type_id(parts) == 1])
    return [shapely.simplify(shapely.line_merge(lines), _TOLERANCE)]
