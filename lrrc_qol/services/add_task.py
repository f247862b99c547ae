"""Leave a task for the nurses, once."""

from __future__ import annotations

from datetime import date

from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Task, Visit
from lrrc_qol.persistence.upsert import insert_unless_there
from lrrc_qol.services.context import Work


def add_task(work: Work, visit: Visit, *, kind: str, due_on: date, per_visit: bool = False) -> None:
    """Add a task of `kind` for the visit's episode (or for the visit itself) unless the same one is open already."""
    key = f"{kind}:visit:{visit.id}" if per_visit else f"{kind}:episode:{visit.episode_id}"
    insert_unless_there(
        work.session,
        Task,
        {
            "public_id": new_public_id(),
            "key": key,
            "centre_id": visit.centre_id,
            "episode_id": visit.episode_id,
            "visit_id": visit.id,
            "kind": kind,
            "due_on": due_on,
            "created_at": work.now,
        },
    )
