"""A file of assets: look at it, propose kind and columns, bring its rows in, and tell what became of each."""

import dataclasses
import datetime
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import _, n_
from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning.asset_columns import AssetProposal, suggest_asset_mapping
from csg_maps.intake.meaning.asset_kinds import words_of
from csg_maps.intake.messages import describe, found, refusal
from csg_maps.intake.rows import asset_rules
from csg_maps.intake.rows.asset_rows import AssetContext, read_asset_rows
from csg_maps.model.actor import Actor
from csg_maps.model.asset import DEMO_SOURCE, LONGEST, AssetMapping, AssetRow, asset_kinds
from csg_maps.model.problems import ImportCounts, Problem
from csg_maps.store import areas, reference
from csg_maps.store import assets as asset_store
from csg_maps.store.assets import Brought
from csg_maps.store.workspace import Store
from csg_maps.workflows.assets import renew_ground

SHOWN_PROBLEMS = 300


@dataclass(frozen=True)
class AssetLook:
    """A first look at a file: its headings, rows, a few examples of each column, and what is proposed."""

    columns: tuple[str, ...]
    rows: int
    examples: dict[str, str]
    proposal: AssetProposal
    source: str
    asks_crs: bool


@dataclass(frozen=True)
class AssetChoice:
    """What a person decided. `mapping` None leaves everything to the proposal; then `kind`, `fields` and `crs` still overrule.

    `kind` given is the kind of every row, whatever a column says.
    """

    source: str = ""
    mapping: AssetMapping | None = None
    kind: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    crs: str = ""


@dataclass(frozen=True)
class AssetReport:
    """What became of a file. `kinds` counts accepted rows; `brought` is None after a dry run."""

    source: str
    counts: ImportCounts
    kinds: dict[str, int]
    problems: tuple[Problem, ...]
    brought: Brought | None
    reasons: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-able values, messages in the reader's language."""
        return {
            "source": self.source,
            "counts": dataclasses.asdict(self.counts),
            "kinds": self.kinds,
            "brought": None if self.brought is None else dataclasses.asdict(self.brought),
            "reasons": list(self.reasons),
            "problems": problem_table(self.problems, most=None).to_dict("records"),
        }


def inspect(path: Path, shown_name: str) -> AssetLook:
    """What a file seems to hold. Raises InputRefused when it cannot be read."""
    table = _tables(path, shown_name)[0]
    proposal = suggest_asset_mapping(table, shown_name)
    has_points = bool(table.point_columns)
    return AssetLook(
        columns=table.columns,
        rows=table.row_count,
        examples={column: _example(table, column) for column in table.columns},
        proposal=proposal,
        source=source_name(shown_name),
        asks_crs=has_points and not table.crs,
    )


def inspect_upload(content: bytes, shown_name: str) -> AssetLook:
    """As `inspect`, for a file that came through the browser."""
    with tempfile.TemporaryDirectory(prefix="csg-") as folder:
        return inspect(_upload(content, folder), shown_name)


def words_in(content: bytes, shown_name: str, column: str) -> tuple[dict[str, str], dict[str, int]]:
    """The words of a column of a file, known (word → kind) and unknown (word → rows): for a column chosen by hand."""
    with tempfile.TemporaryDirectory(prefix="csg-") as folder:
        table = _tables(_upload(content, folder), shown_name)[0]
    return words_of(table, column) if column in table.columns else ({}, {})


def import_file(
    store: Store, actor: Actor, path: Path, shown_name: str, choice: AssetChoice | None = None, *, dry_run: bool = False
) -> AssetReport:
    """Bring a file's rows in as assets of its source; the same source again updates them.

    Raises InputRefused when the file cannot be read, no kind or no place is known, or no row can be used.
    """
    require(actor, "manage_areas")
    require(actor, "import")
    decided = choice or AssetChoice()
    source = _checked_source(decided.source or source_name(shown_name))
    return _import(store, actor, _File(path, shown_name), decided, source, dry_run=dry_run)


def import_upload(store: Store, actor: Actor, content: bytes, shown_name: str, choice: AssetChoice) -> AssetReport:
    """As `import_file`, for a file that came through the browser."""
    with tempfile.TemporaryDirectory(prefix="csg-") as folder:
        return import_file(store, actor, _upload(content, folder), shown_name, choice)


