"""Files of several agencies at once.

An analyst on the eighth of the month has eight files in a folder and an hour. They drop them all, see whose each seems to
be and why, answer what is new (a word, no more, when the layouts are known), say once that the terms are those of last
time, and press one button. Then they read one table: a line for each agency, in which every row is accounted for.
"""

import datetime
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import _, n_
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.provenance import Provenance, Sharing
from csg_maps.model.supply import ImportRequest, mapping_from_dict
from csg_maps.model.vocabulary import codes
from csg_maps.views import job_view, mapping_view, naming_view, provenance_view, report_view, state, wording
from csg_maps.workflows import jobs, many_supplies

LEFT_OUT = "-"


@dataclass(frozen=True)
class _Answer:
    """What was said about one agency's files, and what is still to say; `request` is None until then."""

    request: ImportRequest | None
    undecided: tuple[str, ...]


def is_under_way() -> bool:
    """Whether somebody is in the middle of it: the page then shows this, whatever was chosen at its head."""
    return state.remembered("many.step", "files") != "files"


def show(store: Any, actor: Any) -> None:
    """Draw the step that was reached."""
    step = state.remembered("many.step", "files")
    if step in {"looking", "importing"}:
        _show_job(store, step)
    elif step == "sort":
        _show_sorting(store, actor)
    elif step == "done":
        _show_reports(store)
    else:
        _show_files(store, actor)


def _go(step: str) -> None:
    state.remember("many.step", step)


def _show_files(store: Any, actor: Any) -> None:
    uploads = st.file_uploader(
        _("All files of the month, of any agencies"),
        accept_multiple_files=True,
        key="many.files.widget",
        help=_(
            "Each is recognised by its layout, by a column that names the agency, or by its name; you can correct it."
        ),
    )
    if st.button(_("Look at these files"), type="primary", disabled=not uploads, key="many.look.button"):
        files = [(upload.name, upload.getvalue()) for upload in uploads or []]
        try:
            job = jobs.start_many_inspection(store, actor, files)
        except CsgMapsError as problem:
            st.error(wording.plain(problem))
            return
        state.set_running_job(job)
        _go("looking")
        st.rerun()
    if not uploads:
        st.caption(_("Choose at least one file."))


def _show_job(store: Any, step: str) -> None:
    job_id = state.running_job()
    found = jobs.state_of(store, job_id)
    if found is None:
        _start_over(store)
        st.rerun()
    elif found.state == "running":
        st.subheader({"looking": _("Looking at the files"), "importing": _("Importing")}[step], anchor=False)
        job_view.watch(store, job_id)
    elif found.state == "done":
        state.remember("many.look" if step == "looking" else "many.reports", found.result)
        if step == "looking":
            state.remember("many.look.job", job_id)
        else:
            jobs.clear_staging(store, job_id)
            jobs.clear_staging(store, state.remembered("many.look.job", "none"))
        _go("sort" if step == "looking" else "done")
        st.rerun()
    else:
        job_view.show_failure(found)
        st.button(_("Start over"), key="many.again", on_click=_start_over, args=(store,))


