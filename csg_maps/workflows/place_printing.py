"""The page about a place that is printed: the same counts as the screen, put together for paper, and taken note of."""

import datetime
from pathlib import Path

import pandas as pd
from babel.dates import format_date, get_month_names
from babel.numbers import format_decimal

from csg_maps.briefings.place_page import PlacePage, Table, place_page
from csg_maps.disclosure.policy import require
from csg_maps.errors import InputRefused
from csg_maps.i18n import _, language, n_
from csg_maps.layers.printed_map import Tiles, printed_map
from csg_maps.model.actor import Actor
from csg_maps.model.filters import ConcernFilter
from csg_maps.model.registered_place import PlaceAction, RegisteredPlace, is_overdue
from csg_maps.model.vocabulary import codes, labels
from csg_maps.store import counts
from csg_maps.store.audit import record
from csg_maps.store.workspace import Store, data_version, writing
from csg_maps.workflows import basemaps, picture
from csg_maps.workflows.place_ground import bounds_around, name_of, northern_tip, outline
from csg_maps.workflows.place_register import ACTION_STATUS_LABELS, STATUS_LABELS, OpenedPlace
from csg_maps.workflows.place_story import PlaceStory, caution, comparison_words, story, where_words

MAP_WIDTH_PX, MAP_HEIGHT_PX = 1100, 800
READING_WIDTH_PX = 520.0
"""The map takes about half the width of the page."""

MOST_ROWS = 12
"""So many kinds of harm have a row of their own; the others share the last one, so that the sum stays whole."""


def html_page(store: Store, actor: Actor, opened: OpenedPlace) -> str:
    """The page as one HTML document in the reader's language; that it was taken away goes into the audit."""
    require(actor, "export")
    content = place_page(page_of(store, actor, opened))
    with writing(store) as connection:
        record(connection, actor, "export", what="place-page", place=opened.place.reference, ending=".html")
    return content


def write_page(store: Store, actor: Actor, opened: OpenedPlace, out: Path) -> None:
    """Write the page to a file whose name ends in .html. Raises InputRefused for another ending or a missing folder."""
    if out.suffix != ".html" or not out.resolve().parent.is_dir():
        raise InputRefused(_("--out names a file that ends in .html, in a folder that exists."))
    out.write_text(html_page(store, actor, opened), encoding="utf-8")


def file_name(place: RegisteredPlace) -> str:
    """The name of the page's file: marking and reference, nothing of what it holds."""
    return f"{place.marking}_{place.reference}.html"


def page_of(store: Store, actor: Actor, opened: OpenedPlace, today: datetime.date | None = None) -> PlacePage:
    """What the page says, as data."""
    day = today or datetime.date.today()
    place = opened.place
    told = story(store, actor, place, opened.actions)
    name = name_of(place)
    other = place.name if name != place.name else place.name_cy
    return PlacePage(
        language=language(),
        marking=place.marking,
        reference=place.reference,
        name=name,
        other_name=other if other != name else "",
        status=_(STATUS_LABELS[place.status]),
        made_on=_("made on {day}").format(day=_day(day.isoformat())),
        young_people=place.young_people,
        asked_on=_("Asked on {day}").format(day=_day(place.asked_on)) if place.is_asked else "",
        why=place.why,
        map_png=map_png(store, actor, place),
        where=where_words(place, told),
        total_words=total_words(told),
        tables=_tables(told),
        strengths=place.strengths,
        actions=_actions(opened.actions, day),
        comparisons=tuple(f"{one.action.what}: {comparison_words(one)}" for one in told.comparisons),
        caution=caution(),
        review=_review(place, day),
        not_known=told.not_known,
        how_made=_how_made(store, actor, place),
    )


def map_png(store: Store, actor: Actor, place: RegisteredPlace) -> bytes:
    """The map of a place for paper: the base map or the ground, the place's outline, and its number."""
    shapes = (*picture.drawn_ground(store, actor), *outline(place.cells))
    return printed_map(
        shapes,
        bounds_around(place.cells),
        tiles=_tiles(store),
        width_px=MAP_WIDTH_PX,
        height_px=MAP_HEIGHT_PX,
        numbers=(northern_tip(place.cells),),
        reading_width_px=READING_WIDTH_PX,
    )


def _tiles(store: Store) -> Tiles | None:
    return basemaps.tile_reader(store)


def total_words(told: PlaceStory) -> str:
    """How many concerns there are and from how long, in a sentence."""
    total = told.profile.total
    if not total:
        return _("No concern is recorded here. Silence is not safety: it may be that nobody was asked.")
    counted = n_("{count} concern", "{count} concerns", total)
    months = told.by_month["month"]
    return _("{counted}, {first} to {last}.").format(
        counted=counted, first=_month(months.iloc[0]), last=_month(months.iloc[-1])
    )


def _tables(told: PlaceStory) -> tuple[Table, ...]:
    profile = told.profile
    if not profile.total:
        return ()
    made = [
        _coded(_("By harm"), _("Harm"), profile.by_harm, "harm", "harms"),
        _coded(_("Who knows"), _("Agency"), profile.by_agency, "agency", "agencies"),
        month_grid(told),
        _week(told),
    ]
    return tuple(table for table in made if table.rows)


