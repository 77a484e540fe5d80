"""How a place is written: the words that count in "o/s 12 Mill Rd" or "y tu ôl i Orsaf y Porth", and what is left aside.

Compared are folded words (small letters, no accents) without house numbers, articles and words of relation; what is
remembered of a text keeps its accents, never a house number, and nothing at all when it may say who lives there.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from csg_maps.intake.meaning import identifier_patterns
from csg_maps.intake.meaning.identifier_patterns import has

LONGEST_KEPT = 80
"""A longer text is no name of a place."""

NOT_SAID = frozenset(
    {"", "unknown", "not known", "not stated", "not recorded", "none", "no location", "n a", "n k", "nk", "na", "tbc",
     "anhysbys", "ddim yn hysbys", "various", "amrywiol", "unspecified", "null", "x"}
)  # fmt: skip
"""Texts that say that the place is not known."""


@dataclass(frozen=True)
class PlaceWords:
    """One place that a text names: `words` (folded, spelled out), and the word of relation before it ("" = it is the place)."""

    words: tuple[str, ...]
    relation: str = ""


SHORT_FORMS = {
    "rd": "road", "ln": "lane", "la": "lane", "cl": "close", "cls": "close", "clo": "close", "tce": "terrace",
    "ter": "terrace", "terr": "terrace", "gdns": "gardens", "gdn": "gardens", "gdens": "gardens", "sq": "square",
    "cres": "crescent", "cr": "crescent", "cresc": "crescent", "pde": "parade", "par": "parade", "ave": "avenue",
    "av": "avenue", "dr": "drive", "drv": "drive", "pl": "place", "ct": "court", "crt": "court", "grv": "grove",
    "gr": "grove", "hse": "house", "stn": "station", "sta": "station", "sch": "school", "schl": "school", "prim": "primary",
    "pri": "primary", "sec": "secondary", "pk": "park", "ctr": "centre", "cntr": "centre", "cen": "centre", "center": "centre",
    "flds": "fields", "fld": "field", "plyg": "playing", "pth": "path", "hosp": "hospital", "lib": "library",
    "leis": "leisure", "rec": "recreation", "grd": "ground", "rly": "railway", "rlwy": "railway", "mkt": "market",
    "nth": "north", "sth": "south", "coll": "college", "comp": "comprehensive", "rbt": "roundabout", "br": "bridge",
    "hl": "heol", "ffdd": "ffordd", "ffrd": "ffordd", "ysg": "ysgol", "str": "street", "uni": "university", "shops": "shop",
    "est": "estate", "ind": "industrial", "supermkt": "supermarket", "mt": "mount", "gt": "great", "lwr": "lower",
    "upr": "upper", "blvd": "boulevard", "wk": "walk", "wy": "way", "cp": "carpark", "gs": "gorsaf",
}  # fmt: skip

SAME_KIND = (
    ("street", "stryd"), ("road", "ffordd", "heol", "hewl"), ("lane", "lon"), ("close", "clos"), ("terrace", "teras"),
    ("gardens", "gerddi"), ("garden", "gardd"), ("row", "rhes"), ("square", "sgwar"), ("crescent", "cilgant"),
    ("parade", "rhodfa"), ("avenue", "rhodfa", "coedlan"), ("drive", "rhodfa", "dreif"), ("path", "llwybr"),
    ("park", "parc"), ("station", "gorsaf"), ("school", "ysgol"), ("primary", "gynradd", "cynradd"), ("bridge", "pont"),
    ("hill", "bryn", "allt", "rhiw"), ("field", "cae"), ("fields", "meysydd", "caeau"), ("library", "llyfrgell"),
    ("hospital", "ysbyty"), ("centre", "canolfan", "canol"), ("church", "eglwys"), ("chapel", "capel"), ("club", "clwb"),
    ("quay", "cei"), ("green", "llain"), ("wood", "coed"), ("town", "tref"), ("police", "heddlu"), ("bus", "bysiau", "fysiau"),
    ("market", "marchnad", "farchnad"), ("high", "mawr", "fawr", "uwchradd"), ("north", "gogledd"), ("south", "de"),
    ("east", "dwyrain"), ("west", "gorllewin"), ("youth", "ieuenctid"), ("health", "iechyd"), ("college", "coleg"),
    ("court", "llys"), ("place", "lle", "plas"), ("way", "ffordd"), ("upper", "uchaf"), ("lower", "isaf"),
    ("leisure", "hamdden"), ("river", "afon"), ("playing", "chwarae"), ("retail", "siopa"),
)  # fmt: skip
"""Words of two languages for one kind of thing: a partner may write one where the table has the other."""

_ARTICLES = frozenset({"the", "y", "yr", "r", "s"})
_FILLERS = frozenset({"of", "to", "a", "an", "at", "in", "on", "i", "o", "and", "ac", "yn", "ar", "with", "from"})

_BY_PHRASE = (
    "y tu ol i", "tu ol i", "y tu allan i", "tu allan i", "tu fas i", "y tu fas i", "wrth ymyl", "ar bwys", "o flaen",
    "i gyfeiriad", "yng nghefn", "gyferbyn a", "nesaf at", "drws nesaf i", "back of", "rear of", "front of",
    "in front of", "top of", "top end of", "bottom of", "bottom end of", "end of", "far end of", "side of", "next to",
    "next door to", "close to", "adjacent to", "opposite to", "across from", "round the back of", "around the back of",
    "in the vicinity of", "vicinity of", "area of", "towards", "outside of", "just outside", "just off", "on or near",
    "ar neu ger",
)  # fmt: skip
_BY_WORD = (
    "outside", "opp", "opposite", "near", "nr", "behind", "beside", "adj", "adjacent", "ger", "gyferbyn", "nearby", "rear",
    "around", "vicinity", "facing", "tu-ol",
)  # fmt: skip
_ONLY_FIRST = ("by", "off", "along", "wrth", "cefn", "back", "front", "o")
_RELATION = re.compile(
    r"\b(?:"
    + "|".join(re.escape(phrase) for phrase in sorted((*_BY_PHRASE, *_BY_WORD), key=len, reverse=True))
    + r")\b"
)
_FIRST = re.compile(r"^(?:" + "|".join(_ONLY_FIRST) + r")\b(?=.)")
_TWO = re.compile(r"\b(?:corner|junction|junc|jct|jn|cornel|gornel|cyffordd|gyffordd|between|rhwng)\b")
_AND = re.compile(r"\s(?:and|with|a|ac|&)\s|/")
_SHORTHAND = (
    (re.compile(r"\bo/s\b"), " outside "),
    (re.compile(r"\br/o\b"), " rear of "),
    (re.compile(r"\bj/w\b"), " junction with "),
    (re.compile(r"\b(?:c/?park|c/p|car park|maes parcio)\b"), " carpark "),
)

_APOSTROPHES = re.compile(r"[\u2018\u2019\u201b\u00b4`\u02bc]")
_UNIT = re.compile(
    r"\b(?:flat|fflat|apartment|apt|unit|uned|room|ystafell|number|no|rhif|plot|llain rhif)\b[ .:#]*\d+[a-z]?\b(?:\s*[-,]?)"
)
_NUMBER = re.compile(r"(?<![\w'])\d+[a-z]?(?:\s?[-/]\s?\d+[a-z]?)?(?![\w'])")
_KEPT_MARKS = re.compile(r"[^\w\s'&/-]|_")
_LOOSE_MARKS = re.compile(r"(?<!\w)['/&-]+(?!\w)")
_DIGIT_FOR_LETTER = str.maketrans("015", "ols")

_HOME = re.compile(
    r"(?i)(?<!\bst )(?<!saint )\b(?!king|queen|bishop|dean|abbot|guild)\w+(?:'s|s')\s+"
    r"(?:house|flat|home|room|bedroom|address|parents?|family)\b"
    r"|\b(?:home|family|foster|parental) (?:address|home|house)\b|\b(?:lives?|living|resides?|residing) (?:at|with|in)\b"
    r"|\b(?:cyfeiriad|cartref) (?:cartref|teulu)\b|\bt[yŷ] (?:mam|dad|tad|ffrind|nain|taid|mamgu)\b"
    r"|\b(?:mr|mrs|ms|miss|mx)\.? +[a-z]{2,}\b"
)
"""Words that say whose home it is."""

_PERSONAL = (
    identifier_patterns.EMAIL, identifier_patterns.PHONE, identifier_patterns.BARE_PHONE, identifier_patterns.TEN_DIGITS,
    r"(?i)" + identifier_patterns.POSTCODE, identifier_patterns.REGISTRATION, identifier_patterns.BORN,
    r"[0-9]{6,}", r"\b[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}\b",
)  # fmt: skip
"""A postcode, number or date within a text: such a text is neither shown nor remembered."""


def fold(text: str) -> str:
    """Small letters without accents.

    >>> fold("Tŷ Gŵyl")
    'ty gwyl'
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in plain if not unicodedata.combining(mark))


