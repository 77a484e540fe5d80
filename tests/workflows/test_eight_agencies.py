"""The second month of eight agencies in eight layouts: whose each file is, nothing mapped again, one new word, every row in."""

import datetime
import itertools
import json
from pathlib import Path

import pytest

from csg_maps.intake.files.reading import read_tables
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.supply import mapping_from_dict
from csg_maps.store import profiles
from csg_maps.store.workspace import Store
from csg_maps.workflows import chasing, many_supplies, overview, recognising
from tests import eight_agencies
from tests.eight_agencies import AGENCIES, PLANTED

pytestmark = pytest.mark.slow
TODAY = datetime.date(2026, 11, 24)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("eight")


@pytest.fixture(scope="module")
def store(folder: Path) -> Store:
    """The months before, brought in by what a person decided."""
    store = eight_agencies.make_ground(folder / "store")
    reports = eight_agencies.import_earlier(store, eight_agencies.write_month(folder / "before", last=False))
    for agency, report in reports.items():
        assert report.counts.accepted == report.counts.rows > 100, (agency, report.counts)
        assert "unknown-word" not in {problem.code for problem in report.problems}, agency
    return store


@pytest.fixture(scope="module")
def looked(store: Store, folder: Path) -> list[dict]:
    files = eight_agencies.write_month(folder / "last", last=True)
    dropped = [(str(path), path.name) for path in files.values()]
    found = many_supplies.look(store, LOCAL_ACTOR, dropped, lambda done, stage: None)
    json.dumps(found)  # it lies in the staging folder as JSON
    return found["files"]


def test_each_layout_was_saved_once_and_knows_its_agency(store: Store, looked: list[dict]) -> None:
    assert {entry.agency for entry in profiles.list_profiles(store)} == set(AGENCIES)
    assert [file["agency"] for file in looked] == list(AGENCIES)
    reasons = dict(zip(AGENCIES, (file["reason"] for file in looked), strict=True))
    assert "blank return" in reasons.pop("housing")
    assert set(reasons.values()) == {"Its layout is the one that was saved for this agency."}


def test_show_2_nothing_is_asked_of_the_second_month_but_the_planted_word(looked: list[dict]) -> None:
    for agency, file in zip(AGENCIES, looked, strict=True):
        (layout,) = many_supplies.layouts_of([file], agency)
        if agency == "youth_service":
            assert not many_supplies.is_known(layout)
            assert {field: words for field, words in layout["unknown_words"].items() if words} == {"setting": [PLANTED]}
            assert not layout["identifiers"] and not layout["asks_crs"] and not layout["needs_fields"]
        else:
            assert many_supplies.is_known(layout), (agency, layout["unknown_words"], layout["identifiers"])


def test_a_layout_that_was_never_saved_is_asked_about(looked: list[dict]) -> None:
    (layout,) = many_supplies.layouts_of([looked[0]], "fire")
    assert not many_supplies.is_known(layout)


def test_the_terms_are_those_of_last_time_and_no_wider(store: Store) -> None:
    last = many_supplies.as_last_time(store, LOCAL_ACTOR, "health", datetime.date.today())
    assert last is not None
    assert (last.sharing.handling, last.sharing.recipients) == ("C", ("community_safety", "police"))
    assert last.provenance.agreement == "ISP of health"
    kept = datetime.date.fromisoformat(last.provenance.retain_until) - datetime.date.today()
    assert abs(kept.days - 730) <= 1  # the batch is sealed on the day of UTC
    assert many_supplies.as_last_time(store, LOCAL_ACTOR, "fire", datetime.date.today()) is None
    assert many_supplies.as_last_time(store, LOCAL_ACTOR, "police", datetime.date.today(), background=True) is None
    later = many_supplies.as_last_time(store, LOCAL_ACTOR, "health", datetime.date.today() + datetime.timedelta(30))
    assert later is not None
    assert later.provenance.retain_until > last.provenance.retain_until


