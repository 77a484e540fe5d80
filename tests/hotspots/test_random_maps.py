"""No hotspot where chance alone was at work, and the planted ones found: the claim that everything else rests on.

The check is shown to fail for the usual way of doing it: the normal p-value of Gi* with Benjamini-Hochberg.
"""

from collections.abc import Callable

import h3
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from scipy.spatial import Delaunay

from csg_maps.geography.cells import ring_matrix
from csg_maps.hotspots.classify import HOTSPOT_CLASSES
from csg_maps.hotspots.exact_test import (
    background_share,
    benjamini_hochberg,
    even_share,
    exact_p_values,
    two_sided_normal_p,
)
from csg_maps.hotspots.gi_star import gi_star
from csg_maps.hotspots.hotspot_table import hotspot_table

MAPS = 200
DAYS = 365
Claim = Callable[[np.ndarray, csr_matrix, np.ndarray], int]


@pytest.fixture(scope="module")
def area() -> tuple[np.ndarray, csr_matrix]:
    """A disk of 14,911 cells of resolution 10 and their rings."""
    disk = sorted(h3.str_to_int(cell) for cell in h3.grid_disk(h3.latlng_to_cell(52.13, -0.46, 10), 70))
    cells = np.array(disk, dtype=np.int64)
    return cells, ring_matrix(cells)


