"""Rows set aside: for those with the right, for 30 days, and every look is told."""

import datetime

import pandas as pd
import pytest

from csg_maps.errors import InputRefused, NotAllowed
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.settings import QUARANTINE_DAYS
from csg_maps.store import audit, quarantine
from csg_maps.store.verify import verify
from csg_maps.store.workspace import Store
from tests.store.synthetic import HEALTH, made_up, seal_frame

ASIDE = pd.DataFrame({"row": [7, 9], "Where": ["near the shop", "?"], "reasons": ["no-place", "no-place"]}).astype(
    {"Where": "str", "reasons": "str"}
)


def test_rows_set_aside_come_back_as_they_were_and_the_look_is_told(store: Store) -> None:
    batch_id = seal_frame(store, made_up(3), quarantined=ASIDE)
    seal_frame(store, made_up(3, 2))
    (entry,) = quarantine.list_quarantined(store, LOCAL_ACTOR)
    today = datetime.datetime.now(datetime.UTC).date()
    assert (entry.batch_id, entry.agency, entry.rows) == (batch_id, "police", 2)
    assert datetime.date.fromisoformat(entry.purge_after) - today == datetime.timedelta(days=QUARANTINE_DAYS)
    pd.testing.assert_frame_equal(quarantine.read_quarantined(store, LOCAL_ACTOR, batch_id), ASIDE)
    assert audit.entries(store)["action"].tolist()[-1] == "see-quarantine"
    assert not audit.entries(store)["detail"].str.contains("shop").any()
    assert (store.folder / "quarantine" / f"{batch_id}.parquet").stat().st_mode & 0o777 == 0o600


def test_only_who_may_see_them_and_only_their_own_agency(store: Store) -> None:
    batch_id = seal_frame(store, made_up(3), quarantined=ASIDE)
    nurse = Actor("n", "health", ("see_quarantine",))
    with pytest.raises(NotAllowed):
        quarantine.read_quarantined(store, HEALTH, batch_id)
    assert quarantine.list_quarantined(store, nurse) == ()
    with pytest.raises(InputRefused):
        quarantine.read_quarantined(store, nurse, batch_id)
    with pytest.raises(InputRefused):
        quarantine.read_quarantined(store, LOCAL_ACTOR, "../batches/x")


def test_after_thirty_days_they_are_gone(store: Store) -> None:
    batch_id = seal_frame(store, made_up(3), quarantined=ASIDE)
    today = datetime.datetime.now(datetime.UTC).date()
    last_day = today + datetime.timedelta(days=QUARANTINE_DAYS)
    assert quarantine.purge_expired(store, LOCAL_ACTOR, last_day) == ()
    assert quarantine.purge_expired(store, LOCAL_ACTOR, last_day + datetime.timedelta(days=1)) == (batch_id,)
    assert not list((store.folder / "quarantine").glob("*"))
    assert quarantine.list_quarantined(store, LOCAL_ACTOR) == ()
    with pytest.raises(InputRefused):
        quarantine.read_quarantined(store, LOCAL_ACTOR, batch_id)
    assert verify(store).is_sound
    assert quarantine.purge_expired(store, LOCAL_ACTOR, last_day + datetime.timedelta(days=1)) == ()
