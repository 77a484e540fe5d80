"""Small areas, wards, residents and postcodes of a borough that does not exist, and the H3 cells its streets touch.

Cells are always the index parents of the resolution-11 cell of a point: the place that a record keeps.
"""

from collections import defaultdict
from dataclasses import dataclass

import h3
import numpy as np
import pyproj
import shapely
from ground import METRES_A_DEGREE_EAST, METRES_A_DEGREE_NORTH, largest, to_degrees
from scipy.optimize import linear_sum_assignment
from shapely.geometry import MultiPoint
from shapely.ops import unary_union
from shapely.strtree import STRtree

DECIMALS = 6
AGE_BANDS = ("under_10", "10_12", "13_15", "16_17", "18_25", "26_over")
AGE_SHARES = np.array([0.112, 0.036, 0.037, 0.024, 0.106, 0.685])

# British National Grid from longitude and latitude by one fixed formula (seven parameters, good to about 5 m), so that a
# machine with a finer grid for PROJ gives the same numbers.
TO_NATIONAL_GRID = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
    "+step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489 "
    "+convention=position_vector +step +inv +proj=cart +ellps=airy "
    "+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
)


@dataclass
class SmallArea:
    code: str
    name: str
    name_cy: str
    ward: int
    shape: object  # degrees, rounded
    residents: tuple  # by AGE_BANDS


@dataclass
class StreetPoints:
    """Points every few metres along all streets: metres, degrees, street number, and cells at resolutions 10 and 9."""

    xy: np.ndarray
    lnglat: np.ndarray
    street: np.ndarray
    r10: list
    r9: list

    def __post_init__(self):
        self.of_cell = defaultdict(list)
        for position, cell in enumerate(self.r10):
            self.of_cell[cell].append(position)
        self.settled = sorted(self.of_cell)


def cell_of(latitude, longitude, resolution):
    """The index parent of the resolution-11 cell of a point, as hex text."""
    return h3.cell_to_parent(h3.latlng_to_cell(latitude, longitude, 11), resolution)


def sample_streets(ground, step=4.0):
    """Points along all streets, at most `step` metres apart."""
    parts, numbers = [], []
    for number, street in enumerate(ground.streets):
        line = shapely.segmentize(street.line, step)
        points = np.asarray(line.coords)
        parts.append(points)
        numbers.append(np.full(len(points), number))
    xy = np.concatenate(parts)
    lnglat = np.round(to_degrees(ground, xy), DECIMALS)
    r10 = [cell_of(lat, lng, 10) for lng, lat in lnglat.tolist()]
    return StreetPoints(xy, lnglat, np.concatenate(numbers), r10, [h3.cell_to_parent(c, 9) for c in r10])


def cluster(rng, points, count, rounds=25):
    """Means of `count` groups of points (Lloyd's rounds from a spread-out start)."""
    middles = points[rng.choice(len(points), 1)]
    while len(middles) < count:
        gap = np.min(((points[:, None] - middles[None]) ** 2).sum(2), axis=1)
        middles = np.vstack((middles, points[rng.choice(len(points), p=gap / gap.sum())]))
    for _ in range(rounds):
        nearest = np.argmin(((points[:, None] - middles[None]) ** 2).sum(2), axis=1)
        middles = np.array([points[nearest == i].mean(0) if (nearest == i).any() else middles[i] for i in range(count)])
    return middles


def join_wards(rng, cells, count):
    """A ward number for each small area: groups of neighbours, every ward in one piece."""
    middles = np.array([(c.centroid.x, c.centroid.y) for c in cells])
    seeds = cluster(rng, middles, count)
    ward = np.argmin(((middles[:, None] - seeds[None]) ** 2).sum(2), axis=1)
    tree = STRtree(cells)
    near = [[int(n) for n in tree.query(c, predicate="touches")] for c in cells]
    for _ in range(20):
        moved = False
        for number in range(count):
            members = [i for i in range(len(cells)) if ward[i] == number]
            groups = []
            while members:
                group, edge = set(), [members[0]]
                while edge:
                    one = edge.pop()
                    group.add(one)
                    edge += [n for n in near[one] if n in members and n not in group]
                members = [m for m in members if m not in group]
                groups.append(group)
            for stray in sorted(groups, key=len)[:-1]:
                for one in stray:
                    others = [ward[n] for n in near[one] if ward[n] != number]
                    if others:
                        ward[one], moved = max(set(others), key=others.count), True
        if not moved:
            break
    return ward


