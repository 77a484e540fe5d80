"""The map of hotspots.

A community safety officer, or a meeting at a wall, asks: where do concerns come together, and is it more than chance?
First they see one sentence with the answer, then map and ranking side by side, then one place in detail.
"""

from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import _, n_
from csg_maps.layers.hotspot_layer import hotspot_layer, number_layer
from csg_maps.layers.legend import legend
from csg_maps.layers.map_page import make_map
from csg_maps.model.filters import CellPlace
from csg_maps.views import (
    assets_beside,
    cached,
    filters,
    map_view,
    opened,
    place_where,
    places_layer_view,
    profile_view,
    state,
    wording,
)
from csg_maps.views.state import Selection
from csg_maps.workflows import explore, picture, place_profile, takeaway
from csg_maps.workflows.explore import HotspotResult

PAGE = "hotspots"
SHOWN = 10
OFFERED = 50


def show() -> None:
    """Draw the page."""
    place_where.go_when_asked()
    store, actor = opened.store(), opened.actor()
    choice = filters.show(store, actor, key=PAGE)
    try:
        with st.spinner(_("Counting")):
            result, drawn = cached.hotspots(
                store,
                actor,
                choice.chosen,
                choice.place,
                method=choice.method,
                bandwidth_m=choice.bandwidth_m,
                expected=choice.expected,
            )
    except CsgMapsError as problem:
        st.warning(wording.plain(problem))
        return
    if not result.records:
        _show_nothing(store, actor, choice)
        return
    _show_headline(result)
    filter_key = repr((choice.chosen, choice.place, choice.method, choice.expected, choice.bandwidth_m))
    selected = _selected(filter_key, choice)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _show_map(store, actor, choice, drawn=drawn, filter_key=filter_key, selected=selected)
    with right:
        _show_ranking(store, actor, choice, result)
    with st.expander(_("How this was made")):
        for sentence in result.sentences:
            st.text(sentence)
    profile_view.show(store, actor, choice, selected)


def _show_nothing(store: Any, actor: Any, choice: filters.Choice) -> None:
    held = cached.holdings(store, actor)
    if choice.chosen.evidence == "concern" and not held.concerns and held.background:
        count = wording.number(held.background)
        words = _("There are no concerns yet. {count} background records are held: recorded crime, counted apart.")
        st.info(words.format(count=count))
        st.button(_("Show the background"), key=f"{PAGE}.background", type="primary", on_click=_show_background)
    elif choice.chosen.evidence == "concern" and not held.concerns:
        st.info(_("There is nothing to map yet. Add a file first."))
        st.page_link("pages/1_Upload.py", label=_("Add a file"), icon=wording.ONWARDS)
    else:
        st.info(_("Nothing matches these choices. Take one of them away, or choose more months."))


def _show_background() -> None:
    st.session_state[f"{PAGE}.{state.language()}.evidence"] = "background"


def _show_headline(result: HotspotResult) -> None:
    found = explore.hotspots_of(result)
    away = n_("{count} is not on the map", "{count} are not on the map", result.not_on_map)
    counted = _("{records} records; {away}").format(records=wording.number(result.records), away=away)
    if result.method == "gi-star" and result.declined:
        st.subheader(_("Counts only"), anchor=False)
        st.text(result.declined)
    elif result.method == "gi-star" and len(found):
        st.subheader(n_("{count} hotspot found", "{count} hotspots found", len(found)), anchor=False)
    elif result.method == "gi-star" and (result.table["class"] == "too_few").any():
        st.subheader(
            _("No hotspot found: where there is more than expected, there are too few records or dates"), anchor=False
        )
    elif result.method == "gi-star":
        st.subheader(_("No hotspot found: nothing here is more than chance would bring"), anchor=False)
    elif result.method == "density":
        st.subheader(_("Density: a smoothed picture, not a test"), anchor=False)
    else:
        st.subheader(_("Counts: how many, not whether it is more than chance"), anchor=False)
    st.text(counted)


def _selected(filter_key: str, choice: filters.Choice) -> Selection:
    """The place that is open; none when the filter changed since it was opened."""
    if state.remembered("hotspots.filter", "") != filter_key:
        state.remember("hotspots.filter", filter_key)
        state.set_selection(Selection())
    selected = state.selection()
    fits = bool(selected.cell) if isinstance(choice.place, CellPlace) else bool(selected.area_code)
    return selected if fits else Selection()


