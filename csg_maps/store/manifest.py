"""The manifest: which batches there are, what each holds, and which sealed files an actor may use."""

import dataclasses
import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from csg_maps.disclosure.policy import has_right, readable, require
from csg_maps.model.actor import Actor
from csg_maps.store import sealed, standings, tables
from csg_maps.store.workspace import Store, reading


@dataclass(frozen=True)
class Batch:
    """One import as the manifest tells it. `status` is active, withdrawn or purged; times are UTC, ISO text."""

    batch_id: str
    status: str
    agency: str
    evidence: str
    purpose: str
    lawful_basis: str
    agreement: str
    retain_until: str
    period_from: str
    period_to: str
    known_gaps: str
    rows: int
    accepted: int
    quarantined: int
    refused: int
    duplicates: int
    not_on_map: int
    sealed_at: str
    sealed_by: str
    job_id: str
    changed_at: str
    changed_by: str
    why: str


@dataclass(frozen=True)
class BatchFile:
    """One sealed file of a batch. `layers` are (layer id, SHA-256 of its boundaries) pairs, for which it holds codes."""

    batch_id: str
    sha256: str
    evidence: str
    handling: str
    recipients: tuple[str, ...]
    rows: int
    size_bytes: int
    layers: tuple[tuple[str, str], ...]


def batch_file_path(store: Store, sha256: str) -> Path:
    """Where a sealed file lies."""
    return store.folder / "batches" / f"{sha256}.parquet"


def list_batches(store: Store, actor: Actor) -> tuple[Batch, ...]:
    """Every batch that this actor may know of, the newest first, with what stands of it now: rows mended since are in it.

    The supplying agency and the local operator see all of it. Others see a batch when they may use some of its files, and
    then only the number of records in those.
    """
    require(actor, "see_counts")
    with reading(store) as connection:
        rows = connection.execute(sa.select(tables.batches)).mappings().all()
        files = files_of(connection)
        origin_of = standings.origins(connection)
        stands = standings.read(connection)
    shown = []
    for row in sorted(rows, key=lambda row: (row["sealed_at"], row["batch_id"]), reverse=True):
        if row["batch_id"] in origin_of:
            continue
        batch = _as_it_stands(_batch(row), stands[row["batch_id"]])
        if actor.agency not in {"", batch.agency}:
            usable = [
                file
                for file in files
                if origin_of.get(file.batch_id, file.batch_id) == batch.batch_id
                and readable(actor, file.handling, file.recipients)
            ]
            if not usable:
                continue
            count = sum(file.rows for file in usable)
            batch = dataclasses.replace(
                batch, rows=count, accepted=count, quarantined=0, refused=0, duplicates=0, not_on_map=0
            )
        elif actor.agency == "" and not readable(actor, "C", ()):
            continue
        shown.append(batch)
    return tuple(shown)


def _as_it_stands(batch: Batch, now: standings.Standing) -> Batch:
    months = [month for month in (batch.period_from, now.period_from) if month]
    last = max(batch.period_to, now.period_to)
    return dataclasses.replace(
        batch,
        accepted=now.accepted,
        quarantined=now.quarantined,
        refused=now.refused,
        duplicates=now.duplicates,
        not_on_map=now.not_on_map,
        period_from=min(months, default=""),
        period_to=last,
    )


def as_row(batch: Batch) -> dict[str, Any]:
    """The batch as a JSON-able row."""
    return dataclasses.asdict(batch)


def get_batch(store: Store, batch_id: str) -> Batch | None:
    """One batch as it was sealed, None when there is none of that id."""
    with reading(store) as connection:
        row = (
            connection.execute(sa.select(tables.batches).where(tables.batches.c.batch_id == batch_id))
            .mappings()
            .first()
        )
    return _batch(row) if row else None


def read_report(store: Store, actor: Actor, batch_id: str) -> dict[str, Any]:
    """What became of the rows of a batch, as it was sealed; {} for an unknown batch."""
    require(actor, "import")
    report = tables.batch_reports
    with reading(store) as connection:
        text = connection.execute(sa.select(report.c.report).where(report.c.batch_id == batch_id)).scalar()
    read: dict[str, Any] = json.loads(text) if text else {}
    return read


def expired_batches(store: Store, today: datetime.date) -> tuple[Batch, ...]:
    """Batches whose retention date has passed and whose records are still held; the rows mended of them go with them."""
    due = sa.select(tables.batches).where(
        tables.batches.c.retain_until < today.isoformat(), tables.batches.c.status != "purged"
    )
    with reading(store) as connection:
        origin_of = standings.origins(connection)
        found = connection.execute(due).mappings()
        return tuple(_batch(row) for row in found if row["batch_id"] not in origin_of)


