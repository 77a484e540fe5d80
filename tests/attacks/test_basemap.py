"""Hostile base maps: addresses from data, MBTiles that would run something, paths that would leave the folder of tiles."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.applications import Starlette

from csg_maps.errors import InputRefused, SchemaBroken
from csg_maps.layers.elements import TileSet
from csg_maps.layers.headers import frame_policy
from csg_maps.layers.map_page import check_page, make_map
from csg_maps.layers.tiles import tile_routes
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.store.workspace import Store, create_store
from csg_maps.workflows import basemaps, picture
from csg_maps.workflows.basemaps import BaseMapChoice
from tests.layers.test_served import ask
from tests.mbtiles import make, script
from tests.mbtiles import picture as tile_picture

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = "https://tile.example/{z}/{x}/{y}.png"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return create_store(tmp_path / "store")


def add(store: Store, path: Path) -> basemaps.BaseMapAdded:
    return basemaps.add(store, LOCAL_ACTOR, path, path.name, BaseMapChoice())


def test_attack_018_an_address_in_the_metadata_of_a_file_is_only_words(store: Store, tmp_path: Path) -> None:
    about = {"name": ELSEWHERE, "attribution": f'<img src="{ELSEWHERE}">', "tiles": ELSEWHERE, "tileurl": ELSEWHERE}
    add(store, make(tmp_path / "t.mbtiles", [(10, 1, 1, tile_picture())], about))
    ground = picture.ground(store, LOCAL_ACTOR)
    page = make_map(ground.shapes, ground.bounds)
    check_page(page, [])
    assert "tile.example" not in page.get_root().render()


@pytest.mark.parametrize("address", [ELSEWHERE, "//tile.example/{z}/{x}/{y}", "0123456789abcdef/../../x"])
def test_attack_018_a_tile_set_takes_no_address(address: str) -> None:
    with pytest.raises(SchemaBroken):
        TileSet(address, 0, 16)


def test_attack_018_no_server_is_listed_unless_an_administrator_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CSG_TILE_SERVER", raising=False)
    with pytest.raises(SchemaBroken, match="No tile server"):
        make_map((TileSet("", 0, 19),), (52.0, -0.6, 52.3, -0.3))
    assert "https:" not in frame_policy()


@pytest.mark.parametrize("address", ["http://tile.example/{z}/{x}/{y}.png", "https://u:p@tile.example/{z}/{x}/{y}.png"])
def test_attack_018_an_unsafe_server_does_not_start(tmp_path: Path, address: str) -> None:
    for name in ("app.py", "home.py"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / ".streamlit", tmp_path / ".streamlit")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CSG_STORE": str(tmp_path / "store"), "HOME": str(tmp_path)}
    environment |= {"CSG_TILE_SERVER": address, "CSG_TILE_ATTRIBUTION": "Example"}
    ended = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true", "--server.port", "0"],
        check=False, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    printed = ended.stdout + ended.stderr
    assert ended.returncode != 0 and "CSG_TILE_SERVER" in printed
    assert "Traceback" not in printed and "u:p@" not in printed


HOSTILE = {
    "a view that makes tiles up": (
        "CREATE TABLE metadata (name, value); CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 "
        "FROM n) SELECT 1 AS zoom_level, 0 AS tile_column, i AS tile_row, randomblob(1000000) AS tile_data FROM n;"
    ),
    "a table of computed columns": (
        "CREATE TABLE tiles (zoom_level, tile_column, tile_row, "
        "tile_data AS (hex(zeroblob(1000000))) VIRTUAL); INSERT INTO tiles VALUES (1, 0, 0);"
    ),
    "a virtual table": "CREATE VIRTUAL TABLE tiles USING fts5(zoom_level, tile_column, tile_row, tile_data);",
    "views for both tables of the other layout": (
        "CREATE TABLE secret (x); CREATE VIEW map AS SELECT 1 AS zoom_level, 0 AS tile_column, 0 AS tile_row, 'a' AS tile_id;"
        "CREATE VIEW images AS SELECT 'a' AS tile_id, zeroblob(100) AS tile_data; CREATE VIEW tiles AS SELECT * FROM map;"
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_attack_027_mbtiles_whose_tiles_are_no_true_table_are_refused(store: Store, tmp_path: Path, what: str) -> None:
    path = script(tmp_path / "odd.mbtiles", HOSTILE[what])
    before = path.read_bytes()
    with pytest.raises(InputRefused):
        add(store, path)
    assert basemaps.list_basemaps(store, LOCAL_ACTOR) == [] and path.read_bytes() == before
    assert list((store.folder / "basemaps").iterdir()) == []


def test_attack_027_triggers_and_other_tables_do_not_come_along(store: Store, tmp_path: Path) -> None:
    path = make(tmp_path / "t.mbtiles", [(10, 1, 1, tile_picture())])
    script(
        path,
        "CREATE TABLE log (x); CREATE TRIGGER loud AFTER INSERT ON tiles BEGIN INSERT INTO log VALUES (load_extension('x')); "
        "END; CREATE VIEW peek AS SELECT * FROM log; CREATE TABLE names (surname); INSERT INTO names VALUES ('canary-027');",
    )
    before = path.read_bytes()
    added = add(store, path)
    ours = store.folder / "basemaps" / f"{added.basemap_id}.mbtiles"
    assert path.read_bytes() == before
    with sqlite3.connect(ours) as database:
        held = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    database.close()
    assert not held & {"log", "loud", "peek", "names"} and b"canary-027" not in ours.read_bytes()


def test_attack_027_metadata_that_is_a_view_is_not_read(store: Store, tmp_path: Path) -> None:
    path = make(tmp_path / "t.mbtiles", [(10, 1, 1, tile_picture())])
    script(
        path, "DROP TABLE metadata; CREATE VIEW metadata AS SELECT 'attribution' AS name, sqlite_version() AS value;"
    )
    added = add(store, path)
    assert added.tiles == 1 and basemaps.list_basemaps(store, LOCAL_ACTOR)[0].attribution == ""


@pytest.mark.parametrize(
    ("tiles", "about"),
    [
        ([(10, 1, 1, b"\x1f\x8b\x08\x00vector")], {"format": "png"}),
        ([(10, 1, 1, b"\x1a\x02vector")], {"format": "pbf"}),
    ],
)
def test_attack_027_vector_tiles_are_refused_with_what_to_do(store: Store, tmp_path: Path, tiles, about) -> None:
    with pytest.raises(InputRefused, match="vector tiles"):
        add(store, make(tmp_path / "v.mbtiles", tiles, about))
    assert basemaps.list_basemaps(store, LOCAL_ACTOR) == []


def test_attack_027_a_damaged_or_cut_file_is_refused(store: Store, tmp_path: Path) -> None:
    tiles = [(10, column, 1, tile_picture((column % 256, 2, 3))) for column in range(400)]
    path = make(tmp_path / "t.mbtiles", tiles)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(InputRefused):
        add(store, path)
    path.write_bytes(content[:4096] + bytes(4096) + content[8192:])
    with pytest.raises(InputRefused):
        add(store, path)
    assert list((store.folder / "basemaps").iterdir()) == []


def test_attack_027_a_file_without_one_usable_tile_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputRefused):
        add(store, make(tmp_path / "t.mbtiles", [(99, 0, 0, tile_picture()), (10, 1, 1, b"<html>")]))
    with pytest.raises(InputRefused):
        add(store, make(tmp_path / "e.mbtiles", []))


@pytest.mark.parametrize(
    "path",
    [
        "/basemap/../workspace.sqlite/0/0/0",
        "/basemap/..%2f..%2fworkspace/0/0/0",
        "/basemap/%2e%2e/0/0/0",
        "/basemap/{id}/../../workspace.sqlite",
        "/basemap/{id}/10/1/1/../../../../workspace.sqlite",
        "/basemap/{id}%00/10/1/1",
        "/basemap/{id}\x00/10/1/1",
        "/basemap/{id}.mbtiles",
        "/basemap/{id}",
        "/basemap/",
        "/basemap/{id}/10/1/1?x=../../",
        "/basemap/{id}/10/1/1' OR 1=1",
        "/basemap/{id}/10/1/1/",
        "/component/../basemap/../workspace.sqlite",
    ],
)
def test_attack_102_no_trick_with_a_path_leaves_the_tiles(store: Store, tmp_path: Path, path: str) -> None:
    added = add(store, make(tmp_path / "t.mbtiles", [(10, 1, 1, tile_picture())]))
    app = Starlette(routes=tile_routes(lambda: store.folder / "basemaps"))
    status, _headers, body = ask(app, path.format(id=added.basemap_id))
    assert status in {404, 307} and b"SQLite" not in body