def _coded(caption: str, heading: str, counted: pd.DataFrame, column: str, list_name: str) -> Table:
    named = [
        (_(labels(list_name).get(code, code)), int(count))
        for code, count in zip(counted[column], counted["count"], strict=True)
    ]
    if len(named) > MOST_ROWS:
        rest = named[MOST_ROWS - 1 :]
        named = [
            *named[: MOST_ROWS - 1],
            (_("{count} other kinds").format(count=len(rest)), sum(n for _label, n in rest)),
        ]
    most = max((count for _label, count in named), default=1)
    return Table(
        caption,
        (heading, _("Concerns")),
        tuple((label, _number(count)) for label, count in named),
        shares=tuple(count / most for _label, count in named),
    )


def month_grid(told: PlaceStory) -> Table:
    """Every month of the data as years by months, with the sum of each year; before the data begins, and after, blank."""
    by_month = {str(month): int(count) for month, count in told.by_month.itertuples(index=False, name=None)}
    years = sorted({month[:4] for month in by_month})
    rows = []
    for year in years:
        held = [by_month.get(f"{year}-{month:02d}") for month in range(1, 13)]
        year_sum = sum(count for count in held if count is not None)
        rows.append((year, *("" if count is None else _number(count) for count in held), _number(year_sum)))
    short = get_month_names("abbreviated", context="stand-alone", locale=language())
    return Table(
        _("By month (blank: outside the data)"),
        (_("Year"), *(str(short[month]) for month in range(1, 13)), _("Sum")),
        tuple(rows),
        is_grid=True,
    )


def _week(told: PlaceStory) -> Table:
    found = told.profile.by_weekday_and_hours
    known = found[(found["weekday"] != "unknown") & (found["hour_band"] != "unknown")]
    if known.empty:
        return Table("", (), ())
    counted = {(day, band): int(count) for day, band, count in known.itertuples(index=False, name=None)}
    bands = [code.code for code in codes("hour_bands") if code.code != "unknown"]
    days = [code.code for code in codes("weekdays") if code.code != "unknown"]
    rows = tuple(
        (_(labels("weekdays")[day]), *(_number(counted.get((day, band), 0)) for band in bands)) for day in days
    )
    return Table(
        _("By weekday and hour, as far as known"),
        (_("Weekday"), *(f"{band[:2]}–{band[3:]}" for band in bands)),
        rows,
        is_grid=True,
    )


def _actions(actions: tuple[PlaceAction, ...], day: datetime.date) -> Table:
    headings = (_("Action"), _("Kind"), _("Owner"), _("Due"), _("Status"))
    return Table("", headings, tuple(_action_row(action, day) for action in actions))


def _action_row(action: PlaceAction, day: datetime.date) -> tuple[str, ...]:
    status = _(ACTION_STATUS_LABELS[action.status])
    if action.status == "done":
        status = f"{status}, {_day(action.done_on)}"
    elif action.is_unfinished and is_overdue(action.due_on, day):
        status = _("{status}, overdue").format(status=status)
    if action.note:
        status = f"{status}: {action.note}"
    owner = f"{action.owner_role}, {_(labels('agencies')[action.agency])}"
    kind = _(labels("action_types")[action.action_type]).partition(":")[0]
    return action.what, kind, owner, _day(action.due_on), status


def _review(place: RegisteredPlace, day: datetime.date) -> str:
    if place.status == "closed":
        return _("This place is closed.")
    shown = _day(place.review_on)
    if is_overdue(place.review_on, day):
        return _("It was to be reviewed on {day}: that is overdue.").format(day=shown)
    return _("It is reviewed on {day}.").format(day=shown)


def _how_made(store: Store, actor: Actor, place: RegisteredPlace) -> tuple[str, ...]:
    newest = counts.newest(store, actor, ConcernFilter())["newest"].max()
    last = "" if pd.isna(newest) else _day(str(newest)[:10])
    lines = [
        _(
            "Counts are of all concerns held in the cells of the place (H3, resolution 10); exact, for professionals only."
        ),
        _("Proposed by {who} on {day}; version {version} of the place; data version {data}.").format(
            who=place.proposed_by, day=_day(place.proposed_at[:10]), version=place.version, data=data_version(store)
        ),
    ]
    if last:
        lines.append(_("The newest concern held is of {day}.").format(day=last))
    if attribution := picture.ground(store, actor).attribution:
        lines.append(_("Map: {attribution}.").format(attribution=_(attribution).rstrip(".")))
    lines.append(_("Small numbers can point to a child: do not publish this page."))
    return tuple(lines)


def _number(value: float) -> str:
    return str(format_decimal(value, locale=language()))


def _day(text: str) -> str:
    return str(format_date(datetime.date.fromisoformat(text), "d MMMM y", locale=language()))


def _month(text: str) -> str:
    return str(format_date(datetime.date.fromisoformat(f"{text}-01"), "MMMM y", locale=language()))
