"""One explicit format for a column of dates, found from all of it; strict reading; times, parts and ranges."""

import datetime

import numpy as np
import pandas as pd
import pytest

from csg_maps.errors import InputRefused
from csg_maps.intake.meaning.clock import combine_date_time, combine_from_to, find_time_format, from_parts, parse_times
from csg_maps.intake.meaning.dates import ParsedDates, find_format, parse_with

TODAY = datetime.date(2026, 11, 24)


def column(*texts: str) -> pd.Series:
    return pd.Series(texts, dtype="str")


def read(*texts: str, format: str = "", timezone: str = "Europe/London") -> ParsedDates:  # noqa: A002
    values = column(*texts)
    return parse_with(values, format or find_format(values, today=TODAY).format, timezone=timezone, today=TODAY)


def starts(parsed: ParsedDates) -> list[str]:
    return [str(start) for start in parsed.frame["start"].to_numpy()]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2024-02-03", "2024-12-31"], "YYYY-MM-DD"),
        (["2024-02-03 15:30", "2024-02-03 15:30:59"], "YYYY-MM-DD hh:mm"),
        (["2024-02-03T15:30:00.123"], "YYYY-MM-DD hh:mm"),
        (["2024-02-03T15:30:00Z", "2024-07-03T15:30:00+01:00"], "YYYY-MM-DD hh:mm ±hh:mm"),
        (["2024-02-03 00:00:00", "2024-02-04 00:00:00"], "YYYY-MM-DD"),
        (["2024-02-03T00:00:00Z", "2024-06-04T00:00:00Z"], "YYYY-MM-DD"),
        (["13/02/2024", "01/02/2024"], "DD/MM/YYYY"),
        (["13/02/2024 9:05", "01/02/2024 21:15"], "DD/MM/YYYY hh:mm"),
        (["13/02/24"], "DD/MM/YY"),
        (["13-02-2024"], "DD-MM-YYYY"),
        (["13.02.2024"], "DD.MM.YYYY"),
        (["04/27/2016 01:44:00 PM", "05/05/2016 12:30:00 AM"], "MM/DD/YYYY hh:mm AM"),
        (["3 Feb 2024", "13 February 2024"], "DD Month YYYY"),
        (["3 Chwefror 2024", "3 o Fawrth 2024", "Dydd Llun 3 Mehefin 2024"], "DD Month YYYY"),
        (["03-Feb-24"], "DD Month YY"),
        (["February 3, 2024"], "Month DD, YYYY"),
        (["20240203"], "YYYYMMDD"),
        (["2024/02/03"], "YYYY/MM/DD"),
        (["2024-02"], "YYYY-MM"),
        (["02/2024"], "MM/YYYY"),
        (["Chwef 2024", "Mar 2024"], "Month YYYY"),
        (["2024", "2023"], "YYYY"),
        (["45355", "45356.5"], "Excel 1900"),
        (["01/02/2024 - 03/02/2024", "13/02/2024 – 14/02/2024"], "DD/MM/YYYY to DD/MM/YYYY"),
        (["from 13/02/2024 to 15/02/2024"], "DD/MM/YYYY to DD/MM/YYYY"),
        (["2024-02-03/2024-02-05"], "YYYY-MM-DD to YYYY-MM-DD"),
        (["street", "park"], ""),
        (["12345", "99999"], ""),
        (["", " "], ""),
    ],
)
def test_one_format_is_found_for_the_whole_column(texts: list[str], expected: str) -> None:
    assert find_format(column(*texts), today=TODAY).format == expected


def test_one_day_above_twelve_at_the_end_settles_a_long_column() -> None:
    texts = [*(f"{day:02}/{month:02}/2024" for day in range(1, 13) for month in range(1, 13))] * 50
    ambiguous = find_format(column(*texts), today=TODAY)
    settled = find_format(column(*texts, "13/01/2024"), today=TODAY)
    assert (ambiguous.format, ambiguous.is_ambiguous) == ("DD/MM/YYYY", True)
    assert (settled.format, settled.is_ambiguous, settled.needs_asking) == ("DD/MM/YYYY", False, False)
    assert "MM/DD/YYYY" in ambiguous.alternatives


def test_equal_day_and_month_read_the_same_either_way_so_nothing_is_ambiguous() -> None:
    assert not find_format(column("01/01/2024", "02/02/2024"), today=TODAY).is_ambiguous


def test_a_column_with_both_orders_is_asked_about() -> None:
    finding = find_format(column("13/02/2024", "14/02/2024", "02/13/2024"), today=TODAY)
    assert (finding.format, finding.is_ambiguous) == ("DD/MM/YYYY", True)
    assert finding.unreadable_examples_rows == (2,)


