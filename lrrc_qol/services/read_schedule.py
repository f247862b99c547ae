"""Everything planned, sent, opened, answered and missed of one patient, with the reminders that are still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lrrc_qol.domain.contact import ContactState
from lrrc_qol.domain.schedule import ReminderPolicy, VisitState, reminder_times, visit_state
from lrrc_qol.persistence.models import Visit
from lrrc_qol.persistence.queries.happenings import Ending, EventRow, ending_of, list_events
from lrrc_qol.persistence.queries.missed import MissedNote, missed_reasons
from lrrc_qol.persistence.queries.record import PatientRow
from lrrc_qol.persistence.queries.schedule import (
    CallLine,
    FormLine,
    MailLine,
    OpenedLine,
    list_begun,
    list_calls,
    list_mails,
    list_opened,
    list_planned,
)
from lrrc_qol.services.context import Work
from lrrc_qol.services.protocols import protocol_at
from lrrc_qol.services.read_record import contact_of_events, find_patient_row
from lrrc_qol.services.reminder_cursor import as_planned, call_at, own_policy


@dataclass(frozen=True, slots=True)
class ScheduledVisit:
    """A visit, where it stands today for the patient, and why it was missed when somebody noted that.

    `missed` is the note, `reason` the words of its code.
    """

    id: int
    key: str
    also_key: str | None
    name: str
    opens_on: date
    due_on: date
    closes_on: date
    planned: bool
    answered_at: datetime | None
    state: VisitState
    missed: MissedNote | None
    reason: str


@dataclass(frozen=True, slots=True)
class ToCome:
    """A reminder (its ordinal) or, without one, a call by a nurse, that comes unless the form is sent before."""

    visit_id: int
    at: datetime
    ordinal: int | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """What the schedule page shows; `today` and all days of it are the centre's."""

    patient: PatientRow
    today: date
    contact: ContactState
    ending: Ending | None
    visits: tuple[ScheduledVisit, ...]
    mails: tuple[MailLine, ...]
    opened: tuple[OpenedLine, ...]
    forms: tuple[FormLine, ...]
    calls: tuple[CallLine, ...]
    events: tuple[EventRow, ...]
    to_come: tuple[ToCome, ...]

    @property
    def ended_on(self) -> date | None:
        """The day of death, withdrawal or another end of follow-up: nothing due from then on was missed."""
        return self.ending.happened_on if self.ending else self.patient.closed_on


def read_schedule(work: Work, public_id: str, *, episode: int | None = None) -> Schedule:
    """Read it for the current episode, or for another one; NotFound when the actor's centre has none."""
    patient = find_patient_row(work, public_id, episode=episode)
    scope = {"centre_id": work.actor.centre(), "episode_id": patient.episode_id}
    visits = list_planned(work.session, **scope)
    events = list_events(work.session, **scope)
    ending = ending_of(events)
    missed = missed_reasons(work.session, **scope)
    local_today = work.today_in(patient.timezone)
    protocol = protocol_at(work, patient.protocol_id, patient.protocol_version)
    policy = own_policy(protocol.reminders, patient.reminder_hour)
    return Schedule(
        patient=patient,
        today=work.today_in(patient.centre_timezone),
        contact=contact_of_events(events, work.catalogue.events, today=local_today),
        ending=ending,
        visits=tuple(_scheduled(work, visit, missed.get(visit.id), today=local_today) for visit in visits),
        mails=list_mails(work.session, **scope),
        opened=list_opened(work.session, **scope),
        forms=list_begun(work.session, **scope),
        calls=list_calls(work.session, **scope),
        events=events,
        to_come=() if ending or patient.closed_on else _all_to_come(work, visits, policy, zone=patient.timezone),
    )


def _scheduled(work: Work, visit: Visit, missed: MissedNote | None, *, today: date) -> ScheduledVisit:
    return ScheduledVisit(
        id=visit.id,
        key=visit.key,
        also_key=visit.also_key,
        name=visit.name,
        opens_on=visit.opens_on,
        due_on=visit.due_on,
        closes_on=visit.closes_on,
        planned=visit.planned,
        answered_at=visit.completed_at,
        state=visit_state(as_planned(visit), today=today, submitted=visit.completed_at is not None),
        missed=missed,
        reason=work.catalogue.missed_reasons.label(missed.code) if missed else "",
    )


def _all_to_come(work: Work, visits: tuple[Visit, ...], policy: ReminderPolicy, *, zone: str) -> tuple[ToCome, ...]:
    return tuple(
        one
        for visit in visits
        if visit.planned and visit.completed_at is None and visit.next_reminder_at is not None
        for one in _to_come(visit, policy, zone=zone, now=work.now)
    )


def _to_come(visit: Visit, policy: ReminderPolicy, *, zone: str, now: datetime) -> list[ToCome]:
    """What is left of the cadence from the cursor on; what should have gone out already comes with the next tick."""
    times = reminder_times(as_planned(visit), policy, ZoneInfo(zone), not_before=None)
    first = visit.next_reminder_ordinal
    left = [one for one in times if first is not None and one.ordinal >= first and one.not_after > now]
    found = [ToCome(visit.id, max(one.send_at, one.hours.next_allowed(now)), one.ordinal) for one in left]
    call = call_at(visit, policy, zone=zone)
    if call is not None and call > now:
        found.append(ToCome(visit.id, call, None))
    return found
