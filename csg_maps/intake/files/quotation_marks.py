"""Whether the quotation marks of a delimited text mean the same to every reader."""

from pathlib import Path
from typing import Any

import numpy as np


def line_ends_in_quotes(path: Path, delimiter: str) -> bool | None:
    """Whether line ends stand in quotes where all quoting is RFC 4180's; None where it is not, or a lone CR is there.

    Quotation marks alternate opening and closing (a doubled one closes and opens again): every opening one must follow
    a delimiter, a line end, the start of the file or a closing one, every closing one come before their mirror images.
    """
    octets = np.memmap(path, dtype=np.uint8, mode="r")
    before = np.zeros(256, dtype=bool)
    before[[ord(delimiter), 10, 34]] = True
    after = before.copy()
    after[13] = True
    opened, has_newline, size = 0, False, len(octets)
    for start in range(0, size, 1 << 22):
        chunk = octets[start : start + (1 << 22)]
        returns = np.flatnonzero(chunk == 13) + start
        if len(returns) and (octets[np.minimum(returns + 1, size - 1)] != 10).any():
            return None
        marks = np.flatnonzero(chunk == 34) + start
        if not len(marks):
            has_newline = has_newline or bool(opened)
            continue
        opening = marks[opened::2]
        closing = marks[1 - opened :: 2]
        if (
            not before[octets[opening[opening > 0] - 1]].all()
            or not after[octets[closing[closing < size - 1] + 1]].all()
        ):
            return None
        has_newline = has_newline or _newline_inside(octets, opening, closing)
        opened = (opened + len(marks)) % 2
    return None if opened else has_newline


def _newline_inside(octets: Any, opening: Any, closing: Any) -> bool:
    count = min(len(opening), len(closing))
    if len(opening) != len(closing) or not count or opening[0] > closing[0]:
        return True  # a quoted cell crosses the border of this chunk: let the reader look for line ends
    lines = np.flatnonzero(octets[opening[0] : closing[-1]] == 10) + opening[0]
    position = np.searchsorted(opening, lines, side="right") - 1
    return bool((lines < closing[position]).any())
