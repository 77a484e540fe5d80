"""Files that are whole or not there: temporary file, fsync, rename, fsync of the folder; named by their content."""

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from csg_maps.errors import StoreProblem
from csg_maps.i18n import _

PART = ".part-"
"""In the name of a temporary file: never read, swept when it is older than a day."""


@dataclass(frozen=True)
class WrittenFile:
    """A file in its place. `sha256` is of its whole content; `is_new` is False when the same content was there before."""

    path: Path
    sha256: str
    size_bytes: int
    is_new: bool


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content, in hex."""
    with open(path, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def write_by_content(
    folder: Path, write: Callable[[Path], None], *, suffix: str = ".parquet", prefix: str = "", name: str = ""
) -> WrittenFile:
    """Let `write` fill a temporary file, and move it whole to `<prefix><sha256><suffix>` in `folder`.

    With `name` that is the file's name instead. The file is readable by this user only. Raises StoreProblem when the
    disk refuses; nothing is left then.
    """
    temporary = folder / f"{PART}{secrets.token_hex(8)}"
    placed: Path | None = None
    with disk_problems():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            write(temporary)
            with open(temporary, "rb+") as written:
                os.fsync(written.fileno())
            sha256, size = file_sha256(temporary), temporary.stat().st_size
            path = folder / (name or f"{prefix}{sha256}{suffix}")
            is_new = not path.exists()
            temporary.replace(path)
            placed = path if is_new else None
            sync_folder(folder)
        except BaseException:
            for left in (temporary, placed):
                if left is not None:
                    with contextlib.suppress(OSError):
                        left.unlink(missing_ok=True)
            raise
    return WrittenFile(path, sha256, size, is_new)


def sync_folder(folder: Path) -> None:
    """Make a rename last; does nothing where a folder cannot be opened (Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def disk_problems() -> Iterator[None]:
    """Turn what the disk says into a StoreProblem that tells what to do, without a path."""
    try:
        yield
    except OSError as problem:
        if problem.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} or "No space left" in str(problem):
            raise StoreProblem(
                _("The disk of the store is full. Nothing was changed. Free some space, and try again.")
            ) from None
        if problem.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
            raise StoreProblem(
                _("The store cannot be written: its disk or folder is read-only. Nothing was changed.")
            ) from None
        reason = os.strerror(problem.errno) if problem.errno else type(problem).__name__
        raise StoreProblem(
            _("The disk of the store refused: {reason}. Nothing was changed.").format(reason=reason)
        ) from None
