"""Dates that would be read wrongly without a word: each is read as it was meant, asked about, or an error."""

import datetime

import pandas as pd

from csg_maps.intake.meaning.dates import find_format, parse_with

TODAY = datetime.date(2026, 11, 24)


def column(*texts: str) -> pd.Series:
    return pd.Series(texts, dtype="str")


def test_attack_045_one_thirteenth_makes_the_column_uk_dates() -> None:
    texts = column("01/02/2024", "13/02/2024")
    finding = find_format(texts, today=TODAY)
    assert (finding.format, finding.needs_asking) == ("DD/MM/YYYY", False)
    parsed = parse_with(texts, finding.format, today=TODAY)
    assert [day.strftime("%d %B") for day in parsed.frame["start"]] == ["01 February", "13 February"]


def test_attack_046_an_iso_date_is_year_month_day() -> None:
    texts = column("2024-02-03", "2024-02-04")
    parsed = parse_with(texts, find_format(texts, today=TODAY).format, today=TODAY)
    assert parsed.frame["start"].tolist() == [pd.Timestamp("2024-02-03"), pd.Timestamp("2024-02-04")]


def test_attack_047_us_order_is_asked_and_an_ambiguous_file_confirmed() -> None:
    american = find_format(column("01/02/2024", "02/13/2024"), today=TODAY)
    assert (american.format, american.is_ambiguous, american.needs_asking) == ("MM/DD/YYYY", False, True)
    ambiguous = find_format(column("01/02/2024", "03/04/2024"), today=TODAY)
    assert (ambiguous.format, ambiguous.is_ambiguous, ambiguous.needs_asking) == ("DD/MM/YYYY", True, True)
    assert "MM/DD/YYYY" in ambiguous.alternatives


def test_attack_048_serials_and_epochs_are_exact() -> None:
    serials = column("45355", "45355.0")
    finding = find_format(serials, today=TODAY)
    assert finding.format == "Excel 1900"
    assert "Excel 1904" in finding.alternatives or finding.counted["Excel 1904"] == 0
    assert set(parse_with(serials, "Excel 1900", today=TODAY).frame["start"]) == {pd.Timestamp("2024-03-04")}
    assert parse_with(column("43893"), "Excel 1904", today=TODAY).frame["start"][0] == pd.Timestamp("2024-03-04")


def test_attack_048_days_that_do_not_exist_are_errors_never_another_day() -> None:
    parsed = parse_with(column("29/02/2023", "29/02/2024", "31/04/2024", "00/01/2024"), "DD/MM/YYYY", today=TODAY)
    assert parsed.bad.tolist() == [True, False, True, True]
    assert parsed.frame["start"].isna().tolist() == [True, False, True, True]


def test_attack_048_1900_2068_and_the_future_are_told_apart_and_flagged() -> None:
    parsed = parse_with(
        column("01/01/1900", "01/01/2068", "25/11/2026", "24/11/2026", "31/12/1989", "01/01/1990"),
        "DD/MM/YYYY",
        today=TODAY,
    )
    assert not parsed.bad.any()
    assert parsed.too_early.tolist() == [True, False, False, False, True, False]
    assert parsed.future.tolist() == [False, True, True, False, False, False]
    assert parse_with(column("01/01/68"), "DD/MM/YY", today=TODAY).future.tolist() == [True]


def test_attack_048_full_width_digits_are_exact_and_other_digits_are_errors() -> None:
    parsed = parse_with(
        column("０１／０２／２０２４", "01/02/202²", "٠١/٠٢/٢٠٢٤", "01\u00a0/02/2024"), "DD/MM/YYYY", today=TODAY
    )
    assert parsed.bad.tolist() == [False, True, True, True]
    assert parsed.frame["start"][0] == pd.Timestamp("2024-02-01")
