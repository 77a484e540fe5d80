"""Add a file.

An analyst with a messy file asks: what does the app make of my columns, what is wrong with my rows, is anything lost? One
step at a time: the files; what their columns mean; where they come from and who may use them; what became of every row.
"""

from typing import Any

import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import _, n_
from csg_maps.model.vocabulary import codes
from csg_maps.views import (
    job_view,
    many_files_view,
    mapping_view,
    naming_view,
    opened,
    provenance_view,
    report_view,
    state,
    wording,
)
from csg_maps.workflows import jobs

STEPS = ("files", "looking", "columns", "importing", "done")


def show() -> None:
    """Draw the page."""
    store, actor = opened.store(), opened.actor()
    if many_files_view.is_under_way():
        many_files_view.show(store, actor)
        return
    step = state.remembered("upload.step", "files")
    if failed := state.remembered("upload.failed", ""):
        st.error(wording.plain(failed))
        state.forget("upload.failed")
    if step in {"looking", "importing"}:
        _show_job(store, step)
    elif step == "columns":
        _show_columns(store, actor)
    elif step == "done":
        _show_report(store)
    else:
        _show_files(store, actor)


def _go(step: str) -> None:
    state.remember("upload.step", step)


def _show_files(store: Any, actor: Any) -> None:
    for job in jobs.under_way(store, actor):
        st.info(_("An import is under way, started in this or another window."))
        job_view.watch(store, job)
    st.text(_("Every row of the file is accounted for: accepted, set aside, refused or held already."))
    words = {"one": _("One agency"), "many": _("Several agencies")}
    whose = st.radio(
        _("Whose files are they?"), list(words), format_func=words.__getitem__, horizontal=True, key="upload.whose"
    )
    if whose == "many":
        many_files_view.show(store, actor)
        return
    left, right = st.columns([1, 2], gap="medium")
    agency = left.selectbox(
        _("Which agency sent it?"),
        [code.code for code in codes("agencies")],
        index=None,
        format_func=lambda code: wording.label("agencies", code),
        placeholder=_("Choose an agency"),
        key="upload.agency.widget",
        help=_("What was decided about its last file is used again."),
    )
    uploads = right.file_uploader(
        _("One or several files of this agency"),
        accept_multiple_files=True,
        key="upload.files.widget",
        help=_("CSV, TSV, zip of CSV files, gzip, Excel (.xlsx), GeoJSON, GeoPackage, zipped Shapefile, KML, Parquet."),
    )
    ready = bool(agency and uploads)
    if st.button(_("Look at these files"), type="primary", disabled=not ready, key="upload.look"):
        files = [(upload.name, upload.getvalue()) for upload in uploads or []]
        try:
            job = jobs.start_inspection(store, actor, files, str(agency))
        except CsgMapsError as problem:
            st.error(wording.plain(problem))
            return
        state.set_running_job(job)
        state.remember("upload.agency", str(agency))
        _go("looking")
        st.rerun()
    if not ready:
        st.caption(_("Choose an agency and at least one file."))


def _show_job(store: Any, step: str) -> None:
    job_id = state.running_job()
    found = jobs.state_of(store, job_id)
    if found is None:
        _start_over(store)
        st.rerun()
    elif found.state == "running":
        words = {"looking": _("Looking at the files"), "importing": _("Importing")}
        st.subheader(words[step], anchor=False)
        job_view.watch(store, job_id)
    elif found.state == "done":
        name = "upload.inspection" if step == "looking" else "upload.report"
        state.remember(name, found.result)
        if step == "looking":
            state.remember("upload.inspection.job", job_id)
        else:
            jobs.clear_staging(store, job_id)
            jobs.clear_staging(store, state.remembered("upload.inspection.job", "none"))
        _go("columns" if step == "looking" else "done")
        st.rerun()
    else:
        job_view.show_failure(found)
        st.button(_("Start over"), key="upload.again", on_click=_start_over, args=(store,))


def _show_columns(store: Any, actor: Any) -> None:
    inspection: dict[str, Any] = state.remembered("upload.inspection", {})
    agency = state.remembered("upload.agency", "")
    layouts = inspection.get("layouts", [])
    report_view.show_refusals(inspection.get("refused", []))
    usable = [layout for layout in layouts if not layout["wrong_kind"]]
    if not usable:
        st.text(_("None of these files can be imported."))
        st.button(_("Start over"), key="upload.again", on_click=_start_over, args=(store,))
        return
    rows = sum(layout["rows"] for layout in usable)
    files = sum(len(layout["names"]) for layout in usable)
    st.text(
        _("{rows} in {tables}, from {agency}.").format(
            rows=n_("{count} row", "{count} rows", rows),
            tables=n_("{count} table", "{count} tables", files),
            agency=wording.label("agencies", agency),
        )
    )
    left_out = _tables_left_out(usable)
    decided = [mapping_view.show(layout) for layout in usable if set(layout["names"]) - set(left_out)]
    naming_view.show(store, actor, agency, inspection["files"], {one.key: one.mapping for one in decided})
    background = all(layout["is_background"] for layout in usable)
    answer = provenance_view.show(store, actor, agency, background=background)
    undecided = [] if decided else [_("which tables to import")]
    undecided += [text for one in decided for text in one.undecided] + list(answer.undecided)
    left, right = st.columns([1, 4], vertical_alignment="center")
    if left.button(_("Import"), type="primary", disabled=bool(undecided), key="upload.import"):
        chosen = [name for layout in usable for name in layout["names"] if name not in left_out] if left_out else []
        _start_import(store, actor, inspection, decided, answer=answer, chosen=tuple(chosen))
    right.button(_("Start over"), key="upload.again", on_click=_start_over, args=(store,))
    for text in undecided:
        st.caption(_("Still to say: {what}").format(what=wording.plain(text)))


def _tables_left_out(layouts: list[dict[str, Any]]) -> list[str]:
    """Sheets or members of the files that the person does not want, where there are several."""
    names = list(dict.fromkeys(name for layout in layouts for name in layout["names"]))
    if len(names) < 2:
        return []
    return st.multiselect(_("Leave out these tables"), names, placeholder=_("Import all"), key="upload.leave_out")


def _start_import(
    store: Any, actor: Any, inspection: Any, decided: Any, *, answer: Any, chosen: tuple[str, ...]
) -> None:
    request = provenance_view.request(inspection, decided, answer, chosen)
    try:
        job = jobs.start_import(store, actor, request)
    except CsgMapsError as problem:
        st.error(wording.plain(problem))
        return
    state.set_running_job(job)
    _go("importing")
    st.rerun()


def _show_report(store: Any) -> None:
    report_view.show(state.remembered("upload.report", {}))
    left, middle, right = st.columns(3)
    left.page_link("pages/3_Hotspots.py", label=_("See it on the map"), icon=wording.ONWARDS)
    middle.page_link("pages/4_Data.py", label=_("See all batches, or take this one back"), icon=wording.ONWARDS)
    right.button(_("Add another file"), key="upload.again", on_click=_start_over, args=(store,))


def _start_over(store: Any) -> None:
    for name in ("upload.inspection.job",):
        if job := state.remembered(name, ""):
            jobs.clear_staging(store, job)
    for name in ("step", "inspection", "inspection.job", "report", "agency"):
        state.forget(f"upload.{name}")
    naming_view.forget_files()
    state.set_running_job("")
