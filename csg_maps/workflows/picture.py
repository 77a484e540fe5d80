"""What a map shows of a result, as shapes and classes without any text; and what a click on it means."""

import itertools
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.geography import cells as h3_cells
from csg_maps.geography.areas import area_of_points
from csg_maps.hotspots.classify import CLASS_LABELS, count_classes
from csg_maps.i18n import N_, _
from csg_maps.layers.base_layer import base_shapes, border_shapes
from csg_maps.layers.elements import CLOSEST_VIEW, TileSet
from csg_maps.layers.hotspot_layer import (
    NUMBERED,
    area_outline_shapes,
    area_shapes,
    class_shapes,
    outline_shapes,
)
from csg_maps.layers.shapes import Shape
from csg_maps.layers.tile_server import tile_server
from csg_maps.model.actor import Actor
from csg_maps.model.filters import AreaPlace, CellPlace, Place
from csg_maps.store import areas, basemaps, counts, reference
from csg_maps.store.workspace import Store
from csg_maps.workflows.explore import HotspotResult

Bounds = tuple[float, float, float, float]
BRITAIN: Bounds = (50.0, -6.0, 56.0, 1.5)
MOST_LINES_SENT = 20_000
"""More pieces than this of a kind are for tiles only: a browser would be sent megabytes."""

CLASS_NUMBERS = {
    "hotspot_999": 5,
    "hotspot_99": 4,
    "hotspot_95": 3,
    "around": 2,
    "too_few": 2,
    "not_significant": 1,
    "none": 0,
}
DENSITY_STEPS = (1.0, 2.0, 3.0, 5.0)
"""Classes of a density: multiples of its mean over the study area; three times and more is what practice looks at."""

SPANS = {
    "hotspot_999": N_("q at most 0.001"),
    "hotspot_99": N_("q at most 0.01"),
    "hotspot_95": N_("q at most 0.05"),
    "around": N_("q at most 0.05"),
    "too_few": N_("q at most 0.05"),
    "not_significant": N_("q above 0.05"),
    "none": N_("0 concerns"),
}


@dataclass(frozen=True)
class Ground:
    """What lies under every result, and south, west, north, east of the whole study area in degrees.

    `shapes` begins with the tiles of the base map, where one is shown; `attribution` says whose they are, and must stand under
    the map. `tile_host` is the server of somebody else that they are asked of ("" = the app's own).
    """

    shapes: tuple[Shape | TileSet, ...]
    bounds: Bounds
    attribution: str = ""
    tile_host: str = ""


@dataclass(frozen=True)
class Picture:
    """A result as shapes. `legend` has (class number, label, span) in the reader's language; `class_of` names the class
    of each row of the result's table; `numbered` is latitude and longitude of the first places of the ranking.
    """

    shapes: tuple[Shape, ...]
    legend: tuple[tuple[int, str, str], ...]
    class_of: tuple[int, ...]
    numbered: tuple[tuple[float, float], ...]


def ground(store: Store, actor: Actor) -> Ground:
    """The base map of the store, or its land, water, parks and streets; and the borders of its own area."""
    require(actor, "see_counts")
    extent = [layer for layer in areas.list_layers(store) if layer.is_extent]
    outline = areas.read_layer(store, extent[0].layer_id) if extent else None
    shown, listed = basemaps.shown(store), tile_server()
    drawn: tuple[Shape | TileSet, ...]
    attribution = tile_host = ""
    if shown is not None:
        is_sea = basemaps.lies_in_sea(store, shown.basemap_id)
        drawn = (TileSet(shown.basemap_id, shown.min_zoom, shown.max_zoom, is_sea),)
        attribution = shown.attribution or shown.name
    elif listed is not None:
        drawn = (TileSet("", 0, CLOSEST_VIEW),)
        attribution, tile_host = listed.attribution, listed.host
    else:
        drawn = _drawn_ground(store, outline)
    drawn += border_shapes(outline) if outline is not None else ()
    return Ground(drawn, _bounds(store, actor, outline), attribution, tile_host)


def _bounds(store: Store, actor: Actor, outline: gpd.GeoDataFrame | None) -> Bounds:
    """The council's own area; without one where the records lie, or the base map."""
    if outline is not None:
        west, south, east, north = outline.total_bounds
        return float(south), float(west), float(north), float(east)
    cells = counts.history_cells(store, 9, actor=actor)
    if not len(cells):
        shown = basemaps.shown(store)
        return shown.bounds if shown is not None else BRITAIN
    latitude, longitude = h3_cells.centres(cells)
    # a stray record far away must not make the map a speck
    low, high = np.percentile(latitude, [1, 99]), np.percentile(longitude, [1, 99])
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])


def drawn_ground(store: Store, actor: Actor) -> tuple[Shape, ...]:
    """Land, water, parks and streets as shapes, whether a base map is shown or not: for prints where it has no tiles."""
    require(actor, "see_counts")
    extent = [layer for layer in areas.list_layers(store) if layer.is_extent]
    return _drawn_ground(store, areas.read_layer(store, extent[0].layer_id) if extent else None)


