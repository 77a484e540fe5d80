"""What is set aside, as the workbench begins: by batch, the soonest to go first, and by reason; no row is shown here."""

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.disclosure.policy import has_right, require
from csg_maps.errors import InputRefused
from csg_maps.geography.areas import area_of_points
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.settings import QUARANTINE_WARNING_DAYS
from csg_maps.store import areas, batches, mending, quarantine
from csg_maps.store.mending import Standing
from csg_maps.store.workspace import Store
from csg_maps.workflows.place_profile import area_names
from csg_maps.workflows.remaking import reason_words


@dataclass(frozen=True)
class AsideGroup:
    """Rows of one batch that are set aside for the same reasons (`codes`, joined by commas), in words for people.

    `rows` are their numbers in the file, one for each of `positions`.
    """

    codes: str
    words: str
    positions: tuple[int, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class AsideBatch:
    """What is set aside of one batch, the largest group first. `goes_on` is the last day (ISO) that it is kept.

    `can_be_mended` is False for an import that did not keep how its rows were read: those can only be refused.
    """

    batch_id: str
    agency: str
    rows: int
    goes_on: str
    days_left: int
    groups: tuple[AsideGroup, ...]
    can_be_mended: bool
    standing: Standing


@dataclass(frozen=True)
class Expiring:
    """Rows of one agency that go within a week; `goes_on` is an ISO date."""

    batch_id: str
    agency: str
    rows: int
    goes_on: str
    days_left: int


def open_rows(store: Store, actor: Actor, today: datetime.date) -> tuple[AsideBatch, ...]:
    """What can be mended, by batch, the soonest to go first; no row is shown. Withdrawn batches are left out."""
    require(actor, "see_quarantine")
    require(actor, "import")
    found = []
    for entry in quarantine.list_quarantined(store, actor):
        batch = batches.get_batch(store, entry.batch_id)
        if batch is None or batch.status != "active":
            continue
        rows, read_as = quarantine.read_to_mend(store, actor, entry.batch_id)
        found.append(
            AsideBatch(
                batch_id=entry.batch_id,
                agency=entry.agency,
                rows=entry.rows,
                goes_on=entry.purge_after,
                days_left=_days_left(entry.purge_after, today),
                groups=_groups(rows, read_as),
                can_be_mended=bool(read_as),
                standing=mending.standing(store, entry.batch_id),
            )
        )
    return tuple(found)


def _groups(rows: pd.DataFrame, read_as: dict[str, Any]) -> tuple[AsideGroup, ...]:
    told = read_as["tables"][0] if read_as else {"mapping": {}}
    groups = [
        AsideGroup(
            codes=str(codes),
            words=reason_words(str(codes), told),
            positions=tuple(int(place) for place in part.index),
            rows=tuple(int(row) for row in part["row"]),
        )
        for codes, part in rows.groupby("reasons", sort=True)
    ]
    return tuple(sorted(groups, key=lambda group: (-len(group.positions), group.codes)))


def expiring(store: Store, actor: Actor, today: datetime.date) -> tuple[Expiring, ...]:
    """What goes within a week if nobody mends it, the soonest first; () for who may not see it."""
    if not has_right(actor, "see_quarantine"):
        return ()
    return tuple(
        Expiring(entry.batch_id, entry.agency, entry.rows, entry.purge_after, _days_left(entry.purge_after, today))
        for entry in quarantine.list_quarantined(store, actor)
        if _days_left(entry.purge_after, today) <= QUARANTINE_WARNING_DAYS
    )


def _days_left(goes_on: str, today: datetime.date) -> int:
    return max((datetime.date.fromisoformat(goes_on) - today).days, 0)


def find_positions(found: AsideBatch, words: tuple[str, ...]) -> tuple[int, ...]:
    """The positions that words mean: "all", a reason's code, a row number of the file, or @ and a position.

    Raises InputRefused for a word that means no row, or a row number that several tables of the supply have.
    """
    chosen: dict[int, None] = {}
    for word in words:
        at = [
            position
            for group in found.groups
            for position, row in zip(group.positions, group.rows, strict=True)
            if word in {"all", group.codes, str(row), f"@{position}"}
        ]
        if not at:
            raise InputRefused(
                _("{word!r} is no row that is set aside; `set-aside list` shows them.").format(word=word[:60])
            )
        if word.isdigit() and len(at) > 1:
            several = " ".join(f"@{position}" for position in at)
            raise InputRefused(
                _("Row {row} is there in several tables of the supply; name one by its place: {places}.").format(
                    row=word, places=several
                )
            )
        chosen |= dict.fromkeys(at)
    return tuple(chosen)


def area_at(store: Store, latitude: Any, longitude: Any) -> list[str]:
    """For each point (degrees) the name of the area that it lies in, in the smallest layer; "" outside or without a point."""
    layers = sorted(areas.list_layers(store), key=lambda layer: -layer.features)
    at: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] = (
        np.asarray(latitude, dtype=np.float64),
        np.asarray(longitude, dtype=np.float64),
    )
    if not layers:
        return [""] * len(at[0])
    layer = areas.read_layer(store, layers[0].layer_id)
    names = dict(zip(layer["area_code"], area_names(layer), strict=True))
    return [names.get(code, "") for code in area_of_points(layer, *at)]
