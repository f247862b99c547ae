"""A new link instead of a dead one: only to the address on file, few times, and nobody learns whose link it was."""

from __future__ import annotations

from sqlalchemy import func, select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Message, Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.ask_for_link import PER_PATIENT, PER_SOURCE, ask_for_link
from lrrc_qol.services.context import ANONYMOUS_PATIENT, COMMAND
from lrrc_qol.services.correct_address import correct_address
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.factories import answers_for, make_link, make_patient, make_staff


def ask(runtime: Runtime, token: str, *, source: str = "192.0.2.1") -> bool:
    """Press the button; whether this source has to wait."""
    with runtime.writing(ANONYMOUS_PATIENT) as work:
        return ask_for_link(work, token, source=source).blocked


def queued(runtime: Runtime) -> int:
    """How many fresh links wait to be mailed."""
    with runtime.reading(COMMAND) as work:
        return work.session.scalar(select(func.count()).where(Message.kind == "link_resent")) or 0


def test_a_superseded_link_brings_a_new_one_to_the_address_on_file(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    token = make_link(runtime, patient)
    with runtime.writing(nurse) as work:
        correct_address(work, patient, "elsewhere@example.org")
    before = queued(runtime)
    assert not ask(runtime, token)
    assert queued(runtime) == before + 1


def test_a_link_that_nobody_made_brings_nothing_and_answers_alike(runtime: Runtime) -> None:
    make_link(runtime, make_patient(runtime, make_staff(runtime)))
    assert not ask(runtime, "nobody-made-this")
    assert queued(runtime) == 0


def test_a_mailbox_is_not_filled_whoever_asks(runtime: Runtime, clock: FixedClock) -> None:
    token = make_link(runtime, make_patient(runtime, make_staff(runtime)))
    assert not any(ask(runtime, token, source=f"192.0.2.{number}") for number in range(PER_PATIENT + 3))
    assert queued(runtime) == PER_PATIENT
    clock.advance(days=1, minutes=1)
    ask(runtime, token)
    assert queued(runtime) == PER_PATIENT + 1


def test_one_source_has_to_wait_after_some_tries(runtime: Runtime) -> None:
    assert [ask(runtime, f"guess-{number}") for number in range(PER_SOURCE + 1)] == [False] * PER_SOURCE + [True]


def test_nothing_goes_out_after_the_end(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    token = make_link(runtime, patient)
    with runtime.writing(nurse) as work:
        day = work.today_in("Europe/London")
        record_event(
            work,
            patient,
            kind=EventKind.DEATH,
            happened_on=day,
            detail=answers_for(runtime, EventKind.DEATH),
        )
    ask(runtime, token)
    assert queued(runtime) == 0


def test_where_no_mail_can_go_the_nurses_get_a_task(runtime: Runtime) -> None:
    nurse = make_staff(runtime)
    patient = make_patient(runtime, nurse)
    token = make_link(runtime, patient)
    with runtime.writing(nurse) as work:
        record_event(
            work,
            patient,
            kind=EventKind.ADDRESS_BOUNCED,
            happened_on=work.today_in("Europe/London"),
            detail=answers_for(runtime, EventKind.ADDRESS_BOUNCED),
        )
    ask(runtime, token)
    assert queued(runtime) == 0
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Task.kind)).all() == ["link_wanted"]
