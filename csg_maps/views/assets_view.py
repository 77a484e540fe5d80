"""Assets.

An analyst asks: which schools, stops, parks, safe places do we have, are they right, and who looked last? They see the kinds
with their marks, a map, a list, one asset to mend, what is due for review; and a way to add a list.
"""

import datetime
from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import _
from csg_maps.layers.asset_layer import asset_layer
from csg_maps.layers.map_page import make_map
from csg_maps.model.asset import Asset, asset_kinds
from csg_maps.model.opening_hours import DAYS, format_day, format_hours
from csg_maps.model.vocabulary import labels
from csg_maps.views import (
    asset_contacts_view,
    asset_upload_view,
    assets_beside,
    cached,
    map_view,
    opened,
    state,
    wording,
)
from csg_maps.workflows import assets, assets_near, picture

PAGE = "assets"
LISTED = 100
_TEXT_FIELDS = ("name", "name_cy", "verified_by")
_DATE_FIELDS = ("verified_on", "review_on")


def show() -> None:
    """Draw the page."""
    store, actor = opened.store(), opened.actor()
    show_messages()
    counted = assets.count_kinds(store, actor)
    due = assets.review_due(store, actor, datetime.date.today()) if counted else ()
    listed, added, reviewed, contacts = st.tabs(
        [_("All assets"), _("Add a list"), _("Due for review"), _("Contacts of guardians")],
        key=f"assets.{state.language()}.tabs",
        on_change="rerun",
    )
    with listed:
        if counted:  # a map that begins its life out of sight has no height, and keeps none
            _show_all(store, actor, counted, is_seen=bool(listed.open))
        else:
            st.text(_("There are no assets yet. Add a list of schools, stops, parks, takeaways or safe places."))
        _show_removed(store, actor)
    with added:
        asset_upload_view.show(store, actor)
    with reviewed:
        _show_due(due)
    with contacts:
        asset_contacts_view.show(store, actor)


def show_messages() -> None:
    """What the last click did, once."""
    said: tuple[str, ...] = state.remembered("assets.said", ())
    with st.container(
        key="assets.messages"
    ):  # always there: what follows keeps its place, and stays open, when it empties
        for line in said:
            st.success(wording.plain(line))
        if failed := state.remembered("assets.failed", ""):
            st.error(wording.plain(failed))
    state.forget("assets.said")
    state.forget("assets.failed")


def _show_all(store: Any, actor: Any, counted: dict[str, int], *, is_seen: bool) -> None:
    left, right = st.columns([2, 3], gap="medium")
    with left:
        assets_beside.show_kinds(counted)
    with right:
        names = {kind: assets.kind_label(kind) for kind in counted}
        key = state.key_in_language(PAGE, ("kind",))
        kind = st.selectbox(
            _("Show one kind"),
            list(counted),
            index=None,
            format_func=lambda code: names.get(code, code),
            placeholder=_("all kinds"),
            key=f"{key}.kind",
        )
        kinds = (kind,) if kind in counted else tuple(counted)
        if is_seen:
            _show_map(store, actor, kinds)
    find, choose = st.columns(2, gap="medium")
    search = find.text_input(
        _("Find by name"), key="assets.search", help=_("A part of the English or the Welsh name."), max_chars=80
    )
    wanted = " ".join(search.split()).casefold()
    listed = [
        asset
        for asset in assets.list_assets(store, actor, kinds=kinds)
        if wanted in asset.name.casefold() or wanted in asset.name_cy.casefold()
    ]
    if listed:
        with choose:
            chosen = _choose(listed)
        if chosen is not None:
            _show_one(store, actor, chosen)
    _show_list(listed)


