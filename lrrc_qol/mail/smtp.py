"""Hands letters to an SMTP server: one connection for many, and an exact word on what went wrong."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from lrrc_qol.config import SmtpServer
from lrrc_qol.mail.compose import Composer
from lrrc_qol.mail.letter import Letter, MailDelayed, MailRefused, MailServerDown

# Each step of the exchange may take this long; all steps together stay well below the lease of a message.
STEP_SECONDS = 20.0
SERVICE_ENDS = 421
# Once may be this letter's fault; twice running it is the server's.
BREAKS_TO_GIVE_UP = 2


class SmtpMailer:
    """Opens visits to the configured server."""

    def __init__(self, server: SmtpServer, composer: Composer, *, step_seconds: float = STEP_SECONDS) -> None:
        self._server = server
        self._composer = composer
        self._step_seconds = step_seconds

    @contextmanager
    def open(self) -> Iterator[SmtpPost]:
        """A visit; it connects with the first letter and says goodbye at the end of the block."""
        post = SmtpPost(self._server, self._composer, step_seconds=self._step_seconds)
        try:
            yield post
        finally:
            post.close()


class SmtpPost:
    """One visit: connects when needed, again when the server hung up between two letters."""

    def __init__(self, server: SmtpServer, composer: Composer, *, step_seconds: float) -> None:
        self._server = server
        self._composer = composer
        self._step_seconds = step_seconds
        self._smtp: smtplib.SMTP | None = None
        self._breaks = 0

    def connect(self) -> None:
        """Connect, secure and sign in unless that is done; MailServerDown when any of it fails."""
        if self._smtp is not None:
            return
        try:
            self._smtp = self._dial()
        except (OSError, smtplib.SMTPException) as error:
            raise MailServerDown(type(error).__name__) from error

    def send(self, letter: Letter) -> None:
        """Hand one letter over, in one write; see `Post.send` for the failures."""
        mail = self._composer.compose(letter)
        recipient = mail["To"].addresses[0].addr_spec
        try:
            smtp = self._ready_for(recipient)
            self._hand_over(smtp, mail, recipient)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            self._breaks += 1
            if self._breaks >= BREAKS_TO_GIVE_UP:
                raise MailServerDown(type(error).__name__) from error
            raise MailDelayed(type(error).__name__) from error
        self._breaks = 0

    def close(self) -> None:
        """Say goodbye."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self._hang_up()

    def _dial(self) -> smtplib.SMTP:
        server = self._server
        # A given name for the greeting spares a look-up of this machine's own.
        greeting = self._composer.mail_from.rpartition("@")[2]
        smtp: smtplib.SMTP
        if server.tls:
            smtp = smtplib.SMTP_SSL(
                server.host, server.port, greeting, timeout=self._step_seconds, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, greeting, timeout=self._step_seconds)
        try:
            if server.starttls:
                smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            if server.user is not None:
                smtp.login(server.user, server.password or "")
        except (OSError, smtplib.SMTPException):
            smtp.close()
            raise
        return smtp

    def _ready_for(self, recipient: str) -> smtplib.SMTP:
        """Announce the sender; a connection that was closed since the last letter is made anew once."""
        reused = self._smtp is not None
        self.connect()
        try:
            return self._announce(recipient)
        except (OSError, smtplib.SMTPServerDisconnected):
            if not reused:
                raise
        self._hang_up()
        self.connect()
        return self._announce(recipient)

    def _announce(self, recipient: str) -> smtplib.SMTP:
        smtp = self._smtp
        if smtp is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        options: list[str] = []
        if not recipient.isascii():
            if not smtp.has_extn("smtputf8"):
                raise MailRefused("the server cannot take this address")
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        code, _ = smtp.mail(self._composer.mail_from, options)
        if code != 250:
            # Refusing the sender is about us, not about this letter.
            self._hang_up()
            raise MailServerDown(f"sender refused with {code}")
        return smtp

    def _hand_over(self, smtp: smtplib.SMTP, mail: EmailMessage, recipient: str) -> None:
        code, _ = smtp.rcpt(recipient)
        if code not in {250, 251}:
            self._refused(smtp, code, at="recipient")
        policy = SMTP if recipient.isascii() else SMTPUTF8
        try:
            code, _ = smtp.data(mail.as_bytes(policy=policy))
        except smtplib.SMTPDataError as error:
            code = error.smtp_code
        if code != 250:
            self._refused(smtp, code, at="content")

    def _refused(self, smtp: smtplib.SMTP, code: int, *, at: str) -> None:
        if code == SERVICE_ENDS:
            self._hang_up()
            raise MailServerDown(f"{at} {code}")
        smtp.rset()
        self._breaks = 0
        if code >= 500:
            raise MailRefused(f"{at} {code}")
        raise MailDelayed(f"{at} {code}")

    def _hang_up(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None
