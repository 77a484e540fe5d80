"""Stores for the benchmarks, made once in a run: real open data of police.uk, and ten times as much made of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from csg_maps.store.workspace import Store
from tests.benchmarks.measuring import Ran, enlarged, imported, stamp

COUNTY, NATION = "182 thousand", "1 million"
FILES = {
    COUNTY: "police_uk/bedfordshire_street_2021-05_2024-04.zip",
    NATION: "benchmark/police_uk_31forces_street_2024-01_2024-04_id16.parquet",
}
SIZES = (COUNTY, NATION, "10 million")


@pytest.fixture(scope="session")
def imports(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Store, Ran]]:
    """Each file of open data imported by the command line in a process of its own."""
    folder = tmp_path_factory.mktemp("benchmarks")
    return {size: imported(folder / size.replace(" ", "-"), shared_data / name) for size, name in FILES.items()}


@pytest.fixture(scope="session")
def stores(imports: dict[str, tuple[Store, Ran]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Store]:
    """A store of each of SIZES."""
    made = {size: store for size, (store, _ran) in imports.items()}
    made["10 million"] = enlarged(made[NATION], tmp_path_factory.mktemp("larger") / "store", 10)
    return made


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a line past pytest's capture; the first one of a test says on which machine."""
    told: list[str] = []

    def say(line: str) -> None:
        with capsys.disabled():
            if not told:
                print(f"\n[{stamp()}]")
            told.append(line)
            print(line)

    return say
