"""Tables that a council supplies about its own ground: postcodes, premises that must never appear, codes, places by name."""

import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.geography import gazetteers
from csg_maps.geography.areas import area_of_points
from csg_maps.geography.cells import points_to_cells
from csg_maps.geography.postcodes import read_postcode_table
from csg_maps.geography.premises import read_premises
from csg_maps.i18n import _, n_
from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.files.vector_files import read_boundaries
from csg_maps.intake.messages import refusal
from csg_maps.model.actor import Actor
from csg_maps.store import areas, reference
from csg_maps.store.workspace import Store
from csg_maps.workflows import assets

KINDS = ("postcodes", "premises", "lookup", *reference.NAME_KINDS)


def add(
    store: Store,
    actor: Actor,
    kind: str,
    path: Path,
    shown_name: str,
    *,
    layer: str = "",
    codes: tuple[str, str] = ("", ""),
) -> str:
    """Keep a table of one kind, in place of the one before; returns a sentence that says what was kept.

    `kind` is "postcodes" (with coordinates; Code-Point Open without headings is known), "premises" (kind protected or
    recording, latitude, longitude; label and radius_m if wanted), "lookup" (codes of another year: `layer` is the layer
    whose codes they become, `codes` the headings from and to), or one that says where a number or a name is: "uprn" (OS Open
    UPRN is known), "usrn" (OS Open USRN, a street gazetteer), "streets" (a table or lines) or "names" (OS Open Names, or
    name, kind and coordinates).

    Raises InputRefused when the file or a column cannot be used.
    """
    if kind == "postcodes":
        require(actor, "manage_areas")
        postcodes = read_postcode_table(_table(path, shown_name).frame)
        reference.save_postcodes(store, actor, postcodes)
        reference.add_ground(store, actor, "addresses", _settled(store, postcodes))
        return n_("{count} postcode is kept.", "{count} postcodes are kept.", len(postcodes))
    if kind == "premises":
        require(actor, "see_premises")
        premises = read_premises(_table(path, shown_name).frame)
        reference.save_premises(store, actor, premises)
        assets.hide_protected(store, actor)
        return n_("{count} address is kept, out of sight.", "{count} addresses are kept, out of sight.", len(premises))
    if kind == "lookup":
        require(actor, "manage_areas")
        pairs = _lookup(_table(path, shown_name), layer, codes)
        areas.add_lookup(store, actor, pairs)
        return n_("{count} pair of codes is kept.", "{count} pairs of codes are kept.", len(pairs))
    if kind in reference.NAME_KINDS:
        require(actor, "manage_areas")
        return _add_names(store, actor, kind, path, shown_name)
    raise InputRefused(_("A table is one of {kinds}; found {kind}.").format(kinds=", ".join(KINDS), kind=kind))


def add_upload(
    store: Store,
    actor: Actor,
    kind: str,
    content: bytes,
    shown_name: str,
    *,
    layer: str = "",
    codes: tuple[str, str] = ("", ""),
) -> str:
    """As `add`, for a file that came through the browser."""
    with tempfile.TemporaryDirectory(prefix="csg-") as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        return add(store, actor, kind, path, shown_name, layer=layer, codes=codes)


def held(store: Store, actor: Actor) -> dict[str, int]:
    """How many rows of each kind are kept; of premises only the number is told."""
    require(actor, "see_counts")
    postcodes = reference.read_postcodes(store)
    return {
        "postcodes": 0 if postcodes is None else len(postcodes),
        "premises": reference.count_rows(store, "premises"),
        "lookup": len(areas.read_lookup(store)),
        **{kind: reference.count_rows(store, f"names:{kind}") for kind in reference.NAME_KINDS},
    }


def _add_names(store: Store, actor: Actor, kind: str, path: Path, shown_name: str) -> str:
    frame = _rows_with_points(path, shown_name)
    if kind == "uprn":
        numbers = gazetteers.read_uprns(frame)
        reference.save_names(store, actor, kind, numbers)
        return n_("{count} UPRN is kept.", "{count} UPRNs are kept.", len(numbers))
    if kind == "names":
        places = gazetteers.read_places(frame)
        reference.save_names(store, actor, kind, places)
        return n_("{count} named place is kept.", "{count} named places are kept.", len(places))
    streets = gazetteers.read_streets(frame, needs_usrn=kind == "usrn")
    reference.save_names(store, actor, kind, streets)
    return n_("{count} street is kept.", "{count} streets are kept.", len(streets))


def _rows_with_points(path: Path, shown_name: str) -> pd.DataFrame:
    """The rows of a file, of all its members of one layout together; shapes as a point on each with the length of lines."""
    result = read_tables(path, shown_name)
    if not result.tables:
        raise refusal(result.problems[0])
    if result.tables[0].point_columns:
        shapes = read_boundaries(path, shown_name)
        if shapes.gdf is None:
            raise refusal(shapes.problems[0])
        return gazetteers.shapes_frame(shapes.gdf)
    frames = [gazetteers.with_open_names_headings(table.frame) for table in result.tables]
    first = list(frames[0].columns)
    return pd.concat([frame for frame in frames if list(frame.columns) == first], ignore_index=True)


def _settled(store: Store, postcodes: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The cells with addresses, as far as the council's own area reaches: ground on which concerns may be expected."""
    latitude, longitude = postcodes["latitude"].to_numpy(), postcodes["longitude"].to_numpy()
    for layer in areas.list_layers(store):
        if layer.is_extent:
            inside = area_of_points(areas.read_layer(store, layer.layer_id), latitude, longitude) != ""
            return points_to_cells(latitude[inside], longitude[inside])
    return points_to_cells(latitude, longitude)


def _table(path: Path, shown_name: str) -> RawTable:
    result = read_tables(path, shown_name)
    if not result.tables:
        raise refusal(result.problems[0])
    return result.tables[0]


def _lookup(table: RawTable, layer: str, codes: tuple[str, str]) -> pd.DataFrame:
    for column in codes:
        if column not in table.columns:
            raise InputRefused(
                _("The table has no column called {column}. Its headings are: {columns}.").format(
                    column=column, columns=", ".join(table.columns)[:300]
                )
            )
    pairs = table.frame[list(codes)].set_axis(["from_code", "to_code"], axis=1)
    pairs = pairs[(pairs["from_code"] != "") & (pairs["to_code"] != "")]
    return pairs.assign(layer_id=pd.Series(layer, index=pairs.index, dtype="str"))
