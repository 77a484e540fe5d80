"""The headings that agencies use for each field, in English, Welsh and some Spanish, and how sure each makes us.

Headings are compared as words: lower case, camel case split, everything but letters and digits a space ("LocationType" and
"location_type" are both "location type"). Between " | " stand regular expressions, each for a whole heading.
"""

import functools
import re
import unicodedata

SURE, LIKELY, WEAK = 0.9, 0.7, 0.5
"""How far a heading alone goes: it is the field's own name; it holds that name; it is a word used for many things."""

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

HEADINGS: dict[str, dict[float, str]] = {
    "reference": {
        SURE: r"""reference | cyfeirnod | rhif cyfeirnod | rhif trosedd | urn | uid | arefno | niche ref
            | unique (id|ref|reference|reference number)
            | (crime|incident|case|report|record|log|event|occurrence|referral) (id|number|no|num|ref|reference|ref no)
            | (contact|concern|offence|collision|cad) (id|number|no|num|ref|reference|ref no)""",
        LIKELY: "ref | ref (no|num|number) | (reference|ref) (id|code) | our ref | agency ref | reference (no|number)",
        WEAK: "id | number | rhif | record",
    },
    "latitude": {SURE: "lat | latitude | latitud | lledred", LIKELY: "(.* )?(lat|latitude|latitud|lledred)( .*)?"},
    "longitude": {
        SURE: "lon | lng | long | longitude | longitud | hydred",
        LIKELY: "(.* )?(lon|lng|long|longitude|longitud|hydred)( .*)?",
    },
    "easting": {
        SURE: r"eastings? | dwyreiniad | dwyreiniadau | oseast\w* | os eastings? | gridgb1e | bng (e|eastings?|x)",
        LIKELY: r"x | x ?(coord|coordinate) | (coords?|coordinate|point|geo|grid|utm|osgb) ?(x|e) | (.* )?eastings?( .*)?",
        WEAK: "e | ea | east",
    },
    "northing": {
        SURE: r"northings? | gogleddiad | gogleddiadau | osnrth\w* | os northings? | gridgb1n | bng (n|northings?|y)",
        LIKELY: r"y | y ?(coord|coordinate) | (coords?|coordinate|point|geo|grid|utm|osgb) ?(y|n) | (.* )?northings?( .*)?",
        WEAK: "n | no | north",
    },
    "cell": {SURE: r"h3 | h3 ?(cell|index|id|hex|r\d+) | hex | hex ?id | hexagon | cell | cell id | cell h3"},
    "postcode": {
        SURE: r"post ?code | postcodes | pcds? | pcd\d | p ?code | cod ?post | codau post | cod ?bost | pc",
        LIKELY: r"(.* )?(post ?code|pcd|cod post)( .*)?",
    },
    "area_code": {
        SURE: r"""(lsoa|oa|msoa) ?(\d\d)? ?(code|cd|cod) | (ward|wd|electoral ward) ?(\d\d)? ?(code|cd) | area ?code
            | cod ?ardal | cod ?ward | cod acehi | (gss|ons) ?code | lsoa""",
        LIKELY: r"(.* )?(lsoa|ward|gss|msoa|area)( ?\d+)? ?(code|cd)( .*)?",
        WEAK: r"(la|lad|ladua|local authority|district|parish|beat|pcon) ?(\d+)? ?(code|cd) | ward | area | ardal | beat",
    },
    "uprn": {SURE: r"uprn | (location|place|incident|property|premises) uprn | unique property reference( number)?"},
    "usrn": {SURE: r"usrn | (location|place|incident|street) usrn | unique street reference( number)?"},
    "place_name": {
        SURE: r"""(place|location|venue|street|road|premises|site|landmark)( or street)? ?names?
            | enw('r)? (lle|stryd|ffordd|lleoliad)
            | location (text|in words|as written|description|details?) | (lle|lleoliad) mewn geiriau | street | stryd | road
            | where( it| did it| did this)?( happened| happen)? | ble | ble (y )?digwyddodd | disgrifiad o('r)? lleoliad
            | (incident|offence|event|concern) (location|place|street|venue)""",
        LIKELY: "location | locations | place | lle | lleoliad | venue | landmark | scene | site | hotspot location | near to",
        WEAK: "premises | area name | where seen",
    },
    "locality": {
        SURE: r"locality | localities | village | suburb | town | town or village | ardal leol | pentref | tref | settlement",
        WEAK: "area | ardal | neighbourhood | cymdogaeth | district name | ward name",
    },
    "date": {
        SURE: r"""date | dyddiad | fecha | date ?time | date and time | dyddiad ac amser | pryd | when
            | fecha (del? )?(hechos?|delito) | occurred( on| at| from| date( time)?)? | occurrence date( time)?
            | date (occurred|seen|observed|committed) | (date|date time) (from|start) | (start|from|first) date
            | (incident|offence|offense|event|crime|concern|collision|observation) ?date( ?time)?
            | (date|date time|date and time) of (the )?(incident|offence|event|crime|concern|observation)
            | dyddiad (y |o )?(digwyddiad|dechrau|pryder) | committed (from|on)( date)?""",
        0.8: "month | mis | mes | year ?month | month ?year | period | cyfnod",
        0.6: "(.* )?(date|dates|dyddiad|fecha|datetime|timestamp)( .*)?",
    },
    "date_to": {
        SURE: r"""(date|date time|occurred|committed|dyddiad) (to|until|end|hyd|gorffen)( date)? | (end|to|last|until) date
            | last committed | fecha fin""",
    },
    "time": {
        SURE: r"""time | amser | hora | time of (day|incident|offence|event|the incident) | time ?(from|occurred|start)
            | (incident|offence|event|crime|start|from|occurred|committed from) ?time | amser (dechrau|y digwyddiad)""",
    },
    "time_to": {SURE: "time (to|until|end) | (end|to) time | amser (gorffen|hyd)"},
    "year": {SURE: "year | yr | blwyddyn | año | ano | anio"},
    "month": {SURE: "month | mth | mis | mes | month (no|number)"},
    "day": {SURE: "day | dydd | diwrnod | día | dia | day of month | day (no|number)"},
    "hour": {SURE: "hour | hr | awr | hora | hour of day"},
    "minute": {SURE: "minute | minutes | min | mins | munud | munudau | minuto"},
    "harm": {
        SURE: r"""crime | offen[cs]e | harm | harms | trosedd | niwed | pryder | delito | tipo de delito | theme
            | primary (type|concern) | (crime|offen[cs]e|harm|concern|incident) ?(type|category|group|class|theme)
            | (exploitation|asb|event) ?(type|category) | math o (drosedd|niwed|bryder|ddigwyddiad|gamfanteisio)
            | (type|nature|category) of (the )?(crime|offen[cs]e|harm|concern|incident|exploitation|abuse)""",
        LIKELY: r".*\b(crime|offen[cs]e|harm|concern|incident)\b.*\b(type|category|group|description)\b.*",
        0.55: "casualty severity",
        WEAK: r"""type | category | sub ?type | sub ?category | tipo | categoria | math | categori | classification
            | concern | incident | severity | collision severity""",
    },
    "setting": {
        SURE: r"""setting | lleoliad | math o (leoliad|le) | venue | scene type | tipo de lugar | location desc(ription)?
            | (location|loc|place|premises?|venue|site|scene) ?(type|category|cat|setting)
            | (type|category|kind) of (location|place|premises|venue|setting)""",
        WEAK: "type | category | location | place | where | lle | scene",
    },
    "age_band": {
        SURE: r"(.* )?age ?(band|group|range|bracket) | (band|grŵp|grwp|ystod) oedran | oedran | age | oed | grupo de edad",
    },
    "age": {SURE: "age | oed | oedran | edad | age (in )?years | age at .*", LIKELY: r"(\w+ )?age( in)?( years)?"},
    "basis": {
        SURE: "basis | sail | how known | evidence basis | basis of (knowledge|information) | how do we know",
        WEAK: "source | source basis | ffynhonnell | evidence | tystiolaeth",
    },
    "told_by": {
        SURE: "told by | who told us | informant( type)? | dywedwyd gan | disclosed by | reporter( type)?",
        WEAK: "reported by | source | source type | ffynhonnell | adroddwyd gan",
    },
    "is_proactive": {
        SURE: r"""(is )?pro ?active | found by (search|enforcement|stop and search) | rhagweithiol
            | (police|enforcement) (generated|led)""",
    },
    "adult_at_risk": {
        SURE: "(is )?adult (at risk|in danger) | oedolyn (mewn perygl|sy n wynebu risg) | adult safeguarding"
    },
    "children_count": {
        SURE: r"""children | (number|no|count|nifer) (of |o )?(children|child|young people|blant|cyp) | nifer y plant
            | child(ren)? (count|number|no|involved)""",
    },
    "handling": {
        SURE: "handling | handling (code|codes|caveat|condition) | trin | cod trin | dissemination code",
        WEAK: "grade | grading | gradd | (intel|intelligence) (grade|grading|evaluation) | 3x5x2 | evaluation",
    },
}

