"""Counts by area: the code kept at intake for these boundaries, else the cell's centre, else the supplied code."""

import itertools

import geopandas as gpd
import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa

from csg_maps.errors import InputRefused, NotAllowed, SchemaBroken, StoreProblem
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import AreaPlace, CellPlace, make_filter
from csg_maps.store import areas, batches, counts
from csg_maps.store.workspace import Store, data_version, writing
from tests.store.synthetic import HEALTH, made_up, seal_frame

EVERYTHING = make_filter()


def grid(columns: int = 3, name: str = "S") -> gpd.GeoDataFrame:
    """Squares side by side around Bedford; what lies outside is in no area."""
    edges = np.linspace(-0.66, -0.30, columns + 1)
    boxes = [shapely.box(west, 52.05, east, 52.20) for west, east in itertools.pairwise(edges)]
    codes = [f"{name}{number}" for number in range(columns)]
    return gpd.GeoDataFrame(
        {"area_code": codes, "area_name": [f"Area {code}" for code in codes], "area_name_cy": ""},
        geometry=boxes,
        crs=4326,
    ).astype({"area_code": "str", "area_name": "str", "area_name_cy": "str"})


def add(store: Store, layer_id: str = "squares", layer: gpd.GeoDataFrame | None = None) -> areas.Layer:
    return areas.add_layer(
        store,
        LOCAL_ACTOR,
        layer_id=layer_id,
        name="Squares",
        name_cy="Sgwariau",
        gdf=grid() if layer is None else layer,
        is_extent=False,
        repairs=[{"code": "bow-tie", "areas": 1}],
    )


def centre_area(cell: int, layer: gpd.GeoDataFrame) -> str:
    lat, lng = h3.cell_to_latlng(cell)
    point = shapely.Point(lng, lat)
    return next((code for code, box in zip(layer["area_code"], layer.geometry, strict=True) if box.contains(point)), "")


def by_area(store: Store, layer_id: str = "squares", **options: object) -> dict[str, int]:
    found = counts.count(store, LOCAL_ACTOR, options.pop("chosen", EVERYTHING), AreaPlace(layer_id))  # type: ignore[arg-type]
    assert list(found.columns) == ["area_code", "count"]
    return dict(zip(found["area_code"], found["count"], strict=True))


def test_a_layer_comes_back_as_it_was_kept(store: Store) -> None:
    before = data_version(store)
    kept = add(store)
    assert areas.list_layers(store) == (kept,)
    assert (kept.features, kept.name_cy, kept.is_extent) == (3, "Sgwariau", False)
    layer = areas.read_layer(store, "squares")
    assert layer.crs == "EPSG:4326"
    assert layer["area_code"].tolist() == ["S0", "S1", "S2"]
    assert layer.geometry.equals(grid().geometry)
    layer["area_code"] = "changed"
    assert areas.read_layer(store, "squares")["area_code"].tolist() == ["S0", "S1", "S2"]
    assert data_version(store) > before


def test_a_layer_is_refused_when_it_cannot_stand(store: Store) -> None:
    add(store)
    with pytest.raises(InputRefused, match="already"):
        add(store)
    twice = grid()
    twice["area_code"] = "S0"
    for wrong in (twice, grid().to_crs(27700), grid().drop(columns="area_name"), grid().iloc[:0]):
        with pytest.raises(SchemaBroken):
            add(store, "other", wrong)
    with pytest.raises(SchemaBroken):
        add(store, "../up")
    with pytest.raises(InputRefused, match="squares"):
        areas.read_layer(store, "wards")
    assert len(list((store.folder / "areas").glob("*.parquet"))) == 1
    with pytest.raises(NotAllowed):
        areas.remove_layer(store, HEALTH, "squares")


def test_codes_kept_at_intake_are_counted_as_they_are(store: Store) -> None:
    add(store)
    codes = np.array(["S0", "S2", "", "S2"] * 50)
    seal_frame(store, made_up(200, area_squares=codes))
    assert by_area(store) == {"": 50, "S0": 50, "S2": 100}  # whatever the cells say
    assert counts.misplaced_share(store, LOCAL_ACTOR, EVERYTHING, "squares") == 0.0


def test_for_a_later_layer_the_centre_of_the_cell_decides(store: Store) -> None:
    frame = made_up(1_500, 5)
    seal_frame(store, frame)
    add(store)
    layer = grid()
    wanted: dict[str, int] = {}
    crossing = placed = 0
    outlines = shapely.unary_union(layer.boundary.to_numpy())
    for cell in frame["cell"].tolist():
        code = centre_area(cell, layer) if cell else ""
        wanted[code] = wanted.get(code, 0) + 1
        if cell:
            placed += 1
            hexagon = shapely.Polygon([(lng, lat) for lat, lng in h3.cell_to_boundary(cell)])
            crossing += hexagon.intersects(outlines)
    assert by_area(store) == wanted
    share = counts.misplaced_share(store, LOCAL_ACTOR, EVERYTHING, "squares")
    assert share == pytest.approx(crossing / placed)
    assert 0 < share < 0.2


