"""What the store promises of a mend: one transaction with its batch's provenance, once for each row, undone or not at all."""

import pandas as pd
import pytest

from csg_maps.errors import InputRefused
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.store import audit, batches, mending, quarantine
from csg_maps.store.mending import MendedRow
from csg_maps.store.verify import verify
from csg_maps.store.workspace import Store, data_version
from tests.store.synthetic import made_up, seal_frame

ASIDE = pd.DataFrame({"row": [7, 9, 11], "reasons": ["future-date", "future-date", "zero-coordinate"]}).astype(
    {"reasons": "str"}
)


@pytest.fixture
def batch_id(store: Store) -> str:
    return seal_frame(store, made_up(4), quarantined=ASIDE)


def mend(store: Store, batch_id: str, *positions: int, duplicates: tuple[int, ...] = (), seed: int = 5) -> str:
    rows = tuple(MendedRow(place, "future-date", is_duplicate=place in duplicates) for place in positions)
    return mending.seal(
        store,
        LOCAL_ACTOR,
        batch_id,
        rows,
        how="value",
        fields=("date",),
        frame=made_up(len(positions) - len(duplicates), seed),
        seen_version=data_version(store),
    )


def test_a_mend_is_a_batch_of_its_own_that_no_list_shows_apart(store: Store, batch_id: str) -> None:
    mended = mend(store, batch_id, 0, 1, duplicates=(1,))
    now = mending.standing(store, batch_id)
    assert (now.rows, now.accepted, now.quarantined, now.refused, now.duplicates, now.mended) == (7, 5, 1, 0, 1, 2)
    assert now.adds_up
    (listed,) = batches.list_batches(store, LOCAL_ACTOR)
    assert (listed.batch_id, listed.accepted) == (batch_id, 5)
    assert batches.origins_of_mends(store) == {mended: batch_id}
    sealed = batches.get_batch(store, mended)
    assert sealed is not None
    assert (sealed.rows, sealed.accepted, sealed.duplicates, sealed.retain_until) == (2, 1, 1, "2090-03-31")
    assert len(batches.row_keys_of(store, batch_id)) == 5
    assert quarantine.read_quarantined(store, LOCAL_ACTOR, batch_id)["row"].tolist() == [11]
    assert [entry.rows for entry in quarantine.list_quarantined(store, LOCAL_ACTOR)] == [1]
    assert verify(store).is_sound


def test_what_is_held_already_seals_nothing_and_a_refusal_counts_as_refused(store: Store, batch_id: str) -> None:
    assert mend(store, batch_id, 0, duplicates=(0,)) == ""
    mending.refuse(store, LOCAL_ACTOR, batch_id, (MendedRow(2, "zero-coordinate"),), why="elsewhere")
    now = mending.standing(store, batch_id)
    assert (now.accepted, now.quarantined, now.refused, now.duplicates) == (4, 1, 1, 1)
    assert audit.entries(store)["action"].tolist()[-2:] == ["mend", "refuse-rows"]
    newest, first = mending.list_steps(store, LOCAL_ACTOR)
    assert (newest.how, newest.why, newest.can_undo, first.can_undo) == ("refused", "elsewhere", True, False)


def test_a_row_is_mended_once_and_a_step_that_fails_leaves_nothing(store: Store, batch_id: str) -> None:
    mend(store, batch_id, 0)
    files = sorted(path.name for path in (store.folder / "batches").glob("*"))
    for positions, said in (((0,), "already"), ((1, 0), "already"), ((1, 1), "each once"), ((3,), "not among those")):
        with pytest.raises(InputRefused, match=said):
            mend(store, batch_id, *positions, seed=6)
    with pytest.raises(InputRefused, match="no batch"):
        mend(store, "0" * 12, 0)
    with pytest.raises(ValueError, match="one record"):
        mending.seal(
            store,
            LOCAL_ACTOR,
            batch_id,
            (MendedRow(1, "x"),),
            how="value",
            fields=(),
            frame=made_up(2, 8),
            seen_version=1,
        )
    assert sorted(path.name for path in (store.folder / "batches").glob("*")) == files
    assert mending.standing(store, batch_id).mended == 1


def test_an_undone_mend_leaves_no_trace_but_in_the_audit(store: Store, batch_id: str) -> None:
    before = sorted(path.name for path in store.folder.rglob("*.parquet"))
    mended = mend(store, batch_id, 0, 1)
    (step,) = mending.list_steps(store, LOCAL_ACTOR)
    assert mending.undo(store, LOCAL_ACTOR, batch_id, step.step) == 2
    assert batches.get_batch(store, mended) is None
    assert sorted(path.name for path in store.folder.rglob("*.parquet")) == before
    assert mending.list_steps(store, LOCAL_ACTOR) == ()
    assert audit.entries(store)["action"].tolist()[-2:] == ["mend", "undo-mend"]
    assert verify(store).is_sound
