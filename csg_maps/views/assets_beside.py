"""Assets beside hotspots: a layer to switch on by kind, its legend and table, and what is near the place that is open."""

from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.i18n import _, n_
from csg_maps.layers.asset_layer import asset_layer, symbol
from csg_maps.model.asset import RINGS_M, NearAsset, asset_kinds
from csg_maps.views import filters, state, wording
from csg_maps.views.state import Selection
from csg_maps.workflows import assets, assets_near

PAGE = "hotspots.beside"
LISTED = 40
"""So many of a ring are listed; the counts above the lists are of all."""


def chosen_kinds(store: Any, actor: Any) -> tuple[str, ...]:
    """The control above the map; the kinds that are switched on, () where there are no assets."""
    counted = assets.count_kinds(store, actor)
    if not counted:
        return ()
    key = state.key_in_language(PAGE, ("kinds",))
    labels = {kind: f"{assets.kind_label(kind)} ({wording.number(count)})" for kind, count in counted.items()}
    chosen = st.multiselect(
        _("Show beside the hotspots"),
        list(counted),
        format_func=lambda kind: labels.get(kind, kind),
        key=f"{key}.kinds",
        placeholder=_("Choose kinds of assets"),
        help=_("Each kind has a shape and letters of its own. They are drawn over the map; counts do not change."),
    )
    return tuple(kind for kind in chosen if kind in counted)


def layer(store: Any, actor: Any, kinds: tuple[str, ...], around: list[tuple[float, float]]) -> list[Any]:
    """The layer of these kinds, [] when none is chosen; where there are too many, those nearest to `around`."""
    if not kinds:
        return []
    marks = assets_near.marks(store, actor, kinds, around)
    known = asset_kinds()
    if marks.drawn < marks.total:
        st.caption(
            _(
                "{drawn} of {total} assets are drawn: those nearest to the place that is open, or to the first places."
            ).format(drawn=wording.number(marks.drawn), total=wording.number(marks.total))
        )
    return [asset_layer([(known[kind].shape, known[kind].mark, points) for kind, points in marks.points])]


def show_legend(store: Any, actor: Any, kinds: tuple[str, ...]) -> None:
    """The marks of these kinds with their names, and the assets as a table."""
    if not kinds:
        return
    listed = assets.list_assets(store, actor, kinds=kinds)
    show_kinds({kind: sum(asset.kind == kind for asset in listed) for kind in kinds})
    with st.expander(_("These assets as a table")):
        st.table(
            pd.DataFrame(
                {
                    _("Kind"): [
                        wording.plain(assets.kind_label(asset.kind)) for asset in listed[: assets_near.MOST_MARKS]
                    ]
                },
                index=pd.Index(
                    [wording.plain(name_of(asset)) for asset in listed[: assets_near.MOST_MARKS]], name=_("Name")
                ),
            )
        )
        if len(listed) > assets_near.MOST_MARKS:
            st.text(_("The first {most} are listed. The page Assets has all.").format(most=assets_near.MOST_MARKS))


def show_kinds(counted: dict[str, int]) -> None:
    """Kinds with their marks and how many there are, as a table of symbols."""
    known = asset_kinds()
    heading = f"| {_('Symbol')} | {_('Letters')} | {_('Kind')} | {_('Assets')} |\n|---|---|---|---|\n"
    lines = "\n".join(
        f"| ![]({symbol(known[kind].shape, known[kind].mark)}) | {known[kind].mark} | "
        f"{wording.plain(assets.kind_label(kind))} | {wording.number(count)} |"
        for kind, count in counted.items()
    )
    st.markdown(heading + lines)


def name_of(asset: Any) -> str:
    """The name of an asset, or that it has none."""
    return assets.shown_name(asset) or _("no name")


def show_near(store: Any, actor: Any, choice: filters.Choice, selected: Selection) -> None:
    """What is near the place that is open, by walking distance: counts of every ring, then the lists."""
    moments = assets_near.moments_of(choice.chosen)
    found = assets_near.near_place(store, actor, choice.place, selected.cell or selected.area_code, moments=moments)
    st.markdown(f"**{_('What is near')}**")
    if not found:
        counted = assets.count_kinds(store, actor)
        none_near = _("No asset that is held lies within 800 m.")
        st.text(
            none_near if counted else _("No assets are held yet. Add schools, stops, parks and others under Assets.")
        )
        return
    show_rings(found, open_heading=_("Open at the hours chosen") if moments else _("Open now"))


def show_rings(found: tuple[NearAsset, ...], *, open_heading: str) -> None:
    """The rings of what is near: counts by kind, then each ring's list."""
    st.caption(_(assets_near.HOW_MEASURED))
    kinds = [kind for kind in asset_kinds() if any(one.asset.kind == kind for one in found)]
    st.table(
        pd.DataFrame(
            {
                _("Within {metres} m").format(metres=ring): [
                    wording.number(sum(one.asset.kind == kind and one.ring_m <= ring for one in found))
                    for kind in kinds
                ]
                for ring in RINGS_M
            },
            index=pd.Index([wording.plain(assets.kind_label(kind)) for kind in kinds], name=_("Kind")),
        )
    )
    before = 0
    for ring in RINGS_M:
        inside = [one for one in found if one.ring_m == ring]
        if inside:
            _show_ring(inside, ring, before, open_heading)
        before = ring


def _show_ring(inside: list[NearAsset], ring: int, before: int, open_heading: str) -> None:
    heading = (
        assets_near.ring_words(ring) if not before else _("{before} to {metres} m").format(before=before, metres=ring)
    )
    with st.expander(f"{heading} – {n_('{count} asset', '{count} assets', len(inside))}", expanded=not before):
        columns = {
            _("Kind"): [wording.plain(assets.kind_label(one.asset.kind)) for one in inside[:LISTED]],
            _("Name"): [wording.plain(name_of(one.asset)) for one in inside[:LISTED]],
        }
        states = [assets_near.open_words(one.open_share) for one in inside[:LISTED]]
        if any(states):
            columns[open_heading] = [words or _("not known") for words in states]
        distances = [_("in it") if not one.distance_m else f"{one.distance_m} m" for one in inside[:LISTED]]
        st.table(pd.DataFrame(columns, index=pd.Index(distances, name=_("Distance"))))
        if len(inside) > LISTED:
            st.text(_("The nearest {most} are listed.").format(most=LISTED))
