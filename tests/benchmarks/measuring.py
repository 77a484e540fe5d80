"""Times, peaks and stores that the benchmarks share. A peer is always measured in the same run, on the same data."""

import datetime
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.problems import ImportCounts
from csg_maps.model.provenance import Provenance
from csg_maps.settings import PROJECT_FOLDER
from csg_maps.store import batches, sealed
from csg_maps.store.workspace import Store, open_store

PROVENANCE = (
    "--agency",
    "police",
    "--agreement",
    "Open Government Licence v3.0",
    "--purpose",
    "Measuring this software",
)
TERMS = ("--share-with", "all", "--retain-until", "2090-03-31", "--evidence", "background")


def median_ms(ask: Callable[[], object], times: int = 9) -> float:
    """The median of some runs, after one that is not counted."""
    ask()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000


@dataclass(frozen=True)
class Ran:
    """A process of its own: seconds by the clock, processor seconds, and peak memory in MB (its children included)."""

    seconds: float
    processor_s: float
    peak_mb: float


_LAUNCHER = """
import json, resource, subprocess, sys, time
begun = time.perf_counter()
ended = subprocess.run([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
sys.exit(ended.returncode)
"""
"""A small process in between: a child begins with the peak of whoever forks it, and that must not be a large pytest."""


def run_process(*words: str) -> Ran:
    """Run Python with these words in a fresh process; a failure is raised with what it said."""
    ended = subprocess.run(
        [sys.executable, "-c", _LAUNCHER, *words], cwd=PROJECT_FOLDER, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(words)} failed: {ended.stderr[-2000:]}")
    return Ran(*json.loads(ended.stdout))


def imported(folder: Path, file: Path) -> tuple[Store, Ran]:
    """A new store with one file in it, imported by the command line as a person does."""
    run_process("-m", "csg_maps", "init", "--store", str(folder))
    ran = run_process("-m", "csg_maps", "import", str(file), "--store", str(folder), *PROVENANCE, *TERMS)
    return open_store(folder), ran


def enlarged(store: Store, folder: Path, times: int) -> Store:
    """A copy of a store of one batch with its records `times` over: each further batch four months later, with keys of its own."""
    shutil.copytree(store.folder, folder)
    larger = open_store(folder)
    held = batches.list_batches(store, LOCAL_ACTOR)[0]
    source = next((store.folder / "batches").glob("*.parquet"))
    frame = pq.read_table(source).to_pandas(strings_to_categorical=False)
    frame = frame.drop(columns=[*sealed.CALENDAR_COLUMNS, "concern_id", "batch_id"])
    texts = {name: "str" for name in frame.columns if frame[name].dtype.name in {"object", "category"}}
    frame = frame.astype(texts).assign(handling="P", recipients="").astype({"handling": "str", "recipients": "str"})
    for round_ in range(1, times):
        later = frame.copy()
        for name in ("occurred_from", "occurred_to"):
            months = frame[name].to_numpy().astype("datetime64[M]")
            within = frame[name].to_numpy() - months.astype("datetime64[s]")
            later[name] = ((months - 4 * round_).astype("datetime64[s]") + within).astype("datetime64[s]")
        later["row_key"] = frame["row_key"] ^ (round_ << 40)
        later["source_ref"] = frame["source_ref"].where(frame["source_ref"] == 0, frame["source_ref"] ^ (round_ << 40))
        provenance = Provenance(
            **{name: getattr(held, name) for name in ("agency", "purpose", "lawful_basis", "agreement", "retain_until")}
        )
        batches.seal(
            larger,
            LOCAL_ACTOR,
            batch_id=batches.new_batch_id(),
            frame=later,
            provenance=provenance,
            counts=ImportCounts(len(later), len(later), 0, 0, 0),
            report={},
            file_digests=(secrets.token_hex(32),),
        )
    return larger


def sealed_paths(store: Store) -> list[str]:
    """The sealed files of a store, for a peer that reads the same bytes."""
    return sorted(str(path) for path in (store.folder / "batches").glob("*.parquet"))


def columns_of(store: Store, names: list[str]) -> pa.Table:
    """Some columns of all records, in memory, as a peer has them before it is asked."""
    return pa.concat_tables(
        [pq.read_table(path, columns=names) for path in sealed_paths(store)], promote_options="permissive"
    )


def stamp() -> str:
    """On which machine this was measured: number of processors, their load now, and the day."""
    return f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {datetime.date.today()}"
