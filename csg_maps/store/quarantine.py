"""Rows set aside: kept apart with what they said, for 30 days, for those who may mend them.

A row is known by its position among those set aside of its batch. A row that was mended or refused is shown to nobody any
more; what it said stays on the disk until the mend can no longer be undone (`settings.MEND_UNDO_HOURS`), then its file is
written again without it (`let_go`). The workspace names the file that counts by its hash, so that a kill in between leaves
the old state or the new one, and a file that is no longer named goes at the next start.
"""

import contextlib
import dataclasses
import datetime
import json
import time
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
from csg_maps.store.casework_tables import mended_rows
from csg_maps.store.files import PART, WrittenFile, write_by_content
from csg_maps.store.workspace import Store, reading, writing

_READING = b"csg_maps reading"
"""In the file's own metadata: how the rows were read. It may hold words of the supply, so it goes when the rows go."""

_POSITION = "position"
_PART_SECONDS = 3600.0


@dataclass(frozen=True)
class QuarantinedRows:
    """What is still set aside of one batch. `purge_after` is the last day (ISO) it is kept."""

    batch_id: str
    agency: str
    rows: int
    purge_after: str


def write(
    store: Store, batch_id: str, rows: pd.DataFrame | None, read_as: dict[str, Any] | None = None
) -> tuple[WrittenFile, dict[str, Any]] | None:
    """Write the rows set aside of a batch that is being sealed; None when there are none. Registers nothing.

    `read_as` (JSON-able) is what mending them will need to know of how they were read.
    """
    if rows is None or rows.empty:
        return None
    table = _with_reading(pa.Table.from_pandas(rows, preserve_index=False), read_as or {})
    file = write_by_content(
        store.folder / "quarantine", lambda path: pq.write_table(table, path), name=f"{batch_id}.parquet"
    )
    until = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=QUARANTINE_DAYS)
    return file, {
        "batch_id": batch_id,
        "sha256": file.sha256,
        "rows": len(rows),
        "purge_after": until.isoformat(),
        "purged_at": "",
    }


def _with_reading(table: pa.Table, read_as: dict[str, Any]) -> pa.Table:
    told = json.dumps(read_as, ensure_ascii=False).encode()
    return table.replace_schema_metadata({**(table.schema.metadata or {}), _READING: told})


def list_quarantined(store: Store, actor: Actor) -> tuple[QuarantinedRows, ...]:
    """What is still set aside, by batch, the soonest to go first; for who has the right to see it."""
    require(actor, "see_quarantine")
    aside, batches = tables.quarantined, tables.batches
    asked = (
        sa.select(aside.c.batch_id, batches.c.agency, batches.c.quarantined.label("rows"), aside.c.purge_after)
        .join(batches, batches.c.batch_id == aside.c.batch_id)
        .where(aside.c.purged_at == "")
        .order_by(aside.c.purge_after, aside.c.batch_id)
    )
    if actor.agency:
        asked = asked.where(batches.c.agency == actor.agency)
    mended = sa.select(mended_rows.c.batch_id, sa.func.count()).group_by(mended_rows.c.batch_id)
    with reading(store) as connection:
        gone = {batch_id: int(rows) for batch_id, rows in connection.execute(mended)}
        found = [QuarantinedRows(**row) for row in connection.execute(asked).mappings()]
    left = [dataclasses.replace(entry, rows=entry.rows - gone.get(entry.batch_id, 0)) for entry in found]
    return tuple(entry for entry in left if entry.rows)


def read_quarantined(store: Store, actor: Actor, batch_id: str) -> pd.DataFrame:
    """The rows still set aside of one batch, as they came, by position; that they were read goes into the audit.

    Raises NotAllowed without the right, InputRefused when nothing is set aside (or its 30 days are over).
    """
    rows = _still_aside(store, actor, batch_id)
    with writing(store) as connection:
        record(connection, actor, "see-quarantine", batch_id=batch_id)
    return rows


