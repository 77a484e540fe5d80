"""What a place may be called, and what is near it: streets, parks, stops; and what is good there.

A name is given by what belongs to everybody. It is never that of a business, a school or an estate: a label would stick to
those who live, learn or work there.
"""

from dataclasses import dataclass

import numpy as np

from csg_maps.errors import InputRefused
from csg_maps.geography.place_outlines import distances_m
from csg_maps.i18n import N_, _, language, speaking
from csg_maps.store import gazetteer
from csg_maps.store.workspace import Store
from csg_maps.wording.lint import kind_named
from csg_maps.workflows.kinds_near import PARK, STREET, TRANSPORT, is_private, is_strength, kind_label, naming_group
from csg_maps.workflows.place_ground import widest_area

NEAR_M = 400.0
"""Five minutes on foot."""

_NAMING_M = {TRANSPORT: 150.0, PARK: 150.0, STREET: 250.0}
"""How far off something may be that a place is named after."""

_SUGGESTED = 6
_STRENGTHS = 8
_WHAT_IT_SAYS = {"school": N_("a school"), "estate": N_("an estate or a home"), "business": N_("a business")}


@dataclass(frozen=True)
class Near:
    """Something near a place: `kind` of the table of assets, or "street"; `distance_m` is 0 inside."""

    kind: str
    name: str
    name_cy: str
    distance_m: float

    @property
    def shown(self) -> str:
        """Its name in the reader's language."""
        return self.name_cy if language() == "cy" and self.name_cy else self.name


@dataclass(frozen=True)
class SuggestedName:
    """A name in English and, where everything in it has a Welsh name, in Welsh."""

    name: str
    name_cy: str


def things_near(store: Store, cells: tuple[int, ...], *, within_m: float = NEAR_M) -> tuple[Near, ...]:
    """Everything with a name within this distance of a place, the nearest first, each name of a kind once."""
    held = gazetteer.known_places(store)
    if held.empty:
        return ()
    ground = np.array(cells, dtype=np.int64)
    distance = distances_m(ground, held["latitude"].to_numpy(), held["longitude"].to_numpy())
    near = held.assign(distance_m=distance)[distance <= within_m]
    # a stop may be among the assets and in a gazetteer, under another kind each: it is one stop
    near = near.assign(group=[naming_group(kind) or kind for kind in near["kind"]])
    near = near.sort_values(["distance_m", "name"]).drop_duplicates(["group", "name"])
    columns = ["kind", "name", "name_cy", "distance_m"]
    return tuple(Near(*row) for row in near[columns].itertuples(index=False, name=None))


def suggest_names(
    store: Store, cells: tuple[int, ...], near: tuple[Near, ...] | None = None
) -> tuple[SuggestedName, ...]:
    """Neutral names for a place, the best first; where nothing is near, after the ward around it; may be empty."""
    found = things_near(store, cells) if near is None else near
    private = [thing for thing in found if is_private(thing.kind)]
    usable = [thing for thing in found if _may_name(thing, private)]
    stops = [thing for thing in usable if naming_group(thing.kind) == TRANSPORT]
    parks = [thing for thing in usable if naming_group(thing.kind) == PARK]
    streets = [thing for thing in usable if naming_group(thing.kind) == STREET]
    names = [SuggestedName(park.name, park.name_cy) for park in parks[:1] if not park.distance_m]
    names += [_filled(N_("Around {first}"), stop) for stop in stops[:2]]
    if len(streets) > 1:
        names.append(_filled(N_("{first} and {second}"), *streets[:2]))
    names += [_filled(N_("Beside {first}"), park) for park in parks[:2] if park.distance_m]
    names += [_filled(N_("Around {first}"), street) for street in streets[:2]]
    area, area_cy = widest_area(store, cells)
    if area and not kind_named(area) and not kind_named(area_cy):
        names.append(_filled(N_("A place in {first}"), Near("area", area, area_cy, 0.0)))
    return tuple(dict.fromkeys(names))[:_SUGGESTED]


def _may_name(thing: Near, private: list[Near]) -> bool:
    """Whether a place may be called after it: near enough, public, and not itself named after what is not."""
    if thing.distance_m > _NAMING_M.get(naming_group(thing.kind), -1.0):
        return False
    texts = {thing.name, thing.name_cy} - {""}
    return not any(kind_named(text) or _holds_any(text, private) for text in texts)


def _holds_any(text: str, things: list[Near]) -> bool:
    """Whether a text holds the name of one of these: bus stops are often called after the school they serve."""
    plain = f" {' '.join(text.casefold().split())} "
    return any(f" {name.casefold()} " in plain for thing in things for name in (thing.name, thing.name_cy) if name)


def _filled(pattern: str, *things: Near) -> SuggestedName:
    def fill(names: list[str]) -> str:
        return _(pattern).format(first=names[0], second=names[-1])

    with speaking("en"):
        english = fill([thing.name for thing in things])
    with speaking("cy"):
        is_translated = _(pattern) != pattern  # never half of each language
        is_named = all(thing.name_cy for thing in things)
        return SuggestedName(english, fill([thing.name_cy for thing in things]) if is_translated and is_named else "")


def check_name(store: Store, cells: tuple[int, ...], name: str, near: tuple[Near, ...] | None = None) -> None:
    """Raise InputRefused when a name is that of a business, a school or an estate.

    A street may hold such a word ("School Lane"); then the whole name of a street near the place lets it pass.
    """
    found = things_near(store, cells) if near is None else near
    rest = f" {' '.join(name.split())} "
    for thing in found:
        if is_private(thing.kind) and _holds_any(rest, [thing]):
            message = _("A place is not called after {what}: {name}. Use a street, a park or a stop.")
            raise InputRefused(message.format(what=_("a business, a school or a home"), name=thing.shown))
    for thing in found:
        if naming_group(thing.kind) == STREET:
            for known in filter(None, (thing.name, thing.name_cy)):
                rest = rest.replace(known, " ")
    if kind := kind_named(rest):
        message = _("“{name}” reads like {what}. A place is called after a street, a park or a stop.")
        raise InputRefused(message.format(name=name, what=_(_WHAT_IT_SAYS[kind])))


def strengths_near(store: Store, cells: tuple[int, ...], near: tuple[Near, ...] | None = None) -> tuple[str, ...]:
    """What is good near a place, as lines to choose from: what it is, its name, how far."""
    found = things_near(store, cells) if near is None else near
    return tuple(in_words(thing) for thing in found if is_strength(thing.kind))[:_STRENGTHS]


def in_words(thing: Near) -> str:
    """A thing near a place in one line: its name, what it is, and how far."""
    says_it = any(word in thing.name.casefold() for word in thing.kind.replace("_", ".").split("."))
    name = thing.shown if says_it else _("{name} ({what})").format(name=thing.shown, what=kind_label(thing.kind))
    if thing.distance_m < 1:
        return _("{name}, there").format(name=name)
    return _("{name}, {metres} m away").format(name=name, metres=max(10, round(thing.distance_m / 10) * 10))
