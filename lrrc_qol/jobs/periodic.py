"""The table of periodic jobs, and how each is run: guarded, with a heartbeat, never in the way of the others."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lrrc_qol.faults import place_of
from lrrc_qol.jobs.answering import measure_all
from lrrc_qol.jobs.centres import compare_all
from lrrc_qol.jobs.cohort import compute_all
from lrrc_qol.jobs.delivery import deliver_all
from lrrc_qol.jobs.reports import read_all_reports
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.audit import SEAL_BATCH, seal
from lrrc_qol.services.context import SYSTEM
from lrrc_qol.services.note_job_run import note_failure, note_finish, note_start
from lrrc_qol.services.notify_staff import queue_staff_mails
from lrrc_qol.services.overdue_alerts import pass_on_overdue
from lrrc_qol.services.queue_reminders import look_at_everything_again, queue_due_messages
from lrrc_qol.services.raise_missed_alerts import raise_missed_alerts

QUEUE_BATCH = 200
# Two machines differ by seconds; a start this far in the future means that the clock was set back.
CLOCK_TOLERANCE = timedelta(minutes=10)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sweep:
    """One run: at which instant, after which earlier start, and whether the process is about to stop."""

    runtime: Runtime
    now: datetime
    started_before: datetime | None = None
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def clock_went_back(self) -> bool:
        """Whether the job ran before at an instant that has not come yet."""
        return self.started_before is not None and self.started_before > self.now + CLOCK_TOLERANCE


@dataclass(frozen=True, slots=True)
class Job:
    """A periodic job: what it does, returning counts for the heartbeat, and how often, in seconds."""

    name: str
    run: Callable[[Sweep], Mapping[str, int]]
    interval_seconds: int


def queue_reminders(sweep: Sweep) -> Mapping[str, int]:
    """Turn due reminders into outbox rows and calls, batch by batch."""
    if sweep.clock_went_back:
        log.warning("the clock was set back; every unfinished visit is looked at again")
        with sweep.runtime.writing(SYSTEM, now=sweep.now) as work:
            look_at_everything_again(work)
    messages = calls = 0
    while not sweep.stopping.is_set():
        with sweep.runtime.writing(SYSTEM, now=sweep.now) as work:
            batch = queue_due_messages(work, limit=QUEUE_BATCH)
        messages += batch.messages
        calls += batch.calls
        if batch.looked_at < QUEUE_BATCH:
            break
    return {"messages": messages, "calls": calls}


def look_for_missed(sweep: Sweep) -> Mapping[str, int]:
    """Raise alerts about check-ins that closed without an answer, batch by batch."""
    looked_at = alerts = 0
    after: int | None = 0
    while after is not None and not sweep.stopping.is_set():
        with sweep.runtime.writing(SYSTEM, now=sweep.now) as work:
            batch = raise_missed_alerts(work, after=after, limit=QUEUE_BATCH)
        looked_at, alerts, after = looked_at + batch.looked_at, alerts + batch.raised, batch.last_id
    return {"check_ins": looked_at, "alerts": alerts}


def escalate_alerts(sweep: Sweep) -> Mapping[str, int]:
    """Pass on the alerts whose target is over."""
    with sweep.runtime.writing(SYSTEM, now=sweep.now) as work:
        return {"steps": pass_on_overdue(work)}


def notify_staff(sweep: Sweep) -> Mapping[str, int]:
    """Queue a mail to everybody for whom there is news about urgent alerts."""
    with sweep.runtime.writing(SYSTEM, now=sweep.now) as work:
        return {"messages": queue_staff_mails(work)}


def deliver_messages(sweep: Sweep) -> Mapping[str, int]:
    """Send what waits in the outbox."""
    return deliver_all(sweep.runtime, sweep.now, sweep.stopping.is_set)


def read_reports(sweep: Sweep) -> Mapping[str, int]:
    """Take in what other servers say about our mails."""
    return read_all_reports(sweep.runtime, sweep.now, sweep.stopping.is_set)


def seal_audit(sweep: Sweep) -> Mapping[str, int]:
    """Chain the audit rows that have settled."""
    entries = 0
    while not sweep.stopping.is_set():
        with sweep.runtime.writing(SYSTEM, now=sweep.now) as work:
            sealed = seal(work)
        entries += sealed
        if sealed < SEAL_BATCH:
            break
    return {"entries": entries}


def compute_cohort(sweep: Sweep) -> Mapping[str, int]:
    """Compute the figures of every cohort whose data changed since, and all of them on a new day."""
    return compute_all(sweep.runtime, sweep.now, sweep.stopping.is_set)


def compare_centres(sweep: Sweep) -> Mapping[str, int]:
    """Once a week, compute the figures of the centres that agreed to be read together."""
    return compare_all(sweep.runtime, sweep.now, sweep.stopping.is_set)


def measure_answering(sweep: Sweep) -> Mapping[str, int]:
    """Measure how long each questionnaire takes, so that pages say how many minutes are left."""
    return measure_all(sweep.runtime, sweep.now, sweep.stopping.is_set)


# In the order of one full sweep: who cannot be reached is known before anybody is written to; what is queued is sent.
JOBS = (
    Job("read_reports", read_reports, 300),
    Job("queue_reminders", queue_reminders, 60),
    Job("look_for_missed", look_for_missed, 900),
    Job("escalate_alerts", escalate_alerts, 60),
    Job("notify_staff", notify_staff, 60),
    Job("deliver_messages", deliver_messages, 15),
    Job("seal_audit", seal_audit, 60),
    Job("compute_cohort", compute_cohort, 600),
    Job("compare_centres", compare_centres, 3600),
    Job("measure_answering", measure_answering, 21600),
)


TICK_SECONDS = 60
TICK_JOBS = tuple(job.name for job in JOBS if job.interval_seconds <= TICK_SECONDS)
"""The jobs that run at least every minute: by them it is told whether the process is at work."""


def run_job(job: Job, runtime: Runtime, *, now: datetime, stopping: threading.Event) -> Mapping[str, int] | None:
    """Run one job with its heartbeat; None when it failed, which is logged without the error's text."""
    try:
        with runtime.writing(SYSTEM, now=now) as work:
            before = note_start(work, job.name)
        counts = job.run(Sweep(runtime=runtime, now=now, started_before=before, stopping=stopping))
        with runtime.writing(SYSTEM, now=now) as work:
            note_finish(work, job.name, counts)
    except Exception as error:  # one job must never take the others with it
        # The text of an error can hold a name or an address, so only its kind and place are written.
        log.error("job %s failed: %s at %s", job.name, type(error).__name__, place_of(error))
        _note_failure(job, runtime, now=now, error=error)
        return None
    return counts


def _note_failure(job: Job, runtime: Runtime, *, now: datetime, error: Exception) -> None:
    try:
        with runtime.writing(SYSTEM, now=now) as work:
            note_failure(work, job.name, type(error).__name__)
    except Exception as second:  # the database itself may be what failed
        log.error("the failure of job %s could not be stored: %s", job.name, type(second).__name__)
