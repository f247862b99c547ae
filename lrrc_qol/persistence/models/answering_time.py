"""How long a questionnaire takes, measured by a job; a page only reads it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lrrc_qol.persistence.models.base import Base


class AnsweringTime(Base):
    """The median time of one instrument version in `minutes`, over that many `forms` of all centres.

    There is no row for one of which too few forms can be timed.
    """

    __tablename__ = "answering_time"
    __table_args__ = (UniqueConstraint("instrument_id", "instrument_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instrument_id: Mapped[str] = mapped_column(String(64))
    instrument_version: Mapped[str] = mapped_column(String(32))
    forms: Mapped[int]
    minutes: Mapped[float]
    computed_at: Mapped[datetime]
