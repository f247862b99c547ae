"""Bring in many rows of clinical records at once: all of them or none, each checked as if a person had entered it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import case, or_, select

from lrrc_qol.domain.clinical_record import Finding, check_section, tidied
from lrrc_qol.domain.errors import LrrcQolError
from lrrc_qol.persistence.models import Patient
from lrrc_qol.services import audit
from lrrc_qol.services.clinical_record.edit import ClinicalRecord, read_record, save_section
from lrrc_qol.services.context import Work

NOT_FOUND = "No patient of this centre has this number. Check it, or enrol the patient first."
DIFFERENT = (
    "Another version of this part is on record. An import adds and never changes: change it on the patient's pages, "
    "or take the row out."
)


class ImportedRow(Protocol):
    """One row to bring in: its line in the file, whose it is, and the content of a section."""

    @property
    def line(self) -> int:
        """Where it stands in the file."""

    @property
    def patient(self) -> str:
        """The hospital number, or the random id of the patient."""

    @property
    def section(self) -> str:
        """The section, one of the catalogue's."""

    @property
    def content(self) -> Mapping[str, Any]:
        """The values by field."""


@dataclass(frozen=True, slots=True)
class RowFinding:
    """Something about one row; `column` is empty when it is about the whole row."""

    line: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import found: rows that are new, and those that stood already."""

    faults: tuple[RowFinding, ...]
    warnings: tuple[RowFinding, ...]
    written: int
    unchanged: int


class NothingWritten(LrrcQolError):
    """An import that ends without a change; its caller's transaction must be rolled back, as by any error."""

    def __init__(self, outcome: ImportOutcome) -> None:
        super().__init__("nothing was written")
        self.outcome = outcome


def import_records(
    work: Work, rows: Sequence[ImportedRow], *, accept_warnings: bool, dry_run: bool = False
) -> ImportOutcome:
    """Save all rows for the actor's centre; NothingWritten when one cannot be or is doubted without `accept_warnings`.

    Each row is checked beside those before it. A dry run finds the same and always ends in NothingWritten.
    """
    faults: list[RowFinding] = []
    warnings: list[RowFinding] = []
    written = unchanged = 0
    for row in rows:
        public_id = _find(work, row.patient)
        if public_id is None:
            faults.append(RowFinding(row.line, "patient", NOT_FOUND))
            continue
        record = read_record(work, public_id)
        refused, doubts = _findings(work, record, row)
        faults += refused
        warnings += doubts
        if not refused:
            changed = _save(work, record, row)
            written, unchanged = written + changed, unchanged + (not changed)
    outcome = ImportOutcome(tuple(faults), tuple(warnings), written, unchanged)
    if dry_run or faults or (warnings and not accept_warnings):
        raise NothingWritten(outcome)
    if written:
        _note(work, written)
    return outcome


def _find(work: Work, number: str) -> str | None:
    """The patient of that hospital number, or else of that random id, in the actor's centre."""
    lookup = work.cipher.lookup(number, field="patient.hospital_number")
    by_number = Patient.hospital_number_lookup == lookup
    return work.session.scalar(
        select(Patient.public_id)
        .where(Patient.centre_id == work.actor.centre(), or_(by_number, Patient.public_id == number))
        .order_by(case((by_number, 0), else_=1))
        .limit(1)
    )


def _findings(work: Work, record: ClinicalRecord, row: ImportedRow) -> tuple[list[RowFinding], list[RowFinding]]:
    section = work.catalogue.record.section(row.section)
    kept = tidied(section, row.content)
    if record.same(row.section, "", kept):
        return [], []
    if not section.many and record.row(row.section):
        return [RowFinding(row.line, "section", DIFFERENT)], []
    if not kept:
        return [RowFinding(row.line, "section", "Nothing is filled in. Fill in a field, or take the row out.")], []
    found = check_section(work.catalogue.record, row.section, kept, record.facts_beside(row.section, ""))
    return list(_placed(row, found.refusals)), list(_placed(row, found.warnings))


def _placed(row: ImportedRow, findings: Sequence[Finding]) -> Iterator[RowFinding]:
    for one in findings:
        yield RowFinding(row.line, one.fields[0] if one.fields else "", one.text)


def _save(work: Work, record: ClinicalRecord, row: ImportedRow) -> bool:
    """Save a row that nothing speaks against; whether it was not there yet."""
    kept = tidied(work.catalogue.record.section(row.section), row.content)
    if record.same(row.section, "", kept):
        return False
    save_section(work, record.patient.public_id, row.section, kept, confirmed=True)
    return True


def _note(work: Work, rows: int) -> None:
    audit.record(
        work,
        "imported_clinical_records",
        subject_kind="centre",
        subject_id=work.actor.centre(),
        centre_id=work.actor.centre(),
        detail={"rows": rows},
    )
