"""The features of a base map made ready for one zoom: in pixels, thinned, indexed, with every name in its place."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from csg_maps.geography.tiles import TILE_PX, unit_points
from csg_maps.layers.basemap_names import PlacedName, both_languages, place_names
from csg_maps.layers.basemap_style import AREAS, BORDERS, GROUND, LINES, LineLook, width_at
from csg_maps.model.map_kinds import check_features

Geometries = npt.NDArray[np.object_]

_THIN_PX = 0.35
_SMALLEST_AREA_PX = 1.5
_MOST_BORDERS_JOINED = 60_000


@dataclass(frozen=True)
class MapFeatures:
    """Everything that may be drawn, in the unit square of `geography.tiles`. `is_sea`: where nothing is drawn lies sea."""

    kinds: npt.NDArray[np.object_]
    ranks: npt.NDArray[np.int64]
    names: list[tuple[str, ...]]
    geometry: Geometries
    anchors: npt.NDArray[np.float64]
    borders: dict[int, Geometries]
    is_sea: bool


@dataclass(frozen=True)
class Indexed:
    """Geometries of one look in pixels of a zoom, and their index."""

    geometry: Geometries
    tree: shapely.STRtree


@dataclass(frozen=True)
class ZoomPlan:
    """What is drawn at a zoom, lowest first."""

    zoom: int
    ground: str
    areas: tuple[tuple[str, Indexed], ...]
    lines: tuple[tuple[LineLook, Indexed], ...]
    borders: tuple[tuple[LineLook, Indexed], ...]
    names: tuple[PlacedName, ...]
    name_tree: shapely.STRtree


def map_features(features: Any) -> MapFeatures:
    """Map features (a GeoDataFrame with the columns of `model.map_kinds.FEATURE_COLUMNS`, EPSG:4326) in the unit square."""
    check_features(features)
    geometry = shapely.transform(
        shapely.force_2d(features.geometry.to_numpy()),
        lambda points: np.column_stack(unit_points(points[:, 0], points[:, 1])),
    )
    kinds = features["kind"].to_numpy(dtype=object)
    ranks = features["rank"].to_numpy(dtype=np.int64)
    names = [both_languages(*pair) for pair in zip(features["name"], features["name_cy"], strict=True)]
    borders = {}
    for rank in BORDERS:
        chosen = geometry[(kinds == "border") & (ranks == rank)]
        if len(chosen):
            borders[rank] = _border_lines(chosen)
    return MapFeatures(kinds, ranks, names, geometry, _anchors(geometry), borders, bool((kinds == "land").any()))


def _border_lines(areas: Geometries) -> Geometries:
    """The borders of areas as lines, each drawn once where two areas share it."""
    is_area = shapely.get_dimensions(areas) == 2
    lines = np.concatenate([shapely.boundary(areas[is_area]), areas[shapely.get_dimensions(areas) == 1]])
    if len(lines) <= _MOST_BORDERS_JOINED:
        lines = np.array([shapely.line_merge(shapely.union_all(lines))], dtype=object)
    parts = shapely.get_parts(lines)
    return np.asarray(parts[shapely.get_dimensions(parts) == 1])


def _anchors(geometry: Geometries) -> npt.NDArray[np.float64]:
    """Where the name of each feature belongs: the middle of its largest part, or a point inside where that is outside."""
    parts, part_of = shapely.get_parts(geometry, return_index=True)
    size = shapely.area(parts)
    order = np.lexsort((-size, part_of))
    first = order[np.searchsorted(part_of[order], np.arange(len(geometry)))] if len(parts) else order
    largest = parts[first] if len(parts) else parts
    middle = shapely.centroid(largest)
    outside = (shapely.get_dimensions(largest) == 2) & ~shapely.intersects(largest, middle)
    middle[outside] = shapely.point_on_surface(largest[outside])
    return np.asarray(shapely.get_coordinates(middle)).reshape(-1, 2)


def plan_zoom(features: MapFeatures, zoom: int) -> ZoomPlan:
    """Make everything ready for one zoom. The same features and zoom give the same plan."""
    scale = float(TILE_PX * 2**zoom)
    shown = _in_pixels(features.geometry, scale)
    dimensions = shapely.get_dimensions(shown)
    areas = []
    for kind, look in AREAS.items():
        if zoom >= look.from_zoom:
            chosen = shown[(features.kinds == kind) & (dimensions == 2)]
            large = shapely.area(chosen) >= _SMALLEST_AREA_PX
            if large.any():
                areas.append((kind, _indexed(chosen[large])))
    lines = []
    for kind, line_look in LINES.items():
        chosen = shown[(features.kinds == kind) & (dimensions == 1)]
        if len(chosen) and width_at(line_look.widths, zoom):
            lines.append((line_look, _indexed(chosen)))
    borders = []
    for rank in sorted(features.borders, reverse=True):
        if width_at(BORDERS[rank].widths, zoom):
            borders.append((BORDERS[rank], _indexed(_in_pixels(features.borders[rank], scale))))
    names = place_names(
        features.kinds, features.ranks, features.names, geometry=shown, anchors=features.anchors * scale, zoom=zoom
    )
    boxes = shapely.STRtree(np.array([shapely.box(*name.box) for name in names], dtype=object))
    ground = GROUND["sea" if features.is_sea else "land"]
    return ZoomPlan(zoom, ground, tuple(areas), tuple(lines), tuple(borders), names, boxes)


def _in_pixels(geometry: Geometries, scale: float) -> Geometries:
    large = shapely.transform(geometry, lambda points: points * scale)
    return np.asarray(shapely.simplify(large, _THIN_PX, preserve_topology=False))


def _indexed(geometry: Geometries) -> Indexed:
    kept = geometry[~shapely.is_empty(geometry)]
    return Indexed(kept, shapely.STRtree(kept))
