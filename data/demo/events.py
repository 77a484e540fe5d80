"""The records of a borough that does not exist: what eight agencies report, evenly, and what is planted on top of that.

A record is a dict with the columns of `COLUMNS`, and with `when` (a datetime) until `write_date` gives it the agency's form.
"""

import datetime
from collections import Counter
from dataclasses import dataclass

import h3
import numpy as np
import shapely
from areas import DECIMALS, cell_of, metres_between

COLUMNS = ("reference", "date", "latitude", "longitude", "harm", "setting", "age_band", "basis", "told_by",
           "is_proactive", "agency", "children_count")  # fmt: skip
MONTHS = tuple((2023 + (10 + m) // 12, (10 + m) % 12 + 1) for m in range(36))  # 2023-11 to 2026-10
GROWTH = 0.30  # more reports in the last month than in the first, everywhere alike
HOUSING_MISSING = ((2025, 3), (2025, 4))
LATE_MONTH = (2026, 10)

TERMS = (
    ("2023-11-06", "2023-12-22"), ("2024-01-08", "2024-02-09"), ("2024-02-19", "2024-03-22"), ("2024-04-08", "2024-05-24"),
    ("2024-06-03", "2024-07-19"), ("2024-09-02", "2024-10-25"), ("2024-11-04", "2024-12-20"), ("2025-01-06", "2025-02-21"),
    ("2025-03-03", "2025-04-11"), ("2025-04-28", "2025-05-23"), ("2025-06-02", "2025-07-18"), ("2025-09-01", "2025-10-24"),
    ("2025-11-03", "2025-12-19"), ("2026-01-05", "2026-02-13"), ("2026-02-23", "2026-03-27"), ("2026-04-13", "2026-05-22"),
    ("2026-06-01", "2026-07-17"), ("2026-09-01", "2026-10-23"),
)  # fmt: skip
TERM_HOLIDAYS = ("2024-05-06", "2025-05-05", "2026-05-04")


@dataclass(frozen=True)
class Agency:
    share: float  # of the even part
    precision: str  # how exactly it knows the time
    prefix: str  # of its references
    harms: str  # the first ones most often; so below
    told: str
    basis: str


AGENCIES = {
    "police": Agency(
        0.30, "minute", "SHP",
        "violence.weapons violence.robbery violence.assault substances.supply missing.found_at exploitation.county_lines "
        "asb.nuisance violence.group_conflict",
        "resident parent business", "told recorded seen",
    ),
    "social_care": Agency(
        0.15, "day", "CSC",
        "exploitation.criminal_other exploitation.cse missing.return_interview sexual_harm.harmful_sexual_behaviour "
        "violence.relationship_abuse",
        "young_person parent professional", "told recorded",
    ),
    "education": Agency(
        0.14, "minute", "EDU",
        "hate.bullying hate.child_on_child missing.from_education violence.assault substances.use sexual_harm.harassment",
        "young_person professional", "seen told",
    ),
    "health": Agency(
        0.08, "month", "NHS", "violence.assault sexual_harm.assault substances.use violence.weapons",
        "young_person professional", "recorded told",
    ),
    "youth_service": Agency(
        0.11, "quarter", "YTH",
        "asb.nuisance substances.use exploitation.localised_dealing violence.group_conflict adult_behaviour.approach",
        "young_person professional", "seen told assumed",
    ),
    "housing": Agency(
        0.09, "day", "HSG",
        "asb.personal exploitation.cuckooing substances.use theft_and_damage.criminal_damage_arson other.environment",
        "resident", "told seen recorded",
    ),
    "transport": Agency(
        0.06, "minute", "BUS", "asb.nuisance violence.assault theft_and_damage.criminal_damage_arson hate.race",
        "professional business", "seen recorded",
    ),
    "voluntary": Agency(
        0.07, "day", "VOL", "exploitation.cse adult_behaviour.approach substances.adult_supply sexual_harm.harassment",
        "young_person resident", "told seen",
    ),
}  # fmt: skip
AGENCY_CODES, AGENCY_SHARES = list(AGENCIES), np.array([agency.share for agency in AGENCIES.values()])

ASSET_SETTING = {"bus_station": "transport", "railway_station": "transport", "high_street": "retail", "takeaway": "food",
                 "school": "school", "youth_club": "youth_provision", "library": "leisure", "leisure_centre": "leisure",
                 "retail_park": "retail", "hospital": "health", "health_centre": "health",
                 "quay_sheds": "derelict"}  # fmt: skip
HOUR_WEIGHT = np.array([2, 1, 1, 0.5, 0.5, 0.5, 1, 2, 4, 3, 3, 3, 4, 4, 4, 5, 6, 6, 6, 6, 5, 5, 4, 3], float)


@dataclass
class Scene:
    """Where records may fall: street points, assets (kind, longitude, latitude), and the ground that nobody asks about."""

    points: object
    assets: list
    closed: object = shapely.Polygon()  # in degrees

    def __post_init__(self):
        is_open = ~shapely.contains_xy(self.closed, self.points.lnglat)
        self.open_positions = {
            cell: [p for p in positions if is_open[p]] for cell, positions in self.points.of_cell.items()
        }
        self.open_cells = [cell for cell in self.points.settled if self.open_positions[cell]]


def pick(rng, words):
    """One of the words of a text, the first ones more often."""
    words = words.split()
    weight = 1 / np.arange(1.5, len(words) + 1.5)
    return words[rng.choice(len(words), p=weight / weight.sum())]


def any_agency(rng):
    """One of the eight, each as often as it reports."""
    return AGENCY_CODES[rng.choice(len(AGENCY_CODES), p=AGENCY_SHARES)]


def any_moment(rng, agency):
    """A moment in the three years: months grow evenly, days alike, hours as young people are about."""
    while True:
        weight = 1 + GROWTH * np.arange(36) / 35
        year, month = MONTHS[rng.choice(36, p=weight / weight.sum())]
        if agency != "housing" or (year, month) not in HOUSING_MISSING:
            return moment_in(rng, year, month)


def moment_in(rng, year, month):
    """A moment in one month."""
    first = datetime.datetime(year, month, 1)
    days = ((first + datetime.timedelta(days=32)).replace(day=1) - first).days
    hour = int(rng.choice(24, p=HOUR_WEIGHT / HOUR_WEIGHT.sum()))
    return first + datetime.timedelta(days=int(rng.integers(days)), hours=hour, minutes=int(rng.integers(60)))


def make_record(rng, agency, when, place=None, **known):
    """One record of an agency; `place` is (longitude, latitude) or None."""
    of_agency = AGENCIES[agency]
    counts = agency in ("social_care", "education")
    record = {
        "agency": agency,
        "when": when,
        "longitude": f"{place[0]:.{DECIMALS}f}" if place is not None else "",
        "latitude": f"{place[1]:.{DECIMALS}f}" if place is not None else "",
        "harm": pick(rng, of_agency.harms),
        "setting": "unknown",
        "age_band": pick(rng, "13_15 16_17 unknown 10_12 18_25"),
        "basis": pick(rng, of_agency.basis),
        "told_by": pick(rng, of_agency.told) if rng.uniform() < 0.85 else "unknown",
        "is_proactive": "yes" if agency == "police" and rng.uniform() < 0.12 else "no",
        "children_count": str(int(rng.choice([1, 1, 1, 2, 2, 3, 4]))) if counts else "",
    }
    record.update(known)
    return record


def place_in(rng, scene, cell, spread=6.0):
    """A point beside a street in this cell."""
    positions = scene.open_positions[cell]
    while True:
        base = scene.points.lnglat[positions[rng.integers(len(positions))]]
        moved = np.round(base + rng.uniform(-spread, spread, 2) / (68_000, 111_250), DECIMALS)
        if cell_of(moved[1], moved[0], 10) == cell and not shapely.contains_xy(scene.closed, *moved):
            return moved


def setting_at(rng, scene, place):
    """The setting that the nearest asset within 90 m suggests, or something found on any street."""
    gaps = metres_between(np.array([(a[1], a[2]) for a in scene.assets]), place)
    nearest = int(np.argmin(gaps))
    suggested = ASSET_SETTING.get(scene.assets[nearest][0])
    if gaps[nearest] < 90 and suggested:
        return suggested
    return pick(rng, "street street unknown vehicle park car_park retail other")


def even_records(rng, scene, count, only=()):
    """`count` records, even over the settled cells: every resolution-9 cell gets its share, inside it chance decides.

    The share is the number of its settled resolution-10 cells; remainders are settled by one random start (systematic
    sampling). `only` = {cell: agency} for cells that one agency alone reports from.
    """
    cells = scene.open_cells
    groups = {}
    for cell in cells:
        groups.setdefault(h3.cell_to_parent(cell, 9), []).append(cell)
    ends = np.cumsum([0, *(len(groups[g]) for g in sorted(groups))]) * count / len(cells)
    quota = np.diff(np.floor(ends + rng.uniform())).astype(int)
    records = []
    for group, number in zip(sorted(groups), quota.tolist(), strict=True):
        for _ in range(number):
            cell = groups[group][rng.integers(len(groups[group]))]
            records.append(even_record(rng, scene, cell, dict(only).get(cell) or any_agency(rng)))
    return records


def independent_records(rng, scene, count, only=()):
    """`count` records, each in a settled cell drawn by itself: pure chance."""
    cells = scene.open_cells
    chosen = (cells[rng.integers(len(cells))] for _ in range(count))
    return [even_record(rng, scene, cell, dict(only).get(cell) or any_agency(rng)) for cell in chosen]


def even_record(rng, scene, cell, agency):
    """One record somewhere in a cell, at any time."""
    place = place_in(rng, scene, cell)
    return make_record(rng, agency, any_moment(rng, agency), place, setting=setting_at(rng, scene, place))


def leave_no_gap(rng, records):
    """Move single even records, so that no agency but housing misses a month by chance: only planted gaps are gaps."""
    for agency in AGENCY_CODES:
        own = [r for r in records if r["agency"] == agency]
        months = Counter((r["when"].year, r["when"].month) for r in own)
        for month in MONTHS:
            if not months[month] and not (agency == "housing" and month in HOUSING_MISSING):
                fullest = max(MONTHS, key=lambda m: months[m])
                one = next(r for r in own if (r["when"].year, r["when"].month) == fullest)
                one["when"] = moment_in(rng, *month)
                months[fullest] -= 1
                months[month] += 1


def unmapped_records(rng, scene, premises, numbers):
    """Records that must not be on a map: at home, online, without a place, and at addresses of the premises table."""
    records = []
    for _ in range(numbers["home"]):
        cell = scene.open_cells[rng.integers(len(scene.open_cells))]
        agency = pick(rng, "social_care police housing")
        harm = pick(rng, "violence.relationship_abuse missing.from_home exploitation.cuckooing")
        records.append(
            make_record(rng, agency, any_moment(rng, agency), place_in(rng, scene, cell), harm=harm, setting="home")
        )
    for _ in range(numbers["online"]):
        agency = pick(rng, "education social_care police voluntary")
        harm = pick(rng, "online.grooming online.images online.other")
        records.append(make_record(rng, agency, any_moment(rng, agency), harm=harm, setting="online"))
    for _ in range(numbers["no_place"]):
        agency = any_agency(rng)
        records.append(make_record(rng, agency, any_moment(rng, agency)))
    for premises_id, agencies, harms, setting in (
        ("PR01", "police social_care", "missing.from_care", "care"),
        ("PR02", "social_care voluntary", "violence.relationship_abuse", "care"),
        (
            "PR03",
            "police social_care",
            "missing.return_interview violence.assault exploitation.criminal_other",
            "other",
        ),
        ("PR04", "health social_care", "violence.assault sexual_harm.assault substances.use", "health"),
    ):
        for _ in range(numbers.get(premises_id, 0)):
            agency = pick(rng, agencies)
            jitter = np.round(rng.uniform(-8, 8, 2) / (68_000, 111_250), DECIMALS)
            place = premises[premises_id] + jitter
            records.append(
                make_record(rng, agency, any_moment(rng, agency), place, harm=pick(rng, harms), setting=setting)
            )
    return records


def write_date(record, precision=None):
    """The record's moment as its agency writes it: to the minute, the quarter of an hour, the day, or the month."""
    when = record["when"]
    precision = precision or AGENCIES[record["agency"]].precision
    if precision == "month":
        return f"{when:%Y-%m}"
    if precision == "day":
        return f"{when:%Y-%m-%d}"
    minute = when.minute - when.minute % 15 if precision == "quarter" else when.minute
    return f"{when:%Y-%m-%d %H}:{minute:02d}"


def finish(records, precision=None, prefix=None):
    """Records in order of time, with references and dates as text: rows of `COLUMNS`."""
    rows = []
    ordered = sorted(records, key=lambda r: (r["when"], r["latitude"], r["longitude"], r["harm"]))
    for number, record in enumerate(ordered, 1):
        code = prefix or AGENCIES[record["agency"]].prefix
        full = {**record, "reference": f"{code}-{number:05d}", "date": write_date(record, precision)}
        rows.append(tuple(full[column] for column in COLUMNS))
    return rows
