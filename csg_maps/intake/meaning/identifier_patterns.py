"""How things that identify a person look in text: patterns (RE2, run in Arrow over distinct texts) and checks by digits."""

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bools = npt.NDArray[np.bool_]

EMAIL = r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"

# A number that dialling codes allow, with a sign that it is dialled: a +44, a gap or a bracket, or a mobile's 07.
PHONE = (
    r"(?:\+|\b00)44[ ()0-9.-]{9,14}[0-9]\b|\b07\d{3}[ .-]?\d{3}[ .-]?\d{3}\b|\b07\d{3}[ .-]\d{6}\b"
    r"|\(0(?:1\d{2,4}|2\d|3\d\d)\)[ .-]?\d{3,4}[ .-]?\d{3,4}\b"
    r"|\b0(?:1\d{3}[ .-]\d{3}[ .-]?\d{3}|1\d{3}[ .-]\d{5,6}|1\d{2}[ .-]\d{3}[ .-]?\d{4}|2\d[ .-]\d{4}[ .-]?\d{4}"
    r"|3\d\d[ .-]\d{3}[ .-]?\d{4})\b"
)
BARE_PHONE = r"\b0(?:1\d{8,9}|2\d{9}|3\d{9})\b"
"""Ten or eleven digits in one run that could be dialled: a phone or some other number."""

POSTCODE = r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2}\b"
_STREET_WORD = (
    r"street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|crescent|cres|court|ct|gardens|gdns|grove|place|pl|terrace|way"
    r"|walk|hill|rise|row|square|sq|mews|parade|park|view|green|heol|stryd|ffordd|lon|lôn|rhodfa|clos|maes|bryn"
)
STREET_ADDRESS = (
    rf"(?i)(?:^|[^0-9a-z/.-])\d{{1,4}}[a-d]?,? +(?:[a-z'’.-]+ +){{1,4}}(?:{_STREET_WORD})\b"
    r"|(?:^|[^0-9a-z/.-])\d{1,4}[a-d]?,? +(?:heol|stryd|ffordd|l[oô]n|rhodfa|clos|maes|bryn) +[a-z]"
)
"""A house number and a street; English puts the kind of street last, Welsh first."""

REGISTRATION = (
    r"\b[A-HJ-PR-Y][A-HJ-PR-Y][0-9]{2} ?[A-HJ-PR-Z]{3}\b|\b[A-HJ-NPR-TV-Y][0-9]{1,3} [A-HJ-PR-Y][A-HJ-PR-Y]{2}\b"
    r"|\b(?i:[a-hj-pr-y]{2}[0-9]{2}[a-hj-pr-z]{3})\b"
)
BORN = r"(?i)\b(?:d\.?o\.?b\.?|date of birth|born(?: on)?|dyddiad geni|ganwyd|ganed)\b[^0-9]{0,12}\d{1,4}[./ -]"

_TEN_DIGITS = re.compile(r"(?<![0-9.,])(\d{3}[ -]?\d{3}[ -]?\d{4})(?![0-9]|[.,][0-9])")
TEN_DIGITS = r"(?:^|[^0-9.,])\d{3}[ -]?\d{3}[ -]?\d{4}(?:$|[^0-9])"


def has(texts: Any, pattern: str) -> Bools:
    """Which texts hold the pattern."""
    return np.asarray(pc.match_substring_regex(texts, pattern))


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits carry the check digit of an NHS number (modulus 11; NHS Data Dictionary).

    >>> is_nhs_number("9434765919"), is_nhs_number("9434765918")
    (True, False)
    """
    if len(digits) != 10 or not digits.isdigit() or len(set(digits)) == 1:
        return False
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return (0 if check == 11 else check) == int(digits[-1])


def nhs_numbers(texts: Any) -> tuple[Bools, Bools]:
    """Which texts hold ten digits written like an NHS number, and which of these hold a valid one."""
    written = has(texts, TEN_DIGITS)
    plain = written & has(texts, r"^\d{10}$")
    valid = np.zeros(len(texts), dtype=bool)
    if plain.any():
        digits = np.frombuffer("".join(texts.filter(pa.array(plain)).to_pylist()).encode("ascii"), dtype=np.uint8)
        numbers = (digits - ord("0")).reshape(-1, 10).astype(np.int64)
        check = 11 - (numbers[:, :9] * np.arange(10, 1, -1)).sum(axis=1) % 11
        is_same = (numbers == numbers[:, :1]).all(axis=1)
        valid[plain] = (np.where(check == 11, 0, check) == numbers[:, 9]) & ~is_same
    for position in np.flatnonzero(written & ~plain):
        found = _TEN_DIGITS.findall(texts[int(position)].as_py())
        valid[position] = any(is_nhs_number(re.sub(r"\D", "", one)) for one in found)
    return written, valid
