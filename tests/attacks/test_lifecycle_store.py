"""What happens to a store when processes die, disks fill, others hold the lock, and bits flip: the old state or the new one."""

import contextlib
import errno
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from csg_maps.errors import InputRefused, StoreProblem
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import make_filter
from csg_maps.store import audit, batches, counts, workspace
from csg_maps.store.verify import verify
from csg_maps.store.workspace import Store, create_store, data_version, get_setting, open_store, set_setting, writing
from tests.store.synthetic import made_up, seal_frame

EVERYTHING = make_filter()
ASIDE = pd.DataFrame({"row": range(5)})
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.delenv("CSG_DATABASE_URL", raising=False)
    return create_store(tmp_path / "store")


def records_in(store: Store) -> int:
    return int(counts.totals(store, LOCAL_ACTOR, EVERYTHING)["records"][0])


def leftovers(store: Store) -> list[str]:
    return [path.name for path in store.folder.rglob("*") if path.name.startswith(".part-")]


def test_attack_061_the_same_file_twice_at_once_is_one_import(store: Store) -> None:
    frame, digests = made_up(3_000), ("a" * 64, "b" * 64)

    def supply(_: int) -> str:
        try:
            return seal_frame(store, frame, file_digests=digests)
        except InputRefused as problem:
            return str(problem)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(supply, range(4)))
    (held,) = batches.list_batches(store, LOCAL_ACTOR)
    assert sorted(held.batch_id in answer for answer in answers) == [True] * 4  # the id, or a message that names it
    assert sum(answer == held.batch_id for answer in answers) == 1
    assert records_in(store) == 3_000
    assert len(list((store.folder / "batches").glob("*"))) == 1
    assert batches.same_content(store, digests) == dict.fromkeys(digests, held.batch_id)


def test_attack_061_a_withdrawn_file_may_be_supplied_again(store: Store) -> None:
    first = seal_frame(store, made_up(10), file_digests=("a" * 64,))
    batches.withdraw(store, LOCAL_ACTOR, first, "wrong columns")
    assert batches.same_content(store, ("a" * 64,)) == {}
    second = seal_frame(store, made_up(10), file_digests=("a" * 64,))
    assert batches.same_content(store, ("a" * 64,)) == {"a" * 64: second}


def test_attack_063_an_overlap_that_arrives_in_between_is_not_counted_twice(store: Store) -> None:
    frame, version = made_up(100), data_version(store)
    seal_frame(store, frame[:60])  # another import, after ours looked for duplicates
    with pytest.raises(InputRefused, match="in the meantime"):
        seal_frame(store, frame[50:], seen_version=version)
    assert records_in(store) == 60
    assert len(list((store.folder / "batches").glob("*"))) == 1
    seal_frame(store, frame[60:], seen_version=version)  # something came in, but none of these
    assert records_in(store) == 100


def test_attack_065_withdrawing_after_later_imports_undoes_only_that_one(store: Store) -> None:
    ids = [seal_frame(store, made_up(size, size)) for size in (40, 30, 20)]
    batches.withdraw(store, LOCAL_ACTOR, ids[1], "the agency sent the wrong month")
    assert records_in(store) == 60
    batch = batches.get_batch(store, ids[1])
    assert batch is not None
    assert (batch.status, batch.why) == ("withdrawn", "the agency sent the wrong month")
    batches.restore_batch(store, LOCAL_ACTOR, ids[1])
    assert records_in(store) == 90
    assert audit.entries(store)["action"].tolist() == ["import"] * 3 + ["withdraw", "restore-batch"]


_SEAL_IN_A_PROCESS = """
import os, sys, pathlib
from csg_maps.store.workspace import open_store
from tests.store.synthetic import made_up, seal_frame
import pandas as pd
from csg_maps.errors import CsgMapsError
folder = pathlib.Path(sys.argv[1])
print("ready", flush=True)
for line in sys.stdin:  # a child for each, so that the libraries are loaded once
    seed, child = int(line), os.fork()
    if child:
        os.waitpid(child, 0)
        print("ended", flush=True)
        continue
    try:
        store = open_store(folder)
        frame = made_up(5_000, seed)
        print(f"begin {os.getpid()}", flush=True)
        seal_frame(store, frame, quarantined=pd.DataFrame({"row": range(5)}), batch_id=f"{seed:012x}")
        print("sealed", flush=True)
    except CsgMapsError as problem:
        print("refused " + str(problem), flush=True)
    finally:
        os._exit(0)
"""


