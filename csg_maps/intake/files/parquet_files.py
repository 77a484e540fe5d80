"""Read Parquet and GeoParquet: plain columns only. What a file says of pandas, or of types of its own, is not obeyed."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from csg_maps import settings
from csg_maps.intake.files.grids import (
    HEADING_ONLY,
    TOO_MANY_COLUMNS,
    TOO_MANY_ROWS,
    Grid,
    ProblemLog,
    ReadTask,
    note,
    noted,
    number_text,
    safe_columns,
    unique_headings,
)
from csg_maps.intake.files.reading_rules import COLUMN_NESTED, PARQUET_DAMAGED
from csg_maps.intake.files.vector_layers import VectorLayer, finish

_NOT_SINGLE_VALUES = (
    pa.types.is_nested,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_fixed_size_binary,
    pa.types.is_binary_view,
)
_BATCH_ROWS = 100_000
_SUSPECT = "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\\x00]"


def read(task: ReadTask, log: ProblemLog, progress: Callable[[float], None]) -> list[Grid]:
    """Read a Parquet file; one with geometry (GeoParquet) becomes a layer with points or shapes."""
    try:
        with pq.ParquetFile(task.path, arrow_extensions_enabled=False) as source:
            if source.metadata.num_rows > settings.MAXIMUM_ROWS:
                note(log, TOO_MANY_ROWS, limit=settings.MAXIMUM_ROWS)
                return []
            if len(source.schema_arrow) > settings.MAXIMUM_COLUMNS:
                note(log, TOO_MANY_COLUMNS, count=len(source.schema_arrow), limit=settings.MAXIMUM_COLUMNS)
                return []
            geometry, crs = _geometry(source)
            return _read(source, task, log, progress, geometry=geometry, crs=crs)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, OSError, UnicodeError) as error:
        note(log, PARQUET_DAMAGED, what=type(error).__name__)
        return []


def _geometry(source: pq.ParquetFile) -> tuple[str, str]:
    """The primary geometry column of a GeoParquet file and its coordinate system; ("", "") for plain Parquet."""
    try:
        told = json.loads((source.schema_arrow.metadata or {}).get(b"geo", b"{}"))
        column = told.get("primary_column", "")
        details = told["columns"][column] if column else {}
    except (ValueError, KeyError, AttributeError, TypeError):
        return "", ""
    if details.get("encoding") != "WKB" or column not in source.schema_arrow.names:
        return "", ""
    if "crs" not in details:
        return column, "EPSG:4326"
    system = details["crs"]
    if not isinstance(system, dict):
        return column, ""
    identity = system.get("id")
    if isinstance(identity, dict) and identity.get("authority") == "EPSG":
        return column, f"EPSG:{identity.get('code')}"
    if isinstance(identity, dict) and identity.get("code") == "CRS84":
        return column, "EPSG:4326"
    return column, json.dumps(system)


def _read(
    source: pq.ParquetFile,
    task: ReadTask,
    log: ProblemLog,
    progress: Callable[[float], None],
    *,
    geometry: str,
    crs: str,
) -> list[Grid]:
    wanted = []
    for each in source.schema_arrow:
        if each.name == geometry:
            continue
        kind = each.type.value_type if pa.types.is_dictionary(each.type) else each.type
        if isinstance(kind, pa.BaseExtensionType) or any(is_other(kind) for is_other in _NOT_SINGLE_VALUES):
            note(log, COLUMN_NESTED, 0, each.name)
        else:
            wanted.append(each)
    headings = unique_headings([each.name for each in wanted], log)
    read_columns = [each.name for each in wanted] + ([geometry] if geometry else [])
    pieces: list[list[Any]] = [[] for _ in headings]
    shapes: list[Any] = []
    numbers: list[Any] = []
    refused: list[int] = []
    done, total = 0, max(1, source.metadata.num_rows)
    for batch in source.iter_batches(batch_size=_BATCH_ROWS, columns=read_columns, use_threads=True):
        columns = [batch.column(at) for at in range(len(wanted))]
        texts = [_text(column, each.type) for column, each in zip(columns, wanted, strict=True)]
        rows = np.arange(done, done + len(batch), dtype=np.int64) + 2
        done += len(batch)
        if geometry:
            shapes.append(
                shapely.from_wkb(batch.column(len(wanted)).to_numpy(zero_copy_only=False), on_invalid="ignore")
            )
        elif any(map(_is_odd, columns)):
            texts, rows, bad = safe_columns([each.to_pylist() for each in texts], rows, headings, log)
            refused.extend(bad)
        numbers.append(rows)
        for piece, text in zip(pieces, texts, strict=True):
            piece.append(text)
        progress(0.9 * done / total)
    kinds = tuple(_kind(each.type) for each in wanted)
    if geometry:
        cells = tuple([text for array in piece for text in array.to_pylist()] for piece in pieces)
        places = np.concatenate(shapes) if shapes else np.empty(0, dtype=object)
        layer = VectorLayer(task.name, headings, cells, kinds, places, crs)
        return finish([layer], task.name, task.keep, log)
    if not done:
        note(log, HEADING_ONLY)
    return [_plain_grid(task.name, headings, pieces, numbers, kinds, refused, log)]


def _plain_grid(  # noqa: PLR0917
    name: str,
    headings: tuple[str, ...],
    pieces: list[list[Any]],
    numbers: list[Any],
    kinds: tuple[str, ...],
    refused: list[int],
    log: ProblemLog,
) -> Grid:
    values = [pa.chunked_array(piece, type=pa.large_string()) for piece in pieces]
    rows = np.concatenate(numbers) if numbers else np.empty(0, np.int64)
    blank: Any = None
    for column in values:
        is_blank = pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
        blank = is_blank if blank is None else blank & is_blank
        if not blank.any():
            break
    if blank is not None and blank.any():
        values, rows = [column.filter(pa.array(~blank)) for column in values], rows[~blank]
    return Grid(name, headings, tuple(values), rows, kinds, problems=noted(log), refused_rows=tuple(refused))


def _is_odd(column: Any) -> bool:
    """Whether a column of the file holds text that the policy for text changes or refuses."""
    words = column.dictionary if pa.types.is_dictionary(column.type) else column
    if not (
        pa.types.is_string(words.type) or pa.types.is_large_string(words.type) or pa.types.is_string_view(words.type)
    ):
        return False
    words = words.cast(pa.large_string())
    longest = pc.max(pc.binary_length(words)).as_py() or 0
    return longest > settings.MAXIMUM_CELL_CHARACTERS or bool(pc.any(pc.match_substring_regex(words, _SUSPECT)).as_py())


def _kind(kind: Any) -> str:
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_date(kind):
        return "date"
    return "datetime" if pa.types.is_timestamp(kind) else "text"


def _text(values: Any, kind: Any) -> Any:
    """A column as text; a missing value and a number that is none are blank."""
    if pa.types.is_dictionary(kind):
        words = _text(values.dictionary, kind.value_type)
        return pc.fill_null(pc.take(words, values.indices), "")
    if pa.types.is_null(kind):
        return pa.array([""] * len(values), pa.large_string())
    if pa.types.is_floating(kind):
        return _float_text(values)
    if pa.types.is_timestamp(kind):
        is_whole = (
            kind.unit == "s" or not pc.any(pc.not_equal(pc.floor_temporal(values, unit="second"), values)).as_py()
        )
        form = ("%Y-%m-%dT" if kind.tz else "%Y-%m-%d ") + "%H:%M:%S" + ("%z" if kind.tz else "")
        whole = pc.cast(pc.floor_temporal(values, unit="second"), pa.timestamp("s", kind.tz)) if is_whole else values
        values = pc.strftime(whole, format=form)
    return pc.fill_null(values.cast(pa.large_string()), "")


def _float_text(values: Any) -> Any:
    """Shortest texts by Arrow; the few that it writes with an exponent or a needless end are written as `number_text` does."""
    if values.type != pa.float64():
        short = [None if value is None else float(str(np.float32(value))) for value in values.to_pylist()]
        values = pa.array(short, pa.float64())
    texts = pc.fill_null(values.cast(pa.large_string()), "")
    odd = np.flatnonzero(pc.match_substring_regex(texts, r"[einf]|\.0$|^-0$").to_numpy(zero_copy_only=False))
    if not len(odd):
        return texts
    mended = texts.to_pylist()
    for index in odd.tolist():
        mended[index] = number_text(values[index].as_py())
    return pa.array(mended, pa.large_string())
