"""A county's 36 months of open data through the commands, each number checked against one that we did not compute."""

import json
import zipfile
from pathlib import Path

import esda
import geopandas as gpd
import h3
import libpysal
import numpy as np
import pandas as pd
import pytest

from tests.commands import run, supply

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The weights matrix is not fully connected")]
ROWS, WITHOUT_COORDINATES = 182_113, 6_381


@pytest.fixture(scope="module")
def source(shared_data: Path) -> pd.DataFrame:
    """All 36 files, read by pandas alone."""
    with zipfile.ZipFile(shared_data / "police_uk/bedfordshire_street_2021-05_2024-04.zip") as archive:
        frames = [
            pd.read_csv(archive.open(name), dtype=str, keep_default_na=False)
            for name in archive.namelist()
            if name.endswith(".csv")
        ]
    rows = pd.concat(frames, ignore_index=True)
    assert len(rows) == ROWS
    # the stated rule: full-row duplicates are dropped within a file where a Crime ID is present
    with_id = rows["Crime ID"] != ""
    return rows[~(with_id & rows.duplicated(keep="first"))].reset_index(drop=True)


@pytest.fixture(scope="module")
def store(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bedfordshire") / "store"
    assert run("init", "--store", folder).exit_code == 0
    report = folder.parent / "report.json"
    done = supply(
        shared_data / "police_uk/bedfordshire_street_2021-05_2024-04.zip",
        *("--store", folder, "--profile", "police-uk", "--report", report),
    )
    assert done.exit_code == 0, done.output
    # after the records: the layer's areas are then decided by the cell's centre
    layer = shared_data / "boundaries/bedfordshire/bedfordshire_lsoa11_merged.geojson"
    added = run(
        "areas", "add", layer, "--store", folder, "--layer", "lsoa11", "--code", "LSOA11CD", "--name", "LSOA11NM"
    )
    assert added.exit_code == 0, added.output
    return folder


def _report(store: Path) -> dict:
    return json.loads((store.parent / "report.json").read_text(encoding="utf-8"))


def test_every_row_is_accounted_for(store: Path, source: pd.DataFrame) -> None:
    report = _report(store)
    assert report["rows"] == ROWS
    assert report["accepted"] + report["quarantined"] + report["refused"] + report["duplicates"] == ROWS
    assert report["accepted"] == len(source)
    assert report["evidence"] == "background"
    without = (source["Longitude"] == "").sum()
    assert without == WITHOUT_COORDINATES - _dropped_without_coordinates(report, source)
    assert report["not_on_map"] == without


def _dropped_without_coordinates(report: dict, source: pd.DataFrame) -> int:
    return WITHOUT_COORDINATES - int((source["Longitude"] == "").sum())


def test_anti_social_behaviour_is_kept_to_the_row(store: Path, source: pd.DataFrame, tmp_path: Path) -> None:
    out = tmp_path / "by_harm.csv"
    filters = ("--store", store, "--evidence", "background")
    assert run("count", *filters, "--areas", "lsoa11", "--by", "harm", "--out", out).exit_code == 0
    batches = json.loads(run("batches", "--store", store, "--json").output)
    assert batches[0]["accepted"] == len(source)
    asb = source[(source["Crime type"] == "Anti-social behaviour") & (source["Longitude"] != "")]
    cells = tmp_path / "asb.csv"
    assert run("count", *filters, "--harm", "asb", "--resolution", "7", "--out", cells).exit_code == 0
    assert pd.read_csv(cells)["count"].sum() == len(asb)


@pytest.mark.parametrize("resolution", [7, 8, 9, 10])
def test_counts_by_cell_equal_h3_and_pandas_alone(
    store: Path, source: pd.DataFrame, tmp_path: Path, resolution: int
) -> None:
    out = tmp_path / "cells.csv"
    done = run("count", "--store", store, "--evidence", "background", "--resolution", resolution, "--out", out)
    assert done.exit_code == 0, done.output
    located = source[source["Longitude"] != ""]
    points = located.groupby(["Latitude", "Longitude"]).size()
    theirs: dict[str, int] = {}
    for (latitude, longitude), count in points.items():
        fine = h3.latlng_to_cell(float(latitude), float(longitude), 11)
        cell = h3.cell_to_parent(fine, resolution)
        theirs[cell] = theirs.get(cell, 0) + int(count)
    ours = pd.read_csv(out)
    assert dict(zip(ours["cell"], ours["count"], strict=True)) == theirs


def _layer(shared_data: Path) -> gpd.GeoDataFrame:
    layer = gpd.read_file(shared_data / "boundaries/bedfordshire/bedfordshire_lsoa11_merged.geojson").to_crs(4326)
    layer["geometry"] = layer.geometry.make_valid()
    return layer.sort_values("LSOA11CD").reset_index(drop=True)


def _joined(points: gpd.GeoSeries, layer: gpd.GeoDataFrame) -> pd.Series:
    frame = gpd.GeoDataFrame(geometry=points)
    joined = gpd.sjoin(frame, layer[["LSOA11CD", "geometry"]], predicate="intersects")
    return joined.sort_values("LSOA11CD").groupby(level=0)["LSOA11CD"].first()


def test_a_layer_loaded_later_counts_by_the_cells_centre(
    store: Path, source: pd.DataFrame, shared_data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "areas.csv"
    assert run("count", "--store", store, "--evidence", "background", "--areas", "lsoa11", "--out", out).exit_code == 0
    located = source[source["Longitude"] != ""]
    distinct = located[["Latitude", "Longitude"]].drop_duplicates()
    centre = {
        (a, b): h3.cell_to_latlng(h3.latlng_to_cell(float(a), float(b), 11))
        for a, b in distinct.itertuples(index=False)
    }
    at = [centre[pair] for pair in zip(located["Latitude"], located["Longitude"], strict=True)]
    points = gpd.GeoSeries(gpd.points_from_xy([p[1] for p in at], [p[0] for p in at]), crs=4326)
    theirs = _joined(points, _layer(shared_data)).value_counts()
    ours = pd.read_csv(out).dropna(subset="area_code").set_index("area_code")["count"]
    ours = ours[ours > 0]
    assert ours.to_dict() == theirs.to_dict()


def test_a_layer_loaded_before_counts_by_the_original_point(shared_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    run("init", "--store", folder)
    layer = shared_data / "boundaries/bedfordshire/bedfordshire_lsoa11_merged.geojson"
    run("areas", "add", layer, "--store", folder, "--layer", "lsoa11", "--code", "LSOA11CD", "--name", "LSOA11NM")
    month = shared_data / "police_uk/2024-03-bedfordshire-street.csv"
    report = tmp_path / "report.json"
    assert supply(month, "--store", folder, "--profile", "police-uk", "--report", report).exit_code == 0
    out = tmp_path / "areas.csv"
    assert run("count", "--store", folder, "--evidence", "background", "--areas", "lsoa11", "--out", out).exit_code == 0
    rows = pd.read_csv(month, dtype=str, keep_default_na=False)
    rows = rows[~((rows["Crime ID"] != "") & rows.duplicated())]
    rows = rows[rows["Longitude"] != ""].reset_index(drop=True)
    points = gpd.GeoSeries(
        gpd.points_from_xy(rows["Longitude"].astype(float), rows["Latitude"].astype(float)), crs=4326
    )
    theirs = _joined(points, _layer(shared_data)).value_counts()
    ours = pd.read_csv(out).dropna(subset="area_code").set_index("area_code")["count"]
    ours = ours[ours > 0]
    assert ours.to_dict() == theirs.to_dict()
    said = json.loads(report.read_text(encoding="utf-8"))
    assert said["rows"] == said["accepted"] + said["quarantined"] + said["refused"] + said["duplicates"] == 5_272


def test_gi_star_of_the_written_table_equals_esda(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "hot.csv"
    words = ("--evidence", "background", "--resolution", "8", "--method", "gi-star", "--out", out)
    assert run("hotspots", "--store", store, *words).exit_code == 0
    table = pd.read_csv(out)
    held = set(table["cell"])
    neighbours = {
        cell: [other for other in h3.grid_disk(cell, 1) if other != cell and other in held] for cell in table["cell"]
    }
    weights = libpysal.weights.W(neighbours, id_order=list(table["cell"]), silence_warnings=True)
    theirs = esda.G_Local(table["count"].to_numpy(float), weights, transform="B", star=True, permutations=0).Zs
    np.testing.assert_allclose(table["gi_star"], theirs, atol=1e-9, rtol=0)


def test_gi_star_by_area_equals_esda(store: Path, shared_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "hot_areas.csv"
    words = ("--evidence", "background", "--areas", "lsoa11", "--method", "gi-star", "--out", out)
    assert run("hotspots", "--store", store, *words).exit_code == 0
    table = pd.read_csv(out).set_index("area_code")
    layer = _layer(shared_data)
    weights = libpysal.weights.fuzzy_contiguity(layer, tolerance=0, predicate="intersects", silence_warnings=True)
    y = table.loc[layer["LSOA11CD"], "count"].to_numpy(float)
    theirs = esda.G_Local(y, weights, transform="B", star=True, permutations=0).Zs
    np.testing.assert_allclose(table.loc[layer["LSOA11CD"], "gi_star"], theirs, atol=1e-9, rtol=0)


def test_the_same_file_twice_changes_nothing(store: Path, shared_data: Path, tmp_path: Path) -> None:
    report = tmp_path / "again.json"
    before = json.loads(run("batches", "--store", store, "--json").output)
    archive = shared_data / "police_uk/bedfordshire_street_2021-05_2024-04.zip"
    done = supply(archive, "--store", store, "--profile", "police-uk", "--report", report)
    assert done.exit_code == 0
    said = json.loads(report.read_text(encoding="utf-8"))
    assert (said["rows"], said["duplicates"], said["accepted"]) == (ROWS, ROWS, 0)
    assert json.loads(run("batches", "--store", store, "--json").output) == before


def test_one_month_out_of_the_zip_brings_nothing_new(store: Path, shared_data: Path, tmp_path: Path) -> None:
    report = tmp_path / "month.json"
    month = shared_data / "police_uk/2024-03-bedfordshire-street.csv"
    done = supply(month, "--store", store, "--profile", "police-uk", "--report", report)
    said = json.loads(report.read_text(encoding="utf-8"))
    assert said["rows"] == 5_272
    assert said["accepted"] == 0, done.output
    assert said["duplicates"] + said["quarantined"] == 5_272


def test_the_store_verifies(store: Path) -> None:
    assert run("verify", "--store", store).exit_code == 0
