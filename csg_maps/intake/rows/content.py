"""What each row says happened, to whom, and who may use it: the coded fields of a record."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.intake.meaning.ages import read_ages
from csg_maps.intake.meaning.coded import CodedColumn, code_column, constant_column, text_column, whole_numbers
from csg_maps.intake.meaning.column_texts import Distinct
from csg_maps.intake.meaning.words import read_handling, read_yes_no
from csg_maps.intake.messages import RuleText
from csg_maps.intake.rows.rules import (
    AGE_UNREADABLE,
    COUNT_UNREADABLE,
    FREE_TEXT,
    HANDLING_BLANK,
    HANDLING_UNREADABLE,
    UNKNOWN_WORD,
    YES_NO_UNKNOWN,
    Finding,
    WholeFile,
)
from csg_maps.model.mapping import CODED_FIELDS, ColumnMapping
from csg_maps.model.provenance import Sharing
from csg_maps.model.vocabulary import NOT_STATED

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Content:
    """For each row: the codes of each coded field, age band, yes/no fields, counts, handling.

    `free_text` names fields whose column turned out to be free text and was not used.
    """

    coded: dict[str, CodedColumn]
    age_band: "pd.Series[str]"
    adult_at_risk: Bools
    is_proactive: Bools
    children_count: npt.NDArray[np.int64]
    handling: "pd.Series[str]"
    recipients: "pd.Series[str]"
    free_text: tuple[str, ...]
    findings: tuple[Finding, ...]
    whole_file: tuple[WholeFile, ...]


def read_content(
    frame: pd.DataFrame, mapping: ColumnMapping, words: dict[str, Distinct], sharing: Sharing, agency: str
) -> Content:
    """Codes and flags of each row. `words` holds the distinct texts of every mapped column of words, by field."""
    rows = len(frame)
    whole_file: list[WholeFile] = []
    coded: dict[str, CodedColumn] = {}
    for field, list_name in CODED_FIELDS.items():
        if field in mapping.fields:
            coded[field] = code_column(field, words[field], mapping.words.get(field, {}))
            whole_file += _say_words(coded[field], mapping.fields[field])
        else:
            coded[field] = constant_column(mapping.constants.get(field, NOT_STATED[list_name]), rows)
    age_band, told = _age_band(frame, mapping, coded["age_band"])
    whole_file += told
    flags: dict[str, Bools] = {}
    for field in ("adult_at_risk", "is_proactive"):
        flags[field], told = _yes_no(frame, mapping, field)
        whole_file += told
    children = np.zeros(rows, dtype=np.int64)
    if "children_count" in mapping.fields:
        children, strange = whole_numbers(words["children_count"])
        whole_file += _counted(COUNT_UNREADABLE, strange, mapping.fields["children_count"])
    handling, recipients, findings, told = _handling(frame, mapping, sharing, agency)
    whole_file += told
    return Content(
        coded,
        age_band,
        flags["adult_at_risk"],
        flags["is_proactive"],
        children,
        handling,
        recipients,
        tuple(field for field, column in coded.items() if column.texts),
        findings,
        tuple(whole_file),
    )


def _say_words(column: CodedColumn, heading: str) -> list[WholeFile]:
    """One warning a word that is not mapped; for free text one warning that quotes nothing."""
    if column.texts:
        return [WholeFile(FREE_TEXT, heading, {"heading": heading, "count": f"{column.texts:,}"})]
    several = sorted(column.unknown.items(), key=lambda item: (-item[1], item[0]))
    return [WholeFile(UNKNOWN_WORD, heading, {"word": word, "rows": f"{rows:,}"}) for word, rows in several]


def _counted(rule: RuleText, rows: Bools, heading: str) -> list[WholeFile]:
    return [WholeFile(rule, heading, {"rows": f"{int(rows.sum()):,}"})] if rows.any() else []


def _age_band(
    frame: pd.DataFrame, mapping: ColumnMapping, bands: CodedColumn
) -> tuple["pd.Series[str]", list[WholeFile]]:
    """The band that the file gives, and where it gives none, the band of the age in years."""
    if "age" not in mapping.fields:
        return bands.column, []
    read = read_ages(frame[mapping.fields["age"]])
    told = _counted(AGE_UNREADABLE, read.bad, mapping.fields["age"])
    if "age_band" not in mapping.fields:
        return read.bands.astype("str"), told
    given = bands.column
    return given.where(given != "unknown", read.bands.astype("str")), told


def _yes_no(frame: pd.DataFrame, mapping: ColumnMapping, field: str) -> tuple[Bools, list[WholeFile]]:
    if field not in mapping.fields:
        return np.full(len(frame), mapping.constants.get(field, "") == "yes"), []
    read = read_yes_no(frame[mapping.fields[field]])
    return read.values, _counted(YES_NO_UNKNOWN, read.bad, mapping.fields[field])


def _handling(
    frame: pd.DataFrame, mapping: ColumnMapping, sharing: Sharing, agency: str
) -> tuple["pd.Series[str]", "pd.Series[str]", tuple[Finding, ...], list[WholeFile]]:
    """Handling and recipients of each row: a row's own code may narrow what was said for the file, never widen it.

    A row that is C where the file names no recipients is for the agency that sent it alone.
    """
    rows = len(frame)
    is_c = np.full(rows, sharing.handling == "C")
    findings: tuple[Finding, ...] = ()
    told: list[WholeFile] = []
    if "handling" in mapping.fields:
        heading = mapping.fields["handling"]
        read = read_handling(frame[heading])
        is_c |= (read.codes == "C").to_numpy(dtype=bool)
        if read.bad.any():
            findings = (Finding(HANDLING_UNREADABLE, read.bad, heading),)
        told = _counted(HANDLING_BLANK, read.blank, heading)
    level = is_c.astype(np.int64)
    recipients = ",".join(sharing.recipients) or agency
    return text_column(["P", "C"], level), text_column(["", recipients], level), findings, told
