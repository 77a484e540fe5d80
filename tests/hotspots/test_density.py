"""Quartic density: the kernel by hand, mass conserved, metres meant."""

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from csg_maps.errors import InputRefused, SchemaBroken
from csg_maps.geography.cells import points_to_cells
from csg_maps.hotspots.density import SPACING_M, bandwidth_sentence, default_bandwidth_m, quartic_density
from csg_maps.i18n import use_language


def _disk(resolution: int, rings: int, lat: float = 52.13, lng: float = -0.46) -> np.ndarray:
    cells = h3.grid_disk(h3.latlng_to_cell(lat, lng, resolution), rings)
    return np.array(sorted(h3.str_to_int(cell) for cell in cells), dtype=np.int64)


def _middle(resolution: int, lat: float = 52.13, lng: float = -0.46) -> np.ndarray:
    return points_to_cells([lat], [lng], resolution)


def test_the_kernel_by_hand_at_its_cell_and_at_a_known_distance() -> None:
    middle = _middle(10)
    for ring, cell in ((0, middle), (2, points_to_cells([52.13 + 0.00225], [-0.46], 10))):
        here, there = (h3.cell_to_latlng(h3.int_to_str(int(c[0]))) for c in (middle, cell))
        metres = h3.great_circle_distance(here, there, unit="m")
        expected = 3 * 3 / (np.pi * 400**2) * (1 - (metres / 400) ** 2) ** 2 * 1e6
        assert (metres > 0) == (ring > 0)
        assert_allclose(quartic_density(middle, [3], 400.0, cell), [expected], rtol=0.02)  # sphere against grid


def test_nothing_beyond_the_bandwidth() -> None:
    far = points_to_cells([52.14], [-0.46], 10)  # 1.1 km north
    assert quartic_density(_middle(10), [3], 400.0, far).tolist() == [0.0]


@pytest.mark.parametrize("resolution", [7, 8, 9, 10])
@pytest.mark.parametrize(("lat", "lng"), [(52.13, -0.46), (52.5, -4.9), (60.2, -1.2), (49.26, -123.1)])
def test_mass_is_conserved_on_open_ground(resolution: int, lat: float, lng: float) -> None:
    middle = _middle(resolution, lat, lng)
    everywhere = _disk(resolution, 8, lat, lng)
    density = quartic_density(middle, [10], default_bandwidth_m(resolution), everywhere)
    km2 = np.array([h3.cell_area(h3.int_to_str(int(cell)), unit="km^2") for cell in everywhere])
    assert (density * km2).sum() == pytest.approx(10, rel=0.03)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=19, max_size=19), st.integers(0, 10_000))
def test_densities_add_up_and_order_is_irrelevant(counts: list[int], seed: int) -> None:
    cells, everywhere = _disk(10, 2), _disk(10, 6)
    values = np.array(counts)
    whole = quartic_density(cells, values, 400.0, everywhere)
    order = np.random.default_rng(seed).permutation(19)
    assert_allclose(quartic_density(cells[order], values[order], 400.0, everywhere), whole, atol=1e-9)
    parts = sum(quartic_density(cells[[i]], values[[i]], 400.0, everywhere) for i in range(19))
    assert_allclose(parts, whole, atol=1e-9)
    assert values.tolist() == counts


def test_blocks_of_targets_fit_together() -> None:
    everywhere = _disk(10, 40)  # 4,921 cells: more than one block
    whole = quartic_density(everywhere, np.ones(len(everywhere)), 400.0, everywhere)
    random_order = np.random.default_rng(0).permutation(len(everywhere))
    shuffled = quartic_density(everywhere, np.ones(len(everywhere)), 400.0, everywhere[random_order])
    assert_allclose(shuffled, whole[random_order], atol=1e-9)
    middle = whole[everywhere == _middle(10)[0]]
    km2 = h3.cell_area(h3.int_to_str(int(_middle(10)[0])), unit="km^2")
    assert_allclose(middle, 1 / km2, rtol=0.03)  # one in each cell is one over the area of a cell


def test_a_missing_cell_gives_and_gets_nothing() -> None:
    middle = _middle(10)[0]
    cells = np.array([0, middle], dtype=np.int64)
    density = quartic_density(cells, [100, 1], 400.0, cells)
    assert np.isnan(density[0])
    assert density[1] == pytest.approx(3 / (np.pi * 0.4**2))
    assert quartic_density(cells, [0, 0], 400.0, cells[1:]).tolist() == [0.0]
    nothing = np.array([], dtype=np.int64)
    assert quartic_density(nothing, [], 400.0, nothing).tolist() == []


@pytest.mark.parametrize("bandwidth", [0.0, -400.0, float("nan"), float("inf"), 100.0])
def test_a_bandwidth_below_the_cell_spacing_is_refused(bandwidth: float) -> None:
    with pytest.raises(InputRefused, match="131 m"):
        quartic_density(_middle(10), [1], bandwidth, _middle(10))


def test_weights_that_are_no_weights_are_refused() -> None:
    for wrong in ([-1], [np.nan], [1, 2]):
        with pytest.raises(SchemaBroken):
            quartic_density(_middle(10), wrong, 400.0, _middle(10))


@pytest.mark.parametrize("resolution", sorted(SPACING_M))
def test_spacing_is_that_of_h3(resolution: int) -> None:
    assert SPACING_M[resolution] == pytest.approx(
        3**0.5 * h3.average_hexagon_edge_length(resolution, unit="m"), rel=0.01
    )
    assert default_bandwidth_m(resolution) >= 2 * SPACING_M[resolution]


def test_the_choice_is_announced() -> None:
    use_language("en")
    assert "400 m (chosen from the cell size)" in bandwidth_sentence(400, is_default=True)
    assert "chosen" not in bandwidth_sentence(250, is_default=False)
    assert "not tested" in bandwidth_sentence(250, is_default=False)
    with pytest.raises(InputRefused):
        default_bandwidth_m(3)
