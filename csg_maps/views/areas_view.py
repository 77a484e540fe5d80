"""Areas.

An analyst asks: are my boundaries in, and right? They see the layers with what was repaired, a map of one, and the way to
add another.
"""

from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import N_, _
from csg_maps.layers.hotspot_layer import hotspot_layer
from csg_maps.layers.map_page import make_map
from csg_maps.views import basemap_view, cached, map_view, opened, state, wording
from csg_maps.workflows import boundaries, picture, references

TABLE_LABELS = {
    "postcodes": N_("Postcodes with coordinates"),
    "premises": N_("Addresses that must never appear, or where things are only written down"),
    "lookup": N_("Codes of another year"),
    "uprn": N_("UPRNs with coordinates"),
    "usrn": N_("Streets by USRN"),
    "streets": N_("Streets by name"),
    "names": N_("Places by name"),
}
TABLE_HELP = {
    "postcodes": N_("Code-Point Open as it comes, or any table with Postcode and coordinates."),
    "premises": N_("Columns kind (protected or recording), latitude, longitude; label and radius_m if you like."),
    "lookup": N_("One row a code: the code of the other year, and the code of the layer that it becomes."),
    "uprn": N_("OS Open UPRN as it comes, or any table with UPRN and coordinates."),
    "usrn": N_("OS Open USRN, or a street gazetteer: USRN, names in English and Welsh, locality, easting, northing."),
    "streets": N_("Name, Welsh name, locality and coordinates; or lines with a name."),
    "names": N_("OS Open Names as it comes, or name, Welsh name, kind and coordinates."),
}


def show() -> None:
    """Draw the page."""
    store, actor = opened.store(), opened.actor()
    said: tuple[str, ...] = state.remembered("areas.said", ())
    for line in said:
        st.success(wording.plain(line))
    state.forget("areas.said")
    layers = boundaries.list_layers(store, actor)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _show_layers(layers)
        _show_add(store, actor)
        _show_tables(store, actor)
    with right:
        if layers:
            _show_map(store, actor, layers)
    st.divider()
    basemap_view.show(store, actor, has_map=bool(layers))


def _show_layers(layers: list[dict[str, Any]]) -> None:
    if not layers:
        st.text(_("No layer is loaded yet. Add the outline or the wards of your council first."))
        return
    st.table(
        pd.DataFrame(
            {
                _("Areas"): [wording.number(layer["areas"]) for layer in layers],
                _("Repaired"): [wording.number(layer["repaired"]) for layer in layers],
                _("Whole area"): [_("yes") if layer["is_extent"] else _("no") for layer in layers],
            },
            index=pd.Index([wording.plain(layer["name"]) for layer in layers], name=_("Layer")),
        )
    )


def _show_add(store: Any, actor: Any) -> None:
    with st.expander(_("Add a layer"), expanded=not boundaries.list_layers(store, actor)):
        upload = st.file_uploader(
            _("GeoJSON, GeoPackage, zipped Shapefile, KML or GeoParquet"),
            type=["geojson", "json", "gpkg", "zip", "kml", "parquet"],
            key="areas.file",
        )
        if upload is None:
            return
        try:
            look = boundaries.look(upload.getvalue(), upload.name)
        except CsgMapsError as problem:
            st.error(wording.plain(problem))
            return
        st.text(_("{count} areas. Say which fields hold what:").format(count=wording.number(look.areas)))
        name = st.text_input(_("Name of the layer"), key="areas.name", placeholder=_("Wards 2023"))
        code = st.selectbox(_("Field with the code"), look.fields, index=look.code_index, key="areas.code")
        name_field = st.selectbox(_("Field with the name"), look.fields, index=look.name_index, key="areas.name_field")
        welsh = st.selectbox(
            _("Field with the Welsh name"),
            look.fields,
            index=look.name_cy_index,
            key="areas.welsh",
            placeholder=_("none"),
        )
        crs = (
            ""
            if look.has_crs
            else st.text_input(_("Coordinate system (the file does not say)"), "EPSG:27700", key="areas.crs")
        )
        extent = st.checkbox(
            _("It covers our whole area"),
            value=not boundaries.list_layers(store, actor),
            key="areas.extent",
            help=_("Records further outside are set aside for a look."),
        )
        if st.button(_("Add this layer"), key="areas.add", type="primary", disabled=not (name and code and name_field)):
            choice = boundaries.LayerChoice(name, str(code), str(name_field), welsh or "", extent, crs)
            try:
                with st.spinner(_("Adding")):
                    added = boundaries.add_upload(store, actor, upload.getvalue(), upload.name, choice)
            except CsgMapsError as problem:
                st.error(wording.plain(problem))
                return
            state.remember("areas.said", added.in_words)
            st.rerun()


