"""Taking a place on: propose it, plan and finish actions, change, close, and see what comes next.

What people type is checked here: who proposes a place says why, offers one action with an owner and a date, and a day on
which it is looked at again. Young people's view is asked first; where nobody asked yet, every page says so.
"""

import datetime
from dataclasses import dataclass, replace
from typing import Any

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import N_, _, n_
from csg_maps.model.actor import Actor
from csg_maps.model.registered_place import (
    ACTION_STATUSES,
    LONGEST,
    MARKINGS,
    FirstAction,
    PlaceAction,
    PlaceChange,
    ProposedPlace,
    RegisteredPlace,
    is_overdue,
)
from csg_maps.model.vocabulary import labels
from csg_maps.store import places
from csg_maps.store.workspace import Store
from csg_maps.workflows.free_text import advice_on, check_text
from csg_maps.workflows.place_ground import check_ground
from csg_maps.workflows.place_names import check_name

STATUS_LABELS = {"proposed": N_("Proposed"), "open": N_("Taken on"), "closed": N_("Closed")}
ACTION_STATUS_LABELS = {
    "planned": N_("Planned"),
    "under_way": N_("Under way"),
    "done": N_("Done"),
    "dropped": N_("Dropped"),
}
FIELD_LABELS = {
    "name": N_("Name"),
    "name_cy": N_("Welsh name"),
    "place_type": N_("Kind of place"),
    "cells": N_("Where"),
    "harms": N_("Harms"),
    "why": N_("Why this place"),
    "young_people": N_("What young people say"),
    "asked_on": N_("Asked on"),
    "strengths": N_("Strengths"),
    "review_on": N_("Review date"),
    "marking": N_("Marking"),
    "status": N_("Status"),
    "what": N_("What will be done"),
    "action": N_("Action"),
    "action_type": N_("Kind of action"),
    "agency": N_("Owner"),
    "owner_role": N_("Role of the owner"),
    "due_on": N_("Due"),
    "done_on": N_("Done on"),
    "note": N_("Note"),
    "reason": N_("Reason"),
}


@dataclass(frozen=True)
class RegisterRow:
    """One line of the register: a place, its next unfinished action (None = none), and what is overdue in words."""

    place: RegisteredPlace
    next_action: PlaceAction | None
    overdue: tuple[str, ...]


@dataclass(frozen=True)
class OpenedPlace:
    """A place with its actions and its history."""

    place: RegisteredPlace
    actions: tuple[PlaceAction, ...]
    history: tuple[PlaceChange, ...]


def propose(store: Store, actor: Actor, proposed: ProposedPlace, today: datetime.date | None = None) -> RegisteredPlace:
    """Put a place into the register. Raises InputRefused naming the first field that cannot stay as it is."""
    require(actor, "manage_places")
    day = today or datetime.date.today()
    check_ground(proposed.cells)
    _check_codes(proposed.place_type, proposed.harms, proposed.marking)
    kept = replace(
        proposed,
        name=_text("name", proposed.name, "name", is_needed=True),
        name_cy=_text("name_cy", proposed.name_cy, "name"),
        young_people=_text("young_people", proposed.young_people, "text"),
        why=_text("why", proposed.why, "text", is_needed=True),
        strengths=_lines(proposed.strengths),
        review_on=_day("review_on", proposed.review_on, after=day),
        asked_on=_asked(proposed.young_people, proposed.asked_on, day),
        action=_checked_action(proposed.action, day),
    )
    for name in filter(None, (kept.name, kept.name_cy)):
        check_name(store, kept.cells, name)
    return places.propose(store, actor, kept)


