"""Which kind of asset a file or a row is about: from a column of words, the headings, or the name of the file.

Nothing is decided here: a person confirms. Only words that are known for certain are taken; others are asked about.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from csg_maps.i18n import _
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning.coded import fold
from csg_maps.intake.meaning.column_headings import heading_words
from csg_maps.intake.meaning.column_texts import distinct
from csg_maps.intake.meaning.words import suggest_words
from csg_maps.model.vocabulary import known_words, labels

LIST = "asset_kinds"
MOST_WORDS = 60
_COVERS = 0.5

_COLUMN = re.compile(
    r"(?:(?:asset|site|stop|place|premises|business|venue|facility|establishment|licence|location|poi|main|sub) ?)?"
    r"(?:kind|type|category|class|classification|classifica|activity|use|group)(?: name| description| desc)?"
    r"|type of (?:establishment|asset|premises|place)(?: name)?|buildgthem|function|amenity"
    r"|math|categori|dosbarth|gweithgaredd|math o .*"
)

_HEADINGS: dict[str, tuple[frozenset[str], int]] = {
    "school": (
        frozenset(
            {
                *("urn", "unique reference number", "establishment number", "establishment name", "establishment type"),
                *("education phase", "phase of education", "phase of education name", "type of establishment name"),
                *(
                    "ofsted rating",
                    "percentage fsm",
                    "number of pupils",
                    "highest admission age",
                    "lowest admission age",
                ),
                *("lowest age", "highest age"),
            }
        ),
        3,
    ),
    "transport.stop": (frozenset({"atco code", "atcocode", "naptan code", "naptancode", "stop type", "stop name"}), 1),
    "pharmacy": (frozenset({"pharmacy name", "pharmacy", "enw r fferyllfa"}), 1),
    "cctv": (frozenset({"camera id", "camera number", "camera name", "cctv id"}), 1),
    "lighting": (frozenset({"column number", "lamp type", "lantern", "lamp column", "column height"}), 1),
    "licensed": (
        frozenset({"licence holder", "licence number", "licensable activities", "premises licence number"}),
        2,
    ),
}
"""Headings that lists of one kind have, and how many of them must be there."""

_NAMES: tuple[tuple[str, str], ...] = (
    ("taxi_rank", r"taxi|cab rank|tacsi"),
    ("transport.station", r"(?:bus|railway|train|rail|tram|metro|coach) stations?|gorsaf|gorsafoedd"),
    ("transport.stop", r"stops?|naptan|arhosfan"),
    ("takeaway", r"take ?aways?|fast food|hot food|tecawe"),
    ("pharmacy", r"pharmac(?:y|ies)|chemists?|fferyll\w*"),
    ("gambling", r"gambling|betting|bookmakers?|casinos?"),
    ("worship", r"worship|church(?:es)?|mosques?|addol\w*"),
    ("park", r"parks?|green ?spaces?|open spaces?|play ?(?:grounds?|areas?|spaces?)|parciau"),
    ("youth", r"youth|ieuenctid"),
    ("safe_place", r"safe (?:places?|spaces?|havens?)|lle(?:oedd)? diogel"),
    ("guardian", r"guardians?|gwarcheid\w*"),
    ("cctv", r"cctv|cameras?"),
    ("lighting", r"lighting|street ?lights?|lamp columns?|goleuadau"),
    ("hotel", r"hotels?|guest ?houses?|gwest\w*"),
    ("licensed", r"licensed|licences?|pubs?|bars|nightclubs?|off licences?|tafarn\w*|trwydded\w*"),
    ("library", r"librar(?:y|ies)|llyfrgell\w*"),
    ("leisure", r"leisure|hamdden"),
    ("school", r"schools?|colleges?|gias|edubase|ysgol(?:ion)?"),
    ("cafe", r"cafes?|restaurants?|caffis?"),
    ("health", r"health centres?|surger(?:y|ies)|gps?|clinics?"),
    ("shops", r"shops?|supermarkets?|retail|siopau"),
)

NEVER_SHOWN = re.compile(
    r"(?:secure )?child(?:ren)?(?: ?s)? ?(?:care )?homes?|(?:women s |domestic abuse )?refuges?|safe ?houses?"
    r"|supported (?:accommodation|living|housing)|secure (?:units?|childrens? homes?)|residential (?:child ?care|care homes?)"
    r"|(?:foster|care) homes?|cartrefi? (?:i )?(?:plant|blant)|lloches(?:au)?(?: menywod| i fenywod)?|llety â chymorth"
    r"|asylum (?:accommodation|hostels?)|bail hostels?|approved premises"
)
"""Kinds of premises that no list of assets may show, whatever a file says."""


@dataclass(frozen=True)
class KindSuggestion:
    """What a table seems to be about.

    `column` holds words, of which `words` are known (word → kind) and `unknown` are not (word → rows); `kind` is that of
    every other row, or of all. Both may be "". `reason` is a sentence in the reader's language.
    """

    kind: str = ""
    column: str = ""
    words: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    reason: str = ""


def suggest_kind(table: RawTable, file_name: str) -> KindSuggestion:
    """The kind of asset that a table seems to hold, and why."""
    by_headings, told = _by_headings(table.columns)
    by_name = _by_name(file_name)
    whole = by_headings or by_name
    column, words, unknown = _best_column(table)
    if column:
        kinds = sorted({labels(LIST)[kind] for kind in words.values()})
        reason = _("The column {column} says so: {kinds}.").format(
            column=column, kinds=", ".join(_(kind) for kind in kinds)
        )
        if unknown and whole:
            reason += " " + _("Other rows are taken as {kind}.").format(kind=_(labels(LIST)[whole]))
        return KindSuggestion(whole, column, words, unknown, reason)
    if by_headings:
        return KindSuggestion(
            by_headings, reason=_("Lists of this kind have such headings: {headings}.").format(headings=told)
        )
    if by_name:
        return KindSuggestion(by_name, reason=_("The name of the file says so."))
    return KindSuggestion(reason=_("Neither the headings nor the values nor the name of the file say what kind it is."))


def words_of(table: RawTable, column: str) -> tuple[dict[str, str], dict[str, int]]:
    """The words of a column that are known for certain (word → kind), and the others with their rows."""
    texts = distinct(table.frame[column])
    pairs = [
        (text, rows) for text, rows in zip(texts.texts.to_pylist(), texts.weights.tolist(), strict=True) if text.strip()
    ]
    if len(pairs) > MOST_WORDS:
        certain = _certain(text for text, _rows in pairs)
        return certain, {}
    certain = _certain(text for text, _rows in pairs)
    return certain, {text: rows for text, rows in pairs if text not in certain}


def is_never_shown(word: str) -> bool:
    """Whether a word names premises that may not be shown.

    >>> is_never_shown("Children's Home"), is_never_shown("Refuge"), is_never_shown("Youth club")
    (True, True, False)
    """
    return bool(NEVER_SHOWN.fullmatch(heading_words(word)))


def _certain(words: Iterable[str]) -> dict[str, str]:
    known = known_words()[LIST]
    exact = {fold(label): code for code, label in labels(LIST).items()} | {code: code for code in labels(LIST)}
    found = {}
    for word in words:
        code = known.get(fold(word)) or exact.get(fold(word))
        if not code and len(word) <= 80:
            one = suggest_words(LIST, [word])[word]
            code = one.code if one.score == 1 else ""
        if code:
            found[word] = code
    return found


def _best_column(table: RawTable) -> tuple[str, dict[str, str], dict[str, int]]:
    best: tuple[float, str, dict[str, str], dict[str, int]] = (0.0, "", {}, {})
    for column in table.columns:
        if not _COLUMN.fullmatch(heading_words(column)):
            continue
        texts = distinct(table.frame[column])
        stated = {
            text: rows
            for text, rows in zip(texts.texts.to_pylist(), texts.weights.tolist(), strict=True)
            if text.strip()
        }
        if not stated or len(stated) > MOST_WORDS:
            continue
        words = _certain(stated)
        covered = sum(stated[word] for word in words) / len(table.frame)
        if covered >= _COVERS and covered > best[0]:
            best = (covered, column, words, {word: rows for word, rows in stated.items() if word not in words})
    return best[1:]


def _by_headings(columns: tuple[str, ...]) -> tuple[str, str]:
    there = {heading_words(column): column for column in columns}
    for kind, (headings, needed) in _HEADINGS.items():
        found = [there[heading] for heading in there if heading in headings]
        if len(found) >= needed:
            return kind, ", ".join(found[:3])
    return "", ""


def _by_name(file_name: str) -> str:
    words = heading_words(re.sub(r"\.[A-Za-z]{1,7}(\.gz)?$", "", file_name))
    for kind, pattern in _NAMES:
        if re.search(rf"\b(?:{pattern})\b", words):
            return kind
    return ""
