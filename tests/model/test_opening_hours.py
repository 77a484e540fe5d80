"""Opening hours: what people and files write is read alike, midnight is passed, and nonsense is told."""

import pytest

from csg_maps.errors import InputRefused
from csg_maps.model.opening_hours import (
    OpeningHours,
    format_hours,
    hours_from_json,
    hours_to_json,
    is_open,
    make_hours,
    open_share,
    parse_day,
    parse_hours,
)

WEEK = dict.fromkeys(range(1, 6), (("09:00", "17:00"),))


@pytest.mark.parametrize(
    "text",
    [
        "Mo-Fr 09:00-17:00",
        "mo-fr 9:00-17:00;",
        "Mon to Fri 9am-5pm",
        "Monday - Friday: 9am to 5pm",
        "Mon, Tue, Wed, Thu & Fri 09.00 – 17.00",
        "Llun-Gwener 09:00-17:00",
        "Ll-Gw 09:00 - 17:00",
        "Dydd Llun i Dydd Gwener 9.00-17.00",
        "weekdays 0900-1700",
        "Mo 09:00-17:00, Tu 09:00-17:00, We-Fr 09:00-17:00",
        "Mo-Th 09:00-17:00 Fr 9-5pm",
        "Mo-Fr,PH 09:00-17:00",
    ],
)
def test_one_week_in_many_ways_of_writing(text: str) -> None:
    read = parse_hours(text)
    assert read.problem == ""
    assert read.hours == make_hours(WEEK)


def test_days_round_the_end_of_the_week_later_rules_and_closed_days() -> None:
    read = parse_hours("Fr-Mo 18:00-02:00; Su closed; Tu ar gau")
    assert dict(read.hours.days) == {
        1: (("18:00", "02:00"),),
        2: (),
        5: (("18:00", "02:00"),),
        6: (("18:00", "02:00"),),
        7: (),
    }
    assert read.hours.of_day(3) is None


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("09:00-13:00,14:00-18:00", (("09:00", "13:00"), ("14:00", "18:00"))),
        ("09:00-12:30,13:00-16:30,17:00-21:00", (("09:00", "12:30"), ("13:00", "16:30"), ("17:00", "21:00"))),
        ("9-12 & 1-5pm", (("09:00", "12:00"), ("13:00", "17:00"))),
        ("CLOSED", ()),
        ("Ar gau", ()),
        ("24 hours", (("00:00", "24:00"),)),
        ("10pm - 4am", (("22:00", "04:00"),)),
        ("noon-midnight", (("12:00", "24:00"),)),
        ("", None),
        ("Not known", None),
    ],
)
def test_one_day(text: str, ranges: object) -> None:
    assert parse_day(text) == (ranges, "")


@pytest.mark.parametrize(
    "text",
    [
        "sometimes",
        "25:00-26:00",
        "09:00",
        "09:00-09:00",
        "Mo-Xx 09:00-17:00",
        "9am-13pm",
        "{{7*7}}",
        "09:75-10:00",
        "Mo-Fr",
        "17",
    ],
)
def test_what_is_no_hours_is_told_and_says_how_to_write_them(text: str) -> None:
    read = parse_hours(text)
    assert read.hours == OpeningHours()
    assert "09:00-17:00" in read.problem
    assert "sometimes" not in read.problem and "7*7" not in read.problem
    assert "09:00-17:00" in parse_day(text)[1]


def test_past_midnight_belongs_to_the_evening_before() -> None:
    late = parse_hours("Fr,Sa 20:00-03:00; Su-Th closed").hours
    assert [is_open(late, 5, at) for at in ("19:59", "20:00", "23:59")] == [False, True, True]
    assert [is_open(late, 6, at) for at in ("02:59", "03:00", "20:00")] == [True, False, True]
    assert [is_open(late, 7, at) for at in ("02:59", "03:00")] == [True, False]
    assert is_open(late, 5, "01:00") is False


def test_a_day_of_which_nothing_is_known_is_neither_open_nor_closed() -> None:
    some = parse_hours("Mo 09:00-17:00").hours
    assert is_open(some, 2, "12:00") is None
    assert is_open(some, 1, "12:00") is True
    assert open_share(some, [(1, "12:00"), (1, "18:00")]) == 0.5
    assert open_share(some, [(1, "12:00"), (2, "12:00")]) is None


def test_what_is_kept_comes_back_and_is_shown_in_words() -> None:
    hours = parse_hours("Mo-Fr 09:00-13:00,14:00-18:00; Sa 22:00-02:00; Su closed").hours
    assert hours_from_json(hours_to_json(hours)) == hours
    assert hours_to_json(OpeningHours()) == "{}"
    assert format_hours(hours) == "Monday to Friday 09:00-13:00, 14:00-18:00; Saturday 22:00-02:00; Sunday closed"
    assert parse_hours(format_hours(hours)).hours == hours


@pytest.mark.parametrize("by_day", [{0: ()}, {8: ()}, {1: (("9", "17:00"),)}, {1: (("24:00", "01:00"),)}])
def test_made_by_hand_it_must_be_possible(by_day: dict) -> None:
    with pytest.raises(InputRefused):
        make_hours(by_day)
