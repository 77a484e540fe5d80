"""Fixtures that every test may use."""

from pathlib import Path

import pytest

from csg_maps.store.workspace import Store
from csg_maps.workflows import stores

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of open data beside the project; a test that needs it skips, with this reason, where it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the open data folder ../shared/data is not on this machine")
    return SHARED_DATA


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with the demo borough, made once: for tests that only read. One that changes it makes its own."""
    return stores.make(tmp_path_factory.mktemp("demo") / "store", demo=True)
