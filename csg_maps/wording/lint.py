"""What of the lexicon stands in a text. Quotations are left alone: what young people say is theirs."""

import re
from dataclasses import dataclass

from csg_maps.wording.lexicon import lexicon, no_place_names

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’(?!\w)")


@dataclass(frozen=True)
class Finding:
    """One word that blames: as it stands in the text (from `start`), what to say instead, and why."""

    start: int
    word: str
    instead: str
    why: str
    language: str


def find_blame(text: str) -> tuple[Finding, ...]:
    """Every word of the lexicon in a text of either language, in its order; of two that overlap the longer one.

    >>> [(found.word, found.instead) for found in find_blame("Youths loitering at the stop")]
    [('Youths loitering', 'young people spend time here')]
    >>> find_blame('A girl said "we hang around here because it is light".')
    ()
    """
    spoken = _QUOTED.sub(lambda quoted: " " * len(quoted.group()), text)
    found = [
        Finding(match.start(), match.group(), entry.instead, entry.why, entry.language)
        for entry in lexicon()
        for match in entry.pattern.finditer(spoken)
    ]
    kept: list[Finding] = []
    for one in sorted(found, key=lambda one: (-len(one.word), one.start)):
        if all(
            one.start + len(one.word) <= other.start or one.start >= other.start + len(other.word) for other in kept
        ):
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: one.start))


def kind_named(name: str) -> str:
    """Whether a name is that of a "school", an "estate" or a "business"; "" when it says none of them.

    >>> kind_named("Haven High School"), kind_named("Stad y Bryn"), kind_named("Mill Lane")
    ('school', 'estate', '')
    """
    return next((kind for kind, pattern in no_place_names().items() if pattern.search(name)), "")
