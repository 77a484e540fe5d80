"""Base maps: their rows in the workspace, and their tiles in one MBTiles file each.

While a map is drawn its tiles lie in `<id>.part`, block by block in transactions of their own, beside what they are drawn
from (`<id>.features.parquet`): a drawing that was killed goes on where it was. Only a complete map becomes
`<id>.mbtiles`, which never changes again.
"""

import contextlib
import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import sqlalchemy as sa

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused, StoreProblem
from csg_maps.geography.tiles import flipped_row
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.store import ground_tables, tables
from csg_maps.store.audit import now, record
from csg_maps.store.files import disk_problems, file_sha256, sync_folder, write_by_content
from csg_maps.store.workspace import Store, bump_version, reading, writing

Bounds = tuple[float, float, float, float]
Tile = tuple[int, int, bytes]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS metadata (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS images (tile_id TEXT PRIMARY KEY, tile_data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS map (
    zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_id TEXT NOT NULL,
    PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blocks (
    zoom INTEGER, block_column INTEGER, block_row INTEGER, PRIMARY KEY (zoom, block_column, block_row)) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS tiles AS
    SELECT zoom_level, tile_column, tile_row, tile_data FROM map JOIN images USING (tile_id);
"""
_ID_BYTES = 8
_GROUND_KEY = "csg_ground"


@dataclass(frozen=True)
class BaseMap:
    """One base map. `kind` is raster or drawn, `state` drawing or ready; bounds are south, west, north, east in degrees."""

    basemap_id: str
    name: str
    kind: str
    state: str
    attribution: str
    min_zoom: int
    max_zoom: int
    bounds: Bounds
    sha256: str
    size_bytes: int
    is_shown: bool
    added_at: str
    added_by: str


def begin(
    store: Store,
    actor: Actor,
    *,
    name: str,
    kind: str,
    attribution: str,
    zooms: tuple[int, int],
    bounds: Bounds,
    features: gpd.GeoDataFrame | None = None,
    recipe: str = "",
    is_sea: bool = False,
) -> BaseMap:
    """Start a base map: its row says "drawing" until `finish`.

    `features` is what it is drawn from, kept until then; `recipe` recognises the same file and choices when they come again;
    `is_sea` says what lies beyond the tiles.
    """
    require(actor, "manage_areas")
    basemap_id = secrets.token_hex(_ID_BYTES)
    if features is not None:
        write_by_content(
            _folder(store), lambda path: features.to_parquet(path, index=False), name=f"{basemap_id}.features.parquet"
        )
    with tiles_being_made(store, basemap_id) as made, made:
        about = {"recipe": recipe, _GROUND_KEY: "sea" if is_sea else "land"}
        made.executemany("INSERT OR REPLACE INTO metadata VALUES (?, ?)", about.items())
    table = ground_tables.basemaps
    with writing(store) as connection:
        values = {
            "basemap_id": basemap_id,
            "name": name,
            "kind": kind,
            "state": "drawing",
            "attribution": attribution,
            "min_zoom": int(zooms[0]),
            "max_zoom": int(zooms[1]),
            "bounds": json.dumps([round(float(value), 6) for value in bounds]),
            "sha256": "",
            "size_bytes": 0,
            "is_shown": False,
            "added_at": now(),
            "added_by": actor.actor_id,
        }
        tables.insert_sealed(connection, table, values)
        record(connection, actor, "begin-basemap", basemap=basemap_id, kind=kind)
    return get_basemap(store, basemap_id)


def unfinished(store: Store, recipe: str) -> BaseMap | None:
    """The base map of this recipe that was begun and not finished."""
    for basemap in list_basemaps(store):
        if basemap.state == "drawing" and recipe and part_path(store, basemap.basemap_id).exists():
            with tiles_being_made(store, basemap.basemap_id) as made:
                found = made.execute("SELECT value FROM metadata WHERE name = 'recipe'").fetchone()
            if found and found[0] == recipe:
                return basemap
    return None


def features_of(store: Store, basemap_id: str) -> gpd.GeoDataFrame:
    """What an unfinished base map is drawn from. Raises InputRefused when that is not kept."""
    try:
        return gpd.read_parquet(_folder(store) / f"{_checked(basemap_id)}.features.parquet")
    except (OSError, pa.ArrowException):
        raise InputRefused(
            _("This base map cannot go on: what it is drawn from is missing. Remove it, and add the file again.")
        ) from None


@contextlib.contextmanager
def tiles_being_made(store: Store, basemap_id: str) -> Iterator[sqlite3.Connection]:
    """The tiles of a map that is not complete yet, to add to. Raises StoreProblem when the disk refuses."""
    path = part_path(store, basemap_id)
    with disk_problems():
        _folder(store).mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        try:
            with contextlib.closing(sqlite3.connect(path, timeout=30)) as made:
                made.execute("PRAGMA synchronous = NORMAL")
                made.executescript(_SCHEMA)
                yield made
        except sqlite3.OperationalError as problem:
            if "full" in str(problem) or "disk" in str(problem):
                raise StoreProblem(
                    _("The disk of the store is full or failing. Nothing was changed. Free some space, and try again.")
                ) from problem
            raise StoreProblem(
                _("The tiles of this base map cannot be written. Remove it, and add it again.")
            ) from problem


def put_block(
    made: sqlite3.Connection, zoom: int, block: tuple[int, int], found: Iterable[Tile], *, replace: bool = True
) -> None:
    """Keep the tiles of a block (rows counted from the north) and that it is done: both, or neither."""
    rows = [(hashlib.sha256(content).hexdigest()[:32], column, row, content) for column, row, content in found]
    order = "REPLACE" if replace else "IGNORE"
    with made:
        made.executemany("INSERT OR IGNORE INTO images VALUES (?, ?)", ((row[0], row[3]) for row in rows))
        made.executemany(
            f"INSERT OR {order} INTO map VALUES (?, ?, ?, ?)",
            ((zoom, column, flipped_row(zoom, row), tile_id) for tile_id, column, row, _content in rows),
        )
        made.execute("INSERT OR IGNORE INTO blocks VALUES (?, ?, ?)", (zoom, *block))


def done_blocks(made: sqlite3.Connection) -> set[tuple[int, int, int]]:
    """Zoom, column and row of the blocks that are done."""
    return set(made.execute("SELECT zoom, block_column, block_row FROM blocks").fetchall())


def tile_counts(made: sqlite3.Connection) -> tuple[int, int]:
    """How many tiles there are, and how many different pictures."""
    tiles = made.execute("SELECT count(*) FROM map").fetchone()[0]
    return int(tiles), int(made.execute("SELECT count(*) FROM images").fetchone()[0])


def set_bounds(store: Store, basemap_id: str, bounds: Bounds) -> None:
    """Say where an unfinished map really lies."""
    table = ground_tables.basemaps
    written = json.dumps([round(float(value), 6) for value in bounds])
    with writing(store) as connection:
        tables.update_sealed(connection, table, table.c.basemap_id == basemap_id, bounds=written)


def finish(store: Store, actor: Actor, basemap_id: str) -> BaseMap:
    """Seal a map whose tiles are all there, and show it."""
    require(actor, "manage_areas")
    basemap = get_basemap(store, basemap_id)
    part = part_path(store, basemap_id)
    about = {
        "name": basemap.name,
        "attribution": basemap.attribution,
        "minzoom": str(basemap.min_zoom),
        "maxzoom": str(basemap.max_zoom),
        "bounds": ",".join(str(basemap.bounds[at]) for at in (1, 0, 3, 2)),
        "format": "png",
        "type": "baselayer",
    }
    with tiles_being_made(store, basemap_id) as made, made:
        made.executemany("INSERT OR REPLACE INTO metadata VALUES (?, ?)", about.items())
    with disk_problems():
        with open(part, "rb+") as written:
            os.fsync(written.fileno())
        sha256, size = file_sha256(part), part.stat().st_size
        part.replace(basemap_path(store, basemap_id))
        sync_folder(_folder(store))
    table = ground_tables.basemaps
    with writing(store) as connection:
        tables.update_sealed(
            connection, table, table.c.basemap_id == basemap_id, state="ready", sha256=sha256, size_bytes=size
        )
        _show(connection, basemap_id)
        record(connection, actor, "add-basemap", basemap=basemap_id, kind=basemap.kind, sha256=sha256)
        bump_version(connection)
    (_folder(store) / f"{basemap_id}.features.parquet").unlink(missing_ok=True)
    return get_basemap(store, basemap_id)


def show(store: Store, actor: Actor, basemap_id: str) -> None:
    """Show this base map under every map, in place of the one before; "" shows none."""
    require(actor, "manage_areas")
    if basemap_id and get_basemap(store, basemap_id).state != "ready":
        raise InputRefused(_("This base map is not complete yet, so it cannot be shown."))
    with writing(store) as connection:
        _show(connection, basemap_id)
        record(connection, actor, "show-basemap", basemap=basemap_id)
        bump_version(connection)


def remove(store: Store, actor: Actor, basemap_id: str) -> None:
    """Delete a base map and its tiles."""
    require(actor, "manage_areas")
    basemap = get_basemap(store, basemap_id)
    table = ground_tables.basemaps
    with writing(store) as connection:
        connection.execute(table.delete().where(table.c.basemap_id == basemap_id))
        record(connection, actor, "remove-basemap", basemap=basemap_id, sha256=basemap.sha256)
        bump_version(connection)
    for path in _folder(store).glob(f"{basemap_id}.*"):
        path.unlink(missing_ok=True)


def list_basemaps(store: Store) -> list[BaseMap]:
    """Every base map, the newest first."""
    table = ground_tables.basemaps
    with reading(store) as connection:
        rows = (
            connection.execute(sa.select(table).order_by(table.c.added_at.desc(), table.c.basemap_id)).mappings().all()
        )
    return [_basemap(row) for row in rows]


def get_basemap(store: Store, basemap_id: str) -> BaseMap:
    """The base map of this id. Raises InputRefused when there is none."""
    for basemap in list_basemaps(store):
        if basemap.basemap_id == basemap_id:
            return basemap
    raise InputRefused(_("There is no base map {basemap}; `basemap list` names them.").format(basemap=basemap_id[:40]))


def shown(store: Store) -> BaseMap | None:
    """The base map that is shown, None when there is none."""
    return next((one for one in list_basemaps(store) if one.is_shown and one.state == "ready"), None)


def lies_in_sea(store: Store, basemap_id: str) -> bool:
    """Whether what lies beyond the tiles of a complete map is sea."""
    path = basemap_path(store, basemap_id)
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as made:
            found = made.execute("SELECT value FROM metadata WHERE name = ?", (_GROUND_KEY,)).fetchone()
    except sqlite3.Error:
        return False
    return found is not None and found[0] == "sea"


def basemap_path(store: Store, basemap_id: str) -> Path:
    """Where the tiles of a complete map lie."""
    return _folder(store) / f"{_checked(basemap_id)}.mbtiles"


def part_path(store: Store, basemap_id: str) -> Path:
    """Where the tiles of a map lie that is not complete."""
    return _folder(store) / f"{_checked(basemap_id)}.part"


def _folder(store: Store) -> Path:
    return store.folder / "basemaps"


def _checked(basemap_id: str) -> str:
    if len(basemap_id) != 2 * _ID_BYTES or set(basemap_id) - set("0123456789abcdef"):
        raise InputRefused(
            _("There is no base map {basemap}; `basemap list` names them.").format(basemap=basemap_id[:40])
        )
    return basemap_id


def _show(connection: sa.Connection, basemap_id: str) -> None:
    table = ground_tables.basemaps
    tables.update_sealed(connection, table, table.c.is_shown.is_(True), is_shown=False)
    if basemap_id:
        tables.update_sealed(connection, table, table.c.basemap_id == basemap_id, is_shown=True)


def _basemap(row: Any) -> BaseMap:
    values = {key: row[key] for key in BaseMap.__dataclass_fields__ if key != "bounds"}
    south, west, north, east = json.loads(row["bounds"])
    return BaseMap(**values, bounds=(south, west, north, east))
