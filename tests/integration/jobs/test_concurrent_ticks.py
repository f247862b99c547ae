"""Two jobs processes at once make each row once; who is due is found in a fixed number of statements."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import event, func, select

from lrrc_qol.config import Settings
from lrrc_qol.persistence.leader import LeaderLock
from lrrc_qol.persistence.models import Message
from lrrc_qol.runtime import Runtime, build_runtime
from lrrc_qol.services.context import COMMAND, SYSTEM
from lrrc_qol.services.queue_reminders import Queued, queue_due_messages
from tests.factories import make_patient, make_staff

PATIENTS = 30
# Two for the transaction's frame on SQLite, the due visits, and five that fetch or write for all of them together.
MOST_STATEMENTS = 12


def enrol(runtime: Runtime, count: int) -> None:
    """Patients whose invitation is due."""
    nurse = make_staff(runtime)
    for number in range(count):
        make_patient(runtime, nurse, hospital_number=f"H-{number}", email=f"p{number}@example.org")


def test_two_ticks_at_once_make_each_row_once(site: Runtime, settings: Settings) -> None:
    enrol(site, PATIENTS)
    other = build_runtime(settings, clock=site.clock, catalogue=site.catalogue)
    barrier = threading.Barrier(2)

    def queue(runtime: Runtime) -> Queued:
        barrier.wait(10)
        with runtime.writing(SYSTEM) as work:
            return queue_due_messages(work, limit=100)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(queue, [site, other]))
    other.database.dispose()
    assert sum(result.messages for result in results) == PATIENTS
    with site.reading(COMMAND) as work:
        assert work.session.scalar(select(func.count()).select_from(Message)) == PATIENTS


def test_batches_take_up_where_the_last_one_ended(site: Runtime) -> None:
    enrol(site, 5)
    done = []
    for _ in range(4):
        with site.writing(SYSTEM) as work:
            done.append(queue_due_messages(work, limit=2).messages)
    assert done == [2, 2, 1, 0]


def test_finding_who_is_due_takes_the_same_statements_for_many_as_for_few(site: Runtime) -> None:
    enrol(site, PATIENTS)
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    with site.writing(SYSTEM) as work:
        event.listen(site.database.engine, "before_cursor_execute", note)
        queue_due_messages(work, limit=100)
        event.remove(site.database.engine, "before_cursor_execute", note)
    assert len(statements) <= MOST_STATEMENTS


def test_one_process_leads_until_it_lets_go(site: Runtime, settings: Settings) -> None:
    other = build_runtime(settings, catalogue=site.catalogue)
    first, second = LeaderLock(site.database), LeaderLock(other.database)
    assert first.try_to_lead()
    assert first.try_to_lead()
    assert not second.try_to_lead()
    first.release()
    assert second.try_to_lead()
    second.release()
    other.database.dispose()
