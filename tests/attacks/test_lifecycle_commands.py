"""Supplied twice, taken back, killed, on a full disk, behind a lock, clicked twice: by the commands and jobs themselves."""

import contextlib
import errno
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.provenance import Provenance, Sharing
from csg_maps.model.supply import ImportRequest, SuppliedFile
from csg_maps.settings import INTERRUPTED_AFTER_SECONDS
from csg_maps.store import tables, workspace
from csg_maps.store.workspace import Store, open_store, writing
from csg_maps.workflows import jobs, supplies
from tests.commands import run, supply

ROOT = Path(__file__).resolve().parent.parent.parent
PROVENANCE = (
    "--agency", "police", "--agreement", "WASPI ISP 12", "--purpose", "Safer places for young people",
    "--share-with", "all", "--retain-until", "2090-03-31",
)  # fmt: skip


def concerns(first: int, last: int) -> str:
    """Rows with a reference each, so that the same numbers are the same rows."""
    lines = ["ref,date,lat,lng,harm"]
    for number in range(first, last):
        day, month = number % 28 + 1, number // 28 % 12 + 1
        lines.append(
            f"R{number},2024-{month:02}-{day:02},{52.1 + number % 97 / 2000:.5f},{-0.4 - number % 89 / 2000:.5f},ASB"
        )
    return "\n".join(lines) + "\n"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CSG_DATABASE_URL", raising=False)
    folder = tmp_path / "store"
    assert run("init", "--store", folder).exit_code == 0
    return folder


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def bring(store: Path, file: Path, *words: str) -> dict[str, int]:
    """Import a file by the command and hand back its report."""
    report = store.parent / "report.json"
    done = supply(file, "--store", store, "--report", report, *words)
    assert done.exit_code == 0, done.output
    return json.loads(report.read_text(encoding="utf-8"))


def counts_of(report: dict[str, int]) -> tuple[int, ...]:
    return tuple(report[name] for name in ("rows", "accepted", "quarantined", "refused", "duplicates"))


def held(store: Path) -> list[dict[str, object]]:
    return json.loads(run("batches", "--store", store, "--json").output)


def in_use(store: Path) -> int:
    """How many records the counts are made of, by the command that counts them."""
    out = store.parent / "counts.csv"
    assert run("count", "--store", store, "--resolution", "7", "--out", out).exit_code == 0
    return sum(int(line.split(",")[1]) for line in out.read_text(encoding="utf-8").splitlines()[1:])


