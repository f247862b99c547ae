"""The forms around what staff type in for a patient: whose words, which day; a reason; a correction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from lrrc_qol.catalogue.picklists import Picklist
from lrrc_qol.charts.wording import day_short
from lrrc_qol.services.patient_session import WARD_TABLET
from lrrc_qol.services.staff_entry import EntryRequest, EntryVisit
from lrrc_qol.web.fields import CivilDateField
from lrrc_qol.web.staff_form import StaffForm

MODES = (
    ("paper", "From paper"),
    ("telephone", "Interview by telephone"),
    ("face_to_face", "Interview face to face"),
    (WARD_TABLET, "By the patient, on this tablet"),
)
RESPONDENTS = (
    ("patient", "The patient"),
    ("helped", "The patient, with help reading or writing"),
    ("interpreter", "The patient, through an interpreter"),
    ("proxy", "Another person for the patient"),
)
PROPOSED = ("", "The one that the day belongs to")
LEFT_OUT = "left_out"


class EntryForm(StaffForm):
    """What is typed in, who answered, how and when."""

    answered_on = CivilDateField(
        "Day the form was filled in, or of the interview", [InputRequired("Enter the day of the answers.")]
    )
    visit = RadioField("Visit", default="")
    mode = RadioField("How", [InputRequired("Choose how the form is answered.")], choices=list(MODES))
    respondent = RadioField(
        "Who answers", [InputRequired("Choose who answers.")], choices=list(RESPONDENTS), default="patient"
    )
    relation = SelectField("Who helps, interprets or answers")
    twice = BooleanField("Type the paper twice, then compare")

    def __init__(
        self, formdata: Any, *, visits: Sequence[EntryVisit], relations: Picklist, today: date, **values: Any
    ) -> None:
        super().__init__(formdata, data={"answered_on": today}, **values)
        self.visit.choices = [PROPOSED, *((visit.public_id, visit_words(visit)) for visit in visits)]
        self.relation.choices = [("", "–"), *((entry.code, entry.label) for entry in relations.entries)]

    def request(self, *, confirmed: str) -> EntryRequest:
        """What was entered; only after the form validated. `confirmed` names visit and day that were asked about."""
        if self.answered_on.data is None:
            raise ValueError("the form was not validated")
        return EntryRequest(
            visit=self.visit.data or "",
            mode=self.mode.data,
            respondent=self.respondent.data,
            relation=self.relation.data or "",
            answered_on=self.answered_on.data,
            twice=bool(self.twice.data),
            any_day=bool(self.visit.data) and confirmed == day_mark(self.visit.data, self.answered_on.data),
        )


class MissedForm(StaffForm):
    """Why a visit was not answered; nothing chosen takes the reason back."""

    code = SelectField("Reason")
    note = StringField("Note (optional)", [Length(max=500, message="Use at most 500 characters.")])

    def __init__(self, formdata: Any, *, reasons: Picklist, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.code.choices = reason_choices(reasons)


class AmendForm(StaffForm):
    """Another answer to one question of a sent form."""

    answer = SelectField("What it should be", [InputRequired("Choose the right answer.")])
    reason = TextAreaField(
        "Reason", [InputRequired("Say why in a few words."), Length(max=500, message="Use at most 500 characters.")]
    )

    def __init__(self, formdata: Any, *, options: Sequence[tuple[str, str]], **values: Any) -> None:
        super().__init__(formdata, **values)
        self.answer.choices = [("", "Choose"), *options, (LEFT_OUT, "Left out (no answer)")]


def reason_choices(reasons: Picklist) -> dict[str, list[tuple[str, str]]]:
    """The reasons under the words of their groups, none first."""
    grouped = {words: [(entry.code, entry.label) for entry in entries] for words, entries in reasons.grouped()}
    return {"No reason": [("", "No reason noted")]} | grouped


def visit_words(visit: EntryVisit) -> str:
    """A visit with its window as one chooses it."""
    return f"{visit.name} ({day_short(visit.opens_on)} to {day_short(visit.closes_on)})"


def day_mark(visit_public_id: str, day: date) -> str:
    """What a page sends back once it was said that the day lies outside the window of the visit."""
    return f"{visit_public_id}:{day.isoformat()}"
