"""What is done to a layer of boundaries before it can be used, and what is said about it: repaired, dissolved, simplified."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from csg_maps.errors import InputRefused
from csg_maps.geography.crs import planar_crs
from csg_maps.i18n import N_, _
from csg_maps.settings import CRS_MAP

MOST_VERTICES = 100_000
"""An area with more is simplified until it has no more: a boundary never needs them, and a screen cannot draw them."""

MOST_VERTICES_OF_LAYER = 20_000_000
_TOLERANCES_M = (1.0, 5.0, 20.0, 100.0, 500.0)

_MESSAGES = {
    "area-invalid": N_("Repaired {count} outlines that crossed or touched themselves: {areas}."),
    "area-3d": N_("Left out the heights of {count} outlines: {areas}."),
    "area-not-polygon": N_("Left out {count} features that are not areas (points or lines): {areas}."),
    "area-empty": N_("Left out {count} features without a usable outline: {areas}."),
    "area-no-code": N_("Left out {count} areas without a code: {areas}."),
    "area-repeated": N_("Joined {count} features that share a code with another: {areas}."),
    "area-simplified": N_("Simplified {count} outlines with more than {limit} corners: {areas}."),
    "area-overlap": N_("{count} pairs of areas overlap; a point there counts for the first code: {areas}."),
    "area-name-differs": N_("{count} codes have more than one name; the first is kept: {areas}."),
}


@dataclass(frozen=True)
class AreaRepair:
    """One thing that was done to a layer: `kind` names it, `count` says how often, `areas` names the first five of them."""

    kind: str
    count: int
    areas: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """What was done, in the reader's language."""
        return _(_MESSAGES[self.kind]).format(count=self.count, areas=", ".join(self.areas), limit=f"{MOST_VERTICES:,}")


def _up_to_five(names: list[str]) -> tuple[str, ...]:
    return (*names[:5], "…") if len(names) > 5 else tuple(names)


def _repair(kind: str, names: pd.Series, rows: npt.NDArray[np.bool_]) -> list[AreaRepair]:
    if not rows.any():
        return []
    return [AreaRepair(kind, int(rows.sum()), _up_to_five(names[rows].drop_duplicates().tolist()))]


