"""Commands for places by name: what texts may mean, and a person's answers."""

from pathlib import Path

import click

from csg_maps.cli.arguments import ListCommand, chosen_columns, one_clear_line, store_option
from csg_maps.errors import InputRefused
from csg_maps.model.actor import LOCAL_ACTOR


@click.group()
def names() -> None:
    """Places by name: suggest what a file's texts mean, and keep what you say that they mean."""


@names.command("suggest", cls=ListCommand)
@click.argument("file", type=click.Path(path_type=Path))
@store_option
@click.option("--agency", required=True, metavar="CODE", help="Who supplies it.")
@click.option("--map", "columns", multiple=True, metavar="field=COLUMN ...")
@click.option("--leave-out", "leave_out", multiple=True, metavar="COLUMN ...", help="Columns that identify people.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write a CSV to fill in the column target, for `names decide`."
)
@one_clear_line
def suggest_names(
    file: Path, folder: Path, agency: str, *, columns: tuple[str, ...], leave_out: tuple[str, ...], out: Path | None
) -> None:
    """List the texts of a file that name a place nobody has confirmed yet, with suggestions."""
    from csg_maps.model.provenance import Provenance, Sharing
    from csg_maps.model.supply import ImportRequest, SuppliedFile
    from csg_maps.workflows import exporting, naming, naming_files, stores

    if not file.is_file():
        raise InputRefused(f"There is no file {file.name!r}; check its name and folder.")
    store = stores.open_local(folder)
    request = ImportRequest(
        files=(SuppliedFile(str(file), file.name),),
        provenance=Provenance(agency, "", "", "", ""),
        sharing=Sharing(),
        overrides=chosen_columns(columns),
        leave_out=leave_out,
    )
    found = naming_files.texts_of_request(store, LOCAL_ACTOR, request)
    suggestions = naming.suggest(store, LOCAL_ACTOR, list(found.rows_of))
    for one in suggestions:
        said = f"{one.text} ({found.rows_of[one.text]} rows): "
        if one.is_ambiguous:
            said += f"AMBIGUOUS. {one.why} "
        said += "; ".join(f"{c.name} [{c.target}] {c.score:.0f}" for c in one.candidates) or "no known place is near"
        click.echo(said)
    if found.withheld_rows:
        click.echo(f"{found.withheld_rows} rows name their place in a text that may tell of a person: not shown.")
    if not suggestions:
        click.echo("Nothing to confirm.")
    if out is not None:
        exporting.write_table(naming.as_table(found.rows_of, suggestions), out)


@names.command("confirm")
@store_option
@click.option("--agency", required=True, metavar="CODE")
@click.option("--text", required=True, metavar="TEXT", help="As the agency writes it.")
@click.option("--target", required=True, metavar="ID|none", help="Such as name:… of `names suggest`, uprn:…, or none.")
@one_clear_line
def confirm_name(folder: Path, agency: str, text: str, target: str) -> None:
    """Say what one text of an agency means; it is remembered."""
    from csg_maps.workflows import naming, stores

    meant = naming.NONE if target.casefold() in naming.NONE_WORDS else target
    naming.confirm(stores.open_local(folder), LOCAL_ACTOR, agency, [naming.PlaceAnswer(text, meant)])
    click.echo("Remembered.")


@names.command("decide")
@click.argument("file", type=click.Path(path_type=Path))
@store_option
@click.option("--agency", required=True, metavar="CODE")
@one_clear_line
def decide_names(file: Path, folder: Path, agency: str) -> None:
    """Keep the answers of a CSV with the columns text and target ("none" = no known place; blank = not decided)."""
    from csg_maps.workflows import naming, stores

    try:
        content = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise InputRefused(
            f"{file.name!r} cannot be read as UTF-8 text; check its name, and save it as CSV UTF-8."
        ) from None
    count = naming.confirm(stores.open_local(folder), LOCAL_ACTOR, agency, naming.answers_from_csv(content))
    click.echo(f"{count} answers are remembered.")


@names.command("list")
@store_option
@click.option("--agency", required=True, metavar="CODE")
@one_clear_line
def list_names(folder: Path, agency: str) -> None:
    """List what an agency's texts were said to mean."""
    from csg_maps.workflows import naming, stores

    store = stores.open_local(folder)
    held = naming.decided(store, LOCAL_ACTOR, agency)
    called = naming.names_of(store, {one.target for one in held})
    lines = [f"{one.written} = {called[one.target] or one.target or 'none'} ({one.precision})" for one in held]
    click.echo("\n".join(lines) or "Nothing is remembered yet.")


@names.command("forget")
@store_option
@click.option("--agency", required=True, metavar="CODE")
@click.option("--text", "texts", required=True, multiple=True, metavar="TEXT")
@one_clear_line
def forget_names(folder: Path, agency: str, texts: tuple[str, ...]) -> None:
    """Take answers back: the texts are asked about again."""
    from csg_maps.workflows import naming, stores

    click.echo(f"{naming.forget(stores.open_local(folder), LOCAL_ACTOR, agency, texts)} answers are forgotten.")
