"""The sealed record: one row a concern, a piece of intelligence or a background record. Never a row about a person."""

from csg_maps.model.schema import Column

NO_CELL = 0
"""H3's own null: the record has no place on the map."""

NO_REFERENCE = 0

CONCERN_COLUMNS = (
    Column("concern_id", "int64"),
    Column("batch_id", "str"),
    Column("source_ref", "int64"),  # keyed hash of the agency's own reference; 0 = none given
    Column("row_key", "int64"),  # what makes the row the same row when it is supplied again
    Column("cell", "int64"),  # H3 resolution 11; 0 = none
    Column("place_precision", "str"),
    Column("supplied_area_code", "str"),  # "" = none; as the file gave it
    Column("occurred_from", "datetime64[s]", nullable=True),  # naive local civil time
    Column("occurred_to", "datetime64[s]", nullable=True),  # last moment of what was given, inclusive
    Column("time_precision", "str"),
    Column("harm", "str"),
    Column("setting", "str"),
    Column("agency", "str"),
    Column("age_band", "str"),
    Column("adult_at_risk", "bool"),
    Column("basis", "str"),
    Column("told_by", "str"),
    Column("is_proactive", "bool"),  # found by enforcement activity, such as a search
    Column("evidence", "str"),
    Column("children_count", "int64"),  # 0 = the agency does not say
)
"""Beside these a sealed frame has one column `area_<layer_id>` (str, "" = in no area) for each layer known at intake."""

AREA_COLUMN_PREFIX = "area_"
"""`age_band` and the like never start with this; a layer id is [a-z0-9_]+."""
