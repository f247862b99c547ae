"""What a patient can answer now, whichever mail they came from."""

from __future__ import annotations

from sqlalchemy import or_, select

from lrrc_qol.persistence.models import Episode, Visit
from lrrc_qol.services.askable_forms import NOTHING, askable_forms
from lrrc_qol.services.context import Work
from lrrc_qol.services.link_rules import answerable, in_order, was_begun


def newest_episode(work: Work, patient_id: int) -> Episode:
    """The episode that runs now: the newest one that was not taken back."""
    query = select(Episode).where(Episode.patient_id == patient_id, Episode.ordinal > 0)
    return work.session.scalars(query.order_by(Episode.ordinal.desc()).limit(1)).one()


def open_visits(work: Work, episode_id: int) -> list[Visit]:
    """The visits that can be answered now: those that are planned, and what was begun and is not sent yet."""
    found = work.session.execute(
        select(Visit, was_begun()).where(
            Visit.episode_id == episode_id,
            or_(Visit.planned, was_begun()),
            Visit.completed_at.is_(None),
            Visit.opens_at <= work.now,
        )
    )
    return [visit for visit, begun in found if answerable(visit, now=work.now, begun=begun)]


def visits_due(work: Work, episode_id: int) -> tuple[Visit, ...]:
    """The visits that can be answered now and of which a questionnaire is left to show, in the order to answer them."""
    open_now = open_visits(work, episode_id)
    if not open_now:
        return ()
    forms = askable_forms(work, [visit.id for visit in open_now])
    return tuple(visit for visit in in_order(open_now, now=work.now) if forms.get(visit.id, NOTHING).left)
