"""Proposing a place: where it is, what it is called, what young people say, why, what is good there, one action.

A meeting fills it in together: nothing may name a person, a word that blames is named with a better one, and what is not
known yet is left as not known.
"""

import datetime
from collections.abc import Callable
from typing import Any

import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import N_, _
from csg_maps.layers.hotspot_layer import hotspot_layer
from csg_maps.layers.map_page import make_map
from csg_maps.model.registered_place import LONGEST, MARKINGS, FirstAction, ProposedPlace, default_review
from csg_maps.model.vocabulary import codes
from csg_maps.views import cached, map_view, place_where, state, wording
from csg_maps.workflows import place_ground, place_names, place_register, place_story
from csg_maps.workflows.kinds_near import PARK, STREET, TRANSPORT, naming_group

ASKED = {"no": N_("Not asked yet"), "yes": N_("Asked")}
_TYPE_OF = {PARK: "park", TRANSPORT: "transport", STREET: "street"}
ACTION_WEEKS = 4


def show(store: Any, actor: Any, draft: place_ground.PlaceGround) -> None:
    """Draw the form of a proposal."""
    key = f"places.new.{state.remembered('places.draft_number', 0)}"
    near = place_names.things_near(store, draft.cells)
    st.subheader(_("Propose a place"), anchor=False)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _show_where(store, actor, draft, near)
    with right:
        _show_fields(store, draft, near, key)
        place_where.show_failure()  # beside the button, where the eye is
        with st.container(horizontal=True):
            st.button(
                _("Put it into the register"),
                key=f"{key}.keep",
                type="primary",
                on_click=_keep,
                args=(store, actor, draft, key),
            )
            st.button(_("Leave it"), key=f"{key}.leave", on_click=leave_draft)


def leave_draft() -> None:
    """Go back to the register without proposing."""
    state.forget("places.draft")


def _show_where(store: Any, actor: Any, draft: place_ground.PlaceGround, near: tuple[place_names.Near, ...]) -> None:
    ground = cached.ground(store, actor)
    bounds = place_ground.bounds_around(draft.cells)
    map_view.show_map(
        make_map(ground.shapes, bounds),
        [hotspot_layer(place_ground.outline(draft.cells))],
        key="places.form",
        filter_key=str(hash(draft.cells)),
        bounds=bounds,
        height_px=380,
    )
    st.text("\n".join(place_story.ground_words(store, draft.cells, near)))
    place_where.show_overlaps(store, draft.cells)


def _show_fields(store: Any, draft: place_ground.PlaceGround, near: tuple[place_names.Near, ...], key: str) -> None:
    suggested = place_names.suggest_names(store, draft.cells, near)
    name_column, welsh_column = st.columns(2)
    name = name_column.selectbox(
        _("Name"),
        [one.name for one in suggested],
        index=0 if suggested else None,
        accept_new_options=True,
        placeholder=_("Type a name"),
        key=f"{key}.name",
        help=_(
            "After a street, a park or a stop; never a business, a school or an estate. Choose one or type your own."
        ),
    )
    welsh = next((one.name_cy for one in suggested if one.name == name), "")
    # one key for each name chosen, so that the Welsh that belongs to it is offered
    cy_key = f"{key}.name_cy.{[one.name for one in suggested].index(str(name)) if welsh else 'own'}"
    state.remember("places.cy_key", cy_key)
    welsh_column.text_input(_("Welsh name, if there is one"), value=welsh, max_chars=LONGEST["name"], key=cy_key)
    asked = st.radio(
        _("Young people's view"),
        list(ASKED),
        format_func=lambda code: _(ASKED[code]),
        horizontal=True,
        key=f"{key}.asked",
    )
    if asked == "yes":
        _text_area(_("What young people say"), f"{key}.young_people", _("In their words or yours; nobody is named."))
        st.date_input(_("Asked on"), value="today", max_value="today", format="DD/MM/YYYY", key=f"{key}.asked_on")
    _text_area(
        _("Why this place"), f"{key}.why", _("What about the place lets harm happen. No names, no addresses of people.")
    )
    harms = state.remembered("places.draft_harms", ())
    type_column, harm_column = st.columns(2)
    types = [code.code for code in codes("place_types")]
    type_column.selectbox(
        _("Kind of place"),
        types,
        index=types.index(_type_of(str(name or ""), near)),
        format_func=lambda code: wording.label("place_types", code),
        key=f"{key}.type",
    )
    _seed(f"{key}.harms", lambda: list(harms))
    harm_column.multiselect(
        _("Harms"),
        [code.code for code in codes("harms")],
        format_func=lambda code: wording.label("harms", code),
        placeholder=_("Choose"),
        key=f"{key}.harms",
    )
    strengths = place_names.strengths_near(store, draft.cells, near)
    _seed(f"{key}.strengths", lambda: list(strengths[:3]))
    st.multiselect(
        _("Strengths there"),
        strengths,
        accept_new_options=True,
        placeholder=_("Choose, or type one"),
        key=f"{key}.strengths",
        help=_(
            "What is good: parks, youth provision, safe places, adults who look out. From the assets within five minutes' walk."
        ),
    )
    _show_action(key)


