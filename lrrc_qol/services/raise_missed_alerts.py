"""Check-ins whose window closed without an answer become alerts, by the rules about missed check-ins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased

from lrrc_qol.domain.errors import DefinitionError, UnknownProtocol
from lrrc_qol.domain.missed_alerts import CheckIn, evaluate_missed
from lrrc_qol.domain.schedule import VisitKind
from lrrc_qol.persistence.models import (
    Alert,
    Assignment,
    Centre,
    Episode,
    EpisodeEvent,
    MissedReason,
    Plan,
    Response,
    Visit,
)
from lrrc_qol.services.contact_state import events_by_episode
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_facts import contact_state
from lrrc_qol.services.patient_session import contact_of
from lrrc_qol.services.raise_alerts import target_of
from lrrc_qol.services.rules_in_force import rules_in_force
from lrrc_qol.services.store_findings import About, store_findings

# Jobs that stood still for longer leave older check-ins to the curve, where they stand as missed. Design figure.
LOOKED_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Batch:
    """How many check-ins were looked at and findings made; `last_id` is where the next one starts, None at the end."""

    looked_at: int
    raised: int
    last_id: int | None


@dataclass(frozen=True, slots=True)
class CheckInFacts:
    """What tells of the check-ins of an episode which were missed: its events, and the visits that somebody began to
    answer, or of which staff noted why nobody did."""

    events: Sequence[EpisodeEvent]
    spoken_for: Collection[int]


def raise_missed_alerts(work: Work, *, after: int, limit: int) -> Batch:
    """Look at the next `limit` check-ins behind row number `after` that closed in the last days without an answer.

    Only the last one of an episode is looked at, and only until it has raised an alert.
    """
    rows = _closed_unanswered(work, after=after, limit=limit)
    episodes = [episode.id for _, episode, _ in rows]
    visits, plans = check_in_visits(work, episodes), _plans(work, episodes)
    facts = check_in_facts(work, episodes)
    raised = 0
    for visit, episode, centre in rows:
        try:
            rule_set = rules_in_force(work, centre.id, plans[episode.id])
        except (UnknownProtocol, DefinitionError):
            continue  # the fault is in the log; the patients of other plans must not wait for it
        found = closed_check_ins(work, visits[episode.id], facts[episode.id], episode.discharged_on, at=work.now)
        findings = evaluate_missed(rule_set, found) if found and found[-1].key == visit.key else ()
        about = About(centre.id, episode.id, visit_id=visit.id)
        store_findings(work, about, findings, target=target_of(work, contact_of(centre), rule_set))
        raised += len(findings)
    return Batch(len(rows), raised, rows[-1][0].id if len(rows) == limit else None)


def closed_check_ins(
    work: Work, visits: Iterable[Visit], facts: CheckInFacts, discharged_on: date | None, *, at: datetime
) -> list[CheckIn]:
    """The check-ins of an episode whose window was over at an instant, in order of time.

    Those that the patient could not answer (in hospital, a pause, no longer taking part) and those that are spoken for
    without being sent are left out.
    """
    if discharged_on is None:
        return []
    return [
        CheckIn(visit.key, (visit.due_on - discharged_on).days, visit.completed_at is None or visit.completed_at > at)
        for visit in sorted(visits, key=lambda visit: (visit.due_on, visit.key))
        if visit.closes_at <= at
        and (visit.completed_at is not None or (visit.id not in facts.spoken_for and not _held(work, visit, facts)))
    ]


def check_in_visits(work: Work, episode_ids: Collection[int]) -> Mapping[int, list[Visit]]:
    """The planned check-ins of episodes that ask something."""
    found: dict[int, list[Visit]] = {episode_id: [] for episode_id in episode_ids}
    query = select(Visit).where(
        Visit.episode_id.in_(episode_ids),
        Visit.kind == VisitKind.CHECK_IN.value,
        Visit.planned,
        select(Assignment.id).where(Assignment.visit_id == Visit.id).exists(),
    )
    for visit in work.session.scalars(query):
        found[visit.episode_id].append(visit)
    return found


def check_in_facts(work: Work, episode_ids: Collection[int]) -> Mapping[int, CheckInFacts]:
    """What `closed_check_ins` asks of episodes, in three statements."""
    events = events_by_episode(work, episode_ids)
    begun = work.session.execute(
        select(Response.episode_id, Assignment.visit_id)
        .join(Assignment, Assignment.id == Response.assignment_id)
        .join(Visit, Visit.id == Assignment.visit_id)
        .where(Response.episode_id.in_(episode_ids), Visit.kind == VisitKind.CHECK_IN.value)
    )
    noted = work.session.execute(
        select(MissedReason.episode_id, MissedReason.visit_id, MissedReason.code)
        .where(MissedReason.episode_id.in_(episode_ids))
        .order_by(MissedReason.id)
    )
    spoken: dict[int, set[int]] = {episode_id: set() for episode_id in episode_ids}
    for episode_id, visit_id, code in noted:  # the newest row counts; one without a code takes the reason back
        (spoken[episode_id].discard if code is None else spoken[episode_id].add)(visit_id)
    for episode_id, visit_id in begun:
        spoken[episode_id].add(visit_id)
    return {episode_id: CheckInFacts(events[episode_id], spoken[episode_id]) for episode_id in episode_ids}


def _held(work: Work, visit: Visit, facts: CheckInFacts) -> bool:
    state = contact_state(facts.events, work.catalogue.events, today=visit.closes_on)
    return state.paused or state.inpatient or not state.takes_part


def _closed_unanswered(work: Work, *, after: int, limit: int) -> list[tuple[Visit, Episode, Centre]]:
    later = aliased(Visit)
    query = (
        select(Visit, Episode, Centre)
        .join(Episode, Episode.id == Visit.episode_id)
        .join(Centre, Centre.id == Visit.centre_id)
        .where(
            Visit.kind == VisitKind.CHECK_IN.value,
            Visit.planned,
            Visit.completed_at.is_(None),
            Visit.closes_at.between(work.now - LOOKED_BACK, work.now),
            Visit.id > after,
            Episode.closed_on.is_(None),
            ~select(Alert.id).where(Alert.episode_id == Visit.episode_id, Alert.visit_id == Visit.id).exists(),
            ~select(later.id)
            .where(
                later.episode_id == Visit.episode_id,
                later.kind == Visit.kind,
                later.planned,
                later.closes_at <= work.now,
                later.due_on > Visit.due_on,
            )
            .exists(),
        )
        .order_by(Visit.id)
        .limit(limit)
    )
    return [(visit, episode, centre) for visit, episode, centre in work.session.execute(query)]


def _plans(work: Work, episode_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    rows = work.session.execute(
        select(Plan.episode_id, Plan.protocol_id, Plan.protocol_version)
        .where(Plan.episode_id.in_(episode_ids))
        .order_by(Plan.ordinal)
    )
    return {episode_id: (protocol_id, version) for episode_id, protocol_id, version in rows}
