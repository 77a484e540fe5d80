"""Rows of a list of assets: each is accepted, refused or a duplicate, and the reason names row and column."""

import datetime
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from csg_maps.geography.premises import read_premises
from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.meaning.asset_columns import suggest_asset_mapping
from csg_maps.intake.rows.asset_rows import AssetContext, AssetRows, read_asset_rows
from csg_maps.model.asset import AssetMapping
from csg_maps.model.opening_hours import parse_hours

TODAY = datetime.date(2026, 11, 24)
COUNCIL = gpd.GeoDataFrame({"area_code": ["A"]}, geometry=[shapely.box(-0.5, 52.0, -0.3, 52.2)], crs="EPSG:4326")


@pytest.fixture
def read(tmp_path: Path):
    """Write a file and read it as assets, as it is proposed or with a mapping of one's own."""

    def run(text: str, name: str = "list.csv", mapping: AssetMapping | None = None, **context: object) -> AssetRows:
        path = tmp_path / "file"
        path.write_text(text, encoding="utf-8")
        (table,) = read_tables(path, name).tables
        proposed = suggest_asset_mapping(table, name).mapping
        result = read_asset_rows(table, mapping or proposed, AssetContext(TODAY, **context))
        assert result.counts.adds_up
        return result

    return run


def told(result: AssetRows) -> set[tuple[str, str, int, str]]:
    return {(one.code, one.level, one.row, one.column) for one in result.problems}


def test_each_row_has_one_fate_and_its_reason(read) -> None:
    result = read(
        "ID,Name,Type,Lat,Lon,Opening hours\n"
        "1,One School,School,52.1,-0.4,Mo-Fr 09:00-15:00\n"
        "2,Two Pub,Pub,52.11,-0.41,when we like\n"
        "3,Three,School,52.12,,\n"
        "4,Four,School,north,-0.4,\n"
        "5,Five,School,,,\n"
        "1,One again,School,52.1,-0.4,\n"
        "6,Six,Lighthouse,52.1,-0.42,\n"
        "7,Seven,School,0,0,\n",
        mapping=AssetMapping(
            {"name": "Name", "kind": "Type", "latitude": "Lat", "longitude": "Lon", "source_key": "ID",
             "opening_hours": "Opening hours"}
        ),
    )  # fmt: skip
    assert (result.counts.rows, result.counts.accepted, result.counts.refused, result.counts.duplicates) == (8, 2, 5, 1)
    assert [(row.kind, row.name, row.source_key) for row in result.rows] == [
        ("school", "One School", "1"),
        ("licensed", "Two Pub", "2"),
    ]
    assert result.rows[0].hours == parse_hours("Mo-Fr 09:00-15:00").hours
    assert not result.rows[1].hours.is_known
    assert told(result) == {
        ("asset-hours", "warning", 3, "Opening hours"),
        ("half-coordinate", "refuse", 4, "Lon"),
        ("unreadable-coordinate", "refuse", 5, "Lat"),
        ("asset-no-place", "refuse", 6, ""),
        ("asset-repeated", "duplicate", 7, ""),
        ("asset-no-kind", "refuse", 8, "Type"),
        ("zero-coordinate", "refuse", 9, "Lat"),
    }


def test_hours_by_weekday_names_in_welsh_and_who_verified(read) -> None:
    result = read(
        "Enw,Enw Cymraeg,Math,Lledred,Hydred,Llun,Mawrth,Sul,Verified by,Verified on,Review date\n"
        "Haven Library,Llyfrgell y Porth,llyfrgell,52.1,-0.4,09:00-17:00,Ar gau,,Youth service,31/03/2026,30/09/2027\n"
        "Other Library,,llyfrgell,52.11,-0.4,9am-5pm,,,,,\n"
    )
    first, second = result.rows
    assert (first.name, first.name_cy, first.kind) == ("Haven Library", "Llyfrgell y Porth", "library")
    assert first.hours.days == ((1, (("09:00", "17:00"),)), (2, ()))
    assert (first.verified_by, first.verified_on, first.review_on) == ("Youth service", "2026-03-31", "2027-09-30")
    assert second.hours.days == ((1, (("09:00", "17:00"),)),)
    assert (second.verified_on, second.review_on) == ("", "")


