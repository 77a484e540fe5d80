"""The rules for rows: code, level, message and fix of each, and the small functions that decide them.

A finding names rows; what concerns the file as a whole is said once. No message quotes a coordinate or a cell of a column
that could hold free text; words are quoted from coded columns only.
"""

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.i18n import N_
from csg_maps.intake.meaning.coded import text_column
from csg_maps.intake.messages import RuleText, found, register
from csg_maps.model.problems import Problem

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Finding:
    """Rows that a rule caught: a mask as long as the table, and the heading concerned."""

    rule: RuleText
    rows: Bools
    column: str = ""


@dataclass(frozen=True)
class WholeFile:
    """Something about the file as a whole."""

    rule: RuleText
    column: str = ""
    facts: dict[str, str] = field(default_factory=dict)


# Where

UNREADABLE_COORDINATE = register(
    "unreadable-coordinate",
    "quarantine",
    N_("The coordinate is not a number."),
    N_("Write it as digits, such as 51.8797 or 508653, or leave both coordinates blank."),
)
HALF_COORDINATE = register(
    "half-coordinate",
    "quarantine",
    N_("One coordinate is blank and the other is not."),
    N_("Give both coordinates, or leave both blank."),
)
ZERO_COORDINATE = register(
    "zero-coordinate",
    "quarantine",
    N_("Both coordinates are 0, which is in the sea off Africa."),
    N_("Give the coordinates, or leave both blank where the place is not known."),
)
OUT_OF_RANGE = register(
    "coordinate-out-of-range",
    "quarantine",
    N_("The coordinates are not a place in their coordinate system."),
    N_("Check the coordinates and which coordinate system they are in."),
)
SWAPPED = register(
    "swapped",
    "quarantine",
    N_("{rows} rows would lie in the area if {x} and {y} were exchanged. They are kept apart."),
    N_("Exchange the two columns: map each to the other field, and import again."),
)
SWAPPED_ROW = register(
    "swapped-row",
    "quarantine",
    N_("The row would lie in the area if its two coordinates were exchanged."),
    N_("Exchange the two values, if that is where it happened."),
)
LOST_MINUS = register(
    "lost-minus",
    "quarantine",
    N_("{rows} rows would lie in the area if {x} had a minus sign. They are kept apart."),
    N_("Ask for the file with its minus signs: longitudes west of Greenwich are negative."),
)
LOST_MINUS_ROW = register(
    "lost-minus-row",
    "quarantine",
    N_("The row would lie in the area if its longitude had the other sign."),
    N_("Correct the sign, if that is where it happened."),
)
WRONG_SYSTEM = register(
    "wrong-coordinate-system",
    "quarantine",
    N_("{rows} rows would lie in the area if {x} and {y} were {crs}. They are kept apart."),
    N_("Set the coordinate system to {crs} (and check which column is which), and import again."),
)
WRONG_SYSTEM_ROW = register(
    "wrong-coordinate-system-row",
    "quarantine",
    N_("The row would lie in the area if its coordinates were in another coordinate system."),
    N_("Convert the row's coordinates to the system of the other rows."),
)
OUTSIDE = register(
    "outside-area",
    "quarantine",
    N_("The place is more than 500 m outside the area."),
    N_("Correct the place, or leave the row out if it happened elsewhere."),
)
UNREADABLE_CELL = register(
    "unreadable-cell",
    "quarantine",
    N_("This is not an H3 cell of resolution 7 or finer."),
    N_("Write the cell as H3 does, 15 hexadecimal digits such as 8b195da49a8cfff."),
)
COARSE_CELL = register(
    "coarse-cell",
    "warning",
    N_(
        "{rows} rows give a cell larger than resolution 11. They are counted by area (that of its centre) but not mapped."
    ),
    N_("Ask the agency for cells of resolution 11, or for coordinates."),
)
POSTCODE_NOT_FOUND = register(
    "postcode-not-found",
    "warning",
    N_("The postcode of {rows} rows is not in the postcode table, or is no whole postcode. They are not on the map."),
    N_("Load a newer postcode table, or ask for whole postcodes."),
)
UPRN_NOT_FOUND = register(
    "uprn-not-found",
    "warning",
    N_("The UPRN of {rows} rows is not in the table of UPRNs. What else the row says of its place is used."),
    N_("Load a newer table of UPRNs (Areas, your own tables)."),
)
USRN_NOT_FOUND = register(
    "usrn-not-found",
    "warning",
    N_("The USRN of {rows} rows is not in the table of streets. What else the row says of its place is used."),
    N_("Load a newer table of streets (Areas, your own tables)."),
)
PLACE_WITHHELD = register(
    "place-text-withheld",
    "warning",
    N_(
        "{rows} rows name their place in a text that is too long or may tell of a person. It was neither shown nor kept."
    ),
    N_("Ask the agency to write only the place. Put the rows on the map by hand, if the place is known."),
)
PLACE_NOT_KNOWN = register(
    "place-not-known",
    "quarantine",
    N_("The row names its place in words, and nobody has said yet which place is meant."),
    N_("Confirm the name when adding the file, or put the row on the map by hand."),
)
DECIMAL_COMMA = register(
    "decimal-comma",
    "info",
    N_("{rows} rows write coordinates with a decimal comma; it was read as a decimal point."),
    N_("Nothing to do."),
)
NO_PLACE = register(
    "no-place",
    "info",
    N_("The row has no place on the map. It is kept, and counted by area where it has one."),
    N_("Nothing to do, unless the agency holds the place."),
)
SNAPPED = register(
    "snapped-points",
    "info",
    N_(
        "{share} of the {rows} rows with a point share it with another row ({points} points): the points stand for streets."
    ),
    N_("Nothing to do. Nothing is claimed about single streets from such data."),
)
DEFAULT_POINT = register(
    "default-point",
    "warning",
    N_('{rows} rows lie on one exact point, far more than on any usual one. It may stand for "not known".'),
    N_(
        "Ask the agency what the point stands for. If it is an office, add it to the recording addresses and import again."
    ),
)
NEAR_PREMISES = register(
    "hidden-premises",
    "info",
    N_(
        "{rows} rows are at addresses that must not appear, or where things are only written down. They keep their area only."
    ),
    N_("Nothing to do."),
)
PRIVATE_SETTING = register(
    "hidden-setting",
    "info",
    N_("{rows} rows happened in a home or care setting. They keep their area only."),
    N_("Nothing to do."),
)
AREAS_DISAGREE = register(
    "areas-disagree",
    "warning",
    N_(
        "For {rows} of {compared} rows ({share}) the area code in the file is not the {layer} area that its point lies in."
    ),
    N_("Nothing to do. Counts use the point; the file's own code is kept beside it."),
)
AREA_CODE_UNKNOWN = register(
    "area-code-unknown",
    "warning",
    N_("{rows} rows have no point, and an area code that no loaded layer knows: {codes}."),
    N_("Load the layer of these codes, or a lookup from their year to the year of the layer."),
)

