"""A refused scope acts when mail is sent; a consent that is not recorded does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.services.resend_link import resend_link
from tests.consents import ALL, give_consent, make_text
from tests.factories import make_patient, make_staff
from tests.integration.jobs.conftest import Follow

NO_MAIL = tuple(scope for scope in ALL if scope != "contact_mail")
Queue = Callable[[], None]


def test_without_any_consent_recorded_the_mail_goes_out(follow: Follow) -> None:
    make_text(follow.runtime, make_staff(follow.runtime, role="admin"))
    follow.tick()
    assert follow.outcomes() == [("invitation", 0, "sent", None)]


def test_a_mail_already_queued_stops_when_mails_are_refused(follow: Follow, queue_only: Queue) -> None:
    text = make_text(follow.runtime, make_staff(follow.runtime, role="admin"))
    queue_only()
    give_consent(follow.runtime, follow.nurse, follow.patient, text, scopes=NO_MAIL)
    follow.tick(minutes=5)
    assert follow.mailer.mails == []
    assert follow.outcomes() == [("invitation", 0, "suppressed", "no_consent")]


def test_nothing_is_queued_while_mails_are_refused_and_a_nurse_is_asked_to_call(follow: Follow) -> None:
    text = make_text(follow.runtime, make_staff(follow.runtime, role="admin"))
    other = make_patient(follow.runtime, follow.nurse, hospital_number="H-2", email="bo@example.org")
    give_consent(follow.runtime, follow.nurse, follow.patient, text, scopes=NO_MAIL)
    give_consent(follow.runtime, follow.nurse, other, text)
    run_tick(follow.runtime)
    assert {str(mail["To"]) for mail in follow.mailer.mails} == {"bo@example.org"}
    follow.each_morning(21)
    assert "call_silent_patient" in follow.tasks()


def test_a_refusal_also_holds_a_link_that_a_nurse_asked_for(follow: Follow) -> None:
    text = make_text(follow.runtime, make_staff(follow.runtime, role="admin"))
    with follow.runtime.writing(follow.nurse) as work:
        resend_link(work, follow.patient)
    give_consent(follow.runtime, follow.nurse, follow.patient, text, scopes=NO_MAIL)
    follow.tick()
    assert follow.outcomes() == [("link_resent", 1, "suppressed", "no_consent")]
    with pytest.raises(InvalidInput, match="consent"), follow.runtime.writing(follow.nurse) as work:
        resend_link(work, follow.patient)


def test_when_mails_are_agreed_to_again_the_invitation_goes_out(follow: Follow) -> None:
    text = make_text(follow.runtime, make_staff(follow.runtime, role="admin"))
    give_consent(follow.runtime, follow.nurse, follow.patient, text, scopes=NO_MAIL)
    follow.tick()
    give_consent(follow.runtime, follow.nurse, follow.patient, text)
    follow.tick(minutes=5)
    assert follow.outcomes() == [("invitation", 0, "sent", None)]


def test_refusing_to_answer_forms_stops_the_mails_too(follow: Follow) -> None:
    text = make_text(follow.runtime, make_staff(follow.runtime, role="admin"))
    give_consent(follow.runtime, follow.nurse, follow.patient, text, scopes=("contact_mail", "research"))
    follow.tick()
    assert follow.mailer.mails == []
