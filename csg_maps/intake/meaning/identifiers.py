"""Columns that may identify a person, found by heading and by what every single row holds; nothing is sampled.

A reason never quotes a cell: it gives counts and row numbers, as the spreadsheet shows them. `sure` means that a person
must decide (leave the column out, or refuse the file); otherwise it is a possibility that they should see.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from csg_maps.i18n import N_, _
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning import identifier_patterns
from csg_maps.intake.meaning.column_headings import heading_words
from csg_maps.intake.meaning.column_texts import Distinct, distinct
from csg_maps.intake.meaning.identifier_patterns import Bools, has
from csg_maps.model.mapping import MAY_HOLD

KINDS = {
    "name": N_("a person's name"),
    "nhs_number": N_("NHS numbers"),
    "phone": N_("phone numbers"),
    "email": N_("e-mail addresses"),
    "date_of_birth": N_("dates of birth"),
    "address": N_("addresses"),
    "postcode": N_("postcodes within text"),
    "registration": N_("vehicle registrations"),
    "uprn": N_("exact property numbers (UPRN)"),
    "free_text": N_("free text"),
}
"""What may be found, in words."""

_ROWS_NAMED = 5
_ABOUT_PLACES = (
    r"ward|wd\d*|lsoa\d*|msoa\d*|oa|area|la|lad\d*|district|locality|parish|town|city|county|region|country|borough|place|park"
    r"|site|street|road|school|college|establishment|premises|premise|pharmacy|shop|station|stop|common|landmark|indicator"
    r"|organisation|organization|company|business|agency|team|force|service|trust|sponsoring|file|layer|location|setting|venue"
    r"|neighbourhood|beat|zone|constituency|pcon\d*|hcl|plate|grid|type|category|event|operation|product|column|code|field"
    r"|ysgol|ardal|stryd|tref|lle|sir|short|nptg|parent nptg|grandparent nptg"
)
_PLACE_NAME = re.compile(rf"(?:.* )?(?:{_ABOUT_PLACES})(?: .*)?")
_PERSON_NAME = re.compile(
    r"(?:.* )?(?:surname|forename|forenames|fore name|first ?name|last ?name|family name|given name|middle name|maiden name"
    r"|full ?name|initials|alias|nickname|known as|cyfenw|enw cyntaf|enwau cyntaf|enw llawn|enw olaf|apellidos?)(?: .*)?"
)
_PERSON = (
    r"child|young person|yp|pupil|student|victim|suspect|offender|perpetrator|parent|carer|mother|father|guardian|person"
    r"|subject|client|patient|witness|informant|reporter|officer|worker|author|staff|contact|nominal|sibling|aggrieved|accused"
    r"|plentyn"
)
_NAME_OF_PERSON = re.compile(
    rf"(?:.* )?(?:{_PERSON})(?: s)? names?(?: .*)?|names? of (?:the )?(?:{_PERSON})(?: .*)?|enw(?:'r)? (?:plentyn|person).*"
)
_SOME_NAME = re.compile(
    r"(?:.* )?(?:name|names|enw|enwau|nombre)(?: .*)?|(?:victim|offender|suspect|perpetrator|aggrieved|child|young person)s?"
)

_HEADINGS = {
    "nhs_number": re.compile(r"(?:.* )?nhs ?(?:no|number|num|id|rhif)?|rhif (?:y )?gig"),
    "phone": re.compile(r"(?:.* )?(?:phone|telephone|tel|mobile|mob|ffôn|ffon|rhif ffôn)(?: (?:no|number|num))?"),
    "email": re.compile(r"(?:.* )?(?:e ?mail|ebost|e bost)(?: address)?"),
    "date_of_birth": re.compile(
        r"(?:.* )?(?:dob|d o b|date of birth|birth ?date|birthday|dyddiad geni|fecha de nacimiento|born)(?: .*)?"
    ),
    "address": re.compile(
        r"(?:.* )?(?:address|addresses|addr|address ?\d|cyfeiriad|house (?:no|number|name)|domicilio)(?: (?:line )?\d)?"
    ),
    "registration": re.compile(
        r"(?:.* )?(?:vrm|vrn|registration (?:no|number|mark|plate)|number plate|reg (?:no|number))"
    ),
    "uprn": re.compile(r"(?:.* )?uprn"),
}
_NARRATIVE = re.compile(
    r"(?:.* )?(?:description|desc|details?|notes?|comments?|narrative|summary|remarks|mo|modus operandi|free text|text"
    r"|circumstances|disgrifiad|nodiadau|sylwadau|manylion|observations?|what happened|concerns?|descripcion)"
)
_ABOUT_PEOPLE = re.compile(
    r"(?:.* )?(?:surname|forename|first name|last name|cyfenw|ethnicity|ethnig.*|nhs (?:no|number)|dob|date of birth)(?: .*)?"
)
_ALSO_ABOUT_PEOPLE = frozenset(
    {"gender", "sex", "rhyw", "age", "oed", "oedran", "age band", "age group", "edad", "sexo"}
)


@dataclass(frozen=True)
class IdentifierFound:
    """Something in a column that may identify a person: `kind` is a key of KINDS, `count` the rows that hold it."""

    column: str
    kind: str
    count: int
    sure: bool
    reason: str


def is_used_as_place(found: IdentifierFound, fields: dict[str, str]) -> bool:
    """Whether a column is mapped to a field that only leads to a place, and whose text is never kept with a record."""
    return any(fields.get(field) == found.column for field in MAY_HOLD.get(found.kind, ()))


def find_identifiers(table: RawTable) -> tuple[IdentifierFound, ...]:
    """Every column that may identify a person, in the order of the columns.

    A whole column of postcodes, coordinates, codes, dates or hexadecimal references is not an identifier. The heading
    "name" alone is a possibility; beside a date of birth, a surname, or both a gender and an age it is sure.
    """
    headings = [heading_words(column) for column in table.columns]
    has_people = any(map(_ABOUT_PEOPLE.fullmatch, headings)) or len(_ALSO_ABOUT_PEOPLE & set(headings)) >= 2
    found: list[IdentifierFound] = []
    for column in table.columns:
        if column not in table.point_columns:
            found += _find_in_column(table, column, has_people=has_people)
    return tuple(found)


def _find_in_column(table: RawTable, column: str, *, has_people: bool) -> Iterator[IdentifierFound]:
    texts = distinct(table.frame[column])
    stated = np.asarray(pc.not_equal(pc.utf8_trim_whitespace(texts.texts), ""))
    if not stated.any():
        return
    heading = heading_words(column)
    by_heading = _by_heading(heading, has_people=has_people)
    if by_heading:
        kind, sure = by_heading
        yield _found(table, texts, stated, column=column, kind=kind, sure=sure, in_heading=True)
    already = by_heading[0] if by_heading else ""
    for kind, rows, sure in _by_values(texts, stated, heading):
        if kind != already:
            yield _found(table, texts, rows, column=column, kind=kind, sure=sure, in_heading=False)


def _by_heading(heading: str, *, has_people: bool) -> tuple[str, bool] | None:
    """The kind that a heading names and whether it is sure; None for none."""
    for kind, pattern in _HEADINGS.items():
        if pattern.fullmatch(heading):
            return kind, kind != "address"
    if _PERSON_NAME.fullmatch(heading) or _NAME_OF_PERSON.fullmatch(heading):
        return "name", True
    if _SOME_NAME.fullmatch(heading) and not _PLACE_NAME.fullmatch(heading):
        return "name", has_people
    return None


def _by_values(column: Distinct, stated: Bools, heading: str) -> Iterator[tuple[str, Bools, bool]]:
    """What the distinct texts hold: kind, which texts, and whether it is sure."""
    texts = column.texts
    if _is_all(texts, stated, r"^[0-9a-fA-F]{16,128}$") or _is_all(texts, stated, r"^[-+]?\d{1,3}[.,]\d+$"):
        return
    # A number that a spreadsheet made of ten or eleven digits is still those digits; other decimals are measurements.
    texts = pc.replace_substring_regex(texts, r"^\s*(\d{10,11})\.0+\s*$", r"\1")
    has_digit = has(texts, "[0-9]") & ~has(texts, r"^\s*[-+]?\d+[.,]\d+\s*$")
    if has_digit.any():
        yield from _numbers_of_people(texts, has_digit)
    emails = np.asarray(pc.match_substring(texts, "@"))
    if emails.any():
        emails &= has(texts, identifier_patterns.EMAIL)
        yield from _if_any("email", emails, sure=True)
    is_address = np.zeros(len(texts), dtype=bool)
    if has_digit.any():
        postcodes = has(texts, identifier_patterns.POSTCODE)
        streets = has(texts, identifier_patterns.STREET_ADDRESS)
        is_address = streets
        yield from _if_any("address", streets, sure=bool((streets & postcodes).any()))
        within_text = postcodes & ~streets & ~has(texts, r"^\s*[A-Z0-9]{2,4} *[0-9][A-Z]{2}\s*$")
        yield from _if_any("postcode", within_text, sure=False)
        yield from _if_any("registration", has(texts, identifier_patterns.REGISTRATION), sure=True)
        yield from _if_any("date_of_birth", has(texts, identifier_patterns.BORN), sure=True)
    narrative = _NARRATIVE.fullmatch(heading) is not None
    if not is_address[stated].mean() > 0.5 and _is_free_text(texts, stated, is_narrative=narrative):
        yield "free_text", stated, narrative


def _numbers_of_people(texts: Any, has_digit: Bools) -> Iterator[tuple[str, Bools, bool]]:
    written, valid = identifier_patterns.nhs_numbers(texts)
    written, valid = written & has_digit, valid & has_digit
    if valid.any():
        # One in eleven of any ten digits passes the check: among many numbers that do not, it is chance.
        is_chance = written.sum() >= 20 and valid.sum() < 0.3 * written.sum() and _are_bare_numbers(texts, written)
        if not is_chance:
            yield (
                "nhs_number",
                valid,
                bool(valid.sum() * 2 >= written.sum() or not _are_bare_numbers(texts, valid)),
            )
    phones = has(texts, identifier_patterns.PHONE) & has_digit
    yield from _if_any("phone", phones, sure=True)
    if not phones.any():
        yield from _if_any("phone", has(texts, identifier_patterns.BARE_PHONE) & has_digit, sure=False)


def _are_bare_numbers(texts: Any, chosen: Bools) -> bool:
    return bool(has(texts, r"^\s*[0-9]+\s*$")[chosen].all())


def _is_all(texts: Any, stated: Bools, pattern: str) -> bool:
    """Whether every stated text fits, asked first of a few: most columns fail at once."""
    first = texts.slice(0, 50)
    if not has(first, pattern)[stated[:50]].all():
        return False
    return bool(has(texts, pattern)[stated].all())


def _is_free_text(texts: Any, stated: Bools, *, is_narrative: bool) -> bool:
    """Many different texts of several words: sentences rather than a list of words."""
    lengths = np.asarray(pc.utf8_length(texts))[stated]
    if lengths.max() < (25 if is_narrative else 40):  # too short for any of what follows
        return False
    words = np.asarray(pc.count_substring_regex(texts, r"\pL{2,}"))[stated]
    if is_narrative and (words >= 4).mean() > 0.3 and lengths.max() >= 25:
        return True
    is_varied = len(words) >= 20
    return bool(is_varied and ((words >= 6) & (lengths >= 40)).mean() > 0.5) or bool((words >= 25).any())


def _if_any(kind: str, rows: Bools, *, sure: bool) -> Iterator[tuple[str, Bools, bool]]:
    if rows.any():
        yield kind, rows, sure


def _found(
    table: RawTable, texts: Distinct, chosen: Bools, *, column: str, kind: str, sure: bool, in_heading: bool
) -> IdentifierFound:
    rows = texts.to_rows(chosen)
    count = int(rows.sum())
    numbers = ", ".join(str(row) for row in table.rows[np.flatnonzero(rows)[:_ROWS_NAMED]])
    if not in_heading:
        reason = _("What looks like {what} stands in {count} of {total} rows (first rows: {rows}).")
    elif sure:
        reason = _("The heading says that the column holds {what}; {count} of {total} rows are filled in.")
    else:
        reason = _("The heading may mean {what}; {count} of {total} rows are filled in.")
    facts = {"what": _(KINDS[kind]), "count": count, "total": len(rows), "rows": numbers}
    return IdentifierFound(column, kind, count, sure, reason.format(**facts))
