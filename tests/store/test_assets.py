"""Assets in the store: the same source again updates, nobody overwrites another, and contacts are read in the open."""

import dataclasses
import json

import pytest

from csg_maps.errors import InputRefused, NotAllowed
from csg_maps.model.actor import LOCAL_ACTOR, RIGHTS, Actor
from csg_maps.model.asset import AssetRow
from csg_maps.model.opening_hours import OpeningHours, parse_hours
from csg_maps.store import assets, audit, guardian_contacts
from csg_maps.store.workspace import Store, create_store, data_version, find_damage

TODAY = "2026-11-24"


@pytest.fixture
def store(tmp_path) -> Store:
    return create_store(tmp_path / "store")


def row(key: str, **fields: object) -> AssetRow:
    given = AssetRow("school", f"School {key}", "", 52.1, -0.4, key, "", OpeningHours(), "", "", "")
    return dataclasses.replace(given, **fields)


def without(right: str) -> Actor:
    return Actor("some", "police", tuple(sorted(set(RIGHTS) - {right})))


def held(store: Store, key: str) -> assets.Asset:
    return next(one for one in assets.list_assets(store, status="") if one.source_key == key)


def test_the_same_source_again_updates_keeps_verification_and_marks_what_is_missing(store: Store) -> None:
    hours = parse_hours("Mo-Fr 09:00-15:00").hours
    first = assets.bring_in(store, LOCAL_ACTOR, "gias", [row("1", hours=hours), row("2"), row("3")], TODAY)
    assert (first.added, first.updated, first.unchanged, first.missing) == (3, 0, 0, 0)
    verified = {"verified_by": "Youth service", "verified_on": "2026-11-01", "review_on": "2027-11-01"}
    assets.change(store, LOCAL_ACTOR, held(store, "1").asset_id, version=1, what="edit", name_cy="Ysgol 1", **verified)
    again = assets.bring_in(store, LOCAL_ACTOR, "gias", [row("1", name="School One"), row("2"), row("4")], "2026-12-01")
    assert (again.added, again.updated, again.unchanged, again.missing) == (1, 1, 1, 1)
    one = held(store, "1")
    assert (one.name, one.name_cy, one.verified_by, one.verified_on, one.review_on) == (
        "School One", "Ysgol 1", "Youth service", "2026-11-01", "2027-11-01",
    )  # fmt: skip
    assert one.hours == hours
    assert one.version == 3
    assert (held(store, "3").status, held(store, "3").review_on) == ("in_use", "2026-12-01")
    assert len(assets.list_assets(store)) == 4


def test_a_later_verification_in_the_file_counts_and_an_earlier_one_does_not(store: Store) -> None:
    assets.bring_in(store, LOCAL_ACTOR, "a", [row("1", verified_by="X", verified_on="2026-05-01")], TODAY)
    assets.bring_in(store, LOCAL_ACTOR, "a", [row("1", verified_by="Y", verified_on="2026-04-01")], TODAY)
    assert (held(store, "1").verified_by, held(store, "1").verified_on) == ("X", "2026-05-01")
    assets.bring_in(store, LOCAL_ACTOR, "a", [row("1", verified_by="Z", verified_on="2026-06-01")], TODAY)
    assert (held(store, "1").verified_by, held(store, "1").verified_on) == ("Z", "2026-06-01")


def test_another_source_with_the_same_keys_is_apart(store: Store) -> None:
    assets.bring_in(store, LOCAL_ACTOR, "a", [row("1")], TODAY)
    done = assets.bring_in(store, LOCAL_ACTOR, "b", [row("1")], TODAY)
    assert (done.added, done.missing) == (1, 0)
    assert assets.list_sources(store) == {"a": 1, "b": 1}


def test_what_a_person_took_away_stays_away_until_a_person_brings_it_back(store: Store) -> None:
    assets.bring_in(store, LOCAL_ACTOR, "a", [row("1"), row("2")], TODAY)
    one = held(store, "1")
    gone = assets.change(store, LOCAL_ACTOR, one.asset_id, version=one.version, what="remove", status="removed")
    assert [asset.source_key for asset in assets.list_assets(store)] == ["2"]
    again = assets.bring_in(store, LOCAL_ACTOR, "a", [row("1", name="New"), row("2")], TODAY)
    assert (again.still_removed, again.unchanged) == (1, 1)
    assert held(store, "1").status == "removed"
    assets.change(store, LOCAL_ACTOR, one.asset_id, version=gone.version, what="restore", status="in_use")
    assert len(assets.list_assets(store)) == 2


