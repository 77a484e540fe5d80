"""The blank return: a form of our own for agencies without a system, that imports without any mapping.

Its headings are written in both languages at once and never translated anew, so that a form handed out a year ago is still
known. What changes them is a new version.
"""

import re
from dataclasses import dataclass

from csg_maps.i18n import N_, _, speaking
from csg_maps.model.mapping import CODED_FIELDS
from csg_maps.model.vocabulary import NOT_CODED_HARM, codes

VERSION = 1
RETURN_SHEET = "Return - Ffurflen"
GUIDE_SHEET = "Instructions - Cyfarwyddiadau"
CODES_SHEET = "Codes"
GUIDE_MARKER = "csg-return-guide"
"""The first cell of the instructions: such a sheet is not a table, and not read."""

_MARKER = re.compile(r"csg-return (\d{1,3}) ([a-z][a-z_]{1,40})")
_NOT_ASKED = {NOT_CODED_HARM, "violence.violence_and_sexual_offences", "substances.drugs"}
"""Codes for what other files say: nobody should choose them."""


@dataclass(frozen=True)
class ReturnColumn:
    """One column of the return: the field it is, its heading, what to write (English, a gettext id), and its kind.

    `kind` is date, time, list, yes_no, number, whole, postcode or reference.
    """

    field: str
    heading: str
    advice: str
    kind: str


RETURN_COLUMNS = (
    ReturnColumn("date", "Date / Dyddiad", N_("The day it happened, or was noticed. Needed in every row."), "date"),
    ReturnColumn("time", "Time / Amser", N_("Such as 21:30. Leave it blank when it is not known."), "time"),
    ReturnColumn("harm", "Harm / Niwed", N_("Choose from the list."), "list"),
    ReturnColumn("setting", "Kind of place / Math o le", N_("Choose from the list."), "list"),
    ReturnColumn("postcode", "Postcode / Cod post", N_("A whole postcode, when there are no coordinates."), "postcode"),
    ReturnColumn("easting", "Easting / Dwyreiniad", N_("British grid, in metres: six digits."), "number"),
    ReturnColumn("northing", "Northing / Gogleddiad", N_("British grid, in metres: six digits."), "number"),
    ReturnColumn("latitude", "Latitude / Lledred", N_("In place of the British grid, such as 51.48158."), "number"),
    ReturnColumn("longitude", "Longitude / Hydred", N_("West of Greenwich with a minus, such as -3.17909."), "number"),
    ReturnColumn("age_band", "Age band / Band oedran", N_("Of the young people, where known."), "list"),
    ReturnColumn("basis", "How it is known / Sut y gwyddys", N_("Choose from the list."), "list"),
    ReturnColumn("told_by", "Who told / Pwy ddywedodd", N_("Choose from the list."), "list"),
    ReturnColumn("children_count", "Number of children / Nifer y plant", N_("A whole number, where known."), "whole"),
    ReturnColumn(
        "is_proactive",
        "Found by enforcement / Canfuwyd drwy orfodi",
        N_("Yes when a search, patrol or operation found it."),
        "yes_no",
    ),
    ReturnColumn(
        "adult_at_risk",
        "Adult at risk / Oedolyn mewn perygl",
        N_("Yes when the person at risk is an adult."),
        "yes_no",
    ),
    ReturnColumn(
        "reference",
        "Your reference / Eich cyfeirnod",
        N_("A number of your own, so that a row sent twice is counted once. Never a name. No spaces."),
        "reference",
    ),
)
YES_NO = ("Yes / Ydy", "No / Nac ydy")
_BY_HEADING = {" ".join(column.heading.split()).casefold(): column.field for column in RETURN_COLUMNS}
_LEAST_HEADINGS = 3


def both_languages(label: str) -> str:
    """A label as the return writes it: English, then Welsh where there is any.

    >>> both_languages("Park or open space")
    'Park or open space / Parc neu fan agored'
    """
    with speaking("cy"):
        welsh = _(label)
    return label if welsh == label else f"{label} / {welsh}"


def english_part(text: str) -> str:
    """What stands before the Welsh in a value of the return."""
    return text.partition(" / ")[0].strip()


def return_codes(field: str) -> tuple[tuple[str, str], ...]:
    """(code, text of the drop-down) of a coded field, in the order of its list."""
    return tuple(
        (code.code, both_languages(code.label)) for code in codes(CODED_FIELDS[field]) if code.code not in _NOT_ASKED
    )


def marker(agency: str) -> str:
    """What the first row of the return says of itself: layout, version and agency."""
    return f"csg-return {VERSION} {agency}"


def read_marker(text: str) -> tuple[str, str] | None:
    """(version, agency) that a text says, None when it says nothing of the kind.

    >>> read_marker("Concerns about places – csg-return 1 police")
    ('1', 'police')
    """
    found = _MARKER.search(text)
    return (found[1], found[2]) if found else None


def return_fields(columns: tuple[str, ...]) -> dict[str, str]:
    """Field to heading when these are headings of the return, in any order and with columns missing; else {}.

    The date must be there, and at least two more; half of a coordinate is not used.

    >>> return_fields(("Harm / Niwed", "date / dyddiad ", "Postcode / Cod post"))["date"]
    'date / dyddiad '
    """
    fields: dict[str, str] = {}
    for column in columns:
        field = _BY_HEADING.get(" ".join(column.split()).casefold())
        if field:
            fields.setdefault(field, column)
    for pair in (("latitude", "longitude"), ("easting", "northing")):
        if sum(field in fields for field in pair) == 1:
            fields = {field: column for field, column in fields.items() if field not in pair}
    return fields if "date" in fields and len(fields) >= _LEAST_HEADINGS else {}
