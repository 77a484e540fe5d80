"""The workspace: one SQL database beside the sealed files. Make a store, open it, read in it, write in it.

Two engines on one database: reading begins with BEGIN, writing with BEGIN IMMEDIATE, so that a writer waits for its turn
before it reads what it will change, and no update is lost. On PostgreSQL a transaction-wide lock does the same.
"""

import contextlib
import functools
import os
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from csg_maps.errors import CsgMapsError, StoreProblem
from csg_maps.i18n import N_, _
from csg_maps.store import casework_tables, files, ground_tables, migrations, tables  # noqa: F401  (all tables)

WORKSPACE = "workspace.sqlite"
HIGHEST_VERSION = "highest_version"
FOLDERS = (
    "batches",
    "quarantine",
    "areas",
    "postcodes",
    "premises",
    "ground",
    "lines",
    "names",
    "basemaps",
    "staging",
)
BUSY_SECONDS = 10.0
"""How long a writer waits for another one before it gives up with a message."""

_SQLITE_MAGIC = b"SQLite format 3\x00"
_WRITER_LOCK = 0x435347  # any number, the same for every process on one PostgreSQL database

_DAMAGED = N_(
    "The workspace of this store is damaged ({found}). Nothing was changed. Keep the folder as it is, "
    "and restore the store from its last backup."
)
_SAID_BY_DATABASE = {
    "locked": N_(
        "Another program is writing to this store and did not finish in time. Nothing was changed; try again."
    ),
    "disk is full": N_("The disk of the store is full. Nothing was changed. Free some space, and try again."),
    "disk I/O": N_("The disk of the store is full or failing. Nothing was changed. Free some space, and try again."),
    "readonly": N_("The store cannot be written: its disk or folder is read-only. Nothing was changed."),
    "unable to open": N_("The workspace of this store cannot be opened: its disk or folder is missing or read-only."),
}


@dataclass(frozen=True)
class Store:
    """One store: the folder of its files, and the URL of its workspace."""

    folder: Path
    database_url: str

    @property
    def is_sqlite(self) -> bool:
        """Whether the workspace is an SQLite file."""
        return self.database_url.startswith("sqlite")


def create_store(folder: Path) -> Store:
    """Make an empty store in a folder that does not exist or is empty; the workspace appears whole or not at all.

    Raises StoreProblem when there is something in the folder already, or the disk refuses.
    """
    folder = folder.resolve()
    with files.disk_problems():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in FOLDERS:
            (folder / name).mkdir(mode=0o700, exist_ok=True)
    store = _store_of(folder)
    with _one_at_a_time(folder):
        if (folder / WORKSPACE).exists() or any((folder / "batches").glob("*.parquet")):
            raise StoreProblem(_("There is a store in this folder already; open it, or choose an empty folder."))
        if not _is_in_folder(store):
            _fill(store)
            return store
        unfinished = folder / f"{WORKSPACE}.new"
        for leftover in folder.glob(f"{unfinished.name}*"):
            leftover.unlink()
        _fill(Store(folder, _sqlite_url(unfinished)))
        with files.disk_problems():
            unfinished.chmod(0o600)
            unfinished.replace(folder / WORKSPACE)
            files.sync_folder(folder)
        (folder / HIGHEST_VERSION).unlink(missing_ok=True)
    return store


def open_store(folder: Path) -> Store:
    """Open a store: checked for damage, and its workspace brought to the newest schema.

    Raises StoreProblem when it is missing, damaged, made by a newer version, locked, or on a disk that refuses.
    """
    folder = folder.resolve()
    store = _store_of(folder)
    if _is_in_folder(store):
        workspace = folder / WORKSPACE
        try:
            look = workspace.stat()
        except OSError:
            raise StoreProblem(_("There is no store in this folder. Make one with `init`, or name another.")) from None
        with files.disk_problems(), open(workspace, "rb") as content:
            if content.read(len(_SQLITE_MAGIC)) != _SQLITE_MAGIC:  # SQLite would quietly fill an empty file
                raise StoreProblem(_(_DAMAGED).format(found=_("it is no database")))
        _checked_sqlite(store, (look.st_ino, look.st_mtime_ns, look.st_size, str(_read_highest(folder))))
    else:
        _check(store)
    return store


