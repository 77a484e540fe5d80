"""Adding a list of assets: a file, the kind and columns that are proposed with their reasons, then what became of each row."""

import datetime
import hashlib
from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import N_, _, n_
from csg_maps.model.asset import ASSET_FIELDS, HOURS_FIELDS, LONGEST, AssetMapping, asset_kinds
from csg_maps.model.vocabulary import labels
from csg_maps.views import opened, state, wording
from csg_maps.workflows import asset_imports, assets

PAGE = "assets.add"
TYPES = ["csv", "tsv", "txt", "gz", "xlsx", "geojson", "json", "gpkg", "zip", "kml", "parquet"]
FIELD_LABELS: dict[str, str] = {
    "name": N_("Name of the place"),
    "name_cy": N_("Welsh name"),
    "kind": N_("Kind, in words"),
    "latitude": N_("Latitude"),
    "longitude": N_("Longitude"),
    "easting": N_("Easting"),
    "northing": N_("Northing"),
    "postcode": N_("Postcode"),
    "source_key": N_("The source's own number"),
    "uprn": N_("UPRN (number of a property)"),
    "state": N_("Whether it is in use"),
    "opening_hours": N_("Opening hours of the week"),
    "verified_by": N_("Verified by"),
    "verified_on": N_("Verified on"),
    "review_on": N_("Review on"),
}
COORDINATE_SYSTEMS = ("EPSG:4326", "EPSG:27700", "EPSG:3857", "EPSG:29903", "EPSG:2157")


def show(store: Any, actor: Any) -> None:
    """Draw the way from a file to its assets, and the report of the last one."""
    st.text(_("A table or a map layer: schools, stops, parks, takeaways, safe places, cameras … Nothing about people."))
    turn = state.remembered("assets.turn", 0)
    upload = st.file_uploader(
        _("CSV, Excel, GeoJSON, GeoPackage, zipped Shapefile, KML or Parquet"), type=TYPES, key=f"{PAGE}.file.{turn}"
    )
    if upload is None:
        _show_report()
        return
    content = upload.getvalue()
    mark = hashlib.sha256(content).hexdigest()[:16]
    try:
        look = _look(content, upload.name, mark)
    except CsgMapsError as problem:
        st.error(wording.plain(problem))
        return
    key = f"{PAGE}.{mark}"
    st.markdown(f"**{wording.plain(upload.name)} – {n_('{count} row', '{count} rows', look.rows)}**")
    kind, column = _kind(look, key)
    fields = _fields(look, column, key)
    words, open_words = _words(look, content, upload.name, column, key)
    crs = _crs(look, fields, key)
    source = _source(store, actor, look, key)
    missing = _missing(fields, kind, column, source)
    if open_words and not kind:
        left_out = sum(open_words.values())
        st.text(
            n_(
                "{count} row has no kind yet and will be left out.",
                "{count} rows have no kind yet and will be left out.",
                left_out,
            )
        )
    if missing:
        st.text(_("Still to say: {things}").format(things="; ".join(missing)))
    choice = asset_imports.AssetChoice(source=source, mapping=AssetMapping(fields, kind, words, crs))
    st.button(
        _("Add these assets"),
        key=f"{key}.import",
        type="primary",
        disabled=bool(missing),
        on_click=_import,
        args=(content, upload.name, choice),
    )


def _look(content: bytes, name: str, mark: str) -> asset_imports.AssetLook:
    held: tuple[Any, ...] = state.remembered("assets.look", ())
    if held and held[0] == (mark, name, state.language()):
        return held[1]  # type: ignore[no-any-return]
    with st.spinner(_("Reading")):
        look = asset_imports.inspect_upload(content, name)
    state.remember("assets.look", ((mark, name, state.language()), look))
    return look


def _kind(look: asset_imports.AssetLook, key: str) -> tuple[str, str]:
    """The kind of all rows (or of those that no word gives one), and the column of words; both may be ""."""
    suggested = look.proposal.kind
    st.text(suggested.reason)
    kinds = list(asset_kinds())
    left, right = st.columns(2)
    column = right.selectbox(
        _("Column that says the kind"),
        list(look.columns),
        index=look.columns.index(suggested.column) if suggested.column else None,
        placeholder=_("none: one kind for all"),
        key=f"{key}.column",
    )
    kind = left.selectbox(
        _("Kind, where no column says it"),
        kinds,
        index=kinds.index(suggested.kind) if suggested.kind else None,
        format_func=assets.kind_label,
        placeholder=_("none"),
        key=f"{key}.kind",
    )
    return str(kind or ""), str(column or "")


def field_label(field: str) -> str:
    """What a field is called, in the reader's language."""
    if field in HOURS_FIELDS:
        return _("Opening hours: {day}").format(day=_(labels("weekdays")[field[-1]]))
    return _(FIELD_LABELS[field])


