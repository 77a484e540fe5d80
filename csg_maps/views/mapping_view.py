"""What the columns of one layout mean: suggested with a reason, corrected by a person, asked only where it is not known."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from csg_maps.i18n import N_, _, n_
from csg_maps.model.mapping import CODED_FIELDS, FIELDS, MAY_HOLD, NAMED_FIELDS, ColumnMapping
from csg_maps.model.vocabulary import codes
from csg_maps.settings import CRS_MAP
from csg_maps.views import wording

FIELD_LABELS: dict[str, str] = {
    "reference": N_("The agency's own reference"),
    "latitude": N_("Latitude"),
    "longitude": N_("Longitude"),
    "easting": N_("Easting"),
    "northing": N_("Northing"),
    "cell": N_("H3 cell"),
    "postcode": N_("Postcode"),
    "area_code": N_("Area code"),
    "uprn": N_("UPRN (number of a property)"),
    "usrn": N_("USRN (number of a street)"),
    "place_name": N_("Name of the place or street"),
    "locality": N_("Locality of the named place"),
    "date": N_("Date, or date and time"),
    "time": N_("Time of day"),
    "date_to": N_("End of the period: date"),
    "time_to": N_("End of the period: time"),
    "year": N_("Year"),
    "month": N_("Month"),
    "day": N_("Day"),
    "hour": N_("Hour"),
    "minute": N_("Minute"),
    "harm": N_("Harm"),
    "setting": N_("Kind of place"),
    "age_band": N_("Age band"),
    "age": N_("Age in years"),
    "basis": N_("How it is known"),
    "told_by": N_("Who told"),
    "is_proactive": N_("Found by enforcement activity"),
    "adult_at_risk": N_("Concerns an adult at risk"),
    "children_count": N_("Number of children"),
    "handling": N_("Handling code"),
}
COORDINATE_SYSTEMS = ("EPSG:4326", "EPSG:27700", "EPSG:3857")
MAIN_FIELDS = ("date", "latitude", "longitude", "harm", "setting", "reference")
WORDS_AT_ONCE = 60


@dataclass(frozen=True)
class Decided:
    """What a person decided about a layout, and what is still to say (sentences)."""

    key: str
    mapping: ColumnMapping
    undecided: tuple[str, ...]


def show(layout: dict[str, Any]) -> Decided:
    """Draw one layout; returns what was decided."""
    key = f"mapping.{layout['key']}"
    undecided: list[str] = []
    with st.container(border=True, key=f"{key}.box"):
        st.markdown(f"**{_heading(layout)}**")
        for note in layout["notes"]:
            st.warning(wording.plain(f"{note['message']} {note['fix']}"))
        suggested = layout["mapping"]
        left_out = _identifiers(layout, key, undecided)
        if layout["profile_name"]:
            st.text(_("This layout is known ({name}): nothing needs to be mapped.").format(name=layout["profile_name"]))
        else:
            _table_of_fields(layout)
        with st.expander(_("Change what the columns mean"), expanded=layout["needs_fields"]):
            fields = _fields(layout, left_out, key)
        left_out, undecided = _used_for_places(layout, fields, left_out, undecided)
        crs = _coordinate_system(layout, fields, key, undecided)
        formats = _formats(layout, fields, key, undecided)
        constants = _constants(layout, fields, key)
        words = _words(layout, fields, key)
    if not {"date", "year"} & set(fields):
        undecided.append(_("which column holds the date"))
    if (
        not {"latitude", "easting", "cell", "postcode", "area_code", *NAMED_FIELDS} & set(fields)
        and constants.get("setting") != "online"
    ):
        undecided.append(_("which columns say where it happened"))
    mapping = ColumnMapping(
        fields=fields,
        crs=crs,
        formats={**suggested["formats"], **formats},
        words=words,
        constants={**suggested["constants"], **constants},
        left_out=tuple(left_out),
    )
    return Decided(layout["key"], mapping, tuple(undecided))


def _heading(layout: dict[str, Any]) -> str:
    names = layout["names"]
    first = wording.plain(names[0])
    rows = n_("{count} row", "{count} rows", layout["rows"])
    if len(names) == 1:
        return f"{first} – {rows}"
    others = n_("{count} more like it", "{count} more like it", len(names) - 1)
    return f"{first}, {others} – {rows}"


def _table_of_fields(layout: dict[str, Any]) -> None:
    fields = layout["mapping"]["fields"]
    if not fields:
        return
    st.table(
        pd.DataFrame(
            {
                _("Column of the file"): [wording.plain(column) for column in fields.values()],
                _("Why"): [wording.plain(layout["reasons"].get(field, "")) for field in fields],
                _("For example"): [
                    wording.plain(", ".join(layout["examples"].get(column, []))) for column in fields.values()
                ],
            },
            index=pd.Index([_(FIELD_LABELS[field]) for field in fields], name=_("Is read as")),
        )
    )


def _identifiers(layout: dict[str, Any], key: str, undecided: list[str]) -> list[str]:
    """Columns that identify people: left out one by one, by choice."""
    left_out = list(layout["mapping"]["left_out"])
    for found in layout["identifiers"]:
        column = found["column"]
        if column in left_out:
            continue
        reason = wording.plain(found["reason"])
        st.warning(
            _("The column {column} seems to identify people. {reason}").format(
                column=wording.plain(column), reason=reason
            )
        )
        chosen = st.checkbox(
            _("Leave this column out: {column}").format(column=wording.plain(column)),
            key=f"{key}.leave.{column}",
            help=_("It is never stored. The other way is to ask the agency for a file without it."),
        )
        if chosen or not found["sure"]:
            left_out.append(column)
        else:
            undecided.append(_("whether to leave out the column {column}").format(column=column))
    return left_out


def _fields(layout: dict[str, Any], left_out: list[str], key: str) -> dict[str, str]:
    suggested = layout["mapping"]["fields"]
    offered = [column for column in layout["columns"] if column not in left_out]
    chosen: dict[str, str] = {}
    order = [*MAIN_FIELDS, *(field for field in FIELDS if field not in MAIN_FIELDS)]
    columns = st.columns(3)
    for place, field in enumerate(order):
        current = suggested.get(field)
        excused = {one["column"] for one in layout["identifiers"] if field in MAY_HOLD.get(one["kind"], ())}
        options = [column for column in layout["columns"] if column in offered or column in excused]
        column = columns[place % 3].selectbox(
            _(FIELD_LABELS[field]),
            ["", *options],  # "" first: a suggestion can be taken away
            index=options.index(current) + 1 if current in options else 0,
            format_func=lambda name: name or _("no column"),
            key=f"{key}.field.{field}",
        )
        if column:
            chosen[field] = column
    return chosen


def _used_for_places(
    layout: dict[str, Any], fields: dict[str, str], left_out: list[str], undecided: list[str]
) -> tuple[list[str], list[str]]:
    """Columns with addresses, free text or UPRNs that only lead to a place need not be left out: their text is never kept."""
    used = {fields[field]: field for field in NAMED_FIELDS if field in fields}
    excused = {one["column"] for one in layout["identifiers"] if one["column"] in used}
    excused -= {
        one["column"]
        for one in layout["identifiers"]
        if used.get(one["column"], "") not in MAY_HOLD.get(one["kind"], ())
    }
    said = {_("whether to leave out the column {column}").format(column=column) for column in excused}
    return [one for one in left_out if one not in excused], [text for text in undecided if text not in said]


def _coordinate_system(layout: dict[str, Any], fields: dict[str, str], key: str, undecided: list[str]) -> str:
    if not {"latitude", "easting"} & set(fields):
        return ""
    found = layout["mapping"]["crs"] or (CRS_MAP if "latitude" in fields else "")
    if found and fields == layout["mapping"]["fields"] and not layout["asks_crs"]:
        return str(found)
    options = [found] if found else []
    options += [system for system in (*layout["crs_guesses"], *COORDINATE_SYSTEMS) if system not in options]
    chosen = st.selectbox(
        _("Coordinate system of the coordinates"),
        options,
        index=0 if found else None,
        placeholder=_("Choose, or type another EPSG code"),
        accept_new_options=True,
        key=f"{key}.crs",
        help=_("EPSG:4326 is latitude and longitude, EPSG:27700 the British grid."),
    )
    if not chosen:
        undecided.append(_("which coordinate system the coordinates are in"))
    return str(chosen or "")


def _formats(layout: dict[str, Any], fields: dict[str, str], key: str, undecided: list[str]) -> dict[str, str]:
    chosen = {}
    used = set(fields.values())
    for found in layout["dates"]:
        column = found["column"]
        if column not in used:
            continue
        options = [found["format"], *found["alternatives"]] if found["format"] else list(found["alternatives"])
        if found["needs_asking"]:
            st.warning(wording.plain(found["reason"]))
            answer = st.radio(
                _("How are the dates in {column} written?").format(column=wording.plain(column)),
                options,
                index=None,
                horizontal=True,
                key=f"{key}.format.{column}",
            )
            if answer is None:
                undecided.append(_("how the dates in {column} are written").format(column=column))
            else:
                chosen[column] = answer
        elif found["format"]:
            chosen[column] = found["format"]
            st.text(_("Dates in {column} are read as {format}.").format(column=column, format=found["format"]))
    return chosen


def _constants(layout: dict[str, Any], fields: dict[str, str], key: str) -> dict[str, str]:
    if "harm" in fields:
        return {}
    current = layout["mapping"]["constants"].get("harm", "other.not_stated")
    options = [code.code for code in codes("harms")]
    harm = st.selectbox(
        _("No column says which harm it is. All rows are about:"),
        options,
        index=options.index(current),
        format_func=lambda code: wording.label("harms", code),
        key=f"{key}.harm",
    )
    return {"harm": harm}


def _words(layout: dict[str, Any], fields: dict[str, str], key: str) -> dict[str, dict[str, str]]:
    decided = {field: dict(words) for field, words in layout["mapping"]["words"].items()}
    for field, unknown in layout["unknown_words"].items():
        if field not in fields or fields[field] != layout["mapping"]["fields"].get(field) or not unknown:
            continue
        list_name = CODED_FIELDS[field]
        options = [code.code for code in codes(list_name)]
        st.markdown(f"**{_('New words in {column}').format(column=wording.plain(fields[field]))}**")
        st.caption(_("Choose what each stands for. A word left open is kept as not coded, and asked again next time."))
        columns = st.columns(3)
        for place, word in enumerate(unknown[:WORDS_AT_ONCE]):
            guess = layout["word_suggestions"].get(field, {}).get(word, {}).get("code", "")
            answer = columns[place % 3].selectbox(
                wording.plain(word),
                options,
                index=options.index(guess) if guess in options else None,
                format_func=lambda code, name=list_name: wording.label(name, code),
                placeholder=_("not coded"),
                key=f"{key}.word.{field}.{word}",
            )
            if answer:
                decided.setdefault(field, {})[word] = answer
    return decided
