"""Every text has its place in the Welsh catalogue; plurals follow the language's own numbers."""

import threading

import pytest

from csg_maps import i18n
from csg_maps.i18n import catalogue
from csg_maps.i18n.catalogue import new_catalogue, read


@pytest.fixture(autouse=True)
def english_again():
    yield
    i18n.use_language("en")


def test_the_catalogue_holds_every_text_of_the_program() -> None:
    on_disk = {entry.id for entry in read() if entry.id}
    needed = {message for message, _place in catalogue.texts()}
    assert not needed - on_disk, "run python -m csg_maps.i18n.catalogue"


def test_every_text_has_welsh() -> None:
    empty = [
        entry.id
        for entry in read()
        if entry.id and not (any(entry.string) if isinstance(entry.string, tuple) else entry.string)
    ]
    assert empty == []


def test_a_translation_keeps_the_names_of_its_facts() -> None:
    import string

    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    for entry in read():
        if not entry.id:
            continue
        english = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        welsh = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        for text in welsh:
            if text:
                assert names(text) <= set().union(*(names(part) for part in english)), entry.id
        if isinstance(entry.id, str) and entry.string:
            assert names(str(entry.string)) == names(entry.id), entry.id


def test_rewriting_the_catalogue_keeps_translations_and_flags() -> None:
    old = read()
    entry = next(entry for entry in old if isinstance(entry.id, str) and entry.id)
    entry.string = "Cymraeg"
    entry.flags.add("fuzzy")
    again = new_catalogue(old).get(entry.id)
    assert again is not None
    assert again.string == "Cymraeg"
    assert again.fuzzy


def test_the_language_belongs_to_its_own_thread() -> None:
    i18n.use_language("cy")
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(i18n.language()))
    thread.start()
    thread.join()
    assert seen == ["en"]
    assert i18n.language() == "cy"


def test_attack_118_plurals_in_both_languages() -> None:
    assert [i18n.n_("{count} concern", "{count} concerns", count) for count in (0, 1, 2)] == [
        "0 concerns",
        "1 concern",
        "2 concerns",
    ]
    i18n.use_language("cy")
    forms = [entry for entry in read() if isinstance(entry.id, tuple)]
    assert forms, "the program has texts with plurals"
    for entry in forms:
        texts = [i18n.n_(entry.id[0], entry.id[1], count) for count in (0, 1, 2, 3, 6)]
        assert all(texts)


def test_an_unknown_text_or_language_stays_english() -> None:
    i18n.use_language("xx")
    assert i18n.language() == "en"
    i18n.use_language("cy")
    assert i18n._("a text that nobody wrote") == "a text that nobody wrote"


def test_a_text_inside_an_f_string_is_found() -> None:
    source = "def show(): print(f\"**{_('By month')}** {n_('{count} row', '{count} rows', 2)} {_(LABELS['status'])}\")"
    assert list(catalogue._messages(source)) == ["By month", ("{count} row", "{count} rows")]
