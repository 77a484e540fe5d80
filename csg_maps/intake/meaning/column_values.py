"""What the values of a column look like, from a sample spread evenly over the whole column."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.intake.meaning import clock, date_formats, dates, words
from csg_maps.intake.meaning.column_texts import distinct
from csg_maps.intake.meaning.numbers import read_numbers

SAMPLE = 3_000
"""Rows looked at: suggestions are confirmed by a person, and everything strict reads the whole column later."""

POSTCODE = r"(?i)[a-z]{1,2}\d[a-z\d]? *\d[a-z]{2}"
GSS_CODE = r"[EWSNKL]\d{8}"
H3_CELL = r"(?i)0?8[0-9a-f]{14}"


@dataclass(frozen=True, eq=False)
class ColumnSample:
    """Rows of one column that say something, evenly spread over it.

    `texts` are distinct and trimmed, `weights` say how many sampled rows hold each; `stated_share` is of the whole column.
    """

    heading: str
    values: pd.Series
    texts: tuple[str, ...]
    weights: npt.NDArray[np.int64]
    stated_share: float


def take_sample(values: pd.Series, heading: str) -> ColumnSample:
    """At most about SAMPLE rows of a column that are not blank."""
    stated = (values.str.strip() != "").to_numpy(dtype=bool)
    positions = np.flatnonzero(stated)
    kept = positions[:: max(1, len(positions) // SAMPLE)]
    sampled = values.iloc[kept].reset_index(drop=True)
    column = distinct(sampled)
    texts = tuple(date_formats.clean(column.texts).to_pylist())
    return ColumnSample(heading, sampled, texts, column.weights, len(positions) / max(len(values), 1))


def share(sample: ColumnSample, test: Callable[[str], Any]) -> float:
    """The share of rows whose text passes; 0 for a blank column."""
    if not sample.texts:
        return 0.0
    passes = np.array([bool(test(text)) for text in sample.texts])
    return float(sample.weights[passes].sum() / sample.weights.sum())


def share_like(sample: ColumnSample, pattern: str) -> float:
    """The share of rows that fit the whole pattern."""
    return share(sample, re.compile(pattern).fullmatch)


@functools.lru_cache(maxsize=256)
def _read(sample: ColumnSample) -> npt.NDArray[np.float64]:
    """The distinct values as numbers, not finite where they are none."""
    return read_numbers(sample.texts).values


def numbers(sample: ColumnSample) -> npt.NDArray[np.float64]:
    """The distinct values that are numbers."""
    read = _read(sample)
    return read[np.isfinite(read)]


def are_numbers(sample: ColumnSample, least: float, most: float, *, within: float = 0.98) -> bool:
    """Whether nearly all rows hold numbers, and the share `within` of these lies in the range (both ends included)."""
    if not sample.texts:
        return False
    read = _read(sample)
    is_number = np.isfinite(read)
    rows = sample.weights
    if rows[is_number].sum() < 0.9 * rows.sum():
        return False
    inside = is_number & (read >= least) & (read <= most)
    return bool(rows[inside].sum() >= within * rows[is_number].sum())


def has_fractions(sample: ColumnSample) -> bool:
    """Whether any number is not whole."""
    found = numbers(sample)
    return bool((found != np.rint(found)).any())


@functools.lru_cache(maxsize=256)
def date_finding(sample: ColumnSample) -> dates.DateFinding:
    """The date format of the sample."""
    return dates.find_format(sample.values, heading=sample.heading)


def date_share(sample: ColumnSample) -> float:
    """The share of rows that read as dates of one format."""
    found = date_finding(sample)
    return found.share_read if found.format else 0.0


def is_mixed_dates(sample: ColumnSample) -> bool:
    """Whether the sample holds dates of several formats, none of which reads half."""
    found = date_finding(sample)
    return bool(found.format) and found.share_read < 0.5


def time_share(sample: ColumnSample) -> float:
    """The share of rows that read as times of day of one format."""
    found = clock.find_time_format(sample.values)
    return found.share_read if found.format else 0.0


def is_free_text(sample: ColumnSample) -> bool:
    """Whether there are too many different texts for a list of words that could be matched to codes."""
    different = len(sample.texts)
    length = sum(map(len, sample.texts)) / max(different, 1)
    often_new = different / max(len(sample.values), 1) > 0.5
    return different > 200 or (often_new and (different > 20 or (different > 3 and length > 40)))


def word_share(sample: ColumnSample, list_name: str) -> float:
    """The share of rows whose word has a code of the list, certain or near; 0 for free text."""
    if is_free_text(sample):
        return 0.0
    found = words.suggest_words(list_name, sample.texts)
    return share(sample, lambda text: found[text].code)


def handling_share(sample: ColumnSample) -> float:
    """The share of rows that hold a handling code."""
    return float((words.read_handling(sample.values).codes != "").mean()) if sample.texts else 0.0


def yes_no_share(sample: ColumnSample) -> float:
    """The share of rows that say yes or no."""
    read = words.read_yes_no(sample.values)
    return float((~read.bad & ~read.blank).mean()) if sample.texts else 0.0


Floats = npt.NDArray[np.float64]


def numbers_of(x: pd.Series, y: pd.Series) -> tuple[Floats, Floats]:
    """A sample of the same rows of two columns as numbers, NaN where a value is none."""
    step = max(1, len(x) // SAMPLE)
    first, second = (read_numbers(column.iloc[::step].tolist(), thousands=True).values for column in (x, y))
    return first, second
