"""Names of assets that are payloads: shown as they are on every page, never on a map, literal in what leaves."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from csg_maps.geography.cells import centres
from csg_maps.layers.asset_layer import asset_layer
from csg_maps.layers.map_page import make_map
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.asset import asset_kinds
from csg_maps.model.filters import CellPlace, ConcernFilter
from csg_maps.store import guardian_contacts
from csg_maps.store.workspace import open_store
from csg_maps.workflows import assets, assets_near, explore
from tests.attacks.test_injection import BOUNDS, everything_sent
from tests.attacks.test_pages import (  # noqa: F401 - nothing_ran watches every test here too
    ALL,
    CANARY,
    ROOT,
    TEXTS,
    is_inert,
    literal,
    nothing_ran,
    open_page,
    the_map,
    wards,
)
from tests.commands import run, supply

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\uff1d1"]
NAMES = [*TEXTS, *FORMULAS]
MARKS = ("onerror", "7*7", "popen", "window.X", "elsewhere", "lost", "1+1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """A store of assets whose every text is a payload, and enough concerns for a map."""
    folder = tmp_path / "store"
    assert run("init", "--store", folder).exit_code == 0
    layer = wards(tmp_path / "w.geojson", "Ward")
    named = ("--code", "code", "--name", "name")
    assert run("areas", "add", layer, "--store", folder, "--layer", "wards", *named).exit_code == 0
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["Name", "Name (Welsh)", "Kind", "Latitude", "Longitude", "ID", "Verified by", "Verified on", ALL])
    for number, name in enumerate(NAMES):
        kind = "Community guardian" if number == 0 else "School" if number % 2 else "Library"
        rows.writerow([name, name, kind, f"52.1{number:02}", "-0.45", name, name, "2026-01-02", ALL])
    (tmp_path / "a.csv").write_text(text.getvalue(), encoding="utf-8")
    added = run("assets", "add", tmp_path / "a.csv", "--store", folder, "--source", ALL[:79])
    assert added.exit_code == 0, added.output
    assert added.output.startswith(f"{len(NAMES)} rows = {len(NAMES)} accepted + 0 refused + 0 duplicates")
    concerns = "".join(
        f"2024-03-{1 + number % 28:02},52.1{number % 10}1,-0.45{number % 7},asb\n" for number in range(60)
    )
    (tmp_path / "c.csv").write_text("date,lat,lng,harm\n" + concerns, encoding="utf-8")
    assert supply(tmp_path / "c.csv", "--store", folder).exit_code == 0
    yield folder
    assert not (ROOT / CANARY).exists()


def test_attack_001_003_004_005_007_names_of_assets_are_inert_on_the_pages(store: Path) -> None:
    at = open_page("7_Assets.py")
    is_inert(at)
    for name in NAMES:
        assert literal(at, name), name
    held = assets.list_assets(open_store(store), LOCAL_ACTOR)
    at.selectbox(key="assets.open").select(held[0].asset_id).run()
    is_inert(at)
    at.button(key=f"assets.one.{held[0].asset_id}.1.remove").click().run()
    is_inert(at)
    assert literal(at, held[0].name)
    at.selectbox(key="assets.removed").select(held[0].asset_id).run()
    at.button(key="assets.restore").click().run()
    is_inert(at)
    assert len(assets.list_assets(open_store(store), LOCAL_ACTOR)) == len(NAMES)
    assert not any(mark in the_map(at) for mark in MARKS)
    at = open_page("3_Hotspots.py")
    at.multiselect(key="hotspots.beside.en.kinds").set_value(["school", "library"]).run()
    is_inert(at)
    assert "csg-asset" in the_map(at)
    assert not any(mark in the_map(at) for mark in MARKS)
    at = open_page("3_Hotspots.py")
    at.selectbox(key="hotspots.open").set_value(_southernmost_cell(store)).run()
    is_inert(at)
    shown = [name for name in NAMES if literal(at, name)]
    assert len(shown) >= 5, "the profile says what is near"


def _southernmost_cell(store: Path) -> int:
    """A cell with concerns that lies beside the assets."""
    cells = explore.hotspots(open_store(store), LOCAL_ACTOR, ConcernFilter(), CellPlace(9)).table.query("count > 0")[
        "cell"
    ]
    latitude, _longitude = centres(cells.to_numpy())
    return int(cells.iloc[int(latitude.argmin())])


def test_attack_001_004_a_hostile_list_through_the_page_is_inert_at_each_step(store: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    text = f'Name,"{ALL}",Type,Lat,Lon\n"{ALL}",x,"{hostile}",52.1,-0.4\n"{{{{7*7}}}}",x,School,52.2,-0.4\nC,x,School,52.3,-0.4\n'
    at = open_page("7_Assets.py")
    at.file_uploader[0].set_value((f"{hostile} {{{{7*7}}}}.csv", text.encode(), "text/csv")).run()
    is_inert(at)
    assert literal(at, hostile)
    (button,) = [button for button in at.button if button.label == "Add these assets"]
    button.click().run()
    is_inert(at)
    assert literal(at, "3 rows = 2 accepted + 1 refused + 0 duplicates")
    names = {asset.name for asset in assets.list_assets(open_store(store), LOCAL_ACTOR, kinds=("school",))}
    assert "{{7*7}}" in names


def test_attack_001_003_005_a_map_of_these_assets_holds_none_of_their_texts(store: Path) -> None:
    opened = open_store(store)
    known = asset_kinds()
    marks = assets_near.marks(opened, LOCAL_ACTOR, tuple(known))
    assert marks.drawn == len(NAMES)
    layer = asset_layer([(known[kind].shape, known[kind].mark, points) for kind, points in marks.points])
    sent = everything_sent(make_map((), BOUNDS), [layer])
    assert not any(mark in sent for mark in MARKS)


def test_attack_001_110_what_commands_say_is_literal(store: Path) -> None:
    listed = run("assets", "list", "--store", store)
    for name in NAMES:
        assert name in listed.output
    written = json.loads(run("assets", "list", "--store", store, "--json").output)
    assert {row["name"] for row in written} == set(NAMES)
    near = run("assets", "near", "--store", store, "--at", "52.1,-0.45")
    assert NAMES[0] in near.output


def test_attack_096_no_name_of_a_person_or_file_is_in_the_audit_or_on_the_pages(store: Path) -> None:
    opened = open_store(store)
    guardian = next(asset for asset in assets.list_assets(opened, LOCAL_ACTOR) if asset.kind == "guardian")
    fields = {"name": "Pat Canary", "role": "Owner", "phone": "01234 567890", "email": "", "agreed_on": "2026-01-02"}
    guardian_contacts.add_contact(opened, LOCAL_ACTOR, guardian.asset_id, **fields)
    at = open_page("7_Assets.py")
    assert not literal(at, "Pat Canary")
    at.button(key="assets.contacts.show").click().run()
    assert literal(at, "Pat Canary")
    is_inert(at)
    at = open_page("4_Data.py")
    assert not literal(at, "Pat Canary")
    assert "read-contacts" in str([frame.value.to_dict() for frame in at.dataframe])
    assert "Canary" not in str([frame.value.to_dict() for frame in at.dataframe])
