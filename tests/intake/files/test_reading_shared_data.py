"""Every file of the open data reads with the rows that its catalogue states."""

from pathlib import Path

import pandas as pd
import pytest

from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.vector_files import read_boundaries

TABLES = {
    "messy/aggravated_assaults.xlsx": [8696, 1577, 2529],
    "messy/cdmx_alcaldias.gpkg": [16],
    "messy/cdmx_car_jacking.gpkg": [2811],
    "messy/chicago_aggravated_assaults.csv.gz": [148_636],
    "messy/chicago_police_districts.kml": [25],
    "messy/chicago_predictcode_example.csv": [1000],
    "messy/downtown_homicides.gpkg": [4],
    "messy/greater_manchester_stats19_road_casualties_2019-Jun2024.csv.gz": [20_435],
    "messy/juvenile_offenders_cardiff.shp.zip": [168],
    "messy/kansas_city_frauds.csv.gz": [6],
    "messy/london_attacks.csv": [8],
    "messy/medellin_homicides.csv": [9360],
    "messy/northumbria_asb.tab.gz": [39_706],
    "messy/northumbria_districts.geojson": [6],
    "messy/northumbria_ward_pop.xlsx": [177],
    "messy/northumbria_wards.gpkg": [177],
    "messy/san_francisco_robbery.csv": [951],
    "messy/snow_SohoPeople.shp.zip": [324],
    "messy/vancouver_neighbourhoods.geojson": [22],
    "messy/vancouver_thefts.csv.gz": [21_918],
    "police_uk/2024-03-bedfordshire-street.csv": [5272],
    "police_uk/2024-03-btp-street.csv.gz": [6552],
    "poi/gias_schools_bedfordshire.csv": [300],
    "poi/naptan_sample_15_stops.csv": [15],
    "poi/trafford_bus_stops.csv": [1025],
    "poi/trafford_fast_food_outlets.csv": [291],
    "poi/trafford_gambling_premises.csv": [27],
    "poi/trafford_pharmacies.geojson": [57],
    "poi/trafford_greenspace_sites.geojson": [427],
    "poi/trafford_places_of_worship.geojson": [118],
    "poi/trafford_schools_and_colleges.geojson": [103],
    "postcodes/codepoint_open_2014_bedfordshire_latlon_derived.csv.gz": [13_882],
    "postcodes/codepoint_open_2014_lu.csv": [6225],
    "postcodes/trafford_postcodes.csv.gz": [11_264],
    "denominators/census2021_lsoa21_population_by_age_bedfordshire.csv": [417],
    "denominators/trafford_mid-year_2024_population_estimates_ward.csv": [63],
    "boundaries/bedfordshire/lookup_lsoa11_lsoa21_lad22_bedfordshire.csv": [417],
}
ARCHIVES = {
    "police_uk/bedfordshire_street_2021-05_2024-04.zip": (36, 182_113),
    "police_uk/bedfordshire_stop-and-search_2023-05_2024-04.zip": (12, 4209),
    "police_uk/bedfordshire_outcomes_2024-01_2024-03.zip": (3, 12_732),
}
BOUNDARIES = {
    "boundaries/bedfordshire/bedfordshire_lsoa11_merged.geojson": (381, 4326),
    "boundaries/bedfordshire/bedfordshire_county_from_3uas.shp.zip": (3, 27700),
    "boundaries/bedfordshire/uk-geojson/lsoa_by_lad/topo_E06000032.json": (121, 4326),
    "messy/northumbria_wards.gpkg": (177, 27700),
    "messy/chicago_police_districts.kml": (25, 4326),
}


@pytest.mark.parametrize("file", TABLES)
def test_each_table_has_the_rows_that_the_catalogue_states(shared_data: Path, file: str) -> None:
    result = read_tables(shared_data / file, Path(file).name)
    assert [table.row_count for table in result.tables] == TABLES[file]
    assert not [problem for problem in result.problems if problem.level == "refuse"]
    for table in result.tables:
        assert table.refused_rows == ()
        assert not table.frame.isna().any().any()
        assert all(dtype == "str" for dtype in table.frame.dtypes)


