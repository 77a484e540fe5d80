"""Tables that say where a number or a name is (UPRN, USRN, streets, named places), in whatever layout a council holds them.

A table of addresses or streets becomes points; what is kept of a street is one point on it. Columns are found by heading.
"""

import hashlib
import re
import unicodedata

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from csg_maps.errors import InputRefused
from csg_maps.geography.cells import points_to_cells
from csg_maps.geography.crs import planar_m, to_latlng
from csg_maps.i18n import N_, _
from csg_maps.model.schema import Column
from csg_maps.settings import CRS_MAP, CRS_PLANAR

Floats = npt.NDArray[np.float64]

UPRN_COLUMNS = (
    Column("uprn", "int64"),
    Column("latitude", "float64", unit="degrees"),
    Column("longitude", "float64", unit="degrees"),
)
NAME_COLUMNS = (
    Column("target", "str"),  # what a confirmed match points at: "usrn:…" or "name:…"
    Column("number", "int64"),  # the USRN, 0 = none
    Column("name", "str"),
    Column("name_cy", "str"),
    Column("locality", "str"),
    Column("kind", "str"),
    Column("precision", "str"),
    Column("latitude", "float64", unit="degrees"),
    Column("longitude", "float64", unit="degrees"),
)

PREMISES, STREET, POINT, AREA = "premises", "street", "point", "area"

_HEADINGS = {
    "uprn": ("uprn", "uniquepropertyreferencenumber"),
    "usrn": ("usrn", "uniquestreetreferencenumber"),
    "id": ("id", "placeid", "namesid", "fid", "toid", "identifier"),
    "name": (
        "name", "streetname", "streetdescriptor", "streetdescription", "street", "roadname", "road", "placename", "nameen",
        "englishname", "streetnameenglish", "streetdescriptoreng", "streetdescriptorenglish", "nameenglish", "name1",
        "description",
    ),
    "name_cy": (
        "namecy", "namecym", "welshname", "streetnamewelsh", "streetnamecy", "streetdescriptorcym", "streetdescriptorwelsh",
        "namewelsh", "enw", "enwcymraeg", "enwstryd", "name2", "alternativename", "streetnamecym",
    ),
    "locality": (
        "locality", "localityname", "localityeng", "ardal", "village", "suburb", "neighbourhood", "ward", "populatedplace",
    ),
    "town": ("town", "townname", "towneng", "posttown", "tref", "settlement"),
    "kind": ("localtype", "kind", "type", "placetype", "category", "streettype", "math", "class", "fclass"),
    "latitude": ("latitude", "lat", "lledred"),
    "longitude": ("longitude", "long", "lon", "lng", "hydred"),
    "easting": ("easting", "eastings", "xcoordinate", "x", "xcoord", "dwyreiniad", "geometryx", "east"),
    "northing": ("northing", "northings", "ycoordinate", "y", "ycoord", "gogleddiad", "geometryy", "north"),
    "length_m": ("lengthm",),
    "lang1": ("name1lang",),
    "lang2": ("name2lang",),
}  # fmt: skip

OS_OPEN_NAMES = (
    "ID", "NAMES_URI", "NAME1", "NAME1_LANG", "NAME2", "NAME2_LANG", "TYPE", "LOCAL_TYPE", "GEOMETRY_X", "GEOMETRY_Y",
    "MOST_DETAIL_VIEW_RES", "LEAST_DETAIL_VIEW_RES", "MBR_XMIN", "MBR_YMIN", "MBR_XMAX", "MBR_YMAX", "POSTCODE_DISTRICT",
    "POSTCODE_DISTRICT_URI", "POPULATED_PLACE",
)  # fmt: skip
"""The first columns of OS Open Names, whose tiles have no headings."""

_NO_PLACE_KINDS = frozenset({"postcode", "country", "region", "county", "city", "town"})
"""Too large, or not a name that anybody writes for a place."""

_STREET_KINDS = re.compile(r".*\b(?:road|street|lane|path|highway|main|local|avenue|stryd|ffordd|high street)\b.*")
_AREA_KINDS = re.compile(
    r".*\b(?:village|hamlet|suburban area|suburb|other settlement|locality|ward|neighbourhood)\b.*"
)
_POINT_KINDS = re.compile(
    r".*\b(?:bus stop|stop|tram stop|taxi rank|cctv|camera|lighting|street light|junction|roundabout|bridge)\b.*"
)

