"""A map file becomes the base map: known layers, questions for others, a drawing that survives being killed, hostile tiles."""

import json
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csg_maps.errors import InputRefused
from csg_maps.intake.files.mbtiles import MAXIMUM_TILE_BYTES
from csg_maps.intake.meaning.map_layers import chosen_meaning, features_of, known_meaning
from csg_maps.layers.map_page import check_page, make_map
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.store import basemaps as rows
from csg_maps.store import reference
from csg_maps.store.workspace import Store, create_store
from csg_maps.workflows import basemaps, jobs, picture
from csg_maps.workflows.basemap_extent import zooms_for
from csg_maps.workflows.basemaps import BaseMapChoice
from tests.commands import run
from tests.mbtiles import make
from tests.mbtiles import picture as tile_picture

ROOT = Path(__file__).resolve().parents[2]
LINE = shapely.LineString([(0.10, 52.10), (0.13, 52.12)])
AREA = shapely.box(0.10, 52.10, 0.12, 52.12)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return create_store(tmp_path / "store")


def frame(geometry: object = LINE, **fields: object) -> gpd.GeoDataFrame:
    count = max((len(value) for value in fields.values() if isinstance(value, list)), default=1)
    return gpd.GeoDataFrame(
        {name: pd.array(value, dtype="str") for name, value in fields.items()}, geometry=[geometry] * count, crs=4326
    )


def geopackage(path: Path, **layers: gpd.GeoDataFrame) -> Path:
    for name, layer in layers.items():
        layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
    return path


def small_town(path: Path) -> Path:
    streets = gpd.GeoDataFrame(
        {
            "type": ["Local Street"] * 14 + ["A Road"],
            "name": [f"Orchard Street {number}" for number in range(14)] + [""],
            "number": [""] * 14 + ["A6"],
        },
        geometry=[shapely.LineString([(0.10, 52.10 + n * 0.002), (0.135, 52.101 + n * 0.002)]) for n in range(15)],
        crs=4326,
    )
    return geopackage(path, roads_local=streets, surfacewater=frame(AREA, type=["Inland"]))


def tiles_of(store: Store, basemap_id: str) -> dict[tuple[int, int, int], bytes]:
    with sqlite3.connect(rows.basemap_path(store, basemap_id)) as database:
        found = database.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles").fetchall()
    database.close()
    return {(zoom, column, row): content for zoom, column, row, content in found}


# --- what layers mean


@pytest.mark.parametrize(
    ("layer", "fields", "kinds"),
    [
        ("roads_national", {"type": ["Motorway", "A Road"]}, ["street-major", "street-major"]),
        ("roads_regional", {"type": ["B Road", "A Road"]}, ["street-main", "street-major"]),
        ("roads_local", {"type": ["Local Street", "Minor Road", "Path"]}, ["street", "street", "path"]),
        ("waterlines", {"type": ["Local"]}, ["waterline"]),
        ("rail", {"type": ["Multi Track", "Tunnel"]}, ["railway"]),
        ("gis_osm_roads_free_1", {"fclass": ["primary", "residential", "footway", "tertiary"]},
         ["street-major", "street", "path", "street-main"]),
        ("gis_osm_railways_free_1", {"fclass": ["rail", "tram"]}, ["railway", "railway"]),
        ("streets.geojson", {"highway": ["residential", "", "motorway"], "waterway": ["", "river", ""]},
         ["street", "waterline", "street-major"]),
    ],
)  # fmt: skip
def test_layers_of_lines_that_are_known(layer: str, fields: dict[str, list[str]], kinds: list[str]) -> None:
    meaning = known_meaning(layer, frame(**fields))
    assert meaning is not None
    assert list(features_of(frame(**fields), meaning)["kind"]) == kinds


