"""Code lists: read from `data/codes`, so that a council can edit them; labels are English and translated where shown."""

import csv
import functools
from dataclasses import dataclass

from csg_maps.errors import InputRefused
from csg_maps.settings import CODES_FOLDER

LISTS = (
    "harms",
    "settings",
    "agencies",
    "age_bands",
    "basis",
    "told_by",
    "evidence",
    "place_precision",
    "time_precision",
    "weekdays",
    "hour_bands",
    "lawful_bases",
    "place_types",
    "action_types",
    "asset_kinds",
)

NOT_STATED = {
    "harms": "other.not_stated",
    "settings": "unknown",
    "age_bands": "unknown",
    "basis": "unknown",
    "told_by": "unknown",
}
"""The code of a list that stands for "the file does not say"."""

NOT_CODED_HARM = "other.not_coded"
"""The file says something, in words that nobody has mapped yet: kept, counted, and asked about."""


@dataclass(frozen=True)
class Code:
    """One entry of a code list. `parent` is "" at the top level; `label` is English, and a gettext message id."""

    code: str
    parent: str
    label: str


@functools.cache
def codes(list_name: str) -> tuple[Code, ...]:
    """All codes of one list, in the order of its file. Raises InputRefused for a list that does not exist."""
    if list_name not in LISTS:
        raise InputRefused(f"There is no code list {list_name!r}; the lists are {', '.join(LISTS)}.")
    with open(CODES_FOLDER / f"{list_name}.csv", newline="", encoding="utf-8") as lines:
        return tuple(Code(row["code"], row["parent"], row["label"]) for row in csv.DictReader(lines))


@functools.cache
def labels(list_name: str) -> dict[str, str]:
    """Code to English label. Do not change the returned dict."""
    return {code.code: code.label for code in codes(list_name)}


@functools.cache
def known_words() -> dict[str, dict[str, str]]:
    """For each list, the words that agencies are known to write (lower case) and the code that each stands for."""
    words: dict[str, dict[str, str]] = {name: {} for name in LISTS}
    with open(CODES_FOLDER / "words.csv", newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            words[row["list"]][row["word"].casefold()] = row["code"]
    return words


def with_children(list_name: str, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The chosen codes and every code below them, sorted: choosing a group means all of it.

    Raises InputRefused naming the code when one is not in the list.

    >>> with_children("harms", ("hate",))[:2]
    ('hate', 'hate.bullying')
    """
    every = codes(list_name)
    unknown = sorted(set(chosen) - {code.code for code in every})
    if unknown:
        raise InputRefused(
            f"{unknown[0]!r} is not a code of {list_name}. Use one of: {', '.join(code.code for code in every)}."
        )
    return tuple(sorted({code.code for code in every if code.code in chosen or code.parent in chosen}))
