"""Reference data is kept whole, replaced whole, and restricted where it must be."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csg_maps.errors import InputRefused, NotAllowed, SchemaBroken
from csg_maps.geography.cells import parents, points_to_cells
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.store import audit, reference
from csg_maps.store.workspace import Store, data_version
from tests.store.synthetic import HEALTH

POSTCODES = pd.DataFrame(
    {"postcode": ["LU11AA", "MK409BX"], "latitude": [51.88, 52.13], "longitude": [-0.42, -0.46], "area_code": ["", ""]}
).astype({"postcode": "str", "area_code": "str"})
PREMISES = pd.DataFrame(
    {
        "premises_id": ["1"],
        "kind": ["protected"],
        "label": ["The Lodge"],
        "latitude": [52.13],
        "longitude": [-0.46],
        "radius_m": [40.0],
    }
).astype({"premises_id": "str", "kind": "str", "label": "str"})


def test_postcodes_come_back_and_are_replaced(store: Store) -> None:
    assert reference.read_postcodes(store) is None
    reference.save_postcodes(store, LOCAL_ACTOR, POSTCODES)
    pd.testing.assert_frame_equal(reference.read_postcodes(store), POSTCODES)
    reference.save_postcodes(store, LOCAL_ACTOR, POSTCODES[:1])
    assert len(reference.read_postcodes(store)) == 1
    assert len(list((store.folder / "postcodes").glob("*"))) == 1
    with pytest.raises(SchemaBroken):
        reference.save_postcodes(store, LOCAL_ACTOR, POSTCODES.assign(latitude="52"))
    with pytest.raises(NotAllowed):
        reference.save_postcodes(store, HEALTH, POSTCODES)


def test_premises_are_read_by_right_and_told_in_the_audit_without_the_address(store: Store) -> None:
    assert reference.read_premises(store, LOCAL_ACTOR) is None
    reference.save_premises(store, LOCAL_ACTOR, PREMISES)
    pd.testing.assert_frame_equal(reference.read_premises(store, LOCAL_ACTOR), PREMISES)
    importer = Actor("i", "health", ("import",))
    assert len(reference.read_premises(store, importer, why="import")) == 1
    for actor, why in ((importer, "look"), (HEALTH, "import"), (LOCAL_ACTOR, "curiosity")):
        with pytest.raises(NotAllowed):
            reference.read_premises(store, actor, why=why)
    with pytest.raises(NotAllowed):
        reference.save_premises(store, importer, PREMISES)
    entries = audit.entries(store)
    assert entries["action"].tolist() == ["save-reference", "read-premises", "read-premises"]
    assert not entries["detail"].str.contains("Lodge|52.13").any()
    (path,) = (store.folder / "premises").glob("*")
    assert path.stat().st_mode & 0o077 == 0


def test_settled_ground_of_every_kind_is_put_together(store: Store) -> None:
    assert not len(reference.ground_cells(store, 9))
    streets = points_to_cells([52.13, 52.13, np.nan], [-0.46, -0.40, -0.46])
    assets = points_to_cells([52.13, 52.20], [-0.46, -0.46])
    before = data_version(store)
    reference.add_ground(store, LOCAL_ACTOR, "streets", streets)
    reference.add_ground(store, LOCAL_ACTOR, "assets", assets)
    assert data_version(store) == before + 2
    found = reference.ground_cells(store, 9)
    assert found.dtype == np.int64
    assert found.tolist() == sorted(set(parents(np.concatenate([streets[:2], assets]), 9).tolist()))
    assert len(reference.ground_cells(store, 11)) == 3
    reference.add_ground(store, LOCAL_ACTOR, "streets", streets[:1])
    assert len(reference.ground_cells(store, 11)) == 2
    with pytest.raises(InputRefused, match="streets"):
        reference.add_ground(store, LOCAL_ACTOR, "fields", streets)
    with pytest.raises(SchemaBroken):
        reference.add_ground(store, LOCAL_ACTOR, "streets", streets.astype("float64"))


def test_lines_of_the_base_map_keep_their_shape_and_nothing_else(store: Store) -> None:
    assert reference.read_lines(store, "water").empty
    line = shapely.LineString([(-0.46, 52.13), (-0.45, 52.14)])
    river = gpd.GeoDataFrame({"name": ["Ouse"]}, geometry=[line], crs=4326)
    reference.save_lines(store, LOCAL_ACTOR, "water", river.to_crs(27700))
    found = reference.read_lines(store, "water")
    assert list(found.columns) == ["geometry"]
    assert found.crs == "EPSG:4326"
    assert found.geometry[0].equals_exact(line, 1e-7)
    with pytest.raises(InputRefused):
        reference.save_lines(store, LOCAL_ACTOR, "../up", river)
    with pytest.raises(InputRefused):
        reference.save_lines(store, LOCAL_ACTOR, "water", gpd.GeoDataFrame(geometry=[line]))


def test_two_kinds_with_the_same_content_do_not_lose_it(store: Store) -> None:
    cells = points_to_cells([52.13], [-0.46])
    reference.add_ground(store, LOCAL_ACTOR, "streets", cells)
    reference.add_ground(store, LOCAL_ACTOR, "assets", cells)
    reference.add_ground(store, LOCAL_ACTOR, "assets", points_to_cells([52.2], [-0.46]))
    assert len(reference.ground_cells(store, 11)) == 2
