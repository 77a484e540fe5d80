"""Numbers as people and programs write them: exactly the number that is meant, or an error; never a guess."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_COMMON = r"^-?\d{1,15}(\.\d{1,15})?$"
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_COMMA = re.compile(r"[+-]?\d+,\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\ufe63": "-", "\u200b": None, "\ufeff": None, "\u2032": None})

_NONE = frozenset({"", "na", "n/a", "null", "none", "-", "unknown", "not known", "no location", "anhysbys"})
"""What programs and people write in a column of numbers for "there is none". NaN is not among them: a sum went wrong."""


@dataclass(frozen=True)
class Numbers:
    """`values` (float64, NaN where blank or unreadable), and which texts were blank, unreadable, or had a decimal comma."""

    values: npt.NDArray[np.float64]
    blank: npt.NDArray[np.bool_]
    unreadable: npt.NDArray[np.bool_]
    with_comma: npt.NDArray[np.bool_]


def read_numbers(texts: Sequence[str] | pa.Array, *, thousands: bool = False) -> Numbers:
    """Numbers from texts.

    Full-width digits, a true minus sign (U+2212), non-breaking spaces around, and a decimal comma are read exactly.
    "NA", "null" and the like are blank. Anything else that is no plain number ("12 34", "1.2.3", "51N", "nan", "inf") is
    unreadable. With `thousands`, "508,653" is 508653 (eastings); without, it is 508.653 (degrees).

    >>> read_numbers(["51,48", "\u22120.4", "\uff15\uff11", "x", ""]).values.tolist()
    [51.48, -0.4, 51.0, nan, nan]
    """
    column = pa.array(texts, type=pa.large_string())
    common = pc.match_substring_regex(column, _COMMON)
    values = np.full(len(column), np.nan)
    values[np.asarray(common)] = np.asarray(pc.cast(column.filter(common), pa.float64()))
    blank, unreadable, with_comma = (np.zeros(len(column), dtype=bool) for _ in range(3))
    for place in np.flatnonzero(~np.asarray(common)).tolist():
        plain = column[place].as_py().strip()
        if not plain.isascii():
            plain = unicodedata.normalize("NFKC", plain).translate(_MINUS).strip()
        if plain.casefold() in _NONE:
            blank[place] = True
            continue
        if thousands and _THOUSANDS.fullmatch(plain):
            plain = plain.replace(",", "")
        elif _COMMA.fullmatch(plain):
            plain = plain.replace(",", ".")
            with_comma[place] = True
        if _PLAIN.fullmatch(plain):
            values[place] = float(plain)
        else:
            unreadable[place] = True
    return Numbers(values, blank, unreadable, with_comma)
