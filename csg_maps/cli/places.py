"""Commands of the register of places: list, propose, print."""

import datetime
import json
from pathlib import Path
from typing import Any

import click

from csg_maps.cli.arguments import one_clear_line, store_option
from csg_maps.errors import InputRefused
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.registered_place import FirstAction, ProposedPlace, default_review
from csg_maps.model.vocabulary import labels

ACTION_WEEKS = 4


@click.group()
def places() -> None:
    """The register of places: what is taken on, who does what next."""


@places.command("list")
@store_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@one_clear_line
def list_(folder: Path, as_json: bool) -> None:
    """List the places, what is overdue first."""
    from csg_maps.workflows import place_ground, place_register, stores

    rows = place_register.register(stores.open_local(folder), LOCAL_ACTOR)
    if as_json:
        click.echo(json.dumps([_as_dict(row) for row in rows], ensure_ascii=False, indent=1))
        return
    for row in rows:
        late = f"  ({', '.join(row.overdue)})" if row.overdue else ""
        name = place_ground.name_of(row.place)
        click.echo(f"{row.place.reference}  {row.place.status:9} {row.place.review_on}  {name}{late}")


def _as_dict(row: Any) -> dict[str, Any]:
    place = row.place
    return {
        "reference": place.reference,
        "name": place.name,
        "name_cy": place.name_cy,
        "status": place.status,
        "cells": len(place.cells),
        "review_on": place.review_on,
        "young_people_asked": place.is_asked,
        "overdue": list(row.overdue),
        "next_action": row.next_action.what if row.next_action else "",
    }


@places.command("propose")
@store_option
@click.option(
    "--cell", "cells", multiple=True, metavar="HEX", help="An H3 cell, up to 130 m small; may be given again."
)
@click.option("--area", default="", metavar="LAYER:CODE", help="An area of a layer.")
@click.option("--name", default="", help="After a street, a park or a stop; without it the best suggestion is taken.")
@click.option("--name-cy", default="", help="Its Welsh name.")
@click.option("--type", "place_type", type=click.Choice(list(labels("place_types"))), default="other")
@click.option("--why", required=True, help="What about the place lets harm happen.")
@click.option("--young-people", default="", help="What young people say; leave it out while nobody has asked.")
@click.option("--asked-on", default="", metavar="YYYY-MM-DD")
@click.option("--harm", "harms", multiple=True, metavar="CODE")
@click.option("--strength", "strengths", multiple=True, help="May be given again.")
@click.option("--action", required=True, help="What will be done first.")
@click.option("--action-type", type=click.Choice(list(labels("action_types"))), default="environment")
@click.option("--owner", type=click.Choice(list(labels("agencies"))), required=True, help="Agency that does it.")
@click.option("--role", required=True, help="Role of the owner, never a name.")
@click.option("--due", default="", metavar="YYYY-MM-DD", help="Without it: four weeks from today.")
@click.option("--review", default="", metavar="YYYY-MM-DD", help="Without it: twelve weeks from today.")
@one_clear_line
def propose(folder: Path, cells: tuple[str, ...], area: str, **said: str | tuple[str, ...]) -> None:
    """Put a place into the register, with its first action and a review date."""
    from csg_maps.workflows import place_ground, place_names, place_register, stores

    if bool(cells) == bool(area):
        raise InputRefused("Say where: --cell HEX (one or more) or --area LAYER:CODE.")
    store = stores.open_local(folder)
    if area:
        layer, _colon, code = area.partition(":")
        ground = place_ground.ground_of_area(store, layer, code)
    else:
        ground = place_ground.ground_of_hex(cells)
    text = {name: value for name, value in said.items() if isinstance(value, str)}
    name, name_cy = text["name"], text["name_cy"]
    if not name:
        suggested = place_names.suggest_names(store, ground.cells)
        if not suggested:
            raise InputRefused("Nothing with a name is known near there; give the place a name with --name.")
        name, name_cy = suggested[0].name, suggested[0].name_cy
    today = datetime.date.today()
    place = place_register.propose(
        store,
        LOCAL_ACTOR,
        ProposedPlace(
            name=name,
            name_cy=name_cy,
            cells=ground.cells,
            origin=ground.origin,
            origin_key=ground.origin_key,
            place_type=text["place_type"],
            why=text["why"],
            young_people=text["young_people"],
            asked_on=text["asked_on"],
            harms=tuple(said["harms"]),
            strengths=tuple(said["strengths"]),
            review_on=text["review"] or default_review(today),
            action=FirstAction(
                what=text["action"],
                action_type=text["action_type"],
                agency=text["owner"],
                owner_role=text["role"],
                due_on=text["due"] or (today + datetime.timedelta(weeks=ACTION_WEEKS)).isoformat(),
            ),
        ),
    )
    for line in place_register.advice(text["why"], text["young_people"], text["action"]):
        click.echo(line, err=True)
    for other in place_ground.overlaps(store, place.cells, besides=place.place_id):
        click.echo(f"{other.shared} of its {len(place.cells)} cells are in {other.reference} too.", err=True)
    click.echo(f"{place.reference}  {place.name}: reviewed on {place.review_on}.")


@places.command("print")
@click.argument("reference")
@store_option
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A file that ends in .html.")
@one_clear_line
def print_(reference: str, folder: Path, out: Path) -> None:
    """Write the page about a place that is printed."""
    from csg_maps.workflows import place_printing, place_register, stores

    store = stores.open_local(folder)
    opened = place_register.open_place(store, LOCAL_ACTOR, reference)
    place_printing.write_page(store, LOCAL_ACTOR, opened, out)
    click.echo(f"{reference} is written. It is marked {opened.place.marking}; that it was taken away is recorded.")