@pytest.mark.parametrize(
    ("heads", "crs", "point"),
    [
        ("Easting,Northing", "", "508653,221332"),
        ("Longitude,Latitude", "", "-0.4228,51.8797"),
        ("X,Y", "EPSG:3857", "-47066,6780260"),
    ],
)
def test_any_coordinate_system(read, heads: str, crs: str, point: str) -> None:
    x, y = heads.split(",")
    fields = ("longitude", "latitude") if x == "Longitude" else ("easting", "northing")
    mapping = AssetMapping({"name": "Name", fields[0]: x, fields[1]: y}, kind="park", crs=crs)
    (row,) = read(f"Name,{heads}\nWardown Park,{point}\n", mapping=mapping).rows
    assert row.latitude == pytest.approx(51.88, abs=0.02)
    assert row.longitude == pytest.approx(-0.423, abs=0.02)


def test_postcodes_go_through_the_councils_table_and_one_that_is_not_in_it_is_told(read) -> None:
    table = pd.DataFrame({"postcode": ["LU11AA"], "latitude": [51.88], "longitude": [-0.42], "area_code": [""]}).astype(
        {"postcode": "str", "area_code": "str"}
    )
    text = "Pharmacy name,Postcode\nA,lu1 1aa\nB,LU9 9ZZ\n"
    result = read(text, postcodes=table)
    assert [(row.name, row.kind, row.latitude) for row in result.rows] == [("A", "pharmacy", 51.88)]
    assert ("asset-no-place", "refuse", 3, "") in told(result)


def test_a_polygon_becomes_a_point_within_it_and_nothing_else_of_it_is_kept(read) -> None:
    horseshoe = [[-0.45, 52.05], [-0.44, 52.05], [-0.44, 52.09], [-0.42, 52.09], [-0.42, 52.05], [-0.41, 52.05],
                 [-0.41, 52.1], [-0.45, 52.1], [-0.45, 52.05]]  # fmt: skip
    feature = {
        "type": "Feature",
        "properties": {"site_name": "Bend Park"},
        "geometry": {"type": "Polygon", "coordinates": [horseshoe]},
    }
    (row,) = read(json.dumps({"type": "FeatureCollection", "features": [feature]}), "parks.geojson").rows
    assert row.kind == "park"
    assert shapely.Polygon(horseshoe).contains(shapely.Point(row.longitude, row.latitude))


def test_what_may_not_be_shown_is_refused_without_a_word_about_why(read) -> None:
    premises = read_premises(
        pd.DataFrame(
            {"kind": ["protected", "recording"], "latitude": [52.1, 52.15], "longitude": [-0.4, -0.45]}, dtype="str"
        )
    )
    text = (
        "Name,Kind,Latitude,Longitude\n"
        "Beside it,Youth club,52.10001,-0.4\n"
        "Hospital shop,Shop,52.15,-0.45\n"
        "A home,Children's Home,52.18,-0.35\n"
        "A house,Refuge,52.18,-0.36\n"
    )
    mapping = AssetMapping(
        {"name": "Name", "kind": "Kind", "latitude": "Latitude", "longitude": "Longitude"},
        words={"Children's Home": "youth", "Refuge": "safe_place"},
    )
    result = read(text, mapping=mapping, premises=premises)
    assert [row.name for row in result.rows] == ["Hospital shop"]
    refused = [one for one in result.problems if one.level == "refuse"]
    assert {one.code for one in refused} == {"asset-not-shown"}
    assert {(one.row, one.column, tuple(one.values)) for one in refused} == {(2, "", ()), (4, "", ()), (5, "", ())}


