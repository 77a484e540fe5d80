"""Answer an agency about what it sent: the findings of its supply in words that it can act on."""

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csg_maps.briefings.dates_and_numbers import SMALL
from csg_maps.briefings.quality_reply import MARKING, Finding, ReplyFacts, as_html, as_text
from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import N_, _, speaking
from csg_maps.intake.messages import describe
from csg_maps.model.actor import Actor
from csg_maps.store import agency_calendar, batches
from csg_maps.store.audit import record
from csg_maps.store.manifest import Batch
from csg_maps.store.workspace import Store, writing
from csg_maps.workflows import chasing
from csg_maps.workflows.documents_out import check_out, write_document

ENDINGS = (".html", ".txt", ".md")
LEVELS = ("quarantine", "refuse", "warning", "info")


@dataclass(frozen=True)
class _Ask:
    """What would help against a finding, said to the agency; `is_whole`: the rule speaks of the file, not of a row."""

    help: str
    is_whole: bool = False


_COORDINATES = N_("Please send both coordinates as digits, or leave both blank.")
_SYSTEM = N_("Please tell us which coordinate system the coordinates are in, and check which column is which.")
_ASKS = {
    "unreadable-coordinate": _Ask(_COORDINATES),
    "half-coordinate": _Ask(_COORDINATES),
    "zero-coordinate": _Ask(_COORDINATES),
    "coordinate-out-of-range": _Ask(_SYSTEM),
    "swapped-row": _Ask(_SYSTEM),
    "lost-minus-row": _Ask(N_("Please keep the minus sign of longitudes west of Greenwich.")),
    "wrong-coordinate-system-row": _Ask(_SYSTEM),
    "outside-area": _Ask(N_("Please check the place, or leave out what happened elsewhere.")),
    "unreadable-cell": _Ask(N_("Please send whole H3 cells, or coordinates.")),
    "coarse-cell": _Ask(N_("Please send cells of resolution 11, or coordinates."), is_whole=True),
    "postcode-not-found": _Ask(N_("Please send whole, current postcodes, or coordinates."), is_whole=True),
    "default-point": _Ask(
        N_("Please tell us what the point stands for. Leave it blank if it is an office."), is_whole=True
    ),
    "unreadable-date": _Ask(N_("Please write every date in one way, such as 31/10/2026.")),
    "unreadable-time": _Ask(N_("Please write times like 21:30.")),
    "range-backwards": _Ask(N_("Please check which date is the first and which the last.")),
    "future-date": _Ask(N_("Please check the order of day and month.")),
    "date-too-old": _Ask(N_("Please leave the date blank when it is not known.")),
    "no-date": _Ask(N_("Please give the date, or at least the month.")),
    "missing-months": _Ask(N_("Please send these months, or tell us that there was nothing."), is_whole=True),
    "sharp-drop": _Ask(N_("Please tell us whether everything was sent."), is_whole=True),
    "unknown-word": _Ask(N_("Please send us your list of words and what each means."), is_whole=True),
    "free-text-column": _Ask(
        N_("Please send a column that holds one of a few words, and no free text."), is_whole=True
    ),
    "unreadable-age": _Ask(N_("Please write ages as whole years, or as bands."), is_whole=True),
    "unreadable-count": _Ask(N_("Please write how many children as digits."), is_whole=True),
    "unknown-yes-no": _Ask(N_("Please write yes or no."), is_whole=True),
    "unreadable-handling": _Ask(N_("Please say for each row who may use it: P or C.")),
    "reference-repeated": _Ask(N_("Please tell us whether rows with one reference are one event.")),
    "reference-known": _Ask(N_("Please tell us when you correct a row that you sent before.")),
    "row-not-read": _Ask(N_("Please look at these rows in the file, and send them again.")),
    "error-cell": _Ask(N_("Please mend the formula, or paste the values.")),
    "no-place": _Ask(N_("Please send the place where you hold it.")),
}
"""What an agency is asked. A rule that is not here is for us to mend, or would tell what must stay here: that rows lie at
protected addresses, for one."""

_TOLD = {"rows", "compared", "months", "month", "usual", "format", "points", "crs", "count"}
"""Facts of a rule that are ours to tell: numbers, months and formats; never a word, a heading or a name of the file."""


