"""Is it more than chance? An exact test of the count in each place and its ring, and its correction for many places."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.sparse import csr_matrix

from csg_maps.errors import SchemaBroken
from csg_maps.hotspots.gi_star import checked_counts

Floats: TypeAlias = npt.NDArray[np.float64]

BACKGROUND_START = 0.5
"""Records added to every place of a background layer, so that none is expected to be impossible."""


def even_share(neighbours: csr_matrix, sizes: Any = None) -> Floats:
    """The share of all concerns expected in each place and its ring if they fell evenly over the study area.

    Parameters
    ----------
    neighbours
        (n, n) binary, the place itself included.
    sizes
        n positive numbers where places differ in size (settled cells or residents of an area, say); all equal if not given.

    Returns
    -------
    n shares, 0 to 1; the whole map is 1.

    >>> row = csr_matrix(np.abs(np.subtract.outer(range(5), range(5))) <= 1, dtype=float)
    >>> even_share(row)
    array([0.4, 0.6, 0.6, 0.6, 0.4])
    """
    n = neighbours.shape[0]
    weights = np.ones(n) if sizes is None else np.array(sizes, dtype=np.float64)
    if weights.shape != (n,) or not (np.isfinite(weights) & (weights >= 0)).all() or (n and weights.sum() == 0):
        raise SchemaBroken("Sizes must be one number a place, none below 0 and not all 0.")
    shares: Floats = np.minimum(neighbours @ (weights / max(weights.sum(), 1e-300)), 1.0)
    return shares


def background_share(background_counts: Any, neighbours: csr_matrix) -> Floats:
    """The share expected in each place and its ring if concerns followed a background layer (all recorded crime, say).

    Half a record is added to every place (the Jeffreys prior of a multinomial share): a place where the background has
    nothing keeps a small share, and a background with few records says little, so the result leans towards even. The
    share is then taken as known; with a background hardly larger than the concerns, results promise more than they hold.

    Parameters
    ----------
    background_counts
        n counts, none below 0.
    neighbours
        (n, n) binary, the place itself included.

    >>> alone = csr_matrix(np.eye(2))
    >>> background_share(np.array([9, 0]), alone)
    array([0.95, 0.05])
    """
    background = checked_counts(background_counts, neighbours)
    if (background < 0).any():
        raise SchemaBroken("Background counts must not be below 0; some are.")
    return even_share(neighbours, background + BACKGROUND_START)


def ring_counts(counts: Any, neighbours: csr_matrix) -> npt.NDArray[np.int64]:
    """The concerns in each place and its ring.

    >>> row = csr_matrix(np.abs(np.subtract.outer(range(5), range(5))) <= 1, dtype=float)
    >>> ring_counts(np.array([1, 1, 1, 1, 6]), row)
    array([2, 3, 3, 8, 7])
    """
    values = checked_counts(counts, neighbours)
    if (values < 0).any() or (values != np.rint(values)).any():
        raise SchemaBroken("Counts of concerns must be whole numbers, none below 0.")
    sums: npt.NDArray[np.int64] = np.rint(neighbours @ values).astype(np.int64)
    return sums


def exact_p_values(counts: Any, neighbours: csr_matrix, expected_share: Any) -> Floats:
    """The chance of at least as many concerns in each place and its ring as were found there.

    Given N concerns on the map, of which each falls in the place and its ring with the expected share independently of
    the others: P(Binomial(N, share) ≥ found). One-sided: it speaks of places with more than expected only. Concerns that
    are one event told several times are not independent; link them first. Rings overlap, so neighbours' values rise and
    fall together.

    Parameters
    ----------
    counts
        n whole numbers, zeros included.
    neighbours
        (n, n) binary, the place itself included.
    expected_share
        n shares from `even_share` or `background_share`.

    Returns
    -------
    n p-values, before any correction for their number.

    Four of five concerns where two fifths are expected: 5 · 0.4⁴ · 0.6 + 0.4⁵ = 0.08704.

    >>> row = csr_matrix(np.abs(np.subtract.outer(range(5), range(5))) <= 1, dtype=float)
    >>> exact_p_values(np.array([0, 0, 1, 0, 4]), row, even_share(row)).round(5)
    array([1.     , 0.98976, 0.98976, 0.07776, 0.08704])
    """
    found = ring_counts(counts, neighbours)
    share = np.array(expected_share, dtype=np.float64)
    if share.shape != found.shape or not ((share >= 0) & (share <= 1)).all():
        raise SchemaBroken("Expected shares must be one number from 0 to 1 for each place.")
    total = int(np.asarray(counts, dtype=np.float64).sum())
    p_values: Floats = np.ones(len(found), dtype=np.float64)
    some = found > 0
    # the upper tail of a binomial is a regularised incomplete beta function (NIST DLMF 8.17.5)
    p_values[some] = special.betainc(found[some].astype(np.float64), total - found[some] + 1.0, share[some])
    return p_values


def benjamini_hochberg(p_values: Any) -> Floats:
    """The q-value of each p-value: the share of false claims to expect among all claims up to this one.

    Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x; valid for independent or positively dependent
    tests, as those of overlapping rings are. A missing p-value stays missing and counts for nothing.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5]))
    array([0.04      , 0.05333333, 0.05333333, 0.5       ])
    """
    values = np.array(p_values, dtype=np.float64)
    known = np.flatnonzero(~np.isnan(values))
    if ((values[known] < 0) | (values[known] > 1)).any():
        raise SchemaBroken("A p-value lies between 0 and 1; some do not.")
    order = known[np.argsort(values[known], kind="stable")]
    scaled = values[order] * len(order) / np.arange(1, len(order) + 1)
    q_values = np.full(len(values), np.nan)
    q_values[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q_values


def bonferroni(p_values: Any) -> Floats:
    """Each p-value times their number, at most 1: stricter than `benjamini_hochberg`.

    >>> bonferroni(np.array([0.01, 0.6]))
    array([0.02, 1.  ])
    """
    values = np.array(p_values, dtype=np.float64)
    return np.minimum(values * np.count_nonzero(~np.isnan(values)), 1.0)


def two_sided_normal_p(z_scores: Any) -> Floats:
    """The two-sided normal p-value of z, for comparison with other tools only: no hotspot is claimed by it.

    >>> two_sided_normal_p(np.array([1.959964])).round(4)
    array([0.05])
    """
    return np.asarray(2 * special.ndtr(-np.abs(np.array(z_scores, dtype=np.float64))), dtype=np.float64)
