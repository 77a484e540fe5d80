"""Schemas of frames that cross rooms, and the check at each door."""

from dataclasses import dataclass

import pandas as pd

from csg_maps.errors import SchemaBroken

_NEVER_NULL = ("int64", "bool")
"""Of numpy: they have no missing value, so none is looked for."""


@dataclass(frozen=True)
class Column:
    """One promised column. `dtype` is a pandas dtype name ("int64", "str", "datetime64[s]", "bool", "float64")."""

    name: str
    dtype: str
    nullable: bool = False
    unit: str = ""


def check_frame(frame: pd.DataFrame, columns: tuple[Column, ...], frame_name: str) -> None:
    """Raise SchemaBroken when a column is missing, of another dtype, or null where it may not be; else return.

    Further columns are allowed. Dtypes must match exactly: a cell that became a float is another place.
    """
    for column in columns:
        if column.name not in frame.columns:
            raise SchemaBroken(
                f"{frame_name} must have a column {column.name!r}; it has {', '.join(map(str, frame.columns))}."
            )
        values = frame[column.name]
        found = str(values.dtype)
        if found != column.dtype:
            raise SchemaBroken(f"{frame_name}.{column.name} must be {column.dtype}; it is {found}.")
        if not column.nullable and found not in _NEVER_NULL and values.isna().any():
            raise SchemaBroken(f"{frame_name}.{column.name} must have no missing values; it has some.")
