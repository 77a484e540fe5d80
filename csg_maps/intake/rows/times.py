"""When each row happened: a date, a date and a time, a range, or parts in columns of their own, as two moments."""

import datetime
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.intake.meaning.clock import (
    ParsedTimes,
    combine_date_time,
    combine_from_to,
    find_time_format,
    from_parts,
    parse_times,
)
from csg_maps.intake.meaning.dates import ParsedDates, find_format, parse_with
from csg_maps.intake.rows.rules import (
    BACKWARDS,
    FUTURE,
    NO_DATE,
    TIME_UNREADABLE,
    TOO_OLD,
    UNREADABLE_DATE,
    Finding,
)
from csg_maps.model.mapping import ColumnMapping

Bools = npt.NDArray[np.bool_]

PARTS = ("year", "month", "day", "hour", "minute")


@dataclass(frozen=True)
class Timed:
    """For each row `start` and `end` (datetime64[s], naive local time, `end` the last second; NaT = not known) and
    `precision` (str, a code of time_precision). `formats` says how each column was read.
    """

    start: npt.NDArray[np.datetime64]
    end: npt.NDArray[np.datetime64]
    precision: "pd.Series[str]"
    findings: tuple[Finding, ...]
    formats: dict[str, str]


def find_times(frame: pd.DataFrame, mapping: ColumnMapping, timezone: str, today: datetime.date) -> Timed:
    """When each row happened, by the formats of the mapping (found from the column where it names none).

    A range keeps both ends, and claims only what both agree on. A time of day that cannot be read leaves the day.
    """
    fields = mapping.fields
    findings: list[Finding] = []
    formats: dict[str, str] = {}

    def read(date: str, time: str) -> ParsedDates:
        column = fields[date]
        formats[column] = mapping.formats.get(column) or find_format(frame[column], heading=column, today=today).format
        dates = _read_dates(frame[column], formats[column], timezone, today)
        findings.append(Finding(UNREADABLE_DATE, dates.bad, column))
        dates, strange = _with_time(dates, frame, mapping, time, today)
        findings.append(strange)
        return dates

    column = fields.get("date", fields.get("year", ""))
    if "date" in fields:
        dates = read("date", "time")
    elif "year" in fields:
        year, *others = (frame[fields[name]] if name in fields else None for name in PARTS)
        dates = from_parts(year, *others, today=today)
        formats[column] = ", ".join(name for name in PARTS if name in fields)
        findings.append(Finding(UNREADABLE_DATE, dates.bad, column))
    else:
        dates = _nothing(len(frame))
    if "date_to" in fields:
        bad = dates.bad
        dates, backwards = combine_from_to(dates, read("date_to", "time_to"), today=today)
        findings.append(Finding(BACKWARDS, backwards & ~bad, fields["date_to"]))
    unreadable = np.zeros(len(frame), dtype=bool)
    for one in findings:
        unreadable |= one.rows if one.rule is UNREADABLE_DATE else False
    start = dates.frame["start"].to_numpy().astype("datetime64[s]")
    end = dates.frame["end"].to_numpy().astype("datetime64[s]")
    findings += [
        Finding(TOO_OLD, dates.too_early, column),
        Finding(FUTURE, dates.future, column),
        Finding(NO_DATE, np.isnat(start) & ~unreadable, column),
    ]
    kept = tuple(one for one in findings if one.rows.any())
    return Timed(start, end, dates.frame["precision"].astype("str"), kept, formats)


def facts_of(finding: Finding, timed: Timed) -> dict[str, str]:
    """The facts that the words of a finding about dates need."""
    return (
        {"format": timed.formats.get(finding.column, "")} if finding.rule in (UNREADABLE_DATE, TOO_OLD, FUTURE) else {}
    )


def _nothing(rows: int) -> ParsedDates:
    none = np.full(rows, np.datetime64("NaT", "s"))
    frame = pd.DataFrame(
        {"start": none, "end": none, "precision": pd.Series("unknown", index=range(rows), dtype="str")}
    )
    no = np.zeros(rows, dtype=bool)
    return ParsedDates(frame, ~no, no, no, no)


def _read_dates(values: pd.Series, written: str, timezone: str, today: datetime.date) -> ParsedDates:
    if written:
        try:
            return parse_with(values, written, timezone=timezone, today=today)
        except (KeyError, StopIteration):
            message = _("There is no date format {format}. Choose one that is offered, such as DD/MM/YYYY.")
            raise InputRefused(message.format(format=repr(written[:40]))) from None
    nothing = _nothing(len(values))  # no one format reads half of the column: whatever it says is unreadable
    said = (values.str.strip() != "").to_numpy(dtype=bool)
    return ParsedDates(nothing.frame, ~said, said, nothing.too_early, nothing.future)


def _with_time(
    dates: ParsedDates, frame: pd.DataFrame, mapping: ColumnMapping, time: str, today: datetime.date
) -> tuple[ParsedDates, Finding]:
    """The dates with the time of day beside them, and the rows whose time cannot be read."""
    fields = mapping.fields
    if time in fields:
        column = fields[time]
        written = mapping.formats.get(column) or find_time_format(frame[column]).format
        times = parse_times(frame[column], written) if written else _no_times(frame[column])
    elif time == "time" and "hour" in fields:
        column = fields["hour"]
        times = parse_times(frame[column], "hour")
        if "minute" in fields:
            times = _with_minutes(times, frame[column], frame[fields["minute"]])
    else:
        return dates, Finding(TIME_UNREADABLE, np.zeros(len(frame), dtype=bool))
    strange = Finding(TIME_UNREADABLE, times.bad & ~dates.bad & ~dates.blank, column)
    return combine_date_time(dates, times, today=today), strange


def _no_times(values: pd.Series) -> ParsedTimes:
    blank = (values.str.strip() == "").to_numpy(dtype=bool)
    return ParsedTimes(np.full(len(values), -1, dtype=np.int64), np.zeros(len(values), dtype=bool), blank, ~blank)


def _with_minutes(hours: ParsedTimes, hour: pd.Series, minute: pd.Series) -> ParsedTimes:
    """Hours with the minutes of a column beside them, where that says any."""
    stated = (minute.str.strip() != "").to_numpy(dtype=bool) & (hours.minute_of_day >= 0)
    whole = minute.str.strip().str.removesuffix(".0").str.zfill(2)
    both = parse_times(hour.str.strip().str.removesuffix(".0") + ":" + whole, "hh:mm")
    read = stated & ~both.bad
    return ParsedTimes(
        np.where(read, both.minute_of_day, hours.minute_of_day), read, hours.blank, hours.bad | (stated & both.bad)
    )
