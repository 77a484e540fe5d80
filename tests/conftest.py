"""Fixtures that every test may use."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of open data beside the project; a test that needs it skips, with this reason, where it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the open data folder ../shared/data is not on this machine")
    return SHARED_DATA
