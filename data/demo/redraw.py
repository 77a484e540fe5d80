"""How much of TRUTH.md hangs on the seed: the records redrawn on the same ground. `python data/demo/redraw.py` (minutes)."""

from collections import Counter

import areas
import events
import generate
import h3
import names
import numpy as np
import truth


def redraw_control(times):
    """How many redraws of the second borough have a cell marked, by resolution and kind of share."""
    _, points, *_ = generate.build_control(generate.SEED)
    scene = events.Scene(points, [("none", 0.0, 0.0)])
    bad = Counter()
    for seed in range(times):
        drawn = events.independent_records(np.random.default_rng([seed, 4]), scene, generate.CONTROL_EVEN)
        kept = truth.mapped(events.finish(drawn, "day", "ISL"), events.COLUMNS, [])
        for resolution, by_size in ((9, False), (9, True), (10, False)):
            bad[resolution, by_size] += bool(truth.marked(kept, points.settled, resolution, by_size))
    return bad


def redraw_borough(times, even):
    """How many redraws of the demo borough find all planted places, and how many mark a cell elsewhere or beside them."""
    ground = generate.make_borough(generate.SEED)
    points = areas.sample_streets(ground)
    parts = areas.make_areas(np.random.default_rng([generate.SEED, 3]), ground, points, generate.BOROUGH_AREAS)
    score = Counter()
    for seed in range(100, 100 + times):
        made = generate.build_records(np.random.default_rng([seed, 3]), ground, points, parts, even)
        own, _ = generate.split_records(made.records)
        spots = [(*made.premises[row[0]].tolist(), row[5]) for row in names.PREMISES]
        kept = truth.mapped([row for rows in own.values() for row in rows], events.COLUMNS, spots)
        hot = [(p.id, c) for p in made.plants if p.is_hotspot for c in p.cells_r10]
        for resolution, by_size in ((10, False), (9, False), (9, True)):
            found = set(truth.marked(kept, points.settled, resolution, by_size))
            home = {h3.cell_to_parent(c, resolution) for _, c in hot}
            score[resolution, by_size, "all planted"] += home <= found
            score[resolution, by_size, "elsewhere"] += bool(truth.beside(found, home))
            score[resolution, by_size, "neighbour"] += bool((found - home) - set(truth.beside(found, home)))
        for resolution in (9, 10):
            new = {h3.cell_to_parent(c, resolution) for plant_id, c in hot if plant_id == "emerging"}
            rising = set(truth.rising(kept, resolution))
            score[resolution, "emerging found"] += new <= rising
            score[resolution, "other rising"] += bool(rising - new)
    return score


if __name__ == "__main__":
    print("second borough, of 40:", dict(redraw_control(40)))
    print("demo borough, even by quota, of 15:", dict(redraw_borough(15, events.even_records)))
    print("demo borough, even by independent draws, of 15:", dict(redraw_borough(15, events.independent_records)))
