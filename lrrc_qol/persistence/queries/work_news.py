"""Whether a worklist changed since it was shown, and what the team has done today; one statement each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lrrc_qol.domain.alerts import AlertStepKind
from lrrc_qol.persistence.models import Alert, AlertStep, ContactEntry, Episode, Response, Task
from lrrc_qol.persistence.queries.worklist import count_work
from lrrc_qol.persistence.queries.worklist_kinds import open_alerts, open_tasks
from lrrc_qol.persistence.queries.worklist_rows import Viewer

CALLS = (AlertStepKind.CONTACTED.value, AlertStepKind.NO_ANSWER.value)


@dataclass(frozen=True, slots=True)
class DoneToday:
    """What was done at a centre since an instant."""

    alerts_closed: int
    calls: int
    tasks_closed: int
    forms_read: int


def work_mark(session: Session, viewer: Viewer) -> str:
    """A mark that differs once something on the viewer's list came, went, was taken or got a further step.

    What depends on the day alone (baselines that become pressing, licences) is not in it.
    """
    plain = replace(viewer, lacking_baseline=frozenset(), house=())
    steps = select(func.max(AlertStep.id)).join(Alert, Alert.id == AlertStep.alert_id)
    parts = {
        "step": steps.join(Episode, Episode.id == Alert.episode_id).where(open_alerts(plain)),
        "task": select(func.max(Task.id)).join(Episode, Episode.id == Task.episode_id).where(open_tasks(plain)),
    }
    counts = count_work(session, plain, more=parts)
    return hashlib.sha256(repr(sorted(counts.items())).encode()).hexdigest()[:16]


def done_since(session: Session, *, centre_id: int, since: datetime) -> DoneToday:
    """What the team of a centre did since then; calls are those about alerts and those of the contact log."""
    closed = select(func.count()).select_from(Alert).where(Alert.centre_id == centre_id, Alert.closed_at >= since)
    calls = (
        select(func.count())
        .select_from(AlertStep)
        .join(Alert, Alert.id == AlertStep.alert_id)
        .where(Alert.centre_id == centre_id, AlertStep.kind.in_(CALLS), AlertStep.taken_at >= since)
    )
    logged = (
        select(func.count())
        .select_from(ContactEntry)
        .where(ContactEntry.centre_id == centre_id, ContactEntry.recorded_at >= since)
    )
    tasks = select(func.count()).select_from(Task).where(Task.centre_id == centre_id, Task.done_at >= since)
    read = select(func.count()).select_from(Response)
    read = read.where(Response.centre_id == centre_id, Response.reviewed_at >= since)
    parts: list[Select[int]] = [closed, calls, logged, tasks, read]
    alerts, about_alerts, others, done, forms = session.execute(select(*(one.scalar_subquery() for one in parts))).one()
    return DoneToday(alerts_closed=alerts, calls=about_alerts + others, tasks_closed=done, forms_read=forms)
