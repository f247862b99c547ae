"""The form with which a consent is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from lrrc_qol.domain.consent import ConsentScope
from lrrc_qol.persistence.queries.consent import ConsentTextRow
from lrrc_qol.services.consent import NewConsent
from lrrc_qol.web.fields import CivilDateField
from lrrc_qol.web.staff_form import StaffForm

FORM_WORDS = {"paper": "On paper", "electronic": "Electronically", "spoken": "Spoken"}


class ConsentForm(StaffForm):
    """What a patient agreed to: the version, the day, each scope, and how."""

    text = SelectField("Version of the text", [InputRequired("Choose a version.")])
    given_on = CivilDateField("On which day", [InputRequired("Enter the day.")])
    scopes = SelectMultipleField(
        "Agreed to",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    form = RadioField("How it was given", [InputRequired("Choose how it was given.")], choices=list(FORM_WORDS.items()))
    note = TextAreaField("Note (optional)", [Length(max=500, message="At most 500 characters.")])
    early_is_right = BooleanField("The day is right although the text was not in effect yet")

    def __init__(
        self, formdata: Any, *, texts: Sequence[ConsentTextRow], scopes: Sequence[ConsentScope], **values: Any
    ) -> None:
        super().__init__(formdata, **values)
        asked = {scope for text in texts for scope in text.scopes}
        self.text.choices = [(text.public_id, f"{text.version} – {text.title}") for text in reversed(texts)]
        self.scopes.choices = [(scope.id, scope.title) for scope in scopes if scope.id in asked]

    def consent(self) -> NewConsent:
        """What was entered; only after the form validated."""
        if self.given_on.data is None:
            raise ValueError("the form was not validated")
        return NewConsent(
            text_public_id=str(self.text.data),
            given_on=self.given_on.data,
            scopes=tuple(self.scopes.data or ()),
            form=str(self.form.data),
            note=self.note.data or None,
            early_is_right=bool(self.early_is_right.data),
        )
