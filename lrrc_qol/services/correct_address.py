"""Correct a patient's e-mail address; links sent to the old address stop working."""

from __future__ import annotations

from sqlalchemy import select, update

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Centre, Episode, Link, Patient, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.context import Work
from lrrc_qol.services.enrol_patient import checked_email
from lrrc_qol.services.find_episode import find_episode
from lrrc_qol.services.record_event import add_event
from lrrc_qol.services.resend_link import queue_fresh_link


def correct_address(work: Work, patient_public_id: str, email: str, *, seen: str | None = None) -> None:
    """Store the new address, revoke all links, lift a bounce, and send a fresh link to what is open.

    `seen` is the address that was to be corrected, empty for none; StaleWrite when another one is stored by now.
    """
    patient, episode = find_episode(work, patient_public_id, lock=True)
    if seen is not None and seen != _stored(work, patient):
        raise StaleWrite("the address was changed by somebody else since it was read")
    try:
        address = checked_email(email)
    except ValueError as error:
        raise InvalidInput({"email": str(error)}) from None
    store_address(work, patient, episode, address)


def store_address(work: Work, patient: Patient, episode: Episode, address: str) -> None:
    """Write to this address from now on: what `correct_address` does once the address is checked."""
    patient.email_sealed = work.cipher.seal(address, field="patient.email")
    patient.email_lookup = work.cipher.lookup(address, field="patient.email")
    work.session.execute(
        update(Link)
        .where(Link.patient_id == patient.id, Link.revoked_at.is_(None))
        .values(revoked_at=work.now)
        .execution_options(synchronize_session=False)
    )
    centre = work.session.get_one(Centre, patient.centre_id)
    add_event(
        work,
        patient,
        episode,
        kind=EventKind.ADDRESS_CORRECTED,
        happened_on=work.today_in(centre.timezone),
    )
    # The links in mails to the old address are dead now, so what is open needs a mail to the new one.
    if not _reminder_is_due(work, episode):
        queue_fresh_link(work, patient, episode)
    audit.record(
        work,
        "corrected_address",
        subject_kind="patient",
        subject_id=patient.id,
        centre_id=patient.centre_id,
        episode_id=episode.id,
    )


def _stored(work: Work, patient: Patient) -> str:
    return "" if patient.email_sealed is None else work.cipher.open(patient.email_sealed, field="patient.email")


def _reminder_is_due(work: Work, episode: Episode) -> bool:
    """Whether the next tick writes to the patient anyway."""
    due = select(Visit.id).where(
        Visit.episode_id == episode.id, Visit.planned, Visit.completed_at.is_(None), Visit.next_reminder_at <= work.now
    )
    return work.session.scalars(due.limit(1)).first() is not None