def normalise(text: str) -> str:
    """What may be remembered of a text: small letters, accents kept, single spaces, no house number, no punctuation.

    >>> normalise("Flat 2, 31 Lôn y DDERWEN."), normalise("o/s 12a Mill Rd")
    ('lôn y dderwen', 'o/s mill rd')
    """
    plain = _APOSTROPHES.sub("'", unicodedata.normalize("NFKC", text).casefold())
    plain = _UNIT.sub(" ", plain)
    plain = _NUMBER.sub(" ", plain)
    plain = _KEPT_MARKS.sub(" ", plain)
    return " ".join(_LOOSE_MARKS.sub(_loose_mark, plain).split()).strip("/& ")


def _loose_mark(found: re.Match[str]) -> str:
    """What is left of marks between spaces: the two that join names."""
    return next((f" {mark} " for mark in "&/" if mark in found[0]), " ")


def written_key(text: str, locality: str = "") -> str:
    """The text, with its locality where a column gives one, as it is remembered; "" where no place is said."""
    place, near = normalise(text), normalise(locality)
    if re.sub(r"[^\w]+", " ", fold(place)).strip() in NOT_SAID:
        return ""
    return f"{place}, {near}" if near and near not in place else place


def may_be_kept(texts: list[str]) -> list[bool]:
    """Whether each text may be shown and remembered: short, and without what may say who lives or was there.

    >>> may_be_kept(["Mill Rd", "ring 07700 900123", "John's house", "LU1 1AA", "x" * 81])
    [True, False, False, False, False]
    """
    clean = [_APOSTROPHES.sub("'", unicodedata.normalize("NFKC", text[: 4 * LONGEST_KEPT])) for text in texts]
    column = pa.array(clean, type=pa.large_string())
    personal = np.array([_HOME.search(text) is not None for text in clean], dtype=bool)
    for pattern in _PERSONAL:
        personal |= has(column, pattern)
    return [len(text) <= LONGEST_KEPT and not bad for text, bad in zip(texts, personal.tolist(), strict=True)]


