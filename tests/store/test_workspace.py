"""The workspace: made whole, opened checked, written by one at a time, seen by every process."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from csg_maps.errors import StoreProblem
from csg_maps.store import migrations, tables
from csg_maps.store.workspace import (
    Store,
    bump_version,
    create_store,
    data_version,
    get_setting,
    is_demo,
    mark_demo,
    open_store,
    reading,
    secret,
    set_setting,
    writing,
)


def test_a_new_store_opens_and_keeps_its_secret_and_settings(store: Store) -> None:
    set_setting(store, "language", "cy")
    set_setting(store, "language", "en")
    again = open_store(store.folder)
    assert again == store
    assert len(secret(again)) == 32
    assert secret(again) == secret(store)
    assert get_setting(again, "language") == "en"
    assert get_setting(again, "colour", "none") == "none"
    assert not is_demo(again)
    mark_demo(again)
    assert is_demo(store)


def test_two_stores_have_different_secrets(tmp_path: Path) -> None:
    assert secret(create_store(tmp_path / "a")) != secret(create_store(tmp_path / "b"))


def test_the_secret_is_never_replaced(store: Store) -> None:
    with pytest.raises(StoreProblem):
        set_setting(store, "secret", "00")


def test_no_other_user_can_read_the_workspace(store: Store) -> None:
    assert (store.folder / "workspace.sqlite").stat().st_mode & 0o077 == 0
    assert store.folder.stat().st_mode & 0o077 == 0


def test_a_store_is_not_made_over_another(store: Store) -> None:
    held = secret(store)
    with pytest.raises(StoreProblem, match="already"):
        create_store(store.folder)
    assert secret(store) == held


def test_two_processes_that_make_one_store_make_one(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\nfrom csg_maps.errors import StoreProblem\nfrom csg_maps.store.workspace import create_store\n"
        "try:\n    create_store(pathlib.Path(sys.argv[1])); print('made')\nexcept StoreProblem:\n    print('there')"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "one")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert sorted(process.communicate()[0].strip() for process in running) == ["made", "there", "there"]
    open_store(tmp_path / "one")


def test_a_folder_without_a_store_is_refused_and_left_empty(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="init"):
        open_store(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_store_of_a_newer_version_is_refused(store: Store) -> None:
    with writing(store) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreProblem, match="newer"):
        open_store(store.folder)


def test_a_store_of_the_version_before_is_brought_up(store: Store) -> None:
    newer = (
        "guardian_contacts",
        "assets",
        "basemaps",
        "place_matches",
        "mended_rows",
        "agency_calendar",
        "place_history",
        "place_actions",
        "places",
    )
    with writing(store) as connection:
        for name in newer:
            connection.execute(sa.text(f"DROP TABLE {name}"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    (store.folder / "basemaps").rmdir()
    again = open_store(store.folder)
    with reading(again) as connection:
        assert migrations.current(connection) == migrations.newest() != "0001"
        assert set(newer) <= set(sa.inspect(connection).get_table_names())
    assert (store.folder / "basemaps").is_dir()


def test_migrations_give_exactly_the_tables_that_the_code_uses(store: Store) -> None:
    with reading(store) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []
        names = set(sa.inspect(connection).get_table_names())
    assert names == set(tables.metadata.tables) | {"alembic_version"}


def test_the_comparison_would_notice_a_missing_column(store: Store) -> None:
    with writing(store) as connection:
        connection.execute(sa.text("ALTER TABLE jobs DROP COLUMN cancel"))
    with reading(store) as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata)


def test_another_process_sees_a_version_bump_at_once(store: Store) -> None:
    code = "import sys, pathlib\nfrom csg_maps.store.workspace import *\nprint(data_version(open_store(pathlib.Path(sys.argv[1]))))"
    command = [sys.executable, "-c", code, str(store.folder)]
    before = int(subprocess.check_output(command))
    with writing(store) as connection:
        moved = bump_version(connection)
    assert moved == before + 1 == data_version(store) == int(subprocess.check_output(command))


def test_a_bump_in_a_transaction_that_fails_is_undone(store: Store) -> None:
    before = data_version(store)
    with pytest.raises(RuntimeError), writing(store) as connection:
        bump_version(connection)
        raise RuntimeError
    assert data_version(store) == before


def test_no_update_is_lost_when_many_write(store: Store) -> None:
    set_setting(store, "number", "0")

    def add_one(_: int) -> None:
        with writing(store) as connection:
            where = tables.settings.c.key == "number"
            value = int(connection.execute(sa.select(tables.settings.c.value).where(where)).scalar_one())
            tables.update_sealed(connection, tables.settings, where, value=str(value + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(80)))
    assert get_setting(store, "number") == "80"


def test_readers_go_on_while_one_writes(store: Store) -> None:
    with writing(store) as connection:
        bump_version(connection)
        assert data_version(store) == 1  # what was committed, without waiting


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(sa.exc.IntegrityError), writing(store) as connection:
        tables.insert_sealed(connection, tables.supplied_files, {"batch_id": "nobody", "sha256": "00"})


def test_the_database_url_of_a_partnership_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere.sqlite"
    monkeypatch.setenv("CSG_DATABASE_URL", f"sqlite:///{elsewhere}")
    store = create_store(tmp_path / "store")
    set_setting(store, "language", "cy")
    assert get_setting(open_store(tmp_path / "store"), "language") == "cy"
    assert elsewhere.stat().st_size > 0
    assert not (tmp_path / "store" / "workspace.sqlite").exists()


def test_an_unfinished_making_is_made_good(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "workspace.sqlite.new").write_bytes(b"half of a data")
    store = create_store(tmp_path / "store")
    assert data_version(open_store(store.folder)) == 1
    assert not list(store.folder.glob("*.new*"))


def test_a_database_that_is_no_workspace_is_refused(tmp_path: Path) -> None:
    tmp_path.joinpath("store").mkdir()
    with sqlite3.connect(tmp_path / "store" / "workspace.sqlite") as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()
    with pytest.raises(StoreProblem, match="damaged"):
        open_store(tmp_path / "store")
