"""A store of its own for every test."""

from pathlib import Path

import pytest

from csg_maps.store.workspace import Store, create_store


@pytest.fixture(autouse=True)
def no_database_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CSG_DATABASE_URL", raising=False)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return create_store(tmp_path / "store")
