"""ATTACKS C and A 9: hostile files are refused in words, cost little, run nothing and reach no other file."""

import gzip
import io
import pickle
import random
import shutil
import sqlite3
import stat
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.tables import ReadResult
from csg_maps.intake.files.vector_files import read_boundaries
from csg_maps.intake.messages import describe

SECRET = "CANARY-7f3a secret of the server"


def read(tmp_path: Path, content: bytes, name: str) -> ReadResult:
    path = tmp_path / "upload"
    path.write_bytes(content)
    return read_tables(path, name)


def refused(result: ReadResult, *codes: str) -> None:
    """The result has no table, and one of these reasons, in words that say what to do."""
    assert result.tables == ()
    found = [problem for problem in result.problems if problem.level == "refuse"]
    assert {problem.code for problem in found} & set(codes), found
    for problem in found:
        message, fix = describe(problem.code, problem.values)
        assert message
        assert fix


def zipped(members: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return sink.getvalue()


def workbook(**cells: object) -> bytes:
    book = openpyxl.Workbook()
    for reference, value in cells.items():
        book.active[reference] = value
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def with_shared_strings(office: bytes) -> bytes:
    """The same with a part of shared strings, as Excel writes it."""
    source = zipfile.ZipFile(io.BytesIO(office))
    members = {name: source.read(name) for name in source.namelist()}
    strings = b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>b</t></si></sst>'
    return zipped({**members, "xl/sharedStrings.xml": strings})


def replaced(office: bytes, part: str, old: bytes, new: bytes) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(office))
    assert old in source.read(part)
    return zipped(
        {name: source.read(name).replace(old, new) if name == part else source.read(name) for name in source.namelist()}
    )


@pytest.fixture(scope="module")
def gigabyte() -> bytes:
    """One GiB of "0,0", deflated to about one MiB."""
    sink = io.BytesIO()
    packed = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED)
    with packed as archive, archive.open("big.csv", "w", force_zip64=True) as member:
        for _ in range(1024):
            member.write(b"0,0\n" * (1 << 18))
    assert len(sink.getvalue()) < 2 * 2**20
    return sink.getvalue()


# 9: names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        '"><img src=x onerror=alert(1)>.csv',
        "../../etc/passwd",
        "CON.csv",
        "a\u202egnp.csv",
        "x" * 300 + ".csv",
        "a\x00b.csv",
        "",
    ],
)
def test_attack_009_a_name_is_only_shown(tmp_path: Path, name: str) -> None:
    result = read(tmp_path, b"a,b\n1,2,3\n4,5\n", name)
    assert result.tables[0].name == name
    assert result.tables[0].problems[0].file == name
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


# 21: bombs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["zip", "nested", "gzip", "lying"])
def test_attack_021_bombs_are_refused_fast_and_small(tmp_path: Path, gigabyte: bytes, kind: str) -> None:
    if kind == "zip":
        content, codes = gigabyte, ("container-trap",)
    elif kind == "nested":
        content, codes = zipped({"inner.zip": gigabyte}), ("container-nested",)
    elif kind == "gzip":
        content, codes = gzip.compress(b"\x00" * (64 << 20)) * 16, ("container-trap",)
    else:
        lying = bytearray(gigabyte)
        at = lying.rfind(b"PK\x01\x02")
        lying[at + 24 : at + 28] = struct.pack("<I", 1000)
        content, codes = bytes(lying), ("container-damaged", "container-trap", "file-not-a-table")
    path = tmp_path / "upload"
    path.write_bytes(content)
    del content
    tracemalloc.start()
    started = time.perf_counter()
    try:
        result = read_tables(path, f"bomb.{kind}")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    refused(result, *codes)
    assert time.perf_counter() - started < 5
    assert peak < 64 * 2**20


def test_attack_021_a_workbook_that_explodes(tmp_path: Path) -> None:
    book = workbook(A1="a", A2="b")
    sheet = "xl/worksheets/sheet1.xml"
    bomb = replaced(book, sheet, b"</sheetData>", b"<row/>" * 4_000_000 + b"</sheetData>")
    started = time.perf_counter()
    refused(read(tmp_path, bomb, "b.xlsx"), "workbook-trap")
    assert time.perf_counter() - started < 10


