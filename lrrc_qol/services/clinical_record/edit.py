"""Read the clinical record and save a row of it: checked, in versions, and the anatomy follows the operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lrrc_qol.domain.clinical_record import (
    Content,
    Finding,
    Findings,
    RecordFacts,
    Section,
    anatomy_changes,
    check_section,
    tidied,
)
from lrrc_qol.domain.errors import InvalidInput, LrrcQolError, NotFound
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services.change_anatomy import set_anatomy
from lrrc_qol.services.clinical_record.store import (
    Entry,
    StaleWrite,
    entry_history,
    read_all_entries,
    remove_entry,
    save_entry,
)
from lrrc_qol.services.context import Work
from lrrc_qol.services.event_checks import death_of
from lrrc_qol.services.find_episode import events_of, find_episode
from lrrc_qol.services.patient_facts import anatomy_of, recorded_events
from lrrc_qol.services.read_record import find_patient_row

OPERATION = "operation"
LONGEST_REASON = 500


class NeedsConfirmation(LrrcQolError):
    """What was entered does not go together; it is stored once a person says that it is right."""

    def __init__(self, warnings: tuple[Finding, ...]) -> None:
        super().__init__(" ".join(one.text for one in warnings))
        self.warnings = warnings


@dataclass(frozen=True, slots=True)
class ClinicalRecord:
    """The standing rows of every section of the current episode, and what they are checked against."""

    patient: PatientRow
    sections: Mapping[str, tuple[Entry, ...]]
    facts: RecordFacts

    def rows(self, section_id: str) -> tuple[Entry, ...]:
        """The rows of a section in the order they were first saved; none or one where it is there once."""
        return self.sections.get(section_id, ())

    def row(self, section_id: str, row_key: str = "") -> Entry | None:
        """One standing row; None when there is none of that key."""
        return next((one for one in self.rows(section_id) if one.row_key == row_key), None)

    def facts_beside(self, section_id: str, row_key: str) -> RecordFacts:
        """The facts for checking one row: the other rows are all but this one."""
        others = {
            name: tuple(one.content or {} for one in rows if (name, one.row_key) != (section_id, row_key))
            for name, rows in self.sections.items()
        }
        return replace(self.facts, others=others)

    def same(self, section_id: str, row_key: str, content: Content) -> Entry | None:
        """The row that says just this: that of the key, or any of the section for a new row."""
        return next(
            (one for one in self.rows(section_id) if row_key in ("", one.row_key) and one.content == content), None
        )


def read_record(work: Work, patient_public_id: str) -> ClinicalRecord:
    """The record of a patient's current episode; NotFound when the actor's centre has no such patient."""
    patient = find_patient_row(work, patient_public_id)
    sections = read_all_entries(work, patient.episode_id)
    standing = recorded_events(events_of(work, patient.episode_id))
    facts = RecordFacts(
        born_on=patient.born_on,
        sex=patient.sex,
        surgery_on=patient.surgery_on,
        discharged_on=patient.discharged_on,
        died_on=death_of(standing, work.catalogue.events),
        today=work.today_in(patient.centre_timezone),
        others={name: tuple(one.content or {} for one in rows) for name, rows in sections.items()},
    )
    return ClinicalRecord(patient, sections, facts)


def check_row(work: Work, patient_public_id: str, section_id: str, content: Content, *, row_key: str = "") -> Findings:
    """What would be refused or doubted, without saving anything; NotFound for an unknown section or patient."""
    _section(work, section_id)
    facts = read_record(work, patient_public_id).facts_beside(section_id, row_key)
    return check_section(work.catalogue.record, section_id, content, facts)


def save_section(
    work: Work,
    patient_public_id: str,
    section_id: str,
    content: Content,
    *,
    row_key: str = "",
    expected_ordinal: int = 0,
    confirmed: bool = False,
    reason: str | None = None,
) -> Entry:
    """Save a row and return it as it stands; a section that is there many times gets a new row without `row_key`.

    `expected_ordinal` is the version that was read, 0 for a new row. InvalidInput names the fields of what cannot be,
    NeedsConfirmation has the doubts unless `confirmed`, StaleWrite says that somebody else saved or removed the row
    meanwhile, NotFound that there is no such section, row or patient. What stands already is not written again, also
    when it is sent twice as a new row. The anatomy of the episode follows a changed operation in the same transaction.
    """
    section = _section(work, section_id)
    if row_key and not section.many:
        raise NotFound("no such row")
    _, episode = find_episode(work, patient_public_id, lock=True)
    record = read_record(work, patient_public_id)
    kept = tidied(section, content)
    findings = check_section(work.catalogue.record, section_id, kept, record.facts_beside(section_id, row_key))
    if findings.refusals:
        raise InvalidInput(_by_field(section, findings.refusals))
    if same := record.same(section_id, row_key, kept):
        return same
    present = record.row(section_id, row_key) if row_key or not section.many else None
    if present is None and not kept:
        raise InvalidInput({_first_field(section): "Nothing is filled in."})
    expected = _expected(work, episode.id, section, row_key, expected_ordinal)
    if present is not None and present.ordinal != expected:
        raise StaleWrite(present)
    if findings.warnings and not confirmed:
        raise NeedsConfirmation(findings.warnings)
    saved = save_entry(
        work,
        patient_public_id,
        section_id,
        content=kept,
        row_key=row_key or (new_public_id() if section.many else ""),
        expected_ordinal=expected,
        reason=reason,
    )
    _follow(work, patient_public_id, section_id, present, saved)
    return saved


def remove_row(
    work: Work, patient_public_id: str, section_id: str, *, row_key: str = "", expected_ordinal: int, reason: str
) -> None:
    """Take back a row entered by mistake; every version stays stored. InvalidInput without a reason.

    NotFound when it does not stand, StaleWrite when somebody else saved a version since it was read.
    """
    _section(work, section_id)
    text = reason.strip()
    if not text or len(text) > LONGEST_REASON:
        raise InvalidInput({"reason": f"At most {LONGEST_REASON} characters." if text else "Say why in a few words."})
    find_episode(work, patient_public_id, lock=True)
    present = read_record(work, patient_public_id).row(section_id, row_key)
    remove_entry(work, patient_public_id, section_id, row_key=row_key, expected_ordinal=expected_ordinal, reason=text)
    _follow(work, patient_public_id, section_id, present, None)


def _section(work: Work, section_id: str) -> Section:
    try:
        return work.catalogue.record.section(section_id)
    except KeyError:
        raise NotFound("no such section of the record") from None


def _expected(work: Work, episode_id: int, section: Section, row_key: str, expected: int) -> int:
    """The version to write after; a part that is there once and was removed begins anew after its removal."""
    if section.many and not row_key:
        return 0
    history = entry_history(work, episode_id, section.id, row_key)
    if section.many and not history:
        raise NotFound("no such row")
    anew = not section.many and not expected and bool(history) and history[-1].content is None
    return history[-1].ordinal if anew else expected


def _follow(work: Work, patient_public_id: str, section_id: str, before: Entry | None, after: Entry | None) -> None:
    """Let the anatomy follow the operation where it says something else than before."""
    if section_id == OPERATION:
        _, episode = find_episode(work, patient_public_id, lock=True)
        contents = (before and before.content) or {}, (after and after.content) or {}
        set_anatomy(work, episode, anatomy_changes(*contents, anatomy_of(episode)))


def _by_field(section: Section, refusals: tuple[Finding, ...]) -> dict[str, str]:
    faults: dict[str, str] = {}
    for one in refusals:
        name = one.fields[0] if one.fields else _first_field(section)
        faults[name] = f"{faults[name]} {one.text}" if name in faults else one.text
    return faults


def _first_field(section: Section) -> str:
    return next(section.fields()).id
