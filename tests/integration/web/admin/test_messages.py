"""A centre's own words: checked, looked at, tried on oneself, published, taken back; the message knows its version."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.models import AuditEntry, Message
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.factories import make_patient, make_staff
from tests.mailbox import Mailbox
from tests.staff_browser import StaffBrowser, signed_in

PAGE = "/admin/messages/en/invitation"
OWN = {
    "subject": "Hello from us",
    "opening": "{sender} has a few questions for you.",
    "before": "",
    "link_text": "Answer now",
    "after": "The link is only for you.\n\nThank you.",
    "sms": "{sender}: a few questions for you: {link}",
    "seen": "0",
}


@pytest.fixture
def desk(app: Flask, runtime: Runtime) -> StaffBrowser:
    """An administrator's browser."""
    make_staff(runtime, role="admin")
    return signed_in(app, "admin@north.example")


def press(desk: StaffBrowser, action: str = "publish", **changes: Any) -> Any:
    """Send the form of the invitation."""
    return desk.press(PAGE, action=action, **OWN | changes)


def test_published_words_are_sent_and_the_message_keeps_their_version(
    desk: StaffBrowser, runtime: Runtime, mailbox: Mailbox
) -> None:
    assert press(desk).status_code == 303
    make_patient(runtime, make_staff(runtime))
    run_tick(runtime)
    (mail,) = mailbox.mails
    assert mail["Subject"] == "Hello from us"
    assert "Answer now" in str(mail.get_body(("plain",)))
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(Message.template_version)).all() == [1]
        entry = select(AuditEntry).where(AuditEntry.action == "published_message_words")
        assert len(work.session.scalars(entry).all()) == 1


def test_the_way_back_is_a_new_version(desk: StaffBrowser) -> None:
    press(desk)
    assert desk.press(f"{PAGE}/back", version="0", seen="1").status_code == 303
    assert "Your form is ready" in desk.get(PAGE).text
    assert desk.press(f"{PAGE}/back", version="1", seen="2").status_code == 303
    page = desk.get(PAGE).text
    assert "Hello from us" in page
    assert "version 3" in page
    assert desk.press(f"{PAGE}/back", version="9", seen="3").status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"subject": "Your cancer form"}, "must not say “cancer”"),
        ({"opening": "About your operation: {sender}"}, "must not say “operation”"),
        ({"subject": ""}, "Write something here."),
        ({"subject": "x" * 81}, "at most 80"),
        ({"opening": "We have questions."}, "{sender} must stand somewhere"),
        ({"opening": "{sender} asks {patient}."}, "{patient} is not known here."),
        ({"opening": "{sender} asks { you."}, "Write no “{”."),
        ({"subject": "{sender} writes"}, "Use no {…} here."),
        ({"sms": "{sender}: questions"}, "{link} must stand somewhere"),
    ],
)
def test_what_may_not_go_out_is_refused_in_words(desk: StaffBrowser, changes: dict[str, str], words: str) -> None:
    answer = press(desk, **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Nothing was changed here yet." in answer.text


def test_a_preview_shows_both_and_keeps_nothing(desk: StaffBrowser) -> None:
    page = press(desk, "preview").text
    assert "How it looks" in page
    assert "a few questions for you: http://localhost" in page
    assert "Nothing was changed here yet." in page


def test_a_test_goes_to_the_writer_and_opens_no_form(desk: StaffBrowser, runtime: Runtime, mailbox: Mailbox) -> None:
    assert press(desk, "test").status_code == 200
    run_tick(runtime)
    (mail,) = mailbox.mails
    assert "admin@north.example" in str(mail["To"])
    assert "/l/" not in str(mail.get_body(("plain",)))


def test_words_published_meanwhile_are_not_written_over(desk: StaffBrowser) -> None:
    press(desk)
    answer = press(desk, subject="Mine")
    assert answer.status_code == 422
    assert "Somebody else published" in answer.text
    assert "Mine" in answer.text
