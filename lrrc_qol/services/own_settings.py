"""What patients choose for themselves: language, size of the text, the time of day at which mails come."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.models import Patient, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.due_now import newest_episode
from lrrc_qol.services.find_episode import events_of
from lrrc_qol.services.languages import offered_languages
from lrrc_qol.services.patient_facts import contact_state
from lrrc_qol.services.patient_session import Seat
from lrrc_qol.services.plan_episode import protocol_of
from lrrc_qol.services.reminder_cursor import move_hour, own_policy

TEXT_SIZES = ("large", "larger")
# Morning, midday, afternoon, evening: all inside the hours in which the shipped plan sends mails.
HOURS = (9, 12, 15, 18)


@dataclass(frozen=True, slots=True)
class Choices:
    """`text_size` is empty for the usual size, `reminder_hour` None for the hour that the plan has."""

    language: str
    text_size: str
    reminder_hour: int | None


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """The present choices and what there is to choose from.

    `address` is the patient's, all but its ends hidden; empty for none. `mails_stopped`: they opted out of mails.
    """

    choices: Choices
    languages: tuple[str, ...]
    usual_hour: int
    address: str
    mails_stopped: bool


def read_settings(work: Work, seat: Seat) -> OwnSettings:
    """The settings of the seat's patient."""
    patient = work.session.get_one(Patient, seat.patient_id)
    episode = newest_episode(work, patient.id)
    state = contact_state(events_of(work, episode.id), work.catalogue.events, today=work.today_in(patient.timezone))
    sealed = patient.email_sealed
    return OwnSettings(
        choices=Choices(patient.language, patient.text_size or "", patient.reminder_hour),
        languages=_languages(work, patient),
        usual_hour=protocol_of(work, episode.id).reminders.local_hour,
        address="" if sealed is None else hidden_address(work.cipher.open(sealed, field="patient.email")),
        mails_stopped=state.opted_out,
    )


def change_settings(work: Work, seat: Seat, choices: Choices) -> None:
    """Keep what was chosen; it holds from the next page and the next mail. InvalidInput for what is not offered."""
    patient = work.session.get_one(Patient, seat.patient_id, with_for_update=True)
    faults = _faults(work, patient, choices)
    if faults:
        raise InvalidInput(faults)
    before = Choices(patient.language, patient.text_size or "", patient.reminder_hour)
    if before == choices:
        return
    patient.language = choices.language
    patient.text_size = choices.text_size or None
    patient.reminder_hour = choices.reminder_hour
    if before.reminder_hour != choices.reminder_hour:
        _move_mails(work, patient)
    audit.record(
        work,
        "changed_own_settings",
        subject_kind="patient",
        subject_id=patient.id,
        centre_id=patient.centre_id,
        episode_id=seat.episode_id,
        detail={
            "language": choices.language,
            "text_size": choices.text_size,
            "reminder_hour": choices.reminder_hour,
        },
    )


def hidden_address(address: str) -> str:
    """An address that its owner knows again and nobody else can use: a***a@example.org."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***{name[-1:]}@{domain}"


def _languages(work: Work, patient: Patient) -> tuple[str, ...]:
    offered = offered_languages(work, patient.centre_id)
    return offered if patient.language in offered else (patient.language, *offered)


def _faults(work: Work, patient: Patient, choices: Choices) -> dict[str, str]:
    faults: dict[str, str] = {}
    if choices.language not in _languages(work, patient):
        faults["language"] = "is not offered"
    if choices.text_size not in ("", *TEXT_SIZES):
        faults["text_size"] = "is no size"
    if choices.reminder_hour not in (None, patient.reminder_hour, *HOURS):
        faults["reminder_hour"] = "is not offered"
    return faults


def _move_mails(work: Work, patient: Patient) -> None:
    episode = newest_episode(work, patient.id)
    policy = own_policy(protocol_of(work, episode.id).reminders, patient.reminder_hour)
    waiting = select(Visit).where(
        Visit.episode_id == episode.id, Visit.completed_at.is_(None), Visit.next_reminder_at > work.now
    )
    for visit in work.session.scalars(waiting.with_for_update()):
        move_hour(visit, policy, zone=patient.timezone, now=work.now)
