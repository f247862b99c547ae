"""What the baselines of several episodes are judged by; one statement each, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from lrrc_qol.persistence.models import (
    Assignment,
    AuditEntry,
    BaselineChoice,
    ClinicalEntry,
    Episode,
    Response,
    ScoreRow,
    Staff,
    Visit,
)


@dataclass(frozen=True, slots=True)
class BaselineForm:
    """One questionnaire of a baseline visit, sent or not; `scores` counts its scores, `values` those with a value.

    `not_applicable` counts those that anatomy rules out.
    """

    episode_id: int
    visit_id: int
    visit_key: str
    visit_name: str
    home_key: str | None
    completed_at: datetime | None
    instrument_id: str
    instrument_version: str
    response_id: int | None
    answered_on: date | None
    submitted_at: datetime | None
    respondent: str | None
    baseline_type: str | None
    scores: int
    values: int
    not_applicable: int


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """What a person last decided; without a response the rules decide again."""

    id: int
    response_id: int | None
    reason: str
    chosen_at: datetime
    chosen_by: str


def list_baseline_forms(
    session: Session, *, centre_id: int, episode_ids: Sequence[int]
) -> dict[int, list[BaselineForm]]:
    """All questionnaires of the baseline visits by episode, by visit and then in the order they are asked."""
    # Only the newest computation of a score counts.
    place = func.row_number().over(
        partition_by=(ScoreRow.response_id, ScoreRow.scale_id), order_by=ScoreRow.generation.desc()
    )
    newest = (
        select(ScoreRow.response_id, ScoreRow.value, ScoreRow.reason, place.label("place"))
        .where(ScoreRow.episode_id.in_(episode_ids), ScoreRow.centre_id == centre_id)
        .subquery()
    )
    counts = (
        select(
            newest.c.response_id,
            func.count().label("scores"),
            func.count(newest.c.value).label("held"),
            func.sum(case((newest.c.reason == "not_applicable", 1), else_=0)).label("not_applicable"),
        )
        .where(newest.c.place == 1)
        .group_by(newest.c.response_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Visit.episode_id,
            Visit.id,
            Visit.key,
            Visit.name,
            Visit.home_key,
            Visit.completed_at,
            Assignment.instrument_id,
            Assignment.instrument_version,
            Response.id,
            Response.answered_on,
            Response.submitted_at,
            Response.respondent,
            Response.baseline_type,
            func.coalesce(counts.c.scores, 0),
            func.coalesce(counts.c.held, 0),
            func.coalesce(counts.c.not_applicable, 0),
        )
        .join(Assignment, Assignment.visit_id == Visit.id)
        .outerjoin(Response, Response.assignment_id == Assignment.id)
        .outerjoin(counts, counts.c.response_id == Response.id)
        .where(Visit.episode_id.in_(episode_ids), Visit.centre_id == centre_id, Visit.kind == "baseline")
        .order_by(Visit.id, Assignment.position)
    )
    found: dict[int, list[BaselineForm]] = {}
    for row in map(tuple, rows):
        form = BaselineForm(*row)
        found.setdefault(form.episode_id, []).append(form)
    return found


def list_treatments(
    session: Session, *, centre_id: int, episode_ids: Sequence[int]
) -> dict[int, list[Mapping[str, Any]]]:
    """The treatments of the clinical record that stand, by episode."""
    newest: dict[tuple[int, str], Mapping[str, Any] | None] = {}
    rows = session.execute(
        select(ClinicalEntry.episode_id, ClinicalEntry.row_key, ClinicalEntry.content)
        .where(
            ClinicalEntry.episode_id.in_(episode_ids),
            ClinicalEntry.centre_id == centre_id,
            ClinicalEntry.section == "treatment",
        )
        .order_by(ClinicalEntry.ordinal, ClinicalEntry.id)
    )
    for episode_id, row_key, content in rows:
        newest[episode_id, row_key] = content
    found: dict[int, list[Mapping[str, Any]]] = {}
    for (episode_id, _), content in newest.items():
        if content is not None:
            found.setdefault(episode_id, []).append(content)
    return found


def list_planned_before(
    session: Session, *, centre_id: int, episode_ids: Sequence[int]
) -> dict[int, list[tuple[datetime, date]]]:
    """When the planned day of an operation was changed, with the day that stood until then; oldest first, by episode.

    The audit trail is the only place that keeps a day which stands no longer.
    """
    rows = session.execute(
        select(AuditEntry.episode_id, AuditEntry.at, AuditEntry.detail)
        .where(
            AuditEntry.episode_id.in_(episode_ids),
            AuditEntry.centre_id == centre_id,
            AuditEntry.action == "changed_dates",
        )
        .order_by(AuditEntry.id)
    )
    found: dict[int, list[tuple[datetime, date]]] = {}
    for episode_id, at, detail in rows:
        before, after = (detail[side]["planned_surgery_on"] for side in ("before", "after"))
        if before is not None and before != after and episode_id is not None:
            found.setdefault(episode_id, []).append((at, date.fromisoformat(before)))
    return found


def list_choices(session: Session, *, centre_id: int, episode_ids: Sequence[int]) -> dict[int, ChoiceRow]:
    """The last decision of a person on the baseline, by episode."""
    rows = session.execute(
        select(
            BaselineChoice.episode_id,
            BaselineChoice.id,
            BaselineChoice.response_id,
            BaselineChoice.reason,
            BaselineChoice.chosen_at,
            Staff.name,
        )
        .join(Episode, Episode.id == BaselineChoice.episode_id)
        .join(Staff, Staff.id == BaselineChoice.chosen_by)
        .where(BaselineChoice.episode_id.in_(episode_ids), Episode.centre_id == centre_id)
        .order_by(BaselineChoice.id)
    )
    return {row[0]: ChoiceRow(*row[1:]) for row in rows}


def list_form_visits(session: Session, response_ids: Iterable[int | None]) -> dict[int, int]:
    """The visit of each of these forms."""
    wanted = [one for one in response_ids if one is not None]
    rows = session.execute(
        select(Response.id, Assignment.visit_id)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .where(Response.id.in_(wanted))
    )
    return {response_id: visit_id for response_id, visit_id in rows}
