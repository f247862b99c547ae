"""Classify a local recurrence: what was seen, the code in each system, and whether the proposal was taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lrrc_qol.domain.classification import (
    Basis,
    ClassificationRules,
    Doubt,
    Findings,
    RecurrenceTiming,
    System,
    check,
    early_or_late,
    propose,
)
from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.clinical_record.store import Entry, entry_history, read_entries, remove_entry, save_entry
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_record import find_patient_row

SECTION = "classification"
LONGEST_NAME = 120
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the clinician says in one system: codes, or not classifiable, or neither (left open)."""

    codes: tuple[str, ...] = ()
    not_classifiable: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AssessmentInput:
    """One assessment as it was entered; `judgements` are by system, one that is missing is left open."""

    basis: str
    rated_on: date
    rater: str
    findings: Findings
    symptoms: str | None
    judgements: Mapping[str, Judgement]


@dataclass(frozen=True, slots=True)
class SystemView:
    """One system in a stored assessment: its version then, what was proposed, and what was said."""

    id: str
    name: str
    version: str
    codes: tuple[str, ...]
    proposed: tuple[str, ...]
    not_classifiable: bool
    accepted: bool
    reason: str

    @property
    def open(self) -> bool:
        """Whether nothing was said."""
        return not self.codes and not self.not_classifiable


@dataclass(frozen=True, slots=True)
class Assessment:
    """One stored assessment at one version (`ordinal`), with what does not go together in it."""

    row_key: str
    ordinal: int
    basis: str
    rated_on: date
    rater: str
    findings: Findings
    symptoms: str | None
    systems: tuple[SystemView, ...]
    doubts: tuple[Doubt, ...]
    recorded_at: datetime
    recorded_by: str | None

    def system(self, system_id: str) -> SystemView | None:
        """What was said in one system; None when it did not exist then."""
        return next((one for one in self.systems if one.id == system_id), None)


@dataclass(frozen=True, slots=True)
class Timing:
    """The two dates early or late follows from; `found` is None when one is missing or they contradict each other."""

    primary_surgery_on: date | None
    recurrence_found_on: date | None
    found: RecurrenceTiming | None


@dataclass(frozen=True, slots=True)
class ClassificationRecord:
    """Every standing assessment of the current episode, with the earlier versions of each.

    First the newest of each basis, then the others; each newest day first.
    """

    patient: PatientRow
    assessments: tuple[Assessment, ...]
    earlier: Mapping[str, tuple[Assessment, ...]]
    timing: Timing

    def newest(self) -> tuple[Assessment, ...]:
        """The newest assessment of each basis, in the order MRI, operation, pathology."""
        first = {one.basis: one for one in reversed(self.assessments)}
        return tuple(first[basis] for basis in Basis if basis in first)


def read_classification(work: Work, patient_public_id: str, *, episode: int | None = None) -> ClassificationRecord:
    """Read all assessments of the current episode, or of another one; NotFound when the actor's centre has none."""
    patient = find_patient_row(work, patient_public_id, episode=episode)
    rules = work.catalogue.classification
    found = [read_assessment(rules, one) for one in read_entries(work, patient.episode_id, SECTION)]
    found.sort(key=lambda one: (one.rated_on, one.recorded_at), reverse=True)
    newest = {one.basis: one.row_key for one in reversed(found)}
    found.sort(key=lambda one: newest[one.basis] != one.row_key)
    return ClassificationRecord(
        patient=patient,
        assessments=tuple(found),
        earlier={one.row_key: _earlier(work, patient, one) for one in found if one.ordinal > 1},
        timing=_timing(work, patient.episode_id),
    )


def find_assessment(work: Work, patient_public_id: str, row_key: str) -> tuple[PatientRow, Assessment]:
    """One standing assessment; NotFound when there is none of that key, or it was removed."""
    patient = find_patient_row(work, patient_public_id)
    for entry in read_entries(work, patient.episode_id, SECTION):
        if entry.row_key == row_key:
            return patient, read_assessment(work.catalogue.classification, entry)
    raise NotFound("no such assessment")


def is_removed(work: Work, patient_public_id: str, row_key: str) -> bool:
    """Whether this assessment of the patient was there and was taken back."""
    patient = find_patient_row(work, patient_public_id)
    history = entry_history(work, patient.episode_id, SECTION, row_key)
    return bool(history) and history[-1].content is None


def check_details(work: Work, patient: PatientRow, *, rated_on: date, rater: str) -> None:
    """Refuse a day that cannot be and a rater without a name; InvalidInput names the field."""
    faults = {}
    if rated_on > work.today_in(patient.centre_timezone):
        faults["rated_on"] = "This day is in the future."
    if rated_on < patient.born_on:
        faults["rated_on"] = "This day is before the patient was born."
    if not rater.strip():
        faults["rater"] = "Enter who made the assessment."
    if len(rater) > LONGEST_NAME:
        faults["rater"] = f"At most {LONGEST_NAME} characters."
    if faults:
        raise InvalidInput(faults)


