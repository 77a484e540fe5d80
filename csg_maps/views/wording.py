"""Codes, months and numbers as people read them, in the language of the page."""

from collections.abc import Iterable

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_decimal

from csg_maps.i18n import _, language
from csg_maps.model.vocabulary import labels

ONWARDS = ":material/arrow_forward:"
"""The sign of a link to another page."""

_MARKDOWN = str.maketrans({mark: "\\" + mark for mark in "\\`*_{}[]()#+-.!|<>~:$&"})


def plain(text: object) -> str:
    r"""A text that came from a file or a form, for a place that reads markdown: shown as it is, never acted on.

    >>> plain("![x](http://e)")
    '\\!\\[x\\]\\(http\\://e\\)'
    """
    return " ".join(str(text).split()).translate(_MARKDOWN)


def label(list_name: str, code: str) -> str:
    """The label of a code; the code itself where the list does not hold it."""
    return _(labels(list_name).get(code, code))


def labelled(list_name: str, codes: Iterable[str]) -> list[str]:
    """The labels of several codes."""
    return [label(list_name, code) for code in codes]


def number(value: float) -> str:
    """A number with the separators of the language."""
    return str(format_decimal(value, locale=language()))


def month(text: str) -> str:
    """A month such as 2024-04 as "Apr 2024"; an empty one as "not known"."""
    if not text:
        return _("not known")
    return str(format_date(pd.Timestamp(f"{text}-01").date(), "MMM y", locale=language()))


def day(text: str) -> str:
    """An ISO date as "24 November 2026"; an empty one as "–"."""
    return str(format_date(pd.Timestamp(text).date(), "d MMMM y", locale=language())) if text else "–"
