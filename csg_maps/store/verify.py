"""Read everything again and compare it with what was sealed; sweep what no manifest names."""

import contextlib
import shutil
import stat
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from csg_maps.errors import StoreProblem
from csg_maps.i18n import _
from csg_maps.store import basemaps, manifest, tables
from csg_maps.store.areas import altered_cell_files, layer_path, list_layers
from csg_maps.store.files import PART, file_sha256
from csg_maps.store.jobs import running_jobs
from csg_maps.store.quarantine import quarantine_path
from csg_maps.store.reference import reference_path
from csg_maps.store.workspace import Store, find_damage, reading

ORPHAN_AFTER_SECONDS = 86_400.0
"""A file that no manifest names is swept when it is older than a day: a younger one may belong to a running import."""


@dataclass(frozen=True)
class VerifyReport:
    """What was found. `lines` say it in sentences; file names in them are hashes and ids."""

    is_sound: bool
    files: int
    records: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    swept: tuple[str, ...]
    workspace: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class _Expected:
    path: Path
    sha256: str
    rows: int | None


def verify(store: Store) -> VerifyReport:
    """Re-hash every file that the manifest names, count its rows, check the workspace, sweep old orphans."""
    try:
        damage = find_damage(store, thorough=True)
    except StoreProblem as problem:
        return _report(0, 0, [], [], swept=[], damage=str(problem))
    expected = _expected(store)
    missing, changed, records = [], [], 0
    for file in expected:
        label = f"{file.path.parent.name}/{file.path.stem}"
        try:
            if file_sha256(file.path) != file.sha256:
                changed.append(label)
            elif file.rows is not None:
                rows = pq.read_metadata(file.path).num_rows
                records += rows if file.path.parent.name == "batches" else 0
                if rows != file.rows:
                    changed.append(label)
        except FileNotFoundError:
            missing.append(label)
        except (OSError, pa.ArrowException):
            changed.append(label)
    for layer in list_layers(store):
        for path in altered_cell_files(store, layer.layer_id):
            changed.append(f"{path.parent.name}/{path.stem}")
            path.unlink(
                missing_ok=True
            )  # worked out from the layer and the records, and worked out again when asked for
    swept = _sweep(store, {file.path for file in expected})
    return _report(len(expected), records, missing, changed, swept=swept, damage=damage)


def _report(
    files: int, records: int, missing: list[str], changed: list[str], *, swept: list[str], damage: str
) -> VerifyReport:
    lines = [_("{files} files read again, {records} records.").format(files=f"{files:,}", records=f"{records:,}")]
    lines += [_("Missing: {file}. Restore it from a backup.").format(file=name) for name in missing]
    lines += [_("Not as it was sealed: {file}. Restore it from a backup.").format(file=name) for name in changed]
    lines += [_("Swept, because nothing names it: {file}.").format(file=name) for name in swept]
    lines += [_("The workspace: {damage}.").format(damage=damage)] if damage else []
    is_sound = not (missing or changed or damage)
    lines.append(_("Everything is as it was sealed.") if is_sound else _("The store is NOT sound."))
    return VerifyReport(is_sound, files, records, tuple(missing), tuple(changed), tuple(swept), damage, tuple(lines))


def _expected(store: Store) -> list[_Expected]:
    files = {file.sha256: file for file in manifest.every_file(store)}
    found = [_Expected(manifest.batch_file_path(store, sha), sha, file.rows) for sha, file in files.items()]
    found += [_Expected(layer_path(store, layer.sha256), layer.sha256, layer.features) for layer in list_layers(store)]
    aside, reference = tables.quarantined, tables.reference_files
    with reading(store) as connection:
        kept = sa.select(aside.c.batch_id, aside.c.sha256, aside.c.rows).where(aside.c.purged_at == "")
        found += [_Expected(quarantine_path(store, row[0], row[1]), row[1], row[2]) for row in connection.execute(kept)]
        named = sa.select(reference.c.kind, reference.c.sha256, reference.c.rows)
        found += [_Expected(reference_path(store, row[0], row[1]), row[1], row[2]) for row in connection.execute(named)]
    complete = [one for one in basemaps.list_basemaps(store) if one.state == "ready"]
    found += [_Expected(basemaps.basemap_path(store, one.basemap_id), one.sha256, None) for one in complete]
    return found


def _sweep(store: Store, named: set[Path]) -> list[str]:
    late = time.time() - ORPHAN_AFTER_SECONDS
    swept = []
    for folder in ("batches", "quarantine", "areas", "postcodes", "premises", "ground", "lines", "names"):
        for path in sorted((store.folder / folder).glob("*")):
            is_cache = path.name.endswith((".cells.parquet", ".codes.parquet"))
            if path not in named and (not is_cache or path.name.startswith(PART)) and _is_old(path, late):
                path.unlink(missing_ok=True)
                swept.append(f"{folder}/{path.stem}")
    maps = {one.basemap_id for one in basemaps.list_basemaps(store)}
    for path in sorted((store.folder / "basemaps").glob("*")):
        if path.name.partition(".")[0] not in maps and _is_old(path, late):
            path.unlink(missing_ok=True)
            swept.append(f"basemaps/{path.stem}")
    working = {job.job_id for job in running_jobs(store)}
    for path in sorted((store.folder / "staging").glob("*")):
        if path.name not in working and _is_old(path, late):
            shutil.rmtree(path, ignore_errors=True)
            swept.append(f"staging/{path.name}")
    for path in store.folder.glob(f"{PART}*"):
        if _is_old(path, late):
            path.unlink(missing_ok=True)
    return swept


def _is_old(path: Path, late: float) -> bool:
    with contextlib.suppress(OSError):
        look = path.stat()
        return look.st_mtime < late and (stat.S_ISREG(look.st_mode) or path.parent.name == "staging")
    return False
