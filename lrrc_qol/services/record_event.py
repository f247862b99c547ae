"""Write down what happened to a patient; what follows stands in the table of events and happens at once.

Death and withdrawal act in the same transaction, also on queued mail; mail under way is stopped by the gate at
sending. Visits are planned anew in the same transaction too, and taking an event back undoes what followed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update

from lrrc_qol.domain.contact import that_outlast_an_episode
from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.domain.events import (
    EventKind,
    Reaction,
    RecordedEvent,
    RemindersReaction,
    ScheduleReaction,
    episode_facts,
)
from lrrc_qol.domain.plan_changes import PlanPreview, VisitChange
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Centre, Episode, EpisodeEvent, Link, Message, Patient, PatientSession, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.event_checks import check_day, checked_detail
from lrrc_qol.services.find_episode import events_of, find_episode
from lrrc_qol.services.next_episode import open_next_episode, take_back_next_episode
from lrrc_qol.services.outbox import hold_back
from lrrc_qol.services.patient_facts import contact_state, recorded_events
from lrrc_qol.services.plan_episode import anchors_of, apply_plan, preview_plan, rearm_open_visits
from lrrc_qol.services.wordings import align_episode, hold_choices

REASON_LIMIT = 500
UNCHANGED = PlanPreview(changes=(), rearmed=())
_SILENCING = frozenset({RemindersReaction.STOP, RemindersReaction.STOP_REMINDERS, RemindersReaction.OPT_OUT})
_REOPENING = frozenset({RemindersReaction.RESUME, RemindersReaction.OPT_IN, RemindersReaction.DELIVERABLE})


@dataclass(frozen=True, slots=True)
class EventPreview:
    """What recording an event would do: to the visits, and in plain words."""

    plan: PlanPreview
    consequences: tuple[str, ...]
    changes_plan: bool


def preview_event(
    work: Work, patient_public_id: str, *, kind: EventKind, happened_on: date, detail: Mapping[str, str]
) -> EventPreview:
    """Say what would follow; writes nothing. InvalidInput for what `record_event` would refuse."""
    patient, episode = find_episode(work, patient_public_id)
    rule = work.catalogue.events.rule(kind)
    stored = _checked(work, patient, episode, kind=kind, happened_on=happened_on, detail=detail)
    return EventPreview(
        plan=_plan_with(work, episode, RecordedEvent(kind, happened_on, work.now, stored)),
        consequences=rule.reaction_to(stored).consequences,
        changes_plan=rule.changes_plan,
    )


def check_event_day(work: Work, patient_public_id: str, *, kind: EventKind, happened_on: date) -> None:
    """InvalidInput when the event cannot have happened on that day; before anything else is asked."""
    patient, episode = find_episode(work, patient_public_id)
    check_day(work, patient, episode, kind, happened_on, standing=_standing(work, episode))


def record_event(
    work: Work,
    patient_public_id: str,
    *,
    kind: EventKind,
    happened_on: date,
    detail: Mapping[str, str] | None = None,
    seen: str | None = None,
) -> None:
    """Record an event of the patient's episode; InvalidInput when the day or a detail cannot be.

    `seen` is the mark of the previewed plan; StaleWrite when something else would happen to the visits by now.
    """
    hold_choices(work, work.actor.centre())
    patient, episode = find_episode(work, patient_public_id, lock=True)
    stored = _checked(work, patient, episode, kind=kind, happened_on=happened_on, detail=detail or {})
    if seen is not None:
        _refuse_other(seen, _plan_with(work, episode, RecordedEvent(kind, happened_on, work.now, stored)))
    add_event(work, patient, episode, kind=kind, happened_on=happened_on, detail=stored)


def add_event(
    work: Work,
    patient: Patient,
    episode: Episode,
    *,
    kind: EventKind,
    happened_on: date,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add the event and let it act. For an event that changes the plan the caller called `hold_choices` first."""
    event = EpisodeEvent(
        public_id=new_public_id(),
        episode_id=episode.id,
        centre_id=episode.centre_id,
        kind=kind.value,
        happened_on=happened_on,
        detail=detail or {},
        recorded_at=work.now,
        recorded_by=work.actor.id if work.actor.kind == "staff" else None,
    )
    work.session.add(event)
    work.session.flush()
    reaction = work.catalogue.events.rule(kind).reaction_to(event.detail)
    _act_on_mail(work, patient, episode, reaction, reason=kind.value)
    changes = _settle(work, patient, episode, kind) if work.catalogue.events.rule(kind).changes_plan else ()
    if reaction.reminders in _REOPENING or reaction.schedule is ScheduleReaction.STAY_ENDS:
        rearm_open_visits(work, episode, patient)
    _note(work, "recorded_event", event, changes)
    if reaction.schedule is ScheduleReaction.NEW_EPISODE:
        done = event.detail.get("stage") == "done"
        following = open_next_episode(work, patient, episode, day=happened_on, done=done)
        _carry_over(work, patient, episode, following)