def reply(store: Store, actor: Actor, agency: str, *, batch_id: str = "", language: str, ending: str) -> str:
    """The reply to an agency about one batch ("" = its newest), as a page or a text; that it was made is recorded.

    `ending` is .html, .txt or .md. Raises InputRefused when the agency sent no such batch.
    """
    require(actor, "export")
    require(actor, "import")
    facts = _facts(store, actor, _batch(store, actor, agency, batch_id), language)
    made = as_html(facts, language) if ending == ".html" else as_text(facts, language, markdown=ending == ".md")
    with writing(store) as connection:
        record(
            connection, actor, "export-reply",
            supplier=agency, batch_id=facts.batch_id, ending=ending, language=language,
        )  # fmt: skip
    return made


def reply_name(agency: str, batch_id: str, ending: str) -> str:
    """The name of the file: how it is marked, what it is, for whom."""
    return f"{MARKING}_reply_{agency}_{batch_id}{ending}"


def write_reply(store: Store, actor: Actor, agency: str, *, batch_id: str, language: str, out: Path) -> str:
    """Write the reply to a file; says in a sentence what was written."""
    check_out(out, ENDINGS)
    made = reply(store, actor, agency, batch_id=batch_id, language=language, ending=out.suffix.lower())
    write_document(out, made.encode("utf-8"))
    return _("The reply is written.")


def replies_to(store: Store, actor: Actor, agency: str) -> tuple[Batch, ...]:
    """The batches of an agency that a reply can be about, the newest first."""
    require(actor, "import")
    return chasing.sent_batches(store, actor).get(agency, ())


def _batch(store: Store, actor: Actor, agency: str, batch_id: str) -> Batch:
    own = replies_to(store, actor, agency)
    found = [batch for batch in own if batch_id in {"", batch.batch_id}]
    if not found:
        raise InputRefused(_("This agency has sent no such supply; `batches` lists what is held."))
    return found[0]


def _facts(store: Store, actor: Actor, batch: Batch, language: str) -> ReplyFacts:
    today = datetime.date.today()
    report = batches.read_report(store, actor, batch.batch_id)
    mended = agency_calendar.count_mended(store, batch.batch_id)
    stands = {row.agency: row.standing for row in chasing.board(store, actor, today)}
    with speaking(language):
        findings = _findings(report.get("found", []))
    return ReplyFacts(
        agency=batch.agency,
        batch_id=batch.batch_id,
        received_on=batch.sealed_at[:10],
        period_from=batch.period_from,
        period_to=batch.period_to,
        rows=batch.rows,
        accepted=batch.accepted,
        set_aside=batch.quarantined,
        refused=batch.refused,
        duplicates=batch.duplicates,
        not_on_map=batch.not_on_map,
        left_out=int(report.get("left_out", 0)),
        mended=tuple(mended.items()),
        findings=findings,
        missing=stands[batch.agency].missing if batch.agency in stands else (),
        made_on=today.isoformat(),
    )


def _findings(found: list[dict[str, Any]]) -> tuple[Finding, ...]:
    """What would help, the gravest and most frequent first: one finding a rule, or a rule and its facts."""
    summed: dict[tuple[str, str, str], int] = {}
    for entry in found:
        ask = _ASKS.get(entry["code"])
        if ask is None:
            continue
        facts = {name: _told(name, text) for name, text in entry["values"].items()}
        key = (entry["level"], entry["code"], json.dumps(facts, sort_keys=True))
        summed[key] = summed.get(key, 0) + (0 if ask.is_whole else int(entry["rows"]))
    ordered = sorted(summed.items(), key=lambda one: (LEVELS.index(one[0][0]), -one[1], one[0][1]))
    return tuple(
        Finding(describe(code, json.loads(facts))[0], _(_ASKS[code].help), rows)
        for (_level, code, facts), rows in ordered
    )


def _told(name: str, text: str) -> str:
    """A fact as the reply tells it: what came from a cell or a heading is "…", a small number is not told."""
    if name not in _TOLD:
        return "…"
    digits = text.replace(",", "")
    if name in {"rows", "compared", "count"} and digits.isdigit() and 0 < int(digits) < SMALL:
        return _("fewer than {number}").format(number=SMALL)
    return text
