"""What the agency's words stand for: a column of words becomes codes by the mapping, each distinct word once.

A word that nobody has mapped is kept as "not coded", counted and told. A column with hundreds of different texts is no list
of words but free text: it is not used, and none of it is quoted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from csg_maps.intake.meaning.column_texts import Distinct
from csg_maps.model.mapping import CODED_FIELDS
from csg_maps.model.vocabulary import NOT_CODED_HARM, NOT_STATED, labels

TEXT = pd.StringDtype(storage="pyarrow", na_value=np.nan)
MOST_WORDS = 500
LONGEST_WORD = 80

_BLANK = frozenset({"", "-", "n/a", "n/k", "unknown", "not known", "not stated", "not recorded", "anhysbys"})


def text_column(words: Sequence[str], positions: npt.NDArray[np.int64]) -> "pd.Series[str]":
    """A text column from words and, for each row, the position of its word.

    >>> text_column(["a", "b"], np.array([1, 0, 1])).tolist()
    ['b', 'a', 'b']
    """
    known = pa.array(list(words) or [""], type=pa.large_string())
    if len(known) == 1:
        taken = pa.repeat(known[0], len(positions))
    else:
        taken = known.take(pa.array(np.asarray(positions, dtype=np.int64)))
    return pd.Series(pd.arrays.ArrowStringArray(pa.chunked_array([taken]), dtype=TEXT))


def same_everywhere(text: str, rows: int) -> Distinct:
    """One text in every row."""
    return Distinct(pa.array([text], type=pa.large_string()), np.zeros(rows, dtype=np.int64))


def fold(word: str) -> str:
    """A word without case and with single spaces: the form in which words are compared.

    >>> fold("  Anti-social   Behaviour ")
    'anti-social behaviour'
    """
    return " ".join(word.split()).casefold()


@dataclass(frozen=True)
class CodedColumn:
    """`codes` are distinct and `positions` gives each row its code; `unknown` counts the rows of each word that has none.

    `texts` counts different texts when the column is free text (nothing of it is used then), else 0.
    """

    codes: tuple[str, ...]
    positions: npt.NDArray[np.int64]
    unknown: dict[str, int]
    texts: int = 0

    @property
    def column(self) -> "pd.Series[str]":
        """The code of each row."""
        return text_column(self.codes, self.positions)

    def is_one_of(self, codes: tuple[str, ...]) -> npt.NDArray[np.bool_]:
        """Rows with one of these codes."""
        return np.isin(np.array(self.codes, dtype=object), codes)[self.positions]


def code_column(field: str, words: Distinct, mapped: dict[str, str]) -> CodedColumn:
    """Codes of a coded field (harm, setting, ...) from its words.

    A blank is "not stated". A word stands for what `mapped` says (case and spaces do not matter) or, when it is itself a
    code of the list, for that code; otherwise it is not coded.
    """
    known = labels(CODED_FIELDS[field])
    not_stated = NOT_STATED[CODED_FIELDS[field]]
    not_coded = NOT_CODED_HARM if field == "harm" else not_stated
    texts = words.texts.to_pylist()
    folded = {fold(word): code for word, code in mapped.items() if code in known}
    looked_up = [
        folded.get(key, key if key in known else not_stated if key in _BLANK else "") for key in map(fold, texts)
    ]
    missing = sum(not code for code in looked_up)
    if missing > MOST_WORDS:
        return CodedColumn((not_coded,), np.zeros(len(words.positions), dtype=np.int64), {}, missing)
    spelling: dict[str, str] = {}
    unknown: dict[str, int] = {}
    for text, code, rows in zip(texts, looked_up, words.weights.tolist(), strict=True):
        if not code and rows:
            word = spelling.setdefault(fold(text), " ".join(text.split())[:LONGEST_WORD])
            unknown[word] = unknown.get(word, 0) + rows
    return CodedColumn(*_compact([code or not_coded for code in looked_up], words.positions), unknown)


def constant_column(code: str, rows: int) -> CodedColumn:
    """The same code in every row."""
    return CodedColumn((code,), np.zeros(rows, dtype=np.int64), {})


def _compact(codes: list[str], positions: npt.NDArray[np.int64]) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    distinct_codes = tuple(dict.fromkeys(codes)) or ("",)
    at = {code: place for place, code in enumerate(distinct_codes)}
    return distinct_codes, np.array([at[code] for code in codes] or [0], dtype=np.int64)[positions]


def whole_numbers(words: Distinct) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Whole numbers from 0 to 9999 (0 where none), and which rows hold something else."""
    folded = [fold(text) for text in words.texts.to_pylist()]
    written = [re.fullmatch(r"(\d{1,4})(?:\.0+)?", word) for word in folded]
    numbers = np.array([int(one[1]) if one else 0 for one in written], dtype=np.int64)
    strange = np.array([not one and word not in _BLANK for one, word in zip(written, folded, strict=True)], dtype=bool)
    return numbers[words.positions], strange[words.positions]
