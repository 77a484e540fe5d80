"""The commands as a person types them: documented, lists after one flag, and every mistake one clear line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from csg_maps.cli import main
from tests.commands import run, supply

ROOT = Path(__file__).resolve().parent.parent.parent
CONCERNS = (
    "date,lat,lng,what,who\n"
    + "".join(f"2024-0{month}-11,52.13{month},-0.46{month},Missing,A{month}\n" for month in range(1, 7))
    + "".join(f"2024-0{month}-12,52.14{month},-0.47{month},Robbery,B{month}\n" for month in range(1, 4))
)
SQUARE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": f"W{place}", "name": f"Ward {place}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[west, 52.1], [west + 0.1, 52.1], [west + 0.1, 52.2], [west, 52.2], [west, 52.1]]],
            },
        }
        for place, west in ((1, -0.5), (2, -0.4))
    ],
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of nine concerns and two wards, and the files that they came from."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "concerns.csv").write_text(CONCERNS, encoding="utf-8")
    (folder / "wards.geojson").write_text(json.dumps(SQUARE), encoding="utf-8")
    (folder / "broken.geojson").write_text('{"type": "FeatureCollection", "features": [', encoding="utf-8")
    (folder / "other.csv").write_text(CONCERNS.replace("2024", "2023"), encoding="utf-8")
    (folder / "numbers.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert run("init", "--store", folder / "store").exit_code == 0
    words = ("--store", folder / "store", "--layer", "wards", "--code", "code", "--name", "name")
    assert run("areas", "add", folder / "wards.geojson", *words).exit_code == 0
    done = supply(folder / "concerns.csv", "--store", folder / "store", "--map", "harm=what", "reference=who")
    assert done.exit_code == 0, done.output
    return folder


def every_command(group: click.Group = main, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [path]
    for name, command in group.commands.items():
        found += every_command(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_the_help_of_every_command_says_what_it_does_and_takes(path: tuple[str, ...]) -> None:
    said = run(*path, "--help")
    assert said.exit_code == 0
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    assert (command.help or "").strip().split("\n")[0] in " ".join(said.output.split())
    for option in command.params:
        words = option.opts[0] if isinstance(option, click.Option) else option.human_readable_name.upper()
        assert words in said.output


def test_the_program_of_its_own_says_what_commands_there_are(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "csg_maps", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name, command in main.commands.items():
        assert (name in said.stdout.split()) is not command.hidden
    ended = subprocess.run(
        [sys.executable, "-m", "csg_maps", "verify", "--store", str(tmp_path / "none")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("csg_maps: There is no store in this folder.")


COUNT = ("count", "--store", "{store}")
CELLS = ("--resolution", "9", "--out", "{out}.csv")
HOT = ("hotspots", "--store", "{store}")
IMPORT = (
    "import", "--store", "{store}", "--agreement", "WASPI", "--purpose", "Safer places", "--retain-until", "2090-01-01",
)  # fmt: skip
KNOWN = (*IMPORT, "--agency", "police", "--share-with", "all")
ADD = ("areas", "add", "--store", "{store}", "--code", "code", "--name", "name")
BAD_CALLS: list[tuple[tuple[str, ...], str]] = [
    (("batches", "--store", "{folder}/none"), "no store"),
    (("verify", "--store", "{folder}/concerns.csv"), "no store"),
    (("init", "--store", "{store}"), "already"),
    (("init", "--store", "{folder}/concerns.csv"), "store"),
    ((*COUNT, "--resolution", "11", "--out", "{out}.csv"), "7, 8, 9, 10"),
    ((*COUNT, "--resolution", "nine", "--out", "{out}.csv"), "nine"),
    ((*COUNT, "--resolution", "9", "--areas", "wards", "--out", "{out}.csv"), "either"),
    ((*COUNT, "--out", "{out}.csv"), "either"),
    ((*COUNT, "--areas", "parishes", "--out", "{out}.csv"), "parishes"),
    ((*COUNT, *CELLS, "--harm", "sadness"), "sadness"),
    ((*COUNT, *CELLS, "--agency", "army"), "army"),
    ((*COUNT, *CELLS, "--weekday", "9"), "9"),
    ((*COUNT, *CELLS, "--from", "April"), "April"),
    ((*COUNT, *CELLS, "--from", "2024-13"), "2024-13"),
    ((*COUNT, *CELLS, "--from", "2024-05", "--to", "2024-04"), "after"),
    ((*COUNT, *CELLS, "--within", "wards"), "LAYER:AREA_CODE"),
    ((*COUNT, *CELLS, "--within", "parishes:P1"), "parishes"),
    ((*COUNT, *CELLS, "--within", "wards:W9"), "W9"),
    ((*COUNT, *CELLS, "--by", "colour"), "colour"),
    ((*COUNT, "--resolution", "9", "--out", "{folder}/none/x.csv"), "folder"),
    ((*COUNT, "--resolution", "9", "--out", "{out}.xls"), ".xls"),
    ((*COUNT, "--resolution", "9", "--out", "{folder}"), "--out"),
    ((*COUNT, "--resolution", "9", "--out", "{folder}/a_folder.csv"), "folder"),
    ((*HOT, *CELLS, "--method", "magic"), "magic"),
    ((*HOT, *CELLS, "--method", "density", "--bandwidth-m", "-5"), "bandwidth"),
    ((*HOT, *CELLS, "--method", "density", "--bandwidth-m", "nan"), "bandwidth"),
    ((*HOT, "--areas", "wards", "--method", "density", "--out", "{out}.csv"), "density"),
    ((*KNOWN, "{folder}/none.csv"), "none.csv"),
    ((*KNOWN, "{folder}"), "no file"),
    ((*IMPORT, "--agency", "army", "--share-with", "all", "{folder}/concerns.csv"), "army"),
    ((*IMPORT, "--agency", "police", "--share-with", "army", "{folder}/concerns.csv"), "army"),
    ((*KNOWN, "--lawful-basis", "whim", "{folder}/numbers.csv"), "whim"),
    ((*KNOWN, "--retain-until", "2001-01-01", "{folder}/numbers.csv"), "2001-01-01"),
    ((*KNOWN, "--retain-until", "soon", "{folder}/numbers.csv"), "soon"),
    ((*KNOWN, "--agreement", " ", "{folder}/numbers.csv"), "agreement"),
    ((*KNOWN, "--profile", "other", "{folder}/numbers.csv"), "other"),
    ((*KNOWN, "{folder}/numbers.csv", "--map", "colour=a"), "colour"),
    ((*KNOWN, "{folder}/numbers.csv", "--map", "date=when"), "when"),
    ((*KNOWN, "{folder}/numbers.csv", "--map", "date"), "field=COLUMN"),
    ((*KNOWN, "{folder}/numbers.csv", "--leave-out", "nothing_of_the_kind"), "nothing_of_the_kind"),
    ((*KNOWN, "{folder}/other.csv", "--crs", "EPSG:nonsense"), "EPSG"),
    ((*KNOWN, "{folder}/numbers.csv", "--report", "{folder}/none/report.json"), "report"),
    ((*KNOWN,), "FILES"),
    (("restore-batch", "nothing", "--store", "{store}"), "no batch"),
    (("withdraw", "nothing", "--store", "{store}", "--why", "wrong month"), "no batch"),
    (("withdraw", "{batch}", "--store", "{store}"), "--why"),
    (("withdraw", "{batch}", "--store", "{store}", "--why", " "), "why"),
    ((*ADD, "--layer", "more", "{folder}/broken.geojson"), "."),
    ((*ADD, "--layer", "more", "{folder}/concerns.csv"), "."),
    ((*ADD, "--layer", "wards", "{folder}/wards.geojson"), "already"),
    ((*ADD, "--layer", "1;drop", "{folder}/wards.geojson"), "letter"),
    ((*ADD, "--layer", "more", "{folder}/wards.geojson", "--code", "gss"), "gss"),
    ((*ADD, "--layer", "more", "{folder}/wards.geojson", "--crs", "nonsense"), "nonsense"),
    (("run-job", "none", "--store", "{store}"), "job"),
    (("nonsense",), "nonsense"),
    (("--language", "fr", "batches", "--store", "{store}"), "fr"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "told"), BAD_CALLS, ids=[" ".join(words)[:90] for words, _told in BAD_CALLS])
def test_a_mistake_is_one_clear_line_and_changes_nothing(
    place: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    store, out = place / "store", tmp_path / "written"
    (place / "a_folder.csv").mkdir(exist_ok=True)
    batch = json.loads(run("batches", "--store", store, "--json").output)[0]["batch_id"]
    before = run("batches", "--store", store).output, run("areas", "list", "--store", store).output
    facts = {"store": store, "folder": place, "out": out, "batch": batch}
    ended = run(*(word.format(**facts) for word in words))  # a traceback is raised by `run`
    assert ended.exit_code in {1, 2}, ended.output
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
    steps = {"Making the store", "Importing", "Reading", "Checking rows", "Putting together", "Done", ""}
    lines = [
        line for line in ended.stderr.splitlines() if line not in steps and not line.startswith(("Usage:", "Try "))
    ]
    assert len(lines) == 1, ended.stderr
    assert (run("batches", "--store", store).output, run("areas", "list", "--store", store).output) == before
    assert not list(tmp_path.iterdir())
    assert not list(place.glob(".export-*"))


def test_a_list_takes_several_words(place: Path, tmp_path: Path) -> None:
    def counted(*words: object) -> int:
        done = run("count", "--store", place / "store", "--areas", "wards", *words, "--out", tmp_path / "out.csv")
        assert done.exit_code == 0, done.output
        lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
        return sum(int(line.split(",")[2]) for line in lines[1:])

    assert counted() == 9
    assert counted("--harm", "missing") == 6
    assert counted("--harm", "violence") == 3
    assert counted("--harm", "missing", "violence") == counted("--harm", "missing", "--harm", "violence") == 9
    assert counted("--within", "wards:W1", "wards:W2") == 9
    assert counted("--within", "wards:W2") == 0
    assert counted("--agency", "health", "police", "--weekday", "1", "2", "3", "4", "5", "6", "7") == 9
    assert counted("--agency", "health", "housing") == 0


def test_files_may_follow_a_mapping(place: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    run("init", "--store", store)
    done = supply("--store", store, "--map", "date=date", "harm=what", place / "concerns.csv", "--leave-out", "who")
    assert done.exit_code == 0, done.output
    assert "9 rows = 9 accepted" in done.output


def test_a_word_of_welsh_is_asked_for_by_the_environment(place: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "csg_maps", "batches", "--store", str(place / "none")],
        cwd=ROOT, env={**os.environ, "CSG_LANGUAGE": "cy"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 1
    assert said.stderr.startswith("csg_maps: ")
    assert "Traceback" not in said.stderr
