"""Eight agencies' files of the demo borough, each as such an agency would write it: its own layout, words and dates.

`earlier` files hold everything before the last month, `last` files the last month, with one word planted that nobody has
seen. `decided` is what a person said about each layout the first time. Everything comes from `data/demo`, nothing is random.
"""

import csv
import datetime
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import xlsxwriter

from csg_maps.briefings.blank_return import blank_return
from csg_maps.i18n import _, speaking
from csg_maps.intake.meaning.profiles import layout_key
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.mapping import CODED_FIELDS, ColumnMapping
from csg_maps.model.provenance import Provenance, Sharing
from csg_maps.model.return_layout import RETURN_COLUMNS, return_codes
from csg_maps.model.supply import ImportReport, ImportRequest, SuppliedFile
from csg_maps.model.vocabulary import codes, labels
from csg_maps.settings import DEMO_FOLDER
from csg_maps.store.workspace import Store
from csg_maps.workflows import importing, stores
from tests.briefings.filled_return import fill
from tests.commands import run

LAST_MONTH = "2026-10"
PLANTED = "Escape room"
"""The one new word: a kind of place, in the youth service's last month."""

AGENCIES = ("education", "health", "housing", "police", "social_care", "transport", "voluntary", "youth_service")
_WORDS = ("harm", "setting", "age_band")


@dataclass(frozen=True)
class Layout:
    """How an agency writes: the name of its file, its heading for each field, its format of dates, and its writer."""

    ending: str
    fields: dict[str, str]
    date_format: str
    write: Callable[[Path, pd.DataFrame], None]
    crs: str = "EPSG:4326"


def demo_rows(agency: str) -> pd.DataFrame:
    """The agency's rows of the demo, text as written; housing's last month lies in a file of its own, for it is late."""
    rows = pd.read_csv(DEMO_FOLDER / f"demo_concerns_{agency}.csv.gz", dtype=str, keep_default_na=False)
    if agency == "housing":
        late = pd.read_csv(DEMO_FOLDER / "late_concerns_housing.csv", dtype=str, keep_default_na=False)
        rows = pd.concat([rows, late], ignore_index=True)
    return rows


def write_month(folder: Path, *, last: bool) -> dict[str, Path]:
    """Write the files of the last month, or of all months before; returns them by agency."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for agency, layout in LAYOUTS.items():
        rows = demo_rows(agency)
        is_last = rows["date"].str.startswith(LAST_MONTH)
        chosen = rows[is_last if last else ~is_last].reset_index(drop=True)
        for field in _WORDS:
            chosen[field] = [own_word(agency, field, code) for code in chosen[field]]
        if last and agency == "youth_service":
            chosen.loc[len(chosen) - 1, "setting"] = PLANTED
        written[agency] = folder / f"{'month' if last else 'before'}_{AGENCIES.index(agency)}{layout.ending}"
        layout.write(written[agency], chosen)
    return written


def own_word(agency: str, field: str, code: str) -> str:
    """What the agency writes for one of our codes: its own words, in Welsh for the police, ours in the return."""
    list_name = CODED_FIELDS[field]
    if agency == "housing":
        return dict(return_codes(field))[code]
    label = labels(list_name)[code]
    if agency == "police":
        with speaking("cy"):
            return _(label)
    place = [entry.code for entry in codes(list_name)].index(code)
    return f"{label} ({AGENCIES.index(agency)}{place:02d})"


def decided(agency: str) -> dict[str, ColumnMapping]:
    """What a person decided about the agency's layout, by layout key; nothing for the return, which asks nothing."""
    if agency == "housing":
        return {}
    layout = LAYOUTS[agency]
    words = {field: {own_word(agency, field, entry.code): entry.code for entry in codes(CODED_FIELDS[field])} for field in _WORDS}  # fmt: skip
    formats = {layout.fields["date"]: layout.date_format}
    if "time" in layout.fields:
        formats[layout.fields["time"]] = "hh:mm"
    mapping = ColumnMapping(layout.fields, layout.crs, formats, words)
    return {layout_key(layout.fields.values()): mapping}


