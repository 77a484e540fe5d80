"""Places by name: what each text of a file may mean, and the person's answer, remembered for the agency.

An analyst asks: which place is "back of the bus station"? They see what was written, what it may mean with its score and why,
and say it, one by one or the clear ones together. What nobody has said is never guessed: its rows are set aside.
"""

from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import _, n_
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.vocabulary import codes
from csg_maps.views import state, wording
from csg_maps.workflows import naming, naming_files

TEXTS_AT_ONCE = 20
NAME_FIELDS = ("place_name", "locality")
_UNDECIDED, _NONE = "?", ""
_LAST, _SAID, _KEPT = "naming.last", "naming.said", "naming.texts"


def show(store: Any, actor: Any, agency: str, files: list[dict[str, Any]], mappings: dict[str, ColumnMapping]) -> None:
    """Draw the step for the layouts whose columns name places; nothing is drawn for others.

    `files` have path and name; `mappings` is what was decided for each layout.
    """
    mappings = {key: one for key, one in mappings.items() if set(NAME_FIELDS) & set(one.fields)}
    if not mappings:
        return
    with st.container(border=True, key=f"naming.{agency}"):
        st.subheader(_("Places by name"), anchor=False)
        found, suggestions = _texts(store, actor, agency, files, mappings)
        known = {one.written for one in naming.decided(store, actor, agency)}
        left = [text for text in found.rows_of if text not in known]
        _say_last(agency)
        _summary(found, left)
        if left:
            _bulk(store, actor, agency, [suggestions[text] for text in left])
            left.sort(key=lambda text: naming.is_clear(suggestions[text]))  # what needs a thought first
            for text in left[:TEXTS_AT_ONCE]:
                _one(store, actor, agency, suggestions[text], found.rows_of[text])
            if len(left) > TEXTS_AT_ONCE:
                more = len(left) - TEXTS_AT_ONCE
                st.caption(
                    n_(
                        "{count} more text follows when these are said.",
                        "{count} more texts follow when these are said.",
                        more,
                    )
                )
            _another(store, actor, agency, left)
        _remembered(store, actor, agency, [text for text in found.rows_of if text in known])


def _texts(
    store: Any, actor: Any, agency: str, files: list[dict[str, Any]], mappings: dict[str, ColumnMapping]
) -> tuple[Any, dict[str, naming.PlaceSuggestion]]:
    """The texts with their suggestions, looked for anew only when the files, the columns or the known places change."""
    given = tuple((entry["path"], entry["name"]) for entry in files)
    decided = tuple(sorted((layout, repr(mapping)) for layout, mapping in mappings.items()))
    key = (given, decided, naming.known_version(store))
    kept: tuple[Any, ...] = state.remembered(f"{_KEPT}.{agency}", ())
    if not kept or kept[0] != key:
        with st.spinner(_("Looking at the names of places")):
            found = naming_files.texts_in(store, actor, agency, given, mappings, with_known=True)
            suggestions = naming.suggest(store, actor, list(found.rows_of))
        kept = (key, found, {one.text: one for one in suggestions})
        state.remember(f"{_KEPT}.{agency}", kept)
    return kept[1], kept[2]


def _summary(found: Any, left: list[str]) -> None:
    if not found.rows_of and not found.withheld_rows:
        st.text(_("Every row has its place from another column, or names none."))
        return
    rows = sum(found.rows_of[text] for text in left)
    if left:
        st.text(
            _("Still to confirm: {texts} in {rows}. Until then these rows are set aside; no place is guessed.").format(
                texts=n_("{count} text", "{count} texts", len(left)), rows=n_("{count} row", "{count} rows", rows)
            )
        )
        st.caption(
            _(
                "What you confirm is remembered for the agency, text and all. "
                "Do not confirm a text that names a person, or whose home it is."
            )
        )
    elif found.rows_of:
        st.success(_("Every name is known. Nothing is asked."))
    if found.withheld_rows:
        st.caption(
            n_(
                "{count} row names its place in a text that is too long, or may tell of a person: not shown, and set aside.",
                "{count} rows name their place in texts that are too long, or may tell of a person: not shown, and set aside.",
                found.withheld_rows,
            )
        )


def _bulk(store: Any, actor: Any, agency: str, suggestions: list[naming.PlaceSuggestion]) -> None:
    clear = [one for one in suggestions if naming.is_clear(one)]
    if not clear:
        return
    answers = [naming.PlaceAnswer(one.text, one.candidates[0].target, one.candidates[0].score) for one in clear]
    with st.expander(
        n_("{count} text has one clear suggestion", "{count} texts have one clear suggestion", len(clear)),
        expanded=True,
    ):
        st.table(
            pd.DataFrame(
                {
                    _("It may be"): [wording.plain(_label(one.candidates[0])) for one in clear],
                    _("Kept as"): [wording.label("place_precision", one.candidates[0].precision) for one in clear],
                    _("Score"): [wording.number(round(one.candidates[0].score)) for one in clear],
                    _("Why"): [wording.plain(one.candidates[0].reason) for one in clear],
                },
                index=pd.Index([wording.plain(one.text) for one in clear], name=_("Written")),
            )
        )
        st.button(
            n_("Confirm this {count}", "Confirm these {count}", len(clear)),
            key=f"naming.{agency}.bulk",
            type="primary",
            on_click=_confirm,
            args=(store, actor, agency, answers),
            help=_("Only names that score 90 or more and are not ambiguous. Look through the list first."),
        )


