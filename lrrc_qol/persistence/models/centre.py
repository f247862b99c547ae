"""A hospital: owns patients, staff, working hours, phone numbers and time zone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lrrc_qol.persistence.models.base import Base


class Centre(Base):
    """One hospital. `clinic_hours` maps mon..sun to ["08:00", "16:00"]; a day that is absent is closed.

    New patients follow `protocol_version` of the protocol, the newest shipped one while it is empty. Patients see their
    own results since `own_results_since`; empty: they do not. Answers that were not sent may wait on patients' devices
    until `device_store_off_since`; empty: as the site has it. Its figures are read together with those of other centres
    since `cohort_shared_since`; empty: they are not. `holidays` maps days ("2026-12-25") on which the clinic
    is closed to their names.
    """

    __tablename__ = "centre"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64))
    sender_name: Mapped[str] = mapped_column(String(120))
    reply_to: Mapped[str] = mapped_column(String(254))
    emergency_phone: Mapped[str] = mapped_column(String(40))
    ward_phone: Mapped[str] = mapped_column(String(40))
    nurse_phone: Mapped[str] = mapped_column(String(40))
    clinic_hours: Mapped[dict[str, Any]]
    holidays: Mapped[dict[str, Any] | None]
    protocol_id: Mapped[str] = mapped_column(String(64))
    protocol_version: Mapped[str | None] = mapped_column(String(32))
    own_results_since: Mapped[datetime | None]
    device_store_off_since: Mapped[datetime | None]
    cohort_shared_since: Mapped[datetime | None]
    created_at: Mapped[datetime]
