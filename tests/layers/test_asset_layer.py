"""Marks of assets: a shape and letters at points, and nothing else can get in."""

import base64

import pytest

from csg_maps.errors import SchemaBroken
from csg_maps.layers import map_page
from csg_maps.layers.asset_layer import AssetMarks, asset_layer, picture, symbol
from csg_maps.model.asset import SHAPES, asset_kinds
from tests.attacks.test_injection import BOUNDS, everything_sent


def test_every_kind_is_drawn_with_its_letters_once_a_point() -> None:
    groups = [(kind.shape, kind.mark, [(52.1, -0.4), (52.2, -0.41)]) for kind in asset_kinds().values()]
    sent = everything_sent(map_page.make_map((), BOUNDS), [asset_layer(groups)])
    for kind in asset_kinds().values():
        assert f">{kind.mark}</text>" in sent
    assert sent.count("[[52.1,-0.4],[52.2,-0.41]]") == len(groups)
    assert sent.count("interactive: false") >= len(groups)
    assert "http" not in "".join(line for line in sent.split("L.layerGroup") if "csg-asset" in line)


def test_shapes_differ_and_the_legend_draws_the_same_picture() -> None:
    assert len({picture(shape, "S") for shape in SHAPES}) == len(SHAPES)
    drawn = base64.b64decode(symbol("star", "Y").partition(",")[2]).decode()
    assert picture("star", "Y") in drawn


@pytest.mark.parametrize(
    ("shape", "mark"),
    [
        ("square", "{{7*7}}"),
        ("square", "{%"),
        ("square", "<b>"),
        ("square", "'"),
        ("square", "abc"),
        ("square", ""),
        ("square", "S\n"),
        ("{{7*7}}", "S"),
        ("red;background:url(//e)", "S"),
        ("square", None),
    ],
)
def test_attack_001_004_013_nothing_but_our_shapes_and_letters_is_drawn(shape: str, mark: str) -> None:
    with pytest.raises(SchemaBroken):
        AssetMarks(shape, mark, [(52.1, -0.4)])


@pytest.mark.parametrize(
    "point", [(float("nan"), 0.0), (91.0, 0.0), (52.0, float("inf")), ("{{7*7}}", "0"), (None, 0.0)]
)
def test_a_point_is_two_numbers_on_the_globe(point: tuple) -> None:
    with pytest.raises((SchemaBroken, TypeError)):
        AssetMarks("square", "S", [point])


def test_no_kinds_no_marks() -> None:
    assert len(asset_layer([])._children) == 0
    assert len(asset_layer([("square", "S", [])])._children) == 0
