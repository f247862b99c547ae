"""A patient stops the reminder mails with the link in a mail; the forms stay open."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Centre, Episode, Patient
from lrrc_qol.services.context import Work
from lrrc_qol.services.find_episode import events_of
from lrrc_qol.services.languages import is_draft
from lrrc_qol.services.patient_facts import contact_state
from lrrc_qol.services.patient_session import CentreContact, contact_of
from lrrc_qol.services.record_event import add_event


@dataclass(frozen=True, slots=True)
class StopChoice:
    """Whose mails would stop: the centre and the language, never the person."""

    centre: CentreContact
    language: str
    draft_language: bool


def describe_stop(work: Work, patient_public_id: str) -> StopChoice | None:
    """What the page before stopping may say; None for nobody. Reads only."""
    row = work.session.execute(_query(patient_public_id)).first()
    return _choice(work, row[0], row[2]) if row else None


def stop_reminders(work: Work, patient_public_id: str, *, via: str = "link in a mail") -> StopChoice | None:
    """Record the opt-out, which silences queued mail in the same transaction; once is enough. None for nobody."""
    row = work.session.execute(_query(patient_public_id).with_for_update(of=Episode)).first()
    if row is None:
        return None
    patient, episode, centre = row
    today = work.today_in(centre.timezone)
    if not contact_state(events_of(work, episode.id), work.catalogue.events, today=today).opted_out:
        add_event(work, patient, episode, kind=EventKind.OPT_OUT, happened_on=today, detail={"from": via})
    return _choice(work, patient, centre)


def _choice(work: Work, patient: Patient, centre: Centre) -> StopChoice:
    return StopChoice(
        centre=contact_of(centre),
        language=patient.language,
        draft_language=is_draft(work, centre.id, patient.language),
    )


def _query(patient_public_id: str) -> Select[Patient, Episode, Centre]:
    return (
        select(Patient, Episode, Centre)
        .join(Episode, Episode.patient_id == Patient.id)
        .join(Centre, Centre.id == Patient.centre_id)
        .where(Patient.public_id == patient_public_id)
        .order_by(Episode.ordinal.desc())
        .limit(1)
    )
