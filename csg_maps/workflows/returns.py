"""Hand out the blank return of an agency; that it was handed out is recorded."""

from pathlib import Path

from csg_maps.briefings.blank_return import blank_return
from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.model.actor import Actor
from csg_maps.model.return_layout import VERSION
from csg_maps.model.vocabulary import labels
from csg_maps.store.audit import record
from csg_maps.store.workspace import Store, writing
from csg_maps.workflows.documents_out import check_out, write_document


def return_for(store: Store, actor: Actor, agency: str) -> bytes:
    """The blank return of an agency as an Excel workbook. Raises InputRefused for an agency that is not in the list."""
    require(actor, "export")
    if agency not in labels("agencies"):
        raise InputRefused(
            _("There is no agency {agency!r}; the agencies are: {known}.").format(
                agency=agency, known=", ".join(labels("agencies"))
            )
        )
    made = blank_return(agency)
    with writing(store) as connection:
        record(connection, actor, "export-return", supplier=agency, layout=VERSION)
    return made


def return_name(agency: str) -> str:
    """The name of the file: what it is and for whom."""
    return f"return_{agency}.xlsx"


def write_return(store: Store, actor: Actor, agency: str, out: Path) -> str:
    """Write the blank return to a file; says in a sentence what was written."""
    check_out(out, (".xlsx",))
    write_document(out, return_for(store, actor, agency))
    return _("The blank return of {agency} is written.").format(agency=_(labels("agencies")[agency]))
