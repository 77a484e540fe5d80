"""Assets in the workspace: brought in by source, changed by version, taken away and brought back, never deleted.

The same source again updates what it knows by its own keys, keeps who verified an asset and what a person took away, and
marks for review what it holds no more.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.geography.cells import points_to_cells
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.model.asset import Asset, AssetRow
from csg_maps.model.opening_hours import OpeningHours, hours_from_json, hours_to_json
from csg_maps.store import tables
from csg_maps.store.audit import now, record
from csg_maps.store.ground_tables import assets as _ASSETS  # noqa: N812 - a table, written as the constant that it is
from csg_maps.store.ground_tables import guardian_contacts
from csg_maps.store.workspace import Store, bump_version, reading, writing

CHANGEABLE = frozenset(
    {"kind", "name", "name_cy", "uprn", "hours", "verified_by", "verified_on", "review_on", "status"}
)
_FROM_FILE = ("kind", "name", "name_cy", "uprn", "opening_hours", "verified_by", "verified_on", "review_on")
_SHOWN = {"kind", "name", "name_cy", "opening_hours", "status"}
_BLANK = {"", "{}"}


@dataclass(frozen=True)
class Brought:
    """What an import did: assets `added`, `updated`, `unchanged`, `still_removed` (a person took them away), and
    `missing`: held of this source, not in the file any more, and marked for review.
    """

    added: int
    updated: int
    unchanged: int
    still_removed: int
    missing: int


def bring_in(store: Store, actor: Actor, source: str, rows: Iterable[AssetRow], today: str) -> Brought:
    """Add or update the assets of a source, all or none. `today` (ISO) becomes the review date of what is missing.

    What the file leaves blank keeps what is held. A verification is kept unless the file gives a later one.
    """
    require(actor, "manage_areas")
    given = {row.source_key: row for row in rows}
    cells = _cells(given)
    at = now()
    counted = dict.fromkeys(("added", "updated", "unchanged", "still_removed", "missing"), 0)
    with writing(store) as connection:
        asked = sa.select(_ASSETS).where(_ASSETS.c.source == source)
        held = {row["source_key"]: dict(row) for row in connection.execute(asked).mappings()}
        fresh: list[dict[str, Any]] = []
        for key, row in given.items():
            values = _values(row, cells[key])
            before = held.get(key)
            if before is None:
                stamp = {"status": "in_use", "changed_at": at, "changed_by": actor.actor_id, "version": 1}
                made = {"asset_id": secrets.token_hex(8), **values, "source": source, "source_key": key, **stamp}
                fresh.append({**made, "row_digest": tables.row_digest(_ASSETS, made)})
                continue
            if before["status"] == "removed":
                counted["still_removed"] += 1
                continue
            changed = _differences(before, values)
            if changed:
                _update(connection, actor, before, changed)
            counted["updated" if changed else "unchanged"] += 1
        if fresh:
            connection.execute(_ASSETS.insert(), fresh)
        counted["added"] = len(fresh)
        for key, before in held.items():
            if key not in given and before["status"] == "in_use":
                counted["missing"] += 1
                if not before["review_on"] or before["review_on"] > today:
                    _update(connection, actor, before, {"review_on": today})
        record(connection, actor, "bring-in-assets", kinds=_by_kind(given.values()), **counted)
        bump_version(connection)
    return Brought(**counted)


def change(store: Store, actor: Actor, asset_id: str, *, version: int, what: str, **fields: Any) -> Asset:
    """Change fields of an asset (those of CHANGEABLE), made from this version of it; `what` is a word for the audit.

    Raises InputRefused when there is no such asset or somebody changed it since.
    """
    require(actor, "manage_areas")
    if unknown := set(fields) - CHANGEABLE:
        raise InputRefused(_("{field} of an asset cannot be changed here.").format(field=sorted(unknown)[0]))
    written = {
        "opening_hours" if name == "hours" else name: hours_to_json(value) if isinstance(value, OpeningHours) else value
        for name, value in fields.items()
    }
    with writing(store) as connection:
        before = _held(connection, asset_id)
        if before is None:
            raise InputRefused(_("There is no such asset any more; look at the list again."))
        if before["version"] != version:
            message = _(
                "{who} changed this at {when} UTC, after you opened it. Nothing was overwritten: look, then change it."
            )
            raise InputRefused(
                message.format(who=before["changed_by"], when=before["changed_at"][:16].replace("T", " "))
            )
        changed = {name: value for name, value in written.items() if before[name] != value}
        if not changed:
            return _asset(before)
        after = _update(connection, actor, before, changed)
        record(connection, actor, f"{what}-asset", asset=asset_id, fields=sorted(changed))
        if _SHOWN & set(changed):
            bump_version(connection)
    return _asset(after)


def list_assets(store: Store, *, kinds: tuple[str, ...] = (), status: str = "in_use") -> tuple[Asset, ...]:
    """Assets by kind and name; `kinds` () is all, `status` "" is those taken away too."""
    asked = sa.select(_ASSETS).order_by(_ASSETS.c.kind, _ASSETS.c.name, _ASSETS.c.asset_id)
    if kinds:
        asked = asked.where(_ASSETS.c.kind.in_(kinds))
    if status:
        asked = asked.where(_ASSETS.c.status == status)
    with reading(store) as connection:
        return tuple(_asset(dict(row)) for row in connection.execute(asked).mappings())


def get_asset(store: Store, asset_id: str) -> Asset | None:
    """One asset, None when there is none of this id."""
    with reading(store) as connection:
        row = _held(connection, asset_id)
    return None if row is None else _asset(row)


def list_sources(store: Store) -> dict[str, int]:
    """How many assets in use each source has, by name."""
    asked = (
        sa.select(_ASSETS.c.source, sa.func.count())
        .where(_ASSETS.c.status == "in_use")
        .group_by(_ASSETS.c.source)
        .order_by(_ASSETS.c.source)
    )
    with reading(store) as connection:
        return {str(source): int(count) for source, count in connection.execute(asked)}


def take_away(store: Store, actor: Actor, asset_ids: Iterable[str], *, why: str) -> int:
    """Take assets out of every list and map at once; `why` is a word for the audit. Returns how many."""
    require(actor, "manage_areas")
    taken = 0
    with writing(store) as connection:
        for asset_id in asset_ids:
            row = _held(connection, asset_id)
            if row is not None and row["status"] == "in_use":
                _update(connection, actor, row, {"status": "removed"})
                taken += 1
        if taken:
            record(connection, actor, "take-away-assets", assets=taken, why=why)
            bump_version(connection)
    return taken


def delete_source(store: Store, actor: Actor, source: str) -> int:
    """Delete every asset of a source with its contacts: only for what was fictional from the start. Returns how many."""
    require(actor, "manage_areas")
    with writing(store) as connection:
        own = sa.select(_ASSETS.c.asset_id).where(_ASSETS.c.source == source)
        connection.execute(guardian_contacts.delete().where(guardian_contacts.c.asset_id.in_(own)))
        gone = int(connection.execute(_ASSETS.delete().where(_ASSETS.c.source == source)).rowcount)
        if gone:
            record(connection, actor, "delete-demo-assets", assets=gone)
            bump_version(connection)
    return gone


def _held(connection: sa.Connection, asset_id: str) -> dict[str, Any] | None:
    row = connection.execute(sa.select(_ASSETS).where(_ASSETS.c.asset_id == asset_id)).mappings().first()
    return None if row is None else dict(row)


def _cells(given: Mapping[str, AssetRow]) -> dict[str, int]:
    latitude = np.array([row.latitude for row in given.values()], dtype=np.float64)
    longitude = np.array([row.longitude for row in given.values()], dtype=np.float64)
    return dict(zip(given, points_to_cells(latitude, longitude).tolist(), strict=True))


def _values(row: AssetRow, cell: int) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "name": row.name,
        "name_cy": row.name_cy,
        "cell": cell,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "uprn": row.uprn,
        "opening_hours": hours_to_json(row.hours),
        "verified_by": row.verified_by,
        "verified_on": row.verified_on,
        "review_on": row.review_on,
    }


def _differences(before: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    changed = {name: values[name] for name in ("cell", "latitude", "longitude") if before[name] != values[name]}
    later = values["verified_on"] > before["verified_on"]
    for name in _FROM_FILE:
        if name in {"verified_by", "verified_on"} and not later:
            continue
        if values[name] not in _BLANK and values[name] != before[name]:
            changed[name] = values[name]
    return changed


def _update(
    connection: sa.Connection, actor: Actor, before: Mapping[str, Any], changed: dict[str, Any]
) -> dict[str, Any]:
    stamp = {"changed_at": now(), "changed_by": actor.actor_id, "version": int(before["version"]) + 1}
    tables.update_sealed(connection, _ASSETS, _ASSETS.c.asset_id == before["asset_id"], **changed, **stamp)
    return {**before, **changed, **stamp}


def _by_kind(rows: Iterable[AssetRow]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for row in rows:
        counted[row.kind] = counted.get(row.kind, 0) + 1
    return dict(sorted(counted.items()))


def _asset(row: Mapping[str, Any]) -> Asset:
    values = {name: row[name] for name in Asset.__dataclass_fields__ if name != "hours"}
    return Asset(**values, hours=hours_from_json(row["opening_hours"]))
