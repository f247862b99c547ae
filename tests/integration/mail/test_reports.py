"""Returned mail from a real mailbox protocol and signed reports over HTTP: each acts once, nobody is lost silently."""

from __future__ import annotations

import hashlib
import hmac
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.config import ReportMailbox, Settings
from lrrc_qol.domain.events import EventKind
from lrrc_qol.domain.message_report import Report, ReportKind
from lrrc_qol.factory import create_app
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.models import EpisodeEvent, Message, MessageReport, Patient, Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, SYSTEM
from lrrc_qol.services.correct_address import correct_address
from lrrc_qol.services.take_reports import take_reports
from tests.factories import make_patient, make_staff
from tests.returned_mail import ABSENCE_NOTE, bounced
from tests.settings import make_settings
from tests.staff_browser import signed_in

Outbox = Callable[[], list[Message]]
SECRET = "a-secret-of-the-mail-service-for-tests-only"


class Imap(socketserver.StreamRequestHandler):
    """As much of IMAP4rev1 as a reader of one folder needs."""

    def handle(self) -> None:
        """Answer until the client says goodbye."""
        server: Any = self.server
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline().decode().strip():
            tag, command, *words = line.split()
            if command.upper() == "UID":
                self._uid(server, words)
            elif command.upper() == "CAPABILITY":
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
            elif command.upper() == "LOGIN" and words[1].strip('"') != "pw":
                self.wfile.write(f"{tag} NO wrong\r\n".encode())
                continue
            self.wfile.write(f"{tag} OK done\r\n".encode())
            if command.upper() == "LOGOUT":
                return

    def _uid(self, server: Any, words: list[str]) -> None:
        if words[0] == "SEARCH":
            numbers = " ".join(str(number) for number in server.mails if number not in server.seen)
            self.wfile.write(f"* SEARCH {numbers}\r\n".encode())
        elif words[0] == "FETCH":
            raw = server.mails[int(words[1])]
            self.wfile.write(f"* 1 FETCH (UID {words[1]} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
        else:
            server.seen.add(int(words[1]))


@contextmanager
def imap() -> Iterator[Any]:
    """A mailbox on loopback: `mails` by number, `seen` those that were marked."""
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Imap)
    server.daemon_threads = True
    server.mails, server.seen = {}, set()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def sent(runtime: Runtime) -> str:
    """The Message-ID of an invitation that went out to a patient."""
    make_patient(runtime, make_staff(runtime))
    run_tick(runtime)
    return message_of(runtime)


def message_of(runtime: Runtime) -> str:
    """The Message-ID of the newest mail."""
    with runtime.reading(COMMAND) as work:
        return str(work.session.scalars(select(Message.message_id).order_by(Message.id.desc())).first())


def take(runtime: Runtime, message_id: str, kind: ReportKind, event: str = "e") -> dict[str, int]:
    """One report arrives."""
    with runtime.writing(SYSTEM) as work:
        return dict(take_reports(work, [Report(message_id, kind, "x", event)], source="hook"))


def facts(runtime: Runtime) -> tuple[list[str], list[str]]:
    """The kinds of all tasks and of all events."""
    with runtime.reading(COMMAND) as work:
        tasks = work.session.scalars(select(Task.kind).order_by(Task.id)).all()
        events = work.session.scalars(select(EpisodeEvent.kind).order_by(EpisodeEvent.id)).all()
        return list(tasks), list(events)


def test_returned_mail_is_read_once_and_acted_on(settings: Settings, runtime: Runtime, sent: str) -> None:
    with imap() as box:
        host, port = box.server_address
        mailbox = ReportMailbox(host, port, tls=False, user="no-reply", password="pw", folder="INBOX")
        reading = replace(runtime, settings=replace(settings, reports=mailbox))
        box.mails = {1: bounced(sent), 2: ABSENCE_NOTE, 3: bounced("<not@ours>"), 4: bounced(sent), 5: b""}
        first = run_tick(reading)["read_reports"]
        assert first == {"hard": 1, "repeated": 1, "unknown": 1, "other_mail": 2}
        assert box.seen == {1, 2, 3, 4, 5}
        assert run_tick(reading)["read_reports"] == {}
    assert facts(runtime) == (["address_problem"], [EventKind.ADDRESS_BOUNCED])


@pytest.mark.parametrize("password", ["pw", "wrong"])
def test_a_mailbox_that_cannot_be_read_holds_nothing_up(settings: Settings, runtime: Runtime, password: str) -> None:
    with imap() as box:
        host, port = box.server_address
        if password == "pw":
            box.shutdown()
            port = 1
        mailbox = ReportMailbox(host, port, tls=False, user="no-reply", password=password, folder="INBOX")
        done = run_tick(replace(runtime, settings=replace(settings, reports=mailbox)))
    assert done["read_reports"] == {"server_down": 1}
    assert None not in done.values()


