"""What counts as a click: two finite numbers near the map, once, under the filter that it was made under."""

import pytest

from csg_maps.views.map_view import Click, new_click, read_click
from csg_maps.views.state import MapMemory

BOUNDS = (52.0, -1.0, 53.0, 0.0)
HERE = Click(52.5, -0.5)


def test_a_click_is_read():
    assert read_click({"last_clicked": {"lat": 52.5, "lng": -0.5}}, BOUNDS) == HERE
    assert read_click({"last_clicked": {"lat": 52, "lng": 0}}, BOUNDS) == Click(52.0, 0.0)


@pytest.mark.parametrize(
    "answer", [None, {}, [], "x", {"last_clicked": None}, {"last_clicked": [52, 0]}, {"last_clicked": {}}]
)
def test_nothing_clicked_is_no_click(answer):
    assert read_click(answer, BOUNDS) is None


def test_the_first_run_tells_nothing_and_the_first_click_is_new():
    memory, click = new_click(MapMemory(), None, "a")
    assert click is None
    memory, click = new_click(memory, HERE, "a")
    assert click == HERE
    assert new_click(memory, HERE, "a")[1] is None


def test_a_click_made_before_the_filter_changed_is_not_answered_again():
    memory, _ = new_click(MapMemory(filter_key="a"), HERE, "a")
    memory, click = new_click(memory, HERE, "b")
    assert click is None
    assert new_click(memory, HERE, "b")[1] is None
    other = Click(52.6, -0.4)
    assert new_click(memory, other, "b")[1] == other


def test_no_click_after_a_click_is_not_new():
    memory, _ = new_click(MapMemory(filter_key="a"), HERE, "a")
    assert new_click(memory, None, "a")[1] is None
