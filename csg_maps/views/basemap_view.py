"""The base map, a part of the page of areas.

An analyst asks: do my maps show our own streets and names? They see what lies under the maps now, a preview, and the way
to add a file, to switch, or to take one away.
"""

from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import N_, _, n_
from csg_maps.layers.map_page import make_map
from csg_maps.model.map_kinds import LEFT_OUT, MAP_KINDS
from csg_maps.views import cached, job_view, map_view, opened, state, wording
from csg_maps.workflows import basemaps, jobs
from csg_maps.workflows.basemaps import BaseMap, BaseMapChoice

KINDS_LABELS = {"raster": N_("tiles as supplied"), "drawn": N_("drawn here")}
STATES = {"ready": N_("complete"), "drawing": N_("not finished")}
_NONE = "none"


def show(store: Any, actor: Any, *, has_map: bool) -> None:
    """Draw the section. `has_map`: the page shows a map already, so no other is needed to see what lies under it."""
    st.subheader(_("Base map"), anchor=False)
    with st.container():  # what comes and goes has a place of its own: nothing below is made anew, no form closes
        _show_news(store, actor)
    listed = basemaps.list_basemaps(store, actor)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _show_list(listed, is_working=bool(jobs.drawing(store, actor)))
    with right:
        _show_add(store, actor)
    if not has_map and any(one.is_shown for one in listed):
        _show_preview(store, actor)


def _show_news(store: Any, actor: Any) -> None:
    if said := state.remembered("basemap.said", ()):
        for line in said:
            st.success(wording.plain(line))
        state.forget("basemap.said")
    if failed := state.remembered("basemap.failed", ""):
        st.error(wording.plain(failed))
        state.forget("basemap.failed")
    _hear_of_job(store)
    for job in jobs.drawing(store, actor):
        st.info(_("A base map is being made. Until it is complete, maps keep the ground that they have."))
        job_view.watch(store, job)


def _hear_of_job(store: Any) -> None:
    """Tell what came of the job that this session started."""
    job_id = state.remembered("basemap.job", "")
    job = jobs.state_of(store, job_id) if job_id else None
    if job is None or job.state == "running":
        return
    state.forget("basemap.job")
    if job.state == "done":
        for line in job.result.get("in_words", ()):
            st.success(wording.plain(line))
    else:
        job_view.show_failure(job)
    jobs.clear_staging(store, job_id)


def _show_list(listed: list[BaseMap], *, is_working: bool) -> None:
    if not listed:
        st.text(
            _(
                "No base map yet: maps show the plain ground, without names. Add streets, water, parks and names of your "
                "own area; OS Open Zoomstack and OpenStreetMap extracts are known."
            )
        )
        return
    st.table(
        pd.DataFrame(
            {
                _("Shown"): [_("yes") if one.is_shown else _("no") for one in listed],
                _("Kind"): [_(KINDS_LABELS[one.kind]) for one in listed],
                _("Zoom"): [f"{one.min_zoom}–{one.max_zoom}" for one in listed],
                _("State"): [_(STATES[one.state]) for one in listed],
                _("Source"): [wording.plain(one.attribution) for one in listed],
            },
            index=pd.Index([wording.plain(one.name) for one in listed], name=_("Base map")),
        )
    )
    ready = {one.basemap_id: one.name for one in listed if one.state == "ready"}
    shown = next((one.basemap_id for one in listed if one.is_shown), _NONE)
    st.selectbox(
        _("Under the maps"),
        [*ready, _NONE],
        index=[*ready, _NONE].index(shown),
        format_func=lambda one: ready.get(one, _("none: the plain ground")),
        key=f"basemap.shown.{shown}",  # another key once another is shown: the choice then says what is
        on_change=_choose,
        args=(f"basemap.shown.{shown}",),
        help=_("The same under every map and every printed map, for everybody."),
    )
    unfinished = [one for one in listed if one.state == "drawing"]
    if unfinished and not is_working:
        one = unfinished[0]
        st.warning(_("“{name}” was interrupted while it was drawn.").format(name=wording.plain(one.name)))
        if one.kind == "drawn":
            st.button(_("Go on drawing"), key="basemap.resume", on_click=_resume, args=(one.basemap_id,))
    with st.popover(_("Remove a base map")):
        names = {one.basemap_id: one.name for one in listed}
        chosen = st.selectbox(
            _("Which"), list(names), format_func=lambda one: names[one], key="basemap.remove.which", index=None
        )
        st.text(_("Its tiles are deleted. To have it again, add its file again."))
        st.button(_("Remove it"), key="basemap.remove", disabled=chosen is None, on_click=_remove, args=(chosen or "",))


