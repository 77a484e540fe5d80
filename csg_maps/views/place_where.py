"""Saying where a place is, without coming from a hotspot: an area or cells from a list, or an outline on the map."""

from typing import Any

import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import N_, _, n_
from csg_maps.layers.hotspot_layer import number_layer
from csg_maps.layers.map_page import make_map
from csg_maps.model.filters import CellPlace, Place
from csg_maps.settings import DEFAULT_RESOLUTION, RESOLUTIONS
from csg_maps.views import cached, map_view, state, wording
from csg_maps.views.state import Selection
from csg_maps.workflows import boundaries, how_made, place_ground

WAYS = {"area": N_("An area from the list"), "cells": N_("Cells from the list"), "draw": N_("An outline on the map")}
MOST_CORNERS = 60


def begin(ground: place_ground.PlaceGround, harms: tuple[str, ...] = ()) -> None:
    """Start a proposal with this ground: the Places page shows its form."""
    state.remember("places.draft", ground)
    state.remember("places.draft_harms", harms)
    state.remember("places.draft_number", state.remembered("places.draft_number", 0) + 1)
    state.forget("places.open")


def begin_from_map(store: Any, place: Place, selected: Selection, harms: tuple[str, ...]) -> None:
    """Start a proposal with the cell or area that is open on the hotspots map, and ask for the page of places."""
    try:
        if isinstance(place, CellPlace):
            begin(place_ground.ground_of_cells([selected.cell]), harms)
        else:
            begin(place_ground.ground_of_area(store, place.layer_id, selected.area_code), harms)
    except CsgMapsError as problem:
        state.remember("places.failed", str(problem))
    else:
        state.remember("places.go", True)


def go_when_asked() -> None:
    """Turn to the page of places when a click asked for it.

    The wish is kept until that page is drawn: a map that reports at the same moment ends the run that turns to it.
    """
    if state.remembered("places.go", False):
        st.switch_page("pages/8_Places.py")


def show_failure() -> None:
    """Say what was wrong with the last attempt, once."""
    if failed := state.remembered("places.failed", ""):
        st.error(wording.plain(failed))
        state.forget("places.failed")


def show(store: Any, actor: Any, *, expanded: bool) -> None:
    """Draw the ways to say where a place is."""
    with st.expander(_("Propose a place"), expanded=expanded):
        way = st.radio(
            _("Where is it?"), list(WAYS), format_func=lambda code: _(WAYS[code]), horizontal=True, key="places.way"
        )
        {"area": _area, "cells": _cells, "draw": _draw}[way](store, actor)


def _area(store: Any, actor: Any) -> None:
    layers = {layer["layer"]: layer["name"] for layer in boundaries.list_layers(store, actor)}
    if not layers:
        st.text(_("No layer of areas is loaded."))
        return
    layer = st.selectbox(_("Layer"), list(layers), format_func=lambda code: layers[code], key="places.layer")
    names = dict(place_ground.areas_to_choose(store, layer))
    area = st.selectbox(
        _("Area"),
        list(names),
        index=None,
        format_func=lambda code: names.get(code, code),
        placeholder=_("Choose an area"),
        key=f"places.area.{layer}",
    )
    st.caption(
        _("The cells whose middle lies in the area are taken: at its edge a count may differ from that of the area.")
    )
    st.button(
        _("Propose this area"),
        key="places.area.go",
        type="primary",
        disabled=area is None,
        on_click=_try,
        args=(lambda: place_ground.ground_of_area(store, layer, str(area)),),
    )


def _cells(store: Any, actor: Any) -> None:
    size = st.selectbox(
        _("Size of the cells"),
        RESOLUTIONS[1:],
        index=RESOLUTIONS[1:].index(DEFAULT_RESOLUTION),
        format_func=how_made.cell_size_words,
        key="places.size",
    )
    listed = place_ground.busiest_cells(store, actor, size)
    labels = {cell: f"{rank}. {area or '–'} – {count}" for rank, (cell, area, count) in enumerate(listed, start=1)}
    chosen = st.multiselect(
        _("Cells, those with most concerns first"),
        list(labels),
        format_func=lambda cell: labels.get(cell, ""),
        placeholder=_("Choose one or more"),
        key=f"places.cells.{size}",
    )
    st.button(
        _("Propose these cells"),
        key="places.cells.go",
        type="primary",
        disabled=not chosen,
        on_click=_try,
        args=(lambda: place_ground.ground_of_cells(chosen),),
    )


def _draw(store: Any, actor: Any) -> None:
    corners: tuple[tuple[float, float], ...] = state.remembered("places.corners", ())
    ground = cached.ground(store, actor)
    shapes = place_ground.drawn_so_far(corners)
    click = map_view.show_map(
        make_map(ground.shapes, ground.bounds),
        [number_layer(shapes, [corner[0] for corner in corners], [corner[1] for corner in corners])],
        key="places.draw",
        filter_key="corners",
        bounds=ground.bounds,
    )
    if click is not None and len(corners) < MOST_CORNERS:
        state.remember("places.corners", (*corners, (click.latitude, click.longitude)))
        st.rerun()
    st.text(
        n_("{count} corner so far.", "{count} corners so far.", len(corners))
        + " "
        + _("Click the corners one after another, going round the place; three are needed.")
    )
    undo, again, use = st.columns(3)
    undo.button(
        _("Undo the last corner"), key="places.undo", disabled=not corners, on_click=_keep_corners, args=(corners[:-1],)
    )
    again.button(
        _("Start the outline again"), key="places.again", disabled=not corners, on_click=_keep_corners, args=((),)
    )
    use.button(
        _("Propose this outline"),
        key="places.draw.go",
        type="primary",
        disabled=len(corners) < 3,
        on_click=_try,
        args=(lambda: place_ground.ground_of_corners(corners),),
    )
    st.caption(_("Without a mouse: choose an area or cells from the list; they lead to the same form."))


def _keep_corners(corners: tuple[tuple[float, float], ...]) -> None:
    state.remember("places.corners", corners)


def _try(make: Any) -> None:
    try:
        begin(make())
    except CsgMapsError as problem:
        state.remember("places.failed", str(problem))
    else:
        state.forget("places.corners")


def show_overlaps(store: Any, cells: tuple[int, ...], *, besides: str = "") -> None:
    """Say which places of the register share ground with these cells."""
    for other in place_ground.overlaps(store, cells, besides=besides):
        message = _("{shared} of its {all} cells are in {reference} too: {name}.").format(
            shared=other.shared, all=len(cells), reference=other.reference, name=other.name
        )
        st.warning(wording.plain(message))
