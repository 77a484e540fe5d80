"""What of an agency's own text a row set aside may hold: enough to mend it, and no words about anybody.

A date that cannot be read is a few digits and names of months; "on Tuesday with …" in a column of dates is free text, and free
text is never kept.
"""

import re
from collections.abc import Callable

import pandas as pd

from csg_maps.intake.meaning.column_texts import distinct
from csg_maps.intake.meaning.date_formats import MONTH_NAMES
from csg_maps.intake.rows.named_places import NAME_FIELDS, kept_aside

TIME_FIELDS = frozenset(
    {"date", "time", "date_to", "time_to", "year", "month", "day", "hour", "minute", "age", "children_count"}
)
NUMBER_FIELDS = frozenset({"latitude", "longitude", "easting", "northing", "uprn", "usrn"})

LONGEST = 60
_WORD = re.compile(r"[^\W\d_]+")
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "dydd llun mawrth mercher iau gwener sadwrn sul"
)
_AROUND = (
    "am pm a p m o of st nd rd th t z gmt bst utc h hr hrs min mins noon midnight to from and until between i hyd at rhwng "
    "start end beginning early late mid about around approx circa ca c last first week half term morning afternoon evening "
    "night dechrau diwedd canol tua bore prynhawn nos wythnos yr y under over plus years year yrs blwydd oed "
    "unknown none null nan na tbc nk anhysbys"
)
_OF_TIME = frozenset([*_WEEKDAYS.split(), *_AROUND.split(), *(name.casefold() for name in MONTH_NAMES)])


def kept_text(field: str, texts: "pd.Series[str]") -> "pd.Series[str]":
    """The texts of a field as rows set aside may hold them; "" for a text that says more than its field should.

    >>> kept_text("date", pd.Series(["31 Chwefror 2024", "on Tuesday with somebody"])).tolist()
    ['31 Chwefror 2024', '']
    """
    if field in NAME_FIELDS:
        return kept_aside(texts)
    if field in TIME_FIELDS:
        return _only(texts, lambda word: word.casefold() in _OF_TIME)
    if field in NUMBER_FIELDS:
        return _only(texts, lambda word: len(word) <= 2)  # N, W, a letter pair of the grid
    return texts


def _only(texts: "pd.Series[str]", may_stand: Callable[[str], bool]) -> "pd.Series[str]":
    column = distinct(texts)
    kept = [
        text if len(text) <= LONGEST and all(may_stand(word) for word in _WORD.findall(text)) else ""
        for text in column.texts.to_pylist()
    ]
    return pd.Series(pd.array(kept, dtype="str").take(column.positions), dtype="str")
