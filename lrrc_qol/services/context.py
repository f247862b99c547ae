"""What every use case is given: the transaction, the time, who acts, and the read-only definitions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.config import Settings
from lrrc_qol.domain.errors import NotAllowed
from lrrc_qol.persistence.crypto import FieldCipher

ActorKind = Literal["staff", "patient", "system", "command"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `centre_id` bounds everything a staff actor can reach."""

    kind: ActorKind
    id: int | None
    centre_id: int | None
    role: str | None

    def centre(self) -> int:
        """The actor's centre; NotAllowed for an actor that has none."""
        if self.centre_id is None:
            raise NotAllowed("this act needs a member of staff of a centre")
        return self.centre_id


SYSTEM = Actor(kind="system", id=None, centre_id=None, role=None)
COMMAND = Actor(kind="command", id=None, centre_id=None, role=None)
ANONYMOUS_PATIENT = Actor(kind="patient", id=None, centre_id=None, role=None)


@dataclass(frozen=True, slots=True)
class Work:
    """One unit of work. `now` is an aware UTC instant; the caller opened `session`'s transaction and ends it."""

    session: Session
    now: datetime
    actor: Actor
    catalogue: Catalogue
    cipher: FieldCipher
    settings: Settings

    def today_in(self, zone: str) -> date:
        """The civil date at `now` in an IANA time zone."""
        return self.now.astimezone(ZoneInfo(zone)).date()
