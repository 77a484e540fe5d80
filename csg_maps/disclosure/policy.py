"""The access policy: one place that says what an actor may do and which sealed files an actor may use.

What may be used is decided before anything is counted, file by file: a sealed file has one handling and one list of
recipients, so no condition on rows can be forgotten.
"""

from csg_maps.errors import NotAllowed, SchemaBroken
from csg_maps.i18n import _
from csg_maps.model.actor import RIGHTS, Actor

PARTNERS, RECIPIENTS_ONLY = "P", "C"
HANDLINGS = (PARTNERS, RECIPIENTS_ONLY)
"""P: every partner may use it. C: only the agencies named as recipients."""


def has_right(actor: Actor, right: str) -> bool:
    """Whether the actor holds the right. Raises SchemaBroken for a right that does not exist.

    >>> from csg_maps.model.actor import LOCAL_ACTOR
    >>> has_right(LOCAL_ACTOR, "verify"), has_right(Actor("a", "police", ("see_counts",)), "verify")
    (True, False)
    """
    if right not in RIGHTS:
        raise SchemaBroken(f"A right must be one of {', '.join(RIGHTS)}; found {right!r}.")
    return right in actor.rights


def require(actor: Actor, right: str) -> None:
    """Return when the actor holds the right; raise NotAllowed when not, SchemaBroken when the right does not exist."""
    if not has_right(actor, right):
        message = _("This needs the right {right!r}, which your account does not have. Ask whoever manages accounts.")
        raise NotAllowed(message.format(right=right))


def readable(actor: Actor, handling: str, recipients: tuple[str, ...]) -> bool:
    """Whether the actor may use a sealed file of this handling, sent to these recipients (agency codes).

    The local operator (no agency, all rights) uses all: whoever runs the app on their own machine holds the files
    anyway. Anybody else uses what is for all partners, and what names their agency. An unknown handling is closed.

    >>> teacher = Actor("t", "education", ("see_counts",))
    >>> readable(teacher, "P", ()), readable(teacher, "C", ("education", "police")), readable(teacher, "C", ("police",))
    (True, True, False)
    """
    if actor.agency == "":
        return set(RIGHTS) <= set(actor.rights)
    if handling == PARTNERS:
        return True
    return handling == RECIPIENTS_ONLY and actor.agency in recipients
