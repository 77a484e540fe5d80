"""The council's assets: list them, mend and verify one, take one away and bring it back, and reach its guardians."""

import datetime
import re
from typing import Any

import numpy as np

from csg_maps.disclosure.policy import has_right, require
from csg_maps.errors import InputRefused
from csg_maps.geography.premises import near_premises
from csg_maps.i18n import _, language
from csg_maps.model.actor import Actor
from csg_maps.model.asset import LONGEST, Asset, GuardianContact, asset_kinds
from csg_maps.model.opening_hours import OpeningHours, Range, format_hours, make_hours, parse_day
from csg_maps.model.vocabulary import labels, with_children
from csg_maps.store import assets as asset_store
from csg_maps.store import guardian_contacts, reference
from csg_maps.store.workspace import Store

REVIEW_SOON_DAYS = 30
REVIEW_MONTHS = 12
"""Offered when somebody verifies: a list that nobody looked at for a year is not to be relied on."""

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,}")
_PHONE = re.compile(r"\+?[0-9 ()\-]{7,24}")


def list_assets(store: Store, actor: Actor, *, kinds: tuple[str, ...] = (), removed: bool = False) -> tuple[Asset, ...]:
    """Assets in use (or those taken away), by kind and name; a kind means all below it."""
    require(actor, "see_counts")
    chosen = with_children("asset_kinds", kinds) if kinds else ()
    return asset_store.list_assets(store, kinds=chosen, status="removed" if removed else "in_use")


def count_kinds(store: Store, actor: Actor) -> dict[str, int]:
    """How many assets in use there are of each kind that occurs, in the order of the code list."""
    counted: dict[str, int] = {}
    for asset in list_assets(store, actor):
        counted[asset.kind] = counted.get(asset.kind, 0) + 1
    return {kind: counted[kind] for kind in asset_kinds() if kind in counted}


def sources(store: Store, actor: Actor) -> dict[str, int]:
    """The sources that assets came from, and how many of each are in use."""
    require(actor, "see_counts")
    return asset_store.list_sources(store)


def shown_name(asset: Asset) -> str:
    """The name in the reader's language; "" where it has none."""
    return asset.name_cy if language() == "cy" and asset.name_cy else asset.name or asset.name_cy


def kind_label(kind: str) -> str:
    """What a kind is called, in the reader's language."""
    return _(labels("asset_kinds").get(kind, kind))


def as_rows(listed: tuple[Asset, ...]) -> list[dict[str, Any]]:
    """Assets as JSON-able rows, for a terminal or a file."""
    return [
        {
            "asset": asset.asset_id,
            "kind": asset.kind,
            "name": asset.name,
            "name_cy": asset.name_cy,
            "latitude": asset.latitude,
            "longitude": asset.longitude,
            "source": asset.source,
            "uprn": asset.uprn,
            "opening_hours": format_hours(asset.hours),
            "verified_by": asset.verified_by,
            "verified_on": asset.verified_on,
            "review_on": asset.review_on,
        }
        for asset in listed
    ]


def review_due(
    store: Store, actor: Actor, today: datetime.date, *, within_days: int = REVIEW_SOON_DAYS
) -> tuple[Asset, ...]:
    """Assets in use whose review date has come or comes within so many days, the longest overdue first."""
    last = (today + datetime.timedelta(days=within_days)).isoformat()
    due = [asset for asset in list_assets(store, actor) if asset.review_on and asset.review_on <= last]
    return tuple(sorted(due, key=lambda asset: (asset.review_on, asset.kind, asset.name)))


def edit(store: Store, actor: Actor, asset: Asset, **fields: Any) -> Asset:
    """Change name, name_cy, kind, hours, verified_by, verified_on or review_on of an asset as it was opened.

    Raises InputRefused when a value cannot be, or somebody changed the asset since.
    """
    require(actor, "manage_areas")
    checked = {name: _checked(name, value) for name, value in fields.items()}
    by, on = (checked.get(name, getattr(asset, name)) for name in ("verified_by", "verified_on"))
    if bool(by) != bool(on):
        raise InputRefused(_("Say both who verified it and when, or neither."))
    return asset_store.change(store, actor, asset.asset_id, version=asset.version, what="edit", **checked)


def verify(store: Store, actor: Actor, asset: Asset, *, verified_by: str, today: datetime.date) -> Asset:
    """Say that an asset is there and as described, today; its next review is in a year."""
    next_review = (today + datetime.timedelta(days=round(365.25 / 12 * REVIEW_MONTHS))).isoformat()
    fields = {"verified_by": verified_by, "verified_on": today.isoformat(), "review_on": next_review}
    return edit(store, actor, asset, **fields)


def remove(store: Store, actor: Actor, asset: Asset) -> Asset:
    """Take an asset off every list and map; it can be brought back."""
    gone = asset_store.change(store, actor, asset.asset_id, version=asset.version, what="remove", status="removed")
    renew_ground(store, actor)
    return gone


def restore(store: Store, actor: Actor, asset: Asset) -> Asset:
    """Bring an asset back. Raises InputRefused where it may not be shown."""
    require(actor, "manage_areas")
    if _may_not_be_shown(store, actor, (asset,)):
        raise InputRefused(_("It may not be shown."))
    back = asset_store.change(store, actor, asset.asset_id, version=asset.version, what="restore", status="in_use")
    renew_ground(store, actor)
    return back


