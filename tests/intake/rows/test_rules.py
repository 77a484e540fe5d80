"""Each rule for rows: what it says, at which level, and to which rows."""

import dataclasses
import string

import numpy as np
import pandas as pd
import pytest

from csg_maps.errors import InputRefused
from csg_maps.intake.messages import RuleText, describe
from csg_maps.intake.rows import rules
from csg_maps.intake.rows.records import make_records
from csg_maps.intake.rows.rules import volume_problems
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.provenance import Sharing
from tests.supplies import PLAIN, codes_of, context_of, facts_of, reasons_of, table_of

EVERY_RULE = [rule for rule in vars(rules).values() if isinstance(rule, RuleText)]
TODAY = context_of().today


def records_of(columns, fields=None, formats=None, context=None, **mapping):
    count = len(next(iter(columns.values())))
    columns = {"date": ["2024-03-01"] * count, "area": ["W1"] * count, **columns}
    fields = {"date": "date", "area_code": "area", **(fields or {})}
    chosen = ColumnMapping(fields, formats=formats if formats is not None else {"date": "YYYY-MM-DD"}, **mapping)
    found = make_records(table_of(columns), chosen, context or context_of())
    assert found.counts.adds_up
    return found


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.code)
def test_every_rule_says_what_is_wrong_and_what_to_do(rule):
    names = {name for text in (rule.message, rule.fix) for _, name, _, _ in string.Formatter().parse(text) if name}
    message, fix = describe(rule.code, dict.fromkeys(names, "7"))
    assert message.endswith((".", "7")) and fix.endswith(".") and "{" not in message + fix


@pytest.mark.parametrize(
    "date, reason",
    [
        ("2024-07-02", "future-date"),
        ("2068-01-01", "future-date"),
        ("1989-12-31", "date-too-old"),
        ("1900-01-01", "date-too-old"),
        ("2023-02-29", "unreadable-date"),
        ("13/02/2024", "unreadable-date"),
    ],
)
def test_dates_that_cannot_be_are_kept_apart(date, reason):
    found = records_of({"date": [date, "2024-07-01", "1990-01-01"]})
    assert reasons_of(found) == [reason] and found.counts.accepted == 2
    told = found.problems[found.problems["code"] == reason].iloc[0]
    assert (told["row"], told["column"]) == (2, "date")
    assert "YYYY-MM-DD" in " ".join(describe(reason, facts_of(found, reason)[0]))


@pytest.mark.parametrize("written", ["%d/%m/%Y", "DD/MM/YYYY nonsense"])
def test_a_format_that_does_not_exist_is_refused_in_words(written):
    with pytest.raises(InputRefused, match="DD/MM/YYYY"):
        records_of({"date": ["2024-03-01"]}, formats={"date": written})


def test_a_row_without_a_date_is_kept_and_told():
    found = records_of({"date": ["", "2024-03-01"]})
    assert found.accepted["time_precision"].tolist() == ["unknown", "day"]
    assert found.accepted["occurred_from"].isna().tolist() == [True, False]
    assert found.problems.loc[found.problems["code"] == "no-date", "row"].tolist() == [2]


def test_a_month_is_its_first_to_its_last_second():
    found = records_of({"date": ["2024-02"]}, formats={"date": "YYYY-MM"}).accepted.iloc[0]
    assert (str(found["occurred_from"]), str(found["occurred_to"])) == ("2024-02-01 00:00:00", "2024-02-29 23:59:59")
    assert found["time_precision"] == "month"


def test_times_ranges_and_parts():
    columns = {
        "date": ["2024-03-01"] * 4,
        "at": ["21:30", "", "99:99", "07:05"],
        "to": ["", "2024-03-02", "", "2024-02-01"],
    }
    found = records_of(columns, {"time": "at", "date_to": "to"}, formats={"date": "YYYY-MM-DD", "to": "YYYY-MM-DD"})
    assert found.accepted["occurred_from"].astype(str).tolist() == [
        "2024-03-01 21:30:00", "2024-03-01 00:00:00", "2024-03-01 00:00:00"
    ]  # fmt: skip
    assert found.accepted["time_precision"].tolist() == ["minute", "month", "day"]
    assert str(found.accepted["occurred_to"][1]) == "2024-03-02 23:59:59"
    assert reasons_of(found) == ["range-backwards"] and codes_of(found)["unreadable-time"] == 1
    parts = {
        "y": ["2024", "2024", "2024"],
        "m": ["3", "March", ""],
        "d": ["9", "", ""],
        "h": ["15", "", ""],
        "n": ["05", "", ""],
    }
    fields = {"year": "y", "month": "m", "day": "d", "hour": "h", "minute": "n"}
    mapping = ColumnMapping({**fields, "area_code": "a"})
    found = make_records(table_of({**parts, "a": ["W1"] * 3}), mapping, context_of()).accepted
    assert found["occurred_from"].astype(str).tolist() == [
        "2024-03-09 15:05:00", "2024-03-01 00:00:00", "2024-01-01 00:00:00"
    ]  # fmt: skip
    assert found["time_precision"].tolist() == ["minute", "month", "year"]


def test_an_hour_beside_a_date():
    columns = {"hour": ["15", "", "9"], "minute": ["30", "", ""]}
    found = records_of(columns, {"hour": "hour", "minute": "minute"}).accepted
    assert found["time_precision"].tolist() == ["minute", "day", "hour"]
    assert found["occurred_from"].dt.hour.tolist() == [15, 0, 9] and found["occurred_from"].dt.minute.tolist() == [
        30,
        0,
        0,
    ]


