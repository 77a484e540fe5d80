"""Where is it, is it more than chance, and what is known of one cell: from a filter to counts, hotspots and a profile."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.geography import cells as h3_cells
from csg_maps.geography.areas import area_of_points
from csg_maps.hotspots.classify import CLASS_LABELS, HOTSPOT_CLASSES
from csg_maps.hotspots.density import bandwidth_sentence, default_bandwidth_m, quartic_density
from csg_maps.hotspots.exact_test import background_share, even_share
from csg_maps.hotspots.hotspot_table import hotspot_table
from csg_maps.hotspots.study_area import decline_reason
from csg_maps.i18n import _, language, n_
from csg_maps.model.actor import Actor
from csg_maps.model.filters import AreaPlace, CellPlace, ConcernFilter, Place
from csg_maps.store import areas, batches, counts
from csg_maps.store.audit import record
from csg_maps.store.workspace import Store, data_version, writing
from csg_maps.workflows import study_ground
from csg_maps.workflows.exporting import csv_text, write_table


@dataclass(frozen=True)
class HotspotResult:
    """Hotspots of one filter. `table` has one row a cell or area of the study area, zeros included, best evidence first.

    Its columns are those of `hotspots.hotspot_table` with `cell` (int64) or `area_code, area_name, area_name_cy`, and
    `density` (concerns per km², NA unless asked). `declined` says why no test was made, "" when one was.
    """

    table: pd.DataFrame
    place: Place
    method: str
    sentences: tuple[str, ...]
    declined: str
    records: int
    on_map: int
    not_on_map: int
    bandwidth_m: float | None


def hotspots(
    store: Store,
    actor: Actor,
    chosen: ConcernFilter,
    place: Place,
    *,
    method: str = "gi-star",
    bandwidth_m: float | None = None,
    expected: str = "even",
) -> HotspotResult:
    """Count, test and rank every settled cell, or every area of a layer.

    Nothing is called a hotspot but by the exact test; `density` adds a smoothed surface that is not tested. Raises
    NotAllowed, and InputRefused for a layer that does not exist.
    """
    require(actor, "see_counts")
    check_areas(store, chosen)
    totals = totals_of(store, actor, chosen)
    counted = counts.count(store, actor, chosen, place, with_dates=True)
    key = "cell" if isinstance(place, CellPlace) else "area_code"
    table, neighbours = _study_area(store, actor, chosen, place, counted)
    # only a test can be declined, and only a test says what a place is: counts and density are shown whatever the number
    declined = decline_reason(len(table), int(table["count"].sum())) if method == "gi-star" else ""
    share, own_share = None, None
    if method == "gi-star" and not declined:
        share, own_share = _shares(store, actor, chosen, place, table=table, neighbours=neighbours, expected=expected)
    tested = hotspot_table(table.drop(columns="settled"), neighbours, share, own_share=own_share, key=key)
    radius = None
    tested["density"] = pd.Series(pd.NA, index=tested.index, dtype="Float64")
    if method == "density" and isinstance(place, CellPlace):
        radius = bandwidth_m or default_bandwidth_m(place.resolution)
        inside = table[table["count"] > 0]
        surface = quartic_density(
            inside["cell"].to_numpy(), inside["count"].to_numpy(), radius, tested["cell"].to_numpy()
        )
        tested["density"] = pd.Series(surface, index=tested.index, dtype="Float64")
        tested = tested.sort_values(["density", "cell"], ascending=[False, True], ignore_index=True)
        tested["rank"] = np.arange(1, len(tested) + 1, dtype=np.int64)
    elif method == "density":
        raise InputRefused(_("A density is drawn on cells; choose a cell size instead of areas."))
    return HotspotResult(
        table=tested,
        place=place,
        method=method,
        sentences=tuple(
            _sentences(
                store,
                actor,
                chosen,
                place,
                places=len(table),
                method=method,
                expected=expected,
                declined=declined,
                radius=radius,
                asked_radius=bandwidth_m,
            )
        ),
        declined=declined,
        records=totals.records,
        on_map=totals.on_map,
        not_on_map=totals.not_on_map,
        bandwidth_m=radius,
    )


def check_areas(store: Store, chosen: ConcernFilter) -> None:
    """Raise InputRefused when the filter names a layer or an area that is not there: its count of 0 would mislead."""
    for layer_id in sorted({layer for layer, _code in chosen.within}):
        known = set(areas.read_layer(store, layer_id)["area_code"])
        for layer, code in chosen.within:
            if layer == layer_id and code not in known:
                raise InputRefused(_("The layer {layer} has no area {code!r}.").format(layer=layer, code=code))


@dataclass(frozen=True)
class Totals:
    """What a filter chooses, on the map and not; and what it leaves out because its day or hour is not known."""

    records: int
    on_map: int
    not_on_map: int
    without_date: int
    left_out_for_precision: int


def totals_of(store: Store, actor: Actor, chosen: ConcernFilter) -> Totals:
    """The totals of a filter."""
    row = counts.totals(store, actor, chosen).iloc[0]
    return Totals(**{name: int(row[name]) for name in row.index})


@dataclass(frozen=True)
class Profile:
    """What is known of one cell or area under one filter: small tables of `count`, and what is not known."""

    name: str
    by_harm: pd.DataFrame
    by_agency: pd.DataFrame
    by_month: pd.DataFrame
    by_weekday_and_hours: pd.DataFrame
    by_setting: pd.DataFrame
    by_age_band: pd.DataFrame
    total: int
    hour_unknown: int
    weekday_unknown: int


def profile(store: Store, actor: Actor, chosen: ConcernFilter, place: Place, key: int | str) -> Profile:
    """What is known of one cell (int) or area (code) of the place that the map shows."""
    require(actor, "see_counts")

    def split(*by: str) -> pd.DataFrame:
        found = counts.count(store, actor, chosen, place, by=by)
        column = "cell" if isinstance(place, CellPlace) else "area_code"
        return found.loc[found[column] == key, [*by, "count"]].sort_values(list(by)).reset_index(drop=True)

    when = split("weekday", "hour_band")
    return Profile(
        name=place_name(store, place, key),
        by_harm=split("harm").sort_values(["count", "harm"], ascending=[False, True]).reset_index(drop=True),
        by_agency=split("agency").sort_values(["count", "agency"], ascending=[False, True]).reset_index(drop=True),
        by_month=split("month"),
        by_weekday_and_hours=when,
        by_setting=split("setting"),
        by_age_band=split("age_band"),
        total=int(when["count"].sum()),
        hour_unknown=int(when.loc[when["hour_band"] == "unknown", "count"].sum()),
        weekday_unknown=int(when.loc[when["weekday"] == "unknown", "count"].sum()),
    )


def place_name(store: Store, place: Place, key: int | str) -> str:
    """The name of an area, or the areas that a cell's centre lies in; a cell has no name of its own."""
    if isinstance(place, AreaPlace):
        layer = areas.read_layer(store, place.layer_id)
        named = _area_names(layer)[layer["area_code"] == key]
        return str(named.iloc[0]) if len(named) else str(key)
    names = []
    for listed in areas.list_layers(store):
        layer = areas.read_layer(store, listed.layer_id)
        code = area_of_points(layer, *h3_cells.centres(np.array([key], dtype=np.int64)))[0]
        names += _area_names(layer)[layer["area_code"] == code].tolist()
    return ", ".join(dict.fromkeys(names))


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


