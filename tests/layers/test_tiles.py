"""The route of tiles, the drawing of tiles, the names on them, and the gate for a tile layer on a map."""

import io
import itertools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware

from csg_maps.errors import InputRefused, SchemaBroken
from csg_maps.layers.basemap_drawing import BLOCK, blocks, draw_block
from csg_maps.layers.basemap_palette import in_palette, palette
from csg_maps.layers.basemap_plan import map_features, plan_zoom
from csg_maps.layers.basemap_style import AREAS, GROUND, NAME_HALO, NAMES, contrast, drawn_colours, rgb
from csg_maps.layers.elements import TileSet
from csg_maps.layers.fonts import font
from csg_maps.layers.headers import SecurityHeaders, frame_policy
from csg_maps.layers.hotspot_layer import hotspot_layer
from csg_maps.layers.map_page import check_page, has_tiles, make_map
from csg_maps.layers.tile_server import read_tile_server
from csg_maps.layers.tiles import tile_routes
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.store import basemaps
from csg_maps.store.workspace import create_store
from tests.layers.test_served import ask
from tests.mbtiles import picture

BOUNDS = (52.0, -0.6, 52.3, -0.3)
TILES = TileSet("0123456789abcdef", 9, 16)


# --- the route


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> tuple[Starlette, str]:
    store = create_store(tmp_path_factory.mktemp("tiles") / "store")
    begun = basemaps.begin(
        store, LOCAL_ACTOR, name="Plan", kind="raster", attribution="", zooms=(10, 10), bounds=(52, -1, 53, 0)
    )
    with basemaps.tiles_being_made(store, begun.basemap_id) as made:
        basemaps.put_block(made, 10, (0, 0), [(510, 337, picture()), (511, 337, picture(form="WEBP"))])
        basemaps.put_block(made, 10, (1, 0), [(512, 337, b"<svg onload=alert(1)>")])
    basemaps.finish(store, LOCAL_ACTOR, begun.basemap_id)
    headers = Middleware(SecurityHeaders, policy="default-src 'none'")
    return Starlette(routes=tile_routes(lambda: store.folder / "basemaps"), middleware=[headers]), begun.basemap_id


def test_a_tile_is_sent_for_a_frame_of_any_origin_and_kept_for_ever(served) -> None:
    app, basemap_id = served
    status, headers, body = ask(app, f"/basemap/{basemap_id}/10/510/337")
    assert (status, headers["content-type"], body) == (200, "image/png", picture())
    assert "immutable" in headers["cache-control"] and headers["etag"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "cross-origin-resource-policy" not in headers  # the frame of a map has no origin
    assert "set-cookie" not in headers
    assert ask(app, f"/basemap/{basemap_id}/10/511/337")[1]["content-type"] == "image/webp"


def test_beyond_the_map_a_clear_tile_is_sent_so_that_the_browser_has_nothing_to_complain_of(served) -> None:
    app, basemap_id = served
    status, headers, body = ask(app, f"/basemap/{basemap_id}/10/0/0")
    assert (status, headers["content-type"]) == (200, "image/png")
    with Image.open(io.BytesIO(body)) as opened:
        assert opened.convert("RGBA").getextrema()[3] == (0, 0)


@pytest.mark.parametrize(
    "path",
    [
        "/basemap/{id}/10/512/337",  # no picture, whatever is in the file
        "/basemap/{id}/10/1024/0",
        "/basemap/{id}/10/-1/0",
        "/basemap/{id}/23/0/0",
        "/basemap/{id}/99/0/0",
        "/basemap/{id}/1e1/0/0",
        "/basemap/{id}/10/0x1/0",
        "/basemap/{id}/10/٣/0",
        "/basemap/{id}/10/00/0",
        "/basemap/{id}/10/1/2.png",
        "/basemap/ffffffffffffffff/10/510/337",
        "/basemap/{ID}/10/510/337",
        "/basemap/{id}.mbtiles/10/510/337",
    ],
)
def test_anything_else_is_not_found(served, path: str) -> None:
    app, basemap_id = served
    address = path.format(id=basemap_id, ID=basemap_id.upper() + "G")
    assert ask(app, address)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_tiles_are_only_read(served, method: str) -> None:
    app, basemap_id = served
    assert ask(app, f"/basemap/{basemap_id}/10/510/337", method)[0] == 405


# --- the drawing


def features(*rows: tuple[str, int, str, str, shapely.Geometry]) -> gpd.GeoDataFrame:
    kinds, ranks, names, welsh, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"kind": kinds, "rank": ranks, "name": names, "name_cy": welsh}, geometry=list(shapes), crs=4326
    )


