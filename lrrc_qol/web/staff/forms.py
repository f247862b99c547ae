"""The forms of the patient pages: what can be entered, and the plain message for what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length

from lrrc_qol.catalogue.translations import SOURCE_LANGUAGE, language_name
from lrrc_qol.domain.events import EventKind, EventRule
from lrrc_qol.services.change_dates import EpisodeDates
from lrrc_qol.services.enrol_patient import Enrolment
from lrrc_qol.web.fields import CivilDateField, KnownField, known_value
from lrrc_qol.web.staff.patient_words import ANATOMY_WORDS
from lrrc_qol.web.staff_form import StaffForm

SEXES = (("female", "Female"), ("male", "Male"))


class EnrolForm(StaffForm):
    """Enrolment of a patient before the operation."""

    name = StringField("Full name", [InputRequired("Enter the patient's name."), Length(max=120)])
    hospital_number = StringField("Hospital number", [InputRequired("Enter the hospital number."), Length(max=40)])
    born_on = CivilDateField("Date of birth", [InputRequired("Enter the date of birth.")])
    sex = RadioField("Sex", [InputRequired("Choose female or male.")], choices=list(SEXES))
    email = EmailField("E-mail address", [InputRequired("Enter the patient's e-mail address."), Length(max=254)])
    phone = TelField("Phone (optional)", [Length(max=40)])
    language = SelectField("Language of the forms", [InputRequired("Choose a language.")])
    timezone = StringField("Time zone where the patient lives", [InputRequired("Enter a time zone.")])
    planned_surgery_on = CivilDateField("Planned date of the operation")
    neoadjuvant_planned = BooleanField("Treatment before the operation is planned (chemotherapy or radiotherapy)")
    stoma = KnownField(ANATOMY_WORDS["stoma"])
    urostomy = KnownField(ANATOMY_WORDS["urostomy"])
    rectum_removed = KnownField(ANATOMY_WORDS["rectum_removed"])
    bladder_removed = KnownField(ANATOMY_WORDS["bladder_removed"])
    vagina = KnownField(ANATOMY_WORDS["vagina"])
    nerve_resection = KnownField(ANATOMY_WORDS["nerve_resection"])
    consent_given = BooleanField("The patient signed it today, on paper, and agreed to all of it")

    def __init__(self, formdata: Any, *, languages: Sequence[str], **values: Any) -> None:
        super().__init__(formdata, **values)
        # The first one is what a browser proposes: the original, not the one whose tag comes first in the alphabet.
        ordered = sorted(languages, key=lambda code: (code != SOURCE_LANGUAGE, language_name(code)))
        self.language.choices = [(code, language_name(code)) for code in ordered]

    def enrolment(self) -> Enrolment:
        """What was entered; only after the form validated."""
        if self.born_on.data is None:
            raise ValueError("the form was not validated")
        return Enrolment(
            name=self.name.data or "",
            born_on=self.born_on.data,
            sex=self.sex.data,
            hospital_number=self.hospital_number.data or "",
            email=self.email.data or "",
            phone=self.phone.data or None,
            language=self.language.data,
            timezone=(self.timezone.data or "").strip(),
            planned_surgery_on=self.planned_surgery_on.data,
            neoadjuvant_planned=bool(self.neoadjuvant_planned.data),
            stoma=self.stoma.answer,
            urostomy=self.urostomy.answer,
            rectum_removed=self.rectum_removed.answer,
            bladder_removed=self.bladder_removed.answer,
            vagina=self.vagina.answer,
            nerve_resection=self.nerve_resection.answer,
        )


class AnatomyForm(StaffForm):
    """The facts of anatomy that questionnaires ask by; a man's has none about the vagina."""

    stoma = KnownField(ANATOMY_WORDS["stoma"])
    urostomy = KnownField(ANATOMY_WORDS["urostomy"])
    rectum_removed = KnownField(ANATOMY_WORDS["rectum_removed"])
    bladder_removed = KnownField(ANATOMY_WORDS["bladder_removed"])
    vagina = KnownField(ANATOMY_WORDS["vagina"])
    nerve_resection = KnownField(ANATOMY_WORDS["nerve_resection"])

    def __init__(self, formdata: Any, *, sex: str, **values: Any) -> None:
        super().__init__(formdata, **values)
        if sex == "male":
            del self.vagina

    def anatomy(self) -> dict[str, bool | None]:
        """What was chosen of the facts that were sent; only after the form validated."""
        return {field.name: field.answer for field in self if isinstance(field, KnownField) and field.raw_data}

    @classmethod
    def filled(cls, anatomy: Mapping[str, bool | None], *, sex: str) -> AnatomyForm:
        """The form as it opens, with what is stored."""
        return cls(None, sex=sex, data={fact: known_value(holds) for fact, holds in anatomy.items()})


