"""When: one explicit format for a column of dates, found from the whole column, and strict reading by it.

The order of day and month is settled by the column, never by one value: a 13 anywhere settles it, and a column that any
order would read is said to be ambiguous, UK order first. Times with an offset become the local clock of the area.
"""

import datetime
import string
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csg_maps.i18n import _
from csg_maps.intake.meaning import date_formats
from csg_maps.intake.meaning.column_texts import Distinct, distinct
from csg_maps.intake.meaning.date_formats import MONTH_AS_FIRST_DAY, PRECISIONS, RANGE, UK_AND_US, Bools, Ints, Moments
from csg_maps.intake.meaning.date_ranges import read_texts, split_ranges

EARLIEST_YEAR = 1990
"""A record before this year is a slip of the pen or of a format, not a concern of today."""

TIMEZONE = "Europe/London"
UNKNOWN_WORDS = frozenset({"unknown", "not known", "not stated", "n/k", "anhysbys", "ddim yn hysbys", "heb ei nodi"})
"""Words that say, in so many words, that no date is known: as good as a blank."""

MOSTLY_DATES = 0.7
"""So much of a column must be dates of some format, when no one format reads half of it, to be a column of mixed dates."""

_SAMPLE = 2_000
_LONGEST = 80
_SHAPES = 100
_SHAPE = str.maketrans({**dict.fromkeys("0123456789", "0"), **dict.fromkeys(string.ascii_letters, "a")})


@dataclass(frozen=True)
class DateFinding:
    """Which format a column of dates has.

    Attributes
    ----------
    format
        Its code, such as "DD/MM/YYYY hh:mm"; "" when less than half of the column reads as any one format, unless most of
        it reads as one or another: then the one that reads most, to be confirmed.
    alternatives
        Other codes that read something, best first.
    is_ambiguous
        Day and month could be either way round, or both ways occur; `format` is then UK order (or what more rows show). Or
        the column mixes several formats.
    counted
        For each code tried, how many rows it reads.
    stated
        Rows that say anything (not blank, not "unknown").
    unreadable_examples_rows
        Positions (from 0) of up to five rows that say something which `format` cannot read.
    reason
        Why, in a sentence.
    """

    format: str
    alternatives: tuple[str, ...]
    is_ambiguous: bool
    counted: dict[str, int]
    stated: int
    unreadable_examples_rows: tuple[int, ...]
    reason: str

    @property
    def needs_asking(self) -> bool:
        """Whether a person should confirm: ambiguous, or the order of the United States."""
        return self.is_ambiguous or self.format.startswith(tuple(UK_AND_US.values()))

    @property
    def share_read(self) -> float:
        """The share of the rows that say anything which `format` reads."""
        return self.counted.get(self.format, 0) / self.stated if self.stated else 0.0


@dataclass(frozen=True)
class ParsedDates:
    """A column read by one format; all arrays are as long as the column.

    `frame` has start and end (datetime64[s], naive local time, NaT = not known; end is the last second of what was given)
    and precision (str, a code of `time_precision`). Masks: `blank` (nothing is said), `bad` (said but unreadable; start is
    NaT), `too_early` (before 1990) and `future` (after today), both of which keep what they say.
    """

    frame: pd.DataFrame
    blank: Bools
    bad: Bools
    too_early: Bools
    future: Bools


def find_format(values: pd.Series, *, heading: str = "", today: datetime.date | None = None) -> DateFinding:
    """The one format of a column of text, found from all of its rows.

    `heading` helps in one case only: a column called month whose days are all the first holds months.

    >>> find_format(pd.Series(["01/02/2024", "13/02/2024"])).format
    'DD/MM/YYYY'
    >>> find_format(pd.Series(["01/02/2024", "03/02/2024"])).is_ambiguous
    True
    """
    column = distinct(values)
    texts = date_formats.clean(column.texts)
    weights, stated = column.weights, _is_stated(texts)
    total = int(weights[stated].sum())
    reads = _try_formats(texts, stated, today or datetime.date.today())
    counted = {code: int(weights[read.ok & stated].sum()) for code, read in reads.items()}
    preferred = sorted((code for code in counted if counted[code]), key=lambda code: -counted[code])
    reads_half = bool(preferred) and counted[preferred[0]] * 2 >= total
    if not reads_half and not (preferred and _is_mixed(reads, stated, weights)):
        reason = _("No one format reads at least half of the column.") if total else _("The column is blank.")
        return DateFinding("", tuple(preferred), False, counted, total, (), reason)
    if reads_half:
        chosen, is_ambiguous, reason = _settle_order(preferred[0], reads, counted, stated)
        chosen = _settle_months(chosen, reads, stated, heading)
    else:
        chosen, is_ambiguous = preferred[0], True
        reason = _("The column mixes several ways of writing a date; {format} reads {read} of {total} values.")
    if "±" in chosen:
        reason += " " + _("Times with an offset are brought to the local clock.")
    unread = np.flatnonzero(column.to_rows(stated & ~reads[chosen].ok))[:5]
    return DateFinding(
        format=chosen,
        alternatives=_alternatives(chosen, preferred, counted),
        is_ambiguous=is_ambiguous,
        counted=counted,
        stated=total,
        unreadable_examples_rows=tuple(int(position) for position in unread),
        reason=reason.format(read=counted[chosen], total=total, format=chosen),
    )