def test_attack_061_the_same_file_twice_by_command_changes_nothing(store: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", concerns(0, 60))
    first = bring(store, file)
    assert counts_of(first) == (60, 60, 0, 0, 0)
    again = bring(store, write(tmp_path / "renamed.csv", file.read_text(encoding="utf-8")))
    assert counts_of(again) == (60, 0, 0, 0, 60)
    assert not again["batch_id"]
    (problem,) = again["problems"]
    assert problem["code"] == "supplied-before" and first["batch_id"] in problem["message"] + problem["fix"]
    assert len(held(store)) == 1 and in_use(store) == 60


def test_attack_062_the_same_rows_as_other_bytes_are_reported_as_duplicates(store: Path, tmp_path: Path) -> None:
    text = concerns(0, 60)
    bring(store, write(tmp_path / "a.csv", text))
    head, *rows = text.splitlines()
    saved_again = "\r\n".join([head.replace(",", ";"), *(row.replace(",", ";") for row in reversed(rows))])
    (tmp_path / "b.csv").write_bytes("\ufeff".encode() + saved_again.encode())
    again = bring(store, tmp_path / "b.csv")
    assert counts_of(again) == (60, 0, 0, 0, 60)
    told = sorted(entry["row"] for entry in again["problems"] if entry["level"] == "duplicate")
    assert told == list(range(2, 62))
    assert len(held(store)) == 1 and in_use(store) == 60


def test_attack_063_an_overlapping_extract_by_command_adds_only_the_new_rows(store: Path, tmp_path: Path) -> None:
    bring(store, write(tmp_path / "a.csv", concerns(0, 60)))
    late = bring(store, write(tmp_path / "b.csv", concerns(40, 100)))
    assert counts_of(late) == (60, 40, 0, 0, 20)
    assert in_use(store) == 100
    assert [row["accepted"] for row in held(store)] == [40, 60]


def test_attack_065_taken_back_and_supplied_again_it_cannot_come_back_twice(store: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", concerns(0, 60))
    first = bring(store, file)["batch_id"]
    exported = tmp_path / "before.csv"
    assert run("count", "--store", store, "--resolution", "9", "--out", exported).exit_code == 0
    assert run("withdraw", first, "--store", store, "--why", "the wrong columns").exit_code == 0
    assert in_use(store) == 0
    second = bring(store, file)
    assert counts_of(second) == (60, 60, 0, 0, 0)
    refused = run("restore-batch", first, "--store", store)
    assert refused.exit_code == 1
    assert "60 rows" in refused.stderr and "later batch" in refused.stderr
    assert in_use(store) == 60
    assert run("withdraw", second["batch_id"], "--store", store, "--why", "the first was right").exit_code == 0
    assert run("restore-batch", first, "--store", store).exit_code == 0
    assert in_use(store) == 60
    kept = supplies.audit_entries(open_store(store), LOCAL_ACTOR)["action"].tolist()
    done = [action for action in kept if action in {"import", "withdraw", "restore-batch"}]
    assert done == ["import", "withdraw", "import", "withdraw", "restore-batch"]


_COMMANDS_IN_A_PROCESS = """
import os, signal, sys
from csg_maps.cli import main
import csg_maps.intake.rows.records, csg_maps.store.counts, geopandas, pyarrow.parquet
print("ready", flush=True)
for line in sys.stdin:  # a child for each, so that the libraries are loaded once
    child = os.fork()
    if child:
        print(f"begun {child}", flush=True)
        _pid, status = os.waitpid(child, 0)
        print(f"ended {status}", flush=True)
        continue
    os.setpgid(0, 0)
    sys.stdout = open(os.devnull, "w")
    try:
        main(line.rstrip("\\n").split("\\t"))
    except SystemExit as ended:
        os._exit(int(ended.code or 0))
    os._exit(0)
"""


class Commands:
    """A process that runs commands in children of its own, which can be killed."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _COMMANDS_IN_A_PROCESS],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert self._read() == "ready"

    def _read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def begin(self, *words: object) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write("\t".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return int(self._read().removeprefix("begun "))

    def wait(self) -> int:
        return int(self._read().removeprefix("ended "))


@pytest.fixture(scope="module")
def commands() -> Iterator[Commands]:
    started = Commands()
    yield started
    started.process.communicate(timeout=30)


def _kill_imports(commands: Commands, store: Path, times: int, rows: int) -> tuple[int, int]:
    """Kill the import command at moments spread over its whole run; each time its batch is whole or absent."""
    folder = store.parent
    file = folder / "supply.csv"
    words = ("import", file, "--store", store, *PROVENANCE)
    took = []
    for number in (0, 1):
        write(file, concerns(number * rows, (number + 1) * rows))
        begun = time.perf_counter()
        commands.begin(*words)
        assert commands.wait() == 0
        took.append(time.perf_counter() - begun)
    chance, whole, absent = random.Random(67), 2, 0
    moments = [(number + chance.random()) / times for number in range(times)]
    chance.shuffle(moments)
    for number, moment in enumerate(moments, start=2):
        write(file, concerns(number * rows, (number + 1) * rows))
        child = commands.begin(*words)
        time.sleep(moment * max(took) * 1.05)
        with contextlib.suppress(ProcessLookupError):  # it had ended
            os.kill(child, signal.SIGKILL)
        commands.wait()
        checked = supplies.verify(open_store(store), LOCAL_ACTOR)
        assert checked.is_sound, checked.lines
        listed = supplies.list_supplies(open_store(store), LOCAL_ACTOR)
        assert all((row["accepted"], row["rows"]) == (rows, rows) for row in listed)
        assert len(listed) in {whole, whole + 1}
        whole, absent = (whole + 1, absent) if len(listed) > whole else (whole, absent + 1)
    assert in_use(store) == whole * rows
    return whole - 2, absent


def test_attack_067_the_import_command_killed_at_8_moments_leaves_all_or_nothing(
    commands: Commands, store: Path
) -> None:
    whole, absent = _kill_imports(commands, store, 8, 1_500)
    assert whole + absent == 8 and absent > 0
    assert run("verify", "--store", store).exit_code == 0


@pytest.mark.slow
@pytest.mark.timeout(1_500)
def test_attack_067_the_import_command_killed_at_100_moments_leaves_all_or_nothing(
    commands: Commands, store: Path
) -> None:
    whole, absent = _kill_imports(commands, store, 100, 20_000)
    assert whole + absent == 100 and absent > 20
    assert run("verify", "--store", store).exit_code == 0


@pytest.mark.slow
def test_attack_067_a_program_of_its_own_killed_while_it_imports(store: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", concerns(0, 5_000))
    command = [sys.executable, "-m", "csg_maps", "import", str(file), "--store", str(store), *PROVENANCE]
    for moment in (0.4, 0.7, 0.9):
        begun = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        for line in process.stderr:  # "Reading": the libraries are loaded
            if line.strip():
                break
        time.sleep(moment)
        process.kill()
        process.communicate()
        assert time.perf_counter() - begun < 120
        assert run("verify", "--store", store).exit_code == 0
        assert [row["accepted"] for row in held(store)] in ([], [5_000])
    bring(store, file)
    assert in_use(store) == 5_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB with a store on it, where this machine lets a test mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3M", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root; the test that lets each write fail covers this machine")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_attack_069_a_real_full_disk_at_import_and_export(small_disk: Path, tmp_path: Path) -> None:
    store = small_disk / "store"
    assert run("init", "--store", store).exit_code == 0
    file = write(tmp_path / "a.csv", concerns(0, 300))
    assert supply(file, "--store", store).exit_code == 0
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as filling:
        while True:
            filling.write(b"\0" * 4096)
    more = write(tmp_path / "b.csv", concerns(300, 3_000))
    refused = supply(more, "--store", store)
    assert refused.exit_code == 1 and "full" in refused.stderr, refused.output
    out = small_disk / "counts.csv"
    refused = run("count", "--store", store, "--resolution", "10", "--by", "month", "--out", out)
    assert refused.exit_code == 1 and "space" in refused.stderr.lower(), refused.output
    assert not out.exists()
    assert sorted(path.name for path in small_disk.iterdir()) == ["filler", "store"]
    filler.unlink()
    assert run("verify", "--store", store).exit_code == 0
    assert [row["accepted"] for row in held(store)] == [300]
    assert supply(more, "--store", store).exit_code == 0
    assert [row["accepted"] for row in held(store)] == [2_700, 300]


@pytest.mark.parametrize("ending", ["csv", "parquet", "geojson", "gpkg"])
@pytest.mark.parametrize("step", ["write", "fsync", "rename"])
def test_attack_069_a_disk_that_fills_during_an_export_keeps_the_old_file(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, step: str
) -> None:
    bring(store, write(tmp_path / "a.csv", concerns(0, 60)))
    folder = tmp_path / "exports"
    folder.mkdir()
    out = folder / f"counts.{ending}"
    out.write_bytes(b"the export of last month")

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    from csg_maps.workflows import exporting

    target = {"write": (exporting, "_write"), "fsync": (os, "fsync"), "rename": (Path, "replace")}[step]
    with monkeypatch.context() as patch:
        patch.setattr(*target, full)
        refused = run("count", "--store", store, "--resolution", "9", "--out", out)
    assert refused.exit_code == 1 and "No space left" in refused.stderr
    assert [path.name for path in folder.iterdir()] == [out.name]
    assert out.read_bytes() == b"the export of last month"


def test_attack_070_a_locked_workspace_is_a_message_by_command(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = bring(store, write(tmp_path / "a.csv", concerns(0, 60)))["batch_id"]
    more = write(tmp_path / "b.csv", concerns(60, 120))
    other = sqlite3.connect(store / "workspace.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(workspace, "BUSY_SECONDS", 0.3)
    for refused in (
        supply(more, "--store", store),
        run("withdraw", batch, "--store", store, "--why", "the wrong month"),
    ):
        assert refused.exit_code == 1
        assert "Another program is writing" in refused.stderr, refused.output
    assert [row["status"] for row in held(store)] == ["active"]
    other.execute("ROLLBACK")
    other.close()
    monkeypatch.undo()
    assert in_use(store) == 60
    bring(store, more)
    assert in_use(store) == 120
    assert run("verify", "--store", store).exit_code == 0


# 71: clicks and jobs --------------------------------------------------------------------------------------------------


def request_for(file: Path) -> ImportRequest:
    provenance = Provenance(
        agency="police",
        purpose="Safer places",
        lawful_basis="public_task",
        agreement="ISP 12",
        retain_until="2090-01-01",
    )
    return ImportRequest(files=(SuppliedFile(str(file), file.name),), provenance=provenance, sharing=Sharing())


def end_of(store: Store, job: str, seconds: float = 240) -> jobs.JobState:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = jobs.state_of(store, job)
        assert found is not None
        if found.state != "running":
            return found
        time.sleep(0.2)
    raise AssertionError("the job did not end")


def test_attack_071_a_double_click_is_one_import(store: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", concerns(0, 400))
    opened = open_store(store)
    started = [jobs.start_import(opened, LOCAL_ACTOR, request_for(file)) for _ in range(2)]
    assert set(jobs.under_way(opened, LOCAL_ACTOR)) == set(started)
    ends = [end_of(opened, job) for job in started]
    accepted = [end.result.get("accepted", 0) for end in ends]
    assert sorted(accepted) == [0, 400], ends
    (other,) = (end for end in ends if not end.result.get("accepted"))
    assert other.result.get("duplicates") == 400 or "in the meantime" in other.message
    assert [row["accepted"] for row in held(store)] == [400]
    assert jobs.under_way(opened, LOCAL_ACTOR) == ()


def test_attack_071_many_jobs_of_one_file_in_threads_are_one_import(store: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", concerns(0, 400))
    opened = open_store(store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_spawn", lambda _store, _job: None)
        started = [jobs.start_import(opened, LOCAL_ACTOR, request_for(file)) for _ in range(4)]
    threads = [threading.Thread(target=jobs.run, args=(opened, job)) for job in started]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ends = [end_of(opened, job, 5) for job in started]
    assert sorted(end.result.get("accepted", 0) for end in ends) == [0, 0, 0, 400], ends
    assert in_use(store) == 400


def test_attack_071_a_killed_job_is_seen_as_interrupted_by_the_page_that_polls_it(store: Path, tmp_path: Path) -> None:
    opened = open_store(store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_spawn", lambda _store, _job: None)  # as if killed before its first sign of life
        job = jobs.start_import(opened, LOCAL_ACTOR, request_for(write(tmp_path / "a.csv", concerns(0, 10))))
    state = jobs.state_of(opened, job)
    assert state is not None and state.state == "running"
    with writing(opened) as connection:
        late = tables.jobs.c.heartbeat - INTERRUPTED_AFTER_SECONDS - 1
        connection.execute(sa.update(tables.jobs).where(tables.jobs.c.job_id == job).values(heartbeat=late))
    state = jobs.state_of(opened, job)
    assert state is not None and state.state == "interrupted"
    assert jobs.under_way(opened, LOCAL_ACTOR) == ()
    assert held(store) == []
    again = jobs.start_import(opened, LOCAL_ACTOR, request_for(tmp_path / "a.csv"))
    assert end_of(opened, again).result["accepted"] == 10


def test_attack_071_a_job_goes_on_when_the_process_of_the_page_is_gone(store: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", concerns(0, 400))
    page = f"""
import os, pathlib
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.store.workspace import open_store
from csg_maps.workflows import jobs
from tests.attacks.test_lifecycle_commands import request_for
print(jobs.start_import(open_store(pathlib.Path({str(store)!r})), LOCAL_ACTOR, request_for(pathlib.Path({str(file)!r}))), flush=True)
os.kill(os.getpid(), 9)
"""
    ended = subprocess.run(
        [sys.executable, "-c", page], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True, check=False
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL
    assert end_of(open_store(store), ended.stdout.strip()).result["accepted"] == 400
    assert in_use(store) == 400


def test_attack_073_a_damaged_workspace_is_told_by_every_command(store: Path, tmp_path: Path) -> None:
    bring(store, write(tmp_path / "a.csv", concerns(0, 60)))
    path = store / "workspace.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    cut = hashlib.sha256(path.read_bytes()).hexdigest()
    for refused in (
        run("batches", "--store", store),
        run("count", "--store", store, "--resolution", "9", "--out", tmp_path / "x.csv"),
        supply(tmp_path / "a.csv", "--store", store),
        run("verify", "--store", store),
    ):
        assert refused.exit_code == 1
        assert "damaged" in refused.stderr and str(store) not in refused.stderr
    assert hashlib.sha256(path.read_bytes()).hexdigest() == cut, "it was written over"
    path.write_bytes(whole)
    for rest in store.glob("workspace.sqlite-*"):
        rest.unlink()
    assert run("verify", "--store", store).exit_code == 0


def test_attack_073_a_flipped_byte_in_a_sealed_file_is_found_by_verify(store: Path, tmp_path: Path) -> None:
    bring(store, write(tmp_path / "a.csv", concerns(0, 60)))
    (sealed,) = (store / "batches").glob("*.parquet")
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= 1
    sealed.chmod(0o600)
    sealed.write_bytes(bytes(content))
    found = run("verify", "--store", store)
    assert found.exit_code == 1
    assert sealed.name[:12] in found.output or "not as" in found.output, found.output