def _show_sorting(store: Any, actor: Any) -> None:
    looked: dict[str, Any] = state.remembered("many.look", {})
    files = looked.get("files", [])
    for file in files:
        report_view.show_refusals(file["refused"])
    usable = [file for file in files if any(not readings[""]["wrong_kind"] for readings in file["tables"])]
    for file in files:
        if file not in usable and not file["refused"]:
            report_view.show_refusals(file["tables"][0][""]["refusals"] if file["tables"] else [])
    if not usable:
        st.text(_("None of these files can be imported."))
        st.button(_("Start over"), key="many.again", on_click=_start_over, args=(store,))
        return
    undecided: list[str] = []
    by_agency = _senders(usable, undecided)
    st.subheader(_("What is new, and on which terms"), anchor=False)
    last_for_all = st.checkbox(
        _("As last time for all: agreement, purpose, who may use it, and as long from today"),
        key="many.last_for_all",
        help=_("Agencies that have sent nothing before are asked all the same."),
    )
    requests = []
    for agency, own in sorted(by_agency.items(), key=lambda one: _is_known(*one)):  # what is new first
        answer = _show_agency(store, actor, agency, own, last_for_all=last_for_all)
        undecided += answer.undecided
        requests += [answer.request] if answer.request else []
    if not by_agency:
        undecided.append(_("which files to import"))
    left, right = st.columns([1, 4], vertical_alignment="center")
    label = n_("Import for {count} agency", "Import for {count} agencies", len(by_agency))
    if left.button(label, type="primary", disabled=bool(undecided), key="many.import"):
        _start_imports(store, actor, requests)
    right.button(_("Start over"), key="many.again", on_click=_start_over, args=(store,))
    for text in dict.fromkeys(undecided):
        st.caption(_("Still to say: {what}").format(what=wording.plain(text)))


