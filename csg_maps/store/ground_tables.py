"""The workspace's tables of the council's own ground: base maps, assets and their contacts, places that partners name."""

import sqlalchemy as sa

from csg_maps.store.tables import digest, metadata, number, text

basemaps = sa.Table(
    "basemaps",
    metadata,
    sa.Column("basemap_id", sa.Text, primary_key=True),
    text("name"),
    text("kind"),  # raster: tiles as they were supplied; drawn: by us, from lines and areas
    text("state"),  # drawing, ready
    text("attribution"),
    number("min_zoom"),
    number("max_zoom"),
    text("bounds"),  # JSON: south, west, north, east, degrees
    text("sha256"),  # of the tiles; "" while they are drawn
    number("size_bytes"),
    sa.Column("is_shown", sa.Boolean, nullable=False),
    text("added_at"),
    text("added_by"),
    digest(),
)
"""The tiles lie in `basemaps/<basemap_id>.mbtiles`; at most one is shown."""

assets = sa.Table(
    "assets",
    metadata,
    sa.Column("asset_id", sa.Text, primary_key=True),
    text("kind"),
    text("name"),
    text("name_cy"),
    number("cell"),  # H3 resolution 11
    sa.Column("latitude", sa.Float, nullable=False),  # an asset is a public place: its point may be kept
    sa.Column("longitude", sa.Float, nullable=False),
    text("source"),  # the name that its import was given
    text("source_key"),  # recognises it when the same source comes again
    text("uprn"),
    text("opening_hours"),  # JSON: weekday 1 to 7 → [["09:00", "17:00"], …]; {} = not known
    text("verified_by"),
    text("verified_on"),  # ISO date, "" = never
    text("review_on"),  # ISO date, "" = none
    text("status"),  # in_use, removed
    text("changed_at"),
    text("changed_by"),
    number("version"),
    digest(),
)
guardian_contacts = sa.Table(
    "guardian_contacts",
    metadata,
    sa.Column("contact_id", sa.Text, primary_key=True),
    sa.Column("asset_id", sa.Text, sa.ForeignKey("assets.asset_id"), nullable=False),
    text("name"),
    text("role"),
    text("phone"),
    text("email"),
    text("agreed_on"),  # ISO date: when the person agreed to be listed
    text("changed_at"),
    text("changed_by"),
    number("version"),
    digest(),
)
"""Restricted: read only with the right to see contacts, and each reading goes into the audit."""

place_matches = sa.Table(
    "place_matches",
    metadata,
    sa.Column("agency", sa.Text, primary_key=True),
    sa.Column("written", sa.Text, primary_key=True),  # normalised, as the agency writes it
    text("target"),  # "uprn:…", "usrn:…", "asset:…", "name:…"; "" = a person said that it is none of those known
    text("precision"),
    sa.Column("score", sa.Float, nullable=False),
    text("decided_at"),
    text("decided_by"),
    digest(),
)
"""What a person confirmed once: this agency means this place when it writes that."""
