"""The workspace's tables of supplies, jobs and the audit, and how rows are sealed.

Times are UTC, ISO text; JSON is text; `row_digest` proves that a row is as it was written.

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


def text(name: str, **options: Any) -> sa.Column[Any]:
    """A column of text, never NULL."""
    return sa.Column(name, sa.Text, nullable=False, **options)


def number(name: str, **options: Any) -> sa.Column[Any]:
    """A column of whole numbers, never NULL."""
    return sa.Column(name, sa.BigInteger, nullable=False, **options)


def digest() -> sa.Column[Any]:
    """The digest of the row."""
    return sa.Column("row_digest", sa.Text, nullable=False)


state = sa.Table("state", metadata, sa.Column("id", sa.Integer, primary_key=True), number("data_version"))
"""One row. `data_version` moves in the same transaction as any change of what counts can see."""

settings = sa.Table("settings", metadata, sa.Column("key", sa.Text, primary_key=True), text("value"), digest())

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("batch_id", sa.Text, primary_key=True),
    text("status"),  # active, withdrawn, purged
    text("agency"),
    text("evidence"),  # of its rows; several joined by a comma
    text("purpose"),
    text("lawful_basis"),
    text("agreement"),
    text("retain_until"),
    text("period_from"),
    text("period_to"),
    text("known_gaps"),
    number("rows"),
    number("accepted"),
    number("quarantined"),
    number("refused"),
    number("duplicates"),
    number("not_on_map"),
    text("sealed_at"),
    text("sealed_by"),
    text("job_id"),
    text("changed_at"),
    text("changed_by"),
    text("why"),
    number("version"),
    digest(),
)
batch_reports = sa.Table(
    "batch_reports",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), primary_key=True),
    text("report"),
    digest(),
)
batch_files = sa.Table(
    "batch_files",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), primary_key=True),
    sa.Column("sha256", sa.Text, primary_key=True),
    text("evidence"),
    text("handling"),
    text("recipients"),  # agency codes, sorted, joined by a comma
    number("rows"),
    number("size_bytes"),
    text("layers"),  # JSON: layer id → SHA-256 of the boundaries that gave its column
    digest(),
)
supplied_files = sa.Table(
    "supplied_files",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), primary_key=True),
    sa.Column("sha256", sa.Text, primary_key=True),
    digest(),
)
quarantined = sa.Table(
    "quarantined",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), primary_key=True),
    text("sha256"),
    number("rows"),
    text("purge_after"),  # ISO date
    text("purged_at"),  # "" until then
    digest(),
)
layers = sa.Table(
    "layers",
    metadata,
    sa.Column("layer_id", sa.Text, primary_key=True),
    text("name"),
    text("name_cy"),
    text("sha256"),
    number("features"),
    sa.Column("is_extent", sa.Boolean, nullable=False),
    text("repairs"),
    text("added_at"),
    text("added_by"),
    digest(),
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
    text("sha256"),
    number("rows"),
    text("saved_at"),
    text("saved_by"),
    digest(),
)
profiles = sa.Table(
    "profiles",
    metadata,
    sa.Column("agency", sa.Text, primary_key=True),
    sa.Column("layout_key", sa.Text, primary_key=True),
    text("name"),
    text("mapping"),
    text("saved_at"),
    digest(),
)
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("job_id", sa.Text, primary_key=True),
    text("kind"),
    text("state"),  # running, done, failed, interrupted
    sa.Column("progress", sa.Float, nullable=False),
    text("stage"),
    text("message"),
    text("request"),
    text("result"),
    sa.Column("started", sa.Float, nullable=False),  # seconds since 1970
    sa.Column("heartbeat", sa.Float, nullable=False),
    sa.Column("cancel", sa.Boolean, nullable=False),
)
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("entry_id", sa.Integer, primary_key=True, autoincrement=True),
    text("at"),
    text("actor_id"),
    text("agency"),
    text("action"),
    text("detail"),
    text("previous_digest"),
    digest(),
)
"""Append-only (a trigger refuses UPDATE and DELETE); each entry holds the digest of the one before."""


def sealed_tables() -> tuple[sa.Table, ...]:
    """Every table whose rows carry a digest, in an order that foreign keys allow."""
    return tuple(table for table in metadata.sorted_tables if "row_digest" in table.columns)


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
