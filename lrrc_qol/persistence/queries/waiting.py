"""The alerts of a centre that somebody put off until a later day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lrrc_qol.persistence.crypto import FieldCipher
from lrrc_qol.persistence.models import Alert, AlertStep, Episode, Patient, Staff
from lrrc_qol.persistence.queries.worklist_kinds import waiting_alerts

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class WaitingAlert:
    """One alert that waits: until when, why, and who put it off."""

    public_id: str
    patient_public_id: str
    patient_name: str
    level: str
    reason: str
    until: datetime
    why: str
    who: str


def read_waiting(session: Session, *, centre_id: int, now: datetime, cipher: FieldCipher) -> tuple[WaitingAlert, ...]:
    """Those that wait, the next to come back first, at most 200; one statement."""
    newest = (
        select(func.max(AlertStep.id))
        .where(AlertStep.alert_id == Alert.id, AlertStep.kind == "snoozed")
        .correlate(Alert)
    ).scalar_subquery()
    rows = session.execute(
        select(Alert, Patient, AlertStep, Staff.name)
        .join(Episode, Episode.id == Alert.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .join(AlertStep, AlertStep.id == newest)
        .outerjoin(Staff, Staff.id == AlertStep.staff_id)
        .where(waiting_alerts(centre_id, now))
        .order_by(Alert.snoozed_until, Alert.id)
        .limit(MOST_SHOWN)
    )
    return tuple(
        WaitingAlert(
            public_id=alert.public_id,
            patient_public_id=patient.public_id,
            patient_name=cipher.open(patient.name_sealed, field="patient.name"),
            level=alert.level,
            reason=alert.reason,
            until=alert.snoozed_until or now,
            why=cipher.open(step.note_sealed, field="alert_step.note") if step.note_sealed else "",
            who=who or "",
        )
        for alert, patient, step, who in rows
    )