def _drawn_ground(store: Store, outline: gpd.GeoDataFrame | None) -> tuple[Shape, ...]:
    kinds = {kind: _lines(store, kind) for kind in ("land", "water", "parks", "streets", "main_streets")}
    land = kinds["land"] if kinds["land"] is not None else outline
    return base_shapes(
        land=land,
        water=kinds["water"],
        parks=kinds["parks"],
        streets=kinds["streets"],
        main_streets=kinds["main_streets"],
    )


def _lines(store: Store, kind: str) -> gpd.GeoDataFrame | None:
    found = reference.read_lines(store, kind)
    return found if 0 < len(found) <= MOST_LINES_SENT else None


def picture(store: Store, actor: Actor, result: HotspotResult) -> Picture:
    """The shapes and the legend of a result."""
    require(actor, "see_counts")
    table = result.table
    classes, legend = _classes(result)
    first = [place for place in range(min(NUMBERED, len(table))) if table["count"].iloc[place] > 0]
    if isinstance(result.place, CellPlace):
        cells = table["cell"].to_numpy()
        shapes = class_shapes(cells, classes)
        latitude, longitude = h3_cells.centres(cells[first])
    else:
        layer = (
            areas.read_layer(store, result.place.layer_id).set_index("area_code").geometry.reindex(table["area_code"])
        )
        drawn = layer.notna().to_numpy()
        shapes = area_shapes(layer[drawn], classes[drawn])
        inside = layer.iloc[first].representative_point()
        latitude, longitude = inside.y.to_numpy(), inside.x.to_numpy()
    numbered = tuple((float(a), float(b)) for a, b in zip(latitude, longitude, strict=True))
    return Picture(shapes, legend, tuple(int(number) for number in classes), numbered)


def _classes(result: HotspotResult) -> tuple[np.ndarray, tuple[tuple[int, str, str], ...]]:
    table = result.table
    if result.method == "density" and result.bandwidth_m is not None:
        return _density_classes(table["density"])
    if result.method == "count" or result.declined:
        found = count_classes(table["count"].to_numpy())
        lines = [
            (
                number,
                _("Number of records"),
                f"{low}" if low == high else _("{low} to {high}").format(low=low, high=high),
            )
            for number, (low, high) in enumerate(found.ranges, start=1)
        ]
        return found.classes, (*reversed(lines), (0, _("No record"), "0"))
    position, present = pd.factorize(table["class"])
    classes = np.array([CLASS_NUMBERS[code] for code in present], dtype=np.int64)[position]
    drawn: dict[int, tuple[int, str, str]] = {}
    for code, label in CLASS_LABELS.items():
        if code in present:  # two classes that are drawn alike share a line
            number = CLASS_NUMBERS[code]
            before = f"{drawn[number][1]} / " if number in drawn else ""
            drawn[number] = (number, before + _(label), _(SPANS[code]))
    return classes, tuple(drawn.values())


def _density_classes(density: pd.Series) -> tuple[np.ndarray, tuple[tuple[int, str, str], ...]]:
    values = density.to_numpy(dtype="float64", na_value=0.0)
    mean = float(values.mean()) if len(values) else 0.0
    edges = np.array(DENSITY_STEPS) * mean
    classes = np.where(values > 0, np.searchsorted(edges, values, side="right") + 1, 0).astype("int64")
    label = _("Concerns per km² (not tested)")
    spans = [_("under {high:.1f}").format(high=edges[0])]
    spans += [_("{low:.1f} to {high:.1f}").format(low=a, high=b) for a, b in itertools.pairwise(edges)]
    spans += [_("{low:.1f} and more, five times the mean").format(low=edges[-1])]
    lines = [(number, label, span) for number, span in enumerate(spans, start=1)]
    return classes, (*reversed(lines), (0, _("None near"), "0"))


def selected_shapes(store: Store, place: Place, key: int | str) -> tuple[Shape, ...]:
    """The outline around one cell or area."""
    if isinstance(place, CellPlace):
        return outline_shapes(np.array([key], dtype=np.int64))
    layer = areas.read_layer(store, place.layer_id)
    return area_outline_shapes(layer[layer["area_code"] == key])


def middle_of(store: Store, place: Place, key: int | str) -> tuple[float, float]:
    """Latitude and longitude of a point within one cell or area."""
    if isinstance(place, CellPlace):
        latitude, longitude = h3_cells.centres(np.array([key], dtype=np.int64))
        return float(latitude[0]), float(longitude[0])
    layer = areas.read_layer(store, place.layer_id)
    inside = layer.geometry[layer["area_code"] == key].representative_point()
    return float(inside.y.iloc[0]), float(inside.x.iloc[0])


def border_of(store: Store, layer_id: str) -> tuple[Shape, ...]:
    """The borders of a layer."""
    return border_shapes(areas.read_layer(store, layer_id))


def place_at(store: Store, place: Place, latitude: float, longitude: float) -> int | str:
    """The cell (int) or area code ("" = none) at a point: what a click means at the size shown."""
    at = np.array([latitude]), np.array([longitude])
    if isinstance(place, AreaPlace):
        return str(area_of_points(areas.read_layer(store, place.layer_id), *at)[0])
    fine = h3_cells.points_to_cells(*at)
    return int(h3_cells.parents(fine, place.resolution)[0])
