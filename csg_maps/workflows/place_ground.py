"""Where a place is: its cells from a cell, an area or corners on a map; what it overlaps; how it is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.geography import cells as h3_cells
from csg_maps.geography.areas import area_of_points
from csg_maps.geography.place_outlines import (
    Corner,
    area_km2,
    cells_of_cell,
    cells_of_outline,
    outline_of_cells,
    outline_of_corners,
)
from csg_maps.i18n import _, language
from csg_maps.layers.hotspot_layer import outline_shapes
from csg_maps.layers.shapes import Shape, line_shape, polygon_shape
from csg_maps.model.actor import Actor
from csg_maps.model.filters import CellPlace, ConcernFilter
from csg_maps.model.registered_place import MOST_CELLS, PLACE_RESOLUTION, RegisteredPlace
from csg_maps.store import areas, counts, places
from csg_maps.store.workspace import Store
from csg_maps.workflows.place_profile import area_names, areas_of_cells

Bounds = tuple[float, float, float, float]
_LEAST_SPAN = 0.006
"""Degrees of latitude that a map of one place shows at least: about 650 m, so that streets around it are seen."""


@dataclass(frozen=True)
class PlaceGround:
    """The ground of a place: H3 r10 cells, sorted, and what it was made from (`registered_place.ORIGINS`)."""

    cells: tuple[int, ...]
    origin: str
    origin_key: str


@dataclass(frozen=True)
class Overlap:
    """A place of the register that holds some of the same cells."""

    reference: str
    name: str
    status: str
    shared: int


def ground_of_cells(cells: Sequence[int]) -> PlaceGround:
    """The ground of cells of any size shown on a map."""
    found = [cells_of_cell(int(cell), PLACE_RESOLUTION) for cell in cells]
    texts = h3_cells.to_hex(np.array(sorted(cells), dtype=np.int64))
    return _checked(
        np.unique(np.concatenate(found)) if found else np.array([], dtype=np.int64), "cell", ",".join(texts)
    )


def ground_of_hex(texts: Sequence[str]) -> PlaceGround:
    """The ground of cells as H3 writes them. Raises InputRefused for a text that is no cell."""
    return ground_of_cells([cell for cell in h3_cells.from_hex(texts).tolist() if cell])


def ground_of_area(store: Store, layer_id: str, area_code: str) -> PlaceGround:
    """The cells whose centre lies in an area. Raises InputRefused when there is no such area."""
    layer = areas.read_layer(store, layer_id)
    chosen = layer[layer["area_code"] == area_code]
    if chosen.empty:
        raise InputRefused(_("The layer {layer} has no area {code!r}.").format(layer=layer_id, code=area_code))
    cells = cells_of_outline(chosen.geometry.to_numpy(), PLACE_RESOLUTION)
    return _checked(cells, "area", f"{layer_id}:{area_code}")


def ground_of_corners(corners: Sequence[Corner]) -> PlaceGround:
    """The cells inside an outline whose corners (latitude, longitude) were clicked one after another."""
    return _checked(cells_of_outline(outline_of_corners(corners), PLACE_RESOLUTION), "drawn", "")


def _checked(cells: np.ndarray, origin: str, origin_key: str) -> PlaceGround:
    check_ground(tuple(cells.tolist()))
    return PlaceGround(tuple(sorted(cells.tolist())), origin, origin_key)


def check_ground(cells: tuple[int, ...]) -> None:
    """Raise InputRefused when these are no cells of a place: none, too many, or not H3 cells of its size."""
    held = np.array(cells, dtype=np.int64)
    if not len(held):
        raise InputRefused(_("Say where the place is: choose a cell or an area, or draw an outline."))
    if not h3_cells.is_cell(held).all() or (h3_cells.resolutions(held) != PLACE_RESOLUTION).any():
        raise InputRefused(_("A place is made of H3 cells of resolution {size}.").format(size=PLACE_RESOLUTION))
    if len(held) > MOST_CELLS:
        message = _("That is {size} km². Choose somewhere that people could walk through.")
        raise InputRefused(message.format(size=f"{area_km2(held):.0f}"))


def overlaps(store: Store, cells: tuple[int, ...], *, besides: str = "") -> tuple[Overlap, ...]:
    """Which places of the register share cells, the closest first; `besides` is a place that is not asked about."""
    mine = set(cells)
    found = [
        Overlap(place.reference, name_of(place), place.status, len(mine & set(place.cells)))
        for place in places.list_places(store)
        if place.place_id != besides and mine & set(place.cells)
    ]
    return tuple(sorted(found, key=lambda one: (-one.shared, one.reference)))


def name_of(place: RegisteredPlace) -> str:
    """The name of a place in the reader's language, as far as a Welsh one is known."""
    return place.name_cy if language() == "cy" and place.name_cy else place.name


