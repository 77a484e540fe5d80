"""Batches: what one import sealed. Seal, withdraw, bring back, delete when its time is over; the manifest reads them."""

import dataclasses
import json
import secrets
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.model.concern import AREA_COLUMN_PREFIX
from csg_maps.model.problems import ImportCounts
from csg_maps.model.provenance import Provenance
from csg_maps.store import quarantine, sealed, standings, tables
from csg_maps.store.audit import now, record
from csg_maps.store.files import WrittenFile
from csg_maps.store.manifest import (
    Batch,
    BatchFile,
    as_row,
    batch_file_path,
    every_file,
    expired_batches,
    get_batch,
    held_content,
    list_batches,
    origins_of_mends,
    paths_of,
    read_report,
    readable_files,
    row_keys_of,
    same_content,
    seen_row_keys,
    seen_source_refs,
)
from csg_maps.store.workspace import Store, bump_version, writing

__all__ = [
    "Batch",
    "BatchFile",
    "as_row",
    "batch_file_path",
    "every_file",
    "expired_batches",
    "get_batch",
    "list_batches",
    "new_batch_id",
    "origins_of_mends",
    "purge_batch",
    "read_report",
    "readable_files",
    "restore_batch",
    "row_keys_of",
    "same_content",
    "seal",
    "seen_row_keys",
    "seen_source_refs",
    "withdraw",
]


def new_batch_id() -> str:
    """A random id, given before anything of the batch is written."""
    return secrets.token_hex(6)


def seal(
    store: Store,
    actor: Actor,
    *,
    batch_id: str,
    frame: pd.DataFrame,
    provenance: Provenance,
    counts: ImportCounts,
    report: dict[str, Any],
    file_digests: tuple[str, ...],
    quarantined: pd.DataFrame | None = None,
    read_as: dict[str, Any] | None = None,
    job_id: str = "",
    seen_version: int | None = None,
    told_by: Callable[[sa.Connection], None] | None = None,
) -> Batch:
    """Keep a supply: its records as files that never change, and everything about it in one transaction.

    Killed at any moment, the batch is there whole or not at all.

    Parameters
    ----------
    store, actor, provenance, counts
        Where, by whom, from whom, and what became of every row.
    batch_id
        From `new_batch_id`.
    frame
        The accepted records: `CONCERN_COLUMNS` (concern_id and batch_id are given here), any `area_<layer>` columns, and
        `handling` ("P" or "C") and `recipients` (agency codes joined by commas), which choose the file of a record.
    report
        What became of the rows, JSON-able; no cell of a file in it.
    file_digests
        SHA-256 of each supplied file.
    quarantined
        Rows set aside to be mended, as intake keeps them; held apart for 30 days.
    read_as
        How those were read (JSON-able): kept beside them, and deleted with them.
    job_id
        Of the job that imports, "" for none.
    seen_version
        The data version at which the importer looked for duplicates. When something was sealed since, row keys are
        compared again inside the transaction.
    told_by
        Writes, first in the transaction, what else must stand or fall with this batch, its audit entry among it; None:
        the batch is an import, and the entry says so.

    Raises
    ------
    NotAllowed, SchemaBroken, StoreProblem
        Nothing is kept.
    InputRefused
        The same files, or some of the same rows, were sealed by another import in the meantime.
    """
    require(actor, "import")
    numbered = sealed.number_records(frame, batch_id)
    sealed.check_records(numbered)
    written: list[WrittenFile] = []
    try:
        rows: list[dict[str, Any]] = []
        for (evidence, handling, recipients), table in sealed.split_records(numbered).items():
            file = sealed.write_sealed(store.folder / "batches", table)
            written.append(file)
            rows.append(
                {
                    "batch_id": batch_id,
                    "sha256": file.sha256,
                    "evidence": evidence,
                    "handling": handling,
                    "recipients": ",".join(recipients),
                    "rows": table.num_rows,
                    "size_bytes": file.size_bytes,
                }
            )
        aside = quarantine.write(store, batch_id, quarantined, read_as)
        written += [aside[0]] if aside else []
        batch = _described(batch_id, actor, provenance, counts, frame=numbered, job_id=job_id)
        with writing(store) as connection:
            if told_by is not None:
                told_by(connection)
            _refuse_a_race(connection, store, batch, file_digests, frame=numbered, seen_version=seen_version)
            tables.insert_sealed(connection, tables.batches, {**dataclasses.asdict(batch), "version": 1})
            kept = {"batch_id": batch_id, "report": json.dumps(report, ensure_ascii=False)}
            tables.insert_sealed(connection, tables.batch_reports, kept)
            layers = _layers_of(connection, numbered)
            for row in rows:
                tables.insert_sealed(connection, tables.batch_files, {**row, "layers": layers})
            for digest in sorted(set(file_digests)):
                tables.insert_sealed(connection, tables.supplied_files, {"batch_id": batch_id, "sha256": digest})
            if aside:
                tables.insert_sealed(connection, tables.quarantined, aside[1])
            if told_by is None:
                files = sorted(file_digests)
                record(connection, actor, "import", batch_id=batch_id, files=files, accepted=counts.accepted)
            bump_version(connection)
    except BaseException:
        _remove_unregistered(store, batch_id, written)
        raise
    return batch


def _described(
    batch_id: str, actor: Actor, provenance: Provenance, counts: ImportCounts, *, frame: pd.DataFrame, job_id: str
) -> Batch:
    moment = now()
    return Batch(
        batch_id=batch_id,
        status="active",
        **dataclasses.asdict(provenance),
        evidence=",".join(sorted(frame["evidence"].unique())),
        **dataclasses.asdict(counts),
        not_on_map=int((frame["cell"] == 0).sum()),
        sealed_at=moment,
        sealed_by=actor.actor_id,
        job_id=job_id,
        changed_at=moment,
        changed_by=actor.actor_id,
        why="",
    )


