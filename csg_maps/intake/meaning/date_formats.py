"""Every way of writing a date that intake reads: one explicit format each, matched strictly, never guessed per value.

A format's code is what people see ("DD/MM/YYYY hh:mm"). It is a date order, then at most one style of time. Matching runs
in Arrow over distinct texts; nothing here decides between formats (that is `dates`).
"""

import functools
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csg_maps.errors import InputRefused

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

PRECISIONS = ("unknown", "year", "month", "day", "hour", "minute")
"""The codes of `time_precision`, coarse to fine; their positions are used as numbers while reading."""
UNKNOWN, YEAR, MONTH, DAY, HOUR, MINUTE = range(6)

_DAY = r"(?P<D>\d{1,2})"
_MONTH = r"(?P<M>\d{1,2})"
_YEAR = r"(?P<Y>\d{4})"
_SHORT_YEAR = r"(?P<y>\d{2})"
_NAMED_MONTH = r"(?P<B>[a-z]{3,11})\.?"
_ORDINAL = r"(?:st|nd|rd|th|af|ail|ydd|fed|ed|eg|ain)?"
_WEEKDAY = (
    r"(?:(?:(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?"
    r"|dydd [a-z]+|llun|mawrth|mercher|iau|gwener|sadwrn|sul),?\s+)?"
)

DATE_ORDERS: dict[str, str] = {
    "YYYY-MM-DD": rf"{_YEAR}-{_MONTH}-{_DAY}",
    "DD/MM/YYYY": rf"{_WEEKDAY}{_DAY}/{_MONTH}/{_YEAR}",
    "MM/DD/YYYY": rf"{_MONTH}/{_DAY}/{_YEAR}",
    "DD/MM/YY": rf"{_DAY}/{_MONTH}/{_SHORT_YEAR}",
    "MM/DD/YY": rf"{_MONTH}/{_DAY}/{_SHORT_YEAR}",
    "DD-MM-YYYY": rf"{_DAY}-{_MONTH}-{_YEAR}",
    "MM-DD-YYYY": rf"{_MONTH}-{_DAY}-{_YEAR}",
    "DD-MM-YY": rf"{_DAY}-{_MONTH}-{_SHORT_YEAR}",
    "MM-DD-YY": rf"{_MONTH}-{_DAY}-{_SHORT_YEAR}",
    "DD.MM.YYYY": rf"{_DAY}\.{_MONTH}\.{_YEAR}",
    "DD.MM.YY": rf"{_DAY}\.{_MONTH}\.{_SHORT_YEAR}",
    "YYYY/MM/DD": rf"{_YEAR}/{_MONTH}/{_DAY}",
    "YYYYMMDD": r"(?P<Y>(?:19|20)\d\d)(?P<M>\d\d)(?P<D>\d\d)",
    "DD Month YYYY": rf"{_WEEKDAY}{_DAY}{_ORDINAL}(?:\s+o|\s+of)?[ -]*{_NAMED_MONTH},?[ -]*{_YEAR}",
    "DD Month YY": rf"{_WEEKDAY}{_DAY}{_ORDINAL}[ -]*{_NAMED_MONTH},?[ -]*'?{_SHORT_YEAR}",
    "Month DD, YYYY": rf"{_WEEKDAY}{_NAMED_MONTH} {_DAY}{_ORDINAL},? {_YEAR}",
}
"""Orders of a whole date. UK orders stand before US ones: the first of several that read the same rows is taken."""

UK_AND_US = {
    "DD/MM/YYYY": "MM/DD/YYYY",
    "DD/MM/YY": "MM/DD/YY",
    "DD-MM-YYYY": "MM-DD-YYYY",
    "DD-MM-YY": "MM-DD-YY",
}

_CLOCK = r"(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d+)?)?"
_COMPACT_CLOCK = r"(?P<h>\d{1,2})[:.]?(?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d+)?)?"
# Exports write midnight where no time was kept: a column with nothing else says the day only.
_MIDNIGHT = r"(?:[T ]+(?:00:00(?::00(?:[.,]0+)?)?(?: ?Z|[+-]00:?00)?|12:00(?::00)? ?AM))?"

TIME_STYLES: dict[str, str] = {
    "": _MIDNIGHT,
    " hh:mm": rf"(?:(?:T|,? +(?:at |am )?){_COMPACT_CLOCK})?",
    " hh:mm AM": rf"(?:,? +{_CLOCK} ?(?P<p>[ap])\.?m\.?)?",
    " hh:mm ±hh:mm": rf"(?:[T ]+{_CLOCK} ?(?P<z>Z|UTC|[+-]\d\d:?\d\d))?",
}
"""Styles of the time after a date; a row without its time is read to the day."""

