"""By which channel a patient is written to, and the number that short messages go to."""

from __future__ import annotations

import re

from lrrc_qol.domain.contact import ABOUT_ADDRESS, Channel, ContactState, MessageKind
from lrrc_qol.persistence.models import Patient
from lrrc_qol.services.context import Work

# The international form of ITU-T E.164: a plus, the country, at most fifteen digits.
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
MOBILE_FIELD = "patient.mobile"
_SPACING = re.compile(r"[\s()./-]+")


def channel_of(work: Work, patient: Patient, kind: MessageKind) -> Channel:
    """How a message of this kind goes to the patient now.

    Where no gateway is set, everybody is written to by mail. What a change of address needs is always mail.
    """
    if kind in ABOUT_ADDRESS or work.settings.sms is None or patient.channel != Channel.SMS.value:
        return Channel.EMAIL
    return Channel.SMS


def has_way(work: Work, patient: Patient, state: ContactState) -> bool:
    """Whether a link that the patient asks for could go out at all."""
    if channel_of(work, patient, MessageKind.LINK_RESENT) is Channel.SMS:
        return patient.mobile_sealed is not None
    return patient.email_sealed is not None and not state.address_bounced


def checked_number(text: str) -> str:
    """The number as a plus and digits; ValueError with a plain sentence when it cannot be one."""
    bare = _SPACING.sub("", text)
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    if not _NUMBER.fullmatch(bare):
        raise ValueError("Enter the mobile number with the country code, for example +44 7700 900123.")
    return bare
