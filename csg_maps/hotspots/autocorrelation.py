"""Do like places lie together? Moran's I, Geary's C and the general G for a whole map, and local Moran's I."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.sparse import csr_matrix

from csg_maps.errors import SchemaBroken
from csg_maps.hotspots.gi_star import checked_counts, row_standardised, without_self

Floats: TypeAlias = npt.NDArray[np.float64]

ASSUMPTIONS = ("randomisation", "normality")


@dataclass(frozen=True)
class GlobalStatistic:
    """One number for a whole map, beside what chance would bring. `p_value` is two-sided, from the normal distribution."""

    estimate: float
    expectation: float
    variance: float
    z_score: float
    p_value: float


def moran_i(values: Any, neighbours: csr_matrix, *, assumption: str = "randomisation") -> GlobalStatistic:
    """Moran's I with row-standardised weights: above its expectation when like places lie together.

    Parameters
    ----------
    values
        n numbers, not all equal.
    neighbours
        (n, n) binary; the diagonal is left out.
    assumption
        "randomisation" (the same numbers, dealt out anew) or "normality".

    Raises
    ------
    SchemaBroken
        For under four places, equal values, or no neighbours at all.

    Notes
    -----
    Cliff and Ord (1981), Spatial Processes; equal to spdep's `moran.test` and `esda.Moran`.

    >>> row = csr_matrix(np.abs(np.subtract.outer(range(5), range(5))) <= 1, dtype=float)
    >>> round(moran_i([1, 2, 3, 4, 5], row).estimate, 3)
    0.6
    """
    return moran_i_with_weights(values, row_standardised(_others(neighbours)), assumption=assumption)


def moran_i_with_weights(values: Any, weights: csr_matrix, *, assumption: str = "randomisation") -> GlobalStatistic:
    """Moran's I with the weights exactly as given (no diagonal).

    Rook neighbours on a 3 by 3 lattice, 1 to 9:

    >>> at = np.array([(row, column) for row in range(3) for column in range(3)])
    >>> rook = csr_matrix(np.abs(at[:, None] - at).sum(axis=2) == 1, dtype=float)
    >>> round(moran_i_with_weights(np.arange(1, 10), rook).variance, 7)
    0.0596875
    """
    z, n = _deviations(values, weights)
    s0, s1, s2 = _weight_moments(weights)
    square = (z**2).sum()
    estimate = float(n / s0 * (z @ (weights @ z)) / square)
    expectation = -1 / (n - 1)
    if _checked(assumption) == "normality":
        second = (n**2 * s1 - n * s2 + 3 * s0**2) / (s0**2 * (n**2 - 1))
    else:
        kurtosis = (z**4).sum() / n / (square / n) ** 2
        first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
        rest = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
        second = (first - rest) / ((n - 1) * (n - 2) * (n - 3) * s0**2)
    return _result(estimate, expectation, second - expectation**2)


def geary_c(values: Any, neighbours: csr_matrix) -> GlobalStatistic:
    """Geary's C with row-standardised weights, under randomisation: below 1 when like places lie together.

    The z-score is that of the estimate itself, so it is negative when like places lie together; R's `geary.test` prints
    the opposite sign. Parameters and errors as `moran_i`.

    >>> row = csr_matrix(np.abs(np.subtract.outer(range(5), range(5))) <= 1, dtype=float)
    >>> round(geary_c([1, 2, 3, 4, 5], row).estimate, 3)
    0.2
    """
    weights = row_standardised(_others(neighbours))
    z, n = _deviations(values, weights)
    s0, s1, s2 = _weight_moments(weights)
    entries = weights.tocoo()
    square = (z**2).sum()
    estimate = float((n - 1) * (entries.data * (z[entries.row] - z[entries.col]) ** 2).sum() / (2 * s0 * square))
    kurtosis = (z**4).sum() / n / (square / n) ** 2
    variance = (n - 1) * s1 * (n**2 - 3 * n + 3 - kurtosis * (n - 1))
    variance -= (n - 1) * s2 * (n**2 + 3 * n - 6 - kurtosis * (n**2 - n + 2)) / 4
    variance += s0**2 * (n**2 - 3 - kurtosis * (n - 1) ** 2)
    return _result(estimate, 1.0, variance / (n * (n - 2) * (n - 3) * s0**2))


def general_g(values: Any, neighbours: csr_matrix) -> GlobalStatistic:
    """Getis and Ord's general G with binary weights: above its expectation when high values lie together.

    Getis and Ord (1992), doi:10.1111/j.1538-4632.1992.tb00261.x. Values must not be below 0.
    Parameters and errors as `moran_i`.

    >>> row = csr_matrix(np.abs(np.subtract.outer(range(5), range(5))) <= 1, dtype=float)
    >>> round(general_g([1, 1, 1, 1, 6], row).estimate, 4)  # 2 (1 + 1 + 1 + 6) / (100 − 40)
    0.3
    """
    weights = _others(neighbours)
    _deviations(values, weights)
    x = np.array(values, dtype=np.float64)
    if (x < 0).any():
        raise SchemaBroken("The general G needs values of 0 or more; some are below.")
    n = len(x)
    s0, s1, s2 = _weight_moments(weights)
    m1, m2, m3, m4 = ((x**power).sum() for power in (1, 2, 3, 4))
    pairs = m1**2 - m2
    b0 = (n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2
    b1 = -((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    b2 = -(2 * n * s1 - (n + 3) * s2 + 6 * s0**2)
    b3 = 4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2
    b4 = s1 - s2 + s0**2
    second = b0 * m2**2 + b1 * m4 + b2 * m1**2 * m2 + b3 * m1 * m3 + b4 * m1**4
    second /= pairs**2 * n * (n - 1) * (n - 2) * (n - 3)
    expectation = s0 / (n * (n - 1))
    return _result(float(x @ (weights @ x) / pairs), expectation, second - expectation**2)


@dataclass(frozen=True)
class LocalMoran:
    """Local Moran's I of n places with its moments; `p_value` is two-sided normal, uncorrected."""

    estimate: Floats
    expectation: Floats
    variance: Floats
    z_score: Floats
    p_value: Floats


