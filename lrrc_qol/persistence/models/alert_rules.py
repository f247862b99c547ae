"""Alert rules that a centre made for itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lrrc_qol.persistence.models.base import Base


class AlertRuleVersion(Base):
    """A version of the alert rules of one centre; one that was switched on never changes, the newest such one counts.

    `content` are the rules as plain data in the shape of the shipped file, `shipped` the version of the protocol
    whose translated instructions they share, `based_on` the version of the rules they were made from. `red_reason`
    says why a red rule was weakened. A draft has no `switched_on_at`.
    """

    __tablename__ = "alert_rule_version"
    __table_args__ = (
        UniqueConstraint("centre_id", "version"),
        Index("ix_alert_rule_version_on", "centre_id", "switched_on_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    protocol_id: Mapped[str] = mapped_column(String(64))
    shipped: Mapped[str] = mapped_column(String(32))
    version: Mapped[str] = mapped_column(String(32))
    based_on: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    red_reason: Mapped[str] = mapped_column(String(500))
    note: Mapped[str] = mapped_column(String(500))
    clinical_owner: Mapped[str] = mapped_column(String(120))
    signed_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    switched_on_at: Mapped[datetime | None]
    switched_on_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    discarded_at: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy reads a plain dict