_ONE_STREET_M = 500.0
"""Pieces of one name whose middles lie nearer than this (beyond their own half lengths) are one street."""


def precision_of_kind(kind: str) -> str:
    """How precisely a place of this kind says where something happened: premises, street, point or area.

    >>> [precision_of_kind(kind) for kind in ("school", "Named Road", "bus_stop", "Village", "")]
    ['premises', 'street', 'point', 'area', 'point']
    """
    words = _words(kind)
    for pattern, precision in ((_POINT_KINDS, POINT), (_STREET_KINDS, STREET), (_AREA_KINDS, AREA)):
        if pattern.fullmatch(words):
            return precision
    return PREMISES if words else POINT


def read_uprns(frame: pd.DataFrame) -> pd.DataFrame:
    """UPRN_COLUMNS, sorted by number, from OS Open UPRN or any table with a column UPRN and coordinates.

    Raises InputRefused when a column is missing or nothing is placed.

    >>> read_uprns(pd.DataFrame({"UPRN": ["1"], "LATITUDE": ["51.9"], "LONGITUDE": ["-0.4"]})).to_dict("records")
    [{'uprn': 1, 'latitude': 51.9, 'longitude': -0.4}]
    """
    columns = _columns(frame, needed=("uprn",))
    latitude, longitude = _points(frame, columns)
    table = pd.DataFrame({"uprn": numbers_of(frame[columns["uprn"]]), "latitude": latitude, "longitude": longitude})
    table = table[(table["uprn"] > 0) & table["latitude"].notna()]
    if table.empty:
        raise InputRefused(_("No row of the table has both a UPRN and a position."))
    return table.drop_duplicates("uprn").sort_values("uprn", ignore_index=True)


def read_streets(frame: pd.DataFrame, *, needs_usrn: bool = False) -> pd.DataFrame:
    """Streets as NAME_COLUMNS, one row each, from a street gazetteer, OS Open USRN, or lines (as `shapes_frame` gives them).

    Pieces with one USRN, or with one name in one locality that lie together, are one street; its point is the middle of one
    of its pieces. Two streets of one name that lie apart stay two. Raises InputRefused when a column is missing.
    """
    columns = _columns(frame, needed=("usrn",) if needs_usrn else ("name",))
    streets = _named(frame, columns)
    streets["kind"] = "street"
    streets["precision"] = STREET
    length = frame[columns["length_m"]].astype(float) if "length_m" in columns else pd.Series(0.0, index=frame.index)
    streets["length_m"] = length.to_numpy()
    said = streets["number"] > 0 if needs_usrn else (streets["name"] != "") | (streets["name_cy"] != "")
    streets = streets[said & streets["latitude"].notna()].reset_index(drop=True)
    if streets.empty:
        raise InputRefused(_("No row of the table has both a street and a position."))
    streets = _one_row_a_street(streets)
    streets["target"] = _targets(streets)
    return _in_order(streets)


def read_places(frame: pd.DataFrame) -> pd.DataFrame:
    """Named places as NAME_COLUMNS, from OS Open Names (with or without headings) or a table with name, kind and coordinates.

    Towns, counties and postcodes are left out: they are no place that a concern happened at. Raises InputRefused when a
    column is missing or nothing is placed.
    """
    frame = with_open_names_headings(frame)
    columns = _columns(frame, needed=("name",))
    places = _named(frame, columns)
    if "lang1" in columns:
        is_welsh = (frame[columns["lang1"]].str.strip().str.casefold() == "cym").to_numpy()
        both = is_welsh & (places["name_cy"] != "").to_numpy()
        places.loc[both, ["name", "name_cy"]] = places.loc[both, ["name_cy", "name"]].to_numpy()
        places.loc[is_welsh & ~both, "name_cy"] = places.loc[is_welsh & ~both, "name"]
    places["precision"] = places["kind"].map(precision_of_kind).astype("str")
    is_street = places["precision"] == STREET
    usable = (places["name"] != "") & places["latitude"].notna()
    usable &= ~places["kind"].map(_words).isin(_NO_PLACE_KINDS)
    places = places[usable]
    if places.empty:
        raise InputRefused(_("No row of the table has both a name and a position."))
    streets = _one_row_a_street(places[is_street[usable]].assign(length_m=0.0).reset_index(drop=True))
    others = places[~is_street[usable]]
    places = pd.concat([others, streets[others.columns]], ignore_index=True)
    places["target"] = _targets(places)
    return _in_order(places)


