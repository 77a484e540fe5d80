"""A column as its distinct texts and where each stands: every look at a million rows is a look at far fewer texts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Distinct:
    """`texts` is an Arrow large_string array without repeats; `positions` (int64) gives each row its text."""

    texts: Any
    positions: npt.NDArray[np.int64]

    @property
    def weights(self) -> npt.NDArray[np.int64]:
        """How many rows hold each text."""
        return np.bincount(self.positions, minlength=len(self.texts)).astype(np.int64)

    def to_rows(self, flags: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """One value a text, spread to one a row."""
        return flags[self.positions]


def distinct(values: pd.Series) -> Distinct:
    """The distinct texts of a column of text ("" or missing is blank), in order of first appearance.

    >>> found = distinct(pd.Series(["a", "b", "a"]))
    >>> found.texts.to_pylist(), found.positions.tolist()
    (['a', 'b'], [0, 1, 0])
    """
    column = pa.Array.from_pandas(values, type=pa.large_string())
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = pc.dictionary_encode(pc.fill_null(column, ""))
    return Distinct(encoded.dictionary, np.asarray(encoded.indices).astype(np.int64))
