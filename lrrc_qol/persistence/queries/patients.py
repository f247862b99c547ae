"""The list of a centre's patients, page by page, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, not_, select
from sqlalchemy.orm import Session, aliased

from lrrc_qol.persistence.crypto import FieldCipher
from lrrc_qol.persistence.models import Alert, Episode, EpisodeEvent, Patient, Plan, Visit
from lrrc_qol.persistence.queries.cohort import not_operated

Stage = Literal["before", "after", "not_operated"]


@dataclass(frozen=True, slots=True)
class PatientListFilter:
    """What to list: at most `limit` patients enrolled before the patient of row number `before`, newest first.

    `hospital_number` finds exactly one. `stage` limits to patients before or after the operation, or to those of whom
    it was decided by an event of `separate_kinds` not to operate.
    """

    limit: int
    before: int | None = None
    hospital_number: str | None = None
    stage: Stage | None = None
    separate_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedPatient:
    """One line of the list."""

    id: int
    public_id: str
    episode_id: int
    name: str
    hospital_number: str
    timezone: str
    planned_surgery_on: date | None
    surgery_on: date | None
    protocol_id: str
    protocol_version: str


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """A planned visit that was not finished, by the days of its window."""

    episode_id: int
    name: str
    opens_on: date
    due_on: date
    closes_on: date


@dataclass(frozen=True, slots=True)
class StandingEvent:
    """An event that was not taken back."""

    episode_id: int
    kind: str
    happened_on: date
    recorded_at: datetime
    detail: dict[str, Any]


def list_patients(
    session: Session, *, centre_id: int, wanted: PatientListFilter, cipher: FieldCipher
) -> tuple[ListedPatient, ...]:
    """Patients with their newest episode, newest enrolment first.

    The order is that of an index on the centre, so that a page costs the same in a centre of any size.
    """
    later_episode, later_plan = aliased(Episode), aliased(Plan)
    query = (
        select(Patient, Episode, Plan)
        .join(Episode, Episode.patient_id == Patient.id)
        .join(Plan, Plan.episode_id == Episode.id)
        .where(
            Patient.centre_id == centre_id,
            ~select(later_episode.id)
            .where(later_episode.patient_id == Patient.id, later_episode.ordinal > Episode.ordinal)
            .exists(),
            ~select(later_plan.id)
            .where(later_plan.episode_id == Episode.id, later_plan.ordinal > Plan.ordinal)
            .exists(),
        )
        .order_by(Patient.id.desc())
        .limit(wanted.limit)
    )
    if wanted.before is not None:
        query = query.where(Patient.id < wanted.before)
    if wanted.hospital_number is not None:
        lookup = cipher.lookup(wanted.hospital_number, field="patient.hospital_number")
        query = query.where(Patient.hospital_number_lookup == lookup)
    if wanted.stage is not None:
        query = query.where(_in_stage(wanted.stage, wanted.separate_kinds))
    return tuple(_open(*row, cipher=cipher) for row in session.execute(query))


def _in_stage(stage: Stage, separate_kinds: tuple[str, ...]) -> ColumnElement[bool]:
    if stage == "after":
        return Episode.surgery_on.is_not(None)
    without = not_operated(separate_kinds)
    return without if stage == "not_operated" else and_(Episode.surgery_on.is_(None), not_(without))


def _open(patient: Patient, episode: Episode, plan: Plan, *, cipher: FieldCipher) -> ListedPatient:
    return ListedPatient(
        id=patient.id,
        public_id=patient.public_id,
        episode_id=episode.id,
        name=cipher.open(patient.name_sealed, field="patient.name"),
        hospital_number=cipher.open(patient.hospital_number_sealed, field="patient.hospital_number"),
        timezone=patient.timezone,
        planned_surgery_on=episode.planned_surgery_on,
        surgery_on=episode.surgery_on,
        protocol_id=plan.protocol_id,
        protocol_version=plan.protocol_version,
    )


def list_open_visits(
    session: Session, *, centre_id: int, episode_ids: Sequence[int], now: datetime
) -> tuple[OpenVisit, ...]:
    """Unfinished visits whose window has not ended, by opening day."""
    rows = session.execute(
        select(Visit.episode_id, Visit.name, Visit.opens_on, Visit.due_on, Visit.closes_on)
        .join(Episode, Episode.id == Visit.episode_id)
        .where(
            _these(episode_ids, centre_id),
            Visit.planned.is_(True),
            Visit.completed_at.is_(None),
            Visit.closes_at > now,
        )
        .order_by(Visit.opens_on, Visit.id)
    )
    return tuple(OpenVisit(*row) for row in rows)


def _these(episode_ids: Sequence[int], centre_id: int) -> ColumnElement[bool]:
    """The episodes of a page, as far as they are the centre's.

    Asked of the episode and not of the visit: SQLite, which keeps no statistics unless told to, would read all visits
    of the centre by their own index instead of those of some 25 episodes.
    """
    return and_(Episode.id.in_(episode_ids), Episode.centre_id == centre_id)


def count_open_alerts(session: Session, *, centre_id: int, episode_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Open alerts by episode and level."""
    counts: dict[int, dict[str, int]] = {}
    for episode_id, level, count in session.execute(
        select(Alert.episode_id, Alert.level, func.count())
        .where(Alert.centre_id == centre_id, Alert.episode_id.in_(episode_ids), Alert.closed_at.is_(None))
        .group_by(Alert.episode_id, Alert.level)
    ):
        counts.setdefault(episode_id, {})[level] = count
    return counts


def list_standing_events(session: Session, *, centre_id: int, episode_ids: Sequence[int]) -> tuple[StandingEvent, ...]:
    """Events that were not taken back."""
    rows = session.execute(
        select(
            EpisodeEvent.episode_id,
            EpisodeEvent.kind,
            EpisodeEvent.happened_on,
            EpisodeEvent.recorded_at,
            EpisodeEvent.detail,
        ).where(
            EpisodeEvent.centre_id == centre_id,
            EpisodeEvent.episode_id.in_(episode_ids),
            EpisodeEvent.revoked_at.is_(None),
        )
    )
    return tuple(StandingEvent(*row) for row in rows)
