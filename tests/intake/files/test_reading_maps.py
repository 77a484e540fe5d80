"""Map files become points of a table, or boundaries, without a driver that could be led elsewhere."""

import json
import zipfile
from pathlib import Path

import geopandas
import pytest
import shapely

from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.vector_files import read_boundaries

PARK = shapely.box(-0.42, 51.87, -0.40, 51.88)


@pytest.fixture
def places() -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(
        {"name": ["Park", "Parc Ŵ", "NA"], "code": ["001", "002", ""], "count": [1, 2, 3]},
        geometry=[shapely.Point(-0.41, 51.88), PARK, shapely.LineString([(-0.4, 51.9), (-0.3, 51.9)])],
        crs="EPSG:4326",
    )


def save(frame: geopandas.GeoDataFrame, folder: Path, kind: str) -> Path:
    path = folder / f"upload.{kind}"
    if kind == "parquet":
        frame.to_parquet(path)
    elif kind == "zip":
        inner = folder / "parts"
        inner.mkdir()
        frame.to_file(inner / "places.shp", encoding="utf-8")
        with zipfile.ZipFile(path, "w") as archive:
            for part in inner.iterdir():
                archive.write(part, f"export/{part.name}")
    else:
        driver = {"gpkg": "GPKG", "geojson": "GeoJSON", "kml": "KML"}[kind]
        frame.to_file(path, driver=driver)
    return path


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "kml", "parquet"])
def test_points_lines_and_areas_become_points(tmp_path: Path, places: geopandas.GeoDataFrame, kind: str) -> None:
    if kind == "kml":
        places = places.rename(columns={"name": "Name"})
    table = read_tables(save(places, tmp_path, kind), f"places.{kind}").tables[0]
    name = "Name" if kind == "kml" else "name"
    assert table.frame[name].tolist() == ["Park", "Parc Ŵ", "NA"]
    assert table.frame["code"].tolist() == ["001", "002", ""]
    assert table.rows.tolist() == [2, 3, 4]
    assert table.crs == "EPSG:4326"
    x, y = (table.frame[column].astype(float) for column in table.point_columns)
    assert (x[0], y[0]) == (-0.41, 51.88)
    assert PARK.contains(shapely.Point(x[1], y[1]))
    told = [problem for problem in table.problems if problem.code == "shapes-to-points"]
    assert told[0].values == {"count": "2"}


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "zip", "parquet"])
def test_boundaries_stay_as_they_are(tmp_path: Path, kind: str) -> None:
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    holed = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    # Shapefiles say by direction which ring is a hole, so the crossing ring stays out of that one.
    shapes = [holed, PARK] if kind == "zip" else [holed, bow_tie]
    areas = geopandas.GeoDataFrame({"code": ["E01", "E02"], "pop": [5, 7]}, geometry=shapes, crs="EPSG:4326")
    result = read_boundaries(save(areas, tmp_path, kind), f"areas.{kind}")
    assert result.gdf is not None, result.problems
    assert result.gdf.crs.to_epsg() == 4326
    assert result.gdf["pop"].tolist() == ["5", "7"]
    for ours, written in zip(result.gdf.geometry, shapes, strict=True):
        assert shapely.equals_exact(shapely.normalize(ours), shapely.normalize(written), tolerance=1e-9)


def test_a_layer_is_chosen_by_name(tmp_path: Path) -> None:
    path = tmp_path / "upload.gpkg"
    for name in ("wards", "districts"):
        geopandas.GeoDataFrame({"code": [name]}, geometry=[PARK], crs=4326).to_file(path, layer=name, driver="GPKG")
    first = read_boundaries(path, "a.gpkg")
    assert first.layers == ("wards", "districts")
    assert "several-layers" in [problem.code for problem in first.problems]
    second = read_boundaries(path, "a.gpkg", layer="districts")
    assert second.gdf is not None
    assert second.gdf["code"].tolist() == ["districts"]
    missing = read_boundaries(path, "a.gpkg", layer="parishes")
    assert missing.gdf is None
    assert [problem.level for problem in missing.problems][:1] == ["refuse"]


