"""The fixed styles of everything that is drawn. A colour is chosen by a name from this table, never by data.

The five classes grow darker from step to step, so that they keep their order in greyscale and for every kind of colour
vision, and each has an outline of its own, so that colour is never the only sign.
"""

from dataclasses import dataclass

from csg_maps.errors import SchemaBroken

NO_DATA_CLASS = -1
"""Nothing is known here. Drawn as a dashed outline without a filling, so that it never looks like zero."""

ZERO_CLASS = 0
HIGHEST_CLASS = 5


@dataclass(frozen=True)
class Style:
    """How a shape is drawn. Colours are #rrggbb; `fill` "" means none; `weight_px` 0 means no outline.

    `dash` is an SVG dash pattern ("" = solid); `answers` says whether the pointer shows that it can be clicked.
    """

    fill: str
    fill_opacity: float
    outline: str
    weight_px: float
    dash: str = ""
    answers: bool = False


STYLES: dict[str, Style] = {
    "class-none": Style("", 0.0, "#5c6b6e", 1.0, "2 5", answers=True),
    "class-0": Style("#ffffff", 0.45, "#b4bfc1", 0.6, answers=True),
    "class-1": Style("#f7dfa5", 0.85, "#a98a3c", 0.7, "1 3", answers=True),
    "class-2": Style("#f0b35c", 0.85, "#8f5d17", 0.8, "3 3", answers=True),
    "class-3": Style("#d9793a", 0.85, "#7a3a12", 1.0, "6 3", answers=True),
    "class-4": Style("#ad4024", 0.85, "#561507", 1.4, answers=True),
    "class-5": Style("#6b1522", 0.88, "#1f0309", 2.4, answers=True),
    "tested": Style("", 0.0, "#12262a", 3.0),
    "place": Style("", 0.0, "#4b2a86", 3.4, "9 4"),
    "selected": Style("", 0.0, "#005bbb", 4.0),
    "land": Style("#f3f2ec", 1.0, "#c3c4b8", 1.0),
    "water": Style("#c9dde6", 1.0, "#a3c2cf", 0.8),
    "river": Style("", 0.0, "#a3c2cf", 2.0),
    "park": Style("#dbe8d2", 1.0, "#c0d3b4", 0.6),
    "street": Style("", 0.0, "#cfcdc3", 1.3),
    "main-street": Style("", 0.0, "#b9b5a6", 2.6),
    "border": Style("", 0.0, "#7d898b", 1.2, "8 5"),
}

SEA = "#dfe9ed"
"""What lies outside all land."""


def class_style(class_number: int) -> str:
    """The name of the style of a class: -1 no data, 0 zero, 1 to 5 from low to high.

    Raises SchemaBroken for anything else, a float or a text among them.

    >>> class_style(3), class_style(-1)
    ('class-3', 'class-none')
    """
    if isinstance(class_number, bool) or not hasattr(class_number, "__index__"):
        raise SchemaBroken(f"A class must be a whole number; found a {type(class_number).__name__}.")
    number = int(class_number)
    if not NO_DATA_CLASS <= number <= HIGHEST_CLASS:
        raise SchemaBroken(f"A class must be {NO_DATA_CLASS} to {HIGHEST_CLASS}; found {number}.")
    return "class-none" if number == NO_DATA_CLASS else f"class-{number}"


def style(name: str) -> Style:
    """The style of this name; raises SchemaBroken when there is none (a colour that came from data, say)."""
    if name not in STYLES:
        raise SchemaBroken(f"A style must be one of {', '.join(STYLES)}; it is not for data to choose.")
    return STYLES[name]
