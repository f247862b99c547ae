"""How many forms were to be expected and how many came, visit by visit, for one centre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, not_, select
from sqlalchemy.orm import Session, aliased

from lrrc_qol.persistence.models import Episode, EpisodeEvent, Visit


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """One timepoint over all operated patients of a centre.

    `expected`: window closed while alive and taking part. `in_window` and `late` are those that came; a form that was
    not expected any more (after a withdrawal) is not counted.
    """

    key: str
    name: str
    kind: str
    expected: int
    in_window: int
    late: int


def count_operated(session: Session, *, centre_id: int, excluded_kinds: tuple[str, ...]) -> int:
    """Patients of the centre with an operation performed, except those with an event of `excluded_kinds`."""
    return (
        session.scalar(
            select(func.count(Episode.patient_id.distinct())).where(
                Episode.centre_id == centre_id, Episode.surgery_on.is_not(None), _may_be_used(excluded_kinds)
            )
        )
        or 0
    )


def _may_be_used(excluded_kinds: tuple[str, ...]) -> ColumnElement[bool]:
    """No event of the patient, in whichever episode, forbids it."""
    theirs = aliased(Episode)
    forbidden = (
        select(EpisodeEvent.id)
        .join(theirs, theirs.id == EpisodeEvent.episode_id)
        .where(
            theirs.patient_id == Episode.patient_id,
            EpisodeEvent.kind.in_(excluded_kinds),
            EpisodeEvent.revoked_at.is_(None),
        )
    )
    return not_(forbidden.correlate(Episode).exists())


def count_visits(
    session: Session, *, centre_id: int, now: datetime, ending_kinds: tuple[str, ...], excluded_kinds: tuple[str, ...]
) -> tuple[VisitCounts, ...]:
    """Expected and received by visit key, in the order of the protocol's days.

    A visit counts as expected when it is planned, its window has closed, the operation was performed, and no event of
    `ending_kinds` (death, withdrawal) happened by the day it was due. Patients with an event of `excluded_kinds` (no
    further use of the data) are left out.
    """
    ended = (
        select(EpisodeEvent.episode_id, func.min(EpisodeEvent.happened_on).label("ended_on"))
        .where(
            EpisodeEvent.centre_id == centre_id,
            EpisodeEvent.kind.in_(ending_kinds),
            EpisodeEvent.revoked_at.is_(None),
        )
        .group_by(EpisodeEvent.episode_id)
        .subquery()
    )
    received = Visit.completed_at.is_not(None)
    in_window = received & (Visit.completed_at < Visit.closes_at)
    rows = session.execute(
        select(
            Visit.key,
            func.min(Visit.name),
            func.min(Visit.kind),
            func.count(),
            func.sum(case((in_window, 1), else_=0)),
            func.sum(case((received & ~in_window, 1), else_=0)),
        )
        .join(Episode, Episode.id == Visit.episode_id)
        .outerjoin(ended, ended.c.episode_id == Visit.episode_id)
        .where(
            Visit.centre_id == centre_id,
            Visit.planned.is_(True),
            Visit.closes_at <= now,
            Episode.surgery_on.is_not(None),
            _may_be_used(excluded_kinds),
            (ended.c.ended_on.is_(None)) | (ended.c.ended_on > Visit.due_on),
        )
        .group_by(Visit.key)
    )
    return tuple(VisitCounts(*row) for row in rows)
