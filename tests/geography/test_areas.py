"""Which area a point or cell lies in: exactly one, always the same, and equal to an independent count."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csg_maps.errors import InputRefused
from csg_maps.geography.areas import (
    area_neighbours,
    area_of_cells,
    area_of_points,
    convert_codes,
    distance_outside_m,
    read_area_layer,
)
from csg_maps.geography.cells import points_to_cells


def layer_of(shapes: dict[str, shapely.Geometry], crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": list(shapes), "label": list(shapes)}, geometry=list(shapes.values()), crs=crs)


def read(shapes: dict[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    return read_area_layer(layer_of(shapes), code="code", name="label")[0]


@pytest.fixture(scope="module")
def lsoas(shared_data):
    frame = gpd.read_file(shared_data / "boundaries/bedfordshire/bedfordshire_lsoa11_merged.geojson")
    return read_area_layer(frame, code="LSOA11CD", name="LSOA11NM")


def test_the_381_lsoas_are_read_and_the_one_invalid_outline_is_repaired_and_told(lsoas):
    layer, repairs = lsoas
    assert len(layer) == 381 and layer.geometry.is_valid.all()
    assert [(repair.kind, repair.count, repair.areas) for repair in repairs] == [("area-invalid", 1, ("E01017486",))]
    assert "E01017486" in repairs[0].message
    assert layer.columns.tolist() == ["area_code", "area_name", "area_name_cy", "geometry"]


def test_points_lie_in_the_area_that_geopandas_says(lsoas):
    layer, _ = lsoas
    west, south, east, north = layer.total_bounds
    rng = np.random.default_rng(7)
    lng, lat = rng.uniform(west, east, 20_000), rng.uniform(south, north, 20_000)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lng, lat), crs=4326)
    joined = gpd.sjoin(points, layer, predicate="within")
    expected = pd.Series("", index=points.index, dtype=object)
    expected[joined.index] = joined["area_code"]
    assert joined.index.is_unique
    assert (area_of_points(layer, lat, lng) == expected.to_numpy()).all()


def test_a_point_on_a_shared_border_lies_in_one_area_whatever_the_order():
    left, right = shapely.box(0, 50, 1, 51), shapely.box(1, 50, 2, 51)
    for shapes in ({"A": left, "B": right}, {"B": right, "A": left}):
        frame = layer_of(shapes).rename(columns={"code": "area_code"})
        assert area_of_points(frame, [50.5, 50.5, 50.0], [1.0, 0.5, 1.0]).tolist() == ["A", "A", "A"]


def test_points_without_place_and_points_elsewhere_lie_in_no_area():
    square = read({"A": shapely.box(0, 50, 1, 51)})
    assert area_of_points(square, [np.nan, 50.5, np.inf, 60.0], [0.5, np.nan, 0.5, 0.5]).tolist() == [""] * 4
    assert area_of_points(square, [], []).tolist() == []


def test_a_cell_belongs_to_the_area_of_its_centre_and_says_when_it_reaches_beyond():
    square = read({"A": shapely.box(-1, 50, 0, 51), "B": shapely.box(0, 50, 1, 51)})
    cells = np.append(points_to_cells([50.5, 50.5, 50.5, 40.0], [-0.5, 0.5, 0.0, 0.0], 8), 0)
    found = area_of_cells(square, cells)
    assert found["cell"].dtype == "int64" and found["cell"].tolist() == cells.tolist()
    assert found["area_code"].tolist()[:2] == ["A", "B"] and found["area_code"].tolist()[3:] == ["", ""]
    assert found["area_code"][2] in {"A", "B"}
    assert found["crosses"].tolist() == [False, False, True, False, False]


def test_neighbours_touch_and_the_matrix_is_symmetric(lsoas):
    matrix = area_neighbours(lsoas[0])
    assert (matrix != matrix.T).nnz == 0 and set(matrix.data) == {1.0}
    assert (matrix.diagonal() == 1).all() and matrix.sum() > 381 * 4


def test_split_codes_become_the_old_code_and_ambiguous_ones_none(shared_data):
    lookup = pd.read_csv(shared_data / "boundaries/bedfordshire/lookup_lsoa11_lsoa21_lad22_bedfordshire.csv", dtype=str)
    forward = lookup.rename(columns={"LSOA21CD": "from_code", "LSOA11CD": "to_code"})
    converted = convert_codes(forward["from_code"], forward)
    assert len(set(forward["from_code"])) == 417 and len(set(converted)) == 381
    backward = lookup.rename(columns={"LSOA11CD": "from_code", "LSOA21CD": "to_code"})
    back = convert_codes(sorted(set(backward["from_code"])), backward)
    assert (back == "").sum() == 24 and convert_codes(["elsewhere"], backward).tolist() == ["elsewhere"]


def test_distance_outside_is_metres_and_nothing_inside():
    square = read({"A": shapely.box(-0.5, 51.8, -0.3, 52.0), "B": shapely.box(-0.3, 51.8, -0.1, 52.0)})
    found = distance_outside_m(square, [51.9, 51.9, 52.0 + 1 / 111.2, np.nan], [-0.4, -0.3, -0.2, 0.0])
    assert found[:2].tolist() == [0, 0] and found[2] == pytest.approx(1000, abs=5) and np.isnan(found[3])
    near = distance_outside_m(square, [51.9, 52.02], [-0.4, -0.2], within_m=500)
    assert near.tolist() == [0, np.inf]


def test_a_layer_without_coordinate_system_is_refused_with_what_to_do():
    frame = layer_of({"A": shapely.box(0, 0, 1, 1)}).set_crs(None, allow_override=True)
    with pytest.raises(InputRefused, match="EPSG:27700"):
        read_area_layer(frame, code="code", name="label")
    with pytest.raises(InputRefused, match="nothere"):
        read_area_layer(layer_of({"A": shapely.box(0, 0, 1, 1)}), code="nothere", name="label")
    metres = layer_of({"A": shapely.box(508000, 221000, 509000, 222000)})
    with pytest.raises(InputRefused, match="globe"):
        read_area_layer(metres, code="code", name="label")


def test_a_code_that_occurs_three_times_is_one_area(shared_data):
    layer, repairs = read_area_layer(
        gpd.read_file(shared_data / "messy/chicago_police_districts.kml"), code="Name", name="Name"
    )
    assert len(layer) == 23 and layer["area_code"].is_unique
    assert [(repair.kind, repair.count, repair.areas) for repair in repairs] == [("area-repeated", 3, ("31",))]


def test_numeric_codes_keep_no_decimal_point_and_welsh_names_are_kept():
    frame = gpd.GeoDataFrame(
        {"code": [7.0, np.nan], "label": ["Cardiff", "None"], "cy": ["Caerdydd", ""]},
        geometry=[shapely.box(-3.3, 51.4, -3.1, 51.6), shapely.box(0, 0, 1, 1)],
        crs=4326,
    )
    layer, repairs = read_area_layer(frame, code="code", name="label", name_cy="cy")
    assert layer[["area_code", "area_name", "area_name_cy"]].values.tolist() == [["7", "Cardiff", "Caerdydd"]]
    assert [repair.kind for repair in repairs] == ["area-no-code"]


def test_layers_in_other_systems_come_out_in_degrees(shared_data):
    frame = gpd.read_file(shared_data / "boundaries/bedfordshire/lsoa_bedfordshire_box.shp.zip")
    layer, _ = read_area_layer(frame, code="LSOA11CD", name="LSOA11NM")
    assert layer.crs == "EPSG:4326" and len(layer) == 148
    assert layer.total_bounds[0] == pytest.approx(-0.6, abs=0.4)


def test_overlapping_areas_are_told():
    _, repairs = read_area_layer(
        layer_of({"A": shapely.box(0, 50, 1, 51), "B": shapely.box(0.5, 50, 1.5, 51)}), code="code", name="label"
    )
    assert [(repair.kind, repair.areas) for repair in repairs] == [("area-overlap", ("A + B",))]
