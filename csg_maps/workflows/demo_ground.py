"""The demo borough's own ground, drawn: streets, water, parks, wards and stations with their names, and nothing else.

No business, no school and no home is named: the map would be the same for every borough that draws its own.
"""

import geopandas as gpd
import pandas as pd

from csg_maps.intake.meaning.map_layers import chosen_meaning, features_of
from csg_maps.settings import DEMO_FOLDER

DEMO_LAYERS_DRAWN = (
    ("demo_outline", "land"),
    ("demo_water", "water"),
    ("demo_parks", "park"),
    ("demo_streets", "street"),
    ("demo_wards", "border"),
)
_STATIONS = ("bus_station", "railway_station")
_WARDS_RANK, _TOWN_RANK = 2, 2


def demo_features() -> gpd.GeoDataFrame:
    """The features of the demo borough's base map, with the columns of `model.map_kinds.FEATURE_COLUMNS`."""
    pieces = [features_of(_layer(file), chosen_meaning(kind)) for file, kind in DEMO_LAYERS_DRAWN]
    places = _layer("demo_places")
    pieces.append(features_of(places[places["kind"].isin(_STATIONS)], chosen_meaning("station")))
    town = features_of(_layer("demo_outline"), chosen_meaning("settlement"))
    pieces.append(town.assign(rank=_TOWN_RANK))
    drawn = pd.concat(pieces, ignore_index=True)
    drawn.loc[drawn["kind"] == "border", "rank"] = _WARDS_RANK
    drawn.loc[drawn["kind"] == "land", ["name", "name_cy"]] = ""
    return gpd.GeoDataFrame(drawn, geometry="geometry", crs=pieces[0].crs)


def _layer(file: str) -> gpd.GeoDataFrame:
    return gpd.read_file(DEMO_FOLDER / f"{file}.geojson", engine="pyogrio")
