"""How to reach community guardians: people who agreed to be listed, in a table of their own.

Read only with the right to see contacts; each reading goes into the audit, with how many and never whom.
"""

import secrets
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.model.asset import GuardianContact
from csg_maps.store import tables
from csg_maps.store.audit import now, record
from csg_maps.store.ground_tables import assets, guardian_contacts
from csg_maps.store.workspace import Store, reading, writing

_CHANGEABLE = frozenset({"name", "role", "phone", "email", "agreed_on"})


def count_contacts(store: Store) -> int:
    """How many there are, which everybody who may see assets may know."""
    with reading(store) as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(guardian_contacts)).scalar_one())


def read_contacts(store: Store, actor: Actor, asset_id: str = "") -> tuple[GuardianContact, ...]:
    """The contacts (of one asset), by asset; that they were read goes into the audit before anything is returned."""
    require(actor, "see_contacts")
    asked = sa.select(guardian_contacts).order_by(guardian_contacts.c.asset_id, guardian_contacts.c.contact_id)
    if asset_id:
        asked = asked.where(guardian_contacts.c.asset_id == asset_id)
    with writing(store) as connection:
        found = tuple(_contact(dict(row)) for row in connection.execute(asked).mappings())
        record(connection, actor, "read-contacts", contacts=len(found), asset=asset_id or "all")
    return found


def add_contact(store: Store, actor: Actor, asset_id: str, **fields: str) -> GuardianContact:
    """Add a contact to an asset in use; fields are name, role, phone, email, agreed_on."""
    require(actor, "see_contacts")
    with writing(store) as connection:
        in_use = sa.and_(assets.c.asset_id == asset_id, assets.c.status == "in_use")
        if connection.execute(sa.select(assets.c.asset_id).where(in_use)).first() is None:
            raise InputRefused(_("There is no such asset any more; look at the list again."))
        stamp = {"changed_at": now(), "changed_by": actor.actor_id, "version": 1}
        values = {"contact_id": secrets.token_hex(8), "asset_id": asset_id, **fields, **stamp}
        tables.insert_sealed(connection, guardian_contacts, values)
        record(connection, actor, "add-contact", asset=asset_id)
    return _contact(values)


def change_contact(store: Store, actor: Actor, contact_id: str, *, version: int, **fields: str) -> GuardianContact:
    """Change a contact, made from this version of it. Raises InputRefused when it is gone or changed since."""
    require(actor, "see_contacts")
    if unknown := set(fields) - _CHANGEABLE:
        raise InputRefused(_("{field} of a contact cannot be changed here.").format(field=sorted(unknown)[0]))
    with writing(store) as connection:
        before = _held(connection, contact_id, version)
        stamp = {"changed_at": now(), "changed_by": actor.actor_id, "version": version + 1}
        same = guardian_contacts.c.contact_id == contact_id
        tables.update_sealed(connection, guardian_contacts, same, **fields, **stamp)
        record(connection, actor, "change-contact", asset=before["asset_id"], fields=sorted(fields))
    return _contact({**before, **fields, **stamp})


def delete_contact(store: Store, actor: Actor, contact_id: str, *, version: int) -> None:
    """Delete a contact for good: a person who wants to be listed no longer is forgotten."""
    require(actor, "see_contacts")
    with writing(store) as connection:
        before = _held(connection, contact_id, version)
        connection.execute(guardian_contacts.delete().where(guardian_contacts.c.contact_id == contact_id))
        record(connection, actor, "delete-contact", asset=before["asset_id"])


def _held(connection: sa.Connection, contact_id: str, version: int) -> Mapping[str, Any]:
    asked = sa.select(guardian_contacts).where(guardian_contacts.c.contact_id == contact_id)
    row = connection.execute(asked).mappings().first()
    if row is None:
        raise InputRefused(_("This contact is not held any more; look at the list again."))
    if row["version"] != version:
        message = _(
            "{who} changed this at {when} UTC, after you opened it. Nothing was overwritten: look, then change it."
        )
        raise InputRefused(message.format(who=row["changed_by"], when=row["changed_at"][:16].replace("T", " ")))
    return dict(row)


def _contact(row: Mapping[str, Any]) -> GuardianContact:
    return GuardianContact(**{name: row[name] for name in GuardianContact.__dataclass_fields__})
