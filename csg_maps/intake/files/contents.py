"""What a file really is, from its bytes and never from its name."""

import re
from pathlib import Path

_HEAD_BYTES = 65_536

_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "parquet"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"\x00\x00\x27\x0a", "shp"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"\x93NUMPY", "program data"),
    (b"ARROW1", "program data"),
    (b"FEA1", "program data"),
    (b"\x89HDF", "program data"),
    (b"RDX", "program data"),
    (b"{\\rtf", "document"),
)
_OLD_PICKLE = re.compile(rb"c[\w.]+\n[\w.]+\n(p\d+\n)?\(")
_TAG = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")


def recognise(path: Path) -> str:
    """Name what the file is.

    Returns
    -------
    str
        "empty", "zip", "gzip", "parquet", "sqlite", "shp", "ole", "pdf", "picture", "archive", "program data", "document",
        "pickle", "web page", "kml", "vrt", "xml", "json", or "text" for anything else (which may still prove unreadable).
    """
    with open(path, "rb") as source:
        head = source.read(_HEAD_BYTES)
    if not head:
        return "empty"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if (head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05") or _OLD_PICKLE.match(head):
        return "pickle"
    if head[257:262] == b"ustar":
        return "archive"
    return _recognise_text(head)


def _recognise_text(head: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"<\x00", "utf-16-le")):
        if head.startswith(mark):
            text = head.decode(encoding, errors="replace")
            break
    else:
        text = head.decode("utf-8", errors="replace")
    text = text.lstrip("\ufeff \t\r\n")
    if text[:1] in ("{", "["):
        return "json" if re.match(r"\{\s*(\"|\})|\[\s*[\[{\"\d\]-]", text) else "text"
    if not text.startswith("<"):
        return "text"
    lowered = text.lower()
    if "<ogrvrt" in lowered or "<vrtdataset" in lowered:
        return "vrt"
    if lowered.startswith("<!doctype html") or re.match(r"<(html|head|body|table|meta|div)\b", lowered):
        return "web page"
    first = _TAG.search(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))
    name = first.group(1).lower() if first else ""
    if name == "kml":
        return "kml"
    if name in ("html", "table"):
        return "web page"
    return "xml" if first else "text"
