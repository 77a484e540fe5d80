"""The design of a borough that does not exist: names in two languages, and where about each place lies.

Streets are named from common words, places from invented pairs. Positions are metres east and north of the middle.
"""

BOROUGH = ("Silver Haven", "Porth Arian")
CONTROL = ("Rainbow Isle", "Ynys Enfys")

STREET_WORDS = (
    ("Mill", "y Felin"), ("Church", "yr Eglwys"), ("Oak", "y Dderwen"), ("Market", "y Farchnad"),
    ("Bridge", "y Bont"), ("Chapel", "y Capel"), ("Well", "y Ffynnon"), ("Hill", "y Bryn"),
    ("River", "yr Afon"), ("Garden", "yr Ardd"), ("Orchard", "y Berllan"), ("Seagull", "yr Wylan"),
    ("Holly", "y Gelynnen"), ("Ash", "yr Onnen"), ("Birch", "y Fedwen"), ("Heather", "y Grug"),
    ("Gorse", "yr Eithin"), ("Willow", "yr Helygen"), ("Rose", "y Rhosyn"), ("Blackbird", "y Fwyalchen"),
    ("Owl", "y Dylluan"), ("Heron", "y Crëyr"), ("Swan", "yr Alarch"), ("Fox", "y Llwynog"),
    ("Hedgehog", "y Draenog"), ("Otter", "y Dyfrgi"), ("Salmon", "yr Eog"), ("Copper", "y Copr"),
    ("Slate", "y Llechi"), ("Rope", "y Rhaff"), ("Sail", "yr Hwyl"), ("Anchor", "yr Angor"),
    ("Star", "y Seren"), ("Sun", "yr Haul"), ("Moon", "y Lleuad"), ("Rainbow", "yr Enfys"),
    ("Dawn", "y Wawr"), ("North", "y Gogledd"), ("South", "y De"), ("East", "y Dwyrain"),
    ("West", "y Gorllewin"), ("Meadow", "y Ddôl"), ("Field", "y Cae"), ("Wood", "y Coed"),
    ("Spring", "y Gwanwyn"), ("Summer", "yr Haf"), ("Autumn", "yr Hydref"), ("Winter", "y Gaeaf"),
    ("Potter", "y Crochenydd"), ("Weaver", "y Gwehydd"), ("Smith", "y Gof"), ("Baker", "y Pobydd"),
    ("Sailor", "y Morwr"), ("Shepherd", "y Bugail"), ("Windmill", "y Felin Wynt"), ("Lamp", "y Lamp"),
    ("Bell", "y Gloch"), ("Clock", "y Cloc"), ("Library", "y Llyfrgell"), ("Quarry", "y Chwarel"),
    ("Stone", "y Garreg"), ("Clover", "y Meillion"), ("Primrose", "y Briallu"), ("Bracken", "y Rhedyn"),
    ("Ivy", "yr Eiddew"), ("Apple", "yr Afal"), ("Cherry", "y Ceirios"), ("Beech", "y Ffawydden"),
    ("Elm", "y Llwyfen"), ("Alder", "y Wernen"), ("Rowan", "y Griafolen"), ("Hazel", "y Gollen"),
    ("Yew", "yr Ywen"), ("Pine", "y Binwydden"), ("Swallow", "y Wennol"), ("Lark", "yr Ehedydd"),
    ("Wren", "y Dryw"), ("Seal", "y Morlo"), ("Boat", "y Cwch"), ("Wave", "y Don"), ("Sand", "y Tywod"),
    ("Shell", "y Gragen"), ("Lantern", "y Llusern"), ("Barn", "yr Ysgubor"), ("Gate", "y Giât"),
    ("Wheel", "yr Olwyn"), ("Bee", "y Wenynen"), ("Honey", "y Mêl"), ("Wool", "y Gwlân"), ("Loom", "y Gwŷdd"),
)  # fmt: skip

