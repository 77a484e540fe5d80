"""A small store of the demo borough's wards with its messy month in it, for tests of the workbench; and short ways to act."""

import dataclasses
import datetime
import shutil
from pathlib import Path

import pandas as pd

from csg_maps.geography.areas import read_area_layer
from csg_maps.intake.files.vector_files import read_boundaries
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import make_filter
from csg_maps.model.mending import Mend
from csg_maps.model.provenance import Provenance, Sharing
from csg_maps.model.supply import ImportReport, ImportRequest, SuppliedFile
from csg_maps.settings import DEMO_FOLDER
from csg_maps.store import areas, batches, counts, quarantine
from csg_maps.store import mending as store_mending
from csg_maps.store.workspace import Store, create_store, open_store
from csg_maps.workflows import importing, mending, set_aside

TODAY = datetime.date.today()
MESSY = DEMO_FOLDER / "messy_concerns_housing.csv"
MESSY_GROUPS = {
    "swapped-row": 6,
    "unreadable-date": 5,
    "lost-minus-row": 4,
    "outside-area": 3,
    "future-date": 2,
    "half-coordinate": 2,
    "unreadable-cell": 2,
    "zero-coordinate": 2,
    "date-too-old": 1,
    "swapped-row,unreadable-date": 1,
    "unreadable-coordinate": 1,
}
PROVENANCE = Provenance("housing", "Safer places", "public_task", "ISP 12", "2090-03-31")
IN_TOWN = (52.4301, -4.7902)
HOW_TO_MEND = {
    "swapped-row": Mend("point", is_proposed=True),
    "lost-minus-row": Mend("point", is_proposed=True),
    "swapped-row,unreadable-date": Mend("point", is_proposed=True, values=(("date", "28/02/2026"),)),
    "unreadable-date": Mend("value", values=(("date", "28/02/2026"),)),
    "future-date": Mend("value", values=(("date", "14/09/2026"),)),
    "date-too-old": Mend("value", values=(("date", ""),)),
    "outside-area": Mend("point", latitude=IN_TOWN[0], longitude=IN_TOWN[1]),
    "half-coordinate": Mend("area", layer_id="demo_wards", area_code="D05000001"),
    "unreadable-cell": Mend("point", latitude=IN_TOWN[0], longitude=IN_TOWN[1]),
    "zero-coordinate": Mend("unplaced"),
    "unreadable-coordinate": Mend("area", layer_id="demo_wards", area_code="D05000002"),
}


def make_store(folder: Path) -> Store:
    """An empty store that knows the demo's wards as its whole area."""
    store = create_store(folder)
    found = read_boundaries(DEMO_FOLDER / "demo_wards.geojson", "wards")
    layer, _repairs = read_area_layer(found.gdf, code="area_code", name="area_name", name_cy="area_name_cy")
    areas.add_layer(
        store, LOCAL_ACTOR, layer_id="demo_wards", name="Wards", name_cy="", gdf=layer, is_extent=True, repairs=[]
    )
    return store


def copy_of(template: Path, folder: Path) -> Store:
    """A store of one's own."""
    shutil.copytree(template, folder)
    return open_store(folder)


def bring_in(store: Store, path: Path, **changes: object) -> ImportReport:
    """Import a file of housing."""
    request = ImportRequest((SuppliedFile(str(path), path.name),), PROVENANCE, Sharing(), evidence="concern")
    return importing.run_import(store, LOCAL_ACTOR, dataclasses.replace(request, **changes))


def write_rows(path: Path, rows: list[str], heading: str = "") -> Path:
    """A file of our own rows, with the heading of the messy month."""
    first = heading or MESSY.read_text(encoding="utf-8").splitlines()[0]
    path.write_text("\n".join([first, *rows]) + "\n", encoding="utf-8")
    return path


def aside_of(store: Store, batch_id: str = "") -> set_aside.AsideBatch:
    """What is set aside of the batch (of the only one)."""
    found = [one for one in set_aside.open_rows(store, LOCAL_ACTOR, TODAY) if batch_id in {"", one.batch_id}]
    assert len(found) == 1
    return found[0]


def positions(store: Store, codes: str) -> tuple[int, ...]:
    """The positions of the rows set aside for these reasons."""
    return next(group.positions for group in aside_of(store).groups if group.codes == codes)


def records(store: Store, batch_id: str = "") -> pd.DataFrame:
    """Every record of active batches (or of one), as it is sealed."""
    files = batches.readable_files(store, LOCAL_ACTOR)
    frames = [
        pd.read_parquet(batches.batch_file_path(store, file.sha256))
        for file in files
        if batch_id in {"", file.batch_id}
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["cell"])


def counted(store: Store) -> int:
    """How many records a count sees."""
    return int(counts.totals(store, LOCAL_ACTOR, make_filter())["records"][0])


def check_sum(store: Store, batch_id: str) -> mending.Standing:
    """Assert that rows add up in every place that tells them, and that each row set aside is in one place only."""
    now = mending.standing(store, LOCAL_ACTOR, batch_id)
    assert now.adds_up, now
    (listed,) = [one for one in batches.list_batches(store, LOCAL_ACTOR) if one.batch_id == batch_id]
    assert (listed.rows, listed.accepted, listed.quarantined, listed.refused, listed.duplicates) == (
        now.rows, now.accepted, now.quarantined, now.refused, now.duplicates,
    )  # fmt: skip
    sealed = batches.get_batch(store, batch_id)
    assert sealed is not None
    assert now.quarantined + now.mended == sealed.quarantined
    if now.quarantined and not now.deleted and sealed.status == "active":
        left = quarantine.read_reasons(store, LOCAL_ACTOR, batch_id)
        assert len(left) == now.quarantined
    if sealed.status == "active":
        mine = {batch_id} | {step.mended_batch for step in store_mending.list_steps(store, LOCAL_ACTOR, batch_id)}
        held = records(store)
        assert int(held["batch_id"].isin(mine).sum()) == now.accepted if len(held) else now.accepted == 0
        assert not held["row_key"].duplicated().any() if len(held) else True
    return now
