"""What was planned for one patient and what became of it: visits, mails, sessions, forms, calls; a statement each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrrc_qol.persistence.models import (
    Assignment,
    Message,
    PatientSession,
    Response,
    Staff,
    Task,
    Visit,
)


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail to the patient; `available_at` is from when a waiting one may go out."""

    visit_id: int | None
    kind: str
    status: str
    created_at: datetime
    available_at: datetime
    sent_at: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class OpenedLine:
    """A visit opened through its link, by the patient or, with `staff`, by a member of staff."""

    visit_id: int
    opened_at: datetime
    staff: str | None


@dataclass(frozen=True, slots=True)
class FormLine:
    """A questionnaire that was begun, with the window of its visit and who typed it in, if not the patient."""

    visit_id: int
    response_id: int
    instrument_id: str
    mode: str
    respondent: str
    respondent_relation: str | None
    started_at: datetime
    submitted_at: datetime | None
    answered_on: date | None
    opens_on: date
    closes_on: date
    entered_by: str | None


@dataclass(frozen=True, slots=True)
class CallLine:
    """Something a nurse was asked to do for the patient."""

    public_id: str
    visit_id: int | None
    kind: str
    created_at: datetime
    done_at: datetime | None
    done_by: str | None


def list_planned(session: Session, *, centre_id: int, episode_id: int) -> tuple[Visit, ...]:
    """All visits of an episode with their reminder cursors, dropped ones included."""
    return tuple(
        session.scalars(
            select(Visit)
            .where(Visit.episode_id == episode_id, Visit.centre_id == centre_id)
            .order_by(Visit.opens_on, Visit.id)
        )
    )


def list_mails(session: Session, *, centre_id: int, episode_id: int) -> tuple[MailLine, ...]:
    """All mails to the patient about an episode."""
    rows = session.execute(
        select(
            Message.visit_id,
            Message.kind,
            Message.status,
            Message.created_at,
            Message.available_at,
            Message.sent_at,
            Message.outcome,
        )
        .where(Message.episode_id == episode_id, Message.centre_id == centre_id, Message.staff_id.is_(None))
        .order_by(Message.id)
    )
    return tuple(MailLine(*row) for row in rows)


def list_opened(session: Session, *, centre_id: int, episode_id: int) -> tuple[OpenedLine, ...]:
    """Every time a link of the episode was opened and the year of birth was right."""
    rows = session.execute(
        select(PatientSession.visit_id, PatientSession.created_at, Staff.name)
        .join(Visit, Visit.id == PatientSession.visit_id)
        .outerjoin(Staff, Staff.id == PatientSession.staff_id)
        .where(Visit.episode_id == episode_id, Visit.centre_id == centre_id)
        .order_by(PatientSession.id)
    )
    return tuple(OpenedLine(*row) for row in rows)


def list_begun(session: Session, *, centre_id: int, episode_id: int) -> tuple[FormLine, ...]:
    """Every questionnaire that was begun."""
    rows = session.execute(
        select(
            Assignment.visit_id,
            Response.id,
            Response.instrument_id,
            Response.mode,
            Response.respondent,
            Response.respondent_relation,
            Response.started_at,
            Response.submitted_at,
            Response.answered_on,
            Visit.opens_on,
            Visit.closes_on,
            Staff.name,
        )
        .join(Assignment, Assignment.id == Response.assignment_id)
        .join(Visit, Visit.id == Assignment.visit_id)
        .outerjoin(Staff, Staff.id == Response.entered_by)
        .where(Response.episode_id == episode_id, Response.centre_id == centre_id)
        .order_by(Response.started_at, Response.id)
    )
    return tuple(FormLine(*row) for row in map(tuple, rows))


def list_calls(session: Session, *, centre_id: int, episode_id: int) -> tuple[CallLine, ...]:
    """Every task a nurse was given for the patient, done or not."""
    rows = session.execute(
        select(Task.public_id, Task.visit_id, Task.kind, Task.created_at, Task.done_at, Staff.name)
        .outerjoin(Staff, Staff.id == Task.done_by)
        .where(Task.episode_id == episode_id, Task.centre_id == centre_id)
        .order_by(Task.id)
    )
    return tuple(CallLine(*row) for row in rows)
