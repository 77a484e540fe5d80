"""Postcode tables in any layout, and which points are near premises."""

import numpy as np
import pandas as pd
import pytest

from csg_maps.errors import InputRefused
from csg_maps.geography.postcodes import normalise_postcode, read_postcode_table
from csg_maps.geography.premises import near_premises, read_premises


@pytest.mark.parametrize("header", [None, 0])
def test_code_point_open_without_headings_is_read_to_the_row(shared_data, header):
    frame = pd.read_csv(shared_data / "postcodes/codepoint_open_2014_lu.csv", header=header, dtype=str)
    table = read_postcode_table(frame)
    derived = read_postcode_table(
        pd.read_csv(shared_data / "postcodes/codepoint_open_2014_bedfordshire_latlon_derived.csv.gz", dtype=str)
    )
    assert len(table) == 6_225 and table["postcode"].is_unique
    both = table.merge(derived, on="postcode")
    assert len(both) > 4_000
    assert (both["latitude_x"] - both["latitude_y"]).abs().max() < 1e-4


def test_a_modern_table_keeps_its_area_code(shared_data):
    table = read_postcode_table(pd.read_csv(shared_data / "postcodes/trafford_postcodes.csv.gz", dtype=str))
    row = table.set_index("postcode").loc["M154AB"]
    assert (row["latitude"], row["longitude"], row["area_code"]) == (53.465578, -2.26046, "E01034001")


def test_postcodes_without_position_are_left_out_and_nonsense_is_refused():
    frame = pd.DataFrame({"pcds": ["LU1 1AA", "LU1 1AB", "x"], "lat": ["51.9", "0", "5"], "long": ["-0.4", "0", "5"]})
    assert read_postcode_table(frame)["postcode"].tolist() == ["LU11AA"]
    with pytest.raises(InputRefused, match="Postcode"):
        read_postcode_table(pd.DataFrame({"a": ["1"], "b": ["2"], "c": ["3"], "d": ["4"]}))
    with pytest.raises(InputRefused, match="latitude"):
        read_postcode_table(pd.DataFrame({"postcode": ["LU1 1AA"]}))


@pytest.mark.parametrize("text, meant", [("cf10 3nq", "CF103NQ"), ("EC1A\u00a01BB", "EC1A1BB"), ("CF10", ""), ("", "")])
def test_one_way_to_write_a_postcode(text, meant):
    assert normalise_postcode(text) == meant


def test_near_is_within_the_radius_of_the_premises_and_protected_wins():
    table = read_premises(
        pd.DataFrame(
            {
                "kind": ["recording", "Protected"],
                "latitude": ["52.0", "52.0"],
                "longitude": ["-0.4", "-0.4"],
                "radius_m": ["100", ""],
            }
        )
    )
    metre = 1 / 111_260
    lat = np.array([52.0, 52.0 + 39.5 * metre, 52.0 + 41 * metre, 52.0 + 99 * metre, 52.0 + 102 * metre, np.nan])
    assert near_premises(table, lat, np.full(6, -0.4)).tolist() == [
        "protected",
        "protected",
        "recording",
        "recording",
        "",
        "",
    ]
    assert near_premises(None, [52.0], [-0.4]).tolist() == [""]


@pytest.mark.parametrize(
    "column, value", [("kind", "secret"), ("latitude", "x"), ("radius_m", "0"), ("radius_m", "wide")]
)
def test_a_bad_premises_row_is_named(column, value):
    good = {"kind": "protected", "latitude": "52", "longitude": "-0.4", "radius_m": "40"}
    with pytest.raises(InputRefused, match="row 2"):
        read_premises(pd.DataFrame([good, {**good, column: value}]))
