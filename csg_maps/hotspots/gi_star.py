"""Gi*: how far the sum around each place lies from the mean, in standard deviations."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from csg_maps.errors import SchemaBroken

Floats: TypeAlias = npt.NDArray[np.float64]


def gi_star(counts: Any, neighbours: csr_matrix) -> Floats:
    """The standardised Getis-Ord Gi* of each place, the place itself included in its own neighbourhood.

    The z that people know from other tools. It orders places well, but its normal p-value is not used here to claim a
    hotspot: counts of concerns are few and far from normal, and with thousands of cells that p marks hundreds on every
    random map (see `exact_test`).

    Parameters
    ----------
    counts
        n numbers, zeros of the study area included.
    neighbours
        (n, n) weights with the place itself on the diagonal; binary from `ring_matrix` or `area_neighbours`.

    Returns
    -------
    n z-scores. NaN where the statistic is not defined: all counts equal (nothing can stand out), no neighbours at all,
    or a neighbourhood that is the whole map.

    Notes
    -----
    z_i = (Σ_j w_ij x_j − W_i x̄) / (s √((n Σ_j w_ij² − W_i²) / (n − 1))) with s the population standard deviation. Ord and
    Getis (1995), Local spatial autocorrelation statistics, Geographical Analysis 27, doi:10.1111/j.1538-4632.1995.tb00912.x.
    Equal to `esda.getisord.G_Local(star=True, transform="B").Zs`.

    Examples
    --------
    Five cells in a row; mean 2, standard deviation 2:

    >>> row = csr_matrix(np.abs(np.subtract.outer(range(5), range(5))) <= 1, dtype=float)
    >>> gi_star(np.array([1, 1, 1, 1, 6]), row).round(2)
    array([-0.82, -1.22, -1.22,  0.82,  1.22])
    """
    values = checked_counts(counts, neighbours)
    n = len(values)
    if n < 2 or (values == values[0]).all():
        return np.full(n, np.nan)
    centred = values - values.mean()
    variance = np.square(centred).mean()  # not a dot product: on a busy machine its threads wait for each other
    weight_sums, square_sums = _weight_sums(neighbours)
    return _standardised(neighbours @ centred, variance, (n * square_sums - weight_sums**2) / (n - 1))


def gi(counts: Any, neighbours: csr_matrix) -> Floats:
    """The standardised Getis-Ord Gi of each place: as `gi_star`, the place itself left out everywhere.

    The diagonal of `neighbours` is ignored. Mean and variance are those of the other n − 1 places.

    >>> row = csr_matrix(np.abs(np.subtract.outer(range(5), range(5))) <= 1, dtype=float)
    >>> gi(np.array([1, 1, 1, 1, 6]), row).round(2)
    array([-0.58, -1.  , -1.  ,  1.  ,   nan])
    """
    values = checked_counts(counts, neighbours)
    n = len(values)
    if n < 3 or (values == values[0]).all():
        return np.full(n, np.nan)
    others = without_self(neighbours)
    weight_sums, square_sums = _weight_sums(others)
    centred = values - values.mean()  # the others' mean and variance then lose no digits to large counts
    means = (centred.sum() - centred) / (n - 1)
    variances = ((centred**2).sum() - centred**2) / (n - 1) - means**2
    variances[variances < 1e-12 * centred.var()] = 0.0
    spread = ((n - 1) * square_sums - weight_sums**2) / (n - 2)
    return _standardised(others @ centred - weight_sums * means, variances, spread)


def checked_counts(counts: Any, neighbours: csr_matrix) -> Floats:
    """The counts as float64, when they and the matrix fit each other.

    Raises
    ------
    SchemaBroken
        For a matrix that is not (n, n) or counts that are missing or infinite.
    """
    values = np.array(counts, dtype=np.float64)
    if values.ndim != 1 or neighbours.shape != (len(values), len(values)):
        raise SchemaBroken(f"n counts need an n by n neighbour matrix; found {values.shape} and {neighbours.shape}.")
    if not np.isfinite(values).all():
        raise SchemaBroken("Counts must all be known; some are missing or infinite. A place without records counts 0.")
    return values


def without_self(neighbours: csr_matrix) -> csr_matrix:
    """The same weights without the diagonal; the matrix given is not changed."""
    entries = neighbours.tocoo()
    off = entries.row != entries.col
    return csr_matrix((entries.data[off], (entries.row[off], entries.col[off])), shape=neighbours.shape)


def row_standardised(neighbours: csr_matrix) -> csr_matrix:
    """The same weights with each row summing to one; a row without neighbours stays empty."""
    sums = np.asarray(neighbours.sum(axis=1)).ravel()
    rows = np.repeat(np.arange(neighbours.shape[0]), np.diff(neighbours.indptr))
    data = neighbours.data / sums[rows]
    return csr_matrix((data, neighbours.indices.copy(), neighbours.indptr.copy()), shape=neighbours.shape)


def _weight_sums(weights: csr_matrix) -> tuple[Floats, Floats]:
    if weights.has_canonical_format and (weights.data == 1).all():
        degrees = np.diff(weights.indptr).astype(np.float64)  # far quicker than a sum over the rows
        return degrees, degrees
    ones = np.ones(weights.shape[0])
    return weights @ ones, weights.multiply(weights) @ ones


def _standardised(difference: Floats, variance: Any, spread: Floats) -> Floats:
    square = np.where(spread > 1e-12, spread, 0.0) * variance
    z = np.full(len(difference), np.nan)
    np.divide(difference, np.sqrt(square), out=z, where=square > 0)
    return z
