"""Rows for research exports: pseudonymous, streamed, counted in the same snapshot, without withdrawn patients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, Subquery, case, func, not_, select, text, true
from sqlalchemy.orm import Session, aliased

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import (
    Answer,
    Assignment,
    Centre,
    Episode,
    EpisodeEvent,
    Patient,
    Response,
    ScoreRow,
    Visit,
)
from lrrc_qol.persistence.queries.consent import newest_refuses

ROWS_PER_FETCH = 1000
AnySelect = Select[*tuple[Any, ...]]

# What both tables say about a form, in this order.
FORM_COLUMNS = (
    Centre.code.label("centre"),
    Patient.public_id.label("patient"),
    Episode.ordinal.label("episode"),
    Episode.surgery_on,
    Visit.key.label("visit"),
    Visit.due_on,
    Response.instrument_id.label("instrument"),
    Response.instrument_version,
    Response.language,
    Response.mode,
    Response.respondent,
    Response.respondent_relation,
    case((Response.entered_by.is_(None), "no"), else_="yes").label("entered_by"),
    Response.baseline_type,
    Response.started_at,
    Response.submitted_at,
    Response.answered_on,
)


def take_snapshot(session: Session) -> None:
    """Freeze what this session sees, so that the count and the rows agree, and lift the time limit of statements."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        session.execute(text("SET LOCAL statement_timeout = 0"))
    else:
        session.connection(execution_options={"unlimited_time": True})


def centre_exists(session: Session, code: str) -> bool:
    """Whether there is a centre of that code."""
    return session.scalar(select(Centre.id).where(Centre.code == code)) is not None


def answer_rows(centre_code: str | None, *, refused_scopes: Sequence[str]) -> AnySelect:
    """The current version of every answer, drafts included, by patient and form.

    Patients whose newest consent refuses one of `refused_scopes` are left out.
    """
    current = _newest(Answer, Answer.response_id, Answer.item_id, newest=(Answer.given_at.desc(), Answer.seq.desc()))
    columns = (Answer.item_id, Answer.kind, Answer.value, Answer.given_at, Answer.saved_at, Answer.seq, Answer.reason)
    query = select(*FORM_COLUMNS, *columns).select_from(Answer).join(current, current.c.id == Answer.id)
    query = query.where(current.c.place == 1).join(Response, Response.id == Answer.response_id)
    return _of_forms(query, centre_code, refused_scopes).order_by(Patient.public_id, Response.id, Answer.item_id)


def score_rows(centre_code: str | None, *, refused_scopes: Sequence[str]) -> AnySelect:
    """The newest generation of every score, by patient and form, of the same patients."""
    current = _newest(ScoreRow, ScoreRow.response_id, ScoreRow.scale_id, newest=(ScoreRow.generation.desc(),))
    columns = (
        ScoreRow.scale_id,
        ScoreRow.value,
        ScoreRow.reason,
        ScoreRow.answered,
        ScoreRow.expected,
        ScoreRow.prorated,
        ScoreRow.scoring_version,
        ScoreRow.generation,
        ScoreRow.computed_at,
        ScoreRow.inputs["label"].as_string().label("band"),
        ScoreRow.inputs["value_set"].as_string().label("value_set"),
    )
    query = select(*FORM_COLUMNS, *columns).select_from(ScoreRow).join(current, current.c.id == ScoreRow.id)
    query = query.where(current.c.place == 1).join(Response, Response.id == ScoreRow.response_id)
    return _of_forms(query, centre_code, refused_scopes).order_by(Patient.public_id, Response.id, ScoreRow.scale_id)


def count_rows(session: Session, query: AnySelect) -> int:
    """How many rows the query has to give."""
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def stream_rows(session: Session, query: AnySelect) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows a batch at a time; the whole table is never in memory."""
    yield from session.execute(query, execution_options={"yield_per": ROWS_PER_FETCH})


def _newest(model: type[Answer] | type[ScoreRow], *parts: Any, newest: tuple[Any, ...]) -> Subquery:
    place = func.row_number().over(partition_by=parts, order_by=newest).label("place")
    return select(model.id, place).subquery()


def _of_forms(query: AnySelect, centre_code: str | None, refused_scopes: Sequence[str]) -> AnySelect:
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
    query = (
        query.join(Assignment, Assignment.id == Response.assignment_id)
        .join(Visit, Visit.id == Assignment.visit_id)
        .join(Episode, Episode.id == Visit.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .join(Centre, Centre.id == Patient.centre_id)
        .where(not_(withdrew.correlate(Patient).exists()))
        .where(not_(newest_refuses(refused_scopes)) if refused_scopes else true())
    )
    return query if centre_code is None else query.where(Centre.code == centre_code)
