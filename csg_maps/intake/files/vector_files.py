"""Read boundary files: area layers as they are, with every attribute as text, under the same guards as any file."""

from dataclasses import dataclass
from pathlib import Path

import geopandas
import pandas as pd
import pyproj
import shapely

from csg_maps.i18n import N_
from csg_maps.intake.files.grids import SHAPES, Grid, ProblemLog, note, noted
from csg_maps.intake.files.reading import read_grids
from csg_maps.intake.files.tables import table_from_grid
from csg_maps.intake.messages import register
from csg_maps.model.problems import Problem

NO_SHAPES = register(
    "no-shapes",
    "refuse",
    N_("The file holds a table, but no boundaries."),
    N_("Send the boundaries as GeoJSON, GeoPackage, zipped Shapefile, KML or GeoParquet."),
)
SEVERAL_LAYERS = register(
    "several-layers",
    "info",
    N_("The file holds several layers; “{layer}” was read. The others: {others}."),
    N_("Name the layer if another one is meant."),
)


@dataclass(frozen=True)
class BoundaryResult:
    """An area layer, or why there is none. `layers` names what the file holds."""

    gdf: geopandas.GeoDataFrame | None
    problems: tuple[Problem, ...]
    layers: tuple[str, ...] = ()


def read_boundaries(path: Path, display_name: str, layer: str = "") -> BoundaryResult:
    """Read one layer of a boundary file.

    Use it for area layers; it repairs nothing. Rows that tables are read from go through `read_tables`.

    Parameters
    ----------
    path
        Where the file lies.
    display_name
        What the person called it; only shown.
    layer
        Name of the layer; "" = the first that holds shapes.

    Returns
    -------
    BoundaryResult
        `gdf` has every attribute as `str` ("" = blank) and `geometry` in the file's own coordinate system (`crs` is None
        where it names none; GeoJSON, TopoJSON and KML are EPSG:4326 by their format). None with a problem of level
        "refuse" where the file cannot be used.
    """
    grids, problems = read_grids(path, display_name, chosen=(layer,) if layer else (), keep="shapes")
    with_shapes = [grid for grid in grids if SHAPES in grid.columns]
    log = ProblemLog(display_name)
    if not with_shapes:
        if grids or not any(problem.level == "refuse" for problem in problems):
            note(log, NO_SHAPES)
        return BoundaryResult(None, (*problems, *noted(log)), tuple(grid.name for grid in grids))
    first, *others = with_shapes
    if others:
        note(log, SEVERAL_LAYERS, layer=first.name, others=", ".join(grid.name for grid in others)[:300])
    names = tuple(grid.name for grid in with_shapes)
    return BoundaryResult(_frame(first), (*problems, *first.problems, *noted(log)), names)


def read_vector_layers(
    path: Path, display_name: str, *, chosen: tuple[str, ...] = ()
) -> tuple[dict[str, geopandas.GeoDataFrame], tuple[Problem, ...]]:
    """Read every layer with shapes of a map file: name → frame, as `read_boundaries` gives one.

    `chosen` names the layers to read; () = all. Without any layer there is at least one problem of level "refuse".
    """
    grids, problems = read_grids(path, display_name, chosen=chosen, keep="shapes")
    layers = {grid.name: _frame(grid) for grid in grids if SHAPES in grid.columns}
    log = ProblemLog(display_name)
    if not layers and not any(problem.level == "refuse" for problem in problems):
        note(log, NO_SHAPES)
    told = tuple(problem for grid in grids if grid.name in layers for problem in grid.problems)
    return layers, (*problems, *told, *noted(log))


def _frame(grid: Grid) -> geopandas.GeoDataFrame:
    places = grid.values[-1].to_numpy()
    attributes = Grid(grid.name, grid.columns[:-1], grid.values[:-1], grid.rows, grid.kinds[:-1])
    frame: pd.DataFrame = table_from_grid(attributes).frame
    name = "geometry"
    while name in frame.columns:
        frame = frame.rename(columns={name: f"{name} (text)"})
    try:
        crs = pyproj.CRS.from_user_input(grid.crs) if grid.crs else None
    except pyproj.exceptions.CRSError:
        crs = None
    return geopandas.GeoDataFrame(frame, geometry=shapely.from_wkb(places), crs=crs)
