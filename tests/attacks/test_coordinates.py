"""Coordinates that are wrong, and boundaries that are broken: detected, kept apart or repaired; counted; never guessed."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csg_maps.errors import InputRefused
from csg_maps.geography.area_repair import MOST_VERTICES
from csg_maps.geography.areas import area_of_points, read_area_layer
from csg_maps.intake.messages import describe
from csg_maps.intake.rows.records import make_records
from csg_maps.model.mapping import ColumnMapping
from tests.supplies import (
    POLICE_UK,
    codes_of,
    context_of,
    facts_of,
    read_street_csv,
    reasons_of,
    square_layer,
    table_of,
)

CARDIFF = {"lat": ["51.48", "51.49", "51.50"] * 10, "lng": ["-3.18", "-3.17", "-3.20"] * 10}
COUNCIL = {"area_layers": (("council", square_layer(W06000015=(-3.35, 51.37, -3.07, 51.56))),)}
COUNCIL_ONLY = {**COUNCIL, "extent_layer_id": "council"}


def records_of(lat, lng, *, fields=("latitude", "longitude"), crs="EPSG:4326", **context):
    frame = {"date": ["2024-03-01"] * len(lat), "y": lat, "x": lng}
    mapping = ColumnMapping({"date": "date", fields[0]: "y", fields[1]: "x"}, crs=crs, formats={"date": "YYYY-MM-DD"})
    found = make_records(table_of(frame), mapping, context_of(**context))
    assert found.counts.adds_up and found.counts.rows == len(lat)
    return found


def whole_file_fix(found, code):
    (facts,) = facts_of(found, code)
    return describe(code, facts)


@pytest.mark.parametrize("context", [{}, COUNCIL, COUNCIL_ONLY])
def test_attack_051_swapped_columns_are_asked_about_and_kept_apart(context):
    found = records_of(CARDIFF["lng"], CARDIFF["lat"], **context)
    assert reasons_of(found) == ["swapped-row"] * 30 and found.counts.accepted == 0
    message, fix = whole_file_fix(found, "swapped")
    assert "30 rows" in message and "Exchange the two columns" in fix
    assert found.quarantined["raw_latitude"].tolist() == CARDIFF["lng"], "nothing is silently changed"


def test_attack_051_one_swapped_row_among_good_ones_is_found():
    found = records_of(CARDIFF["lat"] + ["-3.18"], CARDIFF["lng"] + ["51.48"], **COUNCIL_ONLY)
    assert reasons_of(found) == ["swapped-row"] and found.quarantined["row"].tolist() == [32]
    assert "swapped" not in codes_of(found) and found.counts.accepted == 30


@pytest.mark.parametrize("crs", ["", "EPSG:27700"])
@pytest.mark.parametrize("context", [{}, COUNCIL_ONLY])
def test_attack_052_swapped_eastings_and_northings(context, crs):
    eastings, northings = ["318000", "318500", "319000"], ["176000", "176500", "177000"]
    good = records_of(northings, eastings, fields=("northing", "easting"), crs=crs, **context)
    assert good.counts.accepted == 3
    # Exchanged, Cardiff is a place in the Channel's approaches that the grid knows: only the extent can tell.
    bad = records_of(eastings, northings, fields=("northing", "easting"), crs=crs, **context)
    if context:
        assert reasons_of(bad) == ["swapped-row"] * 3 and "swapped" in codes_of(bad)
    northern = records_of(["400000"], ["800000"], fields=("northing", "easting"), crs=crs, **context)
    assert northern.counts.quarantined == 1, "east of Britain is in no place"


@pytest.mark.parametrize("context", [{}, COUNCIL, COUNCIL_ONLY])
def test_attack_053_a_lost_minus_is_caught(context):
    found = records_of(CARDIFF["lat"], [text.strip("-") for text in CARDIFF["lng"]], **context)
    assert reasons_of(found) == ["lost-minus-row"] * 30 and "minus" in whole_file_fix(found, "lost-minus")[0]
    one = records_of([*CARDIFF["lat"], "51.48"], [*CARDIFF["lng"], "3.18"], **context)
    assert one.counts.quarantined == (0 if context is COUNCIL and not context else 1)
    assert reasons_of(one) == ["lost-minus-row"]


@pytest.mark.parametrize(
    "lat, lng, reason",
    [
        ("NaN", "-3.18", "unreadable-coordinate"),
        ("51.48", "inf", "unreadable-coordinate"),
        ("1e308", "-3.18", "coordinate-out-of-range"),
        ("91", "-3.18", "coordinate-out-of-range"),
        ("51.48", "181", "coordinate-out-of-range"),
        ("0", "0", "zero-coordinate"),
        ("0.0", "-0.0", "zero-coordinate"),
        ("", "-3.18", "half-coordinate"),
        ("51.48", "", "half-coordinate"),
        ("somewhere", "", "unreadable-coordinate"),
    ],
)
def test_attack_054_no_number_no_place(lat, lng, reason):
    found = records_of([*CARDIFF["lat"], lat], [*CARDIFF["lng"], lng], **COUNCIL_ONLY)
    assert found.counts.accepted == 30 and reason in reasons_of(found)[0].split(",")
    told = found.problems[found.problems["code"] == reason]
    assert set(told["row"]) == {32} and set(told["column"]) <= {"x", "y"} and set(told["level"]) == {"quarantine"}


@pytest.mark.parametrize("context", [{}, COUNCIL_ONLY])
@pytest.mark.parametrize(
    "y, x, crs",
    [("176500", "318500", "EPSG:27700"), ("6706000", "-354000", "EPSG:3857")],
)
def test_attack_055_metres_in_the_columns_of_degrees(y, x, crs, context):
    found = records_of([y] * 12, [x] * 12, **context)
    assert found.counts.quarantined == 12 and "wrong-coordinate-system-row" in reasons_of(found)[0]
    assert crs in whole_file_fix(found, "wrong-coordinate-system")[1]


def test_attack_055_degrees_in_the_columns_of_metres():
    found = records_of(CARDIFF["lat"], CARDIFF["lng"], fields=("northing", "easting"), crs="EPSG:27700", **COUNCIL_ONLY)
    assert found.counts.accepted == 0 and "EPSG:4326" in whole_file_fix(found, "wrong-coordinate-system")[1]


def test_attack_055_utm_without_a_word_is_asked_by_the_areas(shared_data):
    frame = pd.read_csv(shared_data / "messy/vancouver_thefts.csv.gz", dtype=str, keep_default_na=False)
    areas = gpd.read_file(shared_data / "messy/vancouver_neighbourhoods.geojson")
    name = areas.columns[0]
    layer = read_area_layer(areas, code=name, name=name)[0]
    mapping = ColumnMapping({"year": "YEAR", "month": "MONTH", "day": "DAY", "easting": "X", "northing": "Y"})
    found = make_records(table_of(frame), mapping, context_of(area_layers=(("area", layer),)))
    assert found.counts.adds_up and found.counts.accepted < 0.1 * found.counts.rows
    assert "EPSG:32610" in whole_file_fix(found, "wrong-coordinate-system")[1]


def test_attack_058_rows_outside_the_council_are_quarantined_not_dropped():
    lat, lng = ["51.48", "51.48", "51.36", "51.364", "51.56"], ["-3.18", "-5.0", "-3.2", "-3.2", "-3.07"]
    lat, lng = lat + ["51.5"] * 5, lng + ["-3.2"] * 5
    found = records_of(lat, lng, **COUNCIL_ONLY)
    # 51.36 is 1.1 km south of the council; 51.3665 would be within the 500 m of a generalised outline
    assert found.quarantined["row"].tolist() == [3, 4, 5] and set(reasons_of(found)) == {"outside-area"}
    near = records_of(["51.3665", *lat[5:]], ["-3.2", *lng[5:]], **COUNCIL_ONLY)
    assert near.counts.accepted == 6 and near.accepted["area_council"].tolist()[0] == ""
    assert records_of(lat, lng, **COUNCIL).counts.accepted == 10, "a layer that is no extent bounds nothing"


def test_attack_058_a_real_month_leaves_out_no_row(shared_data):
    frame = read_street_csv(shared_data / "police_uk/2024-03-bedfordshire-street.csv")
    layer = read_area_layer(
        gpd.read_file(shared_data / "boundaries/bedfordshire/bedfordshire_lsoa11_merged.geojson"),
        code="LSOA11CD",
        name="LSOA11NM",
    )[0]
    found = make_records(table_of(frame), POLICE_UK, context_of(area_layers=(("lsoa", layer),), extent_layer_id="lsoa"))
    assert found.counts.adds_up and found.counts.rows == 5_272
    assert set(reasons_of(found)) == {"outside-area"} and found.counts.quarantined == 49
    outside = gpd.GeoSeries(gpd.points_from_xy(found.quarantined["longitude"], found.quarantined["latitude"]), crs=4326)
    outline = gpd.GeoSeries([shapely.union_all(layer.geometry)], crs=4326).to_crs(27700)[0]
    assert (outside.to_crs(27700).distance(outline) > 500).all()


def layer_of(*shapes):
    codes = [chr(65 + place) for place in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes}, geometry=list(shapes), crs="EPSG:4326")


def test_attack_060_a_bow_tie_is_repaired_and_told():
    bow_tie = shapely.Polygon([(0, 50), (1, 51), (1, 50), (0, 51)])
    layer, repairs = read_area_layer(layer_of(bow_tie), code="code", name="code")
    assert layer.geometry.is_valid.all() and [repair.kind for repair in repairs] == ["area-invalid"]
    assert area_of_points(layer, [50.5, 50.5], [0.1, 0.5]).tolist() == ["A", "A"]
    assert area_of_points(layer, [50.9], [0.5]).tolist() == [""]


def test_attack_060_empty_missing_points_lines_and_heights_are_told_and_only_areas_stay():
    spike = shapely.GeometryCollection([shapely.box(2, 50, 3, 51), shapely.LineString([(2, 50), (4, 50)])])
    shapes = (
        shapely.box(0, 50, 1, 51),
        shapely.Polygon(),
        None,
        shapely.Point(0.5, 50.5),
        shapely.LineString([(0, 50), (1, 51)]),
        shapely.force_3d(shapely.box(1, 50, 2, 51), 7),
        spike,
    )
    layer, repairs = read_area_layer(layer_of(*shapes), code="code", name="code")
    assert layer["area_code"].tolist() == ["A", "F", "G"] and not layer.has_z.any()
    assert set(layer.geom_type) <= {"Polygon", "MultiPolygon"}
    told = {repair.kind: (repair.count, repair.areas) for repair in repairs}
    assert told == {
        "area-empty": (2, ("B", "C")),
        "area-3d": (1, ("F",)),
        "area-not-polygon": (2, ("D", "E")),
    }
    with pytest.raises(InputRefused, match="no area"):
        read_area_layer(layer_of(shapely.Point(0, 50), None), code="code", name="code")


def test_attack_060_corners_that_are_no_numbers_are_left_out_and_told():
    broken = shapely.Polygon([(0, 50), (1, np.inf), (1, 51)])
    layer, repairs = read_area_layer(layer_of(broken, shapely.box(0, 50, 1, 51)), code="code", name="code")
    assert layer["area_code"].tolist() == ["B"]
    assert [(repair.kind, repair.areas) for repair in repairs] == [("area-empty", ("A",))]


def test_attack_060_a_million_corners_are_simplified_with_a_count():
    angles = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    wobble = 0.1 + 0.00001 * np.sin(5_000 * angles)
    coast = shapely.Polygon(np.column_stack([-3 + wobble * np.cos(angles), 51.5 + wobble * np.sin(angles)]))
    layer, repairs = read_area_layer(layer_of(coast), code="code", name="code")
    assert [(repair.kind, repair.count) for repair in repairs] == [("area-simplified", 1)]
    assert "100,000" in repairs[0].message
    assert shapely.get_num_coordinates(layer.geometry[0]) <= MOST_VERTICES
    assert layer.geometry[0].area == pytest.approx(coast.area, rel=1e-3)
