"""Writes `place_ways.csv`: how partners might write fifty places of the demo borough, ten ways each, from a seed.

Nothing here knows how names are matched: the ways are what people do to names (abbreviate, mishear, translate, mutate, say
"behind", leave out or exchange words, add a house number), and what a scanner does to letters. Beside them stand texts that
fit several places and texts that fit none. Run it to write the file anew: `python tests/intake/meaning/make_place_ways.py`.
"""

import csv
import random
from pathlib import Path

import geopandas as gpd

DEMO = Path(__file__).resolve().parents[3] / "data/demo"
FILE = Path(__file__).with_name("place_ways.csv")
SEED, HELD_OUT_SEED = 20_260, 77_012

ABBREVIATED = {
    "Street": ("St", "St.", "Str"), "Road": ("Rd", "Rd.", "rd"), "Lane": ("Ln", "La"), "Close": ("Cl", "Cls"),
    "Terrace": ("Terr", "Tce", "Ter."), "Gardens": ("Gdns", "Gdns."), "Square": ("Sq", "Sq."), "Crescent": ("Cres", "Cr."),
    "Parade": ("Pde", "Par"), "Station": ("Stn", "Sta"), "School": ("Sch", "Sch."), "Primary": ("Prim", "Prim."),
    "Park": ("Pk", "Pk."), "Centre": ("Ctr", "Cntr"), "Fields": ("Flds",), "Playing": ("Plyg",), "Path": ("Pth",),
    "Hospital": ("Hosp", "Hosp."), "Library": ("Lib",), "Leisure": ("Leis",), "Row": ("Row",),
}  # fmt: skip
SOFT = (("ll", "l"), ("rh", "r"), ("p", "b"), ("t", "d"), ("c", "g"), ("b", "f"), ("d", "dd"), ("g", ""), ("m", "f"))
ASPIRATE = (("ph", "ph"), ("p", "ph"), ("th", "th"), ("t", "th"), ("ch", "ch"), ("c", "ch"))
OCR = (("rn", "m"), ("m", "rn"), ("l", "1"), ("o", "0"), ("i", "l"), ("e", "c"), ("h", "b"), ("cl", "d"), ("s", "5"))
RELATIONS = ("back of {}", "behind {}", "outside {}", "opp {}", "nr {}", "near the {}", "rear of {}", "top end of {}",
             "by {}", "next to {}", "opposite {}", "adj {}")  # fmt: skip
WELSH_SOFT = ("y tu ôl i {}", "tu allan i {}", "tu ol i {}", "i gyfeiriad {}")
WELSH_ASPIRATE = ("gyferbyn â {}", "gyferbyn a {}")
WELSH_PLAIN = ("ger {}", "wrth ymyl {}", "ar bwys {}", "o flaen {}")
FITS_SEVERAL = ("Mill", "the school", "Rainbow Wood", "takeaway", "Primary School", "Copper Brow", "park", "Church",
                "Clock Hill", "Oak", "youth club", "near the station", "Ysgol Gynradd", "Lantern")  # fmt: skip
FITS_NONE = ("Zebra Road", "Victoria Avenue", "Kingsmead Drive", "Tesco Extra", "McDonalds", "Castle Street", "Jubilee Way",
             "Wimbledon", "Heol Caradog", "Parc Ninian", "Gatwick Airport", "Queens Head pub", "Cineworld", "multi storey car park",
             "The Crown Inn", "Ffordd Penlan", "Trafalgar Mews", "Dunelm", "Wetherspoons", "Lidl car park", "Elizabeth Drive",
             "Plas Newydd", "Magistrates court", "Greggs", "Snowdon View")  # fmt: skip


def fifty_places(rng):
    """(target's English name, Welsh name, kind): 30 streets whose names stand once, 7 parks, 13 other places."""
    streets = gpd.read_file(DEMO / "demo_streets.geojson")
    once = streets[~streets["name"].duplicated(keep=False) & ~streets["name"].str.startswith(("Upper", "Lower"))]
    chosen = rng.sample(sorted(zip(once["name"], once["name_cy"], strict=True)), 30)
    found = [(name, welsh, "street") for name, welsh in chosen]
    parks = gpd.read_file(DEMO / "demo_parks.geojson")
    found += [(name, welsh, "park") for name, welsh in zip(parks["name"], parks["name_cy"], strict=True)]
    places = gpd.read_file(DEMO / "demo_places.geojson")
    usable = places[places["kind"] != "high_street"]
    others = rng.sample(sorted(zip(usable["name"], usable["name_cy"], usable["kind"], strict=True)), 13)
    return found + [(name, welsh, kind) for name, welsh, kind in others]


