"""Scores of a few scales of many episodes, and when each episode last sent a form; one statement each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from lrrc_qol.persistence.models import Assignment, Response, ScoreRow, Visit


@dataclass(frozen=True, slots=True)
class TrendScore:
    """The newest computation of one score on one form."""

    episode_id: int
    visit_id: int
    response_id: int
    instrument_id: str
    instrument_version: str
    scale_id: str
    answered_on: date
    mode: str
    respondent: str
    value: float | None
    reason: str | None
    inputs: Mapping[str, Any]

    @property
    def value_set(self) -> str:
        """The value set that the value rests on; empty when it needs none."""
        return str(self.inputs.get("value_set", ""))


@dataclass(frozen=True, slots=True)
class LastForm:
    """The visit of which an episode sent a form last, and when."""

    visit_name: str
    sent_at: datetime


def list_trend_scores(
    session: Session, *, centre_id: int, episode_ids: Collection[int], scales: Collection[tuple[str, str]]
) -> list[TrendScore]:
    """All scores of these scales, by the day they were answered; `scales` are instrument and scale ids."""
    rows = session.execute(
        select(
            ScoreRow.episode_id,
            Assignment.visit_id,
            ScoreRow.response_id,
            Response.instrument_id,
            Response.instrument_version,
            ScoreRow.scale_id,
            Response.answered_on,
            Response.mode,
            Response.respondent,
            ScoreRow.value,
            ScoreRow.reason,
            ScoreRow.inputs,
        )
        .join(Response, Response.id == ScoreRow.response_id)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .where(
            ScoreRow.episode_id.in_(episode_ids),
            ScoreRow.centre_id == centre_id,
            tuple_(Response.instrument_id, ScoreRow.scale_id).in_(scales),
            Response.submitted_at.is_not(None),
            Response.answered_on.is_not(None),
        )
        .order_by(Response.answered_on, ScoreRow.response_id, ScoreRow.generation)
    )
    newest: dict[tuple[int, str], TrendScore] = {}
    for row in map(tuple, rows):
        score = TrendScore(*row)
        newest[score.response_id, score.scale_id] = score
    return list(newest.values())


def list_last_forms(session: Session, *, centre_id: int, episode_ids: Collection[int]) -> dict[int, LastForm]:
    """The form that was sent last, by episode."""
    place = func.row_number().over(
        partition_by=Response.episode_id, order_by=(Response.submitted_at.desc(), Response.id.desc())
    )
    sent = (
        select(Response.episode_id, Response.submitted_at, Visit.name, place.label("place"))
        .join(Assignment, Assignment.id == Response.assignment_id)
        .join(Visit, Visit.id == Assignment.visit_id)
        .where(
            Response.episode_id.in_(episode_ids),
            Response.centre_id == centre_id,
            Response.submitted_at.is_not(None),
        )
        .subquery()
    )
    rows = session.execute(select(sent.c.episode_id, sent.c.name, sent.c.submitted_at).where(sent.c.place == 1))
    return {episode_id: LastForm(name, sent_at) for episode_id, name, sent_at in rows}
