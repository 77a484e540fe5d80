"""Sealed files: records as Parquet that is never written again. Checked, sorted by cell, one handling and evidence a file."""

import secrets
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from csg_maps.disclosure.policy import HANDLINGS, PARTNERS
from csg_maps.errors import SchemaBroken, StoreProblem
from csg_maps.geography.cells import check_cells, resolutions
from csg_maps.i18n import _
from csg_maps.model.concern import AREA_COLUMN_PREFIX, CONCERN_COLUMNS, NO_CELL
from csg_maps.model.schema import Column, check_frame
from csg_maps.settings import FINEST_RESOLUTION
from csg_maps.store.files import WrittenFile, write_by_content

ROW_GROUP = 131_072
COMPRESSION = "lz4"  # read faster than zstd, and a quarter larger
SHARING_COLUMNS = (Column("handling", "str"), Column("recipients", "str"))
"""Beside the record: they choose its file, and are kept in the manifest. `recipients`: codes joined by commas."""

_ARROW = {
    "int64": pa.int64(),
    "str": pa.string(),
    "bool": pa.bool_(),
    "datetime64[s]": pa.timestamp("s"),
}
_NUMBERED = {"concern_id", "source_ref", "row_key"}
"""Nearly every value differs: a dictionary would only cost."""

Parts = dict[tuple[str, str, tuple[str, ...]], pa.Table]


def area_columns(frame: pd.DataFrame) -> list[str]:
    """The frame's columns of area codes, sorted."""
    return sorted(str(name) for name in frame.columns if str(name).startswith(AREA_COLUMN_PREFIX))


def number_records(frame: pd.DataFrame, batch_id: str) -> pd.DataFrame:
    """A copy with `batch_id`, and with `concern_id`: 31 random bits of the batch above the row's position."""
    above = np.int64(secrets.randbits(31)) << np.int64(32)
    positions = np.arange(len(frame), dtype=np.int64)
    return frame.assign(concern_id=above | positions, batch_id=pd.Series(batch_id, index=frame.index, dtype="str"))


def check_records(frame: pd.DataFrame) -> None:
    """Raise SchemaBroken unless this is a frame of concerns that may be sealed; the last door before the disk.

    Columns must be exactly the promised ones, area codes and sharing: an unforeseen column could hold a text that names
    somebody. A cell must be an int64 of resolution 11, or 0.
    """
    codes = tuple(Column(name, "str") for name in area_columns(frame))
    check_frame(frame, CONCERN_COLUMNS + codes + SHARING_COLUMNS, "concerns")
    promised = {column.name for column in CONCERN_COLUMNS + codes + SHARING_COLUMNS}
    if further := sorted(set(map(str, frame.columns)) - promised):
        raise SchemaBroken(f"concerns must have no column beside the promised ones; found {further[0]!r}.")
    cells = check_cells(frame["cell"])
    is_h3 = ((cells >> 59) == 1) & (resolutions(cells) == FINEST_RESOLUTION)
    if not (is_h3 | (cells == NO_CELL)).all():
        raise SchemaBroken(f"concerns.cell must hold H3 cells of resolution {FINEST_RESOLUTION}, or 0.")
    unknown = sorted(set(frame["handling"].unique()) - set(HANDLINGS))
    if unknown:
        raise SchemaBroken(f"concerns.handling must be one of {', '.join(HANDLINGS)}; found {unknown[0]!r}.")


def split_records(frame: pd.DataFrame) -> Parts:
    """One Arrow table for each (evidence, handling, recipients), each sorted by cell; texts as dictionaries."""
    columns = [*CONCERN_COLUMNS, *(Column(name, "str") for name in area_columns(frame))]
    whole = pa.table({column.name: _arrow_column(frame[column.name], column.dtype) for column in columns})
    keys = frame[["evidence", "handling", "recipients"]].drop_duplicates()
    rows_of: dict[tuple[str, str, tuple[str, ...]], npt.NDArray[np.bool_]] = {}
    for evidence, handling, recipients in keys.itertuples(index=False):
        rows = np.ones(len(frame), dtype=np.bool_)
        for name, value in (("evidence", evidence), ("handling", handling), ("recipients", recipients)):
            if keys[name].nunique() > 1:
                rows &= (frame[name] == value).to_numpy()
        named = tuple(sorted({code.strip() for code in recipients.split(",") if code.strip()}))
        key = (evidence, handling, () if handling == PARTNERS else named)
        rows_of[key] = rows_of[key] | rows if key in rows_of else rows
    order = np.argsort(frame["cell"].to_numpy(), kind="stable")
    return {key: whole.take(pa.array(order[rows_of[key][order]])) for key in sorted(rows_of)}


def _arrow_column(values: pd.Series, dtype: str) -> pa.Array | pa.ChunkedArray:
    if dtype != "str":
        return pa.array(values.to_numpy(), type=_ARROW[dtype], from_pandas=True)
    return (
        pa.chunked_array(pa.array(values)).combine_chunks().dictionary_encode()
        if len(values)
        else pa.array([], pa.string())
    )


def write_sealed(folder: Path, table: pa.Table) -> WrittenFile:
    """Write one part as `<sha256>.parquet`, whole or not at all."""
    repeating = [name for name in table.column_names if name not in _NUMBERED]

    def write(path: Path) -> None:
        pq.write_table(
            table,
            path,
            row_group_size=ROW_GROUP,
            use_dictionary=repeating,
            compression=COMPRESSION,
            store_schema=False,
        )

    return write_by_content(folder, write)


def read_column(paths: list[Path], name: str) -> npt.NDArray[np.int64]:
    """One int64 column of some sealed files, sorted, without repeats; nothing else of them is read."""
    try:
        pieces = [pq.read_table(path, columns=[name]).column(0).to_numpy() for path in paths]
    except FileNotFoundError:
        raise missing_file() from None
    except (OSError, pa.ArrowException):
        raise StoreProblem(_("A sealed file of this store cannot be read. Run `verify` to learn which.")) from None
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *pieces]))


def missing_file() -> StoreProblem:
    """What to raise for a registered file that is not there."""
    return StoreProblem(_("A sealed file of this store is missing. Run `verify` to learn which, and restore a backup."))
