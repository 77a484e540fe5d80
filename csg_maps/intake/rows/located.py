"""What `locations` finds of each row: a point or none, what it was made of, and what is to be said."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from csg_maps.intake.rows.rules import Finding, WholeFile

NOWHERE, FROM_POINT, FROM_POSTCODE, FROM_COARSE_CELL = 0, 1, 2, 3
FROM_PREMISES, FROM_STREET, FROM_NAMED_POINT = 4, 5, 6


@dataclass(frozen=True)
class Located:
    """For each row: `latitude`, `longitude` (degrees EPSG:4326, NaN = none) and `origin` (NOWHERE, FROM_POINT, ...).

    `findings` are about rows, `whole_file` about the file. A row with a finding that quarantines has no point here
    except where the point is readable, so that an analyst can mend it.
    """

    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]
    origin: npt.NDArray[np.int8]
    findings: tuple[Finding, ...]
    whole_file: tuple[WholeFile, ...]
