"""What a base map is made of: the kinds of land, water, ways, buildings and names that are drawn."""

from typing import Any

from csg_maps.errors import SchemaBroken
from csg_maps.i18n import N_

LEFT_OUT = "leave-out"

MAP_KINDS: dict[str, str] = {
    "land": N_("land"),
    "sea": N_("sea"),
    "foreshore": N_("beach or foreshore"),
    "water": N_("lake or wide river"),
    "waterline": N_("river or stream, as a line"),
    "park": N_("park or green space"),
    "wood": N_("wood"),
    "site": N_("grounds of a school, hospital or the like"),
    "built": N_("built-up land"),
    "building": N_("building"),
    "street-major": N_("main road"),
    "street-main": N_("busier street"),
    "street": N_("street"),
    "path": N_("path"),
    "railway": N_("railway"),
    "border": N_("areas with a border and a name"),
    "settlement": N_("name of a town, village or neighbourhood"),
    "place": N_("named point, such as a school"),
    "station": N_("railway or bus station"),
    "park-name": N_("name of a park or wood"),
    "water-name": N_("name of water"),
    LEFT_OUT: N_("not drawn"),
}
"""Code to what a person reads. A file's layers become these; see `intake.meaning.map_layers`."""

STREET_KINDS = ("street-major", "street-main", "street", "path")

FEATURE_COLUMNS = ("kind", "rank", "name", "name_cy", "geometry")
"""Of a frame of map features (EPSG:4326): kind (a key of MAP_KINDS), rank (int64; 1 is the largest settlement or area, 0
where it says nothing), name and name_cy (str, "" = none)."""


def check_features(features: Any) -> None:
    """Raise SchemaBroken unless a frame holds map features."""
    if missing := [column for column in FEATURE_COLUMNS if column not in features.columns]:
        raise SchemaBroken(f"Map features must have the columns {', '.join(FEATURE_COLUMNS)}; {missing} are missing.")
    if strange := sorted(set(features["kind"]) - set(MAP_KINDS)):
        raise SchemaBroken(f"Map features must be of known kinds; found {', '.join(strange)}.")
