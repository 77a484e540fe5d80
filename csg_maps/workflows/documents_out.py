"""Put a document that leaves into a file: whole or not at all."""

import os
import tempfile
from pathlib import Path

from csg_maps.errors import InputRefused, StoreProblem
from csg_maps.i18n import _


def check_out(out: Path, endings: tuple[str, ...]) -> None:
    """Raise InputRefused when the ending is none of these, or the folder does not exist."""
    if out.suffix.lower() not in endings:
        raise InputRefused(
            _("--out must end in {endings}; found {found}.").format(
                endings=", ".join(endings), found=out.suffix or _("no ending")
            )
        )
    if out.is_dir() or not out.resolve().parent.is_dir():
        raise InputRefused(_("--out names a file in a folder that exists; make the folder first."))


def write_document(out: Path, content: bytes) -> None:
    """Write the file under a temporary name, flush it, and give it its name. Raises StoreProblem when the disk refuses."""
    try:
        handle, name = tempfile.mkstemp(prefix=".document-", dir=out.resolve().parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as written:
                written.write(content)
                written.flush()
                os.fsync(written.fileno())
            temporary.replace(out)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as problem:
        raise StoreProblem(
            _("The file could not be written ({why}); free some space and try again.").format(why=problem.strerror)
        ) from None
