"""Open zip and gzip files without trusting what they say about themselves.

Members are unpacked under names of our own into a temporary folder, counting every byte; anything that no honest tool
makes (a path that climbs out, a link, a name twice, a password, a size that lies) refuses the whole file.
"""

import gzip
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from csg_maps import settings
from csg_maps.i18n import N_
from csg_maps.intake.files.grids import ProblemLog, note
from csg_maps.intake.messages import register

CONTAINER_DAMAGED = register(
    "container-damaged",
    "refuse",
    N_("The packed file is damaged: {what}."),
    N_("Download or pack it again, and check that it opens on your own computer."),
)
CONTAINER_TRAP = register(
    "container-trap",
    "refuse",
    N_("The packed file grows beyond what is safe to unpack ({what})."),
    N_("Unpack it on your own computer, check what is in it, and upload the data files alone."),
)
CONTAINER_MANY = register(
    "container-many-members",
    "refuse",
    N_("The packed file holds more than {limit} files."),
    N_("Pack only the data files, by year if need be."),
)
CONTAINER_NAME = register(
    "container-unsafe-name",
    "refuse",
    N_("The packed file holds a file whose name is not safe: {name} ({why})."),
    N_("Do not open this file. Ask the agency to pack the data files again with plain names."),
)
CONTAINER_PASSWORD = register(
    "container-password",
    "refuse",
    N_("The file is protected by a password: {name}."),
    N_("Save it without a password. Send it by a safe way instead."),
)
CONTAINER_NESTED = register(
    "container-nested",
    "refuse",
    N_("The packed file holds another packed file: {name}."),
    N_("Unpack it once and pack the data files directly."),
)
MEMBER_IGNORED = register(
    "member-ignored",
    "info",
    N_("{count} files inside hold no data and were left out: {names}."),
    N_("Nothing to do, unless one of them should hold data."),
)
NO_MEMBERS = register(
    "container-empty",
    "refuse",
    N_("There is no data file in the packed file."),
    N_("Pack the CSV, Excel or map files themselves."),
)

_CHUNK = 1 << 18
_FREE_BYTES = 8 * 1024 * 1024
"""Under this size growing many times is harmless."""

_NOT_DATA = re.compile(
    r"(^|/)(__macosx/|\.|thumbs\.db$|desktop\.ini$|read[ _-]?me|licen[cs]e)"
    r"|\.(pdf|md|html?|docx?|png|jpe?g|gif|xsd|sbn|sbx|qmd|qpj)$",
    re.IGNORECASE,
)
_SHAPEFILE_PARTS = re.compile(r"\.(shp|shx|dbf|prj|cpg)$", re.IGNORECASE)


@dataclass(frozen=True)
class Member:
    """A file in a packed file: its own name, and where it was unpacked."""

    name: str
    path: Path


def look_into_zip(path: Path, log: ProblemLog) -> tuple[zipfile.ZipInfo, ...] | None:
    """The members of a zip file (folders left out); None, with the reason in the log, where it is not safe."""
    if not _directory_is_sane(path, log):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, UnicodeError, struct.error, OSError, ValueError, NotImplementedError) as error:
        note(log, CONTAINER_DAMAGED, what=type(error).__name__)
        return None
    if len(members) > settings.MAXIMUM_MEMBERS:
        note(log, CONTAINER_MANY, limit=settings.MAXIMUM_MEMBERS)
        return None
    seen: set[str] = set()
    for member in members:
        why = _unsafe(member, seen)
        if why:
            note(log, CONTAINER_NAME, name=member.orig_filename[:120].replace("\x00", "?"), why=why)
            return None
        if member.flag_bits & 0x1:
            note(log, CONTAINER_PASSWORD, name=member.filename[:120])
            return None
        seen.add(member.filename.rstrip("/").casefold())
    total = sum(member.file_size for member in members)
    if total > settings.MAXIMUM_UNPACKED_BYTES:
        note(log, CONTAINER_TRAP, what=f"{total // 2**20} MB")
        return None
    return tuple(member for member in members if not member.is_dir())


def _directory_is_sane(path: Path, log: ProblemLog) -> bool:
    """Whether the list of members is small enough to be read at all; looked up before anything is read from it."""
    size = path.stat().st_size
    with open(path, "rb") as source:
        source.seek(max(0, size - 66_000))
        tail = source.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        note(log, CONTAINER_DAMAGED, what="the list of its files is missing")
        return False
    entries, directory_size = struct.unpack("<HI", tail[at + 10 : at + 16])
    wide = tail.rfind(b"PK\x06\x06", 0, at)
    if wide >= 0 and len(tail) - wide >= 48:
        entries, directory_size = struct.unpack("<QQ", tail[wide + 32 : wide + 48])
    if entries > settings.MAXIMUM_MEMBERS or directory_size > settings.MAXIMUM_MEMBERS * 1_000:
        note(log, CONTAINER_MANY, limit=settings.MAXIMUM_MEMBERS)
        return False
    return True


