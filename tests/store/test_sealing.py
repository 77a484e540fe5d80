"""Sealing a supply: one file for each combination that decides who may use it, everything or nothing."""

import datetime
import hashlib
import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from csg_maps.errors import InputRefused, NotAllowed, SchemaBroken, StoreProblem
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.store import audit, batches, files
from csg_maps.store.workspace import Store, data_version
from tests.store.synthetic import HEALTH, POLICE, PROVENANCE, made_up, seal_frame


def held(store: Store) -> pd.DataFrame:
    frame = pd.concat(pd.read_parquet(path) for path in (store.folder / "batches").glob("*.parquet"))
    return frame.sort_values("concern_id", ignore_index=True)


def test_what_is_sealed_is_what_was_given(store: Store) -> None:
    frame = made_up(3_000, area_wards="W1")
    before = frame.copy(deep=True)
    batch_id = seal_frame(store, frame)
    pd.testing.assert_frame_equal(frame, before)
    sealed = held(store)
    columns = [name for name in frame.columns if name not in {"concern_id", "batch_id", "handling", "recipients"}]
    pd.testing.assert_frame_equal(
        sealed[columns].astype({"occurred_from": "datetime64[s]", "occurred_to": "datetime64[s]"}), frame[columns]
    )
    assert set(sealed["batch_id"]) == {batch_id}
    assert (sealed["concern_id"] & 0xFFFFFFFF).tolist() == list(range(3_000))
    assert sealed["concern_id"].is_unique
    assert (sealed["concern_id"] >= 0).all()


def test_files_are_named_by_their_content_and_sorted_by_cell(store: Store) -> None:
    seal_frame(store, made_up(2_000))
    (path,) = (store.folder / "batches").glob("*")
    assert path.stem == hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.stat().st_mode & 0o077 == 0
    assert np.all(np.diff(pq.read_table(path, columns=["cell"]).column(0).to_numpy()) >= 0)
    assert pq.read_schema(path).field("cell").type == "int64"


def test_one_file_for_each_evidence_handling_and_recipients(store: Store) -> None:
    frame = made_up(600)
    frame["evidence"] = np.array(["concern", "intelligence"] * 300)
    frame["handling"] = np.array(["P", "P", "C", "C", "C", "C"] * 100)
    frame["recipients"] = np.array(["", "", "health", "health,police", "police, health", "health"] * 100)
    frame = frame.astype({"evidence": "str", "handling": "str", "recipients": "str"})
    batch_id = seal_frame(store, frame)
    found = {
        (file.evidence, file.handling, file.recipients): file.rows
        for file in batches.readable_files(store, LOCAL_ACTOR)
    }
    assert found == {
        ("concern", "P", ()): 100,
        ("intelligence", "P", ()): 100,
        ("concern", "C", ("health",)): 100,
        ("intelligence", "C", ("health", "police")): 100,
        ("concern", "C", ("health", "police")): 100,
        ("intelligence", "C", ("health",)): 100,
    }
    assert {file.recipients for file in batches.readable_files(store, POLICE)} == {(), ("health", "police")}
    (batch,) = batches.list_batches(store, LOCAL_ACTOR)
    assert (batch.batch_id, batch.evidence, batch.accepted) == (batch_id, "concern,intelligence", 600)


def test_someone_else_sees_of_a_batch_only_what_they_may_use(store: Store) -> None:
    frame = made_up(100)
    frame.loc[60:, "handling"], frame.loc[60:, "recipients"] = "C", "social_care"
    seal_frame(store, frame)
    (seen,) = batches.list_batches(store, HEALTH)
    assert (seen.rows, seen.accepted, seen.not_on_map) == (60, 60, 0)
    (own,) = batches.list_batches(store, POLICE)
    assert own.rows == 100
    seal_frame(store, made_up(10, 2, handling="C", recipients="social_care"))
    assert len(batches.list_batches(store, HEALTH)) == 1
    assert len(batches.list_batches(store, LOCAL_ACTOR)) == 2


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("cell", 617439379501875199.0, "cells? must"),  # a float is another place
        ("cell", pd.array([617439379501875199], dtype="Int64")[0], "resolution"),  # resolution 9
        ("cell", 17, "resolution 11"),
        ("harm", pd.NA, "missing"),
        ("handling", "X", "handling"),
        ("note", "Sam was seen here", "note"),
        ("area_wards", 5, "area_wards"),
    ],
)
def test_a_frame_that_breaks_its_promise_is_not_sealed(store: Store, column: str, value: object, message: str) -> None:
    frame = made_up(10)
    frame[column] = value
    if column in {"harm", "handling", "note"}:
        frame[column] = frame[column].astype("str")
    with pytest.raises(SchemaBroken, match=message if column != "cell" else "(?i)cell"):
        seal_frame(store, frame)
    assert not list((store.folder / "batches").glob("*"))
    assert batches.list_batches(store, LOCAL_ACTOR) == ()


def test_a_nullable_cell_column_is_refused(store: Store) -> None:
    frame = made_up(10)
    frame["cell"] = frame["cell"].astype("Int64")
    with pytest.raises(SchemaBroken, match="Int64"):
        seal_frame(store, frame)