TOWN = features(
    ("land", 0, "", "", shapely.box(-0.7, 51.9, -0.2, 52.4).difference(shapely.box(-0.62, 52.2, -0.6, 52.21))),
    ("water", 0, "Long Mere", "Llyn Hir", shapely.box(-0.58, 52.05, -0.55, 52.10)),
    ("street-major", 0, "A6", "", shapely.LineString([(-0.6, 52.1), (-0.3, 52.2)])),
    *(
        ("street", 0, f"Orchard Street {n}", f"Stryd y Berllan {n}",
         shapely.LineString([(-0.5, 52.1 + n * 0.004), (-0.44, 52.101 + n * 0.004)]))
        for n in range(12)
    ),
    ("settlement", 2, "Silver Haven", "Porth Arian", shapely.Point(-0.46, 52.13)),
    ("border", 1, "North Ward", "Ward y Gogledd", shapely.box(-0.6, 52.15, -0.3, 52.3)),
    ("border", 1, "South Ward", "", shapely.box(-0.6, 52.0, -0.3, 52.15)),
    ("station", 0, "Haven Station", "Gorsaf y Porth", shapely.Point(-0.40, 52.17)),
)  # fmt: skip


@pytest.fixture(scope="module")
def town():
    return map_features(TOWN)


def drawn(plan, bounds=BOUNDS) -> dict[tuple[int, int], np.ndarray]:
    made = {}
    for block in blocks(bounds, plan.zoom):
        for column, row, content in draw_block(plan, block, bounds):
            with Image.open(io.BytesIO(content)) as opened:
                assert (opened.format, opened.mode, opened.size) == ("PNG", "P", (256, 256))
                made[column, row] = np.asarray(opened.convert("RGB"))
    return made


