"""Which rows are here already. Never "all columns equal": separate incidents at one map point look exactly alike.

A row with the agency's reference is the same row when reference and content are; a row without one is recognised only
as the k-th of k alike: supplying a file again adds nothing, an overlapping extract adds what is new, and alike rows
within one file all stay.

What makes the content is what the file says (its own words, not our codes for them), so that coding a word later does not
make old rows new; and the cell, but of a protected place only a large one around it, so that no key can be searched for
a hidden address.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csg_maps.intake.meaning.column_texts import Distinct
from csg_maps.model.concern import NO_REFERENCE

Words64 = npt.NDArray[np.uint64]
Keys = npt.NDArray[np.int64]
_63_BITS = (1 << 63) - 1
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _keyed(secret: bytes, purpose: str) -> Any:
    """A keyed hash to be copied for each value; purposes never share values."""
    key = hashlib.blake2b(secret, digest_size=32, person=b"csg_maps intake").digest()
    return hashlib.blake2b(purpose.encode() + b"\0", key=key, digest_size=8)


def hash_texts(values: Iterable[bytes], secret: bytes, purpose: str) -> Words64:
    """A keyed 64-bit hash (BLAKE2b, RFC 7693) of each text (UTF-8)."""
    copy = _keyed(secret, purpose).copy
    digests = []
    for value in values:
        one = copy()
        one.update(value)
        digests.append(one.digest())
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def source_refs(references: "pd.Series[str]", agency: str, secret: bytes) -> Keys:
    """For each row a keyed 63-bit hash of agency and reference; 0 where the row has no reference.

    Without the secret nobody can tell whether a reference is among them.
    """
    column = pa.Array.from_pandas(references, type=pa.large_string())
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    texts = pc.cast(pc.utf8_trim_whitespace(column), pa.large_binary())
    hashed = hash_texts(texts.to_pylist(), secret, f"reference {agency}")
    positive = np.asarray(hashed & np.uint64(_63_BITS), dtype=np.int64)
    positive[positive == NO_REFERENCE] = 1
    positive[np.asarray(pc.equal(pc.binary_length(texts), 0))] = NO_REFERENCE
    return positive


def _mixed(words: Words64) -> Words64:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014, doi 10.1145/2660193.2660195)."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def row_keys(
    numbers: dict[str, npt.NDArray[np.int64]], texts: dict[str, Distinct], secret: bytes, own: Keys | None = None
) -> Keys:
    """A positive int64 for each row: keyed hash of its content, and of which of the rows alike it is (first, second, ...).

    Parameters
    ----------
    numbers
        int64 columns by name (source_ref, cell, times as seconds), all of one length.
    texts
        Text columns by name; case and spaces around do not matter.
    secret
        The key of this store: keys of two stores cannot be compared.
    own
        Sorted keys of rows of the same supply that are sealed already. A row without a reference that is alike to some of
        them is the next of its kind, as it would be had they come in together; one with a reference is the same row.

    >>> keys = row_keys({"cell": np.array([5, 5, 7])}, {}, b"secret")
    >>> len(set(keys.tolist())), row_keys({"cell": np.array([7, 5, 5])}, {}, b"secret")[0] == keys[2]
    (3, np.True_)
    """
    content = None
    for name, column in numbers.items():
        seed = hash_texts([name.encode()], secret, "number")
        hashed = _mixed(column.astype(np.int64).view(np.uint64) + seed)
        content = hashed if content is None else _mixed(content * _GOLDEN + hashed)
    for name, text in texts.items():
        folded = [" ".join(value.split()).casefold().encode() for value in text.texts.to_pylist()]
        hashed = hash_texts(folded, secret, f"text {name}")[text.positions]
        content = hashed if content is None else _mixed(content * _GOLDEN + hashed)
    if content is None:
        return np.zeros(0, dtype=np.int64)
    nth = nth_alike(content)
    if own is not None and len(own):
        before = np.zeros(len(content), dtype=np.int64)
        unnamed = numbers.get("source_ref", np.zeros(len(content), dtype=np.int64)) == NO_REFERENCE
        while (held := held_already(_nth_keys(content, before), own) & unnamed).any():
            before[held] += 1
        nth = nth + before
    return _nth_keys(content, nth)


def _nth_keys(content: Words64, nth: npt.NDArray[np.int64]) -> Keys:
    """The key of a row that is the n-th (from 0) of its content."""
    keys = _mixed(content + _GOLDEN * nth.astype(np.uint64)) & np.uint64(_63_BITS)
    return np.asarray(keys, dtype=np.int64)


def nth_alike(content: Words64) -> npt.NDArray[np.int64]:
    """For each row how many rows before it hold the same.

    >>> nth_alike(np.array([3, 5, 3, 3], dtype=np.uint64)).tolist()
    [0, 0, 1, 2]
    """
    return np.asarray(pd.Series(content).groupby(content, sort=False).cumcount(), dtype=np.int64)


def held_already(keys: Keys, seen: Keys) -> npt.NDArray[np.bool_]:
    """Whether each key is among `seen`, which is sorted."""
    if not len(seen):
        return np.zeros(len(keys), dtype=bool)
    at = np.minimum(np.searchsorted(seen, keys), len(seen) - 1)
    return np.asarray(seen[at] == keys, dtype=bool)


def repeated_rows(frame: pd.DataFrame, source_ref: Keys) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Rows after the first with one reference: those equal in every column, and those that differ from all before.

    Rows without a reference are never among them, however alike.

    >>> rows = pd.DataFrame({"a": ["x", "x", "y", "x", "x"]})
    >>> [mask.tolist() for mask in repeated_rows(rows, np.array([1, 1, 1, 0, 0]))]
    [[False, True, False, False, False], [False, False, True, False, False]]
    """
    equal, different = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    references = pd.Series(source_ref)
    several = np.flatnonzero(references.duplicated(keep=False).to_numpy() & (source_ref != NO_REFERENCE))
    if len(several):
        some = frame.iloc[several]
        equal[several] = some.duplicated().to_numpy()
        different[several] = references.iloc[several].duplicated().to_numpy() & ~equal[several]
    return equal, different
