"""Read the places of a KML file: names, descriptions, extended data and shapes. Links in it are never followed."""

from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import shapely
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from csg_maps.intake.files.grids import Grid, ProblemLog, ReadTask, note
from csg_maps.intake.files.reading_rules import KML_DAMAGED, KML_LINKS, KML_NO_PLACES, SHAPE_BROKEN, XML_UNSAFE
from csg_maps.intake.files.vector_layers import VectorLayer, finish, shapes_of

_TIMES = {"when": "timestamp", "begin": "begin", "end": "end"}


def read(task: ReadTask, log: ProblemLog, progress: Callable[[float], None]) -> list[Grid]:
    """Read every place of a KML file as one layer."""
    records: list[dict[str, str]] = []
    shapes: list[Any] = []
    links = 0
    try:
        for _event, element in iterparse(str(task.path), forbid_dtd=True):
            tag = _local(element)
            if tag == "NetworkLink":
                links += 1
            elif tag == "Placemark":
                shapes.append(_placemark_shape(element, len(records) + 2, log))
                records.append(dict(_attributes(element)))
                element.clear()
    except DefusedXmlException:
        note(log, XML_UNSAFE)
        return []
    except ParseError as error:
        note(log, KML_DAMAGED, line=error.position[0])
        return []
    if links:
        note(log, KML_LINKS, count=links)
    if not records:
        note(log, KML_NO_PLACES)
        return []
    progress(0.6)
    columns = tuple(dict.fromkeys(key for record in records for key in record))
    cells = tuple([record.get(column, "") for record in records] for column in columns)
    layer = VectorLayer(task.name, columns, cells, ("text",) * len(columns), shapes_of(shapes), "EPSG:4326")
    return finish([layer], task.name, task.keep, log)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _attributes(placemark: Element) -> Iterator[tuple[str, str]]:
    for child in placemark:
        tag = _local(child)
        if tag in ("name", "description", "address", "phoneNumber"):
            yield ("Name" if tag == "name" else tag), (child.text or "").strip()
        elif tag in ("TimeStamp", "TimeSpan"):
            for time in child:
                yield _TIMES.get(_local(time), _local(time)), (time.text or "").strip()
        elif tag == "ExtendedData":
            for data in child.iter():
                if _local(data) == "SimpleData":
                    yield data.get("name", ""), data.text or ""
                elif _local(data) == "Data":
                    value = next((each for each in data if _local(each) == "value"), None)
                    yield data.get("name", ""), (value.text or "") if value is not None else ""


def _placemark_shape(placemark: Element, row: int, log: ProblemLog) -> Any:
    try:
        shapes = [shape for child in placemark if (shape := _shape(child)) is not None]
        return shapes[0] if shapes else None
    except (ValueError, IndexError, RecursionError, shapely.errors.ShapelyError):
        note(log, SHAPE_BROKEN, row)
        return None


def _shape(element: Element) -> Any:
    tag = _local(element)
    if tag == "Point":
        return shapely.Point(_coordinates(element)[0])
    if tag in ("LineString", "LinearRing"):
        return shapely.LineString(_coordinates(element))
    if tag == "Polygon":
        outer = next(_coordinates(each) for each in element if _local(each) == "outerBoundaryIs")
        return shapely.Polygon(outer, [_coordinates(each) for each in element if _local(each) == "innerBoundaryIs"])
    if tag == "MultiGeometry":
        parts = [part for child in element if (part := _shape(child)) is not None]
        kinds = {part.geom_type for part in parts}
        several = {"Polygon": shapely.MultiPolygon, "Point": shapely.MultiPoint, "LineString": shapely.MultiLineString}
        return (
            several[kinds.pop()](parts)
            if len(kinds) == 1 and kinds <= set(several)
            else shapely.GeometryCollection(parts)
        )
    return None


def _coordinates(element: Element) -> list[list[float]]:
    """Longitude and latitude of each position; heights are left out."""
    found = next((each for each in element.iter() if _local(each) == "coordinates"), None)
    text = found.text if found is not None and found.text else ""
    return [[float(number) for number in position.split(",")[:2]] for position in text.split()]