@functools.lru_cache(maxsize=64)
def _checked_sqlite(store: Store, _seen: tuple[object, ...]) -> None:
    """Check once for each state of the file that this process has seen; a failed check is not remembered."""
    _check(store)


def _check(store: Store) -> None:
    with reading(store) as connection:
        found = migrations.current(connection)
    if not found:
        if not _is_in_folder(store):
            raise StoreProblem(
                _("The database that CSG_DATABASE_URL names holds no workspace yet. Make one with `init`.")
            )
        raise StoreProblem(_(_DAMAGED).format(found=_("its tables are missing")))
    if found not in migrations.known():
        raise StoreProblem(_("This store was made by a newer version of the app. Update the app, then open it again."))
    if found != migrations.newest():
        with files.disk_problems():
            for name in FOLDERS:
                (store.folder / name).mkdir(mode=0o700, exist_ok=True)
        with _one_at_a_time(store.folder), writing(store) as connection:
            if migrations.current(connection) != migrations.newest():
                migrations.upgrade(connection)
    if damage := find_damage(store):
        raise StoreProblem(_(_DAMAGED).format(found=damage))


def find_damage(store: Store, *, thorough: bool = False) -> str:
    """What is wrong with the workspace, in a few words; "" when all rows are as they were written.

    `thorough` also reads the long reports of batches, which decide nothing that is counted.
    """
    with reading(store) as connection:
        if store.is_sqlite:
            said = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
            if said != "ok":
                return _("the database's own check failed")
        for table in tables.sealed_tables():
            if table is tables.batch_reports and not thorough:
                continue
            for row in connection.execute(sa.select(table)).mappings():
                if tables.row_digest(table, dict(row)) != row["row_digest"]:
                    return _("a row of {table} is not as it was written").format(table=table.name)
        chain = sa.select(tables.audit.c.previous_digest, tables.audit.c.row_digest).order_by(tables.audit.c.entry_id)
        before = ""
        for previous, digest in connection.execute(chain):
            if previous != before:
                return _("an audit entry is missing")
            before = digest
        versions = connection.execute(sa.select(tables.state.c.data_version)).scalars().all()
        secret_held = connection.execute(sa.select(tables.settings.c.value).where(tables.settings.c.key == "secret"))
        if len(versions) != 1 or secret_held.scalar() is None:
            return _("a row of {table} is missing").format(table="settings")
        if versions[0] < _read_highest(store.folder):
            return _("it is older than the files: the last changes, kept in workspace.sqlite-wal, are missing")
    return ""


@contextlib.contextmanager
def reading(store: Store) -> Iterator[sa.Connection]:
    """A connection that sees one state of the workspace; raises StoreProblem in the database's stead."""
    with _database_problems(), _engine(store.database_url, "BEGIN", BUSY_SECONDS).connect() as connection:
        yield connection


@contextlib.contextmanager
def writing(store: Store) -> Iterator[sa.Connection]:
    """A transaction that no other writer overlaps: committed at the end, undone when anything is raised.

    Raises StoreProblem when another writer did not finish in time, or the disk refuses; nothing is changed then.
    """
    with _database_problems():
        with _engine(store.database_url, "BEGIN IMMEDIATE", BUSY_SECONDS).begin() as connection:
            if not store.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER_LOCK)))
            yield connection
            version = connection.info.pop("data_version", None)
        if version is not None:
            _write_highest(store.folder, version)


def bump_version(connection: sa.Connection) -> int:
    """Move the data version, inside the transaction that changes what counts can see. Returns the new one."""
    connection.execute(tables.state.update().values(data_version=tables.state.c.data_version + 1))
    version = int(connection.execute(sa.select(tables.state.c.data_version)).scalar_one())
    connection.info["data_version"] = version
    return version


def data_version(store: Store) -> int:
    """The version of what counts can see, read from the workspace now: another process may have moved it."""
    with reading(store) as connection:
        return int(connection.execute(sa.select(tables.state.c.data_version)).scalar_one())


def get_setting(store: Store, key: str, default: str = "") -> str:
    """A setting of the store."""
    with reading(store) as connection:
        found = connection.execute(sa.select(tables.settings.c.value).where(tables.settings.c.key == key)).scalar()
    return default if found is None else str(found)


