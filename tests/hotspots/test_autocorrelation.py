"""Global measures and smoothed rates where the reference tables do not reach: refusals, gaps, invariance."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.sparse import csr_matrix

from csg_maps.errors import SchemaBroken
from csg_maps.hotspots.autocorrelation import geary_c, general_g, local_moran, moran_i
from csg_maps.hotspots.empirical_bayes import smoothed_rates

ROW_OF_FIVE = csr_matrix(np.abs(np.subtract.outer(range(5), range(5))) <= 1, dtype=float)


@pytest.mark.parametrize("measure", [moran_i, geary_c, general_g, local_moran])
def test_equal_values_few_places_or_no_neighbours_are_refused(measure: Callable[..., object]) -> None:
    with pytest.raises(SchemaBroken):
        measure([2] * 5, ROW_OF_FIVE)
    with pytest.raises(SchemaBroken):
        measure([1, 2, 3], csr_matrix(np.ones((3, 3))))
    with pytest.raises(SchemaBroken):
        measure([1, 2, 3, 4, 5], csr_matrix(np.eye(5)))


def test_unknown_assumption_and_negative_values_are_refused() -> None:
    with pytest.raises(SchemaBroken, match="randomisation"):
        moran_i([1, 2, 3, 4, 5], ROW_OF_FIVE, assumption="hope")
    with pytest.raises(SchemaBroken, match="below"):
        general_g([-1, 2, 3, 4, 5], ROW_OF_FIVE)


def test_likeness_and_its_opposite_have_opposite_signs() -> None:
    like, unlike = [1, 1, 1, 9, 9], [1, 9, 1, 9, 1]
    assert moran_i(like, ROW_OF_FIVE).z_score > 0 > moran_i(unlike, ROW_OF_FIVE).z_score
    assert geary_c(like, ROW_OF_FIVE).z_score < 0 < geary_c(unlike, ROW_OF_FIVE).z_score


def test_local_moran_sums_to_the_global_one_and_leaves_islands_out() -> None:
    values = np.array([1, 4, 2, 8, 5])
    assert_allclose(local_moran(values, ROW_OF_FIVE).estimate.mean(), moran_i(values, ROW_OF_FIVE).estimate)
    island = ROW_OF_FIVE.toarray()
    island[0, 1] = island[1, 0] = 0
    assert np.isnan(local_moran(values, csr_matrix(island)).estimate).tolist() == [True, False, False, False, False]


def test_no_denominator_is_not_a_rate_of_zero() -> None:
    rates = smoothed_rates([3, 1, 2, 0], [100, 0, 200, np.nan])
    assert np.isnan(rates).tolist() == [False, True, False, True]
    assert np.isnan(smoothed_rates([1], [0])).all()
    around = csr_matrix(np.ones((4, 4)))
    assert_allclose(smoothed_rates([3, 1, 2, 0], [100, 0, 200, np.nan], around), rates)
    with pytest.raises(SchemaBroken):
        smoothed_rates([1, 2], [1])


def test_smoothed_rates_lie_between_the_own_rate_and_the_mean() -> None:
    counts, people = np.array([0, 1, 40, 3]), np.array([10, 10, 400, 900])
    rates, own, mean = smoothed_rates(counts, people), counts / people, counts.sum() / people.sum()
    assert ((rates - own) * (rates - mean) <= 1e-15).all()
    assert abs(rates[1] - own[1]) > abs(rates[2] - own[2])  # ten people lean more than four hundred