def _senders(files: list[dict[str, Any]], undecided: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Whose each file is: suggested, and corrected by the person. Files by agency, in the order of the files."""
    st.subheader(_("Who sent what"), anchor=False)
    options = [code.code for code in codes("agencies")] + [LEFT_OUT]
    by_agency: dict[str, list[dict[str, Any]]] = {}
    with st.container(border=True, key="many.senders"):
        for number, file in enumerate(files):
            said, reason = st.columns([2, 3], vertical_alignment="bottom")
            agency = said.selectbox(
                wording.plain(file["name"]),
                options,
                index=options.index(file["agency"]) if file["agency"] in options else None,
                format_func=lambda code: (
                    _("Leave this file out") if code == LEFT_OUT else wording.label("agencies", code)
                ),
                placeholder=_("Choose an agency"),
                key=f"many.sender.{state.remembered('many.look.job', '')}.{number}",
            )
            with reason:
                st.text(file["reason"])
            if agency is None:
                undecided.append(_("who sent {file}").format(file=file["name"]))
            elif agency != LEFT_OUT:
                by_agency.setdefault(agency, []).append(file)
    return by_agency


def _is_known(agency: str, files: list[dict[str, Any]]) -> bool:
    return all(many_supplies.is_known(layout) for layout in many_supplies.layouts_of(files, agency))


def _show_agency(store: Any, actor: Any, agency: str, files: list[dict[str, Any]], *, last_for_all: bool) -> _Answer:
    layouts = many_supplies.layouts_of(files, agency)
    rows = sum(layout["rows"] for layout in layouts)
    background = bool(layouts) and all(layout["is_background"] for layout in layouts)
    name = wording.label("agencies", agency)
    with st.container(border=True, key=f"many.agency.{agency}"):
        st.markdown(f"**{name} – {n_('{count} row', '{count} rows', rows)}**")
        mappings: dict[str, ColumnMapping] = {}
        undecided: list[str] = []
        for layout in layouts:
            if many_supplies.is_known(layout):
                names = ", ".join(layout["names"])
                st.text(
                    _("{file}: the layout is known, and every word of it. Nothing needs to be mapped.").format(
                        file=names
                    )
                )
                mappings[layout["key"]] = mapping_from_dict(layout["mapping"])
                continue
            decided = mapping_view.show({**layout, "key": f"{agency}.{layout['key']}"})
            mappings[layout["key"]] = decided.mapping
            undecided += [f"{name}: {text}" for text in decided.undecided]
        naming_view.show(store, actor, agency, files, mappings)
        terms, missing = _terms(store, actor, agency, last_for_all=last_for_all, background=background)
        undecided += [f"{name}: {text}" for text in missing]
    request = many_supplies.request_for(files, terms, mappings) if terms and not undecided else None
    return _Answer(request, tuple(undecided))


def _terms(
    store: Any, actor: Any, agency: str, *, last_for_all: bool, background: bool
) -> tuple[tuple[Provenance, Sharing, str] | None, list[str]]:
    """Where the files come from and who may use them: as last time when the person says so, else asked."""
    last = many_supplies.as_last_time(store, actor, agency, datetime.date.today(), background=background)
    if last is not None:
        ways = ("last", "anew")
        words = {"last": _("As last time"), "anew": _("Say it anew")}
        way: str | None = "last"
        if not last_for_all:
            way = st.radio(
                _("Terms of {agency}").format(agency=wording.label("agencies", agency)),
                ways,
                index=None,
                format_func=words.__getitem__,
                horizontal=True,
                key=f"many.terms.{agency}",
            )
        if way != "anew":
            st.text("\n".join(last.sentences))
            terms = (last.provenance, last.sharing, last.evidence)
            return terms, [] if way == "last" else [_("whether the terms are those of last time")]
    answer = provenance_view.show(store, actor, agency, background=background)
    return (answer.provenance, answer.sharing, answer.evidence), list(answer.undecided)


def _start_imports(store: Any, actor: Any, requests: list[ImportRequest]) -> None:
    try:
        job = jobs.start_many_imports(store, actor, requests)
    except CsgMapsError as problem:
        st.error(wording.plain(problem))
        return
    state.set_running_job(job)
    _go("importing")
    st.rerun()


def _show_reports(store: Any) -> None:
    reports: dict[str, Any] = state.remembered("many.reports", {})
    entries: list[dict[str, Any]] = reports.get("reports", [])
    done = [entry for entry in entries if entry["report"]]
    kept = [entry for entry in done if entry["report"]["batch_id"]]
    for entry in entries:
        if entry["error"]:
            st.error(wording.plain(f"{wording.label('agencies', entry['agency'])}: {entry['error']}"))
    if kept:
        st.success(
            n_("{count} agency's files are in.", "The files of {count} agencies are in.", len(kept)),
        )
    elif done:
        st.info(_("Nothing new was imported."))
    if done:
        _table(done)
        chosen = st.selectbox(
            _("What was found in the files of"),
            [entry["agency"] for entry in done],
            index=None,
            format_func=lambda code: wording.label("agencies", code),
            placeholder=_("Choose an agency"),
            key="many.report.agency",
        )
        for entry in done:
            if entry["agency"] == chosen:
                report_view.show(entry["report"])
    left, middle, right = st.columns(3)
    left.page_link("pages/6_Supplies.py", label=_("See who is still missing, and answer them"), icon=wording.ONWARDS)
    middle.page_link("pages/4_Data.py", label=_("See all batches, or take one back"), icon=wording.ONWARDS)
    right.button(_("Add more files"), key="many.again", on_click=_start_over, args=(store,))


def _table(done: list[dict[str, Any]]) -> None:
    names = [wording.label("agencies", entry["agency"]) for entry in done] + [_("All")]
    fields = {
        _("Rows in the files"): "rows",
        _("Accepted"): "accepted",
        _("Set aside"): "quarantined",
        _("Refused"): "refused",
        _("Duplicates"): "duplicates",
        _("Accepted, but not on the map"): "not_on_map",
    }
    columns: dict[str, list[str]] = {}
    for heading, field in fields.items():
        values = [entry["report"][field] for entry in done]
        columns[heading] = [wording.number(value) for value in [*values, sum(values)]]
    columns[_("Batch")] = [entry["report"]["batch_id"] or _("none") for entry in done] + [""]
    st.table(pd.DataFrame(columns, index=pd.Index(names, name=_("Agency"))))


def _start_over(store: Any) -> None:
    if job := state.remembered("many.look.job", ""):
        jobs.clear_staging(store, job)
    for name in ("step", "look", "look.job", "reports"):
        state.forget(f"many.{name}")
    naming_view.forget_files()
    state.set_running_job("")
