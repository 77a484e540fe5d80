"""The workbench: rows that were set aside are mended, or refused, and the sum of the supply holds after each step.

Who works here: an analyst, with forty rows set aside from eight agencies, ten minutes before the meeting. They ask: how
many can I still bring in, and what does each need? They must see first what goes soon, then, for each reason, how many rows
one decision would mend: most of the forty are the same few mistakes, and the rule that found a mistake often knows its mend
(two coordinates exchanged, a lost minus). So rows come in groups of one reason, a group has a proposal where there is one,
and nothing is taken without a person's confirmation. A row that nobody can place is no reason to lose what it says: it may
come in by area, or without any place.

Undo or deletion. What a mended row said (its text, its exact point) is needed for nothing but taking the mend back. Kept for
the rest of the 30 days it would be somebody's exact point, lying there for a slip that is noticed at once; deleted at once, a
slip could not be mended. So it stays on the disk for a day (`settings.MEND_UNDO_HOURS`), shown to nobody, while the newest mend
of a batch can be undone; at the first start after that it is deleted. The 30 days of a batch are never made longer.

Only the newest mend of a batch can be undone: a later one may have counted a row as a duplicate of it.

Read `mend` from the top.
"""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import _, n_
from csg_maps.intake.meaning import identifier_patterns
from csg_maps.model.actor import Actor
from csg_maps.model.mending import HOWS, Mend
from csg_maps.store import areas, batches, mending, quarantine
from csg_maps.store.mending import MendedRow, Standing, Step
from csg_maps.store.workspace import Store, data_version
from csg_maps.workflows.remaking import Remade, checked_value, remake

__all__ = ["Mend", "MendResult", "Standing", "Step", "check_point", "in_words", "mend", "standing", "steps", "undo"]

_LONGEST_WHY = 300


@dataclass(frozen=True)
class MendResult:
    """What one step did. `still` are rows (number in the file, reason in words) that are set aside as before."""

    accepted: int
    duplicates: int
    refused: int
    not_on_map: int
    still: tuple[tuple[int, str], ...]
    standing: Standing


def standing(store: Store, actor: Actor, batch_id: str) -> Standing:
    """What stands of a supply now."""
    require(actor, "see_counts")
    return mending.standing(store, batch_id)


def in_words(counts: Standing) -> str:
    """The sum of a supply in a line."""
    line = _(
        "{rows} rows = {accepted} accepted + {quarantined} set aside + {refused} refused + {duplicates} duplicates"
    )
    said = line.format(
        rows=f"{counts.rows:,}",
        accepted=f"{counts.accepted:,}",
        quarantined=f"{counts.quarantined:,}",
        refused=f"{counts.refused:,}",
        duplicates=f"{counts.duplicates:,}",
    )
    if counts.deleted:
        said += " " + n_(
            "({count} of those set aside was deleted after 30 days)",
            "({count} of those set aside were deleted after 30 days)",
            counts.deleted,
        )
    return said


def mend(store: Store, actor: Actor, batch_id: str, positions: tuple[int, ...], how: Mend) -> MendResult:
    """Mend some rows of a batch in one way, or refuse them; what still breaks a rule stays set aside.

    The rows go through intake again, with the batch's own mapping and formats, duplicates and protected addresses checked as
    ever, and come in under the batch's own provenance, sharing and retention.

    Raises
    ------
    NotAllowed, StoreProblem
        Nothing is changed.
    InputRefused
        Not one row could be mended so, a correction is no correction, somebody else was faster, or the rows are gone.
    """
    require(actor, "see_quarantine")
    require(actor, "import")
    _check(store, how)
    for attempt in (1, 2):  # what came in meanwhile may hold one of these rows
        version = data_version(store)
        rows, read_as = quarantine.read_to_mend(store, actor, batch_id)
        chosen = _chosen(rows, positions)
        try:
            return _mended(store, actor, batch_id, (chosen, read_as, version), how)
        except InputRefused:
            if attempt == 2 or data_version(store) == version:
                raise
    raise AssertionError("unreachable")


