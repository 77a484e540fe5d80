"""A tile server of somebody else: none, unless an administrator lists one in the environment.

Its address never comes from a file or a form. It is checked before the app serves anybody, and the content policy of the
map's frame opens for that one host alone.
"""

import re
from dataclasses import dataclass

from csg_maps import settings
from csg_maps.errors import InputRefused
from csg_maps.i18n import _

_ADDRESS = re.compile(
    r"https://(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}(?::[0-9]{2,5})?)"
    r"(?P<path>(?:/[A-Za-z0-9._~-]+)*/\{z\}/\{[xy]\}/\{[xy]\}(?:@2x)?(?:\.(?:png|jpg|jpeg|webp))?)"
    r"(?P<query>\?[A-Za-z0-9._~=&-]+)?"
)
_LONGEST = 300


@dataclass(frozen=True)
class TileServer:
    """One tile server. `address` is a template with {z}, {x} and {y}; `host` is what the content policy names."""

    address: str
    host: str
    attribution: str


def read_tile_server(address: str, attribution: str) -> TileServer:
    """Check the address of a tile server.

    Raises InputRefused for anything but an https address of one named host with {z}, {x} and {y}: no wildcard, no name or
    password, no address in numbers, no placeholder in the host.

    >>> read_tile_server("https://tiles.example.org/{z}/{x}/{y}.png", "Example").host
    'tiles.example.org'
    """
    found = _ADDRESS.fullmatch(address) if len(address) <= _LONGEST else None
    if found is None or {"{x}", "{y}"} - set(re.findall(r"\{[xy]\}", found["path"])):
        raise InputRefused(
            _(
                "CSG_TILE_SERVER must be an https address of one named host, such as "
                "https://tiles.example.org/{{z}}/{{x}}/{{y}}.png: without a password, wildcard or address in numbers."
            ).format()
        )
    if not attribution.strip():
        raise InputRefused(_("CSG_TILE_ATTRIBUTION must say whose tiles they are: it is shown under every map."))
    return TileServer(address, found["host"], " ".join(attribution.split())[:_LONGEST])


def tile_server() -> TileServer | None:
    """The tile server that an administrator lists, None when there is none. Raises InputRefused as `read_tile_server`."""
    address, attribution = settings.tile_server()
    return read_tile_server(address, attribution) if address else None
