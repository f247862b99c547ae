"""A form was sent: its visit keeps its home, and the few plans that an answer changes are brought into line."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.persistence.models import Episode, EpisodeEvent, Patient, Visit
from lrrc_qol.services.context import Work
from lrrc_qol.services.plan_episode import apply_plan
from lrrc_qol.services.wordings import hold_choices


def label_answered(work: Work, visit: Visit, *, answered_on: date | None) -> None:
    """Keep the key and the window of a visit of which the first form was sent; plan anew where that matters.

    It matters for a baseline that a repeat set aside meanwhile, and for the visit that counts for the one at discharge
    as well. The caller holds the row of the visit. The choices are held only here, because so few answers plan anew.
    """
    first = visit.home_key is None
    if first and answered_on is not None:
        visit.home_key = visit.key
        visit.home_in_window = visit.opens_on <= answered_on <= visit.closes_on
    double = work.catalogue.events.double
    doubles = visit.completed_at is not None and double is not None and visit.key == double.visit
    if not doubles and not (first and VisitKind(visit.kind) is VisitKind.BASELINE and _repeated(work, visit)):
        return
    hold_choices(work, visit.centre_id)
    work.session.flush()
    episode = work.session.get_one(Episode, visit.episode_id)
    apply_plan(work, episode, work.session.get_one(Patient, episode.patient_id))


def _repeated(work: Work, visit: Visit) -> bool:
    """Whether a new baseline was asked for in the episode."""
    asked = select(EpisodeEvent.id).where(
        EpisodeEvent.episode_id == visit.episode_id,
        EpisodeEvent.kind == EventKind.BASELINE_REPEAT.value,
        EpisodeEvent.revoked_at.is_(None),
    )
    return work.session.scalars(asked.limit(1)).first() is not None
