"""What is near a place, by walking distance; and which assets a map shows beside its hotspots."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.geography.cells import from_hex
from csg_maps.geography.nearness import Where, distances_m
from csg_maps.i18n import N_, _
from csg_maps.model.actor import Actor
from csg_maps.model.asset import RINGS_M, NearAsset, asset_kinds, ring_of, walk_minutes
from csg_maps.model.filters import AreaPlace, ConcernFilter, Place
from csg_maps.model.opening_hours import open_share
from csg_maps.model.vocabulary import with_children
from csg_maps.store import areas
from csg_maps.store import assets as asset_store
from csg_maps.store.workspace import Store

MOST_MARKS = 300
"""So many marks are drawn at once: more hide the map and each other, and a browser grows slow."""

LOCAL_CLOCK = ZoneInfo("Europe/London")
Moments = tuple[tuple[int, str], ...]
"""Weekday 1 to 7 and "HH:MM", local time."""


@dataclass(frozen=True)
class AssetMarks:
    """Points to draw: `points` has each kind with its (latitude, longitude) in degrees; `total` are in use of these kinds."""

    points: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]
    drawn: int
    total: int


def near(
    store: Store, actor: Actor, where: Where, *, kinds: tuple[str, ...] = (), moments: Moments = ()
) -> tuple[NearAsset, ...]:
    """Assets in use within 800 m of a place, the nearest first.

    Parameters
    ----------
    store, actor
        Whose assets, and who asks.
    where
        Cells (int64 array), a point (latitude, longitude), or a geometry in EPSG:4326. Distances are from its edge, in a
        straight line: the way on foot is longer, a river or a railway between is not seen.
    kinds
        Only these and those below them; () is all.
    moments
        Times at which to ask whether each is open; () is now.
    """
    require(actor, "see_counts")
    listed = asset_store.list_assets(store, kinds=with_children("asset_kinds", kinds) if kinds else ())
    if not listed:
        return ()
    asked = moments or (now(),)
    distance = distances_m(where, [asset.latitude for asset in listed], [asset.longitude for asset in listed])
    found = [
        NearAsset(asset, round(metres / 10) * 10, ring_of(metres), open_share(asset.hours, asked))
        for asset, metres in zip(listed, distance.tolist(), strict=True)
        if metres <= RINGS_M[-1]
    ]
    return tuple(sorted(found, key=lambda one: (one.distance_m, one.asset.kind, one.asset.name, one.asset.asset_id)))


def where_from_text(cell: str, at: str) -> Where:
    """A place from text: an H3 cell in hexadecimal, or "latitude, longitude". Raises InputRefused when it is neither."""
    if cell:
        return from_hex([cell])
    latitude, _comma, longitude = at.partition(",")
    try:
        return float(latitude), float(longitude)
    except ValueError:
        raise InputRefused(_("A point is latitude, longitude in degrees, such as 52.13, -0.46.")) from None


def as_rows(found: tuple[NearAsset, ...]) -> list[dict[str, Any]]:
    """What is near as JSON-able rows."""
    return [
        {
            "asset": one.asset.asset_id,
            "kind": one.asset.kind,
            "name": one.asset.name,
            "distance_m": one.distance_m,
            "ring_m": one.ring_m,
            "open_share": one.open_share,
        }
        for one in found
    ]


def near_place(
    store: Store, actor: Actor, place: Place, key: int | str, *, kinds: tuple[str, ...] = (), moments: Moments = ()
) -> tuple[NearAsset, ...]:
    """As `near`, for one cell or area of what a map shows."""
    where: Where = np.array([key], dtype=np.int64) if not isinstance(place, AreaPlace) else None
    if isinstance(place, AreaPlace):
        layer = areas.read_layer(store, place.layer_id)
        one = layer.geometry[layer["area_code"] == key]
        if one.empty:
            return ()
        where = one.iloc[0]
    return near(store, actor, where, kinds=kinds, moments=moments)


def now() -> tuple[int, str]:
    """The present weekday and time on the local clock."""
    moment = datetime.datetime.now(LOCAL_CLOCK)
    return moment.isoweekday(), moment.strftime("%H:%M")


def moments_of(chosen: ConcernFilter) -> Moments:
    """The hours that a filter looks at, each at its half hour; () when it takes all of them.

    >>> from csg_maps.model.filters import make_filter
    >>> moments_of(make_filter(weekdays=("5",), hour_bands=("15_18",)))
    ((5, '15:30'), (5, '16:30'), (5, '17:30'))
    """
    bands = [band for band in chosen.hour_bands if band != "unknown"]
    days = [int(day) for day in chosen.weekdays if day.isdigit()]
    if not bands and not days:
        return ()
    hours: list[int] = []
    for band in bands:
        first, last = (int(part) for part in band.split("_"))
        hours += range(first, last if last > first else 24)
    return tuple((day, f"{hour:02d}:30") for day in days or range(1, 8) for hour in hours or range(24))


def ring_words(ring_m: int) -> str:
    """A ring as people say it: its metres, and about how many minutes that is on foot."""
    return _("Within {metres} m: about {minutes} minutes' walk").format(metres=ring_m, minutes=walk_minutes(ring_m))


HOW_MEASURED = N_("In a straight line from the edge of the place, at 80 m a minute. The way on foot may be longer.")


def open_words(share: float | None) -> str:
    """Whether it is open at the times asked for, in words; "" when not known."""
    if share is None:
        return ""
    return _("open") if share == 1 else _("closed") if share == 0 else _("part of the time")


def marks(store: Store, actor: Actor, kinds: tuple[str, ...], around: Sequence[tuple[float, float]] = ()) -> AssetMarks:
    """The assets of these kinds to draw: all, or where there are more than MOST_MARKS, those nearest to `around`.

    `around` are points in degrees: the place that is open, or the first places of a ranking.
    """
    require(actor, "see_counts")
    if not kinds:
        return AssetMarks((), 0, 0)
    listed = asset_store.list_assets(store, kinds=with_children("asset_kinds", kinds))
    latitude = np.array([asset.latitude for asset in listed], dtype=np.float64)
    longitude = np.array([asset.longitude for asset in listed], dtype=np.float64)
    chosen = _nearest(latitude, longitude, around)
    points = [
        (kind, tuple((float(latitude[at]), float(longitude[at])) for at in chosen if listed[at].kind == kind))
        for kind in asset_kinds()
    ]
    return AssetMarks(tuple(one for one in points if one[1]), len(chosen), len(listed))


def bounds_of(drawn: AssetMarks) -> tuple[float, float, float, float]:
    """South, west, north, east (degrees) around most of the marks, for a council whose outline is not known yet.

    A stray one far away must not make the map a speck: of many, the outermost of each side are passed over.
    """
    points = np.array([point for _kind, group in drawn.points for point in group], dtype=np.float64)
    low, high = np.percentile(points, [2, 98], axis=0)
    return (float(low[0]) - 0.01, float(low[1]) - 0.01, float(high[0]) + 0.01, float(high[1]) + 0.01)


def _nearest(
    latitude: npt.NDArray[np.float64], longitude: npt.NDArray[np.float64], around: Sequence[tuple[float, float]]
) -> list[int]:
    everything = np.arange(len(latitude))
    if len(everything) <= MOST_MARKS:
        return [int(at) for at in everything]
    if not around:
        return [int(at) for at in everything[np.linspace(0, len(everything) - 1, MOST_MARKS).astype(int)]]
    distance = np.min([distances_m(tuple(point), latitude, longitude) for point in around], axis=0)
    return [int(at) for at in np.sort(np.argsort(distance, kind="stable")[:MOST_MARKS])]
