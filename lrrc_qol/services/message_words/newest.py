"""The words that count for a kind of message at a centre: those it published last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from lrrc_qol.persistence.models import MessageTemplate
from lrrc_qol.services.context import Work


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A published version with its words."""

    version: int
    words: Mapping[str, Any]


# Built once: thousands of messages may go out in one run.
_NEWEST = (
    select(MessageTemplate.version, MessageTemplate.words)
    .where(
        MessageTemplate.centre_id == bindparam("centre_id"),
        MessageTemplate.language == bindparam("language"),
        MessageTemplate.name == bindparam("name"),
    )
    .order_by(MessageTemplate.version.desc())
    .limit(1)
)


def newest_words(work: Work, centre_id: int, language: str, name: str) -> OwnWords | None:
    """The centre's own words for a message in a language; None where the shipped ones count."""
    row = work.session.execute(_NEWEST, {"centre_id": centre_id, "language": language, "name": name}).first()
    return OwnWords(row.version, row.words) if row is not None and row.words is not None else None
