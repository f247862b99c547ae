"""Events of a patient recorded through the real service, and what is planned after them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Episode, EpisodeEvent, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from lrrc_qol.services.find_episode import find_episode
from lrrc_qol.services.record_event import record_event
from tests.clock import FixedClock
from tests.factories import answers_for, make_patient, set_dates


def at_home(runtime: Runtime, nurse: Actor, clock: FixedClock) -> str:
    """A patient who was operated on 40 days ago and has been at home for 30; the public id."""
    public_id = make_patient(runtime, nurse)
    operated = clock.advance(days=20).date()
    clock.advance(days=40)
    home = operated + timedelta(days=10)
    set_dates(
        runtime, nurse, public_id, planned_surgery_on=operated, surgery_on=operated, discharged_on=home, stoma=True
    )
    return public_id


def happen(runtime: Runtime, nurse: Actor, patient: str, kind: EventKind, *, ago: int = 0, **detail: str) -> str:
    """The event happened so many days ago; its public id."""
    with runtime.writing(nurse) as work:
        day = runtime.clock.now().date() - timedelta(days=ago)
        record_event(work, patient, kind=kind, happened_on=day, detail=answers_for(runtime, kind) | detail)
        return work.session.scalars(select(EpisodeEvent.public_id).order_by(EpisodeEvent.id.desc())).first() or ""


def planned(runtime: Runtime, nurse: Actor, patient: str) -> dict[str, bool]:
    """Keys of the visits that are planned in the present follow-up, and whether a reminder is to come."""
    with runtime.reading(nurse) as work:
        _, episode = find_episode(work, patient)
        visits = work.session.scalars(select(Visit).where(Visit.episode_id == episode.id, Visit.planned)).all()
        return {visit.key: visit.next_reminder_at is not None and visit.closes_at > work.now for visit in visits}


def present(runtime: Runtime, nurse: Actor, patient: str) -> Episode:
    """The present episode."""
    with runtime.reading(nurse) as work:
        return find_episode(work, patient)[1]
