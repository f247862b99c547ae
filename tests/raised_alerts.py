"""Alerts raised the way patients raise them: by an answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from lrrc_qol.persistence.models import Alert, AlertStep
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from tests.factories import Phone, answer, assignment, make_patient, save, take_seat

SEVERE = 9


def pain_alert(runtime: Runtime, nurse: Actor, *, pain: int = SEVERE, **patient: Any) -> str:
    """A patient of the nurse's centre says how bad the pain is; the public id of the open alert."""
    phone = take_seat(runtime, make_patient(runtime, nurse, **patient))
    answer_pain(runtime, phone, pain, key="pain")
    return open_alert(runtime, phone)


def answer_pain(runtime: Runtime, phone: Phone, pain: int, *, key: str, version: int = 0) -> None:
    """One saved answer about the worst pain."""
    form = assignment(runtime, phone, "pain_nrs")
    status, body = save(runtime, phone, form, answer("pain_worst", pain), key=key, version=version)
    assert status == 200, body


def open_alert(runtime: Runtime, phone: Phone) -> str:
    """The one open alert of the patient."""
    with runtime.reading(COMMAND) as work:
        return work.session.scalars(
            select(Alert.public_id).where(Alert.episode_id == phone.seat.episode_id, Alert.closed_at.is_(None))
        ).one()


def step_kinds(runtime: Runtime, public_id: str) -> list[str]:
    """What happened to an alert, oldest first."""
    with runtime.reading(COMMAND) as work:
        query = select(AlertStep.kind).join(Alert, Alert.id == AlertStep.alert_id)
        return list(work.session.scalars(query.where(Alert.public_id == public_id).order_by(AlertStep.id)))
