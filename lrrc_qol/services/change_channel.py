"""How a patient wants to be reminded: by mail or by short message, and to which number."""

from __future__ import annotations

from dataclasses import dataclass

from lrrc_qol.domain.contact import Channel
from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.persistence.models import Patient
from lrrc_qol.services import audit
from lrrc_qol.services.channels import MOBILE_FIELD, checked_number
from lrrc_qol.services.context import Work
from lrrc_qol.services.find_episode import find_episode


@dataclass(frozen=True, slots=True)
class ContactChoice:
    """The channel that was chosen and the number; empty for none."""

    channel: str
    mobile: str


def read_channel(work: Work, patient_public_id: str) -> ContactChoice:
    """What is stored."""
    patient, _ = find_episode(work, patient_public_id)
    return _stored(work, patient)


def change_channel(work: Work, patient_public_id: str, choice: ContactChoice, *, seen: ContactChoice) -> None:
    """Store channel and number; they hold from the next message, also one that is queued by now.

    InvalidInput for a number that cannot be one or that is missing; StaleWrite when `seen` is not what is stored.
    """
    patient, episode = find_episode(work, patient_public_id, lock=True)
    stored = _stored(work, patient)
    if seen != stored:
        raise StaleWrite("the way of reminding was changed by somebody else since it was read")
    checked = _checked(work, choice)
    if checked == stored:
        return
    patient.channel = checked.channel
    patient.mobile_sealed = work.cipher.seal(checked.mobile, field=MOBILE_FIELD) if checked.mobile else None
    audit.record(
        work,
        "changed_channel",
        subject_kind="patient",
        subject_id=patient.id,
        centre_id=patient.centre_id,
        episode_id=episode.id,
        detail={"channel": checked.channel},
    )


def _checked(work: Work, choice: ContactChoice) -> ContactChoice:
    if choice.channel not in set(Channel):
        raise InvalidInput({"channel": "Choose mail or short message."})
    if choice.channel == Channel.SMS and work.settings.sms is None:
        raise InvalidInput({"channel": "This site sends no short messages."})
    try:
        mobile = checked_number(choice.mobile) if choice.mobile.strip() else ""
    except ValueError as error:
        raise InvalidInput({"mobile": str(error)}) from None
    if choice.channel == Channel.SMS and not mobile:
        raise InvalidInput({"mobile": "Enter the mobile number."})
    return ContactChoice(choice.channel, mobile)


def _stored(work: Work, patient: Patient) -> ContactChoice:
    mobile = work.cipher.open(patient.mobile_sealed, field=MOBILE_FIELD) if patient.mobile_sealed else ""
    return ContactChoice(patient.channel or Channel.EMAIL.value, mobile)
