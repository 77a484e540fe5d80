"""Area layers: boundaries by content, lookups of other vintages, and the area of each cell where records carry no code."""

import contextlib
import datetime
import functools
import hashlib
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused, SchemaBroken, StoreProblem
from csg_maps.geography.areas import area_of_cells
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.model.concern import NO_CELL
from csg_maps.settings import CRS_MAP
from csg_maps.store import manifest, sealed, tables
from csg_maps.store.audit import now, record
from csg_maps.store.files import write_by_content
from csg_maps.store.workspace import Store, bump_version, reading, writing

LAYER_COLUMNS = ("area_code", "area_name", "area_name_cy", "geometry")
_filling = threading.Lock()


@dataclass(frozen=True)
class Layer:
    """A named layer. `sha256` is of its boundaries; `is_extent`: it is the council's whole area; `repairs` is JSON."""

    layer_id: str
    name: str
    name_cy: str
    sha256: str
    features: int
    is_extent: bool
    repairs: str
    added_at: str
    added_by: str


@dataclass(frozen=True)
class CellAreas:
    """Two files for records without a code of their own: cell → area by its centre, supplied code → area."""

    cells: Path
    codes: Path


def add_layer(
    store: Store,
    actor: Actor,
    *,
    layer_id: str,
    name: str,
    name_cy: str,
    gdf: gpd.GeoDataFrame,
    is_extent: bool,
    repairs: list[dict[str, Any]],
) -> Layer:
    """Keep a layer as `geography.areas.read_area_layer` makes it, EPSG:4326; `repairs` are told again where it is listed.

    Raises InputRefused when there is a layer of this id, SchemaBroken when a column is missing or a code is there twice.
    """
    require(actor, "manage_areas")
    if missing := [column for column in LAYER_COLUMNS if column not in gdf.columns]:
        raise SchemaBroken(f"A layer must have a column {missing[0]!r}.")
    if gdf.crs != CRS_MAP or gdf.empty or gdf["area_code"].duplicated().any() or (gdf["area_code"] == "").any():
        raise SchemaBroken(f"A layer must be in {CRS_MAP} and have one row an area, each with a code of its own.")
    if not layer_id.replace("_", "").isalnum() or not layer_id.isascii() or layer_id != layer_id.lower():
        raise SchemaBroken("A layer id is made of the letters a to z, digits and _.")
    kept = gdf[list(LAYER_COLUMNS)].reset_index(drop=True)
    file = write_by_content(store.folder / "areas", lambda path: kept.to_parquet(path, index=False, compression="zstd"))
    layer = Layer(
        layer_id=layer_id,
        name=name,
        name_cy=name_cy,
        sha256=file.sha256,
        features=len(kept),
        is_extent=is_extent,
        repairs=json.dumps(repairs, ensure_ascii=False, default=str),
        added_at=now(),
        added_by=actor.actor_id,
    )
    try:
        with writing(store) as connection:
            known = connection.execute(sa.select(tables.layers.c.layer_id)).scalars().all()
            if layer_id in known:
                raise InputRefused(_("There is a layer {layer!r} already; choose another name.").format(layer=layer_id))
            tables.insert_sealed(connection, tables.layers, vars(layer).copy())
            record(connection, actor, "add-layer", layer_id=layer_id, sha256=file.sha256, areas=len(kept))
            bump_version(connection)
    except BaseException:
        if file.is_new:
            file.path.unlink(missing_ok=True)
        raise
    return layer


def list_layers(store: Store) -> tuple[Layer, ...]:
    """Every layer, in the order they were added."""
    layers = tables.layers
    asked = sa.select(*(column for column in layers.c if column.name != "row_digest"))
    with reading(store) as connection:
        rows = connection.execute(asked.order_by(layers.c.added_at, layers.c.layer_id)).mappings()
        return tuple(Layer(**row) for row in rows)


def get_layer(store: Store, layer_id: str) -> Layer:
    """One layer. Raises InputRefused when there is none of that id."""
    for layer in list_layers(store):
        if layer.layer_id == layer_id:
            return layer
    known = ", ".join(layer.layer_id for layer in list_layers(store)) or _("none yet")
    raise InputRefused(
        _("There is no area layer {layer!r}; the layers are: {known}.").format(layer=layer_id, known=known)
    )


def read_layer(store: Store, layer_id: str) -> gpd.GeoDataFrame:
    """The boundaries: area_code, area_name, area_name_cy (str), geometry (EPSG:4326), a copy of your own."""
    return _boundaries(layer_path(store, get_layer(store, layer_id).sha256)).copy()