def _is_mixed(reads: dict[str, Moments], stated: Bools, weights: Ints) -> bool:
    """Whether most of a column are dates, though of no one format."""
    by_any = np.logical_or.reduce([read.ok for read in reads.values()])
    return bool(weights[by_any & stated].sum() >= MOSTLY_DATES * weights[stated].sum())


def parse_with(
    values: pd.Series,
    format: str,  # noqa: A002
    *,
    timezone: str = TIMEZONE,
    today: datetime.date | None = None,
) -> ParsedDates:
    """Read a column strictly by one format of `find_format`. Raises InputRefused for one that does not exist.

    >>> parse_with(pd.Series(["29/02/2024", "29/02/2023"]), "DD/MM/YYYY").bad.tolist()
    [False, True]
    """
    column = distinct(values)
    texts = date_formats.clean(column.texts)
    stated = _is_stated(texts)
    return spread(column, stated, read_texts(texts, format, timezone), today or datetime.date.today())


def spread(column: Distinct, stated: Bools, read: Moments, today: datetime.date) -> ParsedDates:
    """What was read of distinct texts, as one row a row of the column."""
    known = stated & read.ok
    frame = pd.DataFrame(
        {
            "start": column.to_rows(as_times(read.start, known)),
            "end": column.to_rows(as_times(read.end, known)),
            "precision": pd.array(PRECISIONS, dtype="str").take(column.to_rows(np.where(known, read.precision, 0))),
        }
    )
    too_early, future = out_of_range(read.start, known, today)
    return ParsedDates(
        frame,
        blank=column.to_rows(~stated),
        bad=column.to_rows(stated & ~read.ok),
        too_early=column.to_rows(too_early),
        future=column.to_rows(future),
    )


def as_times(seconds: Ints, known: Bools) -> npt.NDArray[np.datetime64]:
    """Seconds since 1970 as datetime64[s], NaT where not known."""
    times = seconds.astype("datetime64[s]")
    times[~known] = np.datetime64("NaT", "s")
    return times


def out_of_range(start: Ints, known: Bools, today: datetime.date) -> tuple[Bools, Bools]:
    """Which moments (seconds since 1970) are before the earliest year, and which after today."""
    earliest = np.datetime64(f"{EARLIEST_YEAR}-01-01", "s").astype(np.int64)
    tomorrow = np.datetime64(today, "s").astype(np.int64) + 86_400
    return known & (start < earliest), known & (start >= tomorrow)


def _is_stated(texts: pa.Array) -> Bools:
    words = pa.array([*UNKNOWN_WORDS, ""], type=texts.type)
    return ~np.asarray(pc.is_in(pc.utf8_lower(texts), value_set=words))


