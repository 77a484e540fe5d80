"""The frame of every page: title, ways to the other pages, language, notices, and the foot.

A page calls `open_shell` first, then its view. A fragment's rerun does not run the page again: a view's fragment calls
`resume_shell` first, which sets the language of its thread.
"""

from dataclasses import dataclass

import streamlit as st

from csg_maps.i18n import N_, _, has_drafts, use_language
from csg_maps.views import startup, state


@dataclass(frozen=True)
class Page:
    """A page: its script, its name in the row of links, and its heading."""

    script: str
    link: str
    heading: str


PAGES: dict[str, Page] = {
    "home": Page("home.py", N_("Home"), N_("Places where young people need us to act")),
    "upload": Page("pages/1_Upload.py", N_("Upload"), N_("Add a file")),
    "workbench": Page("pages/5_Workbench.py", N_("Workbench"), N_("Rows set aside: mend them")),
    "supplies": Page("pages/6_Supplies.py", N_("Supplies"), N_("Whose data is due, late or missing")),
    "areas": Page("pages/2_Areas.py", N_("Areas"), N_("Areas and boundaries")),
    "assets": Page("pages/7_Assets.py", N_("Assets"), N_("Schools, stops, parks and other public places")),
    "hotspots": Page("pages/3_Hotspots.py", N_("Hotspots"), N_("Where concerns come together")),
    "places": Page("pages/8_Places.py", N_("Places"), N_("Places taken on")),
    "data": Page("pages/4_Data.py", N_("Data"), N_("What has been added")),
}

_LANGUAGE_NAMES = {"en": "English", "cy": "Cymraeg"}  # each in itself, so never translated


def open_shell(page: str) -> None:
    """Begin a page (a key of PAGES): set its title and language, and draw what stands above and below every view."""
    shown = PAGES[page]
    language = resume_shell()
    st.set_page_config(
        page_title=f"{_(shown.link)} – {startup.TITLE}",
        layout="wide",
        initial_sidebar_state="collapsed",
        menu_items={"Get help": None, "Report a bug": None, "About": None},
    )
    if not startup.is_started_by_app():
        st.error(_("Start this app with: streamlit run app.py. Started in another way it is not protected."))
        st.stop()
    _draw_band(page)
    if language != "en" and has_drafts():
        st.info(_("The Welsh on these pages is a draft that no translator has checked yet."))
    st.title(_(shown.heading), anchor=False)


def resume_shell() -> str:
    """Set the language of the running thread to that of the session, and return it; the first line of every fragment."""
    language = state.language()
    use_language(language)
    return language


def _draw_band(current: str) -> None:
    with st.container(key="band", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(key="ways", horizontal=True, vertical_alignment="center", gap="small", width="content"):
            # served/page.js reads from this key which language the page is written in
            with st.container(key=f"language-{state.language()}", width="content"):
                st.markdown(f"**{startup.TITLE}**", width="content")
            for page in PAGES.values():
                st.page_link(page.script, label=_(page.link), width="content")
        st.segmented_control(
            _("Language"),
            options=list(_LANGUAGE_NAMES),
            format_func=_LANGUAGE_NAMES.__getitem__,
            required=True,
            default=state.language(),
            key=f"shell.language.{current}",
            label_visibility="collapsed",
            on_change=_choose_language,
            args=(f"shell.language.{current}",),
            width="content",
        )


def _choose_language(key: str) -> None:
    state.set_language(str(st.session_state.get(key) or "en"))


def close_shell() -> None:
    """The foot of a page; a view calls it last, so that nothing jumps while it draws."""
    st.divider()
    st.caption(
        _(
            "Counts are of places, never of people. Every map has a table with the same information, and every control "
            "works from the keyboard."
        )
    )
