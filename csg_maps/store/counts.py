"""The one door out: records never leave the store for a screen, counts do.

Which files are counted is decided first, by the policy (`manifest.readable_files`); then one expression
(`expressions`) is run over them (`engine`). A result's columns never depend on what was found.
"""

import functools
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused, SchemaBroken
from csg_maps.model.actor import Actor
from csg_maps.model.filters import DIMENSIONS, AreaPlace, CellPlace, ConcernFilter, Place
from csg_maps.model.schema import Column, check_frame
from csg_maps.settings import FINEST_RESOLUTION
from csg_maps.store import engine, expressions
from csg_maps.store.areas import get_layer, refresh_cells
from csg_maps.store.expressions import UNKNOWN, AreaView, FileSet
from csg_maps.store.manifest import BatchFile, batch_file_path, readable_files
from csg_maps.store.workspace import Store, data_version

TOTALS = ("records", "on_map", "not_on_map", "without_date", "left_out_for_precision")


def count(
    store: Store,
    actor: Actor,
    chosen: ConcernFilter,
    place: Place | None,
    *,
    by: tuple[str, ...] = (),
    with_dates: bool = False,
) -> pd.DataFrame:
    """How many records there are, by place and by any dimensions, out of what this actor may use.

    Parameters
    ----------
    store, actor, chosen
        The records: those the filter chooses in the files that the policy lets this actor use.
    place
        `CellPlace`: the index parent of the record's cell; records without a cell are left out (`totals` says how many).
        `AreaPlace`: the code decided at intake where the record carries one for these boundaries, else the area that
        holds the centre of its cell, else the supplied code. None: no place.
    by
        Names out of `DIMENSIONS`.
    with_dates
        Also count the days that certainly differ.

    Returns
    -------
    DataFrame, ordered by its keys, one row a combination that has records
        cell (int64) or area_code (str, "" = in no area of the layer), when a place was asked; one str column a
        dimension; count (int64); dates (int64), when asked: the distinct days of `occurred_from`; a month of which no
        record knows the day adds one, and a record known only by year, or not dated, none.
        `month` is "YYYY-MM", "" when not known (a record known by year is in none); `weekday` "1" (Monday) to "7" or
        "unknown"; `hour_band` a code or "unknown". A range that spans several days or bands is not known that finely.

    Raises
    ------
    NotAllowed, InputRefused (no such layer or dimension), StoreProblem
    """
    require(actor, "see_counts")
    unknown = [name for name in by if name not in DIMENSIONS]
    if unknown or len(set(by)) < len(by):
        raise InputRefused(f"Counts are by {', '.join(DIMENSIONS)}, each once; found {', '.join(by)}.")
    if isinstance(place, CellPlace) and not 0 <= place.resolution <= FINEST_RESOLUTION:
        raise InputRefused(f"A cell's resolution is 0 to {FINEST_RESOLUTION}; found {place.resolution}.")
    layers = (place.layer_id,) if isinstance(place, AreaPlace) else ()

    def ask() -> pa.Table | None:
        sets = _file_sets(store, readable_files(store, actor, evidence=chosen.evidence), _needed(chosen, layers))
        sql = expressions.count_sql(sets, chosen, place, tuple(by), with_dates) if sets else ""
        return engine.run(store.folder, sql) if sql else None

    return _labelled(engine.retried(ask), place, by, with_dates)


def totals(store: Store, actor: Actor, chosen: ConcernFilter) -> pd.DataFrame:
    """What a count is out of, in one row of int64.

    Returns
    -------
    DataFrame: records (that the whole filter chooses), on_map and not_on_map (of those, with and without a cell),
    without_date (of those that everything but the time chooses), left_out_for_precision (in the chosen months, but left
    out by a choice of weekdays or hours because their time is not known that finely).
    """
    require(actor, "see_counts")

    def ask() -> pa.Table | None:
        sets = _file_sets(store, readable_files(store, actor, evidence=chosen.evidence), _needed(chosen))
        return engine.run(store.folder, expressions.totals_sql(sets, chosen)) if sets else None

    found = engine.retried(ask)
    row = {name: int(value or 0) for name, value in found.to_pylist()[0].items()} if found is not None else {}
    row["not_on_map"] = row.get("records", 0) - row.get("on_map", 0)
    return pd.DataFrame({name: np.array([row.get(name, 0)], dtype=np.int64) for name in TOTALS})


def by_agency_and_month(store: Store, actor: Actor, chosen: ConcernFilter) -> pd.DataFrame:
    """What there is: agency, month ("" = not known), count. A month in which an agency has nothing has no row."""
    return count(store, actor, chosen, None, by=("agency", "month"))


def newest(store: Store, actor: Actor, chosen: ConcernFilter) -> pd.DataFrame:
    """The newest record of each agency: agency (str), newest (datetime64[s], NaT when none is dated)."""
    require(actor, "see_counts")

    def ask() -> pa.Table | None:
        sets = _file_sets(store, readable_files(store, actor, evidence=chosen.evidence), _needed(chosen))
        return engine.run(store.folder, expressions.newest_sql(sets, chosen)) if sets else None

    found = engine.retried(ask)
    frame = found.to_pandas() if found is not None else pd.DataFrame({"agency": [], "newest": []})
    return frame.astype({"agency": "str", "newest": "datetime64[s]"})


