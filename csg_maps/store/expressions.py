"""Counts as Ibis expressions: which records, grouped by what. Built from names and choices only, so SQL can be kept.

No Python function runs inside a count and no cell is ever in a list: the same expression must hold on any engine.
"""

import functools
from dataclasses import dataclass
from typing import Any

import ibis

from csg_maps.model.concern import AREA_COLUMN_PREFIX, CONCERN_COLUMNS, NO_CELL
from csg_maps.model.filters import AreaPlace, CellPlace, ConcernFilter, Place
from csg_maps.model.vocabulary import codes
from csg_maps.store.sealed import CALENDAR_COLUMNS

_TYPES = {"int64": "int64", "str": "string", "bool": "boolean", "datetime64[s]": "timestamp"}
UNKNOWN = 0
"""Month, weekday and hour band travel as numbers; 0 is "not known that finely". `counts` gives them their labels."""


@dataclass(frozen=True)
class AreaView:
    """How a set of files knows the areas of one layer: by its own column, or (cells, codes) views to join."""

    layer_id: str
    cells: str = ""
    codes: str = ""


@dataclass(frozen=True)
class FileSet:
    """A view over files that know the same layers in the same way."""

    view: str
    areas: tuple[AreaView, ...]


@functools.lru_cache(maxsize=1024)
def count_sql(
    sets: tuple[FileSet, ...], chosen: ConcernFilter, place: Place | None, by: tuple[str, ...], with_dates: bool
) -> str:
    """SQL of a count: the place's column, one column a dimension, `count` and, if asked, `dates`; ordered by its keys."""
    records = _records(sets)
    records = _where(records, [*_chosen(records, chosen), *_time_chosen(records, chosen)])
    keys: dict[str, Any] = {}
    if isinstance(place, CellPlace):
        records = records.filter(records.cell != NO_CELL)  # before the parent: 0 has none
        keys["cell"] = _parent(records.cell, place.resolution)
    elif isinstance(place, AreaPlace):
        keys["area_code"] = _area(records, place.layer_id)
    keys |= {name: _dimension(records, name) for name in by}
    if with_dates:
        return str(ibis.to_sql(_count_with_dates(records, keys), dialect="duckdb"))
    named = records.select(**keys) if keys else records
    counted = named.group_by(list(keys)).agg(count=named.count()) if keys else named.agg(count=named.count())
    return str(ibis.to_sql(counted.order_by(list(keys)) if keys else counted, dialect="duckdb"))


def _count_with_dates(records: Any, keys: dict[str, Any]) -> Any:
    """Days that certainly differ: within a month its distinct days, or one where only the month is known."""
    named = records.select(**keys, month_of=records.month_number, day_of=records.day_number)
    by_day = named.group_by([*keys, "month_of", "day_of"]).agg(records=named.count())
    by_month = by_day.group_by([*keys, "month_of"]).agg(
        records=by_day.records.sum(), days=(by_day.day_of > 0).cast("int64").sum()
    )
    dates = ibis.ifelse(by_month.month_of == UNKNOWN, 0, ibis.greatest(by_month.days, 1))
    measures = {
        "count": by_month.records.sum().cast("int64").fill_null(0),
        "dates": dates.sum().cast("int64").fill_null(0),
    }
    if not keys:
        return by_month.agg(**measures)
    return by_month.group_by(list(keys)).agg(**measures).order_by(list(keys))


@functools.lru_cache(maxsize=256)
def totals_sql(sets: tuple[FileSet, ...], chosen: ConcernFilter) -> str:
    """SQL of one row: records, on_map, without_date, left_out_for_precision."""
    records = _records(sets)
    records = _where(records, _chosen(records, chosen))
    months, times = _months_chosen(records, chosen), _time_chosen(records, chosen)
    coarse = functools.reduce(lambda a, b: a | b, _too_coarse(records, chosen), ibis.literal(False))
    wanted = {
        "records": times,
        "on_map": [*times, records.cell != NO_CELL],
        "without_date": [records.occurred_from.isnull()],
        "left_out_for_precision": [*months, coarse],
    }
    counted = {name: records.count(where=_all(rows)) if rows else records.count() for name, rows in wanted.items()}
    return str(ibis.to_sql(records.agg(**counted), dialect="duckdb"))


def _all(conditions: list[Any]) -> Any:
    return functools.reduce(lambda a, b: a & b, conditions)


@functools.lru_cache(maxsize=256)
def newest_sql(sets: tuple[FileSet, ...], chosen: ConcernFilter) -> str:
    """SQL of agency and newest (the latest occurred_from)."""
    records = _records(sets)
    records = _where(records, [*_chosen(records, chosen), *_time_chosen(records, chosen)])
    return str(
        ibis.to_sql(
            records.group_by("agency").agg(newest=records.occurred_from.max()).order_by("agency"), dialect="duckdb"
        )
    )


@functools.lru_cache(maxsize=256)
def crossing_sql(fileset: FileSet, chosen: ConcernFilter, layer_id: str) -> str:
    """SQL of one row: records placed by the centre of their cell, and those whose hexagon crosses a boundary."""
    records = _records((fileset,))
    records = _where(records, [*_chosen(records, chosen), *_time_chosen(records, chosen), records.cell != NO_CELL])
    view = next(area for area in fileset.areas if area.layer_id == layer_id)
    cells = ibis.table({"cell": "int64", "area_code": "string", "crosses": "boolean"}, name=view.cells)
    joined = records.select("cell").join(cells, "cell")
    crossing = joined.crosses.cast("int64").sum().cast("int64").fill_null(0)
    return str(ibis.to_sql(joined.agg(placed=joined.count(), crossing=crossing), dialect="duckdb"))


