"""Areas: which one a point or a cell lies in, how far outside it is, which areas touch, and codes of another vintage.

A layer is a GeoDataFrame as `read_area_layer` makes it: area_code, area_name, area_name_cy, geometry in EPSG:4326, sorted
by code. For records the original point decides; for a layer that was loaded later the centre of the cell does.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_matrix

from csg_maps.geography.area_repair import AreaRepair, find_overlaps, read_area_layer
from csg_maps.geography.cells import centres, polygons
from csg_maps.geography.crs import BRITISH_ISLES, Bounds, inside, planar_crs, planar_m
from csg_maps.model.concern import NO_CELL

__all__ = [
    "AreaRepair",
    "area_neighbours",
    "area_of_cells",
    "area_of_points",
    "convert_codes",
    "distance_outside_m",
    "distinct_points",
    "find_overlaps",
    "layers_bounds",
    "read_area_layer",
]

Floats = npt.NDArray[np.float64]


def distinct_points(lat: npt.ArrayLike, lng: npt.ArrayLike) -> tuple[npt.NDArray[np.intp], Floats, Floats]:
    """For each row the position of its point among the distinct ones (-1 = none), and those points."""
    latitude, longitude = np.asarray(lat, dtype="float64"), np.asarray(lng, dtype="float64")
    placed = np.isfinite(latitude) & np.isfinite(longitude)
    joined = latitude + 1j * longitude
    joined[~placed] = complex(np.nan, np.nan)
    positions, points = pd.factorize(joined)
    return positions, points.real.astype("float64"), points.imag.astype("float64")


def area_of_points(layer: gpd.GeoDataFrame, lat: npt.ArrayLike, lng: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """The code of the area that each point lies in; "" in none.

    A point on a border that areas share, or where areas overlap, belongs to the one whose code sorts first, every time:
    each point is in at most one area. Elsewhere the answer is that of `geopandas.sjoin(predicate="within")`.

    Parameters
    ----------
    layer
        As `read_area_layer` returns it.
    lat, lng
        Degrees (EPSG:4326), n values; NaN lies in no area.

    Returns
    -------
    object array of n str

    >>> square = gpd.GeoDataFrame({"area_code": ["B", "A"]}, crs=4326,
    ...     geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> area_of_points(square, [0.5, 0.5, 0.5, 5], [0.5, 1.0, 1.5, 5]).tolist()
    ['B', 'A', 'A', '']
    """
    positions, latitude, longitude = distinct_points(lat, lng)
    codes = layer["area_code"].to_numpy(dtype=object)
    order = np.argsort(codes.astype("U"), kind="stable")
    # The tree holds the points and is asked with the areas, because shapely prepares what it asks with.
    near = np.flatnonzero(inside(longitude, latitude, tuple(layer.total_bounds)))
    tree = shapely.STRtree(shapely.points(longitude[near], latitude[near]))
    shapes = np.asarray(layer.geometry, dtype=object)[order]
    area, point = tree.query(shapes, predicate="intersects")
    first = np.full(len(latitude) + 1, len(codes), dtype="int64")
    np.minimum.at(first, near[point], area)
    named = np.append(codes[order], "")
    named_points = named[first]
    named_points[-1] = ""  # position -1: no point
    return np.asarray(named_points[positions], dtype=object)


def area_of_cells(layer: gpd.GeoDataFrame, cells: Any) -> pd.DataFrame:
    """The area that holds the centre of each cell, and whether the hexagon reaches beyond it.

    For layers loaded after the records: only their cell is known. The records of a cell that crosses may belong to a
    neighbour; their share is what the screen says may be misplaced.

    Returns
    -------
    DataFrame in the order given: cell (int64), area_code (str, "" = centre in none), crosses (bool; False for cell 0).
    """
    latitude, longitude = centres(cells)
    indexes = np.asarray(cells)
    crosses = np.zeros(len(indexes), dtype=bool)
    real = np.flatnonzero(indexes != NO_CELL)
    lines = shapely.boundary(np.asarray(layer.geometry, dtype=object))
    crosses[real[np.unique(shapely.STRtree(polygons(indexes[real])).query(lines, predicate="intersects")[1])]] = True
    area = pd.Series(area_of_points(layer, latitude, longitude), dtype="str")
    return pd.DataFrame({"cell": indexes, "area_code": area, "crosses": crosses})


def convert_codes(codes: npt.ArrayLike | pd.Series, lookup: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Codes of another vintage as codes of this layer, by a lookup table with columns from_code and to_code.

    A code that the table leads to exactly one other is converted (a split area's new codes to the old one; an unchanged
    code to itself). A code that it leads to several is "": nobody can tell which. A code that is not in the table stays.

    >>> table = pd.DataFrame({"from_code": ["N1", "N2", "M", "M"], "to_code": ["O", "O", "P", "Q"]})
    >>> convert_codes(["N1", "N2", "M", "X"], table).tolist()
    ['O', 'O', '', 'X']
    """
    given = np.asarray(codes, dtype=object)
    pairs = lookup[["from_code", "to_code"]].astype("str").drop_duplicates()
    targets = pairs.groupby("from_code", sort=True)["to_code"].agg(["first", "size"])
    known = np.append(np.where(targets["size"] == 1, targets["first"].astype(object), ""), "").astype(object)
    at = pd.Index(targets.index, dtype="object").get_indexer(pd.Index(given, dtype="object"))
    return np.where(at >= 0, known[at], given)


def distance_outside_m(
    layer: gpd.GeoDataFrame, lat: npt.ArrayLike, lng: npt.ArrayLike, *, within_m: float = np.inf
) -> Floats:
    """How far each point lies outside the outline of the layer, in metres; 0 inside, NaN without a point.

    `within_m`: distances beyond it are not worked out but returned as infinity, which saves nearly all of the time when
    only "further than 500 m?" is asked.

    >>> square = gpd.GeoDataFrame({"area_code": ["A"]}, crs=4326, geometry=[shapely.box(-0.5, 51.8, -0.3, 52.0)])
    >>> distance_outside_m(square, [51.9, 52.009], [-0.4, -0.4]).round(-2).tolist()
    [0.0, 1000.0]
    """
    positions, latitude, longitude = distinct_points(lat, lng)
    distances = np.where(area_of_points(layer, latitude, longitude) == "", np.inf, 0.0)
    outside = np.flatnonzero(distances > 0)
    if len(outside):
        west, south, east, north = layer.total_bounds
        crs = planar_crs([(south + north) / 2], [(west + east) / 2])
        x, y = planar_m(latitude[outside], longitude[outside], crs)
        real = np.isfinite(x)
        (asked, _), nearest = shapely.STRtree(_outline_segments(layer, crs)).query_nearest(
            shapely.points(x[real], y[real]),
            max_distance=None if np.isinf(within_m) else within_m,
            return_distance=True,
            all_matches=False,
        )
        distances[outside[real][asked]] = nearest
    return np.asarray(np.append(distances, np.nan)[positions], dtype="float64")


def _outline_segments(layer: gpd.GeoDataFrame, crs: str) -> npt.NDArray[np.object_]:
    """The outline of the whole layer, in metres, in pieces of two points: the nearest piece is found without the rest."""
    rings = shapely.get_parts(shapely.boundary(shapely.union_all(np.asarray(layer.geometry.to_crs(crs), dtype=object))))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    ends = np.stack([corners[:-1][joined], corners[1:][joined]], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object)


def area_neighbours(layer: gpd.GeoDataFrame) -> csr_matrix:
    """Which areas touch, in a border or a corner, each area itself included: binary, symmetric, in the order of the layer.

    >>> row = gpd.GeoDataFrame({"area_code": list("ABC")}, crs=4326,
    ...     geometry=[shapely.box(place, 0, place + 1, 1) for place in range(3)])
    >>> area_neighbours(row).toarray().astype(int).tolist()
    [[1, 1, 0], [1, 1, 1], [0, 1, 1]]
    """
    shapes = np.asarray(layer.geometry, dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    rows = np.concatenate([first, second, np.arange(len(shapes))])
    columns = np.concatenate([second, first, np.arange(len(shapes))])
    matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(shapes), len(shapes)))
    matrix.data[:] = 1.0  # a pair that was found from both sides is still one
    return matrix


def layers_bounds(layers: tuple[gpd.GeoDataFrame, ...], margin_degrees: float = 0.05) -> Bounds:
    """West, south, east, north of the layers together, a little wider; Great Britain and Ireland without layers."""
    if not layers:
        return BRITISH_ISLES
    bounds = np.array([layer.total_bounds for layer in layers])
    west, south = bounds[:, 0].min() - margin_degrees, bounds[:, 1].min() - margin_degrees
    east, north = bounds[:, 2].max() + margin_degrees, bounds[:, 3].max() + margin_degrees
    return (float(west), float(south), float(east), float(north))
