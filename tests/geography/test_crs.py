"""Coordinates of any system become latitude and longitude, or nothing; and a system can be guessed from bounds."""

import numpy as np
import pandas as pd
import pytest

from csg_maps.errors import InputRefused
from csg_maps.geography.crs import check_crs, guess_crs, planar_crs, planar_m, to_latlng


def test_british_grid_agrees_with_ordnance_survey_within_five_metres(shared_data):
    points = pd.read_csv(shared_data / "boundaries/bedfordshire/lsoa21_population_weighted_centroids_bedfordshire.csv")
    lat, lng = to_latlng(points["easting"], points["northing"], "EPSG:27700")
    x, y = planar_m(lat, lng)
    true_x, true_y = planar_m(points["latitude"], points["longitude"])
    assert np.hypot(x - true_x, y - true_y).max() < 5


@pytest.mark.parametrize("x, y", [(np.nan, 51), (np.inf, 51), (1e308, 1e308), (0, 91), (181, 0)])
def test_what_is_no_place_is_nowhere(x, y):
    assert np.isnan(to_latlng([x], [y], "EPSG:4326")).all()


def test_points_beyond_the_area_of_use_are_nowhere():
    assert np.isnan(to_latlng([491_000.0, 1e308], [5_455_000.0, 1e308], "EPSG:27700")).all()


def test_unknown_systems_are_refused():
    with pytest.raises(InputRefused, match="EPSG:27700"):
        check_crs("EPSG:999999")


@pytest.mark.parametrize(
    "crs, x, y",
    [
        ("EPSG:4326", -0.42, 51.88),
        ("EPSG:27700", 508_653, 221_332),
        ("EPSG:3857", -46_754, 6_779_000),
    ],
)
def test_the_system_is_guessed(crs, x, y):
    guesses = guess_crs([x] * 3, [y] * 3)
    assert guesses[0].crs == crs and guesses[0].share_inside == 1 and guesses[0].reason


def test_the_irish_grid_is_guessed_within_ireland():
    assert guess_crs([315_904], [234_671], (-10.6, 51.3, -5.3, 55.5))[0].crs == "EPSG:29903"


def test_utm_is_guessed_from_the_areas(shared_data):
    thefts = pd.read_csv(shared_data / "messy/vancouver_thefts.csv.gz")
    guesses = guess_crs(thefts["X"], thefts["Y"], (-123.3, 49.1, -122.9, 49.4))
    assert guesses[0].crs == "EPSG:32610" and guesses[0].share_inside > 0.9
    assert guess_crs([np.nan, 0.0], [np.nan, 0.0]) == []


def test_the_plane_is_that_of_the_country():
    assert planar_crs([51.5], [-3.2]) == "EPSG:27700" and planar_crs([6.2], [-75.6]) == "EPSG:32618"
    assert planar_crs([-33.9], [18.4]) == "EPSG:32734" and planar_crs([np.nan], [np.nan]) == "EPSG:27700"