class Sealer:
    """A process that seals when asked, and can be killed while it does."""

    def __init__(self, store: Store, **options: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SEAL_IN_A_PROCESS, str(store.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            **options,  # type: ignore[call-overload]
        )
        assert self.read() == "ready"

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, seed: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{seed}\n")
        self.process.stdin.flush()

    def close(self) -> None:
        self.process.communicate()


def _kill_in_the_middle(store: Store, times: int) -> tuple[int, int]:
    """Kill a process at random moments of a seal; after each the batch must be there whole or not at all."""
    chance, sealer, took = random.Random(67), Sealer(store), []
    for seed in (1, 2, 3):
        sealer.ask(seed)
        assert sealer.read().startswith("begin")
        begun = time.perf_counter()
        assert sealer.read() == "sealed"
        took.append(time.perf_counter() - begun)
        assert sealer.read() == "ended"
    whole, none = 3, 0
    for seed in range(10, 10 + times):
        sealer.ask(seed)
        child = int(sealer.read().removeprefix("begin "))
        time.sleep(chance.random() * max(took) * 1.1)
        with contextlib.suppress(ProcessLookupError):  # it had ended
            os.kill(child, signal.SIGKILL)
        while sealer.read() != "ended":
            pass
        again = open_store(store.folder)
        report = verify(again)
        assert report.is_sound, report.lines
        batch = batches.get_batch(again, f"{seed:012x}")
        whole, none = (whole + 1, none) if batch else (whole, none + 1)
        assert batch is None or (batch.accepted, batch.quarantined) == (5_000, 5)
        assert report.records == 5_000 * whole
        assert records_in(again) == 5_000 * whole
    sealer.close()
    return whole - 3, none


def test_attack_067_killed_at_20_moments_of_a_seal_it_is_whole_or_not_there(store: Store) -> None:
    whole, none = _kill_in_the_middle(store, 20)
    assert none > 0  # some were killed early enough to matter
    assert whole + none == 20
    for path in store.folder.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - 2 * 86_400,) * 2)
    assert verify(store).is_sound  # sweeps what the killed ones left
    assert not leftovers(store)
    assert len(list((store.folder / "batches").glob("*"))) == len(batches.list_batches(store, LOCAL_ACTOR))


@pytest.mark.slow
def test_attack_067_killed_at_100_moments_of_a_seal_it_is_whole_or_not_there(store: Store) -> None:
    whole, none = _kill_in_the_middle(store, 100)
    assert none > 10
    assert whole + none == 100


def _calls_of_the_disk(monkeypatch: pytest.MonkeyPatch, fail_at: int) -> list[str]:
    """Let the n-th call that touches the disk say that it is full. The list tells which calls there were."""
    made: list[str] = []

    def counted(name: str, real: object) -> object:
        def call(*arguments: object, **options: object) -> object:
            made.append(name)
            if len(made) == fail_at:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*arguments, **options)  # type: ignore[operator]

        return call

    import pyarrow.parquet as pq

    monkeypatch.setattr(os, "open", counted("open", os.open))
    monkeypatch.setattr(os, "fsync", counted("fsync", os.fsync))
    monkeypatch.setattr(Path, "replace", counted("rename", Path.replace))
    monkeypatch.setattr(pq, "write_table", counted("write", pq.write_table))
    return made


def test_attack_069_a_full_disk_at_each_step_of_a_seal_leaves_the_old_state(store: Store) -> None:
    seal_frame(store, made_up(50, 1))
    before = (sorted(path.name for path in store.folder.rglob("*")), data_version(store))
    frame = made_up(60, 2, handling="C", recipients="police")
    frame.loc[:20, "handling"] = "P"
    with pytest.MonkeyPatch.context() as patch:
        steps = _calls_of_the_disk(patch, 0)
        probe = create_store(store.folder.parent / "probe")
        steps.clear()
        seal_frame(probe, frame, quarantined=ASIDE)
    assert steps[:5] == ["open", "write", "fsync", "rename", "open"]
    registered = [number for number, step in enumerate(steps, start=1) if number <= 18]
    assert len(steps) > 18  # three files of six steps, then the note of the version
    for number in registered:
        with pytest.MonkeyPatch.context() as patch:
            _calls_of_the_disk(patch, number)
            with pytest.raises(StoreProblem, match="full"):
                seal_frame(store, frame, quarantined=ASIDE)
        assert (sorted(path.name for path in store.folder.rglob("*")), data_version(store)) == before, steps[number - 1]
    for number in range(19, len(steps) + 1):  # the batch is registered: the note beside it may fail, the batch may not
        with pytest.MonkeyPatch.context() as patch:
            _calls_of_the_disk(patch, number)
            seal_frame(store, made_up(10, 100 + number))
        assert not leftovers(store)
    assert verify(store).is_sound


