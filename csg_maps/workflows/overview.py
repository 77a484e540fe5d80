"""What data there is: by agency and month, how new, where months are missing, and what to do next."""

from dataclasses import dataclass

import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.model.actor import Actor
from csg_maps.model.filters import ConcernFilter
from csg_maps.store import areas, batches, counts, quarantine
from csg_maps.store.workspace import Store
from csg_maps.workflows.totals import totals_of

MONTHS_SHOWN = 12


@dataclass(frozen=True)
class AgencySupply:
    """One agency's supply of concerns. `by_month` aligns with `Overview.months`: None where nothing was supplied.

    `missing` names the months inside the agency's own first and last in which nothing came (""-free, "YYYY-MM").
    """

    agency: str
    records: int
    newest: str
    by_month: tuple[int | None, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """What the store holds. Months are "YYYY-MM", the last twelve up to the newest record."""

    concerns: int
    on_map: int
    not_on_map: int
    background: int
    months: tuple[str, ...]
    agencies: tuple[AgencySupply, ...]
    layers: int
    quarantined: int
    quarantined_until: str
    batches: int


def overview(store: Store, actor: Actor) -> Overview:
    """What the store holds, for the first page."""
    require(actor, "see_counts")
    concerns = totals_of(store, actor, ConcernFilter())
    background = totals_of(store, actor, ConcernFilter(evidence="background"))
    held = counts.count(store, actor, ConcernFilter(), None, by=("agency", "month"))
    months = _last_months(held)
    aside = quarantine.list_quarantined(store, actor)
    return Overview(
        concerns=concerns.records,
        on_map=concerns.on_map,
        not_on_map=concerns.not_on_map,
        background=background.records,
        months=months,
        agencies=tuple(_supply(held, agency, months) for agency in sorted(held["agency"].unique())),
        layers=len(areas.list_layers(store)),
        quarantined=sum(entry.rows for entry in aside),
        quarantined_until=min((entry.purge_after for entry in aside), default=""),
        batches=sum(batch.status == "active" for batch in batches.list_batches(store, actor)),
    )


def _last_months(held: pd.DataFrame) -> tuple[str, ...]:
    known = [month for month in held["month"] if month]
    if not known:
        return ()
    return tuple(str(month) for month in pd.period_range(end=max(known), periods=MONTHS_SHOWN, freq="M"))


def _supply(held: pd.DataFrame, agency: str, months: tuple[str, ...]) -> AgencySupply:
    own = held[held["agency"] == agency]
    counted = {month: int(count) for month, count in zip(own["month"], own["count"], strict=True) if month}
    missing: tuple[str, ...] = ()
    if counted:
        span = pd.period_range(min(counted), months[-1], freq="M")
        missing = tuple(str(month) for month in span if str(month) not in counted)
    return AgencySupply(
        agency=agency,
        records=int(own["count"].sum()),
        newest=max(counted, default=""),
        by_month=tuple(counted.get(month) for month in months),
        missing=missing,
    )
