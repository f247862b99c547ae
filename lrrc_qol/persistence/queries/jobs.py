"""Whether the periodic jobs run, for the banner on staff pages and for the administration page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lrrc_qol.persistence.models import JobRun


@dataclass(frozen=True, slots=True)
class JobRow:
    """A periodic job: when it last started, finished and failed, and with what words."""

    name: str
    started_at: datetime
    finished_at: datetime | None
    failed_at: datetime | None
    failure: str | None


def read_tick_age(session: Session, *, now: datetime) -> timedelta | None:
    """Time since a periodic job last finished; None when none ever did."""
    finished = session.scalar(select(func.max(JobRun.finished_at)))
    return None if finished is None else now - finished


def read_jobs(session: Session) -> tuple[JobRow, ...]:
    """All periodic jobs by name."""
    return tuple(
        JobRow(row.name, row.started_at, row.finished_at, row.failed_at, row.failure)
        for row in session.scalars(select(JobRun).order_by(JobRun.name))
    )
