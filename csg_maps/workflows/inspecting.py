"""A first look at uploaded files, for the page that asks what their columns mean: layouts, suggestions, questions.

The result is JSON-able and lives in the job's staging folder only: it holds a few example values of columns that do not
identify anybody, and is deleted with the uploads.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from csg_maps.disclosure.policy import require
from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning.profiles import MappingProposal, layout_key, suggest_mapping, wrong_file
from csg_maps.intake.meaning.words import suggest_words
from csg_maps.intake.messages import describe
from csg_maps.intake.rows import readiness
from csg_maps.model.actor import Actor
from csg_maps.model.mapping import CODED_FIELDS, NAMED_FIELDS
from csg_maps.model.problems import Problem
from csg_maps.store.workspace import Store
from csg_maps.workflows.deciding import saved_profile

Progress = Callable[[float, str], None]
EXAMPLES = 3
LONGEST_EXAMPLE = 40


def inspect(
    store: Store, actor: Actor, files: list[tuple[str, str]], agency: str, progress: Progress
) -> dict[str, Any]:
    """Look at files, (path, shown name) each: {files, layouts, refused}.

    Tables with the same headings are one layout, asked about once.
    """
    require(actor, "import")
    refused: list[dict[str, str]] = []
    layouts: dict[str, dict[str, Any]] = {}
    for number, (path, name) in enumerate(files):
        progress(number / len(files), name)
        result = read_tables(Path(path), name)
        refused += [problem_words(problem) for problem in result.problems if problem.level == "refuse"]
        for table in result.tables:
            key = layout_key(table.columns)
            proposal = suggest_mapping(table, saved_profile(store, agency, key))
            if key in layouts:
                _join(layouts[key], table, proposal)
            else:
                layouts[key] = layout_of(key, table, proposal)
    return {
        "files": [{"path": path, "name": name} for path, name in files],
        "layouts": list(layouts.values()),
        "refused": refused + [entry for layout in layouts.values() for entry in layout["refusals"]],
    }


def layout_of(key: str, table: RawTable, proposal: MappingProposal) -> dict[str, Any]:
    """One layout as the page asks about it: suggestions, examples, questions; JSON-able."""
    hidden = {one.column for one in proposal.identifiers}
    unknown = {field: list(words) for field, words in proposal.unknown_words.items()}
    has_place = {"latitude", "easting", "cell", "postcode", "area_code", *NAMED_FIELDS} & set(proposal.mapping.fields)
    has_date = {"date", "year"} & set(proposal.mapping.fields)
    wrong = wrong_file(table.columns, table.name)
    asked = {question.column for question in proposal.asked if question.kind == "date_format"}
    return {
        "key": key,
        "names": [table.name],
        "rows": table.row_count,
        "columns": list(table.columns),
        "examples": {column: _examples(table, column) for column in table.columns if column not in hidden},
        "mapping": dataclasses.asdict(proposal.mapping),
        "reasons": {suggestion.field: suggestion.reason for suggestion in proposal.suggestions},
        "dates": [
            {
                "column": column,
                # the one that the profile was saved with, as long as it reads the column: a month of low days reads both ways
                "format": proposal.mapping.formats.get(column, finding.format),
                "alternatives": list(finding.alternatives),
                "needs_asking": column in asked,
                "reason": finding.reason,
            }
            for column, finding in proposal.date_findings.items()
        ],
        "unknown_words": unknown,
        "word_suggestions": _word_suggestions(unknown),
        "identifiers": [dataclasses.asdict(one) for one in proposal.identifiers],
        "crs_guesses": [
            value for question in proposal.asked if question.kind == "crs" for value, _label in question.options
        ],
        "asks_crs": any(question.kind == "crs" for question in proposal.asked),
        "profile_name": proposal.profile_name,
        "is_background": proposal.is_background,
        "wrong_kind": wrong is not None,
        "refusals": [problem_words(wrong)] if wrong else [],
        "needs_fields": not (has_place and has_date),
        "notes": [problem_words(problem) for problem in readiness.warnings(table, proposal.mapping)],
    }


def _join(layout: dict[str, Any], table: RawTable, proposal: MappingProposal) -> None:
    """Add another table of the same headings."""
    layout["names"].append(table.name)
    layout["rows"] += table.row_count
    for field, words in proposal.unknown_words.items():
        held = layout["unknown_words"].setdefault(field, [])
        held += [word for word in words if word not in held]
    layout["word_suggestions"] = _word_suggestions(layout["unknown_words"])
    for field, coded in proposal.mapping.words.items():
        layout["mapping"]["words"].setdefault(field, {}).update(coded)
    known = {entry["column"] for entry in layout["identifiers"]}
    layout["identifiers"] += [dataclasses.asdict(one) for one in proposal.identifiers if one.column not in known]


def _word_suggestions(unknown: dict[str, list[str]]) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        field: {word: dataclasses.asdict(guess) for word, guess in suggest_words(CODED_FIELDS[field], words).items()}
        for field, words in unknown.items()
        if field in CODED_FIELDS
    }


def _examples(table: RawTable, column: str) -> list[str]:
    stated = table.frame[column]
    stated = stated[stated != ""].drop_duplicates().head(EXAMPLES)
    return [text[:LONGEST_EXAMPLE] for text in stated]


def problem_words(problem: Problem) -> dict[str, str]:
    """A problem of a file in the reader's language: {file, message, fix}."""
    message, fix = describe(problem.code, problem.values)
    return {"file": problem.file, "message": message, "fix": fix}
