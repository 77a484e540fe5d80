"""What is recorded at a place, month by month beside what was done there; who is silent; and what is not known."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.geography.place_outlines import area_km2
from csg_maps.i18n import _, n_
from csg_maps.model.actor import Actor
from csg_maps.model.filters import ConcernFilter
from csg_maps.model.registered_place import PLACE_RESOLUTION, PlaceAction, RegisteredPlace
from csg_maps.store import counts
from csg_maps.store.workspace import Store
from csg_maps.workflows.kinds_near import PARK, STREET, TRANSPORT, naming_group
from csg_maps.workflows.place_ground import areas_in, name_of
from csg_maps.workflows.place_names import Near, things_near
from csg_maps.workflows.place_profile import Profile, profile_of_cells

MOST_MONTHS = 12
"""So many months before and after an action are set beside each other, at most."""


@dataclass(frozen=True)
class BeforeAfter:
    """Concerns in as many whole months before an action was done as after it, here and in everything that is held.

    `months` 0 says that no whole month has data after it yet. The month of the action itself is in neither.
    """

    action: PlaceAction
    months: int
    here_before: int
    here_after: int
    all_before: int
    all_after: int


@dataclass(frozen=True)
class PlaceStory:
    """What is known of a registered place. `by_month` has every month of the store's concerns: month (YYYY-MM), count."""

    profile: Profile
    by_month: pd.DataFrame
    month_unknown: int
    comparisons: tuple[BeforeAfter, ...]
    silent: tuple[str, ...]
    not_known: tuple[str, ...]
    near: tuple[Near, ...]
    areas: tuple[str, ...]
    size_km2: float


def story(store: Store, actor: Actor, place: RegisteredPlace, actions: tuple[PlaceAction, ...]) -> PlaceStory:
    """What is known of a place now; concerns only, of all months."""
    require(actor, "see_counts")
    cells = np.array(place.cells, dtype=np.int64)
    chosen = ConcernFilter()
    profile = profile_of_cells(store, actor, chosen, cells, resolution=PLACE_RESOLUTION, name=name_of(place))
    everywhere = _by_month(counts.count(store, actor, chosen, None, by=("month",)))
    here = _by_month(profile.by_month).reindex(everywhere.index, fill_value=0)
    silent = _silent(store, actor, profile)
    comparisons = tuple(_compare(action, here, everywhere) for action in actions if action.status == "done")
    return PlaceStory(
        profile=profile,
        by_month=pd.DataFrame({"month": here.index.astype("str"), "count": here.to_numpy(dtype=np.int64)}),
        month_unknown=profile.total - int(here.sum()),
        comparisons=comparisons,
        silent=silent,
        not_known=tuple(_not_known(place, profile, profile.total - int(here.sum()), silent)),
        near=things_near(store, place.cells),
        areas=tuple(areas_in(store, place.cells)),
        size_km2=area_km2(cells),
    )


def _by_month(counted: pd.DataFrame) -> pd.Series:
    known = counted[counted["month"] != ""]
    if known.empty:
        return pd.Series(dtype="int64", index=pd.PeriodIndex([], freq="M"))
    span = pd.period_range(known["month"].min(), known["month"].max(), freq="M")
    by_month = pd.Series(known["count"].to_numpy(), index=pd.PeriodIndex(known["month"], freq="M"))
    return by_month.reindex(span, fill_value=0)


def _compare(action: PlaceAction, here: pd.Series, everywhere: pd.Series) -> BeforeAfter:
    month = pd.Period(action.done_on[:7], freq="M")
    before, after = here.index < month, here.index > month
    months = min(int(before.sum()), int(after.sum()), MOST_MONTHS)
    if not months:
        return BeforeAfter(action, 0, 0, 0, 0, 0)

    def either(counted: pd.Series) -> tuple[int, int]:
        return int(counted[before].iloc[-months:].sum()), int(counted[after].iloc[:months].sum())

    return BeforeAfter(action, months, *either(here), *either(everywhere))