def shapes_frame(shapes: gpd.GeoDataFrame) -> pd.DataFrame:
    """The attributes of shapes with latitude and longitude of a point on each, and length_m of lines (0 for others).

    A line's point is its middle along its longest part. Raises InputRefused when the file names no coordinate system.
    """
    if shapes.crs is None:
        raise InputRefused(_("The file does not say which coordinate system its shapes are in."))
    geometry = shapely.force_2d(shapes.geometry.to_crs(CRS_MAP).to_numpy())
    middle = np.array([_middle(shape) for shape in geometry], dtype=object)
    metric = shapes.geometry.to_crs(CRS_PLANAR)
    known = {"latitude", "longitude", "easting", "northing", "length_m"}
    kept = [name for name in shapes.columns if name != "geometry" and _field_of(name) not in known]
    frame = pd.DataFrame(shapes[kept]).astype("str").reset_index(drop=True)
    length = metric.length.where(metric.geom_type.str.contains("Line"), 0.0).fillna(0.0).to_numpy()
    return frame.assign(latitude=shapely.get_y(middle), longitude=shapely.get_x(middle), length_m=length)


def numbers_of(texts: "pd.Series[str]") -> npt.NDArray[np.int64]:
    """UPRN or USRN as whole numbers, 0 where the text is none (leading zeros and a spreadsheet's ".0" do not matter).

    >>> numbers_of(pd.Series(["010000012345", "42.0", "", "4e3", "no"])).tolist()
    [10000012345, 42, 0, 0, 0]
    """
    digits = texts.astype("str").str.strip().str.extract(r"^(\d{1,12})(?:\.0+)?$", expand=False)
    return np.asarray(digits.fillna("0").astype("int64"), dtype=np.int64)


def _middle(shape: shapely.Geometry | None) -> shapely.Point | None:
    if shape is None or shape.is_empty:
        return None
    if shape.geom_type == "MultiLineString":
        merged = shapely.line_merge(shape)
        shape = max(getattr(merged, "geoms", [merged]), key=lambda part: part.length)
    if shape.geom_type in {"LineString", "LinearRing"}:
        return shapely.line_interpolate_point(shape, 0.5, normalized=True)
    return shapely.point_on_surface(shape)


def _field_of(heading: str) -> str:
    key = re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKC", str(heading)).casefold())
    return next((field for field, known in _HEADINGS.items() if key in known), "")


def _columns(frame: pd.DataFrame, *, needed: tuple[str, ...]) -> dict[str, str]:
    """Field to column, the best known heading first; raises when one that is needed is not there."""
    found: dict[str, tuple[int, str]] = {}
    for column in frame.columns:
        key = re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKC", str(column)).casefold())
        for field, known in _HEADINGS.items():
            if key in known and known.index(key) < found.get(field, (99, ""))[0]:
                found[field] = (known.index(key), str(column))
    columns = {field: column for field, (_rank, column) in found.items()}
    for field in needed:
        if field not in columns:
            raise InputRefused(
                _("The table needs a column called {column}; its columns are: {columns}.").format(
                    column=_(_NEEDED[field]), columns=", ".join(map(str, frame.columns))[:200]
                )
            )
    if not ({"latitude", "longitude"} <= columns.keys() or {"easting", "northing"} <= columns.keys()):
        raise InputRefused(
            _("The table needs latitude and longitude, or easting and northing; its columns are: {columns}.").format(
                columns=", ".join(map(str, frame.columns))[:200]
            )
        )
    return columns


_NEEDED = {"uprn": "UPRN", "usrn": "USRN", "name": N_("name (or street)")}


def _points(frame: pd.DataFrame, columns: dict[str, str]) -> tuple[Floats, Floats]:
    def numbers(field: str) -> Floats:
        return np.array(pd.to_numeric(frame[columns[field]], errors="coerce"), dtype="float64")

    if {"latitude", "longitude"} <= columns.keys():
        x, y, crs = numbers("longitude"), numbers("latitude"), CRS_MAP
    else:
        x, y, crs = numbers("easting"), numbers("northing"), CRS_PLANAR
    latitude, longitude = to_latlng(x, y, crs)
    nowhere = (x == 0) & (y == 0)
    latitude[nowhere] = longitude[nowhere] = np.nan
    return latitude, longitude


