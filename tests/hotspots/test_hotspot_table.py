"""One table: always the same columns, sorted by evidence, nothing lost on the way."""

from typing import Any

import h3
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.sparse import csr_matrix

from csg_maps.errors import SchemaBroken
from csg_maps.geography.cells import ring_matrix
from csg_maps.hotspots.classify import CLASS_LABELS
from csg_maps.hotspots.exact_test import benjamini_hochberg, even_share, exact_p_values
from csg_maps.hotspots.gi_star import gi_star
from csg_maps.hotspots.hotspot_table import HOTSPOT_COLUMNS, hotspot_table
from csg_maps.model.schema import check_frame

CELLS = np.array(
    sorted(h3.str_to_int(cell) for cell in h3.grid_disk(h3.latlng_to_cell(52.13, -0.46, 9), 4)), dtype=np.int64
)  # 61


def _frame(counts: list[int] | np.ndarray, cells: np.ndarray = CELLS) -> pd.DataFrame:
    values = np.array(counts, dtype=np.int64)
    return pd.DataFrame({"cell": cells, "count": values, "dates": np.minimum(values, 4)})


def _tested(frame: pd.DataFrame) -> pd.DataFrame:
    neighbours = ring_matrix(frame["cell"])
    return hotspot_table(frame, neighbours, even_share(neighbours))


def test_columns_never_depend_on_what_was_calculated() -> None:
    frame = _frame([3] * 30 + [0] * 31)
    neighbours = ring_matrix(CELLS)
    plain, tested = hotspot_table(frame), _tested(frame)
    constant = _tested(_frame([1] * 61))
    empty = hotspot_table(frame.iloc[:0], csr_matrix((0, 0)), np.array([]))
    no_share = hotspot_table(frame, neighbours)
    for table in (plain, tested, constant, empty, no_share):
        assert table.columns.tolist() == ["cell", *[column.name for column in HOTSPOT_COLUMNS]]
        check_frame(table, HOTSPOT_COLUMNS, "table")
        assert table["cell"].dtype == "int64"
    not_calculated = ["ring_count", "expected", "ratio", "gi_star", "p_value", "q_value", "class"]
    assert plain[not_calculated].isna().all().all()
    assert no_share[not_calculated].isna().all().all()
    assert constant["gi_star"].isna().all()
    assert constant["p_value"].notna().all()


def test_numbers_are_those_of_the_parts() -> None:
    counts = np.random.default_rng(1).poisson(1.0, 61)
    counts[30] = 25
    neighbours = ring_matrix(CELLS)
    share = even_share(neighbours)
    table = _tested(_frame(counts)).set_index("cell").loc[CELLS]
    p_values = exact_p_values(counts, neighbours, share)
    assert_allclose(table["gi_star"].to_numpy(dtype=float), gi_star(counts, neighbours))
    assert_allclose(table["p_value"].to_numpy(dtype=float), p_values)
    assert_allclose(table["q_value"].to_numpy(dtype=float), benjamini_hochberg(p_values))
    assert_allclose(table["expected"].to_numpy(dtype=float), share * counts.sum())
    assert_allclose((table["ratio"] * table["expected"]).to_numpy(dtype=float), neighbours @ counts)
    assert table["ring_count"].tolist() == (neighbours @ counts).astype(int).tolist()
    assert table.loc[CELLS[30], "class"] == "hotspot_999"
    assert table.loc[CELLS[30], "rank"] == 1


def test_rank_goes_by_class_then_p_then_count_then_key() -> None:
    counts = np.random.default_rng(2).poisson(0.6, 61)
    counts[30] = 25
    table = _tested(_frame(counts))
    strength = table["class"].map({code: place for place, code in enumerate(CLASS_LABELS)})
    keys = list(zip(strength, table["p_value"], -table["count"], table["cell"], strict=True))
    assert keys == sorted(keys)
    assert table["rank"].tolist() == list(range(1, 62))
    plain = hotspot_table(_frame(counts))
    keys = list(zip(-plain["count"], plain["cell"], strict=True))
    assert keys == sorted(keys)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 15), min_size=61, max_size=61), st.randoms(use_true_random=False))
def test_counts_are_conserved_order_is_irrelevant_and_inputs_are_unchanged(counts: list[int], random: Any) -> None:
    frame = _frame(counts)
    before = frame.copy(deep=True)
    table = _tested(frame)
    assert table["count"].sum() == sum(counts)
    assert sorted(table["cell"]) == CELLS.tolist()
    order = list(range(61))
    random.shuffle(order)
    pd.testing.assert_frame_equal(_tested(frame.iloc[order]), table)
    pd.testing.assert_frame_equal(frame, before)


def test_areas_are_ranked_with_their_names() -> None:
    frame = pd.DataFrame(
        {
            "area_code": pd.Series(["W3", "W1", "W2"], dtype="str"),
            "area_name": pd.Series(["Cwm", "Allt", "Bryn"], dtype="str"),
            "count": np.array([1, 9, 9], dtype=np.int64),
            "dates": np.array([1, 9, 9], dtype=np.int64),
        }
    )
    table = hotspot_table(frame, key="area_code")
    assert table.columns.tolist()[:4] == ["area_code", "area_name", "count", "dates"]
    assert table["area_name"].tolist() == ["Allt", "Bryn", "Cwm"]
    tested = hotspot_table(frame, csr_matrix(np.eye(3)), [0.2, 0.4, 0.4], key="area_code")
    assert tested["area_code"].tolist() == ["W1", "W2", "W3"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frame: frame.astype({"cell": "float64"}),
        lambda frame: frame.astype({"count": "float64"}),
        lambda frame: frame.assign(cell=np.append(frame["cell"].to_numpy()[:-1], 0)),
        lambda frame: frame.assign(cell=frame["cell"].iloc[0]),
        lambda frame: frame.drop(columns="dates"),
        lambda frame: frame.iloc[:-1],
    ],
    ids=["float cell", "float count", "no cell", "repeated cell", "no dates", "a row short"],
)
def test_a_frame_that_breaks_its_promise_is_refused(spoil: Any) -> None:
    neighbours = ring_matrix(CELLS)
    with pytest.raises(SchemaBroken):
        hotspot_table(spoil(_frame([1] * 61)), neighbours, even_share(neighbours))


def test_shares_of_another_length_are_refused() -> None:
    with pytest.raises(SchemaBroken, match="expected shares"):
        hotspot_table(_frame([1] * 61), ring_matrix(CELLS), [0.5])


def test_the_neighbours_of_a_busy_place_are_not_hotspots_for_it() -> None:
    middle = h3.latlng_to_cell(52.13, -0.46, 9)
    cells = np.array(sorted(h3.str_to_int(cell) for cell in h3.grid_disk(middle, 8)), dtype=np.int64)
    counts = np.full(len(cells), 6, dtype=np.int64)
    counts[cells == h3.str_to_int(middle)] = 90
    frame = pd.DataFrame({"cell": cells, "count": counts, "dates": np.minimum(counts, 50)})
    neighbours = ring_matrix(cells)
    alone = csr_matrix(np.eye(len(cells)))
    without = hotspot_table(frame, neighbours, even_share(neighbours))
    assert without["class"].str.startswith("hotspot").sum() == 7
    table = hotspot_table(frame, neighbours, even_share(neighbours), own_share=even_share(alone))
    assert table.loc[table["class"].str.startswith("hotspot"), "cell"].tolist() == [h3.str_to_int(middle)]
    assert (table["class"] == "around").sum() == 6
