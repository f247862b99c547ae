"""The forms of the alert and task pages."""

from __future__ import annotations

from typing import Any

from wtforms import Form, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from lrrc_qol.catalogue.picklists import Picklist
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.services.handle_alert import ACTIONS as ACTION_CODES
from lrrc_qol.services.handle_alert import NOTE_LIMIT
from lrrc_qol.web.fields import CivilDateField
from lrrc_qol.web.staff.entry_forms import reason_choices
from lrrc_qol.web.staff.work_words import ACTIONS

CLOSINGS = [(code, ACTIONS[code]) for code in ACTION_CODES]
TOO_LONG = f"Use at most {NOTE_LIMIT} characters."


class PressedOnce(Form):
    """A form whose button may be pressed twice without doing a thing twice: each page that shows it has its mark."""

    press = HiddenField("", [Length(max=64)], default=new_public_id)


class ContactForm(PressedOnce):
    """A call to the patient: reached or not, with an optional note."""

    reached = RadioField(
        "Did you reach the patient?",
        [InputRequired("Choose whether the patient was reached.")],
        choices=[("yes", "Reached"), ("no", "No answer")],
    )
    note = TextAreaField("Note (optional)", [Length(max=NOTE_LIMIT, message=TOO_LONG)])


class CloseForm(PressedOnce):
    """What was done about an alert."""

    action = RadioField(
        "What was done?",
        [InputRequired("Choose what was done.")],
        choices=CLOSINGS,
    )
    note = TextAreaField(
        "Note", [DataRequired("Write in a few words what was done."), Length(max=NOTE_LIMIT, message=TOO_LONG)]
    )


class HandOverForm(Form):
    """An alert given to a colleague."""

    to = SelectField("To whom", [InputRequired("Choose a colleague.")], validate_choice=False)
    note = TextAreaField(
        "What the colleague needs to know",
        [DataRequired("Write what the colleague needs to know."), Length(max=NOTE_LIMIT, message=TOO_LONG)],
    )


class SnoozeForm(Form):
    """An alert put off until a day."""

    until = CivilDateField("Until which day", [InputRequired("Enter the day.")])
    note = TextAreaField(
        "Why it can wait", [DataRequired("Write why it can wait."), Length(max=NOTE_LIMIT, message=TOO_LONG)]
    )


class ReopenForm(Form):
    """A closed alert that is open again."""

    note = TextAreaField(
        "Why it is open again",
        [DataRequired("Write why it is open again."), Length(max=NOTE_LIMIT, message=TOO_LONG)],
    )


class TaskForm(Form):
    """What was done about a task; with `reasons` also why the form of its visit was not answered."""

    missed_reason = SelectField("Why was the form not answered? (optional)")
    note = TextAreaField(
        "Note", [DataRequired("Write in a few words what was done."), Length(max=NOTE_LIMIT, message=TOO_LONG)]
    )

    def __init__(self, formdata: Any = None, *, reasons: Picklist | None = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        if reasons is None:
            del self.missed_reason
        else:
            self.missed_reason.choices = reason_choices(reasons)

    def reason(self) -> str | None:
        """The code that was chosen; None for none."""
        return (self.missed_reason.data or None) if "missed_reason" in self else None
