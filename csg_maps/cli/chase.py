"""Commands of the monthly chase: who is behind, the blank return to hand out, the reply to send."""

import datetime
from pathlib import Path

import click

from csg_maps.cli.arguments import one_clear_line, store_option
from csg_maps.i18n import language
from csg_maps.model.actor import LOCAL_ACTOR


@click.command("supplies")
@store_option
@one_clear_line
def supply_board(folder: Path) -> None:
    """List whose supply is due, late or missing."""
    from csg_maps.workflows import chasing, stores

    today = datetime.date.today()
    rows = chasing.board(stores.open_local(folder), LOCAL_ACTOR, today)
    said = [f"{row.agency:16} {chasing.state_words(row, today)}; {chasing.volume_words(row.volume)}" for row in rows]
    click.echo("\n".join(said) or "Nothing has been imported yet.")


@click.group("return")
def return_() -> None:
    """Blank returns for agencies without a system of their own."""


@return_.command("blank")
@store_option
@click.option("--agency", required=True, metavar="CODE", help="For whom.")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Ends in .xlsx.")
@one_clear_line
def blank(folder: Path, agency: str, out: Path) -> None:
    """Write the blank return of an agency, an Excel workbook that imports without any mapping."""
    from csg_maps.workflows import returns, stores

    click.echo(returns.write_return(stores.open_local(folder), LOCAL_ACTOR, agency, out))


@click.command()
@store_option
@click.option("--agency", required=True, metavar="CODE", help="Whom to answer.")
@click.option("--batch", "batch_id", default="", metavar="ID", help="About which batch; its newest if not given.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Ends in .html, .txt or .md."
)
@one_clear_line
def reply(folder: Path, agency: str, batch_id: str, out: Path) -> None:
    """Write the reply to an agency about what it sent, in the language of --language."""
    from csg_maps.workflows import replying, stores

    store = stores.open_local(folder)
    click.echo(replying.write_reply(store, LOCAL_ACTOR, agency, batch_id=batch_id, language=language(), out=out))
