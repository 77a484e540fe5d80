"""Rows that were set aside and are mended: sealed as a small batch of their own, tied to where they came from, and undone.

A mend is one step: some rows of one batch, mended in one way. Its records, the notes on its rows and its audit entry are
one transaction: killed at any moment a row is set aside or mended, never both and never neither. The history says who,
when, how, which rules and which fields; never what a field held.
"""

import datetime
import json
import secrets
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.model.problems import ImportCounts
from csg_maps.model.provenance import Provenance
from csg_maps.settings import MEND_UNDO_HOURS
from csg_maps.store import batches, quarantine, standings, tables
from csg_maps.store.audit import now, record
from csg_maps.store.casework_tables import mended_rows
from csg_maps.store.manifest import batch_file_path, get_batch
from csg_maps.store.standings import REFUSED, Standing
from csg_maps.store.workspace import Store, bump_version, reading, writing

__all__ = ["MendedRow", "Standing", "Step", "list_steps", "refuse", "seal", "standing", "undo", "undo_limit"]


@dataclass(frozen=True)
class MendedRow:
    """One row of a step: its position, the rules that set it aside, and whether its record is held already."""

    position: int
    reasons: str
    is_duplicate: bool = False


@dataclass(frozen=True)
class Step:
    """One mend as the history tells it. `fields` were corrected; `mended_batch` is "" where nothing new was sealed."""

    step: str
    batch_id: str
    agency: str
    how: str
    rows: int
    accepted: int
    fields: tuple[str, ...]
    why: str
    at: str
    by: str
    mended_batch: str
    can_undo: bool


def standing(store: Store, batch_id: str) -> Standing:
    """What stands of a supply now. Raises InputRefused for an unknown batch."""
    with reading(store) as connection:
        found = standings.read(connection).get(batch_id)
    if found is None:
        raise InputRefused(_("There is no batch {batch}; `batches` lists them.").format(batch=batch_id))
    return found


def seal(
    store: Store,
    actor: Actor,
    batch_id: str,
    rows: tuple[MendedRow, ...],
    *,
    how: str,
    fields: tuple[str, ...],
    frame: pd.DataFrame,
    seen_version: int,
) -> str:
    """Seal the records of mended rows under the provenance of their batch; returns the new batch ("" = all held already).

    Parameters
    ----------
    store, actor, batch_id
        Where, by whom, and the batch that the rows were set aside of.
    rows
        Every row of the step: those whose record is in `frame`, and those whose record is held already.
    how, fields
        The way of mending and the fields that were corrected, for the history.
    frame
        The new records, as `batches.seal` takes them; may be empty.
    seen_version
        The data version at which duplicates were looked for.

    Raises
    ------
    InputRefused
        A row is not set aside (any more), its batch is withdrawn or its time is over; nothing is changed.
    """
    _require(actor)
    origin = get_batch(store, batch_id)
    if origin is None:
        raise InputRefused(_("There is no batch {batch}; `batches` lists them.").format(batch=batch_id))
    accepted = sum(not row.is_duplicate for row in rows)
    if accepted != len(frame):
        raise ValueError("a mended row has one record, or is held already")
    mended_batch = batches.new_batch_id() if accepted else ""
    step = _StepNotes(batch_id, rows, how=how, fields=fields, why="", mended_batch=mended_batch)
    if not accepted:
        with writing(store) as connection:
            _note(store, connection, actor, step)
            bump_version(connection)
        return ""
    months = pd.Series(frame["occurred_from"].to_numpy().astype("datetime64[M]")).dropna().astype("str").str[:7]
    batches.seal(
        store,
        actor,
        batch_id=mended_batch,
        frame=frame,
        provenance=Provenance(
            agency=origin.agency,
            purpose=origin.purpose,
            lawful_basis=origin.lawful_basis,
            agreement=origin.agreement,
            retain_until=origin.retain_until,
            period_from=str(months.min()) if len(months) else "",
            period_to=str(months.max()) if len(months) else "",
            known_gaps=origin.known_gaps,
        ),
        counts=ImportCounts(len(rows), accepted, 0, 0, len(rows) - accepted),
        report={"mended_from": batch_id},
        file_digests=(),
        seen_version=seen_version,
        told_by=lambda connection: _note(store, connection, actor, step),
    )
    return mended_batch


