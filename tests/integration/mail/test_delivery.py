"""Mail through a real SMTP server: what goes out, and what becomes of what does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.mail import build_mailer
from lrrc_qol.persistence.crypto import token_hash
from lrrc_qol.persistence.models import Link, Message, Patient, Task, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import ANONYMOUS_PATIENT, COMMAND
from lrrc_qol.services.deliver_messages import FAILED_TASK
from lrrc_qol.services.enter_by_link import enter_by_link
from lrrc_qol.services.queue_reminders import queue_due_messages
from tests.clock import FixedClock
from tests.factories import make_staff
from tests.integration.mail.conftest import PickyMailbox
from tests.mailbox import LOOPBACK, free_port
from tests.raised_alerts import pain_alert
from tests.settings import make_settings
from tests.staff_browser import signed_in

Invite = Callable[[int], list[str]]
Outbox = Callable[[], list[Message]]


def rows(runtime: Runtime, model: type[Link] | type[Task]) -> list[Link | Task]:
    """All rows of a table."""
    with runtime.reading(COMMAND) as work:
        return list(work.session.scalars(select(model)))


def statuses(outbox: Outbox) -> list[str]:
    """The status of every message."""
    return [row.status for row in outbox()]


def test_the_mail_carries_what_a_good_sender_sets(
    runtime: Runtime, mailbox: PickyMailbox, invite: Invite, outbox: Outbox
) -> None:
    invite(1)
    run_tick(runtime)
    (mail,) = mailbox.mails
    assert mail["To"] == "person0@example.org"
    assert mail["From"] == "NORTH Follow-up Team <no-reply@localhost>"
    assert mail["Reply-To"] == "team@north.example"
    assert mail["Message-ID"] == outbox()[0].message_id
    assert mail["Message-ID"].endswith("@localhost>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http://localhost:8000/u/[\w.=-]+>", mail["List-Unsubscribe"].strip())
    assert mail["Content-Language"] == "en"
    assert mail["Date"].datetime == runtime.clock.now()
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = (part.get_content() for part in mail.iter_parts())
    (link,) = re.findall(r"http://\S+", plain)
    assert f'href="{link}"' in html
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_the_link_lets_in_and_is_stored_as_a_hash_only(runtime: Runtime, mailbox: PickyMailbox, invite: Invite) -> None:
    invite(1)
    run_tick(runtime)
    (token,) = re.findall(r"/l/(\S+)", mailbox.mails[0].get_body(("plain",)).get_content())
    (link,) = rows(runtime, Link)
    assert link.token_hash == token_hash(token)
    with runtime.writing(ANONYMOUS_PATIENT) as work:
        assert enter_by_link(work, token, year="1958", source="127.0.0.1").ok


def test_many_mails_share_one_connection(runtime: Runtime, mailbox: PickyMailbox, invite: Invite) -> None:
    addresses = invite(55)
    run_tick(runtime)
    assert sorted(str(mail["To"]) for mail in mailbox.mails) == sorted(addresses)
    assert mailbox.connections == 1


def test_a_passing_refusal_is_tried_again_with_the_same_identity(
    runtime: Runtime, clock: FixedClock, mailbox: PickyMailbox, invite: Invite, outbox: Outbox
) -> None:
    invite(1)
    mailbox.refuse = "451 try later"
    run_tick(runtime)
    assert [(row.status, row.outcome) for row in outbox()] == [("queued", "content 451")]
    mailbox.refuse = None
    clock.advance(minutes=4)
    run_tick(runtime)
    assert mailbox.mails == []
    clock.advance(minutes=1)
    run_tick(runtime)
    assert [mail["Message-ID"] for mail in mailbox.mails] == [outbox()[0].message_id]
    assert statuses(outbox) == ["sent"]


def test_an_outage_of_hours_loses_nothing_and_makes_no_links(
    runtime: Runtime, clock: FixedClock, invite: Invite, outbox: Outbox
) -> None:
    port = free_port()
    away = replace(runtime, mailer=build_mailer(make_settings("sqlite://", SMTP_URL=f"smtp://{LOOPBACK}:{port}")))
    addresses = invite(3)
    for _ in range(30):
        run_tick(away)
        clock.advance(minutes=2)
    assert statuses(outbox) == ["queued"] * 3
    assert {row.attempts for row in outbox()} == {0}
    assert rows(runtime, Link) == []
    box = PickyMailbox(port)
    controller = Controller(box, hostname=LOOPBACK, port=port)
    controller.start()
    try:
        run_tick(away)
    finally:
        controller.stop()
    assert sorted(str(mail["To"]) for mail in box.mails) == addresses


def test_one_bad_recipient_stops_nobody_else(
    runtime: Runtime, clock: FixedClock, mailbox: PickyMailbox, invite: Invite, outbox: Outbox
) -> None:
    addresses = invite(4)
    mailbox.refused = {addresses[0]: "550 no such user", addresses[1]: "450 mailbox busy"}
    run_tick(runtime)
    assert sorted(str(mail["To"]) for mail in mailbox.mails) == addresses[2:]
    assert statuses(outbox) == ["failed", "queued", "sent", "sent"]
    assert [task.kind for task in rows(runtime, Task)] == [FAILED_TASK]
    mailbox.refused = {}
    clock.advance(minutes=5)
    run_tick(runtime)
    assert statuses(outbox) == ["failed", "sent", "sent", "sent"]


def test_an_address_that_would_forge_headers_stops_nobody_else(
    runtime: Runtime, mailbox: PickyMailbox, invite: Invite, outbox: Outbox
) -> None:
    invite(2)
    with runtime.writing(COMMAND) as work:
        patient = work.session.scalars(select(Patient).order_by(Patient.id)).first()
        patient.email_sealed = work.cipher.seal("a@example.org\r\nBcc: b@example.org", field="patient.email")
    run_tick(runtime)
    assert statuses(outbox) == ["failed", "sent"]
    assert [str(mail["To"]) for mail in mailbox.mails] == ["person1@example.org"]


def test_a_row_that_cannot_be_written_stops_nobody_else(
    runtime: Runtime, mailbox: PickyMailbox, invite: Invite, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    invite(2)
    with runtime.writing(COMMAND) as work:
        patient = work.session.scalars(select(Patient).order_by(Patient.id)).first()
        patient.email_sealed = work.cipher.seal("ada@example.org", field="patient.phone")
    run_tick(runtime)
    assert statuses(outbox) == ["queued", "sent"]
    assert "WrongFieldKey" in caplog.text
    assert "example.org" not in caplog.text


def test_a_mail_that_nobody_takes_is_given_up_and_left_to_the_nurses(
    app: Flask, runtime: Runtime, clock: FixedClock, mailbox: PickyMailbox, invite: Invite, outbox: Outbox
) -> None:
    invite(1)
    mailbox.refuse = "451 try later"
    run_tick(runtime)
    clock.set(outbox()[0].not_after)
    clock.advance(minutes=-2)
    run_tick(runtime)
    assert ("failed", "gave_up: content 451") in [(row.status, row.outcome) for row in outbox()]
    assert FAILED_TASK in [task.kind for task in rows(runtime, Task)]
    with runtime.reading(COMMAND) as work:
        patient = work.session.scalars(select(Patient.public_id)).one()
    browser = signed_in(app, "nurse@north.example")
    assert "A message could not be sent" in browser.get("/staff/?kind=address").text
    assert "Could not be sent" in browser.get(f"/staff/patients/{patient}").text


def test_the_last_message_of_a_visit_that_waited_too_long_is_left_to_the_nurses(
    runtime: Runtime, clock: FixedClock, mailbox: PickyMailbox, invite: Invite, outbox: Outbox
) -> None:
    invite(1)
    with runtime.writing(COMMAND) as work:
        queue_due_messages(work, limit=1)
        visit = work.session.scalars(select(Visit).where(Visit.key == "BL1")).one()
        visit.next_reminder_at = visit.next_reminder_ordinal = None
    clock.set(outbox()[0].not_after)
    run_tick(runtime)
    assert mailbox.mails == []
    assert [(row.status, row.outcome) for row in outbox()] == [("suppressed", "too_late")]
    assert FAILED_TASK in [task.kind for task in rows(runtime, Task)]


def test_a_mail_to_staff_that_is_given_up_stands_in_the_list_of_who_can_mend_it(
    app: Flask, runtime: Runtime, mailbox: PickyMailbox, outbox: Outbox
) -> None:
    nurse = make_staff(runtime)
    make_staff(runtime, role="coordinator")
    mailbox.refused = {"nurse@north.example": "550 no such user"}
    pain_alert(runtime, nurse)
    run_tick(runtime)
    assert [row.status for row in outbox() if row.kind == "staff_alert"] == ["failed"]
    words = "Mails about alerts to Nurse of NORTH cannot be delivered"
    browser = signed_in(app, "coordinator@north.example")
    assert words in browser.get("/staff/?kind=job").text
    mailbox.refused = {}
    pain_alert(runtime, nurse, hospital_number="H-2")
    run_tick(runtime)
    assert words not in browser.get("/staff/?kind=job").text