def change(store: Store, actor: Actor, place: RegisteredPlace, **fields: Any) -> RegisteredPlace:
    """Change what is said of a place, made from `place` as the person saw it. Raises as `propose` does, or when stale."""
    require(actor, "manage_places")
    day = datetime.date.today()
    new = replace(place, **fields)
    _check_codes(new.place_type, new.harms, new.marking)
    if "cells" in fields:
        check_ground(new.cells)
    for name, longest in (("name", "name"), ("name_cy", "name"), ("young_people", "text"), ("why", "text")):
        if name in fields:
            fields[name] = _text(name, fields[name], longest, is_needed=name in {"name", "why"})
            if longest == "name" and fields[name] != getattr(place, name) and fields[name]:
                check_name(store, new.cells, fields[name])
    if "strengths" in fields:
        fields["strengths"] = _lines(fields["strengths"])
    if "review_on" in fields and fields["review_on"] != place.review_on:
        fields["review_on"] = _day("review_on", fields["review_on"], after=day)
    if {"young_people", "asked_on"} & set(fields):
        fields["asked_on"] = _asked(new.young_people, new.asked_on, day)
    return places.change(store, actor, place.place_id, version=place.version, what="change", **fields)


def take_on(store: Store, actor: Actor, place: RegisteredPlace) -> RegisteredPlace:
    """Say that the partnership works on a proposed place."""
    require(actor, "manage_places")
    return places.change(store, actor, place.place_id, version=place.version, what="take-on", status="open")


def close(store: Store, actor: Actor, place: RegisteredPlace, why: str) -> RegisteredPlace:
    """Close a place, with a reason that the history keeps. Raises InputRefused without one, or with unfinished actions."""
    require(actor, "manage_places")
    reason = _text("reason", why, "text", is_needed=True)
    unfinished = sum(action.is_unfinished for action in places.list_actions(store, place.place_id))
    if unfinished:
        words = n_(
            "{count} action is unfinished: finish or drop it first.",
            "{count} actions are unfinished: finish or drop them first.",
            unfinished,
        )
        raise InputRefused(words)
    return places.change(
        store, actor, place.place_id, version=place.version, what="close", status="closed", reason=reason
    )


def reopen(store: Store, actor: Actor, place: RegisteredPlace) -> RegisteredPlace:
    """Take a closed place on again."""
    require(actor, "manage_places")
    return places.change(store, actor, place.place_id, version=place.version, what="reopen", status="open")


def add_action(store: Store, actor: Actor, place: RegisteredPlace, action: FirstAction) -> PlaceAction:
    """Plan another action."""
    require(actor, "manage_places")
    return places.add_action(store, actor, place.place_id, _checked_action(action, datetime.date.today()))


def change_action(
    store: Store, actor: Actor, action: PlaceAction, *, status: str, note: str = "", done_on: str = "", due_on: str = ""
) -> PlaceAction:
    """Move an action on. Done needs a note of the evidence and a day; dropped needs a reason. Raises InputRefused."""
    require(actor, "manage_places")
    if status not in ACTION_STATUSES:
        raise InputRefused(
            _("An action is one of: {list}.").format(list=", ".join(map(_, ACTION_STATUS_LABELS.values())))
        )
    kept = check_text(note, _("Note"), longest=LONGEST["text"])
    if status == "done" and len(kept) < 3:
        raise InputRefused(_("Say in a note how one can see that it is done."))
    if status == "dropped" and len(kept) < 3:
        raise InputRefused(_("Say in a note why it is dropped."))
    today = datetime.date.today()
    finished = _day("done_on", done_on or today.isoformat()) if status == "done" else ""
    if finished > today.isoformat():
        raise InputRefused(_("Done on: a day that has not come yet. Leave the action under way until then."))
    due = _day("due_on", due_on) if due_on else action.due_on
    return places.change_action(
        store, actor, action.action_id, version=action.version, status=status, note=kept, done_on=finished, due_on=due
    )


def register(store: Store, actor: Actor, today: datetime.date | None = None) -> tuple[RegisterRow, ...]:
    """Every place: what is overdue first, then by the date of review; closed ones last."""
    require(actor, "see_counts")
    day = today or datetime.date.today()
    actions = places.list_actions(store)
    rows = [_row(place, actions, day) for place in places.list_places(store)]
    return tuple(
        sorted(
            rows,
            key=lambda row: (row.place.status == "closed", not row.overdue, row.place.review_on, row.place.reference),
        )
    )


