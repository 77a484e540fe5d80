"""One page about one place, to print for people who work under a sharing agreement.

Self-contained HTML without a script: it opens anywhere, and prints on one or two sheets of A4. Young people's view stands
first; the map has its words and its tables beside it. Every text is written out as text, whatever it holds.
"""

import base64
import html
from dataclasses import dataclass
from pathlib import Path

from csg_maps.errors import SchemaBroken
from csg_maps.i18n import LANGUAGES, _
from csg_maps.model.registered_place import MARKINGS

_CSS = (Path(__file__).parent / "place_page.css").read_text(encoding="utf-8")
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class Table:
    """A table of the page: headings of its columns (the first names the rows) and rows of texts.

    `is_grid` sets all columns but the first alike and narrow; `shares` gives each row a bar from 0 to 1.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_grid: bool = False
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class PlacePage:
    """Everything that the page says, in the language of its reader; `map_png` is empty when there is no picture."""

    language: str
    marking: str
    reference: str
    name: str
    other_name: str
    status: str
    made_on: str
    young_people: str
    asked_on: str
    why: str
    map_png: bytes
    where: tuple[str, ...]
    total_words: str
    tables: tuple[Table, ...]
    strengths: tuple[str, ...]
    actions: Table
    comparisons: tuple[str, ...]
    caution: str
    review: str
    not_known: tuple[str, ...]
    how_made: tuple[str, ...]


def place_page(page: PlacePage) -> str:
    """The page as one HTML document.

    Raises SchemaBroken for a language or a marking that is not on the list: both are written into places where a text
    of anybody's has no business.
    """
    if page.language not in LANGUAGES or page.marking not in MARKINGS:
        raise SchemaBroken("A page is in English or Welsh, and carries a marking of the list.")
    marking = f'<p class="marking">{_text(page.marking)}</p>'
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{page.language}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            f"<title>{_text(page.marking)} – {_text(page.reference)}</title>",
            f"<style>{_CSS.replace('MARKING', page.marking)}</style>",
            "</head>",
            "<body>",
            f"<header>{marking}{_heading(page)}</header>",
            "<main>",
            *_body(page),
            "</main>",
            f"<footer>{marking}</footer>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _heading(page: PlacePage) -> str:
    other = f'<p class="other">{_text(page.other_name)}</p>' if page.other_name else ""
    line = " · ".join(filter(None, (page.reference, page.status, page.made_on)))
    return f"<h1>{_text(page.name)}</h1>{other}<p>{_text(line)}</p>"


def _body(page: PlacePage) -> list[str]:
    asked = f'<p class="when">{_text(page.asked_on)}</p>' if page.asked_on else ""
    view = page.young_people or _("Not asked yet. Ask before deciding what to change.")
    picture = (
        f'<img src="data:image/png;base64,{base64.b64encode(page.map_png).decode()}" alt="{_text(_("Map of the place"))}: '
        f'{_text(" ".join(page.where))}">'
        if page.map_png
        else ""
    )
    return [
        _section(_("What young people say"), f"<p>{_text(view)}</p>{asked}", kind="voice"),
        _section(_("Why this place"), f"<p>{_text(page.why)}</p>"),
        _section(_("Where"), f'<div class="where">{picture}{_list(page.where)}</div>'),
        _section(
            _("What is recorded"),
            f'<p>{_text(page.total_words)}</p><div class="tables">{"".join(map(_table, page.tables))}</div>',
        ),
        _section(_("Strengths"), _list(page.strengths) or f"<p>{_text(_('None written down yet.'))}</p>", kind="half"),
        _section(_("What is not known"), _list(page.not_known), kind="half"),
        _section(_("What will be done"), _table(page.actions) + _compared(page)),
        _section(_("Next look"), f"<p>{_text(page.review)}</p>"),
        _section(_("How this page was made"), _list(page.how_made), kind="small"),
    ]


def _compared(page: PlacePage) -> str:
    return _list(page.comparisons) + f"<p>{_text(page.caution)}</p>" if page.comparisons else ""


def _section(heading: str, content: str, *, kind: str = "plain") -> str:
    return f'<section class="{kind}"><h2>{_text(heading)}</h2>{content}</section>'


def _list(lines: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{_text(line)}</li>' for line in lines)}</ul>" if lines else ""


def _table(table: Table) -> str:
    if not table.rows:
        return ""
    heads = "".join(f'<th scope="col">{_text(heading)}</th>' for heading in table.headings)
    heads += "<td></td>" if table.shares else ""
    rows = []
    for number, (first, *others) in enumerate(table.rows):
        cells = f'<th scope="row">{_text(first)}</th>' + "".join(map(_cell, others))
        if table.shares:
            width = round(100 * min(max(table.shares[number], 0.0), 1.0))
            cells += f'<td class="bar"><span style="width:{width}%"></span></td>'
        rows.append(f"<tr>{cells}</tr>")
    kind = "grid" if table.is_grid else "list"
    return (
        f'<table class="{kind}"><caption>{_text(table.caption)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _cell(value: str) -> str:
    return f'<td class="none">{value}</td>' if value == "0" else f"<td>{_text(value)}</td>"


def _text(text: str) -> str:
    """A text that may hold anything, for any place of the document: signs of HTML and of templates become letters."""
    return html.escape(text, quote=True).replace("{", "&#123;").replace("}", "&#125;")