def test_a_table_is_no_boundary(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_text("a,b\n1,2\n")
    result = read_boundaries(path, "a.csv")
    assert result.gdf is None
    assert [problem.code for problem in result.problems] == ["no-shapes"]


def test_geojson_numbers_stay_as_written_and_lists_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_text(
        '{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::27700"}},'
        '"features":[{"type":"Feature","id":7,"geometry":{"type":"Point","coordinates":[508653.50,221332]},'
        '"properties":{"a":1.50,"b":[1],"c":null,"d":true,"e":"1E5"}}]}'
    )
    table = read_tables(path, "f.geojson").tables[0]
    assert table.frame.iloc[0].to_dict() == {
        "id": "7", "a": "1.50", "c": "", "d": "true", "e": "1E5", "geometry x": "508653.5", "geometry y": "221332",
    }  # fmt: skip
    assert table.crs == "EPSG:27700"
    assert table.kinds["a"] == "number"


def test_a_link_as_coordinate_system_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    point = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": {"a": "b"}}
    link = {"type": "link", "properties": {"href": "file:///etc/passwd", "type": "ogcwkt"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": link, "features": [point]}))
    assert read_tables(path, "f.geojson").tables[0].crs == "EPSG:4326"


def test_a_broken_shape_keeps_its_row(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    features = [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[["x"]]]}, "properties": {"a": "1"}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": {"a": "2"}},
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    result = read_tables(path, "f.geojson")
    assert result.tables[0].frame["geometry x"].tolist() == ["", "1"]
    assert [(problem.code, problem.row) for problem in result.problems] == [("shape-broken", 2)]


def test_a_shapefile_part_alone_and_one_without_projection(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"code": ["001"]}, geometry=[shapely.Point(5, 6)], crs=27700)
    frame.to_file(tmp_path / "p.shp")
    alone = read_tables(tmp_path / "p.shp", "p.shp")
    assert [problem.code for problem in alone.problems] == ["shapefile-alone"]
    with zipfile.ZipFile(tmp_path / "upload", "w") as archive:
        for ending in ("shp", "shx", "dbf"):
            archive.write(tmp_path / f"p.{ending}", f"P.{ending.upper()}")
    table = read_tables(tmp_path / "upload", "p.zip").tables[0]
    assert table.frame["code"].tolist() == ["001"]
    assert table.crs == ""
    assert "no-crs" in [problem.code for problem in table.problems]


def test_kml_data_times_and_links(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_text(
        '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link>'
        "<href>file:///etc/passwd</href></Link></NetworkLink><Placemark><name>Stop</name><TimeStamp><when>2024-03-04"
        "T15:00:00Z</when></TimeStamp><ExtendedData><Data name='kind'><value>bus</value></Data></ExtendedData>"
        "<Point><coordinates>-0.4,51.9,0</coordinates></Point></Placemark></Document></kml>"
    )
    result = read_tables(path, "f.kml")
    table = result.tables[0]
    assert table.frame.iloc[0].tolist() == ["Stop", "2024-03-04T15:00:00Z", "bus", "-0.4", "51.9"]
    assert [problem.code for problem in result.problems] == ["kml-links"]


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "parquet"])
def test_an_empty_or_missing_shape_costs_its_own_place_only(tmp_path: Path, kind: str) -> None:
    shapes = [shapely.Point(-0.41, 51.88), shapely.Point(), None, shapely.Polygon(), shapely.Point(-0.4, 51.9)]
    frame = geopandas.GeoDataFrame({"code": list("abcde")}, geometry=shapes, crs="EPSG:4326")
    table = read_tables(save(frame, tmp_path, kind), f"places.{kind}").tables[0]
    assert table.row_count == 5
    assert [bool(text) for text in table.frame[table.point_columns[0]]] == [True, False, False, False, True]
