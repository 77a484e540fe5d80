"""What an actor may do, and which sealed files an actor may use."""

import pytest

from csg_maps.disclosure.policy import readable, require
from csg_maps.errors import NotAllowed, SchemaBroken
from csg_maps.model.actor import LOCAL_ACTOR, RIGHTS, Actor

TEACHER = Actor("t", "education", ("see_counts",))


@pytest.mark.parametrize("right", RIGHTS)
def test_the_local_actor_may_do_everything(right: str) -> None:
    require(LOCAL_ACTOR, right)


def test_a_right_that_is_not_held_is_refused_by_name() -> None:
    require(TEACHER, "see_counts")
    with pytest.raises(NotAllowed, match="see_premises"):
        require(TEACHER, "see_premises")


def test_a_right_that_does_not_exist_is_a_broken_promise() -> None:
    with pytest.raises(SchemaBroken):
        require(LOCAL_ACTOR, "see_everything")


@pytest.mark.parametrize(
    ("actor", "handling", "recipients", "allowed"),
    [
        (TEACHER, "P", (), True),
        (TEACHER, "C", ("education",), True),
        (TEACHER, "C", ("health", "police"), False),
        (TEACHER, "C", (), False),
        (TEACHER, "", ("education",), False),  # an unknown handling is closed
        (TEACHER, "c", ("education",), False),
        (LOCAL_ACTOR, "C", ("health",), True),
        (Actor("x", "", ("see_counts",)), "P", (), False),  # without an agency only the local operator reads
        (Actor("x", "", ("see_counts",)), "C", ("",), False),
        (Actor("x", "educ", ("see_counts",)), "C", ("education",), False),
    ],
)
def test_files_are_chosen_by_handling_and_recipients(
    actor: Actor, handling: str, recipients: tuple[str, ...], allowed: bool
) -> None:
    assert readable(actor, handling, recipients) is allowed