def _fields(look: asset_imports.AssetLook, column: str, key: str) -> dict[str, str]:
    suggested = {field: held for field, held in look.proposal.mapping.fields.items() if field != "kind"}
    reasons = {one.field: one.reason for one in look.proposal.suggestions}
    st.table(
        pd.DataFrame(
            {
                _("Column"): [wording.plain(held) for held in suggested.values()],
                _("Example"): [wording.plain(look.examples.get(held, "")) for held in suggested.values()],
                _("Why"): [reasons.get(field, "") for field in suggested],
            },
            index=pd.Index([field_label(field) for field in suggested], name=_("Field")),
        )
    )
    unused = [name for name in look.columns if name not in suggested.values() and name != column]
    if unused:
        st.caption(_("Not used, and not kept: {columns}").format(columns=wording.plain(", ".join(unused))))
    chosen: dict[str, str] = {}
    with st.expander(_("Change what the columns mean")):
        places = st.columns(3)
        for number, field in enumerate(name for name in ASSET_FIELDS if name != "kind"):
            held = suggested.get(field)
            answer = places[number % 3].selectbox(
                field_label(field),
                list(look.columns),
                index=look.columns.index(held) if held in look.columns else None,
                placeholder=_("none"),
                key=f"{key}.field.{field}",
            )
            if answer:
                chosen[field] = answer
    if column:
        chosen["kind"] = column
    return chosen


def _words(
    look: asset_imports.AssetLook, content: bytes, name: str, column: str, key: str
) -> tuple[dict[str, str], dict[str, int]]:
    """The kind of each word of the column: those known, and those that a person chose; and the rows of those left open."""
    if not column:
        return {}, {}
    suggested = look.proposal.kind
    if column == suggested.column:
        known, unknown = suggested.words, suggested.unknown
    else:
        known, unknown = asset_imports.words_in(content, name, column)
    decided = dict(known)
    if unknown:
        st.markdown(f"**{_('Words that are not known yet')}**")
        columns = st.columns(3)
        for number, word in enumerate(unknown):
            answer = columns[number % 3].selectbox(
                f"{wording.plain(word)} ({wording.number(unknown[word])})",
                list(asset_kinds()),
                index=None,
                format_func=assets.kind_label,
                placeholder=_("leave open"),
                key=f"{key}.word.{column}.{number}",
            )
            if answer:
                decided[word] = answer
    return decided, {word: rows for word, rows in unknown.items() if word not in decided}


def _crs(look: asset_imports.AssetLook, fields: dict[str, str], key: str) -> str:
    suggested = look.proposal.mapping.crs
    if suggested or not look.asks_crs or not {"easting", "latitude"} & set(fields):
        return suggested
    return st.selectbox(_("Coordinate system (the file does not say)"), COORDINATE_SYSTEMS, index=1, key=f"{key}.crs")


def _source(store: Any, actor: Any, look: asset_imports.AssetLook, key: str) -> str:
    held = assets.sources(store, actor)
    source = st.text_input(
        _("Name of the source"),
        look.source,
        key=f"{key}.source",
        max_chars=LONGEST["source"],
        help=_("The same name next time updates these assets: what is gone from the list is marked for review."),
    )
    if source.strip() in held:
        count = wording.number(held[source.strip()])
        st.text(_("This source is known: its {count} assets are updated.").format(count=count))
    return source.strip()


def _missing(fields: dict[str, str], kind: str, column: str, source: str) -> list[str]:
    missing = []
    if not kind and not column:
        missing.append(_("what kind they are"))
    if not ({"latitude", "longitude"} <= set(fields) or {"easting", "northing"} <= set(fields) or "postcode" in fields):
        missing.append(_("which columns say where they are"))
    if not source:
        missing.append(_("the name of the source"))
    return missing


def _import(content: bytes, name: str, choice: asset_imports.AssetChoice) -> None:
    store, actor = opened.store_at_hand(), opened.actor()
    try:
        report = asset_imports.import_upload(store, actor, content, name, choice)
    except CsgMapsError as problem:
        state.remember("assets.failed", str(problem))
        return
    state.remember("assets.report", (report, datetime.datetime.now(datetime.UTC)))
    state.remember("assets.turn", state.remembered("assets.turn", 0) + 1)
    state.forget("assets.look")


def _show_report() -> None:
    held: tuple[Any, ...] = state.remembered("assets.report", ())
    if not held:
        return
    report: asset_imports.AssetReport = held[0]
    st.markdown(f"**{_('What became of the last list')}**")
    for sentence in asset_imports.in_words(report):
        st.text(sentence)
    st.table(
        pd.DataFrame(
            {_("Accepted rows"): [wording.number(count) for count in report.kinds.values()]},
            index=pd.Index([wording.plain(assets.kind_label(kind)) for kind in report.kinds], name=_("Kind")),
        )
    )
    if report.problems:
        found = asset_imports.problem_table(report.problems)
        st.table(found.map(wording.plain).set_index(_("Row")))
        if len(report.problems) > len(found):
            st.text(_("The first {most} are shown.").format(most=len(found)))
