"""Write down a contact with a patient, or with somebody about the patient."""

from __future__ import annotations

from dataclasses import dataclass

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import ContactEntry
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_record import find_patient_row

WITH_WHOM = ("patient", "relative", "doctor", "home_care", "other")
DIRECTIONS = ("out", "in")
NOTE_LIMIT = 4000


@dataclass(frozen=True, slots=True)
class ContactInput:
    """A contact: who called whom, whether anybody answered, what was said."""

    direction: str
    with_whom: str
    reached: bool
    note: str


def log_contact_entry(work: Work, patient_public_id: str, contact: ContactInput) -> None:
    """Add it to the patient's contact log; it can never be changed. NotFound, InvalidInput."""
    faults = {
        "direction": "" if contact.direction in DIRECTIONS else "Choose who called.",
        "with_whom": "" if contact.with_whom in WITH_WHOM else "Choose with whom.",
        "note": "" if len(contact.note) <= NOTE_LIMIT else f"Use at most {NOTE_LIMIT} characters.",
        "reached": "" if contact.reached or contact.direction == "out" else "Somebody who called was spoken to.",
    }
    faults = {name: text for name, text in faults.items() if text}
    if faults:
        raise InvalidInput(faults)
    patient = find_patient_row(work, patient_public_id)
    note = contact.note.strip()
    entry = ContactEntry(
        public_id=new_public_id(),
        centre_id=work.actor.centre(),
        episode_id=patient.episode_id,
        direction=contact.direction,
        with_whom=contact.with_whom,
        reached=contact.reached,
        note_sealed=work.cipher.seal(note, field="contact_entry.note") if note else None,
        recorded_at=work.now,
        recorded_by=work.actor.id,
    )
    work.session.add(entry)
    work.session.flush()
    audit.record(
        work,
        "logged_contact",
        subject_kind="contact_entry",
        subject_id=entry.id,
        centre_id=entry.centre_id,
        episode_id=entry.episode_id,
        detail={"direction": contact.direction, "with_whom": contact.with_whom, "reached": contact.reached},
    )
