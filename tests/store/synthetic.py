"""Made-up records and a short way to seal them, for the tests of the store."""

import hashlib

import h3.api.basic_int as h3
import numpy as np
import pandas as pd

from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.model.problems import ImportCounts
from csg_maps.model.provenance import Provenance
from csg_maps.store import batches
from csg_maps.store.workspace import Store

PROVENANCE = Provenance(
    agency="police",
    purpose="safer places",
    lawful_basis="public_task",
    agreement="Sharing agreement 1",
    retain_until="2090-03-31",
    period_from="2023-01",
    period_to="2025-12",
)
HARMS = ("asb", "violence.weapons", "missing", "hate.bullying", "exploitation")
POLICE = Actor("p", "police", ("see_counts",))
HEALTH = Actor("h", "health", ("see_counts",))


def cells_around(count: int, rng: np.random.Generator, places: int = 20_000) -> np.ndarray:
    """Cells of resolution 11 around Bedford; few distinct ones, as street data has."""
    lat, lng = rng.normal(52.13, 0.05, places), rng.normal(-0.46, 0.08, places)
    known = np.array([h3.latlng_to_cell(a, b, 11) for a, b in zip(lat.tolist(), lng.tolist(), strict=True)], "int64")
    return known[(places * rng.random(count) ** 2).astype("int64")]


def made_up(count: int, seed: int = 1, *, places: int = 2_000, **columns: object) -> pd.DataFrame:
    """A frame as intake gives it: every precision of time, 5% without a cell, 3% without a date."""
    rng = np.random.default_rng(seed)
    cell = cells_around(count, rng, places)
    cell[rng.random(count) < 0.05] = 0
    start = np.datetime64("2023-01-01", "s") + rng.integers(0, 3 * 365 * 86_400, count).astype("timedelta64[s]")
    precision = rng.choice(["minute", "hour", "day", "month", "year"], count, p=[0.4, 0.1, 0.3, 0.17, 0.03])
    units = {"minute": "m", "hour": "h", "day": "D", "month": "M", "year": "Y"}
    end = start.copy()
    for name, unit in units.items():
        rows = precision == name
        first = start[rows].astype(f"datetime64[{unit}]")
        start[rows] = first.astype("datetime64[s]")
        end[rows] = (first + np.timedelta64(1, unit)).astype("datetime64[s]") - np.timedelta64(1, "s")
    undated = rng.random(count) < 0.03
    start[undated], end[undated] = np.datetime64("NaT"), np.datetime64("NaT")
    frame = pd.DataFrame(
        {
            "concern_id": np.zeros(count, "int64"),
            "batch_id": "",
            "source_ref": rng.integers(1, 2**62, count),
            "row_key": rng.integers(1, 2**62, count),
            "cell": cell,
            "place_precision": np.where(cell == 0, "unknown", "point"),
            "supplied_area_code": "",
            "occurred_from": start,
            "occurred_to": end,
            "time_precision": np.where(undated, "unknown", precision),
            "harm": rng.choice(HARMS, count),
            "setting": rng.choice(["street", "park", "unknown"], count),
            "agency": "police",
            "age_band": rng.choice(["13_15", "16_17", "unknown"], count),
            "adult_at_risk": False,
            "basis": "recorded",
            "told_by": "unknown",
            "is_proactive": rng.random(count) < 0.1,
            "evidence": "concern",
            "children_count": np.zeros(count, "int64"),
            "handling": "P",
            "recipients": "",
        }
    )
    for name, value in columns.items():
        frame[name] = value
    texts = [name for name in frame.columns if str(frame[name].dtype) in {"object", "str"}]
    return frame.astype(dict.fromkeys(texts, "str"))


def seal_frame(store: Store, frame: pd.DataFrame, *, actor: Actor = LOCAL_ACTOR, **options: object) -> str:
    """Seal a frame as one batch of the police, and return its id."""
    batch_id = str(options.pop("batch_id", "") or batches.new_batch_id())
    content = hashlib.sha256(batch_id.encode()).hexdigest()
    aside = options.get("quarantined")
    more = 0 if aside is None else len(aside)  # type: ignore[arg-type]
    batches.seal(
        store,
        actor,
        batch_id=batch_id,
        frame=frame,
        provenance=options.pop("provenance", PROVENANCE),  # type: ignore[arg-type]
        counts=ImportCounts(len(frame) + more, len(frame), more, 0, 0),
        report={"announcements": []},
        file_digests=options.pop("file_digests", (content,)),  # type: ignore[arg-type]
        **options,  # type: ignore[arg-type]
    )
    return batch_id