# 22: XML ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "docProps/core.xml"]
)
def test_attack_022_entities_in_a_workbook(tmp_path: Path, part: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    book = with_shared_strings(workbook(A1="a", A2="b"))
    raw = zipfile.ZipFile(io.BytesIO(book)).read(part)
    root = raw.index(b"<", raw.find(b"?>") + 1 if raw.startswith(b"<?") else 0)
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode()
    hostile = raw[:root] + doctype + raw[root:].replace(b"<t>b</t>", b"<t>&e;</t>")
    result = read(tmp_path, replaced(book, part, raw, hostile), "x.xlsx")
    refused(result, "xml-unsafe")
    assert SECRET not in repr(result)


def test_attack_022_entities_in_kml_and_word(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    kml = f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY l0 "ha">{laughs}]><kml><Placemark><name>&l9;</name></Placemark></kml>'
    started = time.perf_counter()
    refused(read(tmp_path, kml.encode(), "x.kml"), "xml-unsafe", "file-not-a-table")
    assert time.perf_counter() - started < 5
    word = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": kml.encode()})
    refused(read(tmp_path, word, "x.docx"), "file-not-a-table")


# 23: far cells ------------------------------------------------------------------------------------------------------


def test_attack_023_a_far_cell_is_refused_at_once(tmp_path: Path) -> None:
    far = workbook(A1="a", A2=1, CV1048576="x")
    wide = workbook(A1="a", A2=1, XFD2="x")
    quick = min(_seconds(tmp_path, workbook(A1="a", A2=1), "") for _ in range(2))
    # What is measured is what the far cell costs, beyond starting the process that reads.
    assert _seconds(tmp_path, far, "sheet-far-cell") - quick < 2
    assert _seconds(tmp_path, wide, "too-many-columns") - quick < 2


def _seconds(tmp_path: Path, content: bytes, code: str) -> float:
    started = time.perf_counter()
    result = read(tmp_path, content, "far.xlsx")
    if code:
        refused(result, code)
    return time.perf_counter() - started


# 24: files that point elsewhere -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x.gpkg", "x.geojson", "x.csv", "x.kml", "x.shp", "x.xlsx", "x.parquet", "x.zip"])
def test_attack_024_a_vrt_never_reads_another_file(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(f"name,note\nx,{SECRET}\n")
    vrt = f"<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    for content in (vrt, f"\ufeff<!-- map -->\n{vrt}", f'<?xml version="1.0"?>\n{vrt}'):
        result = read(tmp_path, content.encode(), name)
        refused(result, "file-points-elsewhere")
        assert SECRET not in repr(result)
        boundaries = read_boundaries(tmp_path / "upload", name)
        assert boundaries.gdf is None
        assert SECRET not in repr(boundaries)


def test_attack_024_a_vrt_in_a_zipped_shapefile(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(f"name,note\nx,{SECRET}\n")
    vrt = f"<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    for head in (b"", b"\x00\x00\x27\x0a"):
        members = {"a.shp": head + vrt.encode(), "a.dbf": vrt.encode(), "a.shx": vrt.encode(), "a.prj": vrt.encode()}
        result = read(tmp_path, zipped(members), "x.zip")
        refused(result, "shapefile-damaged")
        assert SECRET not in repr(result)


# 26: names in a zip -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../evil.csv", "a/../../evil.csv", "/etc/evil.csv", "C:\\evil.csv", "..\\evil.csv", "C:evil.csv"]
)
def test_attack_026_unsafe_names_refuse_the_zip(tmp_path: Path, name: str) -> None:
    before = set(tmp_path.parent.rglob("evil*"))
    result = read(tmp_path, zipped({"good.csv": b"a,b\n1,2\n", name: b"a,b\n1,2\n"}), "x.zip")
    refused(result, "container-unsafe-name")
    assert set(tmp_path.parent.rglob("evil*")) == before
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


def test_attack_026_links_passwords_and_names_twice(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    refused(read(tmp_path, sink.getvalue(), "x.zip"), "container-unsafe-name")
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("a.csv", "a\n1\n")
        archive.writestr("a.csv", "a\n2\n")
    refused(read(tmp_path, sink.getvalue(), "x.zip"), "container-unsafe-name")
    locked = bytearray(zipped({"a.csv": b"a,b\n1,2\n"}))
    locked[6] |= 1
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    refused(read(tmp_path, bytes(locked), "x.zip"), "container-password")


def test_attack_026_seventy_thousand_members(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(70_000):
            archive.writestr(f"{number}.csv", b"")
    tracemalloc.start()
    started = time.perf_counter()
    result = read_tables(path, "x.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    refused(result, "container-many-members")
    assert time.perf_counter() - started < 5
    assert peak < 64 * 2**20


def test_members_without_data_are_left_out_and_told(tmp_path: Path) -> None:
    members = {
        "2024-03/x.csv": b"a,b\n1,2\n",
        "__MACOSX/2024-03/._x.csv": b"\x00\x05",
        ".DS_Store": b"\x00",
        "README.txt": b"hi",
    }
    result = read(tmp_path, zipped(members), "x.zip")
    assert [table.name for table in result.tables] == ["2024-03/x.csv"]
    assert [(p.code, p.values["count"]) for p in result.problems] == [("member-ignored", "3")]


# 27: GeoPackages ----------------------------------------------------------------------------------------------------


def geopackage(path: Path, *statements: str) -> None:
    database = sqlite3.connect(path)
    database.executescript(
        """CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER,
        definition TEXT); INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, '');
        CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT);
        CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
        CREATE TABLE places (name TEXT, note TEXT); INSERT INTO places VALUES ('Park', 'NA');
        CREATE TABLE hidden (note TEXT); INSERT INTO hidden VALUES ('not a layer');"""
    )
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def test_attack_027_only_true_tables_are_copied_and_nothing_runs(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    geopackage(
        path,
        "INSERT INTO gpkg_contents VALUES ('places', 'attributes'), ('spy', 'attributes'), ('search', 'attributes')",
        "CREATE VIEW spy AS SELECT note FROM hidden",
        "CREATE VIRTUAL TABLE search USING fts5(note)",
        "CREATE TRIGGER eat AFTER INSERT ON places BEGIN DELETE FROM places; END",
    )
    before = path.read_bytes()
    result = read_tables(path, "x.gpkg")
    assert [table.frame.values.tolist() for table in result.tables] == [[["Park", "NA"]]]
    assert sorted(p.values["layer"] for p in result.problems if p.code == "layer-not-a-table") == ["search", "spy"]
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["upload"]


def test_attack_027_computed_columns_are_not_computed(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    geopackage(
        path,
        "CREATE TABLE computed (a TEXT, b TEXT AS (upper(a)))",
        "INSERT INTO computed (a) VALUES ('x')",
        "INSERT INTO gpkg_contents VALUES ('computed', 'attributes')",
    )
    result = read_tables(path, "x.gpkg")
    refused(result, "geopackage-damaged")
    assert "layer-not-a-table" in [problem.code for problem in result.problems]


def test_attack_027_a_contents_view_and_another_database(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    sqlite3.connect(path).executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1)").connection.close()
    refused(read_tables(path, "x.gpkg"), "not-a-geopackage")


# 29: pickles --------------------------------------------------------------------------------------------------------


class _Payload:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return shutil.copy, ("/dev/null", str(self.canary))


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_attack_029_pickles_are_never_opened(tmp_path: Path, protocol: int) -> None:
    canary = tmp_path / "ran"
    for name in ("x.pkl", "x.joblib", "x.csv", "x.parquet"):
        result = read(tmp_path, pickle.dumps(_Payload(canary), protocol), name)
        refused(result, "file-unsafe-kind", "not-text")
    assert not canary.exists()


def test_attack_029_pickled_types_in_parquet_stay_unopened(tmp_path: Path) -> None:
    canary = tmp_path / "ran"
    payload = pickle.dumps(_Payload(canary))
    field = pa.field(
        "a",
        pa.string(),
        metadata={b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": payload},
    )
    schema = pa.schema([field], metadata={b"pandas": payload, b"geo": payload})
    pq.write_table(pa.table([pa.array(["NA"])], schema=schema), tmp_path / "upload")
    table = read_tables(tmp_path / "upload", "x.parquet").tables[0]
    assert table.frame["a"].tolist() == ["NA"]
    assert not canary.exists()


def test_nested_parquet_columns_are_left_out_one_by_one(tmp_path: Path) -> None:
    columns = {
        "id": pa.array(["001", None, "003", None]),
        "list": pa.array([[1], [2], [3], [4]]),
        "blob": pa.array([b"w", b"x", b"y", b"z"]),
        "day": pa.array([19000, None, 19002, None], pa.date32()),
        "when": pa.array([1_700_000_000, None, 1_700_000_001, None], pa.timestamp("s", tz="+01:00")),
        "number": pa.array([1.0, float("nan"), 0.1, float("nan")]),
    }
    pq.write_table(pa.table(columns), tmp_path / "upload")
    table = read_tables(tmp_path / "upload", "x.parquet").tables[0]
    assert table.frame.to_dict("list") == {
        "id": ["001", "003"],
        "day": ["2022-01-08", "2022-01-10"],
        "when": ["2023-11-14T23:13:20+0100", "2023-11-14T23:13:21+0100"],
        "number": ["1", "0.1"],
    }
    assert table.rows.tolist() == [2, 4]
    assert [(p.code, p.column) for p in table.problems] == [("column-nested", "list"), ("column-nested", "blob")]


# 32-34: empty, mislabelled, other formats ---------------------------------------------------------------------------


def test_attack_032_each_kind_of_empty_has_its_own_message(tmp_path: Path) -> None:
    refused(read(tmp_path, b"", "x.csv"), "file-empty")
    refused(read(tmp_path, b"\n\n , \n,,\n", "x.csv"), "all-blank")
    heading = read(tmp_path, b"a,b,c\n", "x.csv")
    assert [problem.code for problem in heading.tables[0].problems] == ["heading-only"]
    assert heading.tables[0].row_count == 0
    refused(read(tmp_path, workbook(), "x.xlsx"), "all-blank")
    refused(read(tmp_path, zipped({}), "x.zip"), "container-empty")
    refused(read(tmp_path, zipped({"empty.csv": b""}), "x.zip"), "file-empty")
    refused(read(tmp_path, b'{"type":"FeatureCollection","features":[]}', "x.geojson"), "all-blank")
    refused(read(tmp_path, b'{"a": 1}', "x.json"), "json-not-a-map")


def test_attack_033_what_the_file_is_counts_not_its_name(tmp_path: Path) -> None:
    book = workbook(A1="a", B1="b", A2=1, B2=2)
    for content, name in ((book, "x.csv"), (b"a,b\n1,2\n", "x.xlsx"), (gzip.compress(b"a,b\n1,2\n"), "x.parquet")):
        result = read(tmp_path, content, name)
        assert result.tables[0].frame.values.tolist() == [["1", "2"]]
        told = result.problems
        assert [(problem.code, problem.level) for problem in told] == [("file-other-than-named", "warning")]
    refused(read(tmp_path, b"%PDF-1.7 x", "x.csv"), "file-not-a-table")
    refused(read(tmp_path, b"\x89PNG\r\n\x1a\n", "x.csv"), "file-not-a-table")
    refused(read(tmp_path, b"<html><table><tr><td>1</td></tr></table></html>", "x.xls"), "file-not-a-table")
    refused(
        read(tmp_path, random.Random(1).randbytes(5000).replace(b"PK", b"pk"), "x.csv"), "not-text", "file-unsafe-kind"
    )


def test_attack_034_other_and_damaged_workbooks(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
    refused(read(tmp_path, ole, "x.xls"), "file-old-excel")
    refused(read(tmp_path, ole + "EncryptedPackage".encode("utf-16-le"), "x.xlsx"), "container-password")
    refused(read(tmp_path, zipped({"[Content_Types].xml": b"", "xl/workbook.bin": b""}), "x.xlsb"), "file-old-excel")
    ods = zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""})
    refused(read(tmp_path, ods, "x.ods"), "file-old-excel")
    book = workbook(A1="a", A2=1)
    refused(read(tmp_path, book[: len(book) // 2], "x.xlsx"), "container-damaged")
    refused(
        read(tmp_path, replaced(book, "xl/worksheets/sheet1.xml", b"</sheetData>", b""), "x.xlsx"), "workbook-damaged"
    )


@pytest.mark.parametrize("kind", ["zip", "gz", "csv"])
def test_damaged_files_are_results_never_exceptions(tmp_path: Path, kind: str) -> None:
    dice = random.Random(kind)
    text = "a,b,c\n" + "".join(f'{n},"place, {n}",ŵ\n' for n in range(200))
    content = {"zip": zipped({"x.csv": text.encode()}), "gz": gzip.compress(text.encode()), "csv": text.encode()}[kind]
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(dice.randint(1, 6)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        result = read(
            tmp_path, bytes(damaged[: dice.choice([len(damaged), dice.randrange(1, len(damaged))])]), f"x.{kind}"
        )
        assert result.tables or any(problem.level == "refuse" for problem in result.problems)
        for problem in (*result.problems, *(each for table in result.tables for each in table.problems)):
            assert all(describe(problem.code, problem.values))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xlsx", "gpkg", "parquet", "kml"])
def test_damaged_files_never_take_the_app_down(tmp_path: Path, kind: str) -> None:
    dice = random.Random(kind)
    path = tmp_path / "whole"
    if kind == "xlsx":
        path.write_bytes(workbook(A1="a", A2=1, A3="x"))
    elif kind == "gpkg":
        geopackage(path, "INSERT INTO gpkg_contents VALUES ('places', 'attributes')")
    elif kind == "parquet":
        pq.write_table(pa.table({"a": ["x"] * 500, "b": list(range(500))}), path)
    else:
        path.write_text("<kml><Placemark><name>a</name><Point><coordinates>1,2</coordinates></Point></Placemark></kml>")
    for _ in range(5):
        damaged = bytearray(path.read_bytes())
        for _ in range(8):
            damaged[dice.randrange(20, len(damaged))] = dice.randrange(256)
        result = read(tmp_path, bytes(damaged), f"x.{kind}")
        assert result.tables or any(problem.level == "refuse" for problem in result.problems)


def test_limits_of_the_reading_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from csg_maps import settings

    book = workbook(A1="a", A2=1)
    monkeypatch.setattr(settings, "READ_MEMORY_BYTES", 16 * 2**20)
    refused(read(tmp_path, book, "x.xlsx"), "read-too-large", "read-failed")
    monkeypatch.undo()
    monkeypatch.setattr(settings, "READ_SECONDS", 0)
    refused(read(tmp_path, book, "x.xlsx"), "read-too-long")
