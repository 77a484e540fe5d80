"""Counts equal an independent count with pandas and h3, for every choice; and what an actor may not use is never in them."""

from concurrent.futures import ThreadPoolExecutor

import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import pytest

from csg_maps.errors import InputRefused, NotAllowed, StoreProblem
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.model.filters import DIMENSIONS, CellPlace, ConcernFilter, make_filter
from csg_maps.store import batches, counts
from csg_maps.store.workspace import Store
from tests.store.synthetic import HEALTH, POLICE, made_up, seal_frame

EVERYTHING = make_filter()
BANDS = ["00_03", "03_06", "06_09", "09_12", "12_15", "15_18", "18_21", "21_24"]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    """Each record with the labels of every dimension, worked out row by row with Python's own calendar."""
    rows = []
    for record in frame.itertuples():
        start, end, precision = record.occurred_from, record.occurred_to, record.time_precision
        dated = not pd.isna(start)
        one_day = dated and start.date() == end.date()
        hour_known = one_day and precision in {"minute", "hour"} and start.hour // 3 == end.hour // 3
        rows.append(
            {
                "month": start.strftime("%Y-%m") if dated and precision in {"minute", "hour", "day", "month"} else "",
                "weekday": str(start.isoweekday()) if one_day and precision in {"minute", "hour", "day"} else "unknown",
                "hour_band": BANDS[start.hour // 3] if hour_known else "unknown",
                "harm_group": record.harm.split(".")[0],
                "day": start.strftime("%Y-%m-%d") if dated and precision in {"minute", "hour", "day"} else "",
            }
        )
    return frame.assign(**pd.DataFrame(rows, index=frame.index))


@pytest.fixture(scope="module")
def records() -> pd.DataFrame:
    frame = made_up(4_000, 7)
    # ranges: over midnight, over a weekend, within a band, over two bands
    ranges = [("2024-05-03 22:00", "2024-05-04 02:00"), ("2024-05-03 17:00", "2024-05-06 09:00")]
    ranges += [("2024-05-03 15:00", "2024-05-03 17:59:59"), ("2024-05-03 14:00", "2024-05-03 16:00")]
    for row, (start, end) in enumerate(ranges):
        frame.loc[row, "occurred_from"], frame.loc[row, "occurred_to"] = pd.Timestamp(start), pd.Timestamp(end)
        frame.loc[row, "time_precision"] = "minute"
    return by_hand(frame)


@pytest.fixture(scope="module")
def filled(records: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Store:
    from csg_maps.store.workspace import create_store

    made = create_store(tmp_path_factory.mktemp("counts") / "store")
    own = records.drop(columns=["month", "weekday", "hour_band", "harm_group", "day"])
    seal_frame(made, own[:2_500])
    seal_frame(made, own[2_500:].assign(area_later=pd.Series("", index=own.index[2_500:], dtype="str")))
    seal_frame(made, made_up(500, 8, evidence="background", agency="police"))
    return made


def expected(records: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    found = records.groupby(keys).size().rename("count").reset_index()
    return found.sort_values(keys, ignore_index=True)


def parent_of(cell: int, resolution: int) -> int:
    return h3.cell_to_parent(cell, resolution)


@pytest.mark.parametrize("resolution", [7, 8, 9, 10, 11])
def test_counts_by_cell_equal_h3(filled: Store, records: pd.DataFrame, resolution: int) -> None:
    found = counts.count(filled, LOCAL_ACTOR, EVERYTHING, CellPlace(resolution))
    placed = records[records["cell"] != 0]
    parents = pd.Series([parent_of(cell, resolution) for cell in placed["cell"].tolist()], dtype="int64")
    wanted = parents.value_counts().sort_index()
    assert found["cell"].dtype == found["count"].dtype == np.int64
    assert found["cell"].tolist() == wanted.index.tolist()
    assert found["count"].tolist() == wanted.tolist()
    assert list(found.columns) == ["cell", "count"]


@pytest.mark.parametrize("name", DIMENSIONS)
def test_counts_by_each_dimension_equal_pandas(filled: Store, records: pd.DataFrame, name: str) -> None:
    found = counts.count(filled, LOCAL_ACTOR, EVERYTHING, None, by=(name,))
    pd.testing.assert_frame_equal(
        found.sort_values(name, ignore_index=True), expected(records, [name]), check_dtype=True
    )


def test_counts_by_cell_and_two_dimensions(filled: Store, records: pd.DataFrame) -> None:
    found = counts.count(filled, LOCAL_ACTOR, EVERYTHING, CellPlace(8), by=("month", "harm"))
    placed = records[records["cell"] != 0]
    placed = placed.assign(cell=[parent_of(cell, 8) for cell in placed["cell"].tolist()])
    keys = ["cell", "month", "harm"]
    pd.testing.assert_frame_equal(found.sort_values(keys, ignore_index=True), expected(placed, keys))


def _is_chosen(records: pd.DataFrame, chosen: ConcernFilter) -> pd.Series:
    kept = pd.Series(True, index=records.index)
    columns = {"harm": chosen.harms, "setting": chosen.settings, "age_band": chosen.age_bands, "basis": chosen.basis}
    for column, values in ({"agency": chosen.agencies} | columns).items():
        if values:
            kept &= records[column].isin(values)
    in_month = records["occurred_from"].dt.strftime("%Y-%m")
    if chosen.month_from:
        kept &= (in_month >= chosen.month_from).fillna(False).astype(bool)
    if chosen.month_to:
        kept &= (in_month <= chosen.month_to).fillna(False).astype(bool)
    if chosen.weekdays:
        kept &= records["weekday"].isin(chosen.weekdays)
    if chosen.hour_bands:
        kept &= records["hour_band"].isin(chosen.hour_bands)
    if chosen.leave_out_proactive:
        kept &= ~records["is_proactive"]
    return kept


@pytest.mark.parametrize(
    "chosen",
    [
        make_filter(harms=("violence", "asb")),
        make_filter(month_from="2024-02", month_to="2024-12"),
        make_filter(month_from="2025-12"),
        make_filter(month_to="2023-01"),
        make_filter(weekdays=("5", "6")),
        make_filter(hour_bands=("15_18", "21_24")),
        make_filter(hour_bands=("unknown",)),
        make_filter(weekdays=("1", "2", "3", "4", "5"), hour_bands=("15_18",), month_from="2023-09"),
        make_filter(leave_out_proactive=True, age_bands=("13_15",), settings=("park",)),
        make_filter(agencies=("health",)),
        make_filter(agencies=("health", "police"), basis=("recorded",)),
    ],
    ids=str,
)
def test_each_filter_equals_pandas(filled: Store, records: pd.DataFrame, chosen: ConcernFilter) -> None:
    wanted = records[_is_chosen(records, chosen)]
    total = counts.count(filled, LOCAL_ACTOR, chosen, None)
    assert total["count"].tolist() == [len(wanted)]
    told = counts.totals(filled, LOCAL_ACTOR, chosen)
    assert told["records"][0] == len(wanted)
    assert told["on_map"][0] == (wanted["cell"] != 0).sum()
    assert told["records"][0] == told["on_map"][0] + told["not_on_map"][0]
    assert counts.count(filled, LOCAL_ACTOR, chosen, CellPlace(9))["count"].sum() == told["on_map"][0]


def test_totals_say_what_is_left_out_and_why(filled: Store, records: pd.DataFrame) -> None:
    chosen = make_filter(weekdays=("5",), month_from="2024-01", month_to="2024-12", harms=("asb",))
    told = counts.totals(filled, LOCAL_ACTOR, chosen)
    asb = records[records["harm"] == "asb"]
    assert told["without_date"][0] == asb["occurred_from"].isna().sum() > 0
    in_2024 = asb["occurred_from"].dt.year == 2024
    assert told["left_out_for_precision"][0] == (in_2024 & (asb["weekday"] == "unknown")).sum() > 0
    assert counts.totals(filled, LOCAL_ACTOR, EVERYTHING)["left_out_for_precision"][0] == 0
    assert set(map(str, told.dtypes)) == {"int64"}


def test_dates_are_days_that_certainly_differ(filled: Store, records: pd.DataFrame) -> None:
    found = counts.count(filled, LOCAL_ACTOR, EVERYTHING, CellPlace(7), with_dates=True).set_index("cell")
    placed = records[records["cell"] != 0]
    for cell, rows in placed.groupby([parent_of(cell, 7) for cell in placed["cell"].tolist()]):
        dates = 0
        for month, group in rows.groupby("month"):
            if month:
                dates += max(1, len(set(group["day"]) - {""}))
        assert found.loc[cell, "dates"] == dates
        assert found.loc[cell, "count"] == len(rows)
    alone = counts.count(filled, LOCAL_ACTOR, EVERYTHING, None, with_dates=True)
    assert alone["count"].tolist() == [len(records)]


def test_a_month_known_record_adds_a_date_only_where_its_month_has_none(store: Store) -> None:
    frame = made_up(6, 3)
    frame["cell"] = np.int64(frame["cell"].max())
    days = ["2024-05-01", "2024-05-01", "2024-05-09", "2024-05-01", "2024-06-01", "2024-01-01"]
    frame["occurred_from"] = frame["occurred_to"] = pd.to_datetime(days).astype("datetime64[s]")
    frame["time_precision"] = pd.Series(["day", "day", "day", "month", "month", "year"], dtype="str")
    seal_frame(store, frame)
    found = counts.count(store, LOCAL_ACTOR, EVERYTHING, CellPlace(9), with_dates=True)
    assert found[["count", "dates"]].to_numpy().tolist() == [[6, 3]]  # 1 May, 9 May, some day in June


def test_background_is_never_added_to_concerns(filled: Store) -> None:
    assert counts.count(filled, LOCAL_ACTOR, make_filter(evidence="background"), None)["count"].tolist() == [500]
    assert counts.count(filled, LOCAL_ACTOR, make_filter(evidence="intelligence"), None)["count"].tolist() == [0]


def test_twelve_threads_at_once_agree(filled: Store) -> None:
    def ask(number: int) -> pd.DataFrame:
        chosen = make_filter(harms=("asb",)) if number % 2 else EVERYTHING
        return counts.count(filled, LOCAL_ACTOR, chosen, CellPlace(7 + number % 3), by=("month",))

    alone = [ask(number) for number in range(6)]
    with ThreadPoolExecutor(12) as pool:
        together = list(pool.map(ask, range(60)))
    for number, found in enumerate(together):
        pd.testing.assert_frame_equal(found, alone[number % 6])


def test_two_neighbours_and_a_missing_cell_pass_every_door_unchanged(store: Store) -> None:
    cell = h3.latlng_to_cell(52.13, -0.46, 11)
    siblings = sorted(h3.cell_to_children(h3.cell_to_parent(cell, 10), 11))[:2]
    assert [int(float(sibling)) for sibling in siblings] != siblings  # a float would be other places
    frame = made_up(6, 4)
    frame["cell"] = np.array([siblings[0], siblings[1], siblings[1], 0, 0, 0], dtype="int64")
    seal_frame(store, frame)
    found = counts.count(store, LOCAL_ACTOR, EVERYTHING, CellPlace(11))
    assert found.to_numpy().tolist() == [[siblings[0], 1], [siblings[1], 2]]
    assert counts.history_cells(store, 11).tolist() == siblings
    assert counts.history_cells(store, 11).dtype == np.int64
    told = counts.totals(store, LOCAL_ACTOR, EVERYTHING)
    assert told[["records", "on_map", "not_on_map"]].to_numpy().tolist() == [[6, 3, 3]]
    assert 0 not in counts.count(store, LOCAL_ACTOR, EVERYTHING, CellPlace(7), by=("month",))["cell"].tolist()


def test_a_withdrawn_batch_disappears_and_returns(store: Store) -> None:
    ids = [seal_frame(store, made_up(100, 1)), seal_frame(store, made_up(50, 2))]
    before = counts.count(store, LOCAL_ACTOR, EVERYTHING, CellPlace(9))
    history = counts.history_cells(store, 9)
    batches.withdraw(store, LOCAL_ACTOR, ids[0], "a test")
    assert counts.totals(store, LOCAL_ACTOR, EVERYTHING)["records"][0] == 50
    assert len(counts.history_cells(store, 9)) < len(history)
    batches.restore_batch(store, LOCAL_ACTOR, ids[0])
    pd.testing.assert_frame_equal(counts.count(store, LOCAL_ACTOR, EVERYTHING, CellPlace(9)), before)
    assert counts.history_cells(store, 9).tolist() == history.tolist()


def test_attack_103_a_restricted_batch_is_absent_for_whom_it_does_not_name(store: Store) -> None:
    seal_frame(store, made_up(100, 1, harm="asb"))
    seal_frame(store, made_up(40, 2, harm="exploitation", handling="C", recipients="police", setting="park"))
    canary = made_up(40, 2)["cell"].max()
    for actor, records in ((LOCAL_ACTOR, 140), (POLICE, 140), (HEALTH, 100)):
        assert counts.totals(store, actor, EVERYTHING)["records"][0] == records
        sees = actor is not HEALTH
        assert ("exploitation" in counts.count(store, actor, EVERYTHING, None, by=("harm",))["harm"].tolist()) is sees
        assert (canary in counts.count(store, actor, EVERYTHING, CellPlace(11))["cell"].tolist()) is sees
        assert (canary in counts.history_cells(store, 11, actor=actor).tolist()) is sees
    assert canary not in counts.history_cells(store, 11).tolist()
    assert counts.count(store, HEALTH, make_filter(harms=("exploitation",)), None)["count"].tolist() == [0]


def test_an_actor_without_the_right_counts_nothing(store: Store) -> None:
    nobody = Actor("n", "police", ())
    for ask in (
        lambda: counts.count(store, nobody, EVERYTHING, None),
        lambda: counts.totals(store, nobody, EVERYTHING),
        lambda: counts.newest(store, nobody, EVERYTHING),
    ):
        with pytest.raises(NotAllowed):
            ask()
    assert batches.readable_files(store, nobody) == ()


@pytest.mark.parametrize("with_dates", [False, True])
def test_an_empty_store_gives_the_promised_columns(store: Store, with_dates: bool) -> None:
    more = ["dates"] if with_dates else []
    found = counts.count(store, LOCAL_ACTOR, EVERYTHING, CellPlace(9), by=("month",), with_dates=with_dates)
    assert list(found.columns) == ["cell", "month", "count", *more]
    assert (len(found), str(found["cell"].dtype), str(found["month"].dtype)) == (0, "int64", "str")
    assert counts.count(store, LOCAL_ACTOR, EVERYTHING, None, with_dates=with_dates)["count"].tolist() == [0]
    assert counts.totals(store, LOCAL_ACTOR, EVERYTHING).to_numpy().tolist() == [[0, 0, 0, 0, 0]]
    assert list(counts.newest(store, LOCAL_ACTOR, EVERYTHING).columns) == ["agency", "newest"]
    assert not len(counts.history_cells(store, 9))


def test_nothing_chosen_gives_the_same_columns_as_something(filled: Store) -> None:
    none = counts.count(filled, LOCAL_ACTOR, make_filter(month_from="2031-01"), CellPlace(9), by=("harm", "weekday"))
    some = counts.count(filled, LOCAL_ACTOR, EVERYTHING, CellPlace(9), by=("harm", "weekday"))
    assert len(none) == 0
    pd.testing.assert_series_equal(none.dtypes, some.dtypes)


def test_agency_months_and_newest(filled: Store, records: pd.DataFrame) -> None:
    found = counts.by_agency_and_month(filled, LOCAL_ACTOR, EVERYTHING)
    pd.testing.assert_frame_equal(
        found.sort_values(["agency", "month"], ignore_index=True), expected(records, ["agency", "month"])
    )
    newest = counts.newest(filled, LOCAL_ACTOR, EVERYTHING)
    assert newest["agency"].tolist() == ["police"]
    assert newest["newest"][0] == records["occurred_from"].max()


def test_texts_of_an_attacker_are_values_not_sql(filled: Store) -> None:
    hostile = ConcernFilter(harms=("x') OR 1=1 --", "%", "_"), agencies=("'; DROP VIEW files; --",))
    assert counts.count(filled, LOCAL_ACTOR, hostile, None)["count"].tolist() == [0]
    assert counts.totals(filled, LOCAL_ACTOR, EVERYTHING)["records"][0] == 4_000
    with pytest.raises(InputRefused):
        counts.count(filled, LOCAL_ACTOR, EVERYTHING, None, by=("harm; DROP TABLE x",))
    with pytest.raises(InputRefused):
        counts.count(filled, LOCAL_ACTOR, EVERYTHING, CellPlace(12))


def test_a_file_that_vanished_is_asked_for_once_more_then_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [seal_frame(store, made_up(30, 1)), seal_frame(store, made_up(20, 2))]
    real, asked = counts.readable_files, []

    def stale_once(*arguments: object, **options: object) -> tuple[batches.BatchFile, ...]:
        files = real(*arguments, **options)  # type: ignore[arg-type]
        asked.append(len(files))
        if len(asked) == 1:  # another process purges between the manifest and the disk
            batches.purge_batch(store, LOCAL_ACTOR, ids[0], "its time is over")
        return files

    monkeypatch.setattr(counts, "readable_files", stale_once)
    assert counts.count(store, LOCAL_ACTOR, EVERYTHING, None)["count"].tolist() == [20]
    assert asked == [2, 1]
    for path in (store.folder / "batches").glob("*"):
        path.unlink()
    with pytest.raises(StoreProblem, match="missing"):
        counts.count(store, LOCAL_ACTOR, EVERYTHING, None)


def test_only_sealed_files_and_areas_can_be_read_by_the_engine(store: Store, tmp_path: object) -> None:
    import duckdb

    from csg_maps.store import engine

    seal_frame(store, made_up(5))
    counts.totals(store, LOCAL_ACTOR, EVERYTHING)
    for path in ("/etc/passwd", str(store.folder / "quarantine" / "x.parquet"), "http://localhost/x.parquet"):
        with pytest.raises((duckdb.Error, StoreProblem)):
            engine.run(store.folder, f"SELECT * FROM read_text('{path}')")
