"""Commands that change or check a store: make one, import, withdraw, bring back, add areas, verify."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from csg_maps.cli.arguments import ListCommand, chosen_columns, one_clear_line, store_option
from csg_maps.errors import CsgMapsError, InputRefused
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.provenance import Provenance, make_sharing
from csg_maps.model.supply import ImportRequest, SuppliedFile
from csg_maps.workflows import boundaries, import_report, importing, jobs, references, stores, supplies


@click.command()
@store_option
@click.option("--demo", is_flag=True, help="Fill it with the fictional demo borough.")
@one_clear_line
def init(folder: Path, demo: bool) -> None:
    """Make a new store."""
    with click.progressbar(length=100, label="Making the store", file=sys.stderr) as bar:
        stores.make(folder, demo=demo, progress=to_bar(bar))
    click.echo("The store is made." + (" Its data is fictional." if demo else " It is empty: import a file next."))


@click.command("import", cls=ListCommand)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@store_option
@click.option("--agency", required=True, metavar="CODE", help="Who supplies it.")
@click.option("--agreement", required=True, metavar="TEXT", help="The sharing agreement.")
@click.option("--purpose", required=True, metavar="TEXT")
@click.option("--share-with", required=True, metavar="all|CODE,...", help="Who in the partnership may use this.")
@click.option("--retain-until", required=True, metavar="YYYY-MM-DD")
@click.option("--lawful-basis", default="public_task", show_default=True, metavar="CODE")
@click.option("--known-gaps", default="", metavar="TEXT", help="What the agency says is missing.")
@click.option("--evidence", type=click.Choice(["concern", "intelligence", "background"]), default=None)
@click.option("--profile", default="", metavar="police-uk|NAME")
@click.option("--save-profile", default="", metavar="NAME", help="Keep this mapping for the agency's next file.")
@click.option("--map", "columns", multiple=True, metavar="field=COLUMN ...")
@click.option("--crs", default="", metavar="EPSG:N", help="Of the coordinates.")
@click.option("--leave-out", "leave_out", multiple=True, metavar="COLUMN ...", help="Columns that identify people.")
@click.option("--sheet", "chosen", multiple=True, metavar="NAME", help="Only these sheets, members or layers.")
@click.option("--dry-run", is_flag=True, help="Check everything, keep nothing.")
@click.option("--report", type=click.Path(path_type=Path), help="Write what was found, as JSON.")
@one_clear_line
def import_(
    folder: Path, files: tuple[Path, ...], report: Path | None, columns: tuple[str, ...], **options: Any
) -> None:
    """Import files of one agency as one batch; every row is accounted for."""
    store = stores.open_local(folder)
    for file in files:
        if not file.is_file():
            raise InputRefused(f"There is no file {file.name!r}; check its name and folder.")
    if report and (report.is_dir() or not report.resolve().parent.is_dir()):
        raise InputRefused("--report names a file in a folder that exists; make the folder first.")
    request = ImportRequest(
        files=tuple(SuppliedFile(str(file), file.name) for file in files),
        provenance=Provenance(
            agency=options["agency"].strip().lower(),
            purpose=options["purpose"],
            lawful_basis=options["lawful_basis"],
            agreement=options["agreement"],
            retain_until=options["retain_until"],
            known_gaps=options["known_gaps"],
        ),
        sharing=make_sharing(options["share_with"]),
        evidence=options["evidence"] or "",
        profile=options["profile"],
        overrides=chosen_columns(columns),
        crs=options["crs"],
        chosen=options["chosen"],
        leave_out=options["leave_out"],
        dry_run=options["dry_run"],
        save_profile=options["save_profile"],
    )
    try:
        with click.progressbar(length=100, label="Importing", file=sys.stderr) as bar:
            result = importing.run_import(store, LOCAL_ACTOR, request, to_bar(bar))
    except CsgMapsError as problem:
        if report:  # whoever runs this by a script learns the reason from the report as well
            _write_report(report, import_report.refused_report(request, str(problem)).as_dict())
        raise
    if report:
        _write_report(report, result.as_dict())
    click.echo(import_report.in_words(result))
    if import_report.nothing_usable(result):
        why = next((f"{one.message} {one.fix}" for one in result.problems if one.level == "refuse"), "")
        raise InputRefused(f"Nothing was imported. {why}")


def _write_report(path: Path, report: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as problem:  # the import itself stands: its outcome is told all the same
        click.echo(f"csg_maps: the report could not be written ({problem.strerror}).", err=True)


@click.command()
@store_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@one_clear_line
def batches(folder: Path, as_json: bool) -> None:
    """List what was imported, the newest first."""
    listed = supplies.list_supplies(stores.open_local(folder), LOCAL_ACTOR)
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(supplies.as_lines(listed)) or "Nothing has been imported yet.")


@click.command()
@click.argument("batch")
@store_option
@click.option("--why", required=True, metavar="TEXT")
@one_clear_line
def withdraw(folder: Path, batch: str, why: str) -> None:
    """Take a batch out of every count; it can be brought back."""
    further = supplies.withdraw(stores.open_local(folder), LOCAL_ACTOR, batch, why)
    click.echo(f"Batch {batch} is withdrawn. `restore-batch {batch}` brings it back.")
    if further:
        click.echo(further)


@click.command("restore-batch")
@click.argument("batch")
@store_option
@one_clear_line
def restore_batch(folder: Path, batch: str) -> None:
    """Bring a withdrawn batch back."""
    supplies.restore(stores.open_local(folder), LOCAL_ACTOR, batch)
    click.echo(f"Batch {batch} is back.")


@click.group()
def areas() -> None:
    """Area layers: wards, LSOAs, neighbourhoods of your own."""


@areas.command("add")
@click.argument("file", type=click.Path(path_type=Path))
@store_option
@click.option("--layer", required=True, metavar="NAME")
@click.option("--code", required=True, metavar="FIELD")
@click.option("--name", required=True, metavar="FIELD")
@click.option("--name-cy", default="", metavar="FIELD", help="Field with the Welsh name.")
@click.option("--extent/--no-extent", "is_extent", default=None, help="Whether it covers your whole area (first: yes).")
@click.option("--crs", default="", metavar="EPSG:N", help="When the file does not say.")
@one_clear_line
def add_areas(folder: Path, file: Path, **options: Any) -> None:
    """Add a layer of areas from a file of polygons."""
    if not file.is_file():
        raise InputRefused(f"There is no file {file.name!r}; check its name and folder.")
    added = boundaries.add(stores.open_local(folder), LOCAL_ACTOR, file, file.name, boundaries.LayerChoice(**options))
    click.echo("\n".join(added.in_words))


@areas.command("list")
@store_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@one_clear_line
def list_areas(folder: Path, as_json: bool) -> None:
    """List the area layers."""
    listed = boundaries.list_layers(stores.open_local(folder), LOCAL_ACTOR)
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
    else:
        click.echo(
            "\n".join(f"{row['layer']}: {row['name']}, {row['areas']} areas" for row in listed) or "No layers yet."
        )


@click.group()
def tables() -> None:
    """Your own tables: postcodes, addresses that must never appear, codes of other years."""


@tables.command("add")
@click.argument("kind", type=click.Choice(references.KINDS), metavar="KIND")
@click.argument("file", type=click.Path(path_type=Path))
@store_option
@click.option("--layer", default="", metavar="NAME", help="For a lookup: the layer whose codes they become.")
@click.option("--from", "from_code", default="", metavar="FIELD", help="For a lookup: the code of the other year.")
@click.option("--to", "to_code", default="", metavar="FIELD", help="For a lookup: the code of the layer.")
@one_clear_line
def add_table(kind: str, file: Path, folder: Path, *, layer: str, from_code: str, to_code: str) -> None:
    """Keep a table, in place of the one before: postcodes, premises, lookup, or places by name (uprn, usrn, streets, names)."""
    if not file.is_file():
        raise InputRefused(f"There is no file {file.name!r}; check its name and folder.")
    codes = (from_code, to_code)
    click.echo(references.add(stores.open_local(folder), LOCAL_ACTOR, kind, file, file.name, layer=layer, codes=codes))


@click.command()
@store_option
@one_clear_line
def verify(folder: Path) -> None:
    """Read everything again and compare it with what was sealed."""
    findings = supplies.verify(stores.open_local(folder), LOCAL_ACTOR)
    click.echo("\n".join(findings.lines))
    if not findings.is_sound:
        sys.exit(1)


@click.command("run-job", hidden=True)
@click.argument("job_id")
@store_option
@one_clear_line
def run_job(folder: Path, job_id: str) -> None:
    """Do the work of one job of the app, in this process."""
    jobs.run(stores.open_local(folder), job_id)


def to_bar(bar: Any) -> importing.Progress:
    """Progress of a workflow, as a bar of a hundred parts."""
    reached = 0

    def progress(done: float, stage: str) -> None:
        nonlocal reached
        bar.label = stage or bar.label
        step = int(done * 100) - reached
        if step > 0:
            bar.update(step)
            reached += step

    return progress
