"""The jobs process: a ticker and nothing more. What is due is computed from the database at every tick."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from lrrc_qol.jobs.periodic import JOBS, Job, run_job
from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.persistence.leader import LeaderLock
from lrrc_qol.runtime import Runtime

STANDBY_SECONDS = 1.0

log = logging.getLogger(__name__)


class _Stopped(Exception):
    """SIGINT or SIGTERM arrived."""


def run_scheduler(runtime: Runtime, *, say: Callable[[str], None]) -> None:
    """Tick until SIGINT or SIGTERM; finish the mail under way first. While another process leads, stand by."""
    stopping = threading.Event()
    lock = LeaderLock(runtime.database)
    try:
        _raise_on_signals(stopping)
        _wait_to_lead(lock, stopping, say)
        say("Jobs are running: reminders, mail, alerts to staff, audit chain. Ctrl-C stops them.")
        _tick(runtime, stopping)
    except _Stopped:
        say("Jobs stopped.")
    finally:
        lock.release()


def _wait_to_lead(lock: LeaderLock, stopping: threading.Event, say: Callable[[str], None]) -> None:
    said = False
    while not _leads(lock):
        if not said:
            say("Another jobs process is at work; this one is on standby.")
            said = True
        stopping.wait(STANDBY_SECONDS)


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
    try:
        scheduler.start()
    finally:
        # Jobs look at `stopping` between two mails, so this waits for one exchange at most.
        if scheduler.running:
            scheduler.shutdown(wait=True)


def _run(job: Job, runtime: Runtime, stopping: threading.Event) -> None:
    if not stopping.is_set():
        run_job(job, runtime, now=runtime.clock.now(), stopping=stopping)


def _raise_on_signals(stopping: threading.Event) -> None:
    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - fixed by Python
        if not stopping.is_set():
            stopping.set()
            raise _Stopped

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