def misplaced_share(store: Store, actor: Actor, chosen: ConcernFilter, layer_id: str) -> float:
    """Of the records whose area was decided by the centre of their cell: the share whose hexagon crosses a boundary.

    Those may belong to the neighbour; about half of them do not. 0.0 when every record carries its own code.
    """
    require(actor, "see_counts")

    def ask() -> pa.Table | None:
        sets = _file_sets(store, readable_files(store, actor, evidence=chosen.evidence), _needed(chosen, (layer_id,)))
        by_centre = [part for part in sets if any(area.layer_id == layer_id and area.cells for area in part.areas)]
        answers = [engine.run(store.folder, expressions.crossing_sql(part, chosen, layer_id)) for part in by_centre]
        return pa.concat_tables(answers) if answers else None

    found = engine.retried(ask)
    placed, crossing = (
        (sum(map(int, found.column(name).to_pylist())) for name in ("placed", "crossing"))
        if found is not None
        else (0, 0)
    )
    return crossing / placed if placed else 0.0


def history_cells(store: Store, resolution: int, *, actor: Actor | None = None) -> npt.NDArray[np.int64]:
    """Every cell that any record of any active batch lies in, at this resolution: sorted. Part of the study area.

    All kinds of evidence and all periods, so that a filter does not change the study area. A withdrawn batch is left out:
    a supply with wrong coordinates would otherwise add empty ground for ever, and make everything else look dense.
    Without an actor only what is for all partners; with one, also the files that name them: where a restricted record
    lies must not show to others.
    """
    everyone = Actor("everyone", "-", ("see_counts",))  # an agency that no file names
    files = readable_files(store, actor or everyone)
    return _history(store, data_version(store), files, resolution).copy()


@functools.lru_cache(maxsize=32)
def _history(store: Store, _version: int, files: tuple[BatchFile, ...], resolution: int) -> npt.NDArray[np.int64]:
    def ask() -> pa.Table | None:
        sets = _file_sets(store, files, ())
        return engine.run(store.folder, expressions.cells_sql(sets, resolution)) if sets else None

    found = engine.retried(ask)
    return np.empty(0, dtype=np.int64) if found is None else found.column("cell").to_numpy()


def _needed(chosen: ConcernFilter, layers: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(sorted({layer_id for layer_id, _code in chosen.within} | set(layers)))


def _file_sets(store: Store, files: tuple[BatchFile, ...], layers: tuple[str, ...]) -> tuple[FileSet, ...]:
    """The files, put together by how they know the needed layers: by a column of these very boundaries, or by a join."""
    boundaries = {layer_id: get_layer(store, layer_id).sha256 for layer_id in layers}
    groups: dict[tuple[bool, ...], dict[str, Path]] = {}
    for file in files:
        held = dict(file.layers)
        knows = tuple(held.get(layer_id) == sha256 for layer_id, sha256 in boundaries.items())
        groups.setdefault(knows, {})[file.sha256] = batch_file_path(store, file.sha256)
    sets = []
    for knows, paths in sorted(groups.items()):
        areas = []
        for layer_id, by_column in zip(boundaries, knows, strict=True):
            if by_column:
                areas.append(AreaView(layer_id))
                continue
            made = refresh_cells(store, layer_id)
            views = [engine.view_over(store.folder, (path,)) for path in (made.cells, made.codes)]
            areas.append(AreaView(layer_id, *views))
        sets.append(FileSet(engine.view_over(store.folder, tuple(sorted(paths.values()))), tuple(areas)))
    return tuple(sets)


def _labelled(found: pa.Table | None, place: Place | None, by: tuple[str, ...], with_dates: bool) -> pd.DataFrame:
    """The answer as a frame of promised columns; numbers of months, weekdays and bands become their labels."""
    columns: list[Column] = []
    if isinstance(place, CellPlace):
        columns.append(Column("cell", "int64"))
    elif isinstance(place, AreaPlace):
        columns.append(Column("area_code", "str"))
    columns += [Column(name, "str") for name in by]
    columns += [Column(name, "int64") for name in ("count", "dates") if name == "count" or with_dates]
    if found is None:
        empty = pd.DataFrame({column.name: pd.Series(dtype=column.dtype) for column in columns})
        if place is None and not by:
            empty.loc[0] = 0  # one row, as a count of nothing has
            empty = empty.astype("int64")
        return empty
    if "cell" in found.column_names and (
        found.schema.field("cell").type != pa.int64() or found.column("cell").null_count
    ):
        raise SchemaBroken("A cell must leave the store as an int64 that is never null.")
    for name in ("count", "dates")[: 1 + with_dates]:  # a sum of int64 comes as a wider number
        found = found.set_column(found.column_names.index(name), name, found.column(name).cast(pa.int64()))
    frame = found.to_pandas()
    labels = {"month": _month_label, "weekday": _weekday_label, "hour_band": _band_label}
    for name in set(by) & set(labels):
        distinct = {number: labels[name](int(number)) for number in frame[name].unique()}
        frame[name] = frame[name].map(distinct)
    frame = frame.astype(dict.fromkeys(by, "str") | ({"area_code": "str"} if isinstance(place, AreaPlace) else {}))
    check_frame(frame, tuple(columns), "counts")
    return frame[[column.name for column in columns]]


def _month_label(number: int) -> str:
    return f"{number // 100:04d}-{number % 100:02d}" if number != UNKNOWN else ""


def _weekday_label(number: int) -> str:
    return str(number) if number != UNKNOWN else "unknown"


def _band_label(number: int) -> str:
    return expressions.bands()[number - 1] if number != UNKNOWN else "unknown"
