"""The register of places: propose, change, close; their actions; and a history that says who changed what.

Every change names the version that it was made from, so that of two people who edit at once the second is told. A place
that appears, moves or closes changes what maps show, so the data version moves with it.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.model.registered_place import FirstAction, PlaceAction, PlaceChange, ProposedPlace, RegisteredPlace
from csg_maps.store import casework_tables, tables
from csg_maps.store.audit import now, record
from csg_maps.store.workspace import Store, bump_version, reading, writing

_SHOWN_ON_MAPS = {"cells", "name", "name_cy", "status"}
_PLACES, _ACTIONS, _HISTORY = casework_tables.places, casework_tables.place_actions, casework_tables.place_history


def propose(store: Store, actor: Actor, proposed: ProposedPlace) -> RegisteredPlace:
    """Put a place into the register, with its first action; returns it with its reference (P-2026-001).

    What it holds has been checked by `workflows.place_register`.
    """
    require(actor, "manage_places")
    at = now()
    place_id = secrets.token_hex(8)
    with writing(store) as connection:
        reference = _next_reference(connection, at[:4])
        values = {
            "place_id": place_id,
            "reference": reference,
            "name": proposed.name,
            "name_cy": proposed.name_cy,
            "place_type": proposed.place_type,
            "cells": _cells_text(proposed.cells),
            "origin": proposed.origin,
            "origin_key": proposed.origin_key,
            "harms": ",".join(proposed.harms),
            "why": proposed.why,
            "young_people": proposed.young_people,
            "asked_on": proposed.asked_on,
            "strengths": "\n".join(proposed.strengths),
            "status": "proposed",
            "review_on": proposed.review_on,
            "marking": proposed.marking,
            "proposed_at": at,
            "proposed_by": actor.actor_id,
            "changed_at": at,
            "changed_by": actor.actor_id,
            "version": 1,
        }
        tables.insert_sealed(connection, _PLACES, values)
        _add_history(connection, actor, place_id, "proposed", {})
        _insert_action(connection, actor, place_id, proposed.action)
        record(connection, actor, "propose-place", place=reference, cells=len(proposed.cells))
        bump_version(connection)
    return _place(values)


def change(
    store: Store, actor: Actor, place_id: str, *, version: int, what: str, reason: str = "", **fields: Any
) -> RegisteredPlace:
    """Change fields of a place; `version` is that of the place it was made from, `what` a word for the history.

    `reason` is kept in the history only.

    Raises InputRefused when there is no such place, or somebody changed it since.
    """
    require(actor, "manage_places")
    written = {name: _written(name, value) for name, value in fields.items()}
    with writing(store) as connection:
        held = _held(connection, _PLACES, _PLACES.c.place_id == place_id)
        _refuse_stale(held, version)
        changed = {name: value for name, value in written.items() if held[name] != value}
        if not changed:
            return _place(held)
        stamp = {"changed_at": now(), "changed_by": actor.actor_id, "version": version + 1}
        tables.update_sealed(connection, _PLACES, _PLACES.c.place_id == place_id, **changed, **stamp)
        told = {name: (held[name], value) for name, value in changed.items()}
        _add_history(connection, actor, place_id, what, told | ({"reason": ("", reason)} if reason else {}))
        record(connection, actor, f"{what}-place", place=held["reference"], fields=sorted(changed))
        if _SHOWN_ON_MAPS & set(changed):
            bump_version(connection)
    return _place({**held, **changed, **stamp})


def add_action(store: Store, actor: Actor, place_id: str, action: FirstAction) -> PlaceAction:
    """Add an action to a place."""
    require(actor, "manage_places")
    with writing(store) as connection:
        held = _held(connection, _PLACES, _PLACES.c.place_id == place_id)
        values = _insert_action(connection, actor, place_id, action)
        _add_history(connection, actor, place_id, "action-added", {"action": ("", action.what)})
        record(connection, actor, "add-action", place=held["reference"], type=action.action_type, owner=action.agency)
    return _action(values)


def change_action(store: Store, actor: Actor, action_id: str, *, version: int, **fields: str) -> PlaceAction:
    """Change an action (status, note, date …), made from this version of it. Raises as `change` does."""
    require(actor, "manage_places")
    with writing(store) as connection:
        held = _held(connection, _ACTIONS, _ACTIONS.c.action_id == action_id)
        _refuse_stale(held, version)
        changed = {name: value for name, value in fields.items() if held[name] != value}
        if not changed:
            return _action(held)
        stamp = {"changed_at": now(), "changed_by": actor.actor_id, "version": version + 1}
        tables.update_sealed(connection, _ACTIONS, _ACTIONS.c.action_id == action_id, **changed, **stamp)
        named = {f"action.{name}": (held[name], value) for name, value in changed.items()}
        _add_history(connection, actor, held["place_id"], "action-changed", {"action": (held["what"],) * 2, **named})
        place = _held(connection, _PLACES, _PLACES.c.place_id == held["place_id"])
        record(connection, actor, "change-action", place=place["reference"], fields=sorted(changed))
    return _action({**held, **changed, **stamp})


def list_places(store: Store) -> tuple[RegisteredPlace, ...]:
    """Every place, by reference."""
    with reading(store) as connection:
        rows = connection.execute(sa.select(_PLACES).order_by(_PLACES.c.reference)).mappings()
        return tuple(_place(dict(row)) for row in rows)


def list_actions(store: Store, place_id: str = "") -> tuple[PlaceAction, ...]:
    """Every action (of this place), the earliest due first."""
    asked = sa.select(_ACTIONS).order_by(_ACTIONS.c.due_on, _ACTIONS.c.action_id)
    if place_id:
        asked = asked.where(_ACTIONS.c.place_id == place_id)
    with reading(store) as connection:
        return tuple(_action(dict(row)) for row in connection.execute(asked).mappings())


def list_history(store: Store, place_id: str) -> tuple[PlaceChange, ...]:
    """What was done to a place, the oldest first."""
    asked = sa.select(_HISTORY).where(_HISTORY.c.place_id == place_id).order_by(_HISTORY.c.entry)
    with reading(store) as connection:
        return tuple(
            PlaceChange(
                entry=int(row["entry"]),
                at=row["at"],
                by=row["by"],
                what=row["what"],
                fields={name: (before, after) for name, (before, after) in json.loads(row["detail"]).items()},
            )
            for row in connection.execute(asked).mappings()
        )


def _next_reference(connection: sa.Connection, year: str) -> str:
    """The next reference of the year; the transaction lets nobody else take it."""
    given = connection.execute(sa.select(_PLACES.c.reference).where(_PLACES.c.reference.like(f"P-{year}-%"))).scalars()
    number = max((int(reference.rpartition("-")[2]) for reference in given), default=0) + 1
    return f"P-{year}-{number:03d}"


def _insert_action(connection: sa.Connection, actor: Actor, place_id: str, action: FirstAction) -> dict[str, Any]:
    values = {
        "action_id": secrets.token_hex(8),
        "place_id": place_id,
        "what": action.what,
        "action_type": action.action_type,
        "agency": action.agency,
        "owner_role": action.owner_role,
        "due_on": action.due_on,
        "status": "planned",
        "done_on": "",
        "note": "",
        "changed_at": now(),
        "changed_by": actor.actor_id,
        "version": 1,
    }
    tables.insert_sealed(connection, _ACTIONS, values)
    return values


def _add_history(
    connection: sa.Connection, actor: Actor, place_id: str, what: str, fields: Mapping[str, tuple[str, str]]
) -> None:
    last = connection.execute(sa.select(sa.func.max(_HISTORY.c.entry)).where(_HISTORY.c.place_id == place_id)).scalar()
    values = {
        "place_id": place_id,
        "entry": (last or 0) + 1,
        "at": now(),
        "by": actor.actor_id,
        "what": what,
        "detail": json.dumps({name: list(pair) for name, pair in fields.items()}, ensure_ascii=False, sort_keys=True),
    }
    tables.insert_sealed(connection, _HISTORY, values)


def _held(connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> dict[str, Any]:
    row = connection.execute(sa.select(table).where(where)).mappings().first()
    if row is None:
        raise InputRefused(_("It is not in the register any more; look at the list again."))
    return {name: value for name, value in row.items() if name != "row_digest"}


def _refuse_stale(held: Mapping[str, Any], version: int) -> None:
    if held["version"] != version:
        message = _(
            "{who} changed this at {when} UTC, after you opened it. Nothing was overwritten: look, then change it."
        )
        raise InputRefused(message.format(who=held["changed_by"], when=held["changed_at"][:16].replace("T", " ")))


def _written(name: str, value: Any) -> str:
    if name == "cells":
        return _cells_text(value)
    if name in {"harms", "strengths"}:
        return ("," if name == "harms" else "\n").join(value)
    return str(value)


def _cells_text(cells: tuple[int, ...]) -> str:
    return json.dumps([f"{cell:x}" for cell in sorted(cells)])


def _place(row: Mapping[str, Any]) -> RegisteredPlace:
    values = {name: row[name] for name in RegisteredPlace.__dataclass_fields__}
    values["cells"] = tuple(int(text, 16) for text in json.loads(row["cells"]))
    values["harms"] = tuple(filter(None, row["harms"].split(",")))
    values["strengths"] = tuple(filter(None, row["strengths"].split("\n")))
    return RegisteredPlace(**values)


def _action(row: Mapping[str, Any]) -> PlaceAction:
    return PlaceAction(**{name: row[name] for name in PlaceAction.__dataclass_fields__})


def clear(store: Store, actor: Actor) -> int:
    """Delete the whole register with its actions and history: for a store whose data was fictional. Returns how many places."""
    require(actor, "manage_places")
    with writing(store) as connection:
        held = connection.execute(sa.select(_PLACES.c.reference)).scalars().all()
        for table in (_HISTORY, _ACTIONS, _PLACES):
            connection.execute(table.delete())
        if held:
            record(connection, actor, "clear-places", references=sorted(held))
            bump_version(connection)
    return len(held)
