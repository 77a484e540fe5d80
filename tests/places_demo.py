"""The demo borough's concerns, areas and names in a store without a base map: quick enough for every test file."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from csg_maps.geography.gazetteers import read_places, read_streets, shapes_frame
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.provenance import Provenance, make_sharing
from csg_maps.model.registered_place import FirstAction, ProposedPlace
from csg_maps.model.supply import ImportRequest, SuppliedFile
from csg_maps.settings import DEMO_FOLDER
from csg_maps.store import reference
from csg_maps.workflows import boundaries, importing, stores

BUS_STATION = 0x8A182DB8E117FFF
BUS_STATION_R9 = 0x89182DB8E13FFFF
TAKEAWAYS = 0x8A182DB8C407FFF
PARK_R9 = 0x89182DB8377FFFF


def make_borough(folder: Path) -> stores.Store:
    """A store with the wards, the small areas, the names and every agency's concerns of the demo borough."""
    store = stores.make(folder, demo=False)
    for file, name in (("demo_wards", "Wards"), ("demo_small_areas", "Small areas")):
        choice = boundaries.LayerChoice(
            name, code="area_code", name="area_name", name_cy="area_name_cy", is_extent=file == "demo_wards"
        )
        boundaries.add(store, LOCAL_ACTOR, DEMO_FOLDER / f"{file}.geojson", f"{file}.geojson", choice)
    add_names(store)
    for path in sorted(DEMO_FOLDER.glob("demo_concerns_*.csv.gz")):
        request = ImportRequest(
            files=(SuppliedFile(str(path), path.name),),
            provenance=Provenance(
                agency=path.name.removeprefix("demo_concerns_").removesuffix(".csv.gz"),
                purpose="A test",
                lawful_basis="open_data",
                agreement="None needed",
                retain_until="2090-01-01",
            ),
            sharing=make_sharing("all"),
        )
        importing.run_import(store, LOCAL_ACTOR, request)
    return store


def add_names(store: stores.Store) -> None:
    """Streets, parks, stops, schools and businesses of the demo borough, as a council's own tables hold them."""
    streets = gpd.read_file(DEMO_FOLDER / "demo_streets.geojson")
    parks = gpd.read_file(DEMO_FOLDER / "demo_parks.geojson").assign(kind="park")
    places = gpd.GeoDataFrame(pd.concat([gpd.read_file(DEMO_FOLDER / "demo_places.geojson"), parks]), crs="EPSG:4326")
    reference.save_names(store, LOCAL_ACTOR, "streets", read_streets(shapes_frame(streets)))
    reference.save_names(store, LOCAL_ACTOR, "names", read_places(shapes_frame(places)))


def proposal(**changes: object) -> ProposedPlace:
    """A proposal that stands."""
    usual = {
        "name": "Around Haven Bus Station",
        "cells": (BUS_STATION,),
        "origin": "cell",
        "origin_key": f"{BUS_STATION:x}",
        "why": "Young people wait here without shelter or staff.",
        "action": FirstAction(
            "Staff at the stands after school", "guardianship", "transport", "Station manager", "2089-10-01"
        ),
        "review_on": "2089-12-01",
        "harms": ("violence.robbery",),
    }
    return ProposedPlace(**{**usual, **changes})  # type: ignore[arg-type]
