"""Commands for the council's own ground: `basemap add`, `list`, `show`, `resume`, `remove`."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from csg_maps.cli.arguments import one_clear_line, store_option
from csg_maps.cli.supplies import to_bar
from csg_maps.errors import InputRefused
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.map_kinds import MAP_KINDS
from csg_maps.workflows import basemaps, stores
from csg_maps.workflows.basemaps import BaseMapAdded, BaseMapChoice


@click.group()
def basemap() -> None:
    """Base maps: streets, water, parks and names under every map, served by the app itself."""


@basemap.command("add")
@click.argument("file", type=click.Path(path_type=Path))
@store_option
@click.option("--name", default="", metavar="TEXT", help="What it is called in the list.")
@click.option("--attribution", default="", metavar="TEXT", help="What the licence asks to be said under the map.")
@click.option(
    "--layer-kind",
    "layer_kinds",
    multiple=True,
    metavar="LAYER=KIND",
    help=f"What a layer is; repeat for each. Kinds: {', '.join(MAP_KINDS)}.",
)
@click.option("--max-zoom", type=int, default=0, metavar="N", help="The closest zoom, 8 to 18.")
@click.option("--crs", default="", metavar="EPSG:N", help="When the file does not say.")
@one_clear_line
def add_basemap(folder: Path, file: Path, layer_kinds: tuple[str, ...], **options: Any) -> None:
    """Make a file the base map: raster MBTiles, or GeoPackage, Shapefile or GeoJSON to be drawn.

    The same command again goes on where a drawing was interrupted.
    """
    if not file.is_file():
        raise InputRefused(f"There is no file {file.name!r}; check its name and folder.")
    pairs = []
    for pair in layer_kinds:
        layer, equals, kind = pair.rpartition("=")
        if not (layer and equals and kind):
            raise InputRefused(f"--layer-kind is written LAYER=KIND, such as roads=street; found {pair!r}.")
        pairs.append((layer, kind))
    choice = BaseMapChoice(layer_kinds=tuple(pairs), **options)
    store = stores.open_local(folder)
    _with_bar(lambda progress: basemaps.add(store, LOCAL_ACTOR, file, file.name, choice, progress=progress))


@basemap.command("resume")
@click.argument("basemap_id")
@store_option
@one_clear_line
def resume_basemap(folder: Path, basemap_id: str) -> None:
    """Go on with a drawing that was interrupted."""
    store = stores.open_local(folder)
    _with_bar(lambda progress: basemaps.go_on(store, LOCAL_ACTOR, basemap_id, progress))


@basemap.command("list")
@store_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@one_clear_line
def list_basemaps(folder: Path, as_json: bool) -> None:
    """List the base maps, the newest first."""
    listed = basemaps.list_basemaps(stores.open_local(folder), LOCAL_ACTOR)
    if as_json:
        click.echo(json.dumps([vars(one) for one in listed], ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(basemaps.as_lines(listed)) or "No base map yet: maps have their plain ground.")


@basemap.command("show")
@click.argument("basemap_id")
@store_option
@one_clear_line
def show_basemap(folder: Path, basemap_id: str) -> None:
    """Show this base map under every map; `none` shows none."""
    click.echo(basemaps.show(stores.open_local(folder), LOCAL_ACTOR, basemap_id))


@basemap.command("remove")
@click.argument("basemap_id")
@store_option
@one_clear_line
def remove_basemap(folder: Path, basemap_id: str) -> None:
    """Delete a base map and its tiles."""
    click.echo(basemaps.remove(stores.open_local(folder), LOCAL_ACTOR, basemap_id))


def _with_bar(work: Any) -> None:
    started = time.monotonic()
    with click.progressbar(length=100, label="Base map", file=sys.stderr) as bar:
        added: BaseMapAdded = work(to_bar(bar))
    click.echo("\n".join(added.in_words))
    click.echo(f"{added.basemap_id}: {time.monotonic() - started:.0f} seconds.")
