"""Tables, mappings and contexts as a supply has them, for tests of what becomes of rows."""

import datetime
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csg_maps.geography.areas import read_area_layer
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.rows.records import IntakeContext, Records
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.provenance import Sharing
from csg_maps.model.vocabulary import known_words

TEXT = pd.StringDtype(storage="pyarrow", na_value=np.nan)

POLICE_UK = ColumnMapping(
    fields={
        "reference": "Crime ID",
        "date": "Month",
        "longitude": "Longitude",
        "latitude": "Latitude",
        "area_code": "LSOA code",
        "harm": "Crime type",
    },
    crs="EPSG:4326",
    formats={"Month": "YYYY-MM"},
    words={"harm": known_words()["harms"]},
)

PLAIN = ColumnMapping(
    fields={"date": "date", "latitude": "lat", "longitude": "lng", "harm": "harm", "reference": "ref"},
    crs="EPSG:4326",
    formats={"date": "YYYY-MM-DD"},
    words={"harm": {"robbery": "violence.robbery", "ASB": "asb"}},
)


def table_of(
    frame: pd.DataFrame | dict[str, list[str]], name: str = "supply.csv", refused: tuple[int, ...] = ()
) -> RawTable:
    """A table as reading gives it; the first row of data is row 2."""
    frame = pd.DataFrame(frame).astype(TEXT)
    rows = np.arange(2, len(frame) + 2, dtype=np.int64)
    return RawTable(name, tuple(frame.columns), frame, rows, dict.fromkeys(frame.columns, "text"), refused_rows=refused)


def read_street_csv(path: object) -> pd.DataFrame:
    """A police.uk file exactly as written."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def context_of(**changes: object) -> IntakeContext:
    """A police supply of concerns, in mid-2024, into an empty store."""
    usual = {
        "agency": "police",
        "evidence": "concern",
        "sharing": Sharing(),
        "today": datetime.date(2024, 7, 1),
        "secret": b"a secret of this test",
    }
    return IntakeContext(**{**usual, **changes})


def square_layer(**squares: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """A layer of rectangles (west, south, east, north) by code."""
    frame = gpd.GeoDataFrame(
        {"code": list(squares)}, geometry=[shapely.box(*bounds) for bounds in squares.values()], crs="EPSG:4326"
    )
    return read_area_layer(frame, code="code", name="code")[0]


def codes_of(records: Records) -> dict[str, int]:
    """How often each rule spoke."""
    return records.problems["code"].value_counts().to_dict()


def facts_of(records: Records, code: str) -> list[dict[str, str]]:
    """The facts of each problem of a rule."""
    return [json.loads(text) for text in records.problems.loc[records.problems["code"] == code, "values"]]


def reasons_of(records: Records) -> list[str]:
    """Why each quarantined row is kept apart, in the order of the file."""
    return records.quarantined["reasons"].tolist()