def set_setting(store: Store, key: str, value: str) -> None:
    """Keep a setting of the store."""
    if key == "secret":
        raise StoreProblem("The store's secret is made once and never replaced.")
    with writing(store) as connection:
        if not tables.update_sealed(connection, tables.settings, tables.settings.c.key == key, value=value):
            tables.insert_sealed(connection, tables.settings, {"key": key, "value": value})


def secret(store: Store) -> bytes:
    """The store's own key of 32 bytes, for keyed hashes of references: equal in this store, meaningless elsewhere."""
    return bytes.fromhex(get_setting(store, "secret"))


def is_demo(store: Store) -> bool:
    """Whether everything in this store is fictional."""
    return get_setting(store, "demo") == "yes"


def mark_demo(store: Store) -> None:
    """Say that everything in this store is fictional."""
    set_setting(store, "demo", "yes")


def unmark_demo(store: Store) -> None:
    """Say that real data may come in now."""
    set_setting(store, "demo", "no")


def _store_of(folder: Path) -> Store:
    return Store(folder, os.environ.get("CSG_DATABASE_URL") or _sqlite_url(folder / WORKSPACE))


def _is_in_folder(store: Store) -> bool:
    return store.database_url == _sqlite_url(store.folder / WORKSPACE)


def _sqlite_url(path: Path) -> str:
    return sa.URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def _fill(store: Store) -> None:
    with writing(store) as connection:
        if migrations.current(connection):
            raise StoreProblem(_("The database that CSG_DATABASE_URL names holds a workspace already."))
        migrations.upgrade(connection)
        connection.execute(tables.state.insert().values(id=1, data_version=1))
        tables.insert_sealed(connection, tables.settings, {"key": "secret", "value": secrets.token_hex(32)})


@functools.lru_cache(maxsize=64)
def _engine(database_url: str, begin: str, busy_seconds: float) -> sa.Engine:
    # NullPool: no handle outlives its use, so a replaced folder or a fork never meets a stale one.
    if not database_url.startswith("sqlite"):
        isolation: Any = "REPEATABLE READ" if begin == "BEGIN" else "READ COMMITTED"
        return sa.create_engine(database_url, poolclass=sa.pool.NullPool, isolation_level=isolation)
    engine = sa.create_engine(
        database_url,
        poolclass=sa.pool.NullPool,
        connect_args={"timeout": busy_seconds, "isolation_level": None, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        for pragma in (
            f"busy_timeout={int(busy_seconds * 1000)}",
            "journal_mode=WAL",
            "foreign_keys=ON",
            "synchronous=FULL",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


@contextlib.contextmanager
def _database_problems() -> Iterator[None]:
    try:
        yield
    except CsgMapsError:
        raise
    except (sa.exc.DatabaseError, sqlite3.Error) as problem:
        said = str(getattr(problem, "orig", None) or problem)
        for words, message in _SAID_BY_DATABASE.items():
            if words in said:
                raise StoreProblem(_(message)) from problem
        if isinstance(getattr(problem, "orig", problem), sqlite3.IntegrityError):
            raise
        if isinstance(getattr(problem, "orig", problem), sqlite3.Error):
            raise StoreProblem(_(_DAMAGED).format(found=_("the database's own check failed"))) from problem
        raise StoreProblem(_("The database of this store does not answer as it must; ask who runs it.")) from problem
    except UnicodeDecodeError as problem:  # a flipped byte inside a text
        raise StoreProblem(_(_DAMAGED).format(found=_("a text cannot be read"))) from problem


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """One process makes or upgrades a store at a time; the lock is a database's own, so it dies with its process."""
    with _database_problems():
        lock = sqlite3.connect(folder / "making.lock.sqlite", timeout=60, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            lock.close()


def _read_highest(folder: Path) -> int:
    try:
        return int((folder / HIGHEST_VERSION).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _write_highest(folder: Path, version: int) -> None:
    """Note the version beside the database, so that a workspace that lost its last changes is noticed at the next start."""
    if version > _read_highest(folder):
        with contextlib.suppress(StoreProblem):  # the change itself is already kept
            files.write_by_content(folder, lambda path: _put(path, str(version)), name=HIGHEST_VERSION)


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="ascii")
