"""Hostile words and forged rows at the workbench; two at once; and a process that dies while it mends."""

import contextlib
import datetime
import errno
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from csg_maps.errors import InputRefused, StoreProblem
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.mending import Mend
from csg_maps.store import audit, quarantine
from csg_maps.store.verify import verify
from csg_maps.store.workspace import Store, data_version, open_store
from csg_maps.workflows import mending
from tests.workflows import mending_store as ours
from tests.workflows.mending_store import MESSY, aside_of, check_sum, positions

ROOT = Path(__file__).resolve().parent.parent.parent
PROPOSED = Mend("point", is_proposed=True)
PAYLOADS = (
    "{{cycler.__init__.__globals__.os.popen('touch /tmp/csg-canary').read()}}",
    "<img src=x onerror=alert(1)>",
    "![x](http://evil.example/x)",
    "'; DROP TABLE mended_rows; --",
    "=HYPERLINK(\"http://evil.example\")",
)  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workbench") / "template"
    ours.bring_in(ours.make_store(folder), MESSY)
    return folder


@pytest.fixture
def store(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.delenv("CSG_DATABASE_URL", raising=False)
    return ours.copy_of(template, tmp_path / "store")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_attack_001_hostile_words_in_a_correction_are_refused_and_in_a_reason_stay_letters(store, payload):
    batch_id = aside_of(store).batch_id
    for field in ("date", "harm", "age"):
        values = (("date", "14/09/2026"), (field, payload)) if field != "date" else (("date", payload),)
        with pytest.raises(InputRefused):
            mending.mend(store, LOCAL_ACTOR, batch_id, positions(store, "future-date"), Mend("value", values=values))
    with pytest.raises(InputRefused):
        how = Mend("point", postcode=payload)
        mending.mend(store, LOCAL_ACTOR, batch_id, positions(store, "future-date"), how)
    assert check_sum(store, batch_id).mended == 0
    mending.mend(store, LOCAL_ACTOR, batch_id, positions(store, "future-date"), Mend("refused", why=payload))
    assert mending.steps(store, LOCAL_ACTOR)[0].why == payload
    assert not Path("/tmp/csg-canary").exists()
    assert verify(store).is_sound


@pytest.mark.parametrize("text", ["14/09/2026\x00", "14/09/2026\u202e", "x" * 10_000, "14/09/2026\n=1+1"])
def test_attack_040_hidden_letters_and_very_long_values_are_refused(store, text):
    batch_id = aside_of(store).batch_id
    for how in (Mend("value", values=(("date", text),)), Mend("refused", why=text if "\n" not in text else "a\x00b")):
        with pytest.raises(InputRefused):
            mending.mend(store, LOCAL_ACTOR, batch_id, positions(store, "future-date"), how)
    assert check_sum(store, batch_id).mended == 0


@pytest.mark.parametrize(
    "why",
    ["ask j.smith@example.org", "ring 07700 900123", "she lives at 12 Mill Street", "at LU1 2AB", "NHS 943 476 5919",
     "born 03/04/2011"],
)  # fmt: skip
def test_attack_094_a_reason_that_would_name_somebody_is_not_kept(store, why):
    batch_id = aside_of(store).batch_id
    with pytest.raises(InputRefused, match="must not say who"):
        mending.mend(store, LOCAL_ACTOR, batch_id, positions(store, "future-date"), Mend("refused", why=why))
    assert not audit.entries(store)["detail"].str.contains("943|smith", regex=True).any()


@pytest.mark.parametrize("forged", [(), (-1,), (10**12,), (0, 0), (True,), ("0",), (0.0,), (0, 29)], ids=str)
def test_attack_011_forged_rows_change_nothing(store, forged):
    batch_id, version = aside_of(store).batch_id, data_version(store)
    for how in (Mend("unplaced"), Mend("refused", why="forged rows")):
        with pytest.raises(InputRefused):
            mending.mend(store, LOCAL_ACTOR, batch_id, forged, how)
    with pytest.raises(InputRefused):
        mending.mend(store, LOCAL_ACTOR, "../batches/x", (0,), Mend("unplaced"))
    assert (data_version(store), check_sum(store, batch_id).mended) == (version, 0)


def test_attack_071_a_second_click_mends_nothing_twice(store):
    batch_id = aside_of(store).batch_id
    chosen = positions(store, "swapped-row")
    mending.mend(store, LOCAL_ACTOR, batch_id, chosen, PROPOSED)
    with pytest.raises(InputRefused, match="not set aside any more"):
        mending.mend(store, LOCAL_ACTOR, batch_id, chosen, PROPOSED)
    assert check_sum(store, batch_id).accepted == 42


def test_attack_071_two_analysts_at_once_mend_a_row_once(store):
    batch_id = aside_of(store).batch_id
    chosen = positions(store, "swapped-row")
    ways = (PROPOSED, Mend("unplaced"), Mend("refused", why="ours are faster"), PROPOSED)

    def one(how: Mend) -> str:
        try:
            mending.mend(store, LOCAL_ACTOR, batch_id, chosen, how)
        except InputRefused as problem:
            return str(problem)
        return ""

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(one, ways))
    assert said.count("") == 1
    assert all("look again" in words for words in said if words)
    now = check_sum(store, batch_id)
    assert now.mended == 6
    assert len(mending.steps(store, LOCAL_ACTOR)) == 1


