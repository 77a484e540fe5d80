"""Layouts that are known by their headings: our own blank return, street files of data.police.uk, and its other files."""

from dataclasses import dataclass, field

from csg_maps.i18n import N_
from csg_maps.intake.messages import RuleText, found, register
from csg_maps.model.problems import Problem
from csg_maps.model.return_layout import RETURN_COLUMNS, return_fields
from csg_maps.settings import CRS_MAP

STREET, OUTCOMES, STOP_AND_SEARCH = "police-uk-street", "police-uk-outcomes", "police-uk-stop-and-search"
RETURN = "csg-return"
"""What `recognise` answers, beside "" for a layout that is not known."""

OUTCOMES_FILE = register(
    "outcomes-file",
    "refuse",
    N_("This is an outcomes file of data.police.uk: what followed from crimes that the street files already count."),
    N_("Import the street file of the same month (its name ends in -street.csv)."),
)
STOP_AND_SEARCH_FILE = register(
    "stop-and-search-file",
    "refuse",
    N_(
        "This is a stop-and-search file of data.police.uk: it describes people searched (age, gender, ethnicity), not harm."
    ),
    N_("Do not import it. Import street files (their names end in -street.csv)."),
)
_WRONG: dict[str, RuleText] = {OUTCOMES: OUTCOMES_FILE, STOP_AND_SEARCH: STOP_AND_SEARCH_FILE}


@dataclass(frozen=True)
class KnownLayout:
    """A layout whose mapping is known: headings that must be there, the column of each field, and the formats of dates."""

    name: str
    must_have: tuple[str, ...]
    fields: dict[str, str]
    formats: dict[str, str]
    crs: str
    is_background: bool
    constants: dict[str, str] = field(default_factory=dict)


BUILT_IN = {
    "police-uk": KnownLayout(
        name="police-uk",
        must_have=("Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "Crime type"),
        fields={
            "reference": "Crime ID",
            "date": "Month",
            "longitude": "Longitude",
            "latitude": "Latitude",
            "area_code": "LSOA code",
            "harm": "Crime type",
        },
        formats={"Month": "YYYY-MM"},
        crs=CRS_MAP,
        is_background=True,
        # a small month holds too few rows to show that its points stand for streets, so it is said here
        constants={"place_precision": "street"},
    ),
    RETURN: KnownLayout(
        name=RETURN,
        must_have=(),  # any column may be deleted: `return_fields` says what is enough
        fields={column.field: column.heading for column in RETURN_COLUMNS},
        formats={},
        crs=CRS_MAP,  # of its degrees; its eastings and northings are always the British grid
        is_background=False,
    ),
}
"""Profiles that nobody needs to save. Street files: Crime ID, Month, Reported by, Falls within, Longitude, Latitude, Location,
LSOA code, LSOA name, Crime type, Last outcome category, Context (https://data.police.uk/about/)."""

_OUTCOMES_HEADINGS = frozenset({"crime id", "month", "reported by", "falls within", "outcome type"})
_SEARCH_HEADINGS = frozenset({"object of search", "legislation", "self-defined ethnicity"})


def recognise(columns: tuple[str, ...]) -> str:
    """What kind of known file has these headings (in any order and case); "" for any other.

    >>> recognise(("Crime ID", "Month", "Reported by", "Falls within", "Location", "Outcome type"))
    'police-uk-outcomes'
    """
    headings = {column.strip().casefold() for column in columns}
    if headings >= _OUTCOMES_HEADINGS:
        return OUTCOMES
    if len(headings & _SEARCH_HEADINGS) >= 2:
        return STOP_AND_SEARCH
    if headings >= {heading.casefold() for heading in BUILT_IN["police-uk"].must_have}:
        return STREET
    return RETURN if return_fields(columns) else ""


def wrong_file(columns: tuple[str, ...], file: str) -> Problem | None:
    """Why a known file is not one to import, None when there is no such reason."""
    rule = _WRONG.get(recognise(columns))
    return found(rule, file) if rule else None