def refuse(store: Store, actor: Actor, batch_id: str, rows: tuple[MendedRow, ...], *, why: str) -> None:
    """Say of rows set aside that they are not taken in, with a reason; they stay in the counts as refused."""
    _require(actor)
    with writing(store) as connection:
        _note(store, connection, actor, _StepNotes(batch_id, rows, how=REFUSED, fields=(), why=why, mended_batch=""))
        bump_version(connection)


@dataclass(frozen=True)
class _StepNotes:
    batch_id: str
    rows: tuple[MendedRow, ...]
    how: str
    fields: tuple[str, ...]
    why: str
    mended_batch: str


def _require(actor: Actor) -> None:
    require(actor, "see_quarantine")
    require(actor, "import")


def _note(store: Store, connection: sa.Connection, actor: Actor, step: _StepNotes) -> None:
    """Write the history of a step, inside the transaction that seals its records."""
    _refuse_what_is_not_aside(store, connection, actor, step.batch_id, tuple(row.position for row in step.rows))
    moment, step_id = now(), secrets.token_hex(6)
    for row in step.rows:
        values = {
            "batch_id": step.batch_id,
            "position": row.position,
            "how": step.how,
            "reasons": row.reasons,
            "detail": json.dumps({"step": step_id, "fields": sorted(step.fields)}),
            "why": step.why,
            "mended_batch": "" if row.is_duplicate else step.mended_batch,
            "at": moment,
            "by": actor.actor_id,
        }
        tables.insert_sealed(connection, mended_rows, values)
    record(
        connection,
        actor,
        "refuse-rows" if step.how == REFUSED else "mend",
        batch_id=step.batch_id,
        how=step.how,
        rows=len(step.rows),
        duplicates=sum(row.is_duplicate for row in step.rows),
        rules=sorted({code for row in step.rows for code in row.reasons.split(",")}),
        fields=sorted(step.fields),
        mended_batch=step.mended_batch,
        step=step_id,
    )


def _refuse_what_is_not_aside(
    store: Store, connection: sa.Connection, actor: Actor, batch_id: str, positions: tuple[int, ...]
) -> None:
    batch = connection.execute(
        sa.select(tables.batches.c.status, tables.batches.c.agency).where(tables.batches.c.batch_id == batch_id)
    ).first()
    aside = connection.execute(
        sa.select(tables.quarantined.c.purged_at).where(tables.quarantined.c.batch_id == batch_id)
    ).scalar()
    if batch is None or aside or aside is None or (actor.agency and actor.agency != batch.agency):
        raise InputRefused(_("Nothing of batch {batch} is set aside, or its time is over.").format(batch=batch_id))
    if batch.status != "active":
        raise InputRefused(
            _("Batch {batch} is withdrawn. Bring it back before its rows are mended.").format(batch=batch_id)
        )
    taken = sa.and_(mended_rows.c.batch_id == batch_id, mended_rows.c.position.in_(positions))
    earlier = connection.execute(sa.select(mended_rows.c.by, mended_rows.c.at).where(taken)).first()
    if earlier is not None:
        raise InputRefused(
            _("{who} has dealt with some of these rows already, at {at}. Nothing was changed; look again.").format(
                who=earlier.by, at=f"{earlier.at[:16].replace('T', ' ')} UTC"
            )
        )
    if not positions or len(set(positions)) != len(positions):
        raise InputRefused(_("Choose at least one row, and each once."))
    if not set(positions) <= quarantine.positions_on_disk(store, batch_id):
        raise InputRefused(_("Some of these rows are not among those set aside. Nothing was changed; look again."))


