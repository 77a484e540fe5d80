"""What is known of one cell or area, and what it is called: counts by kind, agency, month, weekday and hours."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.geography import cells as h3_cells
from csg_maps.geography.areas import area_of_points
from csg_maps.i18n import language
from csg_maps.model.actor import Actor
from csg_maps.model.filters import AreaPlace, CellPlace, ConcernFilter, Place
from csg_maps.store import areas, counts
from csg_maps.store.workspace import Store


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
    column = "cell" if isinstance(place, CellPlace) else "area_code"
    name = place_name(store, place, key)
    return _profile(store, actor, chosen, place, name=name, belongs=lambda found: found[column] == key)


def profile_of_cells(
    store: Store, actor: Actor, chosen: ConcernFilter, cells: np.ndarray, *, resolution: int, name: str
) -> Profile:
    """What is known of several cells of one size together, under a name of their own."""
    place = CellPlace(resolution)
    return _profile(store, actor, chosen, place, name=name, belongs=lambda found: found["cell"].isin(cells))


def _profile(
    store: Store,
    actor: Actor,
    chosen: ConcernFilter,
    place: Place,
    *,
    name: str,
    belongs: Callable[[pd.DataFrame], pd.Series],
) -> Profile:
    require(actor, "see_counts")

    def split(*by: str) -> pd.DataFrame:
        found = counts.count(store, actor, chosen, place, by=by)
        held = found.loc[belongs(found), [*by, "count"]]
        return held.groupby(list(by), as_index=False, sort=True)["count"].sum()

    when = split("weekday", "hour_band")
    return Profile(
        name=name,
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
        named = area_names(layer)[layer["area_code"] == key]
        return str(named.iloc[0]) if len(named) else str(key)
    names = []
    for listed in areas.list_layers(store):
        layer = areas.read_layer(store, listed.layer_id)
        code = area_of_points(layer, *h3_cells.centres(np.array([key], dtype=np.int64)))[0]
        names += area_names(layer)[layer["area_code"] == code].tolist()
    return ", ".join(dict.fromkeys(names))


def areas_of_cells(store: Store, cells: np.ndarray) -> list[str]:
    """For each cell the name of the area that holds its centre, in the smallest layer loaded; "" where none does."""
    layers = sorted(areas.list_layers(store), key=lambda layer: -layer.features)
    if not layers:
        return [""] * len(cells)
    layer = areas.read_layer(store, layers[0].layer_id)
    names = dict(zip(layer["area_code"], area_names(layer), strict=True))
    return [names.get(code, "") for code in area_of_points(layer, *h3_cells.centres(cells))]


def names_of_areas(store: Store, layer_id: str, area_codes: Iterable[str]) -> list[str]:
    """The name of each area in the reader's language, its code where it has none."""
    layer = areas.read_layer(store, layer_id)
    names = dict(zip(layer["area_code"], area_names(layer), strict=True))
    return [names.get(code) or code for code in area_codes]


def area_names(layer: gpd.GeoDataFrame) -> pd.Series:
    """The names of a layer in the reader's language, as far as a Welsh one is known."""
    if language() != "cy":
        return layer["area_name"]
    return layer["area_name_cy"].where(layer["area_name_cy"] != "", layer["area_name"])


def cell_names(cells: np.ndarray) -> list[str]:
    """The H3 index of each cell as text."""
    return h3_cells.to_hex(cells)
