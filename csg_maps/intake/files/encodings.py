"""Which characters the bytes of a text file stand for."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES = 1 << 20
SAMPLE_BYTES = 1 << 18

_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ASCII = bytes(range(128))
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r") + b"\x7f"
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
_WELSH = b"\xd0\xde\xf0\xfe"  # Ŵ Ŷ ŵ ŷ in ISO 8859-14; letters that neither Welsh nor English has in cp1252
_NOT_WELSH = bytes(range(0x80, 0xA0)) + b"\xa1\xa2\xa4\xa5\xa6\xa8\xaa\xab\xac\xaf" + bytes(range(0xB0, 0xC0))


@dataclass(frozen=True)
class EncodingFound:
    """How to decode a file.

    Attributes
    ----------
    encoding
        A codec of Python; "" where the bytes are not text.
    errors
        The codec's error handler: what cannot be decoded becomes a lone surrogate, so that its row can be refused.
    is_clean
        No control character and no undecodable byte is in the file.
    is_certain
        The bytes leave no other sensible reading.
    """

    encoding: str
    errors: str
    is_clean: bool
    is_certain: bool


def find_encoding(path: Path) -> EncodingFound:
    """Decide the encoding of a text file from all its bytes: a byte order mark, UTF-8, UTF-16, Windows-1252, others."""
    with open(path, "rb") as source:
        sample = source.read(SAMPLE_BYTES)
    marked = _byte_order_mark(sample)
    if marked and marked != "utf-8":
        return EncodingFound(marked, "surrogatepass", False, True)
    wide = "" if marked else _wide_without_mark(sample)
    if wide:
        return EncodingFound(wide, "surrogatepass", False, False)
    if len(sample) - len(sample.translate(None, _CONTROLS)) > max(8, len(sample) // 10):
        return EncodingFound("", "strict", False, True)
    is_utf8, is_clean, high = _scan(path)
    if is_utf8:
        return EncodingFound("utf-8", "surrogateescape", is_clean, True)
    if _is_mostly_utf8(path):
        return EncodingFound("utf-8", "surrogateescape", False, True)
    return EncodingFound(_single_byte(path, sample, high), "surrogateescape", False, False)


def _byte_order_mark(sample: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if sample.startswith(mark):
            return encoding
    return ""


def _wide_without_mark(sample: bytes) -> str:
    half = len(sample) // 2
    if half < 4:
        return ""
    even, odd = sample[0 : 2 * half : 2].count(0), sample[1 : 2 * half : 2].count(0)
    if odd > 0.4 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.02 * half:
        return "utf-16-be"
    return ""


def _scan(path: Path) -> tuple[bool, bool, bytes]:
    """Whether all is UTF-8, whether it is free of control characters, and which high bytes there are."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_utf8, is_clean = True, True
    high: set[int] = set()
    tail = b""
    with open(path, "rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            is_clean = is_clean and len(chunk.translate(None, _CONTROLS)) == len(chunk)
            if chunk.isascii() and not tail:
                continue
            high.update(chunk.translate(None, _ASCII))
            is_clean = is_clean and _C1.search(tail + chunk) is None
            tail = chunk[-3:] if not chunk[-3:].isascii() else b""
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return is_utf8, is_clean, bytes(sorted(high))


def _is_mostly_utf8(path: Path) -> bool:
    """Whether most letters beyond ASCII are UTF-8: then the others are damage, not another encoding."""
    good, high = 0, 0
    with open(path, "rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            if not chunk.isascii():
                high += len(chunk.translate(None, _ASCII))
                good += sum(len(match) for match in _MULTIBYTE.findall(chunk))
    return good > high - good


def _single_byte(path: Path, sample: bytes, high: bytes) -> str:
    if any(byte in high for byte in _WELSH) and not any(byte in high for byte in _NOT_WELSH):
        return "iso8859-14"
    if not any(byte in high for byte in _NOT_IN_CP1252):
        return "cp1252"
    from charset_normalizer import from_bytes

    if sample.isascii():
        sample = path.read_bytes()[: 4 * CHUNK_BYTES]
    best = from_bytes(sample, steps=5, chunk_size=1024).best()
    return best.encoding if best is not None else ""
