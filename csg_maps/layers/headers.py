"""What a browser is told that a page may do: the content policies, and the middleware that sends them.

Pages may load from their own host only. The frame of a map may also run the script that it is sent as text (it needs
`eval` to draw layers), and is therefore cut off: its origin is opaque, it cannot reach the page around it, and it cannot
connect to anything.
"""

import base64
import hashlib
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.S)

_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), midi=(), payment=(), usb=(), clipboard-write=(self), fullscreen=(self)"
    ),
}
_NEVER_KEPT = ("/media/", "/_stcore/")

_FRAME_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:{pictures}; font-src 'self'; connect-src 'none'; frame-ancestors 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; sandbox allow-scripts"
)


def frame_policy(tile_host: str = "") -> str:
    """The content policy of a map's frame. `tile_host` is that of the one tile server that an administrator lists.

    >>> "https:" in frame_policy(), "img-src 'self' data: https://tiles.example.org;" in frame_policy("tiles.example.org")
    (False, True)
    """
    return _FRAME_POLICY.format(pictures=f" https://{tile_host}" if tile_host else "")


FRAME_POLICY = frame_policy()
"""That of a frame without a tile server."""


def inline_hashes(document: str) -> tuple[str, ...]:
    """The CSP source of every inline script of an HTML document.

    >>> inline_hashes('<script>alert(1)</script><script src="a.js"></script>')
    ("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='",)
    """
    return tuple(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in _INLINE.findall(document)
    )


def page_policy(document: str) -> str:
    """The content policy of every page, for the document that is really sent."""
    scripts = " ".join(("'self'", *inline_hashes(document)))
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "connect-src 'self'; font-src 'self' data:; frame-src 'self'; worker-src 'self' blob:; manifest-src 'self'; "
        "media-src 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'; form-action 'none'"
    )


class SecurityHeaders:
    """ASGI middleware: sets the headers on every answer, whoever wrote it."""

    def __init__(self, app: ASGIApp, policy: str, base_path: str = "", tile_host: str = "") -> None:
        self.app = app
        self.policy = policy
        self.frame_policy = frame_policy(tile_host)
        self.base = "/" + base_path.strip("/") if base_path.strip("/") else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to the start of an HTTP answer; pass anything else through."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        ours = self._headers(scope["path"].removeprefix(self.base))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0].lower().decode("latin-1") not in ours]
                added = [(name.encode(), value.encode()) for name, value in ours.items()]
                message = {**message, "headers": [*kept, *added]}
            await send(message)

        return await self.app(scope, receive, send_with_headers)

    def _headers(self, path: str) -> dict[str, str]:
        in_frame = path.startswith("/component/")
        headers = {**_ALWAYS, "content-security-policy": self.frame_policy if in_frame else self.policy}
        if not in_frame and not path.startswith(("/assets/", "/basemap/")):
            # A frame of an opaque origin loads assets and tiles, so these cannot be kept to the same origin.
            headers |= {
                "cross-origin-resource-policy": "same-origin",
                "cross-origin-opener-policy": "same-origin",
                "x-frame-options": "DENY",
            }
        if path.startswith(_NEVER_KEPT):
            headers["cache-control"] = "no-store"
        return headers