def _show_action(key: str) -> None:
    st.markdown(f"**{_('One action to begin with')}**")
    _text_area(
        _("What will be done"), f"{key}.what", _("Something about the place: light, adults there, something on offer.")
    )
    kind, agency = st.columns(2)
    role, due = st.columns(2)
    kind.selectbox(
        _("Kind of action"),
        [code.code for code in codes("action_types")],
        format_func=lambda code: wording.label("action_types", code).partition(":")[0],
        key=f"{key}.action_type",
    )
    agency.selectbox(
        _("Owner"),
        [code.code for code in codes("agencies")],
        index=[code.code for code in codes("agencies")].index("community_safety"),
        format_func=lambda code: wording.label("agencies", code),
        key=f"{key}.agency",
    )
    role.text_input(_("Role of the owner"), placeholder=_("Team leader"), max_chars=LONGEST["name"], key=f"{key}.role")
    today = datetime.date.today()
    due.date_input(
        _("Due"),
        value=today + datetime.timedelta(weeks=ACTION_WEEKS),
        min_value="today",
        format="DD/MM/YYYY",
        key=f"{key}.due",
    )
    review, marking = st.columns(2)
    review.date_input(
        _("Review date"),
        value=datetime.date.fromisoformat(default_review(today)),
        min_value=today + datetime.timedelta(days=1),
        format="DD/MM/YYYY",
        key=f"{key}.review",
        help=_("Set to twelve weeks from today; change it if the place needs a look sooner."),
    )
    marking.selectbox(_("Marking"), MARKINGS, key=f"{key}.marking")


def _text_area(label: str, key: str, shown_help: str) -> None:
    text = st.text_area(label, max_chars=LONGEST["text"], height=80, key=key, help=shown_help)
    show_advice(text)


def show_advice(text: str) -> None:
    """Name each word that blames, with a better one."""
    for line in place_register.advice(text or ""):
        st.warning(wording.plain(line))


def _seed(key: str, value: Callable[[], Any]) -> None:
    if key not in st.session_state:
        st.session_state[key] = value()


def _type_of(name: str, near: tuple[place_names.Near, ...]) -> str:
    named = [thing for thing in near if thing.name and thing.name in name]
    return next((_TYPE_OF[group] for thing in named if (group := naming_group(thing.kind))), "other")


def _keep(store: Any, actor: Any, draft: place_ground.PlaceGround, key: str) -> None:
    def said(field: str) -> Any:
        return st.session_state.get(f"{key}.{field}")

    is_asked = said("asked") == "yes"
    proposed = ProposedPlace(
        name=str(said("name") or ""),
        name_cy=str(st.session_state.get(state.remembered("places.cy_key", "")) or ""),
        cells=draft.cells,
        origin=draft.origin,
        origin_key=draft.origin_key,
        place_type=said("type"),
        harms=tuple(said("harms") or ()),
        why=said("why") or "",
        young_people=(said("young_people") or "") if is_asked else "",
        asked_on=str(said("asked_on") or "") if is_asked else "",
        strengths=tuple(said("strengths") or ()),
        review_on=str(said("review") or ""),
        marking=said("marking"),
        action=FirstAction(
            what=said("what") or "",
            action_type=said("action_type"),
            agency=said("agency"),
            owner_role=said("role") or "",
            due_on=str(said("due") or ""),
        ),
    )
    try:
        place = place_register.propose(store, actor, proposed)
    except CsgMapsError as problem:
        state.remember("places.failed", str(problem))
        return
    state.forget("places.draft")
    state.remember("places.open", place.reference)
    state.remember(
        "places.said",
        _("{name} is in the register as {reference}; it is reviewed on {day}.").format(
            name=place_ground.name_of(place), reference=place.reference, day=wording.day(place.review_on)
        ),
    )
