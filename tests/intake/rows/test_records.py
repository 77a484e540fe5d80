"""Rows become records: every row is accounted for once, real files to the row."""

import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csg_maps.geography.areas import read_area_layer
from csg_maps.geography.premises import read_premises
from csg_maps.intake.rows.record_frames import QUARANTINED_COLUMNS, RECORD_COLUMNS
from csg_maps.intake.rows.records import make_records
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.problems import PROBLEM_COLUMNS
from csg_maps.model.provenance import Sharing
from csg_maps.model.schema import check_frame
from tests.supplies import POLICE_UK, codes_of, context_of, facts_of, read_street_csv, square_layer, table_of


@pytest.fixture(scope="module")
def lsoas(shared_data):
    frame = gpd.read_file(shared_data / "boundaries/bedfordshire/bedfordshire_lsoa11_merged.geojson")
    return read_area_layer(frame, code="LSOA11CD", name="LSOA11NM")[0]


@pytest.fixture(scope="module")
def lookups(shared_data):
    table = pd.read_csv(shared_data / "boundaries/bedfordshire/lookup_lsoa11_lsoa21_lad22_bedfordshire.csv", dtype=str)
    return table.rename(columns={"LSOA21CD": "from_code", "LSOA11CD": "to_code"}).assign(layer_id="lsoa")


@pytest.fixture(scope="module")
def month(shared_data):
    return read_street_csv(shared_data / "police_uk/2024-03-bedfordshire-street.csv")


def test_a_real_month_to_the_row(month, lsoas, lookups):
    context = context_of(evidence="background", area_layers=(("lsoa", lsoas),), code_lookups=lookups)
    found = make_records(table_of(month), POLICE_UK, context)
    assert (found.counts.rows, found.counts.accepted, found.not_on_map) == (5_272, 5_272, 223)
    assert (found.accepted["place_precision"] == "street").sum() == 5_049 and found.snapping.is_snapped
    assert (found.accepted["source_ref"] == 0).sum() == 869
    assert found.accepted["harm"].value_counts()["asb"] == (month["Crime type"] == "Anti-social behaviour").sum()
    assert found.problems.loc[found.problems["code"] == "no-place", "row"].tolist() == [
        row + 2 for row in np.flatnonzero(month["Longitude"] == "")
    ]
    located = month[month["Longitude"] != ""]
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(located["Longitude"].astype(float), located["Latitude"].astype(float)),
        index=located.index,
        crs=4326,
    )
    joined = gpd.sjoin(points, lsoas, predicate="within")["area_code"]
    computed = found.accepted["area_lsoa"][located.index]
    assert (computed[joined.index] == joined).all() and (computed.drop(joined.index) == "").all()
    assert facts_of(found, "areas-disagree")[0]["layer"] == "lsoa"


def test_an_independent_count_by_cell_agrees(month):
    import h3

    found = make_records(table_of(month), POLICE_UK, context_of()).accepted
    located = month[month["Longitude"] != ""]
    expected = pd.Series(
        [
            int(h3.latlng_to_cell(float(lat), float(lng), 11), 16)
            for lat, lng in zip(located["Latitude"], located["Longitude"], strict=True)
        ]
    )
    assert found.loc[found["cell"] != 0, "cell"].tolist() == expected.tolist() and found["cell"].dtype == "int64"


@pytest.mark.slow
def test_thirty_six_months_are_accounted_for_and_asb_rows_stay(shared_data):
    rows = accepted = duplicates = placeless = repeated = asb = written_asb = 0
    seen, gaps = np.zeros(0, dtype=np.int64), []
    with zipfile.ZipFile(shared_data / "police_uk/bedfordshire_street_2021-05_2024-04.zip") as files:
        for name in sorted(files.namelist()):
            frame = pd.read_csv(files.open(name), dtype=str, keep_default_na=False)
            context = context_of(evidence="background", seen_row_keys=seen, is_whole_supply=False)
            found = make_records(table_of(frame, name), POLICE_UK, context)
            assert found.counts.adds_up
            rows, accepted = rows + found.counts.rows, accepted + found.counts.accepted
            duplicates, placeless = duplicates + found.counts.duplicates, placeless + found.not_on_map
            repeated += codes_of(found).get("reference-repeated", 0)
            asb += int((found.accepted["harm"] == "asb").sum())
            written_asb += int((frame["Crime type"] == "Anti-social behaviour").sum())
            seen = np.union1d(seen, found.accepted["row_key"].to_numpy())
            gaps.append(found.months)
    assert (rows, accepted, duplicates) == (182_113, 181_983, 130)
    assert placeless == 6_381 and repeated == 54 and asb == written_asb == 34_017
    assert len(seen) == accepted and pd.concat(gaps)["month"].nunique() == 36


def test_no_exact_coordinate_and_no_reference_leaves_with_accepted_records(month):
    found = make_records(table_of(month), POLICE_UK, context_of()).accepted
    texts = set(month["Longitude"]) | set(month["Latitude"]) | set(month["Crime ID"]) | set(month["Location"])
    for column in found.select_dtypes("str"):
        assert not (set(found[column]) & (texts - {""})), column
    assert not found.select_dtypes("float").columns.size