def same_content(store: Store, digests: tuple[str, ...]) -> dict[str, str]:
    """Which of these files (SHA-256) an active batch holds already: digest to batch id."""
    with reading(store) as connection:
        return held_content(connection, digests)


def held_content(connection: sa.Connection, digests: tuple[str, ...]) -> dict[str, str]:
    """Digest to batch, for files that an active batch holds whole.

    A batch that left out duplicates of another one, which was withdrawn since, is not whole any more: its files may come
    again, and bring what is missing.
    """
    supplied, holding, earlier = tables.supplied_files, tables.batches, tables.batches.alias("earlier")
    leaned = (
        sa.select(earlier.c.batch_id)
        .where(
            earlier.c.agency == holding.c.agency,
            earlier.c.status != "active",
            earlier.c.sealed_at <= holding.c.sealed_at,
            earlier.c.changed_at > holding.c.sealed_at,
        )
        .exists()
    )
    held = (
        sa.select(supplied.c.sha256, supplied.c.batch_id)
        .join(holding, holding.c.batch_id == supplied.c.batch_id)
        .where(holding.c.status == "active", supplied.c.sha256.in_(digests))
        .where(sa.or_(holding.c.duplicates == 0, sa.not_(leaned)))
        .order_by(holding.c.sealed_at)
    )
    return {row.sha256: row.batch_id for row in connection.execute(held)}


def origins_of_mends(store: Store) -> dict[str, str]:
    """For each batch that holds mended rows, the batch that they were set aside of."""
    with reading(store) as connection:
        return standings.origins(connection)


def seen_row_keys(store: Store, *, agency: str, evidence: str) -> npt.NDArray[np.int64]:
    """The row keys of every active record of this agency and kind of evidence: sorted, without repeats."""
    with reading(store) as connection:
        paths = paths_of(connection, store, agency, evidence)
    return sealed.read_column(paths, "row_key")


def seen_source_refs(store: Store, *, agency: str, evidence: str) -> npt.NDArray[np.int64]:
    """The keyed references of every active record of this agency and kind of evidence: sorted, without 0 or repeats."""
    with reading(store) as connection:
        paths = paths_of(connection, store, agency, evidence)
    references = sealed.read_column(paths, "source_ref")
    return np.asarray(references[references != 0])


def row_keys_of(store: Store, batch_id: str) -> npt.NDArray[np.int64]:
    """The row keys of one batch and of what was mended of it, whatever its status: sorted, without repeats."""
    with reading(store) as connection:
        own = [batch_id, *standings.mends_of(connection, batch_id)]
        files = files_of(connection, tables.batch_files.c.batch_id.in_(own))
    return sealed.read_column([batch_file_path(store, file.sha256) for file in files], "row_key")


def readable_files(store: Store, actor: Actor, *, evidence: str = "") -> tuple[BatchFile, ...]:
    """The sealed files of active batches that this actor may use, with one kind of evidence ("" = every kind).

    This is decided before anything is counted, by the policy, file by file. Sorted, so that it can be part of a key.
    """
    if not has_right(actor, "see_counts"):
        return ()
    chosen = [tables.batches.c.status == "active"]
    if evidence:
        chosen.append(tables.batch_files.c.evidence == evidence)
    with reading(store) as connection:
        files = files_of(connection, *chosen)
    return tuple(file for file in files if readable(actor, file.handling, file.recipients))


def every_file(store: Store) -> tuple[BatchFile, ...]:
    """Every sealed file that the manifest names, whatever its batch's status: for the store's own work, never to count."""
    with reading(store) as connection:
        return files_of(connection)


def files_of(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[BatchFile, ...]:
    files = tables.batch_files
    columns = [column for column in files.c if column.name != "row_digest"]
    asked = (
        sa.select(*columns)
        .join(tables.batches, tables.batches.c.batch_id == files.c.batch_id)
        .where(*where)
        .order_by(files.c.batch_id, files.c.sha256)
    )
    return tuple(
        BatchFile(
            **{
                **row,
                "recipients": tuple(code for code in row["recipients"].split(",") if code),
                "layers": tuple(sorted(json.loads(row["layers"]).items())),
            }
        )
        for row in connection.execute(asked).mappings()
    )


def paths_of(connection: sa.Connection, store: Store, agency: str, evidence: str) -> list[Path]:
    files = files_of(
        connection,
        tables.batches.c.status == "active",
        tables.batches.c.agency == agency,
        tables.batch_files.c.evidence == evidence,
    )
    return [batch_file_path(store, file.sha256) for file in files]


def _batch(row: Any) -> Batch:
    return Batch(**{field.name: row[field.name] for field in dataclasses.fields(Batch)})
