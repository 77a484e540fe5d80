"""Every way of saying where, and what is kept of it."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from csg_maps.geography.cells import parents, points_to_cells, to_hex
from csg_maps.geography.postcodes import read_postcode_table
from csg_maps.geography.premises import read_premises
from csg_maps.intake.meaning.numbers import read_numbers
from csg_maps.intake.rows.records import make_records
from csg_maps.model.mapping import ColumnMapping
from tests.supplies import PLAIN, codes_of, context_of, facts_of, reasons_of, square_layer, table_of

LUTON = (51.88, -0.42)
CELL = int(points_to_cells([LUTON[0]], [LUTON[1]])[0])


def records_of(columns: dict[str, list[str]], fields: dict[str, str] | None = None, crs: str = "", **changes):
    rows = len(next(iter(columns.values())))
    columns = {"date": ["2024-03-01"] * rows, **columns}
    fields = {"date": "date", **(fields or {name: name for name in columns})}
    mapping = ColumnMapping(fields=fields, crs=crs, formats={"date": "YYYY-MM-DD"}, **changes.pop("mapping", {}))
    return make_records(table_of(columns), mapping, context_of(**changes))


def test_latitude_and_longitude_become_the_cell():
    found = records_of({"latitude": ["51.88"], "longitude": ["-0.42"]}).accepted
    assert found["cell"].tolist() == [CELL] and found["place_precision"].tolist() == ["point"]
    assert not {"latitude", "longitude"} & set(found.columns)


@pytest.mark.parametrize("crs", ["", "EPSG:27700"])
def test_eastings_and_northings_are_british_grid_unless_said(crs):
    found = records_of({"easting": ["508,653"], "northing": ["221332.0"]}, crs=crs).accepted
    lat, lng = 51.8797, -0.4232
    near = points_to_cells([lat], [lng], 8)
    assert (
        parents(found["cell"].to_numpy(), 8).tolist() == parents(points_to_cells([lat], [lng]), 8).tolist() and near[0]
    )


def test_any_other_system_is_taken_by_its_code():
    found = records_of({"easting": ["491000"], "northing": ["5455000"]}, crs="EPSG:32610").accepted
    assert to_hex(parents(found["cell"].to_numpy(), 5))[0].startswith("8528")


def test_the_first_of_cell_point_grid_and_postcode_that_says_anything_is_used():
    table = pd.DataFrame({"postcode": ["LU1 1AA"], "latitude": ["51.9"], "longitude": ["-0.4"]})
    columns = {
        "cell": [f"{CELL:x}", "", "", "", ""],
        "latitude": ["51.0", "51.9", "", "", ""],
        "longitude": ["-0.1", "-0.4", "", "", ""],
        "easting": ["", "", "508653", "", ""],
        "northing": ["", "", "221332", "", ""],
        "postcode": ["LU1 1AA", "LU1 1AA", "LU1 1AA", "lu11aa", "LU9 9ZZ"],
    }
    found = records_of(columns, postcodes=read_postcode_table(table))
    assert found.accepted["place_precision"].tolist() == ["point", "point", "point", "postcode", "unknown"]
    cells = found.accepted["cell"].tolist()
    assert cells[0] == CELL and cells[1] == cells[3] and cells[4] == 0 and len(set(cells)) == 4
    assert facts_of(found, "postcode-not-found") == [{"rows": "1"}]


def test_cells_finer_than_the_finest_kept_become_it_and_coarser_ones_only_count_by_area():
    fine = points_to_cells([LUTON[0]], [LUTON[1]], 13)
    columns = {
        "cell": [
            f"{fine[0]:x}",
            str(CELL),
            f"{parents(np.array([CELL]), 9)[0]:x}",
            f"{parents(np.array([CELL]), 6)[0]:x}",
            "8b19",
        ]
    }
    found = records_of(columns, area_layers=(("ward", square_layer(W1=(-0.6, 51.8, -0.3, 52.0))),))
    assert found.accepted["cell"].tolist() == [parents(fine, 11)[0], CELL, 0]
    assert found.accepted["place_precision"].tolist() == ["point", "point", "area"]
    assert found.accepted["area_ward"].tolist() == ["W1"] * 3
    assert reasons_of(found) == ["unreadable-cell"] * 2 and facts_of(found, "coarse-cell") == [{"rows": "1"}]


def test_rows_without_a_place_are_kept_counted_by_their_area_code_and_told():
    found = records_of(
        {"latitude": ["", "", ""], "longitude": ["", "", ""], "area_code": ["W1", "", "X9"]},
        area_layers=(("ward", square_layer(W1=(-0.6, 51.8, -0.3, 52.0))),),
    )
    assert found.accepted["cell"].tolist() == [0, 0, 0] and found.not_on_map == 3
    assert found.accepted["place_precision"].tolist() == ["area", "unknown", "area"]
    assert found.accepted["area_ward"].tolist() == ["W1", "", ""]
    assert found.problems.loc[found.problems["code"] == "no-place", "row"].tolist() == [2, 3, 4]
    assert facts_of(found, "area-code-unknown") == [{"rows": "1", "codes": "X9"}]


def test_what_happened_online_has_no_cell():
    columns = {"latitude": ["51.88"] * 2, "longitude": ["-0.42"] * 2, "setting": ["Online", "street"]}
    found = records_of(columns, mapping={"words": {"setting": {"Online": "online"}}}).accepted
    assert found["place_precision"].tolist() == ["online", "point"] and found["cell"].tolist() == [0, CELL]


@pytest.mark.parametrize("word, code", [("Home address", "home"), ("Residential", "care")])
def test_a_home_loses_its_cell_and_keeps_its_area(word, code):
    columns = {"latitude": ["51.88"] * 2, "longitude": ["-0.42"] * 2, "setting": [word, "street"]}
    found = records_of(
        columns,
        mapping={"words": {"setting": {word: code}}},
        area_layers=(("ward", square_layer(W1=(-0.6, 51.8, -0.3, 52.0))),),
    )
    assert found.accepted["cell"].tolist() == [0, CELL] and found.accepted["area_ward"].tolist() == ["W1", "W1"]
    assert found.accepted["place_precision"].tolist() == ["area", "point"]
    assert facts_of(found, "hidden-setting") == [{"rows": "1"}]


def test_records_at_premises_lose_their_cell_without_a_word_about_which():
    premises = read_premises(
        pd.DataFrame(
            {
                "kind": ["protected", "recording"],
                "label": ["CANARY House", "CANARY Station"],
                "latitude": ["51.88", "51.95"],
                "longitude": ["-0.42", "-0.42"],
            }
        )
    )
    columns = {"latitude": ["51.88", "51.9502", "51.90"], "longitude": ["-0.42"] * 3}
    layers = (("ward", square_layer(W1=(-0.6, 51.8, -0.3, 52.0))),)
    found = records_of(columns, premises=premises, area_layers=layers)
    assert (found.accepted["cell"] == 0).tolist() == [True, True, False]
    assert found.accepted["area_ward"].tolist() == ["W1"] * 3
    hidden = found.problems[found.problems["code"] == "hidden-premises"]
    assert hidden["row"].tolist() == [0] and facts_of(found, "hidden-premises") == [{"rows": "2"}]
    assert "CANARY" not in found.problems.to_csv() + found.accepted.to_csv()
    assert not (found.problems["row"] > 0).any(), "a row number beside the file would say where the premises are"


def test_area_codes_are_decided_by_the_point_and_a_code_that_differs_is_kept_beside_and_told():
    layers = (("lsoa", square_layer(OLD1=(-0.6, 51.8, -0.4, 52.0), OLD2=(-0.4, 51.8, -0.2, 52.0))),)
    lookups = pd.DataFrame({"layer_id": ["lsoa"] * 2, "from_code": ["NEW1", "NEW2"], "to_code": ["OLD1", "OLD2"]})
    columns = {
        "latitude": ["51.88"] * 3 + [""],
        "longitude": ["-0.42"] * 3 + [""],
        "area_code": ["NEW1", "NEW2", "elsewhere", "NEW2"],
    }
    found = records_of(columns, area_layers=layers, code_lookups=lookups)
    assert found.accepted["area_lsoa"].tolist() == ["OLD1", "OLD1", "OLD1", "OLD2"]
    assert found.accepted["supplied_area_code"].tolist() == ["NEW1", "NEW2", "elsewhere", "NEW2"]
    assert facts_of(found, "areas-disagree") == [{"rows": "1", "compared": "2", "share": "50.0%", "layer": "lsoa"}]


def test_points_stand_for_streets_where_the_profile_says_so():
    mapping = dataclasses.replace(PLAIN, constants={"place_precision": "street"})
    table = table_of({"date": ["2024-03-01"], "lat": ["51.88"], "lng": ["-0.42"], "harm": ["ASB"], "ref": [""]})
    assert make_records(table, mapping, context_of()).accepted["place_precision"].tolist() == ["street"]


def test_a_point_that_hundreds_of_rows_share_is_told():
    rng = np.random.default_rng(5)
    lat = [f"{value:.6f}" for value in rng.uniform(51.8, 52.0, 500)] + ["51.9"] * 400
    lng = [f"{value:.6f}" for value in rng.uniform(-0.6, -0.3, 500)] + ["-0.4"] * 400
    found = records_of({"latitude": lat, "longitude": lng})
    assert facts_of(found, "default-point") == [{"rows": "400"}] and len(found.accepted) == 900
    assert "snapped-points" not in codes_of(found)


@pytest.mark.parametrize(
    "text, value",
    [("51.48", 51.48), (" 51.48 ", 51.48), ("51,48", 51.48), ("-3.18", -3.18), ("\u22123.18", -3.18), ("\u20133.18", -3.18),
     ("\uff15\uff11.\uff14\uff18", 51.48), ("51.48\u00a0", 51.48), ("+0.5", 0.5), (".5", 0.5), ("5.148E1", 51.48), ("٥١", 51.0)],
)  # fmt: skip
def test_numbers_are_exact(text, value):
    assert read_numbers([text]).values.tolist() == [value]


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "51.48.1", "51 48", "1_000", "0x33", "51N", "51°28'", "#N/A", "1,2,3"]
)
def test_what_is_no_plain_number_is_unreadable_and_never_missing(text):
    read = read_numbers([text])
    assert np.isnan(read.values[0]) and read.unreadable[0]


def test_thousands_are_read_only_where_metres_are_meant():
    assert read_numbers(["508,653", "1,508,653.5", "508653,7"], thousands=True).values.tolist() == [
        508653,
        1508653.5,
        508653.7,
    ]
    assert read_numbers(["51,480"]).values.tolist() == [51.48]


def test_a_decimal_comma_is_told_once(shared_data):
    frame = pd.read_csv(shared_data / "messy/medellin_homicides.csv", sep=";", dtype=str, keep_default_na=False)
    mapping = ColumnMapping(
        fields={"date": "fecha_hecho", "latitude": "latitud", "longitude": "longitud"}, crs="EPSG:4326"
    )
    found = make_records(table_of(frame), mapping, context_of())
    assert found.counts.adds_up and found.not_on_map == 81 and found.counts.accepted == 9_360
    assert facts_of(found, "decimal-comma") == [{"rows": "9,279"}]
    assert (found.accepted["cell"] != 0).sum() == 9_279
