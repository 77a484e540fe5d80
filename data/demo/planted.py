"""What is planted in the demo borough, and where: each with the cells it lies in and what ought to be found of it.

Every planted place lies inside one resolution-10 cell (the parade of takeaways in two), near its middle, so that its
records fall into the documented cells and nowhere else.
"""

import datetime
from dataclasses import dataclass, field

import h3
import numpy as np
from areas import DECIMALS, cell_of, metres_between
from events import MONTHS, TERM_HOLIDAYS, TERMS, make_record, pick

LIGHTING = "2025-04-01"
EVENT_DAY = "2025-06-14"

SITES = {  # id: (name, Welsh name, metres east, metres north, street kinds it may lie on)
    "bus_station": ("Haven Bus Station", "Gorsaf Fysiau'r Porth", -330, -260, ("main", "local")),
    "takeaways": ("Station Parade takeaways", "Siopau tecawê Rhodfa'r Orsaf", 1080, -170, ("main", "local")),
    "park": ("Lantern Park", "Parc y Llusern", -1950, 620, ("path",)),
    "one_agency": ("North Quay Sheds", "Siediau Cei'r Gogledd", 640, -1750, ("main", "local")),
    "emerging": ("North Gate Retail Park", "Parc Siopa Porth y Gogledd", 260, 1480, ("main", "local")),
    "one_event": ("Harbour View shops", "Siopau Golwg yr Harbwr", -1500, -1350, ("main", "local")),
}


@dataclass
class Plant:
    id: str
    name: str
    name_cy: str
    longitude: float
    latitude: float
    cells_r10: list
    expected: str
    period: tuple = ("2023-11-01", "2026-10-31")
    is_hotspot: bool = True
    records: list = field(default_factory=list)

    @property
    def cells_r9(self):
        return sorted({h3.cell_to_parent(cell, 9) for cell in self.cells_r10})


def site(scene, ground, plant_id, cells_wanted=1):
    """(longitude, latitude) and cells of a planted place: the street point nearest to the middle of a cell near the wish."""
    _, _, x, y, kinds = SITES[plant_id]
    points = scene.points
    usable = np.array([ground.streets[s].kind in kinds for s in points.street])
    best = None
    for position in np.flatnonzero(usable & (np.hypot(points.xy[:, 0] - x, points.xy[:, 1] - y) < 260)):
        latitude, longitude = h3.cell_to_latlng(points.r10[position])
        away = float(metres_between(points.lnglat[position], (longitude, latitude)))
        wish = float(np.hypot(points.xy[position, 0] - x, points.xy[position, 1] - y))
        if best is None or away * 4 + wish < best[0]:
            best = (away * 4 + wish, position)
    first = points.r10[best[1]]
    cells = [first]
    if cells_wanted > 1:
        ring = sorted(set(h3.grid_disk(first, 1)) & set(points.of_cell))
        cells += [c for c in ring if c != first and h3.cell_to_parent(c, 9) == h3.cell_to_parent(first, 9)][
            : cells_wanted - 1
        ]
    return points.lnglat[best[1]], sorted(cells)


def term_days():
    """The school days of the borough's own calendar within the three years."""
    days = []
    for start, end in TERMS:
        day = datetime.date.fromisoformat(start)
        while day <= datetime.date.fromisoformat(end):
            if day.weekday() < 5 and day.isoformat() not in TERM_HOLIDAYS:
                days.append(day)
            day += datetime.timedelta(days=1)
    return days


def days_of(weekday):
    """Every such weekday (Monday is 0) of the three years."""
    first = datetime.date(2023, 11, 1)
    return [d for d in (first + datetime.timedelta(days=n) for n in range(1096)) if d.weekday() == weekday]


def at(rng, day, first_hour, hours):
    """A moment of a day within `hours` from `first_hour`."""
    return datetime.datetime(day.year, day.month, day.day) + datetime.timedelta(
        hours=first_hour, minutes=int(rng.integers(hours * 60))
    )


def near(rng, middle, cell, spread=28.0):
    """A point within `spread` metres of the planted place that lies in its cell."""
    while True:
        place = np.round(middle + rng.uniform(-spread, spread, 2) / (68_000, 111_250), DECIMALS)
        if cell_of(place[1], place[0], 10) == cell:
            return place


def plant_all(rng, scene, ground):
    """All planted places with their records, but for the one event, which waits for the even part (`plant_event`)."""
    makers = (plant_bus_station, plant_takeaways, plant_park, plant_one_agency, plant_emerging)
    return [make(rng, scene, ground) for make in makers]


def _plant(scene, ground, plant_id, expected, cells_wanted=1, **more):
    middle, cells = site(scene, ground, plant_id, cells_wanted)
    name, name_cy, *_ = SITES[plant_id]
    return middle, Plant(plant_id, name, name_cy, *middle.tolist(), cells, expected, **more)


