"""The workbench.

An analyst asks, minutes before a meeting: what is still lying here, what goes soon, and what can I bring in with one
decision? They see first how many rows and until when, then the reasons with their counts; one reason is open, with its rows,
where they lie or would lie, and the few things that can be done with them. The sum of the supply stands above it all.
"""

import datetime
import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st
from babel.dates import format_date

from csg_maps.i18n import N_, _, language, n_
from csg_maps.layers.hotspot_layer import hotspot_layer, number_layer
from csg_maps.layers.map_page import make_map
from csg_maps.model.mending import PLACE_FIELDS, WORD_FIELDS
from csg_maps.settings import QUARANTINE_WARNING_DAYS
from csg_maps.views import cached, map_view, mend_form, opened, state, wording
from csg_maps.views.mapping_view import FIELD_LABELS
from csg_maps.workflows import aside_rows, boundaries, mending, picture, set_aside
from csg_maps.workflows.aside_rows import AsideRow, GroupLook
from csg_maps.workflows.set_aside import AsideBatch, AsideGroup

PAGE = "workbench"
SHOWN_ROWS = 10
STEPS_SHOWN = 8
TOLD_FIELDS = ("harm", "setting", "handling")
"""What tells one row from another beside its place and its time; the rest may be corrected, but would crowd the table."""

CODED = {"harm": "harms", "setting": "settings", "age_band": "age_bands", "basis": "basis", "told_by": "told_by"}
HOW_LABELS = {
    "point": N_("At a place"),
    "area": N_("In an area"),
    "value": N_("A value corrected"),
    "unplaced": N_("Without a place"),
    "refused": N_("Refused"),
}


def show() -> None:
    """Draw the page."""
    store, actor = opened.store(), opened.actor()
    _say_what_happened()
    found = set_aside.open_rows(store, actor, datetime.date.today())
    if not found:
        _show_empty()
    else:
        _show_deadlines(found)
        _show_batch(store, actor, _choose_batch(found))
    _show_steps(store, actor)


def _say_what_happened() -> None:
    for kind, box in (("said", st.success), ("left", st.warning), ("failed", st.error)):
        if text := state.remembered(f"{PAGE}.{kind}", ""):
            box(wording.plain(text))
            state.forget(f"{PAGE}.{kind}")


def _show_empty() -> None:
    st.subheader(_("Nothing is set aside"), anchor=False)
    st.text(_("Every row of every supply is in, refused with a reason, or held already."))
    first, second = st.columns(2)
    first.page_link("pages/1_Upload.py", label=_("Add a file"), icon=wording.ONWARDS)
    second.page_link("pages/3_Hotspots.py", label=_("Go through the hotspots"), icon=wording.ONWARDS)


def day(iso: str) -> str:
    """A date as people read it, in the language of the page."""
    return str(format_date(datetime.date.fromisoformat(iso), "d MMMM", locale=language()))


def expiring_words(entry: set_aside.Expiring) -> str:
    """That rows go soon, in a sentence."""
    rows = n_("{count} row", "{count} rows", entry.rows)
    agency = wording.label("agencies", entry.agency)
    return _("{rows} of {agency} set aside go on {day}: mend them before.").format(
        rows=rows, agency=agency, day=day(entry.goes_on)
    )


def _show_deadlines(found: tuple[AsideBatch, ...]) -> None:
    for batch in found:
        if batch.days_left <= QUARANTINE_WARNING_DAYS:
            entry = set_aside.Expiring(batch.batch_id, batch.agency, batch.rows, batch.goes_on, batch.days_left)
            st.warning(expiring_words(entry))
    rows = sum(batch.rows for batch in found)
    st.text(
        n_(
            "{count} row is set aside. It is kept for 30 days, for analysts only, then deleted.",
            "{count} rows are set aside. They are kept for 30 days, for analysts only, then deleted.",
            rows,
        )
    )
    st.table(
        pd.DataFrame(
            {
                _("Rows"): [wording.number(batch.rows) for batch in found],
                _("Goes on"): [day(batch.goes_on) for batch in found],
                _("Days left"): [_days(batch) for batch in found],
                _("Batch"): [batch.batch_id for batch in found],
            },
            index=pd.Index([wording.label("agencies", batch.agency) for batch in found], name=_("Agency")),
        )
    )


