"""Alerts with their steps, and tasks for the nurses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lrrc_qol.persistence.models.base import Base, BigKey


class Alert(Base):
    """One finding of one rule for one patient. While it is open no second one of the same rule can exist.

    It is about a form (`response_id`), or about a check-in that nobody answered (`visit_id`). `level` only rises by
    itself. `evidence` keeps the answers, scores or check-ins that fired it; who did what stands in the steps.
    The clock of the first call runs from `clock_from` (empty: `raised_at`) to `target_at`. Until `snoozed_until` it
    waits by somebody's choice; then it is there again and its clock has just begun.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "uq_alert_open_rule",
            "episode_id",
            "rule_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_alert_centre_open", "centre_id", "closed_at", "raised_at"),
        CheckConstraint("level IN ('red','amber','yellow','info')", name="level"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    response_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("response.id"))
    visit_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("visit.id"))
    rule_id: Mapped[str] = mapped_column(String(64))
    rule_version: Mapped[str] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(300))
    evidence: Mapped[dict[str, Any]]
    raised_at: Mapped[datetime]
    target_at: Mapped[datetime | None]
    clock_from: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]


class AlertStep(Base):
    """One step in an alert's life (a value of `AlertStepKind`); rows are only ever added.

    `evidence` holds the answers that raised it, to whom it was handed or passed on (`to`), until when it waits.
    """

    __tablename__ = "alert_step"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    alert_id: Mapped[int] = mapped_column(BigKey, ForeignKey("alert.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    action: Mapped[str | None] = mapped_column(String(32))
    note_sealed: Mapped[bytes | None]
    taken_at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    evidence: Mapped[dict[str, Any]]


class Task(Base):
    """Something a nurse is to do (a locked link, mail that could not be delivered, a call asked for).

    One that a member of staff set (`created_by`) says in `words_sealed` what is to be done.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index(
            "uq_task_open_key",
            "key",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index("ix_task_centre_open", "centre_id", "done_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    key: Mapped[str] = mapped_column(String(96))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("visit.id"))
    kind: Mapped[str] = mapped_column(String(32))
    due_on: Mapped[date]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    note_sealed: Mapped[bytes | None]
    words_sealed: Mapped[bytes | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