def name_wards(ward, cells, ward_names):
    """The wards renumbered, so that each name of the list goes to the ward in which, or near which, that name belongs."""
    numbers = range(len(ward_names))
    shapes = np.array([unary_union([c for c, w in zip(cells, ward, strict=True) if w == n]) for n in numbers])
    wanted = shapely.points([(x, y) for _, _, x, y in ward_names])
    away = shapely.distance(shapes[:, None], wanted) + 0.1 * shapely.distance(shapely.centroid(shapes)[:, None], wanted)
    old, new = linear_sum_assignment(away)
    renumbered = dict(zip(old.tolist(), new.tolist(), strict=True))
    return [renumbered[int(number)] for number in ward]


def make_areas(rng, ground, points, settings):
    """Small areas that share their edges exactly and fill the land; `settings` = (count, ward names, prefix, residents)."""
    count, ward_names, prefix, people = settings
    thinned = points.xy[:: max(1, len(points.xy) // 6000)]
    seeds = cluster(rng, thinned, count)
    cells = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=ground.outline.buffer(3000)).geoms
    parts = [largest(cell.intersection(ground.outline)) for cell in cells]  # crumbs of coast are given to the sea
    ward = name_wards(join_wards(rng, parts, len(ward_names)), parts, ward_names)
    shapes = [shapely.transform(to_degrees(ground, p), lambda xy: np.round(xy, DECIMALS)) for p in parts]
    weight = rng.uniform(0.8, 1.25, count)
    order = sorted(range(count), key=lambda i: (ward[i], -parts[i].centroid.y, parts[i].centroid.x))
    areas, within = [], defaultdict(int)
    for number, i in enumerate(order, 1):
        within[ward[i]] += 1
        english, welsh, _, _ = ward_names[ward[i]]
        share = AGE_SHARES * rng.uniform(0.85, 1.15, len(AGE_SHARES))
        residents = tuple(int(n) for n in np.round(people * weight[i] * share / share.sum()))
        areas.append(
            SmallArea(
                f"{prefix}1{number:06d}",
                f"{english} {within[ward[i]]:02d}",
                f"{welsh} {within[ward[i]]:02d}",
                ward[i],
                shapes[i],
                residents,
            )
        )
    if not (shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes)):
        raise ValueError("the small areas do not share their edges with this seed: take another")
    return areas


def outline_of(areas):
    """The union of the areas as published, so that the outline has exactly their coast."""
    return unary_union([area.shape for area in areas])


def area_finder(areas):
    """A function (longitudes, latitudes) → position of the area of each point, -1 outside."""
    tree = STRtree([area.shape for area in areas])

    def find(lnglat):
        found = np.full(len(lnglat), -1)
        point, area = tree.query(shapely.points(lnglat), predicate="intersects")
        found[point[::-1]] = area[::-1]
        return found

    return find


def make_postcodes(rng, points, areas, ward_codes, count):
    """Rows as Code-Point Open has them, without a heading: postcode padded to seven, quality, easting, northing, codes."""
    chosen = np.sort(rng.choice(len(points.xy), count, replace=False))
    finder = area_finder(areas)
    found = finder(points.lnglat[chosen])
    pipeline = pyproj.Transformer.from_pipeline(TO_NATIONAL_GRID)
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    units, rows = defaultdict(int), []
    for position, area in zip(chosen.tolist(), found.tolist(), strict=True):
        if area < 0:
            continue
        ward = areas[area].ward
        unit = units[ward]
        units[ward] += 1
        sector, rest = divmod(unit, len(letters) ** 2)
        inward = f"{sector + 1}{letters[rest // len(letters)]}{letters[rest % len(letters)]}"
        postcode = f"{f'ZZ{ward + 1}':<{7 - len(inward)}}{inward}"
        x, y, _ = pipeline.transform(*points.lnglat[position].tolist(), 0.0)
        quality = 10 if rng.uniform() < 0.985 else 50
        rows.append((postcode, quality, round(x), round(y), "D92000001", "", "", "", "D06000001", ward_codes[ward]))
    return sorted(rows)


def metres_between(first, second):
    """Metres between arrays of (longitude, latitude), in the borough's own plain frame."""
    step = (np.asarray(first) - np.asarray(second)) * (METRES_A_DEGREE_EAST, METRES_A_DEGREE_NORTH)
    return np.hypot(step[..., 0], step[..., 1])
