"""Assets: public places that matter to the safety of other places, each of a kind with a mark of its own.

An asset is a place, never a person: the people behind community guardians are kept apart, and restricted.
"""

import csv
import functools
import re
from dataclasses import dataclass, field

from csg_maps.errors import SchemaBroken
from csg_maps.model.opening_hours import OpeningHours
from csg_maps.settings import CODES_FOLDER

SHAPES = ("circle", "square", "triangle", "diamond", "pentagon", "hexagon", "star")
MARK = re.compile(r"[A-Z0-9]{1,2}")

RINGS_M = (250, 400, 800)
WALK_M_A_MINUTE = 80
"""What planners take for walking: about 4.8 km an hour. 250, 400 and 800 m are about 3, 5 and 10 minutes."""

STATUSES = ("in_use", "removed")
DEMO_SOURCE = "demo"

ASSET_FIELDS = (
    "name",
    "name_cy",
    "kind",
    "latitude",
    "longitude",
    "easting",
    "northing",
    "postcode",
    "source_key",  # recognises the asset when the same source comes again
    "uprn",
    "state",  # whether the source itself says that it is closed
    "opening_hours",  # of the whole week, in one text
    "hours_1",  # of Monday
    "hours_2",
    "hours_3",
    "hours_4",
    "hours_5",
    "hours_6",
    "hours_7",
    "verified_by",
    "verified_on",
    "review_on",
)
HOURS_FIELDS = ASSET_FIELDS[ASSET_FIELDS.index("hours_1") : ASSET_FIELDS.index("hours_7") + 1]
LONGEST = {"name": 120, "name_cy": 120, "source_key": 80, "uprn": 20, "verified_by": 80, "source": 80}
"""Characters that a field may hold."""


@dataclass(frozen=True)
class AssetKind:
    """A kind and its mark on a map: `mark` is a letter or two, `shape` one of SHAPES; no two kinds share both."""

    code: str
    mark: str
    shape: str


@functools.cache
def asset_kinds() -> dict[str, AssetKind]:
    """Every kind of the code list, by code. Raises SchemaBroken when a council's own list gives a mark that cannot be drawn.

    >>> asset_kinds()["school"]
    AssetKind(code='school', mark='S', shape='square')
    """
    with open(CODES_FOLDER / "asset_kinds.csv", newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    kinds = {row["code"]: AssetKind(row["code"], row["mark"], row["shape"]) for row in rows}
    seen: dict[tuple[str, str], str] = {}
    for kind in kinds.values():
        if not MARK.fullmatch(kind.mark) or kind.shape not in SHAPES:
            raise SchemaBroken(
                f"asset_kinds.csv: {kind.code!r} must have a mark of one or two of A to Z and 0 to 9, and a shape of "
                f"{', '.join(SHAPES)}."
            )
        if (other := seen.setdefault((kind.shape, kind.mark), kind.code)) != kind.code:
            raise SchemaBroken(f"asset_kinds.csv: {kind.code!r} and {other!r} have the same shape and mark.")
    return kinds


@dataclass(frozen=True)
class AssetMapping:
    """How the columns of a file become assets: what a person confirms.

    `fields` maps a field to a column. `kind` is the kind of every row that no word gives another one; `words` maps the
    words of the kind column to kinds. `crs` is that of the coordinates ("" = as usual for their columns).
    """

    fields: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    words: dict[str, str] = field(default_factory=dict)
    crs: str = ""


@dataclass(frozen=True)
class AssetRow:
    """One accepted row of a file: what it says of an asset. Degrees are EPSG:4326, dates ISO, "" is not said."""

    kind: str
    name: str
    name_cy: str
    latitude: float
    longitude: float
    source_key: str
    uprn: str
    hours: OpeningHours
    verified_by: str
    verified_on: str
    review_on: str


@dataclass(frozen=True)
class Asset:
    """One asset of the store. `cell` is H3 r11; dates are ISO, "" = never or none; `status` is one of STATUSES."""

    asset_id: str
    kind: str
    name: str
    name_cy: str
    cell: int
    latitude: float
    longitude: float
    source: str
    source_key: str
    uprn: str
    hours: OpeningHours
    verified_by: str
    verified_on: str
    review_on: str
    status: str
    changed_at: str
    changed_by: str
    version: int

    @property
    def is_in_use(self) -> bool:
        """Whether it is shown."""
        return self.status == "in_use"


@dataclass(frozen=True)
class NearAsset:
    """An asset near a place. `distance_m` is straight line, rounded to 10; `ring_m` the ring of RINGS_M that it lies in.

    `open_share` is the share of the hours of interest at which it is open, None where that is not known.
    """

    asset: Asset
    distance_m: int
    ring_m: int
    open_share: float | None


@dataclass(frozen=True)
class GuardianContact:
    """How to reach a person who agreed to be listed for an asset. Restricted. `agreed_on` is an ISO date."""

    contact_id: str
    asset_id: str
    name: str
    role: str
    phone: str
    email: str
    agreed_on: str
    changed_at: str
    changed_by: str
    version: int


def walk_minutes(distance_m: float) -> int:
    """Minutes on foot for a straight line, at 80 m a minute, at least 1.

    >>> [walk_minutes(ring) for ring in RINGS_M]
    [3, 5, 10]
    """
    return max(1, round(distance_m / WALK_M_A_MINUTE))


def ring_of(distance_m: float) -> int:
    """The smallest ring that holds a distance; 0 beyond the last.

    >>> [ring_of(distance) for distance in (0, 250, 250.1, 800, 801)]
    [250, 250, 400, 800, 0]
    """
    return next((ring for ring in RINGS_M if distance_m <= ring), 0)
