"""Screens: the only rooms that import streamlit. They ask, call a workflow, and show."""
