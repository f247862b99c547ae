"""A real SMTP server on loopback that keeps what it is given."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

LOOPBACK = "127.0.0.1"


class Mailbox:
    """The mails received so far, oldest first; `refuse` makes the server answer with this line instead."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[EmailMessage] = []
        self.refuse: str | None = None

    @property
    def url(self) -> str:
        """The value for LRRC_QOL_SMTP_URL."""
        return f"smtp://{LOOPBACK}:{self.port}"

    def sent_to(self, address: str) -> list[EmailMessage]:
        """The mails to this address, oldest first."""
        return [mail for mail in self.mails if address in str(mail["To"])]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail, or answer as told."""
        if self.refuse is not None:
            return self.refuse
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


def free_port() -> int:
    """A loopback port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_mailbox() -> Iterator[Mailbox]:
    """Start the server, yield its mailbox, stop it."""
    box = Mailbox(free_port())
    controller = Controller(box, hostname=LOOPBACK, port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