def _show_map(store: Any, actor: Any, kinds: tuple[str, ...]) -> None:
    ground = cached.ground(store, actor)
    marks = assets_near.marks(store, actor, kinds)
    known = asset_kinds()
    if marks.drawn < marks.total:
        st.caption(
            _("{drawn} of {total} assets are drawn, spread over the list. Choose one kind to see more of it.").format(
                drawn=wording.number(marks.drawn), total=wording.number(marks.total)
            )
        )
    layer = asset_layer([(known[kind].shape, known[kind].mark, points) for kind, points in marks.points])
    bounds = assets_near.bounds_of(marks) if ground.bounds == picture.BRITAIN else ground.bounds
    map_view.show_map(
        make_map(ground.shapes, bounds),
        [layer],
        key=PAGE,
        filter_key=repr(kinds),
        bounds=bounds,
        height_px=420,
    )


def _show_list(listed: list[Asset]) -> None:
    if not listed:
        st.text(_("No asset has this in its name."))
        return
    shown = listed[:LISTED]
    st.table(
        pd.DataFrame(
            {
                _("Kind"): [wording.plain(assets.kind_label(asset.kind)) for asset in shown],
                _("Open"): [wording.plain(format_hours(asset.hours)) or _("not known") for asset in shown],
                _("Verified"): [_verified(asset) for asset in shown],
                _("Review"): [asset.review_on for asset in shown],
                _("Source"): [wording.plain(asset.source) for asset in shown],
            },
            index=pd.Index([wording.plain(assets_beside.name_of(asset)) for asset in shown], name=_("Name")),
        )
    )
    if len(listed) > LISTED:
        words = _("{shown} of {total} are listed. Choose a kind, or find one by its name.")
        st.text(words.format(shown=LISTED, total=wording.number(len(listed))))


def _verified(asset: Asset) -> str:
    return wording.plain(f"{asset.verified_on} {asset.verified_by}") if asset.verified_on else _("never")


def option_label(asset: Asset) -> str:
    """An asset in a list of choices: name, kind, and where it came from when it has no name."""
    return f"{assets_beside.name_of(asset)} – {assets.kind_label(asset.kind)}"


def _choose(listed: list[Asset]) -> Asset | None:
    by_id = {asset.asset_id: asset for asset in listed}
    chosen = st.selectbox(
        _("Open an asset"),
        list(by_id),
        index=None,
        format_func=lambda asset_id: option_label(by_id[asset_id]) if asset_id in by_id else "",
        placeholder=_("Choose an asset"),
        key="assets.open",
    )
    return by_id.get(str(chosen))


def _show_one(store: Any, actor: Any, asset: Asset) -> None:
    key = f"assets.one.{asset.asset_id}.{asset.version}"
    with st.container(border=True, key="assets.one"):
        st.subheader(wording.plain(assets_beside.name_of(asset)), anchor=False)
        with st.form(f"{key}.form", border=False):
            left, right = st.columns(2, gap="medium")
            with left:
                st.text_input(
                    _("Name of the place"), asset.name, key=f"{key}.name", help=_("Never the name of a person.")
                )
                st.text_input(_("Welsh name"), asset.name_cy, key=f"{key}.name_cy")
                kinds = list(asset_kinds())
                st.selectbox(
                    _("Kind"), kinds, index=kinds.index(asset.kind), format_func=assets.kind_label, key=f"{key}.kind"
                )
                st.text_input(
                    _("Verified by"), asset.verified_by, key=f"{key}.verified_by", help=_("A role or a team.")
                )
                for name, label in (("verified_on", _("Verified on")), ("review_on", _("Review on"))):
                    held = getattr(asset, name)
                    st.date_input(
                        label,
                        datetime.date.fromisoformat(held) if held else None,
                        format="YYYY-MM-DD",
                        key=f"{key}.{name}",
                    )
            with right:
                st.text(
                    _(
                        "Opening hours: like 09:00-17:00, several with a comma between them, or closed. Blank: not known."
                    )
                )
                for day in DAYS:
                    name = _(labels("weekdays")[str(day)])
                    st.text_input(name, format_day(asset.hours.of_day(day)), key=f"{key}.day{day}")
            st.form_submit_button(_("Save"), type="primary", on_click=_save, args=(store, actor, asset, key))
        with st.container(horizontal=True):
            st.button(
                _("Take it away"),
                key=f"{key}.remove",
                on_click=_act,
                args=(store, actor, asset, "remove"),
                help=_("It leaves every list and map, and can be brought back. A later list does not bring it back."),
            )
        st.caption(
            _("From {source}; last changed {when} UTC by {who}.").format(
                source=wording.plain(asset.source),
                when=asset.changed_at[:16].replace("T", " "),
                who=wording.plain(asset.changed_by),
            )
        )


