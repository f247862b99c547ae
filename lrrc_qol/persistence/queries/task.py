"""One task with the patient it is about, through the viewer's centre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrrc_qol.persistence.crypto import FieldCipher
from lrrc_qol.persistence.models import Episode, Patient, Staff, Task, Visit
from lrrc_qol.persistence.queries.happenings import Ending, find_ending


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A task; `note` and `done_by` are there once it was closed, `words` where a member of staff set it."""

    id: int
    public_id: str
    episode_id: int
    centre_id: int
    kind: str
    visit_name: str | None
    due_on: date
    created_at: datetime
    done_at: datetime | None
    done_by: str | None
    note: str | None
    patient_public_id: str
    patient_name: str
    phone: str | None
    ending: Ending | None
    words: str = ""


def read_task(session: Session, *, centre_id: int, public_id: str, cipher: FieldCipher) -> TaskPage | None:
    """The task, or None when there is none of that id in the centre; two statements."""
    row = session.execute(
        select(Task, Patient, Visit.name, Staff.name)
        .join(Episode, Episode.id == Task.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .outerjoin(Visit, Visit.id == Task.visit_id)
        .outerjoin(Staff, Staff.id == Task.done_by)
        .where(Task.public_id == public_id, Task.centre_id == centre_id)
    ).first()
    if row is None:
        return None
    task, patient, visit_name, done_by = row
    return TaskPage(
        id=task.id,
        public_id=task.public_id,
        episode_id=task.episode_id,
        centre_id=task.centre_id,
        kind=task.kind,
        visit_name=visit_name,
        due_on=task.due_on,
        created_at=task.created_at,
        done_at=task.done_at,
        done_by=done_by,
        note=cipher.open(task.note_sealed, field="task.note") if task.note_sealed else None,
        patient_public_id=patient.public_id,
        patient_name=cipher.open(patient.name_sealed, field="patient.name"),
        phone=cipher.open(patient.phone_sealed, field="patient.phone") if patient.phone_sealed else None,
        ending=find_ending(session, centre_id=centre_id, episode_id=task.episode_id),
        words=cipher.open(task.words_sealed, field="task.words") if task.words_sealed else "",
    )
