"""Records that give an area code and no point: matched however the code is written, and named where no layer knows it."""

import json
from pathlib import Path

import geopandas as gpd
import shapely

from tests.commands import run, supply


def test_codes_in_small_letters_are_known_and_unknown_ones_are_named(tmp_path: Path) -> None:
    store, report = tmp_path / "store", tmp_path / "report.json"
    run("init", "--store", store)
    layer = gpd.GeoDataFrame(
        {"code": ["E01000001", "E01000002"], "name": ["One", "Two"]},
        geometry=[shapely.box(-0.6, 52, -0.5, 52.1), shapely.box(-0.5, 52, -0.4, 52.1)],
        crs="EPSG:4326",
    )
    layer.to_file(tmp_path / "areas.geojson", driver="GeoJSON", engine="pyogrio")
    words = ("--layer", "Small", "--code", "code", "--name", "name")
    assert run("areas", "add", tmp_path / "areas.geojson", "--store", store, *words).exit_code == 0
    given = ["e01000001", " E01000001 ", "E01000002", "E01999999", "a person's name", ""]
    rows = "".join(f'2026-01-{day:02d},"{code}",missing\n' for day, code in enumerate(given, start=1))
    (tmp_path / "coded.csv").write_text(f"date,LSOA code,harm\n{rows}", encoding="utf-8")
    said = supply(tmp_path / "coded.csv", "--store", store, "--report", report, "--map", "area_code=LSOA code")
    assert said.exit_code == 0, said.output
    out = tmp_path / "counts.csv"
    assert run("count", "--store", store, "--areas", "small", "--out", out).exit_code == 0
    counted = dict(line.split(",")[0::2] for line in out.read_text(encoding="utf-8").split()[1:] if line[0] == "E")
    assert counted == {"E01000001": "2", "E01000002": "1"}
    problems = json.loads(report.read_text(encoding="utf-8"))["problems"]
    (told,) = [one for one in problems if one["code"] == "area-code-unknown"]
    assert "E01999999" in told["message"]
    assert "person" not in told["message"]
