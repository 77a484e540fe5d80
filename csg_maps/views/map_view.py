"""Showing a map and hearing a click: the only place that calls streamlit-folium.

A map is never the only carrier of what it shows: a view shows the table of the same values beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from csg_maps.i18n import _
from csg_maps.layers.legend import LegendEntry
from csg_maps.layers.map_page import check_page, has_tiles
from csg_maps.views import state, wording
from csg_maps.views.state import MapMemory

MAP_HEIGHT_PX = 560


@dataclass(frozen=True)
class Click:
    """Where somebody clicked, in degrees (EPSG:4326)."""

    latitude: float
    longitude: float


def show_map(
    page: Any,
    layers: Sequence[Any],
    *,
    key: str,
    filter_key: str,
    bounds: tuple[float, float, float, float],
    height_px: int = MAP_HEIGHT_PX,
) -> Click | None:
    """Draw a map and return a click that is new, else None.

    Parameters
    ----------
    page, layers
        From `layers.map_page.make_map` and `layers.hotspot_layer`. The page must stay the same while the layers change:
        then the view that a person chose stays too.
    key
        The name of the map on its page; never changes.
    filter_key
        Names the choices that the layers were made from. A click made before it changed is not answered again.
    bounds
        South, west, north, east in degrees: a click outside, with a margin, is nobody's and is ignored.
    height_px
        Height of the map on the page, in pixels.
    """
    check_page(page, layers)
    answer = st_folium(
        page,
        key=f"map.{key}",
        feature_group_to_add=list(layers),
        returned_objects=["last_clicked"],
        use_container_width=True,
        height=int(height_px),
    )
    if has_tiles(page):
        _show_credits()
    memory, click = new_click(state.map_memory(key), read_click(answer, bounds), filter_key)
    state.set_map_memory(key, memory)
    return click


def _show_credits() -> None:
    """Whose tiles lie under the map, and who learns where one looks. The words come from a file: they are never in a map."""
    nothing: tuple[str, str] = ("", "")
    attribution, tile_host = state.remembered("map.credits", nothing)
    if attribution:
        # the demo's own credit is in the catalogue; any other stands as it was supplied
        st.caption(_("Base map: {attribution}").format(attribution=wording.plain(_(attribution))))
    if tile_host:
        learns = _(
            "The tiles come from {host}, another organisation's server: it learns which part of the map is looked at."
        )
        st.caption(learns.format(host=wording.plain(tile_host)))


def read_click(answer: object, bounds: tuple[float, float, float, float]) -> Click | None:
    """The click in what a browser sent, or None: whatever is not two finite numbers near the map is not a click.

    >>> read_click({"last_clicked": {"lat": 52.1, "lng": -0.4}}, (52, -1, 53, 0))
    Click(latitude=52.1, longitude=-0.4)
    >>> read_click({"last_clicked": {"lat": "52.1", "lng": None}}, (52, -1, 53, 0)) is None
    True
    """
    place = answer.get("last_clicked") if isinstance(answer, dict) else None
    if not isinstance(place, dict):
        return None
    latitude, longitude = _degrees(place.get("lat")), _degrees(place.get("lng"))
    if latitude is None or longitude is None:
        return None
    south, west, north, east = bounds
    tall, broad = north - south, east - west
    if not (south - tall <= latitude <= north + tall and west - broad <= longitude <= east + broad):
        return None
    return Click(latitude, longitude)


def _degrees(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def new_click(memory: MapMemory, click: Click | None, filter_key: str) -> tuple[MapMemory, Click | None]:
    """What the map has now told, and the click if it has not been acted on.

    The browser repeats its last click on every run. After the filter changed the old click is not an answer to the new
    question, so it counts as told.
    """
    place = (click.latitude, click.longitude) if click else None
    is_new = place != memory.click and filter_key == memory.filter_key
    return MapMemory(click=place, filter_key=filter_key), click if is_new else None


def show_legend(entries: Sequence[LegendEntry], caption: str) -> None:
    """The legend as a list of symbol, name and range; all texts are ours, in the reader's language."""
    lines = "\n".join(f"| ![]({entry.symbol}) | {entry.label} | {entry.span} |" for entry in entries)
    heading = f"| {_('Symbol')} | {_('Class')} | {_('Values')} |\n|---|---|---|\n"
    st.markdown(f"**{caption}**\n\n{heading}{lines}")
    st.caption(_("If the map stays empty, the table on this page holds the same information."))
