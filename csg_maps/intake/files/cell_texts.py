"""What Excel's numbers mean: dates by their format, zeros that a format puts in front, characters written as _x000D_."""

import re
from datetime import datetime, timedelta

from csg_maps.intake.files.grids import number_text

_BUILT_IN = {14: "date", 15: "date", 16: "date", 17: "date", 18: "time", 19: "time", 20: "time", 21: "time"}
_BUILT_IN |= {22: "datetime", 45: "time", 46: "time", 47: "time"}
_BUILT_IN |= dict.fromkeys([*range(27, 37), *range(50, 59)], "date")
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LAST_SERIAL = 2_958_466  # 31 December 9999
_MIDNIGHT = " 00:00:00"


def kind_of_format(number: str, code: str) -> str:
    """What a number format shows: "date", "datetime", "time", "0n" (n digits, zeros in front) or "" (a plain number).

    >>> kind_of_format("14", ""), kind_of_format("165", "dd/mm/yyyy hh:mm"), kind_of_format("166", "00000")
    ('date', 'datetime', '05')
    """
    if not code:
        return _BUILT_IN.get(int(number), "") if number.isdigit() else ""
    plain = _LITERAL.sub("", code.split(";", maxsplit=1)[0]).lower()
    if re.fullmatch(r"0{2,18}", plain):
        return f"0{len(plain)}"
    if "general" in plain or not re.search(r"[ymdhs]", plain):
        return ""
    has_time = bool(re.search(r"[hs]", plain))
    has_date = bool(re.search(r"[yd]", plain)) or not has_time
    return "datetime" if has_date and has_time else "date" if has_date else "time"


def date_text(serial: float, form: str, *, is_1904: bool) -> tuple[str, str]:
    """ISO text of a serial date, and its kind (d date, s date and time, t time of day, n where it is no date).

    The 1900 system counts a 29 February 1900 that never was: serials below 60 are one day later.

    >>> date_text(45355.0, "date", is_1904=False), date_text(0.5, "time", is_1904=False)
    (('2024-03-04', 'd'), ('12:00:00', 't'))
    >>> date_text(45355.75, "date", is_1904=False)
    ('2024-03-04 18:00:00', 's')
    """
    if form == "time" and 0 <= serial < 1:
        seconds = round(serial * 86_400)
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}", "t"
    if not 0 <= serial < _LAST_SERIAL or (not is_1904 and (serial < 1 or int(serial) == 60)):
        return number_text(serial), "n"
    start = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 31) if serial < 60 else datetime(1899, 12, 30)
    try:
        moment = start + timedelta(seconds=round(serial * 86_400))
    except OverflowError:
        return number_text(serial), "n"
    if form == "date" and serial == int(serial):
        return moment.strftime("%Y-%m-%d").rjust(10, "0"), "d"
    return moment.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0"), "s"


def pad_dates(texts: list[str]) -> list[str]:
    """Give dates in a column of dates and times their midnight, so that the column has one format."""
    return [text + _MIDNIGHT if len(text) == 10 else text for text in texts]


def unescape(text: str) -> str:
    r"""Characters that a workbook writes as _xHHHH_.

    >>> unescape("a_x0009_b")
    'a\tb'
    """
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text
