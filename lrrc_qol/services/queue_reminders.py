"""Finds what is due in one query and turns it into outbox rows and calls for the nurses.

The rules, which the sending itself checks once more:

- Of several missed messages of one form only the newest goes out.
- A patient gets one automated message a day, by mail or as a short message. When several forms are due, the one that
  closes first is written about today and the others tomorrow, unless tomorrow would be too late for them.
- Nobody gets more than the weekly cap of the protocol within seven days. What cannot wait until there is room again
  is left out; the nurse's call still comes.
- While a patient is paused or in hospital nothing is spent: the visit is looked at again each day, and when the hold
  ends the newest message that has not lapsed goes out. No nurse is asked to call meanwhile either. The same holds
  while none of the visit's questionnaires can be shown, for example because a licence has ended.
- Where only the message is impossible (no address or number, a bounce, an opt-out) the messages wait, and the call
  day still comes.
- Death, withdrawal, a closed episode and a finished form end it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import update

from lrrc_qol.domain.contact import ContactReason, MessageKind
from lrrc_qol.domain.schedule import Protocol, ReminderPolicy, ReminderTime, next_reminder, reminder_times
from lrrc_qol.persistence.models import Message, Patient, Visit
from lrrc_qol.persistence.upsert import insert_all_unless_there
from lrrc_qol.services import audit
from lrrc_qol.services.add_task import add_task
from lrrc_qol.services.askable_forms import NOTHING, AskableForms, askable_forms, minutes_of
from lrrc_qol.services.consent.acts import refusing_mail
from lrrc_qol.services.contact_state import Standing, contact_decision, events_by_episode
from lrrc_qol.services.context import Work
from lrrc_qol.services.due_visits import (
    DueVisit,
    asked_visits,
    called_visits,
    find_due_visits,
    protocols_of,
    recent_messages,
)
from lrrc_qol.services.outbox import TOO_LATE, reminder_row
from lrrc_qol.services.reminder_cursor import (
    advance,
    as_planned,
    call_at,
    disarm,
    look_again_tomorrow,
    own_policy,
    tomorrow,
    wait_for_call,
)

CALL_TASK = "call_silent_patient"
ENDS = frozenset(
    {
        ContactReason.DIED,
        ContactReason.WITHDRAWN,
        ContactReason.EPISODE_CLOSED,
        ContactReason.ANSWERED,
        ContactReason.WITHDRAWN_REMINDERS,
    }
)
HOLDS = frozenset({ContactReason.PAUSED, ContactReason.INPATIENT, ContactReason.UNKNOWN, ContactReason.NO_FORM})
NO_MAIL = frozenset(
    {
        ContactReason.NO_ADDRESS,
        ContactReason.ADDRESS_BOUNCED,
        ContactReason.NO_NUMBER,
        ContactReason.OPTED_OUT,
        ContactReason.NO_CONSENT,
    }
)
DAYS_OF_A_WEEK = 7
LOOK_AGAIN_AFTER_FAULT = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Queued:
    """What one batch did: visits looked at, mails queued, calls asked for."""

    looked_at: int
    messages: int
    calls: int


@dataclass(slots=True)
class _Batch:
    """What the decisions of one batch share: rows to insert, patients written to today, calls and mails before."""

    forms: Mapping[int, AskableForms]
    called: set[int]
    asked: set[int]
    written: dict[int, list[datetime]]
    refusing: frozenset[int]
    rows: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0

    def written_within(self, work: Work, patient: Patient, *, days: int) -> int:
        """How many automated messages the patient got on the last `days` days where they live, today included."""
        zone = ZoneInfo(patient.timezone)
        after = work.now.astimezone(zone).date() - timedelta(days=days)
        return sum(at.astimezone(zone).date() > after for at in self.written.get(patient.id, ()))


def queue_due_messages(work: Work, *, limit: int) -> Queued:
    """Handle up to `limit` visits whose next reminder or call is due; ask again while `looked_at` equals `limit`.

    Rows that another process is handling at this moment are left to it, and the unique message key keeps two ticks
    from making one message twice.
    """
    due = find_due_visits(work, limit=limit)
    if not due:
        return Queued(0, 0, 0)
    protocols = protocols_of(work, {one.episode.id for one in due})
    events = events_by_episode(work, {one.episode.id for one in due})
    batch = _Batch(
        forms=askable_forms(work, [one.visit.id for one in due]),
        called=called_visits(work, [one.visit for one in due], task_kind=CALL_TASK),
        asked=asked_visits(work, [one.visit for one in due]),
        written=recent_messages(work, {one.patient.id for one in due}),
        refusing=refusing_mail(work, {one.patient.id for one in due}),
    )
    for one in sorted(due, key=lambda each: (each.visit.closes_at, each.visit.id)):
        protocol = protocols.get(one.episode.id)
        if protocol is None or not _zone_is_known(one.patient.timezone):
            log.error("visit %s cannot be handled: its protocol or time zone is not known", one.visit.id)
            one.visit.next_reminder_at = work.now + LOOK_AGAIN_AFTER_FAULT
            continue
        decision = contact_decision(
            work,
            one.visit,
            episode=one.episode,
            patient=one.patient,
            centre=one.centre,
            events=events[one.episode.id],
            kind=MessageKind.REMINDER,
            standing=Standing(
                has_form=batch.forms.get(one.visit.id, NOTHING).left,
                refuses_mail=one.patient.id in batch.refusing,
            ),
        )
        _handle(work, batch, one, protocol, decision.reason)
    made = insert_all_unless_there(work.session, Message, batch.rows)
    work.session.flush()
    return Queued(len(due), len(made), batch.calls)


def look_at_everything_again(work: Work) -> None:
    """Put right what a clock that ran ahead did: look at every unfinished visit anew, and at mails called too late.

    The unique keys keep what went out from going out twice.
    """
    work.session.execute(
        update(Visit)
        .where(Visit.planned, Visit.completed_at.is_(None), Visit.closes_at > work.now)
        .values(next_reminder_at=work.now, next_reminder_ordinal=0)
        .execution_options(synchronize_session=False)
    )
    work.session.execute(
        update(Message)
        .where(Message.status == "suppressed", Message.outcome == TOO_LATE, Message.not_after > work.now)
        .values(status="queued", outcome=None)
        .execution_options(synchronize_session=False)
    )


def _handle(work: Work, batch: _Batch, due: DueVisit, protocol: Protocol, reason: ContactReason) -> None:
    """Decide about one visit and move its cursor."""
    visit, zone = due.visit, due.patient.timezone
    policy = own_policy(protocol.reminders, due.patient.reminder_hour)
    if reason in ENDS:
        disarm(visit)
        return
    if reason in HOLDS:
        look_again_tomorrow(visit, policy, zone=zone, now=work.now)
        return
    reminder = _reminder_due(visit, policy, zone=zone, now=work.now) if reason is ContactReason.ALLOWED else None
    if reminder and _can_wait(work, batch, due, policy, until=reminder.not_after):
        look_again_tomorrow(visit, policy, zone=zone, now=work.now)
        return
    over = reminder is not None and _week_is_full(work, batch, due, policy)
    if reminder and not over:
        minutes = minutes_of(protocol.visit(visit.key), batch.forms[visit.id])
        kind = MessageKind.REMINDER if visit.id in batch.asked else MessageKind.INVITATION
        batch.rows.append(
            reminder_row(work, visit=visit, patient=due.patient, reminder=reminder, kind=kind, minutes=minutes)
        )
        batch.written.setdefault(due.patient.id, []).append(work.now)
    called = _call_when_due(work, batch, due, policy, just_written=reminder is not None and not over)
    if reason in NO_MAIL:
        _wait_without_mail(visit, policy, zone=zone, now=work.now, called=called)
        return
    last = reminder.ordinal if reminder else _ordinal_before(visit, policy)
    advance(visit, policy, zone=zone, now=work.now, last_ordinal=last, call_left=not called)


def _can_wait(work: Work, batch: _Batch, due: DueVisit, policy: ReminderPolicy, *, until: datetime) -> bool:
    """Whether the patient got enough today or this week and tomorrow is still in time for this one."""
    enough = batch.written_within(work, due.patient, days=1) > 0 or _week_is_full(work, batch, due, policy)
    return enough and tomorrow(policy, zone=due.patient.timezone, now=work.now) < until


def _week_is_full(work: Work, batch: _Batch, due: DueVisit, policy: ReminderPolicy) -> bool:
    return batch.written_within(work, due.patient, days=DAYS_OF_A_WEEK) >= policy.weekly_cap


def _reminder_due(visit: Visit, policy: ReminderPolicy, *, zone: str, now: datetime) -> ReminderTime | None:
    if visit.next_reminder_ordinal is None:
        return None
    times = reminder_times(as_planned(visit), policy, ZoneInfo(zone), not_before=None)
    upcoming = next_reminder(times, now=now, last_ordinal=visit.next_reminder_ordinal - 1)
    return upcoming if upcoming and upcoming.send_at <= now else None


def _ordinal_before(visit: Visit, policy: ReminderPolicy) -> int:
    """The newest message that is spent: the one before the next, or all of them when none is left."""
    return (policy.cap if visit.next_reminder_ordinal is None else visit.next_reminder_ordinal) - 1


def _call_when_due(work: Work, batch: _Batch, due: DueVisit, policy: ReminderPolicy, *, just_written: bool) -> bool:
    """Ask for a call when its day has come; return whether the call of this visit is dealt with."""
    if due.visit.id in batch.called:
        return True
    at = call_at(due.visit, policy, zone=due.patient.timezone)
    if at is None or at > work.now or just_written:
        return False
    add_task(work, due.visit, kind=CALL_TASK, due_on=work.today_in(due.centre.timezone), per_visit=True)
    audit.record(
        work,
        "asked_nurse_to_call",
        subject_kind="visit",
        subject_id=due.visit.id,
        centre_id=due.visit.centre_id,
        episode_id=due.episode.id,
    )
    batch.calls += 1
    return True


def _wait_without_mail(visit: Visit, policy: ReminderPolicy, *, zone: str, now: datetime, called: bool) -> None:
    if called:
        visit.next_reminder_at = None
    else:
        wait_for_call(visit, policy, zone=zone, now=now)


def _zone_is_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
