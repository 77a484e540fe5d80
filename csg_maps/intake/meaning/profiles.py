"""How a whole table is to be read: its mapping as far as it can be known, and the few questions that are left.

A layout is recognised by its headings. With the profile that an agency saved for it nothing is asked again, except about
words that were never seen. What a question proposes is in the mapping already unless it is a mere offer (`is_taken`).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from csg_maps.geography.crs import guess_crs, is_degrees
from csg_maps.i18n import _
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning.clock import find_time_format
from csg_maps.intake.meaning.column_texts import distinct
from csg_maps.intake.meaning.column_values import numbers_of
from csg_maps.intake.meaning.columns import suggest_columns
from csg_maps.intake.meaning.dates import DateFinding, find_format
from csg_maps.intake.meaning.identifiers import IdentifierFound, find_identifiers, is_used_as_place
from csg_maps.intake.meaning.known_files import BUILT_IN, RETURN, STREET, KnownLayout, recognise, wrong_file
from csg_maps.intake.meaning.words import NEAR, suggest_words
from csg_maps.model.mapping import CODED_FIELDS, ColumnMapping, SavedProfile, Suggestion
from csg_maps.model.return_layout import english_part, return_fields
from csg_maps.settings import CRS_MAP, CRS_PLANAR

__all__ = [
    "BUILT_IN",
    "MappingProposal",
    "Question",
    "complete_mapping",
    "layout_key",
    "recognise",
    "suggest_mapping",
    "wrong_file",
]

MOST_WORDS = 500
"""A column with more different texts is no list of words."""

_STILL_READS = 0.9
"""A saved format that reads less of a new file than this is looked for again."""


@dataclass(frozen=True)
class Question:
    """Something a person should confirm. `kind` is "date_format", "crs" or "word"; `word` is the word asked about.

    `options` are (value, label), () for a code list; `default` is what is proposed, "" for nothing; `is_taken` says that the
    mapping holds the default already, so that not answering means agreeing.
    """

    kind: str
    field: str
    column: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    default: str = ""
    word: str = ""
    is_taken: bool = True


@dataclass(frozen=True)
class MappingProposal:
    """A mapping with everything that a person should see before it is used.

    `unknown_words` are words of coded fields for which no code is taken; `kind` is what `recognise` says;
    `profile_name` is "" when no profile was used; `is_background` holds for police.uk street files.
    """

    mapping: ColumnMapping
    suggestions: tuple[Suggestion, ...] = ()
    asked: tuple[Question, ...] = ()
    identifiers: tuple[IdentifierFound, ...] = ()
    date_findings: dict[str, DateFinding] = field(default_factory=dict)
    unknown_words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    profile_name: str = ""
    is_background: bool = False
    kind: str = ""


def layout_key(columns: Iterable[str]) -> str:
    """The same text for the same headings, whatever their order, case and spaces around.

    >>> layout_key(["Date", "Place"]) == layout_key([" place", "DATE"])
    True
    """
    headings = sorted(" ".join(column.split()).casefold() for column in columns)
    return hashlib.sha256("\x1f".join(headings).encode()).hexdigest()[:24]


def suggest_mapping(table: RawTable, saved: SavedProfile | None = None) -> MappingProposal:
    """The mapping of a table: from the saved profile when its layout is this one, else a built-in one, else suggested.

    A file of a known kind that is not one to import (`wrong_file`) gets an empty mapping.
    """
    kind = recognise(table.columns)
    if wrong_file(table.columns, table.name):
        return MappingProposal(ColumnMapping(), kind=kind)
    is_saved = saved is not None and saved.layout_key == layout_key(table.columns)
    suggestions: tuple[Suggestion, ...] = ()
    if kind == RETURN:
        base, name, suggestions = _from_layout(BUILT_IN[RETURN], table.columns)
        words = saved.mapping.words if saved is not None and is_saved else {}
        base = replace(base, formats=_return_formats(base, table), words=words)
    elif saved is not None and is_saved:
        base, name = _with_headings_of(saved.mapping, table.columns), saved.name
    elif kind == STREET:
        layout = BUILT_IN["police-uk"]
        base, name, suggestions = _from_layout(layout, table.columns)
    else:
        suggestions = suggest_columns(table)
        base, name = ColumnMapping({one.field: one.column for one in suggestions}), ""
    base, findings, unknown, asked = complete_mapping(base, table)
    # the return's own lists read like sentences, in two languages; a word that is not of a list is another matter
    lists = {base.fields.get(name, "") for name in CODED_FIELDS if kind == RETURN and not unknown.get(name)}
    identifiers = tuple(
        one
        for one in find_identifiers(table)
        if not is_used_as_place(one, base.fields)
        if one.column not in base.left_out and not (one.kind == "free_text" and one.column in lists)
    )
    return MappingProposal(
        mapping=base,
        suggestions=suggestions,
        asked=asked,
        identifiers=identifiers,
        date_findings=findings,
        unknown_words=unknown,
        profile_name=name,
        is_background=kind == STREET,
        kind=kind,
    )


def complete_mapping(
    mapping: ColumnMapping, table: RawTable
) -> tuple[ColumnMapping, dict[str, DateFinding], dict[str, tuple[str, ...]], tuple[Question, ...]]:
    """Add to a mapping what its columns need: coordinate system, formats of dates and times, codes of words.

    Returns the mapping, what was found of each date column, the words without a code, and the questions left.
    """
    mapping, crs_asked = _with_crs(mapping, table)
    mapping, findings, dates_asked = _with_formats(mapping, table)
    mapping, unknown, words_asked = _with_words(mapping, table)
    return mapping, findings, unknown, (*crs_asked, *dates_asked, *words_asked)


def _with_headings_of(mapping: ColumnMapping, columns: tuple[str, ...]) -> ColumnMapping:
    """The mapping with its columns as this file writes them (case and spaces may differ)."""
    written = {" ".join(column.split()).casefold(): column for column in columns}

    def here(column: str) -> str:
        return written.get(" ".join(column.split()).casefold(), column)

    return replace(
        mapping,
        fields={name: here(column) for name, column in mapping.fields.items()},
        formats={here(column): code for column, code in mapping.formats.items()},
        left_out=tuple(here(column) for column in mapping.left_out),
    )


def _from_layout(layout: KnownLayout, columns: tuple[str, ...]) -> tuple[ColumnMapping, str, tuple[Suggestion, ...]]:
    known = ColumnMapping(dict(layout.fields), layout.crs, dict(layout.formats), constants=dict(layout.constants))
    mapping = _with_headings_of(known, columns)
    if layout.name == RETURN:
        fields = return_fields(columns)
        mapping = replace(mapping, fields=fields, crs=layout.crs if "latitude" in fields else CRS_PLANAR)
    present = {name: column for name, column in mapping.fields.items() if column in columns}
    reason = _("The built-in profile {name} knows this layout.").format(name=layout.name)
    suggestions = tuple(Suggestion(name, column, 1.0, reason) for name, column in present.items())
    return replace(mapping, fields=present), layout.name, suggestions


def _return_formats(mapping: ColumnMapping, table: RawTable) -> dict[str, str]:
    """How the return's dates are written: as the cells of a date, else typed day first, as the form asks; so never asked."""
    column = mapping.fields["date"]
    finding = find_format(table.frame[column], heading=column)
    for start in ("YYYY-MM-DD", "DD/MM/YYYY", "DD-MM-YYYY", "DD.MM.YYYY", "DD/MM/YY"):
        for code, read in finding.counted.items():
            if code.startswith(start) and finding.stated and read >= _STILL_READS * finding.stated:
                return {column: code}
    return {}


