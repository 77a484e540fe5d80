"""The store that the pages work on: opened once, made with the demo borough at the very first start."""

import functools
from pathlib import Path

import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import _
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.settings import store_folder
from csg_maps.views import job_view, wording
from csg_maps.workflows import stores
from csg_maps.workflows.stores import Store


@st.cache_resource(show_spinner=False, ttl=3600, max_entries=4)
def _open(folder: str) -> tuple[Store, str]:
    return stores.ensure(Path(folder))


def actor() -> Actor:
    """Who is acting: the local operator, until people sign in."""
    return LOCAL_ACTOR


def store() -> Store:
    """The open store. While the demo borough is being made, or when the store cannot be opened, the page says so and ends."""
    try:
        opened, demo_job = _open(str(store_folder()))
    except CsgMapsError as problem:
        st.error(wording.plain(problem))
        st.stop()
    if demo_job and job_view.is_running(opened, demo_job, until=stores.DEMO_RECORDS_IN):
        st.info(_("This is the first start: a fictional borough is being made, so that there is something to look at."))
        job_view.watch(opened, demo_job, until=stores.DEMO_RECORDS_IN)
        st.stop()
    if stores.is_demo(opened):
        _demo_banner(opened)
    return opened


def store_at_hand() -> Store:
    """The open store for a callback: without a word on the page."""
    return _open(str(store_folder()))[0]


def _demo_banner(opened: Store) -> None:
    with st.container(key="demo", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        fictional = _("**Everything here is fictional:** an invented borough in the sea, made to try this out.")
        mixed = _(
            "**The fictional borough and files of your own are mixed here.** Start an empty store to keep only yours."
        )
        st.markdown(mixed if stores.holds_other_data(opened, actor()) else fictional, width="content")
        with st.popover(_("Start an empty store"), width="content"):
            st.text(
                _("The fictional borough is deleted and cannot be brought back. What you brought in yourself stays.")
            )
            st.button(
                _("Delete the demo and start empty"), key="demo.clear", on_click=functools.partial(_clear, opened)
            )


def _clear(opened: Store) -> None:
    stores.start_empty(opened, actor())
