"""The forms of the pages about questionnaires: what can be entered, and the plain message for what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from lrrc_qol.domain.instrument import Item, ItemWording
from lrrc_qol.services.wordings import MODES as MODE_CODES
from lrrc_qol.services.wordings import Licence
from lrrc_qol.web.admin.wording_words import FORMATS, MODES, VISIT_KINDS, language_choices
from lrrc_qol.web.fields import CheckList, CivilDateField
from lrrc_qol.web.staff_form import StaffForm

LONGEST_NAME = 200
LONGEST_REASON = 500
LONGEST_TEXT = 4000
LONGEST_LABEL = 500
BY_PROTOCOL, BY_CENTRE, NOWHERE = "protocol", "centre", "nowhere"
FIND_OUT = ""


class ChoiceForm(StaffForm):
    """Where a centre asks a questionnaire, and the options of those that have some."""

    decides = RadioField(
        "When it is asked",
        [InputRequired("Choose when it is asked.")],
        choices=[
            (BY_PROTOCOL, "As the follow-up plan says"),
            (BY_CENTRE, "At the visits ticked here"),
            (NOWHERE, "At no visit"),
        ],
    )
    visit_kinds = CheckList("Visits", choices=list(VISIT_KINDS.items()))
    value_set = SelectField("Value set")
    groups = CheckList("Terms to ask about")

    def __init__(
        self, formdata: Any, *, value_sets: Sequence[str], groups: Sequence[tuple[str, str]], **values: Any
    ) -> None:
        super().__init__(formdata, **values)
        self.value_set.choices = [("", "None chosen: no index is computed"), *((name, name) for name in value_sets)]
        self.groups.choices = list(groups)
        if not value_sets:
            del self.value_set
        if not groups:
            del self.groups

    def chosen_kinds(self) -> tuple[str, ...] | None:
        """The kinds of visits that ask it; None when the follow-up plan decides."""
        if self.decides.data == BY_PROTOCOL:
            return None
        return tuple(self.visit_kinds.data or ()) if self.decides.data == BY_CENTRE else ()

    def options(self) -> dict[str, Any]:
        """The chosen options, without those that were left as they come."""
        options: dict[str, Any] = {}
        if "value_set" in self and self.value_set.data:
            options["value_set"] = self.value_set.data
        if "groups" in self and self.groups.data:
            options["groups"] = list(self.groups.data)
        return options


class LicenceForm(StaffForm):
    """On what ground a centre uses the words of somebody else."""

    licence_holder = StringField(
        "Licence holder", [InputRequired("Enter who owns the words."), Length(max=LONGEST_NAME)]
    )
    licence_reference = StringField(
        "Licence reference",
        [InputRequired("Enter the number or date of the licence, or where it is filed."), Length(max=LONGEST_NAME)],
    )
    permitted_modes = CheckList(
        "The licence permits",
        [InputRequired("Tick at least one way of answering.")],
        choices=[(code, MODES[code]) for code in MODE_CODES],
    )
    expires_on = CivilDateField("Last day of the licence")

    def licence(self) -> Licence:
        """What was entered about the licence; only after the form validated."""
        return Licence(
            holder=(self.licence_holder.data or "").strip(),
            reference=(self.licence_reference.data or "").strip(),
            permitted_modes=tuple(self.permitted_modes.data or ()),
            expires_on=self.expires_on.data,
        )


class ImportForm(LicenceForm):
    """A file with the words of one questionnaire in one language, and on what ground the centre uses them."""

    instrument = HiddenField("Questionnaire")
    language = SelectField("Language of the words", [InputRequired("Choose the language.")])
    format = RadioField("Kind of file", choices=[(FIND_OUT, "Find out"), *FORMATS.items()], default=FIND_OUT)
    file = FileField("File")
    more_files = MultipleFileField("Files with the answers (optional)")

    def __init__(self, formdata: Any, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.language.choices = [("", "Choose"), *language_choices()]


class CompareForm(StaffForm):
    """That a person held the words against the printed form."""

    compared = BooleanField(
        "I compared every question, answer, their order and numbers with the printed form",
        [InputRequired("Compare the words with the printed form first, then tick this.")],
    )
    compared_with = StringField(
        "Which print",
        [InputRequired("Write which print it was: its title, version and date."), Length(max=LONGEST_NAME)],
    )


class RetireForm(StaffForm):
    """Why a wording is not to be used any more."""

    reason = StringField("Reason", [InputRequired("Say why in a few words."), Length(max=LONGEST_REASON)])


class HeadingForm(StaffForm):
    """What stands above the questions."""

    title = StringField("Title", [InputRequired("Enter the title."), Length(max=LONGEST_NAME)])
    recall = TextAreaField("Instruction with the time asked about", [Length(max=LONGEST_TEXT)])


class CorrectForm(StaffForm):
    """The words of one question. The answers are fields of their own, named by their code."""

    text = TextAreaField("Question", [InputRequired("Enter the question."), Length(max=LONGEST_TEXT)])
    help = TextAreaField("Explanation (optional)", [Length(max=LONGEST_TEXT)])


def correct_form(formdata: Any, item: Item, words: ItemWording | None) -> tuple[CorrectForm, Mapping[int, str]]:
    """The form for one question with a field for each answer that carries words, and their names by code."""
    fields = {code: f"label_{code}".replace("-", "minus_") for code in item.labelled_codes()}

    class WithLabels(CorrectForm):
        """The same with the answers of this question."""

    for code, name in fields.items():
        label = StringField(
            f"Answer {code}", [InputRequired(f"Enter the words of answer {code}."), Length(max=LONGEST_LABEL)]
        )
        setattr(WithLabels, name, label)
    data = {"text": words.text, "help": words.help} if words else {}
    data |= {name: words.labels.get(code, "") for code, name in fields.items()} if words else {}
    return WithLabels(formdata, data=data), fields
