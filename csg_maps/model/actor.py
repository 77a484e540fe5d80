"""Who is acting. Every workflow takes an Actor; `csg_maps.disclosure.policy` answers what it may do."""

from dataclasses import dataclass

RIGHTS = (
    "import",
    "withdraw",
    "see_counts",
    "see_quarantine",
    "see_premises",
    "see_contacts",
    "manage_areas",
    "manage_places",
    "export",
    "verify",
)


@dataclass(frozen=True)
class Actor:
    """A person (or the local operator) with an agency and rights (a sorted tuple of names out of RIGHTS)."""

    actor_id: str
    agency: str
    rights: tuple[str, ...]


LOCAL_ACTOR = Actor(actor_id="local", agency="", rights=tuple(sorted(RIGHTS)))
"""The only actor until sign-in exists: whoever runs the app on this machine, with all rights."""