def _save(store: Any, actor: Any, asset: Asset, key: str) -> None:
    session = st.session_state
    fields: dict[str, Any] = {name: session.get(f"{key}.{name}", "") for name in _TEXT_FIELDS}
    for name in _DATE_FIELDS:
        day = session.get(f"{key}.{name}")
        fields[name] = day.isoformat() if day else ""
    try:
        hours = assets.hours_of_days({day: session.get(f"{key}.day{day}", "") for day in DAYS})
        assets.edit(store, actor, asset, kind=session[f"{key}.kind"], hours=hours, **fields)
    except CsgMapsError as problem:
        state.remember("assets.failed", str(problem))
        return
    state.remember("assets.said", (_("{name} is saved.").format(name=assets_beside.name_of(asset)),))


def _act(store: Any, actor: Any, asset: Asset, what: str) -> None:
    name = assets_beside.name_of(asset)
    try:
        if what == "remove":
            assets.remove(store, actor, asset)
            state.remember("assets.said", (_("{name} is taken away. It can be brought back below.").format(name=name),))
        else:
            assets.restore(store, actor, asset)
            state.remember("assets.said", (_("{name} is back.").format(name=name),))
    except CsgMapsError as problem:
        state.remember("assets.failed", str(problem))


def _show_removed(store: Any, actor: Any) -> None:
    removed = {asset.asset_id: asset for asset in assets.list_assets(store, actor, removed=True)}
    if not removed:
        return
    with st.expander(_("Taken away ({count})").format(count=wording.number(len(removed))), key="assets.removed.box"):
        chosen = st.selectbox(
            _("Bring one back"),
            list(removed),
            index=None,
            format_func=lambda asset_id: option_label(removed[asset_id]) if asset_id in removed else "",
            placeholder=_("Choose an asset"),
            key="assets.removed",
        )
        if chosen in removed:
            st.button(
                _("Bring it back"),
                key="assets.restore",
                on_click=_act,
                args=(store, actor, removed[chosen], "restore"),
            )


def _show_due(due: tuple[Asset, ...]) -> None:
    if not due:
        st.text(_("Nothing is due for review within 30 days."))
        return
    today = datetime.date.today().isoformat()
    overdue = sum(asset.review_on <= today for asset in due)
    st.text(
        _("{overdue} are due, {soon} within 30 days.").format(
            overdue=wording.number(overdue), soon=wording.number(len(due) - overdue)
        )
    )
    st.table(
        pd.DataFrame(
            {
                _("Review"): [
                    _("{day}: due").format(day=asset.review_on) if asset.review_on <= today else asset.review_on
                    for asset in due[:LISTED]
                ],
                _("Kind"): [wording.plain(assets.kind_label(asset.kind)) for asset in due[:LISTED]],
                _("Verified"): [_verified(asset) for asset in due[:LISTED]],
                _("Source"): [wording.plain(asset.source) for asset in due[:LISTED]],
            },
            index=pd.Index([wording.plain(assets_beside.name_of(asset)) for asset in due[:LISTED]], name=_("Name")),
        )
    )
    if len(due) > LISTED:
        words = _("{shown} of {total} are listed. The longest overdue come first.")
        st.text(words.format(shown=LISTED, total=wording.number(len(due))))
    st.text(
        _("Open one under All assets, look whether it is still right, and set who verified it and the next review.")
    )
