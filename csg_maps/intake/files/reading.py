"""Read any file that an agency sends: find out what it is from its bytes, guard, and hand it to its reader.

Nothing here raises for what a file holds. A name that a person gave is only ever shown: it opens nothing and nothing is
stored under it.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from csg_maps import settings
from csg_maps.i18n import N_
from csg_maps.intake.files.containers import (
    CONTAINER_NESTED,
    CONTAINER_PASSWORD,
    MEMBER_IGNORED,
    NO_MEMBERS,
    is_not_data,
    is_shapefile,
    look_into_zip,
    office_kind,
    shapefile_groups,
    unpack_gzip,
    unpack_zip,
)
from csg_maps.intake.files.contents import recognise
from csg_maps.intake.files.delimited import read_delimited
from csg_maps.intake.files.grids import Grid, ProblemLog, note, noted
from csg_maps.intake.files.limits import read_limited
from csg_maps.intake.files.reading_rules import (
    CHOSEN_NOT_THERE,
    FILE_EMPTY,
    FILE_NOT_A_TABLE,
    FILE_OLD_EXCEL,
    FILE_OTHER_THAN_NAMED,
    FILE_POINTS_ELSEWHERE,
    FILE_TOO_LARGE,
    FILE_UNREADABLE,
    FILE_UNSAFE_KIND,
    SHAPEFILE_ALONE,
)
from csg_maps.intake.files.tables import RawTable, ReadResult, table_from_grid
from csg_maps.model.problems import Problem

Progress = Callable[[float], None]


_REFUSED_KINDS = {
    "pdf": N_("a PDF document"),
    "picture": N_("a picture"),
    "archive": N_("a packed file of a kind that is not unpacked here"),
    "program data": N_("data of a statistics program"),
    "document": N_("a text document"),
    "docx": N_("a Word document"),
    "pptx": N_("a PowerPoint file"),
    "web page": N_("a web page"),
    "xml": N_("an XML file"),
}
_OLD_KINDS = {
    "xls": N_("an old Excel workbook (.xls)"),
    "xlsb": N_("a binary Excel workbook (.xlsb)"),
    "ods": N_("an OpenDocument spreadsheet (.ods)"),
}
_READERS = {"xlsx": "xlsx", "parquet": "parquet", "json": "geojson", "sqlite": "geopackage", "kml": "kml"}
_KIND_NAMES = {
    "text": N_("a text table"),
    "xlsx": N_("an Excel workbook"),
    "parquet": N_("a Parquet file"),
    "json": N_("GeoJSON"),
    "sqlite": N_("a GeoPackage"),
    "kml": N_("KML"),
    "zip": N_("a zip file"),
    "gzip": N_("a gzip file"),
}
_ENDINGS = {
    "text": {".csv", ".tsv", ".tab", ".txt", ".psv", ".dat", ""},
    "xlsx": {".xlsx", ".xlsm", ".xltx", ".xltm"},
    "parquet": {".parquet", ".pq", ".geoparquet"},
    "json": {".geojson", ".json", ".topojson"},
    "sqlite": {".gpkg"},
    "kml": {".kml"},
    "zip": {".zip", ".kmz"},
    "gzip": {".gz", ".tgz", ".gzip"},
}


@dataclass
class _Reading:
    """What a file has given so far. `depth` counts packed files around it."""

    keep: str
    chosen: tuple[str, ...]
    grids: list[tuple[str, Grid]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_tables(
    path: Path, display_name: str, *, chosen: tuple[str, ...] = (), progress: Progress | None = None
) -> ReadResult:
    """Read every table of a file as text, exactly as it is written.

    Parameters
    ----------
    path
        Where the file lies.
    display_name
        What the person called it; only shown.
    chosen
        Names of the sheets, members or layers to read; () = all (of a workbook: all that are not hidden).
    progress
        Called now and then with the share done, 0 to 1.

    Returns
    -------
    ReadResult
        A file that cannot be used has no tables and at least one problem of level "refuse".
    """
    reading = _read(path, display_name, chosen, "points", progress)
    tables: list[RawTable] = [table_from_grid(replace(grid, name=name)) for name, grid in reading.grids]
    return ReadResult(tuple(tables), tuple(reading.problems))


def read_grids(
    path: Path, display_name: str, *, chosen: tuple[str, ...] = (), keep: str = "points"
) -> tuple[list[Grid], tuple[Problem, ...]]:
    """The same as Arrow columns; `keep="shapes"` keeps whole geometries (see `read_boundaries`)."""
    reading = _read(path, display_name, chosen, keep, None)
    return [replace(grid, name=name) for name, grid in reading.grids], tuple(reading.problems)


def _read(path: Path, name: str, chosen: tuple[str, ...], keep: str, progress: Progress | None) -> _Reading:
    reading = _Reading(keep, chosen)
    try:
        with tempfile.TemporaryDirectory(prefix="csg-unpack-") as folder:
            _read_one(path, name, "", reading, Path(folder), 0, progress)
    except OSError:
        log = ProblemLog(name)
        note(log, FILE_UNREADABLE)
        reading.grids.clear()
        reading.problems.extend(noted(log))
    _check_chosen(reading, name)
    return reading


def _check_chosen(reading: _Reading, name: str) -> None:
    there = [each for each, _ in reading.grids]
    for wanted in reading.chosen:
        if wanted not in there and not any(each.startswith(f"{wanted}/") for each in there):
            log = ProblemLog(name)
            note(log, CHOSEN_NOT_THERE, chosen=wanted[:120], names=", ".join(there)[:500] or "–")
            reading.problems.extend(noted(log))


def _read_one(  # noqa: PLR0917
    path: Path, name: str, inner: str, reading: _Reading, folder: Path, depth: int, progress: Progress | None
) -> None:
    """Read a file, or a member called `inner` of one."""
    log = ProblemLog(name)
    kind = recognise(path)
    size = path.stat().st_size
    if size > settings.MAXIMUM_UNPACKED_BYTES:
        note(log, FILE_TOO_LARGE, megabytes=size // 2**20, limit=settings.MAXIMUM_UNPACKED_BYTES // 2**20)
    elif kind == "zip":
        _read_zip(path, name, inner, reading, folder, depth, progress)
        return
    elif kind == "gzip":
        target = folder / f"unpacked{depth}"
        if depth > 1:
            note(log, CONTAINER_NESTED, name=inner or name)
        elif unpack_gzip(path, target, log):
            _read_one(target, name, inner, reading, folder, 2, progress)
    elif kind in _READERS:
        _note_ending(name, kind, log)
        _read_in_process(_READERS[kind], path, name, inner, reading, progress)
    elif kind == "text":
        _note_ending(name, kind, log)
        grid = read_delimited(path, name, progress)
        if isinstance(grid, Grid):
            reading.grids.append((inner or name, grid))
        else:
            reading.problems.extend(noted(grid))
    else:
        _refuse(kind, path, log)
    reading.problems.extend(noted(log))


def _refuse(kind: str, path: Path, log: ProblemLog) -> None:
    if kind == "empty":
        note(log, FILE_EMPTY)
    elif kind == "pickle":
        note(log, FILE_UNSAFE_KIND, kind=N_("a Python pickle"))
    elif kind == "vrt":
        note(log, FILE_POINTS_ELSEWHERE)
    elif kind == "shp":
        note(log, SHAPEFILE_ALONE)
    elif kind == "ole":
        with open(path, "rb") as source:
            is_locked = "EncryptedPackage".encode("utf-16-le") in source.read(1 << 20)
        if is_locked:
            note(log, CONTAINER_PASSWORD, name=log.file)
        else:
            note(log, FILE_OLD_EXCEL, kind=_OLD_KINDS["xls"])
    else:
        note(log, FILE_NOT_A_TABLE, kind=_REFUSED_KINDS[kind])


def _note_ending(name: str, kind: str, log: ProblemLog) -> None:
    stem = name[:-3] if name.lower().endswith(".gz") else name
    ending = Path(stem).suffix.lower()
    known = set().union(*_ENDINGS.values()) | {".xls", ".xlsb", ".ods", ".pdf", ".shp", ".xml", ".html"}
    if ending in known and ending not in _ENDINGS[kind]:
        note(log, FILE_OTHER_THAN_NAMED, ending=ending, kind=_KIND_NAMES[kind])


def _read_in_process(  # noqa: PLR0917
    reader: str, path: Path, name: str, inner: str, reading: _Reading, progress: Progress | None
) -> None:
    prefix = f"{inner}/" if inner else ""
    chosen = () if inner in reading.chosen else reading.chosen
    chosen = tuple(each.removeprefix(prefix) for each in chosen if each.startswith(prefix) and each != name)
    grids, problems = read_limited(reader, path, name, chosen=chosen, keep=reading.keep, progress=progress)
    reading.problems.extend(problems)
    for grid in grids:
        is_own_name = reader in ("parquet", "kml", "geojson") and len(grids) == 1
        own = name if is_own_name else grid.name
        reading.grids.append(((inner if is_own_name else f"{prefix}{own}") or own, grid))


def _read_zip(  # noqa: PLR0917
    path: Path, name: str, inner: str, reading: _Reading, folder: Path, depth: int, progress: Progress | None
) -> None:
    log = ProblemLog(name)
    members = look_into_zip(path, log)
    office = office_kind(members) if members else ""
    if members is None:
        pass
    elif office == "xlsx":
        _note_ending(name, "xlsx", log)
        _read_in_process("xlsx", path, name, inner, reading, progress)
    elif office in _OLD_KINDS:
        note(log, FILE_OLD_EXCEL, kind=_OLD_KINDS[office])
    elif office:
        note(log, FILE_NOT_A_TABLE, kind=_REFUSED_KINDS[office])
    elif depth:
        note(log, CONTAINER_NESTED, name=inner or name)
    else:
        _note_ending(name, "zip", log)
        data = [member for member in members if not is_not_data(member.filename)]
        ignored = [member.filename for member in members if is_not_data(member.filename)]
        if ignored:
            note(log, MEMBER_IGNORED, count=len(ignored), names=", ".join(ignored)[:300])
        if not data:
            note(log, NO_MEMBERS)
        elif is_shapefile(members):
            _read_shapefiles(path, name, reading, folder, log, progress)
        else:
            _read_members(path, name, reading, folder, log, progress)
    reading.problems.extend(noted(log))


def _read_members(  # noqa: PLR0917
    path: Path, name: str, reading: _Reading, folder: Path, log: ProblemLog, progress: Progress | None
) -> None:
    members = look_into_zip(path, log) or ()
    data = tuple(member for member in members if not is_not_data(member.filename))
    if reading.chosen:
        wanted = tuple(
            m for m in data if any(c == m.filename or c.startswith(f"{m.filename}/") for c in reading.chosen)
        )
        data = wanted or data
    unpacked = unpack_zip(path, data, folder, log)
    for position, member in enumerate(unpacked or ()):
        if reading.chosen and len(data) == 1 and progress is not None:
            progress(0.1)
        _read_one(member.path, f"{name}/{member.name}", member.name, reading, folder, 1, None)
        member.path.unlink()
        if progress is not None:
            progress((position + 1) / len(data))


def _read_shapefiles(  # noqa: PLR0917
    path: Path, name: str, reading: _Reading, folder: Path, log: ProblemLog, progress: Progress | None
) -> None:
    groups = shapefile_groups(look_into_zip(path, log) or ())
    flat = [(stem, part) for stem, parts in groups.items() for part in parts]
    unpacked = unpack_zip(path, tuple(part for _, part in flat), folder, log)
    if unpacked is None:
        return
    numbers = {stem: position for position, stem in enumerate(groups)}
    for (stem, part), member in zip(flat, unpacked, strict=True):
        member.path.rename(folder / f"{numbers[stem]}{part.filename[-4:].lower()}")
        (folder / f"{numbers[stem]}.txt").write_text(stem.rsplit("/", 1)[-1], encoding="utf-8", errors="replace")
    grids, problems = read_limited(
        "shapefile", folder, name, chosen=reading.chosen, keep=reading.keep, progress=progress
    )
    reading.problems.extend(problems)
    reading.grids.extend((grid.name, grid) for grid in grids)
