"""Whether the periodic jobs run, for the banner on staff pages and for the administration page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from lrrc_qol.persistence.models import JobRun, Message, Staff


@dataclass(frozen=True, slots=True)
class JobRow:
    """A periodic job: when it last started, finished and failed, and with what words."""

    name: str
    started_at: datetime
    finished_at: datetime | None
    failed_at: datetime | None
    failure: str | None


def read_tick_age(session: Session, *, now: datetime, jobs: Collection[str]) -> timedelta | None:
    """Time since the job that is furthest behind last finished; None while one of `jobs` never did."""
    finished = session.scalars(
        select(JobRun.finished_at).where(JobRun.name.in_(jobs), JobRun.finished_at.is_not(None))
    ).all()
    oldest = min((at for at in finished if at is not None), default=None)
    return None if oldest is None or len(finished) < len(jobs) else now - oldest


@dataclass(frozen=True, slots=True)
class UnreachedStaff:
    """Somebody to whom the newest mail about alerts could not be sent."""

    public_id: str
    name: str
    since: datetime


def unreached_staff(session: Session, *, centre_id: int) -> tuple[UnreachedStaff, ...]:
    """Those of a centre whose account is on, by name; one statement."""
    newest = (
        select(func.max(Message.id))
        # Written out, because the databases use the index of these mails only for the literal word.
        .where(Message.centre_id == centre_id, text("message.kind = 'staff_alert'"), Message.staff_id.is_not(None))
        .group_by(Message.staff_id)
    )
    rows = session.execute(
        select(Staff.public_id, Staff.name, Message.available_at)
        .join(Message, Message.staff_id == Staff.id)
        .where(Message.id.in_(newest), Message.status == "failed", Staff.active)
        .order_by(Staff.name)
    )
    return tuple(UnreachedStaff(*row) for row in rows)


def read_jobs(session: Session) -> tuple[JobRow, ...]:
    """All periodic jobs by name."""
    return tuple(
        JobRow(row.name, row.started_at, row.finished_at, row.failed_at, row.failure)
        for row in session.scalars(select(JobRun).order_by(JobRun.name))
    )
