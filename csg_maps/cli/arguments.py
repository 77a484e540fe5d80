"""Arguments as people type them: lists after one flag, a store that must exist, errors as one clear line."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from csg_maps.errors import CsgMapsError, InputRefused
from csg_maps.model.filters import AreaPlace, ConcernFilter, Place, make_cell_place, make_filter
from csg_maps.model.mapping import FIELDS

LIST_FLAGS = (
    "--harm",
    "--agency",
    "--within",
    "--map",
    "--setting",
    "--age-band",
    "--leave-out",
    "--weekday",
    "--hours",
)


class ListCommand(click.Command):
    """A command whose list options take several words after one flag: `--harm missing violence`.

    `--map` only takes words of the form field=COLUMN, so that file names may follow it.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the flag before each further word, which is what click understands."""
        lists = {name for option in self.params for name in option.opts if name in LIST_FLAGS and _is_list(option)}
        return super().parse_args(ctx, spread(args, lists))


def _is_list(option: click.Parameter) -> bool:
    return isinstance(option, click.Option) and option.multiple


def spread(args: list[str], lists: set[str]) -> list[str]:
    """Write each further word of a list with its flag.

    >>> spread(["--harm", "asb", "missing", "--out", "x.csv"], {"--harm"})
    ['--harm', 'asb', '--harm', 'missing', '--out', 'x.csv']
    """
    spread_out: list[str] = []
    flag, taken = "", 0
    for word in args:
        if word.startswith("--"):
            flag, taken = (word, 0) if word in lists else ("", 0)
        elif flag and taken and (flag != "--map" or "=" in word):
            spread_out.append(flag)
        elif taken:
            flag = ""
        taken += bool(flag) and not word.startswith("--")
        spread_out.append(word)
    return spread_out


def one_clear_line(command: Callable[..., Any]) -> Callable[..., Any]:
    """Show any of our errors as one line on standard error and exit with 1; never a traceback."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except CsgMapsError as problem:
            click.echo(f"csg_maps: {' '.join(str(problem).split())}", err=True)
            sys.exit(1)

    return wrapped


def store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--store DIR`."""
    option = click.option(
        "--store", "folder", required=True, metavar="DIR", type=click.Path(path_type=Path), help="Folder of the store."
    )
    return option(command)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that select records, the same for every command that counts."""
    for option in reversed(
        (
            click.option("--evidence", type=click.Choice(["concern", "intelligence", "background"]), default="concern"),
            click.option("--from", "month_from", default="", metavar="YYYY-MM", help="First month, included."),
            click.option("--to", "month_to", default="", metavar="YYYY-MM", help="Last month, included."),
            click.option("--harm", "harms", multiple=True, metavar="CODE ...", help="A group means all of it."),
            click.option("--agency", "agencies", multiple=True, metavar="CODE ..."),
            click.option("--setting", "settings", multiple=True, metavar="CODE ..."),
            click.option("--age-band", "age_bands", multiple=True, metavar="CODE ..."),
            click.option("--weekday", "weekdays", multiple=True, metavar="1..7 ...", help="1 is Monday."),
            click.option("--hours", "hour_bands", multiple=True, metavar="CODE ...", help="Such as 15_18."),
            click.option("--within", multiple=True, metavar="LAYER:AREA_CODE ..."),
            click.option("--leave-out-proactive", is_flag=True, help="Without what enforcement activity found."),
        )
    ):
        command = option(command)
    return command


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--resolution N` or `--areas LAYER`."""
    command = click.option("--areas", default="", metavar="LAYER", help="Count by the areas of this layer.")(command)
    return click.option("--resolution", type=int, metavar="N", help="Count by cells: 7 to 10.")(command)


def chosen_filter(options: dict[str, Any]) -> ConcernFilter:
    """Take the filter's options out of `options` and check them."""
    within = []
    for pair in options.pop("within"):
        layer, colon, code = pair.partition(":")
        if not (layer and colon and code):
            raise InputRefused(f"--within is written LAYER:AREA_CODE, such as wards:W05001234; found {pair!r}.")
        within.append((layer, code))
    names = (
        "evidence",
        "month_from",
        "month_to",
        "harms",
        "agencies",
        "settings",
        "age_bands",
        "weekdays",
        "hour_bands",
    )
    return make_filter(
        within=tuple(within),
        leave_out_proactive=options.pop("leave_out_proactive"),
        **{name: options.pop(name) for name in names},
    )


def chosen_place(options: dict[str, Any]) -> Place:
    """Take the place's options out of `options`: exactly one must be given."""
    resolution, areas = options.pop("resolution"), options.pop("areas")
    if (resolution is None) == (not areas):
        raise InputRefused("Say either --resolution N (cells) or --areas LAYER (areas).")
    return AreaPlace(areas) if areas else make_cell_place(resolution)


def chosen_columns(pairs: tuple[str, ...]) -> dict[str, str]:
    """Field to column, from `field=COLUMN` words."""
    columns = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise InputRefused(f"--map is written field=COLUMN, such as latitude=Lat; found {pair!r}.")
        if field not in FIELDS:
            raise InputRefused(f"--map knows no field {field!r}; the fields are {', '.join(FIELDS)}.")
        columns[field] = column
    return columns
