"""What was supplied: list it, take a batch out of every count, bring it back, verify that nothing changed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.intake.messages import describe, rule_words
from csg_maps.model.actor import Actor
from csg_maps.store import audit, batches, quarantine
from csg_maps.store import verify as store_verify
from csg_maps.store.workspace import Store

SHORTEST_REASON = 3


@dataclass(frozen=True)
class VerifyFindings:
    """What a verification found, in sentences."""

    is_sound: bool
    lines: tuple[str, ...]


def list_supplies(store: Store, actor: Actor) -> list[dict[str, Any]]:
    """Every batch that this actor may know of, the newest first, as JSON-able rows."""
    require(actor, "see_counts")
    named: dict[str, set[str]] = {}
    origin_of = batches.origins_of_mends(store)
    for file in batches.every_file(store):
        named.setdefault(origin_of.get(file.batch_id, file.batch_id), set()).update(file.recipients or ("all",))
    return [
        {**batches.as_row(batch), "share_with": sorted(named.get(batch.batch_id, ()))}
        for batch in batches.list_batches(store, actor)
    ]


def as_lines(rows: list[dict[str, Any]]) -> list[str]:
    """One line a batch, for a terminal."""
    return [
        f"{row['batch_id']}  {row['status']:9}  {row['agency']:16} {row['evidence']:12} "
        f"{row['period_from']} to {row['period_to']}  {row['accepted']:>9,} of {row['rows']:,} rows"
        for row in rows
    ]


def withdraw(store: Store, actor: Actor, batch_id: str, why: str) -> str:
    """Take a batch out of every count; nothing is deleted. Raises InputRefused without a reason.

    Returns what else must be done, in a sentence: later batches of the agency left out what this one held. "" for nothing.
    """
    require(actor, "withdraw")
    if len(why.strip()) < SHORTEST_REASON:
        raise InputRefused(
            _("Say why the batch is withdrawn, in {count} letters or more.").format(count=SHORTEST_REASON)
        )
    batches.withdraw(store, actor, batch_id, why.strip())
    withdrawn = batches.get_batch(store, batch_id)
    leaning = [
        later.batch_id
        for later in batches.list_batches(store, actor)
        if withdrawn is not None
        and later.status == "active"
        and later.agency == withdrawn.agency
        and later.duplicates
        and later.sealed_at > withdrawn.sealed_at
    ]
    if not leaning:
        return ""
    return _(
        "Rows that later batches left out as held already may be missing now. Add the files of these batches again, and "
        "only what is missing comes in: {batches}."
    ).format(batches=", ".join(leaning))


def restore(store: Store, actor: Actor, batch_id: str) -> None:
    """Bring a withdrawn batch back, unless its rows have come in by another batch since."""
    require(actor, "withdraw")
    batch = batches.get_batch(store, batch_id)
    if batch is None:
        raise InputRefused(_("There is no batch {batch}; `batches` lists them.").format(batch=batch_id))
    seen = batches.seen_row_keys(store, agency=batch.agency, evidence=batch.evidence)
    own = batches.row_keys_of(store, batch_id)
    again = int(np.isin(own, seen).sum())
    if batch.status == "withdrawn" and again:
        raise InputRefused(
            _(
                "{again} rows of batch {batch} have come in again by a later batch; counting them twice is refused. "
                "Withdraw the later batch first."
            ).format(again=again, batch=batch_id)
        )
    batches.restore_batch(store, actor, batch_id)


def verify(store: Store, actor: Actor) -> VerifyFindings:
    """Re-read and re-hash everything that was sealed."""
    require(actor, "verify")
    report = store_verify.verify(store)
    return VerifyFindings(report.is_sound, report.lines)


def problem_summary(store: Store, actor: Actor, batch_id: str) -> pd.DataFrame:
    """What was found in a batch, one row a kind: rows concerned, message and how to mend it, in the reader's language."""
    report = batches.read_report(store, actor, batch_id)
    rows = []
    for entry in report.get("found", []):
        message, fix = describe(entry["code"], entry["values"])
        rows.append({_("Rows"): str(entry["rows"]), _("What"): message, _("What to do"): fix})
    return pd.DataFrame(rows, columns=[_("Rows"), _("What"), _("What to do")])


def list_set_aside(store: Store, actor: Actor) -> tuple[quarantine.QuarantinedRows, ...]:
    """What is set aside, by batch."""
    return quarantine.list_quarantined(store, actor)


def set_aside_rows(store: Store, actor: Actor, batch_id: str) -> pd.DataFrame:
    """The rows set aside of a batch, with the reasons in words; that they were looked at is recorded."""
    rows = quarantine.read_quarantined(store, actor, batch_id)
    said = {codes: " ".join(rule_words(code) for code in codes.split(",")) for codes in rows["reasons"].unique()}
    stated = [column for column in rows.columns if not column.startswith("raw_") or (rows[column] != "").any()]
    return rows.assign(reasons=rows["reasons"].map(said))[stated].drop(columns=["source_ref", "table"], errors="ignore")


def audit_entries(store: Store, actor: Actor) -> pd.DataFrame:
    """Who did what, the oldest first."""
    require(actor, "verify")
    return audit.entries(store)


def last_provenance(store: Store, actor: Actor, agency: str) -> dict[str, Any]:
    """What the agency's newest batch says of agreement, purpose and lawful basis; {} when there is none."""
    for batch in batches.list_batches(store, actor):
        if batch.agency == agency and batch.status != "purged":
            return {
                "agreement": batch.agreement,
                "purpose": batch.purpose,
                "lawful_basis": batch.lawful_basis,
                "retain_until": batch.retain_until,
            }
    return {}
