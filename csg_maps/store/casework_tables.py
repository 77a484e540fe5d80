"""The workspace's tables of what people do with data: rows mended, agencies chased, places taken on and acted for."""

import sqlalchemy as sa

from csg_maps.store.tables import digest, metadata, number, text

mended_rows = sa.Table(
    "mended_rows",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batches.batch_id"), primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True),  # of the row among those set aside of its batch
    text("how"),  # point, area, value, unplaced, refused
    text("reasons"),  # codes of the rules that set it aside, joined by commas
    text("detail"),  # JSON: which fields were corrected, never what they held
    text("why"),
    text("mended_batch"),  # the batch that holds the record now; "" when refused
    text("at"),
    text("by"),
    digest(),
)
agency_calendar = sa.Table(
    "agency_calendar",
    metadata,
    sa.Column("agency", sa.Text, primary_key=True),
    text("cadence"),  # monthly, quarterly, none
    number("expected_day"),  # of the month after the period, 1 to 28
    text("starts"),  # YYYY-MM: the first month expected
    text("contact_role"),  # a role, never a name
    text("agreement_until"),  # ISO date on which the sharing agreement ends or is reviewed, "" = not said
    text("note"),
    text("changed_at"),
    text("changed_by"),
    number("version"),
    digest(),
)
places = sa.Table(
    "places",
    metadata,
    sa.Column("place_id", sa.Text, primary_key=True),
    text("reference"),  # P-2026-001
    text("name"),
    text("name_cy"),
    text("place_type"),
    text("cells"),  # JSON: H3 resolution 10 cells as text, sorted
    text("origin"),  # cell, area, drawn
    text("origin_key"),  # the cell, or layer and code of the area, that it was proposed from
    text("harms"),  # codes joined by commas
    text("why"),
    text("young_people"),  # their view in our words; "" = not asked yet
    text("asked_on"),  # ISO date, "" = not asked yet
    text("strengths"),
    text("status"),  # proposed, open, closed
    text("review_on"),
    text("marking"),
    text("proposed_at"),
    text("proposed_by"),
    text("changed_at"),
    text("changed_by"),
    number("version"),
    digest(),
)
place_actions = sa.Table(
    "place_actions",
    metadata,
    sa.Column("action_id", sa.Text, primary_key=True),
    sa.Column("place_id", sa.Text, sa.ForeignKey("places.place_id"), nullable=False),
    text("what"),
    text("action_type"),
    text("agency"),
    text("owner_role"),
    text("due_on"),
    text("status"),  # planned, under_way, done, dropped
    text("done_on"),  # ISO date, "" = not yet
    text("note"),
    text("changed_at"),
    text("changed_by"),
    number("version"),
    digest(),
)
place_history = sa.Table(
    "place_history",
    metadata,
    sa.Column("place_id", sa.Text, sa.ForeignKey("places.place_id"), primary_key=True),
    sa.Column("entry", sa.BigInteger, primary_key=True),
    text("at"),
    text("by"),
    text("what"),
    text("detail"),  # JSON: field → [before, after]
    digest(),
)
