"""Writes the letter of one outbox row at the moment of sending, after asking whether it may go out at all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from lrrc_qol.domain.contact import ABOUT_ADDRESS, Channel, ContactDecision, ContactReason, MessageKind
from lrrc_qol.mail import Letter
from lrrc_qol.mail.texts import mail_texts
from lrrc_qol.mail.unsubscribe import Purpose, make_token
from lrrc_qol.mail.wording import words_name
from lrrc_qol.persistence.crypto import new_short_token, new_token, token_hash
from lrrc_qol.persistence.models import Alert, Centre, Episode, EpisodeEvent, Link, Message, Patient, Staff, Visit
from lrrc_qol.persistence.queries.worklist_kinds import alive
from lrrc_qol.services.address_change_rows import open_change, told_change
from lrrc_qol.services.askable_forms import NOTHING, AskableForms, askable_forms, minutes_of
from lrrc_qol.services.channels import MOBILE_FIELD
from lrrc_qol.services.clinic.duty import ALERT_ROLES, read_team
from lrrc_qol.services.consent.acts import refusing_mail
from lrrc_qol.services.contact_state import Standing, contact_decision, events_by_episode
from lrrc_qol.services.context import Work
from lrrc_qol.services.link_rules import answerable, is_begun
from lrrc_qol.services.message_words.newest import newest_words
from lrrc_qol.services.notify_staff import standing
from lrrc_qol.services.outbox import AUTOMATED
from lrrc_qol.services.patient_facts import contact_state
from lrrc_qol.services.plan_episode import protocol_of
from lrrc_qol.services.reminder_cursor import look_again_tomorrow, own_policy

HELD = frozenset({ContactReason.PAUSED, ContactReason.INPATIENT, ContactReason.NO_FORM})


@dataclass(frozen=True, slots=True)
class Withheld:
    """The mail must not go out; `reason` is stored with it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Addressed:
    """An outbox row with everybody it is about; either the staff member or the three of the patient are there."""

    message: Message
    centre: Centre
    visit: Visit | None
    episode: Episode | None
    patient: Patient | None
    staff: Staff | None


# Built once: thousands of mails may go out in one run.
_CLAIMED = (
    select(Message, Centre, Visit, Episode, Patient, Staff)
    .join(Centre, Centre.id == Message.centre_id)
    .outerjoin(Visit, Visit.id == Message.visit_id)
    .outerjoin(Episode, Episode.id == Visit.episode_id)
    .outerjoin(Patient, Patient.id == Episode.patient_id)
    .outerjoin(Staff, Staff.id == Message.staff_id)
    .where(Message.id == bindparam("message_id"), Message.status == "sending", Message.worker == bindparam("worker"))
    .with_for_update(of=Message)
)
_NEW_LINK = insert(Link)


def claimed_message(work: Work, message_id: int, *, worker: str) -> Addressed | None:
    """The row that `worker` holds under its lease, locked; None when it is not the worker's (any more)."""
    row = work.session.execute(_CLAIMED, {"message_id": message_id, "worker": worker}).first()
    return Addressed(*row) if row else None


def letter_for(work: Work, addressed: Addressed) -> Letter | Withheld:
    """The letter with a fresh link, or why there is none. Earlier links of the visit stay good beside the new one."""
    if addressed.message.kind == MessageKind.TEMPLATE_TEST:
        return _test_letter(work, addressed.message, addressed.centre, addressed.staff)
    if addressed.message.kind == MessageKind.STAFF_ALERT:
        return _staff_letter(work, addressed.message, addressed.centre, addressed.staff)
    if addressed.message.kind in ABOUT_ADDRESS:
        return _address_letter(work, addressed)
    return _patient_letter(work, addressed)


def lapsed_for_good(work: Work, addressed: Addressed) -> bool:
    """Whether a message that waited too long would have gone out otherwise, and no later one of its visit will."""
    message, visit, episode, patient = addressed.message, addressed.visit, addressed.episode, addressed.patient
    if visit is None or episode is None or patient is None or visit.next_reminder_at is not None:
        return False
    later = select(Message.id).where(Message.visit_id == visit.id, Message.id > message.id).limit(1)
    if work.session.scalars(later).first() is not None:
        return False
    events = events_by_episode(work, [episode.id])[episode.id]
    decision = _decision(work, addressed, visit, episode, patient, events=events, has_form=True)
    return bool(decision) or decision.reason is ContactReason.WINDOW_CLOSED


