"""Takes queued messages through their life: claimed under a lease, asked about at the gate, then sent or ended.

Nothing here talks to a mail server. The caller commits each step by itself and sends in between, so that no
transaction waits for a network and a crash leaves a lease that runs out, never a lost mail.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update

from lrrc_qol.domain.contact import TO_STAFF, Channel, MessageKind
from lrrc_qol.domain.schedule import SendingHours
from lrrc_qol.mail import Letter
from lrrc_qol.persistence.models import Centre, Message, Patient, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.add_task import add_task
from lrrc_qol.services.channels import channel_of
from lrrc_qol.services.context import Work
from lrrc_qol.services.outbox import TOO_LATE
from lrrc_qol.services.write_letter import Withheld, claimed_message, lapsed_for_good, letter_for

LEASE = timedelta(minutes=5)
RETRY_AFTER = timedelta(minutes=5)
# For mails without a day of their own: as long as mail servers commonly keep trying.
GIVE_UP_AFTER = timedelta(days=3)
SERVER_PAUSE = timedelta(minutes=1)
FAILED_TASK = "mail_failed"
NEVER_QUIET = (24, 0)  # somebody asked for it just now

Outcome = Literal["refused", "gave_up"]


# Built once: thousands of mails may go out in one run.
_MARK_SENT = (
    update(Message)
    .where(Message.id == bindparam("row_id"), Message.status == "sending", Message.worker == bindparam("held_by"))
    .values(status="sent", sent_at=bindparam("marked_at"), outcome=None, worker=None, lease_until=None)
    .returning(Message.kind, Message.ordinal, Message.centre_id, Message.episode_id)
    .execution_options(synchronize_session=False)
)


def claim(work: Work, channel: Channel = Channel.EMAIL, *, worker: str, limit: int, clock_now: datetime) -> list[int]:
    """Take up to `limit` messages of a channel that are due for `worker`; return their ids, longest waiting first.

    Leases run on the machine's clock `clock_now`, also when `work.now` was set to another day. A lease that ends
    later than any lease could was given before the clock was set back: it counts as run out.
    """
    lease_gone = or_(Message.lease_until <= clock_now, Message.lease_until > clock_now + 2 * LEASE)
    free: ColumnElement[bool] = or_(
        Message.status == "queued",
        and_(Message.status == "sending", lease_gone),
    )
    picked = (
        select(Message.id)
        .where(free, Message.channel == channel.value, Message.available_at <= work.now)
        .order_by(Message.available_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    taken = work.session.execute(
        update(Message)
        .where(Message.id.in_(select(picked.c.id)))
        .values(status="sending", worker=worker, lease_until=clock_now + LEASE, attempts=Message.attempts + 1)
        .returning(Message.available_at, Message.id)
        .execution_options(synchronize_session=False)
    )
    return [message_id for _, message_id in sorted(taken)]


def prepare(work: Work, message_id: int, *, worker: str) -> Letter | None:
    """Ask the gate once more and, when the message may go out, make its link and look up the address or number.

    None when it must not go out (it is then suppressed, with the reason), when another worker has it by now, or when
    it goes back to the queue: until the patient's quiet hours are over, or for the channel that was chosen meanwhile.
    """
    addressed = claimed_message(work, message_id, worker=worker)
    if addressed is None:
        return None
    message = addressed.message
    if message.not_after is not None and work.now >= message.not_after:
        _suppress(work, message, TOO_LATE)
        if lapsed_for_good(work, addressed):
            _leave_to_nurses(work, message)
        return None
    if addressed.patient is not None and _goes_back(work, message, addressed.patient):
        return None
    written = letter_for(work, addressed)
    if isinstance(written, Withheld):
        _suppress(work, message, written.reason)
        return None
    return written


def _goes_back(work: Work, message: Message, patient: Patient) -> bool:
    channel = channel_of(work, patient, MessageKind(message.kind))
    quiet_from, quiet_until = message.params.get("quiet", NEVER_QUIET)
    # The zone of a patient was known when the message was queued.
    hours = SendingHours(ZoneInfo(patient.timezone), quiet_from, quiet_until)
    allowed_at = hours.next_allowed(work.now)
    if channel.value == message.channel and allowed_at == work.now:
        return False
    if message.outcome is not None and message.not_after is not None and allowed_at >= message.not_after:
        _fail(work, message, outcome="gave_up", reason=message.outcome)
        return True
    message.channel = channel.value
    message.status = "queued"
    message.attempts -= 1
    message.available_at = allowed_at
    _let_go(message)
    return True


def mark_sent(work: Work, message_id: int, *, worker: str) -> bool:
    """Write down that the server took the mail; False when another worker has taken it over meanwhile."""
    parameters = {"row_id": message_id, "held_by": worker, "marked_at": work.now}
    sent = work.session.execute(_MARK_SENT, parameters).first()
    if sent is None:
        return False
    audit.record(
        work,
        "sent_message",
        subject_kind="message",
        subject_id=message_id,
        centre_id=sent.centre_id,
        episode_id=sent.episode_id,
        detail={"kind": sent.kind, "ordinal": sent.ordinal},
    )
    return True


def put_off(work: Work, message_id: int, *, worker: str, reason: str) -> None:
    """Try again in five minutes, or give up when the mail would then be too late."""
    message = _mine(work, message_id, worker)
    if message is None:
        return
    again_at = work.now + RETRY_AFTER
    if again_at >= (message.not_after or message.created_at + GIVE_UP_AFTER):
        _fail(work, message, outcome="gave_up", reason=reason)
        return
    message.status = "queued"
    message.available_at = again_at
    message.outcome = reason[:64]
    _let_go(message)


def refuse(work: Work, message_id: int, *, worker: str, reason: str) -> None:
    """Give the mail up: it was refused for good. The nurses get a task for a patient's mail."""
    message = _mine(work, message_id, worker)
    if message is not None:
        _fail(work, message, outcome="refused", reason=reason)