def areas_in(store: Store, cells: tuple[int, ...], *, most: int = 5) -> list[str]:
    """The names of the areas that a place lies in, of the smallest layer loaded, the one with most of it first."""
    names = [name for name in areas_of_cells(store, np.array(cells, dtype=np.int64)) if name]
    return sorted(set(names), key=lambda name: (-names.count(name), name))[:most]


def widest_area(store: Store, cells: tuple[int, ...]) -> tuple[str, str]:
    """The name (English, Welsh) of the area of the coarsest layer, but the outline of all, around a place; "" when none."""
    layers = [layer for layer in areas.list_layers(store) if layer.features > 1]
    if not layers:
        return "", ""
    layer = areas.read_layer(store, min(layers, key=lambda layer: layer.features).layer_id)
    codes = area_of_points(layer, *h3_cells.centres(np.array(cells, dtype=np.int64)))
    named = [code for code in codes if code]
    if not named:
        return "", ""
    found = layer[layer["area_code"] == max(set(named), key=named.count)].iloc[0]
    return str(found["area_name"]), str(found["area_name_cy"])


def busiest_cells(store: Store, actor: Actor, resolution: int, *, most: int = 100) -> list[tuple[int, str, int]]:
    """Cells to choose from without a map, those with most concerns first: cell, the area around it, concerns."""
    require(actor, "see_counts")
    found = counts.count(store, actor, ConcernFilter(), CellPlace(resolution))
    found = found.sort_values(["count", "cell"], ascending=[False, True]).head(most)
    cells = found["cell"].to_numpy()
    return list(zip(cells.tolist(), areas_of_cells(store, cells), found["count"].tolist(), strict=True))


def areas_to_choose(store: Store, layer_id: str) -> list[tuple[str, str]]:
    """Code and name of each area of a layer, by name."""
    layer = areas.read_layer(store, layer_id)
    return sorted(zip(layer["area_code"], area_names(layer), strict=True), key=lambda pair: pair[1])


def outline(cells: tuple[int, ...], style_name: str = "place") -> tuple[Shape, ...]:
    """The outline of a place, for a map."""
    return outline_shapes(np.array(cells, dtype=np.int64), style_name) if cells else ()


def drawn_so_far(corners: Sequence[Corner]) -> tuple[Shape, ...]:
    """What corners clicked so far look like: a line, and from three on an outline."""
    points = [(longitude, latitude) for latitude, longitude in corners]
    if len(points) < 2:
        return ()
    if len(points) == 2:
        return (line_shape([shapely.LineString(points)], "selected"),)
    return (polygon_shape([shapely.Polygon(points)], "selected"),)


def middle(cells: tuple[int, ...]) -> Corner:
    """A point inside a place (latitude, longitude), where its number stands."""
    point = outline_of_cells(np.array(cells, dtype=np.int64)).representative_point()
    return float(point.y), float(point.x)


def northern_tip(cells: tuple[int, ...]) -> Corner:
    """The northernmost corner of a place (latitude, longitude): a number there hides nothing of it."""
    corners = shapely.get_coordinates(outline_of_cells(np.array(cells, dtype=np.int64)))
    longitude, latitude = corners[corners[:, 1].argmax()]
    return float(latitude), float(longitude)


def bounds_around(cells: tuple[int, ...]) -> Bounds:
    """South, west, north, east of a map that shows a place with what is around it."""
    west, south, east, north = outline_of_cells(np.array(cells, dtype=np.int64)).bounds
    half_north = max((north - south) * 0.9, _LEAST_SPAN / 2)
    half_east = max((east - west) * 0.9, _LEAST_SPAN)
    middle_north, middle_east = (north + south) / 2, (east + west) / 2
    return (middle_north - half_north, middle_east - half_east, middle_north + half_north, middle_east + half_east)
