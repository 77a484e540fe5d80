"""Snapped points and default points are told apart from points that were surveyed."""

import numpy as np
import pandas as pd
import pytest

from csg_maps.geography.snapping import find_snapping


@pytest.mark.parametrize(
    "file, x, y, snapped",
    [
        ("police_uk/2024-03-bedfordshire-street.csv", "Longitude", "Latitude", True),
        ("police_uk/2024-03-btp-street.csv.gz", "Longitude", "Latitude", True),
        ("messy/greater_manchester_stats19_road_casualties_2019-Jun2024.csv.gz", "lon", "lat", False),
        ("messy/vancouver_thefts.csv.gz", "X", "Y", False),
    ],
)
def test_real_files(shared_data, file, x, y, snapped):
    frame = pd.read_csv(shared_data / file)
    assert find_snapping(frame[y], frame[x]).is_snapped == snapped


def test_a_default_point_is_no_snapping():
    rng = np.random.default_rng(3)
    lat, lng = rng.uniform(51, 52, 600), rng.uniform(-1, 0, 600)
    lat[:400], lng[:400] = 51.5, -0.5
    found = find_snapping(lat, lng)
    assert not found.is_snapped and found.default_rows == (400,) and found.rows == 600 and found.points == 201


def test_nothing_is_said_of_few_or_no_points():
    assert not find_snapping([51.5] * 99, [-0.5] * 99).is_snapped
    empty = find_snapping([np.nan], [np.nan])
    assert (empty.rows, empty.points, empty.is_snapped, empty.default_rows) == (0, 0, False, ())