def test_unknown_words_are_kept_as_not_coded_with_one_warning_a_word():
    columns = {"h": ["Robbery", "odd thing", "ODD  thing", "", "strange"], "s": ["Park", "lido", "", "park", "PARK"]}
    words = {"harm": {"robbery": "violence.robbery"}, "setting": {"Park": "park"}}
    found = records_of(columns, {"harm": "h", "setting": "s"}, words=words)
    assert found.accepted["harm"].tolist() == [
        "violence.robbery", "other.not_coded", "other.not_coded", "other.not_stated", "other.not_coded"
    ]  # fmt: skip
    assert found.accepted["setting"].tolist() == ["park", "unknown", "unknown", "park", "park"]
    told = [(fact["word"], fact["rows"]) for fact in facts_of(found, "unknown-word")]
    assert told == [("odd thing", "2"), ("strange", "1"), ("lido", "1")]


def test_a_column_of_free_text_is_not_used_and_none_of_it_is_quoted():
    columns = {"h": [f"CANARY {number} was seen" for number in range(600)]}
    found = records_of(columns, {"harm": "h"})
    assert (
        set(found.accepted["harm"]) == {"other.not_coded"} and facts_of(found, "free-text-column")[0]["count"] == "600"
    )
    bad = records_of({**columns, "date": ["nonsense"] * 600}, {"harm": "h"})
    assert bad.counts.quarantined == 600
    for frame in (found.problems, found.accepted, bad.problems, bad.quarantined):
        assert "CANARY" not in frame.to_csv()


def test_constants_ages_and_yes_no():
    columns = {"age": ["15", "200", ""], "cop": ["Yes", "", "perhaps"], "n": ["2", "", "many"]}
    found = records_of(
        columns,
        {"age": "age", "is_proactive": "cop", "children_count": "n"},
        constants={"harm": "asb", "basis": "seen"},
    )
    assert found.accepted["age_band"].tolist() == ["13_15", "unknown", "unknown"]
    assert found.accepted["is_proactive"].tolist() == [True, False, False]
    assert found.accepted["children_count"].tolist() == [2, 0, 0]
    assert set(found.accepted["harm"]) == {"asb"} and set(found.accepted["basis"]) == {"seen"}
    assert {"unreadable-age", "unknown-yes-no", "unreadable-count"} <= codes_of(found).keys()


@pytest.mark.parametrize(
    "sharing, handling, recipients",
    [(Sharing(), ["P", "C", "P"], ["", "police", ""]), (Sharing("C", ("health",)), ["C"] * 3, ["health"] * 3)],
)
def test_a_code_of_a_row_narrows_and_never_widens(sharing, handling, recipients):
    found = records_of(
        {"code": ["2/C/P", "1/B/C", "", "3/B"]}, {"handling": "code"}, context=context_of(sharing=sharing)
    )
    assert found.accepted["handling"].tolist() == handling and found.accepted["recipients"].tolist() == recipients
    assert reasons_of(found) == ["unreadable-handling"] and facts_of(found, "blank-handling") == [{"rows": "1"}]


def months(**rows):
    return pd.DataFrame({"month": [name.strip("m").replace("_", "-") for name in rows], "rows": list(rows.values())})


def test_missing_months_are_named():
    (told,) = volume_problems(months(m2022_11=50, m2023_02=40), "f", TODAY)
    assert told.code == "missing-months" and told.values == {"months": "2022-12, 2023-01"}


def test_a_sharp_drop_in_the_last_months_is_told():
    # 1,187 rows fell to 164 within two months in a real supply
    falling = months(m2023_12=1190, m2024_01=1150, m2024_02=1187, m2024_03=600, m2024_04=164)
    assert [(one.code, one.values["month"]) for one in volume_problems(falling, "f", TODAY)] == [
        ("sharp-drop", "2024-04")
    ]
    steady = months(m2024_01=100, m2024_02=80, m2024_03=110, m2024_04=90, m2024_05=70)
    assert volume_problems(steady, "f", TODAY) == []
    assert (
        volume_problems(months(m2024_03=100, m2024_04=100, m2024_05=100, m2024_07=5), "f", TODAY)[0].code
        == "missing-months"
    )
    assert len(volume_problems(months(m2024_04=100, m2024_05=100, m2024_06=100, m2024_07=5), "f", TODAY)) == 0


def test_northumbria_lacks_december_only_between_first_and_last(shared_data):
    frame = pd.read_csv(shared_data / "messy/northumbria_asb.tab.gz", sep="\t", dtype=str, keep_default_na=False)
    mapping = ColumnMapping({"date": "month", "latitude": "latitude", "longitude": "longitude"}, crs="EPSG:4326")
    found = make_records(table_of(frame), mapping, context_of())
    assert found.counts.accepted == 39_706 and set(found.accepted["time_precision"]) == {"month"}
    without_june = frame[~frame["month"].str.contains("-06-")]
    again = make_records(table_of(without_june), mapping, context_of())
    assert facts_of(again, "missing-months") == [{"months": "2022-06"}]
    part = make_records(table_of(without_june), mapping, dataclasses.replace(context_of(), is_whole_supply=False))
    assert "missing-months" not in codes_of(part) and part.months["rows"].sum() == len(without_june)


def test_left_out_columns_are_not_read_even_when_mapped():
    frame = {"date": ["2024-03-01"], "lat": ["51.88"], "lng": ["-0.42"], "harm": ["CANARY"], "ref": ["CANARY"]}
    mapping = dataclasses.replace(PLAIN, left_out=("harm", "ref"))
    found = make_records(table_of(frame), mapping, context_of())
    assert found.accepted["harm"].tolist() == ["other.not_stated"] and found.accepted["source_ref"].tolist() == [0]
    assert "CANARY" not in found.problems.to_csv() and np.all(found.accepted["cell"] > 0)