def _decision(
    work: Work,
    addressed: Addressed,
    visit: Visit,
    episode: Episode,
    patient: Patient,
    *,
    events: Sequence[EpisodeEvent],
    has_form: bool,
) -> ContactDecision:
    """Whether this message may go to this patient now."""
    return contact_decision(
        work,
        visit,
        episode=episode,
        patient=patient,
        centre=addressed.centre,
        events=events,
        kind=MessageKind(addressed.message.kind),
        standing=Standing(has_form=has_form, refuses_mail=bool(refusing_mail(work, [patient.id]))),
    )


def _patient_letter(work: Work, addressed: Addressed) -> Letter | Withheld:
    message, centre = addressed.message, addressed.centre
    visit, episode, patient = addressed.visit, addressed.episode, addressed.patient
    if visit is None or episode is None or patient is None:
        return Withheld(ContactReason.UNKNOWN.value)
    forms = askable_forms(work, [visit.id]).get(visit.id, NOTHING)
    events = events_by_episode(work, [episode.id])[episode.id]
    decision = _decision(work, addressed, visit, episode, patient, events=events, has_form=forms.left)
    if not decision:
        if decision.reason in HELD and message.kind in AUTOMATED:
            _give_back(work, message, visit, patient)
        return Withheld(decision.reason.value)
    if message.params.get("arming", visit.arming) != visit.arming:
        return Withheld("planned_anew")
    recipient = _recipient(work, patient, Channel(message.channel))
    if recipient is None or not answerable(visit, now=work.now, begun=_begun(work, message, visit)):
        return Withheld(ContactReason.WINDOW_CLOSED.value)
    token = _new_link(work, message, visit, patient)
    base_url = work.settings.base_url
    soft = contact_state(events, work.catalogue.events, today=work.today_in(centre.timezone)).softened
    return Letter(
        kind=MessageKind(message.kind),
        language=message.language,
        recipient=recipient,
        sender_name=centre.sender_name,
        reply_to=centre.reply_to,
        link=f"{base_url}/l/{token}",
        message_id=message.message_id,
        sent_at=work.now,
        soft=soft,
        channel=Channel(message.channel),
        words=_own_words(work, message, soft=soft),
        unsubscribe_link=f"{base_url}/u/{make_token(work.settings.secret_key, patient.public_id)}",
        figures={"minutes": _minutes(work, message, visit, forms)},
    )


def _recipient(work: Work, patient: Patient, channel: Channel) -> str | None:
    if channel is Channel.SMS:
        return work.cipher.open(patient.mobile_sealed, field=MOBILE_FIELD) if patient.mobile_sealed else None
    return work.cipher.open(patient.email_sealed, field="patient.email") if patient.email_sealed else None


def _own_words(work: Work, message: Message, *, soft: bool) -> Mapping[str, Any] | None:
    """The words that the centre published, noted with the message; None where the shipped ones count."""
    if message.language not in mail_texts():
        return None
    name = words_name(message.language, message.kind, soft=soft)
    newest = newest_words(work, message.centre_id, message.language, name)
    message.template_version = newest.version if newest else None
    return newest.words if newest else None


def _address_letter(work: Work, addressed: Addressed) -> Letter | Withheld:
    """To the new address with the link that confirms it, or to the old one with the link that stops the change."""
    message, patient, visit, episode = addressed.message, addressed.patient, addressed.visit, addressed.episode
    if patient is None or visit is None or episode is None:
        return Withheld(ContactReason.UNKNOWN.value)
    confirm = message.kind == MessageKind.ADDRESS_CONFIRM
    find = open_change if confirm else told_change
    change = find(work, str(message.params.get("change", "")))
    sealed = None if change is None else change.email_sealed if confirm else change.earlier_sealed
    if change is None or sealed is None:
        return Withheld("change_over")
    events = events_by_episode(work, [episode.id])[episode.id]
    decision = _decision(work, addressed, visit, episode, patient, events=events, has_form=False)
    if not decision:
        return Withheld(decision.reason.value)
    path, purpose = ("e", Purpose.CONFIRM_ADDRESS) if confirm else ("x", Purpose.STOP_ADDRESS)
    return Letter(
        kind=MessageKind(message.kind),
        language=message.language,
        recipient=work.cipher.open(sealed, field="patient.email"),
        sender_name=addressed.centre.sender_name,
        reply_to=addressed.centre.reply_to,
        link=f"{work.settings.base_url}/{path}/{make_token(work.settings.secret_key, change.public_id, purpose)}",
        message_id=message.message_id,
        sent_at=work.now,
        words=_own_words(work, message, soft=False),
    )


