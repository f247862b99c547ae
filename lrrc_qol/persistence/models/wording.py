"""What a centre may ask and in which words: wording packs, its choice of questionnaires, reviewed languages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lrrc_qol.persistence.models.base import Base


class WordingPack(Base):
    """The words of one instrument version in one language at one centre, with where they come from.

    `content` (title, recall, credit, items by wording key) and `digest` never change: other words are a new row with
    the next `ordinal`. What may be shown is derived from `approved_at`, `retired_at`, `expires_on` and
    `permitted_modes`. `report` keeps what the import matched and what it did not.
    """

    __tablename__ = "wording_pack"
    __table_args__ = (
        UniqueConstraint(
            *("centre_id", "instrument_id", "instrument_version", "language", "ordinal"),
            name="uq_wording_pack_ordinal",  # the name made of all five is too long for PostgreSQL
        ),
        CheckConstraint("source_kind IN ('fhir','redcap','csv')", name="source_kind"),
        CheckConstraint("approved_at IS NULL OR compared_at IS NOT NULL", name="compared_before_approved"),
        Index("ix_wording_pack_digest", "centre_id", "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    instrument_id: Mapped[str] = mapped_column(String(64))
    instrument_version: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(16))
    ordinal: Mapped[int]
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    report: Mapped[dict[str, Any]]
    source_kind: Mapped[str] = mapped_column(String(8))
    source_name: Mapped[str] = mapped_column(String(200))
    source_sha256: Mapped[str] = mapped_column(String(64))
    licence_holder: Mapped[str] = mapped_column(String(200))
    licence_reference: Mapped[str] = mapped_column(String(200))
    permitted_modes: Mapped[list[str]]
    expires_on: Mapped[date | None]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    compared_at: Mapped[datetime | None]
    compared_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    compared_with: Mapped[str | None] = mapped_column(String(200))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    retired_at: Mapped[datetime | None]
    retired_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    retire_reason: Mapped[str | None] = mapped_column(String(500))


class CentreQuestionnaire(Base):
    """Where a centre asks one instrument; without a row the protocol decides.

    `visit_kinds` are the kinds of visits that ask it, and no other visit does. `options` are the instrument's choices:
    `value_set` (a name) and `groups` (selected terms).
    """

    __tablename__ = "centre_questionnaire"
    __table_args__ = (UniqueConstraint("centre_id", "instrument_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    instrument_id: Mapped[str] = mapped_column(String(64))
    visit_kinds: Mapped[list[str]]
    options: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class LanguageReview(Base):
    """A named person read everything a patient sees in one language; `digest` says which texts. Only ever revoked."""

    __tablename__ = "language_review"
    __table_args__ = (Index("ix_language_review_centre", "centre_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    language: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    reviewer_name: Mapped[str] = mapped_column(String(120))
    reviewer_qualification: Mapped[str] = mapped_column(String(200))
    reviewed_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    revoke_reason: Mapped[str | None] = mapped_column(String(500))