# When

UNREADABLE_DATE = register(
    "unreadable-date",
    "quarantine",
    N_("The date does not exist, or is not written as {format}."),
    N_("Write every date of the column as {format}, or choose another format for it."),
)
TIME_UNREADABLE = register(
    "unreadable-time",
    "warning",
    N_("The time of day cannot be read. The row is kept with its day."),
    N_("Write times like 21:30."),
)
BACKWARDS = register(
    "range-backwards",
    "quarantine",
    N_("The row ends before it begins."),
    N_("Check which date is the first and which the last."),
)
FUTURE = register(
    "future-date",
    "quarantine",
    N_("The date is after today."),
    N_("Correct the date. Day and month in the wrong order often make one: the format {format} was used."),
)
TOO_OLD = register(
    "date-too-old",
    "quarantine",
    N_("The date is before 1990."),
    N_("Correct the date; 1900 and 1970 are what programs write for none. The format {format} was used."),
)
NO_DATE = register(
    "no-date",
    "warning",
    N_("The row has no date. It is kept, and takes no part in anything by time."),
    N_("Give the date if the agency holds it."),
)
MISSING_MONTHS = register(
    "missing-months",
    "warning",
    N_("Between the first and the last month nothing came for: {months}."),
    N_("Ask the agency for these months. No data is not the same as nothing happened."),
)
SHARP_DROP = register(
    "sharp-drop",
    "warning",
    N_("{month} has {rows} rows, where {usual} a month were usual. The supply may be incomplete."),
    N_("Ask the agency whether everything was sent. A drop in rows is not a drop in harm."),
)

# What, and who may use it

UNKNOWN_WORD = register(
    "unknown-word",
    "warning",
    N_('"{word}" is not mapped to a code ({rows} rows).'),
    N_("Choose a code for the word, and import again to use it."),
)
FREE_TEXT = register(
    "free-text-column",
    "warning",
    N_("The column {heading} holds {count} different texts, which is free text and not a list. It was not used."),
    N_("Choose a column that holds one of a few words, or leave the field out."),
)
AGE_UNREADABLE = register(
    "unreadable-age",
    "warning",
    N_("{rows} ages are not a number from 0 to 120. Their age is kept as not stated."),
    N_("Write ages as whole years."),
)
COUNT_UNREADABLE = register(
    "unreadable-count",
    "warning",
    N_("{rows} counts of children are not a whole number. They are kept as not stated."),
    N_("Write how many as digits."),
)
YES_NO_UNKNOWN = register(
    "unknown-yes-no",
    "warning",
    N_("{rows} values are neither yes nor no. They are kept as no."),
    N_("Write yes or no."),
)
HANDLING_UNREADABLE = register(
    "unreadable-handling",
    "quarantine",
    N_("The handling code is neither P nor C, nor a grade that ends in one, such as 2/B/P."),
    N_("Ask the police who may use the row, and correct its code."),
)
HANDLING_BLANK = register(
    "blank-handling",
    "info",
    N_("{rows} rows have no handling code. What was said for the whole file holds for them."),
    N_("Nothing to do, if that is meant."),
)

