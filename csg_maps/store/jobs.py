"""Long work: one row a job with progress, heartbeat and result, which a page reads while another process works."""

import contextlib
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from csg_maps.errors import StoreProblem
from csg_maps.settings import HEARTBEAT_SECONDS, INTERRUPTED_AFTER_SECONDS
from csg_maps.store import tables
from csg_maps.store.workspace import Store, reading, writing


@dataclass(frozen=True)
class Job:
    """A job as it stands. `state` is running, done, failed or interrupted; `progress` 0 to 1; times in seconds since 1970."""

    job_id: str
    kind: str
    state: str
    progress: float
    stage: str
    message: str
    request: str
    result: str
    started: float
    heartbeat: float
    cancel: bool


def create_job(store: Store, *, kind: str, request: str) -> str:
    """A new running job; `request` is JSON. Returns its random id."""
    job_id = uuid.uuid4().hex
    moment = time.time()
    with writing(store) as connection:
        connection.execute(
            tables.jobs.insert().values(
                job_id=job_id,
                kind=kind,
                state="running",
                progress=0.0,
                stage="",
                message="",
                request=request,
                result="",
                started=moment,
                heartbeat=moment,
                cancel=False,
            )
        )
    return job_id


def beat(store: Store, job_id: str, *, progress: float, stage: str) -> None:
    """Say how far a running job is. A workspace that is busy is no reason to stop: that beat is left out."""
    with contextlib.suppress(StoreProblem):
        _change(store, job_id, progress=progress, stage=stage, heartbeat=time.time())


@contextlib.contextmanager
def heartbeat(store: Store, job_id: str) -> Iterator[None]:
    """Keep a job alive while its process works, however long one step takes."""
    stop = threading.Event()

    def keep_beating() -> None:
        while not stop.wait(HEARTBEAT_SECONDS):
            with contextlib.suppress(StoreProblem):
                _change(store, job_id, heartbeat=time.time())

    beating = threading.Thread(target=keep_beating, daemon=True)
    beating.start()
    try:
        yield
    finally:
        stop.set()
        beating.join()


def finish(store: Store, job_id: str, *, result: str) -> None:
    """The job is done; `result` is JSON."""
    _change(store, job_id, state="done", progress=1.0, result=result, heartbeat=time.time())


def fail(store: Store, job_id: str, *, message: str) -> None:
    """The job could not be done; `message` is what the person who waits for it reads."""
    _change(store, job_id, state="failed", message=message, heartbeat=time.time())


def job(store: Store, job_id: str) -> Job | None:
    """The job as it stands, None when there is none of that id."""
    with reading(store) as connection:
        row = connection.execute(sa.select(tables.jobs).where(tables.jobs.c.job_id == job_id)).mappings().first()
    return Job(**row) if row else None


def running_jobs(store: Store) -> tuple[Job, ...]:
    """The jobs that run, the oldest first."""
    asked = sa.select(tables.jobs).where(tables.jobs.c.state == "running").order_by(tables.jobs.c.started)
    with reading(store) as connection:
        return tuple(Job(**row) for row in connection.execute(asked).mappings())


def is_stale(found: Job) -> bool:
    """Whether a job's process has given no sign for so long that it must be gone."""
    return found.heartbeat < time.time() - INTERRUPTED_AFTER_SECONDS


def interrupt_stale(store: Store) -> tuple[str, ...]:
    """Jobs whose process has given no sign for a minute are interrupted. Returns their ids."""
    late = time.time() - INTERRUPTED_AFTER_SECONDS
    stale = sa.and_(tables.jobs.c.state == "running", tables.jobs.c.heartbeat < late)
    with reading(store) as connection:
        found = tuple(connection.execute(sa.select(tables.jobs.c.job_id).where(stale)).scalars())
    if found:
        with writing(store) as connection:
            connection.execute(tables.jobs.update().where(stale).values(state="interrupted"))
    return found


def request_cancel(store: Store, job_id: str) -> None:
    """Ask a running job to stop at its next step."""
    _change(store, job_id, cancel=True)


def is_cancelled(store: Store, job_id: str) -> bool:
    """Whether somebody asked this job to stop."""
    found = job(store, job_id)
    return found is not None and found.cancel


def _change(store: Store, job_id: str, **values: object) -> None:
    # An ended job stays as it ended: a late beat must not bring it back.
    with writing(store) as connection:
        connection.execute(
            tables.jobs.update()
            .where(tables.jobs.c.job_id == job_id, tables.jobs.c.state.in_(("running", "interrupted")))
            .values(**({"state": "running"} | values))
        )