def undo_limit() -> str:
    """The moment (UTC, ISO) from which a mend can still be taken back; what older ones said may be deleted."""
    moment = datetime.datetime.fromisoformat(now()) - datetime.timedelta(hours=MEND_UNDO_HOURS)
    return moment.isoformat(timespec="milliseconds")


def list_steps(store: Store, actor: Actor, batch_id: str = "") -> tuple[Step, ...]:
    """Every mend of a batch (of all, with ""), the newest first. The newest of a batch can be undone within its time."""
    require(actor, "see_quarantine")
    asked = sa.select(mended_rows, tables.batches.c.agency, tables.batches.c.status).join(
        tables.batches, tables.batches.c.batch_id == mended_rows.c.batch_id
    )
    if batch_id:
        asked = asked.where(mended_rows.c.batch_id == batch_id)
    if actor.agency:
        asked = asked.where(tables.batches.c.agency == actor.agency)
    aside = tables.quarantined
    with reading(store) as connection:
        rows = connection.execute(asked.order_by(mended_rows.c.at.desc(), mended_rows.c.position)).mappings().all()
        kept = set(connection.execute(sa.select(aside.c.batch_id).where(aside.c.purged_at == "")).scalars())
    grouped: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        grouped.setdefault((row["batch_id"], json.loads(row["detail"])["step"]), []).append(row)
    limit, newest, steps = undo_limit(), set(), []
    for (of_batch, step), own in grouped.items():
        first = own[0]
        is_newest = of_batch not in newest
        newest.add(of_batch)
        steps.append(
            Step(
                step=step,
                batch_id=of_batch,
                agency=first["agency"],
                how=first["how"],
                rows=len(own),
                accepted=sum(bool(row["mended_batch"]) for row in own),
                fields=tuple(json.loads(first["detail"])["fields"]),
                why=first["why"],
                at=first["at"],
                by=first["by"],
                mended_batch=max(row["mended_batch"] for row in own),
                can_undo=is_newest and of_batch in kept and first["status"] == "active" and first["at"] >= limit,
            )
        )
    return tuple(steps)


def undo(store: Store, actor: Actor, batch_id: str, step: str) -> int:
    """Take the newest mend of a batch back: its records go, its rows are set aside again. Returns how many rows.

    Raises InputRefused when it is not the newest, its time is over, or the batch is withdrawn; nothing is changed then.
    """
    _require(actor)
    files = tables.batch_files
    with writing(store) as connection:
        found = {one.step: one for one in list_steps(store, actor, batch_id)}.get(step)
        if found is None or not found.can_undo:
            raise InputRefused(
                _(
                    "This mend cannot be undone any more: only the newest one of a batch can, within {hours} hours."
                ).format(hours=MEND_UNDO_HOURS)
            )
        own = sa.select(mended_rows.c.position, mended_rows.c.detail).where(mended_rows.c.batch_id == batch_id)
        positions = [row.position for row in connection.execute(own) if json.loads(row.detail)["step"] == step]
        if not set(positions) <= quarantine.positions_on_disk(store, batch_id):
            raise InputRefused(_("What these rows said is deleted already, so the mend stands."))
        own_rows = sa.and_(mended_rows.c.batch_id == batch_id, mended_rows.c.position.in_(positions))
        connection.execute(mended_rows.delete().where(own_rows))
        own_files = files.c.batch_id == found.mended_batch
        digests = set(connection.execute(sa.select(files.c.sha256).where(own_files)).scalars())
        connection.execute(files.delete().where(own_files))
        kept = set(connection.execute(sa.select(files.c.sha256).where(files.c.sha256.in_(digests))).scalars())
        for table in (tables.batch_reports, tables.batches):
            connection.execute(table.delete().where(table.c.batch_id == found.mended_batch))
        record(connection, actor, "undo-mend", batch_id=batch_id, step=step, rows=len(positions))
        bump_version(connection)
    for digest in digests - kept:
        batch_file_path(store, digest).unlink(missing_ok=True)
    return len(positions)
