"""Months, days, numbers and shares as a document writes them, in the language of the running thread."""

import datetime

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from csg_maps.i18n import _, language

SMALL = 5
"""Fewer rows than this of one kind are not told as a number in a document that leaves."""


def month_name(month: str) -> str:
    """A month such as 2026-10 as "October 2026".

    >>> month_name("2026-10")
    'October 2026'
    """
    return str(format_date(datetime.date.fromisoformat(f"{month}-01"), "MMMM y", locale=language()))


def day_name(day: datetime.date | str) -> str:
    """A day such as 2026-11-10 as "10 November 2026".

    >>> day_name("2026-11-10")
    '10 November 2026'
    """
    day = datetime.date.fromisoformat(day) if isinstance(day, str) else day
    return str(format_date(day, "d MMMM y", locale=language()))


def short_day(day: datetime.date | str) -> str:
    """A day such as 2026-11-10 as "10 Nov 2026", for tables.

    >>> short_day("2026-11-10")
    '10 Nov 2026'
    """
    day = datetime.date.fromisoformat(day) if isinstance(day, str) else day
    return str(format_date(day, "d MMM y", locale=language()))


def whole_number(value: float) -> str:
    """A number with the separators of the language."""
    return str(format_decimal(value, locale=language()))


def share_words(part: int, whole: int) -> str:
    """A share as a percentage without decimals; "none" of nothing.

    >>> share_words(1, 8), share_words(0, 0)
    ('12%', 'none')
    """
    return str(format_percent(part / whole, "#,##0%", locale=language())) if whole else _("none")


def months_words(months: tuple[str, ...], most: int = 6) -> str:
    """Months in words, the newest `most` of them, and how many came before.

    >>> months_words(("2026-08", "2026-10"))
    'August 2026, October 2026'
    """
    shown = ", ".join(month_name(month) for month in months[-most:])
    more = len(months) - most
    return _("{more} earlier months, {months}").format(more=more, months=shown) if more > 0 else shown
