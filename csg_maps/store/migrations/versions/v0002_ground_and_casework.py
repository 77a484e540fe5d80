"""The council's own ground, rows mended, agencies chased, and the first register of places."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


_KINDS = {"text": sa.Text, "number": sa.BigInteger, "degrees": sa.Float, "flag": sa.Boolean}


def _table(name: str, key: tuple[str, ...], columns: dict[str, str], refers: dict[str, str] | None = None) -> None:
    """Make a table: `columns` maps a kind to names with spaces between, `refers` a column to the table whose key it is."""
    made: list[sa.Column[object] | sa.Constraint] = [
        sa.Column(column, _KINDS[kind](), nullable=False) for kind, names in columns.items() for column in names.split()
    ]
    made.append(sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"))
    for column, other in (refers or {}).items():
        made.append(sa.ForeignKeyConstraint([column], [f"{other}.{column}"], name=f"fk_{name}_{column}"))
    op.create_table(name, *made)


def upgrade() -> None:
    """Make the tables."""
    _table(
        "basemaps",
        ("basemap_id",),
        {
            "text": "basemap_id name kind state attribution bounds sha256 added_at added_by row_digest",
            "number": "min_zoom max_zoom size_bytes",
            "flag": "is_shown",
        },
    )
    _table(
        "assets",
        ("asset_id",),
        {
            "text": (
                "asset_id kind name name_cy source source_key uprn opening_hours verified_by "
                "verified_on review_on status changed_at changed_by row_digest"
            ),
            "number": "cell version",
            "degrees": "latitude longitude",
        },
    )
    _table(
        "guardian_contacts",
        ("contact_id",),
        {
            "text": "contact_id asset_id name role phone email agreed_on changed_at changed_by row_digest",
            "number": "version",
        },
        {"asset_id": "assets"},
    )
    _table(
        "place_matches",
        ("agency", "written"),
        {"text": "agency written target precision decided_at decided_by row_digest", "degrees": "score"},
    )
    _table(
        "mended_rows",
        ("batch_id", "position"),
        {"text": "batch_id how reasons detail why mended_batch at by row_digest", "number": "position"},
        {"batch_id": "batches"},
    )
    _table(
        "agency_calendar",
        ("agency",),
        {
            "text": "agency cadence starts contact_role agreement_until note changed_at changed_by row_digest",
            "number": "expected_day version",
        },
    )
    _table(
        "places",
        ("place_id",),
        {
            "text": (
                "place_id reference name name_cy place_type cells origin origin_key harms why "
                "young_people asked_on strengths status review_on marking proposed_at proposed_by "
                "changed_at changed_by row_digest"
            ),
            "number": "version",
        },
    )
    _table(
        "place_actions",
        ("action_id",),
        {
            "text": (
                "action_id place_id what action_type agency owner_role due_on status done_on note "
                "changed_at changed_by row_digest"
            ),
            "number": "version",
        },
        {"place_id": "places"},
    )
    _table(
        "place_history",
        ("place_id", "entry"),
        {"text": "place_id at by what detail row_digest", "number": "entry"},
        {"place_id": "places"},
    )
