"""Notes on a patient. A restricted one is read by its author; anybody else of the team gives a reason first.

A nurse must be able to read what a colleague noted when the patient needs it. So nothing is locked away: the reason is
asked for, kept, shown to the author and audited (break-glass).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import NoteOpening, PatientNote, Staff
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_record import find_patient_row

NOTE_LIMIT = 4000
REASON_LIMIT = 500
# How long an opened note can be read again without another reason. Design figure.
OPEN_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class NoteView:
    """One note as this reader may see it; `text` is None until a reason was given."""

    patient: PatientRow
    public_id: str
    by: str
    at: datetime
    restricted: bool
    text: str | None


def write_note(work: Work, patient_public_id: str, text: str, *, restricted: bool) -> None:
    """Add a note; it can never be changed. NotFound, InvalidInput for none or too long a text."""
    written = text.strip()
    if not written:
        raise InvalidInput({"text": "Write the note."})
    if len(written) > NOTE_LIMIT:
        raise InvalidInput({"text": f"Use at most {NOTE_LIMIT} characters."})
    patient = find_patient_row(work, patient_public_id)
    note = PatientNote(
        public_id=new_public_id(),
        centre_id=work.actor.centre(),
        episode_id=patient.episode_id,
        restricted=restricted,
        note_sealed=work.cipher.seal(written, field="patient_note.note"),
        written_at=work.now,
        written_by=work.actor.id,
    )
    work.session.add(note)
    work.session.flush()
    _audit(work, "wrote_note", note, {"restricted": restricted})


def read_note(work: Work, patient_public_id: str, note_public_id: str) -> NoteView:
    """The note, with its text where this reader may see it; NotFound."""
    patient = find_patient_row(work, patient_public_id)
    note, author = _find(work, patient, note_public_id)
    readable = not note.restricted or note.written_by == work.actor.id or _opened_lately(work, note)
    return NoteView(
        patient=patient,
        public_id=note.public_id,
        by=author,
        at=note.written_at,
        restricted=note.restricted,
        text=work.cipher.open(note.note_sealed, field="patient_note.note") if readable else None,
    )


def open_note(work: Work, patient_public_id: str, note_public_id: str, reason: str) -> None:
    """Open a colleague's restricted note for a while; the author sees who did and why. NotFound, InvalidInput.

    Nothing happens for a note that the actor may read anyway.
    """
    written = reason.strip()
    if not written:
        raise InvalidInput({"reason": "Say in a few words why you need to read it."})
    if len(written) > REASON_LIMIT:
        raise InvalidInput({"reason": f"Use at most {REASON_LIMIT} characters."})
    note, _ = _find(work, find_patient_row(work, patient_public_id), note_public_id)
    if not note.restricted or note.written_by == work.actor.id:
        return
    work.session.add(
        NoteOpening(
            note_id=note.id,
            centre_id=note.centre_id,
            reason_sealed=work.cipher.seal(written, field="note_opening.reason"),
            opened_at=work.now,
            opened_by=work.actor.id,
        )
    )
    work.session.flush()
    _audit(work, "opened_restricted_note", note, {"author": note.written_by})


def _find(work: Work, patient: PatientRow, note_public_id: str) -> tuple[PatientNote, str]:
    row = work.session.execute(
        select(PatientNote, Staff.name)
        .join(Staff, Staff.id == PatientNote.written_by)
        .where(
            PatientNote.public_id == note_public_id,
            PatientNote.episode_id == patient.episode_id,
            PatientNote.centre_id == work.actor.centre(),
        )
    ).first()
    if row is None:
        raise NotFound("no such note")
    return row[0], row[1]


def _opened_lately(work: Work, note: PatientNote) -> bool:
    opened = select(NoteOpening.id).where(
        NoteOpening.note_id == note.id,
        NoteOpening.opened_by == work.actor.id,
        NoteOpening.opened_at > work.now - OPEN_FOR,
    )
    return work.session.scalars(opened.limit(1)).first() is not None


def _audit(work: Work, action: str, note: PatientNote, detail: dict[str, int | bool]) -> None:
    audit.record(
        work,
        action,
        subject_kind="patient_note",
        subject_id=note.id,
        centre_id=note.centre_id,
        episode_id=note.episode_id,
        detail=dict(detail),
    )
