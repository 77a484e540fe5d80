"""Read GeoJSON and TopoJSON with the JSON reader alone: no driver that could be led to another file."""

import json
import re
from collections.abc import Callable
from typing import Any

import shapely

from csg_maps.intake.files.grids import Grid, ProblemLog, ReadTask, note
from csg_maps.intake.files.reading_rules import COLUMN_NESTED, CRS_ASSUMED, JSON_DAMAGED, JSON_OTHER, SHAPE_BROKEN
from csg_maps.intake.files.vector_layers import VectorLayer, finish, shapes_of


class NumberText(str):
    """A number of the file, as it is written there."""

    __slots__ = ()


def read(task: ReadTask, log: ProblemLog, progress: Callable[[float], None]) -> list[Grid]:
    """Read one layer of a GeoJSON file, or every object of a TopoJSON file."""
    try:
        content = json.loads(
            task.path.read_bytes().removeprefix(b"\xef\xbb\xbf"),
            parse_float=NumberText,
            parse_int=NumberText,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        note(log, JSON_DAMAGED, line=getattr(error, "lineno", 1))
        return []
    progress(0.4)
    layers = _layers(content, task, log)
    if not layers:
        if not log.kept:
            note(log, JSON_OTHER)
        return []
    return finish(layers, task.name, task.keep, log)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _layers(content: Any, task: ReadTask, log: ProblemLog) -> list[VectorLayer]:
    if not isinstance(content, dict):
        return []
    kind = content.get("type")
    if kind == "Topology":
        return _topology(content, task, log)
    features = content.get("features") if kind == "FeatureCollection" else [content] if kind == "Feature" else None
    if features is None and isinstance(content.get("coordinates"), list):
        features = [{"geometry": content, "properties": {}}]
    if not isinstance(features, list):
        return []
    crs = _crs(content)
    return [_layer(task.name, features, crs, log)]


def _crs(content: dict[str, Any]) -> str:
    """What the file names; longitude and latitude where it names nothing, as RFC 7946 has it."""
    member = content.get("crs")
    name = str(member.get("properties", {}).get("name", "")) if isinstance(member, dict) else ""
    code = re.search(r"EPSG:+(?:[\d.]*:)?(\d{4,6})$", name)
    return f"EPSG:{code.group(1)}" if code else "EPSG:4326"


def _layer(name: str, features: list[Any], crs: str, log: ProblemLog) -> VectorLayer:
    features = [feature if isinstance(feature, dict) else {} for feature in features]
    properties = [p if isinstance(p := feature.get("properties"), dict) else {} for feature in features]
    columns = list(dict.fromkeys(key for each in properties for key in each))
    has_ids = any("id" in feature for feature in features) and "id" not in columns
    cells: list[list[str]] = []
    kinds: list[str] = []
    kept: list[str] = []
    if has_ids:
        cells.append([_text(feature.get("id")) for feature in features])
        kept.append("id")
        kinds.append("text")
    for column in columns:
        values = [each.get(column) for each in properties]
        if any(isinstance(value, (dict, list)) for value in values):
            note(log, COLUMN_NESTED, 0, column)
            continue
        cells.append([_text(value) for value in values])
        kept.append(column)
        filled = [value for value in values if value is not None]
        kinds.append("number" if filled and all(isinstance(value, NumberText) for value in filled) else "text")
    shapes = [_shape(feature.get("geometry"), row, log) for row, feature in enumerate(features, start=2)]
    return VectorLayer(name, tuple(kept), tuple(cells), tuple(kinds), shapes_of(shapes), crs)


def _text(value: Any) -> str:
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _floats(coordinates: Any) -> Any:
    if isinstance(coordinates, list):
        return [_floats(each) for each in coordinates]
    return float(coordinates)


def _shape(geometry: Any, row: int, log: ProblemLog) -> Any:
    if not isinstance(geometry, dict) or geometry.get("type") is None:
        return None
    try:
        return shapely.geometry.shape(_with_floats(geometry))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, shapely.errors.ShapelyError):
        note(log, SHAPE_BROKEN, row)
        return None


def _with_floats(geometry: dict[str, Any]) -> dict[str, Any]:
    if geometry["type"] == "GeometryCollection":
        return {"type": "GeometryCollection", "geometries": [_with_floats(each) for each in geometry["geometries"]]}
    return {"type": geometry["type"], "coordinates": _floats(geometry["coordinates"])}


def _topology(content: dict[str, Any], task: ReadTask, log: ProblemLog) -> list[VectorLayer]:
    note(log, CRS_ASSUMED)
    try:
        arcs = _arcs(content)
        layers = []
        for name, thing in content["objects"].items():
            if task.chosen and name not in task.chosen:
                continue
            geometries = thing["geometries"] if thing["type"] == "GeometryCollection" else [thing]
            features = [
                {
                    "geometry": _from_arcs(each, arcs, content.get("transform")),
                    "properties": each.get("properties") or {},
                    **({"id": each["id"]} if "id" in each else {}),
                }
                for each in geometries
            ]
            layers.append(_layer(name, features, "EPSG:4326", log))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError):
        note(log, JSON_DAMAGED, line=1)
        return []
    return layers


def _arcs(content: dict[str, Any]) -> list[list[list[float]]]:
    """Arcs with absolute coordinates: a transformed topology keeps differences of whole numbers."""
    transform = content.get("transform")
    arcs = []
    for arc in content["arcs"]:
        points, x, y = [], 0.0, 0.0
        for position in arc:
            if transform:
                x, y = x + float(position[0]), y + float(position[1])
                points.append(_scaled([x, y], transform))
            else:
                points.append([float(position[0]), float(position[1])])
        arcs.append(points)
    return arcs


def _scaled(position: list[Any], transform: Any) -> list[float]:
    if not transform:
        return [float(position[0]), float(position[1])]
    scale, shift = transform["scale"], transform["translate"]
    return [float(position[at]) * float(scale[at]) + float(shift[at]) for at in (0, 1)]


def _from_arcs(geometry: dict[str, Any], arcs: list[list[list[float]]], transform: Any) -> dict[str, Any] | None:
    kind = geometry.get("type")
    if kind is None:
        return None

    def line(indices: list[Any]) -> list[list[float]]:
        points: list[list[float]] = []
        for text in indices:
            index = int(text)
            arc = arcs[index] if index >= 0 else arcs[~index][::-1]
            points.extend(arc[1:] if points else arc)
        return points

    if kind == "Point":
        return {"type": kind, "coordinates": _scaled(geometry["coordinates"], transform)}
    if kind == "MultiPoint":
        return {"type": kind, "coordinates": [_scaled(each, transform) for each in geometry["coordinates"]]}
    if kind == "LineString":
        return {"type": kind, "coordinates": line(geometry["arcs"])}
    if kind in ("MultiLineString", "Polygon"):
        return {"type": kind, "coordinates": [line(each) for each in geometry["arcs"]]}
    if kind == "MultiPolygon":
        return {"type": kind, "coordinates": [[line(ring) for ring in polygon] for polygon in geometry["arcs"]]}
    return None