STREET_KINDS = {
    "main": (("Road", "Ffordd"), ("Parade", "Rhodfa")),
    "local": (("Street", "Stryd"), ("Close", "Clos"), ("Terrace", "Teras"), ("Gardens", "Gerddi"), ("Row", "Rhes"),
              ("Square", "Sgwâr"), ("Crescent", "Cilgant")),
    "lane": (("Lane", "Lôn"),),
    "path": (("Path", "Llwybr"),),
}  # fmt: skip

WARDS = (  # English, Welsh, and where about it lies (metres east and north of the middle)
    ("Haven Centre", "Canol y Porth", 0, -400), ("The Old Quay", "Yr Hen Gei", 550, -1500),
    ("Silverside", "Glan Arian", -600, -1700), ("Copper Brow", "Ael y Copr", 2150, -450),
    ("Gull Field", "Cae'r Wylan", -2450, -650), ("Rainbow Wood", "Coed yr Enfys", -500, 1300),
    ("Lantern Green", "Llain y Llusern", -1950, 620), ("Grey Meadow", "Dôl Lwyd", 2000, 950),
    ("Ropewalk End", "Pen y Rhaff", -1700, -1700), ("Golden Acre", "Erw Aur", -1500, -900),
    ("Heron Bridge", "Pont y Crëyr", 900, 100), ("Willow Hollow", "Pant yr Helyg", -900, 100),
    ("Boatyard", "Iard y Cychod", 1450, -1350), ("Hedgehog Rise", "Rhiw'r Draenog", 300, 650),
    ("Clock Hill", "Bryn y Cloc", 1250, 1050), ("Windy Moor", "Rhos y Gwynt", -1400, 2700),
    ("Seal Head", "Pen y Morlo", -4000, 900), ("Lark Downs", "Twyni'r Ehedydd", 4100, 300),
)  # fmt: skip

CONTROL_WARDS = (
    ("Shell Bay", "Bae'r Gragen", -800, -800), ("Wren Common", "Cytir y Dryw", -800, 800),
    ("Honey Brow", "Ael y Mêl", 800, 800), ("Sandy Row", "Rhes y Tywod", 800, -800),
)  # fmt: skip

WATER = {
    "estuary": ("Silver Haven Harbour", "Harbwr Porth Arian"),
    "river": ("River Ariannell", "Afon Ariannell"),
    "lake": ("Heron Pool", "Pwll y Crëyr"),
}

PARKS = (
    (("Lantern Park", "Parc y Llusern"), (-1950, 620), 300),
    (("Quayside Green", "Llain y Cei"), (-620, -1080), 150),
    (("Clock Hill Park", "Parc Bryn y Cloc"), (1250, 1050), 230),
    (("Rainbow Wood Park", "Parc Coed yr Enfys"), (-500, 1300), 280),
    (("Copper Brow Field", "Cae Ael y Copr"), (2150, -450), 220),
    (("Gull Field Playing Fields", "Meysydd Chwarae Cae'r Wylan"), (-2450, -650), 250),
    (("Boatyard Gardens", "Gerddi Iard y Cychod"), (1250, -1350), 140),
)

VILLAGES = (
    (-4350, 850),
    (-3450, 1750),
    (-1400, 2950),
    (2900, 2250),
    (4150, 1050),
    (4150, -950),
    (2650, -2250),
    (-2550, -2450),
)
LANES = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6))  # from village to village
GATES = (  # where the lane of each village reaches the town
    (0, (-2900, 300)), (1, (-2300, 1500)), (2, (-900, 2300)), (3, (1700, 1750)),
    (4, (2750, 500)), (5, (2700, -800)), (6, (1900, -1450)), (7, (-1800, -1700)),
)  # fmt: skip

