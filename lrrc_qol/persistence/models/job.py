"""The heartbeat of the jobs process."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lrrc_qol.persistence.models.base import Base


class JobRun(Base):
    """When a periodic job last started and finished, and how it went."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(200))
    counts: Mapped[dict[str, Any]]
