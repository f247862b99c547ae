"""Reminders follow while they are needed, newest only after a gap, and the nurse is asked to call in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

from lrrc_qol.domain.events import EventKind
from lrrc_qol.services.context import SYSTEM
from lrrc_qol.services.queue_reminders import CALL_TASK, queue_due_messages
from tests.factories import answer, assignment, complete_visit, save, set_dates, take_seat
from tests.integration.jobs.conftest import Follow


def test_the_ladder_is_invitation_then_two_reminders_then_nothing(follow: Follow) -> None:
    follow.tick()
    follow.each_morning(19)
    assert follow.outcomes() == [
        ("invitation", 0, "sent", None),
        ("reminder", 1, "sent", None),
        ("reminder", 2, "sent", None),
    ]
    sent_on = [row.sent_at.date() for row in follow.messages()]
    due_on = follow.visit().due_on
    assert sent_on == [date(2026, 3, 2), due_on, due_on + timedelta(days=3)]
    assert follow.visit().next_reminder_at is None


def test_the_day_of_the_call_comes_between_the_reminders(follow: Follow) -> None:
    follow.tick()
    follow.each_morning(13)
    assert follow.tasks() == []
    follow.each_morning(1)
    assert follow.tasks() == [CALL_TASK]
    follow.each_morning(5)
    assert follow.tasks() == [CALL_TASK]


def test_a_patient_answers_while_reminders_are_queued(follow: Follow) -> None:
    if follow.runtime.database.is_sqlite:
        return  # one writer at a time is what SQLite promises
    phone = take_seat(follow.runtime, follow.patient)
    form = assignment(follow.runtime, phone, "pain_nrs")
    with follow.runtime.writing(SYSTEM) as work, ThreadPoolExecutor(1) as pool:
        assert queue_due_messages(work, limit=10).messages == 1
        status, _ = pool.submit(save, follow.runtime, phone, form, answer("pain_now", 3), key="meanwhile").result()
    assert status == 200


def test_a_finished_form_is_left_in_peace(follow: Follow) -> None:
    follow.tick()
    complete_visit(follow.runtime, take_seat(follow.runtime, follow.patient))
    follow.each_morning(19)
    assert follow.outcomes() == [("invitation", 0, "sent", None)]
    assert follow.tasks() == []


def test_only_the_newest_goes_out_after_an_outage(follow: Follow) -> None:
    follow.at_nine(follow.clock.now() + timedelta(days=17))
    follow.tick()
    follow.tick(minutes=1)
    assert follow.outcomes() == [("invitation", 2, "sent", None)]


def test_whoever_was_just_written_to_gets_a_day_before_the_call(follow: Follow) -> None:
    follow.at_nine(follow.clock.now() + timedelta(days=17))
    follow.tick()
    assert follow.tasks() == []
    follow.each_morning(1)
    assert follow.tasks() == [CALL_TASK]


def test_nothing_goes_out_at_night(follow: Follow) -> None:
    follow.clock.set(follow.clock.now().replace(hour=22))
    follow.tick()
    assert follow.messages() == []
    follow.tick(hours=10, minutes=1)
    assert len(follow.mailer.mails) == 1


def test_nothing_goes_out_when_nothing_is_due(follow: Follow) -> None:
    follow.tick()
    for _ in range(5):
        follow.tick(minutes=1)
    assert len(follow.mailer.mails) == 1


def test_a_pause_spends_nothing(follow: Follow) -> None:
    follow.happen(EventKind.PAUSE)
    follow.each_morning(14)
    assert follow.messages() == []
    assert follow.tasks() == []
    follow.happen(EventKind.RESUME)
    follow.each_morning(4)
    assert follow.outcomes() == [("invitation", 1, "sent", None), ("reminder", 2, "sent", None)]


def test_a_stay_in_hospital_ends_by_itself_and_the_newest_message_goes_out(follow: Follow) -> None:
    follow.happen(EventKind.READMISSION)
    follow.each_morning(3)
    assert follow.messages() == []
    follow.happen(EventKind.LEFT_HOSPITAL)
    follow.each_morning(5)
    assert follow.outcomes() == [("invitation", 0, "sent", None)]


def test_without_an_address_the_call_still_comes(follow: Follow) -> None:
    follow.happen(EventKind.ADDRESS_BOUNCED)
    follow.each_morning(19)
    assert follow.messages() == []
    assert follow.tasks() == [CALL_TASK]


def test_a_corrected_address_gets_the_message_that_waited(follow: Follow) -> None:
    follow.happen(EventKind.ADDRESS_BOUNCED)
    follow.each_morning(2)
    follow.happen(EventKind.ADDRESS_CORRECTED)
    follow.tick(minutes=1)
    assert follow.outcomes() == [("invitation", 0, "sent", None)]


def test_a_patient_gets_one_automated_mail_a_day_and_loses_none(follow: Follow) -> None:
    # The fifth check-in and the form of the first month are both due on 1 April.
    set_dates(
        follow.runtime, follow.nurse, follow.patient, surgery_on=date(2026, 3, 2), discharged_on=date(2026, 3, 11)
    )
    follow.clock.set(datetime(2026, 3, 31, 12, tzinfo=UTC))
    follow.tick()
    follow.each_morning(4)
    check_in, month = follow.visit("CHK-D021").id, follow.visit("M1").id
    to_patient = [row for row in follow.messages() if row.visit_id is not None]
    assert [(row.sent_at.date(), row.visit_id, row.ordinal) for row in to_patient] == [
        (date(2026, 3, 31), month, 0),
        (date(2026, 4, 1), check_in, 0),
        (date(2026, 4, 2), check_in, 1),
        (date(2026, 4, 3), month, 1),
        (date(2026, 4, 4), month, 2),
    ]


def test_a_moved_form_is_reminded_of_anew(follow: Follow) -> None:
    follow.tick()
    set_dates(follow.runtime, follow.nurse, follow.patient, planned_surgery_on=date(2026, 3, 22) + timedelta(days=30))
    follow.each_morning(25)
    assert follow.outcomes() == [("invitation", 0, "sent", None), ("invitation", 0, "sent", None)]


def test_a_clock_that_ran_ahead_does_no_harm(follow: Follow) -> None:
    follow.tick()
    there = follow.clock.now()
    follow.tick(days=3 * 365)
    assert len(follow.mailer.mails) == 1
    follow.clock.set(there + timedelta(hours=1))
    follow.tick()
    follow.each_morning(13)
    assert follow.outcomes() == [("invitation", 0, "sent", None), ("reminder", 1, "sent", None)]
