"""Turns a letter into a mail: fixed neutral texts, a plain and an HTML part, the headers a good sender sets."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default as default_policy
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from lrrc_qol.config import EMAIL_DIR
from lrrc_qol.mail.letter import Letter, MailRefused
from lrrc_qol.mail.neutral import check_templates, is_neutral
from lrrc_qol.mail.texts import direction_of, mail_texts
from lrrc_qol.mail.wording import Words, sender_shown, shipped_words, words_name, words_of

LINE_WIDTH = 72
BOUNDARY = "=_two_parts_of_one_letter_="
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
LONGEST_LINE = 900  # mail servers must take lines of 998 characters


@dataclass(frozen=True, slots=True)
class _Text:
    """The words of one mail, filled in; `before` and `after` stand around the link."""

    subject: str
    greeting: str
    before: tuple[str, ...]
    link_text: str
    after: tuple[str, ...]
    closing: str
    sender: str


class Composer:
    """Composes every mail of a process; refuses to exist while a text is incomplete or holds a forbidden word."""

    def __init__(self, mail_from: str) -> None:
        mail_texts()
        check_templates()
        self.mail_from = mail_from
        self._templates = Environment(
            loader=FileSystemLoader(EMAIL_DIR),
            autoescape=select_autoescape(enabled_extensions=("html",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["wrapped"] = _wrapped

    def compose(self, letter: Letter) -> EmailMessage:
        """The finished mail to one recipient, in exactly the letter's language.

        MailRefused when the address cannot stand in a header or when there are no texts in the language.
        """
        language = letter.language
        text = _filled(language, _words(letter), letter.sender_name, tuple(sorted(letter.figures.items())))
        mail = EmailMessage(policy=default_policy)
        mail["Subject"] = text.subject
        mail["From"] = _address(self.mail_from, name=text.sender)
        mail["To"] = _address(letter.recipient)
        if letter.reply_to and is_neutral(letter.reply_to, language):
            mail["Reply-To"] = _address(letter.reply_to)
        mail["Date"] = format_datetime(letter.sent_at)
        mail["Message-ID"] = letter.message_id
        mail["Auto-Submitted"] = "auto-generated"
        if letter.unsubscribe_link:
            mail["List-Unsubscribe"] = f"<{letter.unsubscribe_link}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        values = {"text": text, "link": letter.link, "language": language, "direction": direction_of(language)}
        plain = self._templates.get_template("letter.txt").render(values)
        html = self._templates.get_template("letter.html").render(values)
        mail.set_content(plain, cte=_encoding(plain))
        mail.add_alternative(html, subtype="html", cte=_encoding(html))
        mail.set_boundary(BOUNDARY)
        mail["Content-Language"] = language  # last: setting the content clears what stands under Content-...
        return mail


def _words(letter: Letter) -> Words:
    """The centre's own words, else the shipped ones; MailRefused when there are none in the language."""
    texts = mail_texts().get(letter.language, {})
    if letter.words is not None and texts:
        return words_of(letter.words)
    if letter.kind.value not in texts:
        raise MailRefused(f"there is no such mail in {letter.language}")
    return shipped_words(letter.language, words_name(letter.language, letter.kind.value, soft=letter.soft))


@lru_cache(maxsize=256)
def _filled(language: str, words: Words, sender_name: str, figures: tuple[tuple[str, int], ...]) -> _Text:
    """The words of a mail; many mails of a run share them."""
    texts = mail_texts()[language]
    sender = sender_shown(sender_name, language, fallback=texts["sender"])
    values: dict[str, Any] = {"sender": _kept_apart(sender, language), **dict(figures)}
    opening = words.opening_one if words.opening_one and values.get("count") == 1 else words.opening
    before = [opening, *words.before]
    if "minutes" in values:
        before.append(texts["minutes"])
    return _Text(
        subject=words.subject,
        greeting=texts["greeting"],
        before=tuple(line.format_map(values) for line in before),
        link_text=words.link_text,
        after=tuple(line.format_map(values) for line in words.after),
        closing=texts["closing"],
        sender=sender,
    )


def _address(text: str, *, name: str = "") -> Address:
    """The address as a header value, its domain in the ASCII form that every server takes."""
    local, _, domain = text.rpartition("@")
    if not local or not domain or len(text.split()) != 1:
        raise MailRefused("the address cannot stand in a mail")
    try:
        return Address(display_name=name, username=local, domain=domain.encode("idna").decode())
    except (ValueError, UnicodeError, IndexError) as error:
        raise MailRefused("the address cannot stand in a mail") from error


def _kept_apart(name: str, language: str) -> str:
    """A name inside a sentence; its letters keep their order where the sentence runs from right to left."""
    return f"{FIRST_STRONG_ISOLATE}{name}{POP_ISOLATE}" if direction_of(language) == "rtl" else name


def _encoding(text: str) -> str | None:
    """Plain ASCII goes as it is, so that no link is broken over two lines; anything else as the library thinks best."""
    short = max(map(len, text.splitlines()), default=0) <= LONGEST_LINE
    return "7bit" if short and text.isascii() else None


@lru_cache(maxsize=256)
def _wrapped(text: str) -> str:
    return textwrap.fill(text, width=LINE_WIDTH, break_long_words=False, break_on_hyphens=False)
