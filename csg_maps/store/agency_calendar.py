"""When each agency's supply is expected, as somebody decided it; an agency without a row has the default."""

import dataclasses

import sqlalchemy as sa

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.model.calendar import AgencyCalendar, check_calendar
from csg_maps.store import tables
from csg_maps.store.audit import now, record
from csg_maps.store.casework_tables import agency_calendar, mended_rows
from csg_maps.store.workspace import Store, reading, writing

_FIELDS = tuple(field.name for field in dataclasses.fields(AgencyCalendar))


def list_calendars(store: Store) -> dict[str, AgencyCalendar]:
    """What was decided, by agency."""
    with reading(store) as connection:
        rows = connection.execute(sa.select(agency_calendar)).mappings()
        return {row["agency"]: AgencyCalendar(**{name: row[name] for name in _FIELDS}) for row in rows}


def save_calendar(store: Store, actor: Actor, calendar: AgencyCalendar) -> AgencyCalendar:
    """Keep what is expected of an agency; `calendar.version` is the one that the change was made from (0 = the default).

    Returns what is held now. Raises InputRefused when somebody else changed it meanwhile, or when it cannot hold.
    """
    require(actor, "import")
    check_calendar(calendar)
    same = agency_calendar.c.agency == calendar.agency
    kept = dataclasses.replace(calendar, changed_at=now(), changed_by=actor.actor_id, version=calendar.version + 1)
    values = dataclasses.asdict(kept)
    with writing(store) as connection:
        held = connection.execute(sa.select(agency_calendar).where(same)).mappings().first()
        if (held["version"] if held else 0) != calendar.version:
            changed = held or {"changed_by": "", "changed_at": ""}
            raise InputRefused(
                _(
                    "{who} changed this on {day} while it was open here. Look at it again, then make your change."
                ).format(who=changed["changed_by"] or _("Somebody"), day=changed["changed_at"][:10])
            )
        if held:
            tables.update_sealed(connection, agency_calendar, same, **values)
        else:
            tables.insert_sealed(connection, agency_calendar, values)
        changed_fields = sorted(
            name for name in _FIELDS[1:-3] if not held or held[name] != values[name]
        )  # which, not what: a note is somebody's own words
        record(connection, actor, "change-calendar", supplier=calendar.agency, fields=changed_fields)
    return kept


def count_mended(store: Store, batch_id: str) -> dict[str, int]:
    """How many rows set aside of a batch were mended since, by the way in which it was done."""
    asked = (
        sa.select(mended_rows.c.how, sa.func.count())
        .where(mended_rows.c.batch_id == batch_id)
        .group_by(mended_rows.c.how)
        .order_by(mended_rows.c.how)
    )
    with reading(store) as connection:
        return {how: int(count) for how, count in connection.execute(asked)}


def mended_batches(store: Store) -> frozenset[str]:
    """The batches that hold rows mended here: nobody sent them anew."""
    asked = sa.select(mended_rows.c.mended_batch).where(mended_rows.c.mended_batch != "").distinct()
    with reading(store) as connection:
        return frozenset(connection.execute(asked).scalars())
