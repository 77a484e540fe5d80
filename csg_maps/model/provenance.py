"""What must be known of a supply before any of it is kept, and who may use it."""

import datetime
from dataclasses import dataclass

from csg_maps.errors import InputRefused
from csg_maps.model.vocabulary import labels


@dataclass(frozen=True)
class Sharing:
    """Who in the partnership may use the records: handling "P" (all partners) or "C" (only the recipients named)."""

    handling: str = "P"
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provenance:
    """Where a supply comes from, and under which agreement; dates are ISO; period and gaps may be "" until it is read."""

    agency: str
    purpose: str
    lawful_basis: str
    agreement: str
    retain_until: str
    period_from: str = ""
    period_to: str = ""
    known_gaps: str = ""


def make_sharing(share_with: str) -> Sharing:
    """From plain words: "all", or agency codes separated by commas. Raises InputRefused.

    >>> make_sharing("all"), make_sharing("police,health")
    (Sharing(handling='P', recipients=()), Sharing(handling='C', recipients=('health', 'police')))
    """
    words = tuple(sorted({word.strip() for word in share_with.split(",") if word.strip()}))
    if not words:
        raise InputRefused("Say who in the partnership may use this: `all`, or agency codes separated by commas.")
    if words == ("all",):
        return Sharing()
    unknown = [word for word in words if word not in labels("agencies")]
    if unknown:
        raise InputRefused(
            f"{unknown[0]!r} is not an agency code. Use `all`, or some of: {', '.join(labels('agencies'))}."
        )
    return Sharing("C", words)


def check_provenance(provenance: Provenance, today: datetime.date) -> None:
    """Raise InputRefused naming the first thing that is missing or cannot hold; no provenance, no import."""
    if provenance.agency not in labels("agencies"):
        raise InputRefused(f"The agency must be one of {', '.join(labels('agencies'))}; found {provenance.agency!r}.")
    for name, value in (("purpose", provenance.purpose), ("sharing agreement", provenance.agreement)):
        if len(value.strip()) < 3:
            raise InputRefused(f"Say the {name}: without it the supply is refused.")
    if provenance.lawful_basis not in labels("lawful_bases"):
        raise InputRefused(
            f"The lawful basis must be one of {', '.join(labels('lawful_bases'))}; found {provenance.lawful_basis!r}."
        )
    try:
        until = datetime.date.fromisoformat(provenance.retain_until)
    except ValueError:
        raise InputRefused(
            f"The retention date is written YYYY-MM-DD, such as 2027-03-31; found {provenance.retain_until!r}."
        ) from None
    if until <= today:
        raise InputRefused(f"The retention date {until} has passed: what may no longer be kept is not taken in.")
