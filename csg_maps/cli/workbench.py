"""Commands of the workbench: list what is set aside, mend or refuse rows, take the last mend back."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import click

from csg_maps.cli.arguments import one_clear_line, store_option
from csg_maps.errors import InputRefused
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.mending import VALUE_FIELDS, Mend

WAYS = {"point": "point", "area": "area", "value": "value", "unplaced": "unplaced", "refuse": "refused"}


@click.group("set-aside")
def set_aside() -> None:
    """Rows set aside: mend them, or refuse them, within their 30 days."""


@set_aside.command("list")
@store_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@one_clear_line
def list_rows(folder: Path, as_json: bool) -> None:
    """List what is set aside, by batch and reason, the soonest to go first."""
    import datetime

    from csg_maps.workflows import mending, set_aside, stores

    found = set_aside.open_rows(stores.open_local(folder), LOCAL_ACTOR, datetime.date.today())
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(batch) for batch in found], ensure_ascii=False, indent=1))
        return
    for batch in found:
        click.echo(f"{batch.batch_id}  {batch.agency}  goes on {batch.goes_on} ({batch.days_left} days left)")
        click.echo(f"  {mending.in_words(batch.standing)}")
        for group in batch.groups:
            rows = ", ".join(str(row) for row in group.rows[:20]) + (" …" if len(group.rows) > 20 else "")
            click.echo(f"  {group.codes}: {len(group.rows)} x {group.words} Rows {rows}")
    if not found:
        click.echo("Nothing is set aside.")


@set_aside.command("mend")
@click.argument("batch")
@store_option
@click.option(
    "--rows", required=True, metavar="all|REASON|N,N,...", help="Which: all, those of a reason, or row numbers."
)
@click.option("--how", required=True, type=click.Choice(tuple(WAYS)))
@click.option("--at", default="", metavar="LAT,LNG|POSTCODE|proposed", help="For point: where.")
@click.option("--layer", default="", metavar="NAME", help="For area: the layer.")
@click.option("--area", default="", metavar="CODE", help="For area: the code of the area.")
@click.option(
    "--set", "values", multiple=True, metavar="field=VALUE", help=f"Correct a value: {', '.join(VALUE_FIELDS)}."
)
@click.option("--why", default="", metavar="TEXT", help="For refuse: the reason; nobody's name.")
@one_clear_line
def mend(batch: str, folder: Path, rows: str, how: str, **options: Any) -> None:
    """Mend rows set aside in one way; what still breaks a rule stays set aside."""
    import datetime

    from csg_maps.workflows import mending, set_aside, stores

    store = stores.open_local(folder)
    found = {one.batch_id: one for one in set_aside.open_rows(store, LOCAL_ACTOR, datetime.date.today())}
    if batch not in found:
        raise InputRefused(f"Nothing of batch {batch[:40]} is set aside, or its time is over.")
    words = (rows,) if any(rows == group.codes for group in found[batch].groups) else tuple(rows.split(","))
    positions = set_aside.find_positions(found[batch], tuple(word.strip() for word in words))
    done = mending.mend(store, LOCAL_ACTOR, batch, positions, _mend_of(how, **options))
    for row, why in done.still:
        click.echo(f"Row {row} stays set aside: {why}")
    click.echo(mending.in_words(done.standing))


def _mend_of(how: str, *, at: str, layer: str, area: str, values: tuple[str, ...], why: str) -> Mend:
    pairs = [value.partition("=") for value in values]
    if wrong := [text for text, equals, _value in pairs if not equals]:
        raise InputRefused(f"--set takes field=VALUE; found {wrong[0][:60]!r}.")
    latitude, longitude, postcode = _place_of(at)
    return Mend(
        WAYS[how],
        latitude=latitude,
        longitude=longitude,
        postcode=postcode,
        is_proposed=at == "proposed",
        layer_id=layer,
        area_code=area,
        values=tuple((field, value) for field, _equals, value in pairs),
        why=why,
    )


def _place_of(at: str) -> tuple[float | None, float | None, str]:
    """Latitude and longitude, or a postcode, out of --at."""
    first, comma, second = at.partition(",")
    if not comma:
        return None, None, "" if at in {"", "proposed"} else at
    try:
        return float(first), float(second), ""
    except ValueError:
        raise InputRefused(f"--at takes LAT,LNG, a postcode or `proposed`; found {at[:60]!r}.") from None


@set_aside.command("undo")
@click.argument("batch")
@store_option
@one_clear_line
def undo(batch: str, folder: Path) -> None:
    """Take the newest mend of a batch back, within a day."""
    from csg_maps.workflows import mending, stores

    store = stores.open_local(folder)
    newest = next((step.step for step in mending.steps(store, LOCAL_ACTOR, batch)), "")
    rows = mending.undo(store, LOCAL_ACTOR, batch, newest)
    click.echo(f"{rows} rows are set aside again. {mending.in_words(mending.standing(store, LOCAL_ACTOR, batch))}")
