"""Read raster tiles out of an MBTiles file as plain SQLite: read-only, true tables only, every tile looked at.

Nothing in the file may run: SQLite's own authorizer lets through reading of the four tables that the format has and refuses
views, virtual tables, functions and attached files. Where `tiles` is a view, as in files that keep equal pictures once, the
two tables that it is documented to join are read instead of it.
Source: MBTiles specification 1.3.
"""

import contextlib
import html
import io
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from csg_maps.errors import InputRefused
from csg_maps.geography.tiles import MAXIMUM_ZOOM, flipped_row
from csg_maps.i18n import _

MAXIMUM_TILE_BYTES = 1024 * 1024
MAXIMUM_TILES = 3_000_000
TILE_SIZES = (256, 512)
READ_SECONDS = 1800
_ALLOWED_TABLES = {"sqlite_master", "tiles", "map", "images", "metadata"}
_MAGIC = b"SQLite format 3\x00"
_FORMATS = ("PNG", "JPEG", "WEBP")
_COMPUTED = re.compile(r"\bAS\s*\(", re.IGNORECASE)
_GZIP = b"\x1f\x8b"
_FROM_TILES = "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles"
_FROM_MAP = (
    "SELECT map.zoom_level, map.tile_column, map.tile_row, images.tile_data FROM map, images "
    "WHERE images.tile_id = map.tile_id"
)
_LONGEST_TEXT = 400


@dataclass(frozen=True)
class RasterLook:
    """What an MBTiles file says of itself; texts are plain, without markup. `tiles` is how many rows it holds."""

    name: str
    attribution: str
    zooms: tuple[int, int]
    tiles: int


@dataclass
class TileTally:
    """How many tiles were left out while reading, by reason."""

    not_a_picture: int = 0
    too_large: int = 0
    out_of_range: int = 0


def is_mbtiles(path: Path) -> bool:
    """Whether the file is SQLite and has what MBTiles has, and not what a GeoPackage has."""
    with open(path, "rb") as content:
        if content.read(len(_MAGIC)) != _MAGIC:
            return False
    try:
        with contextlib.closing(_open(path)) as database:
            names = {str(name).casefold() for (name,) in database.execute("SELECT name FROM sqlite_master")}
    except (sqlite3.Error, UnicodeError):
        return False
    return "tiles" in names and "gpkg_contents" not in names


def look_at_mbtiles(path: Path) -> RasterLook:
    """Read what the file says of itself. Raises InputRefused for vector tiles, or where there is no true table of tiles."""
    try:
        with contextlib.closing(_open(path)) as database:
            query = _query(database)
            about = _metadata(database)
            if about.get("format", "").casefold() in {"pbf", "mvt", "application/x-protobuf"}:
                raise _vector_tiles()
            table = "tiles" if query == _FROM_TILES else "map"
            rows = database.execute(f"SELECT zoom_level FROM {table}")
            counts: dict[int, int] = {}
            for (zoom,) in rows:
                if isinstance(zoom, int) and 0 <= zoom <= MAXIMUM_ZOOM:
                    counts[zoom] = counts.get(zoom, 0) + 1
    except (sqlite3.Error, UnicodeError, OverflowError) as problem:
        raise _damaged(problem) from None
    if not counts:
        raise InputRefused(_("The file holds no tiles that a map could show."))
    return RasterLook(
        _plain(about.get("name", "")),
        _plain(about.get("attribution", "")),
        (min(counts), max(counts)),
        sum(counts.values()),
    )


def raster_tiles(path: Path, tally: TileTally) -> Iterator[tuple[int, int, int, bytes]]:
    """Zoom, column, row (from the north) and picture of each tile; what is no sound picture is counted in `tally`.

    Raises InputRefused when the file is damaged, holds vector tiles, or more than anybody's map.
    """
    try:
        with contextlib.closing(_open(path)) as database:
            for number, row in enumerate(database.execute(_query(database)), start=1):
                if number > MAXIMUM_TILES:
                    raise InputRefused(
                        _("The file holds more than {count} tiles. Cut it to your own area, or to fewer zooms.").format(
                            count=f"{MAXIMUM_TILES:,}"
                        )
                    )
                zoom, column, upward, content = row
                if not _is_tile_number(zoom, column, upward):
                    tally.out_of_range += 1
                elif not isinstance(content, bytes) or not _is_picture(content, tally):
                    continue
                else:
                    yield zoom, column, flipped_row(zoom, upward), content
    except (sqlite3.Error, UnicodeError, OverflowError) as problem:
        raise _damaged(problem) from None


