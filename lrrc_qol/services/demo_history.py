"""What only the demonstration writes: links that no mail carried, and the mails of a past that was never sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lrrc_qol.domain.contact import Channel, MessageKind
from lrrc_qol.domain.schedule import ReminderTime, reminder_times
from lrrc_qol.persistence.crypto import new_token, token_hash
from lrrc_qol.persistence.models import Alert, Link, Message, Patient, Response, Staff, Visit
from lrrc_qol.services.context import Work
from lrrc_qol.services.find_episode import find_episode
from lrrc_qol.services.outbox import new_message
from lrrc_qol.services.plan_episode import protocol_of
from lrrc_qol.services.reminder_cursor import advance, as_planned, disarm


@dataclass(frozen=True, slots=True)
class PastVisit:
    """A visit on the calendar."""

    id: int
    public_id: str
    kind: str
    opens_on: date
    due_on: date
    closes_on: date


def staff_id(work: Work, public_id: str) -> int:
    """The row number of a member of staff."""
    return work.session.scalars(select(Staff.id).where(Staff.public_id == public_id)).one()


def public_id_of(work: Work, staff_id: int | None) -> str:
    """The public id of a member of staff."""
    return work.session.scalars(select(Staff.public_id).where(Staff.id == staff_id)).one()


def newest_alert(work: Work, patient_public_id: str, *, rule: str) -> str | None:
    """The open alert of a rule; None when there is none."""
    _, episode = find_episode(work, patient_public_id)
    query = select(Alert.public_id).where(Alert.episode_id == episode.id, Alert.rule_id == rule)
    return work.session.scalars(query.where(Alert.closed_at.is_(None))).first()


def sent_message_ids(work: Work, patient_public_id: str) -> tuple[list[str], list[str]]:
    """The Message-IDs of the mails and of the short messages that a patient was sent, oldest first."""
    patient, _ = find_episode(work, patient_public_id)
    query = select(Message.channel, Message.message_id).where(
        Message.patient_id == patient.id, Message.status == "sent"
    )
    rows = work.session.execute(query.order_by(Message.sent_at, Message.id)).all()
    found = {channel: [one for of, one in rows if of == channel.value] for channel in Channel}
    return found[Channel.EMAIL], found[Channel.SMS]


def visits_of(work: Work, patient_public_id: str) -> list[PastVisit]:
    """The planned visits of a patient in order."""
    _, episode = find_episode(work, patient_public_id)
    rows = work.session.scalars(
        select(Visit).where(Visit.episode_id == episode.id, Visit.planned).order_by(Visit.opens_on)
    )
    return [PastVisit(row.id, row.public_id, row.kind, row.opens_on, row.due_on, row.closes_on) for row in rows]


def issue_link(work: Work, patient_public_id: str, visit_id: int) -> str:
    """A link for one visit, as a mail would carry it; return its token."""
    patient, _ = find_episode(work, patient_public_id)
    token = new_token()
    work.session.add(
        Link(
            token_hash=token_hash(token),
            centre_id=patient.centre_id,
            patient_id=patient.id,
            visit_id=visit_id,
            created_at=work.now,
        )
    )
    work.session.flush()
    return token


def record_sent_messages(work: Work, patient_public_id: str, *, now: datetime) -> None:
    """Write every mail that would have gone out by `now` as sent; the newest one of an open visit is left to do."""
    patient, episode = find_episode(work, patient_public_id)
    policy = protocol_of(work, episode.id).reminders
    zone = ZoneInfo(patient.timezone)
    for visit in work.session.scalars(select(Visit).where(Visit.episode_id == episode.id, Visit.planned)):
        until = visit.completed_at or now
        past = [
            time
            for time in reminder_times(as_planned(visit), policy, zone, not_before=visit.created_at)
            if time.send_at <= until
        ]
        unfinished = visit.completed_at is None and visit.next_reminder_at is not None
        if unfinished and visit.closes_at > now:
            past = past[:-1]
        for time in past:
            _add_sent(work, patient, visit, time)
        if unfinished:
            last = past[-1].ordinal if past else None
            advance(visit, policy, zone=patient.timezone, now=now, last_ordinal=last)
        else:
            disarm(visit)


def open_alerts_before(work: Work, patient_public_id: str, *, before: datetime) -> Sequence[tuple[str, datetime]]:
    """Open alerts of a patient raised before an instant: public id and when."""
    _, episode = find_episode(work, patient_public_id)
    return [
        (row.public_id, row.raised_at)
        for row in work.session.scalars(
            select(Alert).where(Alert.episode_id == episode.id, Alert.closed_at.is_(None), Alert.raised_at < before)
        )
    ]


def unread_forms_before(work: Work, patient_public_id: str, *, before: datetime) -> Sequence[tuple[int, datetime]]:
    """Forms sent before an instant that nobody marked as read: row number and when each was sent."""
    _, episode = find_episode(work, patient_public_id)
    rows = work.session.execute(
        select(Response.id, Response.submitted_at).where(
            Response.episode_id == episode.id, Response.submitted_at < before, Response.reviewed_at.is_(None)
        )
    )
    return [(response_id, sent_at) for response_id, sent_at in rows if sent_at is not None]


def _add_sent(work: Work, patient: Patient, visit: Visit, time: ReminderTime) -> None:
    message = new_message(
        work,
        key=f"visit:{visit.id}:{visit.arming}:{time.ordinal}",
        patient=patient,
        visit=visit,
        kind=MessageKind.REMINDER if time.ordinal else MessageKind.INVITATION,
        ordinal=time.ordinal,
    )
    message.status = "sent"
    message.created_at = time.send_at
    message.available_at = time.send_at
    message.sent_at = time.send_at
    message.attempts = 1
    work.session.add(message)
