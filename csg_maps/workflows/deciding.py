"""How one table will be read: the mapping that a person or a profile decided, else the suggestion; and why it may not be."""

import dataclasses
from dataclasses import dataclass

from csg_maps.errors import InputRefused
from csg_maps.i18n import N_, _
from csg_maps.intake.files.tables import RawTable
from csg_maps.intake.meaning import profiles
from csg_maps.intake.meaning.identifiers import is_used_as_place
from csg_maps.intake.meaning.profiles import MappingProposal, Question
from csg_maps.intake.messages import found, register
from csg_maps.intake.rows import readiness
from csg_maps.model.mapping import ColumnMapping, SavedProfile, mapping_from_json
from csg_maps.model.problems import Problem
from csg_maps.model.supply import ImportRequest
from csg_maps.store import profiles as saved_profiles
from csg_maps.store.workspace import Store

IDENTIFIERS_UNDECIDED = register(
    "identifiers-undecided",
    "refuse",
    N_("The column {name} seems to identify people. {reason}"),
    N_("Leave the column out (--leave-out), or ask the agency for a file without it."),
)
POLICE_UK_IS_BACKGROUND = register(
    "police-uk-is-background",
    "refuse",
    N_("Street-level crime from police.uk says nothing about children: it is background, never a concern."),
    N_("Import it as background."),
)


RETURN_OF_ANOTHER = register(
    "return-of-another-agency",
    "refuse",
    N_("This return was made for {made_for}, and is imported as from {agency}."),
    N_("Choose the agency that it was made for, or send the other agency a return of its own."),
)


@dataclass(frozen=True)
class Decision:
    """How a table is read. With any `refusals` it is not; `announcements` say what was chosen without asking."""

    layout: str
    mapping: ColumnMapping
    reasons: dict[str, str]
    refusals: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    evidence: str
    profile_name: str
    announcements: tuple[str, ...]


def decide(store: Store, table: RawTable, request: ImportRequest) -> Decision:
    """The mapping of a table for this request, by what was decided, by the agency's profile, or by suggestion."""
    layout = profiles.layout_key(table.columns)
    proposal = profiles.suggest_mapping(table, saved_profile(store, request.provenance.agency, layout, request.profile))
    decided = request.mappings.get(layout)
    adjusted = _adjusted(table, decided or proposal.mapping, request)
    mapping: ColumnMapping = adjusted
    asked: tuple[Question, ...] = ()
    if adjusted != proposal.mapping:  # else it is complete already
        mapping, _findings, _unknown, asked = profiles.complete_mapping(adjusted, table)
    evidence = request.evidence or ("background" if proposal.is_background else "concern")
    wrong = profiles.wrong_file(table.columns, table.name)
    refusals = [wrong] if wrong else list(readiness.refusals(table.name, table.columns, mapping))
    if proposal.is_background and evidence != "background":
        refusals.append(found(POLICE_UK_IS_BACKGROUND, table.name))
    agency = request.provenance.agency
    for said in table.problems:
        if said.code == "return-known" and said.values["agency"] not in {"", agency}:
            refusals.append(found(RETURN_OF_ANOTHER, table.name, made_for=said.values["agency"], agency=agency))
    left_out = {*request.leave_out, *mapping.left_out}
    refusals += [
        found(IDENTIFIERS_UNDECIDED, table.name, column=one.column, name=one.column, reason=one.reason)
        for one in proposal.identifiers
        if one.sure
        and one.column not in left_out
        and one.column != mapping.fields.get("reference")
        and not is_used_as_place(one, mapping.fields)
    ]
    return Decision(
        layout=layout,
        mapping=mapping,
        reasons={suggestion.field: suggestion.reason for suggestion in proposal.suggestions},
        refusals=tuple(refusals),
        warnings=() if refusals else readiness.warnings(table, mapping),
        evidence=evidence,
        profile_name=proposal.profile_name,
        announcements=tuple(
            _announcements(
                table,
                mapping,
                proposal,
                tuple(dict.fromkeys((*proposal.asked, *asked))),
                was_decided=decided is not None,
                evidence=evidence,
            )
        ),
    )


def saved_profile(store: Store, agency: str, layout: str, name: str = "") -> SavedProfile | None:
    """What the agency's profile says of this layout; `name` asks for one by its name. Raises InputRefused for an unknown name.

    The built-in profile "police-uk" is known by its headings and needs no name.
    """
    held = saved_profiles.list_profiles(store, agency=agency)
    if name and name not in profiles.BUILT_IN and name not in {entry.name for entry in held}:
        known = ", ".join(sorted({*profiles.BUILT_IN, *(entry.name for entry in held)}))
        raise InputRefused(_("There is no profile {name!r}; the profiles are: {known}.").format(name=name, known=known))
    for entry in held:
        if entry.layout_key == layout and name in {"", entry.name}:
            return SavedProfile(entry.name, entry.agency, entry.layout_key, mapping_from_json(entry.mapping))
    return None


def _adjusted(table: RawTable, mapping: ColumnMapping, request: ImportRequest) -> ColumnMapping:
    """The mapping with what was said beside it: columns by name, the coordinate system, columns to leave out."""
    left_out = tuple(
        column for column in dict.fromkeys((*mapping.left_out, *request.leave_out)) if column in table.columns
    )
    fields = {field: column for field, column in mapping.fields.items() if column not in left_out}
    for field, column in request.overrides.items():
        fields = {other: held for other, held in fields.items() if held != column}
        fields[field] = column
    if {"latitude", "easting"} & set(
        request.overrides
    ):  # another pair of coordinates takes the place of the suggested one
        kept = set(request.overrides)
        fields = {
            field: column
            for field, column in fields.items()
            if field in kept or field not in {"latitude", "longitude", "easting", "northing"}
        }
    crs = request.crs or mapping.crs
    return dataclasses.replace(mapping, fields=fields, crs=crs, left_out=left_out)


def _announcements(
    table: RawTable,
    mapping: ColumnMapping,
    proposal: MappingProposal,
    asked: tuple[Question, ...],
    *,
    was_decided: bool,
    evidence: str,
) -> list[str]:
    """What was chosen without asking, in sentences."""
    said = []
    if evidence == "background":
        said.append(_("Kept as background: counted apart, never added to concerns."))
    for column, written in mapping.formats.items():
        if column in mapping.fields.values():
            said.append(_("Dates in {column} are read as {format}.").format(column=column, format=written))
    if mapping.crs and {"latitude", "easting"} & set(mapping.fields):
        said.append(_("Coordinates are read as {crs}.").format(crs=mapping.crs))
    if not was_decided:
        said += [
            _("Not certain: {what} Taken as: {taken}.").format(what=question.text, taken=question.default)
            for question in asked
            if question.kind in {"crs", "date_format"} and question.default
        ]
    if not was_decided and not proposal.profile_name:
        for suggestion in proposal.suggestions:
            if mapping.fields.get(suggestion.field) == suggestion.column:
                said.append(f"{suggestion.field} = {suggestion.column}: {suggestion.reason}")
        unused = [column for column in table.columns if column not in mapping.fields.values()]
        if unused:
            said.append(_("Not used, and not kept: {columns}.").format(columns=", ".join(unused)[:300]))
    return said
