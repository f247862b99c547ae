"""Close a task of the worklist with a note."""

from __future__ import annotations

from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.persistence.models import Task
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work

NOTE_LIMIT = 4000


def close_task(work: Work, public_id: str, note: str) -> None:
    """Close an open task of the actor's centre; closing a closed one changes nothing. NotFound, InvalidInput."""
    if not note.strip():
        raise InvalidInput({"note": "Write in a few words what was done."})
    if len(note) > NOTE_LIMIT:
        raise InvalidInput({"note": f"Use at most {NOTE_LIMIT} characters."})
    task = work.session.scalars(
        select(Task).where(Task.public_id == public_id, Task.centre_id == work.actor.centre()).with_for_update()
    ).first()
    if task is None:
        raise NotFound("no such task")
    if task.done_at is not None:
        return
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
