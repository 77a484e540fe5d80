"""Times of day beside a date, dates in parts (year, month, day, hour, minute), and a date with the end of a range."""

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.intake.meaning import date_formats
from csg_maps.intake.meaning.column_texts import distinct
from csg_maps.intake.meaning.date_formats import DAY, HOUR, MINUTE, MONTH, PRECISIONS, YEAR, Bools, Ints
from csg_maps.intake.meaning.date_ranges import agreed_precision
from csg_maps.intake.meaning.dates import DateFinding, ParsedDates, as_times, out_of_range

TIME_FORMATS: dict[str, str] = {
    "hour": r"^(?P<h>[01]?\d|2[0-3])(?:\.0+| ?h)?$",
    "hh:mm": r"(?i)^(?P<h>\d{1,2})[:.h](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d+)?)?$",
    "hh:mm AM": r"(?i)^(?P<h>\d{1,2})(?:[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2}))?)? ?(?P<p>[ap])\.?m\.?$",
    "hhmm": r"^(?P<h>\d{0,2}?)(?P<m>\d{1,2})(?:\.0+)?$",
    "fraction of a day": r"^(?P<f>0?\.\d+|0|1\.0+|0\.0+)$",
}
"""Ways of writing a time of day, by the code that people see; the first that reads most rows is taken."""

_NO_TIME = frozenset({"", "unknown", "not known", "not stated", "n/k", "anhysbys", "-"})


@dataclass(frozen=True)
class ParsedTimes:
    """A column of times: minute of the day (int64, -1 = not known), whether minutes are stated, and which are unreadable."""

    minute_of_day: Ints
    has_minutes: Bools
    blank: Bools
    bad: Bools


def find_time_format(values: pd.Series) -> DateFinding:
    """The one format of a column of times of day, found from all of its rows.

    >>> find_time_format(pd.Series(["1500", "0930"])).format, find_time_format(pd.Series(["15", "9"])).format
    ('hhmm', 'hour')
    """
    column = distinct(values)
    texts = date_formats.clean(column.texts)
    stated, weights = _says_time(texts), column.weights
    total = int(weights[stated].sum())
    read = {code: _read_times(texts, code)[2] & stated for code in TIME_FORMATS}
    counted = {code: int(weights[ok].sum()) for code, ok in read.items()}
    preferred = sorted((code for code in counted if counted[code]), key=lambda code: -counted[code])
    if not preferred or counted[preferred[0]] * 2 < total:
        return DateFinding("", tuple(preferred), False, counted, total, (), _("No format reads half of the times."))
    chosen = preferred[0]
    unreadable = np.flatnonzero(column.to_rows(stated & ~read[chosen]))[:5]
    reason = _("{read} of {total} values read as {format}.").format(read=counted[chosen], total=total, format=chosen)
    rows = tuple(int(position) for position in unreadable)
    return DateFinding(chosen, tuple(preferred[1:]), False, counted, total, rows, reason)


def parse_times(values: pd.Series, format: str) -> ParsedTimes:  # noqa: A002
    """Read times of day strictly by one code of TIME_FORMATS. Raises InputRefused for another.

    >>> parse_times(pd.Series(["3pm", "3:15 pm", "13pm"]), "hh:mm AM").minute_of_day.tolist()
    [900, 915, -1]
    """
    column = distinct(values)
    texts = date_formats.clean(column.texts)
    stated = _says_time(texts)
    minutes, has_minutes, ok = _read_times(texts, format)
    known = stated & ok
    return ParsedTimes(
        column.to_rows(np.where(known, minutes, -1)),
        column.to_rows(known & has_minutes),
        column.to_rows(~stated),
        column.to_rows(stated & ~ok),
    )


def combine_date_time(dates: ParsedDates, times: ParsedTimes, *, today: datetime.date | None = None) -> ParsedDates:
    """Dates known to the day, with their times of day; a date that is coarser, or has its own time, stays as it is."""
    start = dates.frame["start"].to_numpy().astype("datetime64[s]").astype(np.int64)
    known = dates.frame["start"].notna().to_numpy()
    joined = known & (dates.frame["precision"] == "day").to_numpy() & (times.minute_of_day >= 0)
    precision = _precision_numbers(dates.frame["precision"])
    precision[joined] = np.where(times.has_minutes[joined], MINUTE, HOUR)
    start = start + np.where(joined, times.minute_of_day * 60, 0)
    end = dates.frame["end"].to_numpy().astype("datetime64[s]").astype(np.int64)
    end[joined] = date_formats.end_of(start[joined], precision[joined])
    return _dates(start, end, precision, known, dates.blank, dates.bad, today)


def combine_from_to(
    first: ParsedDates, last: ParsedDates, *, today: datetime.date | None = None
) -> tuple[ParsedDates, Bools]:
    """Records that happened somewhere between two moments, and a mask of those whose end is before their start.

    Where one of the two is not known the other stands alone. A backward range keeps its start only.
    """
    begun = first.frame["start"].fillna(last.frame["start"]).to_numpy().astype("datetime64[s]").astype(np.int64)
    own_end = first.frame["end"].fillna(last.frame["end"]).to_numpy().astype("datetime64[s]").astype(np.int64)
    given = last.frame["end"].notna().to_numpy() & first.frame["start"].notna().to_numpy()
    ended = np.where(given, last.frame["end"].to_numpy().astype("datetime64[s]").astype(np.int64), own_end)
    known = (first.frame["start"].notna() | last.frame["start"].notna()).to_numpy()
    is_backward = known & given & (ended < begun)
    alone = np.where(
        first.blank, _precision_numbers(last.frame["precision"]), _precision_numbers(first.frame["precision"])
    )
    spans = given & ~is_backward
    precision = np.where(spans, np.minimum(agreed_precision(begun, ended), alone), alone)
    ended = np.where(is_backward, own_end, ended)
    bad = first.bad | (first.blank & last.bad)
    return _dates(begun, ended, precision, known & ~bad, first.blank & last.blank, bad, today), is_backward