def study_cells(store: Store, actor: Actor, chosen: ConcernFilter, resolution: int) -> np.ndarray:
    """Every settled cell of the chosen areas: with a street, an address, or any record in the store's history."""
    return study_ground.study_cells(study_ground.ground_of(store, actor, chosen.within), resolution).copy()


def _study_area(
    store: Store, actor: Actor, chosen: ConcernFilter, place: Place, counted: pd.DataFrame
) -> tuple[pd.DataFrame, scipy.sparse.csr_matrix]:
    """The table of all settled places with their counts (`settled` = size for the even share), and who is next to whom."""
    ground = study_ground.ground_of(store, actor, chosen.within)
    if isinstance(place, CellPlace):
        known = study_ground.study_cells(ground, place.resolution)
        cells = np.union1d(known, counted["cell"].to_numpy()).astype(np.int64)
        table = pd.DataFrame({"cell": cells}).merge(counted, on="cell", how="left")
        # a cell at the coast or on one lane holds less settled ground than one in town: its share goes by that
        held = study_ground.settled_in_cells(ground, place.resolution)
        table["settled"] = table["cell"].map(held).fillna(1).astype("float64")
        neighbours = study_ground.rings(cells)
    else:
        listed, neighbours = study_ground.settled_areas(ground, place)
        table = listed.merge(counted, on="area_code", how="left")
    table[["count", "dates"]] = table[["count", "dates"]].fillna(0).astype("int64")
    return table, neighbours


def _shares(
    store: Store,
    actor: Actor,
    chosen: ConcernFilter,
    place: Place,
    *,
    table: pd.DataFrame,
    neighbours: scipy.sparse.csr_matrix,
    expected: str,
) -> tuple[np.ndarray, np.ndarray]:
    """The share of all concerns expected in each place with its ring, and in each place alone."""
    alone = scipy.sparse.identity(len(table), format="csr")
    if expected == "even":
        sizes = table["settled"].to_numpy()
        return even_share(neighbours, sizes), even_share(alone, sizes)
    behind = ConcernFilter(evidence="background", within=chosen.within)
    counted = counts.count(store, actor, behind, place)
    key = "cell" if isinstance(place, CellPlace) else "area_code"
    held = table[[key]].merge(counted, on=key, how="left")["count"].fillna(0).to_numpy(dtype="float64")
    if not held.sum():
        raise InputRefused(_("There is no background layer to compare with; import one, or choose the even share."))
    return background_share(held, neighbours), background_share(held, alone)


