"""What an administrator sees of the centre: contacts, staff, messages that could not be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrrc_qol.persistence.models import Centre, Message, Patient, Staff

FAILED_SHOWN = 20
CONTACT_FIELDS = {
    "emergency_phone": "emergency number",
    "ward_phone": "ward number",
    "nurse_phone": "specialist nurse's number",
    "reply_to": "reply address",
    "clinic_hours": "clinic hours",
}


@dataclass(frozen=True, slots=True)
class CentreRow:
    """A centre's contacts as patients see them; `lacking` names what is not filled in yet."""

    code: str
    name: str
    timezone: str
    sender_name: str
    reply_to: str
    emergency_phone: str
    ward_phone: str
    nurse_phone: str
    clinic_hours: Mapping[str, Any]
    protocol_id: str
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One account."""

    id: int
    public_id: str
    name: str
    email: str
    role: str
    active: bool


@dataclass(frozen=True, slots=True)
class FailedMessage:
    """A message that was given up; the patient by public id only."""

    kind: str
    created_at: datetime
    attempts: int
    outcome: str | None
    patient_public_id: str | None


def find_centre(session: Session, code: str) -> int | None:
    """The row number of the centre of that code; None when there is none."""
    return session.scalar(select(Centre.id).where(Centre.code == code))


def read_centre(session: Session, *, centre_id: int) -> CentreRow:
    """The viewer's centre."""
    return _centre_row(session.get_one(Centre, centre_id))


def read_incomplete_centres(session: Session) -> tuple[CentreRow, ...]:
    """Centres whose patients would miss a number to call or the hours; production must not serve them."""
    rows = [_centre_row(centre) for centre in session.scalars(select(Centre).order_by(Centre.code))]
    return tuple(row for row in rows if row.lacking)


def read_staff(session: Session, *, centre_id: int) -> tuple[StaffRow, ...]:
    """All accounts of the centre, active ones first."""
    query = select(Staff).where(Staff.centre_id == centre_id).order_by(Staff.active.desc(), Staff.name, Staff.id)
    return tuple(
        StaffRow(row.id, row.public_id, row.name, row.email, row.role, row.active) for row in session.scalars(query)
    )


def read_failed_messages(session: Session, *, centre_id: int) -> tuple[FailedMessage, ...]:
    """The newest messages that were given up."""
    query = (
        select(Message, Patient.public_id)
        .outerjoin(Patient, Patient.id == Message.patient_id)
        .where(Message.centre_id == centre_id, Message.status == "failed")
        .order_by(Message.id.desc())
        .limit(FAILED_SHOWN)
    )
    return tuple(
        FailedMessage(row.kind, row.created_at, row.attempts, row.outcome, public_id)
        for row, public_id in session.execute(query)
    )


def _centre_row(centre: Centre) -> CentreRow:
    return CentreRow(
        code=centre.code,
        name=centre.name,
        timezone=centre.timezone,
        sender_name=centre.sender_name,
        reply_to=centre.reply_to,
        emergency_phone=centre.emergency_phone,
        ward_phone=centre.ward_phone,
        nurse_phone=centre.nurse_phone,
        clinic_hours=centre.clinic_hours,
        protocol_id=centre.protocol_id,
        lacking=tuple(words for name, words in CONTACT_FIELDS.items() if not getattr(centre, name)),
    )
