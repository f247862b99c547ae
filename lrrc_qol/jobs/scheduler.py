"""The jobs process: a ticker and nothing more. What is due is computed from the database at every tick."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC

from apscheduler.events import EVENT_SCHEDULER_STARTED, SchedulerEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from lrrc_qol.jobs.periodic import JOBS, Job, run_job
from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.persistence.leader import LeaderLock
from lrrc_qol.runtime import Runtime

STANDBY_SECONDS = 1.0
STOP_SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM})

log = logging.getLogger(__name__)


def run_scheduler(runtime: Runtime, *, say: Callable[[str], None]) -> None:
    """Tick until SIGINT or SIGTERM; finish the mail under way first. While another process leads, stand by."""
    stopping = _stop_signal()
    lock = LeaderLock(runtime.database)
    try:
        if _wait_to_lead(lock, stopping, say):
            say("Jobs are running: reminders, mail, alerts to staff, audit chain. Ctrl-C stops them.")
            _tick(runtime, stopping)
    finally:
        lock.release()
    say("Jobs stopped.")


def _stop_signal() -> threading.Event:
    """An event that SIGINT or SIGTERM sets.

    The signals are blocked and awaited in a thread of their own: a handler would run in the middle of whatever the
    main thread does, where an exception can be swallowed and a lock be held.
    """
    stopping = threading.Event()
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)

    def wait() -> None:
        signal.sigwait(STOP_SIGNALS)
        stopping.set()

    threading.Thread(target=wait, name="stop signal", daemon=True).start()
    return stopping


def _wait_to_lead(lock: LeaderLock, stopping: threading.Event, say: Callable[[str], None]) -> bool:
    """Wait until this process leads; False when it is to stop before."""
    said = False
    while not stopping.is_set():
        if _leads(lock):
            return True
        if not said:
            say("Another jobs process is at work; this one is on standby.")
            said = True
        stopping.wait(STANDBY_SECONDS)
    return False


def _leads(lock: LeaderLock) -> bool:
    try:
        return lock.try_to_lead()
    except DatabaseBusy as error:
        log.warning("the database does not answer (%s)", error)
        return False


def _tick(runtime: Runtime, stopping: threading.Event) -> None:
    scheduler = BlockingScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(len(JOBS))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in JOBS:
        scheduler.add_job(
            _run,
            "interval",
            args=(job, runtime, stopping),
            id=job.name,
            seconds=job.interval_seconds,
            next_run_time=runtime.clock.now(),
        )
    stopper = threading.Thread(target=_stop, args=(scheduler, stopping), name="stopper")

    def started(event: SchedulerEvent) -> None:  # noqa: ARG001 - fixed by APScheduler
        stopper.start()

    scheduler.add_listener(started, EVENT_SCHEDULER_STARTED)
    scheduler.start()
    stopper.join()


def _stop(scheduler: BlockingScheduler, stopping: threading.Event) -> None:
    stopping.wait()
    # Jobs look at `stopping` between two mails, so this waits for one exchange at most.
    scheduler.shutdown(wait=True)


def _run(job: Job, runtime: Runtime, stopping: threading.Event) -> None:
    if not stopping.is_set():
        run_job(job, runtime, now=runtime.clock.now(), stopping=stopping)
