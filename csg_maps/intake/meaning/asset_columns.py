"""Which column of a list of assets is what, with the reason for each: names, keys, opening hours, who checked them."""

import functools
import re
from dataclasses import dataclass

from csg_maps.i18n import _
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning import column_values
from csg_maps.intake.meaning.asset_kinds import KindSuggestion, suggest_kind
from csg_maps.intake.meaning.coded import fold
from csg_maps.intake.meaning.column_headings import heading_words
from csg_maps.intake.meaning.column_values import ColumnSample, share, take_sample
from csg_maps.intake.meaning.columns import suggest_columns
from csg_maps.model.asset import HOURS_FIELDS, AssetMapping
from csg_maps.model.mapping import Suggestion
from csg_maps.model.opening_hours import parse_day, parse_hours

PLACE_FIELDS = ("latitude", "longitude", "easting", "northing", "postcode")

CLOSED_WORDS = frozenset(
    {
        *(
            "inactive",
            "inact",
            "del",
            "closed",
            "deleted",
            "removed",
            "not in use",
            "revoked",
            "surrendered",
            "lapsed",
            "expired",
        ),
        *("ar gau", "wedi cau", "anactif"),
    }
)
OPEN_WORDS = frozenset(
    {
        *(
            "active",
            "act",
            "open",
            "new",
            "pending",
            "pen",
            "in use",
            "current",
            "granted",
            "open, but proposed to close",
        ),
        *("proposed to open", "ar agor", "gweithredol"),
    }
)

_NO_NAME = re.compile(
    r".*\b(?:area|ward|la|lad|lsoa|msoa|oa|hcl|local authority|authority|parish|locality|parent|grand|district|short|town"
    r"|suburb|street|road|landmark|contact|owner|holder|manager|head|first|last|sur|user|file|layer|lang|trust|county|region"
    r"|pcon)\b.*"
)
"""Names of something else than the asset: of the area around it, or of a person."""

_HEADINGS: dict[str, dict[float, str]] = {
    "name": {
        0.95: r"""(asset|site|place|premises|establishment|school|pharmacy|common|stop|business|trading|venue|park) ?name
            | (station|facility|organisation|club|hotel) ?name | name | enw | distname | title""",
        0.75: "(.* )?name | enw .* | (.* )?title | venue | site | premises | description | location | disgrifiad",
    },
    "name_cy": {
        0.97: """(.* )?name (cy|cym|cymraeg|welsh|w|alt) | welsh name | enw (cymraeg|cym|cy) | enw yn gymraeg | nam cy""",
    },
    "source_key": {
        0.95: r"""urn | unique reference number | atco ?code | fhrs ?id | ods code | organisation data service code | toid | gid
            | (asset|site|camera|column|licence|premises|record|poi|osm|place) ?(id|ref|reference|number|no) | id | uid""",
        0.70: "ref | reference | key | code | naptan ?code | fid | cyfeirnod | rhif",
        0.55: "object ?id",
    },
    "uprn": {0.97: "uprn | unique property reference number"},
    "state": {0.8: "(establishment |stop |licence |asset )?status( name)? | state | in use | statws | cyflwr"},
    "opening_hours": {0.95: "(opening|open) ?(hours|times)? | hours( of opening)? | oriau( agor)? | amser(au)? agor"},
    "verified_by": {0.95: "(verified|checked|confirmed) by | gwiriwyd gan | cadarnhawyd gan"},
    "verified_on": {
        0.95: """(date )?(verified|checked|confirmed)( on| date| at)? | last (verified|checked) | dyddiad gwirio
            | gwiriwyd( ar)?""",
    },
    "review_on": {0.95: "(next )?review( on| date| due| by)? | date of review | dyddiad adolygu | adolygu( ar)?"},
}
"""As `column_headings.HEADINGS`: between " | " stand regular expressions, each for a whole heading."""

_DAYS = (
    "monday|mon|llun",
    "tuesday|tues|tue|mawrth",
    "wednesday|weds|wed|mercher",
    "thursday|thurs|thur|thu|iau",
    "friday|fri|gwener",
    "saturday|sat|sadwrn",
    "sunday|sun|sul",
)