def _refuse_a_race(
    connection: sa.Connection,
    store: Store,
    batch: Batch,
    file_digests: tuple[str, ...],
    *,
    frame: pd.DataFrame,
    seen_version: int | None,
) -> None:
    """Two imports at once cannot know of each other before this moment: only here is one certain to be the first."""
    held = held_content(connection, file_digests)
    if held and set(held) == set(file_digests):
        raise InputRefused(
            _("These files were imported in the meantime, as batch {batch}.").format(batch=held[file_digests[0]])
        )
    version = connection.execute(sa.select(tables.state.c.data_version)).scalar_one()
    if seen_version is None or version == seen_version:
        return
    keys = frame["row_key"].to_numpy()
    for evidence in batch.evidence.split(","):
        seen = sealed.read_column(paths_of(connection, store, batch.agency, evidence), "row_key")
        if np.isin(keys[keys != 0], seen).any():
            raise InputRefused(_("Some of these rows were imported in the meantime by another import. Import again."))


def _layers_of(connection: sa.Connection, frame: pd.DataFrame) -> str:
    known = connection.execute(sa.select(tables.layers.c.layer_id, tables.layers.c.sha256)).all()
    held = set(sealed.area_columns(frame))
    return json.dumps(
        {layer_id: sha for layer_id, sha in known if AREA_COLUMN_PREFIX + layer_id in held}, sort_keys=True
    )


def _remove_unregistered(store: Store, batch_id: str, written: list[WrittenFile]) -> None:
    """Take back the files of a seal that did not come to its end, unless the workspace says that it did."""
    try:
        if get_batch(store, batch_id) is None:
            for file in written:
                if file.is_new:
                    file.path.unlink(missing_ok=True)
    except Exception:  # noqa: S110 - the first problem is what must be heard; `verify` sweeps what stays
        pass


def withdraw(store: Store, actor: Actor, batch_id: str, why: str) -> None:
    """Take a batch, and what was mended of it, out of every count. Nothing is deleted; `restore_batch` brings it back."""
    _change_status(store, actor, batch_id, ("active", "withdrawn"), why)


def restore_batch(store: Store, actor: Actor, batch_id: str) -> None:
    """Bring a withdrawn batch back into every count."""
    _change_status(store, actor, batch_id, ("withdrawn", "active"), "")


def _change_status(store: Store, actor: Actor, batch_id: str, change: tuple[str, str], why: str) -> None:
    require(actor, "withdraw")
    with writing(store) as connection:
        status = connection.execute(
            sa.select(tables.batches.c.status).where(tables.batches.c.batch_id == batch_id)
        ).scalar()
        _refuse_unknown(batch_id, status)
        if status == "purged":
            raise InputRefused(
                _("The records of batch {batch} were deleted when their time was over.").format(batch=batch_id)
            )
        if status == change[1]:
            return
        _refuse_a_mend(connection, batch_id)
        for one in (batch_id, *standings.mends_of(connection, batch_id)):
            _set_status(connection, actor, one, change[1], why)
        record(
            connection, actor, "withdraw" if change[1] == "withdrawn" else "restore-batch", batch_id=batch_id, why=why
        )
        bump_version(connection)


def _refuse_unknown(batch_id: str, status: str | None) -> None:
    if status is None:
        raise InputRefused(_("There is no batch {batch}; `batches` lists them.").format(batch=batch_id))


def _refuse_a_mend(connection: sa.Connection, batch_id: str) -> None:
    """What was mended of a batch stands and falls with it: alone it could come back with its row set aside as well."""
    if origin := standings.origins(connection).get(batch_id):
        raise InputRefused(
            _(
                "Batch {batch} holds mended rows of batch {origin}. Take the mend back in the workbench, or withdraw "
                "batch {origin}."
            ).format(batch=batch_id, origin=origin)
        )


def _set_status(connection: sa.Connection, actor: Actor, batch_id: str, status: str, why: str) -> None:
    values = {"status": status, "changed_at": now(), "changed_by": actor.actor_id, "why": why}
    tables.update_sealed(connection, tables.batches, tables.batches.c.batch_id == batch_id, **values)


def purge_batch(store: Store, actor: Actor, batch_id: str, why: str) -> None:
    """Delete the records of a batch, and of what was mended of it, for good; that it was there stays known.

    A file that another batch names stays.
    """
    require(actor, "withdraw")
    files = tables.batch_files
    with writing(store) as connection:
        status = connection.execute(
            sa.select(tables.batches.c.status).where(tables.batches.c.batch_id == batch_id)
        ).scalar()
        _refuse_unknown(batch_id, status)
        every = (batch_id, *standings.mends_of(connection, batch_id))
        own = files.c.batch_id.in_(every)
        digests = set(connection.execute(sa.select(files.c.sha256).where(own)).scalars())
        connection.execute(files.delete().where(own))
        connection.execute(tables.supplied_files.delete().where(tables.supplied_files.c.batch_id == batch_id))
        kept = set(connection.execute(sa.select(files.c.sha256).where(files.c.sha256.in_(digests))).scalars())
        for one in every:
            _set_status(connection, actor, one, "purged", why)
        quarantine.mark_purged(connection, tables.quarantined.c.batch_id == batch_id)
        record(connection, actor, "purge", batch_id=batch_id, why=why)
        bump_version(connection)
    for digest in digests - kept:
        batch_file_path(store, digest).unlink(missing_ok=True)
    quarantine.remove_file(store, batch_id)