def test_attack_071_two_analysts_at_different_rows_both_mend(store):
    batch_id = aside_of(store).batch_id
    parts = [(positions(store, codes), ours.HOW_TO_MEND[codes]) for codes in ("swapped-row", "lost-minus-row")]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda part: mending.mend(store, LOCAL_ACTOR, batch_id, *part), parts))
    assert [one.accepted for one in done] == [6, 4]
    assert check_sum(store, batch_id).accepted == 46


_MEND_IN_A_PROCESS = """
import datetime, os, pathlib, sys
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.mending import Mend
from csg_maps.store import quarantine
from csg_maps.store.workspace import open_store
from csg_maps.workflows import mending
from csg_maps.errors import CsgMapsError
print("ready", flush=True)
for line in sys.stdin:
    folder, batch_id, what, rows = line.split("|")
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        print("ended", flush=True)
        continue
    try:
        store = open_store(pathlib.Path(folder))
        print(f"begin {os.getpid()}", flush=True)
        some = tuple(int(row) for row in rows.split(","))
        if what == "mend":
            mending.mend(store, LOCAL_ACTOR, batch_id, some, Mend("point", is_proposed=True))
        elif what == "undo":
            mending.undo(store, LOCAL_ACTOR, batch_id, mending.steps(store, LOCAL_ACTOR, batch_id)[0].step)
        else:
            quarantine.let_go(store, LOCAL_ACTOR, "9999-01-01")
        print("done", flush=True)
    except CsgMapsError as problem:
        print("refused " + str(problem), flush=True)
    finally:
        os._exit(0)
"""


class Mender:
    """A process that mends when asked, and can be killed while it does."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _MEND_IN_A_PROCESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert self.read() == "ready"

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, store: Store, batch_id: str, what: str, rows: tuple[int, ...]) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write("|".join([str(store.folder), batch_id, what, ",".join(map(str, rows))]) + "\n")
        self.process.stdin.flush()
        return int(self.read().removeprefix("begin "))

    def wait(self) -> list[str]:
        said = []
        while (line := self.read()) != "ended":
            said.append(line)
        return said


def _kill_while(template: Path, tmp_path: Path, times: int) -> list[str]:
    """Kill mends, undos and deletions at random moments; after each, every row is set aside or mended, and only that."""
    chance, mender, ended = random.Random(67), Mender(), []
    store = ours.copy_of(template, tmp_path / "killed")
    batch_id = aside_of(store).batch_id
    rows = positions(store, "swapped-row")
    begun = time.perf_counter()
    mender.ask(store, batch_id, "mend", rows)
    assert mender.wait() == ["done"]
    took = {"mend": time.perf_counter() - begun, "undo": 0.12, "let go": 0.12}
    for number in range(times):
        aside = mending.standing(store, LOCAL_ACTOR, batch_id).mended == 0
        what = "mend" if aside else ("let go" if number == times - 1 else "undo")
        child = mender.ask(store, batch_id, what, rows)
        time.sleep(chance.random() * took[what] * 1.1)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        finished = mender.wait()
        store = open_store(store.folder)
        assert verify(store).is_sound
        now = check_sum(store, batch_id)
        assert now.mended in {0, 6}
        assert ours.counted(store) == now.accepted == 36 + now.mended
        assert len(mending.steps(store, LOCAL_ACTOR)) == (now.mended > 0)
        ended.append("finished" if finished else "killed")
        quarantine.purge_expired(store, LOCAL_ACTOR, datetime.date.today())  # as every start does
        on_disk = quarantine.positions_on_disk(store, batch_id)
        assert len(on_disk) in {29, 23}
        assert len(on_disk) == 29 or now.mended == 6  # nothing is deleted that is still set aside
    mender.process.communicate()
    return ended


def test_attack_067_killed_at_15_moments_of_a_mend_a_row_is_set_aside_or_mended(template, tmp_path, monkeypatch):
    monkeypatch.delenv("CSG_DATABASE_URL", raising=False)
    ended = _kill_while(template, tmp_path, 15)
    assert "killed" in ended


@pytest.mark.slow
def test_attack_067_killed_at_100_moments_of_a_mend_a_row_is_set_aside_or_mended(template, tmp_path, monkeypatch):
    monkeypatch.delenv("CSG_DATABASE_URL", raising=False)
    assert _kill_while(template, tmp_path, 100).count("killed") > 10


def test_attack_069_a_full_disk_while_what_was_mended_is_deleted_loses_nothing(store, monkeypatch):
    batch_id = aside_of(store).batch_id
    mending.mend(store, LOCAL_ACTOR, batch_id, positions(store, "swapped-row"), PROPOSED)
    before = quarantine.read_quarantined(store, LOCAL_ACTOR, batch_id)

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreProblem, match="full"):
            quarantine.let_go(store, LOCAL_ACTOR, "9999-01-01")
        with pytest.raises(StoreProblem, match="full"):
            mending.mend(store, LOCAL_ACTOR, batch_id, positions(store, "lost-minus-row"), PROPOSED)
    assert quarantine.read_quarantined(store, LOCAL_ACTOR, batch_id).equals(before)
    assert check_sum(store, batch_id).mended == 6
    assert verify(store).is_sound
