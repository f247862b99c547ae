"""A person, their exenteration episode, the plan it runs on and what happened to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lrrc_qol.persistence.models.base import Base, BigKey
from lrrc_qol.persistence.models.centre import Centre


class Patient(Base):
    """A person. Identifiers are sealed; the `*_lookup` columns are keyed hashes for equality search.

    `text_size` (large, larger) and `reminder_hour` (0-23, where the patient lives) are the person's own choices; empty
    while they chose nothing. `channel` (email, sms) is how reminders come, empty for mail; `mobile_sealed` is the
    number that short messages go to.
    """

    __tablename__ = "patient"
    __table_args__ = (
        UniqueConstraint("centre_id", "hospital_number_lookup"),
        CheckConstraint("sex IN ('male','female')", name="sex"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    name_sealed: Mapped[bytes]
    born_on_sealed: Mapped[bytes]
    hospital_number_sealed: Mapped[bytes]
    hospital_number_lookup: Mapped[str] = mapped_column(String(64))
    email_sealed: Mapped[bytes | None]
    email_lookup: Mapped[str | None] = mapped_column(String(64), index=True)
    phone_sealed: Mapped[bytes | None]
    sex: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(16))
    timezone: Mapped[str] = mapped_column(String(64))
    text_size: Mapped[str | None] = mapped_column(String(8))
    reminder_hour: Mapped[int | None]
    channel: Mapped[str | None] = mapped_column(String(8))
    mobile_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]

    centre: Mapped[Centre] = relationship(lazy="raise")


class Episode(Base):
    """One exenteration and its follow-up. Anchors are civil dates where the operation takes place."""

    __tablename__ = "episode"
    __table_args__ = (
        UniqueConstraint("patient_id", "ordinal"),
        Index("ix_episode_centre_surgery", "centre_id", "planned_surgery_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    ordinal: Mapped[int] = mapped_column(default=1)
    enrolled_on: Mapped[date]
    planned_surgery_on: Mapped[date | None]
    surgery_on: Mapped[date | None]
    discharged_on: Mapped[date | None]
    neoadjuvant_planned: Mapped[bool] = mapped_column(default=False)
    # True / False / None (not known): a question about a stoma is asked only where one is known to be there.
    stoma: Mapped[bool | None]
    urostomy: Mapped[bool | None]
    # Likewise what the operation took or left, as far as questions depend on it.
    rectum_removed: Mapped[bool | None]
    bladder_removed: Mapped[bool | None]
    vagina: Mapped[bool | None]
    nerve_resection: Mapped[bool | None]
    version: Mapped[int] = mapped_column(default=1)
    closed_on: Mapped[date | None]
    created_at: Mapped[datetime]

    patient: Mapped[Patient] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class Plan(Base):
    """The protocol version an episode runs on; a new row replaces it, the old one stays."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("episode_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    ordinal: Mapped[int] = mapped_column(default=1)
    protocol_id: Mapped[str] = mapped_column(String(64))
    protocol_version: Mapped[str] = mapped_column(String(32))
    frozen_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(500))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class EpisodeEvent(Base):
    """Something that happened to the patient (discharge, pause, withdrawal, death ...); never edited, only revoked."""

    __tablename__ = "episode_event"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    kind: Mapped[str] = mapped_column(String(32))
    happened_on: Mapped[date]
    detail: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class BaselineChoice(Base):
    """A nurse's explicit choice of another baseline, with the reason; the newest counts.

    Without a response the rules decide again.
    """

    __tablename__ = "baseline_choice"

    id: Mapped[int] = mapped_column(primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    response_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("response.id"))
    reason: Mapped[str] = mapped_column(String(500))
    chosen_at: Mapped[datetime]
    chosen_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
