"""Whether the periodic jobs run, for the banner on staff pages and for the administration page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
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


def read_tick_age(session: Session, *, now: datetime, jobs: Collection[str]) -> timedelta | None:
    """Time since the job that is furthest behind last finished; None while one of `jobs` never did."""
    finished = session.scalars(
        select(JobRun.finished_at).where(JobRun.name.in_(jobs), JobRun.finished_at.is_not(None))
    ).all()
    oldest = min((at for at in finished if at is not None), default=None)
    return None if oldest is None or len(finished) < len(jobs) else now - oldest


def read_jobs(session: Session) -> tuple[JobRow, ...]:
    """All periodic jobs by name."""
    return tuple(
        JobRow(row.name, row.started_at, row.finished_at, row.failed_at, row.failure)
        for row in session.scalars(select(JobRun).order_by(JobRun.name))
    )
