"""What the layers of a map file mean: the names of OS Open Zoomstack and of OpenStreetMap extracts are known.

- OS Open Zoomstack (GeoPackage or Shapefile), by the field `type`: roads_national, roads_regional, roads_local, rail,
  waterlines, surfacewater, greenspace(s), woodland, district_buildings, local_buildings, sites, foreshore, land, sea,
  urban_areas, names, railway_stations, airports, boundaries.
- OpenStreetMap as Geofabrik cuts it (Shapefile or GeoPackage), by the field `fclass`: gis_osm_roads_free_1, and so on for
  waterways, water_a, landuse_a, natural_a, buildings_a, places, places_a, railways, transport, transport_a.
- OpenStreetMap in one layer of any name (GeoJSON), by the fields highway, waterway, railway, place, natural, leisure,
  landuse, amenity, building.
- Boundaries of any name: areas with fields of a code and a name (area_code and area_name, WD23CD and WD23NM …).

Anything else is named by a person. What a value is not known to mean is drawn as its layer, or left out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.model.map_kinds import FEATURE_COLUMNS, LEFT_OUT, MAP_KINDS
from csg_maps.settings import CRS_MAP

_STREETS = {
    "street-major": "motorway trunk primary motorway_link trunk_link primary_link a_road primary_road",
    "street-main": "secondary tertiary secondary_link tertiary_link b_road main",
    "street": (
        "minor_road local_street local_road residential unclassified living_street pedestrian service local lane road "
        "pedestrianised_street private_road_publicly_accessible restricted_local_access_road local_access_road alley"
    ),
    "path": (
        "footway path cycleway steps track bridleway track_grade1 track_grade2 track_grade3 track_grade4 track_grade5"
    ),
    LEFT_OUT: "unknown construction proposed guided_busway tunnels platform",
}
_GROUND = {
    "water": "water reservoir basin wetland riverbank dock glacier river lake estuary",
    "wood": "forest wood scrub",
    "park": (
        "park recreation_ground village_green cemetery allotments nature_reserve garden grass meadow pitch golf_course "
        "playground common heath orchard dog_park"
    ),
    "built": "residential commercial industrial retail",
    "foreshore": "beach sand",
    "site": "school college university hospital",
}
_WATERWAYS = {"waterline": "river canal stream drain ditch"}
_RAILWAYS = {
    "railway": "rail light_rail subway tram narrow_gauge funicular monorail preserved multi_track single_track"
}
_STATIONS = {
    "station": (
        "railway_station railway_halt station halt bus_station ferry_terminal tram_stop tram_station "
        "light_rapid_transit_station london_underground_station"
    )
}
_PLACES = {
    "settlement:1": "city national_capital capital",
    "settlement:2": "town",
    "settlement:3": "suburb village suburban_area quarter neighbourhood",
    "settlement:4": "hamlet small_settlements island",
    "park-name": "greenspace woodland",
    "water-name": "water",
    "place": "sites",
}


def _table(*groups: Mapping[str, str]) -> dict[str, str]:
    return {value: kind for group in groups for kind, values in group.items() for value in values.split()}


_NOTHING: dict[str, str] = {}


@dataclass(frozen=True)
class LayerMeaning:
    """What a layer is: its kind (`model.map_kinds`), and which values of which fields make a feature something else.

    `by_value` is field → value → kind; the first field that says something decides. `kind` "leave-out" leaves out
    whatever no value names.
    """

    kind: str
    by_value: tuple[tuple[str, dict[str, str]], ...] = ()


def _osm(kind: str, *tables: dict[str, str]) -> LayerMeaning:
    return LayerMeaning(kind, tuple(("fclass", table) for table in tables))


_KNOWN: dict[str, LayerMeaning] = {
    # OS Open Zoomstack
    "roads_national": LayerMeaning("street-major", (("type", _table(_STREETS)),)),
    "roads_regional": LayerMeaning("street-main", (("type", _table(_STREETS)),)),
    "roads_local": LayerMeaning("street", (("type", _table(_STREETS)),)),
    "rail": LayerMeaning("railway", (("type", {"tunnel": LEFT_OUT}),)),
    "waterlines": LayerMeaning("waterline"),
    "surfacewater": LayerMeaning("water"),
    "surface_water": LayerMeaning("water"),
    "greenspace": LayerMeaning("park"),
    "greenspaces": LayerMeaning("park"),
    "woodland": LayerMeaning("wood"),
    "national_parks": LayerMeaning(LEFT_OUT),
    "district_buildings": LayerMeaning("building"),
    "local_buildings": LayerMeaning("building"),
    "urban_areas": LayerMeaning("built"),
    "sites": LayerMeaning("site"),
    "foreshore": LayerMeaning("foreshore"),
    "land": LayerMeaning("land"),
    "sea": LayerMeaning("sea"),
    "names": LayerMeaning(LEFT_OUT, (("type", _table(_PLACES)),)),
    "railway_stations": LayerMeaning("station"),
    "airports": LayerMeaning("place"),
    "boundaries": LayerMeaning("border"),
    "contours": LayerMeaning(LEFT_OUT),
    "etl": LayerMeaning(LEFT_OUT),
    # OpenStreetMap, as Geofabrik cuts it
    "gis_osm_roads": _osm("street", _table(_STREETS)),
    "gis_osm_waterways": _osm("waterline"),
    "gis_osm_water_a": _osm("water"),
    "gis_osm_landuse_a": _osm(LEFT_OUT, _table(_GROUND)),
    "gis_osm_natural_a": _osm(LEFT_OUT, _table(_GROUND)),
    "gis_osm_natural": _osm(LEFT_OUT),
    "gis_osm_buildings_a": _osm("building"),
    "gis_osm_places": _osm(LEFT_OUT, _table(_PLACES)),
    "gis_osm_places_a": _osm(LEFT_OUT, _table(_PLACES)),
    "gis_osm_railways": _osm("railway", _table(_RAILWAYS)),
    "gis_osm_transport": _osm(LEFT_OUT, _table(_STATIONS)),
    "gis_osm_transport_a": _osm(LEFT_OUT, _table(_STATIONS)),
    "gis_osm_pois": _osm(LEFT_OUT),
    "gis_osm_pois_a": _osm(LEFT_OUT),
    "gis_osm_pofw": _osm(LEFT_OUT),
    "gis_osm_pofw_a": _osm(LEFT_OUT),
    "gis_osm_traffic": _osm(LEFT_OUT),
    "gis_osm_traffic_a": _osm(LEFT_OUT),
}
_ANY_BUILDING = "*"
_OSM_TAGS: tuple[tuple[str, dict[str, str]], ...] = (
    ("highway", _table(_STREETS)),
    ("waterway", _table(_WATERWAYS, {"water": "riverbank dock"})),
    ("railway", _table(_RAILWAYS, _STATIONS)),
    ("place", _table(_PLACES)),
    ("natural", _table(_GROUND)),
    ("leisure", _table(_GROUND)),
    ("landuse", _table(_GROUND)),
    ("amenity", _table({"site": "school college university hospital", "station": "bus_station ferry_terminal"})),
    ("building", {_ANY_BUILDING: "building"}),
)
_SUFFIX = re.compile(r"(_free_\d+|\.(shp|geojson|json|gpkg))$", re.IGNORECASE)
_CODE_FIELD = re.compile(r"^(area_code|.*cd|.*code|gss.*)$", re.IGNORECASE)
_AREA_NAME_FIELD = re.compile(r"^(area_name|.*nm)$", re.IGNORECASE)

NAME_FIELDS = (
    "name:en",
    "name_en",
    "name",
    "name1",
    "area_name",
    "roadname",
    "establishment_name",
    "establishmentname",
)
WELSH_FIELDS = ("name:cy", "name_cy", "area_name_cy", "name_welsh", "enw")
_ENGLISH_ENDING = re.compile(r"(?<!co)nm$|_name$", re.IGNORECASE)
_WELSH_ENDING = re.compile(r"nmw$|_name_cy$", re.IGNORECASE)
_LONGEST_NAME = 80


def known_meaning(layer_name: str, frame: gpd.GeoDataFrame) -> LayerMeaning | None:
    """What a layer of this name and these fields is; None when a person must say.

    >>> known_meaning("gis_osm_buildings_a_free_1", gpd.GeoDataFrame({"fclass": [], "geometry": []})).kind
    'building'
    """
    name = layer_name.rsplit("/", 1)[-1].strip().casefold()
    while _SUFFIX.search(name):
        name = _SUFFIX.sub("", name)
    if name in _KNOWN:
        return _KNOWN[name]
    fields = {str(column).casefold() for column in frame.columns}
    tags = tuple((field, table) for field, table in _OSM_TAGS if field in fields)
    if tags:
        return LayerMeaning(LEFT_OUT, tags)
    are_areas = bool(len(frame)) and bool((shapely.get_dimensions(frame.geometry.to_numpy()) == 2).all())
    if are_areas and any(map(_CODE_FIELD.match, fields)) and any(map(_AREA_NAME_FIELD.match, fields)):
        return LayerMeaning("border")
    return None


def chosen_meaning(kind: str) -> LayerMeaning:
    """What a person says that a layer is. Streets keep their own classes where the file has some.

    Raises InputRefused for a kind that there is not; the message lists them.
    """
    if kind not in MAP_KINDS:
        raise InputRefused(
            _("A layer is one of: {kinds}; found {kind!r}.").format(kinds=", ".join(MAP_KINDS), kind=kind[:40])
        )
    if kind == "street":
        fields = ("fclass", "highway", "type", "kind", "class")
        return LayerMeaning(kind, tuple((field, _table(_STREETS)) for field in fields))
    return LayerMeaning(kind)


def features_of(frame: gpd.GeoDataFrame, meaning: LayerMeaning) -> gpd.GeoDataFrame:
    """The features of a layer that are drawn, with the columns of `model.map_kinds.FEATURE_COLUMNS`, in EPSG:4326.

    Shapes that cannot be drawn as their kind (a building that is a point, say) are left out; broken areas are mended.

    Parameters
    ----------
    frame
        A layer as `intake.files.vector_files` reads it; attributes are text. It must know its coordinate system.
    meaning
        From `known_meaning` or `chosen_meaning`.
    """
    fields = {str(column).casefold(): column for column in frame.columns if column != frame.geometry.name}
    kinds = pd.Series("", index=frame.index, dtype=object)
    for field, table in meaning.by_value:
        if field not in fields:
            continue
        values = frame[fields[field]].astype("str").str.strip().str.casefold().str.replace(r"[\s,<]+", "_", regex=True)
        found = values.map(table)
        if _ANY_BUILDING in table:
            found = found.where(values.isin(["", "no"]), table[_ANY_BUILDING])
        kinds = kinds.where(kinds != "", found.fillna(""))
    kinds = kinds.where(kinds != "", meaning.kind)
    parts = kinds.str.partition(":")
    name, name_cy = _names(frame, fields, kinds)
    made = gpd.GeoDataFrame(
        {
            "kind": parts[0].to_numpy(dtype=object),
            "rank": pd.to_numeric(parts[2], errors="coerce").fillna(0).to_numpy(dtype=np.int64),
            "name": name,
            "name_cy": name_cy,
        },
        geometry=frame.geometry.to_numpy(),
        crs=frame.crs,
    )
    made = made[made["kind"] != LEFT_OUT]
    return _drawable(made.to_crs(CRS_MAP) if len(made) else made.set_crs(CRS_MAP, allow_override=True))


def with_border_ranks(features: gpd.GeoDataFrame, layer_of: Any) -> gpd.GeoDataFrame:
    """The features with a rank for borders: 1 for the layer of the largest areas, then 2 and 3; and for settlements.

    `layer_of` says of each feature which layer it came from.
    """
    ranks = features["rank"].to_numpy(dtype=np.int64).copy()
    kinds = features["kind"].to_numpy(dtype=object)
    borders = kinds == "border"
    if borders.any():
        layers = np.asarray(layer_of)[borders]
        sizes = pd.Series(shapely.area(features.geometry.to_numpy()[borders])).groupby(layers).median()
        order = {layer: min(place, 3) for place, layer in enumerate(sizes.sort_values(ascending=False).index, start=1)}
        ranks[borders] = [order[layer] for layer in layers]
    ranks[(kinds == "settlement") & (ranks == 0)] = 3
    ranks[~np.isin(kinds, ["border", "settlement"])] = 0
    return features.assign(rank=ranks)


def _names(frame: gpd.GeoDataFrame, fields: dict[str, Any], kinds: pd.Series) -> tuple[Any, Any]:
    first = _texts(frame, fields, NAME_FIELDS, _ENGLISH_ENDING)
    welsh = _texts(frame, fields, WELSH_FIELDS, _WELSH_ENDING)
    if "name1language" in fields:  # OS names: the language of each of the two is given
        other = _texts(frame, fields, ("name2",), None)
        language = _texts(frame, fields, ("name1language",), None).str.casefold()
        is_welsh = (language == "cym") & (other != "")
        welsh = welsh.where(welsh != "", first.where(is_welsh, other.where(_is_welsh(frame, fields), "")))
        first = other.where(is_welsh, first)
    numbers = _texts(frame, fields, ("ref", "number", "roadnumber"), None)
    ways = kinds.isin(["street-major", "street-main"])
    first = first.where((first != "") | ~ways, numbers)
    return first.to_numpy(dtype=object), welsh.where(welsh != first, "").to_numpy(dtype=object)


def _is_welsh(frame: gpd.GeoDataFrame, fields: dict[str, Any]) -> pd.Series:
    return _texts(frame, fields, ("name2language",), None).str.casefold() == "cym"


def _texts(
    frame: gpd.GeoDataFrame, fields: dict[str, Any], wanted: tuple[str, ...], ending: re.Pattern[str] | None
) -> pd.Series:
    """The first of the wanted fields that holds something, for each feature; "" where none does."""
    named = [fields[name] for name in wanted if name in fields]
    if not named and ending is not None:
        named = [column for name, column in fields.items() if ending.search(name)][:1]
    texts = pd.Series("", index=frame.index, dtype=object)
    for column in named:
        cleaned = frame[column].astype("str").str.replace(r"[\x00-\x1f\x7f-\x9f\s]+", " ", regex=True).str.strip()
        texts = texts.where(texts != "", cleaned.str.slice(0, _LONGEST_NAME))
    return texts


def _drawable(made: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = shapely.force_2d(made.geometry.to_numpy())
    usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    usable &= np.isfinite(shapely.bounds(shapes)).all(axis=1)
    made, shapes = made[usable], shapes[usable]
    broken = (shapely.get_dimensions(shapes) == 2) & ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    kinds = made["kind"].to_numpy(dtype=object)
    dimensions = shapely.get_dimensions(shapes)
    points_wanted = np.isin(kinds, ["settlement", "place", "station", "park-name", "water-name"])
    shapes[points_wanted & (dimensions > 0)] = shapely.point_on_surface(shapes[points_wanted & (dimensions > 0)])
    for area, name in (("park", "park-name"), ("wood", "park-name"), ("water", "water-name"), ("site", "place")):
        kinds = np.where((kinds == area) & (dimensions == 0), name, kinds)
    kinds = np.where((kinds == "water") & (dimensions == 1), "waterline", kinds)
    kinds = np.where((kinds == "waterline") & (dimensions == 2), "water", kinds)
    areas = np.isin(kinds, ["land", "sea", "foreshore", "water", "park", "wood", "site", "built", "building"])
    lines = np.isin(kinds, ["waterline", "street-major", "street-main", "street", "path", "railway"])
    fits = np.where(areas, dimensions == 2, np.where(lines, dimensions == 1, (kinds != "border") | (dimensions >= 1)))
    kept = made.assign(kind=kinds).set_geometry(shapes, crs=CRS_MAP)[fits]
    return kept[list(FEATURE_COLUMNS)].reset_index(drop=True)
