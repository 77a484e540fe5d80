"""Read one file in a process of its own, which may take only so much time, memory and disk.

Formats whose readers are large or written in C (Excel, Parquet, map files) go through here: whatever such a file does to
its reader, the app goes on. The process gets no environment beyond what it needs, and hands back Arrow files and JSON,
nothing that could run.
"""

import contextlib
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from csg_maps import settings
from csg_maps.i18n import N_
from csg_maps.intake.files import reading_rules  # noqa: F401  (registers what the readers say)
from csg_maps.intake.files.grids import Grid, ProblemLog, ReadTask, note, noted
from csg_maps.intake.messages import found, register
from csg_maps.model.problems import Problem

READ_TOO_LONG = register(
    "read-too-long",
    "refuse",
    N_("Reading the file took longer than {seconds} seconds and was stopped."),
    N_("Save the table as CSV, or split the file, and try again."),
)
READ_TOO_LARGE = register(
    "read-too-large",
    "refuse",
    N_("Reading the file needs more memory than is allowed ({megabytes} MB)."),
    N_("Save the table as CSV, or split the file, and try again."),
)
READ_FAILED = register(
    "read-failed",
    "refuse",
    N_("The file is damaged, or not what it seems to be ({what})."),
    N_("Check that it opens in the program that made it, and save it again or as CSV."),
)

READERS = {
    "xlsx": "csg_maps.intake.files.spreadsheets",
    "parquet": "csg_maps.intake.files.parquet_files",
    "geojson": "csg_maps.intake.files.geojson_files",
    "geopackage": "csg_maps.intake.files.geopackages",
    "kml": "csg_maps.intake.files.kml_files",
    "shapefile": "csg_maps.intake.files.shapefiles",
}
"""Modules with a function `read(task: ReadTask, log, progress) -> list[Grid]`."""

_KEPT_ENVIRONMENT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"),
    *("SYSTEMROOT", "OPENBLAS_CORETYPE"),
)
# GDAL is used for shapefiles alone: with every other driver gone, no file can lead it to another file of the server.
_GDAL_SKIPPED = (
    "OGR_VRT,VRT,GDALG,CSV,GML,GPX,LIBKML,KML,GeoJSON,GeoJSONSeq,ESRIJSON,TopoJSON,OGR_GMT,GMT,GPKG,SQLite,WAsP,"
    "OpenFileGDB,FileGDB,DXF,CAD,FlatGeobuf,GeoRSS,VFK,PGDUMP,PGDump,OSM,GPSBabel,OGR_PDS,WFS,OAPIF,SOSI,EDIGEO,"
    "Idrisi,ODS,XLSX,XLS,Elasticsearch,Carto,AmigoCloud,SXF,Selafin,JML,PLSCENES,CSW,VDV,MVT,NGW,MapML,GTFS,PMTiles,"
    "JSONFG,MiraMonVector,ADBC,AVCBin,AVCE00,AIVector,HTTP,MEM,PCIDSK,PDS4,VICAR,PDF,MBTiles,EEDA,OGCAPI,LVBAG,S57,"
    "DGN,PostgreSQL,MySQL,ODBC,PGeo,MSSQLSpatial,GMLAS,NAS,XODR,Parquet,Arrow,netCDF,HDF5,Zarr,STACIT,MapInfo File"
)
_OUT_OF_MEMORY = 3


