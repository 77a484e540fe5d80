"""Verification notices a changed bit, a missing file and a changed manifest, and sweeps only what is old and unnamed."""

import os
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa

from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.store import areas, batches, jobs, reference
from csg_maps.store.verify import verify
from csg_maps.store.workspace import Store, writing
from tests.store.synthetic import made_up, seal_frame
from tests.store.test_reference import POSTCODES, PREMISES


@pytest.fixture
def full(store: Store) -> Store:
    seal_frame(store, made_up(120, 1), quarantined=pd.DataFrame({"row": [4]}))
    withdrawn = seal_frame(store, made_up(30, 2))
    batches.withdraw(store, LOCAL_ACTOR, withdrawn, "a test")
    square = gpd.GeoDataFrame(
        {"area_code": ["A"], "area_name": ["A"], "area_name_cy": [""]}, geometry=[shapely.box(-1, 52, 0, 53)], crs=4326
    )
    areas.add_layer(store, LOCAL_ACTOR, layer_id="a", name="A", name_cy="", gdf=square, is_extent=True, repairs=[])
    areas.refresh_cells(store, "a")
    reference.save_postcodes(store, LOCAL_ACTOR, POSTCODES)
    reference.save_premises(store, LOCAL_ACTOR, PREMISES)
    return store


def _age(path: Path, days: float = 2.0) -> None:
    os.utime(path, (time.time() - days * 86_400,) * 2)


def test_a_sound_store_is_sound_to_the_record(full: Store) -> None:
    report = verify(full)
    assert report.is_sound, report.lines
    assert (report.files, report.records) == (6, 150)
    assert report.swept == ()


@pytest.mark.parametrize("folder", ["batches", "quarantine", "postcodes", "premises"])
def test_one_flipped_bit_in_any_file_is_found(full: Store, folder: str) -> None:
    path = sorted((full.folder / folder).glob("*"))[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    report = verify(full)
    assert not report.is_sound
    assert report.changed == (f"{folder}/{path.stem}",)
    assert any(path.stem in line for line in report.lines)


@pytest.mark.parametrize("ending", ["cells", "codes"])
def test_a_changed_area_of_a_cell_is_found_and_worked_out_again(full: Store, ending: str) -> None:
    areas.refresh_cells(full, "a")
    (path,) = (full.folder / "areas").glob(f"*.{ending}.parquet")
    as_made = pd.read_parquet(path)
    as_made.assign(area_code="B").to_parquet(path, index=False)
    report = verify(full)
    assert not report.is_sound
    assert report.changed == (f"areas/{path.stem}",)
    areas.refresh_cells(full, "a")
    assert pd.read_parquet(path).equals(as_made)
    assert verify(full).is_sound
    path.write_bytes(b"not a table")
    assert verify(full).changed == (f"areas/{path.stem}",)


def test_a_missing_file_is_found(full: Store) -> None:
    path = sorted((full.folder / "batches").glob("*"))[0]
    path.unlink()
    report = verify(full)
    assert not report.is_sound
    assert report.missing == (f"batches/{path.stem}",)


def test_a_changed_manifest_is_found(full: Store) -> None:
    with writing(full) as connection:
        connection.execute(sa.text("UPDATE batches SET accepted = accepted + 1"))
    report = verify(full)
    assert not report.is_sound
    assert "batches" in report.workspace


def test_a_changed_report_is_found(full: Store) -> None:
    with writing(full) as connection:
        connection.execute(sa.text("UPDATE batch_reports SET report = '{}'"))
    assert "batch_reports" in verify(full).workspace


def test_only_old_files_that_nothing_names_are_swept(full: Store) -> None:
    for name in ("young.parquet", "old.parquet", ".part-young", ".part-old"):
        (full.folder / "batches" / name).write_bytes(b"left by a killed import")
        if "old" in name:
            _age(full.folder / "batches" / name)
    for path in (full.folder / "batches").glob("*.parquet"):
        if len(path.stem) == 64:
            _age(path, 400)  # named, however old
    running = jobs.create_job(full, kind="import", request="{}")
    for name in (running, "gone"):
        (full.folder / "staging" / name).mkdir()
        (full.folder / "staging" / name / "000").write_bytes(b"an upload")
        _age(full.folder / "staging" / name)
    report = verify(full)
    assert report.is_sound
    assert set(report.swept) == {"batches/old", "batches/.part-old", "staging/gone"}
    assert {path.name for path in (full.folder / "staging").glob("*")} == {running}
    assert (full.folder / "batches" / "young.parquet").exists()
    assert verify(full).records == 150
