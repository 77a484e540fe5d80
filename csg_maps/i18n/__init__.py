"""Two languages: every text that a person sees goes through `_`. The Welsh catalogue is `cy.po` beside this file.

The language belongs to the running thread or task (a page's run, a command): `use_language("cy")` sets it. Welsh entries
flagged `fuzzy` are drafts that no translator has confirmed: they are shown, and `has_drafts()` lets the page say so.
"""

import contextlib
import contextvars
import functools
from collections.abc import Callable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LANGUAGES = ("en", "cy")
_language: contextvars.ContextVar[str] = contextvars.ContextVar("language", default="en")

# The order of the plural forms in cy.po (its own header says the same): every other number, 1, 2, 3, 6.
_WELSH_FORM = {1: 1, 2: 2, 3: 3, 6: 4}


def use_language(language: str) -> None:
    """Choose the language of this thread or task; an unknown one becomes English."""
    _language.set(language if language in LANGUAGES else "en")


def language() -> str:
    """The language of this thread or task: "en" or "cy"."""
    return _language.get()


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Another language for a while, for documents in a language that is not the page's.

    >>> with speaking("cy"):
    ...     _("Street")
    'Stryd'
    """
    before = _language.set(language if language in LANGUAGES else "en")
    try:
        yield
    finally:
        _language.reset(before)


@functools.cache
def _catalogue(code: str) -> Catalog | None:
    path = Path(__file__).parent / f"{code}.po"
    if not path.exists():
        return None
    with open(path, "rb") as lines:
        return read_po(lines, locale=code)


def _(message: str) -> str:
    """The message in the language of this thread; English where no translation exists."""
    catalogue = _catalogue(_language.get())
    if catalogue is None or not message:
        return message
    entry = catalogue.get(message)
    if entry is None:
        return message
    text = str(entry.string[0] if isinstance(entry.string, tuple) else entry.string)
    return text or message


def n_(singular: str, plural: str, count: int) -> str:
    """The form for `count` in the language of this thread, with `{count}` filled in."""
    catalogue = _catalogue(_language.get())
    entry = catalogue.get(singular) if catalogue is not None else None
    if entry is not None and isinstance(entry.string, tuple) and any(entry.string):
        text = str(entry.string[_WELSH_FORM.get(count, 0)] or entry.string[0])
        return text.format(count=f"{count:,}")
    return (singular if count == 1 else plural).format(count=f"{count:,}")


def N_(message: str) -> str:  # noqa: N802  (gettext's own name)
    """Mark a message for the catalogue without translating it yet."""
    return message


def has_drafts() -> bool:
    """Whether the catalogue of this language holds entries that no translator has confirmed."""
    catalogue = _catalogue(_language.get())
    return catalogue is not None and any(entry.fuzzy for entry in catalogue if entry.id)


Translate = Callable[[str], str]
