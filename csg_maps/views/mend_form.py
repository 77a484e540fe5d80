"""What can be done with the rows that are open: one way is chosen, what it needs is asked, one button does it.

A place can be clicked, typed as coordinates or a postcode, or chosen as an area, so that nothing needs a mouse. Each button
belongs to one state of the store and one set of rows: a second click on it finds nothing to do.
"""

import re
from dataclasses import dataclass
from typing import Any

import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import N_, _, language, n_
from csg_maps.model.mending import TIME_FIELDS, WORD_FIELDS, Mend
from csg_maps.model.vocabulary import codes
from csg_maps.views import cached, state, wording
from csg_maps.views.mapping_view import FIELD_LABELS
from csg_maps.workflows import boundaries, mending, set_aside
from csg_maps.workflows.aside_rows import AsideRow, GroupLook
from csg_maps.workflows.set_aside import AsideBatch, AsideGroup

PAGE = "workbench"
CODED = {"harm": "harms", "setting": "settings", "age_band": "age_bands", "basis": "basis", "told_by": "told_by"}
WAYS = {
    "proposed": N_("Take the proposed place"),
    "point": N_("At a place: click the map, or type it"),
    "area": N_("In an area, without a point"),
    "value": N_("Correct the date"),
    "other": N_("Correct a value"),
    "undated": N_("Without a date"),
    "unplaced": N_("Without a place"),
    "refused": N_("Do not take in, and say why"),
}
_COORDINATES = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*")


@dataclass(frozen=True)
class Decision:
    """What the form holds: its key, and the place that is chosen (degrees), None when none is."""

    key: str
    point: tuple[float, float] | None


def show(
    store: Any, actor: Any, of: tuple[AsideBatch, AsideGroup], look: GroupLook, chosen: tuple[AsideRow, ...]
) -> Decision:
    """Draw the form for the rows chosen; returns what the map needs to know."""
    batch, group = of
    version = cached.view_key(store, actor)[1]
    key = f"{PAGE}.{batch.batch_id}.{group.codes}.{version}"  # after each step everything starts empty
    ways = _ways(batch, look, chosen)
    way_key = f"{key}.{language()}.way.{len(ways)}"
    turn_to = state.remembered(f"{key}.turn", "")
    if turn_to in ways:
        st.session_state[way_key] = turn_to
    state.forget(f"{key}.turn")
    way = st.radio(_("What to do"), ways, format_func=lambda code: _way(code, chosen), key=way_key) or ways[0]
    point: tuple[float, float] | None = None
    if way == "point":
        made, point = _point(store, key)
    else:
        made = _made(store, actor, way, look, key)
    if made is not None and way not in {"refused", "value", "undated", "other"} and look.time:
        made = _dated(made, look, key)
    if made is not None and way != "refused":
        made = _with_another_value(made, key)
    positions = tuple(row.position for row in chosen)
    st.button(
        _button(way, len(chosen)),
        key=f"{key}.do.{hash((version, positions, made))}",
        type="primary",
        disabled=made is None,
        on_click=act,
        args=(store, actor, batch.batch_id, positions, made, version),
    )
    return Decision(key, point)


def _ways(batch: AsideBatch, look: GroupLook, chosen: tuple[AsideRow, ...]) -> list[str]:
    if not batch.can_be_mended:
        st.info(
            _(
                "This batch was imported before the workbench was there, so how its rows were read is not known. They can "
                "be refused here; ask the agency for a mended file."
            )
        )
        return ["refused"]
    if look.place:
        proposed = ["proposed"] if chosen and all(row.proposal for row in chosen) else []
        return [*proposed, "point", "area", "unplaced", "refused"]
    return ["value", "undated", "refused"] if look.time else ["other", "refused"]


def _way(code: str, chosen: tuple[AsideRow, ...]) -> str:
    if code == "proposed":
        mends = dict.fromkeys(row.proposal for row in chosen)
        return f"{_(WAYS[code])}: {'; '.join(mends)}"
    return _(WAYS[code])


def _button(way: str, rows: int) -> str:
    if way == "refused":
        return n_("Refuse {count} row", "Refuse {count} rows", rows)
    return n_("Mend {count} row", "Mend {count} rows", rows)


def choose_point(key: str, latitude: float, longitude: float) -> None:
    """Take a click on the map as the place, and turn the form to it."""
    state.remember(f"{key}.point", (round(latitude, 6), round(longitude, 6)))
    state.remember(f"{key}.turn", "point")


def _point(store: Any, key: str) -> tuple[Mend | None, tuple[float, float] | None]:
    typed = st.text_input(
        _("Latitude and longitude, or a postcode"),
        key=f"{key}.typed",
        placeholder="52.4301, -4.7902",
        help=_("Leave empty to use the place clicked on the map."),
    ).strip()
    clicked: tuple[float, ...] = state.remembered(f"{key}.point", ())
    found = _COORDINATES.fullmatch(typed)
    if typed and not found:
        st.text(_("Looked up as a postcode."))
        return Mend("point", postcode=typed), None
    place = (float(found[1]), float(found[2])) if found else (clicked[0], clicked[1]) if clicked else None
    if place is None:
        st.text(_("No place yet: click the map, or type one."))
        return None, None
    try:
        mending.check_point(*place)
    except CsgMapsError as problem:
        st.warning(wording.plain(problem))
        return None, None
    name = set_aside.area_at(store, [place[0]], [place[1]])[0]
    if name:
        st.markdown(_("The place lies in **{area}**.").format(area=wording.plain(name)))
    else:
        st.markdown(_("The place lies **outside your areas**."))
    return Mend("point", latitude=place[0], longitude=place[1]), place


