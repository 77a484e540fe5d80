"""MBTiles files made for tests: sound ones, and hostile ones."""

import io
import sqlite3
from pathlib import Path

from PIL import Image


def picture(colour: tuple[int, int, int] = (200, 220, 240), *, size: int = 256, form: str = "PNG") -> bytes:
    """A tile of one colour."""
    written = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(written, form)
    return written.getvalue()


def make(path: Path, tiles: list[tuple[int, int, int, object]], about: dict[str, str] | None = None) -> Path:
    """A plain MBTiles file; tiles are zoom, column, row from the south, content."""
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE metadata (name text, value text)")
        database.execute(
            "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)"
        )
        database.executemany("INSERT INTO metadata VALUES (?, ?)", (about or {"name": "Plan", "format": "png"}).items())
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", tiles)
    database.close()
    return path


def script(path: Path, statements: str) -> Path:
    """Run statements on a file."""
    database = sqlite3.connect(path)
    database.executescript(statements)
    database.close()
    return path
