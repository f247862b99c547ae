"""The heartbeat: when each periodic job last started and finished, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from lrrc_qol.persistence.models import JobRun
from lrrc_qol.services.context import Work


def note_start(work: Work, name: str) -> datetime | None:
    """Write down that the job starts now; return when it started before, None for the first time."""
    run = work.session.get(JobRun, name)
    if run is None:
        try:
            with work.session.begin_nested():
                work.session.add(JobRun(name=name, started_at=work.now, counts={}))
        except IntegrityError:  # another process ran it for the first time just now
            run = work.session.get_one(JobRun, name)
        else:
            return None
    before, run.started_at = run.started_at, work.now
    return before


def note_finish(work: Work, name: str, counts: Mapping[str, int]) -> None:
    """Write down that the job ended well, and what it did."""
    run = work.session.get_one(JobRun, name)
    run.finished_at = work.now
    run.counts = dict(counts)


def note_failure(work: Work, name: str, failure: str) -> None:
    """Write down that the job failed; `failure` is the kind of error, nothing personal."""
    run = work.session.get(JobRun, name)
    if run is None:  # the database was busy at its very first start
        run = JobRun(name=name, started_at=work.now, counts={})
        work.session.add(run)
    run.failed_at = work.now
    run.failure = failure[:200]
