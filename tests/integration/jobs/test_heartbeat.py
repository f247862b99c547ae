"""Every job leaves a heartbeat, and a broken one takes no other with it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from lrrc_qol.jobs import periodic
from lrrc_qol.jobs.periodic import JOBS, TICK_JOBS, Job, Sweep, run_job
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.db import DatabaseBusy
from lrrc_qol.persistence.models import AuditSeal, JobRun
from lrrc_qol.persistence.queries.jobs import read_tick_age
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.clock import FixedClock
from tests.factories import make_patient, make_staff


def heartbeats(runtime: Runtime) -> dict[str, JobRun]:
    """The heartbeat of each job."""
    with runtime.reading(COMMAND) as work:
        return {run.name: run for run in work.session.scalars(select(JobRun))}


def test_a_sweep_leaves_a_heartbeat_of_every_job(site: Runtime, clock: FixedClock) -> None:
    run_tick(site)
    first = clock.now()
    clock.advance(minutes=1)
    run_tick(site)
    runs = heartbeats(site)
    assert set(runs) == {job.name for job in JOBS}
    for run in runs.values():
        assert (run.started_at, run.finished_at, run.failed_at) == (clock.now(), clock.now(), None)
        assert run.finished_at > first


def test_the_counts_say_what_was_done(site: Runtime) -> None:
    make_patient(site, make_staff(site))
    run_tick(site)
    runs = heartbeats(site)
    assert runs["queue_reminders"].counts == {"messages": 1, "calls": 0}
    assert runs["deliver_messages"].counts == {"sent": 1}


def test_a_broken_job_is_noted_without_its_text_and_the_others_run(
    site: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(sweep: Sweep) -> dict[str, int]:
        raise ValueError("ada@example.org is in the way")

    jobs = tuple(Job(job.name, broken, 60) if job.name == "queue_reminders" else job for job in JOBS)
    monkeypatch.setattr("lrrc_qol.jobs.tick.JOBS", jobs)
    results = run_tick(site)
    assert results.pop("queue_reminders") is None
    assert None not in results.values()
    run = heartbeats(site)["queue_reminders"]
    assert (run.failure, run.finished_at) == ("ValueError", None)
    assert run.failed_at == run.started_at
    assert "ValueError" in caplog.text
    assert "ada@example.org" not in caplog.text


def test_jobs_that_run_seldom_do_not_make_the_process_look_dead(site: Runtime, clock: FixedClock) -> None:
    run_tick(site)
    clock.advance(minutes=9)
    seldom = [job for job in JOBS if job.name not in TICK_JOBS]
    assert {"compute_cohort", "read_reports"} <= {job.name for job in seldom}
    for job in JOBS:
        if job not in seldom:
            run_job(job, site, now=clock.now(), stopping=threading.Event())
    with site.reading(COMMAND) as work:
        assert read_tick_age(work.session, now=clock.now(), jobs=TICK_JOBS) == timedelta(0)


def test_a_job_without_a_database_only_logs(
    site: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(periodic, "note_start", away)
    monkeypatch.setattr(periodic, "note_failure", away)
    assert run_job(JOBS[0], site, now=site.clock.now(), stopping=threading.Event()) is None
    assert "could not be stored" in caplog.text


def test_a_job_that_failed_at_its_very_first_start_is_known(site: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise DatabaseBusy

    monkeypatch.setattr(periodic, "note_start", busy)
    run_job(JOBS[0], site, now=site.clock.now(), stopping=threading.Event())
    run = heartbeats(site)[JOBS[0].name]
    assert (run.failure, run.failed_at, run.finished_at) == ("DatabaseBusy", site.clock.now(), None)


def test_the_audit_trail_is_sealed(site: Runtime, clock: FixedClock) -> None:
    make_staff(site)
    run_tick(site)
    clock.advance(minutes=2)
    assert run_tick(site)["seal_audit"]["entries"] > 0
    with site.reading(COMMAND) as work:
        assert work.session.scalars(select(AuditSeal)).all()
