"""What is exported, a batch of episodes at a time; one statement each, whatever the size of the batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, not_, select, true
from sqlalchemy.orm import Session, aliased

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import (
    Answer,
    Assignment,
    Centre,
    Episode,
    EpisodeEvent,
    MissedReason,
    Patient,
    Plan,
    Response,
    ScoreRow,
    Visit,
)
from lrrc_qol.persistence.queries.consent import newest_refuses
from lrrc_qol.persistence.queries.record import VisitRow


@dataclass(frozen=True, slots=True)
class Extent:
    """What one export covers: its centres by row number and code, and the scopes whose refusal keeps a patient out."""

    centres: tuple[tuple[int, str], ...]
    refused_scopes: tuple[str, ...]

    @property
    def centre_ids(self) -> tuple[int, ...]:
        """Row numbers of the centres."""
        return tuple(number for number, _ in self.centres)


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """One episode that may be exported, with its newest plan."""

    id: int
    ordinal: int
    patient: str
    timezone: str
    enrolled_on: date
    surgery_on: date | None
    planned_surgery_on: date | None
    closed_on: date | None
    protocol_id: str
    protocol_version: str


@dataclass(frozen=True, slots=True)
class AssignedForm:
    """One questionnaire of a visit, with its response once it was begun."""

    episode_id: int
    visit_id: int
    position: int
    instrument_id: str
    instrument_version: str
    response_id: int | None
    language: str | None
    mode: str | None
    respondent: str | None
    respondent_relation: str | None
    typed_by_staff: bool
    baseline_type: str | None
    started_at: datetime | None
    submitted_at: datetime | None
    answered_on: date | None
    facts: list[str] | None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """The current version of one answer."""

    response_id: int
    item_id: str
    kind: str
    value: int | None
    seq: int
    given_at: datetime
    saved_at: datetime
    reason: str | None


def list_centres(session: Session, code: str | None) -> tuple[tuple[int, str], ...]:
    """Row number and code of every centre, or of the one of that code."""
    rows = session.execute(
        select(Centre.id, Centre.code).where(true() if code is None else Centre.code == code).order_by(Centre.code)
    )
    return tuple((row.id, row.code) for row in rows)


def exportable(refused_scopes: Sequence[str]) -> ColumnElement[bool]:
    """Patients who neither withdrew all use nor refuse one of `refused_scopes` in their newest consent."""
    theirs = aliased(Episode)  # who withdrew in a later follow-up withdrew the earlier one too
    withdrew = (
        select(EpisodeEvent.id)
        .join(theirs, theirs.id == EpisodeEvent.episode_id)
        .where(
            theirs.patient_id == Patient.id,
            EpisodeEvent.revoked_at.is_(None),
            EpisodeEvent.kind == EventKind.WITHDRAWAL_ALL.value,
        )
    )
    refuses = newest_refuses(refused_scopes) if refused_scopes else not_(true())
    return not_(withdrew.correlate(Patient).exists()) & not_(refuses)


def episode_batches(
    session: Session, *, centre_id: int, refused_scopes: Sequence[str], size: int
) -> Iterator[Sequence[EpisodeRow]]:
    """The episodes of a centre's exportable patients in the order of their row numbers, `size` at a time."""
    last = 0
    while batch := _episodes_after(session, last, centre_id=centre_id, refused_scopes=refused_scopes, size=size):
        yield batch
        last = batch[-1].id


def _episodes_after(
    session: Session, last: int, *, centre_id: int, refused_scopes: Sequence[str], size: int
) -> list[EpisodeRow]:
    newest = select(func.max(Plan.ordinal)).where(Plan.episode_id == Episode.id).correlate(Episode).scalar_subquery()
    rows = session.execute(
        select(
            Episode.id,
            Episode.ordinal,
            Patient.public_id,
            Patient.timezone,
            Episode.enrolled_on,
            Episode.surgery_on,
            Episode.planned_surgery_on,
            Episode.closed_on,
            Plan.protocol_id,
            Plan.protocol_version,
        )
        .join(Patient, Patient.id == Episode.patient_id)
        .join(Plan, (Plan.episode_id == Episode.id) & (Plan.ordinal == newest))
        .where(Patient.centre_id == centre_id, Episode.id > last, exportable(refused_scopes))
        .order_by(Episode.id)
        .limit(size)
    )
    return [EpisodeRow(*row) for row in map(tuple, rows)]


def visits_of(session: Session, episode_ids: Sequence[int]) -> dict[int, dict[int, VisitRow]]:
    """By episode and row number."""
    names = ("id", "key", "name", "kind", "opens_on", "due_on", "closes_on", "planned", "completed_at", "also_key")
    found: dict[int, dict[int, VisitRow]] = {}
    columns = [getattr(Visit, name) for name in names]
    for episode_id, *row in session.execute(
        select(Visit.episode_id, *columns).where(Visit.episode_id.in_(episode_ids)).order_by(Visit.opens_on, Visit.id)
    ):
        visit = VisitRow(*row)
        found.setdefault(episode_id, {})[visit.id] = visit
    return found


