"""The words with which an agency is asked for what has not come: a role is addressed, and nothing is said of any place."""

import datetime
from dataclasses import dataclass

from csg_maps.briefings.dates_and_numbers import day_name, month_name
from csg_maps.i18n import _, n_, speaking
from csg_maps.model.vocabulary import labels


@dataclass(frozen=True)
class Reminder:
    """What to ask of whom. `missing` are overdue months, `coming` those that are due next (then nothing is late)."""

    agency: str
    contact_role: str
    missing: tuple[str, ...]
    was_due: datetime.date | None
    coming: tuple[str, ...]
    due: datetime.date | None
    send_by: datetime.date


def reminder_text(reminder: Reminder, language: str) -> str:
    """The reminder in "en" or "cy": plain text to copy into a letter or an e-mail. "" when there is nothing to ask for.

    It holds no count and no place: a reminder may travel further than the data.
    """
    if not reminder.missing and not reminder.coming:
        return ""
    with speaking(language):
        agency = _(labels("agencies").get(reminder.agency, reminder.agency))
        role = " ".join(reminder.contact_role.split())
        lines = [
            _("Subject: data return, {agency}").format(agency=agency),
            "",
            _("To: {role}, {agency}").format(role=role, agency=agency)
            if role
            else _("To: {agency}").format(agency=agency),
            "",
            _("Thank you for what you have sent so far."),
            "",
            *(_asked(reminder) if reminder.missing else _expected(reminder)),
            "",
            _(
                "Please send the file that you usually send, or the blank return filled in: one row for each concern, with its "
                "date, its place and what it is about. Please leave out names, people's addresses and free text."
            ),
            _(
                "If there was nothing to record in a month, please tell us so: no data is not the same as nothing happened."
            ),
            _("If something stands in the way, please tell us what, and when the file can come."),
        ]
    return "\n".join(lines)


def _asked(reminder: Reminder) -> list[str]:
    due = day_name(reminder.was_due) if reminder.was_due else ""
    return [
        n_("This month has not reached us yet:", "These months have not reached us yet:", len(reminder.missing)),
        *(f"- {month_name(month)}" for month in reminder.missing),
        _("The first of them was expected by {due}. Please send them by {day}.").format(
            due=due, day=day_name(reminder.send_by)
        )
        if len(reminder.missing) > 1
        else _("It was expected by {due}. Please send it by {day}.").format(due=due, day=day_name(reminder.send_by)),
    ]


def _expected(reminder: Reminder) -> list[str]:
    due = day_name(reminder.due) if reminder.due else ""
    return [
        _("Next we expect, by {due}:").format(due=due),
        *(f"- {month_name(month)}" for month in reminder.coming),
    ]
