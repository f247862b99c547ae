"""Close a task of the worklist with a note."""

from __future__ import annotations

from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.persistence.models import Task, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.note_missed_reason import add_missed_reason

NOTE_LIMIT = 4000


def close_task(work: Work, public_id: str, note: str, *, missed_reason: str | None = None) -> None:
    """Close an open task of the actor's centre. NotFound, InvalidInput.

    StaleWrite when it is closed already with another note; the same note again (a second press) changes nothing.
    `missed_reason` is the code of why the visit of the task was not answered, where the call found that out.
    """
    if not note.strip():
        raise InvalidInput({"note": "Write in a few words what was done."})
    if len(note) > NOTE_LIMIT:
        raise InvalidInput({"note": f"Use at most {NOTE_LIMIT} characters."})
    if missed_reason is not None and missed_reason not in work.catalogue.missed_reasons.labels:
        raise InvalidInput({"missed_reason": "Choose a reason from the list."})
    task = work.session.scalars(
        select(Task).where(Task.public_id == public_id, Task.centre_id == work.actor.centre()).with_for_update()
    ).first()
    if task is None:
        raise NotFound("no such task")
    if task.done_at is not None:
        if task.note_sealed is None or work.cipher.open(task.note_sealed, field="task.note") != note.strip():
            raise StaleWrite("the task was closed by somebody else")
        return
    if missed_reason is not None and task.visit_id is not None:
        add_missed_reason(work, work.session.get_one(Visit, task.visit_id), code=missed_reason)
    task.done_at = work.now
    task.done_by = work.actor.id
    task.note_sealed = work.cipher.seal(note.strip(), field="task.note")
    audit.record(
        work,
        "closed_task",
        subject_kind="task",
        subject_id=task.id,
        centre_id=task.centre_id,
        episode_id=task.episode_id,
        detail={"kind": task.kind},
    )
