"""Whose data is due, late or missing.

An analyst on the eighth of the month asks, in this order: who has not sent, and since when? What do I write to them? What
came, and was it usable: as much as usual, on the map, with rows waiting to be mended? Does an agreement run out? And what
do I answer to those who did send? The board says all that in words, one line an agency, those behind first; one agency
opens below it with the words to send, the blank return, the reply, and what is expected of it.
"""

import datetime
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import N_, _, n_
from csg_maps.model.calendar import CADENCES, LATEST_DAY, AgencyCalendar
from csg_maps.model.vocabulary import codes
from csg_maps.views import opened, state, wording
from csg_maps.workflows import chasing, replying, returns

CADENCE_LABELS = {
    "monthly": N_("Every month"),
    "quarterly": N_("Every quarter"),
    "none": N_("Nothing is expected"),
}
LANGUAGE_LABELS = {"en": "English", "cy": "Cymraeg"}  # each in itself, so never translated


def show() -> None:
    """Draw the page."""
    store, actor = opened.store(), opened.actor()
    if said := state.remembered("supplies.said", ""):
        st.success(wording.plain(said))
        state.forget("supplies.said")
    if failed := state.remembered("supplies.failed", ""):
        st.error(wording.plain(failed))
        state.forget("supplies.failed")
    today = datetime.date.today()
    rows = chasing.board(store, actor, today)
    if rows:
        _show_board(rows, today)
    else:
        st.text(_("No agency has sent concerns yet, and none is expected."))
        st.page_link("pages/1_Upload.py", label=_("Add a file"), icon=wording.ONWARDS)
    known = {row.agency: row for row in rows}
    others = [code.code for code in codes("agencies") if code.code not in known]
    chosen = st.selectbox(
        _("Open an agency"),
        [*known, *others],
        index=None,
        format_func=lambda code: wording.label("agencies", code),
        placeholder=_("Choose an agency"),
        key="supplies.agency",
        help=_("Also one that has sent nothing yet: say when you expect it, or hand out the blank return."),
    )
    if chosen in known:
        _show_agency(store, actor, known[chosen], today)
    elif chosen:
        _show_new(store, actor, chosen)


def _show_board(rows: tuple[chasing.BoardRow, ...], today: datetime.date) -> None:
    behind = [row for row in rows if row.standing.missing]
    st.subheader(
        n_("{count} agency is behind", "{count} agencies are behind", len(behind)) if behind else _("Nobody is behind"),
        anchor=False,
    )
    st.table(
        pd.DataFrame(
            {
                _("How it stands"): [chasing.state_words(row, today) for row in rows],
                _("Next expected"): [_next(row) for row in rows],
                _("Last received"): [_received(row) for row in rows],
                _("Newest month beside the year before"): [chasing.volume_words(row.volume) for row in rows],
                _("Not on the map"): [chasing.not_on_map_words(row) or "–" for row in rows],
                _("Set aside"): [_aside(row) for row in rows],
                _("Running out"): [chasing.ending_words(row.ending) or "–" for row in rows],
            },
            index=pd.Index([wording.label("agencies", row.agency) for row in rows], name=_("Agency")),
        )
    )
    st.caption(
        _(
            "Missing months are counted from the first month held, or the first one that you say. Not on the map is the "
            "share of the last batch. Running out are agreements and retention dates within 60 days."
        )
    )


def _next(row: chasing.BoardRow) -> str:
    return chasing.short_day(row.standing.next_due) if row.standing.next_due else "–"


def _received(row: chasing.BoardRow) -> str:
    if not row.last_batch:
        return "–"
    return f"{chasing.short_day(row.last_received)}, {n_('{count} row', '{count} rows', row.last_rows)}"


def _aside(row: chasing.BoardRow) -> str:
    if not row.set_aside:
        return "–"
    return _("{rows}, until {day}").format(
        rows=n_("{count} row", "{count} rows", row.set_aside), day=chasing.short_day(row.set_aside_until)
    )


def _show_agency(store: Any, actor: Any, row: chasing.BoardRow, today: datetime.date) -> None:
    with st.container(border=True, key="supplies.one"):
        st.subheader(wording.label("agencies", row.agency), anchor=False)
        st.table(
            pd.DataFrame(
                {_("Now"): _facts(row, today)},
                index=pd.Index(
                    [
                        _("How it stands"),
                        _("Expected"),
                        _("Months missing"),
                        _("Months that came late"),
                        _("Last batch"),
                        _("Role to write to"),
                        _("Note"),
                    ],
                    name=_("About it"),
                ),
            )
        )
        remind, answer, blank, calendar = st.tabs(
            [_("Reminder to copy"), _("Reply about what came"), _("Blank return"), _("What is expected")]
        )
        with remind:
            _show_reminder(row, today)
        with answer:
            _show_reply(store, actor, row)
        with blank:
            _show_blank(store, actor, row.agency)
        with calendar:
            _show_calendar(store, actor, row.calendar)


def _facts(row: chasing.BoardRow, today: datetime.date) -> list[str]:
    late = [
        _("{month}: {days} late").format(month=wording.month(month), days=n_("{count} day", "{count} days", days))
        for month, days in row.late
    ]
    return [
        chasing.state_words(row, today),
        chasing.cadence_words(row.calendar),
        ", ".join(wording.month(month) for month in row.standing.missing) or _("none"),
        ", ".join(late) or _("none"),
        row.last_batch or _("none"),
        wording.plain(row.calendar.contact_role) or _("not said"),
        wording.plain(row.calendar.note) or "–",
    ]


