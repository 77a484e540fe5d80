"""Long work runs as its own process, the same command as a person's; a page polls one row of `jobs`.

A click, a closed tab or a killed process leaves the store as it was, or as it was meant to become.
"""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csg_maps.disclosure.policy import require
from csg_maps.errors import CsgMapsError, InputRefused
from csg_maps.i18n import _, language, use_language
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.model.supply import ImportRequest, request_from_json, request_to_json
from csg_maps.settings import PROJECT_FOLDER
from csg_maps.store import jobs as job_rows
from csg_maps.store.workspace import Store
from csg_maps.workflows import basemaps, importing, inspecting, many_supplies, stores


@dataclass(frozen=True)
class JobState:
    """What a page shows of a job. `state` is running, done, failed or interrupted; `result` is filled when done."""

    job_id: str
    kind: str
    state: str
    progress: float
    stage: str
    message: str
    result: dict[str, Any]


def start_inspection(store: Store, actor: Actor, uploads: list[tuple[str, bytes]], profile_agency: str) -> str:
    """Keep uploads in a staging folder of their own and start looking at them. Returns the job's id."""
    return _start_looking(store, actor, "inspect", uploads, profile_agency)


def start_many_inspection(store: Store, actor: Actor, uploads: list[tuple[str, bytes]]) -> str:
    """Keep uploads of several agencies in a staging folder and start looking at them. Returns the job's id."""
    return _start_looking(store, actor, "inspect-many", uploads, "")


def _start_looking(store: Store, actor: Actor, kind: str, uploads: list[tuple[str, bytes]], agency: str) -> str:
    require(actor, "import")
    job_id = job_rows.create_job(store, kind=kind, request="{}")
    folder = staging_folder(store, job_id)
    files = []
    for number, (name, content) in enumerate(uploads):
        path = folder / f"{number:03d}"  # never the name that came with it
        path.write_bytes(content)
        files.append({"path": str(path), "name": name})
    _write_request(folder, {"files": files, "agency": agency, "language": language()})
    _spawn(store, job_id)
    return job_id


def start_many_imports(store: Store, actor: Actor, requests: list[ImportRequest]) -> str:
    """Start the imports of several agencies' files that lie in staging, one after the other. Returns the job's id."""
    require(actor, "import")
    job_id = job_rows.create_job(store, kind="import-many", request="{}")
    asked = {"requests": [request_to_json(request) for request in requests], "language": language()}
    _write_request(staging_folder(store, job_id), asked)
    _spawn(store, job_id)
    return job_id


def start_import(store: Store, actor: Actor, request: ImportRequest) -> str:
    """Start an import of files that lie in staging. Returns the job's id."""
    require(actor, "import")
    job_id = job_rows.create_job(store, kind="import", request="{}")
    folder = staging_folder(store, job_id)
    _write_request(folder, {"request": request_to_json(request), "language": language()})
    _spawn(store, job_id)
    return job_id


def start_demo(store: Store, actor: Actor) -> str:
    """Start filling a new store with the demo borough. Returns the job's id."""
    require(actor, "import")
    job_id = job_rows.create_job(store, kind="demo", request="{}")
    _write_request(staging_folder(store, job_id), {"language": language()})
    _spawn(store, job_id)
    return job_id


def start_basemap(store: Store, actor: Actor, content: bytes, shown_name: str, choice: basemaps.BaseMapChoice) -> str:
    """Keep a map file in a staging folder of its own and start making it the base map. Returns the job's id."""
    require(actor, "manage_areas")
    job_id = job_rows.create_job(store, kind="basemap", request="{}")
    folder = staging_folder(store, job_id)
    path = folder / "map"
    path.write_bytes(content)
    asked = {"path": str(path), "name": shown_name, "choice": dataclasses.asdict(choice), "language": language()}
    _write_request(folder, asked)
    _spawn(store, job_id)
    return job_id


def resume_basemap(store: Store, actor: Actor, basemap_id: str) -> str:
    """Go on with a base map whose drawing was interrupted. Returns the job's id."""
    require(actor, "manage_areas")
    job_id = job_rows.create_job(store, kind="basemap", request="{}")
    _write_request(staging_folder(store, job_id), {"basemap_id": basemap_id, "language": language()})
    _spawn(store, job_id)
    return job_id


def drawing(store: Store, actor: Actor) -> tuple[str, ...]:
    """The ids of the jobs that make a base map now; the demo borough's is among what its job makes."""
    require(actor, "see_counts")
    running = (row for row in job_rows.running_jobs(store) if row.kind in {"basemap", "demo"})
    return tuple(row.job_id for row in running if not job_rows.is_stale(row))