def test_an_empty_frame_with_rows_set_aside_is_a_batch_without_files(store: Store) -> None:
    aside = pd.DataFrame({"row": [2, 3], "Where": ["?", "??"]})
    batch_id = seal_frame(store, made_up(0), quarantined=aside)
    assert batches.readable_files(store, LOCAL_ACTOR) == ()
    batch = batches.get_batch(store, batch_id)
    assert batch is not None
    assert (batch.rows, batch.accepted, batch.quarantined) == (2, 0, 2)


def test_the_version_moves_with_every_change_of_what_counts_can_see(store: Store) -> None:
    versions = [data_version(store)]
    batch_id = seal_frame(store, made_up(10))
    versions.append(data_version(store))
    batches.withdraw(store, LOCAL_ACTOR, batch_id, "a test")
    versions.append(data_version(store))
    batches.restore_batch(store, LOCAL_ACTOR, batch_id)
    versions.append(data_version(store))
    batches.restore_batch(store, LOCAL_ACTOR, batch_id)  # nothing to do
    versions.append(data_version(store))
    assert versions == [1, 2, 3, 4, 4]


def test_row_keys_and_references_of_active_batches_only(store: Store) -> None:
    first, second = made_up(50, 1), made_up(50, 2)
    second.loc[:9, "source_ref"] = 0
    ids = [seal_frame(store, first), seal_frame(store, second)]
    keys = batches.seen_row_keys(store, agency="police", evidence="concern")
    assert keys.dtype == np.int64
    assert keys.tolist() == sorted([*first["row_key"], *second["row_key"]])
    references = batches.seen_source_refs(store, agency="police", evidence="concern")
    assert references.tolist() == sorted([*first["source_ref"], *second["source_ref"][10:]])
    assert not len(batches.seen_row_keys(store, agency="health", evidence="concern"))
    assert not len(batches.seen_row_keys(store, agency="police", evidence="background"))
    batches.withdraw(store, LOCAL_ACTOR, ids[0], "a test")
    assert batches.seen_row_keys(store, agency="police", evidence="concern").tolist() == sorted(second["row_key"])
    assert batches.row_keys_of(store, ids[0]).tolist() == sorted(first["row_key"])


def test_withdrawing_needs_a_batch_and_the_right(store: Store) -> None:
    with pytest.raises(InputRefused, match="no batch"):
        batches.withdraw(store, LOCAL_ACTOR, "none", "a test")
    batch_id = seal_frame(store, made_up(5))
    with pytest.raises(NotAllowed):
        batches.withdraw(store, POLICE, batch_id, "a test")
    with pytest.raises(NotAllowed):
        seal_frame(store, made_up(5), actor=POLICE)
    batch = batches.get_batch(store, batch_id)
    assert batch is not None
    assert batch.status == "active"


def test_what_became_of_the_rows_can_be_read_again(store: Store) -> None:
    batch_id = seal_frame(store, made_up(5))
    assert batches.read_report(store, LOCAL_ACTOR, batch_id) == {"announcements": []}
    assert batches.read_report(store, LOCAL_ACTOR, "none") == {}


def test_batches_whose_time_is_over_are_found_and_their_records_deleted(store: Store) -> None:
    import dataclasses

    short = seal_frame(store, made_up(5, 1), provenance=dataclasses.replace(PROVENANCE, retain_until="2027-03-31"))
    seal_frame(store, made_up(7, 2))
    assert batches.expired_batches(store, datetime.date(2027, 3, 31)) == ()
    (expired,) = batches.expired_batches(store, datetime.date(2027, 4, 1))
    assert expired.batch_id == short
    batches.purge_batch(store, LOCAL_ACTOR, short, "its time is over")
    assert len(list((store.folder / "batches").glob("*"))) == 1
    assert batches.expired_batches(store, datetime.date(2027, 4, 1)) == ()
    assert sum(file.rows for file in batches.readable_files(store, LOCAL_ACTOR)) == 7
    with pytest.raises(InputRefused, match="deleted"):
        batches.restore_batch(store, LOCAL_ACTOR, short)


def test_everything_done_is_in_the_audit_without_names(store: Store) -> None:
    actor = Actor("local", "", LOCAL_ACTOR.rights)
    batch_id = seal_frame(store, made_up(5), actor=actor)
    batches.withdraw(store, actor, batch_id, "wrong month")
    batches.restore_batch(store, actor, batch_id)
    entries = audit.entries(store)
    assert entries["action"].tolist() == ["import", "withdraw", "restore-batch"]
    assert json.loads(entries["detail"][1]) == {"batch_id": batch_id, "why": "wrong month"}
    assert set(entries["actor_id"]) == {"local"}


def test_a_write_that_is_interrupted_leaves_no_file(store: Store) -> None:
    def broken(path: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.write_by_content(store.folder / "batches", broken)
    assert not list((store.folder / "batches").glob("*"))
    assert not list((store.folder / "batches").glob(".*"))


def test_a_damaged_file_is_told_and_not_counted(store: Store) -> None:
    seal_frame(store, made_up(5))
    (path,) = (store.folder / "batches").glob("*")
    path.write_bytes(b"not a table")
    with pytest.raises(StoreProblem, match="verify"):
        batches.seen_row_keys(store, agency="police", evidence="concern")
