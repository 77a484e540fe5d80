"""What a person types about a place: nothing in it may point to a person, and nothing should blame.

What identifies somebody is refused before it is kept; a word that blames is named with a better one, and never blocks.
"""

import re

import pyarrow as pa

from csg_maps.errors import InputRefused
from csg_maps.i18n import N_, _
from csg_maps.intake.meaning import identifier_patterns
from csg_maps.intake.meaning.identifier_patterns import has
from csg_maps.intake.meaning.identifiers import KINDS
from csg_maps.wording.lint import find_blame

_STREETS = "street|road|avenue|lane|drive|close|crescent|court|terrace|gardens|grove|way|walk|row|mews"
# Narrower than for a column of a file: "40 records near Lantern Park" is a sentence, not an address.
_ADDRESS = (
    rf"(?:^|[^0-9A-Za-z/.:-])(?:[1-9][0-9]{{0,2}}[a-dA-D]?,? (?:(?:[A-Z][\w'’-]+ ){{1,3}}(?i:{_STREETS})"
    rf"|[a-z'’-]+ (?:{_STREETS})|(?:Heol|Stryd|Ffordd|Lôn|Rhodfa|Clos|Maes|heol|stryd|ffordd|lôn|rhodfa|clos) (?:y|yr|[A-Z]))\b"
    r"|(?i:flat|fflat) [0-9]+)"
)
_PATTERNS = {
    "email": identifier_patterns.EMAIL,
    "address": _ADDRESS,
    "registration": identifier_patterns.REGISTRATION,
    "date_of_birth": identifier_patterns.BORN,
}
# A title or "called" before a name is sure in a sentence; two names side by side only may be a person.
_CALLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|PC|DC|PCSO|Sgt|DS|DI)\b\.? [A-ZÂÊÎÔÛŴŶ][\w'’-]+"
    r"|\b(?i:called|named|known as|aka|nicknamed|o'r enw|a elwir yn|yn cael ei alw'n|llysenw)\s+[\"“'‘]?[A-ZÂÊÎÔÛŴŶ][\w'’-]+"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_INITIALS = re.compile(r"(?<![\w.])[A-Z]\.\s?[A-Z]\.(?!\w)")
_UNWANTED = {
    "called": N_("the name of a person"),
    "initials": N_("initials"),
}


def identifiers_in(text: str) -> tuple[str, ...]:
    """What in a short text may point to a person, in words; empty when nothing does.

    >>> identifiers_in("Young people say that the lamps are out from the stop to the bridge.")
    ()
    >>> identifiers_in("ring 07700 900123"), identifiers_in("a boy known as Dai")
    (('phone numbers',), ('the name of a person',))
    """
    if not text.strip():
        return ()
    shown = pa.array([f"x {text} x"])  # so that no pattern needs the end of the text
    found = [kind for kind, pattern in _PATTERNS.items() if has(shown, pattern).any()]
    digits = pa.array([f"x {re.sub(r'(?<=[0-9])[ -](?=[0-9])', ' ', text)} x"])
    if has(digits, identifier_patterns.PHONE).any() or has(digits, identifier_patterns.BARE_PHONE).any():
        found.append("phone")
    if identifier_patterns.nhs_numbers(digits)[1].any():
        found.append("nhs_number")
    if has(pa.array([f"x {text.upper()} x"]), identifier_patterns.POSTCODE).any():
        found.append("postcode")
    words = [_(KINDS[kind]) for kind in found]
    if _CALLED.search(text):
        words.append(_(_UNWANTED["called"]))
    if _INITIALS.search(text):
        words.append(_(_UNWANTED["initials"]))
    return tuple(words)


def check_text(text: str, field: str, *, longest: int, is_needed: bool = False) -> str:
    """The text as it is kept, its spaces made even; `field` names it in messages, in the reader's language.

    Raises InputRefused when it is missing, too long, holds signs that cannot be shown, or points to a person.
    """
    kept = (
        " ".join(text.split())
        if "\n" not in text.strip()
        else "\n".join(" ".join(x.split()) for x in text.strip().split("\n"))
    )
    if _CONTROL.search(kept):
        raise InputRefused(_("{field}: it holds signs that cannot be shown; type it again.").format(field=field))
    if is_needed and len(kept) < 3:
        raise InputRefused(_("{field}: please fill it in.").format(field=field))
    if len(kept) > longest:
        message = _("{field}: at most {most} characters; it has {found}.")
        raise InputRefused(message.format(field=field, most=longest, found=len(kept)))
    if found := identifiers_in(kept):
        message = _("{field}: it seems to hold {what}. Take that out: the case is the place, never a person.")
        raise InputRefused(message.format(field=field, what=", ".join(found)))
    return kept


def advice_on(text: str) -> tuple[str, ...]:
    """A sentence for each word that blames: the word, what to say instead, and why."""
    return tuple(
        _("“{word}”: better “{instead}”. {why}").format(word=found.word, instead=found.instead, why=found.why)
        for found in find_blame(text)
    )
