"""What the app sends around its pages: the files, the two documents, and the headers on every answer."""

import asyncio
from pathlib import Path

import pytest
import streamlit
import streamlit_folium
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from csg_maps.layers.assets import FILES, frame_address, page_address, routes
from csg_maps.layers.documents import Documents, frame_document, page_document
from csg_maps.layers.headers import FRAME_POLICY, SecurityHeaders, inline_hashes, page_policy

INDEX = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
FRAME = (Path(streamlit_folium.__file__).parent / "frontend" / "build" / "index.html").read_text(encoding="utf-8")


def ask(app, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """One request to an ASGI application: status, headers, body."""
    sent = []
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        if message := next(asked, None):
            return message
        return await asyncio.Event().wait()  # the client stays

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"host", b"127.0.0.1")], "http_version": "1.1", "scheme": "http", "root_path": "",
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:])


def small_app(base_path: str = "") -> Starlette:
    base = f"/{base_path}" if base_path else ""

    def page(request):
        return HTMLResponse("<html><head><title>x</title></head><body>theirs</body></html>", headers={"etag": "1"})

    def plain(request):
        return PlainTextResponse("data", headers={"cache-control": "public"})

    def lost(request):
        return HTMLResponse("theirs", status_code=404)

    def taken_away(request):
        return HTMLResponse("a page to print", headers={"content-disposition": 'attachment; filename="a.html"'})

    return Starlette(
        routes=[
            *routes(base_path),
            Route(f"{base}/media/a.html", taken_away),
            Route(f"{base}/", page),
            Route(f"{base}/media/x", plain),
            Route(f"{base}/lost", lost),
            Route(f"{base}/component/a/index.html", page),
        ],
        middleware=[
            Middleware(SecurityHeaders, policy="page-policy", base_path=base_path),
            Middleware(Documents, page="OUR PAGE", frame="OUR FRAME", base_path=base_path),
        ],
    )


def test_a_page_that_is_taken_away_as_a_file_is_not_replaced_by_ours():
    _status, headers, body = ask(small_app(), "/media/a.html")
    assert body == b"a page to print"
    assert "content-security-policy" in headers


@pytest.mark.parametrize("name", FILES)
def test_each_served_file_arrives_with_its_type(name):
    status, headers, body = ask(small_app(), f"/assets/{name}")
    assert status == 200
    assert headers["content-type"].startswith("text/javascript" if name.endswith("js") else "text/css")
    assert body == FILES[name].read_bytes()


@pytest.mark.parametrize(
    "name", ["app.py", "../app.py", "%2e%2e/app.py", "leaflet-src.js", "", "leaflet.js/", "map.css\x00"]
)
def test_no_other_file_is_served(name):
    status, _headers, body = ask(small_app(), f"/assets/{name}")
    assert status in {404, 307} and len(body) < 100


def test_our_files_ask_nothing_of_another_host():
    for name in ("map.css", "page.css", "page.js"):
        assert "http" not in FILES[name].read_text(encoding="utf-8")


def test_an_address_changes_with_the_file():
    assert page_address("page.js").startswith("./assets/page.js?v=")
    assert frame_address("map.css").startswith("../../assets/map.css?v=")


@pytest.mark.parametrize("base_path", ["", "maps"])
def test_documents_are_replaced_and_everything_else_is_not(base_path):
    app, base = small_app(base_path), f"/{base_path}" if base_path else ""
    status, headers, body = ask(app, f"{base}/")
    assert (status, body, headers["content-length"]) == (200, b"OUR PAGE", "8")
    assert "etag" not in headers
    assert ask(app, f"{base}/component/a/index.html")[2] == b"OUR FRAME"
    assert ask(app, f"{base}/media/x")[2] == b"data"
    assert ask(app, f"{base}/lost")[::2] == (404, b"theirs")
    assert ask(app, f"{base}/", "HEAD")[2] == b""


@pytest.mark.parametrize("base_path", ["", "maps"])
def test_every_answer_carries_the_headers_of_its_kind(base_path):
    app, base = small_app(base_path), f"/{base_path}" if base_path else ""
    for path in ("/", "/media/x", "/lost", "/nowhere", "/assets/page.js"):
        _status, headers, _body = ask(app, base + path)
        assert headers["content-security-policy"] == "page-policy"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "geolocation=()" in headers["permissions-policy"]
    assert ask(app, f"{base}/component/a/index.html")[1]["content-security-policy"] == FRAME_POLICY
    assert ask(app, f"{base}/media/x")[1]["cache-control"] == "no-store"
    assert ask(app, f"{base}/")[1]["x-frame-options"] == "DENY"
    # The frame's origin is opaque: its own assets would be refused under same-origin.
    assert "cross-origin-resource-policy" not in ask(app, f"{base}/assets/leaflet.js")[1]


def test_the_page_policy_names_every_inline_script_of_the_installed_page_and_nothing_looser():
    document = page_document(INDEX, "csg_maps")
    hashes = inline_hashes(document)
    assert len(hashes) == 1
    scripts = next(part for part in page_policy(document).split("; ") if part.startswith("script-src"))
    assert scripts.split() == ["script-src", "'self'", *hashes]
    assert "unsafe-eval" not in page_policy(document) and "http" not in page_policy(document)


def test_the_frame_is_cut_off():
    parts = FRAME_POLICY.split("; ")
    assert "sandbox allow-scripts" in parts and "connect-src 'none'" in parts
    assert "allow-same-origin" not in FRAME_POLICY


def test_the_page_document_keeps_the_platforms_scripts_and_adds_ours():
    document = page_document(INDEX, "<csg>")
    assert document.count("<script") == INDEX.count("<script") + 1
    assert "<title>&lt;csg&gt;</title>" in document
    assert 'class="csg-skip"' in document and document.index("csg-skip") < document.index('id="root"')
    assert "service-desc" not in document


def test_the_frame_document_says_by_itself_that_no_map_came():
    document = frame_document(FRAME)
    assert document.index("csg-no-map") < document.index('id="root"') or 'class="csg-no-map"' in document
    assert document.count("<script") == FRAME.count("<script")
    assert "The table on this page holds the same information." in document
