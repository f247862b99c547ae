"""Another exenteration begins a follow-up of its own; what holds for the person goes on in it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput, NotFound
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Episode, EpisodeEvent, Link, Message, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.find_episode import events_of, find_episode
from lrrc_qol.services.patient_facts import contact_state
from lrrc_qol.services.queue_reminders import queue_due_messages
from lrrc_qol.services.record_event import revoke_event
from tests.clock import FixedClock
from tests.factories import complete_visit, make_link, make_staff, set_dates, take_seat
from tests.happenings import at_home, happen, planned, present


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """A nurse."""
    return make_staff(runtime)


@pytest.fixture
def patient(runtime: Runtime, nurse: Actor, clock: FixedClock) -> str:
    """Operated on 40 days ago, at home for 30 days."""
    return at_home(runtime, nurse, clock)


def test_another_exenteration_opens_a_new_follow_up(runtime: Runtime, nurse: Actor, patient: str) -> None:
    make_link(runtime, patient, "M1")
    first = present(runtime, nurse, patient)

    happen(runtime, nurse, patient, EventKind.RE_EXENTERATION, ago=2, stage="done")

    second = present(runtime, nurse, patient)
    day = runtime.clock.now().date() - timedelta(days=2)
    assert (second.ordinal, second.surgery_on, second.stoma, second.closed_on) == (2, day, True, None)
    assert second.urostomy is None
    assert "M12" in planned(runtime, nurse, patient)
    with runtime.reading(COMMAND) as work:
        closed = work.session.get_one(Episode, first.id)
        left = work.session.scalars(select(Visit.key).where(Visit.episode_id == first.id, Visit.planned)).all()
        assert closed.closed_on == day
        assert "M12" not in left
        assert all(link.revoked_at for link in work.session.scalars(select(Link)))


@pytest.mark.parametrize(
    "kind",
    [
        EventKind.DEATH,
        EventKind.WITHDRAWAL_REMINDERS,
        EventKind.WITHDRAWAL_NEW_DATA,
        EventKind.WITHDRAWAL_ALL,
        EventKind.OPT_OUT,
        EventKind.PAUSE,
        EventKind.ADDRESS_BOUNCED,
    ],
)
def test_what_holds_for_the_person_holds_in_a_new_follow_up(
    runtime: Runtime, nurse: Actor, patient: str, kind: EventKind
) -> None:
    happen(runtime, nurse, patient, kind, ago=3)
    happen(runtime, nurse, patient, EventKind.RE_EXENTERATION, ago=3, stage="planned")
    set_dates(runtime, nurse, patient, planned_surgery_on=runtime.clock.now().date() + timedelta(days=10))

    with runtime.writing(COMMAND) as work:
        queue_due_messages(work, limit=100)
    with runtime.reading(nurse) as work:
        episode = find_episode(work, patient)[1]
        queued = work.session.scalars(select(Message.id).where(Message.episode_id == episode.id)).all()
        standing = work.session.scalars(select(EpisodeEvent.kind).where(EpisodeEvent.episode_id == episode.id)).all()
    assert queued == []
    assert standing == [kind]


@pytest.mark.parametrize("kind", [EventKind.DEATH, EventKind.WITHDRAWAL_ALL, EventKind.OPT_OUT])
def test_what_holds_for_the_person_goes_on_when_a_new_follow_up_is_taken_back(
    runtime: Runtime, nurse: Actor, patient: str, kind: EventKind
) -> None:
    opened = happen(runtime, nurse, patient, EventKind.RE_EXENTERATION, ago=3, stage="planned")
    happen(runtime, nurse, patient, kind)
    with runtime.writing(nurse) as work:
        revoke_event(work, patient, opened, reason="Another patient.")

    with runtime.reading(nurse) as work:
        episode = find_episode(work, patient)[1]
        state = contact_state(events_of(work, episode.id), work.catalogue.events, today=work.now.date())
    assert episode.ordinal == 1
    assert state.died or state.withdrawn or state.opted_out
    assert not any(planned(runtime, nurse, patient).values())


@pytest.mark.parametrize(
    ("stop", "again"),
    [(EventKind.OPT_OUT, EventKind.OPT_IN), (EventKind.PAUSE, EventKind.RESUME)],
)
def test_what_was_ended_before_does_not_hold_in_a_new_follow_up(
    runtime: Runtime, nurse: Actor, patient: str, stop: EventKind, again: EventKind
) -> None:
    happen(runtime, nurse, patient, stop, ago=5)
    happen(runtime, nurse, patient, again, ago=4)
    happen(runtime, nurse, patient, EventKind.RE_EXENTERATION, ago=3, stage="planned")
    set_dates(runtime, nurse, patient, planned_surgery_on=runtime.clock.now().date() + timedelta(days=10))

    with runtime.writing(COMMAND) as work:
        queue_due_messages(work, limit=100)
    with runtime.reading(nurse) as work:
        episode = find_episode(work, patient)[1]
        assert work.session.scalars(select(Message.id).where(Message.episode_id == episode.id)).all() != []


def test_a_planned_one_asks_for_a_new_baseline(runtime: Runtime, nurse: Actor, patient: str) -> None:
    happen(runtime, nurse, patient, EventKind.RE_EXENTERATION, stage="planned")
    planned_on = runtime.clock.now().date() + timedelta(days=20)

    set_dates(runtime, nurse, patient, planned_surgery_on=planned_on)

    assert present(runtime, nurse, patient).surgery_on is None
    assert "BL1" in planned(runtime, nurse, patient)


def test_a_new_follow_up_is_taken_back_as_long_as_nobody_answered_in_it(
    runtime: Runtime, nurse: Actor, patient: str
) -> None:
    first = present(runtime, nurse, patient)
    before = planned(runtime, nurse, patient)
    event = happen(runtime, nurse, patient, EventKind.RE_EXENTERATION, stage="planned")

    with runtime.writing(nurse) as work:
        revoke_event(work, patient, event, reason="Another patient.")

    again = present(runtime, nurse, patient)
    assert (again.id, again.closed_on) == (first.id, None)
    assert planned(runtime, nurse, patient) == before

    event = happen(runtime, nurse, patient, EventKind.RE_EXENTERATION, stage="planned")
    set_dates(runtime, nurse, patient, planned_surgery_on=runtime.clock.now().date() + timedelta(days=20))
    with runtime.reading(COMMAND) as work:
        newest = present(runtime, nurse, patient)
        assert newest.ordinal == 2
    with runtime.writing(nurse) as work, pytest.raises(NotFound):
        revoke_event(work, patient, "nobody", reason="x")


@pytest.mark.parametrize("date_of", ["planned_surgery_on", "surgery_on"])
def test_another_exenteration_is_not_before_the_first_one(
    runtime: Runtime, nurse: Actor, patient: str, date_of: str
) -> None:
    happen(runtime, nurse, patient, EventKind.RE_EXENTERATION, ago=5, stage="planned")
    first = runtime.clock.now().date() - timedelta(days=40)
    dates = {"planned_surgery_on": None, "surgery_on": None} | {date_of: first}
    with pytest.raises(InvalidInput, match="the one before it was on"):
        set_dates(runtime, nurse, patient, **dates)


def test_a_second_follow_up_with_answers_stays(runtime: Runtime, nurse: Actor, patient: str, clock: FixedClock) -> None:
    event = happen(runtime, nurse, patient, EventKind.RE_EXENTERATION, stage="planned")
    day: date = clock.now().date() + timedelta(days=20)
    set_dates(runtime, nurse, patient, planned_surgery_on=day)
    with runtime.reading(COMMAND) as work:
        episode = present(runtime, nurse, patient)
        assert work.session.scalars(select(Visit.id).where(Visit.episode_id == episode.id)).first() is not None
    complete_visit(runtime, take_seat(runtime, patient))
    with runtime.writing(nurse) as work, pytest.raises(InvalidInput):
        revoke_event(work, patient, event, reason="Too late.")