_WHOLE: dict[str, str] = {
    "YYYY-MM": rf"{_YEAR}[-/]{_MONTH}",
    "MM/YYYY": rf"{_MONTH}[-/.]{_YEAR}",
    "Month YYYY": rf"{_NAMED_MONTH}[ -]*{_YEAR}",
    "Month YY": rf"{_NAMED_MONTH}[ -]+'?{_SHORT_YEAR}",
    "YYYY": r"(?P<Y>(?:19|20)\d\d)",
    "YYYY-MM-01": rf"{_YEAR}-{_MONTH}-(?P<D>0?1){_MIDNIGHT}",
    "01/MM/YYYY": rf"(?P<D>0?1)/{_MONTH}/{_YEAR}{_MIDNIGHT}",
    "Excel 1900": r"(?P<e>\d{5})(?:\.(?P<f>\d+))?",
    "Excel 1904": r"(?P<e>\d{5})(?:\.(?P<f>\d+))?",
}
MONTH_AS_FIRST_DAY = {"YYYY-MM-DD": "YYYY-MM-01", "DD/MM/YYYY": "01/MM/YYYY"}
"""A month written as its first day, by the order that reads the same text as days."""

RANGE = " to "
"""Between the two halves of a range's code: "DD/MM/YYYY to DD/MM/YYYY"."""

_EXCEL_DAY_ZERO = {"Excel 1900": np.datetime64("1899-12-30", "D"), "Excel 1904": np.datetime64("1904-01-01", "D")}

_MONTHS = (
    "january jan ionawr ion",
    "february feb chwefror chwef chwe chw",
    "march mar mawrth fawrth maw",
    "april apr ebrill ebr",
    "may mai fai",
    "june jun mehefin fehefin meh",
    "july jul gorffennaf orffennaf gorff gor",
    "august aug awst aws",
    "september sept sep medi fedi med",
    "october oct hydref hyd",
    "november nov tachwedd dachwedd tach tac",
    "december dec rhagfyr ragfyr rhag rha",
)
MONTH_NAMES = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
"""English and Welsh names and short forms, and the Welsh forms after "o" ("3 o Fawrth")."""

DIGITS_AND_MARKS = str.maketrans(
    {
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\uff0d", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", " "),
        "\uff0f": "/",
        "\uff1a": ":",
        "\uff0e": ".",
    }
)
"""Full-width digits and marks, other dashes and spaces: the same characters, written another way."""


@dataclass(frozen=True)
class Moments:
    """Distinct texts read by one format, as arrays of one length. `start` and `end` are seconds since 1970 on the local clock.

    `precision` is a position in PRECISIONS; where `ok` is False the rest means nothing.
    """

    start: Ints
    end: Ints
    precision: Ints
    ok: Bools


def format_codes() -> tuple[str, ...]:
    """Every code but those of ranges, in the order in which they are preferred."""
    return (*(order + style for order in DATE_ORDERS for style in TIME_STYLES), *_WHOLE)


@functools.cache
def pattern(code: str) -> str:
    """The regular expression (RE2) of a format that is not a range. Raises InputRefused for another code."""
    if code in _WHOLE:
        return rf"(?i)^{_WHOLE[code]}$"
    order = next((order for order in sorted(DATE_ORDERS, key=len, reverse=True) if code.startswith(order)), "")
    style = code[len(order) :]
    if not order or style not in TIME_STYLES:
        raise InputRefused(f"There is no date format {code!r}. Use one of: {', '.join(format_codes())}.")
    return rf"(?i)^{DATE_ORDERS[order]}{TIME_STYLES[style]}$"


def clean(texts: Any) -> Any:
    """The texts trimmed, with full-width digits, other dashes and other spaces as ASCII; nothing else changes.

    >>> clean(pa.array([" ０1／02／2024 "])).to_pylist()
    ['01/02/2024']
    """
    texts = pa.array(texts, type=pa.large_string()) if not isinstance(texts, pa.Array) else texts
    if not pc.all(pc.string_is_ascii(texts)).as_py():
        texts = pa.array([text.translate(DIGITS_AND_MARKS) for text in texts.to_pylist()], type=pa.large_string())
    return pc.utf8_trim_whitespace(texts)


def fitting_codes(texts: list[str]) -> list[str]:
    """The codes whose shape any of a few cleaned texts has (their day may still not exist)."""
    return [code for code in format_codes() if any(map(_compiled(code).match, texts))]


@functools.cache
def _compiled(code: str) -> re.Pattern[str]:
    return re.compile(pattern(code))