def revoke_event(
    work: Work, patient_public_id: str, event_public_id: str, *, reason: str, seen: str | None = None
) -> None:
    """Take back an event recorded by mistake; it stays in the record, marked. What followed is undone.

    InvalidInput without a reason, and for a second exenteration whose follow-up is in use; StaleWrite as for
    `record_event`.
    """
    hold_choices(work, work.actor.centre())
    patient, newest = find_episode(work, patient_public_id, lock=True)
    event, episode = _find_event(work, patient, newest, event_public_id)
    if not reason.strip() or len(reason) > REASON_LIMIT:
        raise InvalidInput({"reason": f"Say why in a few words (at most {REASON_LIMIT} characters)."})
    if seen is not None:
        _refuse_other(seen, preview_correction(work, patient_public_id, event_public_id, happened_on=None))
    if episode is not newest:
        take_back_next_episode(work, newest)
    event.revoked_at = work.now
    event.revoked_by = work.actor.id
    work.session.flush()
    changes = _settle(work, patient, episode, EventKind(event.kind))
    if contact_state(events_of(work, episode.id), work.catalogue.events, today=event.happened_on).takes_part:
        rearm_open_visits(work, episode, patient)
    _note(work, "revoked_event", event, changes, reason=reason.strip())
    if episode is not newest:
        _carry_over(work, patient, newest, episode)


def correct_event_day(
    work: Work, patient_public_id: str, event_public_id: str, *, happened_on: date, reason: str, seen: str | None = None
) -> None:
    """Move an event to another day: the wrong one is taken back and the right one recorded, in one step.

    StaleWrite as for `record_event`.
    """
    hold_choices(work, work.actor.centre())
    patient, newest = find_episode(work, patient_public_id, lock=True)
    event, episode = _find_event(work, patient, newest, event_public_id)
    kind = EventKind(event.kind)
    if episode is not newest or work.catalogue.events.rule(kind).reaction.schedule is ScheduleReaction.NEW_EPISODE:
        raise InvalidInput({"happened_on": "Correct the date of the operation with the dates of the new follow-up."})
    others = [one for one in recorded_events(row for row in events_of(work, episode.id) if row.id != event.id)]
    check_day(work, patient, episode, kind, happened_on, standing=others)
    if seen is not None:
        _refuse_other(seen, preview_correction(work, patient_public_id, event_public_id, happened_on=happened_on))
    detail = dict(event.detail)
    revoke_event(work, patient_public_id, event_public_id, reason=reason)
    add_event(work, patient, episode, kind=kind, happened_on=happened_on, detail=detail)


def preview_correction(
    work: Work, patient_public_id: str, event_public_id: str, *, happened_on: date | None
) -> PlanPreview:
    """What moving an event to `happened_on`, or taking it back (None), would do to the visits; writes nothing."""
    patient, newest = find_episode(work, patient_public_id)
    event, episode = _find_event(work, patient, newest, event_public_id)
    events = recorded_events(row for row in events_of(work, episode.id) if row.id != event.id)
    if happened_on is not None:
        kind = EventKind(event.kind)
        check_day(work, patient, episode, kind, happened_on, standing=events)
        events.append(RecordedEvent(kind, happened_on, event.recorded_at, event.detail))
    return preview_plan(work, episode, anchors_of(work, episode, events=events))


def _checked(
    work: Work, patient: Patient, episode: Episode, *, kind: EventKind, happened_on: date, detail: Mapping[str, str]
) -> dict[str, Any]:
    check_day(work, patient, episode, kind, happened_on, standing=_standing(work, episode))
    return checked_detail(work, work.catalogue.events.rule(kind), detail)


def _plan_with(work: Work, episode: Episode, event: RecordedEvent) -> PlanPreview:
    """What happens to the visits when the event comes to those that stand."""
    if not work.catalogue.events.rule(event.kind).changes_plan:
        return UNCHANGED
    return preview_plan(work, episode, anchors_of(work, episode, events=[*_standing(work, episode), event]))


