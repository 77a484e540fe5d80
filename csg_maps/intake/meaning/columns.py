"""Which column is what: a field proposed for a column from its heading and from its values, each with the reason.

Nothing is decided here: a person confirms. A column is proposed for one field at most, and a field gets one column.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from csg_maps.geography.crs import is_degrees
from csg_maps.i18n import _
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning.column_headings import SURE, heading_score
from csg_maps.intake.meaning.column_judges import BY_VALUES, JUDGES, LEAST, Verdict
from csg_maps.intake.meaning.column_values import ColumnSample, take_sample
from csg_maps.model.mapping import FIELDS, NAMED_FIELDS, Suggestion


@dataclass(frozen=True)
class _Candidate:
    suggestion: Suggestion
    stated_share: float


def suggest_columns(table: RawTable) -> tuple[Suggestion, ...]:
    """Fields proposed for the columns of a table, best first.

    Latitude and longitude are preferred to eastings and northings, points to names of places, one whole date to its parts,
    and points that the file itself holds (with a known coordinate system) to columns of numbers. Half of a coordinate is
    never proposed. Free text is never proposed for a coded field.
    """
    samples = {column: take_sample(table.frame[column], column) for column in table.columns}
    candidates = [
        _Candidate(suggestion, sample.stated_share)
        for column, sample in samples.items()
        if column not in table.point_columns and sample.texts
        for suggestion in _suggest(sample)
    ]
    candidates += [_Candidate(suggestion, 1.0) for suggestion in _suggest_points(table)]
    chosen = _assign(candidates)
    return _prefer_degrees(_whole_dates(_names_where_needed(_whole_points(chosen))))


def _suggest(sample: ColumnSample) -> Iterable[Suggestion]:
    for field in FIELDS:
        heading = heading_score(field, sample.heading)
        if not heading and field not in BY_VALUES:
            continue
        verdict = JUDGES[field](heading, sample)
        if verdict.score >= LEAST:
            yield Suggestion(field, sample.heading, round(verdict.score, 3), _reason(heading, verdict))


def _reason(heading: float, verdict: Verdict) -> str:
    if heading >= SURE and verdict.fits:
        return _("The heading says so, and the values fit.")
    if heading and verdict.fits:
        return _("The heading may mean this, and the values fit.")
    if heading:
        return _("The heading says so; the values neither fit nor speak against it.")
    return _("The heading does not say so, but the values look like it.")


def _suggest_points(table: RawTable) -> Iterable[Suggestion]:
    """The columns made from the file's own points."""
    if not table.point_columns:
        return
    east, north = table.point_columns
    if table.crs:
        fields, score = ("longitude", "latitude") if is_degrees(table.crs) else ("easting", "northing"), 0.97
        reason = _("These are the points that the file itself holds, in {crs}.").format(crs=table.crs)
    else:
        fields, score = ("easting", "northing"), 0.75
        reason = _("These are the points that the file itself holds; it does not name their coordinate system.")
    yield Suggestion(fields[0], east, score, reason)
    yield Suggestion(fields[1], north, score, reason)


def _assign(candidates: list[_Candidate]) -> dict[str, _Candidate]:
    """One column a field, one field a column, the best first; of equals the fuller column, then the first."""
    order = sorted(candidates, key=lambda one: (-one.suggestion.score, -round(one.stated_share, 2)))
    chosen: dict[str, _Candidate] = {}
    taken: set[str] = set()
    for candidate in order:
        field, column = candidate.suggestion.field, candidate.suggestion.column
        if field not in chosen and column not in taken:
            chosen[field] = candidate
            taken.add(column)
    return chosen


def _whole_points(chosen: dict[str, _Candidate]) -> dict[str, _Candidate]:
    """Without halves of a coordinate."""
    kept = dict(chosen)
    for pair in (("latitude", "longitude"), ("easting", "northing")):
        if sum(field in kept for field in pair) == 1:
            kept = {field: one for field, one in kept.items() if field not in pair}
    return kept


_POINT_FIELDS = ("latitude", "easting", "cell", "postcode")
_MOSTLY_STATED = 0.5


def _names_where_needed(chosen: dict[str, _Candidate]) -> dict[str, _Candidate]:
    """Without names of places where most rows have a point of their own, and without a locality that stands alone."""
    placed = max((chosen[field].stated_share for field in _POINT_FIELDS if field in chosen), default=0.0)
    dropped = set(NAMED_FIELDS) if placed >= _MOSTLY_STATED else set()
    if "place_name" not in chosen:
        dropped.add("locality")
    return {field: one for field, one in chosen.items() if field not in dropped}


def _whole_dates(chosen: dict[str, _Candidate]) -> dict[str, _Candidate]:
    """A whole date makes its parts needless, a time makes the hour needless; parts without a year say nothing."""
    has_date = "date" in chosen
    dropped: set[str] = {"year", "month", "day"} if has_date else set()
    if not has_date and "year" not in chosen:
        dropped |= {"month", "day", "hour", "minute", "time", "time_to"}
    if not has_date:
        dropped |= {"time", "date_to", "time_to"}
    if "time" in chosen and has_date:
        dropped |= {"hour", "minute"}
    if "hour" not in chosen:
        dropped.add("minute")
    return {field: one for field, one in chosen.items() if field not in dropped}


def _prefer_degrees(chosen: dict[str, _Candidate]) -> tuple[Suggestion, ...]:
    if "latitude" in chosen and "easting" in chosen:
        degrees, metres = chosen["latitude"].stated_share, chosen["easting"].stated_share
        kept, dropped = (("latitude", "longitude"), ("easting", "northing"))
        if degrees < metres / 2:
            kept, dropped = dropped, kept
        names = ", ".join(chosen[field].suggestion.column for field in dropped)
        note = _("{columns} say the same in another coordinate system, and are not needed.").format(columns=names)
        for field in kept:
            one = chosen[field]
            reason = f"{one.suggestion.reason} {note}"
            chosen[field] = replace(one, suggestion=replace(one.suggestion, reason=reason))
        chosen = {field: one for field, one in chosen.items() if field not in dropped}
    return tuple(sorted((one.suggestion for one in chosen.values()), key=lambda one: (-one.score, one.field)))
