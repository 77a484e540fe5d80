"""Reference data: postcodes, premises that must never appear, places by name, settled ground, lines of the base map.

Each kind is one file, named by its content; saving again replaces it. The manifest says which file stands.
"""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from csg_maps.disclosure.policy import has_right, require
from csg_maps.errors import InputRefused, NotAllowed, StoreProblem
from csg_maps.geography.cells import check_cells, parents
from csg_maps.geography.gazetteers import NAME_COLUMNS, UPRN_COLUMNS
from csg_maps.geography.premises import PREMISES_COLUMNS
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.model.concern import NO_CELL
from csg_maps.model.schema import Column, check_frame
from csg_maps.settings import CRS_MAP
from csg_maps.store import tables
from csg_maps.store.audit import now, record
from csg_maps.store.files import write_by_content
from csg_maps.store.workspace import Store, bump_version, reading, writing

POSTCODE_COLUMNS = (
    Column("postcode", "str"),
    Column("latitude", "float64", unit="degrees"),
    Column("longitude", "float64", unit="degrees"),
    Column("area_code", "str"),
)
GROUND_KINDS = ("streets", "addresses", "assets")
LINE_KINDS = ("land", "streets", "main_streets", "water", "parks", "buildings", "railways")
NAME_KINDS = ("uprn", "usrn", "streets", "names")
"""Tables that say where a number or a name is; each is kept as `names:<kind>`."""


def save_postcodes(store: Store, actor: Actor, frame: pd.DataFrame) -> None:
    """Keep the council's postcode table (as `geography.postcodes.read_postcode_table` makes it)."""
    require(actor, "manage_areas")
    check_frame(frame, POSTCODE_COLUMNS, "postcodes")
    _save(store, actor, "postcodes", frame)


def read_postcodes(store: Store) -> pd.DataFrame | None:
    """The postcode table, None when the council has supplied none."""
    return _read(store, "postcodes")


def save_names(store: Store, actor: Actor, kind: str, frame: pd.DataFrame) -> None:
    """Keep a table of UPRNs, USRNs, streets or names (as `geography.gazetteers` makes it). Replaces that kind."""
    require(actor, "manage_areas")
    _refuse_unknown_kind(kind, NAME_KINDS)
    check_frame(frame, UPRN_COLUMNS if kind == "uprn" else NAME_COLUMNS, kind)
    _save(store, actor, f"names:{kind}", frame)


def read_names(store: Store, kind: str) -> pd.DataFrame | None:
    """A table of UPRNs, USRNs, streets or names, None when the council has supplied none."""
    _refuse_unknown_kind(kind, NAME_KINDS)
    return _read(store, f"names:{kind}")


def save_premises(store: Store, actor: Actor, frame: pd.DataFrame) -> None:
    """Keep the restricted table of protected and recording premises (as `geography.premises.read_premises` makes it)."""
    require(actor, "see_premises")
    check_frame(frame, PREMISES_COLUMNS, "premises")
    _save(store, actor, "premises", frame)


def read_premises(store: Store, actor: Actor, *, why: str = "look") -> pd.DataFrame | None:
    """The restricted table, None when there is none; that it was read goes into the audit.

    `why` is "look" (needs the right to see premises) or "import", where it only takes places away from records and is
    never shown (needs the right to import).
    """
    needed = {"look": "see_premises", "import": "import"}
    if why not in needed or not has_right(actor, needed[why]):
        raise NotAllowed(_("The table of premises is restricted, and your account may not read it."))
    frame = _read(store, "premises")
    if frame is not None:
        with writing(store) as connection:
            record(connection, actor, "read-premises", why=why)
    return frame


def count_rows(store: Store, kind: str) -> int:
    """How many rows of a kind are kept, without reading them; 0 when none."""
    table = tables.reference_files
    with reading(store) as connection:
        return int(connection.execute(sa.select(table.c.rows).where(table.c.kind == kind)).scalar() or 0)


def add_ground(store: Store, actor: Actor, kind: str, cells: npt.NDArray[np.int64]) -> None:
    """Say which cells (resolution 11) are settled: they have streets, addresses or assets. Replaces that kind."""
    require(actor, "manage_areas")
    _refuse_unknown_kind(kind, GROUND_KINDS)
    distinct = np.unique(check_cells(cells))
    _save(store, actor, f"ground:{kind}", pd.DataFrame({"cell": distinct[distinct != NO_CELL]}))


