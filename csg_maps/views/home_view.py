"""The first page.

Whoever opens the app asks: what data is there, is any missing, where should I look? They see the map and its answer in one
sentence first, then what each agency has sent month by month, then what to do next.
"""

import datetime
from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.i18n import _, n_
from csg_maps.layers.hotspot_layer import number_layer
from csg_maps.layers.legend import legend
from csg_maps.layers.map_page import make_map
from csg_maps.model.filters import CellPlace, ConcernFilter
from csg_maps.settings import DEFAULT_RESOLUTION
from csg_maps.views import cached, map_view, opened, wording, workbench_view
from csg_maps.workflows import explore, how_made, place_profile, set_aside
from csg_maps.workflows.overview import Overview


def show() -> None:
    """Draw the page."""
    store, actor = opened.store(), opened.actor()
    held = cached.holdings(store, actor)
    if not held.batches:
        _show_empty(held)
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _show_map(store, actor, held)
    with right:
        _show_numbers(held)
        _show_next(held, set_aside.expiring(store, actor, datetime.date.today()))
    _show_supplies(held)


def _show_empty(held: Overview) -> None:
    st.subheader(_("This store is empty"), anchor=False)
    st.text(_("Begin in this order: your own areas, then a file of concerns."))
    first, second = st.columns(2)
    with first.container(border=True):
        st.markdown(f"**1. {_('Add your areas')}**")
        st.text(
            n_("{count} layer is loaded.", "{count} layers are loaded.", held.layers)
            if held.layers
            else _("Wards or LSOAs: records outside them are set aside, and counts are made for them.")
        )
        st.page_link("pages/2_Areas.py", label=_("Add areas"), icon=wording.ONWARDS)
    with second.container(border=True):
        st.markdown(f"**2. {_('Add a file')}**")
        st.text(_("CSV, Excel, GeoPackage and others, as the agency sent it. Every row is accounted for."))
        st.page_link("pages/1_Upload.py", label=_("Add a file"), icon=wording.ONWARDS)


def _show_map(store: Any, actor: Any, held: Overview) -> None:
    evidence = "concern" if held.concerns else "background"
    place = CellPlace(DEFAULT_RESOLUTION)
    result, drawn = cached.hotspots(
        store,
        actor,
        ConcernFilter(evidence=evidence),
        place,
        method="gi-star" if held.concerns else "count",
        bandwidth_m=None,
        expected="even",
    )
    found = explore.hotspots_of(result)
    if evidence == "background":
        st.subheader(_("Recorded crime, as background: no concerns are held yet"), anchor=False)
    elif len(found):
        st.subheader(
            n_(
                "{count} place stands out among all concerns", "{count} places stand out among all concerns", len(found)
            ),
            anchor=False,
        )
    else:
        st.subheader(_("No place stands out among all concerns"), anchor=False)
    ground = cached.ground(store, actor)
    top = result.table.head(10) if len(found) == 0 else found.head(10)
    numbered = drawn.numbered[: len(top)]  # what stands in the table below, and no more
    layer = number_layer(drawn.shapes, [p[0] for p in numbered], [p[1] for p in numbered])
    map_view.show_map(
        make_map(ground.shapes, ground.bounds),
        [layer],
        key="home",
        filter_key=evidence,
        bounds=ground.bounds,
        height_px=440,
    )
    map_view.show_legend(
        legend(drawn.legend),
        _("Each cell is about {size} across.").format(size=how_made.cell_size_words(place.resolution)),
    )
    names = place_profile.areas_of_cells(store, top["cell"].to_numpy())
    st.table(
        pd.DataFrame(
            {
                _("Around"): [wording.plain(name) for name in names],
                _("Records"): [wording.number(count) for count in top["count"]],
                _("What it is"): [explore.class_words(code) for code in top["class"]],
            },
            index=pd.Index([str(rank) for rank in top["rank"]], name=_("No.")),
        )
    )
    st.page_link("pages/3_Hotspots.py", label=_("Look closer: choose months, harms and agencies"), icon=wording.ONWARDS)


def _show_numbers(held: Overview) -> None:
    first, second, third = st.columns(3)
    first.metric(_("Concerns"), wording.number(held.concerns))
    second.metric(
        _("Not on the map"),
        wording.number(held.not_on_map),
        help=_("Records whose place is not known, or must not be shown."),
    )
    third.metric(
        _("Background"), wording.number(held.background), help=_("Recorded crime. It is never added to concerns.")
    )


def _show_next(held: Overview, soon: tuple[set_aside.Expiring, ...]) -> None:
    st.markdown(f"**{_('What to do next')}**")
    steps = []
    if not held.layers:
        steps.append((_("Add your areas, so that records outside them are noticed."), "pages/2_Areas.py"))
    if not held.concerns:
        steps.append((_("Add a file of concerns: background alone says nothing about children."), "pages/1_Upload.py"))
    steps += [(workbench_view.expiring_words(entry), "pages/5_Workbench.py") for entry in soon]
    if held.quarantined and not soon:
        words = n_("{count} row is set aside", "{count} rows are set aside", held.quarantined)
        steps.append(
            (
                _("{rows}: look at why before {date}, when the first are deleted.").format(
                    rows=words, date=held.quarantined_until
                ),
                "pages/5_Workbench.py",
            )
        )
    for supply in held.agencies:
        if supply.missing:
            months = ", ".join(wording.month(month) for month in supply.missing[-3:])
            agency = wording.label("agencies", supply.agency)
            steps.append((_("Ask {agency} for {months}.").format(agency=agency, months=months), "pages/6_Supplies.py"))
    steps.append((_("Go through the hotspots."), "pages/3_Hotspots.py"))
    for text, page in steps:
        said, way = st.columns([2, 1], vertical_alignment="center")
        said.text(text)  # a link cuts long words off
        way.page_link(page, label=_("Go there"), icon=wording.ONWARDS)


def _show_supplies(held: Overview) -> None:
    if not held.agencies:
        return
    st.subheader(_("Concerns by agency and month"), anchor=False)
    columns: dict[str, list[str]] = {
        wording.month(month): [
            "–" if supply.by_month[place] is None else wording.number(supply.by_month[place] or 0)
            for supply in held.agencies
        ]
        for place, month in enumerate(held.months)
    }
    columns[_("All")] = [wording.number(supply.records) for supply in held.agencies]
    index = pd.Index([wording.label("agencies", supply.agency) for supply in held.agencies], name=_("Agency"))
    st.table(pd.DataFrame(columns, index=index))
    st.caption(_("– means that nothing came for this month: it is not the same as no concern."))
