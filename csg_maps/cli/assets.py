"""Commands for assets: bring a list in, list them, say what is near a place, and reach community guardians."""

import json
from pathlib import Path
from typing import Any

import click

from csg_maps.cli.arguments import ListCommand, one_clear_line, store_option
from csg_maps.errors import InputRefused
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.asset import ASSET_FIELDS


@click.group()
def assets() -> None:
    """Assets: schools, stops, parks, takeaways, safe places and other public places of your area."""


@assets.command("add", cls=ListCommand)
@click.argument("file", type=click.Path(path_type=Path))
@store_option
@click.option("--kind", default="", metavar="CODE", help="One kind for every row, such as school or transport.stop.")
@click.option("--source", default="", metavar="NAME", help="The same name again updates what came before.")
@click.option("--map", "columns", multiple=True, metavar="field=COLUMN ...")
@click.option("--crs", default="", metavar="EPSG:N", help="Of the coordinates.")
@click.option("--dry-run", is_flag=True, help="Check everything, keep nothing.")
@click.option("--report", type=click.Path(path_type=Path), help="Write what was found, as JSON.")
@one_clear_line
def add_assets(file: Path, folder: Path, *, columns: tuple[str, ...], report: Path | None, **options: Any) -> None:
    """Bring in a list of assets of any layout; every row is accounted for."""
    from csg_maps.workflows import asset_imports, stores
    from csg_maps.workflows import assets as held

    if not file.is_file():
        raise InputRefused(f"There is no file {file.name!r}; check its name and folder.")
    if report and (report.is_dir() or not report.resolve().parent.is_dir()):
        raise InputRefused("--report names a file in a folder that exists; make the folder first.")
    choice = asset_imports.AssetChoice(
        source=options["source"], kind=options["kind"], fields=_fields(columns), crs=options["crs"]
    )
    store = stores.open_local(folder)
    done = asset_imports.import_file(store, LOCAL_ACTOR, file, file.name, choice, dry_run=options["dry_run"])
    if report:
        report.write_text(json.dumps(done.as_dict(), ensure_ascii=False, indent=1), encoding="utf-8")
    click.echo("\n".join(asset_imports.in_words(done)))
    for reason in done.reasons:
        click.echo(reason)
    click.echo("; ".join(f"{held.kind_label(kind)}: {count}" for kind, count in done.kinds.items()))
    for level, words, count, row in asset_imports.summary(done.problems):
        first = f" (first in row {row})" if row else ""
        click.echo(f"[{level}] {count} x {words}{first}")
    click.echo(f"Source: {done.source}")


@assets.command("list", cls=ListCommand)
@store_option
@click.option("--kind", "kinds", multiple=True, metavar="CODE", help="Only this kind and those below it.")
@click.option("--removed", is_flag=True, help="Those taken away, not those in use.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@one_clear_line
def list_assets(folder: Path, kinds: tuple[str, ...], *, removed: bool, as_json: bool) -> None:
    """List the assets, by kind and name."""
    from csg_maps.workflows import assets as held
    from csg_maps.workflows import stores

    rows = held.as_rows(held.list_assets(stores.open_local(folder), LOCAL_ACTOR, kinds=kinds, removed=removed))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        lines = [f"{row['asset']}  {held.kind_label(row['kind'])}: {row['name'] or '-'}" for row in rows]
        click.echo("\n".join(lines) or "There are no assets yet.")


@assets.command("near", cls=ListCommand)
@store_option
@click.option("--cell", default="", metavar="HEX", help="An H3 cell of any size.")
@click.option("--at", default="", metavar="LAT,LNG", help="A point, in degrees.")
@click.option("--kind", "kinds", multiple=True, metavar="CODE", help="Only this kind and those below it.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@one_clear_line
def near(folder: Path, cell: str, at: str, *, kinds: tuple[str, ...], as_json: bool) -> None:
    """Say what is near a cell or a point, within 250, 400 and 800 m."""
    from csg_maps.workflows import assets as held
    from csg_maps.workflows import assets_near, stores

    if bool(cell) == bool(at):
        raise InputRefused("Say either --cell HEX or --at LAT,LNG.")
    store = stores.open_local(folder)
    found = assets_near.near(store, LOCAL_ACTOR, assets_near.where_from_text(cell, at), kinds=kinds)
    if as_json:
        click.echo(json.dumps(assets_near.as_rows(found), ensure_ascii=False, indent=1))
        return
    ring = 0
    for one in found:
        if one.ring_m != ring:
            ring = one.ring_m
            click.echo(assets_near.ring_words(ring))
        state = assets_near.open_words(one.open_share)
        click.echo(
            f"  {one.distance_m:>4} m  {held.kind_label(one.asset.kind)}: {held.shown_name(one.asset) or '-'}"
            + (f" ({state} now)" if state else "")
        )
    click.echo("Straight line, 80 m a minute." if found else "No asset is within 800 m.")


@assets.group("contacts")
def contacts() -> None:
    """How to reach community guardians: people who agreed to be listed. Each reading is recorded."""


@contacts.command("list")
@store_option
@click.option("--asset", default="", metavar="ID", help="Of this asset only.")
@one_clear_line
def list_contacts(folder: Path, asset: str) -> None:
    """Read the contacts; that they were read is recorded."""
    from csg_maps.workflows import assets as held
    from csg_maps.workflows import stores

    found = held.contacts(stores.open_local(folder), LOCAL_ACTOR, asset)
    for one in found:
        click.echo(f"{one.asset_id}  {one.name}, {one.role or '-'}: {one.phone} {one.email} (agreed {one.agreed_on})")
    click.echo(f"{len(found)} read; this is recorded.")


@contacts.command("add")
@store_option
@click.option("--asset", required=True, metavar="ID")
@click.option("--name", required=True, metavar="TEXT")
@click.option("--role", default="", metavar="TEXT")
@click.option("--phone", default="", metavar="TEXT")
@click.option("--email", default="", metavar="TEXT")
@click.option("--agreed-on", required=True, metavar="YYYY-MM-DD", help="When the person agreed to be listed.")
@one_clear_line
def add_contact(folder: Path, asset: str, **fields: str) -> None:
    """List a person who agreed to it."""
    from csg_maps.workflows import assets as held
    from csg_maps.workflows import stores

    held.add_contact(stores.open_local(folder), LOCAL_ACTOR, asset, **fields)
    click.echo("The contact is kept, apart from the assets.")


def _fields(pairs: tuple[str, ...]) -> dict[str, str]:
    fields = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise InputRefused(f"--map is written field=COLUMN, such as name=Site; found {pair!r}.")
        if field not in ASSET_FIELDS:
            raise InputRefused(f"--map knows no field {field!r}; the fields are {', '.join(ASSET_FIELDS)}.")
        fields[field] = column
    return fields
