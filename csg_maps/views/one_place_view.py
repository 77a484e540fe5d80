"""One place of the register: what young people say, what is recorded beside what was done, who does what next."""

import datetime
from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import _, language, speaking
from csg_maps.layers.hotspot_layer import hotspot_layer
from csg_maps.layers.map_page import make_map
from csg_maps.model.registered_place import RegisteredPlace
from csg_maps.views import (
    cached,
    map_view,
    place_actions_view,
    place_edit_view,
    place_where,
    profile_view,
    state,
    wording,
)
from csg_maps.workflows import place_ground, place_printing, place_register, place_story
from csg_maps.workflows.place_register import OpenedPlace

BAR, MARK = "#1d5c63", "#8a2a12"


def show(store: Any, actor: Any, opened: OpenedPlace) -> None:
    """Draw the page of a place."""
    place = opened.place
    st.button(_("Back to the register"), key="places.back", on_click=state.forget, args=("places.open",))
    told = place_story.story(store, actor, place, opened.actions)
    _show_head(store, actor, opened)
    with st.container(border=True, key="places.voice"):
        st.markdown(f"**{_('What young people say')}**")
        st.text(place.young_people or _("Not asked yet. Ask before deciding what to change."))
        if place.is_asked:
            st.caption(_("Asked on {day}").format(day=wording.day(place.asked_on)))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _show_map(store, actor, place)
    with right:
        _show_words(place, told)
        place_where.show_overlaps(store, place.cells, besides=place.place_id)
    st.subheader(_("What is recorded"), anchor=False)
    st.text(place_printing.total_words(told))
    if told.profile.total:
        profile_view.show_counts(told.profile, lambda: _show_months(told, opened))
    place_actions_view.show(store, actor, opened, told)
    if told.not_known:
        st.subheader(_("What is not known"), anchor=False)
        st.text("\n".join(f"– {line}" for line in told.not_known))
        _show_silent(told)
    place_edit_view.show(store, actor, opened)


def _show_head(store: Any, actor: Any, opened: OpenedPlace) -> None:
    place = opened.place
    spoken = language()
    heading, download = st.columns([3, 1], vertical_alignment="bottom")
    with heading:
        st.subheader(wording.plain(place_ground.name_of(place)), anchor=False)
        facts = [place.reference, _(place_register.STATUS_LABELS[place.status]), place.marking]
        if place.status != "closed":
            facts.append(_("reviewed on {day}").format(day=wording.day(place.review_on)))
        st.text(" · ".join(facts))
    with download:
        st.download_button(
            _("Page to print (HTML)"),
            data=lambda: _printed(store, actor, opened, spoken),
            file_name=place_printing.file_name(place),
            mime="text/html",
            key="places.print",
            type="primary",
            help=_("One or two sheets of A4. Open the file and print it; that it was taken is recorded."),
        )
    row = next(row for row in place_register.register(store, actor) if row.place.place_id == place.place_id)
    for line in row.overdue:
        st.warning(line)
    if place.status == "proposed":
        st.button(_("Take this place on"), key="places.take_on", on_click=_take_on, args=(store, actor, place))


def _printed(store: Any, actor: Any, opened: OpenedPlace, spoken: str) -> str:
    """The page in the language of the screen: a download is made in a thread of its own, which knows no language."""
    with speaking(spoken):
        return place_printing.html_page(store, actor, opened)


def _take_on(store: Any, actor: Any, place: RegisteredPlace) -> None:
    try:
        place_register.take_on(store, actor, place)
        state.remember("places.said", _("{reference} is taken on.").format(reference=place.reference))
    except CsgMapsError as problem:
        state.remember("places.failed", str(problem))


def _show_map(store: Any, actor: Any, place: RegisteredPlace) -> None:
    ground = cached.ground(store, actor)
    bounds = place_ground.bounds_around(place.cells)
    map_view.show_map(
        make_map(ground.shapes, bounds),
        [hotspot_layer(place_ground.outline(place.cells))],
        key="places.one",
        filter_key=place.place_id,
        bounds=bounds,
        height_px=400,
    )


def _show_words(place: RegisteredPlace, told: place_story.PlaceStory) -> None:
    st.markdown(f"**{_('Why this place')}**")
    st.text(place.why)
    if place.harms:
        st.text(_("Harms: {names}.").format(names=", ".join(wording.labelled("harms", place.harms))))
    st.markdown(f"**{_('Where')}**")
    st.text("\n".join(place_story.where_words(place, told)))
    st.markdown(f"**{_('Strengths')}**")
    st.text("\n".join(place.strengths) or _("None written down yet."))


def _show_silent(told: place_story.PlaceStory) -> None:
    if told.silent:
        names = ", ".join(wording.labelled("agencies", told.silent))
        st.caption(_("Nothing here from: {names}. Silence is not safety.").format(names=names))


def _show_months(told: place_story.PlaceStory, opened: OpenedPlace) -> None:
    st.markdown(f"**{_('By month, beside what was done')}**")
    done = [action for action in opened.actions if action.status == "done"]
    bars = [{"month": f"{month}-01", "count": int(count)} for month, count in told.by_month.itertuples(index=False)]
    marks = [{"day": action.done_on, "number": str(number)} for number, action in enumerate(done, start=1)]
    time: dict[str, Any] = {"type": "temporal", "axis": {"format": "%Y", "tickCount": "year"}, "title": None}
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": bars},
            "mark": {"type": "bar", "color": BAR},
            "encoding": {
                "x": {"field": "month", "timeUnit": "yearmonth", **time},
                "y": {"field": "count", "type": "quantitative", "title": _("Records")},
            },
        }
    ]
    if marks:
        at = {"x": {"field": "day", **time}}
        rule = {"type": "rule", "color": MARK, "strokeWidth": 2}
        text = {"type": "text", "color": MARK, "align": "left", "dx": 4, "fontSize": 14, "fontWeight": "bold"}
        numbered = {**at, "text": {"field": "number", "type": "nominal"}, "y": {"value": 10}}
        layers.append({"data": {"values": marks}, "mark": rule, "encoding": at})
        layers.append({"data": {"values": marks}, "mark": text, "encoding": numbered})
    st.vega_lite_chart({"layer": layers, "height": 220}, width="stretch", key="places.chart")
    for number, action in enumerate(done, start=1):
        st.text(
            _("{number}: done {day}: {what}").format(number=number, day=wording.day(action.done_on), what=action.what)
        )
    with st.expander(_("The months as a table")):
        st.table(_month_table(told, [datetime.date.fromisoformat(action.done_on) for action in done]))


def _month_table(told: place_story.PlaceStory, done: list[datetime.date]) -> pd.DataFrame:
    by_month: dict[str, list[str]] = {}
    for number, day in enumerate(done, start=1):
        by_month.setdefault(f"{day:%Y-%m}", []).append(str(number))
    months = told.by_month["month"]
    shown = pd.DataFrame(
        {_("Records"): [wording.number(count) for count in told.by_month["count"]]},
        index=pd.Index([wording.month(month) for month in months], name=_("Month")),
    )
    if by_month:
        shown[_("Action done")] = [", ".join(by_month.get(month, [])) for month in months]
    return shown