def read_limited(
    reader: str,
    path: Path,
    name: str,
    *,
    chosen: tuple[str, ...] = (),
    keep: str = "points",
    progress: Callable[[float], None] | None = None,
) -> tuple[list[Grid], tuple[Problem, ...]]:
    """Run a reader in a process of its own.

    Parameters
    ----------
    reader
        A key of READERS.
    path, name
        The file, and what to call it in problems.
    chosen
        Names of the sheets or layers to read; () = all.
    keep
        "points" for one point a row, "shapes" for boundaries as they are (WKB in the last column).
    progress
        Called with the share done, 0 to 1.

    Returns
    -------
    tuple
        The tables and the problems of the file as a whole.
    """
    log = ProblemLog(name)
    with tempfile.TemporaryDirectory(prefix="csg-read-") as folder:
        task = {"reader": reader, "path": str(path.resolve()), "name": name, "chosen": chosen, "keep": keep}
        code = _run({**task, "folder": folder}, folder, progress)
        answer = Path(folder) / "answer.json"
        if code == 0 and answer.exists():
            return _load(answer)
        if code == _OUT_OF_MEMORY:
            note(log, READ_TOO_LARGE, megabytes=settings.READ_MEMORY_BYTES // 2**20)
        elif code in (-9, -24):  # SIGKILL by our clock, SIGXCPU by the limit
            note(log, READ_TOO_LONG, seconds=settings.READ_SECONDS)
        else:
            note(log, READ_FAILED, what=f"{reader}, {code}")
    return [], noted(log)


def _run(task: dict[str, Any], folder: str, progress: Callable[[float], None] | None) -> int:
    environment = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
    # GDAL must know no driver but the one that is meant: anything else could be led to other files of the server.
    environment |= {"OGR_SKIP": _GDAL_SKIPPED, "GDAL_SKIP": _GDAL_SKIPPED, "GDAL_DRIVER_PATH": "disable"}
    environment |= {"PROJ_NETWORK": "OFF", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}
    environment |= {"SHAPE_RESTORE_SHX": "YES", "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE", "TMPDIR": folder}
    limits = {"seconds": settings.READ_SECONDS, "memory": settings.READ_MEMORY_BYTES}
    with subprocess.Popen(
        [sys.executable, "-m", "csg_maps.intake.files.limits"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=settings.PROJECT_FOLDER,
        env=environment,
        text=True,
    ) as process:
        clock = threading.Timer(settings.READ_SECONDS * 1.5, process.kill)
        clock.start()
        try:
            if process.stdin is not None and process.stdout is not None:
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.write(json.dumps(task | limits))
                    process.stdin.close()
                for line in process.stdout:
                    if progress is not None:
                        progress(float(line))
            return process.wait()
        finally:
            clock.cancel()
            if process.poll() is None:
                process.kill()


def _load(answer: Path) -> tuple[list[Grid], tuple[Problem, ...]]:
    import pyarrow as pa

    told = json.loads(answer.read_text(encoding="utf-8"))
    grids = []
    for position, parts in enumerate(told["grids"]):
        with pa.OSFile(str(answer.parent / f"{position}.arrow")) as source:
            table = pa.ipc.open_file(source).read_all()
        grids.append(
            Grid(
                name=parts["name"],
                columns=tuple(parts["columns"]),
                values=tuple(table.columns[:-1]),
                rows=table.column(table.num_columns - 1).to_numpy(),
                kinds=tuple(parts["kinds"]),
                crs=parts["crs"],
                point_columns=tuple(parts["point_columns"]),
                problems=tuple(Problem(**problem) for problem in parts["problems"]),
                refused_rows=tuple(parts["refused_rows"]),
            )
        )
    return grids, tuple(Problem(**problem) for problem in told["problems"])


def _save(grids: list[Grid], problems: tuple[Problem, ...], folder: Path) -> None:
    import pyarrow as pa

    told: list[dict[str, Any]] = []
    for position, grid in enumerate(grids):
        names = [f"c{number}" for number in range(len(grid.columns))]
        table = pa.table([*grid.values, pa.array(grid.rows, pa.int64())], names=[*names, "row"])
        with pa.OSFile(str(folder / f"{position}.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        kept = asdict(replace(grid, values=(), rows=None))
        told.append({key: value for key, value in kept.items() if key not in ("values", "rows")})
    answer = {"grids": told, "problems": [asdict(problem) for problem in problems]}
    (folder / "answer.json").write_text(json.dumps(answer), encoding="utf-8")


def _limit(seconds: int, memory_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # a system without these limits still has the clock
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _tell(done: float) -> None:
    sys.stdout.write(f"{done:.3f}\n")
    sys.stdout.flush()


def _main() -> int:
    task = json.load(sys.stdin)
    _limit(int(task["seconds"]), int(task["memory"]))
    log = ProblemLog(task["name"])
    asked = ReadTask(Path(task["path"]), task["name"], tuple(task["chosen"]), task["keep"])
    grids: list[Grid] = []
    try:
        module = importlib.import_module(READERS[task["reader"]])
        grids = module.read(asked, log, _tell)
        _save(grids, noted(log), Path(task["folder"]))
    except MemoryError:
        return _OUT_OF_MEMORY
    except Exception as error:  # a hostile file may raise anything: the file is refused, and no text of it is shown
        if type(error).__name__ in ("ArrowMemoryError", "OutOfMemoryError"):
            return _OUT_OF_MEMORY
        _save([], (found(READ_FAILED, log.file, what=type(error).__name__),), Path(task["folder"]))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
