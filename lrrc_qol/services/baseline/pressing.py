"""Whose operation is near and has no baseline yet: chasing it before the operation is what cannot be made up for."""

from __future__ import annotations

from lrrc_qol.domain.baseline import BaselineKind, propose
from lrrc_qol.persistence.models import Centre
from lrrc_qol.persistence.queries.plans import newest_plans
from lrrc_qol.persistence.queries.worklist_kinds import near_operation
from lrrc_qol.services.baseline.read import EpisodeKey, asked_on, baselines_of
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import protocol_at, protocols_at


def without_baseline(work: Work) -> dict[int, str]:
    """The centre's episodes that an operation awaits soon without a baseline, each with what to do about it."""
    centre = work.session.get_one(Centre, work.actor.centre())
    today = work.today_in(centre.timezone)
    episodes = work.session.scalars(near_operation(centre.id, today)).all()
    plans = newest_plans(work.session, episode_ids=[one.id for one in episodes])
    known = protocols_at(work, set(plans.values()))
    keys = []
    for one in episodes:
        protocol = known.get(plans[one.id]) or protocol_at(work, *plans[one.id])
        keys.append(EpisodeKey(one.id, one.surgery_on, one.planned_surgery_on, protocol))
    found = baselines_of(work, keys)
    return {
        key.episode_id: propose(
            judged.verdicts,
            rules=key.protocol.baseline,
            facts=judged.facts,
            today=today,
            asked_on=asked_on(judged),
        )[1]
        for key in keys
        if (judged := found[key.episode_id]).baseline.kind is BaselineKind.NONE
    }