@functools.lru_cache(maxsize=50_000)
def place_words(text: str) -> tuple[PlaceWords, ...]:
    """The places that a text names, in its order: one, or two for a corner; () when it names none.

    >>> place_words("Back of Haven Bus Stn")[0]
    PlaceWords(words=('haven', 'bus', 'station'), relation='back of')
    >>> [one.words for one in place_words("corner of Mill Rd and Oak St")]
    [('mill', 'road'), ('oak', 'street')]
    """
    plain = fold(_APOSTROPHES.sub("'", unicodedata.normalize("NFKC", text[: 4 * LONGEST_KEPT])))
    for pattern, meant in _SHORTHAND:
        plain = pattern.sub(meant, plain)
    relation = ""
    pieces = [normalise_kept(piece) for piece in plain.split("/")]
    if len(pieces) == 2 and all(len(_words_of(piece)) > 1 for piece in pieces):
        relation, parts = "/", pieces
    else:
        plain = normalise_kept(plain.replace("/", " "))
        parts = [plain]
        if corner := _TWO.search(plain):
            pieces = [piece for piece in _AND.split(_TWO.sub(" / ", plain)) if _words_of(piece)]
            if len(pieces) == 2:
                relation, parts = corner[0], pieces
    named = []
    for part in parts:
        found = [match[0] for match in _RELATION.finditer(part)]
        rest = _RELATION.sub(" ", part).strip()
        if (first := _FIRST.match(rest)) and _words_of(rest[first.end() :]):
            found.append(first[0])
            rest = rest[first.end() :]
        words = _words_of(rest)
        if words:
            named.append(PlaceWords(words, relation or " ".join(found[:1])))
    return tuple(named)


