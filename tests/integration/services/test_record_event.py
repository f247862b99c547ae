"""Events: death and withdrawal silence at once, a pause ends without asking twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import EpisodeEvent, Message, Patient, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.outbox import new_message
from lrrc_qol.services.record_event import record_event, revoke_event
from tests.clock import FixedClock
from tests.factories import answers_for, make_patient, make_staff


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """A nurse."""
    return make_staff(runtime)


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor) -> str:
    """A patient with one mail in the queue."""
    public_id = make_patient(runtime, nurse)
    with runtime.writing(COMMAND) as work:
        work.session.add(
            new_message(
                work,
                key="queued",
                patient=work.session.scalars(select(Patient)).one(),
                visit=work.session.scalars(select(Visit)).one(),
                kind=MessageKind.INVITATION,
                ordinal=0,
            )
        )
    return public_id


def happen(runtime: Runtime, nurse: Actor, patient: str, kind: EventKind) -> None:
    """The event happens today."""
    with runtime.writing(nurse) as work:
        record_event(
            work, patient, kind=kind, happened_on=runtime.clock.now().date(), detail=answers_for(runtime, kind)
        )


def one(runtime: Runtime, model: type[Visit] | type[Message]) -> Visit | Message:
    """The only row of a table."""
    with runtime.reading(COMMAND) as work:
        return work.session.scalars(select(model)).one()


@pytest.mark.parametrize(
    "kind",
    [
        EventKind.DEATH,
        EventKind.WITHDRAWAL_ALL,
        EventKind.WITHDRAWAL_NEW_DATA,
        EventKind.WITHDRAWAL_REMINDERS,
        EventKind.OPT_OUT,
    ],
)
def test_queued_mail_and_later_reminders_stop_at_once(
    runtime: Runtime, nurse: Actor, patient: str, kind: EventKind
) -> None:
    happen(runtime, nurse, patient, kind)
    message, visit = one(runtime, Message), one(runtime, Visit)
    assert isinstance(message, Message)
    assert (message.status, message.outcome) == ("suppressed", kind.value)
    assert isinstance(visit, Visit)
    assert visit.next_reminder_at is None


def test_opting_in_again_takes_the_reminders_up(runtime: Runtime, nurse: Actor, patient: str) -> None:
    happen(runtime, nurse, patient, EventKind.OPT_OUT)
    happen(runtime, nurse, patient, EventKind.OPT_IN)
    visit = one(runtime, Visit)
    assert isinstance(visit, Visit)
    assert visit.next_reminder_at is not None
    assert visit.arming == 2


def test_an_event_taken_back_stays_in_the_record(runtime: Runtime, nurse: Actor, patient: str) -> None:
    happen(runtime, nurse, patient, EventKind.DEATH)
    with runtime.reading(COMMAND) as work:
        event = work.session.scalars(select(EpisodeEvent)).one()
    with runtime.writing(nurse) as work:
        revoke_event(work, patient, event.public_id, reason="Entered for the wrong patient.")
    with runtime.reading(COMMAND) as work:
        event = work.session.scalars(select(EpisodeEvent)).one()
        visit = work.session.scalars(select(Visit)).one()
    assert event.revoked_at is not None
    assert visit.next_reminder_at is not None


def test_the_future_cannot_have_happened(runtime: Runtime, nurse: Actor, patient: str, clock: FixedClock) -> None:
    tomorrow = clock.advance(days=1).date()
    clock.advance(days=-1)
    with runtime.writing(nurse) as work, pytest.raises(InvalidInput):
        record_event(
            work, patient, kind=EventKind.DEATH, happened_on=tomorrow, detail=answers_for(runtime, EventKind.DEATH)
        )