def local_moran(values: Any, neighbours: csr_matrix) -> LocalMoran:
    """Local Moran's I with row-standardised weights, under conditional randomisation (the place keeps its value).

    Anselin (1995), doi:10.1111/j.1538-4632.1995.tb00338.x; moments of Sokal, Oden and Thomson (1998). Equal to spdep's
    `localmoran(conditional = TRUE)`. No claim is made from its p-value here. Parameters and errors as `moran_i`; NaN for a
    place without neighbours.

    >>> row = csr_matrix(np.abs(np.subtract.outer(range(5), range(5))) <= 1, dtype=float)
    >>> local_moran([1, 2, 3, 4, 5], row).estimate
    array([1. , 0.5, 0. , 0.5, 1. ])
    """
    weights = row_standardised(_others(neighbours))
    z, n = _deviations(values, weights)
    m2 = (z**2).sum() / n
    sums = np.asarray(weights.sum(axis=1)).ravel()
    squares = np.asarray(weights.multiply(weights).sum(axis=1)).ravel()
    estimate = np.where(sums > 0, z * (weights @ z) / m2, np.nan)
    expectation = -(z**2) * sums / ((n - 1) * m2)
    variance = (z / m2) ** 2 * (n / (n - 2)) * (squares - sums**2 / (n - 1)) * (m2 - z**2 / (n - 1))
    z_score = np.full(n, np.nan)
    np.divide(estimate - expectation, np.sqrt(np.maximum(variance, 0)), out=z_score, where=variance > 0)
    return LocalMoran(estimate, expectation, variance, z_score, 2 * special.ndtr(-np.abs(z_score)))


def _others(neighbours: csr_matrix) -> csr_matrix:
    return without_self(csr_matrix(neighbours))


def _deviations(values: Any, weights: csr_matrix) -> tuple[Floats, int]:
    x = checked_counts(values, weights)
    if len(x) < 4 or np.ptp(x) == 0 or weights.nnz == 0:
        raise SchemaBroken("A measure of the whole map needs four places or more, of unequal values, with neighbours.")
    return x - x.mean(), len(x)


def _weight_moments(weights: csr_matrix) -> tuple[float, float, float]:
    """S0, S1 and S2 of Cliff and Ord."""
    both = weights + weights.T
    rows, columns = np.asarray(weights.sum(axis=1)).ravel(), np.asarray(weights.sum(axis=0)).ravel()
    return float(weights.sum()), float(both.multiply(both).sum() / 2), float(((rows + columns) ** 2).sum())


def _checked(assumption: str) -> str:
    if assumption not in ASSUMPTIONS:
        raise SchemaBroken(f"The assumption must be one of {', '.join(ASSUMPTIONS)}; found {assumption!r}.")
    return assumption


def _result(estimate: float, expectation: float, variance: float) -> GlobalStatistic:
    z = (estimate - expectation) / float(np.sqrt(variance))
    return GlobalStatistic(estimate, float(expectation), float(variance), z, float(2 * special.ndtr(-abs(z))))