def test_a_month_written_as_its_first_day_is_a_month() -> None:
    texts = column("2022-01-01", "2022-02-01", "2022-03-01", "2022-03-01")
    assert find_format(texts, today=TODAY).format == "YYYY-MM-01"
    assert find_format(texts[:2], today=TODAY).format == "YYYY-MM-DD", "two first days may be two days"
    assert find_format(texts[:2], heading="Month", today=TODAY).format == "YYYY-MM-01"
    parsed = parse_with(texts, "YYYY-MM-01", today=TODAY)
    assert parsed.frame["precision"].tolist() == ["month"] * 4
    assert str(parsed.frame["end"][1]) == "2022-02-28 23:59:59"


def test_counts_say_how_many_rows_each_format_reads() -> None:
    finding = find_format(column("2024-02-03", "2024-02-04", "2024-02-04", "13/02/2024", "", "unknown"), today=TODAY)
    assert (finding.counted["YYYY-MM-DD"], finding.counted["DD/MM/YYYY"], finding.stated) == (3, 1, 4)
    assert finding.share_read == 0.75


@pytest.mark.parametrize(
    ("text", "format_", "start", "end", "precision"),
    [
        ("2024-02-29", "YYYY-MM-DD", "2024-02-29T00:00:00", "2024-02-29T23:59:59", "day"),
        ("2024-02-29 15:04:59", "YYYY-MM-DD hh:mm", "2024-02-29T15:04:00", "2024-02-29T15:04:59", "minute"),
        ("2024-02-29", "YYYY-MM-DD hh:mm", "2024-02-29T00:00:00", "2024-02-29T23:59:59", "day"),
        ("2024-03", "YYYY-MM", "2024-03-01T00:00:00", "2024-03-31T23:59:59", "month"),
        ("2023", "YYYY", "2023-01-01T00:00:00", "2023-12-31T23:59:59", "year"),
        ("45355.6458333333", "Excel 1900", "2024-03-04T15:30:00", "2024-03-04T15:30:59", "minute"),
        ("43893", "Excel 1904", "2024-03-04T00:00:00", "2024-03-04T23:59:59", "day"),
        ("01/02/2024 - 03/02/2024", "DD/MM/YYYY to DD/MM/YYYY", "2024-02-01T00:00:00", "2024-02-03T23:59:59", "month"),
        ("05/02/2024", "DD/MM/YYYY to DD/MM/YYYY", "2024-02-05T00:00:00", "2024-02-05T23:59:59", "day"),
        ("12/31/1999 12:05 AM", "MM/DD/YYYY hh:mm AM", "1999-12-31T00:05:00", "1999-12-31T00:05:59", "minute"),
    ],
)
def test_reading_gives_start_end_and_precision(text: str, format_: str, start: str, end: str, precision: str) -> None:
    parsed = read(text, format=format_)
    row = parsed.frame.iloc[0]
    assert (row["start"], row["end"], row["precision"]) == (pd.Timestamp(start), pd.Timestamp(end), precision)
    assert not parsed.bad[0]


def test_times_with_an_offset_become_the_local_clock_over_midnight() -> None:
    parsed = read("2024-06-30T23:30:00+00:00", "2024-01-31T23:30:00Z", "2024-06-30T23:30:00+01:00")
    assert starts(parsed) == ["2024-07-01T00:30:00", "2024-01-31T23:30:00", "2024-06-30T23:30:00"]
    assert starts(read("2020-01-01T02:00:00Z", timezone="America/Vancouver")) == ["2019-12-31T18:00:00"]


def test_nothing_is_guessed_what_does_not_fit_is_bad_and_the_rest_is_read() -> None:
    parsed = read(
        "01/02/2024",
        "30/02/2024",
        "2024-02-03",
        "01/13/2024",
        "soon",
        "",
        "anhysbys",
        "24/02/2024 25:00",
        format="DD/MM/YYYY",
    )
    assert parsed.bad.tolist() == [False, True, True, True, True, False, False, True]
    assert parsed.blank.tolist() == [False, False, False, False, False, True, True, False]
    assert parsed.frame["start"].isna().tolist() == [False, *[True] * 7]
    assert parsed.frame["precision"].tolist() == ["day", *["unknown"] * 7]


def test_an_impossible_clock_is_bad() -> None:
    parsed = read("2024-02-03 25:00", "2024-02-03 12:60", "2024-02-03 23:59", format="YYYY-MM-DD hh:mm")
    assert parsed.bad.tolist() == [True, True, False]
    assert read("01/02/2024 13:00 PM", "01/02/2024 0:30 AM", format="MM/DD/YYYY hh:mm AM").bad.all()


def test_a_range_that_ends_before_it_starts_is_bad() -> None:
    assert read("03/02/2024 to 01/02/2024", format="DD/MM/YYYY to DD/MM/YYYY").bad.tolist() == [True]


@pytest.mark.parametrize("format_", ["YYYY MM", "DD/MM/YYYY noon", "DD/MM/YYYY to YYYY"])
def test_an_unknown_format_is_refused_with_those_that_exist(format_: str) -> None:
    with pytest.raises(InputRefused, match="DD/MM/YYYY"):
        parse_with(column("2024"), format_)
    with pytest.raises(InputRefused, match="hh:mm"):
        parse_times(column("15"), format_)