def _made(store: Any, actor: Any, way: str, look: GroupLook, key: str) -> Mend | None:
    if way == "proposed":
        return Mend("point", is_proposed=True)
    if way == "area":
        return _area(store, actor, key)
    if way == "value":
        return _dated(Mend("value"), look, key)
    if way == "other":
        return Mend("value")
    if way == "undated":
        fields = [field for field in TIME_FIELDS if field in look.fields]
        return Mend("value", values=tuple((field, "") for field in fields))
    if way == "unplaced":
        return Mend("unplaced")
    why = st.text_input(
        _("Why they are not taken in"), key=f"{key}.why", help=_("Kept for good: nobody's name, no address.")
    )
    return Mend("refused", why=why) if len(why.strip()) >= 3 else None


def _area(store: Any, actor: Any, key: str) -> Mend | None:
    layers = {row["layer"]: row["name"] for row in boundaries.list_layers(store, actor)}
    if not layers:
        st.text(_("No areas are loaded yet."))
        return None
    layer = st.selectbox(
        _("Layer"), list(layers), format_func=lambda code: str(layers[code]), key=f"{key}.{language()}.layer"
    )
    names = dict(boundaries.area_names(store, actor, layer))
    code = st.selectbox(
        _("Area"),
        list(names),
        format_func=names.__getitem__,
        index=None,
        placeholder=_("Choose an area"),
        key=f"{key}.{language()}.area.{layer}",
    )
    return Mend("area", layer_id=str(layer), area_code=str(code)) if code else None


def _dated(made: Mend, look: GroupLook, key: str) -> Mend | None:
    """The mend with corrected times; None until one is given."""
    given = []
    for field in (name for name in TIME_FIELDS if name in look.fields):
        label = _(FIELD_LABELS[field])
        if field in {"date", "date_to"} and look.date_format:
            label = _("{field}, written as {format}").format(field=label, format=look.date_format)
        text = st.text_input(label, key=f"{key}.{field}").strip()
        if text:
            given.append((field, text))
    if not given:
        return None
    return Mend(**{**vars(made), "values": (*made.values, *given)})


def _with_another_value(made: Mend, key: str) -> Mend | None:
    """The mend with one more value that was corrected; None when a mend of a value has none yet."""
    with st.expander(_("Correct another value as well"), expanded=made.how == "value" and not made.values):
        field = st.selectbox(
            _("What"),
            [name for name in WORD_FIELDS if name not in dict(made.values)],
            format_func=lambda name: _(FIELD_LABELS[name]),
            index=None,
            placeholder=_("Nothing else"),
            key=f"{key}.{language()}.field",
        )
        text = ""
        if field in CODED:
            listed = {code.code: _(code.label) for code in codes(CODED[field])}
            chosen = st.selectbox(
                _("What is right"),
                list(listed),
                format_func=listed.__getitem__,
                index=None,
                key=f"{key}.{language()}.{field}.code",
            )
            text = chosen or ""
        elif field:
            text = st.text_input(_("What is right"), key=f"{key}.{field}.text")
    if field and text:
        return Mend(**{**vars(made), "values": (*made.values, (field, text))})
    return None if made.how == "value" and not made.values else made


def act(  # noqa: PLR0917 - a callback is called with positions only
    store: Any, actor: Any, batch_id: str, positions: tuple[int, ...], made: Mend, version: int
) -> None:
    """Do it, and keep what to say on the next run."""
    token: tuple[Any, ...] = (version, batch_id, positions, made)
    before: tuple[Any, ...] = state.remembered(f"{PAGE}.last", ())
    if before == token:
        return  # a double click: the first one did it
    try:
        done = mending.mend(store, actor, batch_id, positions, made)
    except CsgMapsError as problem:
        state.remember(f"{PAGE}.failed", str(problem))
        return
    state.remember(f"{PAGE}.last", token)
    state.forget(f"{PAGE}.failed")
    state.remember(f"{PAGE}.said", f"{_what_came_of_it(done)} {mending.in_words(done.standing)}")
    if done.still:
        rows = ", ".join(str(row) for row, _why in done.still[:20])
        why = " ".join(dict.fromkeys(why for _row, why in done.still))
        state.remember(f"{PAGE}.left", _("Still set aside: row {rows}. {why}").format(rows=rows, why=why))


def _what_came_of_it(done: mending.MendResult) -> str:
    said = []
    if done.accepted:
        said.append(n_("{count} row is in.", "{count} rows are in.", done.accepted))
    if done.not_on_map:
        said.append(n_("{count} of them is not on the map.", "{count} of them are not on the map.", done.not_on_map))
    if done.duplicates:
        said.append(n_("{count} row was held already.", "{count} rows were held already.", done.duplicates))
    if done.refused:
        said.append(n_("{count} row is refused.", "{count} rows are refused.", done.refused))
    return " ".join(said)


def undo(store: Any, actor: Any, batch_id: str, step: str) -> None:
    """Take a step back, and keep what to say on the next run."""
    try:
        rows = mending.undo(store, actor, batch_id, step)
    except CsgMapsError as problem:
        state.remember(f"{PAGE}.failed", str(problem))
        return
    state.forget(f"{PAGE}.last")
    counts = mending.in_words(mending.standing(store, actor, batch_id))
    said = n_("{count} row is set aside again.", "{count} rows are set aside again.", rows)
    state.remember(f"{PAGE}.said", f"{said} {counts}")
