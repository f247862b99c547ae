"""What the figures of a cohort are computed from, a few statements for a whole centre, and where they are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.persistence.models import (
    Assignment,
    BaselineChoice,
    ClinicalEntry,
    CohortResult,
    Episode,
    EpisodeEvent,
    Patient,
    Plan,
    Response,
    ScoreRow,
    Visit,
)
from lrrc_qol.persistence.queries.cohort import may_be_used

AFTER = (VisitKind.DISCHARGE.value, VisitKind.FOLLOW_UP.value)
BEFORE = VisitKind.BASELINE.value
Scale = tuple[str, str]
"""Instrument and scale, by id."""


@dataclass(frozen=True, slots=True)
class OperatedRow:
    """An episode with an operation; its plan is the newest one."""

    episode_id: int
    surgery_on: date
    planned_on: date | None
    closed_on: date | None
    sex: str
    nerve_resection: bool | None
    protocol_id: str
    protocol_version: str


@dataclass(frozen=True, slots=True)
class FormRow:
    """The newest computation of one score with the form it came from."""

    episode_id: int
    response_id: int
    visit_id: int
    visit_key: str
    also_key: str | None
    kind: str
    answered_on: date
    value: float | None
    reason: str | None
    mode: str
    respondent: str
    value_set: str | None


def facts_version(session: Session, *, centre_id: int) -> tuple[int, ...]:
    """Numbers of which at least one changes whenever something but a score changes that a figure depends on."""

    def one(column: Any, model: Any) -> Any:
        return select(func.coalesce(column, 0)).where(model.centre_id == centre_id).scalar_subquery()

    choices = (
        select(func.coalesce(func.max(BaselineChoice.id), 0))
        .join(Episode, Episode.id == BaselineChoice.episode_id)
        .where(Episode.centre_id == centre_id)
    )
    plans = (
        select(func.coalesce(func.max(Plan.id), 0))
        .join(Episode, Episode.id == Plan.episode_id)
        .where(Episode.centre_id == centre_id)
    )
    baselines = (
        select(func.count(Response.submitted_at))
        .join(Assignment, Assignment.id == Response.assignment_id)
        .join(Visit, Visit.id == Assignment.visit_id)
        .join(Episode, Episode.id == Visit.episode_id)
        .where(Visit.centre_id == centre_id, Visit.kind == BEFORE, Episode.surgery_on.is_not(None))
    )
    row = session.execute(
        select(
            one(func.sum(Episode.version), Episode),
            one(func.max(EpisodeEvent.id), EpisodeEvent),
            one(func.count(EpisodeEvent.revoked_at), EpisodeEvent),
            one(func.max(ClinicalEntry.id), ClinicalEntry),
            one(func.max(Visit.id), Visit),
            baselines.scalar_subquery(),
            choices.scalar_subquery(),
            plans.scalar_subquery(),
        )
    ).one()
    return tuple(int(number) for number in row)


def scale_versions(session: Session, *, centre_id: int) -> dict[Scale, int]:
    """The newest score of every scale that is asked after an operation; a score computed anew is a newer one."""
    asked_after = (
        select(Assignment.instrument_id)
        .join(Visit, Visit.id == Assignment.visit_id)
        .where(Visit.centre_id == centre_id, Visit.kind.in_(AFTER))
        .distinct()
    )
    rows = session.execute(
        select(Response.instrument_id, ScoreRow.scale_id, func.max(ScoreRow.id))
        .join(Response, Response.id == ScoreRow.response_id)
        .where(ScoreRow.centre_id == centre_id, Response.instrument_id.in_(asked_after))
        .group_by(Response.instrument_id, ScoreRow.scale_id)
    )
    return {(instrument, scale): newest for instrument, scale, newest in rows}


def list_operated(
    session: Session, *, centre_id: int, excluded_kinds: tuple[str, ...], refused_scopes: tuple[str, ...]
) -> tuple[OperatedRow, ...]:
    """Every episode with an operation whose data may be used, by row number."""
    newest = select(func.max(Plan.ordinal)).where(Plan.episode_id == Episode.id).correlate(Episode).scalar_subquery()
    rows: Iterable[Any] = session.execute(
        select(
            Episode.id,
            Episode.surgery_on,
            Episode.planned_surgery_on,
            Episode.closed_on,
            Patient.sex,
            Episode.nerve_resection,
            Plan.protocol_id,
            Plan.protocol_version,
        )
        .join(Patient, Patient.id == Episode.patient_id)
        .join(Plan, Plan.episode_id == Episode.id)
        .where(
            Episode.centre_id == centre_id,
            Episode.ordinal > 0,
            Episode.surgery_on.is_not(None),
            Plan.ordinal == newest,
            may_be_used(excluded_kinds, refused_scopes),
        )
        .order_by(Episode.id)
    )
    return tuple(OperatedRow(*row) for row in rows)


def list_visit_days(session: Session, *, centre_id: int) -> list[tuple[str, str, date, date, date]]:
    """Key, name, due day, last day and day of the operation of every planned visit after an operation."""
    rows = session.execute(
        select(Visit.key, Visit.name, Visit.due_on, Visit.closes_on, Episode.surgery_on)
        .join(Episode, Episode.id == Visit.episode_id)
        .where(
            Visit.centre_id == centre_id,
            Visit.kind.in_(AFTER),
            Visit.planned.is_(True),
            Episode.surgery_on.is_not(None),
        )
    )
    return [(key, name, due, closes, operated) for key, name, due, closes, operated in rows if operated is not None]


def visits_asked(session: Session, *, centre_id: int, instrument_id: str) -> frozenset[str]:
    """Keys of the visits after the operation at which the instrument is asked of anybody."""
    return frozenset(
        session.scalars(
            select(Visit.key)
            .join(Assignment, Assignment.visit_id == Visit.id)
            .where(Visit.centre_id == centre_id, Visit.kind.in_(AFTER), Assignment.instrument_id == instrument_id)
            .distinct()
        )
    )


def baseline_visits(session: Session, *, centre_id: int) -> dict[int, int]:
    """The visit of every form sent at a baseline visit, by row number of the response."""
    rows = session.execute(
        select(Response.id, Assignment.visit_id)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .join(Visit, Visit.id == Assignment.visit_id)
        .where(Visit.centre_id == centre_id, Visit.kind == BEFORE, Response.submitted_at.is_not(None))
    )
    return {response_id: visit_id for response_id, visit_id in rows}


def list_entries(session: Session, *, centre_id: int) -> dict[int, dict[str, list[Mapping[str, Any]]]]:
    """What the clinical record says now, by episode and section, in the order it was first written down."""
    newest: dict[tuple[int, str, str], Mapping[str, Any] | None] = {}
    rows = session.execute(
        select(ClinicalEntry.episode_id, ClinicalEntry.section, ClinicalEntry.row_key, ClinicalEntry.content)
        .where(ClinicalEntry.centre_id == centre_id)
        .order_by(ClinicalEntry.ordinal, ClinicalEntry.id)
    )
    for episode_id, section, row_key, content in rows:
        newest[episode_id, section, row_key] = content
    found: dict[int, dict[str, list[Mapping[str, Any]]]] = {}
    for (episode_id, section, _), content in newest.items():
        if content is not None:
            found.setdefault(episode_id, {}).setdefault(section, []).append(content)
    return found


def list_scale_forms(session: Session, *, centre_id: int, instrument_id: str, scale_id: str) -> list[FormRow]:
    """Every form of a scale at a visit before or after the operation, by episode and then by day."""
    place = func.row_number().over(partition_by=ScoreRow.response_id, order_by=ScoreRow.generation.desc())
    newest = (
        select(ScoreRow.id, place.label("place"))
        .join(Response, Response.id == ScoreRow.response_id)
        .where(
            ScoreRow.centre_id == centre_id,
            ScoreRow.scale_id == scale_id,
            Response.instrument_id == instrument_id,
        )
        .subquery()
    )
    rows = session.execute(
        select(
            ScoreRow.episode_id,
            ScoreRow.response_id,
            Visit.id,
            Visit.key,
            Visit.also_key,
            Visit.kind,
            Response.answered_on,
            ScoreRow.value,
            ScoreRow.reason,
            Response.mode,
            Response.respondent,
            ScoreRow.inputs["value_set"].as_string(),
        )
        .join(newest, newest.c.id == ScoreRow.id)
        .join(Response, Response.id == ScoreRow.response_id)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .join(Visit, Visit.id == Assignment.visit_id)
        .where(
            newest.c.place == 1,
            Response.submitted_at.is_not(None),
            Response.answered_on.is_not(None),
            Visit.kind.in_((BEFORE, *AFTER)),
        )
        .order_by(ScoreRow.episode_id, Response.answered_on, Response.id)
    )
    return [FormRow(*row) for row in map(tuple, rows)]


def stored_versions(session: Session, *, centre_id: int, without: str) -> dict[Scale, str]:
    """From which data the stored figures of each scale came; those of the stratum `without` are not looked at."""
    rows = session.execute(
        select(CohortResult.instrument_id, CohortResult.scale_id, func.min(CohortResult.data_version))
        .where(CohortResult.centre_id == centre_id, CohortResult.stratum != without)
        .group_by(CohortResult.instrument_id, CohortResult.scale_id)
    )
    return {(instrument, scale): version for instrument, scale, version in rows}


def replace_results(
    session: Session, *, centre_id: int, instrument_id: str, scale_id: str, rows: Sequence[CohortResult], without: str
) -> None:
    """Put these in the place of all stored figures of a scale but those of the stratum `without`."""
    session.execute(
        delete(CohortResult).where(
            CohortResult.centre_id == centre_id,
            CohortResult.instrument_id == instrument_id,
            CohortResult.scale_id == scale_id,
            CohortResult.stratum != without,
        )
    )
    session.add_all(rows)


def replace_result(session: Session, row: CohortResult) -> None:
    """Put one in the place of the stored figures of the same centre, scale and stratum."""
    session.execute(
        delete(CohortResult).where(
            CohortResult.centre_id == row.centre_id,
            CohortResult.instrument_id == row.instrument_id,
            CohortResult.scale_id == row.scale_id,
            CohortResult.stratum == row.stratum,
        )
    )
    session.add(row)


def forget_results(session: Session, *, stratum: str) -> None:
    """Delete the figures of a stratum at every centre."""
    session.execute(delete(CohortResult).where(CohortResult.stratum == stratum))


def find_result(session: Session, *, centre_id: int, scale: Scale, stratum: str) -> CohortResult | None:
    """The stored figures of a scale for a stratum; None while there are none."""
    return session.scalar(
        select(CohortResult).where(
            CohortResult.centre_id == centre_id,
            CohortResult.instrument_id == scale[0],
            CohortResult.scale_id == scale[1],
            CohortResult.stratum == stratum,
        )
    )


def stored_parts(
    session: Session, *, centre_id: int, strata: Collection[str], part: str
) -> tuple[tuple[str, str, str, datetime, Any], ...]:
    """Stratum, instrument, scale, age of the data, and one part of the figures; None where that part is not stored."""
    rows = session.execute(
        select(
            CohortResult.stratum,
            CohortResult.instrument_id,
            CohortResult.scale_id,
            CohortResult.data_as_of,
            CohortResult.content[part].as_json(),
        ).where(CohortResult.centre_id == centre_id, CohortResult.stratum.in_(strata))
    )
    return tuple((stratum, one, scale, as_of, content) for stratum, one, scale, as_of, content in rows)


def stored_strata(session: Session, *, centre_id: int) -> tuple[tuple[str, str, str], ...]:
    """Instrument, scale and stratum of all stored figures."""
    rows = session.execute(
        select(CohortResult.instrument_id, CohortResult.scale_id, CohortResult.stratum)
        .where(CohortResult.centre_id == centre_id)
        .order_by(CohortResult.instrument_id, CohortResult.scale_id, CohortResult.stratum)
    )
    return tuple((instrument, scale, stratum) for instrument, scale, stratum in rows)
