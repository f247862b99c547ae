"""A second exenteration begins a follow-up of its own, with a new baseline and its own day 0."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.domain.instrument import ANATOMY
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Assignment, Episode, Patient, Response, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.plan_episode import start_plan
from lrrc_qol.services.reminder_cursor import disarm

# What was taken out stays out, and a stoma that is there was not closed by making the operation larger. All else has
# to be looked at again.
KEEPS_WHEN_HELD = frozenset({"stoma", "urostomy", "rectum_removed", "bladder_removed", "nerve_resection"})
KEEPS_WHEN_GONE = frozenset({"vagina"})
BEGUN = "Forms of the new follow-up are begun already, so it cannot be taken back. Correct its dates instead."


def open_next_episode(work: Work, patient: Patient, before: Episode, *, day: date, done: bool) -> Episode:
    """Add the next episode with its plan. `done`: operated on `day`; otherwise `day` is when it was decided."""
    episode = Episode(
        public_id=new_public_id(),
        patient_id=patient.id,
        centre_id=before.centre_id,
        ordinal=before.ordinal + 1,
        enrolled_on=day,
        surgery_on=day if done else None,
        neoadjuvant_planned=False,
        **{fact: _carried(before, fact, done=done) for fact in ANATOMY},
        created_at=work.now,
    )
    work.session.add(episode)
    work.session.flush()
    changes = start_plan(work, episode, patient, reason="Another exenteration.")
    audit.record(
        work,
        "opened_episode",
        subject_kind="episode",
        subject_id=episode.id,
        centre_id=episode.centre_id,
        episode_id=episode.id,
        detail={"ordinal": episode.ordinal, "after": before.id, "visits": [change.key for change in changes.changes]},
    )
    return episode


def take_back_next_episode(work: Work, newest: Episode) -> None:
    """Set the newest episode aside, so that the one before is the present one again; InvalidInput once it is in use.

    Its row stays, because the audit trail points to it; its ordinal is below zero.
    """
    begun = (
        select(Response.id)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .where(Assignment.episode_id == newest.id)
    )
    if work.session.scalars(begun.limit(1)).first() is not None:
        raise InvalidInput({"reason": BEGUN})
    for visit in work.session.scalars(select(Visit).where(Visit.episode_id == newest.id)):
        visit.planned = False
        disarm(visit)
    lowest = work.session.scalars(
        select(func.min(Episode.ordinal)).where(Episode.patient_id == newest.patient_id)
    ).one()
    newest.closed_on = newest.enrolled_on
    newest.ordinal = min(0, lowest) - 1
    work.session.flush()


def _carried(before: Episode, fact: str, *, done: bool) -> bool | None:
    """A fact of anatomy as far as it is still known after another operation; before it nothing changed."""
    holds: bool | None = getattr(before, fact)
    if not done:
        return holds
    still_true = (holds is True and fact in KEEPS_WHEN_HELD) or (holds is False and fact in KEEPS_WHEN_GONE)
    return holds if still_true else None