def _selection(choice: filters.Choice, key: int | str) -> Selection:
    if isinstance(choice.place, CellPlace):
        return Selection(cell=int(key))
    return Selection(layer_id=choice.place.layer_id, area_code=str(key))


def _show_map(
    store: Any,
    actor: Any,
    choice: filters.Choice,
    *,
    drawn: picture.Picture,
    filter_key: str,
    selected: Selection,
) -> None:
    ground = cached.ground(store, actor)
    layers = [number_layer(drawn.shapes, [p[0] for p in drawn.numbered], [p[1] for p in drawn.numbered])]
    if not selected.is_empty:
        key = selected.cell or selected.area_code
        layers.append(hotspot_layer(picture.selected_shapes(store, choice.place, key)))
    layers += places_layer_view.chosen_layer(store, actor)
    kinds = assets_beside.chosen_kinds(store, actor)
    around = list(drawn.numbered) if selected.is_empty else [picture.middle_of(store, choice.place, key)]
    layers += assets_beside.layer(store, actor, kinds, around)
    click = map_view.show_map(
        make_map(ground.shapes, ground.bounds), layers, key=PAGE, filter_key=filter_key, bounds=ground.bounds
    )
    if click is not None:
        key = picture.place_at(store, choice.place, click.latitude, click.longitude)
        if key and key != (selected.cell or selected.area_code):
            state.set_selection(_selection(choice, key))
            st.rerun()
    caption = _("Numbers 1 to 10 on the map are the first rows of the table. A click opens a place.")
    map_view.show_legend(legend(drawn.legend), caption)
    assets_beside.show_legend(store, actor, kinds)
    places_layer_view.show_table(store, actor)


def _show_ranking(store: Any, actor: Any, choice: filters.Choice, result: HotspotResult) -> None:
    table = result.table[result.table["count"] > 0].head(OFFERED)
    names = place_names(store, choice, table)
    shown = pd.DataFrame(
        {
            _("Place"): [wording.plain(name) for name in names],
            _("Records"): [wording.number(count) for count in table["count"]],
            _("Dates"): [wording.number(dates) for dates in table["dates"]],
        },
        index=pd.Index([str(rank) for rank in table["rank"]], name=_("No.")),
    )
    if result.method == "density":
        shown[_("Per km²")] = ["" if pd.isna(value) else f"{value:.1f}" for value in table["density"]]
    elif not result.declined and result.method == "gi-star":
        ratio = table["ratio"]
        shown[_("Times expected, with neighbours")] = ["" if pd.isna(value) else f"{value:.1f}" for value in ratio]
        shown[_("What it is")] = [explore.class_words(code) for code in table["class"]]
    st.table(shown.head(SHOWN))
    keys = table[_key_column(choice)].tolist()
    labels = {
        key: f"{rank}. {name} – {count}"
        for key, rank, name, count in zip(keys, table["rank"], names, table["count"], strict=True)
    }
    st.selectbox(
        _("Open a place from the table"),
        keys,
        index=None,
        format_func=lambda key: labels.get(key, ""),
        placeholder=_("Choose a place"),
        key=f"{PAGE}.open",
        on_change=_open_from_table,
        args=(choice,),
    )
    st.download_button(
        _("Download the whole table (CSV)"),
        data=lambda: takeaway.csv_for_download(store, actor, result),
        file_name=takeaway.export_name(result),
        mime="text/csv",
        key=f"{PAGE}.download",
    )


def _open_from_table(choice: filters.Choice) -> None:
    key = st.session_state.get(f"{PAGE}.open")
    if key:
        state.set_selection(_selection(choice, key))


def _key_column(choice: filters.Choice) -> str:
    return "cell" if isinstance(choice.place, CellPlace) else "area_code"


def place_names(store: Any, choice: filters.Choice, table: pd.DataFrame) -> list[str]:
    """What the rows are called: an area by its name, a cell by the area around it."""
    if not isinstance(choice.place, CellPlace):
        return place_profile.names_of_areas(store, choice.place.layer_id, table["area_code"])
    around = place_profile.areas_of_cells(store, table["cell"].to_numpy())
    names = zip(around, place_profile.cell_names(table["cell"].to_numpy()), strict=True)
    return [
        _("Cell in {area}").format(area=area) if area else _("Cell {cell}").format(cell=cell) for area, cell in names
    ]
