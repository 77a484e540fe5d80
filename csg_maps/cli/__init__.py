"""The same workflows without a browser: `python -m csg_maps --help`."""

import click

from csg_maps.cli.assets import assets
from csg_maps.cli.basemaps import basemap
from csg_maps.cli.chase import reply, return_, supply_board
from csg_maps.cli.maps import count, hotspots
from csg_maps.cli.names import names
from csg_maps.cli.places import places
from csg_maps.cli.supplies import areas, batches, import_, init, restore_batch, run_job, tables, verify, withdraw
from csg_maps.cli.workbench import set_aside
from csg_maps.i18n import LANGUAGES, use_language


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", envvar="CSG_LANGUAGE", help="Of messages and labels."
)
def main(language: str) -> None:
    """Map where young people come to harm outside the home, so that places are made safer."""
    use_language(language)


for command in (
    init,
    import_,
    batches,
    withdraw,
    restore_batch,
    areas,
    tables,
    count,
    hotspots,
    places,
    verify,
    run_job,
):
    main.add_command(command)
main.add_command(names)
for command in (supply_board, return_, reply):
    main.add_command(command)
main.add_command(set_aside)
main.add_command(basemap)
main.add_command(assets)