class DatesForm(StaffForm):
    """The dates that visits are planned from, and the anatomy that decides which questions are asked."""

    planned_surgery_on = CivilDateField("Planned date of the operation")
    surgery_on = CivilDateField("Date of the operation")
    discharged_on = CivilDateField("Date of going home")
    stoma = KnownField(ANATOMY_WORDS["stoma"])
    urostomy = KnownField(ANATOMY_WORDS["urostomy"])
    reason = TextAreaField("Reason", [Length(max=500, message="At most 500 characters.")])
    same_operation = BooleanField("This corrects the date of the same operation")

    def dates(self) -> EpisodeDates:
        """What was entered; only after the form validated."""
        return EpisodeDates(
            planned_surgery_on=self.planned_surgery_on.data,
            surgery_on=self.surgery_on.data,
            discharged_on=self.discharged_on.data,
            stoma=self.stoma.answer,
            urostomy=self.urostomy.answer,
        )

    @classmethod
    def filled(cls, dates: EpisodeDates) -> DatesForm:
        """The form as it opens, with what is stored."""
        return cls(
            None,
            data={
                "planned_surgery_on": dates.planned_surgery_on,
                "surgery_on": dates.surgery_on,
                "discharged_on": dates.discharged_on,
                "stoma": known_value(dates.stoma),
                "urostomy": known_value(dates.urostomy),
            },
        )


class EventForm(StaffForm):
    """Something that happened to a patient."""

    kind = RadioField("What happened", [InputRequired("Choose what happened.")])
    happened_on = CivilDateField("On which day", [InputRequired("Enter the day.")])

    def __init__(self, formdata: Any, *, kinds: Sequence[tuple[EventKind, str]], **values: Any) -> None:
        super().__init__(formdata, **values)
        self.kind.choices = [(kind.value, words) for kind, words in kinds]


class RevokeForm(StaffForm):
    """Why a recorded event is taken back, or moved to another day."""

    happened_on = CivilDateField("The right day, if only the day was wrong")
    reason = StringField("Reason", [InputRequired("Say why in a few words."), Length(max=500)])


class DetailForm(StaffForm):
    """The answers to what an event asks; `for_rule` makes the form of one event."""

    @property
    def answers(self) -> dict[str, str]:
        """What was answered, by the name of the question."""
        return {field.name: field.data or "" for field in self}

    @staticmethod
    def for_rule(rule: EventRule, formdata: Any) -> DetailForm:
        """A field for each question of the rule; an answer that is missing is told by the service."""
        fields = {
            ask.name: RadioField(ask.words, choices=list(ask.options.items()), validate_choice=False)
            if ask.options
            else TextAreaField(ask.words)
            for ask in rule.asks
        }
        return cast("DetailForm", type("OneDetailForm", (DetailForm,), fields)(formdata))


class AddressForm(StaffForm):
    """A corrected e-mail address."""

    email = EmailField("E-mail address", [InputRequired("Enter the e-mail address."), Length(max=254)])
