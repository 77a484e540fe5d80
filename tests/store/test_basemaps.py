"""The rows and files of base maps: complete or not there, one shown, sealed, and gone when removed."""

import sqlite3

import geopandas as gpd
import pytest
import shapely

from csg_maps.errors import InputRefused, NotAllowed
from csg_maps.layers.tiles import read_tile
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.store import audit, basemaps
from csg_maps.store.verify import verify
from csg_maps.store.workspace import Store, data_version
from tests.mbtiles import picture

BOUNDS = (52.0, -0.6, 52.3, -0.3)
FEATURES = gpd.GeoDataFrame(
    {"kind": ["street"], "rank": [0], "name": [""], "name_cy": [""]},
    geometry=[shapely.LineString([(0, 52), (1, 52)])], crs=4326,
)  # fmt: skip


def begin(store: Store, **options) -> basemaps.BaseMap:
    asked = {"name": "Plan", "kind": "drawn", "attribution": "OS", "zooms": (10, 11), "bounds": BOUNDS}
    return basemaps.begin(store, LOCAL_ACTOR, **{**asked, "features": FEATURES, "recipe": "r1", **options})


def complete(store: Store, **options) -> basemaps.BaseMap:
    begun = begin(store, **options)
    with basemaps.tiles_being_made(store, begun.basemap_id) as made:
        basemaps.put_block(made, 10, (0, 0), [(5, 7, picture()), (6, 7, picture())])
    return basemaps.finish(store, LOCAL_ACTOR, begun.basemap_id)


def test_only_a_complete_map_can_be_shown_or_served(store: Store) -> None:
    begun = begin(store)
    assert begun.state == "drawing" and not begun.is_shown
    assert not basemaps.basemap_path(store, begun.basemap_id).exists()
    with pytest.raises(InputRefused, match="not complete"):
        basemaps.show(store, LOCAL_ACTOR, begun.basemap_id)
    assert basemaps.shown(store) is None


def test_a_finished_map_is_shown_sealed_and_served_with_rows_from_the_north(store: Store) -> None:
    before = data_version(store)
    done = complete(store)
    assert done.state == "ready" and done.is_shown and len(done.sha256) == 64
    assert data_version(store) > before
    path = basemaps.basemap_path(store, done.basemap_id)
    found = read_tile(path, 10, 5, 7)
    assert found is not None and found[0] == picture()
    assert read_tile(path, 10, 5, 8) is None
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT tile_row FROM tiles LIMIT 1").fetchone()[0] == 2**10 - 1 - 7
        assert database.execute("SELECT count(*) FROM images").fetchone()[0] == 1  # equal pictures once
    database.close()
    assert verify(store).is_sound


def test_equal_pictures_of_other_zooms_are_kept_once_and_blocks_are_remembered(store: Store) -> None:
    begun = begin(store)
    with basemaps.tiles_being_made(store, begun.basemap_id) as made:
        basemaps.put_block(made, 10, (0, 0), [(5, 7, picture())])
        basemaps.put_block(made, 11, (1, 2), [(9, 9, picture()), (9, 10, picture((1, 2, 3)))])
        assert basemaps.done_blocks(made) == {(10, 0, 0), (11, 1, 2)}
        assert basemaps.tile_counts(made) == (3, 2)


def test_a_second_map_takes_the_place_of_the_first(store: Store) -> None:
    first, second = complete(store), complete(store, name="Other")
    assert basemaps.shown(store).basemap_id == second.basemap_id
    basemaps.show(store, LOCAL_ACTOR, first.basemap_id)
    assert [one.basemap_id for one in basemaps.list_basemaps(store) if one.is_shown] == [first.basemap_id]
    basemaps.show(store, LOCAL_ACTOR, "")
    assert basemaps.shown(store) is None


def test_removing_leaves_no_file(store: Store) -> None:
    done, begun = complete(store), begin(store)
    basemaps.remove(store, LOCAL_ACTOR, done.basemap_id)
    basemaps.remove(store, LOCAL_ACTOR, begun.basemap_id)
    assert list((store.folder / "basemaps").iterdir()) == []
    assert basemaps.list_basemaps(store) == []


def test_each_change_is_in_the_audit(store: Store) -> None:
    done = complete(store)
    basemaps.show(store, LOCAL_ACTOR, "")
    basemaps.remove(store, LOCAL_ACTOR, done.basemap_id)
    assert list(audit.entries(store)["action"])[-4:] == [
        "begin-basemap",
        "add-basemap",
        "show-basemap",
        "remove-basemap",
    ]


def test_a_changed_file_is_found(store: Store) -> None:
    done = complete(store)
    with sqlite3.connect(basemaps.basemap_path(store, done.basemap_id)) as database:
        database.execute("UPDATE images SET tile_data = x'00'")
    database.close()
    assert not verify(store).is_sound


def test_an_unfinished_map_is_found_by_its_recipe(store: Store) -> None:
    begun = begin(store)
    assert basemaps.unfinished(store, "r1").basemap_id == begun.basemap_id
    assert basemaps.unfinished(store, "r2") is None and basemaps.unfinished(store, "") is None
    assert len(basemaps.features_of(store, begun.basemap_id)) == 1


def test_an_actor_without_the_right_changes_nothing(store: Store) -> None:
    done = complete(store)
    reader = Actor("reader", "", ("see_counts",))
    for act in (basemaps.show, basemaps.remove):
        with pytest.raises(NotAllowed):
            act(store, reader, done.basemap_id)


@pytest.mark.parametrize("odd", ["../../etc/passwd", "0" * 15, "ABCDEF0123456789", "x", "0" * 16 + "/.."])
def test_an_odd_id_names_no_file(store: Store, odd: str) -> None:
    with pytest.raises(InputRefused):
        basemaps.basemap_path(store, odd)
