"""Set the team a task about a patient, for a day."""

from __future__ import annotations

from datetime import date

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Task
from lrrc_qol.persistence.queries.worklist_rows import OWN_TASK
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.read_record import find_patient_row

WORDS_LIMIT = 300


def set_task(work: Work, patient_public_id: str, words: str, due_on: date) -> None:
    """Add the task; it comes onto the worklist on its day. NotFound, InvalidInput."""
    patient = find_patient_row(work, patient_public_id)
    written = words.strip()
    faults = {}
    if not written:
        faults["words"] = "Say in a few words what is to be done."
    elif len(written) > WORDS_LIMIT:
        faults["words"] = f"Use at most {WORDS_LIMIT} characters."
    if due_on < work.today_in(patient.centre_timezone):
        faults["due_on"] = "The day is in the past."
    if faults:
        raise InvalidInput(faults)
    public_id = new_public_id()
    task = Task(
        public_id=public_id,
        key=f"{OWN_TASK}:{public_id}",
        centre_id=work.actor.centre(),
        episode_id=patient.episode_id,
        kind=OWN_TASK,
        due_on=due_on,
        created_at=work.now,
        words_sealed=work.cipher.seal(written, field="task.words"),
        created_by=work.actor.id,
    )
    work.session.add(task)
    work.session.flush()
    audit.record(
        work,
        "set_task",
        subject_kind="task",
        subject_id=task.id,
        centre_id=task.centre_id,
        episode_id=task.episode_id,
        detail={"due_on": due_on.isoformat()},
    )