def _days(batch: AsideBatch) -> str:
    is_soon = batch.days_left <= QUARANTINE_WARNING_DAYS
    days = wording.number(batch.days_left)
    return _("{days}: soon").format(days=days) if is_soon else days


def _choose_batch(found: tuple[AsideBatch, ...]) -> AsideBatch:
    if len(found) == 1:
        return found[0]
    by_id = {batch.batch_id: batch for batch in found}

    def named(batch_id: str) -> str:
        batch = by_id[batch_id]
        rows = n_("{count} row", "{count} rows", batch.rows)
        return f"{wording.label('agencies', batch.agency)}, {batch_id} – {rows}"

    chosen = st.selectbox(_("Which supply"), list(by_id), format_func=named, key=f"{PAGE}.{language()}.batch")
    return by_id[chosen]


def _show_batch(store: Any, actor: Any, batch: AsideBatch) -> None:
    st.subheader(wording.plain(mending.in_words(batch.standing)), anchor=False)
    left, right = st.columns([2, 3], gap="large")
    with left:
        group = _choose_group(batch)
        look = _look(store, actor, batch, group)
        chosen = _choose_rows(batch, group, look)
        act = mend_form.show(store, actor, (batch, group), look, chosen)
    with right:
        _show_rows(store, actor, look, chosen, act)


def _choose_group(batch: AsideBatch) -> AsideGroup:
    by_codes = {group.codes: group for group in batch.groups}

    def named(codes: str) -> str:
        group = by_codes[codes]
        return f"**{wording.number(len(group.positions))}** – {wording.plain(group.words)}"

    chosen = st.radio(
        _("What is wrong"), list(by_codes), format_func=named, key=f"{PAGE}.{language()}.{batch.batch_id}.group"
    )
    return by_codes.get(str(chosen), batch.groups[0])


def _look(store: Any, actor: Any, batch: AsideBatch, group: AsideGroup) -> GroupLook:
    """The rows of the group, read (and told to the audit) once for each state of the store, not at each click."""
    key = (cached.view_key(store, actor), batch.batch_id, group.codes)
    held: tuple[Any, Any] = state.remembered(f"{PAGE}.look", ((), None))
    if held[0] != key or held[1] is None:
        held = (key, aside_rows.look(store, actor, batch.batch_id, group.codes))
        state.remember(f"{PAGE}.look", held)
    look: GroupLook = held[1]
    return look


def _choose_rows(batch: AsideBatch, group: AsideGroup, look: GroupLook) -> tuple[AsideRow, ...]:
    """All of the group, those that say the same, or one."""
    if len(look.rows) <= 1:
        return look.rows
    same: dict[str, list[AsideRow]] = {}
    for row in look.rows:
        same.setdefault(row.alike, []).append(row)
    choices: dict[str, tuple[AsideRow, ...]] = {"all": look.rows}
    names = {"all": n_("All {count} rows", "All {count} rows", len(look.rows))}
    for text, rows in sorted(same.items(), key=lambda entry: -len(entry[1])):
        if text and 1 < len(rows) < len(look.rows):
            choices[f"same:{text}"] = tuple(rows)
            count = n_("{count} row", "{count} rows", len(rows))
            names[f"same:{text}"] = _("The {rows} that say {text}").format(rows=count, text=text[:60])
    for row in look.rows:
        choices[f"one:{row.position}"] = (row,)
        names[f"one:{row.position}"] = _("Row {row}: {text}").format(row=row.row, text=row.alike[:60] or "–")
    chosen = st.selectbox(
        _("Which rows"),
        list(choices),
        format_func=names.__getitem__,
        key=f"{PAGE}.{language()}.{batch.batch_id}.{group.codes}.{len(look.rows)}.rows",
    )
    return choices.get(str(chosen), look.rows)


def _show_rows(
    store: Any,
    actor: Any,
    look: GroupLook,
    chosen: tuple[AsideRow, ...],
    act: mend_form.Decision,
) -> None:
    if look.place:
        _show_map(store, actor, chosen, act)
    rows = chosen[:SHOWN_ROWS]
    st.table(_table(rows, look))
    if len(chosen) > len(rows):
        st.text(
            _("The first {shown} of {count} rows. All of them:").format(
                shown=len(rows), count=wording.number(len(chosen))
            )
        )
        st.dataframe(_table(chosen, look, shown=str), width="stretch")  # shows texts as they are