def test_three_soft_reports_ask_a_nurse_and_stop_nothing(runtime: Runtime, sent: str) -> None:
    for event in ("one", "two"):
        assert take(runtime, sent, ReportKind.SOFT, event) == {"soft": 1}
    assert facts(runtime) == ([], [])
    take(runtime, sent, ReportKind.SOFT, "three")
    assert facts(runtime) == (["mail_returned_often"], [])


def test_a_complaint_stops_the_mails_and_asks_a_nurse(runtime: Runtime, sent: str) -> None:
    assert take(runtime, sent, ReportKind.COMPLAINT) == {"complaint": 1}
    assert take(runtime, sent, ReportKind.COMPLAINT) == {"repeated": 1}
    assert facts(runtime) == (["mail_unwanted"], [EventKind.OPT_OUT])


def test_a_late_bounce_does_not_mark_the_corrected_address(runtime: Runtime, clock: Any, sent: str) -> None:
    with runtime.reading(COMMAND) as work:
        patient = work.session.scalars(select(Patient.public_id)).one()
    nurse = make_staff(runtime, email="second@north.example")
    clock.advance(minutes=1)
    with runtime.writing(nurse) as work:
        correct_address(work, patient, "right@example.org")
    clock.advance(minutes=1)
    assert take(runtime, sent, ReportKind.HARD) == {"hard": 1}
    assert facts(runtime) == ([], [EventKind.ADDRESS_CORRECTED])


def test_an_unknown_message_is_counted_and_nothing_is_kept(runtime: Runtime) -> None:
    assert take(runtime, "<nobody@knows>", ReportKind.HARD) == {"unknown": 1}
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(MessageReport)).all() == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("good", 200),
        ("other secret", 401),
        ("other body", 401),
        ("old", 401),
        ("no time", 401),
        ("no json", 400),
        ("other kind", 400),
        ("no secret set", 404),
    ],
)
def test_only_a_signed_report_is_taken(
    runtime: Runtime, settings: Settings, sent: str, change: str, status: int
) -> None:
    secret = None if change == "no secret set" else SECRET
    client = create_app(runtime=replace(runtime, settings=replace(settings, hook_secret=secret))).test_client()
    kind = "maybe" if change == "other kind" else "hard"
    event = {"id": "1", "message_id": sent, "kind": kind, "code": "5.1.1"}
    body = b"no json" if change == "no json" else json.dumps({"events": [event]}).encode()
    now = runtime.clock.now() - (timedelta(minutes=6) if change == "old" else timedelta())
    time = "" if change == "no time" else str(int(now.timestamp()))
    key = "x" * 40 if change == "other secret" else SECRET
    signed = b"other" if change == "other body" else body
    signature = hmac.new(key.encode(), f"{time}.".encode() + signed, hashlib.sha256).hexdigest()
    headers = {"X-Timestamp": time, "X-Signature": signature, "Content-Type": "application/json"}
    answer = client.post("/hooks/mail-events", data=body, headers=headers)
    assert answer.status_code == status
    assert facts(runtime)[0] == (["address_problem"] if change == "good" else [])
    if change == "good":
        assert answer.json == {"hard": 1}
        assert client.post("/hooks/mail-events", data=body, headers=headers).json == {"repeated": 1}


def test_the_mailbox_is_read_from_its_address(database_url: str) -> None:
    reports = make_settings(database_url, REPORTS_URL="imaps://a%40b:p%2Fw@mail.example.org/Returned").reports
    assert reports is not None
    assert (reports.user, reports.password, reports.port, reports.folder) == ("a@b", "p/w", 993, "Returned")


@pytest.mark.parametrize(
    ("kind", "channel", "words"),
    [
        (ReportKind.DELIVERED, "email", "Arrived"),
        (ReportKind.HARD, "email", "Came back: the address does not work"),
        (ReportKind.SOFT, "email", "Did not arrive this time"),
        (ReportKind.COMPLAINT, "email", "Marked as unwanted by the patient"),
        (ReportKind.DELIVERED, "sms", "Arrived on the phone"),
        (ReportKind.HARD, "sms", "Did not arrive: the number does not work"),
        (ReportKind.SOFT, "sms", "Did not arrive this time"),
    ],
)
def test_the_patients_page_says_what_was_reported_and_when(
    app: Flask, runtime: Runtime, clock: Any, sent: str, kind: ReportKind, channel: str, words: str
) -> None:
    with runtime.writing(COMMAND) as work:
        patient = work.session.scalars(select(Patient.public_id)).one()
        work.session.scalars(select(Message)).one().channel = channel
    clock.advance(hours=1)
    take(runtime, sent, kind)
    page = signed_in(app, "nurse@north.example").get(f"/staff/patients/{patient}").text
    log = page.partition('id="messages-heading"')[2]
    assert words in log
    assert f"reported {clock.now():%-d %B %Y, %H:%M}, code x" in log
    assert ("by short message" in log) is (channel == "sms")


def test_a_delivery_changes_nothing_but_the_page(runtime: Runtime, sent: str) -> None:
    assert take(runtime, sent, ReportKind.DELIVERED) == {"delivered": 1}
    assert facts(runtime) == ([], [])
