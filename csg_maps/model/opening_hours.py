"""Opening hours by weekday: what people and files write, in English, Welsh or OpenStreetMap's short form.

A day that nothing is said about is not known, which is not the same as closed.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from csg_maps.errors import InputRefused
from csg_maps.i18n import N_, _
from csg_maps.model.vocabulary import labels

DAYS = (1, 2, 3, 4, 5, 6, 7)
"""Monday to Sunday, as ISO 8601 counts."""

MINUTES_A_DAY = 24 * 60
_MOST_RANGES = 6

Range = tuple[str, str]
"""Opening and closing as "HH:MM". A closing that is not later than the opening is past midnight; "24:00" ends the day."""


@dataclass(frozen=True)
class OpeningHours:
    """`days` has (weekday, its ranges) for each day that is known, in order; no range means closed all day."""

    days: tuple[tuple[int, tuple[Range, ...]], ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether anything is known."""
        return bool(self.days)

    def of_day(self, weekday: int) -> tuple[Range, ...] | None:
        """The ranges of a weekday (1 to 7); () when closed, None when not known."""
        return dict(self.days).get(weekday)


@dataclass(frozen=True)
class ParsedHours:
    """What was read; `problem` says in the reader's language why a text cannot be read, "" when it can."""

    hours: OpeningHours
    problem: str = ""


_DAY_WORDS = {
    1: "mo mon monday ll llun",
    2: "tu tue tues tuesday maw mawrth",
    3: "we wed weds wednesday me mer merch mercher",
    4: "th thu thur thurs thursday ia iau",
    5: "fr fri friday gw gwe gwen gwener",
    6: "sa sat saturday sad sadwrn",
    7: "su sun sunday sul",
}
_DAY_OF = {word: day for day, words in _DAY_WORDS.items() for word in words.split()}
_SPANS = {
    "daily": DAYS,
    "every day": DAYS,
    "everyday": DAYS,
    "bob dydd": DAYS,
    "weekdays": DAYS[:5],
    "yn ystod yr wythnos": DAYS[:5],
    "weekends": DAYS[5:],
    "weekend": DAYS[5:],
    "penwythnos": DAYS[5:],
    "penwythnosau": DAYS[5:],
}
_CLOSED = {"closed", "close", "off", "shut", "none", "no", "ar gau", "wedi cau", "caeedig"}
_ALL_DAY = {"24/7", "24 hours", "24hrs", "24 hrs", "24h", "24 awr", "open 24 hours", "all day", "trwy'r dydd"}
_NOT_KNOWN = {"", "-", "n/a", "unknown", "not known", "anhysbys", "ddim yn hysbys"}
_HOLIDAYS = {"ph", "sh", "bank holidays", "bank holiday", "gwyliau banc"}
_WELSH_SHORT = {1: "Ll", 2: "Maw", 3: "Me", 4: "Iau", 5: "Gw", 6: "Sad", 7: "Sul"}

_CLOCK = (
    r"(?:(?:2[0-4]|[01]\d)[0-5]\d|(?:2[0-4]|[01]?\d)(?:[:.h][0-5]\d)?\s*(?:[ap]\.?m\.?|noon|midnight)?"
    r"|noon|midnight|hanner dydd|hanner nos)(?!\d)"
)
_RANGE = re.compile(rf"({_CLOCK})\s*(?:-|to|until|till|hyd|i|tan)\s*({_CLOCK})")
_ONE_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d\d))?\s*(am|pm)?")
_LETTERS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | {"\u2019": "'"})

_HOW_TO = N_("Write opening hours like Mo-Fr 09:00-17:00; Sa 10:00-14:00, with closed for a day that is closed.")
_HOW_TO_DAY = N_("Write the hours of a day like 09:00-17:00, several with a comma between them, or closed.")


def parse_hours(text: str) -> ParsedHours:
    """The hours of a whole week from one text; hours without a day are those of every day.

    >>> parse_hours("Mo-Fr 09:00-17:00; Sa 10am to 2pm; Sul ar gau").hours.days[5:]
    ((6, (('10:00', '14:00'),)), (7, ()))
    >>> parse_hours("now and then").problem != ""
    True
    """
    plain = _plain(text)
    if plain in _NOT_KNOWN:
        return ParsedHours(OpeningHours())
    found: dict[int, tuple[Range, ...]] = {}
    if plain in _ALL_DAY:
        return ParsedHours(_hours(dict.fromkeys(DAYS, (("00:00", "24:00"),))))
    for rule in _rules(plain):
        days, rest = _take_days(rule)
        if days is None:
            return ParsedHours(OpeningHours(), _(_HOW_TO))
        ranges = _ranges(rest)
        if ranges is None:
            return ParsedHours(OpeningHours(), _(_HOW_TO))
        for day in days:
            found[day] = ranges
    return ParsedHours(_hours(found))


