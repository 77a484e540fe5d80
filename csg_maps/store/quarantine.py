"""Rows set aside: kept apart with what they said, for 30 days, for those who may mend them."""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused, StoreProblem
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.settings import QUARANTINE_DAYS
from csg_maps.store import tables
from csg_maps.store.audit import now, record
from csg_maps.store.files import WrittenFile, write_by_content
from csg_maps.store.workspace import Store, reading, writing


@dataclass(frozen=True)
class QuarantinedRows:
    """What is set aside of one batch. `purge_after` is the last day (ISO) it is kept."""

    batch_id: str
    agency: str
    rows: int
    purge_after: str


def write(store: Store, batch_id: str, rows: pd.DataFrame | None) -> tuple[WrittenFile, dict[str, Any]] | None:
    """Write the rows set aside of a batch that is being sealed; None when there are none. Registers nothing."""
    if rows is None or rows.empty:
        return None
    table = pa.Table.from_pandas(rows, preserve_index=False)

    def put(path: Path) -> None:
        pq.write_table(table, path)

    file = write_by_content(store.folder / "quarantine", put, name=f"{batch_id}.parquet")
    until = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=QUARANTINE_DAYS)
    return file, {
        "batch_id": batch_id,
        "sha256": file.sha256,
        "rows": len(rows),
        "purge_after": until.isoformat(),
        "purged_at": "",
    }


def list_quarantined(store: Store, actor: Actor) -> tuple[QuarantinedRows, ...]:
    """What is set aside, by batch, the soonest to go first; for who has the right to see it."""
    require(actor, "see_quarantine")
    aside, batches = tables.quarantined, tables.batches
    asked = (
        sa.select(aside.c.batch_id, batches.c.agency, aside.c.rows, aside.c.purge_after)
        .join(batches, batches.c.batch_id == aside.c.batch_id)
        .where(aside.c.purged_at == "")
        .order_by(aside.c.purge_after, aside.c.batch_id)
    )
    if actor.agency:
        asked = asked.where(batches.c.agency == actor.agency)
    with reading(store) as connection:
        return tuple(QuarantinedRows(**row) for row in connection.execute(asked).mappings())


def read_quarantined(store: Store, actor: Actor, batch_id: str) -> pd.DataFrame:
    """The rows set aside of one batch, as they came; that they were read goes into the audit.

    Raises NotAllowed without the right, InputRefused when nothing is set aside (or its 30 days are over).
    """
    if batch_id not in {entry.batch_id for entry in list_quarantined(store, actor)}:
        raise InputRefused(_("Nothing of batch {batch} is set aside, or its time is over.").format(batch=batch_id))
    with writing(store) as connection:
        record(connection, actor, "see-quarantine", batch_id=batch_id)
    try:
        return pd.read_parquet(quarantine_path(store, batch_id))
    except (OSError, pa.ArrowException):
        raise StoreProblem(_("The rows set aside of this batch cannot be read; ask the agency for them.")) from None


def purge_expired(store: Store, actor: Actor, today: datetime.date) -> tuple[str, ...]:
    """Delete what has been set aside for longer than its time; returns the batches. To be called at every start."""
    due = sa.and_(tables.quarantined.c.purged_at == "", tables.quarantined.c.purge_after < today.isoformat())
    with reading(store) as connection:
        found = tuple(connection.execute(sa.select(tables.quarantined.c.batch_id).where(due)).scalars())
    if found:
        with writing(store) as connection:
            mark_purged(connection, due)
            record(connection, actor, "purge-quarantine", batches=sorted(found))
    with reading(store) as connection:
        gone = connection.execute(sa.select(tables.quarantined.c.batch_id).where(tables.quarantined.c.purged_at != ""))
        for batch_id in gone.scalars():  # also what an earlier run, killed in between, left
            remove_file(store, batch_id)
    return found


def mark_purged(connection: sa.Connection, where: sa.ColumnElement[bool]) -> None:
    """Say that these rows are no longer kept."""
    tables.update_sealed(connection, tables.quarantined, where, purged_at=now())


def remove_file(store: Store, batch_id: str) -> None:
    """Delete the rows set aside of a batch."""
    quarantine_path(store, batch_id).unlink(missing_ok=True)


def quarantine_path(store: Store, batch_id: str) -> Path:
    """Where the rows set aside of a batch lie."""
    return store.folder / "quarantine" / f"{batch_id}.parquet"