def normalise_kept(text: str) -> str:
    """`normalise`, with commas left as separators between a name and where it is."""
    return " , ".join(piece for part in text.split(",") if (piece := normalise(part)))


def _words_of(text: str) -> tuple[str, ...]:
    """Words of one name: articles and fillers left out, short forms spelled out."""
    pieces = re.findall(r"[\w']+|,|&", text)
    words: list[str] = []
    for place, piece in enumerate(pieces):
        if piece in {",", "&"}:
            continue
        for raw in _without_article(piece):
            after = pieces[place + 1] if place + 1 < len(pieces) else ","
            word = _saint_or_street(words, after) if raw == "st" else SHORT_FORMS.get(raw, raw)
            word = _without_digits(word)
            if word not in _ARTICLES and word not in _FILLERS:
                words.append(word)
    return tuple(words)


def _without_article(piece: str) -> tuple[str, ...]:
    """Without the Welsh article that hangs on a word ("rhodfa'r"), and without other apostrophes ("st john's")."""
    if piece.endswith("'r") and len(piece) > 3:
        return (piece[:-2].replace("'", ""),)
    return tuple(part for part in (piece.replace("'", ""),) if part)


def _saint_or_street(before: list[str], after: str) -> str:
    """What "st" stands for: a street after a name, a saint before one.

    >>> place_words("St Mary's St")[0].words
    ('saint', 'marys', 'street')
    """
    if after in {",", "&", "/"} and before:
        return "street"
    return "saint" if not before or before[-1] in {"church", "eglwys", "ysgol"} else "street"


def _without_digits(word: str) -> str:
    """A scanned word with its letters back: "r0ad", "park1and"; road numbers such as a470 stay."""
    digits = sum(mark.isdigit() for mark in word)
    if digits and len(word) - digits >= 2 and len(word) > 3 * digits - 1 and set(word) & set("015"):
        return word.translate(_DIGIT_FOR_LETTER)
    return word


_KINDS: dict[str, frozenset[int]] = {}
for _number, _group in enumerate(SAME_KIND):
    for _word in _group:
        _KINDS[_word] = _KINDS.get(_word, frozenset()) | {_number}


def same_kind(one: str, other: str) -> bool:
    """Whether two words stand for one kind of thing, across the languages.

    >>> same_kind("street", "stryd"), same_kind("street", "road")
    (True, False)
    """
    return bool(_KINDS.get(one, frozenset()) & _KINDS.get(other, frozenset()))


def alike(word: str) -> frozenset[str]:
    """The word and those that stand for the same kind of thing.

    >>> sorted(alike("ysgol"))
    ['school', 'ysgol']
    """
    return frozenset({word}.union(*(SAME_KIND[number] for number in _KINDS.get(word, ()))))


_RADICALS = (
    ("ngh", ("c",)), ("mh", ("p",)), ("nh", ("t",)), ("ph", ("p",)), ("th", ("t",)), ("ch", ("c",)), ("dd", ("d",)),
    ("ng", ("g",)), ("b", ("p",)), ("d", ("t",)), ("g", ("c",)), ("f", ("b", "m")), ("l", ("ll", "gl")), ("r", ("rh", "gr")),
    ("m", ("b",)), ("n", ("d",)), ("w", ("gw",)),
)  # fmt: skip


@functools.lru_cache(maxsize=100_000)
def unmutated(word: str) -> frozenset[str]:
    """The word and what it may be the Welsh mutation of: its first consonant undone (soft, nasal, aspirate).

    >>> sorted(unmutated("bont")), sorted(unmutated("orsaf"))
    (['bont', 'pont'], ['gorsaf', 'orsaf'])
    """
    found = {word}
    if len(word) < 3:
        return frozenset(found)
    for begins, radicals in _RADICALS:
        if word.startswith(begins):
            found |= {radical + word[len(begins) :] for radical in radicals}
            break
    if word[0] in "aeiouwy":
        found.add("g" + word)
    return frozenset(found)