def state_of(store: Store, job_id: str) -> JobState | None:
    """The job as it stands, None when there is none of that id.

    A job whose process has given no sign for a minute is interrupted, so that a page that polls it hears of its end.
    """
    row = job_rows.job(store, job_id)
    if row is not None and row.state == "running" and job_rows.is_stale(row):
        job_rows.interrupt_stale(store)
        row = job_rows.job(store, job_id)
    if row is None:
        return None
    result_file = staging_folder(store, job_id) / "result.json"
    result = json.loads(result_file.read_text(encoding="utf-8")) if row.state == "done" and result_file.exists() else {}
    return JobState(job_id, row.kind, row.state, row.progress, row.stage, row.message, result)


def under_way(store: Store, actor: Actor) -> tuple[str, ...]:
    """The ids of the imports that run now, whoever started them: a closed tab does not end one."""
    require(actor, "import")
    return tuple(
        row.job_id
        for row in job_rows.running_jobs(store)
        if row.kind in {"import", "import-many"} and not job_rows.is_stale(row)
    )


def run(store: Store, job_id: str) -> None:
    """Do the work of a job in this process, and leave its result or a clear message in its row."""
    row = job_rows.job(store, job_id)
    if row is None:
        raise InputRefused(_("There is no job {job}.").format(job=job_id))
    folder = staging_folder(store, job_id)
    asked = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    use_language(asked["language"])

    def progress(done: float, stage: str) -> None:
        job_rows.beat(store, job_id, progress=done, stage=stage)

    works: dict[str, Callable[[], dict[str, Any]]] = {
        "inspect": lambda: inspecting.inspect(
            store, LOCAL_ACTOR, [(entry["path"], entry["name"]) for entry in asked["files"]], asked["agency"], progress
        ),
        "import": lambda: importing.run_import(
            store, LOCAL_ACTOR, request_from_json(asked["request"]), progress, job_id=job_id
        ).as_dict(),
        "inspect-many": lambda: many_supplies.look(
            store, LOCAL_ACTOR, [(entry["path"], entry["name"]) for entry in asked["files"]], progress
        ),
        "import-many": lambda: many_supplies.import_all(
            store, LOCAL_ACTOR, [request_from_json(text) for text in asked["requests"]], progress, job_id=job_id
        ),
        "demo": lambda: _demo(store, progress),
        "basemap": lambda: _basemap(store, asked, progress),
    }
    with job_rows.heartbeat(store, job_id):
        try:
            result = works[row.kind]()
        except CsgMapsError as problem:
            job_rows.fail(store, job_id, message=str(problem))
        except MemoryError:
            job_rows.fail(store, job_id, message=_("The file needs more memory than this machine has; split it."))
        except Exception:  # a broken promise of ours: the page must hear of it, without the file's content
            job_rows.fail(store, job_id, message=_("Something broke that should not have. Nothing was changed."))
            raise
        else:
            _write_whole(folder / "result.json", json.dumps(result, ensure_ascii=False))
            job_rows.finish(store, job_id, result="{}")


def _demo(store: Store, progress: importing.Progress) -> dict[str, Any]:
    stores.fill_with_demo(store, LOCAL_ACTOR, progress)
    return {}


def _basemap(store: Store, asked: dict[str, Any], progress: importing.Progress) -> dict[str, Any]:
    if "basemap_id" in asked:
        added = basemaps.go_on(store, LOCAL_ACTOR, asked["basemap_id"], progress)
    else:
        said = asked["choice"]
        choice = basemaps.BaseMapChoice(**{**said, "layer_kinds": tuple(map(tuple, said["layer_kinds"]))})
        path = Path(asked["path"])
        added = basemaps.add(store, LOCAL_ACTOR, path, asked["name"], choice, progress=progress)
        path.unlink(missing_ok=True)
    return {"basemap_id": added.basemap_id, "in_words": list(added.in_words)}


def clear_staging(store: Store, job_id: str) -> None:
    """Delete the uploads and the result of a job: what was sealed is in the store, the rest is not kept."""
    shutil.rmtree(staging_folder(store, job_id), ignore_errors=True)


def staging_folder(store: Store, job_id: str) -> Path:
    """The job's own folder, readable by this user only."""
    folder = store.folder / "staging" / job_id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _write_request(folder: Path, request: dict[str, Any]) -> None:
    _write_whole(folder / "request.json", json.dumps(request, ensure_ascii=False))


def _write_whole(path: Path, text: str) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _spawn(store: Store, job_id: str) -> None:
    command = [sys.executable, "-m", "csg_maps", "run-job", job_id, "--store", str(store.folder)]
    log = staging_folder(store, job_id) / "log"
    with open(log, "wb") as errors:
        subprocess.Popen(
            command,
            cwd=PROJECT_FOLDER,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            start_new_session=True,  # a closed tab or a stopped page does not end it
        )
