"""What the kinds of things near a place mean for it: whether it may carry their name, and which of them are strengths.

Kinds come from the council's own assets and from gazetteers, each with words of its own, so that words decide.
"""

import re

from csg_maps.geography.gazetteers import precision_of_kind
from csg_maps.i18n import _
from csg_maps.model import vocabulary

STREET, PARK, TRANSPORT = "street", "park", "transport"

_PRIVATE = re.compile(
    r".*\b(?:schools?|colleges?|education|nursery|academy|university|campus|licensed|premises|pubs?|bars?|nightclubs?|takeaways?"
    r"|fast food|food|restaurants?|cafes?|hotels?|hostels?|accommodation|shops?|retail|supermarkets?|business(?:es)?|industrial"
    r"|care home|children s home|refuge|estates?|petrol|filling|caravan|offices?|gambling|guardians?)\b.*"
)
_TRANSPORT = re.compile(r".*\b(?:stops?|stations?|ranks?|interchange|halt|ferry|tram|railway|bus|coach)\b.*")
_NO_TRANSPORT = re.compile(r".*\b(?:police|fire|ambulance|power|pumping|petrol|filling|lifeboat)\b.*")
_PARK = re.compile(
    r".*\b(?:parks?|playing fields?|recreation|greens?|gardens?|common|open space|play areas?|woodland)\b.*"
)
_NO_PARK = re.compile(r".*\b(?:car|retail|business|caravan|industrial|science|theme)\b.*")
_STRENGTH = re.compile(
    r".*\b(?:youth|safe|guardians?|librar(?:y|ies)|leisure|sports?|community cent(?:re|er)s?|play areas?|playground"
    r"|help point)\b.*"
)


def _words(kind: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", kind.casefold()).split())


def naming_group(kind: str) -> str:
    """STREET, PARK or TRANSPORT: what a place may be called after; "" for anything else.

    >>> [naming_group(kind) for kind in ("street", "bus_stop", "Public Park Or Garden", "police_station", "retail_park")]
    ['street', 'transport', 'park', '', '']
    """
    words = _words(kind)
    if _TRANSPORT.fullmatch(words) and not _NO_TRANSPORT.fullmatch(words):
        return TRANSPORT
    if _PARK.fullmatch(words) and not _NO_PARK.fullmatch(words):
        return PARK
    return STREET if words == "high street" or precision_of_kind(kind) == "street" else ""


def is_private(kind: str) -> bool:
    """Whether it is a business, a school or a home: a place never carries its name.

    >>> is_private("takeaway"), is_private("Primary Education"), is_private("youth_club")
    (True, True, False)
    """
    return bool(_PRIVATE.fullmatch(_words(kind)))


def is_strength(kind: str) -> bool:
    """Whether it is something good to have near: a park, provision for young people, a safe place, a guardian.

    >>> is_strength("park"), is_strength("youth_club"), is_strength("takeaway")
    (True, True, False)
    """
    return naming_group(kind) == PARK or bool(_STRENGTH.fullmatch(_words(kind)))


def kind_label(kind: str) -> str:
    """What a kind is called, in the reader's language; its own words where no list knows it."""
    if "asset_kinds" in vocabulary.LISTS:
        known = vocabulary.labels("asset_kinds")
        if kind in known:
            return _(known[kind])
    return _("street") if precision_of_kind(kind) == "street" else _words(kind)
