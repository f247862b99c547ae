"""One full sweep: everything that is due at an instant, done once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime

from lrrc_qol.jobs.periodic import JOBS, run_job
from lrrc_qol.runtime import Runtime


def run_tick(runtime: Runtime, now: datetime | None = None) -> dict[str, Mapping[str, int] | None]:
    """Run every job once at `now` (aware; the runtime's clock when None): queue, notify, deliver, seal.

    Returns what each job counted, None for a job that failed.
    """
    at = now or runtime.clock.now()
    stopping = threading.Event()
    return {job.name: run_job(job, runtime, now=at, stopping=stopping) for job in JOBS}
