"""Can this table be imported with this mapping? Each question is a rule; one that fails refuses the table, and says why."""

from collections.abc import Iterator

import numpy as np

from csg_maps.i18n import N_
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning.coded import MOST_WORDS, fold
from csg_maps.intake.meaning.column_texts import distinct
from csg_maps.intake.messages import found, register
from csg_maps.model.mapping import FIELDS, ColumnMapping
from csg_maps.model.problems import Problem
from csg_maps.model.vocabulary import known_words

UNKNOWN_FIELD = register(
    "unknown-field",
    "refuse",
    N_("There is no field {field}."),
    N_("Use one of these fields: {fields}."),
)
UNKNOWN_COLUMN = register(
    "unknown-column",
    "refuse",
    N_("The table has no column called {column}."),
    N_("Use one of its headings: {columns}."),
)
NO_DATE_COLUMN = register(
    "no-date-column",
    "refuse",
    N_("No column says when something happened, so this is not a table of concerns."),
    N_(
        "Name the column with the date (field date, or year and month). A table of areas or people counts goes elsewhere."
    ),
)
NO_PLACE_COLUMN = register(
    "no-place-column",
    "refuse",
    N_("No column says where something happened."),
    N_(
        "Name the columns with latitude and longitude, easting and northing, an H3 cell, a postcode, an area code, or the "
        "name of the place."
    ),
)
HALF_A_PLACE = register(
    "half-a-place",
    "refuse",
    N_("Only one of the two coordinates is named: {named}."),
    N_("Name the other column too, or neither."),
)
CRS_UNKNOWN = register(
    "crs-unknown",
    "refuse",
    N_("The coordinates in {columns} are in a system that the file does not name."),
    N_(
        "Say which: EPSG:4326 for latitude and longitude, EPSG:27700 for the British grid, or the one its owner states."
    ),
)
ALL_LEFT_OUT = register(
    "column-left-out-and-used",
    "refuse",
    N_("The column {column} is both left out and used."),
    N_("Choose one: leave the column out, or use it as {field}."),
)

HOMES_UNUSED = register(
    "homes-in-unused-column",
    "warning",
    N_("The column {name} has words for a home or a care setting in {rows} rows, and is not used."),
    N_("Name it as the kind of place (setting): records at a home or in care then lose their place on the map."),
)

NO_DATE_FORMAT = register(
    "no-date-format",
    "refuse",
    N_("Nothing in the column {name} reads as a date."),
    N_("Name another column as the date, or ask the agency for dates such as 31/01/2026."),
)

DATE_FIELDS = ("date", "year")
HOME_SETTINGS = ("home", "care")
PLACE_FIELDS = ("latitude", "easting", "cell", "postcode", "area_code", "uprn", "usrn", "place_name", "locality")


def refusals(name: str, columns: tuple[str, ...], mapping: ColumnMapping) -> tuple[Problem, ...]:
    """Every reason why the table called `name` cannot be imported with this mapping; () when it can."""
    return tuple(_refusals(name, columns, mapping))


def warnings(table: RawTable, mapping: ColumnMapping) -> tuple[Problem, ...]:
    """What should be thought of before the table is imported with this mapping: homes that nothing would hide."""
    if "setting" in mapping.fields or "setting" in mapping.constants:
        return ()
    homes = [word for word, code in known_words()["settings"].items() if code in HOME_SETTINGS]
    used = {*mapping.fields.values(), *mapping.left_out}
    told = []
    for column in table.columns:
        if column not in used:
            words = distinct(table.frame[column])
            if len(words.texts) <= MOST_WORDS:
                is_home = np.array([fold(text or "") in homes for text in words.texts.to_pylist()], dtype=bool)
                rows = int(is_home[words.positions].sum()) if len(is_home) else 0
                if rows:
                    told.append(found(HOMES_UNUSED, table.name, column=column, name=column, rows=rows))
    return tuple(told)


def _refusals(name: str, columns: tuple[str, ...], mapping: ColumnMapping) -> Iterator[Problem]:
    for field, column in mapping.fields.items():
        if field not in FIELDS:
            yield found(UNKNOWN_FIELD, name, field=field, fields=", ".join(FIELDS))
        elif column not in columns:
            yield found(UNKNOWN_COLUMN, name, column=column, columns=", ".join(columns))
        elif column in mapping.left_out:
            yield found(ALL_LEFT_OUT, name, column=column, field=field)
    if not any(field in mapping.fields for field in DATE_FIELDS):
        yield found(NO_DATE_COLUMN, name)
    dated = mapping.fields.get("date", "")
    if dated in columns and mapping.formats.get(dated) == "":
        yield found(NO_DATE_FORMAT, name, column=dated, name=dated)
    has_online = mapping.constants.get("setting") == "online"
    if not has_online and not any(field in mapping.fields for field in PLACE_FIELDS):
        yield found(NO_PLACE_COLUMN, name)
    for first, second in (("latitude", "longitude"), ("easting", "northing")):
        named = [field for field in (first, second) if field in mapping.fields]
        if len(named) == 1:
            yield found(HALF_A_PLACE, name, named=named[0])
        if len(named) == 2 and not mapping.crs:
            yield found(CRS_UNKNOWN, name, columns=f"{mapping.fields[first]}, {mapping.fields[second]}")
