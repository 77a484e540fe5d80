"""The typeface of names on drawn maps: Source Sans, as the platform ships it for its own pages; nothing is committed here.

It has the letters that Welsh needs (ŵ, ŷ); Pillow's built-in typeface lacks them.
"""

import functools
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

from csg_maps.errors import CsgMapsError
from csg_maps.i18n import N_, _

REGULAR, SEMIBOLD, BOLD = 400, 600, 700
_WANTED = "SourceSansVF-Upright*.woff2"
_MISSING = N_(
    "No typeface for the names on maps was found: it comes with the package streamlit. Install the requirements again."
)


class FontMissing(CsgMapsError):
    """The typeface that comes with the platform is not where it is expected."""


@functools.lru_cache(maxsize=1)
def font_path() -> Path:
    """Where the typeface lies. Raises FontMissing with what to do when there is none."""
    found = find_spec("streamlit")
    if found is not None and found.origin is not None:
        folder = Path(found.origin).parent / "static"
        paths = sorted(folder.rglob(_WANTED))
        if paths:
            return paths[0]
    raise FontMissing(_(_MISSING))


@functools.lru_cache(maxsize=64)
def font(size_px: int, weight: int = REGULAR) -> ImageFont.FreeTypeFont:
    """The typeface at a height in pixels; `weight` is 200 (thin) to 900."""
    try:
        made = ImageFont.truetype(str(font_path()), size_px)
        made.set_variation_by_axes([weight])
    except OSError as problem:
        raise FontMissing(_(_MISSING)) from problem
    return made
