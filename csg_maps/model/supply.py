"""One supply: what a person asks to be imported, what a look at the files found, and what became of every row."""

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any

from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.problems import ImportCounts
from csg_maps.model.provenance import Provenance, Sharing


@dataclass(frozen=True)
class SuppliedFile:
    """A file on disk and the name that the person knows it by (shown to them, never stored)."""

    path: str
    name: str


@dataclass(frozen=True)
class ImportRequest:
    """Everything that an import needs to be told.

    `evidence` "" lets the file decide (police.uk is background, anything else a concern) and announces it. `overrides`
    maps a field to a column for every layout; `mappings` holds the decided mapping of a layout by its key; `chosen` names
    the sheets or members to read (none = all); `leave_out` names identifying columns that may be dropped.
    """

    files: tuple[SuppliedFile, ...]
    provenance: Provenance
    sharing: Sharing
    evidence: str = ""
    profile: str = ""
    overrides: dict[str, str] = field(default_factory=dict)
    crs: str = ""
    mappings: dict[str, ColumnMapping] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    dry_run: bool = False
    save_profile: str = ""


@dataclass(frozen=True)
class ProblemRow:
    """A problem in words, as the table to download shows it."""

    code: str
    level: str
    file: str
    row: int
    column: str
    message: str
    fix: str


@dataclass(frozen=True)
class ImportReport:
    """What became of a supply. `batch_id` is "" when nothing was kept (a trial, or nothing new).

    `unread` names the files, sheets or members of which not one row could be read: nobody knows how many rows they hold.
    """

    counts: ImportCounts
    batch_id: str
    evidence: str
    agency: str
    period_from: str
    period_to: str
    not_on_map: int
    announcements: tuple[str, ...]
    problems: tuple[ProblemRow, ...]
    tables: tuple[dict[str, Any], ...]
    dry_run: bool = False
    unread: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """One JSON object: the counts at the top, then the rest."""
        whole = dataclasses.asdict(self)
        counts = whole.pop("counts")
        return {**counts, **whole, "batch_id": self.batch_id or None}


def request_to_json(request: ImportRequest) -> str:
    """The request as JSON text, for a job in another process."""
    return json.dumps(dataclasses.asdict(request), ensure_ascii=False)


def request_from_json(text: str) -> ImportRequest:
    """The request that `request_to_json` wrote."""
    raw = json.loads(text)
    return ImportRequest(
        **{
            **raw,
            "files": tuple(SuppliedFile(**entry) for entry in raw["files"]),
            "provenance": Provenance(**raw["provenance"]),
            "sharing": Sharing(raw["sharing"]["handling"], tuple(raw["sharing"]["recipients"])),
            "mappings": {key: mapping_from_dict(entry) for key, entry in raw["mappings"].items()},
            "chosen": tuple(raw["chosen"]),
            "leave_out": tuple(raw["leave_out"]),
        }
    )


def mapping_from_dict(raw: dict[str, Any]) -> ColumnMapping:
    """A mapping from its JSON form (`dataclasses.asdict`)."""
    return ColumnMapping(**{**raw, "left_out": tuple(raw.get("left_out", ()))})
