"""One alert with everything its page shows, through the viewer's centre."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lrrc_qol.persistence.crypto import FieldCipher
from lrrc_qol.persistence.models import (
    Alert,
    AlertStep,
    Answer,
    Assignment,
    Centre,
    Episode,
    Patient,
    Plan,
    Response,
    Staff,
    Visit,
)
from lrrc_qol.persistence.queries.happenings import Ending, find_ending


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of the history; `who` is None for what the program did."""

    kind: str
    action: str | None
    note: str | None
    taken_at: datetime
    staff_id: int | None
    who: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """The current version of one answer of the form."""

    item_id: str
    kind: str
    value: int | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class EarlierAlert:
    """The newest alert of the same rule that was closed before this one was raised."""

    public_id: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class AlertPage:
    """An alert, the form behind it, the patient it is about and what was done so far.

    An alert about a check-in that nobody answered has no form: `instrument` is two empty texts then.
    """

    id: int
    public_id: str
    episode_id: int
    centre_id: int
    level: str
    reason: str
    rule_id: str
    rule_version: str
    evidence: Mapping[str, Any]
    raised_at: datetime
    target_at: datetime | None
    closed_at: datetime | None
    owner_id: int | None
    owner_name: str | None
    patient_public_id: str
    patient_name: str
    phone: str | None
    ending: Ending | None
    surgery_on: date | None
    discharged_on: date | None
    centre: Centre
    protocol: tuple[str, str]
    instrument: tuple[str, str]
    language: str
    wording_digest: str
    visit_name: str
    submitted_at: datetime | None
    steps: tuple[StepRow, ...]
    answers: tuple[AnswerRow, ...]
    closed_before: int
    earlier: EarlierAlert | None
    snoozed_until: datetime | None


def read_alert(session: Session, *, centre_id: int, public_id: str, cipher: FieldCipher) -> AlertPage | None:
    """The alert, or None when there is none of that id in the centre; five statements."""
    row = session.execute(
        select(Alert, Response, Visit, Episode, Patient, Centre, Staff.name)
        .outerjoin(Response, Response.id == Alert.response_id)
        .outerjoin(Assignment, Assignment.id == Response.assignment_id)
        .join(Visit, Visit.id == func.coalesce(Assignment.visit_id, Alert.visit_id))
        .join(Episode, Episode.id == Alert.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .join(Centre, Centre.id == Alert.centre_id)
        .outerjoin(Staff, Staff.id == Alert.owner_id)
        .where(Alert.public_id == public_id, Alert.centre_id == centre_id)
    ).first()
    if row is None:
        return None
    alert, response, visit, episode, patient, centre, owner = row
    earlier = _closed_before(session, alert)
    return AlertPage(
        id=alert.id,
        public_id=alert.public_id,
        episode_id=alert.episode_id,
        centre_id=alert.centre_id,
        level=alert.level,
        reason=alert.reason,
        rule_id=alert.rule_id,
        rule_version=alert.rule_version,
        evidence=alert.evidence,
        raised_at=alert.raised_at,
        target_at=alert.target_at,
        closed_at=alert.closed_at,
        owner_id=alert.owner_id,
        owner_name=owner,
        patient_public_id=patient.public_id,
        patient_name=cipher.open(patient.name_sealed, field="patient.name"),
        phone=cipher.open(patient.phone_sealed, field="patient.phone") if patient.phone_sealed else None,
        ending=find_ending(session, centre_id=centre_id, episode_id=episode.id),
        surgery_on=episode.surgery_on,
        discharged_on=episode.discharged_on,
        centre=centre,
        protocol=_protocol(session, episode.id),
        instrument=(response.instrument_id, response.instrument_version) if response else ("", ""),
        language=response.language if response else "",
        wording_digest=response.wording_digest if response else "",
        visit_name=visit.name,
        submitted_at=response.submitted_at if response else None,
        steps=_steps(session, alert.id, cipher),
        answers=_answers(session, response.id) if response else (),
        closed_before=len(earlier),
        earlier=EarlierAlert(*earlier[0]) if earlier else None,
        snoozed_until=alert.snoozed_until,
    )


def _protocol(session: Session, episode_id: int) -> tuple[str, str]:
    plan = select(Plan.protocol_id, Plan.protocol_version).where(Plan.episode_id == episode_id)
    protocol_id, version = session.execute(plan.order_by(Plan.ordinal.desc()).limit(1)).one()
    return protocol_id, version


def _steps(session: Session, alert_id: int, cipher: FieldCipher) -> tuple[StepRow, ...]:
    query = (
        select(AlertStep, Staff.name)
        .outerjoin(Staff, Staff.id == AlertStep.staff_id)
        .where(AlertStep.alert_id == alert_id)
        .order_by(AlertStep.id)
    )
    return tuple(
        StepRow(
            kind=step.kind,
            action=step.action,
            note=cipher.open(step.note_sealed, field="alert_step.note") if step.note_sealed else None,
            taken_at=step.taken_at,
            staff_id=step.staff_id,
            who=who,
            detail=step.evidence,
        )
        for step, who in session.execute(query)
    )


def _answers(session: Session, response_id: int) -> tuple[AnswerRow, ...]:
    query = select(Answer).where(Answer.response_id == response_id).order_by(Answer.given_at, Answer.seq)
    current = {row.item_id: AnswerRow(row.item_id, row.kind, row.value, row.given_at) for row in session.scalars(query)}
    return tuple(current.values())


def _closed_before(session: Session, alert: Alert) -> list[tuple[str, datetime]]:
    """The closed alerts of the same rule, newest first."""
    query = select(Alert.public_id, Alert.closed_at).where(
        Alert.episode_id == alert.episode_id, Alert.rule_id == alert.rule_id, Alert.closed_at <= alert.raised_at
    )
    rows = session.execute(query.where(Alert.id != alert.id).order_by(Alert.closed_at.desc(), Alert.id.desc()))
    return [(public_id, closed_at) for public_id, closed_at in rows if closed_at is not None]
