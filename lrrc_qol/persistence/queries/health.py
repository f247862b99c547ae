"""What the health pages and the staff banner need to know of the whole system."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lrrc_qol.persistence.models import Alert, Centre, Message, Patient
from lrrc_qol.persistence.queries.jobs import read_tick_age


@dataclass(frozen=True, slots=True)
class Health:
    """`tick_age` is the time since the job that is furthest behind last finished; None while one never did."""

    tick_age: timedelta | None
    messages: Mapping[str, int]
    open_alerts: Mapping[str, int]


def read_health(session: Session, *, now: datetime, jobs: Collection[str]) -> Health:
    """Read the three figures in three statements; `jobs` are those by which the age of the tick is told."""
    messages = session.execute(select(Message.status, func.count()).group_by(Message.status))
    alerts = session.execute(select(Alert.level, func.count()).where(Alert.closed_at.is_(None)).group_by(Alert.level))
    return Health(
        tick_age=read_tick_age(session, now=now, jobs=jobs),
        messages={status: count for status, count in messages},
        open_alerts={level: count for level, count in alerts},
    )


def is_empty(session: Session) -> bool:
    """Whether no centre was ever made in this database."""
    return session.scalar(select(Centre.id).limit(1)) is None


def newest_sealed_name(session: Session) -> bytes | None:
    """The sealed name of the newest patient; None while there is none."""
    return session.scalar(select(Patient.name_sealed).order_by(Patient.id.desc()).limit(1))