def _is_tile_number(zoom: object, column: object, row: object) -> bool:
    if not isinstance(zoom, int) or not isinstance(column, int) or not isinstance(row, int):
        return False
    return 0 <= zoom <= MAXIMUM_ZOOM and 0 <= column < 2**zoom and 0 <= row < 2**zoom


def _is_picture(content: bytes, tally: TileTally) -> bool:
    """Whether the tile is a PNG, JPEG or WebP of the size of a tile; it is looked at, not unpacked."""
    if content.startswith(_GZIP):
        raise _vector_tiles()
    if len(content) > MAXIMUM_TILE_BYTES:
        tally.too_large += 1
        return False
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            fits = opened.size[0] == opened.size[1] and opened.size[0] in TILE_SIZES
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        fits = False
    tally.not_a_picture += not fits
    return fits


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.execute("PRAGMA query_only = ON")
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 16 * MAXIMUM_TILE_BYTES)
    database.text_factory = lambda octets: octets.decode("utf-8", errors="replace")
    database.set_authorizer(_allow)
    ends = time.monotonic() + READ_SECONDS
    database.set_progress_handler(lambda: int(time.monotonic() > ends), 1_000_000)
    return database


def _allow(action: int, table: str | None, _column: str | None, _database: str | None, inside: str | None) -> int:
    """Reading of the format's tables, and of nothing from inside a view or a trigger."""
    reads = action == sqlite3.SQLITE_READ and inside is None and str(table).casefold() in _ALLOWED_TABLES
    return sqlite3.SQLITE_OK if reads or action == sqlite3.SQLITE_SELECT else sqlite3.SQLITE_DENY


def _query(database: sqlite3.Connection) -> str:
    """How the tiles are read: from the table, or from the two tables that a view of that name is documented to join."""
    if _is_true_table(database, "tiles"):
        return _FROM_TILES
    if _is_true_table(database, "map") and _is_true_table(database, "images"):
        return _FROM_MAP
    raise InputRefused(
        _("The file's tiles are not in a table of their own, so they are not read. Save it again as plain MBTiles.")
    )


def _is_true_table(database: sqlite3.Connection, table: str) -> bool:
    row = database.execute("SELECT type, sql FROM sqlite_master WHERE name = ? COLLATE NOCASE", (table,)).fetchone()
    if row is None or row[0] != "table":
        return False
    statement = str(row[1])
    return not re.match(r"\s*CREATE\s+VIRTUAL\b", statement, re.IGNORECASE) and not _COMPUTED.search(statement)


def _metadata(database: sqlite3.Connection) -> dict[str, str]:
    if not _is_true_table(database, "metadata"):
        return {}
    rows = database.execute("SELECT name, value FROM metadata LIMIT 200")
    return {str(name)[:100].casefold(): str(value)[:10_000] for name, value in rows}


def _plain(text: str) -> str:
    """A text without markup: an attribution is often a link."""
    bare = html.unescape(re.sub(r"<[^>]*>", "", text))
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f<>]", " ", bare).split())[:_LONGEST_TEXT]


def _vector_tiles() -> InputRefused:
    return InputRefused(
        _(
            "The file holds vector tiles (pbf), which are not pictures. Choose the raster form of the download, "
            "or give the GeoPackage that the tiles were made from: it is drawn here."
        )
    )


def _damaged(problem: Exception) -> InputRefused:
    return InputRefused(
        _("The file is damaged, or not what it seems to be ({what}).").format(what=type(problem).__name__)
    )
