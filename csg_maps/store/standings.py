"""What stands of a supply now: its counts as they were sealed, and what became since of the rows set aside.

rows = accepted + quarantined + refused + duplicates holds when a batch is sealed, and each row mended or refused moves from
one of these to another: so it holds after every step. The sealed counts never change.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from csg_maps.store import tables
from csg_maps.store.casework_tables import mended_rows

REFUSED = "refused"


@dataclass(frozen=True)
class Standing:
    """Every row of a supply, once: rows = accepted + quarantined + refused + duplicates.

    `deleted` of the quarantined went when their 30 days were over. `period_from` and `period_to` ("" = none) are of the
    mended records only.
    """

    batch_id: str
    rows: int
    accepted: int
    quarantined: int
    refused: int
    duplicates: int
    not_on_map: int
    deleted: int
    mended: int
    period_from: str
    period_to: str

    @property
    def adds_up(self) -> bool:
        """Whether no row is lost or counted twice."""
        parts = (self.accepted, self.quarantined, self.refused, self.duplicates)
        return self.rows == sum(parts) and min(parts) >= 0


def origins(connection: sa.Connection) -> dict[str, str]:
    """For each batch that holds mended rows, the batch that they were set aside of."""
    links = sa.select(mended_rows.c.mended_batch, mended_rows.c.batch_id).where(mended_rows.c.mended_batch != "")
    return {str(row.mended_batch): str(row.batch_id) for row in connection.execute(links.distinct())}


def mends_of(connection: sa.Connection, batch_id: str) -> tuple[str, ...]:
    """The batches that hold the mended rows of a batch, sorted."""
    own = sa.and_(mended_rows.c.batch_id == batch_id, mended_rows.c.mended_batch != "")
    links = sa.select(mended_rows.c.mended_batch).where(own).distinct()
    return tuple(sorted(connection.execute(links).scalars()))


def read(connection: sa.Connection) -> dict[str, Standing]:
    """What stands of every batch."""
    moved: dict[str, dict[str, int]] = {}
    became = sa.select(mended_rows.c.batch_id, mended_rows.c.how, mended_rows.c.mended_batch)
    for batch_id, how, mended_batch in connection.execute(became):
        where = "refused" if how == REFUSED else "accepted" if mended_batch else "duplicates"
        counts = moved.setdefault(batch_id, {"accepted": 0, "refused": 0, "duplicates": 0})
        counts[where] += 1
    deleted = set(
        connection.execute(
            sa.select(tables.quarantined.c.batch_id).where(tables.quarantined.c.purged_at != "")
        ).scalars()
    )
    sealed = {row["batch_id"]: row for row in connection.execute(sa.select(tables.batches)).mappings()}
    mends: dict[str, list[str]] = {}
    for mended, origin in origins(connection).items():
        mends.setdefault(origin, []).append(mended)
    stands = {}
    for batch_id, row in sealed.items():
        more = moved.get(batch_id, {"accepted": 0, "refused": 0, "duplicates": 0})
        own = [sealed[mended] for mended in mends.get(batch_id, []) if mended in sealed]
        left = row["quarantined"] - sum(more.values())
        stands[batch_id] = Standing(
            batch_id=batch_id,
            rows=row["rows"],
            accepted=row["accepted"] + more["accepted"],
            quarantined=left,
            refused=row["refused"] + more["refused"],
            duplicates=row["duplicates"] + more["duplicates"],
            not_on_map=row["not_on_map"] + sum(mended["not_on_map"] for mended in own),
            deleted=left if batch_id in deleted else 0,
            mended=sum(more.values()),
            period_from=min((mended["period_from"] for mended in own if mended["period_from"]), default=""),
            period_to=max((mended["period_to"] for mended in own), default=""),
        )
    return stands
