"""The ground that every filter is tested over: settled places, how much settled ground each holds, who is next to whom.

None of it depends on what is filtered but the area: it is made once for a version of the store, and kept.
What one actor's files add to it is never kept for another: the key names the files that the actor may use.
"""

import functools
from dataclasses import dataclass
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse

from csg_maps.geography import cells as h3_cells
from csg_maps.geography.areas import area_neighbours, area_of_points
from csg_maps.hotspots.study_area import settled_cells
from csg_maps.model.actor import Actor
from csg_maps.model.filters import AreaPlace
from csg_maps.store import areas, batches, counts, reference
from csg_maps.store.workspace import Store, data_version

Cells: TypeAlias = npt.NDArray[np.int64]
Within: TypeAlias = tuple[tuple[str, str], ...]

SETTLED_RESOLUTION = 10
"""How much settled ground a larger cell or an area holds is counted in cells of this size (about 130 m across)."""


@dataclass(frozen=True)
class Ground:
    """What an answer may depend on beside its filter; equal for equal answers, so it keys what is kept.

    `version` and `files` are those of the store now: see `ground_of`.
    """

    store: Store
    actor: Actor
    within: Within
    version: int
    files: tuple[str, ...]


def ground_of(store: Store, actor: Actor, within: Within) -> Ground:
    """The ground of the chosen areas (`ConcernFilter.within`) as this actor may see it, at this moment."""
    version = data_version(store)  # before the files: something newer is then never kept under an older version
    files = tuple(file.sha256 for file in batches.readable_files(store, actor))
    return Ground(store, actor, within, version, files)


@functools.lru_cache(maxsize=32)
def study_cells(ground: Ground, resolution: int) -> Cells:
    """Every settled cell: with a street, an address, or any record in the store's history. Sorted; not to be written to."""
    store = ground.store
    history = counts.history_cells(store, resolution, actor=ground.actor)
    found = settled_cells([history, reference.ground_cells(store, resolution)], resolution)
    for layer_id in sorted({layer for layer, _code in ground.within}):
        codes = [code for layer, code in ground.within if layer == layer_id]
        inside = area_of_points(areas.read_layer(store, layer_id), *h3_cells.centres(found))
        found = found[np.isin(inside, codes)]
    found.setflags(write=False)
    return found


@functools.lru_cache(maxsize=32)
def settled_in_cells(ground: Ground, resolution: int) -> "pd.Series[int]":
    """How many settled cells of SETTLED_RESOLUTION each cell of this resolution holds; those without any are missing."""
    return pd.Series(h3_cells.parents(study_cells(ground, SETTLED_RESOLUTION), resolution)).value_counts()


def rings(cells: Cells) -> scipy.sparse.csr_matrix:
    """`cells.ring_matrix`, kept for the last few sets of cells. Not to be written to."""
    return _rings(cells.tobytes())


@functools.lru_cache(maxsize=8)
def _rings(cells: bytes) -> scipy.sparse.csr_matrix:
    return h3_cells.ring_matrix(np.frombuffer(cells, dtype=np.int64))


@functools.lru_cache(maxsize=8)
def settled_areas(ground: Ground, place: AreaPlace) -> tuple[gpd.GeoDataFrame, scipy.sparse.csr_matrix]:
    """The chosen areas of a layer: area_code, area_name and `settled` (float64), and who touches whom. Not to be written to."""
    layer = areas.read_layer(ground.store, place.layer_id)
    codes = [code for layer_id, code in ground.within if layer_id == place.layer_id]
    if codes:
        layer = layer[layer["area_code"].isin(codes)]
    layer = layer.reset_index(drop=True)
    finest = study_cells(ground, SETTLED_RESOLUTION)
    held = pd.Series(area_of_points(layer, *h3_cells.centres(finest))).value_counts()
    table = layer[["area_code", "area_name"]].copy()
    table["settled"] = table["area_code"].map(held).fillna(0).astype("float64")
    if not table["settled"].sum():
        table["settled"] = 1.0
    return table, area_neighbours(layer)
