"""What rows are judged against: whose supply it is, which areas and premises are known, what the store holds already."""

import datetime
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.geography.areas import layers_bounds
from csg_maps.geography.crs import BRITISH_ISLES, Bounds
from csg_maps.intake.rows.named_places import PlaceTables
from csg_maps.model.provenance import Sharing


def no_keys() -> npt.NDArray[np.int64]:
    """An empty list of keys."""
    return np.zeros(0, dtype=np.int64)


def no_lookups() -> pd.DataFrame:
    """An empty lookup of codes."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in ("layer_id", "from_code", "to_code")})


@dataclass(frozen=True)
class IntakeContext:
    """Everything beside the table and its mapping that decides what becomes of a row.

    Attributes
    ----------
    agency, evidence, sharing
        Of the whole supply.
    today
        Later dates are mistakes.
    secret
        The store's key for hashes of references and rows.
    area_layers
        (layer_id, layer as `read_area_layer` returns it) of every layer that is loaded.
    extent_layer_id
        The layer whose outline bounds the council; "" = no bounds.
    code_lookups
        layer_id, from_code, to_code (str): codes of other years as codes of the layer.
    postcodes, premises
        Tables of `geography.postcodes` and `geography.premises`, or None.
    places
        What UPRNs, USRNs and the agency's confirmed names lead to.
    seen_row_keys, seen_source_refs
        Sorted int64: what the store (and earlier tables of this supply) hold of this agency and evidence.
    own_row_keys
        Sorted int64: what is sealed already of the very supply that these rows belong to, when they were set aside of it.
    timezone
        Whose clock is "local".
    is_whole_supply
        False when the table is one of several of a supply: then gaps between months are judged over all of them, with
        `rules.volume_problems`.
    """

    agency: str
    evidence: str
    sharing: Sharing
    today: datetime.date
    secret: bytes
    area_layers: tuple[tuple[str, gpd.GeoDataFrame], ...] = ()
    extent_layer_id: str = ""
    code_lookups: pd.DataFrame = field(default_factory=no_lookups)
    postcodes: pd.DataFrame | None = None
    premises: pd.DataFrame | None = None
    places: PlaceTables = field(default_factory=PlaceTables)
    seen_row_keys: npt.NDArray[np.int64] = field(default_factory=no_keys)
    seen_source_refs: npt.NDArray[np.int64] = field(default_factory=no_keys)
    own_row_keys: npt.NDArray[np.int64] = field(default_factory=no_keys)
    timezone: str = "Europe/London"
    is_whole_supply: bool = True

    @property
    def extent(self) -> gpd.GeoDataFrame | None:
        """The layer that bounds the council, or None."""
        return dict(self.area_layers).get(self.extent_layer_id)

    def bounds(self) -> tuple[Bounds, Bounds]:
        """Where the file as a whole should lie and where a single row must lie (west, south, east, north; degrees).

        A single row is suspected only outside the council's own extent or, where none is set, outside Great Britain and
        Ireland: a layer that happens to be loaded does not say that nothing lies beyond it.
        """
        own = None if self.extent is None else layers_bounds((self.extent,))
        return own or layers_bounds(tuple(layer for _, layer in self.area_layers)), own or BRITISH_ISLES
