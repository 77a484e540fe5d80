"""Which records lose their cell before anything is kept: at addresses that must not appear, and in homes.

A record keeps the codes of the areas that its original point lies in. What is told is how many, never which rows or which
premises: a list of rows beside the file would say where the premises are.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.geography.premises import near_premises

PRIVATE_SETTINGS = ("home", "care")
"""A home is somebody's address; a children's home is the address of several."""


@dataclass(frozen=True)
class Hidden:
    """Which rows lose their cell, and why; `rows` is any of them. A row may be both."""

    by_premises: npt.NDArray[np.bool_]
    by_setting: npt.NDArray[np.bool_]

    @property
    def rows(self) -> npt.NDArray[np.bool_]:
        """Every row that loses its cell."""
        return self.by_premises | self.by_setting


def find_hidden(
    premises: pd.DataFrame | None,
    points: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    point_of_row: npt.NDArray[np.intp],
    settings: npt.NDArray[np.bool_],
) -> Hidden:
    """Rows that must lose their cell.

    `points` are the distinct (latitude, longitude) in degrees and `point_of_row` the position of each row's point, -1 for
    none; `settings` says which rows have one of PRIVATE_SETTINGS. Recording premises count like protected ones: a
    record at a police station did not happen there.
    """
    near = np.append(near_premises(premises, *points) != "", False)
    placed = point_of_row >= 0
    return Hidden(by_premises=near[point_of_row] & placed, by_setting=settings & placed)
