"""A centre's own words: what counts, publishing a new version, going back, and a test to whoever wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lrrc_qol.domain.contact import Channel, MessageKind
from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.mail.texts import mail_texts
from lrrc_qol.mail.wording import Words, message_names, shipped_words, word_faults, words_of
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Message, MessageReport, MessageTemplate, Staff
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.outbox import new_message_id

SHIPPED = 0
"""The version number of the words that the program brings."""


@dataclass(frozen=True, slots=True)
class Version:
    """One published version; `own` is False where it went back to the shipped words."""

    version: int
    own: bool
    published_at: datetime
    published_by: str | None


@dataclass(frozen=True, slots=True)
class MessageWords:
    """What counts for one message in one language, and its versions, newest first. `newest` is 0 without any."""

    language: str
    name: str
    words: Words
    own: bool
    newest: int
    versions: tuple[Version, ...]


def list_words(work: Work, language: str) -> tuple[MessageWords, ...]:
    """Every message to patients in a language as it counts at the actor's centre; NotFound for another language."""
    if language not in mail_texts():
        raise NotFound("there are no messages in this language")
    rows = work.session.execute(
        select(MessageTemplate, Staff.name)
        .outerjoin(Staff, Staff.id == MessageTemplate.published_by)
        .where(MessageTemplate.centre_id == work.actor.centre(), MessageTemplate.language == language)
        .order_by(MessageTemplate.version.desc())
    ).all()
    return tuple(_counted(language, name, [row for row in rows if row[0].name == name]) for name in message_names())


def read_words(work: Work, language: str, name: str) -> MessageWords:
    """One message in one language; NotFound when there is none."""
    for found in list_words(work, language):
        if found.name == name:
            return found
    raise NotFound("there is no such message")


def publish_words(work: Work, language: str, name: str, words: Words, *, seen: int) -> int:
    """Let these words count from the next message on; return the new version.

    InvalidInput with the faults by field; StaleWrite when the newest version is not `seen`.
    """
    current = _current(work, language, name, seen)
    _check(language, name, words)
    return _add(work, current, stored_form(words))


def go_back(work: Work, language: str, name: str, version: int, *, seen: int) -> int:
    """Let an older version (0: the shipped words) count again, as a new version; return its number.

    NotFound without such a version; InvalidInput when its words may not go out any more; StaleWrite as above.
    """
    current = _current(work, language, name, seen)
    if version == SHIPPED:
        return _add(work, current, None)
    row = work.session.execute(
        select(MessageTemplate.words).where(
            MessageTemplate.centre_id == work.actor.centre(),
            MessageTemplate.language == language,
            MessageTemplate.name == name,
            MessageTemplate.version == version,
        )
    ).first()
    if row is None:
        raise NotFound("there is no such version")
    if row.words is not None:
        _check(language, name, words_of(row.words))
    return _add(work, current, row.words)


def send_test(work: Work, language: str, name: str, words: Words) -> None:
    """Queue the mail to the actor's own address; InvalidInput with the faults by field."""
    read_words(work, language, name)
    _check(language, name, words)
    work.session.add(
        Message(
            key=f"test:{new_public_id()}",
            centre_id=work.actor.centre(),
            staff_id=work.actor.id,
            kind=MessageKind.TEMPLATE_TEST.value,
            ordinal=0,
            channel=Channel.EMAIL.value,
            language=language,
            params={"words": stored_form(words)},
            message_id=new_message_id(work),
            status="queued",
            available_at=work.now,
            attempts=0,
            created_at=work.now,
        )
    )


def returned_staff_mail(work: Work) -> tuple[tuple[str, datetime], ...]:
    """Addresses of the centre's staff from which mail came back, newest first."""
    rows = work.session.execute(
        select(Staff.email, MessageReport.reported_at)
        .join(Message, Message.id == MessageReport.message_id)
        .join(Staff, Staff.id == Message.staff_id)
        .where(MessageReport.centre_id == work.actor.centre(), Staff.active)
        .order_by(MessageReport.id.desc())
        .limit(20)
    )
    return tuple((email, at) for email, at in rows)


def _counted(language: str, name: str, rows: list[Any]) -> MessageWords:
    own = rows[0][0].words if rows else None
    return MessageWords(
        language=language,
        name=name,
        words=words_of(own) if own is not None else shipped_words(language, name),
        own=own is not None,
        newest=rows[0][0].version if rows else SHIPPED,
        versions=tuple(Version(row.version, row.words is not None, row.published_at, by) for row, by in rows),
    )


def _current(work: Work, language: str, name: str, seen: int) -> MessageWords:
    current = read_words(work, language, name)
    if current.newest != seen:
        raise StaleWrite("other words were published since these were read")
    return current


def _check(language: str, name: str, words: Words) -> None:
    faults = word_faults(language, name, words)
    if faults:
        raise InvalidInput(faults)


def stored_form(words: Words) -> dict[str, Any]:
    """As the text files have it: lists for tuples, nothing that is empty except the lists."""
    values = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(words).items()}
    return {key: value for key, value in values.items() if value or isinstance(value, list)}


def _add(work: Work, current: MessageWords, words: Mapping[str, Any] | None) -> int:
    row = MessageTemplate(
        centre_id=work.actor.centre(),
        language=current.language,
        name=current.name,
        version=current.newest + 1,
        words=words,
        published_at=work.now,
        published_by=work.actor.id,
    )
    work.session.add(row)
    work.session.flush()
    audit.record(
        work,
        "published_message_words",
        subject_kind="message_template",
        subject_id=row.id,
        centre_id=row.centre_id,
        detail={"language": row.language, "name": row.name, "version": row.version, "own": words is not None},
    )
    return row.version
