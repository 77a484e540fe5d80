"""What must hold before the app serves anybody: the platform's settings are checked, and unsafe ones are refused."""

import ipaddress
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import streamlit as st
from streamlit import config

from csg_maps.errors import InputRefused
from csg_maps.i18n import N_, _
from csg_maps.layers.documents import frame_document, page_document
from csg_maps.layers.headers import page_policy
from csg_maps.layers.tile_server import tile_server
from csg_maps.settings import store_folder

Option = Callable[[str], object]

TITLE = "csg_maps"
SHORTEST_SECRET = 32

_MUST_BE: tuple[tuple[str, object, str], ...] = (
    ("browser.gatherUsageStats", False, N_("it would send usage statistics to another company")),
    ("server.enableStaticServing", False, N_("it would serve files of the app's folder to anybody")),
    ("server.enableAgentApi", False, N_("it would let programs read and operate the pages")),
    ("server.enableCORS", True, N_("pages of other sites could read what this app shows")),
    ("server.enableXsrfProtection", True, N_("other sites could send files in a person's name")),
    ("server.scriptHealthCheckEnabled", False, N_("it would run the pages for anybody who asks")),
    ("global.developmentMode", False, N_("it would load the pages from another server")),
)
_MUST_BE_EMPTY: tuple[tuple[str, str], ...] = (
    ("server.corsAllowedOrigins", N_("pages of the sites listed could read what this app shows")),
    ("server.customComponentBaseUrlPath", N_("the map would be loaded from another address")),
    ("server.trustedUserHeaders", N_("anybody who reaches the app directly could claim to be somebody else")),
    ("mapbox.token", N_("maps would be asked of another company")),
)
_started_by_app: list[bool] = []


def refusals(option: Option) -> tuple[str, ...]:
    """Why the app must not start with these settings, a sentence each; empty when it may.

    Parameters
    ----------
    option
        Gives the value of a setting by its name, as `streamlit.get_option` does; may raise for one that it does not know.
    """
    found = []
    for name, wanted, reason in _MUST_BE:
        if _value(option, name, wanted) != wanted:
            found.append(_refusal(name, str(wanted).lower(), _(reason)))
    for name, reason in _MUST_BE_EMPTY:
        if _value(option, name, None):
            found.append(_refusal(name, _("left out"), _(reason)))
    if _value(option, "client.showErrorDetails", "none") not in {"none", "type", False, "False", "false"}:
        found.append(
            _refusal(
                "client.showErrorDetails", '"none"', _("an error would show the inside of the app, and data with it")
            )
        )
    secret = _value(option, "server.cookieSecret", "")
    if isinstance(secret, str) and secret and len(secret) < SHORTEST_SECRET:
        found.append(
            _refusal("server.cookieSecret", _("long and random, or left out"), _("a short secret can be guessed"))
        )
    return (*found, *_reach(option))


def _reach(option: Option) -> tuple[str, ...]:
    hosts = _value(option, "server.allowedHosts", [])
    named = [str(host) for host in hosts] if isinstance(hosts, list | tuple) else []
    if "*" in named:
        return (
            _refusal("server.allowedHosts", _("a list of names"), _("a page of another site could pose as this app")),
        )
    address = str(_value(option, "server.address", "") or "")
    if is_loopback(address) or named:
        return ()
    message = _(
        "server.address is {address}, so other machines can reach the app: list the names that it is known by in "
        "server.allowedHosts, or set server.address to 127.0.0.1."
    )
    return (message.format(address=address or _("not set")),)


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach the address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("")
    (True, True, False, False)
    """
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _refusal(name: str, wanted: str, reason: str) -> str:
    return _("{setting} must be {wanted}: {reason}.").format(setting=name, wanted=wanted, reason=reason)


def _value(option: Option, name: str, otherwise: object) -> object:
    try:
        return option(name)
    except RuntimeError:  # a setting that this release of the platform does not have
        return otherwise


def basemap_folder() -> Path:
    """Where the tiles of base maps lie."""
    return store_folder() / "basemaps"


def tile_host() -> str:
    """The host of the tile server that an administrator lists; "" when there is none."""
    listed = tile_server()
    return listed.host if listed is not None else ""


def _tile_server_refusals() -> tuple[str, ...]:
    try:
        tile_server()
    except InputRefused as problem:
        return (str(problem),)
    return ()


def check_settings() -> None:
    """End the program with one clear message when a setting of the platform is unsafe; else mark the app as started."""
    if reasons := (*refusals(st.get_option), *_tile_server_refusals()):
        lines = "\n".join(f"  - {reason}" for reason in reasons)
        heading = _("csg_maps does not start with these settings. Change .streamlit/config.toml, or what overrides it:")
        raise SystemExit(f"\n{heading}\n{lines}\n")
    _started_by_app.append(True)


def is_started_by_app() -> bool:
    """Whether `app.py` serves the pages, with its headers; true in a test without a server."""
    return bool(_started_by_app) or bool(config.get_option("global.appTest"))


def base_path() -> str:
    """The path that the app is served at; "" is the root."""
    return str(st.get_option("server.baseUrlPath") or "").strip("/")


def allowed_hosts() -> Sequence[str]:
    """Host names that requests may carry; everything when the list is empty (then only this machine can ask)."""
    hosts = [str(host) for host in st.get_option("server.allowedHosts") or []]
    return [*hosts, "[::1]"] if hosts else ["*"]


def documents() -> tuple[str, str, str]:
    """The page's document, its content policy, and the document of the frame of a map, from what is installed."""
    page = page_document((Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8"), TITLE)
    # Found, not imported: imported before the server runs, it would register its frame nowhere and no map would show.
    found = find_spec("streamlit_folium")
    if found is None or found.origin is None:
        raise SystemExit(_("streamlit-folium is not installed; run: pip install -r requirements.txt"))
    frame = Path(found.origin).parent / "frontend" / "build" / "index.html"
    return page, page_policy(page), frame_document(frame.read_text(encoding="utf-8"))
