"""What is to be sent, who can send it, and how that can fail."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from lrrc_qol.domain.contact import Channel, MessageKind


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one person. `figures` are the numbers its text may name (minutes, count): nothing clinical fits.

    `recipient` is an address, or a number where `channel` is sms. `soft` = the words ask less of the reader, where
    there are such words. `words` are a centre's own, as `mail.wording` checked them; without them the shipped count.
    """

    kind: MessageKind
    language: str
    recipient: str
    sender_name: str
    reply_to: str
    link: str
    message_id: str
    sent_at: datetime
    unsubscribe_link: str | None = None
    soft: bool = False
    figures: Mapping[str, int] = field(default_factory=dict)
    channel: Channel = Channel.EMAIL
    words: Mapping[str, Any] | None = None


class MailServerDown(Exception):
    """The mail server or gateway cannot be used at all now; whatever waits must wait."""


class MailDelayed(Exception):
    """This letter could not be handed over now; a later try may succeed."""


class MailRefused(Exception):
    """This letter will never be taken: the address or the mail itself was refused for good."""


class Post(Protocol):
    """One visit to the mail server, for any number of letters."""

    def connect(self) -> None:
        """Make sure that the server is there; MailServerDown otherwise."""

    def send(self, letter: Letter) -> None:
        """Hand one letter over; MailServerDown, MailDelayed or MailRefused when it was not taken."""


class Mailer(Protocol):
    """Opens visits to a mail server."""

    def open(self) -> AbstractContextManager[Post]:
        """A visit that ends with the block."""
