"""The route of the base map's tiles: one picture by map, zoom, column and row, out of a file that never changes.

The frame of a map has no origin and sends no cookie, so who asks cannot be told here: a base map is public ground, and
holds nothing else.
"""

import contextlib
import functools
import io
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from csg_maps.geography.tiles import MAXIMUM_ZOOM, flipped_row

BASEMAP_ID = re.compile(r"[0-9a-f]{16}")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,7}")
_TILE = "SELECT images.tile_data, images.tile_id FROM map JOIN images USING (tile_id) WHERE map.zoom_level = ? "
_TILE += "AND map.tile_column = ? AND map.tile_row = ?"
_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))
_FOR_EVER = "public, max-age=31536000, immutable"


def picture_type(content: bytes) -> str:
    """The media type of a tile by its first bytes; "" when it is no picture of a kind that is served.

    >>> picture_type(bytes([255, 216, 255, 224])), picture_type(b"<svg/>")
    ('image/jpeg', '')
    """
    for start, kind in _KINDS:
        if content.startswith(start) and (kind != "image/webp" or content[8:12] == b"WEBP"):
            return kind
    return ""


def read_tile(path: Path, zoom: int, column: int, row: int) -> tuple[bytes, str] | None:
    """A tile and its mark, out of one of our own MBTiles files; None when it has none there.

    `row` counts from the north. The file is opened as one that nothing changes: it is complete.
    """
    if not path.is_file():
        return None
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as tiles:
            found = tiles.execute(_TILE, (zoom, column, flipped_row(zoom, row))).fetchone()
    except sqlite3.Error:
        return None
    return (bytes(found[0]), str(found[1])) if found else None


@functools.cache
def empty_tile() -> bytes:
    """A clear tile, for what lies beyond a map: a missing picture would be an error in the browser."""
    written = io.BytesIO()
    Image.new("RGBA", (1, 1), (0, 0, 0, 0)).save(written, "PNG")
    return written.getvalue()


def tile_routes(folder: Callable[[], Path], base_path: str = "") -> list[BaseRoute]:
    """The route `/basemap/<id>/<z>/<x>/<y>`; `folder` gives the folder of the MBTiles files (`<id>.mbtiles`)."""

    def serve(request: Request) -> Response:  # not async: it runs beside the pages, not between them
        asked = request.path_params
        if not BASEMAP_ID.fullmatch(asked["basemap_id"]):
            raise HTTPException(404)
        if not all(_WHOLE.fullmatch(asked[name]) for name in ("z", "x", "y")):
            raise HTTPException(404)
        zoom, column, row = (int(asked[name]) for name in ("z", "x", "y"))
        if zoom > MAXIMUM_ZOOM or column >= 2**zoom or row >= 2**zoom:
            raise HTTPException(404)
        path = folder() / f"{asked['basemap_id']}.mbtiles"
        if not path.is_file():
            raise HTTPException(404, headers={"Cache-Control": "no-cache"})
        found = read_tile(path, zoom, column, row) or (empty_tile(), "none")
        kind = picture_type(found[0])
        if not kind:
            raise HTTPException(404, headers={"Cache-Control": "no-cache"})
        headers = {"ETag": f'"{found[1]}"', "Cache-Control": _FOR_EVER}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(found[0], media_type=kind, headers=headers)

    prefix = "/" + base_path.strip("/") if base_path.strip("/") else ""
    return [Route(f"{prefix}/basemap/{{basemap_id}}/{{z}}/{{x}}/{{y}}", serve, methods=["GET", "HEAD"])]
