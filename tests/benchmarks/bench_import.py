"""Rows imported a second and peak memory of `python -m csg_maps import`; beside pandas reading the file and writing Parquet.

The peer does far less (no check, no cell, no key, no report); it shows what reading and writing alone cost on this machine.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import make_filter
from csg_maps.store import counts
from csg_maps.store.workspace import Store
from tests.benchmarks.conftest import FILES
from tests.benchmarks.measuring import Ran, run_process

PEER = """
import sys, zipfile
import pandas as pd
source, target = sys.argv[1:]
if source.endswith(".zip"):
    with zipfile.ZipFile(source) as held:
        names = [name for name in held.namelist() if name.endswith(".csv")]
        frame = pd.concat([pd.read_csv(held.open(name)) for name in names], ignore_index=True)
else:
    frame = pd.read_parquet(source)
frame.to_parquet(target)
"""


@pytest.mark.benchmark
def test_import(
    shared_data: Path, imports: dict[str, tuple[Store, Ran]], tmp_path: Path, tell: Callable[[str], None]
) -> None:
    """Prints; checks only that the rows came in."""
    for size, (store, ran) in imports.items():
        rows = int(counts.totals(store, LOCAL_ACTOR, make_filter(evidence="background"))["records"].iloc[0])
        peer = run_process("-c", PEER, str(shared_data / FILES[size]), str(tmp_path / "peer.parquet"))
        tell(
            f"import       {size:>12}: {rows:,} records in {ran.seconds:.1f} s ({rows / ran.seconds:,.0f} a second; "
            f"{ran.processor_s:.1f} s of processor), peak {ran.peak_mb:,.0f} MB | pandas read and write "
            f"{peer.seconds:.1f} s, peak {peer.peak_mb:,.0f} MB | time x {ran.seconds / peer.seconds:.1f}, "
            f"memory x {ran.peak_mb / peer.peak_mb:.1f}"
        )
        assert rows > 100_000
