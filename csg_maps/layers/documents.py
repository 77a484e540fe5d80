"""The two HTML documents that the platform sends, each with a few fixed additions of ours.

The page: our style sheet and a small script that keeps the page's `lang` right and makes the skip link work. The frame
of a map: a message that shows by itself, without any script, when no map has appeared.
"""

import html
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from csg_maps.i18n import N_, _, language, use_language
from csg_maps.layers.assets import page_address

_SKIP = N_("Skip to main content")
_WAYS = N_("Pages")
_NO_MAP = N_("The map cannot be drawn just now. The table on this page holds the same information.")
_COMPONENTS = "/component/"


def in_both_languages(message: str) -> tuple[str, str]:
    """A fixed message in English and in Welsh, for documents that are sent before anybody has chosen."""
    before = language()
    try:
        use_language("cy")
        welsh = _(message)
    finally:
        use_language(before)
    return message, welsh


def page_document(original: str, title: str) -> str:
    """The document of every page.

    >>> 'data-cy=' in page_document("<html><head><title>x</title></head><body></body></html>", "csg_maps")
    True
    """
    english, welsh = (html.escape(text, quote=True) for text in in_both_languages(_SKIP))
    ways_english, ways_welsh = (html.escape(text, quote=True) for text in in_both_languages(_WAYS))
    # The platform shows a placeholder for a frame that has not reported itself, and hides the frame; or leaves it 0 high:
    # the message in it would not be seen. The frame takes the placeholder's place at once, so nothing jumps.
    # Inline, because it is for the moment when our style sheet may not arrive either.
    head = (
        "<style>iframe[title='streamlit_folium.st_folium']{display:block!important;min-height:7rem}"
        "[data-testid=stSkeleton]:has(+iframe[title='streamlit_folium.st_folium']){display:none}</style>"
        f'<link rel="stylesheet" href="{page_address("page.css")}">'
        f'<script defer src="{page_address("page.js")}"></script>'
    )
    skip = (
        f'<a class="csg-skip" href="#" data-en="{english}" data-cy="{welsh}" '
        f'data-ways-en="{ways_english}" data-ways-cy="{ways_welsh}">{english}</a>'
    )
    changed = re.sub(r"<title>.*?</title>", f"<title>{html.escape(title)}</title>", original, count=1, flags=re.S)
    # The address of an interface that is switched off, advertised to programs, and the remark on it
    changed = re.sub(r"<link rel=\"service-desc\"[^>]*>", "", changed)
    changed = re.sub(r"<!--.*?-->", "", changed, flags=re.S)
    changed = changed.replace("</head>", head + "</head>", 1)
    return re.sub(r"(<body[^>]*>)", lambda found: found.group(1) + skip, changed, count=1)


def frame_document(original: str) -> str:
    """The document of the frame that holds a map.

    >>> "csg-no-map" in frame_document("<html><head></head><body></body></html>")
    True
    """
    english, welsh = (html.escape(text) for text in in_both_languages(_NO_MAP))
    message = f'<div class="csg-no-map"><p lang="en">{english}</p>'
    message += f'<p lang="cy">{welsh}</p></div>' if welsh != english else "</div>"
    # Inline, so that it needs no other file: it is for the moment when files do not arrive.
    rules = (
        "body{margin:0}"
        ".csg-no-map{font:1.05rem/1.5 'Source Sans',system-ui,sans-serif;color:#17282b;background:#fdf3e1;"
        "border-left:6px solid #8f5d17;padding:.9rem 1.1rem;margin:0;visibility:hidden;"
        "animation:csg-show 0s linear 4s forwards}"
        ".csg-no-map p{margin:.2rem 0}"
        "@keyframes csg-show{to{visibility:visible}}"
        "body:has(.leaflet-container) .csg-no-map{display:none}"
    )
    changed = original.replace("</head>", f"<style>{rules}</style></head>", 1)
    return re.sub(r"(<body[^>]*>)", lambda found: found.group(1) + message, changed, count=1)


class Documents:
    """ASGI middleware: sends our form of the two documents in place of the platform's."""

    def __init__(self, app: ASGIApp, page: str, frame: str, base_path: str = "") -> None:
        self.app = app
        self.page = page.encode()
        self.frame = frame.encode()
        self.components = "/" + (base_path.strip("/") + _COMPONENTS).lstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through but a complete HTML answer to a GET or HEAD."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            return await self.app(scope, receive, send)
        document = self.frame if scope["path"].startswith(self.components) else self.page
        replaced = False

        async def send_ours(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                headers = {name.lower(): value for name, value in message["headers"]}
                is_page = message["status"] == 200 and headers.get(b"content-type", b"").startswith(b"text/html")
                # A page that somebody takes away as a file is not one of the app's.
                replaced = is_page and not headers.get(b"content-disposition", b"").startswith(b"attachment")
                if replaced:
                    # These describe the other document.
                    stale = {b"content-length", b"content-encoding", b"etag", b"last-modified", b"accept-ranges"}
                    kept = [pair for pair in message["headers"] if pair[0].lower() not in stale]
                    length = str(len(document)).encode()
                    message = {**message, "headers": [*kept, (b"content-length", length)]}
                    await send(message)
                    body = b"" if scope["method"] == "HEAD" else document
                    return await send({"type": "http.response.body", "body": body})
            if not replaced:
                await send(message)
            return None

        return await self.app(scope, receive, send_ours)
