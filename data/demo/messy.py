"""A month of one agency as it really arrives: most rows right, the others wrong in the few ways in which rows usually are.

It is not imported with the demo; people and tests bring it in, and mend it in the workbench. References begin with HSM.
"""

import datetime

import events
import h3

COLUMNS = ("reference", "date", "latitude", "longitude", "h3_cell", "harm", "setting", "age_band", "basis", "told_by")
GOOD_ROWS, BY_CELL, MONTH = 36, 8, (2026, 9)
FAR_AWAY = ((52.4153, -4.0829), (52.4153, -4.0829), (51.8567, -4.3121))
"""Degrees; on land, a long way from the borough: somebody typed the address of another office."""


def _swapped(row):
    row["latitude"], row["longitude"] = row["longitude"], row["latitude"]


def _lost_minus(row):
    row["longitude"] = row["longitude"].lstrip("-")


def _date(text):
    return lambda row: row.update(date=text)


def _place(latitude, longitude):
    return lambda row: row.update(latitude=latitude, longitude=longitude)


def _cell(text):
    return lambda row: row.update(h3_cell=text, latitude="", longitude="")


def _swapped_and_undated(row):
    _swapped(row)
    row["date"] = "31/02/2026"


MISTAKES = (
    *[_swapped] * 6,
    *[_lost_minus] * 4,
    *[_date("31/02/2026")] * 3,
    _date("end of Sept"),
    _date("31/09/2026"),
    *[_date("14/09/2062")] * 2,
    _date("01/01/1900"),
    *[_place(f"{north:.4f}", f"{west:.4f}") for north, west in FAR_AWAY],
    *[_place("0", "0")] * 2,
    lambda row: row.update(longitude=""),
    lambda row: row.update(latitude=""),
    _place("52.43N", "4.79W"),
    _cell("8b195da49a8cffg"),
    _cell("harbour 3"),
    _swapped_and_undated,
)
"""What is done to one row each, in this order, after the good rows."""


def messy_rows(rng, scene):
    """Rows of COLUMNS, shuffled; one good row comes twice."""
    rows = []
    for number in range(GOOD_ROWS + len(MISTAKES)):
        cell = scene.open_cells[rng.integers(len(scene.open_cells))]
        record = events.even_record(rng, scene, cell, "housing")
        if record["setting"] == "home":
            record["setting"] = "street"
        day = datetime.date(*MONTH, int(rng.integers(1, 31)))
        row = {name: record.get(name, "") for name in COLUMNS}
        row |= {"reference": f"HSM-{number + 1:05d}", "date": f"{day:%d/%m/%Y}", "h3_cell": ""}
        rows.append(row)
    for row in rows[1 : BY_CELL + 1]:  # one of its wardens has an app that gives cells
        row["h3_cell"] = h3.latlng_to_cell(float(row["latitude"]), float(row["longitude"]), 11)
        row["latitude"] = row["longitude"] = ""
    for row, mistake in zip(rows[GOOD_ROWS:], MISTAKES, strict=True):
        mistake(row)
    rows.append(dict(rows[0]))
    return [tuple(rows[place][name] for name in COLUMNS) for place in rng.permutation(len(rows))]
