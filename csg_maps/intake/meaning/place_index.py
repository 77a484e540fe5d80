"""Known places made ready to be searched: their names as words, how rare each word is, and the letters that they share."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from csg_maps.intake.meaning.place_spelling import fold, place_words

_LOOKED_AT = 25
_TEXTS_AT_ONCE = 1_000

KNOWN_COLUMNS = ("target", "name", "name_cy", "locality", "kind", "precision", "latitude", "longitude")


@dataclass(frozen=True, eq=False)
class PlaceIndex:
    """Known places made ready to be searched; `place_index` makes it."""

    places: list[tuple[Any, ...]]
    alias_place: npt.NDArray[np.int64]
    alias_words: list[tuple[str, ...]]
    alias_is_welsh: list[bool]
    localities: list[frozenset[str]]
    every_locality: frozenset[str]
    holders: dict[str, frozenset[int]]
    weights: dict[str, float]
    letters: dict[str, int]
    letters_of_alias: Any
    letter_weights: npt.NDArray[np.float32]


def place_index(known: pd.DataFrame) -> PlaceIndex:
    """Make an index of known places (KNOWN_COLUMNS; each has a name, a Welsh name, or both)."""
    places = list(known[list(KNOWN_COLUMNS)].itertuples(index=False, name=None))
    owner: list[int] = []
    alias_words: list[tuple[str, ...]] = []
    is_welsh: list[bool] = []
    for place, row in enumerate(places):
        seen: set[tuple[str, ...]] = set()
        for name, welsh in ((row[1], False), (row[2], True)):
            words = tuple(word for part in place_words(name) for word in part.words) if name else ()
            words = words or tuple(fold(name).split())
            if words and words not in seen:
                seen.add(words)
                owner.append(place)
                alias_words.append(words)
                is_welsh.append(welsh or (not row[2]))
    localities = [frozenset(word for part in place_words(row[3]) for word in part.words) for row in places]
    counts: dict[str, int] = {}
    for words in alias_words:
        for word in set(words):
            counts[word] = counts.get(word, 0) + 1
    every = math.log(max(len(alias_words), 2) + 1)
    weights = {word: max(1 - math.log(count + 1) / every, 0.12) for word, count in counts.items()}
    holders: dict[str, set[int]] = {}
    for words, place in zip(alias_words, owner, strict=True):
        for word in {*words, *re.findall(r"[^\W_]+", fold(places[place][4]))}:
            holders.setdefault(word, set()).add(place)
    letters: dict[str, int] = {}
    matrix = _letters_matrix(alias_words, letters, grow=True)
    common = np.asarray((matrix > 0).sum(axis=0)).ravel()
    weight = np.log((len(alias_words) + 1) / (common + 1)).clip(0.05).astype(np.float32)
    return PlaceIndex(
        places, np.array(owner, dtype=np.int64), alias_words, is_welsh, localities,
        frozenset(word for words in localities for word in words),
        {word: frozenset(held) for word, held in holders.items()}, weights, letters,
        _weighted(matrix, weight).T.tocsr(), weight,
    )  # fmt: skip


def _letters_of(words: tuple[str, ...]) -> list[str]:
    return [f"^{word}$"[at : at + 3] for word in words for at in range(max(len(word), 1))]


def _letters_matrix(names: Sequence[tuple[str, ...]], letters: dict[str, int], *, grow: bool) -> Any:
    """A row a name, a column a run of three letters, 1 where it holds it."""
    rows, columns = [], []
    for row, words in enumerate(names):
        for three in set(_letters_of(words)):
            column = letters.setdefault(three, len(letters)) if grow else letters.get(three, -1)
            if column >= 0:
                rows.append(row)
                columns.append(column)
    ones = np.ones(len(rows), dtype=np.float32)
    return sparse.csr_matrix((ones, (rows, columns)), shape=(len(names), max(len(letters), 1)))


def _weighted(matrix: Any, weight: npt.NDArray[np.float32]) -> Any:
    """Rows of length one, each column by its weight."""
    scaled = matrix.multiply(weight).tocsr()
    length = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    return sparse.diags(1 / np.maximum(length, 1e-9)).dot(scaled).astype(np.float32)


def near_aliases(names: Sequence[tuple[str, ...]], index: PlaceIndex) -> list[npt.NDArray[np.int64]]:
    """The names that share most letters with each text."""
    near: list[npt.NDArray[np.int64]] = []
    for start in range(0, len(names), _TEXTS_AT_ONCE):
        part = names[start : start + _TEXTS_AT_ONCE]
        asked = _weighted(_letters_matrix(part, index.letters, grow=False), index.letter_weights)
        shared = asked.dot(index.letters_of_alias).tocsr()
        for row in range(len(part)):
            begin, end = shared.indptr[row], shared.indptr[row + 1]
            columns, values = shared.indices[begin:end], shared.data[begin:end]
            if len(values) > _LOOKED_AT:
                columns = columns[np.argpartition(-values, _LOOKED_AT)[:_LOOKED_AT]]
            near.append(columns.astype(np.int64))
    return near
