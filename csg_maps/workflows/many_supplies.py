"""Several agencies' files at once: who sent each, what is new in it, the terms of last time, and one batch per agency.

`look` reads every file once and is JSON-able, for the job's staging folder; `layouts_of` and `as_last_time` answer the page
from it; `import_all` brings everything in, an agency at a time: one that is refused does not stop the others.
"""

import copy
import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csg_maps.briefings.dates_and_numbers import day_name
from csg_maps.disclosure.policy import require
from csg_maps.errors import CsgMapsError
from csg_maps.i18n import _
from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.meaning.profiles import layout_key, suggest_mapping
from csg_maps.model.actor import Actor
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.provenance import Provenance, Sharing
from csg_maps.model.supply import ImportRequest, SuppliedFile
from csg_maps.model.vocabulary import labels
from csg_maps.store import agency_calendar, batches
from csg_maps.store import profiles as saved_profiles
from csg_maps.store.manifest import Batch
from csg_maps.store.workspace import Store
from csg_maps.workflows import importing
from csg_maps.workflows.deciding import saved_profile
from csg_maps.workflows.inspecting import layout_of, problem_words
from csg_maps.workflows.recognising import sender_of

Progress = Callable[[float, str], None]
NO_AGENCY = ""


@dataclass(frozen=True)
class LastTime:
    """The terms of an agency's last supply, to be used again; `sentences` tell them."""

    provenance: Provenance
    sharing: Sharing
    evidence: str
    sentences: tuple[str, ...]


def look(store: Store, actor: Actor, files: list[tuple[str, str]], progress: Progress) -> dict[str, Any]:
    """Look at files, (path, shown name) each: {files: [{path, name, agency, reason, tables, refused}]}.

    A table holds its layout as every agency that has saved it would read it, and under "" as one that has not: so a
    corrected sender needs no second look.
    """
    require(actor, "import")
    by_layout: dict[str, frozenset[str]] = {}
    for entry in saved_profiles.list_profiles(store):
        by_layout[entry.layout_key] = by_layout.get(entry.layout_key, frozenset()) | {entry.agency}
    looked = []
    for number, (path, name) in enumerate(files):
        progress(number / len(files), name)
        result = read_tables(Path(path), name)
        sender = sender_of(name, result, by_layout)
        tables = []
        for table in result.tables:
            key = layout_key(table.columns)
            readings = {}
            for agency in (NO_AGENCY, *sorted(by_layout.get(key, ()))):
                saved = saved_profile(store, agency, key) if agency else None
                readings[agency] = {
                    **layout_of(key, table, suggest_mapping(table, saved)),
                    "names": [name if table.name == name else f"{name}: {table.name}"],
                }
            tables.append(readings)
        looked.append(
            {
                "path": path,
                "name": name,
                "agency": sender.agency,
                "reason": sender.reason,
                "tables": tables,
                "refused": [problem_words(problem) for problem in result.problems if problem.level == "refuse"],
            }
        )
    return {"files": looked}


def layouts_of(files: list[dict[str, Any]], agency: str) -> list[dict[str, Any]]:
    """The layouts of these looked-at files as this agency's; tables with the same headings are asked about once."""
    layouts: dict[str, dict[str, Any]] = {}
    for file in files:
        for readings in file["tables"]:
            layout = copy.deepcopy(readings.get(agency) or readings[NO_AGENCY])
            if layout["wrong_kind"]:
                continue
            if layout["key"] in layouts:
                _join(layouts[layout["key"]], layout)
            else:
                layouts[layout["key"]] = layout
    return list(layouts.values())


def is_known(layout: dict[str, Any]) -> bool:
    """Whether nothing at all has to be asked about a layout."""
    left_out = set(layout["mapping"]["left_out"])
    return bool(layout["profile_name"]) and not (
        any(layout["unknown_words"].values())
        or any(entry["column"] not in left_out for entry in layout["identifiers"])
        or any(entry["needs_asking"] for entry in layout["dates"])
        or layout["asks_crs"]
        or layout["needs_fields"]
    )


