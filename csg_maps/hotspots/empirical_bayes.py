"""Rates that lean towards the mean where few people live, so that one event in a hamlet does not top the list."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from csg_maps.errors import SchemaBroken
from csg_maps.hotspots.gi_star import checked_counts

Floats: TypeAlias = npt.NDArray[np.float64]


def smoothed_rates(counts: Any, population: Any, neighbours: csr_matrix | None = None) -> Floats:
    """Rates per head, each drawn towards the mean the more, the smaller its population.

    Marshall (1991), Mapping disease and mortality rates using empirical Bayes estimators, doi:10.2307/2347593.
    Equal to spdep's `EBest` without neighbours and `EBlocal` with them.

    Parameters
    ----------
    counts, population
        n events and n populations at risk.
    neighbours
        None: towards the mean of the whole map. An (n, n) binary matrix with the place itself: towards the mean around.

    Returns
    -------
    n rates per head; NaN where the population is 0 or less or missing: no denominator is not a rate of 0.

    Two places of 100 with 1 and 3 events: mean 0.02, and the difference is no more than chance would bring.

    >>> smoothed_rates([1, 3], [100, 100])
    array([0.02, 0.02])
    """
    events = np.array(counts, dtype=np.float64)
    people = np.array(population, dtype=np.float64)
    if events.shape != people.shape or events.ndim != 1:
        raise SchemaBroken("Counts and populations must be of one length.")
    known = np.isfinite(people) & (people > 0)
    rates = np.full(len(events), np.nan)
    if not known.any():
        return rates
    x, n = events[known], people[known]
    if neighbours is None:
        around = csr_matrix(np.ones((1, len(x))))  # one row: everybody around everybody
    else:
        checked_counts(events, neighbours)
        around = csr_matrix(neighbours)[known][:, known]
    people_around = around @ n
    mean = np.broadcast_to(around @ x / people_around, x.shape)
    # Each place's distance from the mean around it, as Marshall's method is read by Bailey and Gatrell (and spdep)
    variance = around @ (n * (x / n - mean) ** 2) / people_around
    usual_population = people_around / (around @ np.ones(len(x)))
    between = np.maximum(variance - mean / usual_population, 0.0)
    own = x / n
    lean = np.divide(between, between + mean / n, out=np.zeros(len(x)), where=between > 0)
    rates[known] = mean + lean * (own - mean)
    return rates
