"""Every kind of asset has a mark that can be drawn and that no other kind has."""

import csv
from pathlib import Path

import pytest

from csg_maps.errors import SchemaBroken
from csg_maps.model import asset
from csg_maps.model.asset import MARK, SHAPES, asset_kinds
from csg_maps.model.vocabulary import codes

NAMED = [
    "school",
    "licensed",
    "takeaway",
    "hotel",
    "taxi_rank",
    "transport.stop",
    "transport.station",
    "park",
    "youth",
    "safe_place",
    "guardian",
    "cctv",
    "lighting",
]


@pytest.fixture
def own_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A council's own code list in place of ours."""

    def write(*rows: tuple[str, str, str]) -> None:
        with open(tmp_path / "asset_kinds.csv", "w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines)
            writer.writerow(["code", "parent", "label", "mark", "shape"])
            writer.writerows([code, "", code.title(), mark, shape] for code, mark, shape in rows)
        monkeypatch.setattr(asset, "CODES_FOLDER", tmp_path)
        asset_kinds.cache_clear()

    yield write
    monkeypatch.undo()
    asset_kinds.cache_clear()


def test_no_two_kinds_share_shape_and_letters_and_all_can_be_drawn() -> None:
    kinds = list(asset_kinds().values())
    assert len({(kind.shape, kind.mark) for kind in kinds}) == len(kinds) >= len(NAMED)
    assert all(kind.shape in SHAPES and MARK.fullmatch(kind.mark) for kind in kinds)
    assert [kind.code for kind in kinds] == [code.code for code in codes("asset_kinds")]
    assert set(NAMED) <= set(asset_kinds())


def test_protected_premises_are_no_kind() -> None:
    labels = " ".join(code.label.casefold() for code in codes("asset_kinds"))
    assert not any(word in labels for word in ("refuge", "children's home", "supported accommodation", "care home"))


def test_a_list_with_the_same_mark_twice_is_refused(own_list) -> None:
    own_list(("school", "S", "square"), ("shop", "S", "square"))
    with pytest.raises(SchemaBroken, match="same shape and mark"):
        asset_kinds()


@pytest.mark.parametrize(
    ("mark", "shape"),
    [
        ("{{7*7}}", "square"),
        ("<b>", "square"),
        ("ABC", "square"),
        ("", "square"),
        ("s", "square"),
        ("S", "blob"),
        ("É", "star"),
    ],
)
def test_a_list_with_a_mark_that_cannot_be_drawn_is_refused(own_list, mark: str, shape: str) -> None:
    own_list(("school", mark, shape))
    with pytest.raises(SchemaBroken, match="must have a mark"):
        asset_kinds()
