"""Gi* against esda, both measured in this run, on a disk of hexagons.

Run: pytest -m benchmark tests/benchmarks/bench_gi_star.py
"""

import time
import warnings
from collections.abc import Callable
from statistics import median

import h3
import numpy as np
import pytest
from esda.getisord import G_Local
from libpysal.weights import WSP

from csg_maps.geography.cells import ring_matrix
from csg_maps.hotspots.exact_test import benjamini_hochberg, even_share, exact_p_values
from csg_maps.hotspots.gi_star import gi_star


def _median_seconds(work: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times)


@pytest.mark.benchmark
def test_gi_star_against_esda(capsys: pytest.CaptureFixture[str]) -> None:
    lines = []
    for rings in (22, 70):
        disk = sorted(h3.str_to_int(cell) for cell in h3.grid_disk(h3.latlng_to_cell(52.13, -0.46, 10), rings))
        cells = np.array(disk, dtype=np.int64)
        counts = np.random.default_rng(1).poisson(0.4, len(cells))
        ring_seconds = _median_seconds(lambda cells=cells: ring_matrix(cells), 5)
        neighbours = ring_matrix(cells)
        ours = _median_seconds(lambda counts=counts, neighbours=neighbours: gi_star(counts, neighbours), 21)
        share = even_share(neighbours)
        exact = _median_seconds(lambda c=counts, n=neighbours, s=share: benjamini_hochberg(exact_p_values(c, n, s)), 21)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            weights = WSP(neighbours).to_W(silence_warnings=True)
            theirs = _median_seconds(
                lambda c=counts, w=weights: G_Local(c, w, transform="B", star=True, permutations=0), 3
            )
            peer = G_Local(counts, weights, transform="B", star=True, permutations=0).Zs
        difference = float(np.abs(gi_star(counts, neighbours) - peer).max())
        lines.append(
            f"{len(cells):>6} cells: gi_star {ours * 1e3:8.3f} ms, esda {theirs * 1e3:8.1f} ms, ratio {theirs / ours:6.0f}; "
            f"ring_matrix {ring_seconds * 1e3:6.1f} ms; exact test with q {exact * 1e3:6.2f} ms; "
            f"largest difference of z {difference:.1e}"
        )
    with capsys.disabled():
        print("\n" + "\n".join(lines))
