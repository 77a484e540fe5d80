"""Where is it, is it more than chance, and what is known of one cell: from a filter to counts, hotspots and a profile."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.hotspots.classify import CLASS_LABELS, HOTSPOT_CLASSES
from csg_maps.hotspots.density import default_bandwidth_m, quartic_density
from csg_maps.hotspots.exact_test import background_share, even_share
from csg_maps.hotspots.hotspot_table import hotspot_table
from csg_maps.hotspots.study_area import decline_reason
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.model.filters import AreaPlace, CellPlace, ConcernFilter, Place
from csg_maps.store import areas, batches, counts
from csg_maps.store.workspace import Store, data_version
from csg_maps.workflows import study_ground
from csg_maps.workflows.how_made import sentences
from csg_maps.workflows.totals import totals_of


@dataclass(frozen=True)
class HotspotResult:
    """Hotspots of one filter. `table` has one row a cell or area of the study area, zeros included, best evidence first.

    Its columns are those of `hotspots.hotspot_table` with `cell` (int64) or `area_code, area_name`, and
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
            sentences(
                totals,
                chosen,
                place,
                places=len(table),
                misplaced=_misplaced(store, actor, chosen, place),
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


def _misplaced(store: Store, actor: Actor, chosen: ConcernFilter, place: Place) -> float:
    return counts.misplaced_share(store, actor, chosen, place.layer_id) if isinstance(place, AreaPlace) else 0.0


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
