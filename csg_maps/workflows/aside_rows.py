"""The rows of one group as a person looks at them: what they say, which are alike, and what is proposed for them."""

import datetime
from dataclasses import dataclass
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.geography import cells as h3_cells
from csg_maps.i18n import _
from csg_maps.intake.rows.context import IntakeContext
from csg_maps.intake.rows.proposals import MENDS, PLACE_RULES
from csg_maps.layers.hotspot_layer import NUMBERED, class_shapes, outline_shapes
from csg_maps.layers.palette import NO_DATA_CLASS
from csg_maps.layers.shapes import Shape
from csg_maps.model.actor import Actor
from csg_maps.model.concern import NO_CELL
from csg_maps.model.mending import PLACE_FIELDS, TIME_FIELDS
from csg_maps.model.provenance import Sharing
from csg_maps.store import areas, quarantine
from csg_maps.store.workspace import Store
from csg_maps.workflows import remaking
from csg_maps.workflows.set_aside import area_at

DRAWN_RESOLUTION = 10
PROPOSED_CLASS = 3


@dataclass(frozen=True)
class AsideRow:
    """One row. `said` is its text by field, `alike` what it has in common with others of its group ("" = nothing written).

    `latitude`, `longitude` (degrees, NaN = none) are the proposed place, else the place that the row itself says;
    `area` is the area that this lies in, `proposal` says in words what is proposed ("" = nothing).
    """

    position: int
    row: int
    said: dict[str, str]
    alike: str
    proposal: str
    area: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class GroupLook:
    """The rows of one group. `place` and `time`: whether a place or a time is what is wrong. `fields` may be corrected.

    `date_format` is how the file writes its dates, "" where that is not known.
    """

    rows: tuple[AsideRow, ...]
    place: bool
    time: bool
    fields: tuple[str, ...]
    date_format: str

    @property
    def is_proposed(self) -> bool:
        """Whether a place is proposed for at least one row."""
        return any(row.proposal for row in self.rows)


def look(store: Store, actor: Actor, batch_id: str, codes: str) -> GroupLook:
    """The rows of a batch that are set aside for these reasons; that they were looked at goes into the audit."""
    held = quarantine.read_quarantined(store, actor, batch_id)
    chosen = held[held["reasons"] == codes]
    read_as = quarantine.read_to_mend(store, actor, batch_id)[1]
    place = bool(set(codes.split(",")) & PLACE_RULES)
    time = bool(set(codes.split(",")) & remaking.TIME_RULES)
    rows: list[AsideRow] = []
    fields: dict[str, None] = {}
    written = ""
    bounds = _bounds_only(store)
    for number, part in chosen.groupby("table") if read_as else [(0, chosen)]:
        told = read_as["tables"][int(number)] if read_as else None
        written = written or (remaking.date_format(told) if told else "")
        fields |= dict.fromkeys(told["mapping"]["fields"] if told else ())
        rows += _rows(store, part, told, bounds, shared_by=PLACE_FIELDS if place else TIME_FIELDS)
    return GroupLook(tuple(sorted(rows, key=lambda row: row.position)), place, time, tuple(fields), written)


def _bounds_only(store: Store) -> IntakeContext:
    """A context that knows the areas and nothing else: enough to say where a mend would lead."""
    layers = areas.list_layers(store)
    return IntakeContext(
        agency="",
        evidence="",
        sharing=Sharing(),
        today=datetime.date.today(),
        secret=b"",
        area_layers=tuple((layer.layer_id, areas.read_layer(store, layer.layer_id)) for layer in layers),
        extent_layer_id=next((layer.layer_id for layer in layers if layer.is_extent), ""),
    )


def _rows(
    store: Store, part: pd.DataFrame, told: dict[str, Any] | None, bounds: IntakeContext, *, shared_by: tuple[str, ...]
) -> list[AsideRow]:
    latitude, longitude = part["latitude"].to_numpy(copy=True), part["longitude"].to_numpy(copy=True)
    proposal = np.full(len(part), "", dtype=object)
    if told is not None:
        found = remaking.proposals(part, told, bounds)
        has = np.isfinite(found.latitude)
        latitude[has], longitude[has] = found.latitude[has], found.longitude[has]
        proposal[has] = [_(MENDS[code]) for code in found.rule[has]]
    raw = [name for name in part.columns if str(name).startswith("raw_") and (part[name] != "").any()]
    named = area_at(store, latitude, longitude)
    rows = []
    for place, (position, row) in enumerate(part.iterrows()):
        said = {name.removeprefix("raw_"): str(row[name]) for name in raw}
        rows.append(
            AsideRow(
                position=int(position),
                row=int(row["row"]),
                said=said,
                alike=", ".join(said[field] for field in shared_by if said.get(field)),
                proposal=str(proposal[place]),
                area=named[place],
                latitude=float(latitude[place]),
                longitude=float(longitude[place]),
            )
        )
    return rows


@dataclass(frozen=True)
class PlacesPicture:
    """Rows on a map: rings of cells about 400 m across, never a point. `numbered` are the middles of the first ten rows'."""

    shapes: tuple[Shape, ...]
    numbered: tuple[tuple[float, float], ...]


def picture(rows: tuple[AsideRow, ...]) -> PlacesPicture:
    """Where rows are proposed to lie (filled), or where they say that they lie (dashed)."""
    cells = _cells([row.latitude for row in rows], [row.longitude for row in rows])
    shapes: tuple[Shape, ...] = ()
    for is_proposed, number in ((False, NO_DATA_CLASS), (True, PROPOSED_CLASS)):
        own = _rings(cells[[bool(row.proposal) == is_proposed for row in rows]])
        shapes += class_shapes(own, np.full(len(own), number, dtype=np.int64))
    latitude, longitude = h3_cells.centres(cells[:NUMBERED])
    return PlacesPicture(shapes, tuple(zip(latitude.tolist(), longitude.tolist(), strict=True)))


def clicked_shapes(latitude: float, longitude: float) -> tuple[Shape, ...]:
    """The outline of the ring of cells around a chosen place."""
    return outline_shapes(_rings(_cells([latitude], [longitude])))


def _cells(latitude: list[float], longitude: list[float]) -> npt.NDArray[np.int64]:
    return h3_cells.points_to_cells(np.array(latitude), np.array(longitude), DRAWN_RESOLUTION)


def _rings(cells: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    around = {near for cell in cells[cells != NO_CELL].tolist() for near in h3.grid_disk(cell, 1)}
    return np.array(sorted(around), dtype=np.int64)
