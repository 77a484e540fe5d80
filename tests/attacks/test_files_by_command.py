"""The same hostile files by the command: one clear line, a report that says what to do, and a store as it was."""

import gzip
import io
import json
import pickle
import resource
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from csg_maps import settings
from tests.attacks.test_files import SECRET, _Payload, geopackage, replaced, workbook, zipped
from tests.commands import run, supply

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD = "ref,date,lat,lng,harm\n" + "".join(
    f"{n:05d},2024-03-{n:02d},52.1{n:02d},-0.4{n:02d},ASB\n" for n in range(1, 29)
)
VRT = "<OGRVRTDataSource><OGRVRTLayer name='s'><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("by_command") / "store"
    assert run("init", "--store", folder).exit_code == 0
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    assert run("init", "--store", tmp_path / "store").exit_code == 0
    return tmp_path / "store"


def bring(store: Path, file: Path, *words: str) -> tuple[object, dict]:
    report = file.parent / "report.json"
    done = supply(file, "--store", store, "--report", report, *words)
    return done, json.loads(report.read_text(encoding="utf-8"))


def bomb() -> bytes:
    sink = io.BytesIO()
    packed = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED)
    with packed as archive, archive.open("big.csv", "w", force_zip64=True) as member:
        for _ in range(1024):
            member.write(b"0,0\n" * (1 << 18))
    return sink.getvalue()


def many_members() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for number in range(70_000):
            archive.writestr(f"{number}.csv", b"")
    return sink.getvalue()


def entity_workbook(secret: Path) -> bytes:
    part = "xl/worksheets/sheet1.xml"
    book = workbook(A1="a", A2="b")
    raw = zipfile.ZipFile(io.BytesIO(book)).read(part)
    at = raw.index(b"<worksheet")
    return replaced(
        book, part, raw, raw[:at] + f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode() + raw[at:]
    )


def kml(secret: Path) -> bytes:
    head = f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    return f"{head}<kml><Placemark><name>&e;</name><Point><coordinates>-0.4,52.1</coordinates></Point></Placemark></kml>".encode()


REFUSED: list[tuple[int, str, Callable[[Path], bytes], set[str]]] = [
    (21, "bomb.zip", lambda _s: bomb(), {"container-trap"}),
    (21, "nested.zip", lambda _s: zipped({"inner.zip": zipped({"a.csv": GOOD.encode()})}), {"container-nested"}),
    (21, "bomb.csv.gz", lambda _s: gzip.compress(b"0,0\n" * (16 << 20)) * 4, {"container-trap"}),
    (22, "x.xlsx", entity_workbook, {"xml-unsafe"}),
    (22, "x.kml", kml, {"xml-unsafe"}),
    (22, "x.docx", lambda s: zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": kml(s)}), {"file-not-a-table"}),
    (23, "far.xlsx", lambda _s: workbook(A1="a", A2=1, CV1048576="x"), {"sheet-far-cell"}),
    *[
        (24, f"x.{ending}", lambda s: VRT.format(secret=s).encode(), {"file-points-elsewhere"})
        for ending in ("gpkg", "geojson", "csv", "kml")
    ],
    *[
        (26, "x.zip", lambda _s, name=name: zipped({"good.csv": GOOD.encode(), name: GOOD.encode()}), {"container-unsafe-name"})
        for name in ("../evil.csv", "/etc/evil.csv", "C:\\evil.csv", "..\\evil.csv")
    ],
    (26, "many.zip", lambda _s: many_members(), {"container-many-members"}),
    *[(29, name, lambda s: pickle.dumps(_Payload(s.parent / "ran")), {"file-unsafe-kind", "not-text"}) for name in ("x.pkl", "x.joblib", "x.csv", "x.parquet")],
    (32, "x.csv", lambda _s: b"", {"file-empty"}),
    (32, "x.csv", lambda _s: b"\n\n , \n,,\n", {"all-blank"}),
    (32, "x.csv", lambda _s: b"date,lat,lng\n", {"heading-only"}),
    (32, "x.xlsx", lambda _s: workbook(), {"all-blank"}),
    (33, "x.csv", lambda _s: b"%PDF-1.7 x", {"file-not-a-table"}),
    (33, "x.xlsx", lambda _s: b"\x89PNG\r\n\x1a\n", {"file-not-a-table"}),
    (34, "x.xls", lambda _s: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, {"file-old-excel"}),
    (34, "x.xlsx", lambda _s: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), {"container-password"}),
    (34, "x.xlsx", lambda _s: workbook(A1="a", A2=1)[:2500], {"container-damaged"}),
    (40, "x.csv", lambda _s: (",".join(f"c{n}" for n in range(10_000)) + "\n" + "," * 9_999 + "\n").encode(), {"too-many-columns"}),
]  # fmt: skip


