"""The one filter of the map pages: widgets in, a frozen ConcernFilter and a place out. Empty means "all"."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from csg_maps.i18n import N_, _
from csg_maps.model.actor import Actor
from csg_maps.model.filters import AreaPlace, CellPlace, ConcernFilter, Place, make_filter
from csg_maps.model.vocabulary import codes
from csg_maps.settings import DEFAULT_RESOLUTION, RESOLUTIONS
from csg_maps.views import state, wording
from csg_maps.workflows import boundaries, explore, how_made
from csg_maps.workflows.stores import Store

CARRIED = (
    "evidence",
    "harms",
    "agencies",
    "settings",
    "age_bands",
    "basis",
    "weekdays",
    "hour_bands",
    "within",
    "proactive",
    "place",
    "method",
    "expected",
    "bandwidth",
)
"""Choices that stay when the language changes; so do the months, which begin where they were."""

METHOD_LABELS = {
    "gi-star": N_("Hotspots, tested"),
    "count": N_("Counts"),
    "density": N_("Density (not tested)"),
}
EXPECTED_LABELS = {
    "even": N_("Evenly over settled cells"),
    "background": N_("As all recorded crime is"),
}
EVIDENCE_LABELS = {
    "concern": N_("Concerns"),
    "intelligence": N_("Intelligence"),
    "background": N_("Background"),
}


@dataclass(frozen=True)
class Choice:
    """Everything that the filter says."""

    chosen: ConcernFilter
    place: Place
    method: str
    expected: str
    bandwidth_m: float | None


def show(store: Store, actor: Actor, *, key: str) -> Choice:
    """Draw the filter of the page called `key` and return what it says."""
    layers = boundaries.list_layers(store, actor)
    key = state.key_in_language(key, CARRIED)
    with st.container(key=f"{key}.filter"):
        first, second, third, fourth = st.columns([1.2, 1.6, 1.4, 1.4])
        evidence = first.selectbox(
            _("What to count"),
            list(EVIDENCE_LABELS),
            format_func=lambda code: _(EVIDENCE_LABELS[code]),
            key=f"{key}.evidence",
        )
        months = explore.month_range(store, actor, evidence)
        harms = second.multiselect(
            _("Harm"),
            [code.code for code in codes("harms")],
            format_func=lambda code: wording.label("harms", code),
            placeholder=_("All"),
            key=f"{key}.harms",
            help=_("Choosing a group means all of it."),
        )
        place = _place(third, layers, key)
        method = fourth.selectbox(
            _("Show"),
            list(METHOD_LABELS) if isinstance(place, CellPlace) else ["gi-star", "count"],
            format_func=lambda code: _(METHOD_LABELS[code]),
            key=f"{key}.method",
        )
        month_from, month_to = _period(months, key)
        with st.expander(_("More filters")):
            more = _more(store, actor, layers, key)
            expected, bandwidth_m = _test_choices(method, place, key)
    within = tuple(tuple(pair.split("\t", 1)) for pair in more.pop("within"))
    chosen = make_filter(
        evidence=evidence,
        month_from=month_from,
        month_to=month_to,
        leave_out_proactive=more.pop("leave_out_proactive"),
        within=within,
        harms=tuple(harms),
        **more,
    )
    return Choice(chosen, place, method, expected, bandwidth_m)


def _place(column: Any, layers: list[dict[str, Any]], key: str) -> Place:
    options = [f"cell:{resolution}" for resolution in RESOLUTIONS] + [f"area:{layer['layer']}" for layer in layers]
    names = {f"area:{layer['layer']}": layer["name"] for layer in layers}

    def words(option: str) -> str:
        kind, _colon, value = option.partition(":")
        if kind == "cell":
            return _("Cells about {size} across").format(size=how_made.cell_size_words(int(value)))
        return _("Areas: {layer}").format(layer=names[option])

    if st.session_state.get(f"{key}.place") not in options:  # at first, and when its layer is gone
        st.session_state[f"{key}.place"] = f"cell:{DEFAULT_RESOLUTION}"
    chosen = column.selectbox(
        _("By"),
        options,
        format_func=words,
        key=f"{key}.place",
        help=_("Small cells show where; large cells and areas hold enough records to say more."),
    )
    kind, _colon, value = chosen.partition(":")
    return CellPlace(int(value)) if kind == "cell" else AreaPlace(value)


def _period(months: tuple[str, ...], key: str) -> tuple[str, str]:
    if len(months) < 2:
        return "", ""
    name = f"months.{months[0]}.{months[-1]}"
    start, end = st.select_slider(
        _("Months"),
        options=months,
        value=state.begins_with(key, name, (months[0], months[-1])),
        format_func=wording.month,
        key=f"{key}.{name}",
    )
    return ("" if start == months[0] else start), ("" if end == months[-1] else end)


def _more(store: Store, actor: Actor, layers: list[dict[str, Any]], key: str) -> dict[str, Any]:
    left, middle, right = st.columns(3)

    def several(column: Any, label: str, list_name: str, name: str) -> tuple[str, ...]:
        return tuple(
            column.multiselect(
                label,
                [code.code for code in codes(list_name) if code.code != "unknown" or list_name != "hour_bands"],
                format_func=lambda code: wording.label(list_name, code),
                placeholder=_("All"),
                key=f"{key}.{name}",
            )
        )

    found: dict[str, Any] = {
        "agencies": several(left, _("Agency"), "agencies", "agencies"),
        "settings": several(left, _("Kind of place"), "settings", "settings"),
        "age_bands": several(middle, _("Age band"), "age_bands", "age_bands"),
        "basis": several(middle, _("How it is known"), "basis", "basis"),
        "weekdays": several(right, _("Weekday"), "weekdays", "weekdays"),
        "hour_bands": several(right, _("Hours"), "hour_bands", "hour_bands"),
    }
    options, names = [], {}
    for layer in layers:
        for code, name in boundaries.area_names(store, actor, layer["layer"]):
            options.append(f"{layer['layer']}\t{code}")
            names[options[-1]] = f"{name} ({layer['name']})"
    found["within"] = tuple(
        left.multiselect(
            _("Within"),
            options,
            format_func=lambda pair: names.get(pair, pair),
            placeholder=_("Everywhere"),
            key=f"{key}.within",
        )
    )
    found["leave_out_proactive"] = middle.checkbox(
        _("Leave out what enforcement activity found"),
        key=f"{key}.proactive",
        help=_(
            "Searches and patrols find more where they look more; without them the map shows less of where police go."
        ),
    )
    return found


def _test_choices(method: str, place: Place, key: str) -> tuple[str, float | None]:
    left, right = st.columns(2)
    expected = "even"
    bandwidth = None
    if method == "gi-star":
        expected = left.radio(
            _("Without a hotspot, concerns would lie"),
            list(EXPECTED_LABELS),
            format_func=lambda code: _(EXPECTED_LABELS[code]),
            key=f"{key}.expected",
            horizontal=True,
        )
    if method == "density" and isinstance(place, CellPlace):
        given = right.number_input(
            _("Bandwidth in metres (empty: chosen from the cell size)"),
            min_value=150,
            max_value=10_000,
            value=None,
            step=50,
            key=f"{key}.bandwidth",
        )
        bandwidth = float(given) if given else None
    return expected, bandwidth