def _mended(
    store: Store,
    actor: Actor,
    batch_id: str,
    aside: tuple[pd.DataFrame, dict[str, Any], int],
    how: Mend,
) -> MendResult:
    chosen, read_as, version = aside
    reasons = {int(position): str(codes) for position, codes in chosen["reasons"].items()}
    if how.how == "refused":
        noted = tuple(MendedRow(position, codes) for position, codes in reasons.items())
        mending.refuse(store, actor, batch_id, noted, why=" ".join(how.why.split()))
        return MendResult(0, 0, len(noted), 0, (), mending.standing(store, batch_id))
    if not read_as:
        raise InputRefused(
            _(
                "This batch was imported before the workbench was there, so how its rows were read is not known. "
                "Refuse them, or ask the agency for a mended file."
            )
        )
    origin = batches.get_batch(store, batch_id)
    if origin is None or origin.status != "active":
        raise InputRefused(
            _("Batch {batch} is withdrawn. Bring it back before its rows are mended.").format(batch=batch_id)
        )
    made = remake(store, actor, origin, (chosen, read_as), how)
    if not len(made.accepted) and not made.duplicates:
        raise InputRefused(_("Nothing was mended. {why}").format(why=" ".join(dict.fromkeys(made.still.values()))))
    noted = (
        *(MendedRow(int(position), reasons[int(position)]) for position in made.accepted.get("row", [])),
        *(MendedRow(position, reasons[position], is_duplicate=True) for position in made.duplicates),
    )
    mending.seal(
        store,
        actor,
        batch_id,
        noted,
        how=how.how,
        fields=_corrected(how),
        frame=made.accepted.drop(columns="row", errors="ignore"),
        seen_version=version,
    )
    return MendResult(
        accepted=len(made.accepted),
        duplicates=len(made.duplicates),
        refused=0,
        not_on_map=int((made.accepted["cell"] == 0).sum()) if len(made.accepted) else 0,
        still=_in_file(chosen, made),
        standing=mending.standing(store, batch_id),
    )


def _corrected(how: Mend) -> tuple[str, ...]:
    place = {"point": ("place",), "area": ("place",), "unplaced": ("place",)}.get(how.how, ())
    return (*place, *(field for field, _text in how.values))


def _in_file(chosen: pd.DataFrame, made: Remade) -> tuple[tuple[int, str], ...]:
    return tuple((int(chosen.at[position, "row"]), why) for position, why in made.still.items())


def _chosen(rows: pd.DataFrame, positions: tuple[int, ...]) -> pd.DataFrame:
    """The rows at these positions; a position that is not set aside (any more) refuses all."""
    wanted = [position for position in positions if isinstance(position, int) and not isinstance(position, bool)]
    if not wanted or len(set(wanted)) != len(positions):
        raise InputRefused(_("Choose at least one row, and each once."))
    if not set(wanted) <= set(rows.index.tolist()):
        raise InputRefused(_("Some of these rows are not set aside any more. Nothing was changed; look again."))
    return rows.loc[sorted(wanted)]


def _check(store: Store, how: Mend) -> None:
    """Refuse what cannot stand whatever the rows are."""
    if how.how not in HOWS:
        raise InputRefused(_("There is no such way of mending; the ways are: {ways}.").format(ways=", ".join(HOWS)))
    for field, text in how.values:
        checked_value(field, text)
    if how.how == "refused":
        _check_why(how.why)
    elif how.how == "point" and not how.is_proposed and not how.postcode:
        check_point(how.latitude, how.longitude)
    elif how.how == "area" and how.area_code not in set(areas.area_codes(store, how.layer_id)):
        raise InputRefused(_("Choose an area of the layer."))
    elif how.how == "value" and not how.values:
        raise InputRefused(_("Say what is corrected."))


def check_point(latitude: float | None, longitude: float | None) -> tuple[float, float]:
    """The point, if it is one on the globe. Raises InputRefused."""
    numbers = [value for value in (latitude, longitude) if isinstance(value, int | float) and math.isfinite(value)]
    if len(numbers) != 2 or abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
        raise InputRefused(_("Give a place as latitude and longitude in degrees, such as 52.43, -4.79."))
    return float(numbers[0]), float(numbers[1])


def _check_why(why: str) -> None:
    text = " ".join(why.split())
    if len(text) < 3:
        raise InputRefused(_("Say why the rows are refused."))
    if len(text) > _LONGEST_WHY or not text.isprintable():
        raise InputRefused(_("A reason has at most {count} letters, all of them visible.").format(count=_LONGEST_WHY))
    written = pa.array([text], type=pa.large_string())
    patterns = identifier_patterns
    names_somebody = [patterns.EMAIL, patterns.PHONE, patterns.POSTCODE, patterns.STREET_ADDRESS, patterns.BORN]
    if any(patterns.has(written, pattern)[0] for pattern in names_somebody) or patterns.nhs_numbers(written)[1][0]:
        raise InputRefused(_("The reason is kept for good, so it must not say who or which address. Say it without."))


def steps(store: Store, actor: Actor, batch_id: str = "") -> tuple[Step, ...]:
    """What was mended and refused, the newest first: when, by whom, how, which fields; never what a field held."""
    return mending.list_steps(store, actor, batch_id)


def undo(store: Store, actor: Actor, batch_id: str, step: str) -> int:
    """Take the newest mend of a batch back; returns how many rows are set aside again."""
    return mending.undo(store, actor, batch_id, step)
