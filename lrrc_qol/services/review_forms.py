"""Forms that came and were not read yet, and reading several at once where nothing in them alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from lrrc_qol.domain.alerts import AlertLevel
from lrrc_qol.persistence.models import Alert, Assignment, Episode, Patient, Response, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class UnreadForm:
    """A sent form that nobody has read. With `alarms` it is to be opened: an alert was raised by it, or the patient has
    an open one."""

    response_id: int
    patient_public_id: str
    patient_name: str
    instrument: tuple[str, str]
    visit_name: str
    submitted_at: datetime
    alarms: bool


def read_unread_forms(work: Work) -> tuple[UnreadForm, ...]:
    """The unread forms of the actor's centre, oldest first, at most 100; one statement."""
    rows = work.session.execute(
        select(Response, Visit.name, Patient, _alarms().label("alarms"))
        .join(Assignment, Assignment.id == Response.assignment_id)
        .join(Visit, Visit.id == Assignment.visit_id)
        .join(Episode, Episode.id == Response.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .where(_unread(work))
        .order_by(Response.submitted_at, Response.id)
        .limit(MOST_SHOWN)
    )
    return tuple(
        UnreadForm(
            response_id=response.id,
            patient_public_id=patient.public_id,
            patient_name=work.cipher.open(patient.name_sealed, field="patient.name"),
            instrument=(response.instrument_id, response.instrument_version),
            visit_name=visit_name,
            submitted_at=response.submitted_at or work.now,
            alarms=bool(alarms),
        )
        for response, visit_name, patient, alarms in rows
    )


def review_forms(work: Work, response_ids: Sequence[int]) -> int:
    """Mark those of these forms as read in which nothing alarms; return how many. The others stay as they are."""
    responses = work.session.scalars(
        select(Response)
        .where(_unread(work), Response.id.in_(response_ids), ~_alarms())
        .order_by(Response.id)
        .with_for_update()
    ).all()
    for response in responses:
        response.reviewed_at = work.now
        response.reviewed_by = work.actor.id
        audit.record(
            work,
            "reviewed_form",
            subject_kind="response",
            subject_id=response.id,
            centre_id=response.centre_id,
            episode_id=response.episode_id,
            detail={"together": len(responses)},
        )
    return len(responses)


def _unread(work: Work) -> ColumnElement[bool]:
    return and_(
        Response.centre_id == work.actor.centre(),
        Response.submitted_at.is_not(None),
        Response.reviewed_at.is_(None),
    )


def _alarms() -> ColumnElement[bool]:
    theirs = or_(
        Alert.response_id == Response.id, and_(Alert.episode_id == Response.episode_id, Alert.closed_at.is_(None))
    )
    return exists(select(Alert.id).where(theirs, Alert.level != AlertLevel.INFO.value).correlate(Response))
