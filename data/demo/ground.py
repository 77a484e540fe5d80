"""The ground of a borough that does not exist: coast, water, parks and streets, in metres about a point in the sea.

A plain local frame (metres east and north of an origin) is used instead of a projection, so that the files come out the
same whatever grids a machine has for PROJ. All shapes are shapely geometries in that frame until `to_degrees`.
"""

import itertools
from dataclasses import dataclass, field

import names
import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import LineString, MultiPoint, Point, Polygon
from shapely.ops import linemerge, unary_union

SEA_BOX = (-4.95, 52.35, -4.65, 52.50)
METRES_A_DEGREE_NORTH = 111_250.0
METRES_A_DEGREE_EAST = 68_000.0


@dataclass
class Street:
    name: str
    name_cy: str
    kind: str  # main, local, lane, path
    line: object


@dataclass
class Ground:
    origin: tuple  # longitude, latitude
    outline: object
    urban: object
    streets: list = field(default_factory=list)
    water: list = field(default_factory=list)  # (kind, shape)
    parks: list = field(default_factory=list)  # ((name, name_cy), shape)


def to_degrees(ground_or_origin, shape_or_points):
    """The same shape, or array of (x, y), in longitude and latitude."""
    longitude, latitude = getattr(ground_or_origin, "origin", ground_or_origin)

    def convert(points):
        return np.column_stack(
            (longitude + points[:, 0] / METRES_A_DEGREE_EAST, latitude + points[:, 1] / METRES_A_DEGREE_NORTH)
        )

    if isinstance(shape_or_points, np.ndarray):
        return convert(shape_or_points)
    return shapely.transform(shape_or_points, convert)


def blob(rng, centre, radii, *, roughness=0.12, points=240):
    """A closed smooth shape: an ellipse whose radius is shaken by a few sine waves."""
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radius = np.ones(points)
    for wave in range(2, 9):
        radius += roughness * rng.uniform(0.3, 1) / wave**0.9 * np.sin(wave * angle + rng.uniform(0, 2 * np.pi))
    return Polygon(
        np.column_stack((centre[0] + radii[0] * radius * np.cos(angle), centre[1] + radii[1] * radius * np.sin(angle)))
    ).buffer(0)


def largest(shape):
    """The largest polygon of a shape that an operation may have left in parts, without its holes."""
    return Polygon(max(getattr(shape, "geoms", [shape]), key=lambda part: part.area).exterior)


def ragged(rng, shape, step, size):
    """The shape with a point about every `step` metres, each moved by about `size` metres, as a coast is.

    The points are spread evenly anew: close ones moved apart would tangle the line.
    """
    ring = shape.exterior
    count = int(ring.length / step)
    points = np.array([ring.interpolate(n / count, normalized=True).coords[0] for n in range(count)])
    return largest(Polygon(points + rng.normal(0, size, points.shape)).buffer(0))


