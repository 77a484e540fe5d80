"""Make a store, open it, fill it with the fictional demo borough, and start over with an empty one."""

import datetime
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused, StoreProblem
from csg_maps.geography.areas import read_area_layer
from csg_maps.geography.cells import covering
from csg_maps.geography.gazetteers import read_places, read_streets, shapes_frame
from csg_maps.geography.postcodes import read_postcode_table
from csg_maps.geography.premises import read_premises
from csg_maps.i18n import _
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.model.provenance import Provenance, Sharing
from csg_maps.model.supply import ImportRequest, SuppliedFile
from csg_maps.settings import DEMO_FOLDER, FINEST_RESOLUTION
from csg_maps.store import areas, batches, jobs, mending, places, quarantine, reference
from csg_maps.store.workspace import (
    Store,
    create_store,
    get_setting,
    is_demo,
    mark_demo,
    open_store,
    set_setting,
    unmark_demo,
)
from csg_maps.workflows import asset_imports, basemaps, importing
from csg_maps.workflows.demo_ground import demo_features

__all__ = ["Store", "ensure", "fill_with_demo", "holds_other_data", "is_demo", "make", "open_local", "start_empty"]

Progress = Callable[[float, str], None]
DEMO_LAYERS = (("Demo wards", "demo_wards", True), ("Demo small areas", "demo_small_areas", False))
DEMO_LINES = {"land": "demo_outline", "water": "demo_water", "parks": "demo_parks", "streets": "demo_streets"}
DEMO_KEPT_YEARS = 10
DEMO_BATCHES = "demo_batches"
DEMO_BASEMAP = "demo_basemap"
DEMO_RECORDS_IN = 0.8
"""Share of the making after which there is something to look at: what follows is drawing the base map."""

STAGED_SECONDS = 24 * 3600.0


def make(folder: Path, *, demo: bool, progress: Progress = importing.silent) -> Store:
    """Make a new store, empty or with the demo borough. Raises StoreProblem when there is one in the folder already."""
    store = create_store(folder)
    if demo:
        fill_with_demo(store, LOCAL_ACTOR, progress)
    return store


def open_local(folder: Path) -> Store:
    """Open the store of this folder, and delete what may no longer be kept.

    That is: rows set aside too long, what mended rows said once their mend stands, expired batches, uploads never imported.
    """
    if not folder.is_dir():
        raise StoreProblem(_("There is no store in this folder. Make one with `init`, or name another."))
    store = open_store(folder)
    today = datetime.date.today()
    quarantine.purge_expired(store, LOCAL_ACTOR, today)
    quarantine.let_go(store, LOCAL_ACTOR, mending.undo_limit())
    for batch in batches.expired_batches(store, today):
        batches.purge_batch(store, LOCAL_ACTOR, batch.batch_id, "the retention date has passed")
    jobs.interrupt_stale(store)
    _sweep_staging(store)
    return store


def _sweep_staging(store: Store) -> None:
    """Delete uploads that nobody imported within a day: a tab was closed, and they hold what an agency sent."""
    late = time.time() - STAGED_SECONDS
    for folder in (store.folder / "staging").glob("*"):
        if folder.stat().st_mtime < late:
            shutil.rmtree(folder, ignore_errors=True)


def fill_with_demo(store: Store, actor: Actor, progress: Progress = importing.silent) -> None:
    """Fill a new store with the fictional borough: its ground, areas, restricted premises, then every agency's file.

    The files come in by the same door as real ones.
    """
    mark_demo(store)
    progress(0.02, _("Streets and areas"))
    _add_demo_names(store, actor)
    for name, file, is_extent in DEMO_LAYERS:
        layer, repairs = read_area_layer(_demo(file), code="area_code", name="area_name", name_cy="area_name_cy")
        areas.add_layer(
            store,
            actor,
            layer_id=file,
            name=name,
            name_cy="",
            gdf=layer,
            is_extent=is_extent,
            repairs=[{"repair": repair.message} for repair in repairs],
        )
    for kind, file in DEMO_LINES.items():
        reference.save_lines(store, actor, kind, _demo(file))
    streets = covering(_demo("demo_streets").geometry.to_numpy(), FINEST_RESOLUTION)
    reference.add_ground(store, actor, "streets", streets)
    premises = pd.read_csv(DEMO_FOLDER / "demo_premises.csv", dtype=str, keep_default_na=False)
    reference.save_premises(store, actor, read_premises(premises))
    asset_imports.import_demo(store, actor, DEMO_FOLDER / "demo_places.geojson")
    postcodes = pd.read_csv(DEMO_FOLDER / "demo_postcodes.csv.gz", dtype=str, keep_default_na=False, header=None)
    reference.save_postcodes(store, actor, read_postcode_table(postcodes))
    supplies = [*sorted(DEMO_FOLDER.glob("demo_concerns_*.csv.gz")), DEMO_FOLDER / "demo_background.csv.gz"]
    for number, path in enumerate(supplies):
        start, share = 0.1 + (DEMO_RECORDS_IN - 0.1) * number / len(supplies), (DEMO_RECORDS_IN - 0.1) / len(supplies)
        report = importing.run_import(
            store,
            actor,
            _demo_request(path),
            lambda done, stage, start=start, share=share: progress(start + done * share, stage),  # type: ignore[misc]
        )
        made = [*_demo_batches(store), report.batch_id]
        set_setting(store, DEMO_BATCHES, ",".join(filter(None, made)))
    drawn = basemaps.draw_features(
        store,
        actor,
        demo_features(),
        name=_("The fictional borough"),
        attribution=_("an invented borough, drawn by this app"),
        progress=lambda done, stage: progress(DEMO_RECORDS_IN + (1 - DEMO_RECORDS_IN) * done, stage),
    )
    set_setting(store, DEMO_BASEMAP, drawn)
    if not is_demo(store):  # cleared away while it was drawn
        basemaps.remove(store, actor, drawn)
    progress(1.0, _("Done"))


