"""The few numbers and places that other rooms read; each says why it is what it is."""

import os
from pathlib import Path

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
DATA_FOLDER = PROJECT_FOLDER / "data"
CODES_FOLDER = DATA_FOLDER / "codes"
DEMO_FOLDER = DATA_FOLDER / "demo"

FINEST_RESOLUTION = 11
"""The finest H3 cell that is ever kept (about 50 m across)."""

DEFAULT_RESOLUTION = 9
RESOLUTIONS = (7, 8, 9, 10)
"""Cell sizes offered on screens: about 2.4 km, 900 m, 350 m and 130 m across."""

CRS_MAP = "EPSG:4326"
CRS_PLANAR = "EPSG:27700"

QUARANTINE_DAYS = 30
QUARANTINE_WARNING_DAYS = 7
MEND_UNDO_HOURS = 24
"""How long a mend can be taken back. Until then what its rows said stays on the disk, unseen; after it, it is deleted."""

MINIMUM_CONCERNS = 5
MINIMUM_DATES = 3
"""Nothing under this many concerns on this many dates is ever called a hotspot."""

MINIMUM_CELLS = 30
MINIMUM_TOTAL = 30
"""Fewer cells or concerns than this: statistics decline."""

SIGNIFICANCE = 0.05
OUTSIDE_TOLERANCE_M = 500.0
"""A point this far beyond the council's outline is still taken as inside (generalised boundaries, snapped points)."""

PREMISES_RADIUS_M = 40.0
HEARTBEAT_SECONDS = 2.0
INTERRUPTED_AFTER_SECONDS = 60.0

MAXIMUM_UPLOAD_BYTES = 200 * 1024 * 1024
MAXIMUM_UNPACKED_BYTES = 1024 * 1024 * 1024
MAXIMUM_MEMBERS = 2_000
MAXIMUM_COLUMNS = 1_000
MAXIMUM_CELL_CHARACTERS = 100_000
MAXIMUM_ROWS = 20_000_000
MAXIMUM_EXPANSION = 100
"""A packed file that grows more than this many times is a trap; real CSV shrinks 5 to 20 times, rarely 50."""

READ_SECONDS = 300
READ_MEMORY_BYTES = 4 * 1024 * 1024 * 1024
"""Processor time and memory that reading one file may take in a process of its own."""


def tile_server() -> tuple[str, str]:
    """Address and attribution of a tile server of somebody else, as an administrator lists it; "" = none, the default."""
    return os.environ.get("CSG_TILE_SERVER", "").strip(), os.environ.get("CSG_TILE_ATTRIBUTION", "").strip()


def store_folder() -> Path:
    """The folder of the store: CSG_STORE, or `store` beside app.py."""
    return Path(os.environ.get("CSG_STORE") or PROJECT_FOLDER / "store")