def _one(store: Any, actor: Any, agency: str, suggestion: naming.PlaceSuggestion, rows: int) -> None:
    """One text with its candidates; nothing is chosen beforehand when it is ambiguous."""
    by_target = {one.target: one for one in suggestion.candidates}
    options = [_UNDECIDED, *by_target, _NONE]
    labels = {_UNDECIDED: _("not said yet"), _NONE: _("None of these: leave unplaced")}
    proposed = suggestion.proposed
    key = f"naming.{agency}.text.{suggestion.text}"
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    chosen = left.selectbox(
        wording.plain(suggestion.text) + f" – {n_('{count} row', '{count} rows', rows)}",
        options,
        index=options.index(proposed.target) if proposed is not None else 0,
        format_func=lambda target: labels.get(target) or _scored(by_target[target]),
        key=key,
    )
    right.button(
        _("Confirm"),
        key=f"{key}.confirm",
        disabled=chosen == _UNDECIDED,
        on_click=_confirm,
        args=(store, actor, agency, [naming.PlaceAnswer(suggestion.text, str(chosen), _score(by_target, chosen))]),
        help=_("What you confirm is used for every row of this agency that says so, next month too."),
    )
    if suggestion.is_ambiguous:
        st.caption(f":material/help: {wording.plain(suggestion.why)}")
    elif chosen in by_target:
        st.caption(wording.plain(by_target[chosen].reason))
    elif not by_target:
        st.caption(_("No known place is near to this text."))


def _score(by_target: dict[str, Any], target: object) -> float:
    found = by_target.get(str(target))
    return found.score if found is not None else 0.0


def _label(candidate: Any) -> str:
    names = candidate.name if candidate.name_cy in {"", candidate.name} else f"{candidate.name} / {candidate.name_cy}"
    return f"{names or candidate.name_cy}, {candidate.locality}" if candidate.locality else names or candidate.name_cy


def _scored(candidate: Any) -> str:
    return _("{name} – {precision}, score {score}").format(
        name=_label(candidate),
        precision=wording.label("place_precision", candidate.precision),
        score=wording.number(round(candidate.score)),
    )


def _another(store: Any, actor: Any, agency: str, left: list[str]) -> None:
    """Find a place that was not suggested."""
    with st.expander(_("The right place is not among them")):
        text = st.selectbox(_("Text"), left, key=f"naming.{agency}.another.text")
        name = st.text_input(_("Name of the place that is meant"), key=f"naming.{agency}.another.name", max_chars=80)
        found = naming.suggest(store, actor, [name])[0].candidates if name.strip() else ()
        by_target = {one.target: one for one in found}
        target = st.selectbox(
            _("Known places"),
            list(by_target),
            index=None,
            format_func=lambda one: _label(by_target[one]),
            placeholder=_("Choose a place") if found else _("Type a name first"),
            key=f"naming.{agency}.another.target",
        )
        if name.strip() and not found:
            st.caption(_("No known place is near to this text."))
        st.button(
            _("Confirm this place for the text"),
            key=f"naming.{agency}.another.confirm",
            disabled=not (text and target),
            on_click=_confirm,
            args=(store, actor, agency, [naming.PlaceAnswer(str(text), str(target or ""))]),
        )


def _remembered(store: Any, actor: Any, agency: str, texts: list[str]) -> None:
    if not texts:
        return
    held = {one.written: one for one in naming.decided(store, actor, agency)}
    names = naming.names_of(store, {held[text].target for text in texts})
    with st.expander(n_("{count} text is known", "{count} texts are known", len(texts))):
        st.table(
            pd.DataFrame(
                {
                    _("Means"): [wording.plain(names[held[text].target]) or _("no known place") for text in texts],
                    _("Kept as"): [wording.label("place_precision", held[text].precision) for text in texts],
                },
                index=pd.Index([wording.plain(text) for text in texts], name=_("Written")),
            )
        )
        again = st.selectbox(
            _("Ask again about"), texts, index=None, placeholder=_("Choose a text"), key=f"naming.{agency}.again"
        )
        st.button(
            _("Take this answer back"),
            key=f"naming.{agency}.forget",
            disabled=not again,
            on_click=_forget,
            args=(store, actor, agency, [again]),
        )


def _confirm(store: Any, actor: Any, agency: str, answers: list[naming.PlaceAnswer]) -> None:
    try:
        count = naming.confirm(store, actor, agency, answers)
    except CsgMapsError as problem:
        state.remember(f"{_SAID}.{agency}", ("error", str(problem)))
        return
    state.remember(f"{_LAST}.{agency}", (store, actor, agency, [answer.written for answer in answers]))
    state.remember(
        f"{_SAID}.{agency}", ("success", n_("{count} answer is remembered.", "{count} answers are remembered.", count))
    )


def _forget(store: Any, actor: Any, agency: str, texts: list[str]) -> None:
    count = naming.forget(store, actor, agency, texts)
    state.forget(f"{_LAST}.{agency}")
    state.remember(
        f"{_SAID}.{agency}", ("success", n_("{count} answer is taken back.", "{count} answers are taken back.", count))
    )


def _say_last(agency: str) -> None:
    """What the last click did, with the way back."""
    said: tuple[str, str] | tuple[()] = state.remembered(f"{_SAID}.{agency}", ())
    if not said:
        return
    kind, text = said
    message, undo = st.columns([5, 1], vertical_alignment="center")
    (message.error if kind == "error" else message.success)(wording.plain(text))
    last: tuple[Any, ...] = state.remembered(f"{_LAST}.{agency}", ())
    if kind != "error" and last:
        undo.button(_("Undo"), key=f"naming.{agency}.undo", on_click=_forget, args=last)
    state.forget(f"{_SAID}.{agency}")


def forget_files() -> None:
    """Let go of the texts of the files that were looked at."""
    for agency in codes("agencies"):
        for name in (_LAST, _SAID, _KEPT):
            state.forget(f"{name}.{agency.code}")
