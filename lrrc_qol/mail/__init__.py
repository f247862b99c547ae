"""Mail: neutral letters, and the ways to hand them over."""

from __future__ import annotations

from lrrc_qol.config import Settings
from lrrc_qol.mail.compose import Composer
from lrrc_qol.mail.letter import Letter, MailDelayed, Mailer, MailRefused, MailServerDown, Post
from lrrc_qol.mail.memory import MemoryMailer
from lrrc_qol.mail.neutral import forbidden_words, is_neutral, warn_about_addresses
from lrrc_qol.mail.sms import SmsMailer
from lrrc_qol.mail.smtp import SmtpMailer

__all__ = [
    "Composer",
    "Letter",
    "MailDelayed",
    "MailRefused",
    "MailServerDown",
    "Mailer",
    "MemoryMailer",
    "Post",
    "SmsMailer",
    "SmtpMailer",
    "build_mailer",
    "build_texter",
    "forbidden_words",
    "is_neutral",
]


def build_mailer(settings: Settings) -> Mailer:
    """The mailer of a process; DefinitionError when a text or template of ours holds a word that tells too much."""
    warn_about_addresses(base_url=settings.base_url, mail_from=settings.mail_from)
    return SmtpMailer(settings.smtp, Composer(settings.mail_from))


def build_texter(settings: Settings) -> Mailer | None:
    """What sends short messages in a process; None while no gateway is set."""
    return None if settings.sms is None else SmsMailer(settings.sms)