def misspelt(rng, name):
    """One slip of the pen within the longest word."""
    words = name.split()
    place = max(range(len(words)), key=lambda at: (len(words[at]), -at))
    word = words[place]
    at = rng.randrange(1, max(len(word) - 1, 2))
    slip = rng.choice(("drop", "double", "swap", "change"))
    if slip == "drop":
        word = word[:at] + word[at + 1 :]
    elif slip == "double":
        word = word[:at] + word[at] + word[at:]
    elif slip == "swap":
        word = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    else:
        word = word[:at] + rng.choice("aeioust") + word[at + 1 :]
    return " ".join([*words[:place], word, *words[place + 1 :]])


def scanned(rng, name):
    """As a scanner reads it: one letter or pair of letters taken for another."""
    fitting = [pair for pair in OCR if pair[0] in name[1:]]
    before, after = rng.choice(fitting or [("", "")])
    return name[0] + name[1:].replace(before, after, 1) if before else name


def abbreviated(rng, name):
    """Every word that has a short form, short."""
    return " ".join(rng.choice(ABBREVIATED.get(word, (word,))) for word in name.split())


def mutated(name, rules):
    """The name after a word that mutates it: its first consonant changes."""
    bare = name.removeprefix("Y ").removeprefix("Yr ")
    for before, after in rules:
        if bare.lower().startswith(before):
            changed = after + bare[len(before) :]
            return changed[:1].upper() + changed[1:]
    return bare


def without_marks(name):
    """Typed on a keyboard without Welsh letters, the apostrophe forgotten."""
    return name.translate(str.maketrans("âêîôûŵŷëïöÂÊÎÔÛŴŶ", "aeiouwyeioAEIOUWY")).replace("'", "")


def other_order(rng, name):
    """Its words in another order."""
    words = name.split()
    while len(words) > 1 and " ".join(words) == name:
        rng.shuffle(words)
    return " ".join(words)


def ten_ways(rng, name, welsh, kind):
    """(what was done, the text)."""
    number = rng.choice(
        (f"{rng.randrange(1, 180)} ", f"{rng.randrange(1, 90)}a ", f"Flat {rng.randrange(1, 9)}, 31 ", "o/s 12 ")
    )
    soft, aspirate, plain = rng.choice(WELSH_SOFT), rng.choice(WELSH_ASPIRATE), rng.choice(WELSH_PLAIN)
    relation = rng.choice(RELATIONS)
    in_welsh = rng.choice(
        (soft.format(mutated(welsh, SOFT)), aspirate.format(mutated(welsh, ASPIRATE)), plain.format(welsh))
    )
    return [
        ("case", rng.choice((name.upper(), name.lower(), f"  {name.title()} "))),
        ("abbreviation", abbreviated(rng, name)),
        ("misspelt", misspelt(rng, name)),
        ("welsh", rng.choice((welsh, welsh.upper(), welsh.lower()))),
        ("welsh relation", in_welsh),
        ("relation", relation.format(rng.choice((name, abbreviated(rng, name))))),
        ("house number", number + name) if kind == "street" else ("the article", f"the {misspelt(rng, name)}"),
        ("word order", other_order(rng, name)),
        ("scanned", scanned(rng, name)),
        ("welsh plain keyboard", without_marks(misspelt(rng, welsh) if rng.random() < 0.4 else welsh)),
    ]


def make_ways(seed):
    """Rows of (text, expected, what): `expected` is the English name, "several" or "none"."""
    rng = random.Random(seed)
    rows = [
        (text, name, what) for name, welsh, kind in fifty_places(rng) for what, text in ten_ways(rng, name, welsh, kind)
    ]
    rows += [(text, "several", "fits several") for text in FITS_SEVERAL]
    rows += [(text, "none", "fits none") for text in FITS_NONE]
    return rows


def main():
    with open(FILE, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("text", "expected", "what"))
        writer.writerows(make_ways(SEED))


if __name__ == "__main__":
    main()
