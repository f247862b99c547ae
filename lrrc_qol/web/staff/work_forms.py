"""The forms of the alert and task pages."""

from __future__ import annotations

from wtforms import Form, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from lrrc_qol.services.handle_alert import ACTIONS as ACTION_CODES
from lrrc_qol.services.handle_alert import NOTE_LIMIT
from lrrc_qol.web.staff.work_words import ACTIONS

TOO_LONG = f"Use at most {NOTE_LIMIT} characters."


class ContactForm(Form):
    """A call to the patient: reached or not, with an optional note."""

    reached = RadioField(
        "Did you reach the patient?",
        [InputRequired("Choose whether the patient was reached.")],
        choices=[("yes", "Reached"), ("no", "No answer")],
    )
    note = TextAreaField("Note (optional)", [Length(max=NOTE_LIMIT, message=TOO_LONG)])


class CloseForm(Form):
    """What was done about an alert."""

    action = RadioField(
        "What was done?",
        [InputRequired("Choose what was done.")],
        choices=[(code, ACTIONS[code]) for code in ACTION_CODES],
    )
    note = TextAreaField(
        "Note", [DataRequired("Write in a few words what was done."), Length(max=NOTE_LIMIT, message=TOO_LONG)]
    )


class TaskForm(Form):
    """What was done about a task."""

    note = TextAreaField(
        "Note", [DataRequired("Write in a few words what was done."), Length(max=NOTE_LIMIT, message=TOO_LONG)]
    )