def _add_demo_names(store: Store, actor: Actor) -> None:
    """Streets and places of the borough by name, in two languages, so that files may name their places."""
    reference.save_names(store, actor, "streets", read_streets(shapes_frame(_demo("demo_streets"))))
    places = [shapes_frame(_demo("demo_places")), shapes_frame(_demo("demo_parks")).assign(kind="park")]
    reference.save_names(store, actor, "names", read_places(pd.concat(places, ignore_index=True)))


def _demo_batches(store: Store) -> list[str]:
    """The batches that the demo made, and nobody else."""
    return [batch_id for batch_id in get_setting(store, DEMO_BATCHES).split(",") if batch_id]


def holds_other_data(store: Store, actor: Actor) -> bool:
    """Whether a demo store also holds batches that somebody brought in."""
    made = set(_demo_batches(store))
    return any(batch.status != "purged" and batch.batch_id not in made for batch in batches.list_batches(store, actor))


def _demo(file: str) -> gpd.GeoDataFrame:
    return gpd.read_file(DEMO_FOLDER / f"{file}.geojson", engine="pyogrio")


def _demo_request(path: Path) -> ImportRequest:
    background = path.name.startswith("demo_background")
    agency = "police" if background else path.name.removeprefix("demo_concerns_").removesuffix(".csv.gz")
    kept = datetime.date.today() + datetime.timedelta(days=365 * DEMO_KEPT_YEARS)
    return ImportRequest(
        files=(SuppliedFile(str(path), path.name),),
        provenance=Provenance(
            agency=agency,
            purpose=_("To try this out: everything is invented"),
            lawful_basis="open_data",
            agreement=_("None needed: fictional data"),
            retain_until=kept.isoformat(),
        ),
        sharing=Sharing(),
        evidence="background" if background else "concern",
        save_profile=_("demo"),
    )


def ensure(folder: Path) -> tuple[Store, str]:
    """The store of the folder; where there is none, a new one that a job fills with the demo borough. Returns its job id."""
    from csg_maps.workflows.jobs import start_demo

    try:
        return open_local(folder), ""
    except StoreProblem:
        if folder.is_dir() and any(folder.iterdir()):
            raise  # something is there: damaged or newer, and never to be written over
    store = create_store(folder)
    mark_demo(store)
    return store, start_demo(store, LOCAL_ACTOR)


def start_empty(store: Store, actor: Actor) -> None:
    """Delete everything fictional, so that real data may come in; what somebody brought in themselves stays.

    Raises InputRefused when the store is no demo.
    """
    require(actor, "manage_areas")
    if not is_demo(store):
        raise InputRefused(_("This store holds real data; only the demo borough can be cleared away."))
    if not holds_other_data(store, actor):  # else nobody can tell which places were taken on in earnest
        places.clear(store, actor)
    for batch_id in _demo_batches(store):
        batches.purge_batch(store, actor, batch_id, "the demo borough was cleared away")
    demo_layers = {file for _name, file, _is_extent in DEMO_LAYERS}
    for layer in areas.list_layers(store):
        if layer.layer_id in demo_layers:
            areas.remove_layer(store, actor, layer.layer_id)
    reference.clear(store, actor)
    asset_imports.delete_demo(store, actor)
    drawn = get_setting(store, DEMO_BASEMAP)
    if any(basemap.basemap_id == drawn for basemap in basemaps.list_basemaps(store, actor)):
        basemaps.remove(store, actor, drawn)
    unmark_demo(store)
