"""What became of an import, in words: for a terminal, for the table to download, for the batch to keep."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from csg_maps.i18n import _, n_
from csg_maps.intake.messages import describe
from csg_maps.model.problems import ImportCounts
from csg_maps.model.supply import ImportReport, ImportRequest, ProblemRow
from csg_maps.workflows.exporting import csv_text

LEVEL_ORDER = ("refuse", "quarantine", "duplicate", "warning", "info")


def in_words(report: ImportReport) -> str:
    """The report in a few lines, for a terminal."""
    counts = report.counts
    lines = [
        _(
            "{rows} rows = {accepted} accepted + {quarantined} set aside + {refused} refused + {duplicates} duplicates"
        ).format(**dataclasses.asdict(counts))
    ]
    if counts.accepted:
        lines.append(n_("Not on the map: {count}", "Not on the map: {count}", report.not_on_map))
    lines += report.announcements
    for code, level, rows, first in _summed(report.problems):
        where = _(" (first in row {row})").format(row=first.row) if first.row else ""
        lines.append(f"[{level}] {code}: {rows} x {first.message}{where} {first.fix}")
    lines += _open_in_words(report)
    if report.unread:
        lines.append(_("Not read at all: {names}.").format(names=", ".join(report.unread)))
    if report.batch_id:
        lines.append(_("Kept as batch {batch}.").format(batch=report.batch_id))
    elif report.dry_run:
        lines.append(_("A trial: nothing was kept."))
    else:
        lines.append(_("Nothing was kept."))
    return "\n".join(lines)


def _open_in_words(report: ImportReport) -> Iterator[str]:
    """The texts that nobody has confirmed, each with the places that it may mean."""
    for table in report.tables:
        for text in table.get("open_places", {}).get("texts", ()):
            known = "; ".join(f"{one['name']} [{one['target']}] {one['score']:.0f}" for one in text["candidates"][:3])
            yield _("Not confirmed: {text} ({rows} rows). It may be: {known}.").format(
                text=text["text"], rows=text["rows"], known=known or _("no known place")
            )


def nothing_usable(report: ImportReport) -> bool:
    """Whether not one row could be used, nor was held already: the command then fails."""
    counts = report.counts
    return not (counts.accepted or counts.quarantined or counts.duplicates)


def problems_csv(problems: list[dict[str, Any]]) -> str:
    """The table of problems of a report (its `problems`) as CSV text."""
    columns = ["level", "code", "file", "row", "column", "message", "fix"]
    return csv_text(pd.DataFrame(problems, columns=columns).astype({name: "str" for name in columns if name != "row"}))


def refused_report(request: ImportRequest, reason: str) -> ImportReport:
    """The report of an import that could not be begun or was not kept, with the reason in words."""
    return ImportReport(
        counts=ImportCounts(0, 0, 0, 0, 0),
        batch_id="",
        evidence=request.evidence,
        agency=request.provenance.agency,
        period_from="",
        period_to="",
        not_on_map=0,
        announcements=(),
        problems=(ProblemRow("import-refused", "refuse", "", 0, "", reason, ""),),
        tables=(),
        dry_run=request.dry_run,
    )


def problem_rows(problems: pd.DataFrame) -> tuple[ProblemRow, ...]:
    """Problems with their message and fix, the gravest first; each distinct text is made once."""
    order = problems["level"].map(LEVEL_ORDER.index).to_numpy()
    problems = problems.iloc[np.argsort(order, kind="stable")]
    said: dict[tuple[str, str], tuple[str, str]] = {}
    rows = []
    for code, level, file, row, column, values in problems.itertuples(index=False):
        if (code, values) not in said:
            said[code, values] = describe(code, json.loads(values))
        rows.append(ProblemRow(code, level, file, int(row), column, *said[code, values]))
    return tuple(rows)


def _summed(problems: tuple[ProblemRow, ...]) -> Iterator[tuple[str, str, int, ProblemRow]]:
    """Level, code, how often and the first of each rule's problems: what differs between files is in the whole table."""
    first: dict[tuple[str, str], ProblemRow] = {}
    rows: dict[tuple[str, str], int] = {}
    for problem in problems:
        key = (problem.level, problem.code)
        first.setdefault(key, problem)
        rows[key] = rows.get(key, 0) + 1
    for key, problem in first.items():
        yield problem.code, problem.level, rows[key], problem


def without_names(values: dict[str, str]) -> dict[str, str]:
    return {key: "…" if key in {"name", "names", "word"} else value for key, value in values.items()}