PLACES = (
    ("bus_station", "Haven Bus Station", "Gorsaf Fysiau'r Porth", -330, -260),
    ("railway_station", "Silver Haven Station", "Gorsaf Porth Arian", 1230, -60),
    ("high_street", "High Street", "Y Stryd Fawr", 120, -420),
    ("takeaway", "Golden Fryer", "Y Ffriwr Aur", 1080, -170),
    ("takeaway", "Pizza'r Orsaf", "Pizza'r Orsaf", 1080, -190),
    ("takeaway", "Spice Parade", "Rhodfa'r Sbeis", 1100, -160),
    ("takeaway", "Quay Kebab", "Cebab y Cei", 250, -700),
    ("takeaway", "The Red Wok", "Y Woc Coch", -150, -480),
    ("takeaway", "Haven Chicken", "Cyw Iâr y Porth", 200, -360),
    ("takeaway", "Moor Road Chippy", "Sglodion Ffordd y Rhos", -1300, 1500),
    ("school", "Haven High School", "Ysgol Uwchradd y Porth", -820, 120),
    ("school", "Copper Brow School", "Ysgol Ael y Copr", 1950, -150),
    ("school", "Ysgol Gyfun Arianfryn", "Ysgol Gyfun Arianfryn", -2250, -250),
    ("school", "Clock Hill Primary", "Ysgol Gynradd Bryn y Cloc", 1850, 900),
    ("school", "Old Quay Primary", "Ysgol Gynradd yr Hen Gei", 650, -1100),
    ("school", "Rainbow Wood Primary", "Ysgol Gynradd Coed yr Enfys", -350, 1700),
    ("school", "Seal Head Primary", "Ysgol Gynradd Pen y Morlo", -3900, 800),
    ("youth_club", "The Boathouse", "Y Cwt Cychod", 420, -1250),
    ("youth_club", "Lantern Youth Club", "Clwb Ieuenctid y Llusern", -1700, 250),
    ("youth_club", "Hedgehog Rise Club", "Clwb Rhiw'r Draenog", 650, 650),
    ("library", "Haven Library", "Llyfrgell y Porth", 20, -180),
    ("leisure_centre", "Arian Leisure Centre", "Canolfan Hamdden Arian", -1150, -450),
    ("retail_park", "North Gate Retail Park", "Parc Siopa Porth y Gogledd", 260, 1480),
    ("police_station", "Silver Haven Police Station", "Gorsaf Heddlu Porth Arian", 300, -900),
    ("hospital", "Arianfryn Hospital", "Ysbyty Arianfryn", -2100, -1150),
    ("health_centre", "Heron Bridge Health Centre", "Canolfan Iechyd Pont y Crëyr", 900, 350),
    ("quay_sheds", "North Quay Sheds", "Siediau Cei'r Gogledd", 620, -1750),
)  # fmt: skip

PREMISES = (
    ("PR01", "protected", "Children's home", -950, 850, 75),
    ("PR02", "protected", "Refuge", 1500, 500, 75),
    ("PR03", "recording", "Police station", 300, -900, 75),
    ("PR04", "recording", "Hospital", -2100, -1150, 150),
)


def welsh_name(kind, of):
    """Kind and noun in Welsh: the article becomes 'r after a vowel.

    >>> welsh_name("Rhodfa", "y Felin"), welsh_name("Stryd", "yr Afon")
    ("Rhodfa'r Felin", 'Stryd yr Afon')
    """
    if kind[-1] not in "aeiouwyôâ":
        return f"{kind} {of}"
    return f"{kind}'r {of.split(' ', 1)[1]}"


class StreetNames:
    """Hands out a new pair of names for each street, never the same twice."""

    def __init__(self, rng):
        self._pairs = {}
        for kind, types in STREET_KINDS.items():
            pairs = [
                (f"{word} {english}", welsh_name(welsh_type, welsh))
                for english, welsh_type in types
                for word, welsh in STREET_WORDS
            ]
            self._pairs[kind] = [pairs[i] for i in rng.permutation(len(pairs))]
        self._given = dict.fromkeys(STREET_KINDS, 0)

    def next(self, kind):
        """The next pair (English, Welsh) of this kind of street."""
        pairs = self._pairs[kind]
        turn, position = divmod(self._given[kind], len(pairs))
        self._given[kind] += 1
        english, welsh = pairs[position]
        ordinal = ("", "Upper ", "Lower ")[turn]
        return ordinal + english, welsh + ("", " Uchaf", " Isaf")[turn]
