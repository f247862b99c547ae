"""Takes reports about messages: each is kept once and acts once; what is not ours is only counted.

- A delivery is only kept, and shown beside the message.
- A hard report about a mail: the address counts as not working, mails stop, and a nurse gets a task. About a short
  message: the patient is written to by mail again, and a nurse gets a task.
- Soft reports: after three since the address was last set, a task; nothing stops.
- A complaint: mails stop as if the patient had asked for it, and a nurse gets a task.
- About a message that went to an address that was corrected meanwhile nothing is done. A report about a mail to staff
  or about the confirmation of a new address marks nobody's address.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from sqlalchemy import func, select

from lrrc_qol.domain.contact import Channel, MessageKind
from lrrc_qol.domain.events import EventKind
from lrrc_qol.domain.message_report import SOFT_REPORTS_TO_TASK, Report, ReportKind
from lrrc_qol.persistence.models import Centre, Episode, EpisodeEvent, Message, MessageReport, Patient, Visit
from lrrc_qol.persistence.upsert import insert_unless_there
from lrrc_qol.services import audit
from lrrc_qol.services.add_task import add_task
from lrrc_qol.services.context import Work
from lrrc_qol.services.find_episode import events_of
from lrrc_qol.services.patient_facts import contact_state
from lrrc_qol.services.record_event import add_event

UNKNOWN, REPEATED = "unknown", "repeated"
ADDRESS_TASK, OFTEN_TASK, UNWANTED_TASK, NUMBER_TASK = (
    "address_problem",
    "mail_returned_often",
    "mail_unwanted",
    "number_problem",
)
Source = Literal["mailbox", "hook"]


def take_reports(work: Work, reports: Sequence[Report], *, source: Source) -> Mapping[str, int]:
    """Keep and act on the reports; return how many were of each kind, `repeated` or `unknown`."""
    return Counter(_take(work, report, source) for report in reports)


def _take(work: Work, report: Report, source: Source) -> str:
    # The row of the message is held, so that two reports about it act one after the other.
    message = work.session.scalars(
        select(Message).where(Message.message_id == report.message_id).with_for_update()
    ).first()
    if message is None:
        return UNKNOWN
    key = f"{report.message_id}\n{report.kind}\n{report.event}"
    kept = insert_unless_there(
        work.session,
        MessageReport,
        {
            "key": hashlib.sha256(key.encode()).hexdigest(),
            "centre_id": message.centre_id,
            "message_id": message.id,
            "kind": report.kind.value,
            "code": report.code[:16],
            "source": source,
            "reported_at": work.now,
        },
    )
    if kept is None:
        return REPEATED
    audit.record(
        work,
        "took_message_report",
        subject_kind="message",
        subject_id=message.id,
        centre_id=message.centre_id,
        episode_id=message.episode_id,
        detail={"report": report.kind.value, "code": report.code[:16]},
    )
    _act(work, message, report.kind)
    return report.kind.value


def _act(work: Work, message: Message, kind: ReportKind) -> None:
    if kind is ReportKind.DELIVERED:
        return
    visit = work.session.get(Visit, message.visit_id) if message.visit_id is not None else None
    if visit is None or message.kind == MessageKind.ADDRESS_NOTICE:
        return
    # The episode first: whoever changes an episode holds it and then the rest.
    episode = work.session.get_one(Episode, visit.episode_id, with_for_update=True)
    patient = work.session.get_one(Patient, episode.patient_id)
    if message.kind == MessageKind.ADDRESS_CONFIRM:
        _ask(work, visit, ADDRESS_TASK)
    elif kind is ReportKind.COMPLAINT:
        _stop_mails(work, patient, episode)
        _ask(work, visit, UNWANTED_TASK)
    elif message.channel == Channel.SMS.value:
        _number_fails(work, message, visit, patient, kind)
    else:
        _address_fails(work, message, visit, patient, episode, kind)


def _stop_mails(work: Work, patient: Patient, episode: Episode) -> None:
    if not contact_state(events_of(work, episode.id), work.catalogue.events, today=_today(work, episode)).opted_out:
        add_event(
            work,
            patient,
            episode,
            kind=EventKind.OPT_OUT,
            happened_on=_today(work, episode),
            detail={"from": "complaint"},
        )


def _number_fails(work: Work, message: Message, visit: Visit, patient: Patient, kind: ReportKind) -> None:
    if kind is ReportKind.SOFT:
        _ask_when_often(work, visit, patient, Channel.SMS, since=None)
        return
    _ask(work, visit, NUMBER_TASK)
    if patient.channel == Channel.SMS.value:
        patient.channel = None
        audit.record(
            work,
            "changed_channel",
            subject_kind="patient",
            subject_id=patient.id,
            centre_id=patient.centre_id,
            episode_id=message.episode_id,
            detail={"channel": Channel.EMAIL.value},
        )


def _address_fails(
    work: Work, message: Message, visit: Visit, patient: Patient, episode: Episode, kind: ReportKind
) -> None:
    corrected_at = _corrected_at(work, episode)
    if corrected_at is not None and message.sent_at is not None and message.sent_at < corrected_at:
        return
    if kind is ReportKind.SOFT:
        _ask_when_often(work, visit, patient, Channel.EMAIL, since=corrected_at)
        return
    today = _today(work, episode)
    if not contact_state(events_of(work, episode.id), work.catalogue.events, today=today).address_bounced:
        add_event(work, patient, episode, kind=EventKind.ADDRESS_BOUNCED, happened_on=today)
    _ask(work, visit, ADDRESS_TASK)


def _ask_when_often(work: Work, visit: Visit, patient: Patient, channel: Channel, *, since: datetime | None) -> None:
    count = (
        select(func.count())
        .select_from(MessageReport)
        .join(Message, Message.id == MessageReport.message_id)
        .where(
            Message.patient_id == patient.id,
            Message.channel == channel.value,
            MessageReport.kind == ReportKind.SOFT.value,
        )
    )
    if since is not None:
        count = count.where(Message.sent_at >= since)
    if (work.session.scalar(count) or 0) >= SOFT_REPORTS_TO_TASK:
        _ask(work, visit, OFTEN_TASK)


def _corrected_at(work: Work, episode: Episode) -> datetime | None:
    return work.session.scalar(
        select(func.max(EpisodeEvent.recorded_at)).where(
            EpisodeEvent.episode_id == episode.id, EpisodeEvent.kind == EventKind.ADDRESS_CORRECTED.value
        )
    )


def _ask(work: Work, visit: Visit, kind: str) -> None:
    centre = work.session.get_one(Centre, visit.centre_id)
    add_task(work, visit, kind=kind, due_on=work.today_in(centre.timezone))


def _today(work: Work, episode: Episode) -> date:
    return work.today_in(work.session.get_one(Centre, episode.centre_id).timezone)
