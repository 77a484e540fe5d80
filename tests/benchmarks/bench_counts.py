"""Filter → counts by cell: beside a pandas groupby on columns in memory, and beside plain DuckDB SQL on the same files."""

from collections.abc import Callable

import duckdb
import numpy as np
import pytest

from csg_maps.geography.cells import parents
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import CellPlace, make_filter
from csg_maps.store import counts
from csg_maps.store.workspace import Store
from tests.benchmarks.conftest import SIZES
from tests.benchmarks.measuring import columns_of, median_ms, sealed_paths

HARMS = ("asb", "violence")
EVERYTHING = make_filter(evidence="background")
SOME = make_filter(evidence="background", harms=HARMS, month_from="2024-01", month_to="2024-02")
_KEEP, _PUT = ~(15 << 52), (9 << 52) | ((1 << 3 * (15 - 9)) - 1)


@pytest.mark.benchmark
@pytest.mark.parametrize("size", SIZES)
def test_counts(stores: dict[str, Store], size: str, tell: Callable[[str], None]) -> None:
    """Prints; checks that all three count the same."""
    store = stores[size]
    frame = columns_of(store, ["cell", "harm", "occurred_from"]).to_pandas().astype({"harm": "category"})
    files = ", ".join(f"'{path}'" for path in sealed_paths(store))
    database = duckdb.connect()

    for name, chosen in (("everything", EVERYTHING), ("two kinds, two months", SOME)):
        harms = list(chosen.harms)

        def by_pandas(harms: list[str] = harms) -> int:
            kept = frame[frame["cell"] != 0]
            if harms:
                day = kept["occurred_from"]
                kept = kept[kept["harm"].isin(harms) & (day >= "2024-01-01") & (day < "2024-03-01")]
            return int(kept.groupby(parents(kept["cell"].to_numpy(), 9)).size().sum())

        def by_sql(harms: list[str] = harms) -> int:
            where = "cell <> 0"
            if harms:
                where += (
                    f" AND harm IN {tuple(harms)} AND occurred_from >= '2024-01-01' AND occurred_from < '2024-03-01'"
                )
            asked = f"SELECT (cell & {_KEEP}) | {_PUT} AS cell, count(*) AS n FROM read_parquet([{files}]) WHERE {where} GROUP BY 1 ORDER BY 1"
            return int(np.sum(database.sql(asked).to_arrow_table().column("n").to_numpy()))

        def by_us(chosen: object = chosen) -> int:
            return int(counts.count(store, LOCAL_ACTOR, chosen, CellPlace(9))["count"].sum())  # type: ignore[arg-type]

        assert by_us() == by_pandas() == by_sql()
        ours, pandas, sql = median_ms(by_us), median_ms(by_pandas, 3), median_ms(by_sql)
        tell(
            f"counts r9    {size:>12}: {name:22} {ours:6.0f} ms | pandas {pandas:6.0f} ms, x {pandas / ours:.1f} faster | "
            f"plain SQL {sql:6.0f} ms, x {sql / ours:.2f}"
        )