def classify_recurrence(
    work: Work, patient_public_id: str, given: AssessmentInput, *, row_key: str = "", expected_ordinal: int = 0
) -> str:
    """Store an assessment, a new one without `row_key`, else the next version of that one; return its key.

    InvalidInput names the field of what cannot be; StaleWrite when somebody else stored a version meanwhile. What does
    not go together is no reason to refuse.
    """
    patient = find_patient_row(work, patient_public_id)
    check_details(work, patient, rated_on=given.rated_on, rater=given.rater)
    _refuse_unknown(work.catalogue.classification, given)
    key = row_key or new_public_id()
    if row_key:
        find_assessment(work, patient_public_id, row_key)
    save_entry(
        work,
        patient_public_id,
        SECTION,
        content=_content(work.catalogue.classification, given),
        row_key=key,
        expected_ordinal=expected_ordinal if row_key else 0,
    )
    return key


def remove_assessment(work: Work, patient_public_id: str, row_key: str, *, reason: str, expected_ordinal: int) -> None:
    """Take back an assessment entered by mistake; every version stays stored. InvalidInput without a reason."""
    if not reason.strip():
        raise InvalidInput({"reason": "Say why in a few words."})
    find_assessment(work, patient_public_id, row_key)
    remove_entry(
        work, patient_public_id, SECTION, row_key=row_key, expected_ordinal=expected_ordinal, reason=reason.strip()
    )


def read_assessment(rules: ClassificationRules, entry: Entry) -> Assessment:
    """A stored version as it was said; what does not go together is found by the present rules."""
    content = entry.content or {}
    findings = Findings(frozenset(content["findings"]), content["fixation"])
    systems = tuple(_system_view(rules, name, said) for name, said in content["systems"].items())
    return Assessment(
        row_key=entry.row_key,
        ordinal=entry.ordinal,
        basis=content["basis"],
        rated_on=date.fromisoformat(content["rated_on"]),
        rater=content["rater"],
        findings=findings,
        symptoms=content["symptoms"],
        systems=systems,
        doubts=check(rules, findings, {one.id: one.codes for one in systems}),
        recorded_at=entry.recorded_at,
        recorded_by=entry.recorded_by,
    )


def _earlier(work: Work, patient: PatientRow, assessment: Assessment) -> tuple[Assessment, ...]:
    """The versions before the standing one, newest first."""
    history = entry_history(work, patient.episode_id, SECTION, assessment.row_key)
    rules = work.catalogue.classification
    found = [read_assessment(rules, one) for one in history if one.content and one.ordinal < assessment.ordinal]
    return tuple(sorted(found, key=lambda one: one.ordinal, reverse=True))


def _system_view(rules: ClassificationRules, system_id: str, said: Mapping[str, Any]) -> SystemView:
    names = {one.id: one.name for one in rules.systems}
    return SystemView(
        id=system_id,
        name=names.get(system_id, system_id),
        version=said["version"],
        codes=tuple(said["codes"]),
        proposed=tuple(said["proposed"]),
        not_classifiable=said["not_classifiable"],
        accepted=said["accepted"],
        reason=said["reason"],
    )


def _timing(work: Work, episode_id: int) -> Timing:
    content: Mapping[str, Any] = next((one.content or {} for one in read_entries(work, episode_id, "disease")), {})
    operated, recurred = _day(content.get("primary_surgery_on")), _day(content.get("recurrence_found_on"))
    if operated is None or recurred is None or recurred < operated:
        return Timing(operated, recurred, None)
    return Timing(operated, recurred, early_or_late(work.catalogue.classification, operated, recurred))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _refuse_unknown(rules: ClassificationRules, given: AssessmentInput) -> None:
    """Refuse values that no page offers."""
    faults = {}
    if given.basis not in {one.value for one in Basis}:
        faults["basis"] = "Choose what the assessment is based on."
    if given.findings.marks - {one.id for one in rules.structures()}:
        faults["findings"] = "There is no such structure."
    if given.findings.fixation not in {None, *(one.id for one in rules.fixation)}:
        faults["fixation"] = "There is no such number of fixed points."
    if given.symptoms not in {None, *(one.id for one in rules.symptoms)}:
        faults["symptoms"] = "There is no such grade."
    for system in rules.systems:
        if fault := _judgement_fault(system, given.judgements.get(system.id, Judgement())):
            faults[system.id] = fault
    if faults:
        raise InvalidInput(faults)


def _judgement_fault(system: System, said: Judgement) -> str:
    if set(said.codes) - set(system.codes()):
        return f"{system.name} has no such category."
    if said.codes and said.not_classifiable:
        return f"{system.name}: choose categories or “not classifiable”, not both."
    if len(said.reason) > LONGEST_REASON:
        return f"{system.name}: a reason has at most {LONGEST_REASON} characters."
    return ""


def _content(rules: ClassificationRules, given: AssessmentInput) -> dict[str, Any]:
    proposals = propose(rules, given.findings)
    systems = {}
    for system in rules.systems:
        said = given.judgements.get(system.id, Judgement())
        proposed = proposals[system.id].codes
        codes = [code for code in system.codes() if code in said.codes]
        systems[system.id] = {
            "version": system.version,
            "codes": codes,
            "not_classifiable": said.not_classifiable,
            "proposed": list(proposed),
            "accepted": bool(codes) and tuple(codes) == proposed,
            "reason": said.reason.strip(),
        }
    return {
        "basis": given.basis,
        "rated_on": given.rated_on.isoformat(),
        "rater": given.rater.strip(),
        "findings": [one.id for one in rules.structures() if one.id in given.findings.marks],
        "fixation": given.findings.fixation,
        "symptoms": given.symptoms,
        "systems": systems,
    }
