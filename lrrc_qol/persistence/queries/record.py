"""The clinical part of one patient's record: person, visits, forms, scores; one statement each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session, aliased

from lrrc_qol.domain.instrument import ANATOMY
from lrrc_qol.persistence.crypto import FieldCipher
from lrrc_qol.persistence.models import (
    Answer,
    Assignment,
    Centre,
    Episode,
    Patient,
    Plan,
    Response,
    ScoreRow,
    Visit,
)


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient of the viewer's centre with the newest episode, or the one asked for; identifiers are open.

    `anatomy` has every fact of anatomy: known to hold, known not to hold, or None for not known.
    """

    id: int
    public_id: str
    episode_id: int
    episode_version: int
    name: str
    born_on: date
    hospital_number: str
    email: str | None
    phone: str | None
    sex: str
    language: str
    timezone: str
    enrolled_on: date
    planned_surgery_on: date | None
    surgery_on: date | None
    discharged_on: date | None
    neoadjuvant_planned: bool
    anatomy: Mapping[str, bool | None]
    closed_on: date | None
    protocol_id: str
    protocol_version: str
    centre_timezone: str
    episode_ordinal: int = 1
    latest_ordinal: int = 1
    reminder_hour: int | None = None

    @property
    def earlier(self) -> bool:
        """Whether this is not the newest episode: then it is there to be read only."""
        return self.episode_ordinal < self.latest_ordinal


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One timepoint with its window; not `planned` when a re-plan dropped it."""

    id: int
    key: str
    name: str
    kind: str
    opens_on: date
    due_on: date
    closes_on: date
    planned: bool
    completed_at: datetime | None
    also_key: str | None = None
    public_id: str = ""


@dataclass(frozen=True, slots=True)
class FormRow:
    """One questionnaire of a visit, with its response once there is one.

    `options` are the terms that were selected for it; `facts` those of anatomy and sex by which it was asked, None for
    a draft and for forms of old.
    """

    visit_id: int
    position: int
    instrument_id: str
    instrument_version: str
    response_id: int | None
    mode: str | None
    respondent: str | None
    baseline_type: str | None
    submitted_at: datetime | None
    answered_on: date | None
    reviewed_at: datetime | None
    facts: list[str] | None = None
    options: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ScoreEntry:
    """The newest computation of one score; `inputs` are what entered it."""

    response_id: int
    scale_id: str
    value: float | None
    reason: str | None
    answered: int
    expected: int
    prorated: bool
    scoring_version: str
    inputs: dict[str, Any]
    computed_at: datetime | None = None

    @property
    def entered(self) -> tuple[str, ...]:
        """Ids of the items, or of the scales, that the score was made of."""
        return tuple(self.inputs.get("items", ()))

    @property
    def label(self) -> str:
        """The name of the band that the value stands for; empty for a plain number."""
        return str(self.inputs.get("label", ""))

    @property
    def value_set(self) -> str:
        """The value set that the value rests on; empty when it needs none."""
        return str(self.inputs.get("value_set", ""))


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    """One operation of a patient and its follow-up."""

    ordinal: int
    enrolled_on: date
    surgery_on: date | None
    closed_on: date | None


def list_episodes(session: Session, *, centre_id: int, patient_id: int) -> tuple[EpisodeRow, ...]:
    """All episodes of a patient that were not taken back (ordinal below zero), the first one first."""
    rows = session.execute(
        select(Episode.ordinal, Episode.enrolled_on, Episode.surgery_on, Episode.closed_on)
        .where(Episode.patient_id == patient_id, Episode.centre_id == centre_id, Episode.ordinal > 0)
        .order_by(Episode.ordinal)
    )
    return tuple(EpisodeRow(*row) for row in rows)


def find_patient(
    session: Session, *, centre_id: int, public_id: str, cipher: FieldCipher, episode: int | None = None
) -> PatientRow | None:
    """The patient with the newest episode and its newest plan; None when this centre has no such patient.

    With `episode` that one by its ordinal; None when there is no such episode.
    """
    any_episode = aliased(Episode)
    latest = select(func.max(any_episode.ordinal)).where(any_episode.patient_id == Patient.id).scalar_subquery()
    row = session.execute(
        select(Patient, Episode, Plan, Centre.timezone, latest)
        .join(Episode, Episode.patient_id == Patient.id)
        .join(Plan, Plan.episode_id == Episode.id)
        .join(Centre, Centre.id == Patient.centre_id)
        .where(Patient.public_id == public_id, Patient.centre_id == centre_id)
        .where(true() if episode is None else Episode.ordinal == episode)
        .order_by(Episode.ordinal.desc(), Plan.ordinal.desc())
        .limit(1)
    ).first()
    return None if row is None else _open_patient(*row, cipher=cipher)


def _open_patient(
    patient: Patient, episode: Episode, plan: Plan, centre_timezone: str, latest: int, *, cipher: FieldCipher
) -> PatientRow:
    def opened(sealed: bytes | None, field: str) -> str | None:
        return None if sealed is None else cipher.open(sealed, field=f"patient.{field}")

    return PatientRow(
        id=patient.id,
        public_id=patient.public_id,
        episode_id=episode.id,
        episode_version=episode.version,
        name=cipher.open(patient.name_sealed, field="patient.name"),
        born_on=date.fromisoformat(cipher.open(patient.born_on_sealed, field="patient.born_on")),
        hospital_number=cipher.open(patient.hospital_number_sealed, field="patient.hospital_number"),
        email=opened(patient.email_sealed, "email"),
        phone=opened(patient.phone_sealed, "phone"),
        sex=patient.sex,
        language=patient.language,
        timezone=patient.timezone,
        enrolled_on=episode.enrolled_on,
        planned_surgery_on=episode.planned_surgery_on,
        surgery_on=episode.surgery_on,
        discharged_on=episode.discharged_on,
        neoadjuvant_planned=episode.neoadjuvant_planned,
        anatomy={fact: getattr(episode, fact) for fact in ANATOMY},
        closed_on=episode.closed_on,
        protocol_id=plan.protocol_id,
        protocol_version=plan.protocol_version,
        centre_timezone=centre_timezone,
        episode_ordinal=episode.ordinal,
        latest_ordinal=latest,
        reminder_hour=patient.reminder_hour,
    )


def list_visits(session: Session, *, centre_id: int, episode_id: int) -> tuple[VisitRow, ...]:
    """All visits of an episode by opening day, dropped ones included."""
    columns = [getattr(Visit, field.name) for field in fields(VisitRow)]
    rows = session.execute(
        select(*columns)
        .where(Visit.episode_id == episode_id, Visit.centre_id == centre_id)
        .order_by(Visit.opens_on, Visit.id)
    )
    return tuple(VisitRow(*row) for row in map(tuple, rows))


def list_forms(session: Session, *, centre_id: int, episode_id: int) -> tuple[FormRow, ...]:
    """All questionnaires of an episode in the order they are asked, answered or not."""
    rows = session.execute(
        select(
            Assignment.visit_id,
            Assignment.position,
            Assignment.instrument_id,
            Assignment.instrument_version,
            Response.id,
            Response.mode,
            Response.respondent,
            Response.baseline_type,
            Response.submitted_at,
            Response.answered_on,
            Response.reviewed_at,
            Response.facts,
            Assignment.options,
        )
        .outerjoin(Response, Response.assignment_id == Assignment.id)
        .where(Assignment.episode_id == episode_id, Assignment.centre_id == centre_id)
        .order_by(Assignment.visit_id, Assignment.position)
    )
    return tuple(FormRow(*row) for row in rows)


def list_scores(session: Session, *, centre_id: int, episode_id: int) -> tuple[ScoreEntry, ...]:
    """The newest computation of every score of an episode."""
    return _newest_scores(
        session, select(ScoreRow).where(ScoreRow.episode_id == episode_id, ScoreRow.centre_id == centre_id)
    )


def list_left_out(session: Session, *, centre_id: int, episode_id: int) -> dict[int, dict[str, str]]:
    """By sent form and item what is no value: declined, or not applicable; an item without an answer is not there."""
    place = func.row_number().over(
        partition_by=(Answer.response_id, Answer.item_id), order_by=(Answer.given_at.desc(), Answer.seq.desc())
    )
    newest = (
        select(Answer.response_id, Answer.item_id, Answer.kind, place.label("place"))
        .join(Response, Response.id == Answer.response_id)
        .where(Response.episode_id == episode_id, Response.centre_id == centre_id, Response.submitted_at.is_not(None))
        .subquery()
    )
    left_out: dict[int, dict[str, str]] = {}
    rows = session.execute(
        select(newest.c.response_id, newest.c.item_id, newest.c.kind).where(
            newest.c.place == 1, newest.c.kind != "value"
        )
    )
    for response_id, item_id, kind in rows:
        left_out.setdefault(response_id, {})[item_id] = kind
    return left_out


def list_form_scores(session: Session, *, centre_id: int, response_id: int) -> tuple[ScoreEntry, ...]:
    """The newest computation of every score of one form."""
    return _newest_scores(
        session, select(ScoreRow).where(ScoreRow.response_id == response_id, ScoreRow.centre_id == centre_id)
    )


def _newest_scores(session: Session, query: Select[ScoreRow]) -> tuple[ScoreEntry, ...]:
    newest = {(row.response_id, row.scale_id): row for row in session.scalars(query.order_by(ScoreRow.generation))}
    return tuple(score_entry(row) for row in newest.values())


def score_entry(row: ScoreRow) -> ScoreEntry:
    """A stored computation, apart from its session."""
    return ScoreEntry(
        response_id=row.response_id,
        scale_id=row.scale_id,
        value=row.value,
        reason=row.reason,
        answered=row.answered,
        expected=row.expected,
        prorated=row.prorated,
        scoring_version=row.scoring_version,
        inputs=row.inputs,
        computed_at=row.computed_at,
    )