def test_the_month_comes_in_as_one_batch_an_agency_and_every_row_adds_up(store: Store, looked: list[dict]) -> None:
    before = chasing.board(store, LOCAL_ACTOR, TODAY)
    assert {row.agency for row in before if row.standing.late == ("2026-10",)} == set(AGENCIES)
    concerns = overview.overview(store, LOCAL_ACTOR).concerns
    requests = []
    for agency, file in zip(AGENCIES, looked, strict=True):
        (layout,) = many_supplies.layouts_of([file], agency)
        mapping: ColumnMapping = mapping_from_dict(layout["mapping"])
        if agency == "youth_service":
            mapping.words["setting"][PLANTED] = "leisure"
        last = many_supplies.as_last_time(store, LOCAL_ACTOR, agency, datetime.date.today())
        assert last is not None
        terms = (last.provenance, last.sharing, last.evidence)
        requests.append(many_supplies.request_for([file], terms, {layout["key"]: mapping}))
    stages: list[tuple[float, str]] = []
    done = many_supplies.import_all(store, LOCAL_ACTOR, requests, lambda share, stage: stages.append((share, stage)))
    in_files = {agency: len(read_tables(Path(file["path"]), "x").tables[0].rows) for agency, file in zip(AGENCIES, looked, strict=True)}  # fmt: skip
    for entry in done["reports"]:
        report = entry["report"]
        assert entry["error"] == ""
        assert report["rows"] == report["accepted"] + report["quarantined"] + report["refused"] + report["duplicates"]
        assert report["rows"] == report["accepted"] == in_files[entry["agency"]]
        assert (report["period_from"], report["period_to"]) == ("2026-10", "2026-10"), entry["agency"]
        assert not {problem["code"] for problem in report["problems"]} & {"unknown-word", "unreadable-date"}
    assert overview.overview(store, LOCAL_ACTOR).concerns == concerns + sum(in_files.values())
    assert all(earlier[0] <= later[0] for earlier, later in itertools.pairwise(stages))
    after = chasing.board(store, LOCAL_ACTOR, TODAY)
    assert not [row.agency for row in after if row.standing.late]
    # the word is remembered with the layout
    saved = [entry for entry in profiles.list_profiles(store, agency="youth_service") if PLANTED in entry.mapping]
    assert json.loads(saved[0].mapping)["words"]["setting"][PLANTED] == "leisure"


def test_one_agency_that_is_refused_does_not_stop_the_others(store: Store, folder: Path, looked: list[dict]) -> None:
    good = folder / "good.csv"
    good.write_text("Date,Latitude,Longitude,Harm\n2026-09-03,52.44,-4.81,missing\n", encoding="utf-8")
    last = many_supplies.as_last_time(store, LOCAL_ACTOR, "police", datetime.date.today())
    assert last is not None
    terms = (last.provenance, last.sharing, "concern")
    gone = {**looked[0], "path": str(folder / "gone.csv")}
    requests = [
        many_supplies.request_for([gone], terms, {}),
        many_supplies.request_for([{"path": str(good), "name": "good.csv"}], terms, {}),
    ]
    first, second = many_supplies.import_all(store, LOCAL_ACTOR, requests, lambda done, stage: None)["reports"]
    assert first["report"] is None and first["error"]
    assert second["report"]["accepted"] == 1


@pytest.mark.parametrize(
    ("name", "heading", "value", "held", "agency"),
    [
        ("x.csv", "Agency", "Heddlu", (), "police"),
        ("x.csv", "Agency", "Police", ("housing",), ""),  # the layout says housing: asked
        ("x.csv", "Organisation", "BTP", (), "transport_police"),
        ("Heddlu Hydref.csv", "Place", "a", (), "police"),
        ("Heddlu.csv", "Place", "a", ("police", "housing"), "police"),
        ("october.csv", "Place", "a", ("police", "housing"), ""),
        ("october.csv", "Place", "a", (), ""),
        ("police and housing.csv", "Place", "a", (), ""),
        ("{{7*7}} =cmd().csv", "Place", "a", ("fire",), "fire"),
    ],
)
def test_who_sent_it_is_suggested_with_a_reason_or_asked(
    tmp_path: Path, name: str, heading: str, value: str, held: tuple[str, ...], agency: str
) -> None:
    from csg_maps.intake.meaning.profiles import layout_key

    file = tmp_path / "file.csv"
    file.write_text(f"Date,{heading}\n" + f"2026-10-01,{value}\n" * 20, encoding="utf-8")
    result = read_tables(file, name)
    known = {layout_key(["Date", heading]): frozenset(held)} if held else {}
    sender = recognising.sender_of(name, result, known)
    assert sender.agency == agency
    assert sender.reason
    assert name not in sender.reason


def test_rows_of_several_agencies_in_one_column_are_nobodys(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text("Date,Agency\n" + "2026-10-01,Police\n2026-10-01,Housing\n" * 10, encoding="utf-8")
    assert recognising.sender_of("x.csv", read_tables(file, "x.csv"), {}).agency == ""