def _check_refused(shared_store: Path, tmp_path: Path, case: int) -> None:
    number, name, content, codes = REFUSED[case]
    secret = tmp_path / "secret.csv"
    secret.write_text(f"date,lat,lng,note\n2024-03-01,52.1,-0.4,{SECRET}\n", encoding="utf-8")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / name).write_bytes(content(secret))
    before = sorted(path.name for path in shared_store.rglob("*"))
    started = time.perf_counter()
    done, report = bring(shared_store, folder / name)
    took = time.perf_counter() - started
    assert done.exit_code == 1
    assert [line for line in done.stderr.splitlines() if line.startswith("csg_maps: Nothing was imported. ")]
    said = {problem["code"]: problem for problem in report["problems"]}
    assert codes & set(said), sorted(said)
    for code in codes & set(said):
        assert said[code]["message"] and said[code]["fix"]
    assert report["accepted"] == report["quarantined"] == 0
    assert SECRET not in done.output + json.dumps(report)
    assert not (tmp_path / "ran").exists()
    assert not list(tmp_path.rglob("evil*"))
    assert sorted(path.name for path in shared_store.rglob("*")) == before, "the store is as it was"
    assert took < 30, f"{number}: {took:.1f} s"


def _of(number: int) -> pytest.MarkDecorator:
    cases = [case for case, entry in enumerate(REFUSED) if entry[0] == number]
    return pytest.mark.parametrize("case", cases, ids=[REFUSED[case][1] for case in cases])


@pytest.mark.slow
@_of(21)
def test_attack_021_a_bomb_by_command(shared_store: Path, tmp_path: Path, case: int) -> None:
    _check_refused(shared_store, tmp_path, case)


@_of(22)
def test_attack_022_entities_by_command(shared_store: Path, tmp_path: Path, case: int) -> None:
    _check_refused(shared_store, tmp_path, case)


@_of(23)
def test_attack_023_a_far_cell_by_command(shared_store: Path, tmp_path: Path, case: int) -> None:
    _check_refused(shared_store, tmp_path, case)


@_of(24)
def test_attack_024_a_vrt_by_command(shared_store: Path, tmp_path: Path, case: int) -> None:
    _check_refused(shared_store, tmp_path, case)


@_of(26)
def test_attack_026_unsafe_zips_by_command(shared_store: Path, tmp_path: Path, case: int) -> None:
    _check_refused(shared_store, tmp_path, case)


@_of(29)
def test_attack_029_pickles_by_command(shared_store: Path, tmp_path: Path, case: int) -> None:
    _check_refused(shared_store, tmp_path, case)


@_of(32)
def test_attack_032_empty_files_by_command(shared_store: Path, tmp_path: Path, case: int) -> None:
    _check_refused(shared_store, tmp_path, case)


@_of(33)
def test_attack_033_mislabelled_files_by_command(shared_store: Path, tmp_path: Path, case: int) -> None:
    _check_refused(shared_store, tmp_path, case)


@_of(34)
def test_attack_034_other_workbooks_by_command(shared_store: Path, tmp_path: Path, case: int) -> None:
    _check_refused(shared_store, tmp_path, case)