def import_demo(store: Store, actor: Actor, path: Path) -> AssetReport:
    """The assets of the fictional borough, under a source of their own that clearing the demo away deletes."""
    return _import(store, actor, _File(path, path.name), AssetChoice(), DEMO_SOURCE, dry_run=False)


def delete_demo(store: Store, actor: Actor) -> int:
    """Delete the assets of the fictional borough; whatever else was brought in stays."""
    gone = asset_store.delete_source(store, actor, DEMO_SOURCE)
    renew_ground(store, actor)
    return gone


def source_name(shown_name: str) -> str:
    """The name that a source is given when nobody says another: the file's, without its ending and date.

    >>> source_name("GIAS_schools 2026-03.csv"), source_name("naptan.csv.gz")
    ('gias schools', 'naptan')
    """
    stem = re.sub(r"(\.[A-Za-z]{1,9}){1,2}$", "", Path(shown_name.replace("\\", "/")).name)
    stem = re.sub(r"[-_ ]*\(?(?:19|20)\d\d(?:[-_ .]?\d\d){0,2}\)?$", "", stem)
    words = " ".join(re.findall(r"[^\W_]+", stem)).casefold()[: LONGEST["source"]]
    return words if words and words != DEMO_SOURCE else "assets"


def problem_table(problems: tuple[Problem, ...], most: int | None = SHOWN_PROBLEMS) -> pd.DataFrame:
    """What was found, in the reader's language: row (0 = the whole file), column, what, and how to mend it."""
    rows = []
    for problem in problems[:most]:
        message, fix = describe(problem.code, problem.values)
        row = "" if not problem.row else str(problem.row)
        rows.append({_("Row"): row, _("Column"): problem.column, _("What"): message, _("What to do"): fix})
    return pd.DataFrame(rows, columns=[_("Row"), _("Column"), _("What"), _("What to do")], dtype="str")


def summary(problems: tuple[Problem, ...]) -> list[tuple[str, str, int, int]]:
    """What was found, one line a message: level, message with how to mend it, how often, and the first row (0 = none)."""
    lines: dict[tuple[str, str], tuple[int, int]] = {}
    for problem in problems:
        words = " ".join(describe(problem.code, problem.values))
        if problem.column:
            words = f"{problem.column}: {words}"
        times, first = lines.get((problem.level, words), (0, problem.row))
        lines[problem.level, words] = (times + 1, first)
    return [(level, words, times, first) for (level, words), (times, first) in lines.items()]


def in_words(report: AssetReport) -> tuple[str, ...]:
    """The outcome in sentences."""
    counts = report.counts
    lines = [
        _("{rows} rows = {accepted} accepted + {refused} refused + {duplicates} duplicates").format(
            rows=f"{counts.rows:,}",
            accepted=f"{counts.accepted:,}",
            refused=f"{counts.refused:,}",
            duplicates=f"{counts.duplicates:,}",
        )
    ]
    brought = report.brought
    if brought is None:
        return (*lines, _("Nothing was kept: this was a trial."))
    lines.append(
        _("{added} new, {updated} changed, {unchanged} as before.").format(
            added=f"{brought.added:,}", updated=f"{brought.updated:,}", unchanged=f"{brought.unchanged:,}"
        )
    )
    if brought.missing:
        lines.append(
            n_(
                "{count} asset of this source is not in the file any more. It stays, marked for review.",
                "{count} assets of this source are not in the file any more. They stay, marked for review.",
                brought.missing,
            )
        )
    if brought.still_removed:
        lines.append(
            n_(
                "{count} asset was taken away by somebody and stays away.",
                "{count} assets were taken away by somebody and stay away.",
                brought.still_removed,
            )
        )
    return tuple(lines)


@dataclass(frozen=True)
class _File:
    path: Path
    shown_name: str