def _show_new(store: Any, actor: Any, agency: str) -> None:
    with st.container(border=True, key="supplies.one"):
        st.subheader(wording.label("agencies", agency), anchor=False)
        st.text(_("Nothing has come from this agency yet."))
        blank, calendar = st.tabs([_("Blank return"), _("What is expected")])
        with blank:
            _show_blank(store, actor, agency)
        with calendar:
            _show_calendar(store, actor, AgencyCalendar(agency))


def _language(key: str) -> str:
    chosen = st.segmented_control(
        _("In which language?"),
        list(LANGUAGE_LABELS),
        format_func=LANGUAGE_LABELS.__getitem__,
        default=state.language(),
        required=True,
        key=f"{key}.{state.language()}",
    )
    return str(chosen or state.language())


def _show_reminder(row: chasing.BoardRow, today: datetime.date) -> None:
    text = chasing.reminder(row, today, _language(f"supplies.reminder.{row.agency}"))
    if not text:
        st.text(_("There is nothing to ask this agency for."))
        return
    st.code(text, language=None, wrap_lines=True)
    st.caption(_("Copy it with the sign at its corner. It holds no count and no place, so an e-mail may carry it."))


def _show_reply(store: Any, actor: Any, row: chasing.BoardRow) -> None:
    own = {batch.batch_id: batch for batch in replying.replies_to(store, actor, row.agency)}
    if not own:
        st.text(_("Nothing has come that could be answered."))
        return
    batch_id = st.selectbox(
        _("About which batch?"),
        list(own),
        format_func=lambda name: _("{day}: {rows} ({batch})").format(
            day=chasing.short_day(own[name].sealed_at[:10]),
            rows=n_("{count} row", "{count} rows", own[name].rows),
            batch=name,
        ),
        key=f"supplies.reply.batch.{row.agency}",
    )
    language = _language(f"supplies.reply.{row.agency}")
    st.text(_("What came, what was mended and what would help, on one page. It quotes nothing of the file."))
    labels = {
        ".html": _("Download the page to print (HTML)"),
        ".txt": _("Download the text to send"),
        ".md": _("Download as Markdown"),
    }
    for column, (ending, label) in zip(st.columns(3), labels.items(), strict=True):
        column.download_button(
            label,
            data=_reply(store, actor, row.agency, batch_id=batch_id, language=language, ending=ending),
            file_name=replying.reply_name(row.agency, batch_id, ending),
            # never as a page of the app itself: text/html would be taken for one, and answered with ours
            mime="application/octet-stream",
            key=f"supplies.reply.{ending[1:]}",
        )


def _reply(store: Any, actor: Any, agency: str, **about: str) -> Callable[[], str]:
    """Makes the reply when somebody takes it away, and only then: it is recorded."""
    return lambda: replying.reply(
        store, actor, agency, batch_id=about["batch_id"], language=about["language"], ending=about["ending"]
    )


def _show_blank(store: Any, actor: Any, agency: str) -> None:
    st.text(
        _(
            "A workbook with lists to choose from, in English and Welsh, and no place for free text. Filled in, it imports "
            "without any mapping."
        )
    )
    st.download_button(
        _("Download the blank return (Excel)"),
        data=lambda: returns.return_for(store, actor, agency),
        file_name=returns.return_name(agency),
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key="supplies.blank",
    )


def _show_calendar(store: Any, actor: Any, calendar: AgencyCalendar) -> None:
    key = f"supplies.calendar.{calendar.agency}.{calendar.version}.{state.language()}"
    if not calendar.version:
        st.text(_("Nobody has said yet. Assumed: every month, by day 10 of the next, from the first month held."))
    with st.form(key, border=False):
        left, right = st.columns(2, gap="medium")
        cadence = left.selectbox(
            _("How often does it send?"),
            CADENCES,
            index=CADENCES.index(calendar.cadence),
            format_func=lambda code: _(CADENCE_LABELS[code]),
            key=f"{key}.cadence",
        )
        day = left.number_input(
            _("By which day of the month after?"),
            min_value=1,
            max_value=LATEST_DAY,
            value=calendar.expected_day,
            key=f"{key}.day",
        )
        starts = left.text_input(
            _("First month expected"),
            calendar.starts,
            key=f"{key}.starts",
            help=_("Such as 2026-04. Blank: the first month held. Months before it are never missing."),
        )
        role = right.text_input(
            _("Role to write to"),
            calendar.contact_role,
            max_chars=80,
            key=f"{key}.role",
            help=_("A role, such as data officer. Never a person's name."),
        )
        until = right.text_input(
            _("The agreement holds until"),
            calendar.agreement_until,
            key=f"{key}.until",
            help=_("Such as 2027-03-31. Blank when it has no end."),
        )
        note = right.text_input(
            _("Note"), calendar.note, max_chars=200, key=f"{key}.note", help=_("For colleagues. No names.")
        )
        saved = st.form_submit_button(_("Keep this"))
    if saved:
        changed = AgencyCalendar(
            calendar.agency,
            cadence,
            int(day),
            starts.strip(),
            role.strip(),
            until.strip(),
            note.strip(),
            version=calendar.version,
        )
        try:
            chasing.save_calendar(store, actor, changed)
            state.remember("supplies.said", _("It is kept."))
        except CsgMapsError as problem:
            state.remember("supplies.failed", str(problem))
        st.rerun()