def _counts_and_dates(places: np.ndarray, n: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    days = random.integers(0, DAYS, len(places))
    counts = np.bincount(places, minlength=n)
    dates = np.bincount(np.unique(np.column_stack([places, days]), axis=0)[:, 0], minlength=n)
    return counts, dates


def _exact_claims(counts: np.ndarray, neighbours: csr_matrix, share: np.ndarray) -> int:
    return int((benjamini_hochberg(exact_p_values(counts, neighbours, share)) <= 0.05).sum())


def _normal_claims(counts: np.ndarray, neighbours: csr_matrix, share: np.ndarray) -> int:
    return int((benjamini_hochberg(two_sided_normal_p(gi_star(counts, neighbours))) <= 0.05).sum())


def _share_of_maps_with_a_claim(claim: Claim, neighbours: csr_matrix, concerns: int, maps: int = MAPS) -> float:
    random = np.random.default_rng(concerns)
    n = neighbours.shape[0]
    share = even_share(neighbours)
    drawn = (np.bincount(random.integers(0, n, concerns), minlength=n) for _ in range(maps))
    return float(np.mean([claim(counts, neighbours, share) > 0 for counts in drawn]))


@pytest.mark.slow
@pytest.mark.parametrize("concerns", [30, 300, 600, 1500])
def test_at_most_one_random_map_in_twenty_shows_any_hotspot(area: tuple[np.ndarray, csr_matrix], concerns: int) -> None:
    cells, neighbours = area
    random = np.random.default_rng(concerns)
    share = even_share(neighbours)
    marked = 0
    for _ in range(MAPS):
        counts, dates = _counts_and_dates(random.integers(0, len(cells), concerns), len(cells), random)
        table = hotspot_table(pd.DataFrame({"cell": cells, "count": counts, "dates": dates}), neighbours, share)
        marked += bool(table["class"].isin(HOTSPOT_CLASSES).any())
    assert marked <= 0.05 * MAPS


@pytest.mark.slow
@pytest.mark.parametrize("concerns", [30, 300, 600, 1500])
def test_the_test_alone_holds_without_the_floor_of_five_concerns(
    area: tuple[np.ndarray, csr_matrix], concerns: int
) -> None:
    assert _share_of_maps_with_a_claim(_exact_claims, area[1], concerns) <= 0.05


@pytest.mark.parametrize("concerns", [300, 600, 1500])
def test_the_normal_p_of_gi_star_fails_this_very_check(area: tuple[np.ndarray, csr_matrix], concerns: int) -> None:
    assert _share_of_maps_with_a_claim(_normal_claims, area[1], concerns, maps=10) == 1.0


def test_the_normal_p_marks_hundreds_of_cells_of_a_random_map(area: tuple[np.ndarray, csr_matrix]) -> None:
    counts = np.bincount(np.random.default_rng(0).integers(0, len(area[0]), 600), minlength=len(area[0]))
    assert 300 < _normal_claims(counts, area[1], even_share(area[1])) < 700


@pytest.mark.slow
@pytest.mark.parametrize("concerns", [300, 1500])
def test_random_maps_that_follow_a_background_show_no_hotspot_beyond_it(
    area: tuple[np.ndarray, csr_matrix], concerns: int
) -> None:
    cells, neighbours = area
    random = np.random.default_rng(concerns)
    truth = random.gamma(0.05, 1.0, len(cells))  # most places quiet, a few busy
    truth /= truth.sum()
    marked, marked_as_even = 0, 0
    for _ in range(100):
        share = background_share(random.multinomial(60_000, truth), neighbours)
        places = random.choice(len(cells), concerns, p=truth)
        counts, dates = _counts_and_dates(places, len(cells), random)
        frame = pd.DataFrame({"cell": cells, "count": counts, "dates": dates})
        marked += bool(hotspot_table(frame, neighbours, share)["class"].isin(HOTSPOT_CLASSES).any())
        if concerns == 1500:
            even = hotspot_table(frame, neighbours, even_share(neighbours))
            marked_as_even += bool(even["class"].isin(HOTSPOT_CLASSES).any())
    assert marked <= 5
    if concerns == 1500:
        assert marked_as_even > 50  # against an even spread the busy places are hotspots, as they should be


@pytest.mark.slow
@pytest.mark.parametrize("concerns", [300, 1500])
def test_planted_places_are_found_and_nothing_far_from_them(area: tuple[np.ndarray, csr_matrix], concerns: int) -> None:
    cells, neighbours = area
    random = np.random.default_rng(concerns + 1)
    share = even_share(neighbours)
    reach = ((neighbours @ neighbours) > 0).tolil()
    found, far = 0, 0
    for _ in range(50):
        planted = int(random.integers(0, len(cells)))
        around = neighbours[planted].indices
        places = np.concatenate([
            random.integers(0, len(cells), concerns), np.full(10, planted), random.choice(around, 5),
        ])  # fmt: skip
        counts, dates = _counts_and_dates(places, len(cells), random)
        table = hotspot_table(pd.DataFrame({"cell": cells, "count": counts, "dates": dates}), neighbours, share)
        hot = set(table.loc[table["class"].isin(HOTSPOT_CLASSES), "cell"])
        found += int(cells[planted]) in hot and int(table["cell"].iloc[0]) == int(cells[planted])
        near = set(cells[reach.rows[planted]].tolist())
        far += bool(hot - near)
    assert found == 50
    assert far <= 2


def test_ten_concerns_on_one_day_are_not_a_hotspot(area: tuple[np.ndarray, csr_matrix]) -> None:
    cells, neighbours = area
    counts = np.zeros(len(cells), dtype=np.int64)
    counts[::50] = 1
    counts[7000] = 10
    dates = np.minimum(counts, 1)
    table = hotspot_table(
        pd.DataFrame({"cell": cells, "count": counts, "dates": dates}), neighbours, even_share(neighbours)
    )
    assert table.set_index("cell").loc[cells[7000], "class"] == "too_few"
    assert not table["class"].isin(HOTSPOT_CLASSES).any()


@pytest.mark.slow
@pytest.mark.parametrize("concerns", [30, 300, 1500])
def test_random_maps_of_areas_of_unequal_size_show_none(concerns: int) -> None:
    random = np.random.default_rng(concerns)
    n = 381
    corners = Delaunay(random.uniform(0, 1, (n, 2))).simplices
    neighbours = np.eye(n)
    for a, b in ((0, 1), (1, 2), (2, 0)):
        neighbours[corners[:, a], corners[:, b]] = neighbours[corners[:, b], corners[:, a]] = 1
    touching = csr_matrix(neighbours)
    sizes = random.integers(1, 200, n)  # settled cells of each area
    codes = pd.Series([f"A{number:03}" for number in range(n)], dtype="str")
    marked, marked_by_equal_share = 0, 0
    for _ in range(MAPS):
        counts, dates = _counts_and_dates(random.choice(n, concerns, p=sizes / sizes.sum()), n, random)
        frame = pd.DataFrame({"area_code": codes, "count": counts, "dates": dates})
        by_size = hotspot_table(frame, touching, even_share(touching, sizes), key="area_code")
        marked += bool(by_size["class"].isin(HOTSPOT_CLASSES).any())
        if concerns == 1500:
            equal = hotspot_table(frame, touching, even_share(touching), key="area_code")
            marked_by_equal_share += bool(equal["class"].isin(HOTSPOT_CLASSES).any())
    assert marked <= 0.05 * MAPS
    if concerns == 1500:
        assert marked_by_equal_share > MAPS / 2  # areas are no cells: their size must be said
