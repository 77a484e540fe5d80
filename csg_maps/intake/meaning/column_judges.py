"""What the values of a column say about a field, given how far its heading already speaks for it: one judge a field."""

from collections.abc import Callable
from typing import NamedTuple

from csg_maps.intake.meaning import column_values
from csg_maps.intake.meaning.column_headings import SURE, heading_score, heading_words
from csg_maps.intake.meaning.column_values import GSS_CODE, H3_CELL, POSTCODE, ColumnSample, share_like, word_share
from csg_maps.intake.meaning.date_formats import MONTH_NAMES
from csg_maps.intake.meaning.words import suggest_words
from csg_maps.model.mapping import CODED_FIELDS

LEAST = 0.4
"""A field with a lower score is not proposed."""


class Verdict(NamedTuple):
    """What a column's values say about a field: `score` to use (0 = it is not this) and whether they speak for it."""

    score: float
    fits: bool


Judge = Callable[[float, ColumnSample], Verdict]
"""From the heading's score and the column's sample to a verdict."""


def _confirm(heading: float, *, fits: bool) -> Verdict:
    """The values must fit, and then make the heading surer."""
    return Verdict(min(heading + 0.05, 0.99) if fits else 0.0, fits)


def _reference(heading: float, sample: ColumnSample) -> Verdict:
    different = len(sample.texts) / len(sample.values)
    long = sum(map(len, sample.texts)) / len(sample.texts) > 70
    if long or (different < 0.5 and len(sample.values) > 3) or column_values.date_share(sample) > 0.9 > heading:
        return Verdict(0.0, False)
    return Verdict(heading + 0.05 * different, different > 0.5)


def _degrees(limit: float, x_or_y: str) -> Judge:
    def judge(heading: float, sample: ColumnSample) -> Verdict:
        if heading:  # a few impossible values under a plain heading are bad rows, not another field
            return _confirm(heading, fits=column_values.are_numbers(sample, -limit, limit, within=0.8))
        is_xy = heading_words(sample.heading) in {x_or_y, f"coord {x_or_y}", f"{x_or_y} coord", f"point {x_or_y}"}
        fits = is_xy and column_values.are_numbers(sample, -limit, limit) and column_values.has_fractions(sample)
        return Verdict(0.72 if fits else 0.0, fits)

    return judge


def _metres(degrees_field: str, degrees_limit: float) -> Judge:
    def judge(heading: float, sample: ColumnSample) -> Verdict:
        numbers = column_values.are_numbers(sample, -2e7, 2e7)
        in_degrees = column_values.are_numbers(sample, -degrees_limit, degrees_limit)
        if heading:
            looks_degrees = in_degrees and column_values.has_fractions(sample)
            return Verdict(heading if numbers and not looks_degrees else 0.0, numbers and not in_degrees)
        called_degrees = heading_score(degrees_field, sample.heading) >= SURE
        beyond = called_degrees and numbers and not column_values.are_numbers(sample, -1_000, 1_000)
        return Verdict(0.6 if beyond else 0.0, beyond)

    return judge


def _cell(heading: float, sample: ColumnSample) -> Verdict:
    fits = share_like(sample, H3_CELL) >= 0.8
    return Verdict(max(heading, 0.85) if fits else 0.0, fits)


def _postcode(heading: float, sample: ColumnSample) -> Verdict:
    found = share_like(sample, POSTCODE)
    return _confirm(heading, fits=found >= 0.4) if heading else Verdict(0.6 if found >= 0.8 else 0.0, found >= 0.8)


def _place_number(heading: float, sample: ColumnSample) -> Verdict:
    return _confirm(heading, fits=share_like(sample, r"\d{3,12}(?:\.0+)?") >= 0.8)


def _place_name(heading: float, sample: ColumnSample) -> Verdict:
    """Short texts with letters, that are no codes, no postcodes, no dates and no words for kinds of places."""
    lettered = column_values.share(sample, lambda text: len(text) <= 120 and sum(map(str.isalpha, text)) >= 3)
    other = max(share_like(sample, POSTCODE), share_like(sample, GSS_CODE), column_values.date_share(sample))
    known = suggest_words("settings", sample.texts)
    kinds = column_values.share(sample, lambda text: known[text].score == 1)  # "library", not "Haven Library"
    fits = lettered >= 0.8 and other < 0.3 and kinds < 0.5
    return Verdict(heading if fits else 0.0, fits)


# Small areas say more about a place than large ones: census areas, then wards, then authorities.
_FINENESS = {
    "E01": 0.09,
    "W01": 0.09,
    "S01": 0.09,
    "E00": 0.07,
    "W00": 0.07,
    "E02": 0.06,
    "W02": 0.06,
    "E05": 0.05,
    "W05": 0.05,
}


