"""What has been added.

An analyst asks: what did I load, can I take it back, what was wrong with it? An information-governance lead asks: under
which agreement, who may use it, until when, and who did what?
"""

import datetime
from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import N_, _
from csg_maps.views import opened, state, wording, workbench_view
from csg_maps.workflows import set_aside, supplies

STATUS_LABELS = {"active": N_("In use"), "withdrawn": N_("Withdrawn"), "purged": N_("Deleted")}


def show() -> None:
    """Draw the page."""
    store, actor = opened.store(), opened.actor()
    if said := state.remembered("data.said", ""):
        st.success(wording.plain(said))
        state.forget("data.said")
    if failed := state.remembered("data.failed", ""):
        st.error(wording.plain(failed))
        state.forget("data.failed")
    rows = [row for row in supplies.list_supplies(store, actor) if row["status"] != "purged"]
    batches, aside, audit = st.tabs([_("Batches"), _("Set aside"), _("Who did what")])
    with batches:
        if rows:
            _show_batches(store, actor, rows)
        else:
            st.text(_("Nothing has been imported yet."))
            st.page_link("pages/1_Upload.py", label=_("Add a file"), icon=wording.ONWARDS)
    with aside:
        _show_set_aside(store, actor)
    with audit:
        _show_audit(store, actor)


def _show_batches(store: Any, actor: Any, rows: list[dict[str, Any]]) -> None:
    st.table(
        pd.DataFrame(
            {
                _("Agency"): [wording.label("agencies", row["agency"]) for row in rows],
                _("Kind"): [", ".join(wording.labelled("evidence", row["evidence"].split(","))) for row in rows],
                _("Months"): [_span(row) for row in rows],
                _("Rows"): [wording.number(row["rows"]) for row in rows],
                _("Accepted"): [wording.number(row["accepted"]) for row in rows],
                _("Set aside"): [wording.number(row["quarantined"]) for row in rows],
                _("Refused"): [wording.number(row["refused"]) for row in rows],
                _("Duplicates"): [wording.number(row["duplicates"]) for row in rows],
                _("Not on the map"): [wording.number(row["not_on_map"]) for row in rows],
                _("State"): [_(STATUS_LABELS[row["status"]]) for row in rows],
            },
            index=pd.Index([row["batch_id"] for row in rows], name=_("Batch")),
        )
    )
    by_id = {row["batch_id"]: row for row in rows}
    chosen = st.selectbox(
        _("Look at a batch"), list(by_id), index=None, placeholder=_("Choose a batch"), key="data.batch"
    )
    if chosen:
        _show_batch(store, actor, by_id[chosen])


def _span(row: dict[str, Any]) -> str:
    if not row["period_from"]:
        return _("not known")
    return f"{wording.month(row['period_from'])} – {wording.month(row['period_to'])}"


def _show_batch(store: Any, actor: Any, row: dict[str, Any]) -> None:
    with st.container(border=True, key="data.one"):
        st.table(
            pd.DataFrame(
                {
                    "": [
                        wording.plain(row["agreement"]),
                        wording.plain(row["purpose"]),
                        wording.label("lawful_bases", row["lawful_basis"]),
                        row["retain_until"],
                        _recipients(row["share_with"]),
                        wording.plain(row["known_gaps"]) or _("none stated"),
                        wording.plain(f"{row['sealed_at'][:16].replace('T', ' ')} UTC ({row['sealed_by']})"),
                    ]
                },
                index=[
                    _("Sharing agreement"),
                    _("Purpose"),
                    _("Lawful basis"),
                    _("Keep until"),
                    _("Who may use it"),
                    _("Known gaps"),
                    _("Imported"),
                ],
            )
        )
        found = supplies.problem_summary(store, actor, row["batch_id"])
        if not found.empty:
            st.markdown(f"**{_('What was found')}**")
            st.table(found.map(wording.plain).set_index(_("Rows")))
        if row["status"] == "active":
            why = st.text_input(_("Why is it withdrawn?"), key="data.why")
            st.button(
                _("Withdraw this batch"),
                key="data.withdraw",
                on_click=_act,
                args=(store, actor, row["batch_id"], "withdraw", why),
                help=_("It leaves every count. Nothing is deleted, and it can be brought back."),
            )
        else:
            st.text(_("Withdrawn: {why}").format(why=row["why"]))
            st.button(
                _("Bring this batch back"),
                key="data.restore",
                on_click=_act,
                args=(store, actor, row["batch_id"], "restore", ""),
            )


def _recipients(codes: list[str]) -> str:
    return ", ".join(_("all partners") if code == "all" else wording.label("agencies", code) for code in codes)


def _act(store: Any, actor: Any, batch_id: str, what: str, why: str) -> None:
    try:
        if what == "withdraw":
            further = supplies.withdraw(store, actor, batch_id, why)
            said = _("Batch {batch} is withdrawn.").format(batch=batch_id)
            state.remember("data.said", f"{said} {further}".strip())
        else:
            supplies.restore(store, actor, batch_id)
            state.remember("data.said", _("Batch {batch} is back.").format(batch=batch_id))
    except CsgMapsError as problem:
        state.remember("data.failed", str(problem))


def _show_set_aside(store: Any, actor: Any) -> None:
    held = supplies.list_set_aside(store, actor)
    if not held:
        st.text(_("No row is set aside."))
        return
    for entry in set_aside.expiring(store, actor, datetime.date.today()):
        st.warning(workbench_view.expiring_words(entry))
    st.page_link("pages/5_Workbench.py", label=_("Mend them in the workbench"), icon=wording.ONWARDS)
    st.text(_("These rows could not be used as they are. They are kept for 30 days, for analysts only, then deleted."))
    st.table(
        pd.DataFrame(
            {
                _("Agency"): [wording.label("agencies", entry.agency) for entry in held],
                _("Rows"): [wording.number(entry.rows) for entry in held],
                _("Kept until"): [entry.purge_after for entry in held],
            },
            index=pd.Index([entry.batch_id for entry in held], name=_("Batch")),
        )
    )
    chosen = st.selectbox(
        _("Show the rows of a batch (this is recorded)"),
        [entry.batch_id for entry in held],
        index=None,
        placeholder=_("Choose a batch"),
        key="data.aside",
    )
    if chosen:
        rows = supplies.set_aside_rows(store, actor, chosen)
        st.dataframe(rows, hide_index=True, width="stretch")


def _show_audit(store: Any, actor: Any) -> None:
    entries = supplies.audit_entries(store, actor)
    st.text(_("Every import, withdrawal, view of rows, export and change of access, the newest first."))
    shown = entries.tail(200).iloc[::-1]
    st.dataframe(shown, hide_index=True, width="stretch")
