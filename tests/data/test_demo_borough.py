"""The demo borough holds what TRUTH.md says: planted places are found by the exact test, and nothing else is."""

import gzip
import hashlib
import importlib
import json
import re
from collections import Counter
from pathlib import Path

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.stats import binom

from csg_maps.geography.cells import covering, from_hex, parents, ring_matrix, to_hex
from csg_maps.geography.postcodes import read_postcode_table
from csg_maps.geography.premises import near_premises, read_premises
from csg_maps.hotspots.exact_test import benjamini_hochberg, even_share, exact_p_values
from csg_maps.model.vocabulary import labels

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo"
SEA_BOX = (-4.95, 52.35, -4.65, 52.50)
FOUND = ("bus_station", "takeaways", "park", "one_agency", "emerging")
REAL_PLACES = (
    "Aberystwyth", "Cardigan", "Aberteifi", "Barmouth", "Abermaw", "Aberaeron", "New Quay", "Ceinewydd", "Borth", "Tywyn", "Aberdyfi",
    "Aberdovey", "Pwllheli", "Porthmadog", "Harlech", "Fishguard", "Abergwaun", "Cricieth", "Criccieth", "Abersoch", "Aberdaron",
    "Lampeter", "Llandysul", "Machynlleth", "Dolgellau", "Swansea", "Abertawe", "Cardiff", "Caerdydd", "Milford Haven", "Tenby",
)  # fmt: skip


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(DEMO / name, dtype="str", keep_default_na=False)