NOT_WHEN_IT_HAPPENED = re.compile(
    r".*\b(?:birth|dob|born|geni|nacimiento|creat\w*|modif\w*|updat\w*|changed|edited|retention|review|expir\w*|closed"
    r"|opened|deleted|uploaded|extract\w*|export\w*|revision|valid|download\w*)\b.*"
)
"""Dates of a row or of a person's life, not of an event."""


@functools.lru_cache(maxsize=4_096)
def heading_words(heading: str) -> str:
    """A heading as the words that are compared.

    >>> heading_words("LocationType"), heading_words("LSOA21CD"), heading_words(" Crime_ID ")
    ('location type', 'lsoa21cd', 'crime id')
    """
    plain = _CAMEL.sub(" ", unicodedata.normalize("NFKC", heading))
    return " ".join(re.findall(r"[^\W_]+", plain.casefold()))


def heading_score(field: str, heading: str) -> float:
    """How far the heading alone speaks for the field, 0 to SURE.

    >>> heading_score("harm", "Crime type"), heading_score("harm", "TYPE"), heading_score("harm", "Latitude")
    (0.9, 0.5, 0.0)
    """
    words = heading_words(heading)
    if field in {"date", "date_to"} and NOT_WHEN_IT_HAPPENED.fullmatch(words):
        return 0.0
    return next((score for score, pattern in _compiled(field) if pattern.fullmatch(words)), 0.0)


@functools.cache
def _compiled(field: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    """The patterns of a field, the surest first."""
    return tuple(
        (score, re.compile("|".join(f"(?:{part})" for part in re.split(r"\s+\|\s+", headings.strip()))))
        for score, headings in sorted(HEADINGS[field].items(), reverse=True)
    )
