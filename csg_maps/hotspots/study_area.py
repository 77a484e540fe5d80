"""Which cells belong to a statistic, and when there is too little for one."""

from collections.abc import Sequence

import numpy as np

from csg_maps.errors import TooFewRecords
from csg_maps.geography.cells import Cells, check_cells, parents
from csg_maps.i18n import _
from csg_maps.model.concern import NO_CELL
from csg_maps.settings import MINIMUM_CELLS, MINIMUM_TOTAL


def settled_cells(parts: Sequence[Cells], resolution: int) -> Cells:
    """The study area: every cell at the resolution that holds a street, an address, an asset or any record of the history.

    Each such cell belongs to every statistic, with zero where it has no concern. It is never the hull of the records, which
    would make empty hillside expected ground, nor the records alone, which would leave out the quiet places.

    Parameters
    ----------
    parts
        int64 arrays of cells at the resolution or finer, 0 for none; one for each source.
    resolution
        H3 resolution of the statistic.

    Returns
    -------
    Sorted distinct int64 cells without 0.

    >>> from csg_maps.geography.cells import points_to_cells
    >>> street, park = points_to_cells([52.13, 52.13], [-0.46, -0.44]), points_to_cells([52.13, 91.0], [-0.46, 0.0])
    >>> len(settled_cells([street, park], 9))
    2
    """
    own = [np.unique(parents(check_cells(part), resolution)) for part in parts]
    cells = np.unique(np.concatenate([np.array([], dtype=np.int64), *own]))
    return np.asarray(cells[cells != NO_CELL])


def decline_reason(number_of_places: int, total: int) -> str:
    """Why no significance can be told, in the reader's language; "" where it can.

    A test over fewer than 30 cells or areas, or fewer than 30 concerns, would say more about chance than about places. Plain
    counts and density are shown whatever the number.

    >>> decline_reason(200, 12)
    'Only 12 concerns are on this map; a test needs at least 30. The counts are shown, without saying what is unusual.'
    >>> decline_reason(200, 30)
    ''
    """
    if number_of_places < MINIMUM_CELLS:
        return _(
            "Only {found} places are on this map; a test needs at least {needed}. Choose smaller cells or a wider area."
        ).format(found=number_of_places, needed=MINIMUM_CELLS)
    if total < MINIMUM_TOTAL:
        return _(
            "Only {found} concerns are on this map; a test needs at least {needed}. "
            "The counts are shown, without saying what is unusual."
        ).format(found=total, needed=MINIMUM_TOTAL)
    return ""


def require_enough(number_of_places: int, total: int) -> None:
    """Raise TooFewRecords with `decline_reason` where there is one; return otherwise.

    >>> require_enough(30, 30)
    """
    reason = decline_reason(number_of_places, total)
    if reason:
        raise TooFewRecords(reason)