def test_new_records_are_placed_too_without_being_asked_for(store: Store) -> None:
    seal_frame(store, made_up(100, 1))
    add(store)
    before = by_area(store)
    areas.refresh_cells(store, "squares")
    other = made_up(300, 2)
    seal_frame(store, other)
    added = sum(by_area(store).values()) - sum(before.values())
    assert added == 300
    layer = grid()
    wanted = [centre_area(cell, layer) if cell else "" for cell in other["cell"].tolist()]
    assert by_area(store).get("S1", 0) - before.get("S1", 0) == wanted.count("S1")


def test_records_with_an_area_code_only_are_counted_where_they_say(store: Store) -> None:
    frame = made_up(8, 1)
    frame["cell"] = np.int64(0)
    frame["supplied_area_code"] = pd.Series(["S1", "S1", "OLD1", "OLD2", "SPLIT", "E99", "", "S0"], dtype="str")
    seal_frame(store, frame)
    add(store)
    assert by_area(store) == {"": 5, "S0": 1, "S1": 2}
    pairs = [("OLD1", "S2"), ("OLD2", "S0"), ("SPLIT", "S0"), ("SPLIT", "S1"), ("S1", "S2")]
    lookup = pd.DataFrame([("squares", *pair) for pair in pairs], columns=["layer_id", "from_code", "to_code"])
    areas.add_lookup(store, LOCAL_ACTOR, lookup)
    assert by_area(store) == {"": 3, "S0": 2, "S1": 2, "S2": 1}  # a code that was split stays unknown
    assert len(areas.read_lookup(store, "squares")) == 5
    assert areas.read_lookup(store, "wards").empty


def test_a_changed_table_of_codes_is_noticed_before_it_is_used(store: Store) -> None:
    seal_frame(store, made_up(5))
    add(store)
    lookup = pd.DataFrame([("squares", "OLD1", "S2")], columns=["layer_id", "from_code", "to_code"])
    areas.add_lookup(store, LOCAL_ACTOR, lookup)
    assert sum(by_area(store).values()) == 5
    with writing(store) as connection:
        connection.execute(sa.text("UPDATE lookups SET to_code = 'S1'"))
    with pytest.raises(StoreProblem, match="squares"):
        by_area(store)
    areas.add_lookup(store, LOCAL_ACTOR, lookup)
    assert sum(by_area(store).values()) == 5


def test_batches_that_know_a_layer_and_batches_that_do_not_add_up(store: Store) -> None:
    early, late = made_up(400, 1), made_up(300, 2)
    seal_frame(store, early)
    add(store)
    seal_frame(store, late.assign(area_squares=pd.Series("S1", index=late.index, dtype="str")))
    found = by_area(store)
    layer = grid()
    by_centre = [centre_area(cell, layer) if cell else "" for cell in early["cell"].tolist()]
    assert sum(found.values()) == 700
    assert found["S1"] == by_centre.count("S1") + 300
    assert found["S0"] == by_centre.count("S0")
    within = make_filter(within=(("squares", "S1"),))
    assert counts.totals(store, LOCAL_ACTOR, within)["records"][0] == found["S1"]
    both = make_filter(within=(("squares", "S0"), ("squares", "S1")))
    assert by_area(store, chosen=both) == {"S0": found["S0"], "S1": found["S1"]}
    cells = counts.count(store, LOCAL_ACTOR, within, CellPlace(9))["count"].sum()
    assert 0 < cells <= found["S1"]


def test_two_layers_must_both_hold(store: Store) -> None:
    frame = made_up(600, 1)
    seal_frame(store, frame)
    add(store, "squares")
    add(store, "halves", grid(2, "H"))
    chosen = make_filter(within=(("squares", "S1"), ("halves", "H0")))
    squares, halves = grid(), grid(2, "H")
    wanted = sum(
        centre_area(cell, squares) == "S1" and centre_area(cell, halves) == "H0"
        for cell in frame["cell"].tolist()
        if cell
    )
    assert counts.totals(store, LOCAL_ACTOR, chosen)["records"][0] == wanted > 0
    assert by_area(store, "halves", chosen=chosen) == {"H0": wanted}


def test_a_layer_of_the_same_name_with_other_boundaries_does_not_use_old_codes(store: Store) -> None:
    add(store)
    frame = made_up(500, 1, area_squares="S2")
    seal_frame(store, frame)
    assert by_area(store) == {"S2": 500}
    areas.remove_layer(store, LOCAL_ACTOR, "squares")
    with pytest.raises(InputRefused):
        by_area(store)
    add(store, layer=grid(2, "N"))
    layer = grid(2, "N")
    wanted = pd.Series([centre_area(cell, layer) if cell else "" for cell in frame["cell"].tolist()])
    assert by_area(store) == wanted.value_counts().to_dict()


def test_a_withdrawn_batch_leaves_the_areas(store: Store) -> None:
    batch_id = seal_frame(store, made_up(100, 1))
    add(store)
    assert sum(by_area(store).values()) == 100
    batches.withdraw(store, LOCAL_ACTOR, batch_id, "a test")
    assert by_area(store) == {}


def test_an_area_code_of_an_attacker_is_a_value(store: Store) -> None:
    seal_frame(store, made_up(10))
    add(store)
    chosen = make_filter(within=(("squares", "S1' OR '1'='1"),))
    assert counts.totals(store, LOCAL_ACTOR, chosen)["records"][0] == 0
    with pytest.raises(InputRefused):
        counts.count(store, LOCAL_ACTOR, EVERYTHING, AreaPlace('squares"; DROP TABLE x'))
