"""How many forms were to be expected and how many came, visit by visit, for one centre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, not_, select
from sqlalchemy.orm import Session, aliased

from lrrc_qol.persistence.models import Episode, EpisodeEvent, MissedReason, Patient, Visit
from lrrc_qol.persistence.queries.consent import newest_refuses


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """One timepoint over all patients of a group.

    `expected`: window closed while alive and taking part. `in_window` and `late` are those that came, by the window
    that stood when the first form was answered; a form that was not expected any more (after a withdrawal) is not
    counted.
    """

    key: str
    name: str
    kind: str
    expected: int
    in_window: int
    late: int


@dataclass(frozen=True, slots=True)
class Kinds:
    """The events that matter here, by kind.

    `ending`: nothing is expected after them. `excluded`: the data must not be used. `separate`: whoever was not
    operated on because of one is followed in a group of their own. `refused`: whoever refused one of these parts of a
    consent is left out.
    """

    ending: tuple[str, ...]
    excluded: tuple[str, ...]
    separate: tuple[str, ...]
    refused: tuple[str, ...] = ()


def count_patients(session: Session, *, centre_id: int, kinds: Kinds, operated: bool) -> int:
    """Patients of the centre in one of the two groups, except those whose data must not be used."""
    return (
        session.scalar(
            select(func.count(Episode.patient_id.distinct())).where(
                Episode.centre_id == centre_id,
                _in_group(kinds, operated=operated),
                may_be_used(kinds.excluded, kinds.refused),
            )
        )
        or 0
    )


def not_operated(separate_kinds: tuple[str, ...]) -> ColumnElement[bool]:
    """Episodes in which it was decided not to operate, and nobody did."""
    decided = select(EpisodeEvent.id).where(
        EpisodeEvent.episode_id == Episode.id,
        EpisodeEvent.kind.in_(separate_kinds),
        EpisodeEvent.revoked_at.is_(None),
    )
    return and_(Episode.surgery_on.is_(None), decided.correlate(Episode).exists())


def _in_group(kinds: Kinds, *, operated: bool) -> ColumnElement[bool]:
    return Episode.surgery_on.is_not(None) if operated else not_operated(kinds.separate)


def may_be_used(excluded_kinds: tuple[str, ...], refused_scopes: tuple[str, ...] = ()) -> ColumnElement[bool]:
    """No event of the patient, in whichever episode, forbids it, and no refusal in their newest consent."""
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
    allowed = not_(forbidden.correlate(Episode).exists())
    if not refused_scopes:
        return allowed
    return allowed & Episode.patient_id.not_in(select(Patient.id).where(newest_refuses(refused_scopes)))


def ends_of_follow_up(centre_id: int, ending: tuple[str, ...]) -> Subquery:
    """The first day from which nothing is expected any more, as `ended_on` by `episode_id`."""
    return (
        select(EpisodeEvent.episode_id, func.min(EpisodeEvent.happened_on).label("ended_on"))
        .where(
            EpisodeEvent.centre_id == centre_id,
            EpisodeEvent.kind.in_(ending),
            EpisodeEvent.revoked_at.is_(None),
        )
        .group_by(EpisodeEvent.episode_id)
        .subquery()
    )


def count_visits(
    session: Session, *, centre_id: int, now: datetime, kinds: Kinds, operated: bool
) -> tuple[VisitCounts, ...]:
    """Expected and received by visit key, in the order of the protocol's days, for one of the two groups.

    A visit counts as expected when it is planned, its window has closed, and neither death, withdrawal nor another end
    of follow-up came by the day it was due. Patients whose data must not be used are left out.
    """
    received = Visit.completed_at.is_not(None)
    # By the window that stood when the first form was answered: a corrected date must not make late what was in time.
    in_window = received & func.coalesce(Visit.home_in_window, Visit.completed_at < Visit.closes_at)
    rows = session.execute(
        select(
            Visit.key,
            func.min(Visit.name),
            func.min(Visit.kind),
            func.count(),
            func.sum(case((in_window, 1), else_=0)),
            func.sum(case((received & ~in_window, 1), else_=0)),
        )
        .where(Visit.id.in_(_expected(centre_id, now, kinds, operated=operated)))
        .group_by(Visit.key)
    )
    return tuple(VisitCounts(*row) for row in rows)


def count_missed(
    session: Session, *, centre_id: int, now: datetime, kinds: Kinds, operated: bool
) -> dict[str, dict[str, int]]:
    """Of the visits that were expected and did not come, how many for which reason, by visit key; empty = not known."""
    newest = select(func.max(MissedReason.id)).where(MissedReason.visit_id == Visit.id).correlate(Visit)
    rows = session.execute(
        select(Visit.key, MissedReason.code, func.count())
        .outerjoin(MissedReason, MissedReason.id == newest.scalar_subquery())
        .where(Visit.id.in_(_expected(centre_id, now, kinds, operated=operated)), Visit.completed_at.is_(None))
        .group_by(Visit.key, MissedReason.code)
    )
    found: dict[str, dict[str, int]] = {}
    for key, code, count in rows:
        found.setdefault(key, {})[code or ""] = count
    return found


def _expected(centre_id: int, now: datetime, kinds: Kinds, *, operated: bool) -> Select[int]:
    """The visits that were to be expected, whether or not a form came."""
    ended = ends_of_follow_up(centre_id, kinds.ending)
    return (
        select(Visit.id)
        .join(Episode, Episode.id == Visit.episode_id)
        .outerjoin(ended, ended.c.episode_id == Visit.episode_id)
        .where(
            Visit.centre_id == centre_id,
            Visit.planned.is_(True),
            Visit.closes_at <= now,
            _in_group(kinds, operated=operated),
            may_be_used(kinds.excluded, kinds.refused),
            (ended.c.ended_on.is_(None)) | (ended.c.ended_on > Visit.due_on),
            (Episode.closed_on.is_(None)) | (Episode.closed_on > Visit.due_on),
        )
    )