@pytest.fixture(scope="module")
def truth() -> dict:
    return json.loads((DEMO / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def concerns() -> pd.DataFrame:
    return pd.concat([table(path.name) for path in sorted(DEMO.glob("demo_concerns_*.csv.gz"))], ignore_index=True)


def at_premises(frame: pd.DataFrame) -> np.ndarray:
    place = frame[["latitude", "longitude"]].replace("", "nan").astype("float64")
    return near_premises(read_premises(table("demo_premises.csv")), place["latitude"], place["longitude"])


def on_the_map(frame: pd.DataFrame, *, by_the_rules: bool = True) -> pd.DataFrame:
    """The rows that keep a place, with their resolution-11 cell as text, found by h3 alone."""
    kept = frame[frame["latitude"] != ""]
    if by_the_rules:
        kept = kept[(kept["setting"] != "home") & (at_premises(kept) == "")]
    cells = [
        h3.latlng_to_cell(float(a), float(b), 11) for a, b in zip(kept["latitude"], kept["longitude"], strict=True)
    ]
    return kept.assign(cell=cells)


@pytest.fixture(scope="module")
def mapped(concerns: pd.DataFrame) -> pd.DataFrame:
    return on_the_map(concerns)


def street_cells(name: str) -> list[str]:
    """The resolution-10 cells of the streets, by walking along them three metres at a time."""
    lines = shapely.segmentize(gpd.read_file(DEMO / name).geometry.to_numpy(), 3 / 111_000)
    points = np.unique(shapely.get_coordinates(lines).round(5), axis=0)
    return sorted({h3.cell_to_parent(h3.latlng_to_cell(lat, lng, 11), 10) for lng, lat in points.tolist()})


@pytest.fixture(scope="module")
def settled() -> list[str]:
    return street_cells("demo_streets.geojson")


def marked(rows: pd.DataFrame, settled: list[str], resolution: int, *, by_size: bool = False) -> set[str]:
    """The exact test, written out with h3 and scipy: window of one ring, even over settled cells, corrected, 5 on 3 dates."""
    cell = rows["cell"].map(lambda c: h3.cell_to_parent(c, resolution))
    counts = cell.value_counts()
    dates = rows["date"].str[:10].groupby(cell).nunique()
    size = Counter(h3.cell_to_parent(c, resolution) for c in settled)
    size.update({c: 1 for c in counts.index if c not in size})
    if not by_size:
        size = Counter(size.keys())
    number, whole = counts.to_dict(), size.total()
    rings = [h3.grid_disk(one, 1) for one in size]
    found = [sum(number.get(c, 0) for c in ring) for ring in rings]
    share = [sum(size[c] for c in ring) / whole for ring in rings]
    p_values = binom.sf(np.array(found) - 1, len(rows), np.array(share))
    order = np.argsort(p_values)
    passes = np.flatnonzero(p_values[order] <= 0.05 * np.arange(1, len(order) + 1) / len(order))
    places = list(size)
    called = [places[i] for i in order[: passes[-1] + 1]] if len(passes) else []
    return {c for c in called if counts.get(c, 0) >= 5 and dates.get(c, 0) >= 3}


def marked_by_the_package(rows: pd.DataFrame, streets: str, resolution: int) -> set[str]:
    """The same through csg_maps: streets covered at resolution 11, expected share by settled resolution-10 cells."""
    lines = gpd.read_file(DEMO / streets).geometry.to_numpy()
    own = from_hex(rows["cell"].tolist())
    small = np.unique(parents(np.concatenate([covering(lines, 11), own]), 10))
    cells, size = np.unique(parents(small, resolution), return_counts=True)
    of_row = parents(own, resolution)
    counts = np.bincount(np.searchsorted(cells, of_row), minlength=len(cells)).astype(np.int64)
    dates = rows["date"].str[:10].groupby(of_row).nunique().reindex(cells, fill_value=0).to_numpy()
    neighbours = ring_matrix(cells)
    q_values = benjamini_hochberg(exact_p_values(counts, neighbours, even_share(neighbours, size)))
    return set(to_hex(cells[(q_values <= 0.05) & (counts >= 5) & (dates >= 3)]))


def planted_cells(truth: dict, resolution: int, wanted: tuple[str, ...] = FOUND) -> set[str]:
    return {h3.cell_to_parent(c, resolution) for p in truth["planted"] if p["id"] in wanted for c in p["cells_r10"]}


def with_neighbours(cells: set[str]) -> set[str]:
    return {near for cell in cells for near in h3.grid_disk(cell, 1)}


# What statistics find


def test_every_planted_place_is_marked_at_resolution_10_and_nothing_else(truth, mapped, settled):
    assert marked(mapped, settled, 10) == planted_cells(truth, 10)


@pytest.mark.parametrize("by_size", [False, True])
def test_at_resolution_9_planted_cells_are_marked_and_nothing_beyond_their_ring(truth, mapped, settled, by_size):
    found, planted = marked(mapped, settled, 9, by_size=by_size), planted_cells(truth, 9)
    assert planted <= found <= with_neighbours(planted)


def test_at_resolution_8_nothing_is_marked_away_from_planted_cells(truth, mapped, settled):
    found = marked(mapped, settled, 8, by_size=True)
    assert found
    assert found <= with_neighbours(planted_cells(truth, 8))


@pytest.mark.parametrize("resolution", [9, 10])
def test_the_package_marks_the_same_places(truth, mapped, resolution):
    found, planted = marked_by_the_package(mapped, "demo_streets.geojson", resolution), planted_cells(truth, resolution)
    assert planted <= found <= with_neighbours(planted)


@pytest.mark.parametrize("resolution", [9, 10])
def test_nothing_is_marked_in_the_second_borough(resolution):
    rows = on_the_map(table("control_concerns.csv.gz"))
    assert len(rows) == 790
    assert marked(rows, street_cells("control_streets.geojson"), resolution, by_size=resolution == 9) == set()
    assert marked_by_the_package(rows, "control_streets.geojson", resolution) == set()


def test_without_the_rules_of_intake_premises_would_be_marked(truth, concerns, settled):
    raw = on_the_map(concerns, by_the_rules=False)
    homes = {
        row.premises_id: h3.cell_to_parent(h3.latlng_to_cell(float(row.latitude), float(row.longitude), 11), 10)
        for row in table("demo_premises.csv").itertuples()
    }
    found = marked(raw, settled, 10)
    assert {homes["PR01"], homes["PR03"]} <= found  # the children's home and the police station
    assert found & with_neighbours({homes["PR04"]})  # the hospital
    assert not planted_cells(truth, 10) & set(homes.values())


def test_the_truth_lists_what_the_test_marks(truth, mapped, settled):
    assert set(truth["marked"]["r10"]["marked"]) == marked(mapped, settled, 10)
    assert truth["mapped"] == len(mapped)
    assert truth["settled"]["r10"] == pytest.approx(len(settled), rel=0.005)


# Each planted place


def records_of(truth: dict, mapped: pd.DataFrame, plant_id: str) -> pd.DataFrame:
    return mapped[mapped["cell"].map(lambda c: h3.cell_to_parent(c, 10)).isin(planted_cells(truth, 10, (plant_id,)))]


def share_of_hours(rows: pd.DataFrame, weekdays: set[int], hours: set[int]) -> float:
    when = pd.to_datetime(rows.loc[rows["date"].str.len() == 16, "date"], format="%Y-%m-%d %H:%M")
    assert len(when) > 40
    return float((when.dt.day_of_week.isin(weekdays) & when.dt.hour.isin(hours)).mean())


def test_the_bus_station_is_after_school_in_term(truth, mapped):
    rows = records_of(truth, mapped, "bus_station")
    assert share_of_hours(rows, set(range(5)), {15, 16}) > 0.95
    rows = rows[(rows["setting"] == "transport") & (rows["date"].str.len() >= 10)]
    terms = table("demo_school_terms.csv")
    days = rows["date"].str[:10]
    in_term = days.map(lambda day: bool(((terms["first_day"] <= day) & (day <= terms["last_day"])).any()))
    assert in_term.mean() > 0.97
    assert rows["agency"].nunique() >= 5


def test_the_takeaways_are_on_friday_nights(truth, mapped):
    assert share_of_hours(records_of(truth, mapped, "takeaways"), {4}, {19, 20, 21, 22}) > 0.95


def test_the_park_fades_after_lighting(truth, mapped, settled):
    cell = planted_cells(truth, 10, ("park",))
    before, after = (
        mapped[is_before] for is_before in (mapped["date"] < truth["lighting"], mapped["date"] >= truth["lighting"])
    )
    assert cell <= marked(before, settled, 10)
    assert not cell & marked(after, settled, 10)
    counts = [len(records_of(truth, rows, "park")) for rows in (before, after)]
    assert counts[0] >= 68
    assert counts[1] <= 6


def test_one_place_is_reported_by_one_agency_only(truth, mapped):
    rows = records_of(truth, mapped, "one_agency")
    assert len(rows) >= 42
    assert set(rows["agency"]) == {"voluntary"}
    others = [records_of(truth, mapped, p)["agency"].nunique() for p in FOUND if p != "one_agency"]
    assert min(others) >= 3


def test_one_event_reported_by_three_agencies_is_no_hotspot(truth, mapped, settled):
    rows = records_of(truth, mapped, "one_event")
    event = rows[rows["date"].str.startswith("2025-06-14") & (rows["harm"] == "violence.group_conflict")]
    assert sorted(event["agency"]) == ["police", "social_care", "youth_service"]
    assert not planted_cells(truth, 10, ("one_event",)) & marked(mapped, settled, 10)


@pytest.mark.parametrize("resolution", [9, 10])
def test_growing_reporting_makes_no_place_emerging_but_the_planted_one_is(truth, mapped, resolution):
    cell = mapped["cell"].map(lambda c: h3.cell_to_parent(c, resolution))
    is_last = mapped["date"] >= "2026-05"
    frame = pd.DataFrame({"last": is_last.groupby(cell).sum(), "all": cell.value_counts()}).query("all >= 5")
    p_values = binom.sf(frame["last"] - 1, frame["all"], is_last.mean())
    rising = set(frame.index[benjamini_hochberg(p_values) <= 0.05])
    assert rising == planted_cells(truth, resolution, ("emerging",))
    by_month = (
        records_of(truth, mapped, "emerging")
        .query("date >= '2026-05' and setting == 'retail'")["date"]
        .str[:7]
        .value_counts()
    )
    assert by_month["2026-10"] > by_month["2026-07"] > by_month["2026-05"]


def test_reporting_grows_by_about_a_third_away_from_planted_places(truth, mapped):
    away = mapped[~mapped["cell"].map(lambda c: h3.cell_to_parent(c, 10)).isin(planted_cells(truth, 10))]
    month = away["date"].str[:7]
    first, last = (month < "2024-11").sum(), (month >= "2025-11").sum()
    assert 1.05 < last / first < 1.40  # 1.18 expected of the first and last year of an even growth by 30%


def test_the_unasked_estate_has_streets_residents_and_crime_but_no_concern(truth, concerns, settled):
    areas = gpd.read_file(DEMO / "demo_small_areas.geojson").set_index("area_code")
    codes = truth["unasked"]["area_codes"]
    estate = areas.loc[codes].union_all()
    located = concerns[concerns["latitude"] != ""]
    inside = shapely.contains_xy(estate, located["longitude"].astype(float), located["latitude"].astype(float))
    assert not inside.any()
    background = table("demo_background.csv.gz").query("latitude != ''")
    assert (
        shapely.contains_xy(estate, background["longitude"].astype(float), background["latitude"].astype(float)).sum()
        > 50
    )
    assert set(truth["unasked"]["cells_r10"]) <= set(settled)
    coverage = table("demo_coverage.csv")
    assert not coverage["area_code"].isin(codes).any()
    assert coverage.groupby("agency").size().to_dict() == dict.fromkeys(
        sorted(concerns["agency"].unique()), len(areas) - 2
    )
    assert table("demo_residents.csv").set_index("area_code").loc[codes, "residents"].astype(int).gt(500).all()


def test_housing_misses_two_months_and_its_last_month_is_late(concerns):
    months = concerns["date"].str[:7].groupby(concerns["agency"]).agg(set)
    everything = {f"{year}-{month:02d}" for year in range(2023, 2027) for month in range(1, 13)}
    everything = {m for m in everything if "2023-11" <= m <= "2026-10"}
    assert everything - months["housing"] == {"2025-03", "2025-04", "2026-10"}
    assert all(months[agency] == everything for agency in months.index if agency != "housing")
    late = table("late_concerns_housing.csv")
    assert len(late) > 0
    assert set(late["date"].str[:7]) == {"2026-10"}
    assert not set(late["reference"]) & set(concerns["reference"])


# The files


def test_eight_agencies_with_the_codes_of_our_lists(concerns):
    assert concerns["agency"].nunique() == 8
    background, control = table("demo_background.csv.gz"), table("control_concerns.csv.gz")
    for frame in (concerns, control, table("late_concerns_housing.csv")):
        for column, name in (
            ("harm", "harms"), ("setting", "settings"), ("age_band", "age_bands"), ("basis", "basis"), ("told_by", "told_by"),
            ("agency", "agencies"),
        ):  # fmt: skip
            assert set(frame[column]) <= set(labels(name)), column
        assert set(frame["is_proactive"]) <= {"yes", "no"}
    assert set(background["harm"]) <= set(labels("harms"))
    assert set(background["agency"]) == {"police"}
    assert concerns["reference"].is_unique
    assert 2_500 <= len(concerns) <= 4_000
    assert len(control) == 900
    assert len(background) == 30_000


def test_each_agency_writes_the_time_in_one_way(concerns):
    forms = {16: r"\d{4}-\d\d-\d\d \d\d:\d\d", 10: r"\d{4}-\d\d-\d\d", 7: r"\d{4}-\d\d"}
    lengths = concerns["date"].str.len().groupby(concerns["agency"]).agg(set)
    assert all(len(of_agency) == 1 for of_agency in lengths)
    assert set().union(*lengths) == set(forms)
    assert concerns["date"].map(lambda text: bool(re.fullmatch(forms[len(text)], text))).all()
    assert table("demo_background.csv.gz")["date"].str.len().eq(7).all()


def test_background_lies_on_few_points_and_more_in_the_middle_of_town():
    rows = table("demo_background.csv.gz").query("latitude != ''")
    points = rows[["latitude", "longitude"]].astype(float)
    assert len(points.drop_duplicates()) < len(points) / 10
    away_m = np.hypot((points["latitude"] - 52.4314) * 111_250, (points["longitude"] + 4.8135) * 68_000)
    assert (away_m < 1_000).mean() > 0.25  # about 6% of the land
    assert 0.02 < 1 - len(rows) / 30_000 < 0.04


@pytest.mark.parametrize("borough", ["demo", "control"])
def test_everything_lies_inside_the_outline_and_the_outline_in_the_sea_box(borough):
    outline = gpd.read_file(DEMO / f"{borough}_outline.geojson").geometry.iloc[0]
    assert outline.is_valid
    assert shapely.box(*SEA_BOX).contains_properly(outline)
    names = [p for p in sorted(DEMO.glob(f"{borough}_*.csv*")) if "latitude" in pd.read_csv(p, nrows=1).columns]
    assert len(names) >= (10 if borough == "demo" else 1)
    for path in names:
        rows = table(path.name).query("latitude != ''")
        assert shapely.contains_xy(outline, rows["longitude"].astype(float), rows["latitude"].astype(float)).all(), (
            path.name
        )
        assert rows["latitude"].str.fullmatch(r"52\.\d{6}").all()
    for name in ("streets", "places", "parks"):
        if (DEMO / f"{borough}_{name}.geojson").exists():
            shapes = gpd.read_file(DEMO / f"{borough}_{name}.geojson").geometry
            assert shapes.within(outline.buffer(2e-6)).all(), name


@pytest.mark.parametrize("borough", ["demo", "control"])
def test_small_areas_share_their_edges_and_fill_the_outline(borough):
    areas = gpd.read_file(DEMO / f"{borough}_small_areas.geojson")
    assert areas["area_code"].is_unique
    assert (areas["area_name_cy"] != "").all()
    assert areas.geometry.is_valid.all()
    assert shapely.coverage_is_valid(areas.geometry.to_numpy())
    outline = gpd.read_file(DEMO / f"{borough}_outline.geojson").geometry.iloc[0]
    assert areas.union_all().symmetric_difference(outline).area == pytest.approx(0, abs=1e-12)


def test_small_areas_nest_exactly_in_wards():
    areas, wards = gpd.read_file(DEMO / "demo_small_areas.geojson"), gpd.read_file(DEMO / "demo_wards.geojson")
    assert (len(areas), len(wards)) == (118, 18)
    assert set(areas["ward_code"]) == set(wards["area_code"])
    assert shapely.coverage_is_valid(wards.geometry.to_numpy())
    for code, shape in zip(wards["area_code"], wards.geometry, strict=True):
        union = areas.geometry[areas["ward_code"] == code].union_all()
        assert union.symmetric_difference(shape).area == pytest.approx(0, abs=1e-12)
        assert shape.geom_type == "Polygon"


def test_residents_add_up_for_every_small_area():
    residents = table("demo_residents.csv").set_index("area_code")
    numbers = residents.drop(columns="ward_code").astype(int)
    bands = numbers.drop(columns="residents")
    assert list(bands.columns) == [code for code in labels("age_bands") if code != "unknown"]
    assert (bands.sum(axis=1) == numbers["residents"]).all()
    areas = gpd.read_file(DEMO / "demo_small_areas.geojson")
    assert dict(zip(areas["area_code"], areas["ward_code"], strict=True)) == residents["ward_code"].to_dict()
    assert 100_000 < numbers["residents"].sum() < 170_000


def test_postcodes_have_the_layout_of_code_point_open_and_fall_on_their_ward():
    raw = pd.read_csv(DEMO / "demo_postcodes.csv.gz", header=None, dtype="str", keep_default_na=False)
    assert raw[0].str.fullmatch(r"ZZ[0-9 ]{2}[0-9][A-Z]{2}").all()
    assert raw[0].is_unique
    read = read_postcode_table(raw)
    assert len(read) == len(raw) == 1_900
    wards = gpd.read_file(DEMO / "demo_wards.geojson").set_index("area_code")
    points = gpd.GeoSeries(gpd.points_from_xy(read["longitude"], read["latitude"]), crs="EPSG:4326")
    ward_of = dict(zip(raw[0].str.replace(" ", ""), raw[9], strict=True))
    shapes = gpd.GeoSeries(wards.geometry.loc[read["postcode"].map(ward_of)].to_numpy(), crs="EPSG:4326")
    away_m = points.to_crs(27700).distance(shapes.to_crs(27700))
    assert away_m.max() < 10  # the seven-parameter formula is good to about 5 m


def test_protected_premises_are_in_the_restricted_table_only():
    premises = table("demo_premises.csv")
    assert premises["kind"].value_counts().to_dict() == {"protected": 2, "recording": 2}
    protected = premises[premises["kind"] == "protected"]
    for path in DEMO.glob("*.geojson"):
        text = path.read_text("utf-8")
        assert not re.search(r"children's home|refuge|cartref plant|lloches", text, re.IGNORECASE), path.name
    places = gpd.read_file(DEMO / "demo_places.geojson")
    assert {
        "bus_station",
        "railway_station",
        "high_street",
        "takeaway",
        "school",
        "youth_club",
        "police_station",
        "hospital",
    } <= set(places["kind"])
    for row in protected.itertuples():
        step = np.hypot(
            (places.geometry.x - float(row.longitude)) * 68_000, (places.geometry.y - float(row.latitude)) * 111_250
        )
        assert step.min() > 75


def test_no_real_place_is_named():
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, REAL_PLACES)) + r")\b", re.IGNORECASE)
    for path in [*DEMO.glob("*.geojson"), *DEMO.glob("*.csv")]:
        assert not pattern.search(path.read_text("utf-8")), path.name
    for path in DEMO.glob("*.csv.gz"):
        assert not pattern.search(gzip.decompress(path.read_bytes()).decode("utf-8")), path.name


