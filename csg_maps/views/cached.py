# ruff: noqa: ARG001, PLR0917 - an argument that is only part of the key is not read
"""Answers kept between runs. The keys name the store's version, what the actor may use, the choices and the language;
the store itself is never part of a key, and nothing is kept on disk.
"""

from typing import TypeAlias

import streamlit as st

from csg_maps.i18n import language
from csg_maps.model.actor import Actor
from csg_maps.model.filters import ConcernFilter, Place
from csg_maps.views import state
from csg_maps.workflows import explore, overview, picture, place_profile
from csg_maps.workflows.stores import Store

ViewKey: TypeAlias = tuple[str, int, tuple[str, ...], str]


def view_key(store: Store, actor: Actor) -> ViewKey:
    """What an answer depends on besides the choices: store, version, the sealed files allowed, language."""
    return (*explore.audience_key(store, actor), language())


def hotspots(
    store: Store,
    actor: Actor,
    chosen: ConcernFilter,
    place: Place,
    *,
    method: str,
    bandwidth_m: float | None,
    expected: str,
) -> tuple[explore.HotspotResult, picture.Picture]:
    """The hotspots of a choice and their picture."""
    return _hotspots(store, actor, view_key(store, actor), chosen, place, method, bandwidth_m, expected)


@st.cache_data(ttl=3600, max_entries=40, show_spinner=False)
def _hotspots(
    _store: Store,
    _actor: Actor,
    key: ViewKey,
    chosen: ConcernFilter,
    place: Place,
    method: str,
    bandwidth_m: float | None,
    expected: str,
) -> tuple[explore.HotspotResult, picture.Picture]:
    result = explore.hotspots(_store, _actor, chosen, place, method=method, bandwidth_m=bandwidth_m, expected=expected)
    return result, picture.picture(_store, _actor, result)


def ground(store: Store, actor: Actor) -> picture.Ground:
    """What lies under every map. Whose it is, is noted for `map_view.show_map`, which says so below each map."""
    found = _ground(store, actor, view_key(store, actor)[:3])
    state.remember("map.credits", (found.attribution, found.tile_host))
    return found


@st.cache_data(ttl=3600, max_entries=4, show_spinner=False)
def _ground(_store: Store, _actor: Actor, key: tuple[str, int, tuple[str, ...]]) -> picture.Ground:
    return picture.ground(_store, _actor)


def profile(store: Store, actor: Actor, chosen: ConcernFilter, place: Place, which: int | str) -> place_profile.Profile:
    """What is known of one cell or area."""
    return _profile(store, actor, view_key(store, actor), chosen, place, which)


@st.cache_data(ttl=3600, max_entries=100, show_spinner=False)
def _profile(
    _store: Store, _actor: Actor, key: ViewKey, chosen: ConcernFilter, place: Place, which: int | str
) -> place_profile.Profile:
    return place_profile.profile(_store, _actor, chosen, place, which)


def holdings(store: Store, actor: Actor) -> overview.Overview:
    """What data there is."""
    return _holdings(store, actor, view_key(store, actor))


@st.cache_data(ttl=3600, max_entries=8, show_spinner=False)
def _holdings(_store: Store, _actor: Actor, key: ViewKey) -> overview.Overview:
    return overview.overview(_store, _actor)
