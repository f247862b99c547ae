"""What was found, done and agreed: clinical entries, consent, reasons for missed forms, second entries on paper."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lrrc_qol.persistence.models.base import Base, BigKey


class ClinicalEntry(Base):
    """One version of one part of the clinical record; rows are only ever added, the highest `ordinal` counts.

    `section` names the part (`disease`, `classification`, `treatment`, `operation`, `complication` ...). `row_key` is
    empty for a part that is there once, and a random id for one of several (a treatment, a complication). `content`
    maps field names to plain values; NULL takes the row back. Two writers cannot make the same ordinal.
    """

    __tablename__ = "clinical_entry"
    __table_args__ = (UniqueConstraint("episode_id", "section", "row_key", "ordinal"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    section: Mapped[str] = mapped_column(String(32))
    row_key: Mapped[str] = mapped_column(String(32), default="")
    ordinal: Mapped[int]
    content: Mapped[dict[str, Any] | None]
    reason: Mapped[str | None] = mapped_column(String(500))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class ConsentText(Base):
    """One version of what a centre's patients agree to. `scopes` are what can be agreed to one by one.

    `renew` asks everybody who agreed to an earlier version again, from `effective_on`.
    """

    __tablename__ = "consent_text"
    __table_args__ = (UniqueConstraint("centre_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    version: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[list[str]]
    effective_on: Mapped[date]
    renew: Mapped[bool]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Consent(Base):
    """What one patient agreed to or refused, on which day, to which version; rows are only ever added.

    `scopes` are those agreed to, of the text's; `form` says how it was given (paper, electronic, spoken).
    """

    __tablename__ = "consent"
    __table_args__ = (CheckConstraint("form IN ('paper','electronic','spoken')", name="form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    text_id: Mapped[int] = mapped_column(ForeignKey("consent_text.id"))
    given_on: Mapped[date]
    scopes: Mapped[list[str]]
    form: Mapped[str] = mapped_column(String(12))
    note: Mapped[str | None] = mapped_column(String(500))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class MissedReason(Base):
    """Why a visit was not answered, by code; the newest row of a visit counts, `code` NULL takes the reason back."""

    __tablename__ = "missed_reason"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    visit_id: Mapped[int] = mapped_column(BigKey, ForeignKey("visit.id"), index=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    code: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str | None] = mapped_column(String(500))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class SecondEntry(Base):
    """A paper form typed a second time, to be compared with the first typing before it is sent.

    `answers` maps item ids to codes, or to a word of `AnswerKind`. Only the newest row of a response counts;
    `compared_at` is set when every difference was decided.
    """

    __tablename__ = "second_entry"
    __table_args__ = (Index("ix_second_entry_response", "response_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    response_id: Mapped[int] = mapped_column(BigKey, ForeignKey("response.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    answers: Mapped[dict[str, Any]]
    entered_at: Mapped[datetime]
    entered_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    differences: Mapped[int | None]
    compared_at: Mapped[datetime | None]
    compared_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class ProtocolVersion(Base):
    """A version of a follow-up protocol that a centre made; published ones never change.

    `content` holds the parts of the definition (`schedule`, `reminders`, `alerts`) as plain data of the same shape as
    the shipped files; `based_on` is the version it was made from. A draft has no `published_at`.
    """

    __tablename__ = "protocol_version"
    __table_args__ = (UniqueConstraint("protocol_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    protocol_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(32))
    based_on: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(500))
    clinical_owner: Mapped[str] = mapped_column(String(120))
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    discarded_at: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy reads a plain dict
