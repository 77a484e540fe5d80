"""Keep `cy.po` complete: `python -m csg_maps.i18n.catalogue` adds every new text, and drops what is no longer used.

Texts come from `_`, `N_` and `n_` in the code, and from the labels of the code lists in `data/codes`. New entries are empty;
a Welsh draft is flagged `fuzzy` until a translator confirms it and takes the flag away.
"""

import ast
import csv
import datetime
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from csg_maps.settings import CODES_FOLDER, PROJECT_FOLDER

PO_FILE = Path(__file__).parent / "cy.po"
KEYWORDS = {"_": 1, "N_": 1, "n_": 2}
"""The functions that mark a text, and how many texts each takes."""


def texts() -> Iterator[tuple[str | tuple[str, str], str]]:
    """Every text of the program with the file that holds it; a plural text is a pair."""
    sources = [PROJECT_FOLDER / "app.py", PROJECT_FOLDER / "home.py"]
    sources += sorted((PROJECT_FOLDER / "pages").glob("*.py")) + sorted((PROJECT_FOLDER / "csg_maps").rglob("*.py"))
    for path in sources:
        if path.exists():
            for message in _messages(path.read_text(encoding="utf-8")):
                yield message, _place(path)
    for path in sorted(CODES_FOLDER.glob("*.csv")):
        with open(path, newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                if "label" in row:
                    yield row["label"], _place(path)


def _messages(source: str) -> Iterator[str | tuple[str, str]]:
    """The texts of a module in the order of its lines, from its syntax: inside f-strings too, which babel does not see."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(call.func, ast.Name) and call.func.id in KEYWORDS:
            texts = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if len(texts) >= KEYWORDS[call.func.id]:
                yield (texts[0], texts[1]) if KEYWORDS[call.func.id] == 2 else texts[0]


def new_catalogue(old: Catalog) -> Catalog:
    """A catalogue of the program's texts as they are now, with the translations and flags that `old` has."""
    catalogue = Catalog(
        locale="cy",
        project="csg_maps",
        fuzzy=False,
        header_comment="# Welsh. Entries flagged fuzzy are drafts.",
        creation_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),  # else every run would be a change
        revision_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
    )
    for message, place in texts():
        key = message if isinstance(message, str) else message[0]
        known = old.get(key)
        catalogue.add(
            message,
            string=known.string if known else None,
            locations=[(place, None)],
            flags=(known.flags - {"python-brace-format", "python-format"}) if known and known.string else (),
        )
    return catalogue


def read(path: Path = PO_FILE) -> Catalog:
    """The catalogue as it is on disk; empty when there is none."""
    if not path.exists():
        return Catalog(locale="cy")
    with open(path, "rb") as lines:
        return read_po(lines, locale="cy")


def _place(path: Path) -> str:
    return path.relative_to(PROJECT_FOLDER).as_posix()


def main() -> None:
    """Rewrite `cy.po` and say how many texts still lack Welsh."""
    catalogue = new_catalogue(read())
    with open(PO_FILE, "wb") as out:
        write_po(out, catalogue, width=120, sort_output=True, include_previous=False)
    missing = [entry.id for entry in catalogue if entry.id and not _has_text(entry.string)]
    sys.stdout.write(f"{len(catalogue)} texts, {len(missing)} without Welsh\n")


def _has_text(string: str | tuple[str, ...]) -> bool:
    return any(string) if isinstance(string, tuple) else bool(string)


if __name__ == "__main__":
    main()
