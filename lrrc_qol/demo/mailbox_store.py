"""The mails of the demo as numbered files, and what the page shows of each."""

from __future__ import annotations

import email
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default as default_policy
from email.utils import parsedate_to_datetime
from pathlib import Path

LINK = re.compile(r"(https?://[^\s<>]+)")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One mail as it arrived. `plain` is cut into pieces of text and links, in turns."""

    number: int
    subject: str
    sender: str
    recipient: str
    sent_at: datetime | None
    headers: tuple[tuple[str, str], ...]
    plain: tuple[str, ...]
    html: str


class MailStore:
    """A folder with one .eml file per mail, numbered in the order of arrival."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()

    def add(self, content: bytes) -> int:
        """Store a mail and return its number; it appears in the folder only when it is whole."""
        with self._lock:
            number = max(self._numbers(), default=0) + 1
            part = self._folder / f"{number:06}.part"
            part.write_bytes(content)
            part.replace(self._file(number))
        return number

    def newest(self, limit: int) -> list[StoredMail]:
        """Up to `limit` mails, the newest first."""
        numbers = sorted(self._numbers(), reverse=True)[:limit]
        return [mail for number in numbers if (mail := self.find(number)) is not None]

    def find(self, number: int) -> StoredMail | None:
        """The mail of that number; None when there is none."""
        try:
            content = self._file(number).read_bytes()
        except FileNotFoundError:
            return None
        return _read(number, email.message_from_bytes(content, policy=default_policy))

    def _numbers(self) -> Iterator[int]:
        return (int(file.stem) for file in self._folder.glob("*.eml") if file.stem.isdecimal())

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:06}.eml"


def _read(number: int, mail: EmailMessage) -> StoredMail:
    return StoredMail(
        number=number,
        subject=str(mail["Subject"] or ""),
        sender=str(mail["From"] or ""),
        recipient=str(mail["To"] or ""),
        sent_at=_date(mail),
        headers=tuple((name, str(value)) for name, value in mail.items()),
        plain=tuple(LINK.split(_part(mail, "plain"))),
        html=_part(mail, "html"),
    )


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    return str(body.get_content()) if body is not None else ""


def _date(mail: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(mail["Date"]))
    except ValueError:
        return None
