"""How many records answer a filter, and how many of them are not on the map."""

from dataclasses import dataclass

from csg_maps.model.actor import Actor
from csg_maps.model.filters import ConcernFilter
from csg_maps.store import counts
from csg_maps.store.workspace import Store


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
