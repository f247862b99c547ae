"""Short messages: one at most, nothing but team and link, and what a gateway can answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lrrc_qol.config import SmsGateway
from lrrc_qol.domain.contact import Channel, MessageKind
from lrrc_qol.mail import Letter, MailDelayed, MailRefused, MailServerDown, SmsMailer
from lrrc_qol.mail.short import room_left, short_text
from lrrc_qol.mail.texts import mail_texts

LINK = "https://forms.hospital.example/l/0123456789abcdefghij_-"
KINDS = (MessageKind.INVITATION, MessageKind.REMINDER, MessageKind.LINK_RESENT)


def letter(**changes: Any) -> Letter:
    """A short message to one phone."""
    values: dict[str, Any] = {
        "kind": MessageKind.REMINDER,
        "language": "en",
        "recipient": "+447700900123",
        "sender_name": "Northgate Follow-up Team",
        "reply_to": "",
        "link": LINK,
        "message_id": "<key@qol.example.org>",
        "sent_at": datetime(2026, 3, 2, tzinfo=UTC),
        "channel": Channel.SMS,
    }
    return Letter(**values | changes)


class Gateway(BaseHTTPRequestHandler):
    """Keeps the first message of each key; answers as the server's list says, then as a good gateway does."""

    protocol_version = "HTTP/1.0"

    def do_POST(self) -> None:
        """Take one message."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server: Any = self.server
        code = server.answers.pop(0) if server.answers else 202
        if code == 0:  # says nothing until the client has given up
            server.let_go.wait(10)
            return
        if code == 202:
            key = self.headers["Idempotency-Key"]
            code = 409 if key in server.taken else 202
            server.taken.setdefault(key, body | {"bearer": self.headers["Authorization"]})
        self.send_response(code)
        if code == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def gateway(*answers: int) -> Iterator[Any]:
    """A gateway on loopback."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    server.answers, server.taken, server.let_go = list(answers), {}, threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.let_go.set()
        server.shutdown()
        server.server_close()


def mailer(server: Any, *, step_seconds: float = 5.0) -> SmsMailer:
    """What sends to it."""
    url = f"http://127.0.0.1:{server.server_port}/messages"
    return SmsMailer(SmsGateway(url=url, token="secret", sender="NORTHGATE"), step_seconds=step_seconds)


@pytest.mark.parametrize(
    "name", ["Team", "Northgate Follow-up Team", "北门医院随访团队", "ن" * 90, "Équipe de suivi " * 20]
)
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", mail_texts())
def test_it_is_one_message_with_the_whole_link(language: str, kind: MessageKind, soft: bool, name: str) -> None:
    text = short_text(letter(language=language, kind=kind, soft=soft, sender_name=name))
    assert room_left(text) >= 0
    assert text.endswith(LINK)


def test_the_team_is_named_and_a_telling_name_is_not() -> None:
    assert short_text(letter()).startswith("Northgate Follow-up Team: ")
    assert short_text(letter(sender_name="Colorectal Cancer Unit")).startswith("Your care team: ")


def test_a_site_address_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(MailRefused):
        short_text(letter(link="https://" + "x" * 200))


def test_room_counts_as_phones_do() -> None:
    assert (room_left("a" * 160), room_left("€" * 80), room_left("a€"), room_left("你" * 70)) == (0, 0, 157, 0)


def test_a_repeat_is_sent_once_and_counts_as_taken() -> None:
    with gateway() as server, mailer(server).open() as post:
        post.send(letter())
        post.send(letter(link=LINK.replace("0", "9")))
    assert list(server.taken) == ["key@qol.example.org"]
    kept = server.taken["key@qol.example.org"]
    assert kept["to"] == "+447700900123"
    assert kept["text"].endswith(LINK)
    assert (kept["from"], kept["bearer"], kept["id"]) == ("NORTHGATE", "Bearer secret", "key@qol.example.org")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (400, MailRefused),
        (422, MailRefused),
        (408, MailDelayed),
        (429, MailDelayed),
        (500, MailDelayed),
        (503, MailDelayed),
        (401, MailServerDown),
        (403, MailServerDown),
        (404, MailServerDown),
        (302, MailServerDown),
    ],
)
def test_each_refusal_means_what_it_says(code: int, error: type[Exception]) -> None:
    with gateway(code) as server, mailer(server).open() as post:
        with pytest.raises(error):
            post.send(letter())
        assert server.taken == {}


def test_two_faults_running_are_the_gateways() -> None:
    with gateway(500, 500) as server, mailer(server).open() as post:
        with pytest.raises(MailDelayed):
            post.send(letter())
        with pytest.raises(MailServerDown):
            post.send(letter())


def test_one_that_says_nothing_is_left_for_later() -> None:
    with gateway(0) as server, mailer(server, step_seconds=0.2).open() as post, pytest.raises(MailDelayed):
        post.send(letter())


def test_one_that_is_not_there_is_left_for_later() -> None:
    with gateway() as server:
        pass
    with mailer(server).open() as post, pytest.raises(MailDelayed):
        post.send(letter())
