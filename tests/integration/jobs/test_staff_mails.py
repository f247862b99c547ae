"""Urgent alerts reach the nurses by one mail that tells nothing, and by no second one without news."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from lrrc_qol.mail import forbidden_words
from lrrc_qol.persistence.models import Alert
from lrrc_qol.services.context import COMMAND
from tests.factories import make_staff
from tests.integration.jobs.conftest import Follow

RaiseAlert = Callable[..., None]


def staff_mails(follow: Follow) -> list[tuple[str, int]]:
    """Recipient and number of items of each mail to staff."""
    return [
        (letter.recipient, letter.figures["count"]) for letter in follow.mailer.letters if letter.kind == "staff_alert"
    ]


def test_one_mail_tells_of_all_new_alerts(follow: Follow, raise_alert: RaiseAlert) -> None:
    raise_alert("one")
    raise_alert("two", level="amber")
    raise_alert("three", level="yellow")
    follow.tick()
    assert staff_mails(follow) == [("nurse@north.example", 2)]


def test_no_mail_without_news(follow: Follow, raise_alert: RaiseAlert) -> None:
    raise_alert("one")
    for _ in range(3):
        follow.tick(minutes=1)
    assert len(staff_mails(follow)) == 1
    raise_alert("two")
    follow.tick(minutes=1)
    follow.tick(minutes=1)
    assert staff_mails(follow)[1:] == [("nurse@north.example", 1)]


def test_an_alert_that_became_red_is_news(follow: Follow, raise_alert: RaiseAlert) -> None:
    raise_alert("one", level="amber")
    follow.tick()
    with follow.runtime.writing(COMMAND) as work:
        work.session.scalars(select(Alert)).one().level = "red"
    follow.tick(minutes=1)
    assert len(staff_mails(follow)) == 2


def test_every_nurse_of_the_centre_and_nobody_else_is_told(follow: Follow, raise_alert: RaiseAlert) -> None:
    make_staff(follow.runtime, email="second@north.example")
    make_staff(follow.runtime, role="clinician")
    make_staff(follow.runtime, code="SOUTH")
    raise_alert("one")
    follow.tick()
    assert sorted(staff_mails(follow)) == [("nurse@north.example", 1), ("second@north.example", 1)]


def test_the_mail_says_nothing_clinical(follow: Follow, raise_alert: RaiseAlert) -> None:
    raise_alert("one")
    follow.tick()
    mail = next(mail for mail in follow.mailer.mails if "nurse@" in str(mail["To"]))
    assert forbidden_words(mail.as_string()) == []
    assert follow.patient not in mail.as_string()
    assert "There is 1 new urgent item in your list." in mail.get_body(("plain",)).get_content()