@pytest.mark.parametrize(
    ("layer", "fields", "kinds"),
    [
        ("greenspaces", {"type": ["x"]}, ["park"]),
        ("greenspace", {"type": ["x"]}, ["park"]),
        ("woodland", {"type": ["x"]}, ["wood"]),
        ("local_buildings", {"uuid": ["x"]}, ["building"]),
        ("gis_osm_buildings_a_free_1", {"fclass": ["building"]}, ["building"]),
        ("gis_osm_water_a_free_1", {"fclass": ["reservoir"]}, ["water"]),
        ("gis_osm_landuse_a_free_1", {"fclass": ["park", "forest", "residential", "farmland"]}, ["park", "wood", "built"]),
        ("any.geojson", {"building": ["yes", "house", "no"], "leisure": ["", "", "park"]}, ["building", "building", "park"]),
        ("wards_2023", {"WD23CD": ["E05000001"], "WD23NM": ["North"]}, ["border"]),
    ],
)  # fmt: skip
def test_layers_of_areas_that_are_known(layer: str, fields: dict[str, list[str]], kinds: list[str]) -> None:
    meaning = known_meaning(layer, frame(AREA, **fields))
    assert meaning is not None
    assert list(features_of(frame(AREA, **fields), meaning)["kind"]) == kinds


def test_names_of_settlements_with_their_welsh_by_the_language_that_the_file_gives() -> None:
    given = frame(
        shapely.Point(0.1, 52.1),
        type=["Town", "Village", "Hamlet", "Greenspace", "Landform"],
        name1=["Abertawe", "Rhosili", "Reynoldston", "Singleton Park", "Cefn Bryn"],
        name1language=["cym", "cym", "", "eng", ""],
        name2=["Swansea", "Rhossili", "", "Parc Singleton", ""],
        name2language=["eng", "eng", "", "cym", ""],
    )
    made = features_of(given, known_meaning("names", given))
    told = [tuple(row) for row in made[["kind", "rank", "name", "name_cy"]].itertuples(index=False)]
    assert told == [
        ("settlement", 2, "Swansea", "Abertawe"),
        ("settlement", 3, "Rhossili", "Rhosili"),
        ("settlement", 4, "Reynoldston", ""),
        ("park-name", 0, "Singleton Park", "Parc Singleton"),
    ]


def test_a_layer_that_nobody_knows_is_asked_with_the_list_of_kinds(store: Store, tmp_path: Path) -> None:
    path = geopackage(tmp_path / "own.gpkg", strassen=frame(art=["x"]))
    looked = basemaps.look(path, "own.gpkg")
    assert [(layer.name, layer.kind) for layer in looked.layers] in ([("strassen", "")], [("own.gpkg", "")])
    with pytest.raises(InputRefused, match=r"street-major.*leave-out"):
        basemaps.add(store, LOCAL_ACTOR, path, "own.gpkg", BaseMapChoice())
    assert basemaps.list_basemaps(store, LOCAL_ACTOR) == []
    with pytest.raises(InputRefused, match="no layer called"):
        basemaps.add(store, LOCAL_ACTOR, path, "own.gpkg", BaseMapChoice(layer_kinds=(("roads", "street"),)))
    with pytest.raises(InputRefused, match="A layer is one of"):
        choice = BaseMapChoice(layer_kinds=((looked.layers[0].name, "street; drop"),))
        basemaps.add(store, LOCAL_ACTOR, path, "own.gpkg", choice)


def test_streets_named_by_a_person_keep_the_classes_that_the_file_has() -> None:
    given = frame(kind=["main", "local", "path", "else"])
    assert list(features_of(given, chosen_meaning("street"))["kind"]) == ["street-main", "street", "path", "street"]


def test_shapes_that_cannot_be_their_kind_and_broken_ones_do_no_harm() -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    shapes = [AREA, LINE, None, shapely.Point(), bow, shapely.Point(0, 0)]
    given = gpd.GeoDataFrame({"type": ["x"] * 6}, geometry=shapes, crs=4326)
    made = features_of(given, known_meaning("local_buildings", given))
    assert len(made) == 2 and made.geometry.is_valid.all()


# --- drawing


