"""A smooth picture of where concerns lie: quartic kernel density on cells. It is not a test of anything."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from csg_maps.errors import InputRefused, SchemaBroken
from csg_maps.geography.cells import centres, check_cells, resolutions
from csg_maps.geography.crs import planar_crs, planar_m
from csg_maps.i18n import _
from csg_maps.model.concern import NO_CELL

Floats: TypeAlias = npt.NDArray[np.float64]

SPACING_M = {7: 2434.0, 8: 920.0, 9: 348.0, 10: 131.0, 11: 50.0}
"""Distance between the centres of neighbouring cells, on average over the globe (edge length times the root of three)."""

_SQUARE_METRES = 1_000_000.0
_PAIRS_AT_ONCE = 4_000


def default_bandwidth_m(resolution: int) -> float:
    """The bandwidth used when nobody chooses one: three cell spacings, rounded to 50 m, so that two rings count.

    At resolution 10 that is 400 m, within the 150 to 400 m usual for towns. Announce it wherever it is used
    (`bandwidth_sentence`): of all choices it changes the picture most.

    >>> [default_bandwidth_m(resolution) for resolution in (7, 8, 9, 10)]
    [7300.0, 2750.0, 1050.0, 400.0]
    """
    if resolution not in SPACING_M:
        raise InputRefused(_("A density needs a cell size from 7 to 11; found {found}.").format(found=resolution))
    return round(3 * SPACING_M[resolution] / 50) * 50.0


def bandwidth_sentence(bandwidth_m: float, *, is_default: bool) -> str:
    """How the surface was made, in the reader's language.

    >>> bandwidth_sentence(400.0, is_default=True)
    'Density within 400 m (chosen from the cell size); not tested for significance.'
    """
    if is_default:
        text = _("Density within {metres} m (chosen from the cell size); not tested for significance.")
    else:
        text = _("Density within {metres} m; not tested for significance.")
    return text.format(metres=round(bandwidth_m))


def quartic_density(cells: Any, counts: Any, bandwidth_m: float, at_cells: Any) -> Floats:
    """Concerns per km² at each of `at_cells`, each concern spread over a bump of radius `bandwidth_m`.

    Every concern stands at its cell's centre and adds 3 / (π h²) · (1 − d²/h²)² at distance d < h. Smoothing shows concerns
    where none were recorded, and nothing in it says what is unusual. Density is lower at the edge of the area because what
    lies outside is not counted. Silverman (1986), Density Estimation, eq. 4.5.

    Parameters
    ----------
    cells, counts
        n int64 cells (0 is passed over) and what to spread from each (whole or weighted, none below 0).
    bandwidth_m
        Radius h in metres; at least the distance between neighbouring cells, below which only counts would be repeated.
    at_cells
        m int64 cells to answer for; NaN at 0.

    Raises
    ------
    InputRefused
        For a bandwidth that is too small, or not a number.

    One concern at its own cell is 3 / π h²; h = 400 m: 5.97 per km².

    >>> from csg_maps.geography.cells import points_to_cells
    >>> cell = points_to_cells([52.13], [-0.46], 10)
    >>> quartic_density(cell, [1], 400.0, cell).round(2)
    array([5.97])
    """
    sources, targets = check_cells(cells), check_cells(at_cells)
    weights = np.array(counts, dtype=np.float64)
    if weights.shape != sources.shape or not (np.isfinite(weights) & (weights >= 0)).all():
        raise SchemaBroken("A density needs one known number, not below 0, for each cell.")
    _check_bandwidth(bandwidth_m, targets)
    density = np.where(targets == NO_CELL, np.nan, 0.0)
    used = (sources != NO_CELL) & (weights > 0)
    asked = np.flatnonzero(targets != NO_CELL)
    if not used.any() or not len(asked):
        return density
    source_lat, source_lng = centres(sources[used])
    target_lat, target_lng = centres(targets[asked])
    crs = planar_crs(target_lat, target_lng)  # one plane for both, or distances between them mean nothing
    from scipy.spatial import cKDTree  # only where a density is asked: it takes long to load

    tree = cKDTree(np.column_stack(planar_m(source_lat, source_lng, crs)))
    points = np.column_stack(planar_m(target_lat, target_lng, crs))
    scale = 3 / (np.pi * bandwidth_m**2) * _SQUARE_METRES
    for start in range(0, len(asked), _PAIRS_AT_ONCE):
        part = points[start : start + _PAIRS_AT_ONCE]
        near = cKDTree(part).sparse_distance_matrix(tree, bandwidth_m, output_type="ndarray")
        bumps = (1 - (near["v"] / bandwidth_m) ** 2) ** 2 * weights[used][near["j"]]
        density[asked[start : start + len(part)]] = scale * np.bincount(near["i"], bumps, minlength=len(part))
    return density


def _check_bandwidth(bandwidth_m: float, targets: npt.NDArray[np.int64]) -> None:
    finest = int(resolutions(targets).max(initial=-1))
    smallest = SPACING_M.get(finest, 1.0)
    if not np.isfinite(bandwidth_m) or bandwidth_m < smallest:
        message = _(
            "The bandwidth must be at least {smallest} m, the distance between cells of this size; found {found} m."
        )
        raise InputRefused(message.format(smallest=round(smallest), found=bandwidth_m))