def _show_map(store: Any, actor: Any, layers: list[dict[str, Any]]) -> None:
    names = {layer["layer"]: layer["name"] for layer in layers}
    chosen = st.selectbox(_("Show a layer"), list(names), format_func=lambda layer: names[layer], key="areas.shown")
    ground = cached.ground(store, actor)
    click = map_view.show_map(
        make_map(ground.shapes, ground.bounds),
        [hotspot_layer(picture.border_of(store, chosen))],
        key="areas",
        filter_key=chosen,
        bounds=ground.bounds,
    )
    if click is not None:
        state.remember("areas.at", (click.latitude, click.longitude))
    at = state.remembered("areas.at", ())
    if at:
        code = str(picture.place_at(store, picture.AreaPlace(chosen), *at))
        found = dict(boundaries.area_names(store, actor, chosen)).get(code, "")
        st.text(f"{found} ({code})" if code else _("No area of this layer lies there."))
    else:
        st.text(_("A click says which area it is."))
    with st.expander(_("The areas as a table")):
        rows = boundaries.area_names(store, actor, chosen)
        st.table(
            pd.DataFrame(
                {_("Name"): [wording.plain(name) for _code, name in rows]},
                index=pd.Index([wording.plain(code) for code, _name in rows], name=_("Code")),
            )
        )


def _show_tables(store: Any, actor: Any) -> None:
    kept = references.held(store, actor)
    with st.expander(
        _("Your own tables: postcodes, addresses that must never appear, codes of other years, places by name")
    ):
        st.table(
            pd.DataFrame(
                {_("Rows kept"): [wording.number(kept[kind]) for kind in TABLE_LABELS]},
                index=pd.Index([_(label) for label in TABLE_LABELS.values()], name=_("Table")),
            )
        )
        kind = st.selectbox(
            _("Which table"), list(TABLE_LABELS), format_func=lambda code: _(TABLE_LABELS[code]), key="areas.table.kind"
        )
        st.text(_(TABLE_HELP[kind]))
        upload = st.file_uploader(
            _("CSV or Excel; streets and places also as GeoJSON, GeoPackage or zipped Shapefile"),
            type=["csv", "gz", "tsv", "xlsx", "zip", "geojson", "json", "gpkg"],
            key="areas.table.file",
        )
        layer, codes = "", ("", "")
        if kind == "lookup":
            layers = [entry["layer"] for entry in boundaries.list_layers(store, actor)]
            layer = st.selectbox(_("Layer whose codes they become"), layers, key="areas.table.layer") or ""
            codes = (
                st.text_input(_("Heading of the other year's codes"), key="areas.table.from"),
                st.text_input(_("Heading of the layer's codes"), key="areas.table.to"),
            )
        if st.button(_("Keep this table"), disabled=upload is None, key="areas.table.add") and upload is not None:
            try:
                said = references.add_upload(
                    store, actor, kind, upload.getvalue(), upload.name, layer=layer, codes=codes
                )
            except CsgMapsError as problem:
                st.error(wording.plain(problem))
                return
            state.remember("areas.said", (said,))
            st.rerun()