def test_the_second_of_two_who_edit_at_once_is_told_and_nothing_is_lost(store: Store) -> None:
    assets.bring_in(store, LOCAL_ACTOR, "a", [row("1")], TODAY)
    opened = held(store, "1")
    assets.change(store, LOCAL_ACTOR, opened.asset_id, version=opened.version, what="edit", name="First")
    with pytest.raises(InputRefused, match="local changed this at"):
        assets.change(store, LOCAL_ACTOR, opened.asset_id, version=opened.version, what="edit", name="Second")
    assert held(store, "1").name == "First"
    with pytest.raises(InputRefused, match="no such asset"):
        assets.change(store, LOCAL_ACTOR, "nothing", version=1, what="edit", name="x")
    with pytest.raises(InputRefused):
        assets.change(store, LOCAL_ACTOR, opened.asset_id, version=2, what="edit", latitude=1.0)


def test_changes_need_the_right_move_the_version_and_are_in_the_audit(store: Store) -> None:
    with pytest.raises(NotAllowed):
        assets.bring_in(store, without("manage_areas"), "a", [row("1")], TODAY)
    before = data_version(store)
    assets.bring_in(store, LOCAL_ACTOR, "a secret name", [row("1", name="A name")], TODAY)
    assert data_version(store) == before + 1
    one = held(store, "1")
    with pytest.raises(NotAllowed):
        assets.change(store, without("manage_areas"), one.asset_id, version=1, what="edit", name="x")
    assets.change(store, LOCAL_ACTOR, one.asset_id, version=1, what="edit", name="Another name")
    entries = audit.entries(store)
    assert entries["action"].tolist()[-2:] == ["bring-in-assets", "edit-asset"]
    said = " ".join(entries["detail"])
    assert "name" in said
    assert "A name" not in said and "Another" not in said and "secret" not in said
    assert find_damage(store) == ""


CONTACT = {"name": "Pat Canary", "role": "Manager", "phone": "01234 567890", "email": "", "agreed_on": "2026-11-01"}


def test_contacts_are_read_with_the_right_only_and_every_reading_is_recorded(store: Store) -> None:
    assets.bring_in(store, LOCAL_ACTOR, "a", [row("1", kind="guardian")], TODAY)
    asset_id = held(store, "1").asset_id
    kept = guardian_contacts.add_contact(store, LOCAL_ACTOR, asset_id, **CONTACT)
    assert guardian_contacts.count_contacts(store) == 1
    for deed in (
        lambda actor: guardian_contacts.read_contacts(store, actor),
        lambda actor: guardian_contacts.add_contact(store, actor, asset_id, **CONTACT),
        lambda actor: guardian_contacts.delete_contact(store, actor, kept.contact_id, version=1),
        lambda actor: guardian_contacts.change_contact(store, actor, kept.contact_id, version=1, role="x"),
    ):
        with pytest.raises(NotAllowed):
            deed(without("see_contacts"))
    before = len(audit.entries(store))
    assert [one.name for one in guardian_contacts.read_contacts(store, LOCAL_ACTOR)] == ["Pat Canary"]
    assert guardian_contacts.read_contacts(store, LOCAL_ACTOR, "other") == ()
    entries = audit.entries(store)
    assert entries["action"].tolist()[before:] == ["read-contacts", "read-contacts"]
    assert json.loads(entries["detail"].iloc[before])["contacts"] == 1
    assert "Pat" not in " ".join(entries["detail"]) and "567890" not in " ".join(entries["detail"])


def test_a_contact_changed_since_is_not_overwritten_and_a_deleted_one_is_gone(store: Store) -> None:
    assets.bring_in(store, LOCAL_ACTOR, "a", [row("1", kind="guardian")], TODAY)
    kept = guardian_contacts.add_contact(store, LOCAL_ACTOR, held(store, "1").asset_id, **CONTACT)
    guardian_contacts.change_contact(store, LOCAL_ACTOR, kept.contact_id, version=1, role="Owner")
    with pytest.raises(InputRefused, match="changed this"):
        guardian_contacts.change_contact(store, LOCAL_ACTOR, kept.contact_id, version=1, role="Other")
    guardian_contacts.delete_contact(store, LOCAL_ACTOR, kept.contact_id, version=2)
    assert guardian_contacts.count_contacts(store) == 0
    with pytest.raises(InputRefused, match="no such asset"):
        guardian_contacts.add_contact(store, LOCAL_ACTOR, "nothing", **CONTACT)
