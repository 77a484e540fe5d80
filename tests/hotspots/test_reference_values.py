"""Known numbers: every column of the reference tables from R spdep, and the values documented in esda's own tests."""

from pathlib import Path

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from csg_maps.hotspots.autocorrelation import (
    GlobalStatistic,
    geary_c,
    general_g,
    local_moran,
    moran_i,
    moran_i_with_weights,
)
from csg_maps.hotspots.empirical_bayes import smoothed_rates
from csg_maps.hotspots.exact_test import benjamini_hochberg, bonferroni, two_sided_normal_p
from csg_maps.hotspots.gi_star import gi, gi_star, row_standardised

TABLES = {
    "columbus": ("columbus_CRIME_queen_local.csv", "columbus_queen_edges.csv"),
    "nc": ("nc_SID74_queen_local.csv", "nc_sids_queen_edges.csv"),
}


@pytest.fixture(scope="module")
def oracles(shared_data: Path) -> Path:
    return shared_data / "reference" / "r_oracles"


def _table(oracles: Path, name: str) -> tuple[pd.DataFrame, csr_matrix]:
    local, edges = (pd.read_csv(oracles / file) for file in TABLES[name])
    at = pd.Series(np.arange(len(local)), index=local["id"])
    rows, columns = at[edges["from"]].to_numpy(), at[edges["to"]].to_numpy()
    others = csr_matrix((np.ones(len(edges)), (rows, columns)), shape=(len(local), len(local)))
    assert np.asarray(others.sum(axis=1)).ravel().tolist() == local["n_neighbours"].tolist()
    return local, others


def _with_self(others: csr_matrix) -> csr_matrix:
    return csr_matrix(others + csr_matrix(np.eye(others.shape[0])))


def test_no_column_of_the_local_tables_is_left_out(oracles: Path) -> None:
    reproduced = {
        "Gi_z_binary", "GiStar_z_binary", "Gi_z_rowstd", "GiStar_z_rowstd", "GiStar_p_two_sided", "GiStar_p_BH",
        "GiStar_p_bonferroni", "localMoran_I", "localMoran_E", "localMoran_Var", "localMoran_z", "localMoran_p",
        "raw_rate", "EB_global_rate", "EB_local_rate",
    }  # fmt: skip
    given = {"id", "y", "n_neighbours", "pop"}
    for name in TABLES:
        assert set(_table(oracles, name)[0].columns) <= reproduced | given


@pytest.mark.parametrize("name", list(TABLES))
def test_local_g_with_binary_and_row_standardised_weights(oracles: Path, name: str) -> None:
    local, others = _table(oracles, name)
    whole = _with_self(others)
    assert_allclose(gi_star(local["y"], whole), local["GiStar_z_binary"], atol=1e-9)
    assert_allclose(gi_star(local["y"], row_standardised(whole)), local["GiStar_z_rowstd"], atol=1e-9)
    assert_allclose(gi(local["y"], whole), local["Gi_z_binary"], atol=1e-9)
    assert_allclose(gi(local["y"], row_standardised(others)), local["Gi_z_rowstd"], atol=1e-9)


@pytest.mark.parametrize("name", list(TABLES))
def test_normal_p_and_its_corrections(oracles: Path, name: str) -> None:
    local, others = _table(oracles, name)
    p_values = two_sided_normal_p(gi_star(local["y"], _with_self(others)))
    assert_allclose(p_values, local["GiStar_p_two_sided"], atol=1e-9)
    assert_allclose(benjamini_hochberg(p_values), local["GiStar_p_BH"], atol=1e-9)
    assert_allclose(bonferroni(p_values), local["GiStar_p_bonferroni"], atol=1e-9)


@pytest.mark.parametrize("name", list(TABLES))
def test_local_moran(oracles: Path, name: str) -> None:
    local, others = _table(oracles, name)
    found = local_moran(local["y"], others)
    assert_allclose(found.estimate, local["localMoran_I"], atol=1e-9)
    assert_allclose(found.expectation, local["localMoran_E"], atol=1e-9)
    assert_allclose(found.variance, local["localMoran_Var"], atol=1e-9)
    assert_allclose(found.z_score, local["localMoran_z"], atol=1e-9)
    assert_allclose(found.p_value, local["localMoran_p"], atol=1e-9)


def test_empirical_bayes_rates(oracles: Path) -> None:
    local, others = _table(oracles, "nc")
    assert_allclose(local["y"] / local["pop"], local["raw_rate"], atol=1e-15)
    assert_allclose(smoothed_rates(local["y"], local["pop"]), local["EB_global_rate"], atol=1e-12)
    found = smoothed_rates(local["y"], local["pop"], _with_self(others))
    assert_allclose(found, local["EB_local_rate"], atol=1e-12)