def meander(rng, start, end, swing, step=110.0):
    """A wandering line from start to end: sine waves that die out at both ends."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    length = float(np.hypot(*(end - start)))
    along = np.linspace(0, 1, max(3, int(length / step)))
    across = np.zeros(len(along))
    for wave in (1, 2, 3, 5):
        across += rng.uniform(-1, 1) / wave**0.6 * np.sin(wave * np.pi * along * max(1.0, length / 3000))
    across *= swing * np.sin(np.pi * along) ** 0.5
    normal = np.array([-(end - start)[1], (end - start)[0]]) / length
    return LineString(start + along[:, None] * (end - start) + across[:, None] * normal)


def tapered(line, widths):
    """A line as a polygon whose half-width runs through `widths` from start to end."""
    places = np.linspace(0, 1, 40)
    half = np.interp(places, np.linspace(0, 1, len(widths)), widths)
    discs = [line.interpolate(p, normalized=True).buffer(w) for p, w in zip(places, half, strict=True)]
    return unary_union(
        [
            MultiPoint(list(a.exterior.coords) + list(b.exterior.coords)).convex_hull
            for a, b in itertools.pairwise(discs)
        ]
    )


def warp(rng, size):
    """A smooth displacement of the plane, so that a grid of streets looks grown rather than ruled."""
    waves = [
        (
            rng.uniform(-1, 1, 2) * 2 * np.pi / rng.uniform(800, 2200),
            rng.uniform(0, 2 * np.pi, 2),
            rng.uniform(-1, 1, 2),
        )
        for _ in range(7)
    ]

    def move(points):
        moved = points.copy()
        for direction, phase, amount in waves:
            turn = points @ direction
            moved[:, 0] += size * amount[0] * np.sin(turn + phase[0])
            moved[:, 1] += size * amount[1] * np.sin(turn + phase[1])
        return moved

    return move


def districts(rng, urban, count):
    """The town in `count` districts: Voronoi cells of points moved towards the middle of their cells."""
    west, south, east, north = urban.bounds
    seeds = []
    while len(seeds) < count:
        candidate = Point(rng.uniform(west, east), rng.uniform(south, north))
        if urban.contains(candidate):
            seeds.append(candidate)
    for _ in range(3):
        cells = [c.intersection(urban) for c in shapely.voronoi_polygons(MultiPoint(seeds), extend_to=urban).geoms]
        cells = [largest(c) for c in cells if c.area > 1]
        seeds = [c.representative_point() if not c.contains(c.centroid) else c.centroid for c in cells]
    return cells


def grid_streets(rng, district):
    """The streets of one district: a turned grid with its own spacing, some of its pieces missing, cut into runs."""
    centre = district.centroid
    turn = rng.uniform(0, 90)
    level = affinity.rotate(district, -turn, origin=centre)
    west, south, east, north = level.bounds
    close, wide = rng.uniform(95, 125), rng.uniform(120, 190)
    verticals = np.arange(west + rng.uniform(30, close), east, close)
    horizontals = np.arange(south + rng.uniform(30, wide), north, wide)
    runs = []
    for along, across, keep, is_vertical in (
        (verticals, horizontals, 0.95, True),
        (horizontals, verticals, 0.80, False),
    ):
        low, high = (south, north) if is_vertical else (west, east)
        stops = np.concatenate(([low - 1], across, [high + 1]))
        for position in along:
            run = [stops[0]]
            for stop in stops[1:]:
                if rng.uniform() < keep:
                    run.append(stop)
                    continue
                runs.append((position, run, is_vertical))
                run = [stop]
            runs.append((position, run, is_vertical))
    lines = []
    for position, run, is_vertical in runs:
        if len(run) < 2:
            continue
        ends = [(position, v) if is_vertical else (v, position) for v in (run[0], run[-1])]
        lines.append(affinity.rotate(LineString(ends), turn, origin=centre).intersection(district))
    return [line for line in lines if line.length > 40]


def pieces(shape, shortest=35.0):
    """The single lines of whatever an intersection left, without crumbs."""
    if shape.geom_type == "MultiLineString":
        shape = linemerge(shape)
    parts = getattr(shape, "geoms", [shape])
    return [part for part in parts if part.geom_type == "LineString" and part.length >= shortest]


def town_streets(rng, urban, count):
    """(kind, line) of a town: main roads round its districts, local streets inside, all gently bent."""
    bend = warp(rng, 42.0)
    cells = districts(rng, urban, count)
    mains = shapely.node(unary_union([cell.exterior for cell in cells]))
    raw = [("main", line) for line in pieces(linemerge(mains), 60)]
    for cell in cells:
        raw += [("local", line) for line in grid_streets(rng, cell)]
    return [(kind, shapely.transform(shapely.segmentize(line, 45.0), bend).simplify(2.0)) for kind, line in raw]


def lay_streets(ground, raw, street_names):
    """Clip the raw lines to the land, keep local streets out of parks and water, and name them."""
    dry = ground.outline.buffer(-12)
    wet = unary_union([shape for _, shape in ground.water])
    closed = unary_union([shape.buffer(5) for _, shape in ground.parks] + [wet.buffer(8)])
    for kind, line in raw:
        kept = line.intersection(dry)
        if kind == "local":
            kept = kept.difference(closed)
        for part in pieces(kept):
            ground.streets.append(Street(*street_names.next(kind), kind, part))


def villages_and_lanes(rng, villages, links, gates):
    """(kind, line): a few short streets in each village, and wandering lanes from village to village and to the town."""
    raw = []
    for x, y in villages:
        turn = rng.uniform(0, 180)
        for offset in (-120, 0, 115):
            for line in (
                LineString([(-170 + offset / 2, offset), (190 - offset / 3, offset)]),
                LineString([(offset, -150), (offset, 160)]),
            ):
                moved = affinity.translate(affinity.rotate(line, turn, origin=(0, 0)), x, y)
                raw.append(("local", shapely.segmentize(moved, 40.0)))
    raw += [("lane", meander(rng, villages[a], villages[b], 160)) for a, b in links]
    raw += [("lane", meander(rng, villages[v], gate, 140)) for v, gate in gates]
    tracks = []
    for _, lane in [item for item in raw if item[0] == "lane"]:
        for _ in range(2):
            start = lane.interpolate(rng.uniform(0.25, 0.75), normalized=True)
            angle = rng.uniform(0, 2 * np.pi)
            reach = rng.uniform(300, 700)
            end = (start.x + reach * np.cos(angle), start.y + reach * np.sin(angle))
            tracks.append(("lane", meander(rng, (start.x, start.y), end, 60)))
    return raw + tracks


def make_borough(seed):
    """The demo borough's ground."""
    rng = np.random.default_rng([seed, 1])
    coast = blob(rng, (0, 0), (5150, 3450), roughness=0.13)
    coast = coast.union(blob(rng, (-4700, 900), (900, 480), points=80))  # a headland
    channel = meander(rng, (350, -4300), (120, -1450), 130)
    estuary = tapered(channel, (620, 420, 260, 150, 90))
    bays = [
        blob(rng, c, (r, r * 0.8), points=60)
        for c, r in (((-3300, -2850), 620), ((4900, 300), 520), ((2300, 3500), 600))
    ]
    outline = coast.difference(unary_union([estuary, *bays])).buffer(-25).buffer(50).buffer(-25)
    outline = ragged(rng, largest(outline), 70.0, 9.0)
    town = blob(rng, (-100, -60), (2950, 2350), roughness=0.2)
    urban = largest(town.intersection(outline.buffer(-90)).buffer(-20).buffer(20))
    ground = Ground((-4.815, 52.435), outline, urban)
    river = linemerge(
        unary_union([meander(rng, (120, -1480), (650, 300), 120), meander(rng, (650, 300), (1300, 3000), 260)])
    )
    river = river if river.geom_type == "LineString" else LineString([p for part in river.geoms for p in part.coords])
    start_low = river.coords[0][1] < river.coords[-1][1]
    widths = (85, 32, 24, 18, 11, 7) if start_low else (7, 11, 18, 24, 32, 85)
    ground.water = [
        ("estuary", tapered(channel, (620, 420, 260, 150, 90)).intersection(coast)),
        ("river", tapered(river, widths).intersection(outline)),
        ("lake", blob(rng, (2050, 2150), (260, 170), points=50)),
    ]
    ground.parks = [
        (label, blob(rng, centre, (size * 1.15, size * 0.85), roughness=0.2, points=50).intersection(outline))
        for label, centre, size in names.PARKS
    ]
    raw = town_streets(rng, urban, 26)
    raw += villages_and_lanes(rng, names.VILLAGES, names.LANES, names.GATES)
    for _, park in ground.parks:
        west, south, east, north = park.bounds
        centre = ((west + east) / 2, (south + north) / 2)
        for start, end in (((west, centre[1]), (east, centre[1])), ((centre[0], south), (centre[0], north))):
            raw.append(("path", meander(rng, start, end, 25, step=40).intersection(park)))
    lay_streets(ground, raw, names.StreetNames(rng))
    return ground


def make_control(seed):
    """The second, small borough's ground."""
    rng = np.random.default_rng([seed, 2])
    outline = ragged(rng, blob(rng, (0, 0), (1900, 1750), roughness=0.12), 60.0, 7.0)
    urban = largest(outline.buffer(-110).buffer(-20).buffer(20))
    ground = Ground((-4.700, 52.375), outline, urban)
    lay_streets(ground, town_streets(rng, urban, 12), names.StreetNames(rng))
    return ground
