"""A person brings files; every row of them is accounted for. The one story behind the upload page and `import`.

Read `run_import` from the top: provenance, was it supplied before, each table by its mapping, the report, the seal.
"""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import N_, _
from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.messages import found, register
from csg_maps.intake.rows.open_places import OpenPlaces, open_places
from csg_maps.intake.rows.records import IntakeContext, Records, make_records
from csg_maps.intake.rows.rules import FREE_TEXT, PLACE_NOT_KNOWN, problems_frame, volume_problems
from csg_maps.model.actor import Actor
from csg_maps.model.concern import NO_REFERENCE
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.problems import ImportCounts, Problem
from csg_maps.model.provenance import Sharing, check_provenance
from csg_maps.model.supply import ImportReport, ImportRequest
from csg_maps.store import areas, batches, reference
from csg_maps.store import profiles as saved_profiles
from csg_maps.store.workspace import Store, data_version, secret
from csg_maps.workflows import deciding, naming
from csg_maps.workflows.import_report import problem_rows, without_names

Progress = Callable[[float, str], None]

SUPPLIED_BEFORE = register(
    "supplied-before",
    "duplicate",
    N_("This file is held already, as batch {batch}."),
    N_("Nothing was changed. To replace it, withdraw batch {batch} first."),
)


OPEN_TEXTS_SHOWN = 200
"""Texts that nobody has confirmed, in a report."""


def silent(done: float, stage: str) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True)
class _Outcome:
    """What one table, or a file without any, gave. `table` is what the report says of it, `read_as` how to mend its rows."""

    records: Records | None
    counts: ImportCounts
    problems: pd.DataFrame
    evidence: str
    table: dict[str, Any]
    unread: tuple[str, ...] = ()
    read_as: dict[str, Any] | None = None


class _Seen:
    """Row keys and references that are held already: of the store, and of the tables of this supply so far."""

    def __init__(self, store: Store, agency: str) -> None:
        self._store, self._agency = store, agency
        self._keys: dict[str, npt.NDArray[np.int64]] = {}
        self._references: dict[str, npt.NDArray[np.int64]] = {}

    def keys(self, evidence: str) -> npt.NDArray[np.int64]:
        if evidence not in self._keys:
            self._keys[evidence] = batches.seen_row_keys(self._store, agency=self._agency, evidence=evidence)
            self._references[evidence] = batches.seen_source_refs(self._store, agency=self._agency, evidence=evidence)
        return self._keys[evidence]

    def references(self, evidence: str) -> npt.NDArray[np.int64]:
        self.keys(evidence)
        return self._references[evidence]

    def add(self, evidence: str, accepted: pd.DataFrame) -> None:
        self._keys[evidence] = _merged(self.keys(evidence), accepted["row_key"].to_numpy())
        references = accepted["source_ref"].to_numpy()
        self._references[evidence] = _merged(self._references[evidence], references[references != NO_REFERENCE])


