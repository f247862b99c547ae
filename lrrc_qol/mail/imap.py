"""Reads the mailbox to which other servers return our mail: unseen mails, oldest first, marked seen once taken."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from lrrc_qol.config import ReportMailbox
from lrrc_qol.mail.letter import MailServerDown

STEP_SECONDS = 20.0
# The head of the returned mail, where all that counts stands; the rest is our own letter.
MOST_BYTES = 256 * 1024


class ReportReader:
    """One visit to the mailbox."""

    def __init__(self, imap: imaplib.IMAP4) -> None:
        self._imap = imap

    def unseen(self, *, limit: int) -> list[str]:
        """The numbers of up to `limit` mails that nobody took yet; they hold during this visit."""
        found = self._asked("uid", "SEARCH", "UNSEEN")
        return found[0].decode().split()[:limit] if isinstance(found[0], bytes) else []

    def read(self, number: str) -> bytes:
        """The beginning of a mail as it came; it stays unseen. Empty when it is gone."""
        found = self._asked("uid", "FETCH", number, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        return next((part[1] for part in found if isinstance(part, tuple)), b"")

    def take(self, number: str) -> None:
        """Mark a mail as done with."""
        self._asked("uid", "STORE", number, "+FLAGS.SILENT", r"(\Seen)")

    def _asked(self, method: str, *words: str) -> list[bytes | tuple[bytes, bytes] | None]:
        try:
            answer, found = getattr(self._imap, method)(*words)
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailServerDown(type(error).__name__) from error
        if answer != "OK":
            raise MailServerDown(f"{words[0]} refused")
        return found or [None]


@contextmanager
def report_mailbox(mailbox: ReportMailbox, *, step_seconds: float = STEP_SECONDS) -> Iterator[ReportReader]:
    """A visit that ends with the block; MailServerDown when the mailbox cannot be reached or opened."""
    try:
        imap = _dialled(mailbox, step_seconds)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailServerDown(type(error).__name__) from error
    try:
        yield ReportReader(imap)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            imap.logout()


def _dialled(mailbox: ReportMailbox, step_seconds: float) -> imaplib.IMAP4:
    imap: imaplib.IMAP4
    if mailbox.tls:
        context = ssl.create_default_context()
        imap = imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=step_seconds)
    else:
        imap = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=step_seconds)
    try:
        imap.login(mailbox.user, mailbox.password)
        answer, _ = imap.select(f'"{mailbox.folder}"')
        if answer != "OK":
            raise imaplib.IMAP4.error("no such folder")
    except (OSError, imaplib.IMAP4.error):
        imap.shutdown()
        raise
    return imap
