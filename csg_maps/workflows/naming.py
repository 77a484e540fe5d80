"""Places by name: what a partner's texts may mean, suggested with a score; a person's answers, remembered for each agency.

Nothing here places a row. An answer is kept only when a person gives it; an import then uses what was answered.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.intake.meaning.place_names import CLEAR, OFFERED, PlaceSuggestion, place_index, suggest_places
from csg_maps.intake.meaning.place_spelling import fold, may_be_kept, place_words, written_key
from csg_maps.intake.rows.named_places import PlaceTables, point_of
from csg_maps.model.actor import Actor
from csg_maps.model.vocabulary import codes
from csg_maps.store import gazetteer
from csg_maps.store.gazetteer import PlaceMatch
from csg_maps.store.workspace import Store

__all__ = [
    "CLEAR",
    "NONE",
    "NONE_WORDS",
    "OFFERED",
    "PlaceAnswer",
    "PlaceMatch",
    "PlaceSuggestion",
    "answers_from_csv",
    "as_table",
    "confirm",
    "decided",
    "forget",
    "is_clear",
    "known_version",
    "names_of",
    "place_tables",
    "suggest",
]

NONE = ""
"""The target of a text that means none of the known places."""

NONE_WORDS = frozenset({"none", "unplaced", "dim", "dim un"})


@dataclass(frozen=True)
class PlaceAnswer:
    """What a person said that a text means: a target, or NONE. `score` is that of the suggestion, 0 when there was none."""

    written: str
    target: str
    score: float = 0.0


def place_tables(store: Store, agency: str) -> PlaceTables:
    """What numbers, and this agency's confirmed names, lead to."""
    return PlaceTables(
        uprns=gazetteer.read_uprns(store),
        usrns=gazetteer.read_usrns(store),
        places=gazetteer.known_places(store),
        matches={fold(one.written): (one.target, one.precision) for one in gazetteer.matches_of(store, agency)},
    )


def known_version(store: Store) -> str:
    """Changes whenever the known places may have changed."""
    return gazetteer.known_version(store)


def suggest(store: Store, actor: Actor, texts: Sequence[str]) -> list[PlaceSuggestion]:
    """What each text may mean among the places that are known now, in their order."""
    require(actor, "import")
    known = gazetteer.known_places(store)
    return suggest_places([(text, "") for text in texts], place_index(known))


def is_clear(suggestion: PlaceSuggestion) -> bool:
    """Whether a suggestion may be confirmed together with others: one place, and a score of at least CLEAR."""
    return suggestion.proposed is not None and suggestion.proposed.score >= CLEAR


def decided(store: Store, actor: Actor, agency: str) -> tuple[PlaceMatch, ...]:
    """What was answered about this agency's texts."""
    require(actor, "import")
    return gazetteer.matches_of(store, agency)


def names_of(store: Store, targets: Iterable[str]) -> dict[str, str]:
    """The name of each target; "" for one that no table names (any more)."""
    known = gazetteer.known_places(store)
    names = dict(zip(known["target"], known["name"].where(known["name"] != "", known["name_cy"]), strict=True))
    return {target: str(names.get(target, "")) for target in targets}


def confirm(store: Store, actor: Actor, agency: str, answers: Iterable[PlaceAnswer]) -> int:
    """Remember what a person said; returns how many texts. All are kept or none.

    Raises InputRefused for a text that may tell of a person or is no name, and for a target that no table holds.
    """
    require(actor, "import")
    if agency not in {code.code for code in codes("agencies")}:
        raise InputRefused(_("{agency!r} is no agency of the list.").format(agency=agency[:40]))
    tables = place_tables(store, agency)
    known = gazetteer.known_places(store)
    precisions = dict(zip(known["target"], known["precision"], strict=True))
    before = {fold(one.written): one.written for one in gazetteer.matches_of(store, agency)}
    matches = [_checked(answer, agency, tables, precisions, before) for answer in answers]
    return gazetteer.save_matches(store, actor, matches)


def _checked(
    answer: PlaceAnswer, agency: str, tables: PlaceTables, precisions: dict[str, str], before: dict[str, str]
) -> PlaceMatch:
    written = written_key(answer.written)
    if not written or not place_words(written):
        raise InputRefused(_("A text without a word names no place."))
    if not may_be_kept([answer.written])[0]:
        raise InputRefused(
            _(
                "The text is too long, or holds what may tell of a person (a number, a postcode, whose home it is); "
                "it is not kept."
            )
        )
    if answer.target == NONE:
        return PlaceMatch(agency, before.get(fold(written), written), NONE, "unknown", 0.0)
    if point_of(answer.target, tables) is None:
        raise InputRefused(
            _("There is no place {target!r} in the tables and assets of this store.").format(target=answer.target[:60])
        )
    precision = precisions.get(answer.target, "premises" if answer.target.startswith("uprn:") else "street")
    if any(part.relation for part in place_words(written)) and precision in {"premises", "point"}:
        precision = "street"
    return PlaceMatch(agency, before.get(fold(written), written), answer.target, precision, float(answer.score))


def forget(store: Store, actor: Actor, agency: str, written: Iterable[str]) -> int:
    """Take answers back: the texts are asked about again, and records that are in stay as they are. Returns how many."""
    require(actor, "import")
    asked = {fold(written_key(text)) for text in written}
    held = [one.written for one in gazetteer.matches_of(store, agency) if fold(one.written) in asked]
    return gazetteer.forget_matches(store, actor, agency, held)


def answers_from_csv(content: str) -> tuple[PlaceAnswer, ...]:
    """Answers from a table with columns text and target (as `names suggest` writes it, filled in by a person).

    A blank target is not decided yet and left out; "none" says that it is no known place. Raises InputRefused without the
    two columns.
    """
    reader = csv.DictReader(io.StringIO(content.removeprefix("\ufeff")))
    if not {"text", "target"} <= set(reader.fieldnames or ()):
        raise InputRefused(_("The table of answers needs the columns text and target."))
    answers = []
    for row in reader:
        target = (row["target"] or "").strip()
        if target:
            answers.append(PlaceAnswer(row["text"] or "", NONE if target.casefold() in NONE_WORDS else target))
    return tuple(answers)


def as_table(texts: dict[str, int], suggestions: Sequence[PlaceSuggestion]) -> pd.DataFrame:
    """A row a text for a person to fill in: text, rows, target (blank), and up to three candidates with score and reason."""
    rows = []
    for suggestion in suggestions:
        row: dict[str, object] = {"text": suggestion.text, "rows": texts.get(suggestion.text, 0), "target": ""}
        row["ambiguous"] = "yes" if suggestion.is_ambiguous else ""
        for number in range(3):
            one = suggestion.candidates[number] if number < len(suggestion.candidates) else None
            row[f"candidate_{number + 1}"] = one.target if one else ""
            row[f"name_{number + 1}"] = " / ".join(filter(None, (one.name, one.locality))) if one else ""
            row[f"score_{number + 1}"] = f"{one.score:.0f}" if one else ""
        row["why"] = suggestion.why or (suggestion.candidates[0].reason if suggestion.candidates else "")
        rows.append(row)
    columns = ["text", "rows", "target", "ambiguous"]
    columns += [f"{part}_{number}" for number in (1, 2, 3) for part in ("candidate", "name", "score")]
    return pd.DataFrame(rows, columns=[*columns, "why"])
