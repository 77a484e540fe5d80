"""The audit is only ever added to, and a missing or changed entry is noticed."""

import pytest
import sqlalchemy as sa

from csg_maps.errors import StoreProblem
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.store import audit, tables
from csg_maps.store.workspace import Store, find_damage, open_store, writing


def _three(store: Store) -> None:
    for number in range(3):
        with writing(store) as connection:
            audit.record(connection, LOCAL_ACTOR, "look", number=number)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET action = 'x'", "DELETE FROM audit", "DELETE FROM audit WHERE 1=0 OR 1"]
)
def test_entries_can_be_neither_changed_nor_deleted(store: Store, statement: str) -> None:
    _three(store)
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), writing(store) as connection:
        connection.execute(sa.text(statement))
    assert audit.entries(store)["action"].tolist() == ["look"] * 3
    assert audit.entries(store)["entry_id"].dtype == "int64"


@pytest.mark.parametrize(
    "change", ["DELETE FROM audit WHERE entry_id = 2", "UPDATE audit SET detail = '{}' WHERE entry_id = 2"]
)
def test_whoever_goes_around_the_trigger_is_noticed(store: Store, change: str) -> None:
    _three(store)
    assert find_damage(store) == ""
    with writing(store) as connection:
        connection.execute(sa.text("DROP TRIGGER audit_no_update"))
        connection.execute(sa.text("DROP TRIGGER audit_no_delete"))
        connection.execute(sa.text(change))
    assert "audit" in find_damage(store)
    with pytest.raises(StoreProblem, match="damaged"):
        open_store(store.folder)


def test_an_entry_is_kept_with_what_it_tells_of_or_not_at_all(store: Store) -> None:
    with pytest.raises(RuntimeError), writing(store) as connection:
        audit.record(connection, LOCAL_ACTOR, "look")
        raise RuntimeError
    assert audit.entries(store).empty


def test_every_deciding_table_carries_digests() -> None:
    assert {table.name for table in tables.metadata.sorted_tables} - {
        table.name for table in tables.sealed_tables()
    } == {
        "state",
        "jobs",
        "lookups",
    }
