"""The same rows supplied again, re-saved or in an overlapping extract: only what is new is added, and it is said."""

import dataclasses
import io

import numpy as np
import pandas as pd
import pytest

from csg_maps.intake.rows.records import make_records
from csg_maps.model.mapping import ColumnMapping
from tests.supplies import PLAIN, POLICE_UK, codes_of, context_of, read_street_csv, table_of


def held(*supplies):
    """The context of a store that holds these records."""
    keys = np.sort(np.concatenate([one.accepted["row_key"].to_numpy() for one in supplies]))
    refs = np.unique(np.concatenate([one.accepted["source_ref"].to_numpy() for one in supplies]))
    return context_of(seen_row_keys=keys, seen_source_refs=refs[refs != 0])


@pytest.fixture(scope="module")
def month(shared_data):
    return read_street_csv(shared_data / "police_uk/2024-03-bedfordshire-street.csv")


def test_attack_062_rows_saved_again_as_other_bytes_are_duplicates(month):
    first = make_records(table_of(month), POLICE_UK, context_of())
    shuffled = month.sample(frac=1, random_state=4)[list(reversed(month.columns))]
    bytes_again = io.BytesIO(shuffled.to_csv(index=False, sep=";").encode("utf-16"))
    again = pd.read_csv(bytes_again, sep=";", encoding="utf-16", dtype=str, keep_default_na=False)
    second = make_records(table_of(again), POLICE_UK, held(first))
    assert second.counts.accepted == 0 and second.counts.duplicates == 5_272 == second.counts.rows
    told = second.problems[second.problems["level"] == "duplicate"]
    assert sorted(told["row"]) == list(range(2, 5_274)) and set(told["code"]) == {"held-already"}


def test_attack_062_coding_a_word_later_does_not_make_the_rows_new():
    frame = {
        "date": ["2024-03-01"] * 2,
        "lat": ["51.88"] * 2,
        "lng": ["-0.42"] * 2,
        "harm": ["MISPER", "misper"],
        "ref": [""] * 2,
    }
    first = make_records(table_of(frame), PLAIN, context_of())
    assert first.accepted["harm"].tolist() == ["other.not_coded"] * 2
    learned = dataclasses.replace(PLAIN, words={"harm": {"misper": "missing"}})
    assert make_records(table_of(frame), learned, held(first)).counts.duplicates == 2


def test_attack_063_an_overlapping_extract_adds_only_what_is_new(month):
    early, late = month.iloc[:3_500], month.iloc[2_000:]
    first = make_records(table_of(early), POLICE_UK, context_of())
    second = make_records(table_of(late), POLICE_UK, held(first))
    assert second.counts.adds_up and second.counts.rows == 3_272
    assert (second.counts.duplicates, second.counts.accepted) == (1_500, 1_772), "the 1,500 of the overlap, and no more"
    whole = make_records(table_of(month), POLICE_UK, context_of())
    both = np.concatenate([first.accepted["row_key"], second.accepted["row_key"]])
    assert len(np.unique(both)) == len(both)
    extra = make_records(table_of(month), POLICE_UK, held(first, second))
    assert extra.counts.accepted == 0 and whole.counts.accepted == len(both)


def test_attack_063_alike_rows_without_a_reference_are_a_multiset():
    def supply(count):
        frame = {
            "date": ["2024-03"] * count,
            "lat": ["51.88"] * count,
            "lng": ["-0.42"] * count,
            "harm": ["ASB"] * count,
        }
        return table_of({**frame, "ref": [""] * count})

    monthly = dataclasses.replace(PLAIN, formats={"date": "YYYY-MM"})
    first = make_records(supply(3), monthly, context_of())
    assert first.counts.accepted == 3, "three incidents at one map point look alike and are three"
    again = make_records(supply(5), monthly, held(first))
    assert (again.counts.duplicates, again.counts.accepted) == (3, 2)
    fewer = make_records(supply(2), monthly, held(first))
    assert (fewer.counts.duplicates, fewer.counts.accepted) == (2, 0)


def test_attack_063_a_corrected_row_is_kept_and_told():
    frame = {"date": ["2024-03-01"], "lat": ["51.88"], "lng": ["-0.42"], "harm": ["ASB"], "ref": ["A1"]}
    first = make_records(table_of(frame), PLAIN, context_of())
    second = make_records(table_of({**frame, "date": ["2024-03-02"]}), PLAIN, held(first))
    assert second.counts.accepted == 1 and codes_of(second)["reference-known"] == 1
    assert second.problems.loc[second.problems["code"] == "reference-known", "row"].tolist() == [2]


def test_attack_063_a_row_that_became_confidential_is_not_taken_for_the_old_one():
    frame = {"date": ["2024-03-01"], "area": ["W1"], "code": ["P"]}
    mapping = ColumnMapping({"date": "date", "area_code": "area", "handling": "code"}, formats={"date": "YYYY-MM-DD"})
    first = make_records(table_of(frame), mapping, context_of())
    second = make_records(table_of({**frame, "code": ["C"]}), mapping, held(first))
    assert second.counts.accepted == 1 and second.accepted["handling"].tolist() == ["C"]


def test_attack_062_within_one_file_full_duplicates_go_only_where_a_reference_proves_them():
    frame = {
        "date": ["2024-03-01"] * 5, "lat": ["51.88"] * 5, "lng": ["-0.42"] * 5,
        "harm": ["ASB", "ASB", "robbery", "ASB", "ASB"], "ref": ["A1", "A1", "A1", "", ""],
    }  # fmt: skip
    found = make_records(table_of(frame), PLAIN, context_of())
    assert found.counts.duplicates == 1 and found.counts.accepted == 4
    assert found.problems.loc[found.problems["code"] == "duplicate-in-file", "row"].tolist() == [3]
    assert found.problems.loc[found.problems["code"] == "reference-repeated", "row"].tolist() == [4]
