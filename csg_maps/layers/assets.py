"""The few files that a page or a map needs, served by the app itself: Leaflet from its package, and our own."""

import functools
import hashlib
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route
from xstatic.pkg import leaflet

_OURS = Path(__file__).parent / "served"
_LEAFLET = Path(leaflet.BASE_DIR)
FILES: dict[str, Path] = {
    "leaflet.js": _LEAFLET / "leaflet.js",
    "leaflet.css": _LEAFLET / "leaflet.css",
    "map.css": _OURS / "map.css",
    "page.css": _OURS / "page.css",
    "page.js": _OURS / "page.js",
}
"""Name in the address to file on disk. Nothing else is served, whatever the address says."""

_TYPES = {".js": "text/javascript", ".css": "text/css"}


@functools.cache
def _mark(name: str) -> str:
    return hashlib.sha256(FILES[name].read_bytes()).hexdigest()[:12]


def page_address(name: str) -> str:
    """The address of a served file, from a page of the app. It changes when the file does, so it may be kept for long."""
    return f"./assets/{name}?v={_mark(name)}"


def frame_address(name: str) -> str:
    """The address of a served file, from the frame that holds a map (/component/<name>/index.html)."""
    return f"../../assets/{name}?v={_mark(name)}"


async def _serve(request: Request) -> Response:
    path = FILES.get(request.path_params["name"])
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": "public, max-age=604800"})


def routes(base_path: str = "") -> list[BaseRoute]:
    """The routes of the served files, under the path that the app is served at ("" = the root)."""
    prefix = "/" + base_path.strip("/") if base_path.strip("/") else ""
    return [Route(f"{prefix}/assets/{{name}}", _serve, methods=["GET", "HEAD"])]
