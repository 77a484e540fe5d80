"""Ranges of dates ("01/02/2024 - 03/02/2024", "from … to …"): split, read by one format, and what may be said of them."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csg_maps.errors import InputRefused
from csg_maps.intake.meaning import date_formats
from csg_maps.intake.meaning.date_formats import RANGE, Ints, Moments

_SPLITS = (
    r"(?i)^(?:from |between |o |rhwng )?(?P<a>.+?) +(?:-|to|until|and|i|hyd|hyd at|a) +(?P<b>\S.*)$",
    r"^(?P<a>\d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?: \d\d:\d\d)?)-(?P<b>\d{1,2}[/.]\d{1,2}[/.]\d{2,4}(?: \d\d:\d\d)?)$",
    r"^(?P<a>\d{4}-\d\d-\d\d[^/]*)/(?P<b>\d{4}-\d\d-\d\d[^/]*)$",
)


def read_texts(texts: Any, code: str, timezone: str) -> Moments:
    """Cleaned distinct texts by any format, that of a range included. Raises InputRefused for one that does not exist."""
    base, is_range, second = code.partition(RANGE)
    if not is_range:
        return date_formats.read(texts, code, timezone)
    if base != second:
        raise InputRefused(f"A range has one format on both sides, such as {base}{RANGE}{base}; found {code!r}.")
    first, last = split_ranges(texts)
    begin, finish = (date_formats.read(half, base, timezone) for half in (first, last))
    ok = begin.ok & finish.ok & (finish.end >= begin.start)
    return Moments(begin.start, finish.end, agreed_precision(begin.start, finish.end), ok)


def agreed_precision(start: Ints, end: Ints) -> Ints:
    """How finely two moments agree: what may be said of a record that happened somewhere between them.

    From Friday 22:00 to Saturday 02:00 no weekday may be claimed, but the month may. Over a new year only a year is left.
    """
    begun, ended = start.astype("datetime64[s]"), end.astype("datetime64[s]")
    precision = np.full(len(start), date_formats.YEAR, dtype=np.int64)
    for level, unit in enumerate(("M", "D", "h", "m"), start=date_formats.MONTH):
        same = begun.astype(f"datetime64[{unit}]") == ended.astype(f"datetime64[{unit}]")
        precision = np.where(same, level, precision)
    return precision


def split_ranges(texts: Any) -> tuple[Any, Any]:
    """Both halves of each range; a text that is no range stands for both."""
    first = last = pa.nulls(len(texts), type=texts.type)
    for split in _SPLITS:
        fields = pc.extract_regex(texts, split)
        first = pc.coalesce(first, pc.struct_field(fields, "a"))
        last = pc.coalesce(last, pc.struct_field(fields, "b"))
    return pc.coalesce(first, texts), pc.coalesce(last, texts)
