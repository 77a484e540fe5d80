"""What: an agency's own words, matched to our code lists, each with the reason; and words for yes, no and handling.

A word that is in a list, or known, is certain (score 1). A near one is a proposal (score below 1) that a person confirms.
Anything else is left open: no code is better than a wrong one.
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process

from csg_maps.i18n import _
from csg_maps.intake.meaning import ages, date_formats
from csg_maps.intake.meaning.column_texts import distinct
from csg_maps.model.return_layout import YES_NO, both_languages
from csg_maps.model.vocabulary import codes, known_words

NEAR = 0.88
"""From this score on a near word is taken unless a person says otherwise; below it is only offered."""

_OFFERED = 0.70
_SHORTEST_NEAR = 5
_VAGUE = frozenset({"unknown", "other", "other.not_stated", "other.other_crime", "other.not_coded"})
_NEGATIONS = frozenset({"no", "not", "non", "without", "never", "dim", "heb", "nid"})


@dataclass(frozen=True)
class WordSuggestion:
    """A code for a word: `score` 1 is certain, 0 with code "" is none; `reason` says why in a sentence."""

    code: str
    score: float
    reason: str


@dataclass(frozen=True)
class YesNoRead:
    """For each row: `values` (False where not known), `blank`, and `bad` where it is neither yes nor no."""

    values: npt.NDArray[np.bool_]
    blank: npt.NDArray[np.bool_]
    bad: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class HandlingRead:
    """For each row: `codes` (str: "P", "C" or ""), `blank`, and `bad` where something is written that gives neither."""

    codes: pd.Series
    blank: npt.NDArray[np.bool_]
    bad: npt.NDArray[np.bool_]


def suggest_words(list_name: str, words: Iterable[str]) -> dict[str, WordSuggestion]:
    """A code of the list for each distinct word, or none. Raises InputRefused for a list that does not exist.

    >>> suggested = suggest_words("harms", ["ROBBERY ", "Robery", "Gardening"])
    >>> [(one.code, one.score == 1) for one in suggested.values()]
    [('violence.robbery', True), ('violence.robbery', False), ('', False)]
    """
    known = _known(list_name)
    return {word: _suggest(list_name, word, known) for word in dict.fromkeys(words)}


def read_yes_no(values: pd.Series) -> YesNoRead:
    """Words for yes and no, in English, Welsh and numbers.

    >>> read_yes_no(pd.Series(["Yes", "nac oes", "", "maybe"])).values.tolist()
    [True, False, False, False]
    """
    column = distinct(values)
    plain = [_plain(text) for text in column.texts.to_pylist()]
    answers = np.array(
        [1 if text in _YES else 0 if text in _NO else -1 if text in _NO_ANSWER else -2 for text in plain]
    )
    return YesNoRead(*(column.to_rows(mask) for mask in (answers == 1, answers == -1, answers == -2)))


def read_handling(values: pd.Series) -> HandlingRead:
    """The handling code of each row, from "P", "C", words, or a whole 3x5x2 grade such as "2/B/P" or "2BC A1 S2".

    A grade holds two different Cs: the second place says how the information is known, the third how it may be shared. Only
    the third counts, so "2/C" (no third place) and grades of the older 5x5x5 kind give nothing and are bad.

    >>> read_handling(pd.Series(["P", "2/C/P", "2/C", ""])).codes.tolist()
    ['P', 'P', '', '']
    """
    column = distinct(values)
    texts = column.texts.to_pylist()
    found = [_handling(text) for text in texts]
    blank = np.array([not _plain(text) for text in texts], dtype=bool)
    bad = np.array([not code for code in found], dtype=bool) & ~blank
    codes_of_rows = pd.array(found, dtype="str").take(column.positions)
    return HandlingRead(pd.Series(codes_of_rows), column.to_rows(blank), column.to_rows(bad))


_YES = frozenset(
    [
        *["yes", "y", "true", "t", "1", "ie", "oes", "ydy", "ydyw", "do", "gwir", "cywir", "si", "sí", "x", "✓", "✔"],
        YES_NO[0].casefold(),
    ]
)
_NO = frozenset(
    {
        *["no", "n", "false", "f", "0", "na", "nage", "naddo", "ffug", "anghywir"],
        "nac oes",
        "nac ydy",
        "nac ydyw",
        YES_NO[1].casefold(),
    }
)
_NO_ANSWER = frozenset({"", "unknown", "not known", "not stated", "n/k", "anhysbys", "n/a", "-"})

_GRADE = re.compile(r"([1-3])[\s/x,.\-]*([a-e])[\s/x,.\-]*([pc])((?:[\s/,.\-]+[as]\d)*)")
_HANDLING_WORDS = {
    "p": "P",
    "c": "C",
    "handling code p": "P",
    "handling code c": "C",
    "handling p": "P",
    "handling c": "C",
    "lawful sharing permitted": "P",
    "lawful sharing permitted with conditions": "C",
    "p - lawful sharing permitted": "P",
    "c - lawful sharing permitted with conditions": "C",
}
_ACTION_CODES = re.compile(r"(p|c)((?:[\s/,.\-]+[as]\d)+)")


def _handling(text: str) -> str:
    plain = _plain(text)
    if plain in _HANDLING_WORDS:
        return _HANDLING_WORDS[plain]
    grade = _GRADE.fullmatch(plain)
    if grade:
        return grade[3].upper()
    coded = _ACTION_CODES.fullmatch(plain)
    return coded[1].upper() if coded else ""


def _plain(text: str) -> str:
    return " ".join(text.translate(date_formats.DIGITS_AND_MARKS).casefold().split())


def _spelled(text: str) -> str:
    """Letters and digits only, so that "anti-social behaviour" and "Anti Social Behaviour" are one."""
    return " ".join(re.findall(r"[^\W_]+", _plain(text)))


@functools.cache
def _known(list_name: str) -> dict[str, str]:
    """Every spelling that is certain and its code: labels, codes and known words."""
    spellings: dict[str, str] = {}
    for entry in codes(list_name):
        for text in (entry.label, entry.code):
            spellings.setdefault(_spelled(text), entry.code)
    for entry in codes(list_name):  # after every English label: "Arall" must not take the place of another list's word
        both = both_languages(entry.label)
        for text in (both, both.partition(" / ")[2]):
            if text:
                spellings.setdefault(_spelled(text), entry.code)
    # What agencies write wins over a label that reads the same: "Robbery" is both.
    spellings.update({_spelled(word): code for word, code in known_words()[list_name].items()})
    return spellings


def _suggest(list_name: str, word: str, known: dict[str, str]) -> WordSuggestion:
    spelled = _spelled(word)
    exact = known_words()[list_name].get(_plain(word)) or known.get(spelled)
    if exact:
        return WordSuggestion(exact, 1.0, _("The word is one that is known."))
    if list_name == "age_bands":
        band, why = ages.band_of_text(word)
        if band:
            return WordSuggestion(band, 1.0, why or _("These ages lie within the band."))
    near = _nearest(spelled, known)
    return near or _contained(spelled, known) or WordSuggestion("", 0.0, _("No code is near to this word."))


def _nearest(spelled: str, known: dict[str, str]) -> WordSuggestion | None:
    """The known word that differs by a slip of the pen; numbers must agree, for "13-15" is not near "16-17"."""
    if len(spelled) < _SHORTEST_NEAR:
        return None
    numbers = re.findall(r"\d+", spelled)
    # Plain order sees "shop lifting" as "shoplifting"; sorted words see "assault common" as "common assault".
    matches = [
        match
        for scorer in (fuzz.ratio, fuzz.token_sort_ratio)
        for match in process.extract(spelled, known.keys(), scorer=scorer, score_cutoff=100 * NEAR, limit=5)
    ]
    for match, score, _position in sorted(matches, key=lambda one: (-one[1], one[0])):
        if len(match) >= _SHORTEST_NEAR and re.findall(r"\d+", match) == numbers:
            reason = _("The spelling is close to a known word.")
            return WordSuggestion(known[match], round(min(score / 100, 0.99), 2), reason)
    return None


def _contained(spelled: str, known: dict[str, str]) -> WordSuggestion | None:
    """The longest known word that stands whole within this one: offered, never taken by itself."""
    parts = spelled.split()
    if not parts or _NEGATIONS & set(parts):
        return None
    padded = f" {spelled} "
    held = [
        match
        for match in known
        if len(match) >= _SHORTEST_NEAR and f" {match} " in padded and known[match] not in _VAGUE
    ]
    if not held:
        return None
    longest = max(held, key=lambda match: (len(match), match))
    score = round(_OFFERED + 0.15 * len(longest) / len(spelled), 2)
    return WordSuggestion(known[longest], score, _("The words hold a known word."))
