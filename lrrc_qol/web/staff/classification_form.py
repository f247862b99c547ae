"""The form of an assessment: what is seen (step 1) and what each system says of it (step 2).

Both steps are one form. The step that is not on the page travels in hidden fields, so nothing is stored before the
end, nothing typed is lost on the way, and no script is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from lrrc_qol.domain.classification import Basis, ClassificationRules, Findings, Group, Proposal, System, propose
from lrrc_qol.services.classify_recurrence import (
    LONGEST_NAME,
    LONGEST_REASON,
    Assessment,
    AssessmentInput,
    Judgement,
)
from lrrc_qol.web.fields import CheckList, CivilDateField
from lrrc_qol.web.staff_form import StaffForm

BASIS_WORDS = {
    Basis.MRI.value: "MRI",
    Basis.INTRAOPERATIVE.value: "Operation",
    Basis.PATHOLOGY.value: "Pathology",
}
NOT_CLASSIFIABLE = "not_classifiable"
NOT_STATED = ""
STEP_ONE = ("basis", "rated_on", "rater", "fixation", "symptoms")


class AssessmentForm(StaffForm):
    """The fields that do not depend on the definitions; `assessment_form` adds the others."""

    rules: ClassificationRules
    shown_groups: tuple[Group, ...]

    basis = RadioField(
        "Based on", [InputRequired("Choose what the assessment is based on.")], choices=list(BASIS_WORDS.items())
    )
    rated_on = CivilDateField("Date of the assessment", [InputRequired("Enter the date of the assessment.")])
    rater = StringField(
        "Assessed by",
        [InputRequired("Enter who made the assessment."), Length(max=LONGEST_NAME, message="At most 120 characters.")],
    )

    def findings(self) -> Findings:
        """What is marked now."""
        marks = frozenset(mark for group in self.shown_groups for mark in self[_marks(group)].data or ())
        return Findings(marks, self["fixation"].data or None)

    def groups(self) -> list[tuple[Group, Any]]:
        """Each group of structures with its field."""
        return [(group, self[_marks(group)]) for group in self.shown_groups]

    def details_faults(self) -> bool:
        """Whether a message stands beside a field of step 1."""
        return any(field.errors for field in self if field.name in STEP_ONE or field.name.startswith("marks_"))

    def carried(self, *, first_step: bool) -> Iterator[tuple[str, str]]:
        """Names and values of the fields of one step, to travel in hidden inputs."""
        said = {name for system in self.rules.systems for name in (system.id, reason_name(system))}
        for field in self:
            if (field.name not in said) is first_step:
                for value in _sent(field):
                    yield field.name, value

    def tokens(self, system: System) -> list[str]:
        """What is chosen in one system: codes, and `not_classifiable`."""
        data = self[system.id].data
        chosen = data if isinstance(data, list) else [data]
        return [str(one) for one in chosen if one]

    def follow(self, before: Mapping[str, str]) -> None:
        """Take each system's new proposal, except where the clinician chose something else than the one `before`.

        `before` has the codes proposed so far, with blanks between them; a system without an entry was never shown.
        """
        for name, proposal in self.proposals().items():
            system = self.rules.system(name)
            if name not in before or self.tokens(system) == before[name].split():
                self._choose(system, proposal.codes)

    def proposals(self) -> dict[str, Proposal]:
        """What each system says of the marks."""
        return propose(self.rules, self.findings())

    def codes(self) -> dict[str, list[str]]:
        """The codes chosen, by system."""
        return {one.id: [code for code in self.tokens(one) if code != NOT_CLASSIFIABLE] for one in self.rules.systems}

    def assessment(self) -> AssessmentInput:
        """What was entered; ValueError when the form was not validated."""
        if self.rated_on.data is None:
            raise ValueError("the form was not validated")
        return AssessmentInput(
            basis=self.basis.data,
            rated_on=self.rated_on.data,
            rater=self.rater.data or "",
            findings=self.findings(),
            symptoms=self["symptoms"].data or None,
            judgements={one.id: self._judgement(one) for one in self.rules.systems},
        )

    def _judgement(self, system: System) -> Judgement:
        tokens = self.tokens(system)
        return Judgement(
            codes=tuple(code for code in tokens if code != NOT_CLASSIFIABLE),
            not_classifiable=NOT_CLASSIFIABLE in tokens,
            reason=self[reason_name(system)].data or "",
        )

    def _choose(self, system: System, codes: Sequence[str]) -> None:
        self[system.id].data = list(codes) if system.many else (codes[0] if codes else NOT_STATED)


def assessment_form(
    rules: ClassificationRules, sex: str, formdata: Any, data: Mapping[str, Any] | None = None
) -> AssessmentForm:
    """The form for a patient of that sex, as it was sent, or as it opens with `data`.

    Structures that only the other sex has are not offered.
    """
    groups = tuple(
        Group(one.id, one.label, one.hint, tuple(part for part in one.structures if part.sex in (None, sex)))
        for one in rules.groups
    )
    fields: dict[str, Any] = {"rules": rules, "shown_groups": groups}
    for group in groups:
        fields[_marks(group)] = CheckList(group.label, choices=[(one.id, one.label) for one in group.structures])
    fixed = [(NOT_STATED, "Not stated"), *((one.id, one.label) for one in rules.fixation)]
    fields["fixation"] = RadioField("Fixation", choices=fixed, default=NOT_STATED)
    grades = [(NOT_STATED, "Not stated"), *((one.id, f"{one.id} – {one.label}") for one in rules.symptoms)]
    fields["symptoms"] = RadioField("Symptoms (Mayo grade)", choices=grades, default=NOT_STATED)
    for system in rules.systems:
        fields[system.id] = _choice_field(system)
        fields[reason_name(system)] = StringField(
            f"Reason in {system.name} (optional)",
            [Length(max=LONGEST_REASON, message=f"At most {LONGEST_REASON} characters.")],
        )
    made = type("AssessmentForm", (AssessmentForm,), fields)
    form: AssessmentForm = made(formdata, data=dict(data or {}))
    return form


def stored_data(rules: ClassificationRules, stored: Assessment) -> dict[str, Any]:
    """What the form opens with for a stored assessment."""
    data: dict[str, Any] = {
        "basis": stored.basis,
        "rated_on": stored.rated_on,
        "rater": stored.rater,
        "fixation": stored.findings.fixation or NOT_STATED,
        "symptoms": stored.symptoms or NOT_STATED,
    }
    for group in rules.groups:
        data[_marks(group)] = [one.id for one in group.structures if one.id in stored.findings.marks]
    for system in rules.systems:
        said = stored.system(system.id)
        tokens = [*(said.codes if said else ()), *([NOT_CLASSIFIABLE] if said and said.not_classifiable else [])]
        data[system.id] = tokens if system.many else (tokens[0] if tokens else NOT_STATED)
        data[reason_name(system)] = said.reason if said else ""
    return data


def reason_name(system: System) -> str:
    """The name of the field for why another code was chosen."""
    return f"{system.id}_reason"


def _marks(group: Group) -> str:
    return f"marks_{group.id}"


def _choice_field(system: System) -> RadioField | CheckList:
    codes = [(one.code, f"{one.code} – {one.text}") for one in system.categories]
    label = f"{system.name} {system.version}"
    if system.many:
        return CheckList(label, choices=[*codes, (NOT_CLASSIFIABLE, "Not classifiable")])
    choices = [*codes, (NOT_CLASSIFIABLE, "Not classifiable"), (NOT_STATED, "Leave open")]
    return RadioField(label, choices=choices, default=NOT_STATED)


def _sent(field: Any) -> list[str]:
    """The values of a field as a browser would send them, also those that were refused."""
    if isinstance(field, CivilDateField):
        return [field._value()]
    if isinstance(field, CheckList):
        return [str(one) for one in field.data or ()]
    return [str(field.data or "")]
