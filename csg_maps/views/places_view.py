"""The register of places.

A community safety officer asks: which places have we taken on, who does what next, and what is overdue? They see the list
with what is late first, open one, or propose another; a place that is open fills the page (`one_place_view`), and so does
a proposal (`place_form`).
"""

from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import _, n_
from csg_maps.views import one_place_view, opened, place_form, place_where, state, wording
from csg_maps.workflows import place_ground, place_register


def show() -> None:
    """Draw the page."""
    _show()
    state.forget("places.go")  # last: what ended this run before would otherwise leave the person where they came from


def _show() -> None:
    store, actor = opened.store(), opened.actor()
    if said := state.remembered("places.said", ""):
        st.success(wording.plain(said))
        state.forget("places.said")
    draft = state.remembered("places.draft", place_ground.PlaceGround((), "", ""))
    if not draft.cells:  # a proposal shows it beside its button
        place_where.show_failure()
    reference = state.remembered("places.open", "")
    if draft.cells:
        place_form.show(store, actor, draft)
    elif reference:
        try:
            found = place_register.open_place(store, actor, reference)
        except CsgMapsError as problem:
            st.warning(wording.plain(problem))
            state.forget("places.open")
        else:
            one_place_view.show(store, actor, found)
            return
        _show_register(store, actor)
    else:
        _show_register(store, actor)


def _show_register(store: Any, actor: Any) -> None:
    rows = place_register.register(store, actor)
    if rows:
        _show_headline(rows)
        _show_rows(rows)
        names = {row.place.reference: f"{row.place.reference} {place_ground.name_of(row.place)}" for row in rows}
        st.selectbox(
            _("Open a place"),
            list(names),
            index=None,
            format_func=lambda reference: names[reference],
            placeholder=_("Choose a place"),
            key="places.choose",
            on_change=_open,
        )
    else:
        st.text(
            _(
                "No place is in the register yet. Open a hotspot and choose “Propose a place here”, or start below: with an "
                "area, with cells, or with an outline of your own."
            )
        )
        st.page_link("pages/3_Hotspots.py", label=_("To the hotspots"), icon=wording.ONWARDS)
    place_where.show(store, actor, expanded=not rows)


def _open() -> None:
    if reference := st.session_state.get("places.choose"):
        state.remember("places.open", str(reference))


def _show_headline(rows: tuple[place_register.RegisterRow, ...]) -> None:
    open_rows = [row for row in rows if row.place.status != "closed"]
    late = sum(bool(row.overdue) for row in open_rows)
    unasked = sum(not row.place.is_asked for row in open_rows)
    st.subheader(n_("{count} place in hand", "{count} places in hand", len(open_rows)), anchor=False)
    if late:
        st.warning(n_("{count} place has something overdue.", "{count} places have something overdue.", late))
    if unasked:
        st.text(
            n_(
                "At {count} place nobody has asked young people yet.",
                "At {count} places nobody has asked young people yet.",
                unasked,
            )
        )


def _show_rows(rows: tuple[place_register.RegisterRow, ...]) -> None:
    st.table(
        pd.DataFrame(
            {
                _("Place"): [wording.plain(place_ground.name_of(row.place)) for row in rows],
                _("Overdue"): [", ".join(row.overdue) or _("no") for row in rows],
                _("Young people"): [_asked(row) for row in rows],
                _("Next action"): [_next_action(row) for row in rows],
                _("Review"): [
                    wording.day(row.place.review_on) if row.place.status != "closed" else "–" for row in rows
                ],
                _("Harms"): [", ".join(wording.labelled("harms", row.place.harms)) for row in rows],
                _("Status"): [_(place_register.STATUS_LABELS[row.place.status]) for row in rows],
            },
            index=pd.Index([row.place.reference for row in rows], name=_("No.")),
        )
    )


def _asked(row: place_register.RegisterRow) -> str:
    if row.place.is_asked:
        return _("asked {day}").format(day=wording.day(row.place.asked_on))
    return _("**not asked yet**")


def _next_action(row: place_register.RegisterRow) -> str:
    action = row.next_action
    if action is None:
        return _("none planned")
    who = f"{wording.plain(action.owner_role)}, {wording.label('agencies', action.agency)}"
    return f"{wording.plain(action.what)} – {who}, {wording.day(action.due_on)}"