def _unsafe(member: zipfile.ZipInfo, seen: set[str]) -> str:
    """Why a member's name or kind is not safe; "" when it is."""
    name = member.orig_filename
    if "\x00" in name:
        return N_("it holds a NUL")
    if "\\" in name or re.match(r"[A-Za-z]:", name):
        return N_("it is a path of another computer")
    if name.startswith("/"):
        return N_("it is an absolute path")
    if ".." in name.split("/"):
        return N_("it climbs out of its folder")
    if len(name.encode("utf-8", "surrogatepass")) > 1024:
        return N_("it is too long")
    mode = member.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return N_("it is a link or a device")
    if member.filename.rstrip("/").casefold() in seen:
        return N_("it is there twice")
    return ""


def unpack_zip(path: Path, members: tuple[zipfile.ZipInfo, ...], folder: Path, log: ProblemLog) -> list[Member] | None:
    """Unpack members into a folder of ours under numbers, keeping the ending; None, with the reason, when not safe."""
    unpacked: list[Member] = []
    left = settings.MAXIMUM_UNPACKED_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            for position, member in enumerate(members):
                target = folder / f"member{position}{_ending(member.filename)}"
                with archive.open(member) as source:
                    written = _copy(source, target, left, lambda done, m=member: done > _allowed(m.compress_size))  # type: ignore[misc]
                if written < 0:
                    note(log, CONTAINER_TRAP, what=member.filename[:120])
                    return None
                left -= written
                unpacked.append(Member(member.filename, target))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        note(log, CONTAINER_DAMAGED, what=type(error).__name__)
        return None
    return unpacked


def unpack_gzip(path: Path, target: Path, log: ProblemLog) -> bool:
    """Unpack a gzip file; False, with the reason in the log, where it is damaged or not safe."""
    size = path.stat().st_size
    try:
        with gzip.open(path) as source:
            written = _copy(source, target, settings.MAXIMUM_UNPACKED_BYTES, lambda done: done > _allowed(size))
    except (gzip.BadGzipFile, zlib.error, EOFError, OSError) as error:
        note(log, CONTAINER_DAMAGED, what=type(error).__name__)
        return False
    if written < 0:
        note(log, CONTAINER_TRAP, what=log.file[:120])
        return False
    return True


def _allowed(packed: int) -> int:
    return max(_FREE_BYTES, packed * settings.MAXIMUM_EXPANSION)


def _copy(source: IO[bytes] | gzip.GzipFile, target: Path, left: int, is_trap: Callable[[int], bool]) -> int:
    """Copy in pieces; the bytes written, or -1 as soon as there are too many."""
    written = 0
    with open(target, "wb") as sink:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > left or is_trap(written):
                return -1
            sink.write(chunk)
    return written


def _ending(name: str) -> str:
    ending = Path(name).suffix.lower()
    return ending if re.fullmatch(r"\.[a-z0-9]{1,8}", ending) else ""


def is_shapefile(members: tuple[zipfile.ZipInfo, ...]) -> bool:
    """Whether the zip holds at least one shapefile."""
    return any(member.filename.lower().endswith(".shp") and not is_not_data(member.filename) for member in members)


def is_not_data(name: str) -> bool:
    """Whether a member is known to hold no data: system files, readmes, licences, documents, pictures."""
    return _NOT_DATA.search(name) is not None


def office_kind(members: tuple[zipfile.ZipInfo, ...]) -> str:
    """Which office file the zip is: xlsx, xlsb, ods, docx, pptx; "" for none."""
    names = {member.filename for member in members}
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "word/document.xml" in names:
        return "docx"
    if "ppt/presentation.xml" in names:
        return "pptx"
    if "mimetype" in names and "content.xml" in names:
        return "ods"
    return "xlsx" if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names) else ""


def shapefile_groups(members: tuple[zipfile.ZipInfo, ...]) -> dict[str, list[zipfile.ZipInfo]]:
    """The parts of each shapefile in the zip, by its path without an ending."""
    groups: dict[str, list[zipfile.ZipInfo]] = {}
    for member in members:
        if _SHAPEFILE_PARTS.search(member.filename) and not is_not_data(member.filename):
            groups.setdefault(member.filename[:-4], []).append(member)
    return {stem: parts for stem, parts in groups.items() if any(p.filename.lower().endswith(".shp") for p in parts)}
