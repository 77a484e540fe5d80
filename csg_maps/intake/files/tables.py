"""What a file becomes before anything in it is understood: text, exactly as it was written, with its row numbers."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from csg_maps.model.problems import Problem

if TYPE_CHECKING:
    from csg_maps.intake.files.grids import Grid

KINDS = ("text", "number", "datetime", "date")
"""What the file itself says a column holds; "text" where it says nothing (every CSV)."""


@dataclass(frozen=True)
class RawTable:
    """One sheet, member or layer of a file.

    Attributes
    ----------
    name
        Display name: the file, and its sheet, member or layer where there are several.
    columns
        Headings, unique, in the file's order.
    frame
        One row per row of the file that could be read; every column is `str`, blank is "", never missing.
    rows
        int64, as long as `frame`: the row number a spreadsheet shows (the heading is row 1).
    kinds
        One of KINDS for each column.
    crs
        "" or "EPSG:n": what `point_columns` are measured in.
    point_columns
        (x, y) column names where the file had geometry, else ().
    problems
        What was found while reading.
    refused_rows
        Rows that could not be read at all; they are not in `frame`. Rows of the table = len(rows) + len(refused_rows).
    """

    name: str
    columns: tuple[str, ...]
    frame: pd.DataFrame
    rows: "np.ndarray[Any, np.dtype[np.int64]]"
    kinds: dict[str, str]
    crs: str = ""
    point_columns: tuple[()] | tuple[str, str] = ()
    problems: tuple[Problem, ...] = ()
    refused_rows: tuple[int, ...] = ()

    @property
    def row_count(self) -> int:
        """Rows in the file, readable or not."""
        return len(self.rows) + len(self.refused_rows)


@dataclass(frozen=True)
class ReadResult:
    """Everything a file holds. A file that cannot be used has no tables and at least one problem of level "refuse"."""

    tables: tuple[RawTable, ...]
    problems: tuple[Problem, ...] = field(default=())
    """Problems of the file as a whole; those of one table are with the table."""

    @property
    def is_usable(self) -> bool:
        """Whether there is at least one table."""
        return bool(self.tables)


def table_from_grid(grid: "Grid") -> RawTable:
    """Make the table of a grid, without copying its text."""
    text = pd.StringDtype(storage="pyarrow", na_value=np.nan)
    frame = pd.DataFrame(
        {
            name: pd.arrays.ArrowStringArray(values, dtype=text)
            for name, values in zip(grid.columns, grid.values, strict=True)
        },
        index=pd.RangeIndex(len(grid.rows)),
        columns=list(grid.columns),
        copy=False,
    )
    return RawTable(
        name=grid.name,
        columns=grid.columns,
        frame=frame,
        rows=np.asarray(grid.rows, dtype=np.int64),
        kinds=dict(zip(grid.columns, grid.kinds, strict=True)),
        crs=grid.crs,
        point_columns=grid.point_columns,
        problems=grid.problems,
        refused_rows=grid.refused_rows,
    )