def from_parts(
    year: pd.Series,
    month: pd.Series | None = None,
    day: pd.Series | None = None,
    hour: pd.Series | None = None,
    minute: pd.Series | None = None,
    *,
    today: datetime.date | None = None,
) -> ParsedDates:
    """Dates whose parts stand in columns of their own; as precise as the parts go before the first blank one.

    A month may be a number or an English or Welsh name; "0" counts as blank in month and day. A part that is written but
    cannot be read, or a day that does not exist, makes the row bad.

    >>> from_parts(pd.Series(["2024"]), pd.Series(["Mawrth"])).frame.start[0]
    Timestamp('2024-03-01 00:00:00')
    """
    parts = [_read_part(column, name) for column, name in zip((year, month, day, hour, minute), _PARTS, strict=True)]
    numbers = [part[0] if part else np.full(len(year), -1, dtype=np.int64) for part in parts]
    bad = np.logical_or.reduce([part[1] for part in parts if part])
    levels = np.zeros(len(year), dtype=np.int64)
    for level, number in zip((YEAR, MONTH, DAY, HOUR, MINUTE), numbers, strict=True):
        levels = np.where((number >= 0) & (levels == level - 1), level, levels)
    years, months, days, hours, minutes = (
        np.where(levels >= level, number, least)
        for level, number, least in zip((YEAR, MONTH, DAY, HOUR, MINUTE), numbers, (1970, 1, 1, 0, 0), strict=True)
    )
    count, exists = date_formats.days_since_1970(years, months, days)
    blank = numbers[0] < 0
    bad = bad | (~blank & ~exists)
    start = count * 86_400 + hours * 3_600 + minutes * 60
    known = ~bad & ~blank
    return _dates(start, date_formats.end_of(start, levels), levels, known, blank & ~bad, bad, today)


_PARTS = ("year", "month", "day", "hour", "minute")
_PART_RANGES = {"year": (1000, 9999), "month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59)}


def _read_part(values: pd.Series | None, name: str) -> tuple[Ints, Bools] | None:
    """A part as numbers (-1 = blank) and which are unreadable; None when there is no such column."""
    if values is None:
        return None
    column = distinct(values)
    texts = date_formats.clean(column.texts)
    least, most = _PART_RANGES[name]
    numbers = np.full(len(texts), -1, dtype=np.int64)
    is_bad = np.zeros(len(texts), dtype=bool)
    for position, text in enumerate(texts.to_pylist()):
        word = text.casefold().strip(".")
        whole = text.removesuffix(".0") if text.endswith(".0") else text
        if word in _NO_TIME or (whole == "0" and least == 1):
            continue
        number = date_formats.MONTH_NAMES.get(word, -1) if name == "month" else -1
        if number < 0 and whole.isascii() and whole.isdigit() and len(whole) <= 4:
            number = int(whole)
        is_bad[position] = not least <= number <= most
        numbers[position] = -1 if is_bad[position] else number
    return column.to_rows(numbers), column.to_rows(is_bad)


def _says_time(texts: pa.Array) -> Bools:
    return ~np.asarray(pc.is_in(pc.utf8_lower(texts), value_set=pa.array(sorted(_NO_TIME), type=texts.type)))


def _read_times(texts: pa.Array, code: str) -> tuple[Ints, Bools, Bools]:
    """Minute of the day, whether minutes are stated, and which texts are a time of this format."""
    if code not in TIME_FORMATS:
        raise InputRefused(f"There is no time format {code!r}. Use one of: {', '.join(TIME_FORMATS)}.")
    fields = pc.extract_regex(texts, TIME_FORMATS[code])
    ok = np.asarray(fields.is_valid())
    if code == "fraction of a day":
        fraction = pd.to_numeric(pd.Series(pc.fill_null(pc.struct_field(fields, "f"), "0").to_pylist())).to_numpy()
        seconds = np.rint(np.asarray(fraction, dtype=np.float64) * 86_400).astype(np.int64)
        return seconds // 60, np.ones(len(ok), dtype=bool), ok & (seconds < 86_400)
    names = {fields.type.field(number).name for number in range(fields.type.num_fields)}
    hour = date_formats.numbers(pc.struct_field(fields, "h"), 0)
    minute = date_formats.numbers(pc.struct_field(fields, "m"), -1) if "m" in names else np.full(len(ok), -1)
    if "p" in names:
        hour = date_formats.half_days(hour, pc.struct_field(fields, "p"))
    has_minutes = minute >= 0
    return hour * 60 + np.maximum(minute, 0), has_minutes, ok & (hour < 24) & (minute < 60)


def _precision_numbers(precision: pd.Series) -> Ints:
    return np.asarray(pd.Index(PRECISIONS).get_indexer(pd.Index(precision)), dtype=np.int64)


def _dates(  # noqa: PLR0917  (one row each, in the order of ParsedDates)
    start: Ints, end: Ints, precision: Ints, known: Bools, blank: Bools, bad: Bools, today: datetime.date | None
) -> ParsedDates:
    too_early, future = out_of_range(start, known, today or datetime.date.today())
    words = pd.array(PRECISIONS, dtype="str").take(np.where(known, precision, 0))
    frame = pd.DataFrame({"start": as_times(start, known), "end": as_times(end, known), "precision": words})
    return ParsedDates(frame, blank, bad, too_early, future)