def _table(rows: tuple[AsideRow, ...], look: GroupLook, shown: Callable[[object], str] = wording.plain) -> pd.DataFrame:
    hidden = {*WORD_FIELDS} - {*TOLD_FIELDS} | (set() if look.place else {*PLACE_FIELDS})
    kept = [field for field in FIELD_LABELS if field not in hidden]
    fields = [field for field in kept if any(row.said.get(field) for row in rows)]
    columns: dict[str, list[str]] = {
        _(FIELD_LABELS[field]): [_said(field, row.said.get(field, ""), shown) for row in rows] for field in fields
    }
    if look.is_proposed:
        columns[_("Would lie in")] = [shown(row.area) or _("outside your areas") for row in rows]
    elif any(math.isfinite(row.latitude) for row in rows):
        columns[_("Lies in")] = [shown(row.area) or _("outside your areas") for row in rows]
    numbers = [f"{number} ({row.row})" for number, row in enumerate(rows, start=1)]
    return pd.DataFrame(columns, index=pd.Index(numbers, name=_("No. (row of the file)")))


def _said(field: str, text: str, shown: Callable[[object], str]) -> str:
    if not text:
        return "–"
    return shown(wording.label(CODED[field], text) if field in CODED else text)


def _show_map(store: Any, actor: Any, chosen: tuple[AsideRow, ...], act: mend_form.Decision) -> None:
    ground = cached.ground(store, actor)
    drawn = aside_rows.picture(chosen)
    layers = [number_layer(drawn.shapes, [p[0] for p in drawn.numbered], [p[1] for p in drawn.numbered])]
    if not ground.shapes:  # nothing says where one is but the borders of what is loaded
        layers += [
            hotspot_layer(picture.border_of(store, row["layer"])) for row in boundaries.list_layers(store, actor)
        ]
    if act.point is not None:
        layers.append(hotspot_layer(aside_rows.clicked_shapes(*act.point)))
    click = map_view.show_map(
        make_map(ground.shapes, ground.bounds),
        layers,
        key=PAGE,
        filter_key=act.key,
        bounds=ground.bounds,
        height_px=420,
    )
    st.caption(
        _(
            "Filled: where rows would lie as proposed. Dashed: where they say they lie. The numbers are those of the table. "
            "A click chooses a place; the line around it is about 400 m across."
        )
    )
    if click is not None:
        mend_form.choose_point(act.key, click.latitude, click.longitude)
        st.rerun()


def _show_steps(store: Any, actor: Any) -> None:
    steps = mending.steps(store, actor)[:STEPS_SHOWN]
    if not steps:
        return
    st.subheader(_("What was done"), anchor=False)
    st.table(
        pd.DataFrame(
            {
                _("Agency"): [wording.label("agencies", step.agency) for step in steps],
                _("How"): [_(HOW_LABELS[step.how]) for step in steps],
                _("Rows"): [wording.number(step.rows) for step in steps],
                _("Came in"): [wording.number(step.accepted) for step in steps],
                _("Why"): [wording.plain(step.why) or "–" for step in steps],
                _("By"): [wording.plain(step.by) for step in steps],
            },
            index=pd.Index([f"{step.at[:16].replace('T', ' ')} UTC" for step in steps], name=_("When")),
        )
    )
    open_steps = [step for step in steps if step.can_undo]
    for step in open_steps:
        st.button(
            _("Undo the newest step of {agency} ({rows})").format(
                agency=wording.label("agencies", step.agency), rows=n_("{count} row", "{count} rows", step.rows)
            ),
            key=f"{PAGE}.undo.{step.step}",
            on_click=mend_form.undo,
            args=(store, actor, step.batch_id, step.step),
            help=_("Within a day. Its records leave every count, and its rows are set aside again."),
        )
    st.caption(
        _(
            "What a mended or refused row said is kept for a day, unseen, so that it can be undone; then it is deleted. "
            "The history keeps who, when and how, never what a row said."
        )
    )
