"""A place of the register: its counts are those of its ground, its name belongs to everybody, its history is whole."""

import datetime
import gzip
from pathlib import Path

import h3.api.basic_int as h3
import pandas as pd
import pytest
import shapely

from csg_maps.errors import InputRefused
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import CellPlace, ConcernFilter
from csg_maps.model.registered_place import FirstAction
from csg_maps.settings import DEMO_FOLDER
from csg_maps.store import areas, reference
from csg_maps.workflows import place_ground, place_names, place_profile, place_register, place_story, stores
from tests.places_demo import BUS_STATION, BUS_STATION_R9, PARK_R9, TAKEAWAYS, make_borough, proposal

TODAY = datetime.date(2026, 11, 24)
LAST_MONTH = "2026-10"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> stores.Store:
    return make_borough(tmp_path_factory.mktemp("places") / "store")


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    """Every concern of the demo's files with a point, by h3 and pandas alone: cell at r10, month, harm, agency."""
    frames = []
    for path in sorted(DEMO_FOLDER.glob("demo_concerns_*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            frames.append(pd.read_csv(lines, dtype=str, keep_default_na=False))
    concerns = pd.concat(frames, ignore_index=True)
    concerns = concerns[(concerns["latitude"] != "") & ~concerns["setting"].isin(["home", "care", "online"])]
    points = zip(concerns["latitude"].astype(float), concerns["longitude"].astype(float), strict=True)
    cells = [h3.cell_to_parent(h3.latlng_to_cell(north, east, 11), 10) for north, east in points]
    return concerns.assign(cell=cells, month=concerns["date"].str[:7])


@pytest.mark.parametrize("cell", [BUS_STATION, BUS_STATION_R9, TAKEAWAYS, PARK_R9])
def test_the_counts_of_a_place_are_those_of_an_independent_count(
    store: stores.Store, truth: pd.DataFrame, cell: int
) -> None:
    ground = place_ground.ground_of_cells([cell])
    place = place_register.propose(store, LOCAL_ACTOR, proposal(cells=ground.cells, name="Seal Row"), TODAY)
    told = place_story.story(store, LOCAL_ACTOR, place, ())
    expected = truth[truth["cell"].isin(ground.cells)]
    assert told.profile.total == len(expected) > 20
    assert told.profile.by_harm.set_index("harm")["count"].to_dict() == expected["harm"].value_counts().to_dict()
    assert told.profile.by_agency.set_index("agency")["count"].to_dict() == expected["agency"].value_counts().to_dict()
    months = told.by_month.set_index("month")["count"]
    assert months[months > 0].to_dict() == expected["month"].value_counts().to_dict()
    assert (months.index[0], months.index[-1], len(months)) == ("2023-11", LAST_MONTH, 36)
    if h3.get_resolution(cell) == 9:  # a coarser cell is counted by its children, as the map counts it
        shown = place_profile.profile(store, LOCAL_ACTOR, ConcernFilter(), CellPlace(9), cell)
        assert shown.total == told.profile.total


def test_before_and_after_are_whole_months_of_one_length_here_and_in_all(
    store: stores.Store, truth: pd.DataFrame
) -> None:
    ground = place_ground.ground_of_cells([PARK_R9])
    place = place_register.propose(store, LOCAL_ACTOR, proposal(cells=ground.cells, name="Lantern Park"), TODAY)
    action = place_register.open_place(store, LOCAL_ACTOR, place.reference).actions[0]
    done = place_register.change_action(
        store, LOCAL_ACTOR, action, status="done", note="The lamps burn", done_on="2025-04-01"
    )
    compared = place_story.story(store, LOCAL_ACTOR, place, (done,)).comparisons[0]
    here = truth[truth["cell"].isin(ground.cells)]
    before = here["month"].between("2024-04", "2025-03").sum()
    after = here["month"].between("2025-05", "2026-04").sum()
    assert (compared.months, compared.here_before, compared.here_after) == (12, before, after)
    assert before > 3 * after, "the lamps were planted to matter"
    assert compared.all_before > compared.here_before
    words = place_story.comparison_words(compared)
    assert "12 whole months" in words
    assert not any(claim in words.casefold() for claim in ("fell", "reduced", "worked", "%"))
    late = place_register.change_action(store, LOCAL_ACTOR, done, status="done", note="x y z", done_on="2026-11-20")
    assert "No whole month" in place_story.comparison_words(
        place_story.story(store, LOCAL_ACTOR, place, (late,)).comparisons[0]
    )


def test_an_area_an_outline_and_cells_lead_to_cells_of_one_size(store: stores.Store) -> None:
    layer = areas.read_layer(store, "small_areas")
    area = place_ground.ground_of_area(store, "small_areas", "D01000102")
    polygon = layer[layer["area_code"] == "D01000102"].geometry.iloc[0]
    expected = {
        cell
        for cell in h3.h3shape_to_cells(h3.geo_to_h3shape(polygon), 10)
        if polygon.contains(shapely.Point(h3.cell_to_latlng(cell)[::-1]))
    }
    assert set(area.cells) == expected
    corners = [(52.4395, -4.8445), (52.4395, -4.8425), (52.4412, -4.8425), (52.4412, -4.8445)]
    drawn = place_ground.ground_of_corners(corners)
    box = shapely.Polygon([(east, north) for north, east in corners])
    assert set(drawn.cells) == set(h3.h3shape_to_cells(h3.geo_to_h3shape(box), 10))
    tiny = place_ground.ground_of_corners([(52.4395, -4.8445), (52.4395, -4.8444), (52.4396, -4.8444)])
    assert len(tiny.cells) == 1, "an outline smaller than a cell is the cell that it lies in"
    assert len(place_ground.ground_of_cells([PARK_R9]).cells) == 7


@pytest.mark.parametrize(
    ("corners", "says"),
    [
        ([(52.44, -4.84), (52.45, -4.84)], "three corners"),
        ([(52.44, -4.84), (52.45, -4.83), (52.45, -4.84), (52.44, -4.83)], "crosses itself"),
        ([(51.0, -5.0), (51.0, -3.0), (53.0, -3.0)], "walk through"),
    ],
)
def test_an_outline_that_is_no_place_is_refused(corners: list[tuple[float, float]], says: str) -> None:
    with pytest.raises(InputRefused, match=says):
        place_ground.ground_of_corners(corners)


def test_overlap_with_a_place_of_the_register_is_noticed(store: stores.Store) -> None:
    first = place_register.propose(
        store, LOCAL_ACTOR, proposal(cells=(TAKEAWAYS,), name="Around Silver Haven Station"), TODAY
    )
    wider = place_ground.ground_of_cells([h3.cell_to_parent(TAKEAWAYS, 9)])
    found = {one.reference: one.shared for one in place_ground.overlaps(store, wider.cells)}
    assert found[first.reference] == 1
    assert first.reference not in {one.reference for one in place_ground.overlaps(store, (BUS_STATION,))}


def test_no_suggested_name_is_that_of_a_business_a_school_or_an_estate(store: stores.Store) -> None:
    names = reference.read_names(store, "names")
    assert names is not None
    kinds = "school|takeaway|retail_park|youth_club|police|hospital|health|library|leisure|quay"
    others = names[names["kind"].str.contains(kinds)]
    forbidden = {name.casefold() for column in ("name", "name_cy") for name in others[column] if name}
    asked = 0
    for latitude, longitude in zip(names["latitude"], names["longitude"], strict=True):
        for suggested in place_names.suggest_names(store, (h3.latlng_to_cell(latitude, longitude, 10),)):
            asked += 1
            for text in (suggested.name.casefold(), suggested.name_cy.casefold()):
                assert not any(name in text for name in forbidden), suggested
    assert asked > 100


def test_a_stop_that_carries_the_name_of_a_school_or_estate_is_passed_over(tmp_path: Path) -> None:
    store = stores.make(tmp_path / "store", demo=False)
    north, east = h3.cell_to_latlng(BUS_STATION)
    named = [
        ("Haven High School", "", "bus_stop"),
        ("Stad y Bryn", "", "bus_stop"),
        ("Ysgol y Porth", "", "bus_stop"),
        ("Bryn Estate Shops", "", "bus_stop"),
        ("Golden Fryer", "", "bus_stop"),
        ("Golden Fryer", "", "takeaway"),
        ("The Red Wok", "", "takeaway"),
        ("Opposite The Red Wok", "", "bus_stop"),
        ("School Lane", "Lôn yr Ysgol", "street"),
        ("Mill Lane", "Lôn y Felin", "street"),
    ]
    frame = pd.DataFrame(named, columns=["name", "name_cy", "kind"])
    frame["target"] = [f"name:{number}" for number in range(len(frame))]
    frame = frame.assign(number=0, locality="", precision="point", latitude=north, longitude=east)
    reference.save_names(store, LOCAL_ACTOR, "names", frame)
    assert [one.name for one in place_names.suggest_names(store, (BUS_STATION,))] == ["Around Mill Lane"]
    place_names.check_name(store, (BUS_STATION,), "Around Mill Lane")
    place_names.check_name(store, (BUS_STATION,), "School Lane")  # a street there is really called that
    for wrong in (
        "Around The Red Wok",
        "Haven High School",
        "Ystad y Bryn",
        "Bryn Estate",
        "Coleg y Porth",
        "Tafarn y Llew",
    ):
        with pytest.raises(InputRefused, match="called after"):
            place_names.check_name(store, (BUS_STATION,), wrong)


def test_strengths_are_parks_and_provision_near_never_businesses(store: stores.Store) -> None:
    found = place_names.strengths_near(store, place_ground.ground_of_cells([PARK_R9]).cells)
    assert found[0] == "Lantern Park, there"
    assert any("Lantern Youth Club" in line for line in found)
    takeaways = place_names.strengths_near(store, (TAKEAWAYS,))
    assert not any("Fryer" in line or "Pizza" in line for line in takeaways)


def test_the_register_puts_what_is_overdue_first_and_says_so(tmp_path: Path) -> None:
    store = stores.make(tmp_path / "store", demo=False)
    early = datetime.date(2026, 1, 1)
    action = FirstAction("Lamps", "environment", "environment", "Engineer", "2026-02-01")
    quiet = place_register.propose(store, LOCAL_ACTOR, proposal(name="Mill Lane", review_on="2026-12-31"), early)
    late = place_register.propose(
        store, LOCAL_ACTOR, proposal(name="Oak Lane", review_on="2026-11-14", action=action), early
    )
    rows = place_register.register(store, LOCAL_ACTOR, TODAY)
    assert [row.place.reference for row in rows] == [late.reference, quiet.reference]
    assert rows[0].overdue == ("Review 10 days overdue", "1 action overdue")
    assert rows[1].overdue == ()
    assert rows[0].next_action is not None
    assert rows[0].next_action.what == "Lamps"


def test_a_place_is_closed_only_with_a_reason_and_without_open_actions_and_can_come_back(tmp_path: Path) -> None:
    store = stores.make(tmp_path / "store", demo=False)
    place = place_register.propose(store, LOCAL_ACTOR, proposal(), TODAY)
    place = place_register.take_on(store, LOCAL_ACTOR, place)
    with pytest.raises(InputRefused, match="unfinished"):
        place_register.close(store, LOCAL_ACTOR, place, "Lit and staffed now")
    action = place_register.open_place(store, LOCAL_ACTOR, place.reference).actions[0]
    for status, says in (("done", "how one can see"), ("dropped", "why it is dropped")):
        with pytest.raises(InputRefused, match=says):
            place_register.change_action(store, LOCAL_ACTOR, action, status=status)
    place_register.change_action(store, LOCAL_ACTOR, action, status="done", note="Rota seen", done_on="2026-11-01")
    with pytest.raises(InputRefused, match="Reason"):
        place_register.close(store, LOCAL_ACTOR, place, " ")
    closed = place_register.close(store, LOCAL_ACTOR, place, "Lit and staffed now")
    assert place_register.reopen(store, LOCAL_ACTOR, closed).status == "open"
    told = place_register.open_place(store, LOCAL_ACTOR, place.reference).history
    assert [entry.what for entry in told] == ["proposed", "take-on", "action-changed", "close", "reopen"]
    assert told[3].fields["reason"] == ("", "Lit and staffed now")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "Name"),
        ({"why": ""}, "Why this place"),
        ({"review_on": "2020-01-01"}, "still to come"),
        ({"review_on": "01/02/2027"}, "YYYY-MM-DD"),
        ({"cells": ()}, "where the place is"),
        ({"cells": (BUS_STATION_R9,)}, "resolution 10"),
        ({"cells": (17,)}, "resolution 10"),
        ({"harms": ("nothing",)}, "not a code"),
        ({"young_people": "It is dark"}, "which day"),
        ({"asked_on": "2026-01-01"}, "not asked yet"),
        ({"young_people": "It is dark", "asked_on": "2099-01-01"}, "not come yet"),
        ({"action": FirstAction("", "environment", "police", "Sergeant", "2089-01-01")}, "What will be done"),
        ({"action": FirstAction("Lamps", "environment", "police", "", "2089-01-01")}, "Role of the owner"),
        ({"action": FirstAction("Lamps", "patrol", "police", "Sergeant", "2089-01-01")}, "not a code"),
        ({"marking": "SECRET"}, "marking"),
    ],
)
def test_what_a_proposal_lacks_is_named_and_nothing_is_kept(
    tmp_path: Path, changes: dict[str, object], says: str
) -> None:
    store = stores.make(tmp_path / "store", demo=False)
    with pytest.raises(InputRefused, match=says):
        place_register.propose(store, LOCAL_ACTOR, proposal(**changes), TODAY)
    assert place_register.register(store, LOCAL_ACTOR) == ()


def test_words_that_blame_are_named_and_do_not_block(tmp_path: Path) -> None:
    store = stores.make(tmp_path / "store", demo=False)
    place = place_register.propose(store, LOCAL_ACTOR, proposal(why="Young people absconded to here."), TODAY)
    assert place.why == "Young people absconded to here."
    assert "went missing" in place_register.advice(place.why)[0]
