"""What an agency hears back about its supply: thank you, what came, what was mended, what would help. One page.

It tells of rows and rules only: no cell of the file, no place, no name of a file, and no number under five of one kind of
finding. The same sections become a page to print (HTML that asks nothing of any host) and a text to send.
"""

import html
from dataclasses import dataclass

from csg_maps.briefings.dates_and_numbers import SMALL, day_name, month_name, months_words, whole_number
from csg_maps.i18n import _, n_, speaking
from csg_maps.model.vocabulary import labels

MARKING = "OFFICIAL-SENSITIVE"
MOST_ASKED = 6
"""A reply that asks for more than this is not read."""

_STYLE = """
@page{size:A4;margin:18mm}
body{font:11pt/1.5 'Source Sans 3','Segoe UI',system-ui,sans-serif;color:#17282b;background:#fff;max-width:44rem;
margin:1.5rem auto;padding:0 1.2rem}
.marking{font-weight:700;letter-spacing:.04em;text-align:center;border:1px solid #17282b;padding:.15rem;margin:.4rem 0}
h1{font-size:1.55rem;line-height:1.25;margin:1.2rem 0 .4rem}
h2{font-size:1.1rem;margin:1.3rem 0 .3rem;border-bottom:2px solid #2b6a66;padding-bottom:.15rem}
p,li{margin:.3rem 0}
table{border-collapse:collapse;margin:.5rem 0;width:100%}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #c9d3d1;vertical-align:top}
td:last-child{text-align:right;font-variant-numeric:tabular-nums}
footer{margin-top:1.6rem;font-size:.9rem;color:#43565a}
h2,tr,li{break-inside:avoid}
"""


@dataclass(frozen=True)
class Finding:
    """One kind of finding in words, and what would help against it; `rows` 0 where it is about the file as a whole."""

    what: str
    help: str
    rows: int


@dataclass(frozen=True)
class ReplyFacts:
    """What a reply says. Findings are in the language of the reply, the gravest first; `mended` are (way, rows)."""

    agency: str
    batch_id: str
    received_on: str
    period_from: str
    period_to: str
    rows: int
    accepted: int
    set_aside: int
    refused: int
    duplicates: int
    not_on_map: int
    left_out: int
    mended: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    made_on: str