def test_far_outside_the_council_is_refused_and_just_outside_is_kept(read) -> None:
    text = "Stop name,Latitude,Longitude\nIn,52.1,-0.4\nJust outside,52.21,-0.4\nFar,52.5,-0.4\n"
    result = read(text, extent=COUNCIL)
    assert [row.name for row in result.rows] == ["In", "Just outside"]
    assert ("asset-outside", "refuse", 4, "") in told(result)


def test_closed_ones_and_rows_on_one_point(read) -> None:
    rows = "".join(
        f"{number},Stop {number},{'Inactive' if number == 3 else 'Active'},52.1,-0.4\n" for number in range(30)
    )
    result = read("ATCOCode,CommonName,Status,Latitude,Longitude\n" + rows, "stops.csv")
    assert result.counts.accepted == 29
    assert ("asset-not-in-use", "refuse", 5, "Status") in told(result)
    assert ("asset-one-point", "warning", 0, "") in told(result)
    assert {row.review_on for row in result.rows} == {TODAY.isoformat()}


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("x.csv", "urn,establishment_name,education_phase,latitude,longitude\n1,A,Primary,52.1,-0.4\n", "school"),
        ("x.csv", "ATCOCode,CommonName,Latitude,Longitude\n1,A,52.1,-0.4\n", "transport.stop"),
        ("x.csv", "FHRSID,BusinessName,BusinessType,Latitude,Longitude\n1,A,Takeaway/sandwich shop,52.1,-0.4\n", "takeaway"),
        ("x.csv", "FHRSID,BusinessName,BusinessType,Latitude,Longitude\n1,A,Pub/bar/nightclub,52.1,-0.4\n", "licensed"),
        ("taxi_ranks_2026.csv", "name,lat,lon\nA,52.1,-0.4\n", "taxi_rank"),
        ("Bus stations.csv", "name,lat,lon\nA,52.1,-0.4\n", "transport.station"),
        ("street-lighting.csv", "id,lat,lon\nA,52.1,-0.4\n", "lighting"),
        ("cctv.csv", "Camera ID,lat,lon\nA,52.1,-0.4\n", "cctv"),
        ("safe places.csv", "name,lat,lon\nA,52.1,-0.4\n", "safe_place"),
        ("llefydd.csv", "enw,math,lledred,hydred\nA,clwb ieuenctid,52.1,-0.4\n", "youth"),
        ("unclear.csv", "name,lat,lon\nA,52.1,-0.4\n", ""),
    ],
)  # fmt: skip
def test_the_kind_is_recognised_with_a_reason_or_left_open(tmp_path: Path, name: str, text: str, kind: str) -> None:
    (tmp_path / "file").write_text(text, encoding="utf-8")
    found = suggest_asset_mapping(read_tables(tmp_path / "file", name).tables[0], name).kind
    assert set(found.words.values()) == {kind} if found.column else found.kind == kind
    assert found.reason


def test_names_are_one_line_of_readable_characters(read) -> None:
    result = read(
        'Name,Lat,Lon\n"A\u202egnp.exe\nB\u0007 \u200b  C",52.1,-0.4\n' + f"{'x' * 500},52.11,-0.4\n", "parks.csv"
    )
    assert [row.name for row in result.rows] == ["Agnp.exe B C", "x" * 120]


def test_columns_in_the_wrong_order_are_told_once_and_nothing_is_put_in_the_sea(read) -> None:
    text = "Name,Lat,Lon\n" + "".join(f"Park {number},-0.4{number},52.1{number}\n" for number in range(9))
    result = read(text, "parks.csv", extent=COUNCIL)
    assert result.rows == ()
    assert result.counts.refused == 9
    assert ("asset-swapped", "warning", 0, "Lat") in told(result)
    assert {level for _code, level, row, _column in told(result) if row} == {"refuse"}