def _refuse_other(seen: str, plan: PlanPreview) -> None:
    if plan.mark != seen:
        raise StaleWrite("something else would happen to the visits than was shown")


def _standing(work: Work, episode: Episode) -> list[RecordedEvent]:
    return recorded_events(events_of(work, episode.id))


def _find_event(work: Work, patient: Patient, newest: Episode, public_id: str) -> tuple[EpisodeEvent, Episode]:
    """An event of the present episode, or the one that began it; NotFound for any other and for one taken back."""
    row = work.session.execute(
        select(EpisodeEvent, Episode)
        .join(Episode, Episode.id == EpisodeEvent.episode_id)
        .where(
            EpisodeEvent.public_id == public_id,
            EpisodeEvent.revoked_at.is_(None),
            Episode.patient_id == patient.id,
            Episode.ordinal.in_((newest.ordinal, newest.ordinal - 1)),
        )
    ).first()
    if row is None:
        raise NotFound("no such event")
    event, episode = row
    rule = work.catalogue.events.rule(EventKind(event.kind))
    if episode is not newest and rule.reaction.schedule is not ScheduleReaction.NEW_EPISODE:
        raise NotFound("no such event")
    return event, episode


def _settle(work: Work, patient: Patient, episode: Episode, kind: EventKind) -> Sequence[VisitChange]:
    """Bring the visits and the closing day of the episode into line with the events that stand.

    `kind` is what was recorded or taken back.
    """
    rows = events_of(work, episode.id)
    facts = episode_facts(recorded_events(rows), work.catalogue.events)
    centre = work.session.get_one(Centre, episode.centre_id)
    ended = contact_state(rows, work.catalogue.events, today=work.today_in(centre.timezone)).ended
    episode.closed_on = facts.ended_on if ended else None
    work.session.flush()
    changes = apply_plan(work, episode, patient).changes
    if work.catalogue.events.rule(kind).may_lighten:
        align_episode(work, episode)
    return changes


def _carry_over(work: Work, patient: Patient, left: Episode, present: Episode) -> None:
    """Write down again what holds for the person, or the episode that is present now mails the dead and who left."""
    rules = work.catalogue.events
    known = {event.kind for event in that_outlast_an_episode(_standing(work, present), rules)}
    for event in that_outlast_an_episode(_standing(work, left), rules):
        if event.kind not in known:
            day = max(event.happened_on, present.enrolled_on)
            add_event(work, patient, present, kind=event.kind, happened_on=day, detail=dict(event.detail))


def _act_on_mail(work: Work, patient: Patient, episode: Episode, reaction: Reaction, *, reason: str) -> None:
    if reaction.reminders in _SILENCING:
        _silence(work, episode, reason=reason)
    if reaction.reminders is RemindersReaction.STOP:
        _close_doors(work, patient)


def _note(
    work: Work, action: str, event: EpisodeEvent, changes: Sequence[VisitChange], *, reason: str | None = None
) -> None:
    audit.record(
        work,
        action,
        subject_kind="event",
        subject_id=event.id,
        centre_id=event.centre_id,
        episode_id=event.episode_id,
        detail={
            "kind": event.kind,
            "happened_on": event.happened_on.isoformat(),
            "visits": {change.key: change.change for change in changes},
        },
        reason=reason,
    )


def _silence(work: Work, episode: Episode, *, reason: str) -> None:
    """No further reminder, and nothing that is queued goes out. Mail under way is stopped by the gate at sending."""
    work.session.execute(
        update(Visit)
        .where(Visit.episode_id == episode.id)
        .values(next_reminder_at=None, next_reminder_ordinal=None)
        .execution_options(synchronize_session="fetch")
    )
    hold_back(work, Message.episode_id == episode.id, outcome=reason)


def _close_doors(work: Work, patient: Patient) -> None:
    links = select(Link.id).where(Link.patient_id == patient.id)
    work.session.execute(
        update(Link)
        .where(Link.patient_id == patient.id, Link.revoked_at.is_(None))
        .values(revoked_at=work.now)
        .execution_options(synchronize_session=False)
    )
    work.session.execute(
        update(PatientSession)
        .where(PatientSession.link_id.in_(links), PatientSession.ended_at.is_(None))
        .values(ended_at=work.now)
        .execution_options(synchronize_session=False)
    )
