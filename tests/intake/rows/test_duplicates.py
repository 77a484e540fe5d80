"""What makes two rows the same: never that they look alike."""

import numpy as np
import pandas as pd

from csg_maps.intake.meaning.column_texts import distinct
from csg_maps.intake.rows.duplicates import held_already, nth_alike, repeated_rows, row_keys, source_refs
from tests.supplies import TEXT

SECRET = b"one store"


def text(values):
    return pd.Series(values, dtype=TEXT)


def test_a_reference_is_kept_only_as_a_keyed_hash_of_agency_and_reference():
    refs = source_refs(text(["A1", " A1 ", "A2", "", "  "]), "police", SECRET)
    assert refs.dtype == np.int64 and refs[0] == refs[1] != refs[2] and refs[3:].tolist() == [0, 0]
    assert (refs[:3] > 0).all()
    assert source_refs(text(["A1"]), "health", SECRET)[0] != refs[0]
    assert source_refs(text(["A1"]), "police", b"another store")[0] != refs[0]


def test_the_hash_is_the_published_one():
    # BLAKE2b of 8 bytes, little endian, top bit off, under a key derived from the secret: worked with hashlib alone.
    import hashlib

    key = hashlib.blake2b(SECRET, digest_size=32, person=b"csg_maps intake").digest()
    digest = hashlib.blake2b(b"reference police\0A1", key=key, digest_size=8).digest()
    assert source_refs(text(["A1"]), "police", SECRET)[0] == int.from_bytes(digest, "little") & (2**63 - 1)


def test_keys_depend_on_every_column_and_not_on_row_order():
    numbers = {"cell": np.array([1, 1, 2, 1]), "time": np.array([5, 6, 5, 5])}
    texts = {"harm": distinct(text(["asb", "asb", "asb", "robbery"]))}
    keys = row_keys(numbers, texts, SECRET)
    assert len(set(keys.tolist())) == 4 and (keys > 0).all()
    turned = row_keys(
        {name: column[::-1].copy() for name, column in numbers.items()},
        {"harm": distinct(text(["robbery", "asb", "asb", "asb"]))},
        SECRET,
    )
    assert sorted(turned) == sorted(keys)
    assert row_keys({"cell": np.array([1]), "time": np.array([0])}, {}, SECRET) != row_keys(
        {"cell": np.array([0]), "time": np.array([1])}, {}, SECRET
    )


def test_case_and_spaces_of_words_do_not_make_another_row():
    keys = [row_keys({}, {"harm": distinct(text([word]))}, SECRET)[0] for word in ("Robbery", " robbery  ", "rob bery")]
    assert keys[0] == keys[1] != keys[2]


def test_rows_alike_are_the_first_the_second_and_so_on():
    assert nth_alike(np.array([7, 7, 8, 7], dtype=np.uint64)).tolist() == [0, 1, 0, 2]
    three = row_keys({"cell": np.array([7, 7, 7])}, {}, SECRET)
    two = row_keys({"cell": np.array([7, 7])}, {}, SECRET)
    assert three[:2].tolist() == two.tolist() and len(set(three.tolist())) == 3


def test_no_key_clashes_among_a_million_rows():
    keys = row_keys({"cell": np.arange(1_000_000), "time": np.arange(1_000_000) % 40}, {}, SECRET)
    assert len(np.unique(keys)) == 1_000_000


def test_only_rows_with_a_reference_are_ever_repeated():
    frame = pd.DataFrame({"a": text(["x", "x", "y", "x", "x"])})
    equal, different = repeated_rows(frame, np.array([1, 1, 1, 0, 0]))
    assert equal.tolist() == [False, True, False, False, False]
    assert different.tolist() == [False, False, True, False, False]


def test_seen_keys_are_found_in_a_sorted_list():
    assert held_already(np.array([5, 1, 9]), np.array([1, 3, 5])).tolist() == [True, True, False]
    assert held_already(np.array([5]), np.array([], dtype=np.int64)).tolist() == [False]


def test_the_shared_months_repeat_184_references_of_which_130_rows_are_equal(shared_data):
    import zipfile

    with zipfile.ZipFile(shared_data / "police_uk/bedfordshire_street_2021-05_2024-04.zip") as files:
        name = next(name for name in files.namelist() if name.endswith("2022-01-bedfordshire-street.csv"))
        frame = pd.read_csv(files.open(name), dtype=str, keep_default_na=False).astype(TEXT)
    equal, different = repeated_rows(frame, source_refs(frame["Crime ID"], "police", SECRET))
    with_id = frame[frame["Crime ID"] != ""]
    assert (
        equal.sum() == with_id.duplicated().sum() and (equal | different).sum() == with_id.duplicated("Crime ID").sum()
    )
    assert equal.sum() > 100
