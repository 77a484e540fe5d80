"""Where is it, is it more than chance, and what is known of one cell: from a filter to counts, hotspots and a profile."""

import functools
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.geography import cells as h3_cells
from csg_maps.geography.areas import area_neighbours, area_of_cells
from csg_maps.hotspots.density import default_bandwidth_m, quartic_density
from csg_maps.hotspots.exact_test import background_share, even_share
from csg_maps.hotspots.hotspot_table import hotspot_table
from csg_maps.hotspots.study_area import decline_reason
from csg_maps.i18n import _, n_
from csg_maps.model.actor import Actor
from csg_maps.model.filters import AreaPlace, CellPlace, ConcernFilter, Place
from csg_maps.store import areas, counts, reference
from csg_maps.store.audit import record_action
from csg_maps.store.workspace import Store
from csg_maps.workflows.exporting import write_table

METHODS = ("count", "gi-star", "density")
EXPECTED = ("even", "background")


@dataclass(frozen=True)
class HotspotResult:
    """Hotspots of one filter. `table` has one row a cell or area of the study area, zeros included, best evidence first.

    Its columns are those of `hotspots.hotspot_table` with `cell` (int64) or `area_code, area_name, area_name_cy`, and
    `density` (concerns per km², NA unless asked). `declined` says why no test was made, "" when one was.
    """

    table: pd.DataFrame
    place: Place
    method: str
    sentences: tuple[str, ...]
    declined: str
    records: int
    on_map: int
    not_on_map: int
    bandwidth_m: float | None


def hotspots(
    store: Store,
    actor: Actor,
    chosen: ConcernFilter,
    place: Place,
    *,
    method: str = "gi-star",
    bandwidth_m: float | None = None,
    expected: str = "even",
) -> HotspotResult:
    """Count, test and rank every settled cell, or every area of a layer.

    Nothing is called a hotspot but by the exact test; `density` adds a smoothed surface that is not tested. Raises
    NotAllowed, and InputRefused for a layer that does not exist.
    """
    require(actor, "see_counts")
    totals = counts.totals(store, actor, chosen)
    counted = counts.count(store, actor, chosen, place, with_dates=True)
    key = "cell" if isinstance(place, CellPlace) else "area_code"
    table, neighbours = _study_area(store, chosen, place, counted)
    placed = int(table["count"].sum())
    declined = "" if method == "count" else decline_reason(len(table), placed)
    share = None if declined else _share(store, actor, chosen, place, table, neighbours, expected)
    tested = hotspot_table(table, neighbours, share, key=key)
    radius = None
    tested["density"] = pd.Series(pd.NA, index=tested.index, dtype="Float64")
    if method == "density" and isinstance(place, CellPlace):
        radius = bandwidth_m or default_bandwidth_m(place.resolution)
        inside = table[table["count"] > 0]
        surface = quartic_density(
            inside["cell"].to_numpy(), inside["count"].to_numpy(), radius, tested["cell"].to_numpy()
        )
        tested["density"] = pd.Series(surface, index=tested.index, dtype="Float64")
    elif method == "density":
        raise InputRefused(_("A density is drawn on cells; choose a cell size instead of areas."))
    return HotspotResult(
        table=tested,
        place=place,
        method=method,
        sentences=_sentences(chosen, place, table, method, expected, declined, radius, totals),
        declined=declined,
        records=totals.records,
        on_map=totals.on_map,
        not_on_map=totals.not_on_map,
        bandwidth_m=radius,
    )