def test_tiles_of_blocks_cut_otherwise_are_the_same(town) -> None:
    """A tile does not depend on what it was drawn together with, but for the smoothing of a pixel."""
    plan = plan_zoom(town, 13)
    together = drawn(plan)
    for (column, row), whole in list(together.items())[::7]:
        south, west, north, east = (52.0, -0.6, 52.3, -0.3)
        alone = draw_block(plan, (column // BLOCK, row // BLOCK), (south, west, north, east))
        again = {(c, r): content for c, r, content in alone}[column, row]
        with Image.open(io.BytesIO(again)) as opened:
            assert (np.asarray(opened.convert("RGB")) == whole).all()


def test_what_lies_where(town) -> None:
    from csg_maps.geography.tiles import TILE_PX, unit_points

    plan = plan_zoom(town, 13)
    tiles = drawn(plan)

    def colour(longitude: float, latitude: float) -> tuple[int, int, int]:
        x, y = (float(value[0]) * 2**13 for value in unit_points([longitude], [latitude]))
        red, green, blue = tiles[int(x), int(y)][int(y % 1 * TILE_PX), int(x % 1 * TILE_PX)].tolist()
        return red, green, blue

    assert colour(-0.565, 52.06) == rgb(AREAS["water"].fill)
    assert colour(-0.59, 52.02) == rgb(AREAS["land"].fill)


def test_a_hole_in_land_is_sea_and_stays_a_hole(town) -> None:
    plan = plan_zoom(town, 14)
    tiles = drawn(plan, (52.19, -0.63, 52.22, -0.59))
    shades = {tuple(colour) for tile in tiles.values() for colour in tile.reshape(-1, 3)[::31].tolist()}
    assert rgb(GROUND["sea"]) in shades and rgb(AREAS["land"].fill) in shades


def test_names_never_touch_and_lie_whole_over_the_borders_of_tiles(town) -> None:
    for zoom in (12, 13, 14, 15):
        names = plan_zoom(town, zoom).names
        assert names
        for one, other in itertools.combinations([name for name in names if not name.angle], 2):
            left, right = one.box, other.box
            apart = left[2] <= right[0] or right[2] <= left[0] or left[3] <= right[1] or right[3] <= left[1]
            assert apart, (one.lines, other.lines)


def test_the_same_features_give_the_same_names_and_tiles(town) -> None:
    assert plan_zoom(town, 14).names == plan_zoom(map_features(TOWN), 14).names


def test_welsh_stands_under_english_or_beside_it_along_a_street(town) -> None:
    texts = [name.lines for name in plan_zoom(town, 15).names]
    assert ("Haven Station", "Gorsaf y Porth") in texts
    assert any(lines[0].startswith("Orchard Street") and " / Stryd y Berllan" in lines[0] for lines in texts)
    assert ("Silver Haven", "Porth Arian") in [name.lines for name in plan_zoom(town, 12).names]
    assert ("South Ward",) in [name.lines for name in plan_zoom(town, 12).names]


def test_streets_are_named_along_their_line_and_never_upside_down(town) -> None:
    turned = [name for name in plan_zoom(town, 15).names if name.look.along]
    assert len(turned) >= 10
    assert all(-90 <= name.angle <= 90 for name in turned)
    assert any(abs(name.angle) > 1 for name in turned)


def test_every_name_can_be_read_on_every_ground() -> None:
    grounds = [*GROUND.values(), *(look.fill for look in AREAS.values()), NAME_HALO]
    assert min(contrast(look.colour, ground) for look in NAMES.values() for ground in grounds) >= 4.5


def test_every_colour_that_is_drawn_stays_itself_in_the_palette() -> None:
    assert palette().shape == (256, 3)
    for colour in drawn_colours():
        entry = in_palette(Image.new("RGB", (1, 1), colour))[0, 0]
        assert tuple(palette()[entry].tolist()) == rgb(colour)


def test_the_typeface_has_the_letters_that_welsh_needs() -> None:
    letters = font(30)
    missing = letters.getmask("\uffff").getbbox(), bytes(letters.getmask("\uffff"))
    for letter in "ŵŷŴŶâêîôûïöáé":
        assert (letters.getmask(letter).getbbox(), bytes(letters.getmask(letter))) != missing, letter


# --- the gate


def test_a_base_map_passes_the_gate_and_asks_the_app_alone() -> None:
    page = make_map((TILES,), BOUNDS)
    check_page(page, [hotspot_layer(())])
    assert has_tiles(page) and not has_tiles(make_map((), BOUNDS))
    text = page.get_root().render()
    assert '"../../basemap/0123456789abcdef/{z}/{x}/{y}"' in text
    assert "http:" not in text and "https:" not in text


def test_a_tile_layer_with_another_address_is_stopped() -> None:
    for address in ("https://tile.example/{z}/{x}/{y}", "//tile.example/{z}/{x}/{y}", "../../media/{z}/{x}/{y}"):
        page = make_map((TILES,), BOUNDS)
        layer = _tile_layer(page)
        layer.address, layer.quoted = address, f'"{address}"'
        with pytest.raises(SchemaBroken):
            check_page(page, [])


def test_an_address_put_past_the_check_of_the_element_is_found_in_what_is_sent() -> None:
    page = make_map((TILES,), BOUNDS)
    _tile_layer(page).quoted = '"https://tile.example/{z}/{x}/{y}"'
    with pytest.raises(SchemaBroken, match="another host"):
        check_page(page, [])


def test_tiles_in_a_layer_of_results_are_stopped() -> None:
    results = hotspot_layer(())
    _tile_layer(make_map((TILES,), BOUNDS)).__class__(TILES).add_to(results)
    with pytest.raises(SchemaBroken, match="under its layers"):
        check_page(make_map((), BOUNDS), [results])


def _tile_layer(page):
    found = list(page._children.values())
    while found:
        element = found.pop()
        if type(element).__name__ == "TileLayer":
            return element
        found.extend(element._children.values())
    raise AssertionError("no tile layer")


@pytest.mark.parametrize("odd", ["", "{{7*7}}", "../../../x", "0123456789ABCDEF", 7, "0123456789abcdef\n"])
def test_a_tile_set_holds_an_id_and_nothing_else(odd) -> None:
    if odd == "":
        with pytest.raises(SchemaBroken, match="No tile server"):
            make_map((TileSet("", 0, 19),), BOUNDS)
        return
    with pytest.raises(SchemaBroken):
        TileSet(odd, 0, 16)


@pytest.mark.parametrize("zooms", [(-1, 5), (5, 4), (0, 99), (0.0, 5), (True, 5)])
def test_zooms_that_cannot_be_are_refused(zooms) -> None:
    with pytest.raises(SchemaBroken):
        TileSet("0123456789abcdef", *zooms)


# --- a server that an administrator lists


def test_a_listed_server_opens_the_frame_for_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSG_TILE_SERVER", "https://tiles.example.org/os/{z}/{x}/{y}.png")
    monkeypatch.setenv("CSG_TILE_ATTRIBUTION", "Example Survey")
    page = make_map((TileSet("", 0, 19),), BOUNDS)
    check_page(page, [])
    _tile_layer(page).quoted = '"https://elsewhere.example/{z}/{x}/{y}.png"'
    with pytest.raises(SchemaBroken):
        check_page(page, [])
    policy = frame_policy("tiles.example.org")
    assert "img-src 'self' data: https://tiles.example.org;" in policy
    assert policy.replace(" https://tiles.example.org", "") == frame_policy()


@pytest.mark.parametrize(
    "address",
    [
        "http://tiles.example.org/{z}/{x}/{y}.png",
        "//tiles.example.org/{z}/{x}/{y}.png",
        "https://user:word@tiles.example.org/{z}/{x}/{y}.png",
        "https://*.example.org/{z}/{x}/{y}.png",
        "https://{s}.tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}/{x}.png",
        "https://tiles.example.org/1/2/3.png",
        "https://192.168.0.1/{z}/{x}/{y}.png",
        "https://localhost/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}/{y}.png; script-src *",
        "https://tiles.example.org/{z}/{x}/{y}.png?k={{7*7}}",
        "https://tiles.example.org/{z}/{x}/{y}.svg",
        "https://tiles.example.org/../{z}/{x}/{y}.png'",
        "javascript:alert(1)//{z}/{x}/{y}",
    ],
)
def test_an_unsafe_address_of_a_server_is_refused(address: str) -> None:
    with pytest.raises(InputRefused, match="CSG_TILE_SERVER"):
        read_tile_server(address, "Example Survey")


def test_a_server_without_attribution_is_refused() -> None:
    with pytest.raises(InputRefused, match="CSG_TILE_ATTRIBUTION"):
        read_tile_server("https://tiles.example.org/{z}/{x}/{y}.png", " ")


def test_no_file_of_the_typeface_lies_in_the_project() -> None:
    root = Path(__file__).resolve().parents[2]
    assert not [path for path in (root / "csg_maps").rglob("*") if path.suffix in {".ttf", ".otf", ".woff", ".woff2"}]