def plant_bus_station(rng, scene, ground):
    middle, plant = _plant(
        scene, ground, "bus_station",
        "Hotspot in the whole period. Every record with a time of day is on a school day between 15:00 and 16:59; none in "
        "school holidays or at weekends. Six agencies.",
    )  # fmt: skip
    days = term_days()
    for agency, number in (("transport", 30), ("police", 20), ("education", 22), ("youth_service", 8), ("social_care", 6),
                           ("health", 4)):  # fmt: skip
        for _ in range(number):
            when = at(rng, days[rng.integers(len(days))], 15, 2)
            harm = pick(
                rng, "violence.group_conflict violence.robbery exploitation.county_lines asb.nuisance hate.bullying"
            )
            plant.records.append(
                make_record(rng, agency, when, near(rng, middle, plant.cells_r10[0]), harm=harm, setting="transport",
                            age_band=pick(rng, "13_15 16_17 10_12"))
            )  # fmt: skip
    return plant


def plant_takeaways(rng, scene, ground):
    _, plant = _plant(
        scene, ground, "takeaways",
        "Hotspot in the whole period, in both cells. Every record with a time of day is on a Friday between 19:00 and 22:59.",
        cells_wanted=2,
    )  # fmt: skip
    fridays = days_of(4)
    for cell in plant.cells_r10:
        latitude, longitude = h3.cell_to_latlng(cell)
        centre = np.array([longitude, latitude])
        for agency, number in (("police", 16), ("youth_service", 9), ("voluntary", 7), ("social_care", 4)):
            for _ in range(number):
                when = at(rng, fridays[rng.integers(len(fridays))], 19, 4)
                harm = pick(rng, "exploitation.cse substances.adult_supply adult_behaviour.approach violence.assault")
                plant.records.append(
                    make_record(rng, agency, when, near(rng, centre, cell), harm=harm, setting="food",
                                age_band=pick(rng, "16_17 13_15 unknown"))
                )  # fmt: skip
    return plant


def plant_park(rng, scene, ground):
    middle, plant = _plant(
        scene, ground, "park",
        f"Hotspot up to {LIGHTING}, when new lighting came: four records a month before, three in the nineteen months after. "
        f"No hotspot in the period from {LIGHTING}.",
    )  # fmt: skip
    before = [m for m in MONTHS if m < (2025, 4)]
    moments = [(m, 17 + int(rng.integers(5))) for m in before for _ in range(4)]
    moments += [((2025, 5), 20), ((2025, 9), 19), ((2026, 2), 18)]
    for (year, month), hour in moments:
        agency = pick(rng, "police youth_service education social_care")
        when = at(rng, datetime.date(year, month, 1 + int(rng.integers(28))), hour, 1)
        harm = pick(rng, "substances.supply exploitation.localised_dealing violence.weapons sexual_harm.harassment")
        plant.records.append(
            make_record(rng, agency, when, near(rng, middle, plant.cells_r10[0]), harm=harm, setting="park")
        )
    return plant


def plant_one_agency(rng, scene, ground):
    middle, plant = _plant(
        scene, ground, "one_agency",
        "Hotspot in the whole period; all records in its cell come from the voluntary sector, so nothing corroborates them.",
    )  # fmt: skip
    for n in range(42):
        year, month = MONTHS[n * 36 // 42]
        when = at(rng, datetime.date(year, month, 1 + int(rng.integers(28))), 12, 10)
        plant.records.append(
            make_record(rng, "voluntary", when, near(rng, middle, plant.cells_r10[0]), setting="derelict")
        )
    return plant


def plant_emerging(rng, scene, ground):
    middle, plant = _plant(
        scene, ground, "emerging",
        "Emerging: nothing planted before May 2026, then 3, 4, 5, 6, 8 and 10 records a month. Hotspot in the whole period, "
        "and the only place whose last six months are too many for what it had before.",
        period=("2026-05-01", "2026-10-31"),
    )  # fmt: skip
    for month, number in zip(range(5, 11), (3, 4, 5, 6, 8, 10), strict=True):
        for _ in range(number):
            agency = pick(rng, "police education youth_service social_care voluntary")
            when = at(rng, datetime.date(2026, month, 1 + int(rng.integers(28))), 16, 6)
            harm = pick(rng, "exploitation.criminal_other violence.group_conflict substances.adult_supply")
            plant.records.append(
                make_record(rng, agency, when, near(rng, middle, plant.cells_r10[0]), harm=harm, setting="retail")
            )
    return plant


def plant_event(rng, scene, ground):
    """One fight that three agencies report: three records of one day at one place."""
    middle, plant = _plant(
        scene, ground, "one_event",
        "No hotspot: three records, from three agencies, of one event on one day. They echo each other and are one occasion.",
        period=(EVENT_DAY, EVENT_DAY),
        is_hotspot=False,
    )  # fmt: skip
    start = datetime.datetime.fromisoformat(f"{EVENT_DAY}T21:10:00")
    for agency, minutes in (("police", 0), ("youth_service", 7), ("social_care", 0)):
        plant.records.append(
            make_record(rng, agency, start + datetime.timedelta(minutes=minutes), near(rng, middle, plant.cells_r10[0], 10),
                        harm="violence.group_conflict", setting="street", age_band="13_15", is_proactive="no")
        )  # fmt: skip
    return plant
