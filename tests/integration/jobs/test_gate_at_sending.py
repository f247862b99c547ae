"""Whatever is recorded between queue and send decides: the gate is asked at the moment of sending."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.mail import Letter, MemoryMailer
from lrrc_qol.persistence.models import Link, Staff
from lrrc_qol.services.context import COMMAND
from lrrc_qol.services.correct_address import correct_address
from lrrc_qol.services.resend_link import resend_link
from tests.factories import complete_visit, make_patient, set_dates, take_seat
from tests.integration.jobs.conftest import Follow

Queue = Callable[[], None]


def links(follow: Follow) -> int:
    """How many links exist."""
    with follow.runtime.reading(COMMAND) as work:
        return len(work.session.scalars(select(Link)).all())


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
def test_an_ending_event_stops_the_mail_for_good(follow: Follow, queue_only: Queue, kind: EventKind) -> None:
    queue_only()
    follow.happen(kind)
    follow.each_morning(19)
    assert follow.mailer.mails == []
    assert [row.status for row in follow.messages()] == ["suppressed"]
    assert links(follow) == 0


@pytest.mark.parametrize(("kind", "reason"), [(EventKind.PAUSE, "paused"), (EventKind.ADMITTED, "inpatient")])
def test_a_hold_gives_the_step_back(follow: Follow, queue_only: Queue, kind: EventKind, reason: str) -> None:
    queue_only()
    follow.happen(kind)
    follow.tick(minutes=5)
    assert follow.outcomes() == [("invitation", 0, "suppressed", reason)]
    follow.each_morning(2)
    follow.happen(EventKind.RESUME if kind is EventKind.PAUSE else EventKind.LEFT_HOSPITAL)
    follow.tick(minutes=1)
    assert follow.outcomes()[1:] == [("invitation", 0, "sent", None)]
    follow.each_morning(10)
    assert len(follow.messages()) == 2


def test_a_hold_that_ends_by_itself_gives_the_step_back_too(follow: Follow, queue_only: Queue) -> None:
    queue_only()
    follow.happen(EventKind.READMISSION)
    follow.each_morning(2)
    follow.happen(EventKind.LEFT_HOSPITAL)
    follow.each_morning(4)
    assert [row.status for row in follow.messages()] == ["suppressed"], "seven days are not over"
    follow.each_morning(1)
    assert follow.outcomes()[1:] == [("invitation", 0, "sent", None)]


def test_a_form_sent_meanwhile_stops_the_mail(follow: Follow, queue_only: Queue) -> None:
    queue_only()
    complete_visit(follow.runtime, take_seat(follow.runtime, follow.patient))
    follow.tick(minutes=5)
    assert follow.mailer.mails == []
    assert [row.status for row in follow.messages()] == ["suppressed"]


def test_a_form_planned_anew_is_written_about_once(follow: Follow, queue_only: Queue) -> None:
    queue_only()
    set_dates(follow.runtime, follow.nurse, follow.patient, planned_surgery_on=follow.visit().closes_on)
    follow.tick(minutes=5)
    assert follow.outcomes() == [
        ("invitation", 0, "suppressed", "planned_anew"),
        ("invitation", 0, "sent", None),
    ]


def test_a_mail_that_waited_too_long_is_not_sent(follow: Follow, queue_only: Queue) -> None:
    queue_only()
    follow.at_nine(follow.clock.now().replace(day=15))
    follow.tick()
    assert follow.outcomes() == [("invitation", 0, "suppressed", "too_late"), ("invitation", 1, "sent", None)]


def test_the_mail_goes_to_the_address_of_the_moment(follow: Follow, queue_only: Queue) -> None:
    queue_only()
    with follow.runtime.writing(follow.nurse) as work:
        correct_address(work, follow.patient, "new@example.org")
    follow.tick(minutes=5)
    assert [str(mail["To"]) for mail in follow.mailer.mails] == ["new@example.org"]


def test_a_link_asked_for_is_sent_despite_a_pause_but_never_after_death(follow: Follow) -> None:
    follow.happen(EventKind.PAUSE)
    with follow.runtime.writing(follow.nurse) as work:
        resend_link(work, follow.patient)
    follow.tick()
    assert follow.outcomes() == [("link_resent", 1, "sent", None)]
    with follow.runtime.writing(follow.nurse) as work:
        resend_link(work, follow.patient)
    follow.happen(EventKind.DEATH)
    follow.tick(minutes=1)
    assert len(follow.mailer.mails) == 1


def test_staff_who_left_get_no_mail(follow: Follow, raise_alert: Callable[..., None], queue_only: Queue) -> None:
    raise_alert()
    queue_only()
    with follow.runtime.writing(COMMAND) as work:
        work.session.scalars(select(Staff)).one().active = False
    follow.tick(minutes=5)
    assert "nurse@north.example" not in [str(mail["To"]) for mail in follow.mailer.mails]
    assert ("staff_alert", 0, "suppressed", "not_on_duty") in follow.outcomes()


def test_time_goes_on_while_mails_are_sent(
    follow: Follow, mailer: MemoryMailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_patient(follow.runtime, follow.nurse, hospital_number="H-2")
    send = mailer.send

    def send_slowly(letter: Letter) -> None:
        send(letter)
        follow.clock.advance(days=14)  # longer than the next mail may wait

    monkeypatch.setattr(mailer, "send", send_slowly)
    follow.tick()
    assert follow.outcomes() == [("invitation", 0, "sent", None), ("invitation", 0, "suppressed", "too_late")]
