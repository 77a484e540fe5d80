"""The areas that a council counts by: add a layer from a file, list, remove."""

import dataclasses
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyproj.exceptions import CRSError

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.geography.areas import read_area_layer
from csg_maps.i18n import _, language
from csg_maps.intake.files.vector_files import read_boundaries
from csg_maps.intake.messages import describe, refusal
from csg_maps.model.actor import Actor
from csg_maps.store import areas
from csg_maps.store.workspace import Store

LAYER_ID = re.compile(r"[a-z][a-z0-9_]{0,29}")


@dataclass(frozen=True)
class LayerChoice:
    """What a person says of a layer: its name, the fields with code and names, and whether it is the whole area."""

    layer: str
    code: str
    name: str
    name_cy: str = ""
    is_extent: bool | None = None
    crs: str = ""


@dataclass(frozen=True)
class LayerAdded:
    """What came of it, in sentences."""

    layer_id: str
    areas: int
    in_words: tuple[str, ...]


def add(store: Store, actor: Actor, path: Path, shown_name: str, choice: LayerChoice) -> LayerAdded:
    """Read a file of polygons, repair and tell, and keep it as a named layer.

    Raises InputRefused when the name or a field cannot stand, or the file holds no polygons.
    """
    require(actor, "manage_areas")
    layer_id = layer_id_of(choice.layer)
    if layer_id in {layer.layer_id for layer in areas.list_layers(store)}:
        raise InputRefused(
            _("There is a layer called {layer} already; choose another name.").format(layer=choice.layer)
        )
    result = read_boundaries(path, shown_name)
    if result.gdf is None:
        raise refusal(result.problems[0])
    polygons = result.gdf
    if choice.crs:
        try:
            polygons = polygons.set_crs(choice.crs, allow_override=True)
        except CRSError:
            raise InputRefused(
                _("{crs!r} is no coordinate system; write it like EPSG:27700.").format(crs=choice.crs)
            ) from None
    layer, repairs = read_area_layer(polygons, code=choice.code, name=choice.name, name_cy=choice.name_cy)
    is_extent = choice.is_extent if choice.is_extent is not None else not areas.list_layers(store)
    areas.add_layer(
        store,
        actor,
        layer_id=layer_id,
        name=choice.layer,
        name_cy="",
        gdf=layer,
        is_extent=is_extent,
        repairs=[dataclasses.asdict(repair) for repair in repairs],
    )
    told = [_("Layer {layer}: {count} areas.").format(layer=choice.layer, count=len(layer))]
    told += [" ".join(describe(problem.code, problem.values)) for problem in result.problems]
    told += [repair.message for repair in repairs]
    if is_extent:
        told.append(_("It is taken as your whole area: records further outside are set aside for a look."))
    return LayerAdded(layer_id, len(layer), tuple(told))


def list_layers(store: Store, actor: Actor) -> list[dict[str, Any]]:
    """Every layer as a JSON-able row: layer, name, areas, is_extent, repaired."""
    require(actor, "see_counts")
    return [
        {
            "layer": layer.layer_id,
            "name": layer.name,
            "areas": layer.features,
            "is_extent": layer.is_extent,
            "repaired": len(json.loads(layer.repairs)),
        }
        for layer in areas.list_layers(store)
    ]


def remove(store: Store, actor: Actor, layer_id: str) -> None:
    """Take a layer away; records keep the codes that were sealed with them."""
    require(actor, "manage_areas")
    areas.remove_layer(store, actor, layer_id)


def layer_id_of(name: str) -> str:
    """The id of a layer's name: small letters, digits and _.

    >>> layer_id_of("Wards 2023")
    'wards_2023'
    """
    layer_id = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    if not LAYER_ID.fullmatch(layer_id):
        raise InputRefused(_("A layer's name starts with a letter and has at most 30 letters or digits."))
    return layer_id


def area_names(store: Store, actor: Actor, layer_id: str) -> list[tuple[str, str]]:
    """Code and name (Welsh where the page is Welsh and a Welsh name is known) of each area of a layer, by name."""
    require(actor, "see_counts")
    layer = areas.read_layer(store, layer_id)
    welsh = language() == "cy"
    rows = zip(layer["area_code"], layer["area_name"], layer["area_name_cy"], strict=True)
    return sorted(
        ((code, (name_cy if welsh and name_cy else name) or code) for code, name, name_cy in rows),
        key=lambda row: row[1],
    )


CODE_HEADINGS = re.compile(r"(cd$|code|^gss|^id$|mapid)", re.IGNORECASE)
NAME_HEADINGS = re.compile(r"(nm$|name|^enw)", re.IGNORECASE)
WELSH_HEADINGS = re.compile(r"(nmw$|_cy$|welsh|cymraeg)", re.IGNORECASE)


@dataclass(frozen=True)
class LayerLook:
    """What a file of boundaries holds, before it is added; the indexes point into `fields` (None = no guess)."""

    areas: int
    fields: tuple[str, ...]
    code_index: int | None
    name_index: int | None
    name_cy_index: int | None
    has_crs: bool


def look(content: bytes, shown_name: str) -> LayerLook:
    """Read a file of boundaries without keeping it. Raises InputRefused with what to do."""
    with _as_file(content) as path:
        result = read_boundaries(path, shown_name)
    if result.gdf is None:
        raise refusal(result.problems[0])
    fields = tuple(str(column) for column in result.gdf.columns if column != "geometry")
    return LayerLook(
        areas=len(result.gdf),
        fields=fields,
        code_index=_first(fields, CODE_HEADINGS),
        name_index=_first(fields, NAME_HEADINGS, WELSH_HEADINGS),
        name_cy_index=_first(fields, WELSH_HEADINGS),
        has_crs=result.gdf.crs is not None,
    )


def add_upload(store: Store, actor: Actor, content: bytes, shown_name: str, choice: LayerChoice) -> LayerAdded:
    """As `add`, for a file that came through the browser."""
    with _as_file(content) as path:
        return add(store, actor, path, shown_name, choice)


def _first(fields: tuple[str, ...], wanted: re.Pattern[str], but_not: re.Pattern[str] | None = None) -> int | None:
    fits = (
        place for place, field in enumerate(fields) if wanted.search(field) and not (but_not and but_not.search(field))
    )
    return next(fits, None)


@contextmanager
def _as_file(content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="csg-") as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        yield path
