"""ATTACKS D: text, numbers and encodings come through exactly, or the row says why not."""

import codecs
from pathlib import Path

import pytest

from csg_maps import settings
from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.files.tables import RawTable, ReadResult


def read(tmp_path: Path, content: bytes, name: str = "file.csv") -> ReadResult:
    path = tmp_path / "upload"
    path.write_bytes(content)
    return read_tables(path, name)


def one(tmp_path: Path, content: bytes) -> RawTable:
    result = read(tmp_path, content)
    assert len(result.tables) == 1, result.problems
    return result.tables[0]


WELSH = "Place,Note\nTŷ Ddewi,dŵr – café\nLlŷn,“quoted”\n"
WESTERN = "Place,Note\nCafé Môr,a – b\nPont Ŵ,“x”\n".replace("Ŵ", "W")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (WELSH.encode(), WELSH),
        (codecs.BOM_UTF8 + WELSH.encode(), WELSH),
        (codecs.BOM_UTF8 * 2 + WELSH.encode(), WELSH),
        (codecs.BOM_UTF16_LE + WELSH.encode("utf-16-le"), WELSH),
        (codecs.BOM_UTF16_BE + WELSH.encode("utf-16-be"), WELSH),
        (codecs.BOM_UTF16_LE + ("\ufeff" + WELSH).encode("utf-16-le"), WELSH),
        (WESTERN.encode("utf-16-le"), WESTERN),
        (WESTERN.encode("cp1252"), WESTERN),
        ("Place,Note\nTŷ Ddewi,dŵr\n".encode("iso8859-14"), "Place,Note\nTŷ Ddewi,dŵr\n"),
    ],
    ids=[
        "utf-8",
        "BOM",
        "double BOM",
        "utf-16-le",
        "utf-16-be",
        "utf-16 double",
        "utf-16 bare",
        "cp1252",
        "Welsh 8859",
    ],
)
def test_attack_038_letters_of_every_encoding_are_exact(tmp_path: Path, content: bytes, text: str) -> None:
    table = one(tmp_path, content)
    rows = [line.split(",") for line in text.strip().split("\n")]
    assert list(table.columns) == rows[0]
    assert table.frame.values.tolist() == rows[1:]


def test_attack_038_one_damaged_letter_refuses_its_row_and_leaves_the_others(tmp_path: Path) -> None:
    content = "a,b\ndŵr,1\ntŷ,2\n".encode() + b"caf\xe9,3\n" + "môr,4\n".encode()
    table = one(tmp_path, content)
    assert table.frame["a"].tolist() == ["dŵr", "tŷ", "môr"]
    assert table.refused_rows == (4,)
    assert [(p.code, p.row, p.column) for p in table.problems] == [("text-broken", 4, "a")]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\x0b"])
def test_attack_040_control_characters_are_taken_out_and_told(tmp_path: Path, character: str) -> None:
    table = one(tmp_path, f"a,b\n1,x{character}y\n2,z\n".encode())
    assert table.frame["b"].tolist() == ["xy", "z"]
    assert [(p.code, p.level, p.row, p.column) for p in table.problems] == [("control-character", "warning", 2, "b")]
    assert table.row_count == 2


def test_attack_040_a_lone_surrogate_refuses_its_row(tmp_path: Path) -> None:
    table = one(tmp_path, "a,b\nŵŷŵŷ,1\n2,x".encode() + b"\xed\xa0\x80\n3,y\n")
    assert table.refused_rows == (3,)
    assert table.frame["b"].tolist() == ["1", "y"]
    wide = one(tmp_path, codecs.BOM_UTF16_LE + "a,b\n1,x\ud800\n2,y\n".encode("utf-16-le", "surrogatepass"))
    assert wide.refused_rows == (2,)


def test_attack_040_a_lone_surrogate_in_geojson_refuses_its_row(tmp_path: Path) -> None:
    content = (
        b'{"type":"FeatureCollection","features":['
        b'{"type":"Feature","geometry":null,"properties":{"a":"\\ud800","b":"NA"}},'
        b'{"type":"Feature","geometry":null,"properties":{"a":"w\\u0000x","b":"None"}}]}'
    )
    table = read(tmp_path, content, "f.geojson").tables[0]
    assert table.refused_rows == (2,)
    assert table.frame["a"].tolist() == ["wx"]
    assert table.frame["b"].tolist() == ["None"]


def test_attack_040_a_cell_of_a_million_characters_refuses_its_row(tmp_path: Path) -> None:
    table = one(tmp_path, b"a,b\n1,x\n2," + b"y" * 1_000_000 + b"\n3,z\n")
    assert table.frame["a"].tolist() == ["1", "3"]
    assert table.refused_rows == (3,)
    assert table.problems[0].code == "cell-too-long"
    assert table.problems[0].column == "b"
    assert table.problems[0].values["limit"] == str(settings.MAXIMUM_CELL_CHARACTERS)


def test_attack_040_ten_thousand_columns_are_refused(tmp_path: Path) -> None:
    heading = ",".join(f"c{at}" for at in range(10_000))
    result = read(tmp_path, (heading + "\n" + ",".join("1" * 10_000) + "\n").encode())
    assert result.tables == ()
    assert [(p.code, p.level) for p in result.problems] == [("too-many-columns", "refuse")]


def test_attack_041_042_043_text_stays_as_it_is(tmp_path: Path) -> None:
    hard = ["NA", "None", "null", "NaN", "N/A", "-", "00123", "100023336956", "1E5", "MARCH1", "５１", "51,48", "−1.5"]
    hard += [
        "1\u00a0234",
        "TRUE",
        "0x1F",
        "1_000",
        "=1+1",
        "-inf",
        "\u202egnp.exe",
        "{{7*7}}",
        "{# lost #}",
        "<img src=x>",
    ]
    content = "id,value\n" + "".join(f'{number},"{text}"\n' for number, text in enumerate(hard))
    table = one(tmp_path, content.encode())
    assert table.frame["value"].tolist() == hard
    blanks = one(tmp_path, b"nhs,b\n9434765919,1\n,2\n")
    assert blanks.frame["nhs"].tolist() == ["9434765919", ""]
