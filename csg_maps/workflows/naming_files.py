"""The texts of staged or given files that name a place nobody has confirmed yet, by the mapping that was decided for them."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from csg_maps.disclosure.policy import require
from csg_maps.intake.files.reading import read_tables
from csg_maps.intake.meaning.profiles import layout_key
from csg_maps.intake.rows.open_places import OpenPlaces, open_places
from csg_maps.model.actor import Actor
from csg_maps.model.mapping import ColumnMapping
from csg_maps.model.provenance import Sharing
from csg_maps.model.supply import ImportRequest
from csg_maps.store.workspace import Store
from csg_maps.workflows import deciding, importing


def texts_in(
    store: Store,
    actor: Actor,
    agency: str,
    files: Iterable[tuple[str, str]],
    mappings: dict[str, ColumnMapping],
    *,
    with_known: bool = False,
) -> OpenPlaces:
    """Every text of files, (path, shown name) each, that is still to be confirmed, with how many rows hold it.

    `mappings` is by layout; a table of another layout takes no part. `with_known` also gives texts that were answered before.
    """
    require(actor, "import")
    context = importing.intake_context(store, actor, agency, Sharing())
    if with_known:
        context = dataclasses.replace(context, places=dataclasses.replace(context.places, matches={}))
    found = []
    for path, name in files:
        for table in read_tables(Path(path), name).tables:
            mapping = mappings.get(layout_key(table.columns))
            if mapping is not None:
                found.append(open_places(table, mapping, context))
    return _together(found)


def texts_of_request(store: Store, actor: Actor, request: ImportRequest) -> OpenPlaces:
    """The same for an import as it would be made: by the agency's profile, else by suggestion, and what was said beside it."""
    require(actor, "import")
    context = importing.intake_context(store, actor, request.provenance.agency, request.sharing)
    found = []
    for file in request.files:
        for table in read_tables(Path(file.path), file.name, chosen=request.chosen).tables:
            decision = deciding.decide(store, table, request)
            found.append(open_places(table, decision.mapping, context))
    return _together(found)


def _together(found: list[OpenPlaces]) -> OpenPlaces:
    rows_of: dict[str, int] = {}
    for one in found:
        for text, rows in one.rows_of.items():
            rows_of[text] = rows_of.get(text, 0) + rows
    ordered = dict(sorted(rows_of.items(), key=lambda one: (-one[1], one[0])))
    return OpenPlaces(ordered, sum(one.withheld_rows for one in found))
