"""Partners name a place in words: asked once, remembered for the agency, never guessed; the words are kept by no record."""

import json
from pathlib import Path

import pandas as pd
import pytest

from csg_maps.errors import InputRefused, NotAllowed
from csg_maps.geography.cells import points_to_cells
from csg_maps.geography.gazetteers import NAME_COLUMNS
from csg_maps.intake.rows.named_places import point_of
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.provenance import Provenance, make_sharing
from csg_maps.model.supply import ImportRequest, SuppliedFile
from csg_maps.store import audit, batches, gazetteer, quarantine, reference, tables
from csg_maps.store.ground_tables import assets
from csg_maps.store.manifest import batch_file_path
from csg_maps.store.workspace import Store, writing
from csg_maps.workflows import import_report, importing, naming, naming_files, stores
from tests.commands import run

CANARY = "zzcanaryzz"
HEADING = "Ref;Date;Where did it happen;Type of concern;Kind of place\n"
PLACES = (
    ("name:lib", "Haven Library", "Llyfrgell y Porth", "library", "premises", 52.4333, -4.8147),
    ("name:mill", "Mill Road", "Ffordd y Felin", "street", "street", 52.4300, -4.8100),
    ("name:oak", "Oak Street", "Stryd y Dderwen", "street", "street", 52.4350, -4.8200),
    ("name:refuge", "Harbour Rest", "", "hotel", "premises", 52.4400, -4.8000),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = stores.make(tmp_path / "store", demo=False)
    known = pd.DataFrame(PLACES, columns=["target", "name", "name_cy", "kind", "precision", "latitude", "longitude"])
    known = known.assign(number=0, locality="")
    known = known[[column.name for column in NAME_COLUMNS]].astype({one.name: one.dtype for one in NAME_COLUMNS})
    reference.save_names(made, LOCAL_ACTOR, "names", known)
    uprns = pd.DataFrame({"uprn": [10_001, 10_002], "latitude": [52.4311, 52.4400], "longitude": [-4.8111, -4.8000]})
    reference.save_names(made, LOCAL_ACTOR, "uprn", uprns)
    return made


def supply_of(folder: Path, rows: list[str], name: str = "month.csv", heading: str = HEADING) -> ImportRequest:
    file = folder / name
    file.write_text(heading + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return ImportRequest(
        files=(SuppliedFile(str(file), file.name),),
        provenance=Provenance("youth_service", "Safer places", "public_task", "ISP 12", "2030-03-31"),
        sharing=make_sharing("all"),
        save_profile="youth",
    )


def accepted_of(store: Store, batch_id: str) -> pd.DataFrame:
    files = [file for file in batches.every_file(store) if file.batch_id == batch_id]
    return pd.concat([pd.read_parquet(batch_file_path(store, file.sha256)) for file in files], ignore_index=True)


def every_byte(store: Store) -> bytes:
    """Everything that the store holds but its staging, unpacked where it is packed."""
    pieces = []
    for path in sorted(store.folder.rglob("*")):
        if path.is_file() and "staging" not in path.parts:
            pieces.append(path.read_bytes())
            if path.suffix == ".parquet":
                pieces.append(pd.read_parquet(path).to_csv().encode())
    return b"\n".join(pieces)


def cell_at(latitude: float, longitude: float) -> int:
    return int(points_to_cells([latitude], [longitude])[0])


FIRST = [
    "A1;03/05/2026;o/s Haven Libary;robbery;street",
    "A2;04/05/2026;12 Mill Rd;robbery;street",
    "A3;05/05/2026;gyferbyn â Stryd y Dderwen;robbery;street",
    "A4;06/05/2026;Tesco;robbery;shop",
    "A5;07/05/2026;;robbery;street",
    "A6;08/05/2026;unknown;robbery;street",
    "A7;09/05/2026;Haven Library;bullying;home",
    "A8;10/05/2026;Haven Library;bullying;online",
]


def test_the_first_month_asks_and_the_second_asks_nothing(store: Store, tmp_path: Path) -> None:
    request = supply_of(tmp_path, FIRST)
    open_texts = naming_files.texts_of_request(store, LOCAL_ACTOR, request)
    assert set(open_texts.rows_of) == {"o/s haven libary", "mill rd", "gyferbyn â stryd y dderwen", "tesco"}

    # nobody has said anything yet: no row gets a cell, whatever its suggestion scores, and none is lost
    trial = importing.run_import(store, LOCAL_ACTOR, ImportRequest(**{**request.__dict__, "dry_run": True}))
    assert (trial.counts.accepted, trial.counts.quarantined) == (4, 4)
    assert trial.not_on_map == 4
    assert trial.counts.adds_up
    said = import_report.in_words(trial)
    assert "place-not-known: 4 x" in said
    assert "Not confirmed: mill rd (1 rows). It may be: Mill Road [name:mill] 100" in said

    found = dict(zip(open_texts.rows_of, naming.suggest(store, LOCAL_ACTOR, list(open_texts.rows_of)), strict=True))
    clear = [one for one in found.values() if naming.is_clear(one)]
    assert {one.candidates[0].target for one in clear} == {"name:lib", "name:mill", "name:oak"}
    answers = [naming.PlaceAnswer(one.text, one.candidates[0].target, one.candidates[0].score) for one in clear]
    assert naming.confirm(store, LOCAL_ACTOR, "youth_service", answers) == 3
    naming.confirm(store, LOCAL_ACTOR, "youth_service", [naming.PlaceAnswer("Tesco", naming.NONE)])

    report = importing.run_import(store, LOCAL_ACTOR, request)
    assert (report.counts.accepted, report.counts.quarantined) == (8, 0)
    rows = accepted_of(store, report.batch_id).sort_values("occurred_from", ignore_index=True)
    expected = [cell_at(52.4333, -4.8147), cell_at(52.43, -4.81), cell_at(52.435, -4.82), 0, 0, 0, 0, 0]
    assert rows["cell"].tolist() == expected
    assert rows["place_precision"].tolist()[:5] == ["street", "street", "street", "unknown", "unknown"]

    # the next month writes it in another case, with another house number, without the circumflex: nothing is asked
    second = supply_of(
        tmp_path,
        ["B1;03/06/2026;O/S HAVEN LIBARY;robbery;street", "B2;04/06/2026;99a Mill Rd;robbery;street",
         "B3;05/06/2026;gyferbyn a stryd y dderwen;robbery;street", "B4;06/06/2026;tesco;robbery;shop"],
        "june.csv",
    )  # fmt: skip
    assert naming_files.texts_of_request(store, LOCAL_ACTOR, second).rows_of == {}
    june = importing.run_import(store, LOCAL_ACTOR, second)
    assert (june.counts.accepted, june.counts.quarantined, june.not_on_map) == (4, 0, 1)
    # another agency's words are its own
    other = ImportRequest(
        **{**second.__dict__, "provenance": Provenance("housing", "Safer", "public_task", "ISP 1", "2030-01-01")}
    )
    assert len(naming_files.texts_of_request(store, LOCAL_ACTOR, other).rows_of) == 4


def test_precision_says_what_it_was(store: Store, tmp_path: Path) -> None:
    heading = "Date;UPRN;USRN;Place name;Type of concern\n"
    usrns = (
        gazetteer.known_places(store)
        .head(1)
        .assign(target="usrn:555", number=555, precision="street", latitude=52.42, longitude=-4.79)
    )
    reference.save_names(store, LOCAL_ACTOR, "usrn", usrns)
    naming.confirm(store, LOCAL_ACTOR, "youth_service", [
        naming.PlaceAnswer("Haven Library", "name:lib"), naming.PlaceAnswer("behind Haven Library", "name:lib"),
        naming.PlaceAnswer("the corner shop", "uprn:10001"), naming.PlaceAnswer("Long Street", "usrn:555"),
    ])  # fmt: skip
    rows = [
        "01/05/2026;10001;;;robbery",
        "02/05/2026;99999;555;;robbery",
        "03/05/2026;;;Haven Library;robbery",
        "04/05/2026;;;behind Haven Library;robbery",
        "05/05/2026;;;The Corner Shop;robbery",
        "06/05/2026;;;long street;robbery",
        "07/05/2026;88888;;;robbery",
    ]
    report = importing.run_import(store, LOCAL_ACTOR, supply_of(tmp_path, rows, heading=heading))
    kept = accepted_of(store, report.batch_id).sort_values("occurred_from")
    assert kept["place_precision"].tolist() == [
        "premises", "street", "premises", "street", "premises", "street", "unknown",
    ]  # fmt: skip
    assert (kept["cell"] != 0).tolist() == [True] * 6 + [False]
    assert {problem.code for problem in report.problems} == {"uprn-not-found", "no-place"}
    assert report.counts.quarantined == 0


def test_no_text_is_kept_with_records_and_an_unconfirmed_one_only_where_rows_wait(store: Store, tmp_path: Path) -> None:
    rows = [
        f"A1;03/05/2026;{CANARY} Mill Road;robbery;street",
        "A2;04/05/2026;Haven Library;robbery;street",
        f"A3;05/05/2026;ring {CANARY}2 on 07700 900123;robbery;street",
        f"A4;06/05/2026;{CANARY}3's house;robbery;street",
        f"A5;06/05/2026;31 {CANARY}4 Road;robbery;home",
    ]
    naming.confirm(store, LOCAL_ACTOR, "youth_service", [naming.PlaceAnswer("Haven Library", "name:lib")])
    report = importing.run_import(store, LOCAL_ACTOR, supply_of(tmp_path, rows))
    assert (report.counts.accepted, report.counts.quarantined) == (2, 3)
    aside = quarantine.read_quarantined(store, LOCAL_ACTOR, report.batch_id)
    # what waits to be mended keeps its words for its thirty days, and none that may tell of a person
    assert sorted(aside["raw_place_name"]) == ["", "", f"{CANARY} mill road"]
    for path in (store.folder / "quarantine").glob("*"):
        path.unlink()
    held = every_byte(store)
    assert CANARY.encode() not in held.lower()
    assert b"haven library" in held  # planted the other way round: what a person confirmed is found by the same search
    assert b"900123" not in held


def test_protected_premises_hide_a_place_that_was_named(store: Store, tmp_path: Path) -> None:
    premises = pd.DataFrame({
        "premises_id": ["1"], "kind": ["protected"], "label": [""], "latitude": [52.44], "longitude": [-4.80], "radius_m": [75.0],
    }).astype({"premises_id": "str", "kind": "str", "label": "str"})  # fmt: skip
    naming.confirm(store, LOCAL_ACTOR, "youth_service", [naming.PlaceAnswer("Harbour Rest", "name:refuge")])
    request = supply_of(
        tmp_path,
        ["01/05/2026;10002;;robbery", "02/05/2026;;Harbour Rest;robbery"],
        heading="Date;UPRN;Place name;Type of concern\n",
    )
    without = importing.run_import(store, LOCAL_ACTOR, ImportRequest(**{**request.__dict__, "dry_run": True}))
    assert without.not_on_map == 0
    reference.save_premises(store, LOCAL_ACTOR, premises)
    report = importing.run_import(store, LOCAL_ACTOR, request)
    kept = accepted_of(store, report.batch_id)
    assert kept["cell"].tolist() == [0, 0]
    assert kept["place_precision"].tolist() == ["area", "area"]


def test_a_column_mapped_by_hand_is_asked_about_too(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("When;Xyz;What\n01/05/2026;mill rd;robbery\n02/05/2026;mill rd;robbery\n", encoding="utf-8")
    from csg_maps.intake.meaning.profiles import layout_key

    mapping = ColumnMapping({"date": "When", "place_name": "Xyz", "harm": "What"}, formats={"When": "DD/MM/YYYY"})
    mappings = {layout_key(["When", "Xyz", "What"]): mapping}
    given = [(str(file), file.name)]
    assert naming_files.texts_in(store, LOCAL_ACTOR, "police", given, mappings).rows_of == {"mill rd": 2}
    naming.confirm(store, LOCAL_ACTOR, "police", [naming.PlaceAnswer("mill rd", "name:mill")])
    assert naming_files.texts_in(store, LOCAL_ACTOR, "police", given, mappings).rows_of == {}
    assert naming_files.texts_in(store, LOCAL_ACTOR, "police", given, mappings, with_known=True).rows_of == {
        "mill rd": 2
    }


def test_assets_are_names_and_one_that_is_removed_is_asked_about_again(store: Store, tmp_path: Path) -> None:
    def put(status: str) -> None:
        values = {
            **dict.fromkeys(("name_cy", "source", "source_key", "uprn", "verified_by", "verified_on", "review_on"), ""),
            "asset_id": "a1", "kind": "taxi_rank", "name": "Quay Taxi Rank", "cell": cell_at(52.43, -4.8), "latitude": 52.43,
            "longitude": -4.8, "opening_hours": "{}", "status": status, "changed_at": status, "changed_by": "x", "version": 1,
        }  # fmt: skip
        with writing(store) as connection:
            if not tables.update_sealed(connection, assets, assets.c.asset_id == "a1", status=status):
                tables.insert_sealed(connection, assets, values)

    put("in_use")
    proposed = naming.suggest(store, LOCAL_ACTOR, ["quay taxi rnk"])[0].proposed
    assert (proposed.target, proposed.precision) == ("asset:a1", "point")
    naming.confirm(
        store, LOCAL_ACTOR, "youth_service", [naming.PlaceAnswer("Quay taxi rnk", "asset:a1", proposed.score)]
    )
    request = supply_of(tmp_path, ["A1;03/05/2026;quay taxi rnk;robbery;street"])
    assert naming_files.texts_of_request(store, LOCAL_ACTOR, request).rows_of == {}
    put("removed")
    assert naming_files.texts_of_request(store, LOCAL_ACTOR, request).rows_of == {"quay taxi rnk": 1}
    report = importing.run_import(store, LOCAL_ACTOR, request)
    assert (report.counts.accepted, report.counts.quarantined) == (0, 1)


def test_an_answer_must_stand_and_can_be_taken_back(store: Store) -> None:
    for answer in (
        naming.PlaceAnswer("Mill Rd", "name:nowhere"), naming.PlaceAnswer("Mill Rd", "uprn:123"), naming.PlaceAnswer("12", "name:mill"),
        naming.PlaceAnswer("07700 900123 Mill Rd", "name:mill"), naming.PlaceAnswer("x" * 81, "name:mill"),
        naming.PlaceAnswer("Mill Rd", "'; DROP TABLE place_matches; --"),
    ):  # fmt: skip
        with pytest.raises(InputRefused):
            naming.confirm(store, LOCAL_ACTOR, "youth_service", [naming.PlaceAnswer("Oak St", "name:oak"), answer])
    assert naming.decided(store, LOCAL_ACTOR, "youth_service") == ()  # all or none
    with pytest.raises(InputRefused):
        naming.confirm(store, LOCAL_ACTOR, "nobody", [naming.PlaceAnswer("Mill Rd", "name:mill")])
    naming.confirm(store, LOCAL_ACTOR, "youth_service", [naming.PlaceAnswer("Lôn Mill", "name:mill")])
    naming.confirm(
        store, LOCAL_ACTOR, "youth_service", [naming.PlaceAnswer("Lon Mill", "name:oak")]
    )  # the later answer stands
    assert [(one.written, one.target) for one in naming.decided(store, LOCAL_ACTOR, "youth_service")] == [
        ("lôn mill", "name:oak")
    ]
    assert naming.forget(store, LOCAL_ACTOR, "youth_service", ["LON MILL"]) == 1
    assert naming.decided(store, LOCAL_ACTOR, "youth_service") == ()
    told = audit.entries(store)
    told = told[told["action"].isin(["confirm-places", "forget-places"])]
    assert len(told) == 3
    assert not told["detail"].str.contains("mill", case=False).replace({True: False}).any()
    assert json.loads(told["detail"].iloc[0])["texts"] == 1


def test_somebody_without_the_right_confirms_nothing(store: Store) -> None:
    reader = Actor("reader", "", frozenset({"see_counts"}))
    for ask in (
        lambda: naming.confirm(store, reader, "police", [naming.PlaceAnswer("Mill Rd", "name:mill")]),
        lambda: naming.suggest(store, reader, ["Mill Rd"]),
        lambda: naming.decided(store, reader, "police"),
        lambda: naming.forget(store, reader, "police", ["Mill Rd"]),
        lambda: reference.save_names(store, reader, "names", gazetteer.known_places(store)),
    ):
        with pytest.raises(NotAllowed):
            ask()


def test_the_same_by_command(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    run("init", "--store", folder)
    streets = tmp_path / "gazetteer.csv"
    streets.write_text(
        "USRN,Street name,Enw stryd,Locality,Easting,Northing\n555,Mill Road,Ffordd y Felin,Ashwell,300000,200000\n"
        "556,Mill Road,,Bidford,310000,200000\n", encoding="utf-8",
    )  # fmt: skip
    assert "2 streets are kept" in run("tables", "add", "usrn", streets, "--store", folder).output
    file = tmp_path / "may.csv"
    file.write_text(
        'Date,Location,Type\n2026-05-01,Mill Rd,robbery\n2026-05-02,"Ffordd y Felin, Ashwell",robbery\n',
        encoding="utf-8",
    )
    out = tmp_path / "answers.csv"
    asked = run("names", "suggest", file, "--store", folder, "--agency", "fire", "--out", out)
    assert "AMBIGUOUS" in asked.output
    table = pd.read_csv(out, dtype=str, keep_default_na=False).set_index("text")
    assert set(table.loc["mill rd", ["candidate_1", "candidate_2"]]) == {"usrn:555", "usrn:556"}
    assert table.loc["ffordd y felin ashwell", "candidate_1"] == "usrn:555"
    table.loc["mill rd", "target"] = "none"
    table.loc["ffordd y felin ashwell", "target"] = "usrn:555"
    table.reset_index().to_csv(out, index=False)
    assert "2 answers" in run("names", "decide", out, "--store", folder, "--agency", "fire").output
    assert "Mill Road (street)" in run("names", "list", "--store", folder, "--agency", "fire").output
    assert "Nothing to confirm" in run("names", "suggest", file, "--store", folder, "--agency", "fire").output
    assert (
        run("names", "confirm", "--store", folder, "--agency", "fire", "--text", "x y", "--target", "usrn:9").exit_code
        == 1
    )
    assert (
        "1 answers are forgotten"
        in run("names", "forget", "--store", folder, "--agency", "fire", "--text", "MILL RD").output
    )
    assert run("verify", "--store", folder).exit_code == 0


def test_the_demo_can_be_named(demo_store: Store) -> None:
    assert len(gazetteer.known_places(demo_store)) >= 919  # its assets are names too
    assert naming.suggest(demo_store, LOCAL_ACTOR, ["back of Haven bus stn"])[0].proposed.name == "Haven Bus Station"


def test_targets_lead_to_points_or_to_nothing(store: Store) -> None:
    known = naming.place_tables(store, "police")
    assert point_of("uprn:10002", known) == (52.44, -4.8)
    assert point_of("name:oak", known) == (52.435, -4.82)
    for target in ("uprn:10003", "uprn:", "uprn:x", "usrn:1", "name:", "", "asset:1", "uprn:" + "9" * 40):
        assert point_of(target, known) is None


def test_starting_over_clears_every_table_of_names(store: Store) -> None:
    reference.clear(store, LOCAL_ACTOR)
    assert gazetteer.known_places(store).empty
    assert gazetteer.read_uprns(store) is None
    assert naming.suggest(store, LOCAL_ACTOR, ["Mill Road"])[0].candidates == ()