@dataclass(frozen=True)
class AssetProposal:
    """What is proposed for a table: fields with reasons, the kind with its reason, and the mapping that both make."""

    suggestions: tuple[Suggestion, ...]
    kind: KindSuggestion
    mapping: AssetMapping


def suggest_asset_mapping(table: RawTable, file_name: str) -> AssetProposal:
    """How the columns of a table become assets, as far as headings and values tell; a person confirms."""
    kind = suggest_kind(table, file_name)
    found = [one for one in suggest_columns(table) if one.field in PLACE_FIELDS]
    taken = {one.column for one in found} | {kind.column} | set(table.point_columns)
    samples = [take_sample(table.frame[column], column) for column in table.columns if column not in taken]
    candidates = sorted(
        (one for sample in samples if sample.texts for one in _candidates(sample)), key=lambda one: -one.score
    )
    chosen: dict[str, Suggestion] = {}
    for one in candidates:
        if one.field not in chosen and one.column not in {held.column for held in chosen.values()}:
            chosen[one.field] = one
    suggestions = tuple(found) + tuple(chosen.values())
    fields = {one.field: one.column for one in suggestions}
    if kind.column:
        fields["kind"] = kind.column
    crs = table.crs if table.point_columns and set(table.point_columns) <= set(fields.values()) else ""
    return AssetProposal(suggestions, kind, AssetMapping(fields, kind.kind, kind.words, crs))


def _candidates(sample: ColumnSample) -> list[Suggestion]:
    words = heading_words(sample.heading)
    found = []
    for field, patterns in _compiled().items():
        score = next((score for score, pattern in patterns if pattern.fullmatch(words)), 0.0)
        if score and (adjusted := _judge(field, score, words, sample)):
            found.append(
                Suggestion(field, sample.heading, round(adjusted, 3), _("The heading says so, and the values fit."))
            )
    return found


def _judge(field: str, score: float, words: str, sample: ColumnSample) -> float:
    """The score when the values fit, else 0."""
    if field in {"name", "name_cy"}:
        if field == "name" and (_NO_NAME.fullmatch(words) or column_values.are_numbers(sample, -1e15, 1e15)):
            return 0.0
        return score
    if field == "source_key":
        different = len(sample.texts) / max(len(sample.values), 1)
        return score if different >= 0.97 and sample.stated_share >= 0.97 else 0.0
    if field == "uprn":
        return score if share(sample, lambda text: text.isdigit() and len(text) <= 12) >= 0.9 else 0.0
    if field == "state":
        return score if share(sample, lambda text: fold(text) in CLOSED_WORDS | OPEN_WORDS) >= 0.9 else 0.0
    if field == "opening_hours":
        return score if share(sample, lambda text: not parse_hours(text).problem) >= 0.5 else 0.0
    if field in HOURS_FIELDS:
        return score if share(sample, lambda text: not parse_day(text)[1]) >= 0.5 else 0.0
    if field in {"verified_on", "review_on"}:
        return score if column_values.date_share(sample) >= 0.6 else 0.0
    return score


@functools.cache
def _compiled() -> dict[str, tuple[tuple[float, re.Pattern[str]], ...]]:
    compiled = {
        field: tuple(
            (score, re.compile("|".join(f"(?:{one})" for one in _split(headings)))) for score, headings in parts.items()
        )
        for field, parts in _HEADINGS.items()
    }
    for field, day in zip(HOURS_FIELDS, _DAYS, strict=True):
        before = r"(?:(?:opening|open|oriau|hours|opening hours|opening times|amser agor)(?: on)? )?(?:dydd )?"
        pattern = rf"{before}(?:{day})(?: (?:hours|opening|opening hours|opening times|oriau))?"
        compiled[field] = ((0.95, re.compile(pattern)),)
    return compiled


def _split(headings: str) -> list[str]:
    return re.split(r"\s+\|\s+", headings.strip())