def _try_formats(texts: pa.Array, stated: Bools, today: datetime.date) -> dict[str, Moments]:
    """Every format that reads anything, in order of preference: first by a sample, then whatever the rest still needs."""
    reads: dict[str, Moments] = {}
    unread = stated
    for _turn in range(2):
        positions = np.flatnonzero(unread)
        if len(positions) == 0:
            break
        sample = texts.take(pa.array(positions[:: max(1, len(positions) // _SAMPLE)]))
        for code in _candidates(sample):
            reads[code] = _plausible(read_texts(texts, code, TIMEZONE), code, today)
        unread = stated & ~np.logical_or.reduce([read.ok for read in reads.values()] or [~stated])
    order = {code: number for number, code in enumerate(date_formats.format_codes())}
    return dict(sorted(reads.items(), key=lambda item: (RANGE in item[0], order[item[0].partition(RANGE)[0]])))


def _candidates(sample: pa.Array) -> list[str]:
    """Formats worth trying on the column: those that fit one of the sample's shapes, and their other order."""
    first, last = split_ranges(sample)
    is_range = pc.not_equal(first, sample)
    halves = pa.concat_arrays([first.filter(is_range), last.filter(is_range)])
    found = set(date_formats.fitting_codes(_one_of_each_shape(sample)))
    found |= {code + RANGE + code for code in date_formats.fitting_codes(_one_of_each_shape(halves))}
    return sorted(found | {twin for code in found if (twin := _other_order(code))})


def _one_of_each_shape(texts: pa.Array) -> list[str]:
    """Up to three texts of each pattern of digits, letters and marks: as good as all, to see which formats could fit."""
    shapes: dict[str, list[str]] = {}
    for text in texts.to_pylist():
        if len(text) > _LONGEST:
            continue
        same = shapes.setdefault(text.translate(_SHAPE), [])
        if len(same) < 3:
            same.append(text)
    return [text for same in list(shapes.values())[:_SHAPES] for text in same if any(map(str.isdigit, text))]


def _plausible(read: Moments, code: str, today: datetime.date) -> Moments:
    """A bare number is a date only where it is a likely one: five digits are usually something else."""
    if not code.startswith(("Excel", "YYYYMMDD")):
        return read
    too_early, future = out_of_range(read.start, read.ok, today)
    return Moments(read.start, read.end, read.precision, read.ok & ~too_early & ~future)


def _other_order(code: str) -> str:
    """The same format with day and month the other way round; "" when it has no such twin."""
    for uk, us in UK_AND_US.items():
        for one, other in ((uk, us), (us, uk)):
            if any(code.startswith(one + rest) for rest in (" ", RANGE)) or code == one:
                return code.replace(one, other)
    return ""


def _settle_order(
    chosen: str, reads: dict[str, Moments], counted: dict[str, int], stated: Bools
) -> tuple[str, bool, str]:
    """The format, whether day and month are ambiguous, and why (a template)."""
    twin = _other_order(chosen)
    plain = _("{read} of {total} values read as {format}.")
    if not twin:
        return chosen, False, plain
    uk, us = sorted((chosen, twin))  # "DD" before "MM"
    uk_only = int((reads[uk].ok & ~reads[us].ok & stated).sum())
    us_only = int((reads[us].ok & ~reads[uk].ok & stated).sum())
    if uk_only and us_only:
        best = us if counted[us] > counted[uk] else uk
        return best, True, _("Both orders of day and month occur; {format} reads {read} of {total} values.")
    if us_only:
        return (
            us,
            False,
            _("Days above 12 stand second: {read} of {total} values read as {format}, as in the United States."),
        )
    if uk_only:
        return uk, False, _("Days above 12 stand first: {read} of {total} values read as {format}.")
    both = reads[uk].ok & reads[us].ok & stated
    if (reads[uk].start[both] == reads[us].start[both]).all():
        return uk, False, plain
    return uk, True, _("No day is above 12, so day and month could be either way round; UK order {format} is taken.")


def _alternatives(chosen: str, preferred: list[str], counted: dict[str, int]) -> tuple[str, ...]:
    """Other formats worth offering: one that reads more or fewer rows than the same order does without its time."""

    def without_time(code: str) -> str:
        half = code.partition(RANGE)[0].partition(" hh")[0]
        return half + RANGE + half if RANGE in code else half

    plain = {code for code in preferred if without_time(code) == code}
    kept = plain | {code for code in preferred if counted[code] != counted.get(without_time(code))}
    return tuple(code for code in preferred if code in kept and code != chosen)


def _settle_months(chosen: str, reads: dict[str, Moments], stated: Bools, heading: str) -> str:
    """A month written as its first day is a month: when every day is the first, of three months or by the heading."""
    months = MONTH_AS_FIRST_DAY.get(chosen, "")
    if months not in reads or not reads[months].ok[stated].all():
        return chosen
    is_named = any(word in heading.casefold().replace("_", " ").split() for word in ("month", "mis", "mes"))
    return months if is_named or len(np.unique(reads[months].start[stated])) >= 3 else chosen