def make_ground(folder: Path) -> Store:
    """A store with the demo's areas and postcodes, and nothing imported."""
    assert run("init", "--store", folder).exit_code == 0
    added = run(
        "areas", "add", DEMO_FOLDER / "demo_wards.geojson", "--store", folder, "--layer", "Wards", "--code", "area_code",
        "--name", "area_name", "--name-cy", "area_name_cy",
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    kept = run("tables", "add", "postcodes", DEMO_FOLDER / "demo_postcodes.csv.gz", "--store", folder)
    assert kept.exit_code == 0, kept.output
    return stores.open_local(folder)


def import_earlier(store: Store, files: dict[str, Path]) -> dict[str, ImportReport]:
    """Bring in the months before, each by what a person decided; the profiles are saved."""
    until = datetime.date.today() + datetime.timedelta(days=730)
    reports = {}
    for agency, file in files.items():
        request = ImportRequest(
            files=(SuppliedFile(str(file), file.name),),
            provenance=Provenance(agency, "Safer places", "public_task", f"ISP of {agency}", until.isoformat()),
            sharing=Sharing("C", ("community_safety", "police")) if agency == "health" else Sharing(),
            evidence="concern",
            mappings=decided(agency),
            save_profile=agency,
        )
        reports[agency] = importing.run_import(store, LOCAL_ACTOR, request)
    return reports


def _moments(rows: pd.DataFrame, date: str, time: str = "") -> pd.DataFrame:
    """The rows with their dates written another way (strftime); `time` gives a column of times of its own."""
    shown = rows.copy()
    is_timed = rows["date"].str.len() > 10
    when = pd.to_datetime(rows["date"], format="mixed")
    shown["date"] = when.dt.strftime(date)
    shown["time"] = np.where(is_timed, when.dt.strftime("%H:%M"), "")
    if not time:
        shown["date"] = np.where(is_timed, when.dt.strftime(f"{date} %H:%M"), shown["date"])
    return shown


def _delimited(path: Path, rows: pd.DataFrame, fields: dict[str, str], delimiter: str, encoding: str) -> None:
    text = io.StringIO()
    lines = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    lines.writerow(fields.values())
    lines.writerows(rows[list(fields)].itertuples(index=False))
    path.write_bytes(text.getvalue().encode(encoding))


def _education(path: Path, rows: pd.DataFrame) -> None:
    """Windows-1252, semicolons, UK dates with the time in the same cell."""
    _delimited(path, _moments(rows, "%d/%m/%Y"), LAYOUTS["education"].fields, ";", "cp1252")


def _transport(path: Path, rows: pd.DataFrame) -> None:
    """Tabs, date and time apart."""
    _delimited(path, _moments(rows, "%d.%m.%Y", "apart"), LAYOUTS["transport"].fields, "\t", "utf-8")


def _voluntary(path: Path, rows: pd.DataFrame) -> None:
    """Dates in US order."""
    _delimited(path, _moments(rows, "%m/%d/%Y"), LAYOUTS["voluntary"].fields, ",", "utf-8-sig")


def _health(path: Path, rows: pd.DataFrame) -> None:
    """Eastings and northings with the nearest postcode; months only; a third of the rows has the postcode alone."""
    shown = _on_the_grid(rows)
    shown["date"] = rows["date"].str[:7]
    stated = shown["easting"] != ""
    shown["postcode"] = np.where(stated, _nearest_postcodes(shown["easting"], shown["northing"]), "")
    alone = stated & (np.arange(len(shown)) % 3 == 0)
    shown.loc[alone, ["easting", "northing"]] = ""
    _delimited(path, shown, LAYOUTS["health"].fields, ",", "utf-8")


def _on_the_grid(rows: pd.DataFrame) -> pd.DataFrame:
    shown = rows.copy()
    stated = rows["latitude"] != ""
    to_grid = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    east, north = to_grid.transform(rows["longitude"].where(stated, "0").astype(float), rows["latitude"].where(stated, "50").astype(float))  # fmt: skip
    shown["easting"] = np.where(stated, np.round(east).astype(int).astype(str), "")
    shown["northing"] = np.where(stated, np.round(north).astype(int).astype(str), "")
    return shown


def _nearest_postcodes(easting: pd.Series, northing: pd.Series) -> list[str]:
    known = pd.read_csv(DEMO_FOLDER / "demo_postcodes.csv.gz", dtype=str, keep_default_na=False, header=None)
    x, y = known[2].astype(float).to_numpy(), known[3].astype(float).to_numpy()
    found = []
    for east, north in zip(easting, northing, strict=True):
        at = int(np.argmin((x - float(east or 0)) ** 2 + (y - float(north or 0)) ** 2))
        found.append(known[0].iloc[at])
    return found


def _police(path: Path, rows: pd.DataFrame) -> None:
    """A workbook with Welsh headings and words; dates and times as cells of their own."""
    _workbook(path, _moments(rows, "%Y-%m-%d", "apart"), LAYOUTS["police"].fields, titles=())


def _social_care(path: Path, rows: pd.DataFrame) -> None:
    """A workbook with two title rows, dates as Excel keeps them."""
    titles = ("Monthly extract: places", "Children's services, restricted")
    _workbook(path, _moments(rows, "%Y-%m-%d", "apart"), LAYOUTS["social_care"].fields, titles=titles)


def _workbook(path: Path, rows: pd.DataFrame, fields: dict[str, str], *, titles: tuple[str, ...]) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Data")
    day, clock = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "hh:mm"})
    for line, title in enumerate(titles):
        sheet.write_string(line, 0, title)
    for column, (field, heading) in enumerate(fields.items()):
        sheet.write_string(len(titles), column, heading)
        for line, text in enumerate(rows[field], start=len(titles) + 1):
            if not text:
                continue
            if field == "date":
                sheet.write_datetime(line, column, datetime.datetime.fromisoformat(text), day)
            elif field == "time":
                sheet.write_datetime(line, column, datetime.time.fromisoformat(text), clock)
            elif field in {"latitude", "longitude"}:
                sheet.write_number(line, column, float(text))
            else:
                sheet.write_string(line, column, text)
    book.close()