@pytest.mark.parametrize("kilobytes", [0, 1, 20, 100])
def test_attack_069_a_real_limit_on_what_may_be_written_leaves_the_old_state(store: Store, kilobytes: int) -> None:
    limit = (kilobytes * 1024, kilobytes * 1024)
    sealer = Sealer(store, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    sealer.ask(5)
    told = sealer.read()
    told = sealer.read() if told.startswith("begin") else told  # with next to nothing it cannot even open
    assert told.startswith("refused ")
    assert "Nothing was changed" in told
    assert str(store.folder) not in told
    sealer.close()
    assert data_version(open_store(store.folder)) == 1
    assert records_in(store) == 0
    assert not list((store.folder / "batches").glob("*"))
    assert not list((store.folder / "quarantine").glob("*"))
    assert not leftovers(store)


def test_attack_069_the_database_itself_finds_the_disk_full(store: Store) -> None:
    set_setting(store, "language", "en")
    before = (store.folder / "workspace.sqlite").stat().st_size // 4096
    with pytest.raises(StoreProblem, match="full"), writing(store) as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {before}")
        workspace.tables.insert_sealed(connection, workspace.tables.settings, {"key": "long", "value": "x" * 500_000})
    assert get_setting(open_store(store.folder), "long", "none") == "none"


def test_attack_070_locked_beyond_the_timeout_is_a_message_and_no_loss(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_frame(store, made_up(50, 1))
    other = sqlite3.connect(store.folder / "workspace.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(workspace, "BUSY_SECONDS", 0.3)
    with pytest.raises(StoreProblem, match="Another program is writing"):
        seal_frame(store, made_up(60, 2), quarantined=ASIDE)
    assert records_in(store) == 50  # reading goes on meanwhile
    assert len(list((store.folder / "batches").glob("*"))) == 1
    other.execute("ROLLBACK")
    other.close()
    seal_frame(store, made_up(60, 2), quarantined=ASIDE)
    assert records_in(store) == 110


def test_attack_070_a_lock_that_ends_in_time_is_waited_for(store: Store) -> None:
    other = sqlite3.connect(store.folder / "workspace.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.5, lambda: other.execute("ROLLBACK"))
    release.start()
    set_setting(store, "language", "cy")
    release.join()
    other.close()
    assert get_setting(store, "language") == "cy"


def _known(store: Store) -> tuple[object, ...]:
    return (
        batches.list_batches(store, LOCAL_ACTOR),
        batches.readable_files(store, LOCAL_ACTOR),
        get_setting(store, "language"),
        workspace.secret(store),
        audit.entries(store).to_dict("list"),
    )


def test_attack_073_a_flipped_byte_is_noticed_or_changes_nothing(store: Store) -> None:
    for seed in (1, 2, 3):
        seal_frame(store, made_up(20, seed))
    set_setting(store, "language", "cy")
    path = store.folder / "workspace.sqlite"
    whole, known = path.read_bytes(), _known(open_store(store.folder))
    chance, noticed = random.Random(73), 0
    written = [at for at, byte in enumerate(whole) if byte]
    for at in chance.sample(written, 150):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(flipped))
        try:
            assert _known(open_store(store.folder)) == known, f"byte {at} changed what is known, unnoticed"
        except StoreProblem as problem:
            noticed += 1
            assert str(store.folder) not in str(problem)
        for rest in store.folder.glob("workspace.sqlite-*"):
            rest.unlink()
    assert noticed > 60
    path.write_bytes(whole)
    assert _known(open_store(store.folder)) == known


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.3, 0.6, 0.95])
def test_attack_073_a_truncated_workspace_is_noticed_and_not_written_over(store: Store, kept: float) -> None:
    seal_frame(store, made_up(20, 1))
    path = store.folder / "workspace.sqlite"
    whole = path.read_bytes()
    cut = whole[: int(len(whole) * kept)]
    path.write_bytes(cut)
    with pytest.raises(StoreProblem, match=r"damaged|cannot"):
        open_store(store.folder)
    assert path.read_bytes()[:100] == cut[:100]
    with pytest.raises(StoreProblem):
        create_store(store.folder)
    path.write_bytes(whole)
    assert records_in(open_store(store.folder)) == 20


def test_attack_073_a_workspace_that_lost_its_last_changes_is_noticed(store: Store) -> None:
    seal_frame(store, made_up(20, 1))
    holder = sqlite3.connect(
        store.folder / "workspace.sqlite"
    )  # keeps changes in the -wal file, as a killed process does
    holder.execute("SELECT * FROM state").fetchall()
    seal_frame(store, made_up(30, 2))
    copy = store.folder.parent / "copy"
    shutil.copytree(store.folder, copy, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    holder.close()
    assert records_in(open_store(store.folder)) == 50
    with pytest.raises(StoreProblem, match="wal"):
        open_store(copy)


def test_attack_073_a_folder_that_cannot_be_written_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(StoreProblem, match="read-only"):
            seal_frame(store, made_up(5))
    assert records_in(open_store(store.folder)) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a disk read-only needs root")
def test_attack_073_a_real_read_only_disk_is_told(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4M", "tmpfs", str(disk)], capture_output=True, check=False
    ).returncode:
        pytest.skip("this machine does not let a test mount a disk")
    try:
        store = create_store(disk / "store")
        seal_frame(store, made_up(20))
        assert (
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], capture_output=True, check=False).returncode == 0
        )
        with pytest.raises(StoreProblem, match="read-only"):
            open_store(store.folder)
        with pytest.raises(StoreProblem, match="read-only"):
            seal_frame(store, made_up(20, 2))
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        assert records_in(open_store(store.folder)) == 20
        with pytest.raises(StoreProblem, match="full"):
            seal_frame(store, made_up(200_000, 3))
        assert records_in(open_store(store.folder)) == 20
        assert verify(store).is_sound
        assert not leftovers(store)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
