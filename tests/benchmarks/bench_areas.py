"""Counting by area, for boundaries loaded after the records: beside geopandas.sjoin of their points (cell centres)."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from csg_maps.geography.areas import read_area_layer
from csg_maps.geography.cells import centres
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import AreaPlace, make_filter
from csg_maps.store import areas, counts
from csg_maps.store.workspace import Store
from tests.benchmarks.conftest import COUNTY, NATION
from tests.benchmarks.measuring import columns_of, median_ms

WARDS = "boundaries/bedfordshire/bedfordshire_wards13_merged.geojson"
EVERYTHING = make_filter(evidence="background")


@pytest.mark.benchmark
@pytest.mark.parametrize("size", [COUNTY, NATION])
def test_counts_by_area(shared_data: Path, stores: dict[str, Store], size: str, tell: Callable[[str], None]) -> None:
    """Prints; checks that records inside the wards are as many."""
    store = stores[size]
    frame = gpd.read_file(shared_data / WARDS, engine="pyogrio")
    code = next(column for column in frame.columns if column.upper().endswith("CD"))
    name = next(column for column in frame.columns if column.upper().endswith("NM"))
    layer, _repairs = read_area_layer(frame, code=code, name=name)
    layer_id = "wards"
    areas.add_layer(
        store, LOCAL_ACTOR, layer_id=layer_id, name="Wards", name_cy="", gdf=layer, is_extent=False, repairs=[]
    )
    cells = columns_of(store, ["cell"]).column("cell").to_numpy()
    latitude, longitude = centres(cells[cells != 0])
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(longitude, latitude), crs="EPSG:4326")

    def ours() -> int:
        counted = counts.count(store, LOCAL_ACTOR, EVERYTHING, AreaPlace(layer_id))
        return int(counted.loc[counted["area_code"] != "", "count"].sum())

    def theirs() -> int:
        joined = gpd.sjoin(points, layer[["area_code", "geometry"]], predicate="within")
        return int(joined.groupby("area_code").size().sum())

    mine, peer = median_ms(ours), median_ms(theirs, 3)
    tell(
        f"by area      {size:>12}: {len(layer)} areas {mine:6.0f} ms ({ours():,} records inside) | "
        f"geopandas.sjoin {peer:6.0f} ms ({theirs():,}) | x {peer / mine:.0f} faster"
    )
