"""The register keeps what people decide, tells two who edit at once, and remembers what was before."""

import json

import pytest
import sqlalchemy as sa

from csg_maps.errors import InputRefused, NotAllowed
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.model.registered_place import FirstAction
from csg_maps.store import audit, casework_tables, places
from csg_maps.store.workspace import Store, data_version, find_damage, reading
from tests.places_demo import proposal

COLLEAGUE = Actor("colleague", "housing", ("manage_places", "see_counts"))


def test_a_place_comes_back_as_it_was_proposed_with_a_reference_of_its_year(store: Store) -> None:
    wanted = proposal(
        strengths=("A library", "A warden"), harms=("asb", "missing"), cells=(622236750562230271, 622236750562263039)
    )
    place = places.propose(store, LOCAL_ACTOR, wanted)
    assert places.list_places(store) == (place,)
    assert place.reference == f"P-{place.proposed_at[:4]}-001"
    for name in ("name", "cells", "why", "harms", "strengths", "review_on", "origin_key"):
        assert getattr(place, name) == getattr(wanted, name), name
    assert (place.status, place.version, place.is_asked) == ("proposed", 1, False)
    second = places.propose(store, LOCAL_ACTOR, wanted)
    assert second.reference.endswith("-002")
    assert [action.what for action in places.list_actions(store, place.place_id)] == [wanted.action.what]


def test_of_two_who_edit_at_once_the_second_is_told_who_was_first_and_nothing_is_lost(store: Store) -> None:
    place = places.propose(store, LOCAL_ACTOR, proposal())
    first = places.change(
        store, COLLEAGUE, place.place_id, version=place.version, what="change", why="It is dark here."
    )
    with pytest.raises(InputRefused, match="colleague changed this"):
        places.change(store, LOCAL_ACTOR, place.place_id, version=place.version, what="change", why="Something else.")
    assert places.list_places(store) == (first,)
    action = places.list_actions(store, place.place_id)[0]
    places.change_action(store, COLLEAGUE, action.action_id, version=1, status="under_way")
    with pytest.raises(InputRefused, match="colleague"):
        places.change_action(store, LOCAL_ACTOR, action.action_id, version=1, status="dropped")
    assert places.list_actions(store)[0].status == "under_way"


def test_the_history_says_of_every_field_what_it_was_before(store: Store) -> None:
    place = places.propose(store, LOCAL_ACTOR, proposal())
    places.change(store, COLLEAGUE, place.place_id, version=1, what="change", name="Mill Lane", why=place.why)
    places.add_action(
        store, LOCAL_ACTOR, place.place_id, FirstAction("Lamps", "environment", "environment", "Engineer", "2089-01-01")
    )
    action = places.list_actions(store)[0]
    places.change_action(
        store, LOCAL_ACTOR, action.action_id, version=1, status="done", note="Seen", done_on="2026-01-01"
    )
    history = places.list_history(store, place.place_id)
    assert [(entry.what, entry.by) for entry in history] == [
        ("proposed", "local"),
        ("change", "colleague"),
        ("action-added", "local"),
        ("action-changed", "local"),
    ]
    assert history[1].fields == {"name": ("Around Haven Bus Station", "Mill Lane")}
    assert history[3].fields["action.status"] == ("planned", "done")


def test_what_maps_show_moves_the_data_version_and_everything_is_in_the_audit(store: Store) -> None:
    before = data_version(store)
    place = places.propose(store, LOCAL_ACTOR, proposal())
    proposed = data_version(store)
    assert proposed > before
    place = places.change(store, LOCAL_ACTOR, place.place_id, version=1, what="change", why="Another reason.")
    assert data_version(store) == proposed
    places.change(
        store, LOCAL_ACTOR, place.place_id, version=2, what="close", status="closed", reason="No longer needed"
    )
    assert data_version(store) > proposed
    entries = audit.entries(store)
    assert entries["action"].tolist()[-3:] == ["propose-place", "change-place", "close-place"]
    assert not entries["detail"].str.contains("reason|shelter", case=False).any(), (
        "texts of people stay out of the audit"
    )


def test_rows_are_sealed_and_a_change_behind_the_back_is_found(store: Store) -> None:
    places.propose(store, LOCAL_ACTOR, proposal())
    assert find_damage(store) == ""
    with reading(store) as connection:
        connection.execute(casework_tables.places.update().values(why="changed"))
        connection.commit()
    assert "places" in find_damage(store)


def test_cells_are_kept_as_text_and_come_back_to_the_last_bit(store: Store) -> None:
    neighbours = (622236750562230271, 622236750562230271 + (1 << 15))
    place = places.propose(store, LOCAL_ACTOR, proposal(cells=neighbours))
    with reading(store) as connection:
        held = json.loads(connection.execute(sa.select(casework_tables.places.c.cells)).scalar_one())
    assert all(isinstance(cell, str) for cell in held)
    assert places.list_places(store)[0].cells == tuple(sorted(neighbours)) == place.cells


def test_who_may_not_manage_places_changes_nothing(store: Store) -> None:
    reader = Actor("r", "police", ("see_counts",))
    with pytest.raises(NotAllowed):
        places.propose(store, reader, proposal())
    place = places.propose(store, LOCAL_ACTOR, proposal())
    with pytest.raises(NotAllowed):
        places.change(store, reader, place.place_id, version=1, what="change", why="x")
    assert places.list_places(store) == (place,)
