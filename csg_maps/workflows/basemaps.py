"""The council's own ground under every map: add a file, draw it into tiles once, show one, remove it.

Read `add` from the top: raster tiles are looked at one by one and copied; lines, areas and names are drawn, block by block,
and go on where they were when the work was killed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.geography.cells import covering
from csg_maps.i18n import _, n_
from csg_maps.intake.files.mbtiles import TileTally, is_mbtiles, look_at_mbtiles, raster_tiles
from csg_maps.layers.basemap_drawing import blocks, draw_block
from csg_maps.layers.basemap_plan import map_features, plan_zoom
from csg_maps.layers.tiles import read_tile
from csg_maps.model.actor import Actor
from csg_maps.model.map_kinds import STREET_KINDS
from csg_maps.settings import FINEST_RESOLUTION
from csg_maps.store import basemaps, reference
from csg_maps.store.basemaps import BaseMap
from csg_maps.store.workspace import Store
from csg_maps.workflows.basemap_extent import bounds_of, in_own_area, tiles_at, within_own_area, zooms_for
from csg_maps.workflows.basemap_files import (
    BaseMapChoice,
    FileLook,
    attribution_of,
    bare_name,
    look,
    look_upload,
    map_features_of,
    plain_text,
    read_layers,
    recipe_of,
)

__all__ = [
    "BaseMap",
    "BaseMapAdded",
    "BaseMapChoice",
    "FileLook",
    "add",
    "as_lines",
    "draw_features",
    "go_on",
    "list_basemaps",
    "look",
    "look_upload",
    "remove",
    "show",
    "tile_reader",
]

Progress = Callable[[float, str], None]
TileReader = Callable[[int, int, int], bytes | None]

_EDGE = 0.04  # of the extent, drawn around it
_COPIED_AT_ONCE = 500
_LINES_OF = {
    "land": ("land",),
    "water": ("water", "waterline"),
    "parks": ("park", "wood"),
    "streets": ("street",),
    "main_streets": ("street-major", "street-main"),
    "railways": ("railway",),
    "buildings": ("building",),
}
_MOST_LINES_KEPT = 40_000


def silent(done: float, stage: str) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True)
class BaseMapAdded:
    """What came of it, in sentences."""

    basemap_id: str
    tiles: int
    in_words: tuple[str, ...]


def add(
    store: Store, actor: Actor, path: Path, shown_name: str, choice: BaseMapChoice, *, progress: Progress = silent
) -> BaseMapAdded:
    """Make a file the base map, and show it. The same file and choices again go on where a killed drawing was.

    Raises InputRefused when the file, a layer or a choice cannot stand; nothing is kept then.
    """
    require(actor, "manage_areas")
    progress(0.0, _("Reading"))
    if is_mbtiles(path):
        return _copy(store, actor, path, shown_name, choice, progress=progress)
    recipe = recipe_of(path, choice)
    begun = basemaps.unfinished(store, recipe)
    if begun is None:
        layers = read_layers(path, shown_name)
        features = map_features_of(layers, choice)
        attribution = plain_text(choice.attribution) or attribution_of(layers)
        name = plain_text(choice.name) or bare_name(shown_name)
        begun = _begin(store, actor, features, name=name, attribution=attribution, asked=choice.max_zoom, recipe=recipe)
    return go_on(store, actor, begun.basemap_id, progress)


def go_on(store: Store, actor: Actor, basemap_id: str, progress: Progress = silent) -> BaseMapAdded:
    """Draw what is missing of a base map that was begun, and show it when it is complete."""
    require(actor, "manage_areas")
    basemap = basemaps.get_basemap(store, basemap_id)
    if basemap.state != "drawing":
        raise InputRefused(_("This base map is complete already."))
    features = basemaps.features_of(store, basemap_id)
    progress(0.03, _("Placing names"))
    _draw(store, basemap, features, progress)
    progress(0.97, _("Streets and areas"))
    kept = _keep_ground(store, actor, features)
    with basemaps.tiles_being_made(store, basemap_id) as made:
        tiles, pictures = basemaps.tile_counts(made)
    basemaps.finish(store, actor, basemap_id)
    progress(1.0, _("Done"))
    drawn = _(
        "{tiles} tiles are drawn, zoom {first} to {last} ({pictures} different pictures). The base map is shown now."
    )
    words = drawn.format(tiles=f"{tiles:,}", first=basemap.min_zoom, last=basemap.max_zoom, pictures=f"{pictures:,}")
    return BaseMapAdded(basemap_id, tiles, (words, *kept))


def draw_features(
    store: Store, actor: Actor, features: gpd.GeoDataFrame, *, name: str, attribution: str, progress: Progress = silent
) -> str:
    """Draw features that are at hand, and show them; returns the id. Settled ground and lines stay as they are."""
    require(actor, "manage_areas")
    basemap = _begin(store, actor, features, name=name, attribution=attribution, asked=0, recipe="")
    _draw(store, basemap, features, progress)
    return basemaps.finish(store, actor, basemap.basemap_id).basemap_id


def list_basemaps(store: Store, actor: Actor) -> list[BaseMap]:
    """Every base map, the newest first."""
    require(actor, "see_counts")
    return basemaps.list_basemaps(store)


def show(store: Store, actor: Actor, basemap_id: str) -> str:
    """Show this base map, or none ("" or "none"); says so in a sentence."""
    chosen = "" if basemap_id == "none" else basemap_id
    basemaps.show(store, actor, chosen)
    if not chosen:
        return _("No base map is shown: maps have their plain ground.")
    return _("The base map “{name}” is shown now.").format(name=basemaps.get_basemap(store, chosen).name)


def remove(store: Store, actor: Actor, basemap_id: str) -> str:
    """Delete a base map. Settled ground that its streets gave stays: study areas lean on it."""
    name = basemaps.get_basemap(store, basemap_id).name
    basemaps.remove(store, actor, basemap_id)
    return _("The base map “{name}” is removed. What its streets said about settled ground stays.").format(name=name)


def tile_reader(store: Store) -> TileReader | None:
    """Gives the tiles of the base map that is shown (zoom, column, row → picture), for printed maps; None without one."""
    shown = basemaps.shown(store)
    if shown is None:
        return None
    path = basemaps.basemap_path(store, shown.basemap_id)

    def tile(zoom: int, column: int, row: int) -> bytes | None:
        found = read_tile(path, zoom, column, row)
        return found[0] if found else None

    return tile


def as_lines(listed: list[BaseMap]) -> list[str]:
    """A line for each base map."""
    states = {"ready": _("complete"), "drawing": _("not finished")}
    return [
        f"{one.basemap_id}: {one.name}, "
        + _("zoom {first} to {last}, {state}").format(first=one.min_zoom, last=one.max_zoom, state=states[one.state])
        + (", " + _("shown") if one.is_shown else "")
        + (f" – {one.attribution}" if one.attribution else "")
        for one in listed
    ]


def _begin(
    store: Store, actor: Actor, features: gpd.GeoDataFrame, *, name: str, attribution: str, asked: int, recipe: str
) -> BaseMap:
    west, south, east, north = (float(value) for value in features.total_bounds)
    high, wide = (north - south) * _EDGE, (east - west) * _EDGE
    bounds = within_own_area(store, (south - high, west - wide, north + high, east + wide))
    return basemaps.begin(
        store,
        actor,
        name=name,
        kind="drawn",
        attribution=attribution,
        zooms=zooms_for(bounds, asked),
        bounds=bounds,
        features=features,
        recipe=recipe,
        is_sea=bool((features["kind"] == "land").any()),
    )


def _draw(store: Store, basemap: BaseMap, features: gpd.GeoDataFrame, progress: Progress) -> None:
    """Draw the blocks that are not done yet, each kept as soon as it is drawn."""
    ready = map_features(features)
    zooms = range(basemap.min_zoom, basemap.max_zoom + 1)
    wanted = {zoom: blocks(basemap.bounds, zoom) for zoom in zooms}
    tiles_in_all = sum(tiles_at(basemap.bounds, zoom) for zoom in zooms)
    drawn = 0
    with basemaps.tiles_being_made(store, basemap.basemap_id) as made:
        done = basemaps.done_blocks(made)
        for zoom in zooms:
            if all((zoom, *block) in done for block in wanted[zoom]):
                drawn += tiles_at(basemap.bounds, zoom)
                continue
            plan = plan_zoom(ready, zoom)
            at_zoom = tiles_at(basemap.bounds, zoom)
            for number, block in enumerate(wanted[zoom], start=1):
                if (zoom, *block) not in done:
                    basemaps.put_block(made, zoom, block, draw_block(plan, block, basemap.bounds))
                at = drawn + at_zoom * number / len(wanted[zoom])
                stage = _("Drawing zoom {zoom}: {done} of {total} tiles").format(
                    zoom=zoom, done=f"{round(at):,}", total=f"{tiles_in_all:,}"
                )
                progress(0.05 + 0.91 * at / tiles_in_all, stage)
            drawn += at_zoom


def _copy(
    store: Store, actor: Actor, path: Path, shown_name: str, choice: BaseMapChoice, *, progress: Progress
) -> BaseMapAdded:
    """Copy raster tiles, each looked at, into a file of our own."""
    raster = look_at_mbtiles(path)
    first, last = raster.zooms
    asked = min(last, choice.max_zoom) if choice.max_zoom else last
    begun = basemaps.begin(
        store,
        actor,
        name=plain_text(choice.name) or raster.name or bare_name(shown_name),
        kind="raster",
        attribution=plain_text(choice.attribution) or raster.attribution,
        zooms=(min(first, asked), asked),
        bounds=(-85.0, -180.0, 85.0, 180.0),
    )
    tally, held = TileTally(), []
    closest: list[tuple[int, int]] = []
    kept = read = 0
    try:
        with basemaps.tiles_being_made(store, begun.basemap_id) as made:
            for zoom, column, row, content in raster_tiles(path, tally):
                read += 1
                if zoom > asked:
                    continue
                held.append((zoom, column, row, content))
                if zoom == asked:
                    closest.append((column, row))
                if len(held) == _COPIED_AT_ONCE:
                    kept += _put(made, held, kept)
                    held = []
                    progress(min(0.95, 0.95 * read / max(raster.tiles, 1)), _("Copying tiles"))
            kept += _put(made, held, kept)
            tiles, pictures = basemaps.tile_counts(made)
        if not tiles or not closest:
            raise InputRefused(
                _("None of the file's tiles can be used: they must be PNG, JPEG or WebP of 256 or 512 pixels.")
            )
    except BaseException:
        basemaps.remove(store, actor, begun.basemap_id)
        raise
    basemaps.set_bounds(store, begun.basemap_id, bounds_of(closest, asked))
    basemaps.finish(store, actor, begun.basemap_id)
    progress(1.0, _("Done"))
    words = _(
        "{tiles} tiles are kept, zoom {first} to {last} ({pictures} different pictures). The base map is shown now."
    )
    said = [words.format(tiles=f"{tiles:,}", first=begun.min_zoom, last=begun.max_zoom, pictures=f"{pictures:,}")]
    left_out = (
        (
            tally.not_a_picture,
            n_(
                "{count} tile is no picture and was left out.",
                "{count} tiles are no pictures and were left out.",
                tally.not_a_picture,
            ),
        ),
        (
            tally.too_large,
            n_(
                "{count} tile is too large and was left out.",
                "{count} tiles are too large and were left out.",
                tally.too_large,
            ),
        ),
        (
            tally.out_of_range,
            n_(
                "{count} tile has a number that no tile has and was left out.",
                "{count} tiles have numbers that no tile has and were left out.",
                tally.out_of_range,
            ),
        ),
    )
    return BaseMapAdded(begun.basemap_id, tiles, (*said, *(sentence for count, sentence in left_out if count)))


def _put(made: Any, held: list[tuple[int, int, int, bytes]], number: int) -> int:
    """Keep copied tiles; the block is only a mark that a portion is whole."""
    for zoom in sorted({tile[0] for tile in held}):
        found = [(column, row, content) for one, column, row, content in held if one == zoom]
        basemaps.put_block(made, zoom, (number, 0), found, replace=False)
    return len(held)


def _keep_ground(store: Store, actor: Actor, features: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Let streets say where ground is settled, and keep lines and areas for maps without tiles; in sentences."""
    said = []
    kinds = features["kind"].to_numpy(dtype=object)
    for kind, of in _LINES_OF.items():
        chosen = features[np.isin(kinds, of)]
        if 0 < len(chosen) <= _MOST_LINES_KEPT:
            reference.save_lines(store, actor, kind, chosen)
    streets = in_own_area(store, features.geometry.to_numpy()[np.isin(kinds, STREET_KINDS)])
    if len(streets):
        cells = covering(streets, FINEST_RESOLUTION)
        reference.add_ground(store, actor, "streets", cells)
        said.append(
            n_(
                "Its streets settle {count} cell of about 50 m: study areas are made of settled ground.",
                "Its streets settle {count} cells of about 50 m: study areas are made of settled ground.",
                len(cells),
            )
        )
    return tuple(said)
