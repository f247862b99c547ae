"""Figures over many patients that a job computed; a page only reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lrrc_qol.persistence.models.base import Base, BigKey


class CohortResult(Base):
    """The figures of one scale for every level of one stratum, small cells hidden; replaced when computed anew.

    `data_version` names the data they came from and `data_as_of` the moment these were read. `content` is what
    `lrrc_qol.cohort.summary` gives, with the visits that it names.
    """

    __tablename__ = "cohort_result"
    __table_args__ = (UniqueConstraint("centre_id", "instrument_id", "scale_id", "stratum"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    instrument_id: Mapped[str] = mapped_column(String(64))
    scale_id: Mapped[str] = mapped_column(String(64))
    stratum: Mapped[str] = mapped_column(String(32))
    data_version: Mapped[str] = mapped_column(String(64))
    data_as_of: Mapped[datetime]
    computed_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
