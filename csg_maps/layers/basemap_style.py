"""How the base map looks: quiet fills that lie well under results, and names dark enough to be read (4.5 to 1 and more).

Widths are in pixels of a tile of 256, by zoom; a kind without a width at a zoom is not drawn there.
"""

from dataclasses import dataclass

import numpy as np

GROUND = {"land": "#f3f2ec", "sea": "#dfe9ed"}
"""What lies where nothing is drawn: land, or sea where the file has land of its own."""

NAME_HALO = "#faf9f5"


@dataclass(frozen=True)
class AreaLook:
    """Filling and outline ("" = none) of an area, from this zoom on."""

    fill: str
    outline: str
    from_zoom: int


@dataclass(frozen=True)
class LineLook:
    """A line: its colour, its rim ("" = none), and its width by zoom. `dash` is lengths on and off, in pixels."""

    colour: str
    rim: str
    widths: dict[int, float]
    dash: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class NameLook:
    """Letters of a name: size in pixels and weight, and the zooms it is written at. `along`: it follows its line."""

    size_px: int
    weight: int
    colour: str
    from_zoom: int
    along: bool = False
    dot: str = ""
    to_zoom: int = 22


AREAS: dict[str, AreaLook] = {
    "sea": AreaLook("#dfe9ed", "", 0),
    "land": AreaLook("#f3f2ec", "#c9cbc2", 0),
    "foreshore": AreaLook("#ece7d6", "", 8),
    "built": AreaLook("#ebe9e1", "", 8),
    "site": AreaLook("#eeeade", "", 12),
    "wood": AreaLook("#d3e2cb", "", 9),
    "park": AreaLook("#dbe8d2", "#c9dabd", 10),
    "water": AreaLook("#c9dde6", "#b4cedb", 8),
    "building": AreaLook("#dfdbd2", "#cfcac0", 14),
}
"""In the order that they are drawn."""

LINES: dict[str, LineLook] = {
    "waterline": LineLook("#b9d2de", "", {10: 0.6, 12: 0.9, 13: 1.2, 14: 1.7, 15: 2.4, 16: 3.2, 17: 4.5}),
    "path": LineLook("#c8bfae", "", {14: 0.8, 15: 1.0, 16: 1.5, 17: 2.0}, (3.0, 2.5)),
    "street": LineLook("#ffffff", "#d3d0c6", {12: 0.7, 13: 1.5, 14: 2.6, 15: 4.6, 16: 7.5, 17: 11.0}),
    "street-main": LineLook("#fffdf6", "#c6c1b2", {11: 0.8, 12: 1.3, 13: 2.4, 14: 3.8, 15: 6.2, 16: 9.5, 17: 14.0}),
    "street-major": LineLook(
        "#fbf1d9", "#bfb594", {8: 0.7, 9: 1.0, 10: 1.4, 11: 1.9, 12: 2.6, 13: 3.6, 14: 5.2, 15: 8.0, 16: 12.0, 17: 17.0}
    ),
    "railway": LineLook("#b9b9bd", "", {9: 0.6, 11: 0.9, 13: 1.2, 15: 1.8, 17: 2.6}, (7.0, 2.0)),
}
"""In the order that they are drawn; rims of all streets first, so that crossings are open."""

BORDERS: dict[int, LineLook] = {
    1: LineLook("#8c8496", "", {8: 1.2, 10: 1.6, 13: 2.0, 16: 2.6}, (9.0, 4.0)),
    2: LineLook("#a49dac", "", {10: 0.8, 12: 1.1, 14: 1.5, 16: 2.0}, (6.0, 4.0)),
    3: LineLook("#b8b2be", "", {12: 0.7, 14: 1.0, 16: 1.4}, (2.5, 3.0)),
}
"""By rank: 1 are the largest areas of the file."""

_INK, _PURPLE, _GREEN, _BLUE, _GREY = "#333d3f", "#574b66", "#35592f", "#285a75", "#4c5355"

NAMES: dict[tuple[str, int], NameLook] = {
    ("settlement", 1): NameLook(18, 600, _INK, 8, to_zoom=13),
    ("settlement", 2): NameLook(15, 600, _INK, 9, to_zoom=13),
    ("border", 1): NameLook(15, 600, _PURPLE, 8, to_zoom=13),
    ("settlement", 3): NameLook(13, 500, _INK, 11),
    ("station", 0): NameLook(12, 600, _INK, 13, dot="square"),
    ("border", 2): NameLook(13, 500, _PURPLE, 9),
    ("park", 0): NameLook(12, 500, _GREEN, 12),
    ("park-name", 0): NameLook(12, 500, _GREEN, 13),
    ("water", 0): NameLook(12, 500, _BLUE, 11),
    ("water-name", 0): NameLook(12, 500, _BLUE, 13),
    ("street-major", 0): NameLook(12, 500, _GREY, 13, along=True),
    ("street-main", 0): NameLook(12, 500, _GREY, 14, along=True),
    ("settlement", 4): NameLook(12, 500, _INK, 13),
    ("street", 0): NameLook(12, 400, _GREY, 14, along=True),
    ("border", 3): NameLook(12, 400, _PURPLE, 11),
    ("place", 0): NameLook(12, 500, _GREY, 13, dot="round"),
    ("site", 0): NameLook(12, 500, _GREY, 15),
    ("waterline", 0): NameLook(12, 400, _BLUE, 14, along=True),
    ("path", 0): NameLook(11, 400, _GREY, 16, along=True),
}
"""By kind and rank; the order decides which name stays where two would overlap."""


def width_at(widths: dict[int, float], zoom: int) -> float:
    """The width at a zoom: between the zooms given in step with them, 0 before the first.

    >>> width_at({10: 1.0, 12: 2.0}, 11), width_at({10: 1.0}, 9), width_at({10: 1.0}, 14)
    (1.5, 0.0, 1.0)
    """
    zooms = sorted(widths)
    if zoom < zooms[0]:
        return 0.0
    return float(np.interp(zoom, zooms, [widths[one] for one in zooms]))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.1, relative luminance).

    >>> round(contrast("#000000", "#ffffff"), 6)
    21.0
    """
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of #rrggbb.

    >>> rgb("#0102ff")
    (1, 2, 255)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    parts = [value / 255 for value in rgb(colour)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def drawn_colours() -> tuple[str, ...]:
    """Every colour that may be drawn, without blends."""
    looks: list[LineLook] = [*LINES.values(), *BORDERS.values()]
    found = [*GROUND.values(), NAME_HALO, *(look.fill for look in AREAS.values())]
    found += [look.outline for look in AREAS.values()] + [look.colour for look in looks] + [look.rim for look in looks]
    found += [look.colour for look in NAMES.values()]
    return tuple(dict.fromkeys(colour for colour in found if colour))