def read(texts: Any, code: str, timezone: str) -> Moments:
    """Cleaned distinct texts by a format that is not a range; an offset is brought to the clock of `timezone`."""
    fields = pc.extract_regex(texts, pattern(code))
    ok = np.asarray(fields.is_valid())
    names = {fields.type.field(number).name for number in range(fields.type.num_fields)}

    def number(name: str, missing: int) -> Ints:
        return numbers(pc.struct_field(fields, name), missing) if name in names else np.full(len(ok), missing)

    if "e" in names:
        return _read_serials(fields, ok, _EXCEL_DAY_ZERO[code])
    year = number("Y", -1)
    if "y" in names:
        short = number("y", 0)
        year = np.where(short >= 90, 1900 + short, 2000 + short)
    month = _named_months(pc.struct_field(fields, "B")) if "B" in names else number("M", 1)
    day = np.ones_like(month) if code in MONTH_AS_FIRST_DAY.values() else number("D", 1)
    hour, minute, second = number("h", -1), number("m", 0), number("s", 0)
    if "p" in names:
        hour = half_days(hour, pc.struct_field(fields, "p"))
    precision = np.where(hour == -1, _date_precision(code, names), MINUTE)
    days, exists = days_since_1970(year, month, day)
    ok = ok & exists & (hour < 24) & (minute < 60) & (second < 60)
    start = days * 86_400 + np.where(hour > 0, hour, 0) * 3_600 + np.where(hour >= 0, minute, 0) * 60
    if "z" in names:
        start = _to_local(start, pc.struct_field(fields, "z"), ok & (precision == MINUTE), timezone)
    return Moments(start, end_of(start, precision), precision, ok)


def end_of(start: Ints, precision: Ints) -> Ints:
    """The last second of the minute, hour, day, month or year that begins at `start` (seconds since 1970)."""
    seconds = np.select([precision == MINUTE, precision == HOUR, precision == DAY], [60, 3_600, 86_400], default=0)
    end: Ints = start + seconds - 1
    for level, unit in ((MONTH, "M"), (YEAR, "Y")):
        chosen = precision == level
        if chosen.any():
            begun = start[chosen].astype("datetime64[s]").astype(f"datetime64[{unit}]")
            end[chosen] = (begun + 1).astype("datetime64[s]").astype(np.int64) - 1
    return end


def _date_precision(code: str, names: set[str]) -> int:
    if code in MONTH_AS_FIRST_DAY.values():
        return MONTH
    return DAY if "D" in names else MONTH if names & {"M", "B"} else YEAR


def numbers(texts: Any, missing: int) -> Ints:
    filled = pc.if_else(pc.equal(pc.fill_null(texts, ""), ""), str(missing), pc.fill_null(texts, str(missing)))
    return np.asarray(pc.cast(filled, pa.int64()))


def _named_months(texts: Any) -> Ints:
    encoded = pc.dictionary_encode(pc.fill_null(texts, ""))
    numbers = np.array([MONTH_NAMES.get(name.casefold(), 0) for name in encoded.dictionary.to_pylist()], dtype=np.int64)
    return np.asarray(numbers[np.asarray(encoded.indices)])


def half_days(hour: Ints, halves: Any) -> Ints:
    """Hours 1 to 12 with AM or PM as 0 to 23; 99 for an hour that no such clock shows; -1 stays."""
    afternoon = np.asarray(pc.equal(pc.utf8_lower(pc.fill_null(halves, "")), "p"))
    turned = np.where(hour == 12, 0, hour) + np.where(afternoon, 12, 0)
    return np.where(hour == -1, -1, np.where((hour < 1) | (hour > 12), 99, turned))


def days_since_1970(year: Ints, month: Ints, day: Ints) -> tuple[Ints, Bools]:
    """Days since 1970, and whether such a day exists."""
    sound = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(sound, (year - 1970) * 12 + month - 1, 0)
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first + day - 1, sound & (day <= after - first)


def _to_local(seconds: Ints, offsets: Any, chosen: Bools, timezone: str) -> Ints:
    encoded = pc.dictionary_encode(pc.fill_null(offsets, ""))
    shifts = np.array([_offset_seconds(text) for text in encoded.dictionary.to_pylist()], dtype=np.int64)
    universal = seconds - shifts[np.asarray(encoded.indices)]
    local = seconds.copy()
    moments = pd.DatetimeIndex(universal[chosen].astype("datetime64[s]"), tz="UTC").tz_convert(timezone)
    local[chosen] = moments.tz_localize(None).to_numpy().astype("datetime64[s]").astype(np.int64)
    return local


def _offset_seconds(text: str) -> int:
    if text.upper() in {"", "Z", "UTC"}:
        return 0
    size = int(text[1:3]) * 3_600 + int(text[-2:]) * 60
    return -size if text[0] == "-" else size


def _read_serials(fields: Any, ok: Bools, day_zero: Any) -> Moments:
    days = numbers(pc.struct_field(fields, "e"), 0) + day_zero.astype(np.int64)
    fraction = pc.struct_field(fields, "f")
    digits = pc.utf8_slice_codeunits(pc.fill_null(fraction, ""), 0, 12)
    size = 10.0 ** np.asarray(pc.utf8_length(digits))
    # Spreadsheets keep a time as a binary fraction: 0.6458333 is 15:30 to the second, rounded.
    within = np.rint(numbers(digits, 0) / size * 86_400).astype(np.int64)
    start = days * 86_400 + within // 60 * 60
    precision = np.where(within > 0, MINUTE, DAY)
    return Moments(start, end_of(start, precision), precision, ok)
