"""The lists of words: read from `data/wording`, English and Welsh side by side."""

import csv
import functools
import re
from dataclasses import dataclass

from csg_maps.settings import DATA_FOLDER

FOLDER = DATA_FOLDER / "wording"
_BEFORE, _AFTER = r"(?<![\w-])", r"(?![\w-])"  # an apostrophe may follow: Caffi'r


@dataclass(frozen=True)
class Entry:
    """Words to avoid, what to say instead, and why; all in one language."""

    language: str
    instead: str
    why: str
    pattern: re.Pattern[str]


@functools.cache
def lexicon() -> tuple[Entry, ...]:
    """Every entry of `lexicon.csv`. A term may end in `*`, which stands for any ending."""
    with open(FOLDER / "lexicon.csv", newline="", encoding="utf-8") as lines:
        return tuple(
            Entry(row["language"], row["instead"], row["why"], word_pattern(tuple(row["terms"].split("|"))))
            for row in csv.DictReader(lines)
        )


@functools.cache
def no_place_names() -> dict[str, re.Pattern[str]]:
    """Words that say that a name is that of a school, an estate or a business, by kind, in both languages."""
    words: dict[str, list[str]] = {}
    with open(FOLDER / "not_place_names.csv", newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            words.setdefault(row["kind"], []).append(row["word"])
    return {kind: word_pattern(tuple(terms)) for kind, terms in words.items()}


def word_pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for whole words in either case, whatever the spaces and whichever the apostrophe.

    >>> bool(word_pattern(("ran away",)).search("They RAN  away.")), bool(word_pattern(("bar",)).search("Barn"))
    (True, False)
    """
    written = []
    for term in sorted(terms, key=len, reverse=True):
        words = [re.escape(word.removesuffix("*")) for word in term.casefold().split()]
        ending = r"\w*" if term.endswith("*") else ""
        written.append(r"\s+".join(words).replace("'", "['’]") + ending)
    return re.compile(f"{_BEFORE}(?:{'|'.join(written)}){_AFTER}", re.IGNORECASE)