def _area_code(heading: float, sample: ColumnSample) -> Verdict:
    found = share_like(sample, GSS_CODE)
    if found < 0.4:
        # Beats and local areas have codes of their own; a heading that says "area code" is then all there is.
        own = heading >= SURE and not column_values.is_free_text(sample) and max(map(len, sample.texts)) <= 12
        return Verdict(LEAST if own else 0.0, False)
    first = max({text[:3] for text in sample.texts}, key=[text[:3] for text in sample.texts].count)
    return Verdict(min(max(heading, 0.55), 0.88) + _FINENESS.get(first, 0.0), True)


def _date(heading: float, sample: ColumnSample) -> Verdict:
    found = column_values.date_share(sample)
    written = column_values.date_finding(sample).format
    if heading:
        is_year = written == "YYYY" and heading < SURE
        is_mixed = heading >= SURE and column_values.is_mixed_dates(sample)
        return _confirm(heading, fits=(found >= 0.7 and not is_year) or is_mixed)
    bare = written.startswith(("YYYY ", "Excel", "YYYYMMDD")) or written in {"YYYY", "MM/YYYY"}
    life = not heading_score("date", f"date {sample.heading}")
    fits = found >= 0.9 and not bare and not life and not heading_score("date_to", sample.heading)
    return Verdict(0.5 if fits else 0.0, fits)


def _date_to(heading: float, sample: ColumnSample) -> Verdict:
    return _confirm(heading, fits=column_values.date_share(sample) >= 0.7)


def _time(heading: float, sample: ColumnSample) -> Verdict:
    return _confirm(heading, fits=column_values.time_share(sample) >= 0.8)


def _part(least: int, most: int) -> Judge:
    def judge(heading: float, sample: ColumnSample) -> Verdict:
        return _confirm(heading, fits=column_values.are_numbers(sample, least, most))

    return judge


def _month(heading: float, sample: ColumnSample) -> Verdict:
    named = column_values.share(sample, lambda text: text.casefold().strip(".") in MONTH_NAMES)
    return _confirm(heading, fits=named >= 0.9 or column_values.are_numbers(sample, 1, 12))


def _coded(field: str) -> Judge:
    list_name = CODED_FIELDS[field]
    needs_words = field in {"basis", "told_by", "age_band"}

    def judge(heading: float, sample: ColumnSample) -> Verdict:
        are_ages = field == "age_band" and column_values.are_numbers(sample, -1, 130)
        if are_ages or column_values.is_free_text(sample):
            return Verdict(0.0, False)
        matched = word_share(sample, list_name)
        if heading >= SURE:
            if matched < 0.3 and (needs_words or column_values.are_numbers(sample, -1e12, 1e12)):
                return Verdict(0.0, False)
            return Verdict(heading + 0.08 * matched, matched >= 0.3)
        fits = matched >= (0.3 if heading >= 0.7 else 0.5)
        return Verdict(heading + 0.2 * matched if fits else 0.0, fits)

    return judge


def _age(heading: float, sample: ColumnSample) -> Verdict:
    return _confirm(heading, fits=column_values.are_numbers(sample, -1, 130))


def _yes_no(heading: float, sample: ColumnSample) -> Verdict:
    return _confirm(heading, fits=column_values.yes_no_share(sample) >= 0.7)


def _children(heading: float, sample: ColumnSample) -> Verdict:
    return _confirm(heading, fits=column_values.are_numbers(sample, 0, 200) and not column_values.has_fractions(sample))


def _handling(heading: float, sample: ColumnSample) -> Verdict:
    return _confirm(heading, fits=column_values.handling_share(sample) >= 0.3)


BY_VALUES = frozenset({"latitude", "longitude", "easting", "northing", "cell", "postcode", "area_code", "date"})
"""Fields that values alone can speak for."""

JUDGES: dict[str, Judge] = {
    "reference": _reference,
    "latitude": _degrees(90.0, "y"),
    "longitude": _degrees(180.0, "x"),
    "easting": _metres("longitude", 180.0),
    "northing": _metres("latitude", 90.0),
    "cell": _cell,
    "postcode": _postcode,
    "area_code": _area_code,
    "uprn": _place_number,
    "usrn": _place_number,
    "place_name": _place_name,
    "locality": _place_name,
    "date": _date,
    "date_to": _date_to,
    "time": _time,
    "time_to": _time,
    "year": _part(1_900, 2_100),
    "month": _month,
    "day": _part(1, 31),
    "hour": _part(0, 23),
    "minute": _part(0, 59),
    "harm": _coded("harm"),
    "setting": _coded("setting"),
    "age_band": _coded("age_band"),
    "age": _age,
    "basis": _coded("basis"),
    "told_by": _coded("told_by"),
    "is_proactive": _yes_no,
    "adult_at_risk": _yes_no,
    "children_count": _children,
    "handling": _handling,
}
