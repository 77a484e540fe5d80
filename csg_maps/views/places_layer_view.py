"""The places of the register as a layer of the hotspots map, and the table that says which is which."""

from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.i18n import _
from csg_maps.layers.place_layer import MOST_MARKED, place_layer
from csg_maps.views import state, wording
from csg_maps.workflows import place_ground, place_register

_KEY = "hotspots.show_places"
_OPEN_KEY = "hotspots.open_registered"


def chosen_layer(store: Any, actor: Any) -> list[Any]:
    """A checkbox above the map where the register holds places, and the layer when it is ticked."""
    rows = _rows(store, actor)
    if not rows:
        return []
    if not st.checkbox(_("Show the places of the register"), value=True, key=_KEY):
        return []
    cells = tuple(sorted({cell for row in rows for cell in row.place.cells}))
    return [place_layer(place_ground.outline(cells), [place_ground.middle(row.place.cells) for row in rows])]


def show_table(store: Any, actor: Any) -> None:
    """What P1, P2 … on the map are, and a way to open one."""
    rows = _rows(store, actor)
    if not rows or not st.session_state.get(_KEY, True):
        return
    names = [place_ground.name_of(row.place) for row in rows]
    st.table(
        pd.DataFrame(
            {
                _("Place of the register"): [wording.plain(name) for name in names],
                _("Number"): [row.place.reference for row in rows],
                _("Status"): [
                    ", ".join((_(place_register.STATUS_LABELS[row.place.status]), *row.overdue)) for row in rows
                ],
            },
            index=pd.Index([f"P{number}" for number in range(1, len(rows) + 1)], name=_("On the map")),
        )
    )
    labels = dict(zip([row.place.reference for row in rows], names, strict=True))
    st.selectbox(
        _("Open a place of the register"),
        list(labels),
        index=None,
        format_func=lambda reference: f"{reference} {labels[reference]}",
        placeholder=_("Choose a place"),
        key=_OPEN_KEY,
        on_change=_open,
    )


def _open() -> None:
    if reference := st.session_state.get(_OPEN_KEY):
        state.remember("places.open", str(reference))
        state.forget("places.draft")
        state.remember("places.go", True)


def _rows(store: Any, actor: Any) -> list[place_register.RegisterRow]:
    return [row for row in place_register.register(store, actor) if row.place.status != "closed"][:MOST_MARKED]
