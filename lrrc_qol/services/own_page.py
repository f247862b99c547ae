"""The patient's own page: what is due now, when the next form comes, what was sent and who has read it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.persistence.crypto import new_token, token_hash
from lrrc_qol.persistence.models import Assignment, Centre, PatientSession, Response, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.askable_forms import askable_forms
from lrrc_qol.services.context import Work
from lrrc_qol.services.due_now import newest_episode, visits_due
from lrrc_qol.services.patient_session import Seat, leave
from lrrc_qol.services.wordings import ON_SCREEN, FormWords, words_of_forms


@dataclass(frozen=True, slots=True)
class DueForm:
    """A visit that can be answered now; `closes_on` is the last day of its window, None when that is over."""

    visit_public_id: str
    minutes: int
    closes_on: date | None
    started: bool


@dataclass(frozen=True, slots=True)
class SentForm:
    """Questionnaires that were sent on one day, and read on one day; None: nobody has read them yet.

    Days are those where the patient lives.
    """

    titles: tuple[str, ...]
    sent_on: date
    read_on: date | None


@dataclass(frozen=True, slots=True)
class OwnPage:
    """What the page shows; `next_on` is the day on which the next form opens, None when none is planned."""

    due: tuple[DueForm, ...]
    next_on: date | None
    sent: tuple[SentForm, ...]
    shows_results: bool


def read_own_page(work: Work, seat: Seat) -> OwnPage:
    """Everything for the page, of the episode that runs now."""
    episode = newest_episode(work, seat.patient_id)
    return OwnPage(
        due=_due(work, episode.id),
        next_on=_next_on(work, episode.id),
        sent=_sent(work, seat, episode.id),
        shows_results=shows_results(work, seat),
    )


def shows_results(work: Work, seat: Seat) -> bool:
    """Whether the centre lets its patients see their own results."""
    since = select(Centre.own_results_since).where(Centre.id == seat.centre_id)
    return work.session.scalar(since) is not None


def visit_read_on(work: Work, seat: Seat) -> date | None:
    """The day on which the last sent form of the seat's visit was read; None while one of them was not."""
    rows = work.session.scalars(
        select(Response.reviewed_at)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .where(Assignment.visit_id == seat.visit_id, Response.submitted_at.is_not(None))
    ).all()
    read = [at for at in rows if at is not None]
    return max(read).astimezone(ZoneInfo(seat.timezone)).date() if read and len(read) == len(rows) else None


def other_visits_due(work: Work, seat: Seat) -> tuple[DueForm, ...]:
    """What can be answered now besides the visit of this seat."""
    return tuple(one for one in _due(work, seat.episode_id) if one.visit_public_id != seat.visit_public_id)


def sit_at_visit(work: Work, seat: Seat, visit_public_id: str) -> str:
    """Go on with another visit that is due: a session of its own, the earlier one ends. NotFound when it is not due."""
    episode = newest_episode(work, seat.patient_id)
    visit = next((one for one in visits_due(work, episode.id) if one.public_id == visit_public_id), None)
    earlier = work.session.get_one(PatientSession, seat.session_id)
    if visit is None or seat.staff_id is not None:
        raise NotFound("no such visit")
    token = new_token()
    work.session.add(
        PatientSession(
            token_hash=token_hash(token),
            link_id=earlier.link_id,
            visit_id=visit.id,
            created_at=work.now,
            last_seen_at=work.now,
        )
    )
    leave(work, seat)
    audit.record(
        work,
        "went_on_with_visit",
        subject_kind="visit",
        subject_id=visit.id,
        centre_id=visit.centre_id,
        episode_id=visit.episode_id,
    )
    return token


def _due(work: Work, episode_id: int) -> tuple[DueForm, ...]:
    visits = visits_due(work, episode_id)
    if not visits:
        return ()
    ids = [visit.id for visit in visits]
    forms = askable_forms(work, ids)
    started = set(
        work.session.scalars(
            select(Assignment.visit_id)
            .join(Response, Response.assignment_id == Assignment.id)
            .where(Assignment.visit_id.in_(ids))
        )
    )
    return tuple(
        DueForm(
            visit_public_id=visit.public_id,
            minutes=math.ceil(forms[visit.id].minutes),
            closes_on=visit.closes_on if work.now < visit.closes_at else None,
            started=visit.id in started,
        )
        for visit in visits
    )


def _next_on(work: Work, episode_id: int) -> date | None:
    upcoming = select(func.min(Visit.opens_on)).where(
        Visit.episode_id == episode_id, Visit.planned, Visit.completed_at.is_(None), Visit.opens_at > work.now
    )
    return work.session.scalar(upcoming)


def _sent(work: Work, seat: Seat, episode_id: int) -> tuple[SentForm, ...]:
    rows = work.session.execute(
        select(Response)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .where(Response.episode_id == episode_id, Response.submitted_at.is_not(None))
        .order_by(Response.submitted_at, Assignment.position)
    )
    sent = [row[0] for row in rows]
    forms = [FormWords((one.instrument_id, one.instrument_version), one.wording_digest) for one in sent]
    words = words_of_forms(work, seat.centre_id, forms, seat.language, mode=ON_SCREEN) if forms else ()
    zone = ZoneInfo(seat.timezone)
    grouped: dict[tuple[date, date | None], list[str]] = {}
    for one, wording in zip(sent, words, strict=True):
        if wording is not None:
            read_on = None if one.reviewed_at is None else one.reviewed_at.astimezone(zone).date()
            sent_on = (one.submitted_at or work.now).astimezone(zone).date()
            grouped.setdefault((sent_on, read_on), []).append(wording.title)
    return tuple(SentForm(tuple(titles), *days) for days, titles in reversed(grouped.items()))
