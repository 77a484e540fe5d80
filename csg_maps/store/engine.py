"""DuckDB in memory over the sealed files: one base connection a store, a plain view a set of files, a cursor a call."""

import functools
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa

from csg_maps.errors import StoreProblem
from csg_maps.i18n import _
from csg_maps.store.sealed import missing_file

_making = threading.Lock()
_SETTINGS = (
    "SET parquet_metadata_cache = true",  # the files never change
    "SET temp_directory = ''",  # nothing of a record is spilled to another disk
    "SET enable_external_access = false",  # with allowed_directories: only this store can be read, and no other host
    "SET lock_configuration = true",
)


@functools.lru_cache(maxsize=16)
def _base(folder: Path) -> tuple[duckdb.DuckDBPyConnection, set[str]]:
    """The connection, and the views it has; only ever called with the lock held."""
    base = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    allowed = ", ".join(_quoted(str(folder / name) + "/") for name in ("batches", "areas"))
    for setting in (f"SET allowed_directories = [{allowed}]", *_SETTINGS):
        base.execute(setting)
    return base, set()


def view_over(folder: Path, files: tuple[Path, ...]) -> str:
    """The name of a view over these files, made when it is not there yet; columns that some lack are null there.

    A plain view, not a temporary one: every cursor of the base connection sees it.
    """
    digest = hashlib.sha256("\n".join(map(str, files)).encode()).hexdigest()[:24]
    name = f"files_{digest}"
    with _making:
        base, views = _base(folder)
        if name not in views:
            listed = ", ".join(_quoted(str(file)) for file in files)
            try:
                base.execute(
                    f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet([{listed}], union_by_name = true)"
                )
            except duckdb.IOException:
                raise FileNotFoundError from None
            views.add(name)
    return name


def run(folder: Path, sql: str) -> pa.Table:
    """The result of a query on those views, on a cursor of its own, so that any thread may call.

    Raises FileNotFoundError when a file of a view is gone.
    """
    with _making:
        cursor = _base(folder)[0].cursor()
    try:
        return cursor.sql(sql).to_arrow_table()
    except duckdb.CatalogException:  # the connection was replaced since its views were made
        raise FileNotFoundError from None
    except duckdb.IOException as problem:
        if "No such file" in str(problem) or "No files found" in str(problem):
            raise FileNotFoundError from None
        raise StoreProblem(_("A sealed file of this store cannot be read. Run `verify` to learn which.")) from problem
    except (duckdb.InvalidInputException, duckdb.SerializationException) as problem:
        raise StoreProblem(_("A sealed file of this store cannot be read. Run `verify` to learn which.")) from problem
    finally:
        cursor.close()


def retried(ask: Callable[[], pa.Table]) -> pa.Table:
    """The answer; asked once more when a file vanished, because another process may have purged or replaced it."""
    try:
        return ask()
    except FileNotFoundError:
        try:
            return ask()
        except FileNotFoundError:
            raise missing_file() from None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
