"""What is done at a place: the actions, each moved on with its evidence, and what was counted before and after."""

import datetime
from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import _
from csg_maps.model.registered_place import ACTION_STATUSES, LONGEST, FirstAction, PlaceAction, is_overdue
from csg_maps.model.vocabulary import codes
from csg_maps.views import state, wording
from csg_maps.views.place_form import show_advice
from csg_maps.workflows import place_register, place_story
from csg_maps.workflows.place_register import ACTION_STATUS_LABELS, OpenedPlace


def show(store: Any, actor: Any, opened: OpenedPlace, told: place_story.PlaceStory) -> None:
    """Draw the actions of a place and the ways to change them."""
    st.subheader(_("What will be done"), anchor=False)
    _show_table(opened.actions)
    if told.comparisons:
        for one in told.comparisons:
            st.text(f"{one.action.what}: {place_story.comparison_words(one)}")
        st.caption(place_story.caution())
    if opened.place.status == "closed":
        return
    move, add = st.columns(2)
    with move:
        _show_change(store, actor, opened)
    with add:
        _show_add(store, actor, opened)


def _show_table(actions: tuple[PlaceAction, ...]) -> None:
    today = datetime.date.today()

    def status(action: PlaceAction) -> str:
        words = _(ACTION_STATUS_LABELS[action.status])
        if action.status == "done":
            words = f"{words}, {wording.day(action.done_on)}"
        elif action.is_unfinished and is_overdue(action.due_on, today):
            words = _("{status}, overdue").format(status=words)
        return f"{words}: {wording.plain(action.note)}" if action.note else words

    st.table(
        pd.DataFrame(
            {
                _("Kind"): [wording.label("action_types", action.action_type).partition(":")[0] for action in actions],
                _("Owner"): [
                    f"{wording.plain(action.owner_role)}, {wording.label('agencies', action.agency)}"
                    for action in actions
                ],
                _("Due"): [wording.day(action.due_on) for action in actions],
                _("Status"): [status(action) for action in actions],
            },
            index=pd.Index([wording.plain(action.what) for action in actions], name=_("Action")),
        )
    )


def _show_change(store: Any, actor: Any, opened: OpenedPlace) -> None:
    with st.expander(_("Move an action on")):
        by_id = {action.action_id: action for action in opened.actions}
        chosen = st.selectbox(
            _("Action"),
            list(by_id),
            format_func=lambda one: by_id[one].what,
            key=f"places.action.{opened.place.reference}",
        )
        action = by_id[chosen]
        key = f"places.action.{action.action_id}.{action.version}"
        status = st.selectbox(
            _("Status"),
            ACTION_STATUSES,
            index=ACTION_STATUSES.index(action.status),
            format_func=lambda code: _(ACTION_STATUS_LABELS[code]),
            key=f"{key}.status",
        )
        if status == "done":
            st.date_input(_("Done on"), value="today", max_value="today", format="DD/MM/YYYY", key=f"{key}.done_on")
        help_words = {"done": _("How can one see that it is done?"), "dropped": _("Why is it dropped?")}.get(status, "")
        note = st.text_area(
            _("Note"),
            value=action.note,
            max_chars=LONGEST["text"],
            height=80,
            key=f"{key}.note",
            help=help_words or None,
        )
        if help_words:
            st.caption(help_words)
        show_advice(note)
        st.button(
            _("Keep this change"), key=f"{key}.keep", type="primary", on_click=_change, args=(store, actor, action, key)
        )


def _change(store: Any, actor: Any, action: PlaceAction, key: str) -> None:
    done_on = st.session_state.get(f"{key}.done_on")
    try:
        place_register.change_action(
            store,
            actor,
            action,
            status=st.session_state[f"{key}.status"],
            note=st.session_state[f"{key}.note"],
            done_on=str(done_on or ""),
        )
        state.remember("places.said", _("The action is changed."))
    except CsgMapsError as problem:
        state.remember("places.failed", str(problem))


def _show_add(store: Any, actor: Any, opened: OpenedPlace) -> None:
    key = f"places.add.{opened.place.reference}.{len(opened.actions)}"
    with st.expander(_("Plan another action")):
        show_advice(st.text_area(_("What will be done"), max_chars=LONGEST["text"], height=80, key=f"{key}.what") or "")
        st.selectbox(
            _("Kind of action"),
            [code.code for code in codes("action_types")],
            format_func=lambda code: wording.label("action_types", code),
            key=f"{key}.action_type",
        )
        st.selectbox(
            _("Owner"),
            [code.code for code in codes("agencies")],
            format_func=lambda code: wording.label("agencies", code),
            key=f"{key}.agency",
        )
        st.text_input(_("Role of the owner"), max_chars=LONGEST["name"], key=f"{key}.role")
        st.date_input(
            _("Due"),
            value=datetime.date.today() + datetime.timedelta(weeks=4),
            min_value="today",
            format="DD/MM/YYYY",
            key=f"{key}.due",
        )
        st.button(_("Plan it"), key=f"{key}.keep", type="primary", on_click=_add, args=(store, actor, opened, key))


def _add(store: Any, actor: Any, opened: OpenedPlace, key: str) -> None:
    said = {
        name: st.session_state.get(f"{key}.{name}") or "" for name in ("what", "action_type", "agency", "role", "due")
    }
    action = FirstAction(said["what"], said["action_type"], said["agency"], said["role"], str(said["due"]))
    try:
        place_register.add_action(store, actor, opened.place, action)
        state.remember("places.said", _("The action is planned."))
    except CsgMapsError as problem:
        state.remember("places.failed", str(problem))
