"""Which column is what, in real files and in small ones made to mislead."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csg_maps.i18n import use_language
from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning.columns import suggest_columns

ROWS = 40


def table(points: tuple[str, str] | tuple[()] = (), crs: str = "", **columns: list[str]) -> RawTable:
    frame = pd.DataFrame(columns, dtype="str")
    kinds = dict.fromkeys(columns, "text")
    return RawTable("t.csv", tuple(columns), frame, np.arange(2, len(frame) + 2), kinds, crs, points)


def fields(read: RawTable) -> dict[str, str]:
    return {one.field: one.column for one in suggest_columns(read)}


def repeated(*texts: str) -> list[str]:
    return [texts[row % len(texts)] for row in range(ROWS)]


DEGREES = {"latitude": "latitude", "longitude": "longitude"}
POINTS = {"latitude": "geometry y", "longitude": "geometry x"}
GRID_POINTS = {"easting": "geometry x", "northing": "geometry y"}
STREET = {"reference": "Crime ID", "date": "Month", "latitude": "Latitude", "longitude": "Longitude"}
STREET |= {"area_code": "LSOA code", "harm": "Crime type"}

EXPECTED: dict[str, dict[str, str]] = {
    "messy/aggravated_assaults.xlsx": {"date": "date", **DEGREES, "setting": "location_type"},
    "messy/cdmx_car_jacking.gpkg": {"date": "fecha_hechos", **POINTS},
    "messy/chicago_aggravated_assaults.csv.gz": {"date": "date", **DEGREES, "setting": "loc_cat"},
    "messy/chicago_police_districts.kml": POINTS,
    "messy/chicago_predictcode_example.csv": {
        "date": "Date",
        "latitude": "Latitude",
        "longitude": "Longitude",
        "reference": "Case Number",
        "harm": "Primary Type",
    },
    "messy/downtown_homicides.gpkg": {**POINTS, "reference": "report_number"},
    "messy/greater_manchester_stats19_road_casualties_2019-Jun2024.csv.gz": {
        "reference": "AREFNO",
        "date": "date",
        "hour": "hour",
        "latitude": "lat",
        "longitude": "lon",
        "age_band": "ageband",
        "harm": "casualty_severity",
    },
    "messy/juvenile_offenders_cardiff.shp.zip": {**GRID_POINTS, "reference": "ID"},
    "messy/kansas_city_frauds.csv.gz": {"reference": "uid", "date": "date", **DEGREES, "harm": "offense_type"},
    "messy/london_attacks.csv": {"date": "date", **DEGREES},
    "messy/medellin_homicides.csv": {
        "date": "fecha_hecho",
        "latitude": "latitud",
        "longitude": "longitud",
        "age": "edad",
    },
    "messy/northumbria_asb.tab.gz": {"date": "month", **DEGREES, "area_code": "lsoa_code"},
    "messy/northumbria_districts.geojson": {**POINTS, "area_code": "objectid"},
    "messy/northumbria_ward_pop.xlsx": {"area_code": "gss_code"},
    "messy/northumbria_wards.gpkg": {**GRID_POINTS, "area_code": "ward_code"},
    "messy/san_francisco_robbery.csv": {"reference": "uid", "date": "date_time", **DEGREES, "harm": "offense_type"},
    "messy/snow_SohoPeople.shp.zip": GRID_POINTS,
    "messy/vancouver_neighbourhoods.geojson": POINTS,
    "messy/vancouver_thefts.csv.gz": {
        "easting": "X",
        "northing": "Y",
        "harm": "TYPE",
        **{part: part.upper() for part in ("year", "month", "day", "hour", "minute")},
    },
    "poi/gias_schools_bedfordshire.csv": {**DEGREES, "reference": "urn", "area_code": "lsoa_code"},
    "poi/naptan_sample_15_stops.csv": {"latitude": "Latitude", "longitude": "Longitude"},
    "poi/trafford_bus_stops.csv": {"latitude": "lat", "longitude": "lon", "area_code": "area_code"},
    "poi/trafford_fast_food_outlets.csv": {
        "latitude": "lat",
        "longitude": "lon",
        "postcode": "postcode",
        "setting": "type",
    },
    "poi/trafford_gambling_premises.csv": {
        "latitude": "lat",
        "longitude": "lon",
        "postcode": "postcode",
        "area_code": "lsoa_code",
    },
    "poi/trafford_pharmacies.geojson": {**POINTS, "postcode": "postcode", "area_code": "ward_code"},
    "poi/trafford_schools_and_colleges.geojson": {
        **POINTS,
        "postcode": "postcode",
        "reference": "unique_reference_number",
    },
    "police_uk/2024-03-bedfordshire-street.csv": STREET,
    "police_uk/2024-03-btp-street.csv.gz": {field: column for field, column in STREET.items() if field != "reference"},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_real_files_are_understood(shared_data: Path, name: str) -> None:
    read = read_tables(shared_data / name, Path(name).name).tables
    assert fields(read[0]) == EXPECTED[name]


def test_a_sheet_whose_category_is_blank_gets_no_setting(shared_data: Path) -> None:
    sheets = read_tables(shared_data / "messy/aggravated_assaults.xlsx", "a.xlsx").tables
    assert {sheet.name: "setting" in fields(sheet) for sheet in sheets} == {
        "Austin": True,
        "Fort Worth": True,
        "Seattle": False,
    }


@pytest.mark.parametrize(
    ("heading", "texts", "field"),
    [
        ("Dyddiad", ("13/02/2024", "14/02/2024"), "date"),
        ("Date of incident", ("13/02/2024",), "date"),
        ("offence_date", ("45355", "45400"), "date"),
        ("Niwed", ("llinellau sirol", "bwlio"), "harm"),
        ("Type of concern", ("CSE", "knife crime", "missing"), "harm"),
        ("Lleoliad", ("parc", "ysgol"), "setting"),
        ("Location type", ("park", "school"), "setting"),
        ("PCD", ("LU1 2AA", "MK409BX"), "postcode"),
        ("Cod post", ("CF10 1AA", "CF5 2YX"), "postcode"),
        ("anything", ("CF10 1AA", "CF5 2YX"), "postcode"),
        ("LSOA21CD", ("W01000001", "W01000002"), "area_code"),
        ("whatever", ("E01017486", "E01017487"), "area_code"),
        ("Ward code", ("E05001067",), "area_code"),
        ("h3_index", ("8b195da49a8cfff", "8b195da49a8dfff"), "cell"),
        ("Age", ("13", "15"), "age"),
        ("Oed", ("13", "15"), "age"),
        ("Age", ("13-15", "16-17"), "age_band"),
        ("age group", ("13-15", "16-17"), "age_band"),
        ("Basis", ("seen", "told"), "basis"),
        ("Source", ("witnessed", "recorded", "told"), "basis"),
        ("Told by", ("parent", "teacher"), "told_by"),
        ("Reported by", ("young person", "parent"), "told_by"),
        ("Handling code", ("P", "C"), "handling"),
        ("Grade", ("2/B/P", "1/C/C"), "handling"),
        ("Number of children", ("1", "3"), "children_count"),
        ("Proactive", ("Yes", "No"), "is_proactive"),
        ("Adult at risk", ("Y", "N"), "adult_at_risk"),
    ],
)
def test_a_heading_and_its_values_name_the_field(heading: str, texts: tuple[str, ...], field: str) -> None:
    companions = {"When": repeated("2024-03-01", "2024-03-02", "2024-03-04")} if field != "date" else {}
    suggested = fields(table(**{heading: repeated(*texts)}, **companions))
    assert suggested.get(field) == heading


@pytest.mark.parametrize(
    ("heading", "texts", "field"),
    [
        ("Date of birth", ("13/02/2010", "14/02/2011"), "date"),
        ("CreationDateTime", ("2024-02-13T00:01:00", "2024-02-14T00:01:00"), "date"),
        ("Reported by", ("Bedfordshire Police",), "told_by"),
        ("Source", ("Police", "School"), "basis"),
        ("Type", ("alpha", "beta"), "harm"),
        ("Grade", ("A", "B", "D"), "handling"),
        ("Latitude", ("north", "south"), "latitude"),
        ("Reference", ("x", "y"), "reference"),
        ("Date", ("yesterday", "last week"), "date"),
        ("AtcoAreaCode", ("068", "180"), "area_code"),
        ("Age", ("old", "young"), "age"),
    ],
)
def test_a_heading_that_the_values_contradict_names_nothing(heading: str, texts: tuple[str, ...], field: str) -> None:
    assert field not in fields(table(**{heading: repeated(*texts)}))


def test_free_text_is_never_a_coded_field() -> None:
    sentences = [f"A robbery was seen at the park by pupil {row} on the way home from school." for row in range(ROWS)]
    suggested = fields(table(**{"Crime type": sentences, "Setting": sentences, "Category": sentences}))
    assert not {"harm", "setting"} & set(suggested)


def test_latitude_and_longitude_are_preferred_and_the_reason_says_so() -> None:
    read = table(
        Easting=repeated("508653", "508534"),
        Northing=repeated("221332", "221406"),
        Lat=repeated("51.88", "51.9"),
        Lng=repeated("-0.42", "-0.44"),
    )
    assert fields(read) == {"latitude": "Lat", "longitude": "Lng"}
    reasons = [one.reason for one in suggest_columns(read)]
    assert all("Easting, Northing" in reason for reason in reasons)


def test_the_fuller_pair_of_coordinates_wins() -> None:
    mostly_blank = ["51.88"] + [""] * (ROWS - 1)
    read = table(
        Easting=repeated("508653"), Northing=repeated("221332"), Lat=mostly_blank, Lng=["-0.4"] + [""] * (ROWS - 1)
    )
    assert fields(read) == {"easting": "Easting", "northing": "Northing"}


def test_metres_under_degree_headings_are_eastings_and_northings() -> None:
    read = table(Longitude=repeated("508653", "508534"), Latitude=repeated("221332", "221406"))
    assert fields(read) == {"easting": "Longitude", "northing": "Latitude"}


def test_x_and_y_are_what_their_numbers_are() -> None:
    assert fields(table(X=repeated("-0.42", "-0.4"), Y=repeated("51.88", "51.9"))) == {
        "longitude": "X",
        "latitude": "Y",
    }
    assert fields(table(X=repeated("508653"), Y=repeated("221332"))) == {"easting": "X", "northing": "Y"}


def test_half_a_coordinate_is_never_proposed() -> None:
    assert fields(table(Lat=repeated("51.88", "51.9"))) == {}


def test_parts_of_a_date_give_way_to_a_whole_date() -> None:
    parts = {"Year": repeated("2024"), "Month": repeated("1", "2"), "Day": repeated("3", "4")}
    assert set(fields(table(**parts))) == {"year", "month", "day"}
    assert set(fields(table(Date=repeated("2024-01-03", "2024-02-04"), **parts))) == {"date"}


def test_a_column_stands_for_one_field_and_a_field_for_one_column() -> None:
    read = table(
        Date=repeated("2024-01-03", "2024-02-04"),
        Date2=repeated("2024-01-03", "2024-02-04"),
        Incident_date=repeated("2024-01-03", "2024-02-04"),
    )
    suggested = suggest_columns(read)
    assert [one.field for one in suggested] == ["date"]
    assert 0 < suggested[0].score <= 1


def test_an_empty_table_gets_no_suggestion() -> None:
    assert suggest_columns(table(Date=[], Latitude=[])) == ()


def test_reasons_go_through_the_translation() -> None:
    read = table(Date=repeated("2024-01-03", "2024-02-04"))
    use_language("cy")
    try:
        assert suggest_columns(read)[0].reason
    finally:
        use_language("en")
    assert suggest_columns(read)[0].reason == "The heading says so, and the values fit."
