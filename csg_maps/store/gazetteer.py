"""Places that partners may name: the council's tables and the assets in use; and what a person once said that a text means."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa

from csg_maps.disclosure.policy import require
from csg_maps.geography.gazetteers import NAME_COLUMNS, precision_of_kind
from csg_maps.model.actor import Actor
from csg_maps.store import reference, tables
from csg_maps.store.audit import now, record
from csg_maps.store.ground_tables import assets, place_matches
from csg_maps.store.workspace import Store, reading, writing


@dataclass(frozen=True)
class PlaceMatch:
    """What an agency means by a text. `target` "" says: none of the known places, leave it unplaced."""

    agency: str
    written: str
    target: str
    precision: str
    score: float
    decided_at: str = ""
    decided_by: str = ""


def known_places(store: Store) -> pd.DataFrame:
    """Every place that has a name (NAME_COLUMNS), a target once: assets in use first, then the council's own tables."""
    frames = [_assets(store)]
    frames += [
        frame[(frame["name"] != "") | (frame["name_cy"] != "")]
        for kind in ("streets", "usrn", "names")
        if (frame := reference.read_names(store, kind)) is not None
    ]
    return pd.concat(frames, ignore_index=True).drop_duplicates("target", ignore_index=True)


def known_version(store: Store) -> str:
    """A text that is another one once a table or an asset has changed."""
    files = tables.reference_files
    with reading(store) as connection:
        named = sa.select(files.c.kind, files.c.sha256).where(files.c.kind.like("names:%")).order_by(files.c.kind)
        held = connection.execute(named).all()
        changed = connection.execute(sa.select(sa.func.count(), sa.func.max(assets.c.changed_at))).one()
    return repr((held, tuple(changed)))


def read_uprns(store: Store) -> pd.DataFrame | None:
    """The table of UPRNs (`geography.gazetteers.UPRN_COLUMNS`), sorted; None when there is none."""
    return reference.read_names(store, "uprn")


def read_usrns(store: Store) -> pd.DataFrame | None:
    """Every street with a number: usrn (int64, sorted), latitude, longitude; None when there is none."""
    frames = [frame for kind in ("usrn", "streets") if (frame := reference.read_names(store, kind)) is not None]
    if not frames:
        return None
    streets = pd.concat(frames, ignore_index=True)
    numbered = streets[streets["number"] > 0].rename(columns={"number": "usrn"})
    return numbered[["usrn", "latitude", "longitude"]].drop_duplicates("usrn").sort_values("usrn", ignore_index=True)


def matches_of(store: Store, agency: str) -> tuple[PlaceMatch, ...]:
    """What was decided about this agency's texts, in their order."""
    columns = [column for column in place_matches.c if column.name != "row_digest"]
    asked = sa.select(*columns).where(place_matches.c.agency == agency).order_by(place_matches.c.written)
    with reading(store) as connection:
        return tuple(PlaceMatch(**row) for row in connection.execute(asked).mappings())


def save_matches(store: Store, actor: Actor, matches: Iterable[PlaceMatch]) -> int:
    """Remember what a person said that texts mean; an earlier answer gives way. Returns how many.

    The audit keeps who decided how many for which agency, and the targets; never a text.
    """
    require(actor, "import")
    decided = list(matches)
    if not decided:
        return 0
    with writing(store) as connection:
        for match in decided:
            same = sa.and_(place_matches.c.agency == match.agency, place_matches.c.written == match.written)
            values = {
                "target": match.target,
                "precision": match.precision,
                "score": float(match.score),
                "decided_at": now(),
                "decided_by": actor.actor_id,
            }
            if not tables.update_sealed(connection, place_matches, same, **values):
                key = {"agency": match.agency, "written": match.written}
                tables.insert_sealed(connection, place_matches, {**key, **values})
        for agency in sorted({match.agency for match in decided}):
            targets = sorted({match.target for match in decided if match.agency == agency})
            count = sum(match.agency == agency for match in decided)
            record(connection, actor, "confirm-places", of_agency=agency, texts=count, targets=targets[:200])
    return len(decided)


def forget_matches(store: Store, actor: Actor, agency: str, written: Iterable[str]) -> int:
    """Take answers back, so that the texts are asked about again. Returns how many there were."""
    require(actor, "import")
    texts = sorted(set(written))
    gone = 0
    with writing(store) as connection:
        for text in texts:
            same = sa.and_(place_matches.c.agency == agency, place_matches.c.written == text)
            gone += connection.execute(place_matches.delete().where(same)).rowcount
        if gone:
            record(connection, actor, "forget-places", of_agency=agency, texts=gone)
    return gone


def _assets(store: Store) -> pd.DataFrame:
    """Assets in use as named places."""
    columns = (assets.c.asset_id, assets.c.name, assets.c.name_cy, assets.c.kind, assets.c.latitude, assets.c.longitude)
    with reading(store) as connection:
        rows = connection.execute(sa.select(*columns).where(assets.c.status == "in_use")).all()
    frame = pd.DataFrame(rows, columns=["target", "name", "name_cy", "kind", "latitude", "longitude"])
    frame = frame.assign(
        target="asset:" + frame["target"].astype("str"),
        number=np.zeros(len(frame), dtype=np.int64),
        locality="",
        precision=[precision_of_kind(kind) for kind in frame["kind"]],
    )
    named = frame[(frame["name"] != "") | (frame["name_cy"] != "")]
    ordered = named[[column.name for column in NAME_COLUMNS]].sort_values("target", ignore_index=True)
    return ordered.astype({column.name: column.dtype for column in NAME_COLUMNS})
