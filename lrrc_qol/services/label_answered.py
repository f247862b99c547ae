"""A form was sent: its visit keeps its home, and the few plans that an answer changes are brought into line."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.persistence.models import Episode, EpisodeEvent, Patient, Visit
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import Seat
from lrrc_qol.services.plan_episode import apply_plan
from lrrc_qol.services.wordings import hold_choices


def hold_episode(work: Work, seat: Seat) -> None:
    """Take the locks of planning before a form of the seat is sent and any other row is locked.

    Always in the order of everybody who plans: what the centre asks, then the episode. The choices are held only for
    the few visits whose answer may plan anew. While the episode is held nobody else gives its visits other keys.
    """
    if not seat.visit_planned or VisitKind(seat.visit_kind) is VisitKind.BASELINE or _is_double(work, seat.visit_key):
        hold_choices(work, seat.centre_id)
    work.session.execute(select(Episode.id).where(Episode.id == seat.episode_id).with_for_update(key_share=True))


def label_answered(work: Work, visit: Visit, *, answered_on: date | None) -> None:
    """Keep the key and the window of a visit of which the first form was sent; plan anew where that matters.

    It matters for a baseline that a repeat set aside meanwhile, for the visit that counts for the one at discharge as
    well, and for a visit that was begun and gave way to an answered one, or that nothing asks for any more. The caller
    called `hold_episode` first and holds the row of the visit.
    """
    first = visit.home_in_window is None
    if first and answered_on is not None:
        visit.home_key = visit.own_key
        visit.home_in_window = visit.opens_on <= answered_on <= visit.closes_on
    doubles = visit.completed_at is not None and _is_double(work, visit.key)
    set_aside = first and VisitKind(visit.kind) is VisitKind.BASELINE and _repeated(work, visit)
    if visit.planned and not doubles and not set_aside:
        return
    # Again, for a visit that gave way between the reading of the seat and the lock on its episode.
    hold_choices(work, visit.centre_id)
    work.session.flush()
    episode = work.session.get_one(Episode, visit.episode_id)
    apply_plan(work, episode, work.session.get_one(Patient, episode.patient_id))


def _is_double(work: Work, key: str) -> bool:
    """Whether the visit of that key can count for another one as well."""
    double = work.catalogue.events.double
    return double is not None and key == double.visit


def _repeated(work: Work, visit: Visit) -> bool:
    """Whether a new baseline was asked for in the episode."""
    asked = select(EpisodeEvent.id).where(
        EpisodeEvent.episode_id == visit.episode_id,
        EpisodeEvent.kind == EventKind.BASELINE_REPEAT.value,
        EpisodeEvent.revoked_at.is_(None),
    )
    return work.session.scalars(asked.limit(1)).first() is not None
