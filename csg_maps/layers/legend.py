"""The legend: for each class its symbol, its name and its range, as data that a page shows as text and pictures."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from csg_maps.layers.palette import class_style, style


@dataclass(frozen=True)
class LegendEntry:
    """One line. `symbol` is a picture as a data address; `label` names the class and `span` says which values it holds."""

    class_number: int
    symbol: str
    label: str
    span: str


def legend(entries: Sequence[tuple[int, str, str]]) -> tuple[LegendEntry, ...]:
    """The lines of a legend, from (class, label, span), both already in the reader's language.

    >>> legend([(5, "Most", "21 or more")])[0].symbol.startswith("data:image/svg+xml;base64,")
    True
    """
    return tuple(LegendEntry(number, symbol(class_style(number)), label, span) for number, label, span in entries)


def symbol(style_name: str, size_px: int = 26) -> str:
    """A hexagon in this style, as the address of an SVG picture.

    Colours and dashes come from the table of styles; the picture has no text and asks nothing of a host.
    """
    look = style(style_name)
    corners = "13,2 22.5,7.5 22.5,18.5 13,24 3.5,18.5 3.5,7.5"
    fill = f'fill="{look.fill}" fill-opacity="{look.fill_opacity}"' if look.fill else 'fill="none"'
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{int(size_px)}" height="{int(size_px)}" viewBox="0 0 26 26">'
        f'<polygon points="{corners}" {fill} stroke="{look.outline}" stroke-width="{look.weight_px}"{dash}/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()
