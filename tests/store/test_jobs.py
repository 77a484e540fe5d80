"""Jobs: progress another process can read, a heartbeat, and an honest end."""

import time

import pytest
import sqlalchemy as sa

from csg_maps.settings import INTERRUPTED_AFTER_SECONDS
from csg_maps.store import jobs, tables
from csg_maps.store.workspace import Store, writing


def _age(store: Store, job_id: str, seconds: float) -> None:
    with writing(store) as connection:
        moved = tables.jobs.c.heartbeat - seconds
        connection.execute(tables.jobs.update().where(tables.jobs.c.job_id == job_id).values(heartbeat=moved))


def test_a_job_from_start_to_end(store: Store) -> None:
    job_id = jobs.create_job(store, kind="import", request="{}")
    jobs.beat(store, job_id, progress=0.4, stage="Reading")
    found = jobs.job(store, job_id)
    assert found is not None
    assert (found.state, found.progress, found.stage, found.cancel) == ("running", 0.4, "Reading", False)
    assert [job.job_id for job in jobs.running_jobs(store)] == [job_id]
    jobs.finish(store, job_id, result='{"rows": 3}')
    found = jobs.job(store, job_id)
    assert found is not None
    assert (found.state, found.progress, found.result) == ("done", 1.0, '{"rows": 3}')
    assert jobs.running_jobs(store) == ()
    assert jobs.job(store, "none") is None


def test_a_late_beat_does_not_bring_an_ended_job_back(store: Store) -> None:
    job_id = jobs.create_job(store, kind="import", request="{}")
    jobs.fail(store, job_id, message="The file cannot be read.")
    jobs.beat(store, job_id, progress=0.9, stage="Sealing")
    jobs.finish(store, job_id, result="{}")
    found = jobs.job(store, job_id)
    assert found is not None
    assert (found.state, found.message, found.progress) == ("failed", "The file cannot be read.", 0.0)


def test_a_job_without_a_heartbeat_is_interrupted_and_others_are_not(store: Store) -> None:
    dead, alive = (jobs.create_job(store, kind="import", request="{}") for _ in range(2))
    _age(store, dead, INTERRUPTED_AFTER_SECONDS + 1)
    assert jobs.interrupt_stale(store) == (dead,)
    assert [job.job_id for job in jobs.running_jobs(store)] == [alive]
    found = jobs.job(store, dead)
    assert found is not None
    assert found.state == "interrupted"
    assert jobs.interrupt_stale(store) == ()


def test_the_heart_beats_through_a_long_step(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.02)
    job_id = jobs.create_job(store, kind="import", request="{}")
    _age(store, job_id, 1_000)
    with jobs.heartbeat(store, job_id):
        deadline = time.time() + 10
        while time.time() < deadline and jobs.interrupt_stale(store):
            time.sleep(0.05)
        time.sleep(0.3)
    found = jobs.job(store, job_id)
    assert found is not None
    assert found.state == "running"
    assert time.time() - found.heartbeat < 60


def test_a_busy_workspace_does_not_stop_the_work(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from csg_maps.store import workspace

    job_id = jobs.create_job(store, kind="import", request="{}")
    monkeypatch.setattr(workspace, "BUSY_SECONDS", 0.1)
    with writing(store) as connection:
        connection.execute(sa.select(tables.jobs.c.job_id)).all()
        jobs.beat(store, job_id, progress=0.5, stage="Reading")


def test_a_job_can_be_asked_to_stop(store: Store) -> None:
    job_id = jobs.create_job(store, kind="import", request="{}")
    assert not jobs.is_cancelled(store, job_id)
    jobs.request_cancel(store, job_id)
    assert jobs.is_cancelled(store, job_id)
