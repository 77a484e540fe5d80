"""How a result was made, in sentences for the reader."""

from collections.abc import Iterator

from csg_maps.hotspots.density import bandwidth_sentence
from csg_maps.i18n import _, n_
from csg_maps.model.filters import AreaPlace, CellPlace, ConcernFilter, Place
from csg_maps.workflows.totals import Totals


def sentences(
    totals: Totals,
    chosen: ConcernFilter,
    place: Place,
    *,
    places: int,
    misplaced: float,
    method: str,
    expected: str,
    declined: str,
    radius: float | None,
    asked_radius: float | None,
) -> Iterator[str]:
    """Yield them in order: what was counted, where, what is missing, by which test."""
    what = {
        "concern": n_("{count} concern counted", "{count} concerns counted", totals.records),
        "intelligence": n_("{count} piece of intelligence counted", "{count} pieces counted", totals.records),
        "background": n_("{count} background record counted", "{count} background records counted", totals.records),
    }[chosen.evidence]
    if isinstance(place, CellPlace):
        where = _("over {places} settled cells about {size} across").format(
            places=places, size=cell_size_words(place.resolution)
        )
    else:
        where = _("over {places} areas").format(places=places)
    yield f"{what} {where}."
    yield n_("{count} is not on the map.", "{count} are not on the map.", totals.not_on_map)
    if totals.left_out_for_precision:
        yield _("{count} are left out because their day or hour is not known.").format(
            count=totals.left_out_for_precision
        )
    if isinstance(place, AreaPlace) and misplaced:
        yield _(
            "This layer was loaded after some records: for those the cell's centre decides, "
            "and up to {share} of them may belong to the area next door."
        ).format(share=f"{misplaced:.1%}")
    if declined:
        yield declined
    elif method != "gi-star":
        yield _("Nothing is tested here: a high count or density need not be more than chance would bring.")
    elif expected == "even":
        yield _(
            "A place is called a hotspot when it and its neighbours hold more than chance would bring if records were "
            "spread evenly over settled ground (exact test, corrected for the number of places, 5%), and it holds more "
            "than expected itself: at least 5 records on 3 dates."
        )
    else:
        yield _(
            "A place is called a hotspot when it and its neighbours hold more than chance would bring if records were "
            "spread as all recorded crime is (exact test, corrected for the number of places, 5%), and it holds more "
            "than expected itself: at least 5 records on 3 dates."
        )
    if radius is not None:
        yield bandwidth_sentence(radius, is_default=asked_radius is None)


def cell_size_words(resolution: int) -> str:
    """About how far a cell reaches, in words.

    >>> cell_size_words(9)
    '350 m'
    """
    return {7: "2.4 km", 8: "900 m", 9: "350 m", 10: "130 m"}[resolution]
