"""What a person decides about rows that were set aside: one way for some rows of one batch."""

from dataclasses import dataclass

from csg_maps.model.mapping import FIELDS

HOWS = ("point", "area", "value", "unplaced", "refused")
"""At a place on the map; in an area, without a cell; where the file says, with a value corrected; without a place; not taken
in at all."""

TIME_FIELDS = ("date", "time", "date_to", "time_to", "year", "month", "day", "hour", "minute")
WORD_FIELDS = (
    "harm",
    "setting",
    "age_band",
    "age",
    "basis",
    "told_by",
    "is_proactive",
    "adult_at_risk",
    "children_count",
    "handling",
)
VALUE_FIELDS = (*TIME_FIELDS, *WORD_FIELDS)
"""Fields whose text may be corrected. Where it happened is corrected by a place, and the reference by nobody."""

PLACE_FIELDS = tuple(field for field in FIELDS if field not in {*VALUE_FIELDS, "reference", "area_code"})
"""Fields that lead to a point."""


@dataclass(frozen=True)
class Mend:
    """One way of mending, for each of the rows chosen.

    Attributes
    ----------
    how
        One of HOWS.
    latitude, longitude
        For "point": where (degrees, EPSG:4326); or, in their stead,
    postcode
        the postcode, or
    is_proposed
        each row where its own rule says that it would be, once a common mistake is undone.
    layer_id, area_code
        For "area": which one.
    values
        (field of VALUE_FIELDS, text as the agency would write it) pairs that are corrected, with any way but "refused".
    why
        For "refused": the reason.
    """

    how: str
    latitude: float | None = None
    longitude: float | None = None
    postcode: str = ""
    is_proposed: bool = False
    layer_id: str = ""
    area_code: str = ""
    values: tuple[tuple[str, str], ...] = ()
    why: str = ""
