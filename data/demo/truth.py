"""What a right statistic finds in the demo borough: the exact test on the records as published."""

from collections import Counter, defaultdict

import events
import h3
import numpy as np
import planted
import shapely
from areas import cell_of, metres_between
from scipy.stats import binom

LEAST_CONCERNS, LEAST_DATES, FALSE_SHARE = 5, 3, 0.05


def mapped(rows, columns, premises):
    """(cell at resolution 10, date as written, agency) of each row that keeps its place: not at home, not at premises."""
    kept = []
    spots = np.array([p[:2] for p in premises]) if premises else np.empty((0, 2))
    radii = np.array([p[2] for p in premises])
    for row in rows:
        record = dict(zip(columns, row, strict=True))
        if not record["latitude"] or record["setting"] == "home":
            continue
        place = (float(record["longitude"]), float(record["latitude"]))
        if len(spots) and (metres_between(spots, place) <= radii).any():
            continue
        kept.append((cell_of(place[1], place[0], 10), record["date"], record["agency"]))
    return kept


def marked(records, settled, resolution, by_size=False):
    """The cells that the exact test marks, with count and q-value.

    In each settled cell: the count in the cell and its ring is binomial, with the share of settled cells that lie there
    (`by_size`: of settled resolution-10 cells); Benjamini–Hochberg at 5%; at least 5 concerns on 3 dates in the cell itself.
    """
    size = Counter(h3.cell_to_parent(cell, resolution) for cell in settled)
    count, dates = Counter(), defaultdict(set)
    for cell, date, _ in records:
        parent = h3.cell_to_parent(cell, resolution)
        count[parent] += 1
        dates[parent].add(date[:10])
        size.setdefault(parent, 1)
    if not by_size:
        size = dict.fromkeys(size, 1)
    cells, whole, total = sorted(size), sum(size.values()), sum(count.values())
    p_values = []
    for cell in cells:
        ring = [c for c in h3.grid_disk(cell, 1) if c in size]
        p_values.append(binom.sf(sum(count[c] for c in ring) - 1, total, sum(size[c] for c in ring) / whole))
    order = np.argsort(p_values)
    scaled = np.array(p_values)[order] * len(cells) / np.arange(1, len(cells) + 1)
    q_values = np.empty(len(cells))
    q_values[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return {
        cell: (count[cell], float(q))
        for cell, q in zip(cells, q_values, strict=True)
        if q <= FALSE_SHARE and count[cell] >= LEAST_CONCERNS and len(dates[cell]) >= LEAST_DATES
    }


def rising(records, resolution):
    """The cells whose last six months are too many for the share that these months have in the whole borough."""
    last = Counter(h3.cell_to_parent(c, resolution) for c, date, _ in records if date >= "2026-05")
    whole = Counter(h3.cell_to_parent(c, resolution) for c, _, _ in records)
    share = sum(last.values()) / sum(whole.values())
    cells = sorted(c for c in whole if whole[c] >= LEAST_CONCERNS)
    p_values = np.array([binom.sf(last[c] - 1, whole[c], share) for c in cells])
    order = np.argsort(p_values)
    passed = np.flatnonzero(p_values[order] <= FALSE_SHARE * np.arange(1, len(cells) + 1) / len(cells))
    return sorted(cells[i] for i in order[: passed[-1] + 1]) if len(passed) else []


def beside(cells, others):
    """Those of `cells` that are neither one of the others nor in the ring around one."""
    near = {c for other in others for c in h3.grid_disk(other, 1)}
    return sorted(set(cells) - near)


def tell(made, own, others):
    """What is true of the demo borough, and what the exact test marks in the files as published."""
    points, records_made, premises_rows = made
    estate, plants = records_made.estate, records_made.plants
    late_rows, background = others
    rows = [row for agency_rows in own.values() for row in agency_rows]
    spots = [(float(p[4]), float(p[3]), p[5]) for p in premises_rows]
    kept = mapped(rows, events.COLUMNS, spots)
    setting, latitude = events.COLUMNS.index("setting"), events.COLUMNS.index("latitude")
    at_home = sum(row[setting] == "home" for row in rows)
    nowhere = sum(not row[latitude] for row in rows)
    hot = [p for p in plants if p.is_hotspot]
    marks = {}
    for resolution, by_size in ((10, False), (9, False), (9, True), (8, True)):
        found = marked(kept, points.settled, resolution, by_size)
        home = {h3.cell_to_parent(c, resolution) for p in hot for c in p.cells_r10}
        marks[f"r{resolution}{', by size' * by_size}"] = {
            "cells": len(found),
            "planted": len(home & set(found)),
            "neighbours": len(set(found) - home) - len(beside(found, home)),
            "elsewhere": len(beside(found, home)),
            "marked": sorted(found),
        }
    estate_shapes = shapely.union_all([area.shape for area in estate])
    estate_points = shapely.contains_xy(estate_shapes, points.lnglat)
    outside = {points.r10[i] for i in np.flatnonzero(~estate_points)}
    return {
        "period": ["2023-11-01", "2026-10-31"],
        "concerns": len(rows),
        "mapped": len(kept),
        "background": len(background),
        "settled": {"r10": len(points.settled), "r9": len(set(points.r9))},
        "not_mapped": {
            "at home": at_home,
            "online or without a place": nowhere,
            "at protected or recording premises": len(rows) - len(kept) - at_home - nowhere,
        },
        "planted": [
            {
                "id": p.id,
                "name": p.name,
                "name_cy": p.name_cy,
                "latitude": p.latitude,
                "longitude": p.longitude,
                "cells_r10": p.cells_r10,
                "cells_r9": p.cells_r9,
                "period": list(p.period),
                "records": len(p.records),
                "agencies": sorted({r["agency"] for r in p.records}),
                "is_hotspot": p.is_hotspot,
                "expected": p.expected,
            }
            for p in plants
        ],
        "unasked": {
            "area_codes": [area.code for area in estate],
            "areas": [f"{area.name} / {area.name_cy}" for area in estate],
            "residents": sum(sum(area.residents) for area in estate),
            "cells_r10": sorted({points.r10[i] for i in np.flatnonzero(estate_points)} - outside),
            "background": int(
                sum(shapely.contains_xy(estate_shapes, [[float(r[3]), float(r[2])] for r in background if r[2]]))
            ),
        },
        "housing": {"missing": ["2025-03", "2025-04"], "late": "2026-10", "late_records": len(late_rows)},
        "lighting": planted.LIGHTING,
        "marked": marks,
        "rising": {f"r{r}": rising(kept, r) for r in (9, 10)},
    }
