"""Read GeoPackages as plain SQLite tables: read-only, unchanging, and nothing in the file may run.

Only tables that the file lists as its contents and that are true tables are copied, row by row; views, virtual tables,
triggers, functions and attached files are refused by SQLite's own authorizer.
"""

import contextlib
import re
import sqlite3
import struct
from collections.abc import Callable
from typing import Any

import shapely

from csg_maps import settings
from csg_maps.i18n import N_
from csg_maps.intake.files.grids import Grid, ProblemLog, ReadTask, note, number_text
from csg_maps.intake.files.reading_rules import (
    COLUMN_NESTED,
    GEOPACKAGE_DAMAGED,
    LAYER_NOT_A_TABLE,
    NOT_A_GEOPACKAGE,
    SHAPE_BROKEN,
)
from csg_maps.intake.files.vector_layers import VectorLayer, finish, shapes_of

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_COMPUTED = re.compile(r"\bAS\s*\(", re.IGNORECASE)
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


def read(task: ReadTask, log: ProblemLog, progress: Callable[[float], None]) -> list[Grid]:
    """Read the layers (and tables without geometry) of a GeoPackage."""
    layers: list[VectorLayer] = []
    try:
        with contextlib.closing(_open(task)) as database:
            contents = _contents(database)
            if not contents:
                note(log, NOT_A_GEOPACKAGE)
                return []
            wanted = [each for each in contents if not task.chosen or each[0] in task.chosen]
            for position, (table, column, crs) in enumerate(wanted):
                if not _is_true_table(database, table):
                    note(log, LAYER_NOT_A_TABLE, layer=table)
                    continue
                layers.append(_layer(database, table, column, crs, log))
                progress((position + 1) / len(wanted))
    except (sqlite3.Error, UnicodeError, OverflowError) as error:
        note(log, GEOPACKAGE_DAMAGED, what=type(error).__name__)
        return []
    if not layers:
        note(log, GEOPACKAGE_DAMAGED, what=N_("no layer is a table"))
        return []
    return finish(layers, task.name, task.keep, log)


def _open(task: ReadTask) -> sqlite3.Connection:
    database = sqlite3.connect(f"{task.path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.execute("PRAGMA query_only = ON")
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, settings.MAXIMUM_COLUMNS + 2)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 256 * 1024 * 1024)
    database.text_factory = lambda octets: octets.decode("utf-8", errors="surrogateescape")
    database.set_authorizer(lambda action, *_details: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
    return database


def _contents(database: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Table, geometry column ("" = none) and coordinate system of each layer."""
    tables = {str(name).casefold() for (name,) in database.execute("SELECT name FROM sqlite_master")}
    if "gpkg_contents" not in tables:
        return []
    systems: dict[Any, str] = {}
    for number, organisation, code, definition in database.execute(
        "SELECT srs_id, organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys"
    ):
        known = str(organisation).upper() == "EPSG" and isinstance(code, int) and code > 0
        other = str(definition) if isinstance(number, int) and number > 0 else ""
        systems[number] = f"EPSG:{code}" if known else other
    columns = {}
    if "gpkg_geometry_columns" in tables:
        for table, column, number in database.execute(
            "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns"
        ):
            columns[str(table)] = (str(column), systems.get(number, ""))
    return [
        (str(table), *columns.get(str(table), ("", "")))
        for table, kind in database.execute("SELECT table_name, data_type FROM gpkg_contents")
        if kind in ("features", "attributes")
    ]


def _is_true_table(database: sqlite3.Connection, table: str) -> bool:
    """Whether the layer is a table whose every cell is stored: no view, no virtual table, no computed column."""
    row = database.execute("SELECT type, sql FROM sqlite_master WHERE name = ? COLLATE NOCASE", (table,)).fetchone()
    if row is None or row[0] != "table":
        return False
    statement = str(row[1])
    return not re.match(r"\s*CREATE\s+VIRTUAL\b", statement, re.IGNORECASE) and not _COMPUTED.search(statement)


def _layer(database: sqlite3.Connection, table: str, geometry: str, crs: str, log: ProblemLog) -> VectorLayer:
    quoted = '"' + table.replace('"', '""') + '"'
    cursor = database.execute(f"SELECT * FROM {quoted}")
    names = [each[0] for each in cursor.description]
    values: list[list[Any]] = [[] for _ in names]
    shapes: list[Any] = []
    at_shape = next((at for at, name in enumerate(names) if geometry and name.casefold() == geometry.casefold()), -1)
    for row_number, row in enumerate(cursor, start=2):
        for position, value in enumerate(row):
            if position == at_shape:
                shapes.append(_shape(value, row_number, log))
            else:
                values[position].append(value)
    count = len(shapes) if at_shape >= 0 else len(values[0])
    columns, cells, kinds = [], [], []
    for position, name in enumerate(names):
        if position == at_shape or (position == 0 and name.casefold() == "fid"):  # the file's own row number
            continue
        if any(isinstance(value, bytes) for value in values[position]):
            note(log, COLUMN_NESTED, 0, name)
            continue
        columns.append(name)
        cells.append([_text(value) for value in values[position]])
        filled = [value for value in values[position] if value is not None]
        kinds.append("number" if filled and all(isinstance(value, (int, float)) for value in filled) else "text")
    places = shapes_of(shapes if at_shape >= 0 else [None] * count)
    return VectorLayer(table, tuple(columns), tuple(cells), tuple(kinds), places, crs, at_shape >= 0)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return number_text(value) if isinstance(value, float) else str(value)


def _shape(value: Any, row: int, log: ProblemLog) -> Any:
    """The geometry of a GeoPackage blob: a short heading, an optional envelope, then WKB."""
    if value is None:
        return None
    try:
        if not isinstance(value, bytes) or value[:2] != b"GP":
            raise ValueError("not a GeoPackage geometry")
        (flags,) = struct.unpack_from("B", value, 3)
        return shapely.from_wkb(value[8 + _ENVELOPE_BYTES[flags >> 1 & 7] :])
    except (ValueError, KeyError, struct.error, shapely.errors.ShapelyError):
        note(log, SHAPE_BROKEN, row)
        return None