def layer_path(store: Store, sha256: str) -> Path:
    """Where the boundaries of a layer lie."""
    return store.folder / "areas" / f"{sha256}.parquet"


@functools.lru_cache(maxsize=8)
def _boundaries(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except (OSError, pa.ArrowException):
        raise StoreProblem(_("The boundaries of a layer are missing or damaged. Add the layer again.")) from None


def remove_layer(store: Store, actor: Actor, layer_id: str) -> None:
    """Take a layer away; sealed records keep the codes they have, which nothing reads any more."""
    require(actor, "manage_areas")
    layer = get_layer(store, layer_id)
    with writing(store) as connection:
        connection.execute(tables.layers.delete().where(tables.layers.c.layer_id == layer_id))
        connection.execute(tables.lookups.delete().where(tables.lookups.c.layer_id == layer_id))
        connection.execute(tables.settings.delete().where(tables.settings.c.key == f"lookup:{layer_id}"))
        still = connection.execute(
            sa.select(tables.layers.c.layer_id).where(tables.layers.c.sha256 == layer.sha256)
        ).first()
        record(connection, actor, "remove-layer", layer_id=layer_id)
        bump_version(connection)
    for path in _cell_files(store, layer_id):
        path.unlink(missing_ok=True)
    if still is None:
        layer_path(store, layer.sha256).unlink(missing_ok=True)


def add_lookup(store: Store, actor: Actor, frame: pd.DataFrame) -> None:
    """Keep a table of codes of another vintage: layer_id, from_code, to_code (str). Replaces those layers' tables."""
    require(actor, "manage_areas")
    pairs = frame[["layer_id", "from_code", "to_code"]].astype("str").drop_duplicates()
    concerned = sorted(pairs["layer_id"].unique())
    for layer_id in concerned:
        get_layer(store, layer_id)
    with writing(store) as connection:
        connection.execute(tables.lookups.delete().where(tables.lookups.c.layer_id.in_(concerned)))
        if len(pairs):
            connection.execute(tables.lookups.insert(), pairs.to_dict("records"))
        for layer_id, of_layer in pairs.groupby("layer_id"):
            key, digest = f"lookup:{layer_id}", _lookup_digest(of_layer)
            if not tables.update_sealed(connection, tables.settings, tables.settings.c.key == key, value=digest):
                tables.insert_sealed(connection, tables.settings, {"key": key, "value": digest})
        record(connection, actor, "add-lookup", layers=concerned, rows=len(pairs))
        bump_version(connection)


def read_lookup(store: Store, layer_id: str = "") -> pd.DataFrame:
    """Codes of other vintages (of one layer): layer_id, from_code, to_code, all str.

    Raises StoreProblem when the table is not as it was kept: it has one digest a layer, not one a row.
    """
    asked, kept = sa.select(tables.lookups), tables.settings.c
    if layer_id:
        asked = asked.where(tables.lookups.c.layer_id == layer_id)
    with reading(store) as connection:
        rows = connection.execute(asked.order_by(*tables.lookups.primary_key.columns)).all()
        digests = {row.key: row.value for row in connection.execute(sa.select(kept.key, kept.value))}
    found = pd.DataFrame(rows, columns=["layer_id", "from_code", "to_code"]).astype("str")
    for layer, pairs in found.groupby("layer_id"):
        if digests.get(f"lookup:{layer}") != _lookup_digest(pairs):
            raise StoreProblem(_("The table of codes of layer {layer!r} is damaged. Add it again.").format(layer=layer))
    return found


def _lookup_digest(pairs: pd.DataFrame) -> str:
    listed = sorted(pairs[["from_code", "to_code"]].itertuples(index=False, name=None))
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def refresh_cells(store: Store, layer_id: str) -> CellAreas:
    """Work out the area of every cell of the records that carry no code of this layer, unless that was done already.

    The two files are named by what they were made from (boundaries, lookup, sealed files), so a stale one is never read.
    Counts call this themselves; calling it after a layer was added or a batch sealed only takes the wait away from them.
    """
    made = _making(store, layer_id)
    with _filling:
        if not (made.found.cells.exists() and made.found.codes.exists()):
            _fill_cells(store, made.found, *made.tables(store))
            _sweep_cell_files(store, layer_id, made.found)
    return made.found


def altered_cell_files(store: Store, layer_id: str) -> list[Path]:
    """Which of the two files of `refresh_cells` do not hold what they would be made of now; none when they are not made."""
    made = _making(store, layer_id)
    if not (made.found.cells.exists() and made.found.codes.exists()):
        return []
    altered = []
    for path, wanted in zip((made.found.cells, made.found.codes), made.tables(store), strict=True):
        try:
            held = pd.read_parquet(path)[list(wanted.columns)]
            same = held.astype(wanted.dtypes.to_dict()).equals(wanted)
        except (OSError, KeyError, ValueError, TypeError, pa.ArrowException):
            same = False
        if not same:
            altered.append(path)
    return altered


@dataclass(frozen=True)
class _Making:
    """What the two files are made from."""

    found: CellAreas
    layer_sha256: str
    lookup: pd.DataFrame
    digests: tuple[str, ...]

    def tables(self, store: Store) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Cell, area code and whether the border crosses the cell; supplied code and the layer's own."""
        boundaries = _boundaries(layer_path(store, self.layer_sha256))
        paths = [path for digest in self.digests if (path := manifest.batch_file_path(store, digest)).exists()]
        cells = sealed.read_column(paths, "cell")
        of_cells = area_of_cells(boundaries, cells[cells != NO_CELL])[["cell", "area_code", "crosses"]]
        return of_cells.reset_index(drop=True), _codes(boundaries, self.lookup)


def _making(store: Store, layer_id: str) -> _Making:
    layer = get_layer(store, layer_id)
    lacking = [file for file in manifest.every_file(store) if dict(file.layers).get(layer_id) != layer.sha256]
    lookup = read_lookup(store, layer_id)
    digests = sorted({file.sha256 for file in lacking})
    made_from = hashlib.sha256(json.dumps([layer.sha256, digests, lookup.to_numpy().tolist()]).encode()).hexdigest()
    prefix = f"{layer_id}.{made_from[:32]}"
    found = CellAreas(
        store.folder / "areas" / f"{prefix}.cells.parquet", store.folder / "areas" / f"{prefix}.codes.parquet"
    )
    return _Making(found, layer.sha256, lookup, tuple(digests))


def _codes(boundaries: gpd.GeoDataFrame, lookup: pd.DataFrame) -> pd.DataFrame:
    """Supplied code → code of the layer: its own codes, and those of another vintage that lead to one of them only."""
    own = pd.DataFrame({"supplied": boundaries["area_code"], "area_code": boundaries["area_code"]})
    foreign = lookup[~lookup["from_code"].isin(own["supplied"])].drop_duplicates(["from_code", "to_code"])
    single = foreign[~foreign["from_code"].duplicated(keep=False) & foreign["to_code"].isin(own["area_code"])]
    renamed = single.rename(columns={"from_code": "supplied", "to_code": "area_code"})[["supplied", "area_code"]]
    return pd.concat([own, renamed], ignore_index=True).astype("str")


def _fill_cells(store: Store, found: CellAreas, cells: pd.DataFrame, codes: pd.DataFrame) -> None:
    schema = pa.schema([("cell", pa.int64()), ("area_code", pa.string()), ("crosses", pa.bool_())])
    table = pa.Table.from_pandas(cells[schema.names], schema=schema, preserve_index=False)
    folder = store.folder / "areas"
    write_by_content(folder, lambda path: pq.write_table(table, path), name=found.cells.name)
    schema = pa.schema([("supplied", pa.string()), ("area_code", pa.string())])
    table = pa.Table.from_pandas(codes[schema.names], schema=schema, preserve_index=False)
    write_by_content(folder, lambda path: pq.write_table(table, path), name=found.codes.name)


def _cell_files(store: Store, layer_id: str) -> list[Path]:
    folder = store.folder / "areas"
    return [path for ending in ("cells", "codes") for path in folder.glob(f"{layer_id}.*.{ending}.parquet")]


def _sweep_cell_files(store: Store, layer_id: str, keep: CellAreas) -> None:
    """Delete what was made from earlier states, an hour later: a count that began before may still read it."""
    late = datetime.datetime.now().timestamp() - 3600
    for path in _cell_files(store, layer_id):
        with contextlib.suppress(OSError):
            if path not in {keep.cells, keep.codes} and path.stat().st_mtime < late:
                path.unlink()


def area_codes(store: Store, layer_id: str) -> npt.NDArray[np.object_]:
    """The codes of a layer, in its order."""
    return np.asarray(_boundaries(layer_path(store, get_layer(store, layer_id).sha256))["area_code"], dtype=object)