def parse_day(text: str) -> tuple[tuple[Range, ...] | None, str]:
    """The ranges of one day (() = closed, None = not known), and what is wrong with the text ("" = nothing).

    >>> parse_day("09:00-13:00,14:00-18:00")[0], parse_day("Ar gau")[0], parse_day("")[0]
    ((('09:00', '13:00'), ('14:00', '18:00')), (), None)
    """
    plain = _plain(text)
    if plain in _NOT_KNOWN:
        return None, ""
    ranges = _ranges(plain)
    return (None, _(_HOW_TO_DAY)) if ranges is None else (ranges, "")


def make_hours(by_day: dict[int, tuple[Range, ...] | None]) -> OpeningHours:
    """Hours from ranges a weekday (None = not known). Raises InputRefused for a weekday or a time that does not exist."""
    return _hours({day: ranges for day, ranges in by_day.items() if ranges is not None})


def hours_to_json(hours: OpeningHours) -> str:
    """The hours as the store writes them: weekday 1 to 7 → ranges; "{}" when nothing is known.

    >>> hours_to_json(parse_hours("Sa 22:00-02:00").hours)
    '{"6": [["22:00", "02:00"]]}'
    """
    return json.dumps({str(day): [list(one) for one in ranges] for day, ranges in hours.days})


def hours_from_json(text: str) -> OpeningHours:
    """The hours that `hours_to_json` wrote."""
    raw = json.loads(text or "{}")
    return OpeningHours(
        tuple((int(day), tuple((opens, closes) for opens, closes in raw[day])) for day in sorted(raw, key=int))
    )


def format_day(ranges: tuple[Range, ...] | None) -> str:
    """The hours of one day in the reader's language; "" when not known.

    >>> format_day((("09:00", "13:00"), ("14:00", "18:00")))
    '09:00-13:00, 14:00-18:00'
    """
    if ranges is None:
        return ""
    return ", ".join(f"{opens}-{closes}" for opens, closes in ranges) or _("closed")


def format_hours(hours: OpeningHours) -> str:
    """The hours in one line, days that are alike together, in the reader's language; "" when nothing is known.

    >>> format_hours(parse_hours("Mo-Fr 9-17; Sa,Su closed").hours)
    'Monday to Friday 09:00-17:00; Saturday to Sunday closed'
    """
    names = {int(code): _(label) for code, label in labels("weekdays").items() if code.isdigit()}
    groups: list[tuple[int, int, tuple[Range, ...]]] = []
    for day, ranges in hours.days:
        if groups and groups[-1][1] == day - 1 and groups[-1][2] == ranges:
            groups[-1] = (groups[-1][0], day, ranges)
        else:
            groups.append((day, day, ranges))
    parts = []
    for first, last, ranges in groups:
        days = names[first] if first == last else _("{first} to {last}").format(first=names[first], last=names[last])
        parts.append(f"{days} {format_day(ranges)}")
    return "; ".join(parts)


def is_open(hours: OpeningHours, weekday: int, time: str) -> bool | None:
    """Whether it is open at "HH:MM" on a weekday (1 to 7), hours of the night before counted; None when not known.

    >>> late = parse_hours("Fr 18:00-02:00; Sa closed").hours
    >>> is_open(late, 5, "23:00"), is_open(late, 6, "01:30"), is_open(late, 6, "02:00"), is_open(late, 1, "12:00")
    (True, True, False, None)
    """
    minute = _minutes(time)
    today, before = hours.of_day(weekday), hours.of_day(weekday - 1 or 7)
    for opens, closes in before or ():
        start, end = _minutes(opens), _minutes(closes)
        if end <= start and minute < end:
            return True
    if today is None:
        return None
    return any(
        _minutes(opens) <= minute and (minute < _minutes(closes) or _minutes(closes) <= _minutes(opens))
        for opens, closes in today
    )


def open_share(hours: OpeningHours, moments: Iterable[tuple[int, str]]) -> float | None:
    """The share of moments (weekday, "HH:MM") at which it is open; None where any of them is not known."""
    states = [is_open(hours, weekday, time) for weekday, time in moments]
    if not states or None in states:
        return None
    return sum(map(bool, states)) / len(states)


