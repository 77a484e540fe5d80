"""An agency's layouts are remembered, one a layout, the newest."""

from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.store.profiles import find_profile, list_profiles, save_profile
from csg_maps.store.workspace import Store, open_store


def test_a_profile_is_found_by_agency_and_layout(store: Store) -> None:
    assert find_profile(store, agency="health", layout_key="k1") is None
    save_profile(store, LOCAL_ACTOR, agency="health", name="Monthly", layout_key="k1", mapping='{"fields": {}}')
    save_profile(store, LOCAL_ACTOR, agency="police", name="Monthly", layout_key="k1", mapping="{}")
    save_profile(
        store, LOCAL_ACTOR, agency="health", name="Monthly 2", layout_key="k1", mapping='{"fields": {"date": "Day"}}'
    )
    found = find_profile(open_store(store.folder), agency="health", layout_key="k1")
    assert found is not None
    assert (found.name, found.mapping) == ("Monthly 2", '{"fields": {"date": "Day"}}')
    assert find_profile(store, agency="health", layout_key="k2") is None
    assert [(entry.agency, entry.name) for entry in list_profiles(store)] == [
        ("health", "Monthly 2"),
        ("police", "Monthly"),
    ]
    assert [entry.agency for entry in list_profiles(store, agency="police")] == ["police"]
