"""The demo's local mailbox: a real SMTP server that stores every mail in a folder, and a page that shows them."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from lrrc_qol.demo.mailbox_page import MailboxPage
from lrrc_qol.demo.mailbox_store import MailStore

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The running mailbox."""

    store: MailStore
    smtp: Controller
    page: WSGIServer
    thread: threading.Thread

    def stop(self) -> None:
        """Stop both servers; the mails stay in the folder."""
        self.smtp.stop()
        self.page.shutdown()
        self.page.server_close()
        self.thread.join(STOP_SECONDS)


def start_mailbox(folder: Path, *, smtp_port: int, http_port: int) -> Mailbox:
    """Take mails on `smtp_port` and show them on `http_port`, both on this machine only. OSError when one is taken."""
    # Asked first, because the SMTP server itself needs seconds to say that its port is taken.
    socket.create_server((LOOPBACK, smtp_port)).close()
    store = MailStore(folder)
    page = make_server(LOOPBACK, http_port, MailboxPage(store), server_class=_Server, handler_class=_QuietHandler)
    smtp = Controller(_Receiver(store), hostname=LOOPBACK, port=smtp_port, enable_SMTPUTF8=True)
    smtp.start()
    thread = threading.Thread(target=page.serve_forever, name="mailbox page", daemon=True)
    thread.start()
    return Mailbox(store, smtp, page, thread)


class _Receiver:
    """Stores what arrives."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's names
        """Keep the mail before saying that it was taken."""
        content: Any = envelope.content
        self._store.add(content if isinstance(content, bytes) else str(content).encode())
        return "250 OK"


class _Server(ThreadingMixIn, WSGIServer):
    """One thread per request, none of which keeps the process alive."""

    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    """Writes no line per request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
