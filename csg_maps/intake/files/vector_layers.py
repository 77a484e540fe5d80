"""What every map format becomes first: attributes as text and one shape a row; then points of a table, or boundaries."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from csg_maps.intake.files.grids import (
    ALL_BLANK,
    SHAPES,
    Grid,
    ProblemLog,
    grid_of_cells,
    note,
    noted,
    number_text,
    unique_headings,
)
from csg_maps.intake.files.reading_rules import CRS_BY_NAME, NO_CRS, SHAPE_BROKEN, SHAPES_TO_POINTS

POINT_COLUMNS = ("geometry x", "geometry y")


@dataclass(frozen=True)
class VectorLayer:
    """One layer. `columns` and `kinds` go with `cells` (one list of text each); `shapes` has one geometry or None a row.

    `crs` is "", "EPSG:n" or WKT. Row numbers count from 2, as under a heading.
    """

    name: str
    columns: tuple[str, ...]
    cells: tuple[list[str], ...]
    kinds: tuple[str, ...]
    shapes: Any
    crs: str
    has_shapes: bool = True


def layer_grid(layer: VectorLayer, log: ProblemLog, keep: str) -> Grid | None:
    """The layer as a grid: with "geometry x" and "geometry y" (`keep` = "points") or with its shapes ("shapes")."""
    if not len(layer.shapes):
        note(log, ALL_BLANK)
        log.kept[:] = [replace(problem, file=log.file) for problem in log.kept]
        return None
    crs = layer.crs if keep == "shapes" else _epsg(layer.crs, log)
    if layer.has_shapes and not crs:
        note(log, NO_CRS)
    headings = unique_headings(layer.columns, log)
    cells, kinds = list(layer.cells), list(layer.kinds)
    rows = np.arange(len(layer.shapes), dtype=np.int64) + 2
    if not layer.has_shapes:
        return grid_of_cells(layer.name, headings, cells, rows.tolist(), kinds, log)
    if keep == "shapes":
        places = [str(index) for index in range(len(rows))]
        grid = grid_of_cells(layer.name, [*headings, SHAPES], [*cells, places], rows.tolist(), [*kinds, "shape"], log)
        kept = grid.values[-1].to_numpy().astype(np.int64)
        wkb = pa.chunked_array([pa.array(shapely.to_wkb(layer.shapes[kept]).tolist(), pa.large_binary())])
        return replace(grid, values=(*grid.values[:-1], wkb), crs=crs)
    x_name, y_name = (_free(name, headings) for name in POINT_COLUMNS)
    x, y = _points(layer.shapes, rows, log)
    cells += [[number_text(value) for value in x.tolist()], [number_text(value) for value in y.tolist()]]
    grid = grid_of_cells(
        layer.name, [*headings, x_name, y_name], cells, rows.tolist(), [*kinds, "number", "number"], log
    )
    return replace(grid, crs=crs, point_columns=(x_name, y_name))


def _free(name: str, headings: tuple[str, ...]) -> str:
    return name if name not in headings else _free(f"{name} of the shape", headings)


def _points(shapes: Any, rows: Any, log: ProblemLog) -> tuple[Any, Any]:
    """A coordinate pair of each shape, NaN where there is none."""
    kinds = shapely.get_type_id(shapes)
    points = shapes.copy()
    others = np.flatnonzero(kinds > 0)
    for index in others:
        try:
            points[index] = shapely.point_on_surface(shapes[index])
        except shapely.errors.GEOSException:
            points[index] = None
            note(log, SHAPE_BROKEN, int(rows[index]))
    if len(others):
        note(log, SHAPES_TO_POINTS, count=len(others))
    points[shapely.is_empty(points)] = None  # GEOS knows no coordinate of an empty point, and says so by an exception
    return shapely.get_x(points), shapely.get_y(points)


def _epsg(crs: str, log: ProblemLog) -> str:
    """The code of a coordinate system; "" where none is known."""
    if not crs or crs.startswith("EPSG:"):
        return crs
    import pyproj

    try:
        system = pyproj.CRS.from_user_input(crs)
        code = system.to_epsg()
        if code is None:
            code = system.to_epsg(min_confidence=20)
            if code is not None:
                note(log, CRS_BY_NAME, crs=f"EPSG:{code}")
    except pyproj.exceptions.CRSError:
        return ""
    return f"EPSG:{code}" if code else ""


def shapes_of(geometries: list[Any]) -> Any:
    """A one-dimensional object array of shapes."""
    shapes = np.empty(len(geometries), dtype=object)
    shapes[:] = geometries
    return shapes


def finish(layers: list[VectorLayer], name: str, keep: str, log: ProblemLog) -> list[Grid]:
    """Grids of the layers, named by layer where there are several, else by the file."""
    grids = []
    for layer in layers:
        is_one = len(layers) == 1
        own = ProblemLog(name if is_one else f"{name}/{layer.name}")
        grid = layer_grid(layer, own, keep)
        if grid is None:
            log.kept.extend(noted(own))
        else:
            grids.append(grid)
    return grids
