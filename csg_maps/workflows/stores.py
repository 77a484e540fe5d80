"""Make a store, open it, fill it with the fictional demo borough, and start over with an empty one."""

import csv
import datetime
import functools
import gzip
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused, StoreProblem
from csg_maps.geography.areas import read_area_layer
from csg_maps.geography.cells import covering
from csg_maps.geography.postcodes import read_postcode_table
from csg_maps.i18n import _
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.model.provenance import Provenance, Sharing
from csg_maps.model.supply import ImportRequest, SuppliedFile
from csg_maps.settings import DEMO_FOLDER, FINEST_RESOLUTION
from csg_maps.store import areas, batches, jobs, quarantine, reference
from csg_maps.store.workspace import Store, create_store, is_demo, mark_demo, open_store
from csg_maps.workflows import importing

Progress = Callable[[float, str], None]


def make(folder: Path, *, demo: bool, progress: Progress = importing.silent) -> Store:
    """Make a new store, empty or with the demo borough. Raises StoreProblem when there is one in the folder already."""
    store = create_store(folder)
    if demo:
        fill_with_demo(store, LOCAL_ACTOR, progress)
    return store


def open_local(folder: Path) -> Store:
    """Open the store of this folder and delete what has been set aside for longer than its time."""
    if not folder.is_dir():
        raise StoreProblem(_("There is no store in this folder. Make one with `init`, or name another."))
    store = open_store(folder)
    quarantine.purge_expired(store, LOCAL_ACTOR, datetime.date.today())
    jobs.interrupt_stale(store)
    return store


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
    """Delete everything fictional, so that the store is empty and real data may come in.

    Raises InputRefused when the store is no demo.
    """
    require(actor, "manage_areas")
    if not is_demo(store):
        raise InputRefused(_("This store holds real data; only the demo borough can be cleared away."))
    for batch in batches.list_batches(store, actor):
        if batch.status != "purged":
            batches.purge_batch(store, actor, batch.batch_id, "the demo borough was cleared away")
    for layer in areas.list_layers(store):
        areas.remove_layer(store, actor, layer.layer_id)
    reference.clear(store, actor)
    unmark_demo(store)