# Rows that are here already

DUPLICATE_IN_FILE = register(
    "duplicate-in-file",
    "duplicate",
    N_("The row equals an earlier row of the file in every column, its reference included."),
    N_("Nothing to do. It is counted once."),
)
HELD_ALREADY = register(
    "held-already",
    "duplicate",
    N_("The row is held already from an earlier supply of this agency."),
    N_("Nothing to do. It is counted once."),
)
REFERENCE_REPEATED = register(
    "reference-repeated",
    "warning",
    N_("Another row of the file has the same reference and different content. Both are kept."),
    N_("Ask the agency whether they are one event."),
)
REFERENCE_KNOWN = register(
    "reference-known",
    "warning",
    N_("An earlier supply has the same reference with different content. Both are kept."),
    N_("If the agency corrected the row, withdraw the earlier supply."),
)
ROW_NOT_READ = register(
    "row-not-read",
    "refuse",
    N_("The row could not be read, so it was not kept."),
    N_("See what else is said about the row, mend it in the file, and import again."),
)


def row_problems(finding: Finding, file: str, rows: npt.NDArray[np.int64], **facts: str) -> pd.DataFrame:
    """A problem for each row that a finding caught, as a frame (`model.problems.PROBLEM_COLUMNS`)."""
    caught = rows[finding.rows]
    constants = (finding.rule.code, finding.rule.level, file, finding.column, json.dumps(facts, ensure_ascii=False))
    first = np.zeros(len(caught), dtype=np.intp)
    code, level, name, column, values = (text_column([text], first) for text in constants)
    return pd.DataFrame({"code": code, "level": level, "file": name, "row": caught, "column": column, "values": values})


def problems_frame(problems: Iterable[Problem]) -> pd.DataFrame:
    """Problems as a frame (`model.problems.PROBLEM_COLUMNS`)."""
    rows = [
        (one.code, one.level, one.file, one.row, one.column, json.dumps(one.values, ensure_ascii=False))
        for one in problems
    ]
    frame = pd.DataFrame(rows, columns=["code", "level", "file", "row", "column", "values"])
    return frame.astype({**dict.fromkeys(("code", "level", "file", "column", "values"), "str"), "row": "int64"})


def whole_file_problem(found_once: WholeFile, file: str) -> Problem:
    """A problem that names no row."""
    return found(found_once.rule, file, 0, found_once.column, **found_once.facts)


MONTHS_TO_JUDGE = 3
USUAL_MONTHS = 3
USUAL_ROWS = 30
DROP = 0.4


def volume_problems(months: pd.DataFrame, file: str, today: datetime.date) -> list[Problem]:
    """Missing months, and a sharp drop in the last ones: supplies can be incomplete without a word.

    Parameters
    ----------
    months
        month (str, YYYY-MM) and rows (int64) of the supply; repeated months are added up.
    file
        The name to say.
    today
        The running month is never called a drop.

    A drop is a month among the last three with less than 40% of the median of the months before them, where that
    median is at least 30 rows over at least three months.
    """
    counted = months.groupby("month")["rows"].sum().sort_index()
    if counted.empty:
        return []
    every = pd.period_range(counted.index[0], counted.index[-1], freq="M").strftime("%Y-%m")
    missing = [month for month in every if month not in counted.index]
    problems = []
    if missing:
        named = ", ".join(missing[:24]) + (", …" if len(missing) > 24 else "")
        problems.append(found(MISSING_MONTHS, file, months=named))
    before, last = counted.iloc[:-MONTHS_TO_JUDGE], counted.iloc[-MONTHS_TO_JUDGE:]
    if len(before) < USUAL_MONTHS:
        before, last = counted.iloc[:-1], counted.iloc[-1:]
    usual = float(before.median()) if len(before) >= USUAL_MONTHS else 0.0
    if usual >= USUAL_ROWS:
        problems += [
            found(SHARP_DROP, file, month=month, rows=f"{rows:,}", usual=f"{usual:,.0f}")
            for month, rows in last.items()
            if rows < DROP * usual and month < today.strftime("%Y-%m")
        ]
    return problems
