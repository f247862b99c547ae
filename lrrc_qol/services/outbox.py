"""Make outbox rows: the key says once, the Message-ID is fixed from the start."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.domain.schedule import ReminderTime
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import Message, Patient, Visit
from lrrc_qol.services.channels import channel_of
from lrrc_qol.services.context import Work

AUTOMATED = (MessageKind.INVITATION.value, MessageKind.REMINDER.value)
TOO_LATE = "too_late"  # the outcome of a message that lapsed before it could be sent


def new_message(
    work: Work,
    *,
    key: str,
    patient: Patient,
    visit: Visit,
    kind: MessageKind,
    ordinal: int,
    not_after: datetime | None = None,
) -> Message:
    """An outbox row for a patient, ready to be added; the address is looked up when it is sent."""
    return Message(
        key=key,
        centre_id=visit.centre_id,
        patient_id=patient.id,
        episode_id=visit.episode_id,
        visit_id=visit.id,
        kind=kind.value,
        ordinal=ordinal,
        channel=channel_of(work, patient, kind).value,
        language=patient.language,
        params={},
        message_id=new_message_id(work),
        status="queued",
        available_at=work.now,
        not_after=not_after,
        attempts=0,
        created_at=work.now,
    )


def hold_back(work: Work, *which: ColumnElement[bool], outcome: str) -> None:
    """Suppress what is queued for patients, of the messages that `which` picks.

    A message that a worker has its hand on just now is left to the gate at sending, which asks the same. So nobody who
    holds a visit waits for a message: a worker goes the other way, from the message to its visit.
    """
    queued = (
        select(Message.id)
        .where(*which, Message.staff_id.is_(None), Message.status == "queued")
        .with_for_update(skip_locked=True)
        .cte("queued")
    )
    work.session.execute(
        update(Message)
        .where(Message.id.in_(select(queued.c.id)))
        .values(status="suppressed", outcome=outcome)
        .execution_options(synchronize_session=False)
    )


def new_message_id(work: Work) -> str:
    """A Message-ID of our own domain; random, so it tells nothing."""
    domain = work.settings.mail_from.rsplit("@", 1)[1]
    return f"<{new_public_id()}@{domain}>"


def reminder_row(
    work: Work, *, visit: Visit, patient: Patient, reminder: ReminderTime, kind: MessageKind, minutes: int
) -> dict[str, Any]:
    """The column values of the outbox row for one step of a visit's reminders; its key lets it exist once.

    The arming in `params` tells at send time whether the visit was planned anew since; `minutes` is how long the
    form takes, `quiet` from which to which hour nothing is sent.
    """
    return {
        "key": f"visit:{visit.id}:{visit.arming}:{reminder.ordinal}",
        "centre_id": visit.centre_id,
        "patient_id": patient.id,
        "episode_id": visit.episode_id,
        "visit_id": visit.id,
        "kind": kind.value,
        "ordinal": reminder.ordinal,
        "channel": channel_of(work, patient, kind).value,
        "language": patient.language,
        "params": {
            "arming": visit.arming,
            "minutes": minutes,
            "quiet": [reminder.hours.quiet_from, reminder.hours.quiet_until],
        },
        "message_id": new_message_id(work),
        "available_at": work.now,
        "not_after": reminder.not_after,
        "created_at": work.now,
    }