def _named(frame: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Names, locality, kind, number and point of each row; what is not there is blank."""
    latitude, longitude = _points(frame, columns)

    def text(field: str) -> "pd.Series[str]":
        if field not in columns:
            return pd.Series("", index=frame.index, dtype="str")
        stated = frame[columns[field]].astype("str").fillna("")
        return stated.str.replace(r"\s+", " ", regex=True).str.strip().str.slice(0, 120).astype("str")

    locality = text("locality")
    named = pd.DataFrame(
        {
            "number": numbers_of(frame[columns["usrn"]]) if "usrn" in columns else np.zeros(len(frame), np.int64),
            "id": text("id"),
            "name": text("name"),
            "name_cy": text("name_cy"),
            "locality": locality.where(locality != "", text("town")).astype("str"),
            "kind": text("kind"),
            "latitude": latitude,
            "longitude": longitude,
        }
    )
    return named.reset_index(drop=True)


def _one_row_a_street(streets: pd.DataFrame) -> pd.DataFrame:
    """Pieces of one street as one row: by USRN, else by name and locality where they lie together."""
    if streets.empty:
        return streets
    by_number = np.where(streets["number"] > 0, "usrn " + streets["number"].astype(str), "")
    by_name = streets["name"].map(_words) + "|" + streets["name_cy"].map(_words) + "|" + streets["locality"].map(_words)
    group = pd.factorize(np.where(by_number != "", by_number, by_name))[0]
    easting, northing = planar_m(streets["latitude"], streets["longitude"])
    label = np.zeros(len(streets), dtype=np.int64)
    for rows in pd.Series(range(len(streets))).groupby(group).agg(list):
        if len(rows) > 1 and not by_number[rows[0]]:
            label[rows] = _together(easting[rows], northing[rows], streets["length_m"].to_numpy()[rows] / 2)
    kept = []
    for rows in pd.Series(range(len(streets))).groupby([group, label]).agg(list):
        weight = streets["length_m"].to_numpy()[rows] + 1.0
        x, y = np.average(easting[rows], weights=weight), np.average(northing[rows], weights=weight)
        kept.append(rows[int(np.argmin(np.hypot(easting[rows] - x, northing[rows] - y)))])
    return streets.iloc[sorted(kept)].reset_index(drop=True)


def _together(x: Floats, y: Floats, reach: Floats) -> npt.NDArray[np.int64]:
    """A number for each piece, the same for pieces that lie together (single linkage)."""
    label = np.arange(len(x))
    for one in range(len(x)):
        near = np.hypot(x - x[one], y - y[one]) <= _ONE_STREET_M + reach + reach[one]
        label[np.isin(label, label[near])] = label[near].min()
    return label


def _targets(places: pd.DataFrame) -> list[str]:
    """What a match points at. It stays the same when the table is supplied again, as long as the place does.

    A repeated name is told apart by its own id, or by the larger cell that it lies in: moved across its border it is another
    target, and asked about again.
    """
    key = places["name"].map(_words) + "|" + places["name_cy"].map(_words) + "|" + places["locality"].map(_words)
    key += "|" + places["kind"].map(_words)
    again = key.duplicated(keep=False)
    cells = points_to_cells(places["latitude"].to_numpy(), places["longitude"].to_numpy(), 9)
    key = key.where(~again, key + "|" + pd.Series(cells.astype(str), index=places.index))
    key = key.where(places["id"] == "", "id " + places["id"])
    digest = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in key]
    return [
        f"usrn:{number}" if number else f"name:{short}" for number, short in zip(places["number"], digest, strict=True)
    ]


def _in_order(places: pd.DataFrame) -> pd.DataFrame:
    names = [column.name for column in NAME_COLUMNS]
    ordered = places[names].drop_duplicates("target").sort_values("target", ignore_index=True)
    return ordered.astype({column.name: column.dtype for column in NAME_COLUMNS})


def with_open_names_headings(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the headings of OS Open Names where it is a tile without any; else as it is."""
    headings = [str(column) for column in frame.columns]
    if not (headings and headings[0].startswith("osgb") and len(headings) >= len(OS_OPEN_NAMES)):
        return frame
    first = pd.DataFrame([headings], columns=headings, dtype="str")
    rows = pd.concat([first, frame.astype("str")], ignore_index=True)
    return rows.iloc[:, : len(OS_OPEN_NAMES)].set_axis(list(OS_OPEN_NAMES), axis=1)


def _words(text: str) -> str:
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", str(text)) if not unicodedata.combining(mark))
    return " ".join(re.findall(r"[^\W_]+", plain.casefold()))
