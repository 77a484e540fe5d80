"""Which known place a text means: candidates with a score and a reason; ambiguous ones are said to be so, never guessed.

A suggestion is what a person is asked to confirm. Nothing here puts a row on a map.

Candidates come from shared letters in threes (every text against every name at once); those few are then compared word by
word: a word counts by how rare it is among the names; spelling slips, short forms, Welsh mutations and the order of words
cost a little, a word that the other lacks costs its weight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from csg_maps.i18n import N_, _
from csg_maps.intake.meaning.place_index import PlaceIndex, near_aliases, place_index
from csg_maps.intake.meaning.place_spelling import PlaceWords, alike, fold, place_words, same_kind, unmutated

__all__ = [
    "CLEAR",
    "OFFERED",
    "PlaceCandidate",
    "PlaceIndex",
    "PlaceSuggestion",
    "place_index",
    "suggest_places",
]

OFFERED = 70.0
"""A place that scores less is not offered."""

CLEAR = 90.0
"""From this score on a suggestion that is not ambiguous may be confirmed together with others."""

MARGIN = 5.0
"""Two different places that score as near as this are ambiguous."""

CANDIDATES = 5
_WHOLE = 96.0
"""From this score on a text is the whole name, not a part that other names have too."""

_SAME_SPOT_DEGREES = 0.002
_CLOSE_ENOUGH = 0.7
_SHORT_CLOSE_ENOUGH = 0.75


@dataclass(frozen=True)
class PlaceCandidate:
    """A known place that a text may mean: `score` 0 to 100, with the reason in a sentence, and how precise it would be."""

    target: str
    name: str
    name_cy: str
    locality: str
    kind: str
    precision: str
    score: float
    reason: str


@dataclass(frozen=True)
class PlaceSuggestion:
    """What a text may mean, the likeliest first. With `is_ambiguous` nothing is proposed: `why` says between what.

    `candidates` is empty when no known place is near enough.
    """

    text: str
    candidates: tuple[PlaceCandidate, ...]
    is_ambiguous: bool = False
    why: str = ""

    @property
    def proposed(self) -> PlaceCandidate | None:
        """The one place that is proposed, None when there is none or more than one."""
        return None if self.is_ambiguous or not self.candidates else self.candidates[0]


def suggest_places(texts: Sequence[tuple[str, str]], index: PlaceIndex) -> list[PlaceSuggestion]:
    """For each (text, locality or "") the known places it may mean. Texts are matched as they are; nothing is kept of them.

    A text that names two places (a corner) is ambiguous between them. Work grows with distinct texts: give each once.
    """
    parsed = [place_words(text) for text, _locality in texts]
    flat = [(at, part) for at, parts in enumerate(parsed) for part in parts[:2]]
    if not flat or not index.alias_words:
        return [PlaceSuggestion(text, ()) for text, _locality in texts]
    near = near_aliases([part.words for _at, part in flat], index)
    found: list[list[list[PlaceCandidate]]] = [[] for _text in texts]
    likeness: dict[tuple[str, str, bool], float] = {}
    for (at, part), aliases in zip(flat, near, strict=True):
        near_by = frozenset(word for one in place_words(texts[at][1]) for word in one.words)
        found[at].append(_ranked(part, near_by, aliases, index, likeness))
    return [_judged(text, parts, index) for (text, _locality), parts in zip(texts, found, strict=True)]


def _judged(text: str, parts: list[list[PlaceCandidate]], index: PlaceIndex) -> PlaceSuggestion:
    if len(parts) == 2 and all(parts):
        both = (*parts[0][: CANDIDATES - 2], *parts[1][:2])
        return PlaceSuggestion(text, both, True, _("The text names two places; choose the one that says best where."))
    ranked = next((part for part in parts if part), [])
    rivals = [one for one in ranked[1:] if ranked[0].score - one.score < MARGIN]
    if not rivals and len(parts) == 1 and (not ranked or ranked[0].score < _WHOLE):
        ranked, rivals = _with_others_that_fit(place_words(text)[0], ranked, index)
    if not rivals:
        return PlaceSuggestion(text, tuple(ranked[:CANDIDATES]))
    best = ranked[0]
    same_name = [one for one in rivals if fold(one.name) == fold(best.name)]
    why = (
        _("This name stands for several places; say which.")
        if same_name
        else _("Several places are about as likely; say which.")
    )
    return PlaceSuggestion(text, tuple(ranked[: max(CANDIDATES, len(rivals[:9]) + 1)]), True, why)


def _with_others_that_fit(
    asked: PlaceWords, ranked: list[PlaceCandidate], index: PlaceIndex
) -> tuple[list[PlaceCandidate], list[PlaceCandidate]]:
    """The candidates with every other place whose name or kind holds each word of a text that is only a part of a name.

    "The school" fits every school, however near one of their names comes.
    """
    fitting = [
        frozenset().union(*(index.holders.get(same, frozenset()) for same in alike(word))) for word in asked.words
    ]
    held = frozenset.intersection(*fitting) if fitting else frozenset()
    others = sorted(held, key=lambda place: (index.places[place][1], index.places[place][0]))[: 2 * CANDIDATES]
    targets = {one.target for one in ranked}
    added = [
        _candidate(index.places[place], asked, OFFERED, _("Its name or kind has these words."))
        for place in others
        if index.places[place][0] not in targets
    ]
    everyone = [*ranked, *added]
    first = everyone[0].target if everyone else ""
    named = {index.places[place][0] for place in held} - {first}
    return everyone, [one for one in everyone[1:] if one.target in named]


def _ranked(
    asked: PlaceWords,
    near_by: frozenset[str],
    aliases: npt.NDArray[np.int64],
    index: PlaceIndex,
    likeness: dict[tuple[str, str, bool], float],
) -> list[PlaceCandidate]:
    """Candidates for one named place, one a spot, the best first."""
    best: dict[int, tuple[float, str]] = {}
    for alias in aliases.tolist():
        place = int(index.alias_place[alias])
        score, reason = _score(asked, near_by, alias, index, likeness)
        if score >= OFFERED and score > best.get(place, (0.0, ""))[0]:
            best[place] = (score, reason)
    ranked = sorted(best.items(), key=lambda one: (-one[1][0], index.places[one[0]][1], index.places[one[0]][0]))
    kept: list[PlaceCandidate] = []
    spots: list[tuple[str, float, float]] = []
    for place, (score, reason) in ranked:
        row = index.places[place]
        spot = (fold(row[1]), float(row[6]), float(row[7]))
        if any(_same_spot(spot, other) for other in spots):
            continue  # an asset and a row of a table for one and the same place
        spots.append(spot)
        kept.append(_candidate(index.places[place], asked, score, reason))
    return kept


def _candidate(row: tuple[Any, ...], asked: PlaceWords, score: float, reason: str) -> PlaceCandidate:
    target, name, name_cy, locality, kind, precision = row[:6]
    if asked.relation and precision in {"premises", "point"}:
        precision = "street"
        reason = f"{reason} " + _("“{word}” says that it was beside it, so it is kept as a street.").format(
            word=asked.relation
        )
    return PlaceCandidate(target, name, name_cy, locality, kind, precision, round(score, 1), reason)


def _same_spot(one: tuple[str, float, float], other: tuple[str, float, float]) -> bool:
    near = abs(one[1] - other[1]) < _SAME_SPOT_DEGREES and abs(one[2] - other[2]) < 2 * _SAME_SPOT_DEGREES
    return near and one[0] == other[0]


_SAID = {
    "same": N_("The name is the same."),
    "short": N_("The name is the same, shortened or in the other language."),
    "mutated": N_("The name is the same, with a Welsh mutation."),
    "spelling": N_("The spelling is close."),
    "order": N_("The words are the same in another order."),
    "part": N_("A part of the name is the same."),
    "more": N_("The text has words that the name does not."),
}


def _score(
    asked: PlaceWords,
    near_by: frozenset[str],
    alias: int,
    index: PlaceIndex,
    likeness: dict[tuple[str, str, bool], float],
) -> tuple[float, str]:
    """How well the words of a text fit one name, 0 to 100, and the reason."""
    words, name = asked.words, index.alias_words[alias]
    is_welsh = index.alias_is_welsh[alias]
    place = int(index.alias_place[alias])
    pairs = sorted(
        (
            (-_like(word, other, is_welsh, likeness), at, to)
            for at, word in enumerate(words)
            for to, other in enumerate(name)
        ),
    )
    of_word: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for negative, at, to in pairs:
        if negative < 0 and at not in of_word and to not in taken:
            of_word[at] = (to, -negative)
            taken.add(to)
    name_weights = [index.weights[word] for word in name]
    held = sum(name_weights[to] * like for to, like in of_word.values())
    covered = held / sum(name_weights)
    asked_weight = matched = 0.0
    locality = index.localities[place]
    in_locality = False
    for at, word in enumerate(words):
        if at in of_word:
            to, like = of_word[at]
            asked_weight += name_weights[to]
            matched += name_weights[to] * like
        elif locality and any(_like(word, other, True, likeness) >= 0.85 for other in locality):
            in_locality = True
        else:
            asked_weight += 0.5 if word in index.every_locality else index.weights.get(word, 0.8)
    explained = matched / asked_weight if asked_weight else 0.0
    score = 100 * (0.55 * covered + 0.45 * explained)
    in_order = [to for _at, (to, _like_) in sorted(of_word.items())]
    is_reordered = in_order != sorted(in_order)
    if is_reordered:
        score -= 2
    joined = fuzz.ratio("".join(words), "".join(name), score_cutoff=85)
    if joined and joined - 6 > score and len(words) != len(name):
        score, of_word = joined - 6, {}
    reason = _reason(words, name, of_word, is_reordered)
    if near_by and locality and near_by & index.every_locality:
        if near_by & locality:
            in_locality = True
        else:
            score *= 0.85
    if in_locality:
        reason = f"{reason} " + _("It lies in {locality}.").format(locality=index.places[place][3])
    return min(score, 100.0), reason


def _reason(
    words: tuple[str, ...], name: tuple[str, ...], of_word: dict[int, tuple[int, float]], is_reordered: bool
) -> str:
    likes = [like for _to, like in of_word.values()]
    said = []
    if not likes or min(likes) < 0.96:
        said.append("spelling")
    elif len(of_word) == len(words) == len(name):
        said.append("same" if min(likes) == 1 else "mutated" if min(likes) == 0.97 else "short")
    if is_reordered:
        said = [one for one in said if one != "same"] + ["order"]
    if of_word and len(of_word) < len(name):
        said.append("part")
    if of_word and len(of_word) < len(words):
        said.append("more")
    return " ".join(_(_SAID[one]) for one in said or ["same"])


def _like(word: str, other: str, is_welsh: bool, memory: dict[tuple[str, str, bool], float]) -> float:
    """How alike two words are, 0 to 1; 0 where they are not near."""
    key = (word, other, is_welsh)
    if key not in memory:
        memory[key] = _likeness(word, other, is_welsh)
    return memory[key]


def _likeness(word: str, other: str, is_welsh: bool) -> float:
    if word == other:
        return 1.0
    if same_kind(word, other):
        return 0.98
    if is_welsh and unmutated(word) & unmutated(other):
        return 0.97
    shorter, longer = sorted((len(word), len(other)))
    if shorter < 3:
        return 0.0
    least = _SHORT_CLOSE_ENOUGH if shorter <= 4 else _CLOSE_ENOUGH
    like = 0.0
    if longer - shorter <= 3:
        forms: tuple[str, ...] = (word,)
        if is_welsh:
            forms = (*unmutated(word), word[:-1]) if word[-1] == "r" else tuple(unmutated(word))
        like = max(OSA.normalized_similarity(form, other, score_cutoff=least) for form in forms)
    if not like and shorter < longer and _is_shortened(word, other):
        like = 0.8
    return like


def _is_shortened(word: str, full: str) -> bool:
    """Whether a word is a short form of another: its beginning ("hosp"), or first letter and then letters in order ("stn")."""
    if len(word) > 0.75 * len(full):
        return False
    if full.startswith(word):
        return True
    at = iter(full)
    return len(word) >= 3 and word[0] == full[0] and all(mark in at for mark in word)
