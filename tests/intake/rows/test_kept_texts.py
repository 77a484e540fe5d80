"""Rows set aside keep what mends them, and never a sentence about somebody."""

import pandas as pd
import pytest

from csg_maps.intake.rows.kept_texts import kept_text

SAME = [
    ("date", "31/02/2024"),
    ("date", "Dydd Mawrth 31 Chwefror 2024"),
    ("date", "2024-13-01T25:00:00Z"),
    ("time", "25:61 pm"),
    ("latitude", "52.13N"),
    ("easting", "TL 05123"),
    ("harm", "Something that nobody mapped"),
]


@pytest.mark.parametrize(("field", "text"), SAME)
def test_what_mends_a_row_stays(field: str, text: str) -> None:
    assert kept_text(field, pd.Series([text])).tolist() == [text]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("date", "on Tuesday with Zebedee Quuxcanary"),
        ("date", "Zebedee"),
        ("time", "after school, Zebedee"),
        ("age", "13, Zebedee's sister"),
        ("latitude", "behind the house of Zebedee"),
        ("date", "1" * 200),
    ],
)
def test_words_about_somebody_do_not(field: str, text: str) -> None:
    assert kept_text(field, pd.Series([text, ""])).tolist() == ["", ""]
