"""A map file before it is drawn: what its layers are taken for, and its features under the kinds that are drawn."""

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj.exceptions import CRSError

from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.intake.files.mbtiles import is_mbtiles, look_at_mbtiles
from csg_maps.intake.files.vector_files import read_vector_layers
from csg_maps.intake.meaning.map_layers import (
    LayerMeaning,
    chosen_meaning,
    features_of,
    known_meaning,
    with_border_ranks,
)
from csg_maps.intake.messages import refusal
from csg_maps.model.map_kinds import LEFT_OUT, MAP_KINDS

LONGEST_NAME = 120


@dataclass(frozen=True)
class BaseMapChoice:
    """What a person says of a map file.

    `layer_kinds` is (layer, kind) for layers whose meaning is not known, or to be another; `max_zoom` 0 = as far as the
    extent allows; `attribution` "" = what the file says; `crs` only where the file names none.
    """

    name: str = ""
    attribution: str = ""
    layer_kinds: tuple[tuple[str, str], ...] = ()
    max_zoom: int = 0
    crs: str = ""


@dataclass(frozen=True)
class LayerLook:
    """A layer of a file: how many features, and what it is taken for ("" = somebody must say)."""

    name: str
    features: int
    kind: str


@dataclass(frozen=True)
class FileLook:
    """What a map file holds, before it is added. `is_raster`: it has tiles already, and no layers."""

    is_raster: bool
    layers: tuple[LayerLook, ...]
    name: str
    attribution: str
    tiles: int
    has_crs: bool = True


def look(path: Path, shown_name: str) -> FileLook:
    """Read a map file without keeping it. Raises InputRefused with what to do."""
    if is_mbtiles(path):
        raster = look_at_mbtiles(path)
        return FileLook(True, (), raster.name or bare_name(shown_name), raster.attribution, raster.tiles)
    layers = read_layers(path, shown_name)
    meanings = {name: known_meaning(name, frame) for name, frame in layers.items()}
    looks = tuple(
        LayerLook(name, len(frame), "" if (meaning := meanings[name]) is None else meaning.kind)
        for name, frame in layers.items()
    )
    has_crs = all(frame.crs is not None for frame in layers.values())
    return FileLook(False, looks, bare_name(shown_name), attribution_of(layers), 0, has_crs)


def look_upload(content: bytes, shown_name: str) -> FileLook:
    """As `look`, for a file that came through the browser."""
    with tempfile.TemporaryDirectory(prefix="csg-") as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        return look(path, shown_name)


def read_layers(path: Path, shown_name: str) -> dict[str, gpd.GeoDataFrame]:
    layers, problems = read_vector_layers(path, shown_name)
    if not layers:
        raise refusal(next(problem for problem in problems if problem.level == "refuse"))
    return layers


def map_features_of(layers: dict[str, gpd.GeoDataFrame], choice: BaseMapChoice) -> gpd.GeoDataFrame:
    """Every feature that is drawn, of all layers."""
    said = dict(choice.layer_kinds)
    if strange := sorted(set(said) - set(layers)):
        raise InputRefused(
            _("The file has no layer called {layer}. Its layers are: {layers}.").format(
                layer=strange[0][:80], layers=", ".join(layers)[:500]
            )
        )
    meanings: dict[str, LayerMeaning] = {}
    unknown = []
    for name, frame in layers.items():
        meaning = chosen_meaning(said[name]) if name in said else known_meaning(name, frame)
        if meaning is None:
            unknown.append(name)
        else:
            meanings[name] = meaning
    if unknown:
        raise InputRefused(
            _(
                "What is the layer {layers}? Say it for each with LAYER=KIND; a kind is one of: {kinds}. "
                "“{left_out}” leaves a layer out."
            ).format(layers=", ".join(unknown)[:500], kinds=", ".join(MAP_KINDS), left_out=LEFT_OUT)
        )
    pieces, layer_of = [], []
    for name, meaning in meanings.items():
        piece = features_of(_placed(layers[name], choice.crs, name), meaning)
        pieces.append(piece)
        layer_of.extend([name] * len(piece))
    features = pd.concat(pieces, ignore_index=True)
    if not len(features):
        raise InputRefused(_("Nothing of this file would be drawn. Say for its layers what they are."))
    return with_border_ranks(features, layer_of)


def _placed(frame: gpd.GeoDataFrame, crs: str, layer: str) -> gpd.GeoDataFrame:
    if frame.crs is not None:
        return frame
    if not crs:
        raise InputRefused(
            _("The layer {layer} does not say its coordinate system; name it, such as EPSG:27700.").format(
                layer=layer[:80]
            )
        )
    try:
        return frame.set_crs(crs)
    except CRSError:
        raise InputRefused(
            _("{crs!r} is no coordinate system; write it like EPSG:27700.").format(crs=crs[:40])
        ) from None


def recipe_of(path: Path, choice: BaseMapChoice) -> str:
    """Recognises the same file with the same choices."""
    with open(path, "rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    said = [choice.name, choice.attribution, sorted(choice.layer_kinds), choice.max_zoom, choice.crs]
    return hashlib.sha256(json.dumps([digest, said]).encode()).hexdigest()


def attribution_of(layers: dict[str, gpd.GeoDataFrame]) -> str:
    """What the licence of a well-known source asks to be said."""
    names = {name.rsplit("/", 1)[-1].casefold() for name in layers}
    if any(name.startswith("gis_osm_") for name in names):
        return "© OpenStreetMap contributors, ODbL"
    if {"roads_local", "roads_regional", "roads_national"} & names:
        return "Contains OS data © Crown copyright and database right"
    return ""


def bare_name(shown_name: str) -> str:
    stem = Path(shown_name).name.split(".")[0].replace("_", " ").strip()
    return plain_text(stem) or _("Base map")


def plain_text(said: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in said).split())[:LONGEST_NAME]
