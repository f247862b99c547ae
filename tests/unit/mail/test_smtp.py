"""What an SMTP server can do to a letter, and what we make of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest

from lrrc_qol.config import SmtpServer
from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.mail import Composer, Letter, MailDelayed, MailRefused, MailServerDown, SmtpMailer

LOOPBACK = "127.0.0.1"
USUAL = {"EHLO": "250 here", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", ".": "250 taken", "RSET": "250 ok"}


def letter(recipient: str = "ada@example.org") -> Letter:
    """A letter."""
    return Letter(
        kind=MessageKind.INVITATION,
        language="en",
        recipient=recipient,
        sender_name="Team",
        reply_to="team@example.org",
        link="https://qol.example.org/l/x",
        message_id="<m@example.org>",
        sent_at=datetime(2026, 3, 2, tzinfo=UTC),
        figures={"minutes": 5},
    )


class Script:
    """A server that answers each command by its script; an empty line hangs up, a list gives one answer a time."""

    def __init__(self, **answers: str | list[str]) -> None:
        self.answers = {**USUAL, **answers}
        self.greetings = 0
        self.listener = socket.create_server((LOOPBACK, 0))
        self.port = self.listener.getsockname()[1]

    def serve(self) -> None:
        """Answer one connection after the other until the listener closes."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.greetings += 1
            # A client that hangs up in the middle is part of the play.
            with suppress(ConnectionError), connection, connection.makefile("rwb") as stream:
                self._talk(stream)

    def _talk(self, stream: object) -> None:
        stream.write(b"220 hello\r\n")
        stream.flush()
        in_data = False
        for raw in stream:
            line = raw.rstrip(b"\r\n").decode(errors="replace")
            if in_data and line != ".":
                continue
            word = "." if in_data else line.split(" ")[0].split(":")[0].upper()
            answer = self.answers.get(word, "221 bye")
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            if not answer:
                return
            in_data = answer.startswith("354")
            stream.write(answer.encode() + b"\r\n")
            stream.flush()


@contextmanager
def running(**answers: str | list[str]) -> Iterator[tuple[Script, SmtpMailer]]:
    """The scripted server and a mailer that talks to it."""
    script = Script(**answers)
    thread = threading.Thread(target=script.serve, daemon=True)
    thread.start()
    yield script, mailer(script.port)
    script.listener.shutdown(socket.SHUT_RDWR)
    script.listener.close()
    thread.join(5)


def mailer(port: int, **options: object) -> SmtpMailer:
    """A mailer for a server on this machine."""
    server = SmtpServer(host=LOOPBACK, port=port, **options)
    return SmtpMailer(server, Composer("no-reply@qol.example.org"), step_seconds=5)


def test_letters_share_a_connection() -> None:
    with running() as (script, post_office), post_office.open() as post:
        for _ in range(3):
            post.send(letter())
        assert script.greetings == 1


def test_no_connection_is_made_for_no_letter() -> None:
    with running() as (script, post_office):
        with post_office.open():
            pass
        assert script.greetings == 0


@pytest.mark.parametrize(
    ("answers", "failure"),
    [
        ({"RCPT": "550 no such user"}, MailRefused),
        ({"RCPT": "450 busy"}, MailDelayed),
        ({"DATA": "554 no"}, MailRefused),
        ({"DATA": "451 later"}, MailDelayed),
        ({".": "552 too much"}, MailRefused),
        ({".": "452 full"}, MailDelayed),
        ({".": "421 closing"}, MailServerDown),
        ({"MAIL": "550 we do not know you"}, MailServerDown),
        ({"MAIL": "451 later"}, MailServerDown),
        ({"EHLO": "554 go away", "HELO": "554 go away"}, MailServerDown),
        ({".": ""}, MailDelayed),
    ],
)
def test_an_answer_is_told_as_what_it_means(answers: dict[str, str], failure: type[Exception]) -> None:
    with running(**answers) as (_, post_office), post_office.open() as post, pytest.raises(failure):
        post.send(letter())


def test_after_a_refusal_the_next_letter_goes_out() -> None:
    with running(RCPT=["550 no", "250 ok"]) as (script, post_office), post_office.open() as post:
        with pytest.raises(MailRefused):
            post.send(letter())
        post.send(letter())
        assert script.greetings == 1


def test_a_server_that_hung_up_between_letters_is_called_again() -> None:
    with running(MAIL=["250 ok", "", "250 ok"]) as (script, post_office), post_office.open() as post:
        post.send(letter())
        post.send(letter())
        assert script.greetings == 2


def test_a_server_that_hangs_up_on_every_letter_is_down() -> None:
    with running(**{".": ""}) as (_, post_office), post_office.open() as post:
        with pytest.raises(MailDelayed):
            post.send(letter())
        with pytest.raises(MailServerDown):
            post.send(letter())


def test_a_refusal_in_between_shows_that_the_server_lives() -> None:
    with running(**{".": ["", "550 no", ""]}) as (_, post_office), post_office.open() as post:
        for failure in (MailDelayed, MailRefused, MailDelayed):
            with pytest.raises(failure):
                post.send(letter())


def test_nobody_there_is_a_server_that_is_down() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
    with mailer(port).open() as post, pytest.raises(MailServerDown):
        post.connect()


def test_a_wrong_password_is_a_server_that_is_down() -> None:
    with (
        running(EHLO="250-here\r\n250 AUTH PLAIN", AUTH="535 wrong") as (script, _),
        mailer(script.port, user="u", password="p").open() as post,
        pytest.raises(MailServerDown),
    ):
        post.connect()


@pytest.mark.parametrize("options", [{"tls": True}, {"starttls": True}])
def test_a_server_that_cannot_prove_itself_gets_no_letter(options: dict[str, bool]) -> None:
    with (
        running(EHLO="250-here\r\n250 STARTTLS", STARTTLS="220 go") as (script, _),
        mailer(script.port, **options).open() as post,
        pytest.raises(MailServerDown),
    ):
        post.send(letter())


def test_an_address_beyond_ascii_needs_a_server_that_takes_it() -> None:
    with running() as (_, post_office), post_office.open() as post, pytest.raises(MailRefused):
        post.send(letter("ådå@example.org"))
    with running(EHLO="250-here\r\n250 SMTPUTF8") as (_, post_office), post_office.open() as post:
        post.send(letter("ådå@example.org"))
