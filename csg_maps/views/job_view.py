"""Watch a job: its progress while it runs, its end when it is over. Clicking or leaving the page does it no harm."""

import streamlit as st

from csg_maps.i18n import _
from csg_maps.views import wording
from csg_maps.views.shell import resume_shell
from csg_maps.workflows import jobs
from csg_maps.workflows.stores import Store

POLL_SECONDS = 1.0


def is_running(store: Store, job_id: str, *, until: float = 1.0) -> bool:
    """Whether the job is still under way, and has not done the share that is waited for."""
    state = jobs.state_of(store, job_id)
    return state is not None and state.state == "running" and state.progress <= until


def watch(store: Store, job_id: str, *, until: float = 1.0) -> None:
    """Show the progress of a running job; the whole page runs again when it ends, or has done the share waited for."""

    @st.fragment(run_every=POLL_SECONDS)
    def progress() -> None:
        resume_shell()
        state = jobs.state_of(store, job_id)
        if state is None or state.state != "running" or state.progress > until:
            st.rerun()
            return
        stage = wording.plain(state.stage) or _("Starting")
        st.progress(min(max(state.progress, 0.0), 1.0), text=f"{stage} – {state.progress:.0%}")
        st.caption(_("This goes on if you leave the page."))

    progress()


def show_failure(state: jobs.JobState) -> None:
    """Say why a job did not come to its end."""
    if state.state == "interrupted":
        st.error(_("The work was interrupted before its end. Nothing was changed; start it again."))
    else:
        st.error(wording.plain(state.message) or _("The work failed. Nothing was changed."))
