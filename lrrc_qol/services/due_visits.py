"""Reads, for a whole batch at once, everything that decides about visits whose next reminder or call is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from lrrc_qol.domain.schedule import Protocol
from lrrc_qol.persistence.models import Centre, Episode, Message, Patient, Plan, Task, Visit
from lrrc_qol.services.context import Work
from lrrc_qol.services.outbox import AUTOMATED
from lrrc_qol.services.protocols import protocols_at

# Seven days with a change of the clock in them.
LONGEST_WEEK = timedelta(days=7, hours=2)


@dataclass(frozen=True, slots=True)
class DueVisit:
    """A visit to be looked at now, with everybody it is about."""

    visit: Visit
    episode: Episode
    patient: Patient
    centre: Centre


def find_due_visits(work: Work, *, limit: int) -> list[DueVisit]:
    """Up to `limit` planned, unfinished visits whose time to be looked at has come, longest waiting first, locked.

    Rows that another process holds at this moment are left to it.
    """
    query = (
        select(Visit, Episode, Patient, Centre)
        .join(Episode, Episode.id == Visit.episode_id)
        .join(Patient, Patient.id == Episode.patient_id)
        .join(Centre, Centre.id == Visit.centre_id)
        .where(Visit.next_reminder_at <= work.now, Visit.planned, Visit.completed_at.is_(None))
        .order_by(Visit.next_reminder_at, Visit.id)
        .limit(limit)
        # The episode too: who changes its dates holds it and then the visits; taking both at once cannot deadlock.
        # The weaker lock lets patients save answers and open links meanwhile.
        .with_for_update(of=[Visit, Episode], skip_locked=True, key_share=True)
    )
    return [DueVisit(*row) for row in work.session.execute(query)]


def protocols_of(work: Work, episode_ids: Collection[int]) -> Mapping[int, Protocol]:
    """The protocol of each episode's newest plan; an episode on a protocol that is not known is left out."""
    plans = work.session.execute(
        select(Plan.episode_id, Plan.protocol_id, Plan.protocol_version)
        .where(Plan.episode_id.in_(episode_ids))
        .order_by(Plan.episode_id, Plan.ordinal)
    )
    newest = {episode_id: (protocol_id, version) for episode_id, protocol_id, version in plans}
    found = protocols_at(work, set(newest.values()))
    return {episode_id: found[version] for episode_id, version in newest.items() if version in found}


def called_visits(work: Work, visits: Sequence[Visit], *, task_kind: str) -> set[int]:
    """Visits for which a call was asked for since they were due; one moved to a later day may be asked for again."""
    rows = work.session.scalars(
        select(Task.visit_id)
        .join(Visit, Visit.id == Task.visit_id)
        .where(
            Task.key.in_([f"{task_kind}:visit:{visit.id}" for visit in visits]),
            (Task.due_on >= Visit.due_on) | Task.done_at.is_(None),
        )
    )
    return {visit_id for visit_id in rows if visit_id is not None}


def recent_messages(work: Work, patient_ids: Collection[int]) -> dict[int, list[datetime]]:
    """When the automated messages of each patient were queued, oldest first, as far back as a week can reach.

    One that waits for a visit that was planned anew since does not count: it will not go out.
    """
    rows = work.session.execute(
        select(Message.patient_id, Message.created_at)
        .join(Visit, Visit.id == Message.visit_id)
        .where(
            Message.patient_id.in_(patient_ids),
            Message.kind.in_(AUTOMATED),
            Message.created_at > work.now - LONGEST_WEEK,
            (Message.status == "sent")
            | (Message.status.in_(("queued", "sending")) & (Message.params["arming"].as_integer() == Visit.arming)),
        )
        .order_by(Message.created_at)
    )
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    for patient_id, created_at in rows:
        if patient_id is not None:
            found[patient_id].append(created_at)
    return found


def asked_visits(work: Work, visits: Sequence[Visit]) -> set[int]:
    """Visits about whose present window a mail went out; whoever hears of it for the first time is not "reminded"."""
    rows = work.session.scalars(
        select(Message.visit_id)
        .join(Visit, Visit.id == Message.visit_id)
        .where(
            Message.visit_id.in_([visit.id for visit in visits]),
            Message.kind.in_(AUTOMATED),
            Message.status.in_(("sending", "sent")),
            Message.params["arming"].as_integer() == Visit.arming,
        )
        .distinct()
    )
    return {visit_id for visit_id in rows if visit_id is not None}
