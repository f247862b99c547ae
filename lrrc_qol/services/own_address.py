"""A patient corrects the address that mails go to: asked on the own page, confirmed in the new mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.crypto import new_public_id
from lrrc_qol.persistence.models import AddressChange, Centre, Episode, Patient, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.add_task import add_task
from lrrc_qol.services.address_change_rows import open_change
from lrrc_qol.services.context import Work
from lrrc_qol.services.correct_address import store_address
from lrrc_qol.services.due_now import newest_episode
from lrrc_qol.services.enrol_patient import checked_email
from lrrc_qol.services.find_episode import events_of
from lrrc_qol.services.languages import is_draft
from lrrc_qol.services.outbox import new_message
from lrrc_qol.services.patient_facts import takes_part
from lrrc_qol.services.patient_session import CentreContact, Seat, contact_of
from lrrc_qol.services.throttle import check_in_turn, register_failure

# Each request writes to an address that we do not know yet. Design figures.
REQUESTS, REQUEST_MINUTES = 3, 24 * 60
TASK = "address_disputed"

Fault = Literal["not_an_address", "same", "too_often"]


@dataclass(frozen=True, slots=True)
class PendingChange:
    """A change that can still be confirmed or stopped: the centre and the language, never a person or an address."""

    centre: CentreContact
    language: str
    draft_language: bool


def ask_for_change(work: Work, seat: Seat, email: str) -> None:
    """Write to the new address for confirmation and to the old one for notice; nothing changes yet.

    InvalidInput with a `Fault` for `email`. A newer request replaces an earlier one.
    """
    patient = work.session.get_one(Patient, seat.patient_id, with_for_update=True)
    address = _checked(work, patient, email)
    throttle = f"address:{patient.id}"
    if check_in_turn(work, throttle).blocked:
        raise InvalidInput({"email": "too_often"})
    register_failure(work, throttle, limit=REQUESTS, window_minutes=REQUEST_MINUTES, block_minutes=REQUEST_MINUTES)
    change = AddressChange(
        public_id=new_public_id(),
        patient_id=patient.id,
        centre_id=patient.centre_id,
        email_sealed=work.cipher.seal(address, field="patient.email"),
        earlier_sealed=patient.email_sealed,
        requested_at=work.now,
    )
    work.session.add(change)
    visit = work.session.get_one(Visit, seat.visit_id)
    kinds = [MessageKind.ADDRESS_CONFIRM, *([MessageKind.ADDRESS_NOTICE] if patient.email_sealed else [])]
    for kind in kinds:
        key = f"address:{change.public_id}:{kind.value}"
        message = new_message(work, key=key, patient=patient, visit=visit, kind=kind, ordinal=1)
        message.params = {"change": change.public_id}
        work.session.add(message)
    _note(work, "asked_address_change", patient, episode_id=visit.episode_id)


def find_change(work: Work, public_id: str) -> PendingChange | None:
    """What the page behind a link may say; None when there is nothing to confirm or stop any more. Reads only."""
    change = open_change(work, public_id)
    return None if change is None else _pending(work, work.session.get_one(Patient, change.patient_id))


def confirm_change(work: Work, public_id: str) -> PendingChange | None:
    """Write to the new address from now on; links in mails to the old one die. None when it is too late."""
    change = open_change(work, public_id, lock=True)
    if change is None:
        return None
    patient = work.session.get_one(Patient, change.patient_id, with_for_update=True)
    episode = newest_episode(work, patient.id)
    today = work.today_in(patient.timezone)
    if episode.closed_on or not takes_part(events_of(work, episode.id), work.catalogue.events, today=today):
        return None
    change.confirmed_at = work.now
    store_address(work, patient, episode, work.cipher.open(change.email_sealed, field="patient.email"))
    _note(work, "confirmed_address_change", patient, episode_id=episode.id)
    return _pending(work, patient)


def stop_change(work: Work, public_id: str) -> PendingChange | None:
    """Somebody at the old address says that it was not them: nothing changes, and the nurses get a task."""
    change = open_change(work, public_id, lock=True)
    if change is None:
        return None
    change.stopped_at = work.now
    patient = work.session.get_one(Patient, change.patient_id)
    episode = newest_episode(work, patient.id)
    centre = work.session.get_one(Centre, patient.centre_id)
    visit = _some_visit(work, episode)
    if visit is not None:
        add_task(work, visit, kind=TASK, due_on=work.today_in(centre.timezone))
    _note(work, "stopped_address_change", patient, episode_id=episode.id)
    return _pending(work, patient)


def _checked(work: Work, patient: Patient, email: str) -> str:
    try:
        address = checked_email(email)
    except ValueError:
        raise InvalidInput({"email": "not_an_address"}) from None
    if work.cipher.lookup(address, field="patient.email") == patient.email_lookup:
        raise InvalidInput({"email": "same"})
    return address


def _some_visit(work: Work, episode: Episode) -> Visit | None:
    query = select(Visit).where(Visit.episode_id == episode.id).order_by(Visit.opens_at.desc(), Visit.id).limit(1)
    return work.session.scalars(query).first()


def _pending(work: Work, patient: Patient) -> PendingChange:
    centre = work.session.get_one(Centre, patient.centre_id)
    return PendingChange(contact_of(centre), patient.language, is_draft(work, centre.id, patient.language))


def _note(work: Work, action: str, patient: Patient, *, episode_id: int) -> None:
    audit.record(
        work,
        action,
        subject_kind="patient",
        subject_id=patient.id,
        centre_id=patient.centre_id,
        episode_id=episode_id,
    )