def test_quarantined_rows_hold_what_mends_them_and_no_identifier():
    frame = {
        "date": ["2024-13-01", "2024-03-01"],
        "lat": ["51.88", "x"],
        "lng": ["-0.42", "-0.42"],
        "ref": ["CANARY-1", "CANARY-2"],
        "name": ["CANARY A", "CANARY B"],
        "notes": ["CANARY", "CANARY"],
        "kind": ["Robbery", "Robbery"],
    }
    fields = {
        "date": "date",
        "latitude": "lat",
        "longitude": "lng",
        "reference": "ref",
        "harm": "kind",
        "setting": "name",
    }
    mapping = ColumnMapping(fields, crs="EPSG:4326", formats={"date": "YYYY-MM-DD"}, left_out=("name",))
    found = make_records(table_of(frame), mapping, context_of())
    kept = found.quarantined
    check_frame(kept, QUARANTINED_COLUMNS, "quarantined")
    assert kept["reasons"].tolist() == ["unreadable-date", "unreadable-coordinate"]
    assert kept["raw_date"].tolist() == frame["date"] and kept["raw_harm"].tolist() == ["Robbery"] * 2
    assert kept["latitude"].tolist()[0] == 51.88 and np.isnan(kept["latitude"][1]) and (kept["source_ref"] != 0).all()
    assert "CANARY" not in kept.to_csv() + found.problems.to_csv()


def test_unreadable_rows_count_as_refused_and_are_told():
    frame = {"date": ["2024-03-01"], "area": ["W1"]}
    mapping = ColumnMapping({"date": "date", "area_code": "area"}, formats={"date": "YYYY-MM-DD"})
    found = make_records(table_of(frame, refused=(3, 4)), mapping, context_of())
    assert (found.counts.rows, found.counts.accepted, found.counts.refused) == (3, 1, 2) and found.counts.adds_up
    assert found.problems.loc[found.problems["level"] == "refuse", "row"].tolist() == [3, 4]


def test_an_empty_table_gives_empty_frames_of_the_promised_columns():
    found = make_records(
        table_of({"date": [], "area": []}), ColumnMapping({"date": "date", "area_code": "area"}), context_of()
    )
    check_frame(found.accepted, RECORD_COLUMNS, "records")
    check_frame(found.quarantined, QUARANTINED_COLUMNS, "quarantined")
    assert found.counts.rows == 0 and found.counts.adds_up and found.problems.columns.tolist() == list(PROBLEM_COLUMNS)


DATES = st.sampled_from(
    ["2024-03-01", "2024-02-30", "", "9999-12-31", "1066-10-14", "01/02/2024", "nonsense", "2024-03-02"]
)
COORDINATES = st.one_of(
    st.sampled_from(
        ["51.88", "-0.42", "0", "", "NaN", "1e308", "91", "51,88", "\u22120.42", "3.18", "508653", "x", " "]
    ),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.text(max_size=6),
)
WORDS = st.sampled_from(["robbery", "ASB", "", "odd", "Home", "=cmd()", "{{7*7}}"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "date": DATES,
            "lat": COORDINATES,
            "lng": COORDINATES,
            "harm": WORDS,
            "setting": WORDS,
            "ref": st.sampled_from(["", "", "A", "B"]),
            "code": st.sampled_from(["P", "C", "", "2/B/P", "?"]),
            "area": st.sampled_from(["", "W1", "X"]),
            "pc": st.sampled_from(["", "LU1 1AA", "?"]),
        }
    ),
    max_size=25,
)
HOSTILE = ColumnMapping(
    {
        "date": "date", "latitude": "lat", "longitude": "lng", "harm": "harm", "setting": "setting", "reference": "ref",
        "handling": "code", "area_code": "area", "postcode": "pc",
    },
    crs="EPSG:4326",
    formats={"date": "YYYY-MM-DD"},
    words={"harm": {"robbery": "violence.robbery", "ASB": "asb"}, "setting": {"Home": "home"}},
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS, with_extent=st.booleans(), narrow=st.booleans())
def test_whatever_the_rows_hold_each_is_accounted_for_once(rows, with_extent, narrow):
    columns = list(HOSTILE.fields.values())
    frame = pd.DataFrame({name: [row[name] for row in rows] for name in columns})
    before = table_of(frame)
    layer = square_layer(W1=(-0.6, 51.8, -0.3, 52.0))
    context = context_of(
        area_layers=(("ward", layer),),
        extent_layer_id="ward" if with_extent else "",
        sharing=Sharing("C", ("health",)) if narrow else Sharing(),
        premises=read_premises(pd.DataFrame({"kind": ["protected"], "latitude": ["51.88"], "longitude": ["-0.42"]})),
    )
    found = make_records(before, HOSTILE, context)
    counts = found.counts
    assert counts.adds_up and counts.rows == len(rows)
    check_frame(found.accepted, RECORD_COLUMNS, "records")
    named = [
        found.accepted["row"],
        found.quarantined["row"],
        found.problems.loc[found.problems["level"] == "duplicate", "row"],
    ]
    every = pd.concat(named)
    assert sorted(every) == list(range(2, len(rows) + 2)), "each row is in exactly one outcome"
    assert found.accepted["row_key"].is_unique and (found.quarantined["reasons"] != "").all()
    at_home = found.accepted["setting"] == "home"
    assert (found.accepted.loc[at_home, "cell"] == 0).all()
    if narrow:
        assert set(found.accepted["handling"]) <= {"C"}
    again = make_records(before, HOSTILE, context_of(
        area_layers=context.area_layers, extent_layer_id=context.extent_layer_id, sharing=context.sharing,
        premises=context.premises, seen_row_keys=np.sort(found.accepted["row_key"].to_numpy()),
    ))  # fmt: skip
    assert again.counts.accepted == 0 and again.counts.adds_up
    assert before.frame.equals(table_of(frame).frame), "the table is not changed"
