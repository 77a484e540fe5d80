"""The exact test, against sums written out, scipy and simulation."""

from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from scipy.sparse import csr_matrix

from csg_maps.errors import SchemaBroken
from csg_maps.hotspots.exact_test import (
    background_share,
    benjamini_hochberg,
    bonferroni,
    even_share,
    exact_p_values,
    ring_counts,
)

ROW_OF_FIVE = csr_matrix(np.abs(np.subtract.outer(range(5), range(5))) <= 1, dtype=float)


def test_equals_the_binomial_sum_written_out() -> None:
    counts = np.array([3, 0, 1, 7, 2])
    share = even_share(ROW_OF_FIVE)
    found = exact_p_values(counts, ROW_OF_FIVE, share)
    for place, p_value in enumerate(found):
        x = int(counts[max(0, place - 1) : place + 2].sum())
        by_hand = sum(comb(13, k) * share[place] ** k * (1 - share[place]) ** (13 - k) for k in range(x, 14))
        assert_allclose(p_value, by_hand, rtol=1e-12)


def test_equals_the_share_of_simulated_maps() -> None:
    random = np.random.default_rng(1)
    counts = np.array([3, 0, 1, 7, 2])
    maps = random.multinomial(13, [0.2] * 5, size=40_000)
    simulated = ring_counts(counts, ROW_OF_FIVE) <= (ROW_OF_FIVE @ maps.T).T
    assert_allclose(exact_p_values(counts, ROW_OF_FIVE, even_share(ROW_OF_FIVE)), simulated.mean(axis=0), atol=0.01)


def test_nothing_found_is_no_evidence() -> None:
    assert exact_p_values([0, 0, 0, 0, 9], ROW_OF_FIVE, even_share(ROW_OF_FIVE))[:3].tolist() == [1, 1, 1]
    assert exact_p_values([0] * 5, ROW_OF_FIVE, even_share(ROW_OF_FIVE)).tolist() == [1] * 5
    assert exact_p_values([4, 4], csr_matrix(np.ones((2, 2))), [1.0, 1.0]).tolist() == [1, 1]


def test_even_share_by_size() -> None:
    alone = csr_matrix(np.eye(2))
    assert even_share(alone, [3, 1]).tolist() == [0.75, 0.25]
    for wrong in ([0, 0], [1, -1], [1], [1, np.nan]):
        with pytest.raises(SchemaBroken):
            even_share(alone, wrong)
    assert even_share(csr_matrix((0, 0))).tolist() == []


def test_background_share_is_never_nothing_and_ignores_no_place() -> None:
    background = np.array([0, 0, 0, 0, 995])
    share = background_share(background, ROW_OF_FIVE)
    assert (share > 0).all()
    assert_allclose(share, [1 / 997.5, 1.5 / 997.5, 1.5 / 997.5, 996.5 / 997.5, 996 / 997.5])
    assert_allclose(background_share([0] * 5, ROW_OF_FIVE), even_share(ROW_OF_FIVE))
    with pytest.raises(SchemaBroken):
        background_share([-1, 0, 0, 0, 0], ROW_OF_FIVE)


@pytest.mark.parametrize("counts", [[0.5, 0, 0, 0, 0], [-1, 0, 0, 0, 1], [np.nan, 0, 0, 0, 0], [1, 2]])
def test_counts_must_be_whole_numbers(counts: list[float]) -> None:
    with pytest.raises(SchemaBroken):
        exact_p_values(counts, ROW_OF_FIVE, [0.5] * 5)


@pytest.mark.parametrize("share", [[0.5] * 4, [0.5, 0.5, 0.5, 0.5, 1.5], [np.nan] * 5])
def test_shares_must_be_shares(share: list[float]) -> None:
    with pytest.raises(SchemaBroken):
        exact_p_values([1] * 5, ROW_OF_FIVE, share)


probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@settings(max_examples=200, deadline=None)
@given(probabilities)
def test_q_values_equal_scipy(p_values: list[float]) -> None:
    found = benjamini_hochberg(p_values)
    assert_allclose(found, stats.false_discovery_control(p_values), atol=1e-15)
    assert (found >= np.array(p_values) - 1e-15).all()
    assert (bonferroni(p_values) >= found - 1e-15).all()


def test_missing_p_values_stay_missing_and_count_for_nothing() -> None:
    assert_allclose(benjamini_hochberg([0.01, np.nan, 0.04]), [0.02, np.nan, 0.04])
    assert_allclose(bonferroni([0.01, np.nan, 0.04]), [0.02, np.nan, 0.08])
    assert benjamini_hochberg([]).tolist() == []
    with pytest.raises(SchemaBroken):
        benjamini_hochberg([1.5])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=5, max_size=5), st.integers(0, 4), st.integers(1, 20))
def test_more_concerns_at_a_place_never_weaken_it(counts: list[int], place: int, more: int) -> None:
    share = even_share(ROW_OF_FIVE)
    before: Any = np.array(counts)
    after = before.copy()
    after[place] += more
    p_before, p_after = (exact_p_values(values, ROW_OF_FIVE, share)[place] for values in (before, after))
    assert p_after <= p_before + 1e-12
    assert before.tolist() == counts