@_of(40)
def test_attack_040_ten_thousand_columns_by_command(shared_store: Path, tmp_path: Path, case: int) -> None:
    _check_refused(shared_store, tmp_path, case)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["zip", "xlsx"])
def test_attack_021_the_whole_command_takes_little_more_memory_for_a_bomb(
    store: Path, tmp_path: Path, kind: str
) -> None:
    """The peak of the process and its readers, against the same command with a small file."""

    def peak(name: str, content: bytes) -> int:
        (tmp_path / name).write_bytes(content)
        words = [
            "import",
            str(tmp_path / name),
            "--store",
            str(store),
            "--dry-run",
            "--agency",
            "police",
            "--agreement",
            "ISP",
        ]
        words += ["--purpose", "Safer", "--share-with", "all", "--retain-until", "2090-01-01"]
        code = (
            "import resource, sys\nfrom csg_maps.cli import main\n"
            "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
            "kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)\n"
            "print('peak', max(resource.getrusage(kind).ru_maxrss for kind in kinds))"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=True, timeout=200
        )  # fmt: skip
        return int(ended.stdout.rsplit("peak ", 1)[1])

    if kind == "zip":
        small, large = peak("small.zip", zipped({"a.csv": GOOD.encode()})), peak("large.zip", bomb())
    else:
        book = workbook(A1="a", A2="b")
        large_book = replaced(
            book, "xl/worksheets/sheet1.xml", b"</sheetData>", b"<row/>" * 40_000_000 + b"</sheetData>"
        )
        small, large = peak("small.xlsx", book), peak("large.xlsx", large_book)
    assert large - small < 64 * 1024, f"{small} KB, then {large} KB"


@pytest.fixture
def great_file(tmp_path: Path) -> Iterator[Path]:
    """A CSV beyond what is read, most of it a hole on the disk."""
    path = tmp_path / "great.csv"
    with open(path, "wb") as content:
        content.write(GOOD.encode())
        content.truncate(settings.MAXIMUM_UNPACKED_BYTES + 2**20)
    yield path
    path.unlink()


