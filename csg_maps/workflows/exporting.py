"""Write a table to a file by the ending of its name: whole or not at all, and harmless when opened in a spreadsheet."""

import os
import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd

from csg_maps.errors import InputRefused, StoreProblem

ENDINGS = (".csv", ".parquet", ".geojson", ".gpkg")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless_text(text: str) -> str:
    """The text, with an apostrophe before it when a spreadsheet would run it as a formula.

    >>> harmless_text("=1+1"), harmless_text("Bus station")
    ("'=1+1", 'Bus station')
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def check_ending(out: Path) -> None:
    """Raise InputRefused when the ending is none that can be written, or the folder does not exist."""
    if out.suffix.lower() not in ENDINGS:
        raise InputRefused(f"--out must end in {', '.join(ENDINGS)}; found {out.suffix or 'no ending'}.")
    if not out.resolve().parent.is_dir():
        raise InputRefused("The folder of --out must exist; make it first.")
    if out.is_dir():
        raise InputRefused("--out names a folder; give the name of a file.")


def write_table(table: pd.DataFrame, out: Path, geometry: gpd.GeoSeries | None = None) -> None:
    """Write `table` (no index) to `out`.

    `.csv` (UTF-8) and `.parquet` hold the columns; `.geojson` and `.gpkg` hold them with `geometry` (EPSG:4326, in the
    order of the table). A temporary file in the same folder is written, flushed and renamed: no partial file keeps the
    name. Raises InputRefused for another ending or a missing geometry, StoreProblem when the disk refuses.
    """
    check_ending(out)
    ending = out.suffix.lower()
    if ending in {".geojson", ".gpkg"} and geometry is None:
        raise InputRefused(f"A table without places cannot be written as {ending}; use .csv or .parquet.")
    try:
        handle, name = tempfile.mkstemp(prefix=".export-", suffix=ending, dir=out.resolve().parent)
        os.close(handle)
        temporary = Path(name)
        try:
            _write(table, temporary, geometry)
            temporary.chmod(0o600)  # GDAL makes its file anew, readable by all
            with open(temporary, "rb+") as written:
                os.fsync(written.fileno())
            temporary.replace(out)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as problem:
        raise StoreProblem(
            f"The file could not be written ({problem.strerror}); free some space and try again."
        ) from None


def csv_text(table: pd.DataFrame) -> str:
    """The table as CSV text, with every text made harmless."""
    return str(_harmless(table).to_csv(index=False, lineterminator="\r\n"))


def _write(table: pd.DataFrame, path: Path, geometry: gpd.GeoSeries | None) -> None:
    if path.suffix == ".csv":
        path.write_text(csv_text(table), encoding="utf-8", newline="")
    elif path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    else:
        features = gpd.GeoDataFrame(_harmless(table), geometry=geometry, crs="EPSG:4326")
        if path.suffix == ".gpkg":
            path.unlink()
            features.to_file(path, driver="GPKG", layer="table", engine="pyogrio")
        else:
            path.write_text(features.to_json(drop_id=True), encoding="utf-8")


def _harmless(table: pd.DataFrame) -> pd.DataFrame:
    safe = table.copy()
    for column in safe.columns:
        if pd.api.types.is_string_dtype(safe[column].dtype):
            safe[column] = safe[column].map(harmless_text, na_action="ignore")
    return safe
