"""A form was sent: its visit keeps its home, and the few plans that an answer changes are brought into line."""

from __future__ import annotations

from datetime import date

from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.persistence.models import Episode, Patient, Visit
from lrrc_qol.services.context import Work
from lrrc_qol.services.plan_episode import apply_plan


def label_answered(work: Work, visit_id: int, *, answered_on: date | None) -> None:
    """Keep the key and the window of a visit of which the first form was sent; plan anew where that matters.

    It matters for a baseline, which a repeat may have set aside meanwhile, and for the visit that counts for the one
    at discharge as well. The caller holds the row of the visit; `submit_response` says why it holds the choices, too.
    """
    visit = work.session.get_one(Visit, visit_id)
    if visit.home_key is None and answered_on is not None:
        visit.home_key = visit.key
        visit.home_in_window = visit.opens_on <= answered_on <= visit.closes_on
    double = work.catalogue.events.double
    doubles = visit.completed_at is not None and double is not None and visit.key == double.visit
    if not doubles and VisitKind(visit.kind) is not VisitKind.BASELINE:
        return
    work.session.flush()
    episode = work.session.get_one(Episode, visit.episode_id)
    apply_plan(work, episode, work.session.get_one(Patient, episode.patient_id))
