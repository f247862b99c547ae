"""The forms around a patient's care: a contact, a note, a task, why a note is opened, who is interviewed."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from lrrc_qol.services.care import WITH_WHOM, ContactInput
from lrrc_qol.web.fields import CivilDateField
from lrrc_qol.web.staff_form import StaffForm

WITH_WHOM_WORDS = {
    "patient": "The patient",
    "relative": "A relative",
    "doctor": "A doctor",
    "home_care": "Home care or stoma nurse",
    "other": "Somebody else",
}
# One choice for who called and whether anybody answered: what can be said about a contact.
CALLS = {
    "out": ("out", True, "We called and spoke"),
    "out_no_answer": ("out", False, "We called, no answer"),
    "in": ("in", True, "They called us"),
}
NOTE_TOO_LONG = Length(max=4000, message="Use at most 4000 characters.")


class ContactEntryForm(StaffForm):
    """A contact with the patient, or with somebody about the patient."""

    call = RadioField(
        "What happened",
        [InputRequired("Choose what happened.")],
        choices=[(code, words) for code, (_, _, words) in CALLS.items()],
        default="out",
    )
    with_whom = SelectField("With whom", choices=[(code, WITH_WHOM_WORDS[code]) for code in WITH_WHOM])
    note = TextAreaField("What was said (optional)", [NOTE_TOO_LONG])
    back = HiddenField()

    def contact(self) -> ContactInput:
        """What was entered; only after the form validated."""
        direction, reached, _ = CALLS[self.call.data]
        return ContactInput(direction, self.with_whom.data, reached, self.note.data or "")


class NoteForm(StaffForm):
    """A note on the patient."""

    text = TextAreaField("Note", [InputRequired("Write the note."), NOTE_TOO_LONG])
    restricted = BooleanField("Restricted: colleagues give a reason before they read it, and I see who did")


class OwnTaskForm(StaffForm):
    """A task for a day."""

    words = StringField(
        "What is to be done",
        [
            InputRequired("Say in a few words what is to be done."),
            Length(max=300, message="Use at most 300 characters."),
        ],
    )
    due_on = CivilDateField("On which day", [InputRequired("Enter the day.")])


class OpenNoteForm(StaffForm):
    """Why a colleague's restricted note is opened."""

    reason = StringField(
        "Why do you need to read it?",
        [
            InputRequired("Say in a few words why you need to read it."),
            Length(max=500, message="Use at most 500 characters."),
        ],
    )
