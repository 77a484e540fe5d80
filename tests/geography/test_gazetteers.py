"""Tables of numbers and names in the layouts that councils hold, and what a street is when it comes in pieces."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from csg_maps.errors import InputRefused
from csg_maps.geography.gazetteers import (
    NAME_COLUMNS,
    UPRN_COLUMNS,
    read_places,
    read_streets,
    read_uprns,
    shapes_frame,
    with_open_names_headings,
)
from csg_maps.model.schema import check_frame


def frame_of(text: str) -> pd.DataFrame:
    lines = [line.split(",") for line in text.strip().splitlines()]
    return pd.DataFrame(lines[1:], columns=lines[0], dtype="str")


def test_os_open_uprn_as_it_comes() -> None:
    table = read_uprns(
        frame_of(
            "UPRN,X_COORDINATE,Y_COORDINATE,LATITUDE,LONGITUDE\n"
            "100090000002,508653.00,221332.00,51.8797,-0.4218\n"
            "000000000001,358260.66,172796.50,51.4526,-2.6021\n"
            "1,0,0,,\nabc,1,1,51,0\n"
        )
    )
    check_frame(table, UPRN_COLUMNS, "uprns")
    assert table["uprn"].tolist() == [1, 100090000002]
    assert table["latitude"].round(4).tolist() == [51.4526, 51.8797]


def test_a_street_gazetteer_in_two_languages() -> None:
    table = read_streets(
        frame_of(
            "USRN,Street Descriptor,Street Descriptor CYM,Locality,Town,Easting,Northing\n"
            "44900001,Mill Road,Ffordd y Felin,,Ashwell,508653,221332\n"
            "44900002,Mill Road,,Bidford,Ashwell,518653,221332\n"
            "44900003,,,Bidford,,0,0\n"
        ),
        needs_usrn=True,
    )
    check_frame(table, NAME_COLUMNS, "streets")
    assert table[["target", "number", "name_cy", "locality", "precision"]].values.tolist() == [
        ["usrn:44900001", 44900001, "Ffordd y Felin", "Ashwell", "street"],
        ["usrn:44900002", 44900002, "", "Bidford", "street"],
    ]


def test_pieces_of_a_street_are_one_and_two_streets_of_one_name_stay_two() -> None:
    lines = [[(0, 0), (300, 0)], [(300, 0), (700, 0)], [(9_000, 0), (9_200, 0)]]
    shapes = gpd.GeoDataFrame(
        {"name": ["High Street"] * 3},
        geometry=[shapely.LineString([(500_000 + x, 220_000 + y) for x, y in line]) for line in lines],
        crs="EPSG:27700",
    )
    streets = read_streets(shapes_frame(shapes))
    assert len(streets) == 2
    assert streets["target"].is_unique
    points = gpd.GeoSeries(gpd.points_from_xy(streets["longitude"], streets["latitude"]), crs="EPSG:4326").to_crs(
        "EPSG:27700"
    )
    on_the_street = [min(points.distance(shape)) for shape in (shapes.geometry[1], shapes.geometry[2])]
    assert max(on_the_street) < 0.5  # the kept point lies on a piece of the street, in metres
    # the same table again, in another order: the same targets, so that what was confirmed stays confirmed
    again = read_streets(shapes_frame(shapes.iloc[::-1]))
    assert again["target"].tolist() == streets["target"].tolist()


def test_os_open_names_with_and_without_headings() -> None:
    row = ["osgb4000000074568120", "http://x", "Caernarfon Road", "eng", "Ffordd Caernarfon", "cym", "transportNetwork",
           "Named Road", "508653", "221332", *[""] * 8, "Ashwell", "", ""]  # fmt: skip
    welsh = ["osgb2", "http://x", "Tyddyn", "cym", "", "", "populatedPlace", "Hamlet", "518653", "221332", *[""] * 11]
    town = ["osgb3", "http://x", "Luton", "", "", "", "populatedPlace", "Town", "508653", "221332", *[""] * 11]
    tile = pd.DataFrame([welsh, town], columns=row, dtype="str")  # a reader takes the first row for headings
    table = read_places(with_open_names_headings(tile))
    check_frame(table, NAME_COLUMNS, "names")
    assert table.sort_values("name")[["name", "name_cy", "locality", "precision"]].values.tolist() == [
        ["Caernarfon Road", "Ffordd Caernarfon", "Ashwell", "street"],
        ["Tyddyn", "Tyddyn", "", "area"],
    ]


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (read_uprns, "id,latitude,longitude\n1,51,0\n", "UPRN"),
        (read_streets, "usrn,easting,northing\n1,5,5\n", "name"),
        (read_places, "name,kind\nLibrary,library\n", "latitude and longitude"),
        (read_places, "name,latitude,longitude\nLibrary,,\n", "position"),
    ],
)
def test_a_table_that_cannot_be_used_says_what_it_needs(read, text: str, says: str) -> None:
    with pytest.raises(InputRefused, match=says):
        read(frame_of(text))