@pytest.mark.parametrize("file", ARCHIVES)
def test_each_archive_gives_one_table_a_member(shared_data: Path, file: str) -> None:
    result = read_tables(shared_data / file, Path(file).name)
    assert (len(result.tables), sum(table.row_count for table in result.tables)) == ARCHIVES[file]
    assert result.problems == ()
    assert result.tables[-1].name.startswith("2024-0")
    chosen = read_tables(shared_data / file, Path(file).name, chosen=(result.tables[-1].name,))
    assert [table.name for table in chosen.tables] == [result.tables[-1].name]


def test_police_cells_equal_what_pandas_reads_as_text(shared_data: Path) -> None:
    path = shared_data / "police_uk" / "2024-03-bedfordshire-street.csv"
    table = read_tables(path, path.name).tables[0]
    expected = pd.read_csv(path, dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(table.frame, expected, check_dtype=False)
    assert (table.frame["Longitude"] == "").sum() == 223


@pytest.mark.slow
def test_a_million_rows_of_parquet(shared_data: Path) -> None:
    path = shared_data / "benchmark" / "police_uk_31forces_street_2024-01_2024-04_id16.parquet"
    table = read_tables(path, path.name).tables[0]
    assert table.row_count == 1_037_129
    assert (table.frame["Longitude"] == "").sum() == 16_198
    assert (table.frame["Crime ID"] == "").sum() == 167_247
    assert table.frame["Month"].unique().tolist() == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert table.kinds["Longitude"] == "number"


def test_what_the_catalogue_says_of_single_files(shared_data: Path) -> None:
    messy = shared_data / "messy"
    medellin = read_tables(messy / "medellin_homicides.csv", "m.csv").tables[0]
    assert medellin.frame["longitud"][0] == "-75,56985400000"
    mexico = read_tables(messy / "cdmx_car_jacking.gpkg", "m.gpkg").tables[0]
    assert mexico.frame["fecha_hechos"][0] == "2019-05-17T16:00:00.000Z"
    assert (mexico.crs, mexico.point_columns) == ("EPSG:4326", ("geometry x", "geometry y"))
    assert mexico.frame["geometry x"][0] == mexico.frame["longitud"][0] == "-99.1088"
    downtown = read_tables(messy / "downtown_homicides.gpkg", "m.gpkg").tables[0]
    assert all("\n" in text for text in downtown.frame["label"])
    cardiff = read_tables(messy / "juvenile_offenders_cardiff.shp.zip", "c.zip").tables[0]
    assert cardiff.crs == ""
    assert "no-crs" in [problem.code for problem in cardiff.problems]
    soho = read_tables(messy / "snow_SohoPeople.shp.zip", "s.zip").tables[0]
    assert soho.crs == "EPSG:3857"
    box = read_tables(shared_data / "boundaries" / "bedfordshire" / "lsoa_bedfordshire_box.shp.zip", "b.zip").tables[0]
    assert box.crs == "EPSG:27700"
    assert "crs-by-name" in [problem.code for problem in box.problems]


@pytest.mark.parametrize("file", BOUNDARIES)
def test_boundaries_equal_what_gdal_reads(shared_data: Path, file: str) -> None:
    import geopandas
    import shapely

    rows, code = BOUNDARIES[file]
    layer = read_boundaries(shared_data / file, Path(file).name).gdf
    assert layer is not None
    assert len(layer) == rows
    assert layer.crs.to_epsg() == code
    expected = geopandas.read_file(shared_data / file).geometry
    assert shapely.equals_exact(
        shapely.force_2d(layer.geometry.to_numpy()), shapely.force_2d(expected.to_numpy()), tolerance=1e-9
    ).all()
    attributes = layer.drop(columns="geometry")
    assert all(dtype == "str" for dtype in attributes.dtypes)
    assert not attributes.isna().any().any()


def test_an_area_layer_keeps_its_codes(shared_data: Path) -> None:
    result = read_boundaries(
        shared_data / "boundaries" / "bedfordshire" / "uk-geojson" / "lsoa_by_lad" / "topo_E06000032.json", "t.json"
    )
    assert result.gdf is not None
    assert result.gdf["LSOA11CD"].str.match(r"E0\d{7}").all()
    assert "crs-assumed" in [problem.code for problem in result.problems]