def test_every_street_has_a_name_of_its_own_in_two_languages():
    for name in ("demo_streets.geojson", "control_streets.geojson"):
        streets = gpd.read_file(DEMO / name)
        assert streets["name"].is_unique
        assert streets["name_cy"].is_unique
        assert streets.geometry.geom_type.eq("LineString").all()
    assert set(gpd.read_file(DEMO / "demo_streets.geojson")["kind"]) == {"main", "local", "lane", "path"}


def content_hash(name: str, content: bytes) -> str:
    """The hash of what a file says: unpacked, since another zlib packs the same text into other bytes."""
    return hashlib.sha256(gzip.decompress(content) if name.endswith(".gz") else content).hexdigest()


@pytest.mark.slow
def test_the_generator_makes_the_committed_files_again(monkeypatch):
    monkeypatch.syspath_prepend(str(DEMO))
    made = importlib.import_module("generate").make_files()
    kept = {
        path.name: path.read_bytes() for path in DEMO.iterdir() if path.suffix not in {".py", ""} and path.is_file()
    }
    assert set(made) == set(kept)
    for name, content in made.items():
        assert content_hash(name, content) == content_hash(name, kept[name]), name
        if name.endswith(".gz"):
            assert content[4:8] == b"\0\0\0\0"  # no time in it


def test_the_folder_stays_small():
    assert sum(path.stat().st_size for path in DEMO.iterdir() if path.is_file()) < 3_000_000
