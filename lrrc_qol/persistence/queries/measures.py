"""The rows behind the team's measures: alerts with their first contact, forms with their review, visits that ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lrrc_qol.persistence.models import Alert, AlertStep, Episode, Response, Visit
from lrrc_qol.persistence.queries.cohort import ends_of_follow_up


@dataclass(frozen=True, slots=True)
class AlertTimes:
    """One alert: when it was raised, its target then, and when the patient was first reached or it was closed."""

    level: str
    raised_at: datetime
    clock_from: datetime | None
    target_at: datetime | None
    contacted_at: datetime | None


@dataclass(frozen=True, slots=True)
class FormTimes:
    """One sent form: when it came and when somebody of the team read it."""

    submitted_at: datetime
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True)
class VisitEnd:
    """One planned visit whose time to answer is over, and when all of it came (None: not at all)."""

    name: str
    closes_at: datetime
    completed_at: datetime | None


def read_alert_times(session: Session, *, centre_id: int, since: datetime) -> list[AlertTimes]:
    """The alerts raised since an instant; one statement."""
    first = (
        select(func.min(AlertStep.taken_at))
        .where(AlertStep.alert_id == Alert.id, AlertStep.kind.in_(("contacted", "closed")))
        .correlate(Alert)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Alert.level, Alert.raised_at, Alert.clock_from, Alert.target_at, first)
        .where(Alert.centre_id == centre_id, Alert.raised_at >= since)
        .order_by(Alert.raised_at)
    )
    return [AlertTimes(*row) for row in rows]


def read_form_times(session: Session, *, centre_id: int, since: datetime) -> list[FormTimes]:
    """The forms sent since an instant, and older ones that were unread then; one statement."""
    rows = session.execute(
        select(Response.submitted_at, Response.reviewed_at).where(
            Response.centre_id == centre_id,
            Response.submitted_at.is_not(None),
            (Response.submitted_at >= since) | Response.reviewed_at.is_(None) | (Response.reviewed_at >= since),
        )
    )
    return [FormTimes(sent, read) for sent, read in rows if sent is not None]


def read_visit_ends(
    session: Session, *, centre_id: int, since: datetime, until: datetime, ending: tuple[str, ...]
) -> list[VisitEnd]:
    """Planned visits whose window closed between two instants and that were due before an event of the kinds
    `ending`; one statement."""
    ended = ends_of_follow_up(centre_id, ending)
    rows = session.execute(
        select(Visit.name, Visit.closes_at, Visit.completed_at)
        .join(Episode, Episode.id == Visit.episode_id)
        .outerjoin(ended, ended.c.episode_id == Visit.episode_id)
        .where(
            Visit.centre_id == centre_id,
            Visit.planned,
            ended.c.ended_on.is_(None) | (ended.c.ended_on > Visit.due_on),
            Visit.closes_at >= since,
            Visit.closes_at < until,
            Episode.closed_on.is_(None) | (Episode.closed_on > Visit.due_on),
        )
    )
    return [VisitEnd(*row) for row in rows]
