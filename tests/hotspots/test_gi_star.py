"""Gi* is the z that esda gives, to 1e-9, and says nothing where nothing can be said."""

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import h3
import numpy as np
import pandas as pd
import pytest
from esda.getisord import G_Local
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.weights import WSP
from numpy.testing import assert_allclose
from scipy.sparse import csr_matrix

from csg_maps.errors import SchemaBroken
from csg_maps.geography.cells import parents, points_to_cells, ring_matrix
from csg_maps.hotspots.gi_star import gi, gi_star, row_standardised, without_self

ROW_OF_FIVE = csr_matrix(np.abs(np.subtract.outer(range(5), range(5))) <= 1, dtype=float)


def _disk(rings: int) -> np.ndarray:
    cells = h3.grid_disk(h3.latlng_to_cell(52.13, -0.46, 9), rings)
    return np.array(sorted(h3.str_to_int(cell) for cell in cells), dtype=np.int64)


def _esda(counts: np.ndarray, neighbours: csr_matrix, *, star: bool = True) -> np.ndarray:
    weights = WSP(neighbours if star else without_self(neighbours)).to_W(silence_warnings=True)
    return np.asarray(G_Local(counts, weights, transform="B", star=star, permutations=0).Zs)


def test_five_cells_in_a_row_worked_by_hand() -> None:
    assert_allclose(gi_star([1, 1, 1, 1, 6], ROW_OF_FIVE), np.array([-2, -3, -3, 2, 3]) / np.sqrt(6), atol=1e-12)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", range(3))
def test_equals_esda_on_hexagons(seed: int) -> None:
    neighbours = ring_matrix(_disk(15))
    counts = np.random.default_rng(seed).negative_binomial(0.2, 0.1, neighbours.shape[0])
    assert_allclose(gi_star(counts, neighbours), _esda(counts, neighbours), atol=1e-9)
    assert_allclose(gi(counts, neighbours), _esda(counts, neighbours, star=False), atol=1e-9)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::RuntimeWarning")
def test_equals_esda_on_three_years_of_bedfordshire(shared_data: Path) -> None:
    with ZipFile(shared_data / "police_uk" / "bedfordshire_street_2021-05_2024-04.zip") as archive:
        months = [name for name in archive.namelist() if name.endswith(".csv")]
        records = pd.concat(pd.read_csv(archive.open(name), usecols=["Latitude", "Longitude"]) for name in months)
    assert len(records) == 182_113
    finest = points_to_cells(records["Latitude"], records["Longitude"])
    assert (finest == 0).sum() == 6_381
    cells, counts = np.unique(parents(finest[finest != 0], 9), return_counts=True)
    assert counts.sum() == 182_113 - 6_381
    neighbours = ring_matrix(cells)
    alone = np.asarray(neighbours.sum(axis=1)).ravel() == 1
    assert alone.any()  # records far outside the county: cells without neighbours have a Gi* too
    assert_allclose(gi_star(counts, neighbours), _esda(counts, neighbours), atol=1e-9)


def test_equal_counts_have_no_gi_star() -> None:
    assert np.isnan(gi_star([0.1] * 5, ROW_OF_FIVE)).all()
    assert np.isnan(gi([3] * 5, ROW_OF_FIVE)).all()
    assert np.isnan(gi_star([0] * 5, ROW_OF_FIVE)).all()
    assert gi_star([], csr_matrix((0, 0))).tolist() == []


def test_a_neighbourhood_that_is_the_whole_map_or_empty_has_none() -> None:
    whole = csr_matrix(np.array([[1.0, 1, 1], [1, 1, 0], [0, 0, 0]]))
    assert np.isnan(gi_star([1, 2, 3], whole)).tolist() == [True, False, True]


@pytest.mark.parametrize("wrong", [[1, 2, 3, 4], [1, 2, 3, 4, np.nan], [[1, 2, 3, 4, 5]], [1, 2, 3, 4, np.inf]])
def test_counts_that_do_not_fit_are_refused(wrong: Any) -> None:
    with pytest.raises(SchemaBroken):
        gi_star(wrong, ROW_OF_FIVE)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=19, max_size=19), st.randoms(use_true_random=False))
def test_order_is_irrelevant_and_inputs_are_unchanged(counts: list[int], random: Any) -> None:
    values = np.array(counts)
    cells = _disk(2)
    neighbours = ring_matrix(cells)
    before, weights_before = values.copy(), neighbours.toarray()
    found = gi_star(values, neighbours)
    order = list(range(19))
    random.shuffle(order)
    assert_allclose(gi_star(values[order], ring_matrix(cells[order])), found[order], atol=1e-9)
    assert_allclose(gi_star(values * 3 + 7, neighbours), found, atol=1e-9)  # z knows neither unit nor origin
    row_standardised(neighbours)
    gi(values, neighbours)
    assert (values == before).all()
    assert (neighbours.toarray() == weights_before).all()
