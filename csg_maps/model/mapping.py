"""How the columns of a file become fields of a record: what a person confirms and an agency's profile keeps."""

import json
from dataclasses import asdict, dataclass, field

FIELDS = (
    "reference",  # the agency's own reference; only its keyed hash is kept
    "latitude",
    "longitude",
    "easting",
    "northing",
    "cell",  # an H3 cell
    "postcode",
    "area_code",
    "uprn",  # a property's number; leads to its point, and is not kept
    "usrn",  # a street's number
    "place_name",  # a short text; leads to a place once a person has confirmed it, and is not kept
    "locality",  # where about the named place is
    "date",  # one column with a date, a month, or a date and time
    "time",  # a time of day, or an hour, beside `date`
    "date_to",  # the end of a range
    "time_to",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "harm",
    "setting",
    "age_band",
    "age",  # in years; becomes a band
    "basis",
    "told_by",
    "is_proactive",
    "adult_at_risk",
    "children_count",
    "handling",  # P, C, or a grade such as 2/B/P a row
)

NAMED_FIELDS = ("uprn", "usrn", "place_name", "locality")
"""Fields that lead to a place by a number or a name."""

MAY_HOLD = {
    "uprn": ("uprn",),
    **dict.fromkeys(("address", "postcode", "free_text", "phone", "email", "nhs_number", "registration", "date_of_birth"),
                    ("place_name", "locality")),
}  # fmt: skip
"""What may stand in the column of such a field although it identifies people: the text only leads to a place, and is kept
with no record; one that holds any of these is neither shown nor remembered."""

CODED_FIELDS = {"harm": "harms", "setting": "settings", "age_band": "age_bands", "basis": "basis", "told_by": "told_by"}
"""Fields whose words are matched to a code list."""


@dataclass(frozen=True)
class Suggestion:
    """A column proposed for a field, with the reason in a sentence; `score` is 0 to 1."""

    field: str
    column: str
    score: float
    reason: str


@dataclass(frozen=True)
class ColumnMapping:
    """What was decided for one layout (one set of headings).

    `fields` maps a field to a column; `formats` maps a date or time column to its one explicit format; `words` maps
    a coded field to {the file's word: our code}; `constants` gives a coded field one code for the whole file; `crs` is the
    coordinate system of latitude/longitude or easting/northing ("EPSG:4326"); `left_out` names columns that the person
    chose to leave out because they identify people.
    """

    fields: dict[str, str] = field(default_factory=dict)
    crs: str = ""
    formats: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class SavedProfile:
    """A mapping that somebody decided once, kept under a name for an agency's layout (`intake.meaning.profiles.layout_key`)."""

    name: str
    agency: str
    layout_key: str
    mapping: ColumnMapping


def mapping_to_json(mapping: ColumnMapping) -> str:
    """The mapping as JSON text, keys sorted, so that equal mappings give equal text.

    >>> mapping_from_json(mapping_to_json(ColumnMapping({"date": "Dyddiad"}))).fields
    {'date': 'Dyddiad'}
    """
    return json.dumps(asdict(mapping), ensure_ascii=False, sort_keys=True)


def mapping_from_json(text: str) -> ColumnMapping:
    """The mapping that `mapping_to_json` wrote."""
    raw = json.loads(text)
    return ColumnMapping(**{**raw, "left_out": tuple(raw.get("left_out", ()))})
