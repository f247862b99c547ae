"""A real SMTP server that can refuse single people, and patients whose invitations are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from lrrc_qol.persistence.models import Message
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.factories import make_patient, make_staff
from tests.mailbox import LOOPBACK, Mailbox, free_port


class PickyMailbox(Mailbox):
    """Also counts connections, and answers RCPT for the addresses in `refused` with the given line."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.refused: dict[str, str] = {}
        self.connections = 0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count the greeting."""
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Take the recipient, or answer as told."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[PickyMailbox]:
    """The server that `settings` point to."""
    box = PickyMailbox(free_port())
    controller = Controller(box, hostname=LOOPBACK, port=box.port, enable_SMTPUTF8=True)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def invite(runtime: Runtime) -> Callable[[int], list[str]]:
    """Enrol this many patients whose invitation is due now; return their addresses."""

    def enrol(count: int) -> list[str]:
        nurse = make_staff(runtime)
        addresses = [f"person{number}@example.org" for number in range(count)]
        for number, address in enumerate(addresses):
            make_patient(runtime, nurse, hospital_number=f"H-{number}", email=address)
        return addresses

    return enrol


@pytest.fixture
def outbox(runtime: Runtime) -> Callable[[], list[Message]]:
    """The rows of the outbox as they are now."""

    def read() -> list[Message]:
        with runtime.reading(COMMAND) as work:
            return list(work.session.scalars(select(Message).order_by(Message.id)))

    return read