@dataclass(frozen=True)
class Section:
    """One part of the reply: a heading, sentences, lines of a table (label, value), and points of a list."""

    heading: str
    sentences: tuple[str, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    points: tuple[str, ...] = ()


def as_html(facts: ReplyFacts, language: str) -> str:
    """The reply as one HTML page in "en" or "cy", to print or to send; every text in it is escaped."""
    with speaking(language):
        title, sections, foot = _title(facts), _sections(facts), _foot(facts)
    body = [f'<p class="marking">{MARKING}</p>', f"<h1>{_safe(title)}</h1>"]
    for section in sections:
        body.append(f"<h2>{_safe(section.heading)}</h2>" if section.heading else "")
        body += [f"<p>{_safe(sentence)}</p>" for sentence in section.sentences]
        if section.lines:
            cells = [
                f'<tr><th scope="row">{_safe(name)}</th><td>{_safe(text)}</td></tr>' for name, text in section.lines
            ]
            body.append(f"<table><tbody>{''.join(cells)}</tbody></table>")
        if section.points:
            body.append("<ul>" + "".join(f"<li>{_safe(point)}</li>" for point in section.points) + "</ul>")
    body += [f"<footer><p>{_safe(foot)}</p></footer>", f'<p class="marking">{MARKING}</p>']
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="viewport" content="width=device-width"><title>{_safe(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>" + "\n".join(filter(None, body)) + "</body></html>\n"
    )


def as_text(facts: ReplyFacts, language: str, *, markdown: bool = False) -> str:
    """The reply as plain text, or as Markdown: for an e-mail."""
    with speaking(language):
        title, sections, foot = _title(facts), _sections(facts), _foot(facts)
    safe = _safe_markdown if markdown else str
    first, second = ("# ", "## ") if markdown else ("", "")
    written = [MARKING, "", first + safe(title)]
    for section in sections:
        written += ["", second + safe(section.heading)] if section.heading else [""]
        written += [safe(sentence) for sentence in section.sentences]
        written += [f"- {safe(name)}: {safe(text)}" for name, text in section.lines]
        written += [f"- {safe(point)}" for point in section.points]
    return "\n".join([*written, "", safe(foot), "", MARKING, ""])


def few(rows: int) -> str:
    """So many rows, or "fewer than 5 rows".

    >>> few(3), few(12)
    ('fewer than 5 rows', '12 rows')
    """
    if 0 < rows < SMALL:
        return _("fewer than {number} rows").format(number=SMALL)
    return n_("{count} row", "{count} rows", rows)


def _title(facts: ReplyFacts) -> str:
    agency = _(labels("agencies").get(facts.agency, facts.agency))
    return _("Thank you for your data: {agency}, {period}").format(agency=agency, period=_period(facts))


def _period(facts: ReplyFacts) -> str:
    if not facts.period_from:
        return _("not known")
    if facts.period_from == facts.period_to:
        return month_name(facts.period_from)
    return f"{month_name(facts.period_from)} – {month_name(facts.period_to)}"


def _foot(facts: ReplyFacts) -> str:
    return _("Written on {day} about supply {batch}. If anything here is not right, please tell us.").format(
        day=day_name(facts.made_on), batch=facts.batch_id
    )


def _sections(facts: ReplyFacts) -> list[Section]:
    found = [_thanks(facts), _came(facts)]
    if facts.mended or facts.left_out:
        found.append(_mended(facts))
    asked = _asked(facts)
    if asked.points:
        found.append(asked)
    else:
        found.append(Section(_("What would help"), (_("Nothing: please go on as you do."),)))
    return found


def _thanks(facts: ReplyFacts) -> Section:
    return Section(
        "",
        (
            _("Thank you. What you sent reached us on {day} and is in use.").format(day=day_name(facts.received_on)),
            _("Together with what others see it shows which places need to be made safer for young people."),
        ),
    )


def _came(facts: ReplyFacts) -> Section:
    number = whole_number
    lines = [(_("Rows in what you sent"), number(facts.rows)), (_("Taken in"), number(facts.accepted))]
    more = (
        (_("Set aside: they could not be used as they are"), facts.set_aside),
        (_("Not taken in: they could not be read"), facts.refused),
        (_("Held already: counted once"), facts.duplicates),
    )
    lines += [(name, number(rows)) for name, rows in more if rows]
    if facts.not_on_map:
        lines.append((_("Taken in, but without a place on the map"), few(facts.not_on_map)))
    return Section(_("What came"), (), tuple(lines))


def _mended(facts: ReplyFacts) -> Section:
    ways = {
        "point": _("put on the map by us"),
        "area": _("given their area by us"),
        "value": _("corrected by us"),
        "unplaced": _("taken in without a place"),
        "refused": _("looked at, and not taken in"),
    }
    points = [f"{few(rows)}: {ways.get(way, way)}" for way, rows in facts.mended]
    if facts.left_out:
        points.append(
            n_(
                "{count} column that can identify people was left out, and nothing of it is kept",
                "{count} columns that can identify people were left out, and nothing of them is kept",
                facts.left_out,
            )
        )
    return Section(_("What was mended"), (), (), tuple(points))


def _asked(facts: ReplyFacts) -> Section:
    points = [_line(finding) for finding in facts.findings[:MOST_ASKED]]
    if facts.left_out:
        points.append(_("Please send no column with names, dates of birth, addresses or numbers of people."))
    if facts.missing:
        months = months_words(facts.missing)
        points.append(
            _("These months have not reached us: {months}. If nothing happened, say so.").format(months=months)
        )
    return Section(_("What would help"), (), (), tuple(points))


def _line(finding: Finding) -> str:
    what = f"{few(finding.rows)}: {finding.what}" if finding.rows else finding.what
    return f"{what} {finding.help}"


def _safe(text: str) -> str:
    return html.escape(" ".join(text.split()), quote=True)


def _safe_markdown(text: str) -> str:
    return "".join("\\" + mark if mark in "\\`*_[]<>#|!" else mark for mark in " ".join(text.split()))