def _done(act: Any) -> None:
    """Do something that gives a sentence, and keep the sentence for the next run."""
    try:
        state.remember("basemap.said", (act(opened.store_at_hand(), opened.actor()),))
    except CsgMapsError as problem:
        state.remember("basemap.failed", str(problem))


def _choose(key: str) -> None:
    _done(lambda store, actor: basemaps.show(store, actor, str(st.session_state.get(key) or _NONE)))


def _remove(basemap_id: str) -> None:
    _done(lambda store, actor: basemaps.remove(store, actor, basemap_id))


def _resume(basemap_id: str) -> None:
    try:
        job_id = jobs.resume_basemap(opened.store_at_hand(), opened.actor(), basemap_id)
        state.remember("basemap.job", job_id)
    except CsgMapsError as problem:
        state.remember("basemap.failed", str(problem))


def _show_add(store: Any, actor: Any) -> None:
    with st.expander(_("Add a base map"), expanded=not basemaps.list_basemaps(store, actor)):
        number = state.remembered("basemap.upload", 0)
        upload = st.file_uploader(
            _("GeoPackage, zipped Shapefile, GeoJSON, or raster MBTiles"),
            type=["gpkg", "zip", "geojson", "json", "mbtiles"],
            key=f"basemap.file.{number}",
        )
        if upload is None:
            return
        try:
            with st.spinner(_("Looking")):
                look = _look(upload.file_id, upload.name, upload)
        except CsgMapsError as problem:
            st.error(wording.plain(problem))
            return
        pairs = _layer_kinds(look)
        name = st.text_input(_("Name of the base map"), look.name, key="basemap.name", max_chars=80)
        attribution = st.text_input(
            _("Whose data it is"),
            look.attribution,
            key="basemap.attribution",
            help=_("The licence asks for this sentence under every map, such as “Contains OS data © Crown copyright”."),
        )
        crs = "" if look.has_crs else st.text_input(_("Coordinate system"), "EPSG:27700", key="basemap.crs")
        unsaid = [layer for layer, kind in pairs if not kind]
        if unsaid:
            st.text(_("Say for each layer what it is. What should not be drawn is “not drawn”."))
        choice = BaseMapChoice(name, attribution, tuple((layer, kind) for layer, kind in pairs if kind), 0, crs)
        st.button(
            _("Make it the base map"),
            key="basemap.add",
            type="primary",
            disabled=bool(unsaid) or not name.strip() or bool(jobs.drawing(store, actor)),
            on_click=_add,
            args=(upload.getvalue(), upload.name, choice, number),
        )


@st.cache_data(ttl=900, max_entries=4, show_spinner=False)
def _look(file_id: str, shown_name: str, _upload: Any) -> basemaps.FileLook:  # noqa: ARG001 - the id names the content
    return basemaps.look_upload(_upload.getvalue(), shown_name)


def _layer_kinds(look: basemaps.FileLook) -> list[tuple[str, str]]:
    """What each layer is, as a person says it; layers that are known keep their own rules unless another kind is chosen."""
    if look.is_raster:
        st.text(_("The file holds {count} tiles.").format(count=wording.number(look.tiles)))
        return []
    said = []
    for number, layer in enumerate(look.layers):
        known = [""] if layer.kind else []
        counted = n_("{count} feature", "{count} features", layer.features)
        st.text(f"{layer.name} – {counted}")  # as text: the name of a control is read aloud with its escapes
        chosen = st.selectbox(
            _("What layer {number} is").format(number=number + 1),
            [*known, *MAP_KINDS],
            index=0 if layer.kind else None,
            format_func=lambda kind, known_as=layer.kind: _(MAP_KINDS[kind]) if kind else _known(known_as),
            key=f"basemap.layer.{number}.{layer.name}",
            placeholder=_("What is it?"),
        )
        if not (layer.kind and chosen == ""):
            said.append((layer.name, chosen or ""))
    return said


def _known(kind: str) -> str:
    if kind == LEFT_OUT:
        return _("known: by the classes within it")
    return _("known: {kind}").format(kind=_(MAP_KINDS[kind]))


def _add(content: bytes, shown_name: str, choice: BaseMapChoice, number: int) -> None:
    try:
        job_id = jobs.start_basemap(opened.store_at_hand(), opened.actor(), content, shown_name, choice)
    except CsgMapsError as problem:
        state.remember("basemap.failed", str(problem))
        return
    state.remember("basemap.job", job_id)
    state.remember("basemap.upload", number + 1)  # the form is empty again


def _show_preview(store: Any, actor: Any) -> None:
    ground = cached.ground(store, actor)
    map_view.show_map(
        make_map(ground.shapes, ground.bounds),
        [],
        key="basemap",
        filter_key="",
        bounds=ground.bounds,
        height_px=360,
    )
    st.caption(_("This lies under every map. Results are drawn over it, as ink is: names stay readable."))
