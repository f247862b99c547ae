"""What was answered: responses, append-only answer versions, request keys, scores."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lrrc_qol.persistence.models.base import Base, BigKey
from lrrc_qol.persistence.models.visit import Assignment


class Response(Base):
    """The one response of an assignment: a draft until `submitted_at`, frozen afterwards.

    `version` is the draft version that every save names. `baseline_type` says how a baseline form was collected
    (prospective or recalled); it stays empty for other forms. `facts` are the facts of anatomy and sex by which the
    questions were chosen, kept when the form is sent. `respondent_relation` says who a proxy or interpreter is;
    `entered_by` is the member of staff who typed the answers in, empty when the patient did.
    """

    __tablename__ = "response"
    __table_args__ = (
        # What nobody has read yet, found among any number of forms.
        Index(
            "ix_response_unread",
            "centre_id",
            "submitted_at",
            sqlite_where=text("reviewed_at IS NULL AND submitted_at IS NOT NULL"),
            postgresql_where=text("reviewed_at IS NULL AND submitted_at IS NOT NULL"),
        ),
        # The newest forms of one questionnaire, of all centres.
        Index("ix_response_instrument", "instrument_id", "instrument_version", "submitted_at"),
        CheckConstraint("baseline_type IN ('prospective','recalled')", name="baseline_type"),
        CheckConstraint(
            "mode IN ('own_phone','own_computer','ward_tablet','paper','telephone','face_to_face')", name="mode"
        ),
        CheckConstraint("respondent IN ('patient','helped','interpreter','proxy')", name="respondent"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    assignment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("assignment.id"), unique=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    instrument_id: Mapped[str] = mapped_column(String(64))
    instrument_version: Mapped[str] = mapped_column(String(32))
    instrument_digest: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    wording_digest: Mapped[str] = mapped_column(String(64))
    mode: Mapped[str] = mapped_column(String(16))
    respondent: Mapped[str] = mapped_column(String(16))
    respondent_relation: Mapped[str | None] = mapped_column(String(40))
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    baseline_type: Mapped[str | None] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    answered_on: Mapped[date | None]
    facts: Mapped[list[str] | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    assignment: Mapped[Assignment] = relationship(lazy="raise")


class Answer(Base):
    """One version of one answer; rows are only ever added. The newest `given_at` is the current one.

    `kind` is value, declined or not_applicable; `seq` is the draft version the row made. `staff_id` is who typed it in
    for the patient, or who amended it; an amendment of a sent form has a `reason`.
    """

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("response_id", "item_id", "seq"),
        CheckConstraint("kind IN ('value','declined','not_applicable')", name="kind"),
        CheckConstraint("(kind = 'value') = (value IS NOT NULL)", name="value_matches_kind"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    response_id: Mapped[int] = mapped_column(BigKey, ForeignKey("response.id"), index=True)
    item_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[int | None]
    seq: Mapped[int]
    given_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    session_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("patient_session.id"))
    reason: Mapped[str | None] = mapped_column(String(500))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class RequestKey(Base):
    """The first result of each save or submit, so that a replay returns it again."""

    __tablename__ = "request_key"
    __table_args__ = (UniqueConstraint("assignment_id", "key"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    assignment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("assignment.id"))
    key: Mapped[str] = mapped_column(String(64))
    body_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    result: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class ScoreRow(Base):
    """One computed score; a re-computation adds a row of the next generation and never replaces."""

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("response_id", "scale_id", "generation"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    response_id: Mapped[int] = mapped_column(BigKey, ForeignKey("response.id"), index=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    scale_id: Mapped[str] = mapped_column(String(64))
    generation: Mapped[int] = mapped_column(default=1)
    value: Mapped[float | None]
    reason: Mapped[str | None] = mapped_column(String(32))
    answered: Mapped[int]
    expected: Mapped[int]
    prorated: Mapped[bool]
    scoring_version: Mapped[str] = mapped_column(String(32))
    inputs: Mapped[dict[str, Any]]
    computed_at: Mapped[datetime]

    response: Mapped[Response] = relationship(lazy="raise")
