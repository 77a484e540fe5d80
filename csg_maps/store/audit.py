"""Who did what, when: entries are only ever added. No personal data and no file name in them; a file is its hash."""

import datetime
import json
from typing import Any

import pandas as pd
import sqlalchemy as sa

from csg_maps.model.actor import Actor
from csg_maps.store import tables
from csg_maps.store.workspace import Store, reading


def now() -> str:
    """The present moment, UTC, as the workspace writes it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def record(connection: sa.Connection, actor: Actor, action: str, **detail: Any) -> None:
    """Add an entry inside the transaction of what it tells of: both are kept, or neither."""
    audit = tables.audit
    before = connection.execute(sa.select(audit.c.row_digest).order_by(audit.c.entry_id.desc()).limit(1)).scalar()
    entry = {
        "at": now(),
        "actor_id": actor.actor_id,
        "agency": actor.agency,
        "action": action,
        "detail": json.dumps(detail, sort_keys=True, ensure_ascii=False),
        "previous_digest": before or "",
    }
    tables.insert_sealed(connection, audit, entry)


def entries(store: Store) -> pd.DataFrame:
    """Every entry, the oldest first: entry_id (int64), at (UTC), actor_id, agency, action, detail (JSON), all str."""
    audit = tables.audit
    columns = (audit.c.entry_id, audit.c.at, audit.c.actor_id, audit.c.agency, audit.c.action, audit.c.detail)
    with reading(store) as connection:
        rows = connection.execute(sa.select(*columns).order_by(audit.c.entry_id)).all()
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return frame.astype({column.name: "int64" if column is columns[0] else "str" for column in columns})