def _with_crs(mapping: ColumnMapping, table: RawTable) -> tuple[ColumnMapping, list[Question]]:
    """The coordinate system: the file's own, degrees for latitude and longitude, else the one that fits, and asked."""
    if mapping.crs:
        return mapping, []
    if "latitude" in mapping.fields:
        own = table.crs if _is_own_points(mapping, table, "latitude") and is_degrees(table.crs) else CRS_MAP
        return replace(mapping, crs=own), []
    if "easting" not in mapping.fields or "northing" not in mapping.fields:
        return mapping, []
    if _is_own_points(mapping, table, "easting"):
        return replace(mapping, crs=table.crs), []
    east, north = (mapping.fields[name] for name in ("easting", "northing"))
    guesses = guess_crs(*numbers_of(table.frame[east], table.frame[north]))
    fitting = {guess.crs: _(guess.reason) for guess in guesses if guess.share_inside >= 0.5}
    default = CRS_PLANAR if CRS_PLANAR in fitting else next(iter(fitting), "")
    question = Question(
        kind="crs",
        field="easting",
        column=east,
        text=_("Which coordinate system are {columns} in? The file does not say.").format(columns=f"{east}, {north}"),
        options=tuple(fitting.items()),
        default=default,
    )
    return replace(mapping, crs=default), [question]