@functools.lru_cache(maxsize=64)
def cells_sql(sets: tuple[FileSet, ...], resolution: int) -> str:
    """SQL of the distinct cells of any record, at this resolution."""
    records = _records(sets)
    records = records.filter(records.cell != NO_CELL)
    named = records.select(cell=_parent(records.cell, resolution)).distinct()
    return str(ibis.to_sql(named.order_by("cell"), dialect="duckdb"))


def _where(records: Any, conditions: list[Any]) -> Any:
    return records.filter(*conditions) if conditions else records


def _records(sets: tuple[FileSet, ...]) -> Any:
    """All records of the sets; beside their own columns `area:<layer>` for each layer needed, "" in no area."""
    parts = [_records_of(fileset) for fileset in sets]
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _records_of(fileset: FileSet) -> Any:
    columns = {column.name: _TYPES[column.dtype] for column in CONCERN_COLUMNS} | dict.fromkeys(
        CALENDAR_COLUMNS, "int32"
    )
    own = {AREA_COLUMN_PREFIX + area.layer_id: "string" for area in fileset.areas if not area.cells}
    records = ibis.table(columns | own, name=fileset.view)
    for area in fileset.areas:
        name = _area_column(area.layer_id)
        if not area.cells:
            records = records.mutate(**{name: records[AREA_COLUMN_PREFIX + area.layer_id].fill_null("")})
            continue
        cells = ibis.table({"cell": "int64", "area_code": "string", "crosses": "boolean"}, name=area.cells)
        cells = cells.select(cell_of_layer="cell", by_cell="area_code")
        given = ibis.table({"supplied": "string", "area_code": "string"}, name=area.codes)
        given = given.select(code_of_layer="supplied", by_code="area_code")
        records = records.left_join(cells, records.cell == cells.cell_of_layer)
        records = records.left_join(given, records.supplied_area_code == given.code_of_layer)
        code = ibis.ifelse(records.cell != NO_CELL, records.by_cell, records.by_code).fill_null("")
        records = records.mutate(**{name: code}).drop("cell_of_layer", "by_cell", "code_of_layer", "by_code")
    return records.select(*columns, *(_area_column(area.layer_id) for area in fileset.areas))


def _area_column(layer_id: str) -> str:
    return f"area:{layer_id}"


def _area(records: Any, layer_id: str) -> Any:
    return records[_area_column(layer_id)]


def _parent(cell: Any, resolution: int) -> Any:
    """The index parent of a cell that is not 0, by bits."""
    keep = ibis.literal(~(15 << 52), "int64")
    put = ibis.literal((resolution << 52) | ((1 << 3 * (15 - resolution)) - 1), "int64")
    return (cell & keep) | put


def _chosen(records: Any, chosen: ConcernFilter) -> list[Any]:
    """Everything that is chosen except the time."""
    lists = {
        "harm": chosen.harms,
        "agency": chosen.agencies,
        "setting": chosen.settings,
        "age_band": chosen.age_bands,
        "basis": chosen.basis,
    }
    conditions = [records[name].isin(values) for name, values in lists.items() if values]
    if chosen.leave_out_proactive:
        conditions.append(~records.is_proactive)
    wanted: dict[str, list[str]] = {}
    for layer_id, code in chosen.within:
        wanted.setdefault(layer_id, []).append(code)
    return conditions + [_area(records, layer_id).isin(within) for layer_id, within in wanted.items()]


def _months_chosen(records: Any, chosen: ConcernFilter) -> list[Any]:
    conditions = []
    if chosen.month_from:
        conditions.append(records.occurred_from >= ibis.timestamp(f"{chosen.month_from}-01 00:00:00"))
    if chosen.month_to:
        year, month = map(int, chosen.month_to.split("-"))
        after = f"{year + month // 12:04d}-{month % 12 + 1:02d}-01 00:00:00"
        conditions.append(records.occurred_from < ibis.timestamp(after))
    return conditions


def _time_chosen(records: Any, chosen: ConcernFilter) -> list[Any]:
    conditions = _months_chosen(records, chosen)
    if chosen.weekdays:
        conditions.append(_dimension(records, "weekday").isin([int(day) for day in chosen.weekdays]))
    if chosen.hour_bands:
        conditions.append(_dimension(records, "hour_band").isin([band_number(band) for band in chosen.hour_bands]))
    return conditions


def _too_coarse(records: Any, chosen: ConcernFilter) -> list[Any]:
    """Left out only because the time is not known finely enough for the choice."""
    conditions = []
    if chosen.weekdays:
        conditions.append(_dimension(records, "weekday") == UNKNOWN)
    if chosen.hour_bands and "unknown" not in chosen.hour_bands:
        conditions.append(_dimension(records, "hour_band") == UNKNOWN)
    return conditions


def _dimension(records: Any, name: str) -> Any:
    if name == "month":
        return records.month_number
    if name == "harm_group":
        return records.harm.split(".")[0]
    if name == "weekday":
        return records.weekday_number
    if name == "hour_band":
        first, last = _band(records.hour_first), _band(records.hour_last)
        return ibis.ifelse(first == last, first, UNKNOWN)
    return records[name]


def _band(hour: Any) -> Any:
    """The number of the band that an hour lies in; 0 for -1."""
    starts = [int(code.split("_")[0]) for code in bands()]
    return functools.reduce(lambda a, b: a + b, [(hour >= start).cast("int32") for start in starts])


@functools.cache
def bands() -> tuple[str, ...]:
    """The codes of the hour bands, from midnight; their positions from 1 are the numbers that travel."""
    return tuple(sorted(code.code for code in codes("hour_bands") if code.code != "unknown"))


def band_number(code: str) -> int:
    """The number of a band's code; 0 for the hour that is not known."""
    return UNKNOWN if code == "unknown" else bands().index(code) + 1