def test_attack_030_a_file_beyond_the_limit_is_refused_by_command(store: Path, great_file: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    done, report = bring(store, great_file)
    assert done.exit_code == 1
    assert time.perf_counter() - started < 20
    assert "file-too-large" in {problem["code"] for problem in report["problems"]}
    assert f"{settings.MAXIMUM_UNPACKED_BYTES // 2**20} MB" in done.stderr
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 2 * settings.MAXIMUM_UPLOAD_BYTES


def test_attack_030_the_browser_may_send_no_more_than_the_app_reads_of_one_upload() -> None:
    stated = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["server"]
    assert stated["maxUploadSize"] * 2**20 == settings.MAXIMUM_UPLOAD_BYTES


def test_attack_027_a_geopackage_with_a_trigger_and_a_view_by_command(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    geopackage(
        path,
        "CREATE TABLE concerns (date TEXT, lat TEXT, lng TEXT, harm TEXT)",
        "INSERT INTO concerns VALUES ('2024-03-01', '52.1', '-0.4', 'ASB'), ('2024-03-02', '52.2', '-0.41', 'ASB')",
        "CREATE VIEW spy AS SELECT note AS date FROM hidden",
        "CREATE TRIGGER eat AFTER INSERT ON concerns BEGIN DELETE FROM concerns; END",
        "INSERT INTO gpkg_contents VALUES ('concerns', 'attributes'), ('spy', 'attributes')",
    )
    before = path.read_bytes()
    done, report = bring(store, path)
    assert done.exit_code == 0, done.output
    assert (report["rows"], report["accepted"]) == (2, 2)
    assert "layer-not-a-table" in {problem["code"] for problem in report["problems"]}
    assert "not a layer" not in done.output
    assert path.read_bytes() == before


def test_attack_035_037_formulas_and_errors_are_listed_with_their_rows_by_command(store: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["date", "lat", "lng", "harm"])
    for number in range(2, 8):
        sheet.append([f"2024-03-{number:02d}", 52.1 + number / 100, -0.4, "ASB"])
    sheet["D3"], sheet["D5"], sheet["B6"] = "=A1", "#REF!", "#N/A"
    sheet["D5"].data_type = sheet["B6"].data_type = "e"
    book.save(tmp_path / "x.xlsx")
    _done, report = bring(store, tmp_path / "x.xlsx")
    listed = {(problem["code"], problem["row"]) for problem in report["problems"]}
    assert {("formula-uncalculated", 3), ("error-cell", 5), ("error-cell", 6)} <= listed, listed
    assert report["rows"] == 6 == sum(report[name] for name in ("accepted", "quarantined", "refused", "duplicates"))


# D and E by command ---------------------------------------------------------------------------------------------------


def rows_of(*dates: str, places: tuple[str, ...] = ("52.1,-0.4",), harm: str = "ASB") -> str:
    lines = [f"{date},{places[number % len(places)]},{harm}" for number, date in enumerate(dates)]
    return "\n".join(["date,lat,lng,harm", *lines]) + "\n"


def months_of(store: Path) -> dict[str, int]:
    out = store.parent / "months.csv"
    done = run("count", "--store", store, "--resolution", "7", "--by", "month", "--out", out)
    assert done.exit_code == 0, done.output
    found: dict[str, int] = {}
    for line in out.read_text(encoding="utf-8").splitlines()[1:]:
        _cell, month, count = line.split(",")[:3]
        found[month] = found.get(month, 0) + int(count)
    return found


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig", "utf-8"])
def test_attack_038_every_encoding_gives_the_same_words_by_command(store: Path, tmp_path: Path, encoding: str) -> None:
    harm = "Café – é" if encoding == "cp1252" else "Café – ŵ ŷ é"
    text = rows_of(*[f"2024-03-{day:02d}" for day in range(1, 20)], harm=harm)
    head = b"\xef\xbb\xbf" if encoding == "utf-8-sig" else b""  # twice
    (tmp_path / "x.csv").write_bytes(head + text.encode(encoding))
    done, report = bring(store, tmp_path / "x.csv")
    assert done.exit_code == 0, done.output
    assert (report["rows"], report["accepted"]) == (19, 19)
    assert harm.casefold() in json.dumps(report, ensure_ascii=False).casefold(), (
        "the word that is not coded is named exactly"
    )


def test_attack_040_041_042_odd_cells_give_a_verdict_for_each_row_by_command(store: Path, tmp_path: Path) -> None:
    words = ["NA", "None", "null", "00123", "1E5", "MARCH1", "NUL\0x", "x" * 1_000_000]
    lines = "".join(f"2024-03-{n:02d},52.1{n},-0.4{n},{word}\n" for n, word in enumerate(words, 1))
    (tmp_path / "x.csv").write_bytes(("date,lat,lng,harm\n" + lines).encode())
    done, report = bring(store, tmp_path / "x.csv")
    assert done.exit_code == 0, done.output
    assert report["rows"] == 8 == report["accepted"] + report["refused"]
    assert report["refused"] == 1
    said = json.dumps(report, ensure_ascii=False)
    for word in words[:6]:
        assert word.casefold() in said.casefold(), word


def test_attack_043_digits_of_other_kinds_are_exact_or_an_error_by_command(store: Path, tmp_path: Path) -> None:
    places = ("52.1,-0.4", "５２.1,-0.4", '"52,1","-0,4"', "52.1,\u22120.4", "52.1\u00a0,-0.4", "abc,-0.4")
    places = (*places, *[f"52.1{'0' * n},-0.4{'0' * n}" for n in range(14)])
    (tmp_path / "x.csv").write_text(rows_of(*["2024-03-01"] * 20, places=places), encoding="utf-8")
    done, report = bring(store, tmp_path / "x.csv")
    assert done.exit_code == 0, done.output
    assert report["rows"] == 20 == sum(report[name] for name in ("accepted", "quarantined", "refused", "duplicates"))
    out = tmp_path / "c.csv"
    assert run("count", "--store", store, "--resolution", "10", "--out", out).exit_code == 0
    cells = out.read_text(encoding="utf-8").splitlines()[1:]
    on_map = report["accepted"] - report["not_on_map"]
    assert [int(line.split(",")[1]) for line in cells] == [on_map], (
        "every row that is on the map is at one place, exactly"
    )
    assert 15 <= on_map <= 19, "the row with letters is not on the map"


@pytest.mark.parametrize(
    ("number", "dates", "months"),
    [
        (45, ("01/02/2024", "13/02/2024", "02/02/2024"), {"2024-02": 3}),
        (46, ("2024-02-03", "2024-02-28"), {"2024-02": 2}),
        (48, ("2024-02-29", "2024-03-01"), {"2024-02": 1, "2024-03": 1}),
    ],
)
def test_attack_045_046_048_dates_land_in_their_months_by_command(
    store: Path, tmp_path: Path, number: int, dates: tuple[str, ...], months: dict[str, int]
) -> None:
    (tmp_path / "x.csv").write_text(rows_of(*dates), encoding="utf-8")
    done, report = bring(store, tmp_path / "x.csv")
    assert done.exit_code == 0, done.output
    assert report["accepted"] == len(dates)
    assert months_of(store) == months


def test_attack_047_a_wholly_ambiguous_file_says_how_it_was_taken_by_command(store: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(rows_of("01/02/2024", "03/04/2024", "05/06/2024"), encoding="utf-8")
    done, report = bring(store, tmp_path / "x.csv")
    assert done.exit_code == 0, done.output
    assert any("Not certain" in line for line in report["announcements"]), report["announcements"]
    assert months_of(store) == {"2024-02": 1, "2024-04": 1, "2024-06": 1}


def test_attack_048_days_that_do_not_exist_are_refused_with_their_rows_by_command(store: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(rows_of("2024-03-01", "2023-02-29", "2024-03-05", "2068-01-01"), encoding="utf-8")
    done, report = bring(store, tmp_path / "x.csv")
    assert done.exit_code == 0, done.output
    assert report["rows"] == 4 == sum(report[name] for name in ("accepted", "quarantined", "refused", "duplicates"))
    assert {problem["row"] for problem in report["problems"]} >= {3, 5}
    assert set(months_of(store)) <= {"2024-03", ""}


def council(path: Path) -> Path:
    ring = [[-0.7, 51.8], [-0.1, 51.8], [-0.1, 52.4], [-0.7, 52.4], [-0.7, 51.8]]
    feature = {
        "type": "Feature",
        "properties": {"c": "E1", "n": "Council"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("number", "bad"),
    [
        (51, "-0.41,52.12"),
        (53, "52.12,0.41"),
        (54, "NaN,-0.4"),
        (54, "inf,-0.4"),
        (54, "1e308,-0.4"),
        (54, "91,-0.4"),
        (54, "0,0"),
        (55, "508000,249000"),
        (58, "48.85,2.35"),
    ],
)
def test_attack_051_053_054_055_058_a_row_that_cannot_lie_there_is_kept_apart_and_told_by_command(
    store: Path, tmp_path: Path, number: int, bad: str
) -> None:
    words = ("--store", store, "--layer", "council", "--code", "c", "--name", "n")
    assert run("areas", "add", council(tmp_path / "c.geojson"), *words).exit_code == 0
    good = [f"2024-03-{n:02d},52.1{n},-0.4{n},ASB" for n in range(1, 20)]
    lines = ["date,lat,lng,harm", *good[:10], f"2024-03-30,{bad},ASB", *good[10:]]
    (tmp_path / "x.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done, report = bring(store, tmp_path / "x.csv")
    assert done.exit_code == 0, done.output
    assert report["rows"] == 20 == sum(report[name] for name in ("accepted", "quarantined", "refused", "duplicates"))
    assert 12 in {problem["row"] for problem in report["problems"]}, report["problems"]
    assert report["quarantined"] == 1 or report["not_on_map"] == 1 or report["refused"] == 1
    out = tmp_path / "c.csv"
    assert run("count", "--store", store, "--areas", "council", "--out", out).exit_code == 0
    assert [
        int(line.split(",")[2]) for line in out.read_text(encoding="utf-8").splitlines()[1:] if line.startswith("E1")
    ] == [19]


def test_attack_052_swapped_eastings_and_northings_are_set_aside_by_command(store: Path, tmp_path: Path) -> None:
    words = ("--store", store, "--layer", "council", "--code", "c", "--name", "n")
    assert run("areas", "add", council(tmp_path / "c.geojson"), *words).exit_code == 0
    lines = [f"2024-03-{n:02d},{249_000 + n * 100},{508_000 + n * 50},ASB" for n in range(1, 20)]
    (tmp_path / "x.csv").write_text("\n".join(["date,easting,northing,harm", *lines]) + "\n", encoding="utf-8")
    _done, report = bring(store, tmp_path / "x.csv", "--crs", "EPSG:27700")
    assert report["accepted"] - report["not_on_map"] == 0
    assert report["rows"] == 19 == sum(report[name] for name in ("accepted", "quarantined", "refused", "duplicates"))
    assert "swap" in json.dumps(report["problems"]).casefold(), report["problems"][:2]


def test_attack_060_broken_boundaries_are_repaired_or_refused_with_counts_by_command(
    store: Path, tmp_path: Path
) -> None:
    def feature(code: str, ring: list[list[float]]) -> dict[str, object]:
        return {
            "type": "Feature",
            "properties": {"c": code, "n": code},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    bow_tie = [[-0.5, 52.0], [-0.4, 52.1], [-0.4, 52.0], [-0.5, 52.1], [-0.5, 52.0]]
    tall = [[-0.3, 52.0, 5], [-0.2, 52.0, 5], [-0.2, 52.1, 5], [-0.3, 52.1, 5], [-0.3, 52.0, 5]]
    empty = {
        "type": "Feature",
        "properties": {"c": "E3", "n": "E3"},
        "geometry": {"type": "Polygon", "coordinates": []},
    }
    content = {"type": "FeatureCollection", "features": [feature("E1", bow_tie), feature("E2", tall), empty]}
    (tmp_path / "b.geojson").write_text(json.dumps(content), encoding="utf-8")
    words = ("--store", store, "--layer", "broken", "--code", "c", "--name", "n")
    done = run("areas", "add", tmp_path / "b.geojson", *words)
    assert done.exit_code == 0, done.output
    assert "2 areas" in done.output
    assert len(done.output.strip().splitlines()) >= 3, "each repair is told"
    content["features"] = [empty]
    (tmp_path / "e.geojson").write_text(json.dumps(content), encoding="utf-8")
    refused = run("areas", "add", tmp_path / "e.geojson", *words[:2], "--layer", "none", *words[4:])
    assert refused.exit_code == 1 and refused.stderr.startswith("csg_maps: ")


def test_attack_009_hostile_file_names_by_command(store: Path, tmp_path: Path) -> None:
    for number, name in enumerate(
        ('"><img src=x onerror=alert(1)>.csv', "CON.csv", "a\u202egnp.csv", "x" * 240 + ".csv", "{{7*7}}.csv")
    ):
        (tmp_path / name).write_text(rows_of(f"2024-0{number + 1}-01"), encoding="utf-8")
        done, report = bring(store, tmp_path / name)
        assert done.exit_code == 0, done.output
        assert report["tables"][0]["name"] == name if "tables" in report else True
    kept = [path.name for path in store.rglob("*") if path.is_file()]
    assert not [name for name in kept if "img" in name or "CON" in name or "xxxx" in name or "7*7" in name]
    for path in store.rglob("*"):
        if path.is_file():
            assert b"onerror" not in path.read_bytes(), "the name of a file is not kept"
