"""Where a supply comes from and who may use it: asked in plain words, remembered for each agency, refused without."""

import datetime
from dataclasses import dataclass
from typing import Any

import streamlit as st

from csg_maps.i18n import N_, _
from csg_maps.model.provenance import Provenance, Sharing
from csg_maps.model.supply import ImportRequest, SuppliedFile
from csg_maps.model.vocabulary import codes
from csg_maps.views import state, wording
from csg_maps.workflows import supplies

EVIDENCE_LABELS = {
    "concern": N_("Concerns: somebody was worried about young people"),
    "intelligence": N_("Intelligence"),
    "background": N_("Background: recorded crime or the like, counted apart"),
}


@dataclass(frozen=True)
class Answer:
    """What was said about a supply, and what is still to say."""

    provenance: Provenance
    sharing: Sharing
    evidence: str
    undecided: tuple[str, ...]


def show(store: Any, actor: Any, agency: str, *, background: bool) -> Answer:
    """Draw the questions; what this agency's last supply said is suggested."""
    last = supplies.last_provenance(store, actor, agency)
    with st.container(border=True, key="provenance"):
        st.markdown(f"**{_('Where it comes from, and who may use it')}**")
        left, right = st.columns(2, gap="medium")
        agreement = left.text_input(
            _("Sharing agreement"),
            last.get("agreement", ""),
            key=f"provenance.agreement.{agency}",
            help=_("Its name or number, such as a WASPI ISP."),
        )
        purpose = left.text_input(_("Purpose"), last.get("purpose", ""), key=f"provenance.purpose.{agency}")
        bases = [code.code for code in codes("lawful_bases")]
        basis = left.selectbox(
            _("Lawful basis"),
            bases,
            index=bases.index(last.get("lawful_basis", "open_data" if background else "public_task")),
            format_func=lambda code: wording.label("lawful_bases", code),
            key=f"provenance.basis.{agency}",
        )
        gaps = left.text_input(_("Known gaps (what the agency says is missing)"), key=f"provenance.gaps.{agency}")
        evidence = _evidence(right, agency, background)
        sharing, missing = _sharing(right, agency, last)
        today = datetime.date.today()
        until = right.date_input(
            _("Keep until"),
            value=_last_date(last, today),
            min_value=today + datetime.timedelta(days=1),
            key=f"provenance.until.{agency}",
            format="DD/MM/YYYY",
            help=_("After this day the records are deleted."),
        )
    undecided = []
    if len(agreement.strip()) < 3:
        undecided.append(_("the sharing agreement"))
    if len(purpose.strip()) < 3:
        undecided.append(_("the purpose"))
    if missing:
        undecided.append(_("which agencies may use it"))
    if until is None:
        undecided.append(_("until when it may be kept"))
    provenance = Provenance(
        agency=agency,
        purpose=purpose.strip(),
        lawful_basis=basis,
        agreement=agreement.strip(),
        retain_until=until.isoformat() if isinstance(until, datetime.date) else "",
        known_gaps=gaps.strip(),
    )
    return Answer(provenance, sharing, evidence, tuple(undecided))


def _last_date(last: dict[str, Any], today: datetime.date) -> datetime.date | None:
    """The day that the agency's last supply was to be kept until, while it is still to come."""
    until = datetime.date.fromisoformat(last["retain_until"]) if last else None
    return until if until is not None and until > today else None


def _evidence(column: Any, agency: str, background: bool) -> str:
    if background:
        column.text(_("This is police.uk data: it is kept as background, never as concerns."))
        return "background"
    return str(
        column.radio(
            _("What kind of evidence is it?"),
            list(EVIDENCE_LABELS),
            format_func=lambda code: _(EVIDENCE_LABELS[code]),
            key=f"provenance.evidence.{agency}",
        )
    )


def _sharing(column: Any, agency: str, last: dict[str, Any]) -> tuple[Sharing, bool]:
    options = ("all", "some")
    labels = {"all": _("All partners"), "some": _("Only some agencies")}
    who = column.radio(
        _("Who in the partnership may use this?"),
        options,
        index=1 if last.get("recipients") else 0,
        format_func=lambda code: labels[code],
        horizontal=True,
        key=f"provenance.who.{agency}",
    )
    if who == "all":
        return Sharing(), False
    chosen = column.multiselect(
        _("These agencies"),
        [code.code for code in codes("agencies")],
        format_func=lambda code: wording.label("agencies", code),
        key=f"provenance.recipients.{agency}",
        placeholder=_("Choose agencies"),
    )
    return Sharing("C", tuple(sorted(chosen))), not chosen


def request(inspection: dict[str, Any], decided: Any, answer: Answer, chosen: tuple[str, ...] = ()) -> ImportRequest:
    """The import that was asked for."""
    usable = {one.key: one.mapping for one in decided}
    return ImportRequest(
        files=tuple(SuppliedFile(entry["path"], entry["name"]) for entry in inspection["files"]),
        provenance=answer.provenance,
        sharing=answer.sharing,
        evidence=answer.evidence,
        mappings=usable,
        chosen=chosen,
        leave_out=tuple(sorted({column for one in decided for column in one.mapping.left_out})),
        save_profile=state.remembered("upload.agency", "") or "profile",
    )