def _import(store: Store, actor: Actor, file: _File, choice: AssetChoice, source: str, *, dry_run: bool) -> AssetReport:
    today = datetime.date.today()
    context = AssetContext(
        today,
        reference.read_postcodes(store),
        reference.read_premises(store, actor, why="import"),
        next((areas.read_layer(store, layer.layer_id) for layer in areas.list_layers(store) if layer.is_extent), None),
    )
    accepted: list[AssetRow] = []
    problems: list[Problem] = []
    reasons: list[str] = []
    counted = dict.fromkeys(("rows", "accepted", "refused", "duplicates"), 0)
    seen: set[str] = set()
    for table in _tables(file.path, file.shown_name):
        mapping, reason = _mapping(table, file.shown_name, choice)
        read = read_asset_rows(table, mapping, context, seen)
        accepted += read.rows
        problems += [*_unknown_words(table, mapping), *read.problems]
        reasons.append(reason)
        for name in counted:
            counted[name] += getattr(read.counts, name)
    counts = ImportCounts(quarantined=0, **counted)
    kinds = {kind: number for kind in asset_kinds() if (number := sum(row.kind == kind for row in accepted))}
    brought = None
    if accepted and not dry_run:
        brought = asset_store.bring_in(store, actor, source, accepted, today.isoformat())
        renew_ground(store, actor)
    told = tuple(sorted(problems, key=lambda problem: (problem.row > 0, problem.row)))
    if not accepted and not dry_run:
        why = next((" ".join(describe(one.code, one.values)) for one in told if one.level == "refuse"), "")
        raise InputRefused(_("No row of the file can be used, so nothing was kept.") + (f" {why}" if why else ""))
    return AssetReport(source, counts, kinds, told, brought, tuple(dict.fromkeys(filter(None, reasons))))


def _mapping(table: RawTable, shown_name: str, choice: AssetChoice) -> tuple[AssetMapping, str]:
    proposal = suggest_asset_mapping(table, shown_name)
    mapping, reason = proposal.mapping, proposal.kind.reason
    if choice.mapping is not None and set(choice.mapping.fields.values()) <= set(table.columns):
        mapping, reason = choice.mapping, ""
    for column in choice.fields.values():
        if column not in table.columns:
            raise InputRefused(
                _("The table has no column called {column}. Its headings are: {columns}.").format(
                    column=column, columns=", ".join(table.columns)[:300]
                )
            )
    fields = {name: held for name, held in mapping.fields.items() if held not in choice.fields.values()} | choice.fields
    if choice.kind:
        if choice.kind not in asset_kinds():
            raise InputRefused(
                _("A kind is one of {kinds}; found {kind}.").format(
                    kinds=", ".join(asset_kinds()), kind=choice.kind[:40]
                )
            )
        fields.pop("kind", None)
        reason = ""
    mapping = AssetMapping(fields, choice.kind or mapping.kind, mapping.words, choice.crs or mapping.crs)
    if not mapping.kind and "kind" not in fields:
        raise InputRefused(
            _("It is not known what kind of asset these are. Choose a kind, or the column that says it.")
        )
    if not ({"latitude", "longitude"} <= set(fields) or {"easting", "northing"} <= set(fields) or "postcode" in fields):
        raise InputRefused(
            _(
                "No column says where the assets are. Choose latitude and longitude, easting and northing, or a postcode."
            )
        )
    return mapping, reason


def _unknown_words(table: RawTable, mapping: AssetMapping) -> list[Problem]:
    column = mapping.fields.get("kind", "")
    if not column or mapping.kind:
        return []
    _known, others = words_of(table, column)
    return [
        found(asset_rules.WORD_UNKNOWN, table.name, 0, column, word=word[:60], rows=f"{rows:,}")
        for word, rows in others.items()
        if word not in mapping.words
    ]


def _checked_source(source: str) -> str:
    cleaned = " ".join(source.split())
    if not cleaned or len(cleaned) > LONGEST["source"]:
        raise InputRefused(_("Give the source a name of at most {most} characters.").format(most=LONGEST["source"]))
    if cleaned.casefold() == DEMO_SOURCE:
        raise InputRefused(_("The name demo belongs to the fictional borough. Give the source another name."))
    return cleaned


def _tables(path: Path, shown_name: str) -> tuple[RawTable, ...]:
    result = read_tables(path, shown_name)
    if not result.tables:
        raise refusal(result.problems[0])
    return result.tables


def _upload(content: bytes, folder: str) -> Path:
    path = Path(folder) / "upload"
    path.write_bytes(content)
    return path


def _example(table: RawTable, column: str) -> str:
    stated = table.frame[column]
    stated = stated[stated.str.strip() != ""]
    return str(stated.iloc[0])[:40] if len(stated) else ""