def test_a_vector_file_is_drawn_shown_and_settles_ground(store: Store, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    path = small_town(tmp_path / "town.gpkg")
    choice = BaseMapChoice(max_zoom=14)
    added = basemaps.add(store, LOCAL_ACTOR, path, "town.gpkg", choice, progress=lambda *step: told.append(step))
    assert basemaps.list_basemaps(store, LOCAL_ACTOR)[0].is_shown
    assert [done for done, _stage in told] == sorted(done for done, _stage in told) and told[-1][0] == 1.0
    assert any("of" in stage and "tiles" in stage for _done, stage in told)
    assert any("settle" in line for line in added.in_words) and str(added.tiles) in added.in_words[0]
    assert len(reference.ground_cells(store, 11)) > 20
    assert len(reference.read_lines(store, "streets")) == 14 and len(reference.read_lines(store, "main_streets")) == 1
    assert basemaps.list_basemaps(store, LOCAL_ACTOR)[0].attribution.startswith("Contains OS data")
    assert len(tiles_of(store, added.basemap_id)) == added.tiles
    tile = basemaps.tile_reader(store)
    assert tile is not None and tile(0, 0, 0) is None


def test_killed_while_drawing_and_started_again_gives_the_same_tiles_as_one_go(store: Store, tmp_path: Path) -> None:
    path = small_town(tmp_path / "town.gpkg")
    command = [
        sys.executable,
        "-m",
        "csg_maps",
        "basemap",
        "add",
        str(path),
        "--store",
        str(store.folder),
        "--max-zoom",
        "16",
    ]
    killed = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done = 0
    deadline = time.monotonic() + 60
    while done < 3 and time.monotonic() < deadline and killed.poll() is None:
        time.sleep(0.02)
        for part in (store.folder / "basemaps").glob("*.part"):
            with sqlite3.connect(part, timeout=5) as database:
                try:
                    done = database.execute("SELECT count(*) FROM blocks").fetchone()[0]
                except sqlite3.OperationalError:
                    done = 0
            database.close()
    killed.kill()
    killed.wait()
    (begun,) = basemaps.list_basemaps(store, LOCAL_ACTOR)
    assert begun.state == "drawing" and not begun.is_shown, "it must be killed before its end"
    with rows.tiles_being_made(store, begun.basemap_id) as made:
        before = rows.done_blocks(made)
    assert len(before) >= 3
    again = basemaps.add(store, LOCAL_ACTOR, path, "town.gpkg", BaseMapChoice(max_zoom=16))
    assert again.basemap_id == begun.basemap_id
    assert [one.state for one in basemaps.list_basemaps(store, LOCAL_ACTOR)] == ["ready"]
    other = create_store(tmp_path / "other")
    once = basemaps.add(other, LOCAL_ACTOR, path, "town.gpkg", BaseMapChoice(max_zoom=16))
    assert tiles_of(store, again.basemap_id) == tiles_of(other, once.basemap_id)


def test_going_on_draws_only_what_is_missing(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_town(tmp_path / "town.gpkg")
    drawn: list[tuple[int, tuple[int, int]]] = []
    real = basemaps.draw_block

    def draw(plan, block, bounds):
        if len(drawn) == 4:
            raise KeyboardInterrupt
        drawn.append((plan.zoom, block))
        return real(plan, block, bounds)

    monkeypatch.setattr(basemaps, "draw_block", draw)
    with pytest.raises(KeyboardInterrupt):
        basemaps.add(store, LOCAL_ACTOR, path, "town.gpkg", BaseMapChoice())
    first = list(drawn)
    drawn.clear()
    monkeypatch.setattr(
        basemaps,
        "draw_block",
        lambda plan, block, bounds: (drawn.append((plan.zoom, block)), real(plan, block, bounds))[1],
    )
    basemaps.add(store, LOCAL_ACTOR, path, "town.gpkg", BaseMapChoice())
    assert drawn and not set(first) & set(drawn)


def test_the_command_tells_what_it_did_and_switches(store: Store, tmp_path: Path) -> None:
    path = small_town(tmp_path / "town.gpkg")
    where = ("--store", store.folder)
    said = run("basemap", "add", path, *where, "--max-zoom", "12", "--name", "Our town", "--attribution", "Us")
    assert said.exit_code == 0 and re.search(r"tiles are drawn, zoom \d+ to 12", said.output)
    (listed,) = json.loads(run("basemap", "list", *where, "--json").stdout)
    assert (listed["name"], listed["attribution"], listed["is_shown"]) == ("Our town", "Us", True)
    assert run("basemap", "show", "none", *where).exit_code == 0
    assert not json.loads(run("basemap", "list", *where, "--json").stdout)[0]["is_shown"]
    assert run("basemap", "show", listed["basemap_id"], *where).exit_code == 0
    assert run("basemap", "remove", listed["basemap_id"], *where).exit_code == 0
    assert "No base map yet" in run("basemap", "list", *where).output
    refused = run("basemap", "add", path, *where, "--max-zoom", "30")
    assert refused.exit_code == 1 and "Traceback" not in refused.output
    assert run("basemap", "remove", "../../x", *where).exit_code == 1
    assert run("basemap", "add", path, *where, "--layer-kind", "roads").exit_code == 1


def test_a_job_of_the_page_does_the_same(store: Store, tmp_path: Path) -> None:
    path = small_town(tmp_path / "town.gpkg")
    choice = BaseMapChoice("Town", "Us", (("surfacewater", "leave-out"),), 12)
    job = jobs.start_basemap(store, LOCAL_ACTOR, path.read_bytes(), "town.gpkg", choice)
    deadline = time.monotonic() + 60
    while jobs.state_of(store, job).state == "running" and time.monotonic() < deadline:
        time.sleep(0.2)
    ended = jobs.state_of(store, job)
    assert ended.state == "done" and ended.result["in_words"]
    assert basemaps.list_basemaps(store, LOCAL_ACTOR)[0].name == "Town"
    assert len(reference.read_lines(store, "water")) == 0


@pytest.mark.parametrize(
    ("bounds", "zooms"),
    [
        ((51.8, -0.7, 52.4, -0.1), (8, 16)),
        ((51.3, -5.4, 53.5, -2.6), (8, 14)),
        ((52.40, -4.90, 52.47, -4.74), (11, 16)),
    ],
)
def test_zooms_follow_the_extent(bounds: tuple[float, ...], zooms: tuple[int, int]) -> None:
    first, last = zooms_for(bounds)
    assert abs(first - zooms[0]) <= 1 and last == zooms[1]


# --- raster tiles


def test_raster_tiles_are_copied_and_their_attribution_kept_without_markup(store: Store, tmp_path: Path) -> None:
    about = {"name": "Plan <b>X</b>", "attribution": '<a href="https://x.example">&copy; Survey</a>', "format": "png"}
    tiles = [
        (10, column, 600, tile_picture((column % 256, 1, 1), form=form))
        for column, form in ((5, "PNG"), (6, "JPEG"), (7, "WEBP"))
    ]
    path = make(tmp_path / "plan.mbtiles", [*tiles, (9, 2, 300, tile_picture(size=512))], about)
    looked = basemaps.look(path, "plan.mbtiles")
    assert looked.is_raster and looked.attribution == "© Survey" and looked.tiles == 4
    added = basemaps.add(store, LOCAL_ACTOR, path, "plan.mbtiles", BaseMapChoice())
    (kept,) = basemaps.list_basemaps(store, LOCAL_ACTOR)
    assert (kept.kind, kept.name, kept.attribution, kept.min_zoom, kept.max_zoom) == (
        "raster",
        "Plan X",
        "© Survey",
        9,
        10,
    )
    tile = basemaps.tile_reader(store)
    assert tile(10, 5, 2**10 - 1 - 600) == tiles[0][3], "rows are counted from the south in the file"
    assert added.tiles == 4


def test_the_layout_that_keeps_equal_pictures_once_is_read_without_its_view(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "once.mbtiles"
    with sqlite3.connect(path) as database:
        database.executescript(
            "CREATE TABLE map (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_id TEXT, grid_id TEXT);"
            "CREATE TABLE images (tile_data blob, tile_id text);"
            "CREATE TABLE metadata (name text, value text);"
            "CREATE VIEW tiles AS SELECT 7 AS zoom_level, 0 AS tile_column, 0 AS tile_row, x'00' AS tile_data;"
        )
        database.execute("INSERT INTO images VALUES (?, 'a')", (tile_picture(),))
        database.executemany("INSERT INTO map VALUES (10, ?, 600, 'a', '')", [(column,) for column in range(4)])
    database.close()
    added = basemaps.add(store, LOCAL_ACTOR, path, "once.mbtiles", BaseMapChoice())
    assert set(tiles_of(store, added.basemap_id)) == {(10, column, 600) for column in range(4)}


def test_what_is_no_sound_tile_is_left_out_and_told(store: Store, tmp_path: Path) -> None:
    good = tile_picture()
    tiles = [
        (10, 1, 1, good),
        (10, 2, 1, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        (10, 3, 1, good + b"\0" * MAXIMUM_TILE_BYTES),
        (10, 4, 1, good[:40]),
        (10, 5, 1, tile_picture(size=1024)),
        (10, 6, 1, "text"),
        (99, 0, 0, good),
        (10, -1, 0, good),
        (10, 5000, 0, good),
        ("10; DROP", 0, 0, good),
        (None, 0, 0, good),
    ]
    path = make(tmp_path / "odd.mbtiles", tiles)
    added = basemaps.add(store, LOCAL_ACTOR, path, "odd.mbtiles", BaseMapChoice())
    assert list(tiles_of(store, added.basemap_id)) == [(10, 1, 1)]
    told = " ".join(added.in_words)
    assert "too large" in told and "no pictures" in told and "no tile has" in told


# --- names never leave what is drawn


def test_no_name_or_attribution_of_a_file_ever_enters_a_map(store: Store, tmp_path: Path) -> None:
    hostile = "{{cycler.__init__.__globals__.os.popen('id').read()}}<img src=x>"
    streets = frame(type=["Local Street"], name=[hostile])
    wide = gpd.GeoDataFrame(streets.drop(columns="geometry"), geometry=[LINE], crs=4326)
    path = geopackage(tmp_path / "odd.gpkg", roads_local=wide, surfacewater=frame(AREA, type=[hostile]))
    choice = BaseMapChoice(name=hostile, attribution=hostile, max_zoom=15)
    basemaps.add(store, LOCAL_ACTOR, path, f"{hostile}.gpkg", choice)
    ground = picture.ground(store, LOCAL_ACTOR)
    assert hostile[:20] in ground.attribution
    page = make_map(ground.shapes, ground.bounds)
    check_page(page, [])
    text = page.get_root().render()
    assert "cycler" not in text and "popen" not in text and "<img" not in text


def test_the_demo_boroughs_map_names_no_premises() -> None:
    from csg_maps.settings import DEMO_FOLDER
    from csg_maps.workflows.demo_ground import demo_features

    named = {name for pair in demo_features()[["name", "name_cy"]].to_numpy() for name in pair if name}
    places = gpd.read_file(DEMO_FOLDER / "demo_places.geojson", engine="pyogrio")
    others = set(places.loc[~places["kind"].isin(["bus_station", "railway_station", "high_street"]), "name"])
    premises = set(pd.read_csv(DEMO_FOLDER / "demo_premises.csv", dtype=str)["label"].dropna())
    assert named and not named & others and not named & premises


@pytest.mark.slow
def test_bedfordshire_is_drawn_from_its_boundaries_and_schools(store: Store, tmp_path: Path, shared_data: Path) -> None:
    path = bedfordshire(tmp_path / "bedfordshire.gpkg", shared_data)
    choice = BaseMapChoice(layer_kinds=(("schools", "place"),), max_zoom=14)
    steps: list[str] = []
    started = time.monotonic()
    added = basemaps.add(store, LOCAL_ACTOR, path, "b.gpkg", choice, progress=lambda _done, stage: steps.append(stage))
    print(
        f"\nBedfordshire to zoom 14: {added.tiles:,} tiles in {time.monotonic() - started:.0f} s; last steps {steps[-4:]}"
    )
    colours = np.concatenate(
        [np.frombuffer(content[:200], dtype=np.uint8) for content in tiles_of(store, added.basemap_id).values()]
    )
    assert len(colours) and added.tiles > 1000


def bedfordshire(path: Path, shared_data: Path) -> Path:
    """A GeoPackage of wards, small areas, districts and schools."""
    folder = shared_data / "boundaries" / "bedfordshire"
    wards = gpd.read_file(folder / "bedfordshire_wards13_merged.geojson", engine="pyogrio")
    small = gpd.read_file(folder / "bedfordshire_lsoa11_merged.geojson", engine="pyogrio")
    districts = wards.dissolve("LADNM").reset_index()[["LADCD", "LADNM", "geometry"]]
    schools = pd.read_csv(shared_data / "poi" / "gias_schools_bedfordshire.csv")
    points = gpd.points_from_xy(schools["longitude"], schools["latitude"])
    named = gpd.GeoDataFrame(schools[["establishment_name"]], geometry=points, crs=4326)
    return geopackage(path, wards=wards, lsoas=small, districts=districts, schools=named)
