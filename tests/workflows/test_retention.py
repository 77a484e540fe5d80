"""What may no longer be kept is deleted when the store is opened, and nothing else is."""

import datetime
import json
import os
import time
from pathlib import Path

import pytest

from csg_maps.workflows import stores
from tests.commands import run, supply


@pytest.fixture
def store(tmp_path: Path) -> Path:
    run("init", "--store", tmp_path / "store")
    file = tmp_path / "concerns.csv"
    good = "".join(f"2026-01-{day:02d},52.13,-0.46,missing\n" for day in range(1, 20))
    file.write_text(f"Date,Latitude,Longitude,Harm\n{good}2026-01-20,91,-0.46,missing\n", encoding="utf-8")
    assert supply(file, "--store", tmp_path / "store").exit_code == 0
    return tmp_path / "store"


class _Day(datetime.date):
    shown = datetime.date.today()

    @classmethod
    def today(cls) -> datetime.date:
        return cls.shown


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch):
    """Make it another day."""

    def set_day(day: str) -> None:
        _Day.shown = datetime.date.fromisoformat(day)
        monkeypatch.setattr(stores.datetime, "date", _Day)

    yield set_day
    monkeypatch.undo()


def test_a_batch_is_deleted_on_the_day_after_its_retention_date(store: Path, on) -> None:
    on("2030-03-31")
    stores.open_local(store)
    assert len(list((store / "batches").glob("*.parquet"))) == 1
    on("2030-04-01")
    stores.open_local(store)
    assert list((store / "batches").glob("*.parquet")) == []
    assert json.loads(run("batches", "--store", store, "--json").output)[0]["status"] == "purged"
    assert run("verify", "--store", store).exit_code == 0


def test_rows_set_aside_are_deleted_after_thirty_days_and_the_batch_stays(store: Path, on) -> None:
    assert len(list((store / "quarantine").glob("*.parquet"))) == 1
    on((datetime.date.today() + datetime.timedelta(days=30)).isoformat())
    stores.open_local(store)
    assert len(list((store / "quarantine").glob("*.parquet"))) == 1
    on((datetime.date.today() + datetime.timedelta(days=1)).isoformat())
    stores.open_local(store)
    assert list((store / "quarantine").glob("*.parquet")) == []
    assert len(list((store / "batches").glob("*.parquet"))) == 1


def test_uploads_that_nobody_imported_are_deleted_after_a_day(store: Path) -> None:
    old, new = store / "staging" / "old", store / "staging" / "new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "000").write_text("Date\n2026-01-01\n", encoding="utf-8")
    os.utime(old, (time.time() - 90_000, time.time() - 90_000))
    stores.open_local(store)
    assert not old.exists()
    assert new.exists()