def read_reasons(store: Store, actor: Actor, batch_id: str) -> "pd.Series[str]":
    """Why each row still set aside of a batch is kept apart (rule codes joined by commas), by position; no row is shown."""
    return _still_aside(store, actor, batch_id)["reasons"]


def read_to_mend(store: Store, actor: Actor, batch_id: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The rows still set aside, by position, and how they were read ({} when their import did not keep that).

    Not for showing: the mend writes its own entry in the audit.
    """
    require(actor, "import")
    rows = _still_aside(store, actor, batch_id)
    return rows, _read_file(store, batch_id)[1]


def _still_aside(store: Store, actor: Actor, batch_id: str) -> pd.DataFrame:
    _refuse_nothing(store, actor, batch_id)
    rows = _read_file(store, batch_id)[0]
    with reading(store) as connection:
        mended = mended_positions(connection, batch_id)
    return rows[~rows.index.isin(mended)]


def _refuse_nothing(store: Store, actor: Actor, batch_id: str) -> None:
    if batch_id not in {entry.batch_id for entry in list_quarantined(store, actor)}:
        raise InputRefused(_("Nothing of batch {batch} is set aside, or its time is over.").format(batch=batch_id))


def mended_positions(connection: sa.Connection, batch_id: str) -> tuple[int, ...]:
    """The positions of a batch's rows that were mended or refused."""
    asked = sa.select(mended_rows.c.position).where(mended_rows.c.batch_id == batch_id)
    return tuple(connection.execute(asked.order_by(mended_rows.c.position)).scalars())


def _read_file(store: Store, batch_id: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Every row that the file holds, by position, and how they were read."""
    for attempt in (1, 2):  # the file may be written again between the workspace and the disk
        with reading(store) as connection:
            sha256 = connection.execute(
                sa.select(tables.quarantined.c.sha256).where(tables.quarantined.c.batch_id == batch_id)
            ).scalar()
        try:
            return _parse(quarantine_path(store, batch_id, str(sha256 or "")))
        except FileNotFoundError:
            if attempt == 1:
                continue
        except (OSError, ValueError, pa.ArrowException):
            pass
        break
    raise StoreProblem(_("The rows set aside of this batch cannot be read; ask the agency for them."))


def _parse(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    told = (pq.read_schema(path).metadata or {}).get(_READING, b"{}")
    rows = pd.read_parquet(path)
    if _POSITION in rows.columns:
        rows = rows.set_index(_POSITION).rename_axis(None)
    return rows, json.loads(told)


def positions_on_disk(store: Store, batch_id: str) -> frozenset[int]:
    """The positions whose text and point the file still holds, mended ones included."""
    return frozenset(int(position) for position in _read_file(store, batch_id)[0].index)


def let_go(store: Store, actor: Actor, before: str) -> int:
    """Delete from the disk what rows said that were mended or refused before a moment (UTC, ISO). Returns how many rows.

    The file is written anew inside the transaction that names it: killed at any moment, the old file counts or the new one.
    """
    deleted = 0
    for batch_id in _held_too_long(store, before):
        with writing(store) as connection:
            deleted += _rewrite(store, connection, actor, batch_id, before)
    if deleted:
        sweep(store)
    return deleted


def _held_too_long(store: Store, before: str) -> list[str]:
    aside, batches = tables.quarantined, tables.batches
    mended = sa.select(mended_rows.c.batch_id, sa.func.count()).where(mended_rows.c.at < before)
    kept = sa.select(aside.c.batch_id, aside.c.rows, batches.c.quarantined).join(
        batches, batches.c.batch_id == aside.c.batch_id
    )
    with reading(store) as connection:
        gone = {batch_id: int(rows) for batch_id, rows in connection.execute(mended.group_by(mended_rows.c.batch_id))}
        held = connection.execute(kept.where(aside.c.purged_at == "")).all()
    return [batch_id for batch_id, rows, sealed in held if rows > sealed - gone.get(batch_id, 0)]


def _rewrite(store: Store, connection: sa.Connection, actor: Actor, batch_id: str, before: str) -> int:
    aside = tables.quarantined
    own = sa.and_(aside.c.batch_id == batch_id, aside.c.purged_at == "")
    sha256 = connection.execute(sa.select(aside.c.sha256).where(own)).scalar()
    if sha256 is None:
        return 0
    old = sa.and_(mended_rows.c.batch_id == batch_id, mended_rows.c.at < before)
    gone = connection.execute(sa.select(mended_rows.c.position).where(old)).scalars().all()
    try:
        rows, told = _parse(quarantine_path(store, batch_id, sha256))
    except (OSError, ValueError, pa.ArrowException):
        raise StoreProblem(_("The rows set aside of this batch cannot be read; ask the agency for them.")) from None
    left = rows[~rows.index.isin(gone)]
    if len(left) == len(rows):
        return 0
    if left.empty:
        mark_purged(connection, own)
    else:
        table = pa.Table.from_pandas(left.rename_axis(_POSITION).reset_index(), preserve_index=False)
        file = write_by_content(
            store.folder / "quarantine",
            lambda path: pq.write_table(_with_reading(table, told), path),
            prefix=f"{batch_id}.",
        )
        tables.update_sealed(connection, aside, own, sha256=file.sha256, rows=len(left))
    record(connection, actor, "let-go", batch_id=batch_id, rows=len(rows) - len(left))
    return len(rows) - len(left)


def purge_expired(store: Store, actor: Actor, today: datetime.date) -> tuple[str, ...]:
    """Delete what has been set aside for longer than its time; returns the batches. To be called at every start."""
    due = sa.and_(tables.quarantined.c.purged_at == "", tables.quarantined.c.purge_after < today.isoformat())
    with reading(store) as connection:
        found = tuple(connection.execute(sa.select(tables.quarantined.c.batch_id).where(due)).scalars())
    if found:
        with writing(store) as connection:
            mark_purged(connection, due)
            record(connection, actor, "purge-quarantine", batches=sorted(found))
    sweep(store)
    return found


def sweep(store: Store) -> None:
    """Delete files of rows set aside that no longer count: what an earlier run, killed in between, left."""
    with reading(store) as connection:
        if not _leftovers(store, connection):
            return
    with writing(store) as connection:  # nobody writes a file again meanwhile
        for path in _leftovers(store, connection):
            path.unlink(missing_ok=True)


def _leftovers(store: Store, connection: sa.Connection) -> list[Path]:
    """Files of batches that are known, which the workspace does not name; a batch that is being sealed is not known yet."""
    aside, late = tables.quarantined, time.time() - _PART_SECONDS
    known = connection.execute(sa.select(aside.c.batch_id, aside.c.sha256, aside.c.purged_at)).all()
    named = {quarantine_path(store, row.batch_id, row.sha256) for row in known if not row.purged_at}
    batches = {row.batch_id for row in known}
    found = []
    for path in (store.folder / "quarantine").glob("*"):
        with contextlib.suppress(FileNotFoundError):
            is_part = path.name.startswith(PART) and path.stat().st_mtime < late
            if is_part or (path not in named and path.name.partition(".")[0] in batches):
                found.append(path)
    return found


def mark_purged(connection: sa.Connection, where: sa.ColumnElement[bool]) -> None:
    """Say that these rows are no longer kept."""
    tables.update_sealed(connection, tables.quarantined, where, purged_at=now())


def remove_file(store: Store, batch_id: str) -> None:
    """Delete the rows set aside of a batch."""
    for path in (store.folder / "quarantine").glob(f"{batch_id}*.parquet"):
        path.unlink(missing_ok=True)


def quarantine_path(store: Store, batch_id: str, sha256: str = "") -> Path:
    """Where the rows set aside of a batch lie: the file that was written again, where there is one of this hash."""
    folder = store.folder / "quarantine"
    again = folder / f"{batch_id}.{sha256}.parquet"
    return again if sha256 and again.exists() else folder / f"{batch_id}.parquet"
