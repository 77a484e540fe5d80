"""The two frames that leave intake: records without any exact coordinate, and quarantined rows with all that mends them."""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.intake.meaning.coded import text_column
from csg_maps.intake.meaning.column_texts import Distinct
from csg_maps.intake.rows.content import Content
from csg_maps.intake.rows.context import IntakeContext
from csg_maps.intake.rows.kept_texts import kept_text
from csg_maps.intake.rows.located import Located
from csg_maps.intake.rows.places import Placed, area_code_of
from csg_maps.intake.rows.rules import Finding
from csg_maps.intake.rows.times import Timed
from csg_maps.model.concern import CONCERN_COLUMNS
from csg_maps.model.mapping import FIELDS
from csg_maps.model.schema import Column, check_frame

Positions = npt.NDArray[np.intp]

RECORD_COLUMNS = (
    *(column for column in CONCERN_COLUMNS if column.name not in ("concern_id", "batch_id")),
    Column("handling", "str"),
    Column("recipients", "str"),
    Column("row", "int64"),
)
"""A concern frame without the two ids that only sealing can give, and what sealing needs to know of each row."""

QUARANTINED_COLUMNS = (
    Column("row", "int64"),
    Column("reasons", "str"),
    Column("source_ref", "int64"),
    Column("latitude", "float64", nullable=True, unit="degrees"),
    Column("longitude", "float64", nullable=True, unit="degrees"),
    *(Column(f"raw_{field}", "str") for field in FIELDS if field != "reference"),
)
"""What an analyst needs to mend a row, held apart: the texts of the mapped columns (never those left out, free text, or
the reference itself), and the exact point where one could be read."""


@dataclass(frozen=True)
class Understood:
    """Everything that was made of the rows of one table, each part as long as the table."""

    rows: npt.NDArray[np.int64]
    source_ref: npt.NDArray[np.int64]
    located: Located
    timed: Timed
    content: Content
    placed: Placed
    supplied: Distinct


def accepted_frame(
    chosen: Positions, row_key: npt.NDArray[np.int64], understood: Understood, context: IntakeContext
) -> pd.DataFrame:
    """The records of the chosen rows (RECORD_COLUMNS and area columns); `row_key` is one for each of them."""
    content, placed, timed = understood.content, understood.placed, understood.timed
    coded = {field: text_column(column.codes, column.positions[chosen]) for field, column in content.coded.items()}
    first = np.zeros(len(chosen), dtype=np.int64)
    codes = [area_code_of(text) for text in understood.supplied.texts.to_pylist()]

    def some(column: "pd.Series[str]") -> "pd.Series[str]":
        return column if len(chosen) == len(column) else column.take(chosen).reset_index(drop=True)

    frame = pd.DataFrame(
        {
            "source_ref": understood.source_ref[chosen],
            "row_key": row_key,
            "cell": placed.cells[chosen],
            "place_precision": some(placed.precision),
            "supplied_area_code": text_column(codes, understood.supplied.positions[chosen]),
            "occurred_from": timed.start[chosen],
            "occurred_to": timed.end[chosen],
            "time_precision": some(timed.precision),
            "harm": coded["harm"],
            "setting": coded["setting"],
            "agency": text_column([context.agency], first),
            "age_band": some(content.age_band),
            "adult_at_risk": content.adult_at_risk[chosen],
            "basis": coded["basis"],
            "told_by": coded["told_by"],
            "is_proactive": content.is_proactive[chosen],
            "evidence": text_column([context.evidence], first),
            "children_count": content.children_count[chosen],
            **{name: some(column) for name, column in placed.areas.items()},
            "handling": some(content.handling),
            "recipients": some(content.recipients),
            "row": understood.rows[chosen],
        }
    )
    check_frame(frame, RECORD_COLUMNS, "records")
    return frame


def quarantined_frame(
    chosen: Positions, frame: pd.DataFrame, fields: dict[str, str], understood: Understood, findings: list[Finding]
) -> pd.DataFrame:
    """The chosen rows with why they are kept apart (QUARANTINED_COLUMNS). `fields` maps fields to columns of `frame`."""
    if not len(chosen):
        return _no_quarantined().copy()
    reasons = np.full(len(chosen), "", dtype=object)
    for finding in findings:
        if finding.rule.level == "quarantine":
            caught = finding.rows[chosen]
            new = caught & ~np.array([finding.rule.code in text.split(",") for text in reasons], dtype=bool)
            reasons[new] = [f"{text},{finding.rule.code}".strip(",") for text in reasons[new]]
    blank = text_column([""], np.zeros(len(chosen), dtype=np.int64))
    raw = {
        f"raw_{field}": kept_text(field, frame[fields[field]].take(chosen).reset_index(drop=True))
        if field in fields and field not in understood.content.free_text
        else blank
        for field in FIELDS
        if field != "reference"
    }
    quarantined = pd.DataFrame(
        {
            "row": understood.rows[chosen],
            "reasons": pd.Series(reasons, dtype="str"),
            "source_ref": understood.source_ref[chosen],
            "latitude": understood.located.latitude[chosen],
            "longitude": understood.located.longitude[chosen],
            **raw,
        }
    )
    check_frame(quarantined, QUARANTINED_COLUMNS, "quarantined rows")
    return quarantined


@functools.cache
def _no_quarantined() -> pd.DataFrame:
    return pd.DataFrame({column.name: pd.Series(dtype=column.dtype) for column in QUARANTINED_COLUMNS})


def count_months(occurred_from: npt.NDArray[np.datetime64]) -> pd.DataFrame:
    """How many rows begin in each month: month (str, YYYY-MM), rows (int64), in order; rows without a date are left out.

    >>> count_months(np.array(["2024-03-05", "2024-03-01", "NaT"], dtype="datetime64[s]")).values.tolist()
    [['2024-03', 2]]
    """
    months = occurred_from[~np.isnat(occurred_from)].astype("datetime64[M]")
    positions, distinct_months = pd.factorize(months.astype(np.int64), sort=True)
    return pd.DataFrame(
        {
            "month": pd.Series(distinct_months.astype("datetime64[M]").astype(str).tolist(), dtype="str"),
            "rows": np.bincount(positions, minlength=len(distinct_months)).astype(np.int64),
        }
    )
