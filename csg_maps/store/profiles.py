"""What was decided about an agency's layout, so that its next file asks only about new words."""

from dataclasses import dataclass

import sqlalchemy as sa

from csg_maps.model.actor import Actor
from csg_maps.store import tables
from csg_maps.store.audit import now, record
from csg_maps.store.workspace import Store, reading, writing


@dataclass(frozen=True)
class SavedProfile:
    """A named mapping (JSON) of one layout of one agency."""

    agency: str
    layout_key: str
    name: str
    mapping: str
    saved_at: str


def save_profile(store: Store, actor: Actor, *, agency: str, name: str, layout_key: str, mapping: str) -> None:
    """Keep a mapping; the one kept before for this agency and layout gives way."""
    profiles = tables.profiles
    same = sa.and_(profiles.c.agency == agency, profiles.c.layout_key == layout_key)
    values = {"name": name, "mapping": mapping, "saved_at": now()}
    with writing(store) as connection:
        if not tables.update_sealed(connection, profiles, same, **values):
            tables.insert_sealed(connection, profiles, {"agency": agency, "layout_key": layout_key, **values})
        record(connection, actor, "save-profile", agency=agency, layout_key=layout_key)


def find_profile(store: Store, *, agency: str, layout_key: str) -> SavedProfile | None:
    """The profile kept for this agency and layout, None when there is none."""
    found = [entry for entry in list_profiles(store, agency=agency) if entry.layout_key == layout_key]
    return found[0] if found else None


def list_profiles(store: Store, *, agency: str = "") -> tuple[SavedProfile, ...]:
    """Every profile (of this agency), by agency and name."""
    profiles = tables.profiles
    asked = sa.select(*(column for column in profiles.c if column.name != "row_digest"))
    if agency:
        asked = asked.where(profiles.c.agency == agency)
    with reading(store) as connection:
        rows = connection.execute(asked.order_by(profiles.c.agency, profiles.c.name, profiles.c.layout_key)).mappings()
        return tuple(SavedProfile(**row) for row in rows)