def release(work: Work, message_ids: list[int], *, worker: str) -> None:
    """Hand back mails that were not tried, for example because the server is down; the try does not count."""
    work.session.execute(
        update(Message)
        .where(Message.id.in_(message_ids), Message.worker == worker, Message.status == "sending")
        .values(
            status="queued",
            worker=None,
            lease_until=None,
            attempts=Message.attempts - 1,
            available_at=work.now + SERVER_PAUSE,
        )
        .execution_options(synchronize_session=False)
    )


def _mine(work: Work, message_id: int, worker: str) -> Message | None:
    return work.session.scalars(
        select(Message)
        .where(Message.id == message_id, Message.status == "sending", Message.worker == worker)
        .with_for_update()
    ).first()


def _suppress(work: Work, message: Message, reason: str) -> None:
    _end(message, "suppressed")
    message.outcome = reason[:64]
    _record(work, message, "suppressed_message", outcome=reason)


def _fail(work: Work, message: Message, *, outcome: Outcome, reason: str) -> None:
    _end(message, "failed")
    message.outcome = f"{outcome}: {reason}"[:64]
    _record(work, message, "failed_message", outcome=message.outcome)
    _leave_to_nurses(work, message)


def _leave_to_nurses(work: Work, message: Message) -> None:
    """A patient's message will not go out any more: somebody has to see to it."""
    visit = work.session.get(Visit, message.visit_id) if message.visit_id is not None else None
    if visit is not None and message.kind not in TO_STAFF:
        centre = work.session.get_one(Centre, message.centre_id)
        add_task(work, visit, kind=FAILED_TASK, due_on=work.today_in(centre.timezone))


def _end(message: Message, status: str) -> None:
    message.status = status
    message.outcome = None
    _let_go(message)


def _let_go(message: Message) -> None:
    message.worker = None
    message.lease_until = None


def _record(work: Work, message: Message, action: str, *, outcome: str | None = None) -> None:
    audit.record(
        work,
        action,
        subject_kind="message",
        subject_id=message.id,
        centre_id=message.centre_id,
        episode_id=message.episode_id,
        detail={"kind": message.kind, "ordinal": message.ordinal} | ({"outcome": outcome} if outcome else {}),
    )