def _hours(found: dict[int, tuple[Range, ...]]) -> OpeningHours:
    for day, ranges in found.items():
        if day not in DAYS:
            raise InputRefused(_("A weekday is 1 (Monday) to 7 (Sunday)."))
        for opens, closes in ranges:
            if _clock(opens) != opens or (_clock(closes) != closes) or opens == "24:00":
                raise InputRefused(_(_HOW_TO_DAY))
    return OpeningHours(tuple(sorted(found.items())))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES).casefold()
    return " ".join(folded.split()).strip(" .;,")


def _rules(plain: str) -> list[str]:
    """The text cut where a new day begins: at ";" or "|", and at a "," or space before a day that follows hours."""
    pieces: list[str] = []
    for part in re.split(r"\s*[;|\n]\s*", plain):
        last = 0
        for match in _LETTERS.finditer(part):
            is_day = match.group() in _DAY_OF or match.group() in {"dydd", "daily", "weekdays"}
            seen = part[last : match.start()]
            if is_day and (
                re.search(r"\d", seen) or any(f" {word}" in f" {seen}" for word in ("closed", "off", "gau"))
            ):
                pieces.append(part[last : match.start()])
                last = match.start()
        pieces.append(part[last:])
    return [piece.strip(" ,:") for piece in pieces if piece.strip(" ,:")]


def _take_days(rule: str) -> tuple[list[int] | None, str]:
    """The days at the head of a rule and the rest; every day where it names none, None where a word is no day."""
    for words, span in _SPANS.items():
        if rule.startswith(words):
            return list(span), rule[len(words) :].strip(" :")
    days: list[int] = []
    place, joins, holiday = 0, False, False
    while match := re.compile(r"\s*(?:dydd\s+)?([^\W\d_]+)\s*").match(rule, place):
        word = match.group(1)
        if word in _DAY_OF:
            day = _DAY_OF[word]
            if joins and days:
                days += [step % 7 + 1 for step in range(days[-1], days[-1] + (day - days[-1]) % 7)]
            else:
                days.append(day)
        elif word in _HOLIDAYS:
            holiday = True
        else:
            break
        place, joins = match.end(), False
        follow = re.compile(r"(-|,|&|to\b|and\b|hyd\b|i\b|tan\b|a\b|ac\b)").match(rule, place)
        if follow:
            joins = follow.group() in {"-", "to", "hyd", "i", "tan"}
            place = follow.end()
    rest = rule[place:].strip(" :")
    if days:
        return days, rest
    return ([], rest) if holiday else (list(DAYS), rest)


def _ranges(text: str) -> tuple[Range, ...] | None:
    if text in _CLOSED:
        return ()
    if text in _ALL_DAY:
        return (("00:00", "24:00"),)
    found: list[Range] = []
    place = 0
    while place < len(text):
        match = _RANGE.match(text, place)
        if match is None or len(found) == _MOST_RANGES:
            return None
        first, last = match.groups()
        opens, closes = _clock(_with_half(first, last)), _clock(last)
        if not opens or not closes or opens in {"24:00", closes}:
            return None
        found.append((opens, closes))
        rest = re.compile(r"\s*(?:,|&|and\b|a\b|ac\b|/)?\s*").match(text, match.end())
        place = rest.end() if rest else len(text)
    return tuple(found) or None


def _with_half(first: str, last: str) -> str:
    """The opening, with the half of the day that it shares with the closing: "1-5pm" is after noon, "9-5pm" is not."""
    if re.search(r"[ap]\.?m|noon|midnight|hanner", first) or not re.search(r"p\.?m", last):
        return first
    opening, closing = _ONE_CLOCK.match(first), _ONE_CLOCK.match(last)
    if opening and closing and int(opening.group(1)) < int(closing.group(1)) and int(opening.group(1)) <= 6:
        return first + "pm"
    return first


def _clock(text: str) -> str:
    """A time as "HH:MM"; "" when it is none."""
    plain = text.replace(".m.", "m").replace("a.m", "am").replace("p.m", "pm").replace(" ", "")
    if plain in {"noon", "12noon", "hannerdydd"}:
        return "12:00"
    if plain in {"midnight", "12midnight", "hannernos"}:
        return "24:00"
    if re.fullmatch(r"\d{4}", plain):
        plain = f"{plain[:2]}:{plain[2:]}"
    match = _ONE_CLOCK.fullmatch(plain)
    if match is None:
        return ""
    hour, minute, half = int(match.group(1)), int(match.group(2) or 0), match.group(3)
    if half:
        if not 1 <= hour <= 12:
            return ""
        hour = hour % 12 + (12 if half == "pm" else 0)
    if minute > 59 or hour * 60 + minute > MINUTES_A_DAY:
        return ""
    return f"{hour:02d}:{minute:02d}"


def _minutes(time: str) -> int:
    hour, _colon, minute = time.partition(":")
    return int(hour) * 60 + int(minute)
