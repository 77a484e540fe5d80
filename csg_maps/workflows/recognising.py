"""Which agency sent a file: by the form it is, the layout that was saved, a column that says so, the words of its name.

Nothing is decided here: each answer has its reason, and a person may correct it. Where the signs disagree, or say
nothing, the person is asked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from csg_maps.i18n import _, speaking
from csg_maps.intake.files.tables import RawTable, ReadResult
from csg_maps.intake.meaning.column_headings import heading_words
from csg_maps.intake.meaning.column_texts import distinct
from csg_maps.intake.meaning.profiles import layout_key
from csg_maps.model.vocabulary import codes, labels

_HEADINGS = {
    *("agency", "asiantaeth", "organisation", "organization", "sefydliad", "supplier", "partner", "partner agency"),
    *("source agency", "reporting agency", "agency name", "enw asiantaeth"),
}
_SHARE = 0.9
_NAME_WORDS: dict[str, tuple[str, ...]] = {
    "police": ("police", "heddlu", "constabulary"),
    "transport_police": ("transport police", "btp"),
    "social_care": ("social care", "childrens services", "csc", "gofal cymdeithasol"),
    "education": ("education", "schools", "school", "addysg", "ysgolion"),
    "health": ("health", "nhs", "iechyd", "bwrdd iechyd"),
    "youth_service": ("youth service", "youth work", "gwasanaeth ieuenctid"),
    "youth_justice": ("youth justice", "yjs", "yot", "cyfiawnder ieuenctid"),
    "housing": ("housing", "landlord", "tai"),
    "licensing": ("licensing", "trading standards", "trwyddedu"),
    "environment": ("environment", "parks", "waste", "amgylchedd"),
    "fire": ("fire", "tan"),
    "voluntary": ("voluntary", "charity", "gwirfoddol", "elusen"),
    "transport": ("transport", "buses", "bus", "rail", "trafnidiaeth", "bysiau"),
    "business": ("business", "retailers", "busnes"),
    "community_safety": ("community safety", "csp", "diogelwch cymunedol"),
    "public": ("public reports", "public", "cyhoedd"),
}


@dataclass(frozen=True)
class Sender:
    """Who seems to have sent a file: an agency code, or "" where a person is asked; `reason` is a sentence."""

    agency: str
    reason: str


def sender_of(name: str, result: ReadResult, profiles: dict[str, frozenset[str]]) -> Sender:
    """Who seems to have sent a file called `name`.

    `profiles` gives for each layout key the agencies that have a saved mapping of it.
    """
    returned = _by_marker(result)
    if returned:
        return Sender(returned, _("It is the blank return that was made for this agency."))
    saved = _common(profiles.get(layout_key(table.columns), frozenset()) for table in result.tables)
    by_column = _by_column(result.tables)
    by_name = agency_in_name(name)
    if len(saved) == 1:
        (agency,) = saved
        if by_column and by_column != agency:
            return Sender(
                "",
                _("The layout was saved for {agency}, but a column of the file says {other}.").format(
                    agency=_label(agency), other=_label(by_column)
                ),
            )
        return Sender(agency, _("Its layout is the one that was saved for this agency."))
    if by_column:
        return Sender(by_column, _("A column of the file says so."))
    if len(saved) > 1:
        if by_name in saved:
            return Sender(by_name, _("Several agencies have this layout; the name of the file says which."))
        return Sender("", _("Several agencies have this layout: {agencies}.").format(agencies=_labels(saved)))
    if by_name:
        return Sender(by_name, _("The name of the file says so. The layout is new."))
    return Sender("", _("Neither its layout nor its name is known."))


def agency_in_name(name: str) -> str:
    """The agency that the words of a file's name speak of; "" for none or for several.

    >>> agency_in_name("BTP incidents 2026-10.csv"), agency_in_name("Heddlu_Hydref.xlsx"), agency_in_name("october.csv")
    ('transport_police', 'police', '')
    """
    said = f" {heading_words(re.sub(r'[.][^.]*$', '', name))} "
    found = {
        agency: longest
        for agency, phrases in _NAME_WORDS.items()
        if (longest := max((phrase for phrase in phrases if f" {phrase} " in said), key=len, default=""))
    }
    # "transport police" is not also "transport" and "police"
    meant = [
        agency
        for agency, phrase in found.items()
        if not any(phrase != other and phrase in other for other in found.values())
    ]
    return meant[0] if len(meant) == 1 and meant[0] in labels("agencies") else ""


def _by_marker(result: ReadResult) -> str:
    said = [*result.problems, *(problem for table in result.tables for problem in table.problems)]
    agencies = {problem.values["agency"] for problem in said if problem.code == "return-known"}
    known = agencies & set(labels("agencies"))
    return known.pop() if len(known) == 1 and len(agencies) == 1 else ""


def _by_column(tables: Iterable[RawTable]) -> str:
    """The agency that nearly every row names; "" where none does, or rows are of several."""
    found = set()
    for table in tables:
        for column in table.columns:
            if heading_words(column) in _HEADINGS:
                texts = distinct(table.frame[column])
                if not len(texts.texts):
                    continue
                most = int(np.argmax(texts.weights))
                if texts.weights[most] >= _SHARE * texts.weights.sum():
                    found.add(_agency_of(str(texts.texts[most].as_py())))
    found.discard("")
    return found.pop() if len(found) == 1 else ""


def _agency_of(text: str) -> str:
    said = heading_words(text)
    for code in codes("agencies"):
        with speaking("cy"):
            welsh = _(code.label)
        if said in {heading_words(code.code), heading_words(code.label), heading_words(welsh)}:
            return code.code
    return agency_in_name(text)


def _common(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """Agencies that know every table of a file which anybody knows."""
    known = [one for one in sets if one]
    return frozenset.intersection(*known) if known else frozenset()


def _label(agency: str) -> str:
    return _(labels("agencies").get(agency, agency))


def _labels(agencies: Iterable[str]) -> str:
    return ", ".join(_label(agency) for agency in sorted(agencies))
