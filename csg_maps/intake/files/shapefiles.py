"""Read shapefiles that were unpacked under names of our own; GDAL runs in the limited process with one driver only."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from csg_maps.intake.files.grids import Grid, ProblemLog, ReadTask, note, number_text
from csg_maps.intake.files.reading_rules import COLUMN_NESTED, SHAPEFILE_DAMAGED, SHAPEFILE_NO_TABLE
from csg_maps.intake.files.vector_layers import VectorLayer, finish

_HEADER = b"\x00\x00\x27\x0a"


def read(task: ReadTask, log: ProblemLog, progress: Callable[[float], None]) -> list[Grid]:
    """Read each shapefile of a folder: N.shp with its parts, and N.txt holding the layer's own name."""
    import pyogrio

    if set(pyogrio.list_drivers()) != {"ESRI Shapefile"}:
        note(log, SHAPEFILE_DAMAGED, what="GDAL is not limited to shapefiles")
        return []
    layers = []
    parts = sorted(task.path.glob("*.shp"), key=lambda part: int(part.stem))
    for position, part in enumerate(parts):
        name = part.with_suffix(".txt").read_text(encoding="utf-8", errors="replace")
        if task.chosen and name not in task.chosen:
            continue
        with open(part, "rb") as source:
            if source.read(4) != _HEADER:
                note(log, SHAPEFILE_DAMAGED, what=f"{name}.shp")
                continue
        if not part.with_suffix(".dbf").exists():
            note(log, SHAPEFILE_NO_TABLE)
        try:
            layers.append(_layer(part, name, log))
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, UnicodeError) as error:
            note(log, SHAPEFILE_DAMAGED, what=type(error).__name__)
        progress((position + 1) / len(parts))
    return finish(layers, task.name, task.keep, log)


def _layer(part: Path, name: str, log: ProblemLog) -> VectorLayer:
    import pyogrio

    meta, _ids, geometry, fields = pyogrio.raw.read(part, datetime_as_string=True)
    columns, cells, kinds = [], [], []
    for column, values in zip(meta["fields"], fields, strict=True):
        texts = _texts(values)
        if texts is None:
            note(log, COLUMN_NESTED, 0, str(column))
            continue
        columns.append(str(column))
        cells.append(texts)
        kinds.append("number" if values.dtype.kind in "iuf" else "date" if values.dtype.kind == "M" else "text")
    shapes = shapely.from_wkb(geometry)
    return VectorLayer(name, tuple(columns), tuple(cells), tuple(kinds), shapes, str(meta["crs"] or ""))


def _texts(values: Any) -> list[str] | None:
    if values.dtype.kind == "f":
        return [number_text(value) for value in values.tolist()]
    if values.dtype.kind == "M":
        return ["" if np.isnat(value) else str(value)[:10] for value in values]
    if any(isinstance(value, (bytes, list, np.ndarray)) for value in values.tolist()):
        return None
    return ["" if value is None else str(value) for value in values.tolist()]
