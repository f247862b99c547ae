"""The outbox, the links that mails carry, and the sessions that links open."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lrrc_qol.persistence.models.base import Base, BigKey


class Message(Base):
    """One mail or short message. The unique key makes it once; the address is looked up only when it is sent.

    `status`: queued, sending (under a lease), sent, failed (given up, shown to staff), suppressed (must not go out).
    `channel`: email or sms. `template_version`: the centre's own wording it was sent in; empty for the shipped one.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("status IN ('queued','sending','sent','failed','suppressed')", name="status"),
        Index("ix_message_claim", "status", "available_at"),
        # The newest mail to the staff of a centre, found among any number of mails to patients.
        Index(
            "ix_message_staff_alert",
            "centre_id",
            "id",
            sqlite_where=text("kind = 'staff_alert'"),
            postgresql_where=text("kind = 'staff_alert'"),
        ),
        # The newest mail to one member of staff.
        Index(
            "ix_message_staff",
            "staff_id",
            "id",
            sqlite_where=text("kind = 'staff_alert'"),
            postgresql_where=text("kind = 'staff_alert'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(String(128), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"), index=True)
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"))
    visit_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("visit.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(String(16))
    ordinal: Mapped[int]
    channel: Mapped[str] = mapped_column(String(8), default="email")
    language: Mapped[str] = mapped_column(String(16))
    params: Mapped[dict[str, Any]]
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    status: Mapped[str] = mapped_column(String(12), default="queued")
    available_at: Mapped[datetime]
    not_after: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    worker: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(64))
    template_version: Mapped[int | None]


class MessageReport(Base):
    """What a mail server or gateway said later about a message that it had taken; never edited.

    `kind`: delivered, hard (will never arrive), soft (did not arrive this time), complaint (marked as unwanted). `key`
    makes each report count once, however often it comes.
    """

    __tablename__ = "message_report"
    __table_args__ = (CheckConstraint("kind IN ('delivered','hard','soft','complaint')", name="kind"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    message_id: Mapped[int] = mapped_column(BigKey, ForeignKey("message.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(8))
    reported_at: Mapped[datetime]


class MessageTemplate(Base):
    """A centre's own words for one kind of message in one language; the newest version counts.

    Without `words` the shipped ones count again.
    """

    __tablename__ = "message_template"
    __table_args__ = (UniqueConstraint("centre_id", "language", "name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    language: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(24))
    version: Mapped[int]
    words: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    published_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Link(Base):
    """A personal link of one visit; only the token's hash is stored. When it opens is derived from the visit."""

    __tablename__ = "link"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    visit_id: Mapped[int] = mapped_column(BigKey, ForeignKey("visit.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("message.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class PatientSession(Base):
    """A browser that passed the check of a link; may answer the forms of that one visit, nothing else.

    With `staff_id` it is a member of staff who types in what a patient says or wrote, through a link that nobody was
    given: then `mode`, `respondent` and `answered_on` (the day on the paper or of the call) are those of the forms;
    `paper_twice` as mode is paper that is to be typed a second time.
    """

    __tablename__ = "patient_session"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    link_id: Mapped[int] = mapped_column(BigKey, ForeignKey("link.id"), index=True)
    visit_id: Mapped[int] = mapped_column(BigKey, ForeignKey("visit.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    mode: Mapped[str | None] = mapped_column(String(16))
    respondent: Mapped[str | None] = mapped_column(String(16))
    respondent_relation: Mapped[str | None] = mapped_column(String(40))
    answered_on: Mapped[date | None]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
