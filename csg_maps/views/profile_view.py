"""One place in detail: what kinds of harm, who reported, when, and what is not known."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.i18n import _
from csg_maps.model.vocabulary import codes
from csg_maps.views import assets_beside, cached, filters, place_where, wording
from csg_maps.views.state import Selection

MOST_HARMS = 3
"""So many kinds of harm are carried over to a proposal."""


def show(store: Any, actor: Any, choice: filters.Choice, selected: Selection) -> None:
    """Draw the profile of what is open, or how to open one."""
    if selected.is_empty:
        st.text(_("Click a place on the map, or choose one from the table, to see what is known of it."))
        return
    profile = cached.profile(store, actor, choice.chosen, choice.place, selected.cell or selected.area_code)
    name = profile.name or _("A place outside every area")
    heading = _("Cell in {area}").format(area=name) if selected.cell else name
    with st.container(key="profile", border=True):
        st.subheader(wording.plain(heading), anchor=False)
        _propose(store, choice, selected, profile)
        if not profile.total:
            st.text(_("No record here under this filter. Silence is not safety: it may be that nobody was asked."))
        else:
            st.text(_("{count} records under this filter.").format(count=wording.number(profile.total)))
            show_counts(profile, lambda: _months(profile.by_month))
        assets_beside.show_near(store, actor, choice, selected)


def show_counts(profile: Any, months: Callable[[], None]) -> None:
    """Draw the tables of a profile, with `months` in the third column."""
    left, middle, right = st.columns(3)
    with left:
        _codes(_("Harm"), profile.by_harm, "harm", "harms")
        _codes(_("Kind of place"), profile.by_setting, "setting", "settings")
    with middle:
        _codes(_("Agency"), profile.by_agency, "agency", "agencies")
        _codes(_("Age band"), profile.by_age_band, "age_band", "age_bands")
    with right:
        months()
    _hours(profile.by_weekday_and_hours)
    _unknown(profile)


def _propose(store: Any, choice: filters.Choice, selected: Selection, profile: Any) -> None:
    """A way to take the place that is open into the register, with the harms most often recorded there."""
    harms = tuple(code for code in profile.by_harm["harm"] if not code.startswith("other."))[:MOST_HARMS]
    st.button(
        _("Propose a place here"),
        key="profile.propose",
        type="primary",
        icon=wording.ONWARDS,
        on_click=place_where.begin_from_map,
        args=(store, choice.place, selected, harms),
    )
    place_where.show_failure()


def _codes(heading: str, counted: pd.DataFrame, column: str, list_name: str) -> None:
    st.table(
        pd.DataFrame(
            {_("Records"): [wording.number(count) for count in counted["count"]]},
            index=pd.Index(wording.labelled(list_name, counted[column]), name=heading),
        )
    )


def _months(counted: pd.DataFrame) -> None:
    known = counted[counted["month"] != ""]
    if known.empty:
        return
    span = pd.period_range(known["month"].min(), known["month"].max(), freq="M").astype(str)
    by_month = known.set_index("month")["count"].reindex(span, fill_value=0)
    st.markdown(f"**{_('By month')}**")
    frame = pd.DataFrame({_("Records"): by_month.to_numpy()}, index=pd.PeriodIndex(span, freq="M").to_timestamp())
    st.bar_chart(frame, height=220, x_label=_("Month"), y_label=_("Records"), color="#1d5c63")
    with st.expander(_("The months as a table")):
        st.table(
            pd.DataFrame(
                {_("Records"): [wording.number(count) for count in by_month]},
                index=pd.Index([wording.month(month) for month in span], name=_("Month")),
            )
        )


def _hours(counted: pd.DataFrame) -> None:
    known = counted[(counted["hour_band"] != "unknown") & (counted["weekday"] != "unknown")]
    if known.empty:
        st.text(_("At which hours is not known for any record here."))
        return
    grid = known.pivot_table(index="weekday", columns="hour_band", values="count", aggfunc="sum", fill_value=0)
    days = [code.code for code in codes("weekdays")]
    hours = [code.code for code in codes("hour_bands") if code.code != "unknown"]
    grid = grid.reindex(index=days, columns=hours, fill_value=0)
    shown = pd.DataFrame(
        [[wording.number(count) for count in row] for row in grid.to_numpy()],
        index=pd.Index(wording.labelled("weekdays", days), name=_("Weekday")),
        columns=wording.labelled("hour_bands", hours),
    )
    st.table(shown)


def _unknown(profile: Any) -> None:
    st.caption(
        _("The hour is not known for {hours} of {total} records, the weekday not for {days}.").format(
            hours=wording.number(profile.hour_unknown),
            days=wording.number(profile.weekday_unknown),
            total=wording.number(profile.total),
        )
    )