def _youth_service(path: Path, rows: pd.DataFrame) -> None:
    """GeoJSON, a feature a concern, without a geometry where the place is not known."""
    fields = {field: name for field, name in LAYOUTS["youth_service"].fields.items() if field not in {"latitude", "longitude"}}  # fmt: skip
    features = []
    for row in _moments(rows, "%Y-%m-%d").to_dict("records"):
        point = [float(row["longitude"]), float(row["latitude"])] if row["latitude"] else None
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": point} if point else None,
                "properties": {name: row[field] for field, name in fields.items()},
            }
        )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def _housing(path: Path, rows: pd.DataFrame) -> None:
    """Our own blank return, filled in."""
    headings = {column.field: column.heading for column in RETURN_COLUMNS}
    filled = []
    for row in rows.to_dict("records"):
        line: dict[str, object] = {headings[name]: row[name] for name in ("harm", "setting", "age_band", "reference")}
        line[headings["date"]] = datetime.date.fromisoformat(row["date"][:10])
        if row["latitude"]:
            line |= {headings["latitude"]: float(row["latitude"]), headings["longitude"]: float(row["longitude"])}
        filled.append(line)
    fill(blank_return("housing"), path, filled)


LAYOUTS: dict[str, Layout] = {
    "education": Layout(
        ".csv",
        {"reference": "Ref", "date": "Date of concern", "latitude": "Lat", "longitude": "Long", "harm": "Concern type",
         "setting": "Location type", "age_band": "Age group"},
        "DD/MM/YYYY hh:mm", _education,
    ),
    "health": Layout(
        ".csv",
        {"reference": "Record no", "date": "Month", "easting": "Easting", "northing": "Northing", "postcode": "Post code",
         "harm": "Injury type", "setting": "Scene type", "age_band": "Age range"},
        "YYYY-MM", _health, crs="EPSG:27700",
    ),
    "housing": Layout(".xlsx", {}, "", _housing),
    "police": Layout(
        ".xlsx",
        {"reference": "Cyfeirnod", "date": "Dyddiad", "time": "Amser", "latitude": "Lledred", "longitude": "Hydred",
         "harm": "Math o niwed", "setting": "Math o le", "age_band": "Grŵp oedran"},
        "YYYY-MM-DD", _police,
    ),
    "social_care": Layout(
        ".xlsx",
        {"reference": "Case ref", "date": "Incident date", "latitude": "Latitude", "longitude": "Longitude",
         "harm": "Category of harm", "setting": "Place category", "age_band": "Age band"},
        "YYYY-MM-DD", _social_care,
    ),
    "transport": Layout(
        ".tsv",
        {"reference": "ID", "date": "Event date", "time": "Event time", "longitude": "X", "latitude": "Y",
         "harm": "Incident type", "setting": "Location type", "age_band": "Age"},
        "DD.MM.YYYY", _transport,
    ),
    "voluntary": Layout(
        ".csv",
        {"reference": "Our ref", "date": "When", "latitude": "lat", "longitude": "lng", "harm": "Worry", "setting": "Where",
         "age_band": "Ages"},
        "MM/DD/YYYY", _voluntary,
    ),
    "youth_service": Layout(
        ".geojson",
        {"reference": "ref", "date": "occurred", "harm": "theme", "setting": "venue", "age_band": "age_group",
         "latitude": "geometry y", "longitude": "geometry x"},
        "YYYY-MM-DD hh:mm", _youth_service,
    ),
}  # fmt: skip
