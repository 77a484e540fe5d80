"""Filter → finished layer of the map, and its bytes: beside a folium GeoJson with one feature a cell."""

import json
from collections.abc import Callable

import folium
import pytest
import shapely

from csg_maps.geography.cells import polygons
from csg_maps.layers.hotspot_layer import number_layer
from csg_maps.layers.shapes import size_bytes
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import CellPlace, make_filter
from csg_maps.store.workspace import Store
from csg_maps.workflows import explore, picture
from tests.benchmarks.conftest import COUNTY, NATION
from tests.benchmarks.measuring import median_ms

FILTERS = [
    make_filter(evidence="background", harms=(harm,)) for harm in ("asb", "violence", "theft_and_damage", "substances")
]


@pytest.mark.benchmark
@pytest.mark.parametrize(
    ("size", "method"), [(COUNTY, "count"), (COUNTY, "gi-star"), (NATION, "count"), (NATION, "gi-star")]
)
def test_layer(stores: dict[str, Store], size: str, method: str, tell: Callable[[str], None]) -> None:
    """Prints; asserts nothing. Each run asks for another filter, as a person who tries choices does."""
    store, place = stores[size], CellPlace(9)
    turn = iter(range(1_000_000))

    def finished() -> tuple[explore.HotspotResult, picture.Picture]:
        chosen = FILTERS[next(turn) % len(FILTERS)]
        result = explore.hotspots(store, LOCAL_ACTOR, chosen, place, method=method)
        drawn = picture.picture(store, LOCAL_ACTOR, result)
        latitude, longitude = zip(*drawn.numbered, strict=True) if drawn.numbered else ((), ())
        number_layer(drawn.shapes, latitude, longitude)
        return result, drawn

    result, drawn = finished()

    def peer() -> int:
        table = result.table
        rows = zip(polygons(table["cell"].to_numpy()), table["count"], strict=True)
        features = [
            {
                "type": "Feature",
                "properties": {"count": int(count)},
                "geometry": json.loads(shapely.to_geojson(outline)),
            }
            for outline, count in rows
        ]
        whole = {"type": "FeatureCollection", "features": features}
        layer = folium.GeoJson(whole, style_function=lambda feature: {"fillOpacity": 0.5})
        page = folium.Map()
        layer.add_to(page)
        return len(page.get_root().render())

    ours, theirs, bytes_ = median_ms(finished, 8), median_ms(peer, 1), peer()
    tell(
        f"layer r9     {size:>12}: {method:8} {len(result.table):,} cells {ours:6.0f} ms, {size_bytes(drawn.shapes) / 1000:,.0f} kB | "
        f"folium {theirs:6.0f} ms, {bytes_ / 1000:,.0f} kB | x {theirs / ours:.1f} faster, x {bytes_ / size_bytes(drawn.shapes):.0f} smaller"
    )
