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

CALENDAR_COLUMNS = ("month_number", "day_number", "weekday_number", "hour_first", "hour_last")
"""Made when sealing, so that a count does no calendar arithmetic: year * 100 + month (0 = month not known), day of the
month (0), 1 Monday to 7 (0), first and last hour of what was given (-1). See `calendar_of`."""

_ARROW = {
    "int64": pa.int64(),
    "str": pa.string(),
    "bool": pa.bool_(),
    "datetime64[s]": pa.timestamp("s"),
}
KNOWN_HOUR = ("minute", "hour")
KNOWN_DAY = (*KNOWN_HOUR, "day")
KNOWN_MONTH = (*KNOWN_DAY, "month")

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
    for name, values in calendar_of(frame).items():
        whole = whole.append_column(name, pa.array(values))
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


def calendar_of(frame: pd.DataFrame) -> dict[str, npt.NDArray[np.int32]]:
    """The calendar columns of records, each as fine as the time is known.

    A month is known to the month or finer, a day and weekday to the day or finer and when the whole of what was given lies
    on one day, an hour to the hour or finer on one day. The day that counts as a date is the first of a range.
    """
    first, last = (frame[name].to_numpy().astype("datetime64[s]") for name in ("occurred_from", "occurred_to"))
    last = np.where(np.isnat(last), first, last)
    precision, dated = frame["time_precision"], ~np.isnat(first)
    to_hour = precision.isin(KNOWN_HOUR).to_numpy() & dated
    to_day = precision.isin(KNOWN_DAY).to_numpy() & dated
    to_month = precision.isin(KNOWN_MONTH).to_numpy() & dated
    days, months = first.astype("datetime64[D]"), first.astype("datetime64[M]")
    one_day = days == last.astype("datetime64[D]")
    since_1970 = np.where(dated, months, np.datetime64("1970-01")).astype("int64")
    weekday = (
        np.where(dated, days, np.datetime64("1970-01-01")).astype("int64") + 3
    ) % 7 + 1  # 1 January 1970: Thursday
    hours = [
        np.where(to_hour & one_day, (moment - days).astype("timedelta64[h]").astype("int64"), -1)
        for moment in (first, last)
    ]
    columns = (
        np.where(to_month, (1970 + since_1970 // 12) * 100 + since_1970 % 12 + 1, 0),
        np.where(to_day, (days - months.astype("datetime64[D]")).astype("int64") + 1, 0),
        np.where(to_day & one_day, weekday, 0),
        *hours,
    )
    return {name: values.astype("int32") for name, values in zip(CALENDAR_COLUMNS, columns, strict=True)}


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
    values = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *pieces]))  # np.unique would hash: slower
    is_first = np.ones(len(values), dtype=np.bool_)
    is_first[1:] = values[1:] != values[:-1]
    return values[is_first]


def missing_file() -> StoreProblem:
    """What to raise for a registered file that is not there."""
    return StoreProblem(_("A sealed file of this store is missing. Run `verify` to learn which, and restore a backup."))
