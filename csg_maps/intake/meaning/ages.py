"""Ages in years and ages in words, as bands; what would straddle two bands is "not stated", and says so."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.i18n import _
from csg_maps.intake.meaning import date_formats
from csg_maps.intake.meaning.column_texts import distinct

BANDS = (
    ("under_10", 0, 9),
    ("10_12", 10, 12),
    ("13_15", 13, 15),
    ("16_17", 16, 17),
    ("18_25", 18, 25),
    ("26_over", 26, 130),
)
"""Code, first and last age in years, both included."""

OLDEST = 130

_FILLER = r"(?:years?|yrs?|y/?o|old|of age|aged?|oed|mlwydd|blwydd|blynedd|bl|age group|ages?)"
_RANGE = re.compile(r"(\d{1,3})\s*(?:-|to|and|i|hyd at|hyd|a)\s*(\d{1,3})")
_AND = r"(?:and|or|a|neu)"
_UNDER = re.compile(
    r"(?:under|below|less than|<|dan|o dan|younger than)\s*(\d{1,3})"
    rf"|(\d{{1,3}})\s*{_AND}\s*(?:under|younger|iau)"
)
_OVER = re.compile(
    r"(?:over|above|more than|older than|>|dros)\s*(\d{1,3})"
    rf"|(\d{{1,3}})\s*(?:\+|plus|{_AND}\s*(?:over|older|above|drosodd|throsodd|hŷn))"
)


@dataclass(frozen=True)
class AgesRead:
    """`bands` (str, codes of age_bands) for each row, and which rows say something that is no age."""

    bands: pd.Series
    bad: npt.NDArray[np.bool_]


def band_of_years(years: int) -> str:
    """The band of an age in completed years; "unknown" outside 0 to 130.

    >>> band_of_years(12), band_of_years(13), band_of_years(999)
    ('10_12', '13_15', 'unknown')
    """
    return next((code for code, first, last in BANDS if first <= years <= last), "unknown")


def band_of_text(text: str) -> tuple[str, str]:
    """The band that words name and, where there is none, the reason in a sentence; ("", "") for words about no age.

    >>> band_of_text("Aged 10 to 12")
    ('10_12', '')
    >>> band_of_text("under 18")[0]
    'unknown'
    """
    plain = text.translate(date_formats.DIGITS_AND_MARKS).casefold()
    plain = re.sub(rf"\b{_FILLER}\b", " ", plain).strip(" .()")
    plain = re.sub(r"\s+", " ", plain)
    if found := _RANGE.fullmatch(plain):
        first, last = int(found[1]), int(found[2])
    elif found := _UNDER.fullmatch(plain):
        first, last = 0, int(found[1]) - 1 if found[1] else int(found[2])
    elif found := _OVER.fullmatch(plain):
        first, last = int(found[1]) + 1 if found[1] else int(found[2]), OLDEST
    elif plain.isascii() and plain.isdigit() and len(plain) <= 3:
        first = last = int(plain)
    else:
        return "", ""
    if first > last or last > OLDEST:
        return "unknown", _("These are not ages that exist.")
    code = next((code for code, least, most in BANDS if least <= first and last <= most), "")
    return (code, "") if code else ("unknown", _("These ages fall in more than one band, so the band is not stated."))


def read_ages(values: pd.Series) -> AgesRead:
    """Ages in whole years (or words that name a band) as bands; blank is "unknown", and what is no age is bad.

    >>> read_ages(pd.Series(["14", "16.0", "", "old"])).bands.tolist()
    ['13_15', '16_17', 'unknown', 'unknown']
    """
    column = distinct(values)
    texts = date_formats.clean(column.texts).to_pylist()
    read = [("unknown", "") if not text else band_of_text(re.sub(r"\.0+$", "", text)) for text in texts]
    not_ages = np.array(
        [code in {"", "unknown"} and bool(text) for (code, _why), text in zip(read, texts, strict=True)]
    )
    codes = pd.array([code or "unknown" for code, _why in read], dtype="str")
    return AgesRead(pd.Series(codes.take(column.positions)), column.to_rows(not_ages.astype(bool)))