def test_every_global_statistic(oracles: Path) -> None:
    expected = pd.read_csv(oracles / "global_statistics.csv")
    reproduced = 0
    for name, table in (("columbus", "columbus_CRIME_queen"), ("nc", "nc_SID74_queen")):
        local, others = _table(oracles, name)
        found: dict[str, GlobalStatistic] = {
            "Moran_I_rowstd_randomisation": moran_i(local["y"], others),
            "Moran_I_rowstd_normality": moran_i(local["y"], others, assumption="normality"),
            "Geary_C_rowstd_randomisation": geary_c(local["y"], others),
            "GetisOrd_G_binary": general_g(local["y"], others),
        }
        for row in expected[expected["set"] == table].itertuples():
            statistic = found[row.statistic]
            sign = -1 if row.statistic.startswith("Geary") else 1  # R prints (expectation − C) there
            assert_allclose(statistic.estimate, row.estimate, rtol=1e-9)
            assert_allclose(statistic.expectation, row.expectation, rtol=1e-9)
            assert_allclose(statistic.variance, row.variance, rtol=1e-9)
            assert_allclose(sign * statistic.z_score, row.z, rtol=1e-9)
            assert_allclose(statistic.p_value, row.p, rtol=1e-7)
            reproduced += 1
    assert reproduced == len(expected) == 8


def test_the_example_of_getis_and_ord_1996(oracles: Path) -> None:
    grid = pd.read_csv(oracles / "getisord1996_grid256_localG.csv")
    tree = cKDTree(grid[["x", "y"]])
    within = {d: csr_matrix(tree.sparse_distance_matrix(tree, d).toarray() > 0, dtype=float) for d in (30, 60)}
    assert_allclose(gi(grid["val"], within[30]), grid["Gi_d30"], atol=1e-9)
    assert_allclose(gi(grid["val"], within[60]), grid["Gi_d60"], atol=1e-9)
    assert_allclose(gi_star(grid["val"], _with_self(within[30])), grid["GiStar_d30"], atol=1e-9)


def _example_weights(gal: str, order: list[str]) -> csr_matrix:
    neighbours = libpysal.io.open(libpysal.examples.get_path(gal)).read().neighbors
    at = {str(key): position for position, key in enumerate(order)}
    pairs = [(at[str(i)], at[str(j)]) for i, near in neighbours.items() for j in near]
    rows, columns = np.array(pairs).T
    return csr_matrix((np.ones(len(pairs)), (rows, columns)), shape=(len(order), len(order)))


def _documented(shared_data: Path) -> dict[tuple[str, str], float]:
    table = pd.read_csv(shared_data / "reference" / "documented_values.csv")
    assert len(table) == 9
    return {(row.dataset.split()[0], row.statistic): row.value for row in table.itertuples()}


def test_documented_moran_of_st_louis_and_north_carolina(shared_data: Path) -> None:
    documented = _documented(shared_data)
    with open(libpysal.examples.get_path("stl_hom.txt")) as lines:
        homicides = pd.read_csv(lines, skiprows=1)
    others = _example_weights("stl.gal", [str(n) for n in range(1, len(homicides) + 1)])
    found = moran_i(homicides["HR8893"], others, assumption="normality")
    assert_allclose(found.estimate, documented["stl_hom", "Moran I"], rtol=1e-9)
    assert_allclose(found.p_value / 2, documented["stl_hom", "Moran p_norm"], rtol=1e-9)  # documented one-tailed

    table = libpysal.io.open(libpysal.examples.get_path("sids2.dbf"))
    rates = np.array(table.by_col("SIDR74"))
    codes = [str(int(code)) for code in table.by_col("FIPSNO")]
    others = _example_weights("sids2.gal", codes)
    assert_allclose(moran_i(rates, others).estimate, documented["sids2", "Moran I"], rtol=1e-9)


def test_documented_geary_of_columbus_with_rook_neighbours(shared_data: Path) -> None:
    documented = _documented(shared_data)
    areas = gpd.read_file(libpysal.examples.get_path("columbus.shp"))
    rook = libpysal.weights.Rook.from_dataframe(areas, use_index=False)
    found = geary_c(areas["CRIME"], csr_matrix(rook.sparse))
    assert_allclose(found.estimate, documented["columbus", "Geary C"], rtol=1e-9)
    assert_allclose(found.z_score, documented["columbus", "Geary z_rand"], rtol=1e-9)


def test_documented_local_and_general_g_of_six_points(shared_data: Path) -> None:
    documented = _documented(shared_data)
    values = np.array([2, 3, 3.2, 5, 8, 7])
    tree = cKDTree([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)])
    whole = csr_matrix(tree.sparse_distance_matrix(tree, 15).toarray() > 0, dtype=float) + csr_matrix(np.eye(6))
    six = "6"
    assert_allclose(gi(values, whole)[0], documented[six, "G_Local z[0]"], atol=5e-8)
    assert_allclose(gi_star(values, whole)[0], documented[six, "G_Local* z[0]"], atol=5e-9)
    assert_allclose(general_g(values, whole).estimate, documented[six, "Getis-Ord G"], atol=5e-9)


def test_documented_moran_variance_of_a_lattice(shared_data: Path) -> None:
    at = np.array([(row, column) for row in range(3) for column in range(3)])
    rook = csr_matrix(np.abs(at[:, None] - at).sum(axis=2) == 1, dtype=float)
    found = moran_i_with_weights(np.arange(1, 10), rook).variance
    assert_allclose(found, _documented(shared_data)["3x3", "Moran VI_rand"], rtol=1e-9)
