"""Background crime of a borough that does not exist, in the manner of the open police data."""

import numpy as np
from areas import DECIMALS
from events import MONTHS

BACKGROUND_HARMS = {
    "violence.violence_and_sexual_offences": 0.34, "asb": 0.19, "theft_and_damage.shoplifting": 0.09,
    "theft_and_damage.criminal_damage_arson": 0.09, "other.public_order": 0.08, "theft_and_damage.vehicle_crime": 0.05,
    "theft_and_damage.burglary": 0.04, "substances.drugs": 0.04, "theft_and_damage.other_theft": 0.04,
    "other.other_crime": 0.015,
    "theft_and_damage.bicycle_theft": 0.01, "violence.weapons": 0.007, "violence.robbery": 0.006,
    "theft_and_damage.theft_from_person": 0.002,
}  # fmt: skip


def background_records(rng, points, count):
    """Rows like the open police data: month only, snapped to a few points of each street, more in the middle of town."""
    snaps = np.sort(rng.choice(len(points.xy), 2600, replace=False))
    away = np.hypot(points.xy[snaps, 0] - 100, points.xy[snaps, 1] + 400)
    weight = (0.12 + np.exp(-away / 900) * 2.2 + 0.45 * np.exp(-away / 2600)) * rng.lognormal(0, 0.7, len(snaps))
    chosen = rng.choice(len(snaps), count, p=weight / weight.sum())
    season = 1 + 0.08 * np.sin(np.arange(36) * np.pi / 6 + 2.6)
    months = rng.choice(36, count, p=season / season.sum())
    harms = list(BACKGROUND_HARMS)
    shares = np.array(list(BACKGROUND_HARMS.values()))
    kinds = rng.choice(len(harms), count, p=shares / shares.sum())
    nowhere = rng.uniform(size=count) < 0.03
    rows = []
    for number, i in enumerate(np.lexsort((chosen, months)).tolist()):
        year, month = MONTHS[months[i]]
        longitude, latitude = points.lnglat[snaps[chosen[i]]].tolist()
        place = ("", "") if nowhere[i] else (f"{latitude:.{DECIMALS}f}", f"{longitude:.{DECIMALS}f}")
        harm = harms[kinds[i]]
        rows.append(("" if harm == "asb" else f"B{number:06d}", f"{year}-{month:02d}", *place, harm, "police"))
    return rows
