"""What became of a supply: every row once, what was found, and the table of problems to take away."""

from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.i18n import N_, _
from csg_maps.views import wording
from csg_maps.workflows import import_report

LEVEL_LABELS = {
    "refuse": N_("Refused"),
    "quarantine": N_("Set aside"),
    "duplicate": N_("Held already"),
    "warning": N_("Accepted, with a warning"),
    "info": N_("For information"),
}


def show(report: dict[str, Any]) -> None:
    """Show the report of an import (as `ImportReport.as_dict`)."""
    if not report:
        st.text(_("There is no report any more: start over."))
        return
    _headline(report)
    st.table(
        pd.DataFrame(
            {
                _("Rows in the files"): [wording.number(report["rows"])],
                _("Accepted"): [wording.number(report["accepted"])],
                _("Set aside"): [wording.number(report["quarantined"])],
                _("Refused"): [wording.number(report["refused"])],
                _("Duplicates"): [wording.number(report["duplicates"])],
                _("Accepted, but not on the map"): [wording.number(report["not_on_map"])],
            },
            index=pd.Index([_("All")], name=""),
        )
    )
    for line in report["announcements"]:
        st.text(line)
    problems = report["problems"]
    if not problems:
        st.text(_("Nothing was wrong with any row."))
        return
    st.subheader(_("What was found"), anchor=False)
    st.table(_summary(problems))
    st.download_button(
        _("Download the table of problems (CSV)"),
        data=import_report.problems_csv(problems),
        file_name="OFFICIAL-SENSITIVE_problems.csv",
        mime="text/csv",
        key="report.download",
    )


def _headline(report: dict[str, Any]) -> None:
    if report["batch_id"]:
        st.success(
            _("{accepted} of {rows} rows are in, as batch {batch}.").format(
                accepted=wording.number(report["accepted"]),
                rows=wording.number(report["rows"]),
                batch=report["batch_id"],
            )
        )
    elif report["rows"] and report["duplicates"] == report["rows"]:
        st.info(_("Every row is held already. Nothing was changed."))
    else:
        st.error(_("Nothing was imported. Below is why, and how to mend it."))


def _summary(problems: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(problems)
    order = list(LEVEL_LABELS)
    grouped = (
        frame.groupby(["level", "code"], sort=False)
        .agg(rows=("row", "size"), first=("row", "min"), message=("message", "first"), fix=("fix", "first"))
        .reset_index()
    )
    grouped = grouped.sort_values(
        ["level", "rows"], key=lambda column: column.map(order.index) if column.name == "level" else -column
    )
    return pd.DataFrame(
        {
            _("Rows"): [wording.number(count) for count in grouped["rows"]],
            _("First row"): ["" if row == 0 else str(row) for row in grouped["first"]],
            _("What"): [wording.plain(text) for text in grouped["message"]],
            _("What to do"): [wording.plain(text) for text in grouped["fix"]],
        },
        index=pd.Index([_(LEVEL_LABELS[level]) for level in grouped["level"]], name=_("Outcome")),
    ).head(40)


def show_refusals(refused: list[dict[str, Any]]) -> None:
    """Say which files or tables cannot be used, and what to do."""
    for problem in refused:
        st.error(wording.plain(f"{problem['message']} {problem['fix']}"))
