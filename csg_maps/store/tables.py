"""The workspace's tables. Times are UTC, ISO text; JSON is text; `row_digest` proves that a row is as it was written.

SQLite does not notice a flipped bit inside a value, so the rows that decide what is counted carry a digest of their own.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _text(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False, **options)


def _number(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=False, **options)


def _digest() -> sa.Column[Any]:
    return sa.Column("row_digest", sa.Text, nullable=False)


state = sa.Table("state", metadata, sa.Column("id", sa.Integer, primary_key=True), _number("data_version"))
"""One row. `data_version` moves in the same transaction as any change of what counts can see."""

settings = sa.Table("settings", metadata, sa.Column("key", sa.Text, primary_key=True), _text("value"), _digest())

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("batch_id", sa.Text, primary_key=True),
    _text("status"),  # active, withdrawn, purged
    _text("agency"),
    _text("evidence"),  # of its rows; several joined by a comma
    _text("purpose"),
    _text("lawful_basis"),
    _text("agreement"),
    _text("retain_until"),
    _text("period_from"),
    _text("period_to"),
    _text("known_gaps"),
    _number("rows"),
    _number("accepted"),
    _number("quarantined"),
    _number("refused"),
    _number("duplicates"),
    _number("not_on_map"),
    _text("sealed_at"),
    _text("sealed_by"),
    _text("job_id"),
    _text("changed_at"),
    _text("changed_by"),
    _text("why"),
    _number("version"),
    _digest(),
)
batch_reports = sa.Table(
    "batch_reports",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), primary_key=True),
    _text("report"),
    _digest(),
)
batch_files = sa.Table(
    "batch_files",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), primary_key=True),
    sa.Column("sha256", sa.Text, primary_key=True),
    _text("evidence"),
    _text("handling"),
    _text("recipients"),  # agency codes, sorted, joined by a comma
    _number("rows"),
    _number("size_bytes"),
    _text("layers"),  # JSON: layer id → SHA-256 of the boundaries that gave its column
    _digest(),
)
supplied_files = sa.Table(
    "supplied_files",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), primary_key=True),
    sa.Column("sha256", sa.Text, primary_key=True),
    _digest(),
)
quarantined = sa.Table(
    "quarantined",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), primary_key=True),
    _text("sha256"),
    _number("rows"),
    _text("purge_after"),  # ISO date
    _text("purged_at"),  # "" until then
    _digest(),
)
layers = sa.Table(
    "layers",
    metadata,
    sa.Column("layer_id", sa.Text, primary_key=True),
    _text("name"),
    _text("name_cy"),
    _text("sha256"),
    _number("features"),
    sa.Column("is_extent", sa.Boolean, nullable=False),
    _text("repairs"),
    _text("added_at"),
    _text("added_by"),
    _digest(),
)
lookups = sa.Table(
    "lookups",
    metadata,
    sa.Column("layer_id", sa.Text, primary_key=True),
    sa.Column("from_code", sa.Text, primary_key=True),
    sa.Column("to_code", sa.Text, primary_key=True),
)
reference_files = sa.Table(
    "reference_files",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),  # postcodes, premises, ground:streets, lines:water …
    _text("sha256"),
    _number("rows"),
    _text("saved_at"),
    _text("saved_by"),
    _digest(),
)
profiles = sa.Table(
    "profiles",
    metadata,
    sa.Column("agency", sa.Text, primary_key=True),
    sa.Column("layout_key", sa.Text, primary_key=True),
    _text("name"),
    _text("mapping"),
    _text("saved_at"),
    _digest(),
)
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("job_id", sa.Text, primary_key=True),
    _text("kind"),
    _text("state"),  # running, done, failed, interrupted
    sa.Column("progress", sa.Float, nullable=False),
    _text("stage"),
    _text("message"),
    _text("request"),
    _text("result"),
    sa.Column("started", sa.Float, nullable=False),  # seconds since 1970
    sa.Column("heartbeat", sa.Float, nullable=False),
    sa.Column("cancel", sa.Boolean, nullable=False),
)
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("entry_id", sa.Integer, primary_key=True, autoincrement=True),
    _text("at"),
    _text("actor_id"),
    _text("agency"),
    _text("action"),
    _text("detail"),
    _text("previous_digest"),
    _digest(),
)
"""Append-only (a trigger refuses UPDATE and DELETE); each entry holds the digest of the one before."""

SEALED = tuple(table for table in metadata.sorted_tables if "row_digest" in table.columns)


def row_digest(table: sa.Table, row: Mapping[str, Any]) -> str:
    """The digest of a row's values: of every column except the digest itself and a number that the database gives."""
    left_out = {"row_digest", "entry_id"}
    values = {column.name: row[column.name] for column in table.columns if column.name not in left_out}
    return hashlib.sha256(json.dumps([table.name, values], sort_keys=True).encode()).hexdigest()


def insert_sealed(connection: sa.Connection, table: sa.Table, values: dict[str, Any]) -> None:
    """Insert one row with its digest; every column must be given."""
    connection.execute(table.insert().values(**values, row_digest=row_digest(table, values)))


def update_sealed(connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool], **values: Any) -> int:
    """Change rows and renew their digests; returns how many."""
    rows = connection.execute(sa.select(table).where(where)).mappings().all()
    for row in rows:
        changed = {**row, **values}
        same = sa.and_(*(column == row[column.name] for column in table.primary_key.columns))
        connection.execute(table.update().where(same).values(**values, row_digest=row_digest(table, changed)))
    return len(rows)
