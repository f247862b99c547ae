"""Planned timepoints of an episode and the questionnaires assigned to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lrrc_qol.persistence.models.base import Base, BigKey
from lrrc_qol.persistence.models.patient import Episode

GAVE_WAY = "X-"
"""How the key of a visit begins that gave way to an answered one: no visit of a protocol has such a key."""


class Visit(Base):
    """A planned timepoint with its window. Its state is derived; only facts and the reminder cursor are here.

    `opens_at`/`closes_at` are the window's edges as instants in the patient's zone, so that one indexed query finds
    what is open. `next_reminder_at` is when the visit is looked at next (None: never again): for the reminder
    `next_reminder_ordinal`, or, when that is None, for the day a nurse should call. `arming` counts how often the
    reminders were set anew, and is part of each message key.

    `home_key` and `home_in_window` are kept from the day the first form of the visit was sent: the key the visit had,
    and whether that day lay in its window. From them a re-plan derives the label anew. `also_key` is a second label,
    of a visit that these forms stand for as well. A visit that was begun and gave way to an answered one has only its
    home key; its own one is `GAVE_WAY` with a number.
    """

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("episode_id", "key"),
        Index("ix_visit_next_reminder", "next_reminder_at"),
        Index("ix_visit_centre_window", "centre_id", "opens_at", "closes_at"),
        Index("ix_visit_kind_closing", "kind", "closes_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    key: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    opens_on: Mapped[date]
    due_on: Mapped[date]
    closes_on: Mapped[date]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    planned: Mapped[bool] = mapped_column(default=True)
    arming: Mapped[int] = mapped_column(default=1)
    next_reminder_at: Mapped[datetime | None]
    next_reminder_ordinal: Mapped[int | None]
    completed_at: Mapped[datetime | None]
    home_key: Mapped[str | None] = mapped_column(String(16))
    home_in_window: Mapped[bool | None]
    also_key: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime]

    episode: Mapped[Episode] = relationship(lazy="raise")

    @property
    def own_key(self) -> str:
        """The key it is or was planned under, also after it gave way to an answered visit."""
        return self.home_key if self.home_key and self.key.startswith(GAVE_WAY) else self.key


class Assignment(Base):
    """One questionnaire at one visit; the version is frozen, and only one row can exist.

    `options` are the centre's choices that decide what is asked (`groups`), frozen with the version.
    """

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("visit_id", "instrument_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    visit_id: Mapped[int] = mapped_column(BigKey, ForeignKey("visit.id"), index=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    position: Mapped[int]
    instrument_id: Mapped[str] = mapped_column(String(64))
    instrument_version: Mapped[str] = mapped_column(String(32))
    options: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]

    visit: Mapped[Visit] = relationship(lazy="raise")
