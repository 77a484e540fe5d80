"""Tables of counts and hotspots that leave the app as files; each one goes into the audit."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.geography import cells as h3_cells
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.model.filters import CellPlace, ConcernFilter, Place
from csg_maps.store import areas, counts
from csg_maps.store.audit import record
from csg_maps.store.workspace import Store, writing
from csg_maps.workflows.explore import HotspotResult, check_areas, hotspots
from csg_maps.workflows.exporting import csv_text, write_table
from csg_maps.workflows.totals import totals_of


def export_counts(
    store: Store, actor: Actor, chosen: ConcernFilter, place: Place, *, by: tuple[str, ...], out: Path
) -> str:
    """Count, write the table to `out`, record the export, and say in a sentence what was written."""
    require(actor, "export")
    check_areas(store, chosen)
    table = counts.count(store, actor, chosen, place, by=by)
    geometry = outlines(store, place, table)
    write_table(for_people(store, place, table), out, geometry)
    totals = totals_of(store, actor, chosen)
    with writing(store) as connection:
        record(connection, actor, "export", what="count", rows=len(table), ending=out.suffix)
    return _("{rows} rows written; {records} records, of which {away} are not on the map.").format(
        rows=len(table), records=totals.records, away=totals.not_on_map
    )


def export_hotspots(
    store: Store,
    actor: Actor,
    chosen: ConcernFilter,
    place: Place,
    *,
    out: Path,
    method: str,
    bandwidth_m: float | None = None,
    expected: str = "even",
) -> str:
    """Find hotspots, write the table to `out`, record the export, and say how they were made."""
    require(actor, "export")
    result = hotspots(store, actor, chosen, place, method=method, bandwidth_m=bandwidth_m, expected=expected)
    write_table(for_people(store, place, result.table), out, outlines(store, place, result.table))
    with writing(store) as connection:
        record(connection, actor, "export", what=method, rows=len(result.table), ending=out.suffix)
    return "\n".join(result.sentences)


def csv_for_download(store: Store, actor: Actor, result: HotspotResult) -> str:
    """The whole table as CSV text; that it was taken away goes into the audit."""
    require(actor, "export")
    with writing(store) as connection:
        record(connection, actor, "export", what=result.method, rows=len(result.table), ending=".csv")
    return csv_text(for_people(store, result.place, result.table))


def export_name(result: HotspotResult) -> str:
    """The name of an exported file: what it is and how it is marked, nothing of what it holds."""
    return f"OFFICIAL-SENSITIVE_hotspots_{result.method}.csv"


def for_people(store: Store, place: Place, table: pd.DataFrame) -> pd.DataFrame:
    """The table as it leaves: cells as H3 text, areas with their names."""
    shown = table.copy()
    if isinstance(place, CellPlace):
        shown["cell"] = pd.Series(h3_cells.to_hex(table["cell"].to_numpy()), index=table.index, dtype="str")
    elif "area_name" not in shown.columns:
        layer = areas.read_layer(store, place.layer_id)
        names = dict(zip(layer["area_code"], layer["area_name"], strict=True))
        names[""] = _("in no area of this layer")
        shown.insert(1, "area_name", shown["area_code"].map(names).fillna("").astype("str"))
    return shown


def outlines(store: Store, place: Place, table: pd.DataFrame) -> gpd.GeoSeries:
    """The outline of each row's cell or area, EPSG:4326, in the order of the table."""
    if isinstance(place, CellPlace):
        return gpd.GeoSeries(h3_cells.polygons(table["cell"].to_numpy()), index=table.index, crs="EPSG:4326")
    layer = areas.read_layer(store, place.layer_id).set_index("area_code").geometry
    return gpd.GeoSeries(layer.reindex(table["area_code"]).to_numpy(), index=table.index, crs="EPSG:4326")