def _polygons_only(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Each geometry's polygons as one Polygon or MultiPolygon; empty when it has none."""
    kept = shapes.copy()
    for place in np.flatnonzero(shapely.get_type_id(shapes) == 7):  # collections, as make_valid leaves them
        parts = shapely.get_parts(shapely.get_parts(shapes[place]))
        kept[place] = shapely.union_all(parts[np.isin(shapely.get_type_id(parts), (3, 6))])
    kept[~np.isin(shapely.get_type_id(kept), (3, 6))] = shapely.Polygon()
    return kept


def _read_text(frame: pd.DataFrame, column: str) -> pd.Series:
    """A column as text: 1.0 becomes 1, missing becomes ""."""
    values = frame[column]
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    return values.astype("str").where(values.notna(), "").str.strip().reset_index(drop=True).astype("str")


def _simplify(shapes: npt.NDArray[np.object_], crs: str) -> npt.NDArray[np.object_]:
    """The same outlines with at most MOST_VERTICES corners each (degrees in, degrees out; tolerances in metres)."""
    plain = np.array(gpd.GeoSeries(shapes, crs=CRS_MAP).to_crs(crs), dtype=object)
    for tolerance_m in _TOLERANCES_M:
        many = shapely.get_num_coordinates(plain) > MOST_VERTICES
        plain[many] = shapely.make_valid(shapely.simplify(plain[many], tolerance_m, preserve_topology=True))
    if (shapely.get_num_coordinates(plain) > MOST_VERTICES).any():
        raise InputRefused(
            _(
                "An outline has more than {limit} corners even when simplified; "
                "use a generalised version of these boundaries."
            ).format(limit=f"{MOST_VERTICES:,}")
        )
    back = gpd.GeoSeries(_polygons_only(plain), crs=crs).to_crs(CRS_MAP).to_numpy()
    return np.asarray(back, dtype=object)


def read_area_layer(
    frame: gpd.GeoDataFrame, *, code: str, name: str, name_cy: str = ""
) -> tuple[gpd.GeoDataFrame, list[AreaRepair]]:
    """A clean layer of areas from boundaries of any kind, and what had to be done to them.

    Parameters
    ----------
    frame
        Boundaries in any coordinate system that the file names. TopoJSON and some KML lose theirs: set it first.
    code, name, name_cy
        The columns with the code, the name and, if there is one, the Welsh name.

    Returns
    -------
    GeoDataFrame, one row an area, sorted by code
        area_code, area_name, area_name_cy (str, "" when none), geometry (valid two-dimensional Polygon or MultiPolygon,
        EPSG:4326). Features that share a code are one area.
    list of AreaRepair
        Empty when nothing had to be done.

    Raises
    ------
    InputRefused
        A column is not there, the coordinate system is not known, coordinates are not on the globe, or no area is left.
    """
    columns = [str(column) for column in frame.columns if column != frame.active_geometry_name]
    for wanted in filter(None, (code, name, name_cy)):
        if wanted not in frame.columns or wanted == frame.active_geometry_name:
            message = _("The layer has no column {column}; choose among: {columns}.")
            raise InputRefused(message.format(column=wanted, columns=", ".join(columns)))
    if frame.crs is None:
        raise InputRefused(
            _(
                "The file does not say which coordinate system its boundaries are in. "
                "Give it, such as EPSG:27700 for British National Grid or EPSG:4326 for longitude and latitude."
            )
        )
    codes = _read_text(frame, code)
    raw = np.array(frame.geometry, dtype=object)
    if int(shapely.get_num_coordinates(raw).sum()) > MOST_VERTICES_OF_LAYER:
        raise InputRefused(
            _("The layer has more than {limit} corners; use a generalised version of these boundaries.").format(
                limit=f"{MOST_VERTICES_OF_LAYER:,}"
            )
        )
    empty = shapely.is_missing(raw) | shapely.is_empty(raw) | ~_is_finite(raw)
    repairs = _repair("area-3d", codes, shapely.has_z(raw) & ~empty)
    raw[empty] = shapely.Polygon()
    not_polygon = ~empty & ~np.isin(shapely.get_type_id(raw), (3, 6, 7))
    shapes = np.array(gpd.GeoSeries(shapely.force_2d(raw), crs=frame.crs).to_crs(CRS_MAP), dtype=object)
    empty |= ~_is_finite(shapes)
    repairs = _repair("area-empty", codes, empty) + repairs
    shapes, done = _make_valid(shapes, codes, empty | not_polygon)
    repairs += done
    lost = shapely.is_empty(shapes) & ~empty
    repairs += _repair("area-not-polygon", codes, lost)
    without_code = ((codes == "") & ~shapely.is_empty(shapes)).to_numpy()
    names = _read_text(frame, name)
    repairs += _repair("area-no-code", names, without_code)
    _check_degrees(shapes)
    layer = gpd.GeoDataFrame(
        {
            "area_code": codes,
            "area_name": names,
            "area_name_cy": _read_text(frame, name_cy) if name_cy else pd.Series("", index=codes.index, dtype="str"),
        },
        geometry=shapes,
        crs=CRS_MAP,
    )[~shapely.is_empty(shapes) & ~without_code]
    if layer.empty:
        raise InputRefused(_("The layer holds no area with a code and an outline."))
    layer, done = _dissolve(layer)
    return layer, repairs + done + find_overlaps(layer)


def _is_finite(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Which geometries have only finite coordinates: the others make later steps fail."""
    corners, shape = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[shape[~np.isfinite(corners).all(axis=1)]] = False
    return finite


def _make_valid(
    shapes: npt.NDArray[np.object_], codes: pd.Series, dropped: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.object_], list[AreaRepair]]:
    """Valid polygons of at most MOST_VERTICES corners; what is dropped becomes empty."""
    shapes[dropped] = shapely.Polygon()
    invalid = ~shapely.is_valid(shapes)
    shapes[invalid] = shapely.make_valid(shapes[invalid])
    shapes = _polygons_only(shapes)
    large = shapely.get_num_coordinates(shapes) > MOST_VERTICES
    if large.any():
        middle = shapely.centroid(shapes[large][0])
        shapes[large] = _simplify(shapes[large], planar_crs([middle.y], [middle.x]))
    return shapes, _repair("area-invalid", codes, invalid) + _repair("area-simplified", codes, large)


def _check_degrees(shapes: npt.NDArray[np.object_]) -> None:
    west, south, east, north = shapely.total_bounds(shapes)
    on_globe = west >= -180.5 and east <= 180.5 and south >= -90 and north <= 90
    if np.isfinite([west, south, east, north]).any() and not on_globe:
        raise InputRefused(
            _(
                "The boundaries are not on the globe in the coordinate system that the file names. "
                "Find out which system they are in and give it, such as EPSG:27700 for British National Grid."
            )
        )


def _dissolve(layer: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[AreaRepair]]:
    repeated = layer["area_code"].duplicated(keep=False)
    repairs = _repair("area-repeated", layer["area_code"], repeated.to_numpy())
    names = layer[repeated].groupby("area_code")["area_name"].nunique()
    several = names[names > 1]
    if len(several):
        repairs.append(AreaRepair("area-name-differs", len(several), _up_to_five(several.index.tolist())))
    joined = layer[repeated].dissolve("area_code", aggfunc="first", sort=False).reset_index()
    joined.geometry = _polygons_only(np.array(shapely.make_valid(joined.geometry.to_numpy()), dtype=object))
    whole = pd.concat([layer[~repeated], joined[layer.columns]], ignore_index=True) if repeated.any() else layer
    columns = ["area_code", "area_name", "area_name_cy"]
    return whole.sort_values("area_code", ignore_index=True).astype(dict.fromkeys(columns, "str")), repairs


def find_overlaps(layer: gpd.GeoDataFrame) -> list[AreaRepair]:
    """Pairs of areas whose common part is more than 1% of the smaller one: not slivers of generalising."""
    shapes = np.asarray(layer.geometry, dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    touching = shapely.touches(shapes[first], shapes[second])
    first, second = first[~touching], second[~touching]
    common = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    much = common > 0.01 * np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    if not much.any():
        return []
    codes = layer["area_code"].to_numpy()
    pairs = [f"{codes[a]} + {codes[b]}" for a, b in zip(first[much], second[much], strict=True)]
    return [AreaRepair("area-overlap", int(much.sum()), _up_to_five(pairs))]
