"""Contacts of community guardians: a restricted table, read only on request, and each reading is recorded."""

import datetime
from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import _, n_
from csg_maps.model.asset import Asset, GuardianContact
from csg_maps.views import assets_beside, state, wording
from csg_maps.workflows import assets

_FIELDS = ("name", "role", "phone", "email")


def show(store: Any, actor: Any) -> None:
    """Draw the tab: how many there are; who they are only after a click, which is recorded."""
    if not assets.may_see_contacts(actor):
        st.text(_("Your account may not see contacts. Ask whoever manages accounts."))
        return
    count = assets.count_contacts(store, actor)
    st.text(
        _(
            "People who agreed to be listed, so that they can be reached. They are on no map, in no export and in no list."
        )
    )
    guardians = {asset.asset_id: asset for asset in assets.list_assets(store, actor, kinds=("guardian", "safe_place"))}
    read: tuple[GuardianContact, ...] = state.remembered("assets.contacts", ())
    if count and not read:
        st.button(
            n_("Show {count} contact (this is recorded)", "Show {count} contacts (this is recorded)", count),
            key="assets.contacts.show",
            on_click=_read,
            args=(store, actor),
        )
    elif not count:
        st.text(_("No contact is held yet."))
    if read:
        _show_read(store, actor, read)
    if not guardians:
        st.text(_("Add community guardians or safe places as assets first; then the people behind them can be listed."))
        return
    _show_add(store, actor, guardians)


def _read(store: Any, actor: Any) -> None:
    try:
        state.remember("assets.contacts", assets.contacts(store, actor))
    except CsgMapsError as problem:
        state.remember("assets.failed", str(problem))


def _show_read(store: Any, actor: Any, read: tuple[GuardianContact, ...]) -> None:
    named = {asset.asset_id: assets_beside.name_of(asset) for asset in assets.list_assets(store, actor)}
    st.table(
        pd.DataFrame(
            {
                _("Asset"): [wording.plain(named.get(one.asset_id, _("taken away"))) for one in read],
                _("Role"): [wording.plain(one.role) for one in read],
                _("Telephone"): [wording.plain(one.phone) for one in read],
                _("E-mail"): [wording.plain(one.email) for one in read],
                _("Agreed on"): [one.agreed_on for one in read],
            },
            index=pd.Index([wording.plain(one.name) for one in read], name=_("Name")),
        )
    )
    by_id = {one.contact_id: one for one in read}
    chosen = st.selectbox(
        _("Delete a contact"),
        list(by_id),
        index=None,
        format_func=lambda contact_id: by_id[contact_id].name if contact_id in by_id else "",
        placeholder=_("Choose a person"),
        key="assets.contacts.one",
        help=_("For somebody who wants to be listed no longer. It cannot be brought back."),
    )
    with st.container(horizontal=True):
        if chosen in by_id:
            st.button(
                _("Delete for good"), key="assets.contacts.delete", on_click=_delete, args=(store, actor, by_id[chosen])
            )
        st.button(_("Hide the contacts"), key="assets.contacts.hide", on_click=lambda: state.forget("assets.contacts"))


def _delete(store: Any, actor: Any, contact: GuardianContact) -> None:
    try:
        assets.delete_contact(store, actor, contact)
    except CsgMapsError as problem:
        state.remember("assets.failed", str(problem))
        return
    state.forget("assets.contacts")
    state.remember("assets.said", (_("The contact is deleted."),))


def _show_add(store: Any, actor: Any, guardians: dict[str, Asset]) -> None:
    turn = state.remembered("assets.contacts.turn", 0)
    key = f"assets.contacts.add.{turn}"
    with st.expander(_("Add a contact")), st.form(f"{key}.form", border=False):
        st.selectbox(
            _("Asset"),
            list(guardians),
            format_func=lambda asset_id: assets_beside.name_of(guardians[asset_id]),
            key=f"{key}.asset",
        )
        left, right = st.columns(2)
        left.text_input(_("Name of the person"), key=f"{key}.name", max_chars=120)
        right.text_input(_("Role"), key=f"{key}.role", max_chars=120)
        left.text_input(_("Telephone"), key=f"{key}.phone", max_chars=30)
        right.text_input(_("E-mail"), key=f"{key}.email", max_chars=120)
        st.date_input(
            _("Agreed to be listed on"), None, format="YYYY-MM-DD", max_value=datetime.date.today(), key=f"{key}.agreed"
        )
        st.form_submit_button(_("Add this contact"), on_click=_add, args=(store, actor, key, turn))


def _add(store: Any, actor: Any, key: str, turn: int) -> None:
    session = st.session_state
    agreed = session.get(f"{key}.agreed")
    fields = {name: session.get(f"{key}.{name}", "") for name in _FIELDS}
    try:
        assets.add_contact(
            store, actor, session[f"{key}.asset"], agreed_on=agreed.isoformat() if agreed else "", **fields
        )
    except CsgMapsError as problem:
        state.remember("assets.failed", str(problem))
        return
    state.forget("assets.contacts")
    state.remember("assets.contacts.turn", turn + 1)
    state.remember("assets.said", (_("The contact is kept, apart from the assets."),))
