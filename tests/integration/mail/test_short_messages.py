"""A patient who chose short messages gets them through the same outbox, under the same gate and the same hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lrrc_qol.config import SmsGateway
from lrrc_qol.domain.contact import Channel
from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.domain.events import EventKind
from lrrc_qol.domain.message_report import Report, ReportKind
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.mail import MemoryMailer
from lrrc_qol.persistence.models import Message, Patient, Task, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.change_channel import ContactChoice, change_channel, read_channel
from lrrc_qol.services.context import COMMAND, SYSTEM
from lrrc_qol.services.record_event import record_event
from lrrc_qol.services.take_reports import take_reports
from tests.clock import FixedClock
from tests.factories import make_patient, make_staff

BY_MAIL = ContactChoice("email", "")
BY_SMS = ContactChoice("sms", "+447700900123")


class Phones:
    """A site with a gateway, a patient, and what went out on both ways."""

    def __init__(self, runtime: Runtime, clock: FixedClock, **enrolment: Any) -> None:
        self.mailer, self.texter, self.clock = MemoryMailer(), MemoryMailer(), clock
        settings = replace(runtime.settings, sms=SmsGateway("http://127.0.0.1:1/", "t", ""))
        self.runtime = replace(runtime, settings=settings, mailer=self.mailer, texter=self.texter)
        self.nurse = make_staff(self.runtime)
        self.patient = make_patient(self.runtime, self.nurse, **enrolment)

    def choose(self, choice: ContactChoice, seen: ContactChoice = BY_MAIL) -> None:
        """The nurse stores how reminders come."""
        with self.runtime.writing(self.nurse) as work:
            change_channel(work, self.patient, choice, seen=seen)

    def tick(self) -> None:
        """All jobs run once; none fails."""
        assert None not in run_tick(self.runtime).values()

    def row(self) -> Message:
        """The only message."""
        with self.runtime.reading(COMMAND) as work:
            return work.session.scalars(select(Message)).one()


@pytest.fixture
def phones(runtime: Runtime, clock: FixedClock) -> Phones:
    """A patient whose invitation is due."""
    return Phones(runtime, clock)


def test_the_chosen_way_is_used_and_its_link_is_short(phones: Phones) -> None:
    phones.choose(BY_SMS)
    phones.tick()
    (text,) = phones.texter.texts
    assert phones.mailer.mails == []
    assert phones.texter.letters[0].recipient == BY_SMS.mobile
    assert len(text.rsplit("/l/", 1)[1]) == 22
    assert (phones.row().channel, phones.row().status) == ("sms", "sent")


def test_a_choice_made_after_queueing_holds(phones: Phones) -> None:
    phones.mailer.down = True
    phones.tick()
    phones.choose(BY_SMS)
    phones.mailer.down = False
    phones.clock.advance(minutes=2)
    phones.tick()
    assert (len(phones.mailer.mails), len(phones.texter.texts), phones.row().attempts) == (0, 1, 1)


def test_a_mail_server_that_is_down_holds_no_short_message(phones: Phones) -> None:
    phones.choose(BY_SMS)
    phones.mailer.down = True
    phones.tick()
    assert len(phones.texter.texts) == 1


def test_without_a_gateway_everybody_gets_mail(phones: Phones) -> None:
    phones.choose(BY_SMS)
    off = replace(phones.runtime, settings=replace(phones.runtime.settings, sms=None), texter=None)
    run_tick(off)
    assert len(phones.mailer.mails) == 1


def test_the_gate_holds_short_messages_too(phones: Phones) -> None:
    phones.choose(BY_SMS)
    with phones.runtime.writing(phones.nurse) as work:
        record_event(work, phones.patient, kind=EventKind.OPT_OUT, happened_on=phones.clock.now().date(), detail={})
    phones.tick()
    assert phones.texter.texts == []


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        (datetime(2026, 3, 2, 20, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 21, 1, tzinfo=UTC), False),
        (datetime(2026, 3, 3, 7, 59, tzinfo=UTC), False),
    ],
)
def test_nothing_that_was_held_up_goes_out_at_night(phones: Phones, now: datetime, sent: bool) -> None:
    phones.choose(BY_SMS)
    phones.texter.down = True
    phones.tick()
    phones.texter.down = False
    phones.clock.set(now)
    phones.tick()
    assert bool(phones.texter.texts) is sent
    phones.clock.set(datetime(2026, 3, 3, 8, 0, tzinfo=UTC) if not sent else now)
    phones.tick()
    assert len(phones.texter.texts) == 1
    assert phones.row().attempts == 1


def test_the_night_follows_the_clock_where_the_patient_lives(runtime: Runtime, clock: FixedClock) -> None:
    """In the night to 29 March 2026 British clocks go forward: eight o'clock is then seven in UTC."""
    clock.set(datetime(2026, 3, 28, 19, 0, tzinfo=UTC))
    phones = Phones(runtime, clock, planned_surgery_on=date(2026, 4, 17))
    phones.mailer.down = True
    phones.tick()
    phones.mailer.down = False
    for instant, count in (("2026-03-28T21:30", 0), ("2026-03-29T06:59", 0), ("2026-03-29T07:00", 1)):
        clock.set(datetime.fromisoformat(f"{instant}+00:00"))
        phones.tick()
        assert len(phones.mailer.mails) == count, instant


def test_a_number_that_fails_goes_back_to_mail_and_asks_a_nurse(phones: Phones) -> None:
    phones.choose(BY_SMS)
    phones.tick()
    report = Report(phones.row().message_id, ReportKind.HARD, "unknown number", "1")
    with phones.runtime.writing(SYSTEM) as work:
        take_reports(work, [report], source="hook")
    with phones.runtime.reading(phones.nurse) as work:
        assert read_channel(work, phones.patient) == ContactChoice(Channel.EMAIL, BY_SMS.mobile)
        assert work.session.scalars(select(Task.kind)).all() == ["number_problem"]


@pytest.mark.parametrize("number", ["", "07700 900123", "+44", "+44 7700 900123 456 789 00", "call me"])
def test_a_number_that_cannot_be_one_is_refused(phones: Phones, number: str) -> None:
    with pytest.raises(InvalidInput):
        phones.choose(ContactChoice("sms", number))


def test_what_somebody_else_stored_is_not_written_over(phones: Phones) -> None:
    phones.choose(ContactChoice("sms", "0044 (7700) 900-123"))
    with pytest.raises(StaleWrite):
        phones.choose(BY_MAIL)
    phones.choose(BY_MAIL, seen=BY_SMS)


def test_a_week_holds_no_more_than_the_cap(phones: Phones, clock: Any) -> None:
    with phones.runtime.writing(SYSTEM) as work:
        patient = work.session.scalars(select(Patient)).one()
        run = [work.now - timedelta(days=day) for day in range(1, 6)]
        visit = work.session.scalars(select(Visit).where(Visit.key == "BL1")).one()
        for number, at in enumerate(run):
            work.session.add(
                Message(
                    key=f"earlier:{number}",
                    centre_id=visit.centre_id,
                    patient_id=patient.id,
                    episode_id=visit.episode_id,
                    visit_id=visit.id,
                    kind="reminder",
                    ordinal=0,
                    language="en",
                    params={"arming": visit.arming},
                    message_id=f"<earlier{number}@x>",
                    status="sent",
                    available_at=at,
                    created_at=at,
                    sent_at=at,
                )
            )
    phones.tick()
    assert phones.mailer.mails == [], "five in seven days are enough"
    clock.set(datetime(2026, 3, 4, 9, tzinfo=UTC))
    phones.tick()
    assert len(phones.mailer.mails) == 1
