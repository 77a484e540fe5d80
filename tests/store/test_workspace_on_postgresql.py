"""The same workspace on PostgreSQL, where a partnership shares one: skipped where no server is installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from csg_maps.errors import StoreProblem
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import CellPlace, make_filter
from csg_maps.store import audit, batches, counts, tables
from csg_maps.store.verify import verify
from csg_maps.store.workspace import Store, create_store, data_version, get_setting, open_store, set_setting, writing
from tests.store.synthetic import made_up, seal_frame

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a server of our own, in a folder of its own, listening on a socket only."""
    if not PROGRAMS:
        pytest.skip("PostgreSQL is not installed on this machine")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    as_nobody = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    if as_nobody:
        shutil.chown(folder, "nobody", "nogroup")
    commands = PROGRAMS[-1].parent

    def run(*words: str) -> int:
        command = [str(commands / words[0]), *words[1:]]
        return subprocess.run(
            command,
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **as_nobody,  # type: ignore[call-overload]
        ).returncode

    data = str(folder / "data")
    try:
        if run("initdb", "-D", data, "-U", "csg", "-A", "trust", "-N", "--no-instructions"):
            pytest.skip("a PostgreSQL server cannot be set up by this user")
        if run(
            "pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", f"-k {folder} -c listen_addresses=''", "start"
        ):
            pytest.skip("a PostgreSQL server cannot be started by this user")
        yield f"postgresql+psycopg://csg@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def store(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("CSG_DATABASE_URL", server)
    with pytest.raises(StoreProblem, match="no workspace"):
        open_store(tmp_path / "store")
    yield create_store(tmp_path / "store")
    engine = sa.create_engine(server, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))


def test_a_supply_is_sealed_counted_withdrawn_and_verified(store: Store) -> None:
    batch_id = seal_frame(store, made_up(500, 1))
    seal_frame(store, made_up(200, 2))
    again = open_store(store.folder)
    assert counts.totals(again, LOCAL_ACTOR, make_filter())["records"][0] == 700
    assert counts.count(again, LOCAL_ACTOR, make_filter(), CellPlace(9))["count"].sum() > 600
    batches.withdraw(store, LOCAL_ACTOR, batch_id, "a test")
    assert counts.totals(again, LOCAL_ACTOR, make_filter())["records"][0] == 200
    assert data_version(again) == 4
    report = verify(store)
    assert report.is_sound, report.lines
    assert report.records == 700
    assert not (store.folder / "workspace.sqlite").exists()


def test_the_tables_are_those_of_the_code_and_the_audit_only_grows(store: Store) -> None:
    seal_frame(store, made_up(5))
    with writing(store) as connection:
        assert (
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), tables.metadata) == []
        )
    for statement in ("UPDATE audit SET action = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises((StoreProblem, sa.exc.DatabaseError)), writing(store) as connection:
            connection.execute(sa.text(statement))
    assert audit.entries(store)["action"].tolist() == ["import"]


def test_no_update_is_lost_when_many_write(store: Store) -> None:
    set_setting(store, "number", "0")

    def add_one(_: int) -> None:
        with writing(store) as connection:
            where = tables.settings.c.key == "number"
            value = int(connection.execute(sa.select(tables.settings.c.value).where(where)).scalar_one())
            tables.update_sealed(connection, tables.settings, where, value=str(value + 1))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add_one, range(40)))
    assert get_setting(store, "number") == "40"


def test_a_second_store_on_one_database_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="already"):
        create_store(tmp_path / "other")