def _merged(held: npt.NDArray[np.int64], new: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Both in order. What repeats may stay: it is only looked up. A stable sort merges two ordered runs in one pass."""
    return np.sort(np.concatenate([held, np.sort(new)]), kind="stable")


def run_import(
    store: Store, actor: Actor, request: ImportRequest, progress: Progress = silent, *, job_id: str = ""
) -> ImportReport:
    """Read, check and seal a supply as one batch, and say what became of every row.

    Raises InputRefused when the request itself cannot stand (no provenance, no such file), NotAllowed, StoreProblem. A
    bad file is not an exception: it is refused in the report. With `dry_run` nothing is kept.
    """
    require(actor, "import")
    check_provenance(request.provenance, datetime.date.today())
    progress(0.0, _("Reading"))
    digests = tuple(digest_of(Path(file.path)) for file in request.files)
    held = batches.same_content(store, digests)
    if held and set(digests) <= set(held):
        return _supplied_before(store, request, held[digests[0]])
    version = data_version(store)
    seen = _Seen(store, request.provenance.agency)
    base = intake_context(store, actor, request.provenance.agency, request.sharing)
    outcomes: list[_Outcome] = []
    columns: set[str] = set()
    for position, file in enumerate(request.files):
        done = 0.8 * position / len(request.files)
        share = 0.8 / len(request.files)
        result = read_tables(
            Path(file.path),
            file.name,
            chosen=request.chosen,
            progress=lambda part, done=done, share=share: progress(done + part * share * 0.5, _("Reading")),  # type: ignore[misc]
        )
        columns.update(column for table in result.tables for column in table.columns)
        if result.problems or not result.tables:
            outcomes.append(_unread(file.name, result.problems))
        for number, table in enumerate(result.tables):
            progress(done + share * (0.5 + 0.5 * number / len(result.tables)), _("Checking rows"))
            outcomes.append(_outcome_of(table, store, actor, (request, base, seen)))
    _refuse_unknown_columns(request.leave_out, columns)
    progress(0.82, _("Putting together"))
    report = _report(request, outcomes)
    if request.dry_run or not (report.counts.accepted or report.counts.quarantined):
        progress(1.0, _("Done"))
        return report
    progress(0.9, _("Sealing"))
    sealed = _seal(store, actor, request, report, outcomes, digests=digests, version=version, job_id=job_id)
    _save_profiles(store, actor, request, outcomes)
    progress(1.0, _("Done"))
    return sealed


def _refuse_unknown_columns(left_out: tuple[str, ...], columns: set[str]) -> None:
    """A column to be left out that no table has is a slip of the pen, and the one that was meant would come in."""
    for name in left_out:
        if columns and name not in columns:
            raise InputRefused(
                _("No table has the column {name!r} that is to be left out; its columns are: {columns}.").format(
                    name=name, columns=", ".join(sorted(columns))
                )
            )


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex. Raises InputRefused when it cannot be read."""
    try:
        with open(path, "rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as problem:
        raise InputRefused(f"The file cannot be read ({problem.strerror}); check its name.") from None


def intake_context(store: Store, actor: Actor, agency: str, sharing: Sharing) -> IntakeContext:
    """What rows of this agency are judged against now; the kind of evidence and what is held already are still to say."""
    layers = areas.list_layers(store)
    extents = [layer.layer_id for layer in layers if layer.is_extent]
    return IntakeContext(
        agency=agency,
        evidence="",
        sharing=sharing,
        today=datetime.date.today(),
        secret=secret(store),
        area_layers=tuple((layer.layer_id, areas.read_layer(store, layer.layer_id)) for layer in layers),
        extent_layer_id=extents[0] if extents else "",
        code_lookups=areas.read_lookup(store),
        postcodes=reference.read_postcodes(store),
        premises=reference.read_premises(store, actor, why="import"),
        places=naming.place_tables(store, agency),
        is_whole_supply=False,
    )


def _outcome_of(
    table: RawTable, store: Store, actor: Actor, asked: tuple[ImportRequest, IntakeContext, _Seen]
) -> _Outcome:
    request, base, seen = asked
    decision = deciding.decide(store, table, request)
    about = {
        "name": table.name,
        "rows": table.row_count,
        "layout": decision.layout,
        "mapping": dataclasses.asdict(decision.mapping),
        "reasons": decision.reasons,
        "profile": decision.profile_name,
        "announcements": decision.announcements,
    }
    if decision.refusals:
        problems = problems_frame([*table.problems, *decision.refusals])
        counts = ImportCounts(table.row_count, 0, 0, table.row_count, 0)
        return _Outcome(None, counts, problems, decision.evidence, about)
    context = dataclasses.replace(
        base,
        evidence=decision.evidence,
        seen_row_keys=seen.keys(decision.evidence),
        seen_source_refs=seen.references(decision.evidence),
    )
    records = make_records(table, decision.mapping, context)
    seen.add(decision.evidence, records.accepted)
    problems = pd.concat([problems_frame(decision.warnings), records.problems], ignore_index=True)
    if (records.problems["code"] == PLACE_NOT_KNOWN.code).any():
        about["open_places"] = _open_places(store, actor, open_places(table, decision.mapping, context))
    return _Outcome(
        records,
        records.counts,
        problems,
        decision.evidence,
        about,
        read_as=_read_as(table, decision.mapping, records, decision),
    )


def _open_places(store: Store, actor: Actor, found: OpenPlaces) -> dict[str, Any]:
    """The texts that nobody has confirmed, with what they may mean, for the report only: nothing of it is kept."""
    texts = list(found.rows_of)[:OPEN_TEXTS_SHOWN]
    lines = [
        {
            "text": one.text,
            "rows": found.rows_of[one.text],
            "ambiguous": one.is_ambiguous,
            "candidates": [
                {"target": candidate.target, "name": candidate.name, "score": candidate.score}
                for candidate in one.candidates
            ],
        }
        for one in naming.suggest(store, actor, texts)
    ]
    return {"texts": lines, "more": len(found.rows_of) - len(texts), "withheld_rows": found.withheld_rows}


def _read_as(table: RawTable, mapping: ColumnMapping, records: Records, decision: deciding.Decision) -> dict[str, Any]:
    """What mending the table's rows set aside needs to know: which fields were read, and how. No column of free text."""
    free_text = set(records.problems.loc[records.problems["code"] == FREE_TEXT.code, "column"])
    fields = {field: column for field, column in mapping.fields.items() if column not in free_text}
    own = set(table.point_columns) & {fields.get(name, "") for name in ("longitude", "latitude", "easting", "northing")}
    crs = mapping.crs or (table.crs if own else "")
    return {
        "mapping": dataclasses.asdict(dataclasses.replace(mapping, fields=fields, crs=crs, left_out=())),
        "evidence": decision.evidence,
        "is_snapped": records.snapping.is_snapped,
    }


def _unread(name: str, problems: tuple[Problem, ...]) -> _Outcome:
    unread = tuple(problem.file for problem in problems if problem.level == "refuse")
    return _Outcome(
        None, ImportCounts(0, 0, 0, 0, 0), problems_frame(problems), "", {"name": name, "rows": 0}, unread=unread
    )


def _report(request: ImportRequest, outcomes: list[_Outcome]) -> ImportReport:
    months = [outcome.records.months for outcome in outcomes if outcome.records is not None]
    names = [file.name for file in request.files]
    supply_name = names[0] if len(names) == 1 else _("the whole supply")
    of_supply = volume_problems(pd.concat(months), supply_name, datetime.date.today()) if months else []
    frames = [outcome.problems for outcome in outcomes] + [problems_frame(of_supply)]
    problems = pd.concat([frame for frame in frames if len(frame)] or [problems_frame([])], ignore_index=True)
    totals = np.array([dataclasses.astuple(outcome.counts) for outcome in outcomes]).sum(axis=0)
    counts = ImportCounts(*(int(number) for number in totals))
    spans = pd.concat(months)["month"] if months else pd.Series(dtype="str")
    announcements = list(dict.fromkeys(line for outcome in outcomes for line in outcome.table.get("announcements", ())))
    return ImportReport(
        counts=counts,
        batch_id="",
        evidence=next((outcome.evidence for outcome in outcomes if outcome.records is not None), request.evidence),
        agency=request.provenance.agency,
        period_from=str(spans.min()) if len(spans) else "",
        period_to=str(spans.max()) if len(spans) else "",
        not_on_map=sum(outcome.records.not_on_map for outcome in outcomes if outcome.records is not None),
        announcements=tuple(announcements),
        problems=problem_rows(problems),
        tables=tuple(outcome.table for outcome in outcomes),
        dry_run=request.dry_run,
        unread=tuple(dict.fromkeys(name for outcome in outcomes for name in outcome.unread)),
    )


def _found(outcomes: list[_Outcome]) -> list[dict[str, Any]]:
    """What the batch keeps of its problems: each rule with its facts and how many rows; no row, name or word of the file."""
    frames = [outcome.problems for outcome in outcomes if len(outcome.problems)]
    if not frames:
        return []
    grouped = pd.concat(frames).groupby(["code", "level", "values"], sort=True).size()
    return [
        {"code": code, "level": level, "values": without_names(json.loads(values)), "rows": int(rows)}
        for (code, level, values), rows in grouped.items()
    ]


def _seal(
    store: Store,
    actor: Actor,
    request: ImportRequest,
    report: ImportReport,
    outcomes: list[_Outcome],
    *,
    digests: tuple[str, ...],
    version: int,
    job_id: str,
) -> ImportReport:
    records = [outcome.records for outcome in outcomes if outcome.records is not None]
    accepted = pd.concat([one.accepted for one in records], ignore_index=True).drop(columns="row")
    quarantined = pd.concat(
        [one.quarantined.assign(table=np.int64(number)) for number, one in enumerate(records)], ignore_index=True
    )
    read_as = {
        "tables": [outcome.read_as for outcome in outcomes if outcome.records is not None],
        "sharing": dataclasses.asdict(request.sharing),
    }
    batch_id = batches.new_batch_id()
    provenance = dataclasses.replace(request.provenance, period_from=report.period_from, period_to=report.period_to)
    kept = {
        "found": _found(outcomes),
        "announcements": report.announcements,
        "left_out": len(
            {name for outcome in outcomes for name in outcome.table.get("mapping", {}).get("left_out", ())}
        ),
    }
    batches.seal(
        store,
        actor,
        batch_id=batch_id,
        frame=accepted,
        provenance=provenance,
        counts=report.counts,
        report=kept,
        file_digests=digests,
        quarantined=quarantined,
        read_as=read_as,
        job_id=job_id,
        seen_version=version,
    )
    return dataclasses.replace(report, batch_id=batch_id)


def _save_profiles(store: Store, actor: Actor, request: ImportRequest, outcomes: list[_Outcome]) -> None:
    """Keep the mapping of each layout, so that the agency's next file asks only about new words."""
    if not request.save_profile:
        return
    for table in {
        outcome.table["layout"]: outcome.table for outcome in outcomes if outcome.records is not None
    }.values():
        saved_profiles.save_profile(
            store,
            actor,
            agency=request.provenance.agency,
            name=request.save_profile,
            layout_key=table["layout"],
            mapping=json.dumps(table["mapping"], ensure_ascii=False),
        )


def _supplied_before(store: Store, request: ImportRequest, batch_id: str) -> ImportReport:
    batch = batches.get_batch(store, batch_id)
    rows = batch.rows if batch is not None else 0
    problem = found(SUPPLIED_BEFORE, request.files[0].name, batch=batch_id)
    return ImportReport(
        counts=ImportCounts(rows, 0, 0, 0, rows),
        batch_id="",
        evidence=batch.evidence if batch is not None else "",
        agency=request.provenance.agency,
        period_from=batch.period_from if batch is not None else "",
        period_to=batch.period_to if batch is not None else "",
        not_on_map=0,
        announcements=(),
        problems=problem_rows(problems_frame([problem])),
        tables=(),
        dry_run=request.dry_run,
    )