def test_the_column_stays_as_it_was_and_the_order_of_rows_does_not_matter() -> None:
    texts = column("13/02/2024", "", "02/01/2024", "13/02/2024")
    before = texts.copy()
    found, reversed_found = find_format(texts, today=TODAY), find_format(texts[::-1], today=TODAY)
    assert found.format == reversed_found.format
    assert starts(parse_with(texts, found.format, today=TODAY))[::-1] == starts(
        parse_with(texts[::-1].reset_index(drop=True), found.format, today=TODAY)
    )
    pd.testing.assert_series_equal(texts, before)


def test_result_columns_have_their_types() -> None:
    frame = read("2024-02-03", "").frame
    assert [str(dtype) for dtype in frame.dtypes] == ["datetime64[s]", "datetime64[s]", "str"]


@pytest.mark.parametrize(
    ("texts", "format_", "minutes"),
    [
        (["15:00", "9:05"], "hh:mm", [900, 545]),
        (["1500", "930", "0"], "hhmm", [900, 570, 0]),
        (["3pm", "12 am", "3:15 p.m."], "hh:mm AM", [900, 0, 915]),
        (["15", "0", "23"], "hour", [900, 0, 1380]),
        (["0.625", "0.5"], "fraction of a day", [900, 720]),
    ],
)
def test_times_of_day_have_one_format_too(texts: list[str], format_: str, minutes: list[int]) -> None:
    assert find_time_format(column(*texts)).format == format_
    assert parse_times(column(*texts), format_).minute_of_day.tolist() == minutes


def test_a_date_and_a_time_make_a_moment_and_a_bad_time_leaves_the_day() -> None:
    times = parse_times(column("15:00", "25:00", "", "10:00"), "hh:mm")
    dates = read("01/02/2024", "01/02/2024", "01/02/2024", "", format="DD/MM/YYYY")
    joined = combine_date_time(dates, times, today=TODAY)
    assert joined.frame["precision"].tolist() == ["minute", "day", "day", "unknown"]
    assert times.bad.tolist() == [False, True, False, False]
    hours = combine_date_time(read("2024-02-01"), parse_times(column("15"), "hour"), today=TODAY)
    assert (hours.frame["precision"][0], str(hours.frame["end"][0])) == ("hour", "2024-02-01 15:59:59")


def test_a_start_and_an_end_claim_only_what_both_agree_on() -> None:
    first = read("2024-02-02 22:00", "2024-02-02 22:00", "2024-02-02 22:00", "", format="YYYY-MM-DD hh:mm")
    last = read("2024-02-03 02:00", "2024-02-02 23:00", "2024-02-01 02:00", "2024-02-05", format="YYYY-MM-DD hh:mm")
    both, is_backward = combine_from_to(first, last, today=TODAY)
    assert both.frame["precision"].tolist() == ["month", "day", "minute", "day"]
    assert is_backward.tolist() == [False, False, True, False]
    assert str(both.frame["end"][0]) == "2024-02-03 02:00:59"


def test_parts_in_columns_of_their_own_are_as_precise_as_they_go() -> None:
    parsed = from_parts(
        column("2020", "2020", "2023", "", "x", "2020"),
        column("1", "Mawrth", "2", "", "1", "13"),
        column("1", "0", "29", "", "1", "1"),
        column("0", "", "1", "", "1", "1"),
        column("1", "", "", "", "1", "1"),
        today=TODAY,
    )
    assert starts(parsed)[:2] == ["2020-01-01T00:01:00", "2020-03-01T00:00:00"]
    assert parsed.frame["precision"].tolist() == ["minute", "month", *["unknown"] * 4]
    assert parsed.bad.tolist() == [False, False, True, False, True, True]
    assert parsed.blank.tolist() == [False, False, False, True, False, False]


def test_a_million_distinct_moments_keep_their_order() -> None:
    seconds = np.arange(1_000_000, dtype=np.int64) * 60 + 1_577_836_800
    texts = pd.Series(seconds.astype("datetime64[s]").astype(str)).astype("str")
    parsed = parse_with(texts, "YYYY-MM-DD hh:mm", today=TODAY)
    assert (parsed.frame["start"].to_numpy().astype(np.int64) == seconds).all()


def test_a_column_of_several_formats_is_asked_about_with_the_one_that_reads_most():
    mixed = pd.Series(["05/03/2024", "2024-03-06", "7 March 2024", "08.03.24"] * 10 + ["09.03.24"])
    finding = find_format(mixed)
    assert finding.format == "DD.MM.YY"
    assert finding.needs_asking
    assert {"YYYY-MM-DD", "DD/MM/YYYY", "DD Month YYYY"} <= set(finding.alternatives)
    assert finding.unreadable_examples_rows == (0, 1, 2, 4, 5)
    assert "11 of 41" in finding.reason


def test_a_column_of_words_is_none_of_dates():
    assert find_format(pd.Series(["here", "there", "05/03/2024", "nowhere"])).format == ""