def _sentences(
    store: Store,
    actor: Actor,
    chosen: ConcernFilter,
    place: Place,
    *,
    places: int,
    method: str,
    expected: str,
    declined: str,
    radius: float | None,
    asked_radius: float | None,
) -> Iterator[str]:
    totals = totals_of(store, actor, chosen)
    what = {
        "concern": n_("{count} concern counted", "{count} concerns counted", totals.records),
        "intelligence": n_("{count} piece of intelligence counted", "{count} pieces counted", totals.records),
        "background": n_("{count} background record counted", "{count} background records counted", totals.records),
    }[chosen.evidence]
    if isinstance(place, CellPlace):
        where = _("over {places} settled cells about {size} across").format(
            places=places, size=cell_size_words(place.resolution)
        )
    else:
        where = _("over {places} areas").format(places=places)
    yield f"{what} {where}."
    yield n_("{count} is not on the map.", "{count} are not on the map.", totals.not_on_map)
    if totals.left_out_for_precision:
        yield _("{count} are left out because their day or hour is not known.").format(
            count=totals.left_out_for_precision
        )
    if isinstance(place, AreaPlace):
        misplaced = counts.misplaced_share(store, actor, chosen, place.layer_id)
        if misplaced:
            yield _(
                "This layer was loaded after some records: for those the cell's centre decides, "
                "and up to {share} of them may belong to the area next door."
            ).format(share=f"{misplaced:.1%}")
    if declined:
        yield declined
    elif method != "gi-star":
        yield _("Nothing is tested here: a high count or density need not be more than chance would bring.")
    elif expected == "even":
        yield _(
            "A place is called a hotspot when it and its neighbours hold more than chance would bring if concerns were "
            "spread evenly over settled ground (exact test, corrected for the number of places, 5%), and it holds more "
            "than expected itself: at least 5 concerns on 3 dates."
        )
    else:
        yield _(
            "A place is called a hotspot when it and its neighbours hold more than chance would bring if concerns were "
            "spread as all recorded crime is (exact test, corrected for the number of places, 5%), and it holds more "
            "than expected itself: at least 5 concerns on 3 dates."
        )
    if radius is not None:
        yield bandwidth_sentence(radius, is_default=asked_radius is None)


def cell_size_words(resolution: int) -> str:
    """About how far a cell reaches, in words.

    >>> cell_size_words(9)
    '350 m'
    """
    return {7: "2.4 km", 8: "900 m", 9: "350 m", 10: "130 m"}[resolution]


def audience_key(store: Store, actor: Actor) -> tuple[str, int, tuple[str, ...]]:
    """What an answer may depend on: the store, its version now, and the sealed files that this actor may use."""
    files = batches.readable_files(store, actor)
    return str(store.folder), data_version(store), tuple(file.sha256 for file in files)


def month_range(store: Store, actor: Actor, evidence: str) -> tuple[str, ...]:
    """Every month from the first to the last with a record of this kind, "YYYY-MM"; empty when there is none."""
    require(actor, "see_counts")
    held = counts.count(store, actor, ConcernFilter(evidence=evidence), None, by=("month",))
    months = sorted(month for month in held["month"] if month)
    if not months:
        return ()
    return tuple(str(month) for month in pd.period_range(months[0], months[-1], freq="M"))


def class_words(code: str) -> str:
    """What a class of the table is called, in the reader's language; "" for one that was not tested."""
    return _(CLASS_LABELS[code]) if code in CLASS_LABELS else ""


def hotspots_of(result: HotspotResult) -> pd.DataFrame:
    """The rows of a result that the exact test calls hotspots, best evidence first."""
    return result.table[result.table["class"].isin(HOTSPOT_CLASSES)]


def areas_of_cells(store: Store, cells: np.ndarray) -> list[str]:
    """For each cell the name of the area that holds its centre, in the smallest layer loaded; "" where none does."""
    layers = sorted(areas.list_layers(store), key=lambda layer: -layer.features)
    if not layers:
        return [""] * len(cells)
    layer = areas.read_layer(store, layers[0].layer_id)
    names = dict(zip(layer["area_code"], _area_names(layer), strict=True))
    return [names.get(code, "") for code in area_of_points(layer, *h3_cells.centres(cells))]


def _area_names(layer: gpd.GeoDataFrame) -> pd.Series:
    """The names of a layer in the reader's language, as far as a Welsh one is known."""
    if language() != "cy":
        return layer["area_name"]
    return layer["area_name_cy"].where(layer["area_name_cy"] != "", layer["area_name"])


def csv_for_download(store: Store, actor: Actor, result: HotspotResult) -> str:
    """The whole table as CSV text; that it was taken away goes into the audit."""
    require(actor, "export")
    with writing(store) as connection:
        record(connection, actor, "export", what=result.method, rows=len(result.table), ending=".csv")
    return csv_text(for_people(store, result.place, result.table))


def export_name(result: HotspotResult) -> str:
    """The name of an exported file: what it is and how it is marked, nothing of what it holds."""
    return f"OFFICIAL-SENSITIVE_hotspots_{result.method}.csv"


def cell_names(cells: np.ndarray) -> list[str]:
    """The H3 index of each cell as text."""
    return h3_cells.to_hex(cells)
