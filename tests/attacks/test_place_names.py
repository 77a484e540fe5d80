"""Hostile texts where a place is named: nothing runs, nothing hangs, nothing is guessed, and every row is accounted for."""

import time
from pathlib import Path

import pytest

from csg_maps.errors import CsgMapsError
from csg_maps.intake.meaning.place_names import place_index, suggest_places
from csg_maps.intake.meaning.place_spelling import may_be_kept, normalise, place_words, written_key
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.store import gazetteer
from csg_maps.store.workspace import Store
from csg_maps.workflows import importing, naming, naming_files, stores
from tests.workflows.test_naming import supply_of

HOSTILE = [
    "{{7*7}} Mill Road", "{{cycler.__init__.__globals__.os.popen('id').read()}}", "{% raw", "${7*7} Mill Road", "%s%s%n {0} {x!r}",
    "=HYPERLINK(0)", "+cmd|' /C calc'!A0", "@SUM(A1)", "' OR '1'='1", "'; DROP TABLE place_matches; --", "%", "_", "%mill%", "Mill_Road",
    "(a+)+$", "a" * 30 + "!", "st " * 40, "corner of " * 30 + "and", "and / " * 50, "'r" * 200, "/" * 500, "-" * 500, "& " * 300,
    "x" * 10_000, "1 " * 5_000, "\u202eDaor lliM", "Mill\x00Road", "Mill\u200bRoad", "\ufeff", "🙂", "ŵ" * 60, "À́̂" * 20, "\ud7ff",
    "<img src=x onerror=alert(1)> Mill Road", "![x](http://evil/x.png)", "[a](javascript:alert(1))", "<script>alert(1)</script>",
    "../../etc/passwd", "C:\\con\\nul", "name:lib", "uprn:1", "asset:*", "none", "True", "NULL", "nan",
]  # fmt: skip


@pytest.fixture(scope="module")
def demo(demo_store: Store) -> Store:
    return demo_store


def test_attack_109_hostile_texts_are_matched_in_bounded_time_and_nothing_runs(demo: Store) -> None:
    index = place_index(gazetteer.known_places(demo))
    started = time.perf_counter()
    for text in HOSTILE:
        assert normalise(normalise(text)) == normalise(text), text
        place_words(text)
        may_be_kept([text])
    found = suggest_places([(text, text) for text in HOSTILE], index)
    assert time.perf_counter() - started < 20
    assert len(found) == len(HOSTILE)
    clear = {one.text for one in found if naming.is_clear(one)}
    assert all("mill" in text.casefold() for text in clear), clear  # nothing is certain without a word of a name


def test_attack_109_a_wildcard_or_a_quote_takes_back_no_other_answer(tmp_path: Path, demo: Store) -> None:
    store = stores.make(tmp_path / "store", demo=False)
    from csg_maps.store import reference

    reference.save_names(store, LOCAL_ACTOR, "streets", reference.read_names(demo, "streets"))
    target = naming.suggest(store, LOCAL_ACTOR, ["Mill Road"])[0].candidates[0].target
    naming.confirm(store, LOCAL_ACTOR, "police", [naming.PlaceAnswer("Mill Road", target)])
    for text in ("%", "_", "%mill%", "mill_roa_", "' OR '1'='1", "*"):
        assert naming.forget(store, LOCAL_ACTOR, "police", [text]) == 0
    assert len(naming.decided(store, LOCAL_ACTOR, "police")) == 1


def test_attack_094_hostile_texts_come_through_the_step_and_the_rows_add_up(tmp_path: Path, demo: Store) -> None:
    store = stores.make(tmp_path / "store", demo=False)
    from csg_maps.store import reference

    reference.save_names(store, LOCAL_ACTOR, "streets", reference.read_names(demo, "streets"))
    safe = [text.replace('"', '""') for text in HOSTILE if "\x00" not in text]
    rows = [f'H{number};01/05/2026;"{text}";robbery;street' for number, text in enumerate(safe)]
    rows += [f"G{number};02/05/2026;Mill Road;robbery;street" for number in range(60)]
    request = supply_of(tmp_path, rows)
    found = naming_files.texts_of_request(store, LOCAL_ACTOR, request)
    assert all(len(text) <= 80 for text in found.rows_of)
    for text in found.rows_of:  # a person may confirm any text that is shown: it is stored as letters, and found again
        try:
            naming.confirm(store, LOCAL_ACTOR, "youth_service", [naming.PlaceAnswer(text, naming.NONE)])
        except CsgMapsError:
            assert not place_words(written_key(text)), text
    report = importing.run_import(store, LOCAL_ACTOR, request)
    assert report.counts.adds_up
    assert report.counts.rows == len(rows)
    assert report.not_on_map == report.counts.accepted
    assert stores.open_local(store.folder) is not None