def as_last_time(
    store: Store, actor: Actor, agency: str, today: datetime.date, *, background: bool = False
) -> LastTime | None:
    """The terms of the agency's last supply of the same kind, kept as long from now as that was; None without one.

    Recipients are the narrowest that its sealed files have: what went to some agencies never becomes everybody's.
    """
    require(actor, "import")
    last = _last_batch(store, actor, agency, background=background)
    if last is None:
        return None
    sealed = datetime.date.fromisoformat(last.sealed_at[:10])
    days = (datetime.date.fromisoformat(last.retain_until) - sealed).days
    until = today + datetime.timedelta(days=max(days, 1))
    sharing = _sharing_of(store, last)
    with_whom = (
        _("all partners")
        if sharing.handling == "P"
        else ", ".join(_(labels("agencies").get(code, code)) for code in sharing.recipients)
    )
    return LastTime(
        Provenance(agency, last.purpose, last.lawful_basis, last.agreement, until.isoformat()),
        sharing,
        "background" if background else last.evidence,
        (
            _("Agreement: {agreement}. Purpose: {purpose}.").format(agreement=last.agreement, purpose=last.purpose),
            _("For the use of: {agencies}. Lawful basis: {basis}.").format(
                agencies=with_whom, basis=_(labels("lawful_bases").get(last.lawful_basis, last.lawful_basis))
            ),
            _("Kept until {day}: as long from today as last time.").format(day=day_name(until)),
        ),
    )


def request_for(
    files: list[dict[str, Any]], terms: tuple[Provenance, Sharing, str], mappings: dict[str, ColumnMapping]
) -> ImportRequest:
    """The import of one agency's looked-at files; `mappings` holds what was decided, by layout key."""
    provenance, sharing, evidence = terms
    return ImportRequest(
        files=tuple(SuppliedFile(file["path"], file["name"]) for file in files),
        provenance=provenance,
        sharing=sharing,
        evidence=evidence,
        mappings=mappings,
        leave_out=tuple(sorted({column for mapping in mappings.values() for column in mapping.left_out})),
        save_profile=provenance.agency,
    )


def import_all(
    store: Store, actor: Actor, requests: list[ImportRequest], progress: Progress, *, job_id: str = ""
) -> dict[str, Any]:
    """Import one batch per agency: {reports: [{agency, report (or None), error}]}, in the order asked."""
    require(actor, "import")
    reports = []
    for number, request in enumerate(requests):
        agency = request.provenance.agency
        start, share = number / len(requests), 1 / len(requests)

        def part(done: float, stage: str, start: float = start, share: float = share, who: str = agency) -> None:
            progress(start + done * share, f"{_(labels('agencies').get(who, who))}: {stage}")

        report, error = None, ""
        try:
            report = importing.run_import(store, actor, request, part, job_id=job_id).as_dict()
        except CsgMapsError as problem:
            error = str(problem)
        reports.append({"agency": agency, "report": report, "error": error})
    return {"reports": reports}


def _join(layout: dict[str, Any], other: dict[str, Any]) -> None:
    """Add another file's table of the same headings."""
    layout["names"] += other["names"]
    layout["rows"] += other["rows"]
    for field, words in other["unknown_words"].items():
        held = layout["unknown_words"].setdefault(field, [])
        held += [word for word in words if word not in held]
    for field, guesses in other["word_suggestions"].items():
        layout["word_suggestions"].setdefault(field, {}).update(guesses)
    for field, coded in other["mapping"]["words"].items():
        held_words = layout["mapping"]["words"].setdefault(field, {})
        layout["mapping"]["words"][field] = {**coded, **held_words}
    known = {entry["column"] for entry in layout["identifiers"]}
    layout["identifiers"] += [entry for entry in other["identifiers"] if entry["column"] not in known]
    asked = {entry["column"] for entry in other["dates"] if entry["needs_asking"]}
    for entry in layout["dates"]:
        entry["needs_asking"] = entry["needs_asking"] or entry["column"] in asked


def _last_batch(store: Store, actor: Actor, agency: str, *, background: bool) -> Batch | None:
    mended = agency_calendar.mended_batches(store)
    own = [
        batch
        for batch in batches.list_batches(store, actor)
        if batch.agency == agency
        and batch.status != "purged"
        and batch.batch_id not in mended
        and (batch.evidence == "background") == background
        and "," not in batch.evidence
    ]
    return own[0] if own else None


def _sharing_of(store: Store, batch: Batch) -> Sharing:
    files = [file for file in batches.every_file(store) if file.batch_id == batch.batch_id]
    narrow = [set(file.recipients) for file in files if file.handling != "P" and file.recipients]
    if narrow:
        return Sharing("C", tuple(sorted(set.intersection(*narrow) or narrow[0])))
    return Sharing()