def _is_own_points(mapping: ColumnMapping, table: RawTable, name: str) -> bool:
    return bool(table.crs) and mapping.fields[name] in table.point_columns


def _with_formats(
    mapping: ColumnMapping, table: RawTable
) -> tuple[ColumnMapping, dict[str, DateFinding], list[Question]]:
    """The format of each column of dates and times; a saved one is kept as long as it still reads the column."""
    formats, findings, asked = dict(mapping.formats), {}, []
    for name in ("date", "date_to", "time", "time_to", "hour"):
        column = mapping.fields.get(name, "")
        if not column or column not in table.columns or (name == "hour" and "date" not in mapping.fields):
            continue
        is_date = name.startswith("date")
        values = table.frame[column]
        finding = find_format(values, heading=column) if is_date else find_time_format(values)
        findings[column] = finding
        kept = formats.get(column, "")
        if kept and finding.counted.get(kept, 0) >= _STILL_READS * finding.stated:
            continue
        formats[column] = finding.format
        if finding.needs_asking or (kept and finding.format != kept):
            options = tuple((code, code) for code in (finding.format, *finding.alternatives) if code)
            asked.append(Question("date_format", name, column, finding.reason, options, finding.format))
    return replace(mapping, formats=formats), findings, asked


def _with_words(
    mapping: ColumnMapping, table: RawTable
) -> tuple[ColumnMapping, dict[str, tuple[str, ...]], list[Question]]:
    """Codes for the words of every coded field: what was decided before, what is certain or near; the rest is asked."""
    words, unknown, asked = dict(mapping.words), {}, []
    is_return = recognise(table.columns) == RETURN
    for name, list_name in CODED_FIELDS.items():
        column = mapping.fields.get(name, "")
        if not column or column not in table.columns:
            continue
        texts = [" ".join(text.split()) for text in distinct(table.frame[column]).texts.to_pylist()]
        decided = dict(words.get(name, {}))
        folded = {word.casefold() for word in decided}
        new = sorted({text for text in texts if text and text.casefold() not in folded})
        if len(new) > MOST_WORDS:
            continue
        suggested = suggest_words(list_name, new)
        if is_return:  # the Welsh beside a label may have been worded anew since the form was handed out
            english = {word: english_part(word) for word in new}
            known = suggest_words(list_name, english.values())
            suggested |= {word: known[part] for word, part in english.items() if known[part].score == 1}
        taken = {word: one.code for word, one in suggested.items() if one.score >= NEAR}
        words[name] = {**decided, **taken}
        open_words = tuple(word for word in new if word not in taken)
        if open_words:
            unknown[name] = open_words
        asked += [
            Question("word", name, column, one.reason, (), one.code, word, is_taken=one.score >= NEAR)
            for word, one in suggested.items()
            if one.score < 1
        ]
    return replace(mapping, words=words), unknown, asked