def _row(place: RegisteredPlace, actions: tuple[PlaceAction, ...], day: datetime.date) -> RegisterRow:
    unfinished = [action for action in actions if action.place_id == place.place_id and action.is_unfinished]
    late = sum(is_overdue(action.due_on, day) for action in unfinished)
    overdue = []
    if place.status != "closed" and is_overdue(place.review_on, day):
        days = (day - datetime.date.fromisoformat(place.review_on)).days
        overdue.append(n_("Review {count} day overdue", "Review {count} days overdue", days))
    if place.status != "closed" and late:
        overdue.append(n_("{count} action overdue", "{count} actions overdue", late))
    return RegisterRow(place, unfinished[0] if unfinished else None, tuple(overdue))


def open_place(store: Store, actor: Actor, key: str) -> OpenedPlace:
    """A place by its reference or id. Raises InputRefused when the register does not hold it."""
    require(actor, "see_counts")
    for place in places.list_places(store):
        if key in {place.place_id, place.reference}:
            return OpenedPlace(
                place, places.list_actions(store, place.place_id), places.list_history(store, place.place_id)
            )
    raise InputRefused(_("There is no place {key} in the register; `places list` lists them.").format(key=key[:40]))


def advice(*texts: str) -> tuple[str, ...]:
    """For each word that blames in these texts: a better one, and why. It never blocks."""
    return tuple(dict.fromkeys(line for text in texts for line in advice_on(text)))


def _text(field: str, text: str, longest: str, *, is_needed: bool = False) -> str:
    return check_text(text, _(FIELD_LABELS[field]), longest=LONGEST[longest], is_needed=is_needed)


def _lines(lines: tuple[str, ...]) -> tuple[str, ...]:
    kept = (check_text(" ".join(line.split()), _(FIELD_LABELS["strengths"]), longest=LONGEST["line"]) for line in lines)
    return tuple(dict.fromkeys(line for line in kept if line))[:12]


def _day(field: str, text: str, *, after: datetime.date | None = None) -> str:
    label = _(FIELD_LABELS[field])
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        message = _("{field}: a date is written YYYY-MM-DD, such as 2026-12-31; found {text!r}.")
        raise InputRefused(message.format(field=label, text=text[:20])) from None
    if after is not None and day <= after:
        raise InputRefused(_("{field}: choose a day that is still to come.").format(field=label))
    return day.isoformat()


def _asked(view: str, asked_on: str, today: datetime.date) -> str:
    if not asked_on and view.strip():
        raise InputRefused(_("Say on which day young people were asked."))
    if asked_on and not view.strip():
        raise InputRefused(_("Say what young people told you, or leave it as not asked yet."))
    if asked_on and _day("asked_on", asked_on) > today.isoformat():
        raise InputRefused(_("Asked on: a day that has not come yet."))
    return asked_on


def _checked_action(action: FirstAction, today: datetime.date) -> FirstAction:
    for list_name, code in (("action_types", action.action_type), ("agencies", action.agency)):
        _check_code(list_name, code)
    return replace(
        action,
        what=_text("what", action.what, "text", is_needed=True),
        owner_role=_text("owner_role", action.owner_role, "name", is_needed=True),
        due_on=_day("due_on", action.due_on, after=today - datetime.timedelta(days=1)),
    )


def _check_codes(place_type: str, harms: tuple[str, ...], marking: str) -> None:
    _check_code("place_types", place_type)
    for harm in harms:
        _check_code("harms", harm)
    if marking not in MARKINGS:
        raise InputRefused(_("The marking is one of {list}.").format(list=", ".join(MARKINGS)))


def _check_code(list_name: str, code: str) -> None:
    if code not in labels(list_name):
        message = _("{code!r} is not a code of {list}. Use one of: {codes}.")
        raise InputRefused(message.format(code=code[:40], list=list_name, codes=", ".join(labels(list_name))))
