"""Who did what, when: rows added in the transaction of the act, sealed into a hash chain by the jobs process."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lrrc_qol.persistence.models.base import Base, BigKey


class AuditEntry(Base):
    """One act. `mac` covers the row with a key outside the database; names and addresses never stand in `detail`."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("actor_kind IN ('staff','patient','system','command')", name="actor_kind"),
        Index("ix_audit_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(8))
    actor_id: Mapped[int | None]
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    action: Mapped[str] = mapped_column(String(48))
    subject_kind: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int | None] = mapped_column(BigKey)
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"), index=True)
    detail: Mapped[dict[str, Any]]
    reason: Mapped[str | None] = mapped_column(String(500))
    mac: Mapped[str] = mapped_column(String(64))


class AuditSeal(Base):
    """A link of the chain over the entries from `first_id` to `last_id`; `digest` covers them and the seal before."""

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    first_id: Mapped[int] = mapped_column(BigKey)
    last_id: Mapped[int] = mapped_column(BigKey, unique=True)
    entries: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime]
