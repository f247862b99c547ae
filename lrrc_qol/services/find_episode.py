"""Find a patient's current episode through the actor's centre; what is not theirs does not exist."""

from __future__ import annotations

from sqlalchemy import select

from lrrc_qol.domain.errors import NotFound
from lrrc_qol.persistence.models import Episode, EpisodeEvent, Patient
from lrrc_qol.services.context import Work


def find_episode(work: Work, patient_public_id: str, *, lock: bool = False) -> tuple[Patient, Episode]:
    """The patient and the newest episode; NotFound when there is none in the actor's centre. `lock` holds the row."""
    query = (
        select(Patient, Episode)
        .join(Episode, Episode.patient_id == Patient.id)
        .where(Patient.public_id == patient_public_id, Patient.centre_id == work.actor.centre())
        .order_by(Episode.ordinal.desc())
        .limit(1)
    )
    if lock:
        # Without the key: answers refer to the episode, and they must not wait for a plan.
        query = query.with_for_update(of=Episode, key_share=True)
    row = work.session.execute(query).first()
    if row is None:
        raise NotFound("no such patient")
    return row[0], row[1]


def events_of(work: Work, episode_id: int) -> list[EpisodeEvent]:
    """All recorded events of an episode, revoked ones included, oldest first."""
    return list(
        work.session.scalars(
            select(EpisodeEvent).where(EpisodeEvent.episode_id == episode_id).order_by(EpisodeEvent.id)
        )
    )