def ground_cells(store: Store, resolution: int) -> npt.NDArray[np.int64]:
    """The settled cells of every kind at this resolution: sorted, without repeats; empty when nothing was supplied."""
    pieces = [
        frame["cell"].to_numpy() for kind in GROUND_KINDS if (frame := _read(store, f"ground:{kind}")) is not None
    ]
    settled = np.concatenate([np.empty(0, dtype=np.int64), *pieces])
    return np.unique(parents(settled, resolution))


def save_lines(store: Store, actor: Actor, kind: str, lines: gpd.GeoDataFrame) -> None:
    """Keep geometry of the base map (EPSG:4326): geometry only, no attribute is kept. Replaces that kind."""
    require(actor, "manage_areas")
    _refuse_unknown_kind(kind, LINE_KINDS)
    if lines.crs is None:
        raise InputRefused(_("The lines of the base map need a coordinate system."))
    _save(
        store, actor, f"lines:{kind}", gpd.GeoDataFrame(geometry=lines.geometry.to_crs(CRS_MAP).reset_index(drop=True))
    )


def read_lines(store: Store, kind: str) -> gpd.GeoDataFrame:
    """Geometry of the base map (EPSG:4326); empty when none of this kind was kept."""
    _refuse_unknown_kind(kind, LINE_KINDS)
    found = _read(store, f"lines:{kind}")
    return gpd.GeoDataFrame(geometry=[], crs=CRS_MAP) if found is None else found


def clear(store: Store, actor: Actor) -> None:
    """Delete all reference data: postcodes, premises, places by name, settled ground, lines of the base map."""
    require(actor, "manage_areas")
    require(actor, "see_premises")
    table = tables.reference_files
    with writing(store) as connection:
        held = connection.execute(sa.select(table.c.kind, table.c.sha256)).all()
        connection.execute(table.delete())
        record(connection, actor, "clear-reference", kinds=sorted(kind for kind, _sha256 in held))
        bump_version(connection)
    for kind, sha256 in held:
        reference_path(store, kind, sha256).unlink(missing_ok=True)


def reference_path(store: Store, kind: str, sha256: str) -> Path:
    """Where a file of reference data lies; `kind` as the manifest writes it."""
    return store.folder / kind.partition(":")[0] / f"{sha256}.parquet"


def _refuse_unknown_kind(kind: str, kinds: tuple[str, ...]) -> None:
    if kind not in kinds:
        raise InputRefused(
            _("The kind must be one of {kinds}; found {kind!r}.").format(kinds=", ".join(kinds), kind=kind)
        )


def _save(store: Store, actor: Actor, kind: str, frame: Any) -> None:
    file = write_by_content(
        reference_path(store, kind, "").parent, lambda path: frame.to_parquet(path, index=False, compression="zstd")
    )
    values = {"sha256": file.sha256, "rows": len(frame), "saved_at": now(), "saved_by": actor.actor_id}
    table = tables.reference_files
    before = _sha256_of(store, kind)
    try:
        with writing(store) as connection:
            if not tables.update_sealed(connection, table, table.c.kind == kind, **values):
                tables.insert_sealed(connection, table, {"kind": kind, **values})
            record(connection, actor, "save-reference", kind=kind, sha256=file.sha256, rows=len(frame))
            bump_version(connection)
    except BaseException:
        if file.is_new:
            file.path.unlink(missing_ok=True)
        raise
    if before and before != file.sha256 and not _is_named(store, before):
        reference_path(store, kind, before).unlink(missing_ok=True)


def _sha256_of(store: Store, kind: str) -> str:
    table = tables.reference_files
    with reading(store) as connection:
        return str(connection.execute(sa.select(table.c.sha256).where(table.c.kind == kind)).scalar() or "")


def _is_named(store: Store, sha256: str) -> bool:
    table = tables.reference_files
    with reading(store) as connection:
        return connection.execute(sa.select(table.c.kind).where(table.c.sha256 == sha256)).first() is not None


def _read(store: Store, kind: str) -> Any:
    read = gpd.read_parquet if kind.startswith("lines:") else pd.read_parquet
    for attempt in (1, 2):  # the file may be replaced between the manifest and the disk
        sha256 = _sha256_of(store, kind)
        if not sha256:
            return None
        try:
            return read(reference_path(store, kind, sha256))
        except FileNotFoundError:
            if attempt == 1:
                continue
        except (OSError, pa.ArrowException):
            pass
        raise StoreProblem(_("A file of reference data is missing or damaged. Supply it again."))
    return None