def _begun(work: Work, message: Message, visit: Visit) -> bool:
    """Whether a link that was asked for leads to what was begun of a visit that nothing asks for any more."""
    return message.kind == MessageKind.LINK_RESENT and not visit.planned and is_begun(work, visit)


def _minutes(work: Work, message: Message, visit: Visit, forms: AskableForms) -> int:
    """How long the form takes; noted with automated mails when they are queued."""
    noted = message.params.get("minutes")
    if noted is not None:
        return int(noted)
    if not visit.planned:
        return math.ceil(forms.minutes)
    return minutes_of(protocol_of(work, visit.episode_id).visit(visit.key), forms)


def _staff_letter(work: Work, message: Message, centre: Centre, staff: Staff | None) -> Letter | Withheld:
    if staff is None or not staff.active or staff.role not in ALERT_ROLES or staff.centre_id != centre.id:
        return Withheld("not_on_duty")
    if read_team(work, centre.id).duty.is_away(staff.id):
        return Withheld("on_leave")
    count = _still_urgent(work, message)
    if not count:
        return Withheld("settled")
    return Letter(
        kind=MessageKind.STAFF_ALERT,
        language=message.language,
        recipient=staff.email,
        sender_name=centre.sender_name,
        reply_to=centre.reply_to,
        link=f"{work.settings.base_url}/staff/",
        message_id=message.message_id,
        sent_at=work.now,
        figures={"count": count},
    )


def _test_letter(work: Work, message: Message, centre: Centre, staff: Staff | None) -> Letter | Withheld:
    """Proposed words to whoever proposes them; its link leads to the front page and opens no form."""
    if staff is None or not staff.active or staff.centre_id != centre.id:
        return Withheld("not_on_duty")
    return Letter(
        kind=MessageKind.TEMPLATE_TEST,
        language=message.language,
        recipient=staff.email,
        sender_name=centre.sender_name,
        reply_to=centre.reply_to,
        link=f"{work.settings.base_url}/",
        message_id=message.message_id,
        sent_at=work.now,
        words=message.params["words"],
    )


def _still_urgent(work: Work, message: Message) -> int:
    """How many of the alerts that a mail is about still stand; rows of an earlier version count as they were."""
    if "alerts" not in message.params:
        return int(message.params["count"])
    query = select(func.count()).select_from(Alert).join(Episode, Episode.id == Alert.episode_id)
    return work.session.scalar(query.where(Alert.id.in_(message.params["alerts"]), standing(work), alive())) or 0


def _new_link(work: Work, message: Message, visit: Visit, patient: Patient) -> str:
    token = new_short_token() if message.channel == Channel.SMS.value else new_token()
    work.session.execute(
        _NEW_LINK,
        {
            "token_hash": token_hash(token),
            "centre_id": visit.centre_id,
            "patient_id": patient.id,
            "visit_id": visit.id,
            "message_id": message.id,
            "created_at": work.now,
        },
    )
    return token


def _give_back(work: Work, message: Message, visit: Visit, patient: Patient) -> None:
    """A hold began after the message was queued: its step counts as not spent. The new arming allows it a new row."""
    # Read again under a lock: a new plan made meanwhile must not be written over.
    work.session.refresh(visit, with_for_update=True)
    if visit.completed_at is not None or message.params.get("arming") != visit.arming:
        return
    visit.arming += 1
    visit.next_reminder_ordinal = message.ordinal
    policy = own_policy(protocol_of(work, visit.episode_id).reminders, patient.reminder_hour)
    look_again_tomorrow(visit, policy, zone=patient.timezone, now=work.now)
