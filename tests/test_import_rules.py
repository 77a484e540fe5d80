"""Who may import whom: read from the syntax of every module, and shown to fail when a wrong import is planted."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ANYWHERE = {"errors", "settings", "i18n"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "settings": {"errors"},
    "i18n": {"errors", "settings"},
    "model": set(),
    "geography": {"model"},
    "intake": {"model", "geography"},
    "hotspots": {"model", "geography"},
    "disclosure": {"model", "geography"},
    "wording": {"model"},
    "store": {"model", "geography", "disclosure"},
    "layers": {"model", "geography", "hotspots"},
    "briefings": {"model", "geography", "hotspots"},
    "workflows": {"model", "geography", "intake", "hotspots", "disclosure", "store", "layers", "briefings", "wording"},
    "views": {"model", "workflows", "layers"},
    "cli": {"model", "workflows"},
    "__main__": {"cli"},
    "__init__": set(),
}
ONLY_IN: dict[str, set[str]] = {
    "streamlit": {"views", "app.py"},
    "streamlit_folium": {"views"},
    "folium": {"layers"},
    "branca": set(),
    "ibis": {"store"},
    "duckdb": {"store"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "click": {"cli"},
}
WITHIN_INTAKE = ("files", "meaning", "rows")
"""Each may import those before it: what a file holds, then what it means, then what becomes of its rows."""
FOREIGN_TO_PAGES = {"csg_maps.views"}


def _imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names.add(node.module or "")
            if node.module == "csg_maps":
                names |= {f"csg_maps.{alias.name}" for alias in node.names}
    return names


def broken_rules(room: str, source: str) -> list[str]:
    """What a module of this room imports against the rules; [] when all is well."""
    broken = []
    for name in sorted(_imported(source)):
        top, *rest = name.split(".")
        if top == "csg_maps" and rest:
            other = rest[0]
            if room in {"home.py", "pages"}:
                if name not in FOREIGN_TO_PAGES and not name.startswith("csg_maps.views."):
                    broken.append(f"{room} imports {name}")
            elif room == "app.py":
                continue
            elif other != room and other not in ANYWHERE and other not in MAY_IMPORT[room]:
                broken.append(f"{room} imports {name}")
        elif top in ONLY_IN and room not in ONLY_IN[top]:
            broken.append(f"{room} imports {name}")
    return broken


def imports_backwards(part: str, source: str) -> list[str]:
    """What a module of this part of intake imports of a later part."""
    later = WITHIN_INTAKE[WITHIN_INTAKE.index(part) + 1 :]
    return [name for name in sorted(_imported(source)) if name.startswith(tuple(f"csg_maps.intake.{x}" for x in later))]


def _modules() -> list[tuple[str, Path]]:
    found = [("app.py", ROOT / "app.py"), ("home.py", ROOT / "home.py")]
    found += [("pages", path) for path in sorted((ROOT / "pages").glob("*.py"))]
    for path in sorted((ROOT / "csg_maps").rglob("*.py")):
        inside = path.relative_to(ROOT / "csg_maps")
        found.append((inside.parts[0] if len(inside.parts) > 1 else inside.stem, path))
    return [(room, path) for room, path in found if path.exists()]


@pytest.mark.parametrize(
    ("room", "path"), _modules(), ids=lambda value: value.name if isinstance(value, Path) else value
)
def test_every_module_imports_only_what_its_room_may(room: str, path: Path) -> None:
    assert broken_rules(room, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("room", "planted"),
    [
        ("model", "import csg_maps.geography.cells"),
        ("geography", "from csg_maps.store import counts"),
        ("intake", "from csg_maps.hotspots.gi_star import gi_star"),
        ("hotspots", "from csg_maps import disclosure"),
        ("store", "from csg_maps.intake.rows.records import make_records"),
        ("layers", "from csg_maps.store.counts import count"),
        ("workflows", "import streamlit as st"),
        ("views", "import folium"),
        ("views", "from csg_maps.store import counts"),
        ("cli", "from csg_maps.store import batches"),
        ("intake", "import duckdb"),
        ("pages", "from csg_maps.workflows import explore"),
    ],
)
def test_a_planted_wrong_import_is_found(room: str, planted: str) -> None:
    assert broken_rules(room, planted)


@pytest.mark.parametrize("path", sorted((ROOT / "csg_maps/intake").glob("*/*.py")), ids=lambda path: path.stem)
def test_intake_goes_one_way(path: Path) -> None:
    assert imports_backwards(path.parent.name, path.read_text(encoding="utf-8")) == []


def test_a_planted_step_backwards_is_found() -> None:
    assert imports_backwards("files", "from csg_maps.intake.meaning.words import suggest_words")
    assert imports_backwards("meaning", "from csg_maps.intake.rows import rules")


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda path: path.name)
def test_pages_have_at_most_fifteen_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 15


def test_no_drawer_without_a_name() -> None:
    drawers = {"utils", "helpers", "common", "misc"}
    assert not [path for _, path in _modules() if path.stem in drawers or path.parent.name in drawers]
