"""Every periodic job leaves a heartbeat, so that one that stands still is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from lrrc_qol.jobs.periodic import JOBS
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.mail import MemoryMailer
from lrrc_qol.persistence.models.job import JobRun
from lrrc_qol.persistence.schema import upgrade
from lrrc_qol.runtime import Runtime, build_runtime
from tests.clock import NOON, FixedClock
from tests.settings import make_settings


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """The program on an empty database."""
    settings = make_settings(f"sqlite:///{tmp_path / 'lrrc_qol.sqlite3'}")
    built = build_runtime(settings, clock=FixedClock(), mailer=MemoryMailer())
    upgrade(built.database)
    yield built
    built.database.dispose()


def test_every_job_leaves_a_heartbeat(runtime: Runtime) -> None:
    run_tick(runtime)
    with runtime.database.read() as session:
        finished = {run.name: run.finished_at for run in session.scalars(select(JobRun))}
    assert finished == {job.name: NOON for job in JOBS}


def test_every_job_has_its_own_name_and_a_pace() -> None:
    names = [job.name for job in JOBS]
    assert len(set(names)) == len(names)
    assert [job.name for job in JOBS if job.interval_seconds <= 0] == []
