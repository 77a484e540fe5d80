"""What may be wrong with a row of a list of assets: code, level, message and fix of each."""

from csg_maps.i18n import N_
from csg_maps.intake.messages import register

OUTSIDE_M = 2_000.0
"""Assets a little beyond the council's border are near places within it; further away they are not."""

NO_KIND = register(
    "asset-no-kind",
    "refuse",
    N_("It is not known what kind of asset this is."),
    N_("Choose a kind for the word, or one kind for all other rows, and import again."),
)
WORD_UNKNOWN = register(
    "asset-word-unknown",
    "warning",
    N_('"{word}" is not known as a kind of asset ({rows} rows).'),
    N_("Choose a kind for the word, or leave these rows out."),
)
NO_PLACE = register(
    "asset-no-place",
    "refuse",
    N_("There is no place: no coordinates that can be read, and no postcode that your table holds."),
    N_("Give coordinates, or add your table of postcodes under Areas, and import again."),
)
OUTSIDE = register(
    "asset-outside",
    "refuse",
    N_("The place is more than 2 km outside the area."),
    N_("Nothing to do if it lies there; otherwise correct the place."),
)
NOT_SHOWN = register("asset-not-shown", "refuse", N_("It may not be shown."), N_("Nothing to do."))
NOT_IN_USE = register(
    "asset-not-in-use",
    "refuse",
    N_("The file says that it is not in use any more."),
    N_("Nothing to do, unless that is wrong: then correct it in the file."),
)
REPEATED = register(
    "asset-repeated",
    "duplicate",
    N_("An earlier row of the file is the same asset."),
    N_("Nothing to do. It is kept once."),
)
HOURS_UNREADABLE = register(
    "asset-hours",
    "warning",
    N_("The opening hours cannot be read. The asset is kept, its hours as not known."),
    N_("Write opening hours like Mo-Fr 09:00-17:00, those of one day like 09:00-17:00, or closed."),
)
DATE_UNREADABLE = register(
    "asset-date",
    "warning",
    N_("The date cannot be read. The asset is kept without it."),
    N_("Write every date of the column alike, best as 2026-03-31."),
)
ONE_POINT = register(
    "asset-one-point",
    "warning",
    N_(
        "{rows} rows lie on one and the same point. Their real places are probably not in the file; they are marked for review."
    ),
    N_("Ask for the list with its own coordinates, and import it again under the same name."),
)
_LEFT_OUT = {
    "swapped": (
        N_("{rows} rows would lie in the area if {x} and {y} were exchanged. They are left out."),
        N_("Exchange the two columns: map each to the other field, and import again."),
    ),
    "lost-minus": (
        N_("{rows} rows would lie in the area if {x} had a minus sign. They are left out."),
        N_("Ask for the file with its minus signs: longitudes west of Greenwich are negative."),
    ),
    "wrong-coordinate-system": (
        N_("{rows} rows would lie in the area if {x} and {y} were {crs}. They are left out."),
        N_("Set the coordinate system to {crs} (and check which column is which), and import again."),
    ),
}
INSTEAD = {code: register(f"asset-{code}", "warning", *words) for code, words in _LEFT_OUT.items()}
"""What is said of a whole list where a supply of records says that rows are kept apart: nothing is, here."""

ROW_UNREAD = register(
    "asset-row-unread",
    "refuse",
    N_("The row could not be read."),
    N_("See what else is said about the row, mend it in the file, and import again."),
)
