"""A mailer that keeps every mail in memory; tests make it fail as they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage

from lrrc_qol.domain.contact import Channel
from lrrc_qol.mail.compose import Composer
from lrrc_qol.mail.letter import Letter, MailServerDown
from lrrc_qol.mail.short import short_text


class MemoryMailer:
    """`mails` and `texts` hold what was sent, oldest first; `failures` maps an address to the exception it raises."""

    def __init__(
        self, *, mail_from: str = "no-reply@localhost", failures: Mapping[str, Exception] | None = None
    ) -> None:
        self.mails: list[EmailMessage] = []
        self.texts: list[str] = []
        self.letters: list[Letter] = []
        self.failures = dict(failures or {})
        self.down = False
        self.visits = 0
        self._composer = Composer(mail_from)

    @contextmanager
    def open(self) -> Iterator[MemoryMailer]:
        """A visit; the mailer is its own post."""
        self.visits += 1
        yield self

    def connect(self) -> None:
        """MailServerDown while `down` is set."""
        if self.down:
            raise MailServerDown("told to be down")

    def send(self, letter: Letter) -> None:
        """Keep the mail, or fail as told."""
        self.connect()
        if letter.recipient in self.failures:
            raise self.failures[letter.recipient]
        if letter.channel is Channel.SMS:
            self.texts.append(short_text(letter))
        else:
            self.mails.append(self._composer.compose(letter))
        self.letters.append(letter)
