"""Make the demo borough and the second, small borough: `python data/demo/generate.py [FOLDER]`.

Everything comes from one seed; the same packages give the same files. Without FOLDER the files of this folder are rewritten.
"""

import csv
import gzip
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import areas
import background
import events
import h3
import messy
import names
import numpy as np
import page
import planted
import shapely
import truth
from ground import SEA_BOX, make_borough, make_control, to_degrees
from shapely.geometry import mapping

SEED, CONTROL_SEED = 20, 1
EVEN, CONTROL_EVEN, BACKGROUND = 1750, 790, 30_000
UNMAPPED = {"home": 160, "online": 140, "no_place": 150, "PR01": 62, "PR02": 9, "PR03": 55, "PR04": 36}
CONTROL_UNMAPPED = {"home": 45, "online": 35, "no_place": 30}
ESTATE = (2000, 950)
BOROUGH_AREAS = (118, names.WARDS, "D0", 1150)
CONTROL_AREAS = (24, names.CONTROL_WARDS, "D9", 900)


def csv_text(heading, rows):
    """Rows as CSV with plain line ends; no heading where `heading` is None."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if heading:
        writer.writerow(heading)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def zipped(content):
    """The content as gzip without a time or a name in it, so that it comes out the same."""
    return gzip.compress(content, 9, mtime=0)


def geojson(features):
    """(geometry in degrees, properties) as GeoJSON, one feature a line."""
    lines = []
    for shape, properties in features:
        geometry = json.loads(json.dumps(mapping(shape)), parse_float=lambda n: round(float(n), areas.DECIMALS))
        feature = {"type": "Feature", "properties": properties, "geometry": geometry}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return ('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n").encode("utf-8")


def rounded(ground, shape):
    """A shape of the local frame in degrees with the published number of decimals, simplified to half a metre."""
    degrees = to_degrees(ground, shape.simplify(0.5))
    return shapely.transform(degrees, lambda xy: np.round(xy, areas.DECIMALS))


def street_features(ground):
    for street in ground.streets:
        yield rounded(ground, street.line), {"name": street.name, "name_cy": street.name_cy, "kind": street.kind}


def area_features(parts, ward_codes):
    for area in parts:
        yield area.shape, {
            "area_code": area.code, "area_name": area.name, "area_name_cy": area.name_cy, "ward_code": ward_codes[area.ward],
        }  # fmt: skip


def nearest_street_point(points, x, y):
    """Longitude and latitude of the street point nearest to a place of the local frame."""
    return points.lnglat[int(np.argmin(np.hypot(points.xy[:, 0] - x, points.xy[:, 1] - y)))]


def choose_estate(ground, parts):
    """The two neighbouring small areas that no agency covers: the one at ESTATE, and its neighbour with the longest border."""
    middle = shapely.Point(to_degrees(ground, np.array([ESTATE], float))[0])
    home = next(area for area in parts if area.shape.contains(middle))
    others = [area for area in parts if area is not home and area.ward == home.ward]
    return home, max(others, key=lambda area: area.shape.intersection(home.shape).length)


@dataclass
class Made:
    estate: tuple  # the two small areas that no agency covers
    assets: list  # (kind, longitude, latitude, name, Welsh name)
    premises: dict  # id: (longitude, latitude)
    plants: list
    records: list


def build_records(rng, ground, points, parts, even=events.even_records):
    """Assets, premises, planted places and all records of the demo borough on its ground."""
    estate = choose_estate(ground, parts)
    assets = [
        (kind, *nearest_street_point(points, x, y).tolist(), name, name_cy)
        for kind, name, name_cy, x, y in names.PLACES
    ]
    premises = {row[0]: nearest_street_point(points, row[3], row[4]) for row in names.PREMISES}
    scene = events.Scene(points, assets, areas.outline_of(estate))
    plants = planted.plant_all(rng, scene, ground)
    at_home = {plant.id: plant for plant in plants}
    named = (("bus_station", "bus_station"), ("retail_park", "emerging"), ("quay_sheds", "one_agency"))
    moves = [(kind, at_home[plant_id].longitude, at_home[plant_id].latitude) for kind, plant_id in named]
    for cell in at_home["takeaways"].cells_r10:
        latitude, longitude = (round(v, areas.DECIMALS) for v in h3.cell_to_latlng(cell))
        moves.append(("takeaway", longitude, latitude))
    moved = set()
    for kind, longitude, latitude in moves:
        position = next(i for i, asset in enumerate(assets) if asset[0] == kind and i not in moved)
        moved.add(position)
        assets[position] = (kind, longitude, latitude, *assets[position][3:])
    only = dict.fromkeys(at_home["one_agency"].cells_r10, "voluntary")
    records = even(rng, scene, EVEN, only)
    events.leave_no_gap(rng, records)
    plants.append(planted.plant_event(rng, scene, ground))
    for plant in plants:
        records += plant.records
    records += events.unmapped_records(rng, scene, premises, UNMAPPED)
    return Made(estate, assets, premises, plants, records)


def build_control(seed, control_seed=CONTROL_SEED):
    """Ground, areas, street points and records of the second borough."""
    ground = make_control(seed)
    rng = np.random.default_rng([control_seed, 4])
    points = areas.sample_streets(ground)
    parts = areas.make_areas(rng, ground, points, CONTROL_AREAS)
    scene = events.Scene(points, [("none", 0.0, 0.0)])
    records = events.independent_records(rng, scene, CONTROL_EVEN)
    records += events.unmapped_records(rng, scene, {}, CONTROL_UNMAPPED)
    return ground, points, parts, records


def split_records(records):
    """Rows by agency, and the rows of the housing file that is late."""
    late = [r for r in records if r["agency"] == "housing" and (r["when"].year, r["when"].month) == events.LATE_MONTH]
    own = {agency: events.finish([r for r in records if r["agency"] == agency]) for agency in events.AGENCIES}
    late_rows = own["housing"][len(own["housing"]) - len(late) :]
    own["housing"] = own["housing"][: len(own["housing"]) - len(late)]
    return own, late_rows


def make_files(seed=SEED):
    """{file name: content} of everything this folder publishes."""
    ground = make_borough(seed)
    points = areas.sample_streets(ground)
    parts = areas.make_areas(np.random.default_rng([seed, 3]), ground, points, BOROUGH_AREAS)
    made = build_records(np.random.default_rng([seed, 6]), ground, points, parts)
    estate, premises = made.estate, made.premises
    rng = np.random.default_rng([seed, 5])
    ward_codes = [f"D05{number + 1:06d}" for number in range(len(names.WARDS))]
    outline = areas.outline_of(parts)
    own, late_rows = split_records(made.records)
    crime = background.background_records(rng, points, BACKGROUND)
    postcodes = areas.make_postcodes(rng, points, parts, ward_codes, 1900)
    premises_rows = [
        (key, kind, label, f"{premises[key][1]:.6f}", f"{premises[key][0]:.6f}", radius)
        for key, kind, label, _, _, radius in names.PREMISES
    ]
    wards = [
        (
            areas.outline_of([a for a in parts if a.ward == n]),
            {"area_code": code, "area_name": w[0], "area_name_cy": w[1]},
        )
        for n, (code, w) in enumerate(zip(ward_codes, names.WARDS, strict=True))
    ]
    borough = {"area_code": "D06000001", "area_name": names.BOROUGH[0], "area_name_cy": names.BOROUGH[1]}
    files = {
        "demo_outline.geojson": geojson([(outline, borough)]),
        "demo_wards.geojson": geojson(wards),
        "demo_small_areas.geojson": geojson(area_features(parts, ward_codes)),
        "demo_streets.geojson": geojson(street_features(ground)),
        "demo_water.geojson": geojson(
            (rounded(ground, shape), {"name": names.WATER[kind][0], "name_cy": names.WATER[kind][1], "kind": kind})
            for kind, shape in ground.water
        ),
        "demo_parks.geojson": geojson(
            (rounded(ground, shape), {"name": label[0], "name_cy": label[1]}) for label, shape in ground.parks
        ),
        "demo_places.geojson": geojson(
            (shapely.Point(lng, lat), {"name": name, "name_cy": name_cy, "kind": kind})
            for kind, lng, lat, name, name_cy in made.assets
        ),
        "demo_postcodes.csv.gz": zipped(csv_text(None, postcodes)),
        "demo_premises.csv": csv_text(
            ("premises_id", "kind", "label", "latitude", "longitude", "radius_m"), premises_rows
        ),
        "demo_residents.csv": csv_text(
            ("area_code", "ward_code", "residents", *areas.AGE_BANDS),
            [(a.code, ward_codes[a.ward], sum(a.residents), *a.residents) for a in parts],
        ),
        "demo_coverage.csv": csv_text(
            ("agency", "area_code"), [(agency, a.code) for agency in events.AGENCIES for a in parts if a not in estate]
        ),
        "demo_school_terms.csv": csv_text(("first_day", "last_day"), events.TERMS),
        "demo_background.csv.gz": zipped(
            csv_text(("reference", "date", "latitude", "longitude", "harm", "agency"), crime)
        ),
        "late_concerns_housing.csv": csv_text(events.COLUMNS, late_rows),
        "messy_concerns_housing.csv": csv_text(
            messy.COLUMNS,
            messy.messy_rows(
                np.random.default_rng([seed, 7]), events.Scene(points, made.assets, areas.outline_of(estate))
            ),
        ),
    }
    for agency, rows in own.items():
        files[f"demo_concerns_{agency}.csv.gz"] = zipped(csv_text(events.COLUMNS, rows))
    found = truth.tell((points, made, premises_rows), own, (late_rows, crime))
    found |= {"seed": seed, "control_seed": CONTROL_SEED, "sea_box": SEA_BOX}
    found["control"] = add_control(seed, files)
    files["truth.json"] = (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    files["TRUTH.md"] = page.write(found).encode("utf-8")
    return files


def add_control(seed, files):
    """Put the second borough's files beside the others; returns what is true of it."""
    ground, points, parts, records = build_control(seed)
    ward_codes = [f"D15{number + 1:06d}" for number in range(len(names.CONTROL_WARDS))]
    isle = {"area_code": "D16000001", "area_name": names.CONTROL[0], "area_name_cy": names.CONTROL[1]}
    rows = events.finish(records, precision="day", prefix="ISL")
    files["control_outline.geojson"] = geojson([(areas.outline_of(parts), isle)])
    files["control_small_areas.geojson"] = geojson(area_features(parts, ward_codes))
    files["control_streets.geojson"] = geojson(street_features(ground))
    files["control_concerns.csv.gz"] = zipped(csv_text(events.COLUMNS, rows))
    kept = truth.mapped(rows, events.COLUMNS, [])
    return {
        "concerns": len(rows),
        "mapped": len(kept),
        "settled": {"r10": len(points.settled), "r9": len(set(points.r9))},
        "marked": {
            f"r{r}{' by size' * by_size}": sorted(truth.marked(kept, points.settled, r, by_size))
            for r, by_size in ((9, False), (9, True), (10, False))
        },
    }


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    for name, content in make_files().items():
        (folder / name).write_bytes(content)
        print(f"{len(content):>9,}  {name}")


if __name__ == "__main__":
    main()
