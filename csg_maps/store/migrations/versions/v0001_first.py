"""The first workspace: manifest, layers, reference data, profiles, jobs, audit."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _of_batch(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=f"fk_{table}_batch_id")


def _table(name: str, key: tuple[str, ...], *parts: sa.Column[Any] | sa.Constraint) -> None:
    op.create_table(name, *parts, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"))


def upgrade() -> None:
    """Make every table, and the trigger that keeps the audit append-only."""
    _table("state", ("id",), sa.Column("id", sa.Integer(), nullable=False), *_numbers("data_version"))
    _table("settings", ("key",), *_text("key", "value", "row_digest"))
    described = ("agency", "evidence", "purpose", "lawful_basis", "agreement", "retain_until")
    counted = ("rows", "accepted", "quarantined", "refused", "duplicates", "not_on_map")
    changed = ("sealed_at", "sealed_by", "job_id", "changed_at", "changed_by", "why")
    _table(
        "batches",
        ("batch_id",),
        *_text("batch_id", "status", *described, "period_from", "period_to", "known_gaps"),
        *_numbers(*counted),
        *_text(*changed),
        *_numbers("version"),
        *_text("row_digest"),
    )
    _table("batch_reports", ("batch_id",), *_text("batch_id", "report", "row_digest"), _of_batch("batch_reports"))
    _table(
        "batch_files",
        ("batch_id", "sha256"),
        *_text("batch_id", "sha256", "evidence", "handling", "recipients"),
        *_numbers("rows", "size_bytes"),
        *_text("layers", "row_digest"),
        _of_batch("batch_files"),
    )
    _table(
        "supplied_files",
        ("batch_id", "sha256"),
        *_text("batch_id", "sha256", "row_digest"),
        _of_batch("supplied_files"),
    )
    _table(
        "quarantined",
        ("batch_id",),
        *_text("batch_id", "sha256"),
        *_numbers("rows"),
        *_text("purge_after", "purged_at", "row_digest"),
        _of_batch("quarantined"),
    )
    _table(
        "layers",
        ("layer_id",),
        *_text("layer_id", "name", "name_cy", "sha256"),
        *_numbers("features"),
        sa.Column("is_extent", sa.Boolean(), nullable=False),
        *_text("repairs", "added_at", "added_by", "row_digest"),
    )
    _table("lookups", ("layer_id", "from_code", "to_code"), *_text("layer_id", "from_code", "to_code"))
    _table(
        "reference_files",
        ("kind",),
        *_text("kind", "sha256"),
        *_numbers("rows"),
        *_text("saved_at", "saved_by", "row_digest"),
    )
    _table(
        "profiles",
        ("agency", "layout_key"),
        *_text("agency", "layout_key", "name", "mapping", "saved_at", "row_digest"),
    )
    _table(
        "jobs",
        ("job_id",),
        *_text("job_id", "kind", "state"),
        sa.Column("progress", sa.Float(), nullable=False),
        *_text("stage", "message", "request", "result"),
        sa.Column("started", sa.Float(), nullable=False),
        sa.Column("heartbeat", sa.Float(), nullable=False),
        sa.Column("cancel", sa.Boolean(), nullable=False),
    )
    _table(
        "audit",
        ("entry_id",),
        sa.Column("entry_id", sa.Integer(), nullable=False, autoincrement=True),
        *_text("at", "actor_id", "agency", "action", "detail", "previous_digest", "row_digest"),
    )
    _keep_audit_append_only()


def _keep_audit_append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )
