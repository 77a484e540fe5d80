"""A person brings files; every row of them is accounted for. The one story behind the upload page and `import`."""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import N_, _
from csg_maps.intake import profiles, readiness
from csg_maps.intake.messages import describe, found, register
from csg_maps.intake.reading import read_tables
from csg_maps.intake.records import IntakeContext, make_records
from csg_maps.intake.tables import RawTable
from csg_maps.model.actor import Actor
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.problems import ImportCounts, Problem
from csg_maps.model.provenance import check_provenance
from csg_maps.model.supply import ImportReport, ImportRequest, ProblemRow
from csg_maps.store import areas, batches, reference
from csg_maps.store import profiles as saved_profiles
from csg_maps.store.workspace import Store, data_version, secret

Progress = Callable[[float, str], None]

SUPPLIED_BEFORE = register(
    "supplied-before",
    "duplicate",
    N_("This file is held already, as batch {batch}."),
    N_("Nothing was changed. To replace it, withdraw batch {batch} first."),
)
IDENTIFIERS_UNDECIDED = register(
    "identifiers-undecided",
    "refuse",
    N_("The column {column} seems to identify people: {reason}"),
    N_("Leave the column out (--leave-out), or ask the agency for a file without it."),
)
POLICE_UK_IS_BACKGROUND = register(
    "police-uk-is-background",
    "refuse",
    N_("Street-level crime from police.uk says nothing about children: it is background, never a concern."),
    N_("Import it as background."),
)
LIMIT_OF_PROBLEMS_IN_STORE = 2_000
"""So many rows of problems are kept with a batch; the full table is in the report that the importer downloads."""


def silent(done: float, stage: str) -> None:  # noqa: ARG001
    """Report progress to nobody."""


@dataclass(frozen=True)
class _Outcome:
    """What one table gave."""

    accepted: pd.DataFrame | None
    quarantined: pd.DataFrame | None
    counts: ImportCounts
    problems: pd.DataFrame
    facts: dict[str, Any]


def run_import(store: Store, actor: Actor, request: ImportRequest, progress: Progress = silent) -> ImportReport:
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
    seen = _Seen(store, request)
    outcomes: list[_Outcome] = []
    names: list[str] = []
    evidence = request.evidence
    for number, table, problems in _tables(request, progress):
        if table is None:
            outcomes.append(_unread(problems, request.files[number].name))
            continue
        outcome, evidence = _outcome_of(table, problems, store, request, evidence, seen)
        outcomes.append(outcome)
        names.append(table.name)
    progress(0.85, _("Sealing"))
    report = _report(request, outcomes, evidence or "concern")
    if request.dry_run or not (report.counts.accepted or report.counts.quarantined):
        return report
    return _seal(store, actor, request, report, outcomes, digests)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    try:
        with open(path, "rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as problem:
        raise InputRefused(f"The file cannot be read ({problem.strerror}); check its name.") from None