def hide_protected(store: Store, actor: Actor) -> int:
    """Take away every asset that may not be shown, after the restricted table changed. Returns how many."""
    listed = asset_store.list_assets(store)
    if not listed or not has_right(actor, "manage_areas"):
        return 0
    hidden = _may_not_be_shown(store, actor, listed)
    taken = asset_store.take_away(store, actor, (asset.asset_id for asset in hidden), why="may-not-be-shown")
    if taken:
        renew_ground(store, actor)
    return taken


def renew_ground(store: Store, actor: Actor) -> None:
    """Say that the cells of all assets in use are settled ground, where that changed."""
    cells = np.unique(np.array([asset.cell for asset in asset_store.list_assets(store)], dtype=np.int64))
    held = reference.count_rows(store, "ground:assets")
    if len(cells) or held:
        reference.add_ground(store, actor, "assets", cells)


def hours_of_days(texts: dict[int, str]) -> OpeningHours:
    """Opening hours from what a person wrote for each weekday. Raises InputRefused naming the day that cannot be read."""
    by_day: dict[int, tuple[Range, ...] | None] = {}
    for day, text in texts.items():
        by_day[day], problem = parse_day(text)
        if problem:
            raise InputRefused(f"{_(labels('weekdays')[str(day)])}: {problem}")
    return make_hours(by_day)


def may_see_contacts(actor: Actor) -> bool:
    """Whether the actor holds the right to read contacts."""
    return has_right(actor, "see_contacts")


def contacts(store: Store, actor: Actor, asset_id: str = "") -> tuple[GuardianContact, ...]:
    """The contacts of guardians; reading them is recorded."""
    return guardian_contacts.read_contacts(store, actor, asset_id)


def add_contact(store: Store, actor: Actor, asset_id: str, **fields: str) -> GuardianContact:
    """List a person who agreed to it. Raises InputRefused without a name, a way to reach them and the date they agreed."""
    return guardian_contacts.add_contact(store, actor, asset_id, **_contact_fields(fields))


def change_contact(store: Store, actor: Actor, contact: GuardianContact, **fields: str) -> GuardianContact:
    """Change a contact as it was opened. Raises as `add_contact`."""
    given = {name: getattr(contact, name) for name in ("name", "role", "phone", "email", "agreed_on")} | fields
    checked = _contact_fields(given)
    return guardian_contacts.change_contact(store, actor, contact.contact_id, version=contact.version, **checked)


def delete_contact(store: Store, actor: Actor, contact: GuardianContact) -> None:
    """Forget a person who wants to be listed no longer."""
    guardian_contacts.delete_contact(store, actor, contact.contact_id, version=contact.version)


def count_contacts(store: Store, actor: Actor) -> int:
    """How many contacts are held; none is read."""
    require(actor, "see_counts")
    return guardian_contacts.count_contacts(store)


def _may_not_be_shown(store: Store, actor: Actor, listed: tuple[Asset, ...]) -> list[Asset]:
    why = "import" if has_right(actor, "import") else "look"
    premises = reference.read_premises(store, actor, why=why)
    near = near_premises(premises, [asset.latitude for asset in listed], [asset.longitude for asset in listed])
    return [asset for asset, kind in zip(listed, near, strict=True) if kind == "protected"]


def _checked(name: str, value: Any) -> Any:
    if name == "hours":
        return value
    text = " ".join(str(value).split())
    if name == "kind" and text not in asset_kinds():
        raise InputRefused(_("{kind} is not a kind of asset.").format(kind=text[:40]))
    if name in {"verified_on", "review_on"} and text:
        day = iso_day(text)
        if name == "verified_on" and day > datetime.date.today():
            raise InputRefused(_("Nobody can have verified it later than today."))
    if len(text) > LONGEST.get(name, 200):
        raise InputRefused(_("This is longer than {most} characters.").format(most=LONGEST[name]))
    return text


def iso_day(text: str) -> datetime.date:
    """A date written as 2026-03-31. Raises InputRefused."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InputRefused(_("Write the date as 2026-03-31.")) from None


def _contact_fields(fields: dict[str, str]) -> dict[str, str]:
    cleaned = {name: " ".join(fields.get(name, "").split()) for name in ("name", "role", "phone", "email", "agreed_on")}
    if not cleaned["name"]:
        raise InputRefused(_("Give the name of the person."))
    if not cleaned["phone"] and not cleaned["email"]:
        raise InputRefused(_("Give a telephone number or an e-mail address."))
    if cleaned["phone"] and not _PHONE.fullmatch(cleaned["phone"]):
        raise InputRefused(_("A telephone number is digits and spaces, such as 01234 567890."))
    if cleaned["email"] and not _EMAIL.fullmatch(cleaned["email"]):
        raise InputRefused(_("This is not an e-mail address."))
    if not cleaned["agreed_on"]:
        raise InputRefused(_("Nobody is listed without having agreed: give the date."))
    if iso_day(cleaned["agreed_on"]) > datetime.date.today():
        raise InputRefused(_("The date of the agreement lies in the future."))
    if any(len(value) > 120 for value in cleaned.values()):
        raise InputRefused(_("This is longer than {most} characters.").format(most=120))
    return cleaned
