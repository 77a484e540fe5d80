"""Commands that count: counts and hotspots by cell or by area, to a file."""

from pathlib import Path
from typing import Any

import click

from csg_maps.cli.arguments import (
    ListCommand,
    chosen_filter,
    chosen_place,
    filter_options,
    one_clear_line,
    place_options,
    store_option,
)
from csg_maps.errors import InputRefused
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import DIMENSIONS, EXPECTED, METHODS

OUT = click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="By its ending: .csv, .parquet, .geojson, .gpkg."
)


@click.command(cls=ListCommand)
@store_option
@filter_options
@place_options
@click.option("--by", default="", metavar="month,harm,...", help=f"Out of {', '.join(DIMENSIONS)}.")
@OUT
@one_clear_line
def count(folder: Path, by: str, out: Path, **options: Any) -> None:
    """Count records by cell or area, and by month, harm, agency and so on."""
    from csg_maps.workflows import exporting, stores, takeaway

    exporting.check_ending(out)
    dimensions = tuple(word.strip() for word in by.split(",") if word.strip())
    unknown = [word for word in dimensions if word not in DIMENSIONS]
    if unknown:
        raise InputRefused(f"--by takes {', '.join(DIMENSIONS)}; found {unknown[0]!r}.")
    store = stores.open_local(folder)
    chosen, place = chosen_filter(options), chosen_place(options)
    facts = takeaway.export_counts(store, LOCAL_ACTOR, chosen, place, by=dimensions, out=out)
    click.echo(facts)


@click.command(cls=ListCommand)
@store_option
@filter_options
@place_options
@click.option("--method", type=click.Choice(METHODS), default="count", show_default=True)
@click.option("--bandwidth-m", type=float, help="For density: radius of the kernel, in metres.")
@click.option(
    "--expected",
    type=click.Choice(EXPECTED),
    default="even",
    show_default=True,
    help="What the exact test expects: even over settled cells, or proportional to the background layer.",
)
@OUT
@one_clear_line
def hotspots(folder: Path, method: str, bandwidth_m: float | None, expected: str, out: Path, **options: Any) -> None:
    """Find places with more than expected, by cell or area."""
    from csg_maps.workflows import exporting, stores, takeaway

    exporting.check_ending(out)
    store = stores.open_local(folder)
    chosen, place = chosen_filter(options), chosen_place(options)
    click.echo(
        takeaway.export_hotspots(
            store, LOCAL_ACTOR, chosen, place, out=out, method=method, bandwidth_m=bandwidth_m, expected=expected
        )
    )
