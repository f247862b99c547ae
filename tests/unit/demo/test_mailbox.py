"""The demo's mailbox takes mails over SMTP, keeps them in a folder and shows them without trusting them."""

from __future__ import annotations

import smtplib
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from lrrc_qol.config import SmsGateway
from lrrc_qol.demo.mailbox import Mailbox, start_mailbox
from lrrc_qol.domain.contact import Channel, MessageKind
from lrrc_qol.mail import Composer, Letter
from lrrc_qol.mail.sms import SmsMailer
from tests.mailbox import LOOPBACK, free_port

pytestmark = pytest.mark.thorough  # each case is a command or a server of its own

LINK = "http://localhost:8000/l/AbC123"


@pytest.fixture
def ports() -> tuple[int, int]:
    """Two free ports."""
    return free_port(), free_port()


@pytest.fixture
def mailbox(tmp_path: Path, ports: tuple[int, int]) -> Iterator[Mailbox]:
    """A running mailbox."""
    box = start_mailbox(tmp_path / "mails", smtp_port=ports[0], http_port=ports[1])
    yield box
    box.stop()


def send(port: int, mail: EmailMessage) -> None:
    """Hand a mail over by SMTP."""
    with smtplib.SMTP(LOOPBACK, port, "test") as smtp:
        smtp.send_message(mail)


def invitation(recipient: str = "ada@example.org") -> EmailMessage:
    """A mail as the site sends it."""
    return Composer("no-reply@demo.example").compose(
        Letter(
            kind=MessageKind.INVITATION,
            language="en",
            recipient=recipient,
            sender_name="Team",
            reply_to="team@example.org",
            link=LINK,
            message_id="<m@demo.example>",
            sent_at=datetime(2026, 3, 2, 9, 5, tzinfo=UTC),
            figures={"minutes": 5},
        )
    )


def fetch(port: int, path: str, *, host: str | None = None, method: str = "GET") -> tuple[int, str, dict[str, str]]:
    """Status, body and headers of a page."""
    request = urllib.request.Request(f"http://{LOOPBACK}:{port}{path}", method=method)
    if host:
        request.add_header("Host", host)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - our own address
            return response.status, response.read().decode(), dict(response.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), dict(error.headers)


def test_mails_are_listed_newest_first(mailbox: Mailbox, ports: tuple[int, int]) -> None:
    assert "No mail yet" in fetch(ports[1], "/")[1]
    send(ports[0], invitation("first@example.org"))
    send(ports[0], invitation("second@example.org"))
    _, page, _ = fetch(ports[1], "/")
    assert page.index("second@example.org") < page.index("first@example.org")
    assert "2 Mar 2026, 09:05 UTC" in page


def test_a_mail_shows_both_parts_and_its_headers(mailbox: Mailbox, ports: tuple[int, int]) -> None:
    send(ports[0], invitation())
    _, page, headers = fetch(ports[1], "/mail/1")
    assert f'<a href="{LINK}"' in page
    assert "Auto-Submitted" in page
    assert 'src="/mail/1/html"' in page
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    _, part, headers = fetch(ports[1], "/mail/1/html")
    assert f'href="{LINK}"' in part
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "allow-scripts" not in headers["Content-Security-Policy"]


def test_hostile_mail_stays_text(mailbox: Mailbox, ports: tuple[int, int]) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "evil@example.org", "ada@example.org"
    mail["Subject"] = "<script>alert(1)</script>"
    mail.set_content('<b>bold</b> javascript:alert(1) http://x.example/"onclick=alert(1)')
    send(ports[0], mail)
    for path in ("/", "/mail/1"):
        page = fetch(ports[1], path)[1]
        assert "<script>" not in page
        assert "<b>bold</b>" not in page
        assert 'href="javascript' not in page
        assert '"onclick' not in page


def test_mails_stay_after_a_restart(tmp_path: Path, ports: tuple[int, int]) -> None:
    first = start_mailbox(tmp_path, smtp_port=ports[0], http_port=ports[1])
    send(ports[0], invitation("first@example.org"))
    first.stop()
    again = start_mailbox(tmp_path, smtp_port=free_port(), http_port=free_port())
    again.stop()
    assert [mail.recipient for mail in again.store.newest(10)] == ["first@example.org"]
    assert [file.suffix for file in tmp_path.iterdir()] == [".eml"]


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/mail/9", {}, 404),
        ("/mail/1/../../etc", {}, 404),
        ("/elsewhere", {}, 404),
        ("/", {"method": "POST"}, 405),
        ("/", {"host": "evil.example"}, 400),
        ("/mailbox.css", {}, 200),
        ("/", {"host": "localhost:1"}, 200),
    ],
)
def test_only_its_own_pages_are_answered(
    mailbox: Mailbox, ports: tuple[int, int], path: str, options: dict[str, str], status: int
) -> None:
    assert fetch(ports[1], path, **options)[0] == status


def test_a_taken_port_is_an_error_and_leaves_nothing_running(
    tmp_path: Path, mailbox: Mailbox, ports: tuple[int, int]
) -> None:
    free = free_port()
    with pytest.raises(OSError, match="in use"):
        start_mailbox(tmp_path / "other", smtp_port=ports[0], http_port=free)
    start_mailbox(tmp_path / "other", smtp_port=free_port(), http_port=free).stop()


def hand_over(port: int, body: bytes, content_type: str = "application/json") -> int:
    """The answer to a short message that is handed over."""
    request = urllib.request.Request(f"http://{LOOPBACK}:{port}/sms", body, {"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - our own address
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_short_messages_are_shown_beside_the_mails(mailbox: Mailbox, ports: tuple[int, int]) -> None:
    gateway = SmsGateway(url=f"http://{LOOPBACK}:{ports[1]}/sms", token="", sender="")
    letter = Letter(
        kind=MessageKind.REMINDER,
        language="en",
        recipient="+447700900123",
        sender_name="Team",
        reply_to="team@example.org",
        link=LINK,
        message_id="<m@demo.example>",
        sent_at=datetime(2026, 3, 2, 9, 5, tzinfo=UTC),
        channel=Channel.SMS,
        figures={"minutes": 5},
    )
    with SmsMailer(gateway).open() as post:
        post.connect()
        post.send(letter)
    page = fetch(ports[1], "/")[1]
    assert "Short message" in page
    assert "+447700900123" in page
    assert LINK in fetch(ports[1], "/mail/1")[1]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"no json", "application/json", 400),
        (b'{"to": "+44"}', "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"to": "+44", "text": "x"}', "text/plain", 415),
    ],
)
def test_what_is_no_short_message_is_not_kept(
    mailbox: Mailbox, ports: tuple[int, int], body: bytes, content_type: str, status: int
) -> None:
    assert hand_over(ports[1], body, content_type) == status
    assert mailbox.store.newest(9) == []
