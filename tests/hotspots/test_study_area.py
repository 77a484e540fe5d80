"""Who belongs to the study area, and when a test declines."""

import numpy as np
import pytest

from csg_maps.errors import SchemaBroken, TooFewRecords
from csg_maps.geography.cells import parents, points_to_cells
from csg_maps.hotspots.study_area import decline_reason, require_enough, settled_cells
from csg_maps.i18n import use_language


@pytest.mark.parametrize(
    ("places", "total", "declines"), [(29, 1000, True), (30, 30, False), (1000, 29, True), (0, 0, True)]
)
def test_fewer_than_thirty_of_either_declines_politely(places: int, total: int, declines: bool) -> None:
    use_language("en")
    reason = decline_reason(places, total)
    assert bool(reason) == declines
    if declines:
        assert "at least 30" in reason
        with pytest.raises(TooFewRecords, match="at least 30"):
            require_enough(places, total)
    else:
        require_enough(places, total)


def test_settled_cells_join_every_source_and_leave_the_missing_out() -> None:
    streets = points_to_cells([52.13, 52.14, np.nan], [-0.46, -0.46, -0.46])
    history = points_to_cells([52.13, 52.15], [-0.46, -0.46], 10)
    found = settled_cells([streets, history], 9)
    expected = set(parents(streets[:2], 9)) | set(parents(history, 9))
    assert found.dtype == np.int64
    assert found.tolist() == sorted(expected)
    assert settled_cells([], 9).tolist() == []


def test_float_cells_are_refused() -> None:
    with pytest.raises(SchemaBroken):
        settled_cells([np.array([6.1e17])], 9)
