"""The page "hotspots"."""

import streamlit as st

from csg_maps.i18n import _


def show() -> None:
    """Draw the page."""
    st.text(_("Nothing has been added yet."))
