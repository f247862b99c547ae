"""An SMTP server on this machine that counts what it is given and keeps nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from tests.mailbox import LOOPBACK


class Sink:
    """Connections, and letters by recipient."""

    def __init__(self) -> None:
        self.connections = 0
        self.letters: Counter[str] = Counter()

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names, here and below
        self,
        server: Any,  # noqa: ARG002
        session: Any,
        envelope: Any,  # noqa: ARG002
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Count a connection."""
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
        """Count a letter."""
        self.letters.update(envelope.rcpt_tos)
        return "250 OK"


@contextmanager
def running_sink(port: int) -> Iterator[Sink]:
    """Start the server, yield its counts, stop it."""
    sink = Sink()
    controller = Controller(sink, hostname=LOOPBACK, port=port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
