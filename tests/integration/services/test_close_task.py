"""Tasks are closed once, with a note, by somebody of the centre."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.persistence.models import AuditEntry, Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.close_task import close_task
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.request_call import request_call
from tests.clock import FixedClock
from tests.factories import make_patient, make_staff, take_seat


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """The nurse of the tests."""
    return make_staff(runtime)


@pytest.fixture
def task(runtime: Runtime, nurse: Actor) -> str:
    """A patient asked for a call; the public id of the task."""
    phone = take_seat(runtime, make_patient(runtime, nurse))
    with runtime.writing(phone.actor) as work:
        request_call(work, phone.seat)
        return work.session.scalars(select(Task.public_id)).one()


def close(runtime: Runtime, actor: Actor, public_id: str, note: str) -> None:
    """Close in a transaction of its own."""
    with runtime.writing(actor) as work:
        close_task(work, public_id, note)


def test_a_closed_task_says_who_when_and_what(runtime: Runtime, nurse: Actor, task: str, clock: FixedClock) -> None:
    closed_at = clock.now()
    close(runtime, nurse, task, " Called back. ")
    clock.advance(hours=1)
    close(runtime, nurse, task, "Called back.")
    with pytest.raises(StaleWrite):
        close(runtime, make_staff(runtime, email="second@north.example"), task, "Me too.")
    with runtime.reading(COMMAND) as work:
        stored = work.session.scalars(select(Task)).one()
        note = work.cipher.open(stored.note_sealed or b"", field="task.note")
        audited = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "closed_task")).all()
    assert (stored.done_by, stored.done_at, note) == (nurse.id, closed_at, "Called back.")
    assert len(audited) == 1


def test_a_note_is_needed(runtime: Runtime, nurse: Actor, task: str) -> None:
    for note in (" ", "x" * 4001):
        with pytest.raises(InvalidInput):
            close(runtime, nurse, task, note)


def test_another_centre_finds_nothing(runtime: Runtime, task: str) -> None:
    with pytest.raises(NotFound):
        close(runtime, make_staff(runtime, code="SOUTH"), task, "Called back.")
