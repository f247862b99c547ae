"""What the team wrote about one patient: contacts, notes, tasks; one statement each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrrc_qol.domain.alerts import AlertStepKind
from lrrc_qol.persistence.crypto import FieldCipher
from lrrc_qol.persistence.models import Alert, AlertStep, ContactEntry, NoteOpening, PatientNote, Staff, Task

SHOWN = 100


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact; `alert_reason` is there when it was written down on the page of an alert."""

    at: datetime
    by: str
    direction: str
    with_whom: str
    reached: bool
    note: str
    alert_reason: str = ""
    alert_public_id: str = ""


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """Who opened a restricted note, when and why."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note; `text` is None where the reader may not see it without a reason. `openings` are for its author."""

    public_id: str
    at: datetime
    by: str
    restricted: bool
    own: bool
    text: str | None
    openings: tuple[OpeningRow, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task that is still open."""

    public_id: str
    kind: str
    due_on: date
    words: str
    by: str


def list_contacts(session: Session, *, centre_id: int, episode_id: int, cipher: FieldCipher) -> list[ContactRow]:
    """The newest entries of the contact log."""
    rows = session.execute(
        select(ContactEntry, Staff.name)
        .join(Staff, Staff.id == ContactEntry.recorded_by)
        .where(ContactEntry.episode_id == episode_id, ContactEntry.centre_id == centre_id)
        .order_by(ContactEntry.id.desc())
        .limit(SHOWN)
    )
    return [
        ContactRow(
            at=entry.recorded_at,
            by=name,
            direction=entry.direction,
            with_whom=entry.with_whom,
            reached=entry.reached,
            note=cipher.open(entry.note_sealed, field="contact_entry.note") if entry.note_sealed else "",
        )
        for entry, name in rows
    ]


def list_alert_calls(session: Session, *, centre_id: int, episode_id: int, cipher: FieldCipher) -> list[ContactRow]:
    """Calls that were written down on the pages of the patient's alerts, newest first."""
    kinds = (AlertStepKind.CONTACTED.value, AlertStepKind.NO_ANSWER.value)
    rows = session.execute(
        select(AlertStep, Alert.reason, Alert.public_id, Staff.name)
        .join(Alert, Alert.id == AlertStep.alert_id)
        .outerjoin(Staff, Staff.id == AlertStep.staff_id)
        .where(Alert.episode_id == episode_id, Alert.centre_id == centre_id, AlertStep.kind.in_(kinds))
        .order_by(AlertStep.id.desc())
        .limit(SHOWN)
    )
    return [
        ContactRow(
            at=step.taken_at,
            by=name or "",
            direction="out",
            with_whom="patient",
            reached=step.kind == AlertStepKind.CONTACTED,
            note=cipher.open(step.note_sealed, field="alert_step.note") if step.note_sealed else "",
            alert_reason=reason,
            alert_public_id=public_id,
        )
        for step, reason, public_id, name in rows
    ]


def list_notes(
    session: Session, *, centre_id: int, episode_id: int, reader_id: int, cipher: FieldCipher
) -> list[NoteRow]:
    """The newest notes; a restricted one of somebody else comes without its text. Two statements."""
    rows = session.execute(
        select(PatientNote, Staff.name)
        .join(Staff, Staff.id == PatientNote.written_by)
        .where(PatientNote.episode_id == episode_id, PatientNote.centre_id == centre_id)
        .order_by(PatientNote.id.desc())
        .limit(SHOWN)
    ).all()
    own = [note.id for note, _ in rows if note.restricted and note.written_by == reader_id]
    openings = _openings(session, own, cipher)
    return [
        NoteRow(
            public_id=note.public_id,
            at=note.written_at,
            by=name,
            restricted=note.restricted,
            own=note.written_by == reader_id,
            text=None
            if note.restricted and note.written_by != reader_id
            else cipher.open(note.note_sealed, field="patient_note.note"),
            openings=tuple(openings.get(note.id, ())),
        )
        for note, name in rows
    ]


def _openings(session: Session, note_ids: Collection[int], cipher: FieldCipher) -> dict[int, list[OpeningRow]]:
    rows = session.execute(
        select(NoteOpening, Staff.name)
        .join(Staff, Staff.id == NoteOpening.opened_by)
        .where(NoteOpening.note_id.in_(note_ids))
        .order_by(NoteOpening.id)
    )
    found: dict[int, list[OpeningRow]] = {}
    for opening, name in rows:
        reason = cipher.open(opening.reason_sealed, field="note_opening.reason")
        found.setdefault(opening.note_id, []).append(OpeningRow(opening.opened_at, name, reason))
    return found


def list_open_tasks(session: Session, *, centre_id: int, episode_id: int, cipher: FieldCipher) -> list[TaskRow]:
    """Tasks that nobody has closed, the earliest due first, those for a later day included."""
    rows = session.execute(
        select(Task, Staff.name)
        .outerjoin(Staff, Staff.id == Task.created_by)
        .where(Task.episode_id == episode_id, Task.centre_id == centre_id, Task.done_at.is_(None))
        .order_by(Task.due_on, Task.id)
        .limit(SHOWN)
    )
    return [
        TaskRow(
            public_id=task.public_id,
            kind=task.kind,
            due_on=task.due_on,
            words=cipher.open(task.words_sealed, field="task.words") if task.words_sealed else "",
            by=name or "",
        )
        for task, name in rows
    ]