def forms_of(session: Session, episode_ids: Sequence[int]) -> dict[int, list[AssignedForm]]:
    """By episode, in the order they are asked, begun or not."""
    rows = session.execute(
        select(
            Assignment.episode_id,
            Assignment.visit_id,
            Assignment.position,
            Assignment.instrument_id,
            Assignment.instrument_version,
            Response.id,
            Response.language,
            Response.mode,
            Response.respondent,
            Response.respondent_relation,
            case((Response.entered_by.is_(None), False), else_=True),
            Response.baseline_type,
            Response.started_at,
            Response.submitted_at,
            Response.answered_on,
            Response.facts,
        )
        .join(Visit, Visit.id == Assignment.visit_id)
        .outerjoin(Response, Response.assignment_id == Assignment.id)
        .where(Assignment.episode_id.in_(episode_ids))
        .order_by(Assignment.episode_id, Visit.opens_on, Visit.id, Assignment.position)
    )
    found: dict[int, list[AssignedForm]] = {}
    for row in map(tuple, rows):
        form = AssignedForm(*row)
        found.setdefault(form.episode_id, []).append(form)
    return found


def answers_of(session: Session, episode_ids: Sequence[int]) -> dict[int, list[AnswerRow]]:
    """By response, by item."""
    place = func.row_number().over(
        partition_by=(Answer.response_id, Answer.item_id), order_by=(Answer.given_at.desc(), Answer.seq.desc())
    )
    newest = (
        select(Answer.id, place.label("place"))
        .join(Response, Response.id == Answer.response_id)
        .where(Response.episode_id.in_(episode_ids))
        .subquery()
    )
    rows = session.execute(
        select(
            Answer.response_id,
            Answer.item_id,
            Answer.kind,
            Answer.value,
            Answer.seq,
            Answer.given_at,
            Answer.saved_at,
            Answer.reason,
        )
        .join(newest, newest.c.id == Answer.id)
        .where(newest.c.place == 1)
        .order_by(Answer.response_id, Answer.item_id)
    )
    found: dict[int, list[AnswerRow]] = {}
    for row in rows:
        answer = AnswerRow(*row)
        found.setdefault(answer.response_id, []).append(answer)
    return found


def scores_of(session: Session, episode_ids: Sequence[int]) -> dict[int, list[ScoreRow]]:
    """The newest generation of each score, by response; the rows belong to the session."""
    newest: dict[tuple[int, str], ScoreRow] = {
        (row.response_id, row.scale_id): row
        for row in session.scalars(
            select(ScoreRow)
            .where(ScoreRow.episode_id.in_(episode_ids))
            .order_by(ScoreRow.response_id, ScoreRow.scale_id, ScoreRow.generation)
        )
    }
    found: dict[int, list[ScoreRow]] = {}
    for row in newest.values():
        found.setdefault(row.response_id, []).append(row)
    return found


def missed_codes_of(session: Session, episode_ids: Sequence[int]) -> dict[int, str]:
    """Why visits were not answered, by their row number; the newest note counts."""
    rows = session.execute(
        select(MissedReason.visit_id, MissedReason.code)
        .where(MissedReason.episode_id.in_(episode_ids))
        .order_by(MissedReason.id)
    )
    newest = {row.visit_id: row.code for row in rows}
    return {visit_id: code for visit_id, code in newest.items() if code is not None}


def count_answers(session: Session, extent: Extent) -> int:
    """How many answers there are to export, each in one version only."""
    pairs = (
        _of_forms(select(Answer.response_id, Answer.item_id), extent)
        .join(Answer, Answer.response_id == Response.id)
        .distinct()
    )
    return _count(session, pairs)


def count_scores(session: Session, extent: Extent) -> int:
    """How many scores there are to export, each in one computation only."""
    pairs = (
        _of_forms(select(ScoreRow.response_id, ScoreRow.scale_id), extent)
        .join(ScoreRow, ScoreRow.response_id == Response.id)
        .distinct()
    )
    return _count(session, pairs)


def count_forms(session: Session, extent: Extent) -> int:
    """How many forms there are to export, drafts included."""
    return _count(session, _of_forms(select(Response.id), extent))


def versions_begun(session: Session, extent: Extent) -> tuple[tuple[str, str], ...]:
    """Id and version of every questionnaire that was begun, in order."""
    pairs = _of_forms(select(Response.instrument_id, Response.instrument_version), extent)
    return tuple(sorted((row[0], row[1]) for row in session.execute(pairs.distinct())))


def visit_keys(session: Session, extent: Extent) -> tuple[str, ...]:
    """Every visit that was ever planned, by its earliest day from the operation (from enrolment before one)."""
    rows = session.execute(
        select(Visit.key, Visit.due_on, func.coalesce(Episode.surgery_on, Episode.enrolled_on))
        .join(Episode, Episode.id == Visit.episode_id)
        .where(Visit.centre_id.in_(extent.centre_ids))
        .distinct(),
        execution_options={"yield_per": 1000},
    )
    earliest: dict[str, int] = {}
    for key, due_on, origin in rows:
        day = (due_on - origin).days
        earliest[key] = min(day, earliest.get(key, day))
    return tuple(sorted(earliest, key=lambda key: (earliest[key], key)))


def _of_forms(query: Select[*tuple[Any, ...]], extent: Extent) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(Response)
        .join(Episode, Episode.id == Response.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .where(Patient.centre_id.in_(extent.centre_ids), exportable(extent.refused_scopes))
    )


def _count(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