def comparison_words(compared: BeforeAfter) -> str:
    """A comparison in one sentence, without a claim."""
    if not compared.months:
        return _("No whole month has data after it yet.")
    whole = n_("{count} whole month", "{count} whole months", compared.months)
    message = _(
        "In the {months} before: {here_before} here, {all_before} in all. In the {months} after: {here_after} here, "
        "{all_after} in all."
    )
    return message.format(
        months=whole,
        here_before=compared.here_before,
        all_before=compared.all_before,
        here_after=compared.here_after,
        all_after=compared.all_after,
    )


def caution() -> str:
    """What before and after do not show."""
    return _(
        "Nothing is tested here. Fewer may mean less harm, or less trust and attention; more may mean that people now tell "
        "us."
    )


def _silent(store: Store, actor: Actor, profile: Profile) -> tuple[str, ...]:
    """Agencies whose concerns are held, none of them at this place."""
    held = counts.count(store, actor, ConcernFilter(), None, by=("agency",))
    return tuple(sorted(set(held["agency"]) - set(profile.by_agency["agency"])))


def _not_known(place: RegisteredPlace, profile: Profile, month_unknown: int, silent: tuple[str, ...]) -> Iterator[str]:
    if not place.is_asked:
        yield _("What young people say about this place: nobody has asked them yet.")
    total = profile.total
    if not total:
        yield _("Whether anything happens here: no concern is recorded. Silence is not safety.")
        return
    if len(profile.by_agency) == 1:
        yield _("Whether others see the same: all concerns come from one agency.")
    if profile.hour_unknown:
        yield _("At which hour: not known for {some} of {total}.").format(some=profile.hour_unknown, total=total)
    if profile.weekday_unknown:
        yield _("On which weekday: not known for {some} of {total}.").format(some=profile.weekday_unknown, total=total)
    if month_unknown:
        yield _("In which month: not known for {some} of {total}.").format(some=month_unknown, total=total)
    if silent:
        yield n_(
            "What {count} agency knows that has reported nothing here.",
            "What {count} agencies know that have reported nothing here.",
            len(silent),
        )
    yield _("How many young people it was: a record is not a person, and several may tell of one event.")
    yield _("What nobody reports, and what was recorded without a place.")


def where_words(place: RegisteredPlace, told: PlaceStory) -> tuple[str, ...]:
    """The map of a place in words: which areas, how large, what is in it and near it."""
    return _in_words(len(place.cells), told.areas, told.size_km2, told.near)


def ground_words(store: Store, cells: tuple[int, ...], near: tuple[Near, ...]) -> tuple[str, ...]:
    """The same of ground that is not in the register yet."""
    size_km2 = area_km2(np.array(cells, dtype=np.int64))
    return _in_words(len(cells), tuple(areas_in(store, cells)), size_km2, near)


def _in_words(cells: int, areas: tuple[str, ...], size_km2: float, near: tuple[Near, ...]) -> tuple[str, ...]:
    lines = [_("In {areas}.").format(areas=", ".join(areas))] if areas else []
    size = n_("{count} cell about 130 m across", "{count} cells about 130 m across", cells)
    lines.append(_("{cells}; {size} km² together.").format(cells=size, size=f"{size_km2:.2f}"))
    return (*lines, *_near_words(near))


def _near_words(near: tuple[Near, ...], nearest: int = 6) -> Iterator[str]:
    def named(group: str, most: int) -> str:
        things = [thing for thing in near if naming_group(thing.kind) == group][:most]
        return ", ".join(
            thing.shown if thing.distance_m < 1 else f"{thing.shown} ({round(thing.distance_m, -1):.0f} m)"
            for thing in things
        )

    if streets := named(STREET, nearest):
        yield _("Streets: {names}.").format(names=streets)
    if stops := named(TRANSPORT, 2):
        yield _("Nearest stop or station: {names}.").format(names=stops)
    if parks := named(PARK, 2):
        yield _("Parks: {names}.").format(names=parks)
    if not near:
        yield _("No names of streets, stops or parks are held for here. Add them under Areas, or as assets.")
