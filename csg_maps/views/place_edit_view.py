"""Changing what the register says of a place, closing it with a reason, and its history."""

import datetime
from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import N_, _
from csg_maps.model.registered_place import LONGEST, MARKINGS, RegisteredPlace
from csg_maps.model.vocabulary import codes
from csg_maps.views import state, wording
from csg_maps.views.place_form import ASKED, show_advice
from csg_maps.workflows import place_register
from csg_maps.workflows.place_register import ACTION_STATUS_LABELS, FIELD_LABELS, STATUS_LABELS, OpenedPlace

WHAT_LABELS = {
    "proposed": N_("Proposed"),
    "change": N_("Changed"),
    "take-on": N_("Taken on"),
    "close": N_("Closed"),
    "reopen": N_("Opened again"),
    "action-added": N_("Action planned"),
    "action-changed": N_("Action changed"),
}


def show(store: Any, actor: Any, opened: OpenedPlace) -> None:
    """Draw what can be changed, and what was."""
    place = opened.place
    if place.status == "closed":
        st.button(
            _("Open this place again"), key="places.reopen", on_click=_act, args=(store, actor, place, "reopen", "")
        )
    else:
        with st.expander(_("Change what is said of this place")):
            _show_fields(store, actor, place)
        with st.expander(_("Close this place")):
            key = f"places.close.{place.reference}.{place.version}"
            st.text_area(_("Why is it closed?"), max_chars=LONGEST["text"], height=80, key=key)
            st.button(_("Close it"), key=f"{key}.go", on_click=_act, args=(store, actor, place, "close", key))
    with st.expander(_("History")):
        _show_history(opened)


def _show_fields(store: Any, actor: Any, place: RegisteredPlace) -> None:
    key = f"places.edit.{place.reference}.{place.version}"
    names = st.columns(2)
    names[0].text_input(_("Name"), value=place.name, max_chars=LONGEST["name"], key=f"{key}.name")
    names[1].text_input(
        _("Welsh name, if there is one"), value=place.name_cy, max_chars=LONGEST["name"], key=f"{key}.name_cy"
    )
    asked = st.radio(
        _("Young people's view"),
        list(ASKED),
        index=int(place.is_asked),
        format_func=lambda code: _(ASKED[code]),
        horizontal=True,
        key=f"{key}.asked",
    )
    if asked == "yes":
        show_advice(
            st.text_area(
                _("What young people say"),
                value=place.young_people,
                max_chars=LONGEST["text"],
                height=80,
                key=f"{key}.young_people",
            )
        )
        st.date_input(
            _("Asked on"),
            value=datetime.date.fromisoformat(place.asked_on) if place.is_asked else "today",
            max_value="today",
            format="DD/MM/YYYY",
            key=f"{key}.asked_on",
        )
    show_advice(
        st.text_area(_("Why this place"), value=place.why, max_chars=LONGEST["text"], height=80, key=f"{key}.why")
    )
    st.text_area(_("Strengths there, one a line"), value="\n".join(place.strengths), height=100, key=f"{key}.strengths")
    kind, review, marking = st.columns(3)
    types = [code.code for code in codes("place_types")]
    kind.selectbox(
        _("Kind of place"),
        types,
        index=types.index(place.place_type),
        format_func=lambda code: wording.label("place_types", code),
        key=f"{key}.place_type",
    )
    review.date_input(
        _("Review date"),
        value=datetime.date.fromisoformat(place.review_on),
        format="DD/MM/YYYY",
        key=f"{key}.review_on",
    )
    marking.selectbox(_("Marking"), MARKINGS, index=MARKINGS.index(place.marking), key=f"{key}.marking")
    st.button(
        _("Keep these changes"), key=f"{key}.keep", type="primary", on_click=_change, args=(store, actor, place, key)
    )


def _change(store: Any, actor: Any, place: RegisteredPlace, key: str) -> None:
    def said(name: str) -> Any:
        return st.session_state.get(f"{key}.{name}")

    is_asked = said("asked") == "yes"
    try:
        place_register.change(
            store,
            actor,
            place,
            name=said("name") or "",
            name_cy=said("name_cy") or "",
            young_people=(said("young_people") or "") if is_asked else "",
            asked_on=str(said("asked_on") or "") if is_asked else "",
            why=said("why") or "",
            strengths=tuple((said("strengths") or "").split("\n")),
            place_type=said("place_type"),
            review_on=str(said("review_on") or ""),
            marking=said("marking"),
        )
        state.remember("places.said", _("The changes are kept."))
    except CsgMapsError as problem:
        state.remember("places.failed", str(problem))


def _act(store: Any, actor: Any, place: RegisteredPlace, what: str, key: str) -> None:
    try:
        if what == "close":
            place_register.close(store, actor, place, st.session_state.get(key) or "")
            state.remember("places.said", _("{reference} is closed.").format(reference=place.reference))
        else:
            place_register.reopen(store, actor, place)
            state.remember("places.said", _("{reference} is open again.").format(reference=place.reference))
    except CsgMapsError as problem:
        state.remember("places.failed", str(problem))


def _show_history(opened: OpenedPlace) -> None:
    changes = opened.history[::-1]
    st.table(
        pd.DataFrame(
            {
                _("Who"): [wording.plain(change.by) for change in changes],
                _("What"): [_(WHAT_LABELS.get(change.what, change.what)) for change in changes],
                _("From what to what"): [_fields(change.fields) for change in changes],
            },
            index=pd.Index([f"{change.at[:16].replace('T', ' ')} UTC" for change in changes], name=_("When")),
        )
    )


def _fields(fields: dict[str, tuple[str, str]]) -> str:
    said = []
    for name, pair in fields.items():
        before, after = (_value(name, text) for text in pair)
        label = _(FIELD_LABELS.get(name.removeprefix("action."), name))
        if name == "cells":
            said.append(label)
        elif not before or before == after:
            said.append(f"{label}: {after}")
        else:
            said.append(f"{label}: {before} → {after or '–'}")
    return "; ".join(said)


def _value(name: str, text: str) -> str:
    """What a field held, in words: a status and codes by their labels."""
    if name in {"status", "action.status"}:
        return _((STATUS_LABELS if name == "status" else ACTION_STATUS_LABELS).get(text, text))
    if name == "place_type":
        return wording.label("place_types", text)
    if name == "harms":
        return ", ".join(wording.labelled("harms", filter(None, text.split(","))))
    return wording.plain(text)
